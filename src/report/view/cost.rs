//! What the verdicts cost: CPU minutes for each claim that was decided.

use crate::number;
use crate::page::Experiment;
use renas_base::metric::Unit;

/// The fact of a run record that says what all trials took.
const CPU_TIME: &str = "CPU time of all its trials";

/// That, as the run record says it; empty where there is none.
pub(super) fn cpu_time(experiment: &Experiment) -> &str {
    let facts = experiment.run.as_ref().map_or(&[][..], |run| run.facts.as_slice());
    facts.iter().find(|fact| fact.name == CPU_TIME).map_or("", |fact| &fact.value)
}

/// `5.3 CPU-minutes per decided claim`, over the experiments that say what they took; empty where none does or nothing is decided.
pub(super) fn per_decided<'a>(experiments: impl Iterator<Item = &'a Experiment>) -> String {
    let (mut minutes, mut decided) = (0.0, 0);
    for experiment in experiments {
        if let Some(taken) = minutes_in(cpu_time(experiment)) {
            minutes += taken;
            decided += experiment.judgements.iter().filter(|judgement| judgement.is_decided()).count();
        }
    }
    if decided == 0 {
        return String::new();
    }
    let each = number::exact(number::rounded(minutes / decided as f64), Unit::One);
    format!("{each} CPU-minutes per decided claim")
}

/// The minutes of a time as run records write it: `55 min`, `1.9 h`.
fn minutes_in(text: &str) -> Option<f64> {
    let (number, unit) = text.split_once(' ')?;
    let minutes = match unit {
        "ms" => 1.0 / 60_000.0,
        "s" => 1.0 / 60.0,
        "min" => 1.0,
        "h" => 60.0,
        _ => return None,
    };
    Some(number.parse::<f64>().ok()? * minutes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_run_records_are_read_as_minutes() {
        assert_eq!(
            ["55 min", "1.5 h", "90 s", "600 ms"].map(minutes_in),
            [Some(55.0), Some(90.0), Some(1.5), Some(0.01)]
        );
        assert_eq!(["", "long", "3 days"].map(minutes_in), [None, None, None]);
    }
}
