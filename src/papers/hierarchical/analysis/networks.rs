//! Quantities of networks trained on their own: accuracies, counts, and chosen networks beside hand-designed ones.

use super::evidence::{Evidence, Trainee, trainees};
use super::quantities::{Entry, Read};
use crate::plan::Ground;
use crate::settings::Settings;
use crate::trainer::Trained;
use renas_base::metric::Unit;
use renas_report::catalogue::{OF_A_COUNT, exact, samples};

const TRAINING: &str = "training seed";

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

/// A chosen network beside a hand-designed one: names, words and units.
const PAIRS: [(&str, &str, Unit, OfPair); 3] = [
    ("gain", "test accuracy minus that", Unit::Fraction, |chosen, designed| chosen.test - designed.test),
    ("multiply_adds_ratio", "times fewer multiply-adds than those", Unit::One, |chosen, designed| {
        designed.price.multiply_adds as f64 / chosen.price.multiply_adds as f64
    }),
    ("memory_ratio", "times less memory than that", Unit::One, |chosen, designed| {
        designed.price.memory_bytes() as f64 / chosen.price.memory_bytes() as f64
    }),
];

/// All of them.
pub(super) fn catalogue(settings: &Settings) -> Vec<Entry> {
    let mut entries = Vec::new();
    for (ground, prefix) in [(Ground::Searched, ""), (Ground::Transfer, "transfer.")] {
        let data = match ground {
            Ground::Searched => &settings.data.name,
            Ground::Transfer => &settings.transfer.data.name,
        };
        let entry = |name: String, label: String, unit: Unit, read: Read| Entry {
            name: format!("{prefix}{name}"),
            label,
            unit,
            data: Some(data.clone()),
            over: TRAINING.into(),
            observed_time: false,
            read,
        };
        let all = trainees(settings, ground);
        for &trainee in &all {
            let name = trainee.name();
            let accuracy: Read =
                Box::new(move |evidence| samples(evidence.trained(ground, trainee).iter().map(|trained| trained.test)));
            entries.push(entry(
                format!("{name}.test_accuracy"),
                format!("test accuracy after training on {data} ({name})"),
                Unit::Fraction,
                accuracy,
            ));
            if ground == Ground::Searched {
                for (count, words, unit, value) in COUNTS {
                    let label = format!("{words} ({name})");
                    entries.push(entry(format!("{name}.{count}"), label, unit, counted(trainee, value)));
                }
            }
        }
        for &chosen in all.iter().filter(|one| matches!(one, Trainee::Chosen(_))) {
            for &designed in all.iter().filter(|one| matches!(one, Trainee::Designed(_))) {
                for (kind, words, unit, value) in PAIRS {
                    let read: Read = Box::new(move |evidence| {
                        let pairs = evidence.trained(ground, chosen).iter().zip(evidence.trained(ground, designed));
                        samples(pairs.map(|(chosen, designed)| value(chosen, designed)))
                    });
                    let (one, other) = (chosen.name(), designed.name());
                    let label = format!("{one}: {words} of {other}");
                    entries.push(entry(format!("{one}.{kind}.{other}"), label, unit, read));
                }
            }
        }
    }
    entries
}

/// A count: one for a hand-designed network, one per seed for chosen ones, which differ from search to search.
fn counted(trainee: Trainee, value: OfTrained) -> Read {
    Box::new(move |evidence: &Evidence| {
        let all = evidence.trained(Ground::Searched, trainee);
        match trainee {
            Trainee::Chosen(_) => samples(all.iter().map(value)),
            Trainee::Designed(_) => Some(exact(value(all.first()?), 1, OF_A_COUNT)),
        }
    })
}
