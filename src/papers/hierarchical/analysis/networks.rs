//! Quantities of networks trained on their own: accuracies, counts, and chosen networks beside hand-designed ones.
//!
//! A chosen network hangs on its search and that on a supernet: its cluster is the supernet. A hand-designed network hangs
//! on the seed of its training alone.

use super::evidence::{Evidence, Trainee, trainees};
use super::quantities::{Entry, HAS_TWO_SIGNS, Read, SEARCH, SUPERNET, TRAINING};
use crate::arm::Arm;
use crate::plan::{Ground, Pick};
use crate::search::Visit;
use crate::settings::Settings;
use crate::trainer::Trained;
use renas_base::metric::Unit;
use renas_report::catalogue::samples;
use renas_report::findings::{EXACT, Measured};
use renas_report::range::Range;
use renas_stats::summary::mean;

/// A number of one trained network.
type OfTrained = fn(&Trained) -> f64;

/// A number of a chosen network and a hand-designed one of the same seed.
type OfPair = fn(&Trained, &Trained) -> f64;

/// The counts of a network: their names, what they are, their units.
const COUNTS: [(&str, &str, Unit, OfTrained); 3] = [
    ("parameters", "parameters", Unit::Count, |trained| trained.price.parameters as f64),
    ("multiply_adds", "multiply-adds of one image", Unit::MultiplyAdds, |trained| trained.price.multiply_adds as f64),
    ("memory_bytes", "bytes of parameters and of the values held at once", Unit::Count, |trained| {
        trained.price.memory_bytes() as f64
    }),
];

/// A chosen network beside a hand-designed one: names, words, units and ranges.
const PAIRS: [(&str, &str, Unit, Range, OfPair); 3] = [
    ("gain", "test accuracy minus that", Unit::Fraction, HAS_TWO_SIGNS, |chosen, designed| chosen.test - designed.test),
    (
        "multiply_adds_ratio",
        "times fewer multiply-adds than those",
        Unit::One,
        Range::NOT_NEGATIVE,
        |chosen, designed| designed.price.multiply_adds as f64 / chosen.price.multiply_adds as f64,
    ),
    ("memory_ratio", "times less memory than that", Unit::One, Range::NOT_NEGATIVE, |chosen, designed| {
        designed.price.memory_bytes() as f64 / chosen.price.memory_bytes() as f64
    }),
];

/// Most by which an accuracy above chance shows nothing learned.
const ABOVE_CHANCE: f64 = 0.02;

/// Whether an accuracy on data of so many classes shows that nothing was learned: it is at most chance and two points.
pub(super) fn learned_nothing(accuracy: f64, classes: usize) -> bool {
    accuracy <= 1.0 / classes as f64 + ABOVE_CHANCE
}

/// All of them.
pub(super) fn catalogue(settings: &Settings) -> Vec<Entry> {
    let mut entries = Vec::new();
    for ground in [Ground::Searched, Ground::Transfer] {
        let all = trainees(settings, ground);
        for &trainee in &all {
            entries.extend(alone(settings, ground, trainee));
        }
        for &chosen in all.iter().filter(|one| matches!(one, Trainee::Chosen(_))) {
            for &designed in all.iter().filter(|one| matches!(one, Trainee::Designed(_))) {
                entries.extend(beside(settings, ground, chosen, designed));
            }
        }
    }
    for &designed in trainees(settings, Ground::Searched).iter().filter(|one| matches!(one, Trainee::Designed(_))) {
        entries.extend(random_beside(settings, designed));
    }
    entries.push(against_accuracy_only(settings));
    entries
}

/// An entry on the data of a ground; a chosen network's cluster is its supernet.
fn entry(settings: &Settings, ground: Ground, trainee: Trainee, (name, label): (String, String), read: Read) -> Entry {
    let (prefix, data) = match ground {
        Ground::Searched => ("", &settings.data.name),
        Ground::Transfer => ("transfer.", &settings.transfer.data.name),
    };
    let (over, cluster) = match trainee {
        Trainee::Chosen(_) => (SEARCH, SUPERNET),
        Trainee::Designed(_) => (TRAINING, TRAINING),
    };
    Entry {
        name: format!("{prefix}{name}"),
        label,
        unit: Unit::Fraction,
        range: Range::SHARE,
        data: Some(data.clone()),
        over: over.into(),
        cluster: cluster.into(),
        observed_time: false,
        read,
    }
}

/// One value per training of a network, in its clusters.
fn of_trainings(
    evidence: &Evidence,
    ground: Ground,
    trainee: Trainee,
    value: impl Fn(&Trained) -> f64,
) -> Option<Measured> {
    let values = evidence.trained(ground, trainee).iter().map(value);
    match trainee {
        Trainee::Chosen(_) => evidence.by_supernet(values),
        Trainee::Designed(_) => samples(values),
    }
}

/// What is said of one network: its accuracy, whether it learned anything, its counts.
fn alone(settings: &Settings, ground: Ground, trainee: Trainee) -> Vec<Entry> {
    let name = trainee.name();
    let data = &settings.data_on(ground).name;
    let named = |suffix: &str, words: String| (format!("{name}.{suffix}"), format!("{words} ({name})"));
    let accuracy: Read = Box::new(move |evidence| of_trainings(evidence, ground, trainee, |trained| trained.test));
    let words = named("test_accuracy", format!("test accuracy after training on {data}"));
    let mut entries = vec![entry(settings, ground, trainee, words, accuracy)];
    let classes = settings.space_on(settings.data_on(ground)).map(|space| space.classes);
    let nothing: Read = Box::new(move |evidence| {
        let classes = classes?;
        of_trainings(evidence, ground, trainee, |trained| f64::from(u8::from(learned_nothing(trained.test, classes))))
    });
    let words =
        named("learned_nothing", format!("share of trainings on {data} that end at most 2 points above chance"));
    entries.push(entry(settings, ground, trainee, words, nothing));
    if ground == Ground::Searched {
        for (count, words, unit, value) in COUNTS {
            let read = counted(trainee, value);
            let entry = entry(settings, ground, trainee, named(count, words.to_owned()), read);
            let exact = matches!(trainee, Trainee::Designed(_));
            let (over, cluster) = if exact { (EXACT.into(), EXACT.into()) } else { (entry.over, entry.cluster) };
            entries.push(Entry { unit, range: Range::NOT_NEGATIVE, over, cluster, ..entry });
        }
    }
    entries
}

/// A count: one for a hand-designed network, one per seed for chosen ones, which differ from search to search.
fn counted(trainee: Trainee, value: OfTrained) -> Read {
    Box::new(move |evidence: &Evidence| match trainee {
        Trainee::Chosen(_) => of_trainings(evidence, Ground::Searched, trainee, value),
        Trainee::Designed(_) => Some(Measured::Exact(value(evidence.trained(Ground::Searched, trainee).first()?))),
    })
}

/// A chosen network beside a hand-designed one; nothing of a budget whose networks are those of a smaller one.
fn beside(settings: &Settings, ground: Ground, chosen: Trainee, designed: Trainee) -> Vec<Entry> {
    let seeds = settings.training.seeds;
    let of = |(kind, words, unit, range, value): (&str, &str, Unit, Range, OfPair)| {
        let read: Read = Box::new(move |evidence| {
            if let Trainee::Chosen(Pick::Budget(index)) = chosen
                && evidence.repeats_a_smaller_budget(index, seeds)
            {
                return None;
            }
            let pairs = evidence.trained(ground, chosen).iter().zip(evidence.trained(ground, designed));
            evidence.by_supernet(pairs.map(|(chosen, designed)| value(chosen, designed)))
        });
        let (one, other) = (chosen.name(), designed.name());
        let words = (format!("{one}.{kind}.{other}"), format!("{one}: {words} of {other}"));
        Entry { unit, range, ..entry(settings, ground, chosen, words, read) }
    };
    PAIRS.map(of).into()
}

/// What any network within a budget has: the mean of the random ones within it, beside a hand-designed network.
fn random_beside(settings: &Settings, designed: Trainee) -> Vec<Entry> {
    let of = |(index, &budget): (usize, &u64)| {
        let read: Read = Box::new(move |evidence| {
            let whole = evidence.trained(Ground::Searched, designed).first()?.price.memory_bytes() as f64;
            let ratio = |record: &Vec<Visit>| {
                let within = record.iter().filter(|visit| visit.price.multiply_adds <= budget);
                let bytes: Vec<f64> = within.map(|visit| visit.price.memory_bytes() as f64).collect();
                (!bytes.is_empty()).then(|| whole / mean(&bytes))
            };
            samples(evidence.searches(Arm::Random).iter().map(ratio).collect::<Option<Vec<f64>>>()?)
        });
        let (number, other) = (index + 1, designed.name());
        let name = format!("random.budget_{number}.memory_ratio.{other}");
        let label =
            format!("mean of the random networks within budget {number}: times less memory than that of {other}");
        let entry = entry(settings, Ground::Searched, designed, (name, label), read);
        let (over, cluster) = (SEARCH.into(), SEARCH.into());
        Entry { unit: Unit::One, range: Range::NOT_NEGATIVE, over, cluster, ..entry }
    };
    settings.budgets.iter().enumerate().map(of).collect()
}

/// The network of the largest budget beside that of the search for accuracy alone, both trained on their own.
fn against_accuracy_only(settings: &Settings) -> Entry {
    let largest = Trainee::Chosen(Pick::Budget(settings.budgets.len() - 1));
    let read: Read = Box::new(move |evidence| {
        let trained = |trainee| evidence.trained(Ground::Searched, trainee).iter();
        let pairs = trained(largest).zip(trained(Trainee::Chosen(Pick::AccuracyOnly)));
        evidence.by_supernet(pairs.map(|(ours, other)| ours.test - other.test))
    });
    let name = "nsga2.gain.accuracy_only.test_accuracy".to_owned();
    let label =
        "test accuracy of the best network of the largest budget, trained on its own: nsga2 minus accuracy_only";
    let entry = entry(settings, Ground::Searched, largest, (name, label.to_owned()), read);
    Entry { range: HAS_TWO_SIGNS, ..entry }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SqueezeNet stays at 10 % of ten classes, and one network of `quick` at 12 %: neither learned anything.
    #[test]
    fn what_ends_at_chance_and_two_points_learned_nothing() {
        assert!(learned_nothing(0.1, 10) && learned_nothing(0.12, 10) && learned_nothing(0.0, 10));
        assert!(!learned_nothing(0.121, 10) && !learned_nothing(0.12, 100));
    }
}
