//! Every quantity of the findings: one catalogue says its name and how it is read from the evidence, so that the names
//! promised to the manifest's claims are those that the analysis finds.

use std::collections::BTreeMap;

use super::evidence::Evidence;
use super::searches;
use crate::filters::FilterRecord;
use crate::layer::{FILTER_LIMIT, FUNCTIONS};
use crate::settings::Settings;
use crate::trainer::Trained;
use renas_base::metric::Unit;
use renas_network::spec::Activation;
use renas_report::catalogue::{self, OF_A_COUNT, exact, samples};
use renas_report::findings::{Measured, Quantity};
use renas_stats::proportion::wilson_interval;

type Read = catalogue::Read<Evidence>;

/// One entry of the catalogue.
pub(super) type Entry = catalogue::Entry<Evidence>;

/// The names of all quantities under these settings, in ascending order.
pub fn names(settings: &Settings) -> Vec<String> {
    catalogue::names(entries(settings))
}

/// All quantities that this evidence holds.
pub fn measure(settings: &Settings, evidence: &Evidence) -> BTreeMap<String, Quantity> {
    catalogue::measure(entries(settings), &settings.data.name, evidence)
}

fn entries(settings: &Settings) -> Vec<Entry> {
    let mut entries = searches::catalogue(settings);
    entries.extend(activations());
    entries.extend(filters(settings));
    entries.extend(best(settings));
    entries
}

/// A number of one random genome, by what became of it with each activation function.
type OfGenome = Box<dyn Fn(&[Trained]) -> f64>;

fn activations() -> Vec<Entry> {
    let entry = |name: String, label: String, unit: Unit, value: OfGenome| Entry {
        name: format!("activation.{name}"),
        label,
        unit,
        data: None,
        over: "random genome".into(),
        observed_time: false,
        read: Box::new(move |evidence| samples(evidence.activations.iter().map(|trained| value(trained)))),
    };
    let places = || FUNCTIONS.map(Activation::name).into_iter().enumerate();
    let mut entries = Vec::new();
    for (place, name) in places() {
        let label = format!("validation accuracy with {name} in every layer");
        let value = move |trained: &[Trained]| trained[place].accuracy;
        entries.push(entry(format!("{name}.accuracy"), label, Unit::Fraction, Box::new(value)));
    }
    for (first, one) in places().take(3) {
        for (second, other) in places().skip(3) {
            let label = format!("validation accuracy with {one} minus that with {other}, same layers");
            let value = move |trained: &[Trained]| trained[first].accuracy - trained[second].accuracy;
            entries.push(entry(format!("{one}_minus_{other}"), label, Unit::Fraction, Box::new(value)));
        }
    }
    entries
}

/// The largest number of filters below the paper's limit, and the smallest not below it.
pub(super) fn around_limit(filters: &[usize]) -> Option<[usize; 2]> {
    let below = filters.iter().copied().filter(|&count| count < FILTER_LIMIT).max()?;
    Some([below, filters.iter().copied().filter(|&count| count >= FILTER_LIMIT).min()?])
}

fn of_filters(evidence: &Evidence, filters: usize) -> Option<&FilterRecord> {
    evidence.filters.iter().find(|record| record.filters == filters)
}

fn filters(settings: &Settings) -> Vec<Entry> {
    let entry = |name: String, label: String, unit: Unit, read: Read| Entry {
        name: format!("filters.{name}"),
        label,
        unit,
        data: None,
        over: "repetition".into(),
        observed_time: true,
        read,
    };
    let sweep = settings.filter_sweep.filters.clone();
    // Half the limit, or the nearest below it: what networks above the limit are compared with.
    let half = sweep.iter().copied().filter(|&count| 2 * count <= FILTER_LIMIT).max();
    let mut entries = Vec::new();
    for &count in &sweep {
        let read: Read = Box::new(move |evidence| samples(of_filters(evidence, count)?.seconds.iter().copied()));
        let label = format!("training time of one epoch, three layers of {count} filters");
        entries.push(entry(format!("{count}.seconds"), label, Unit::Seconds, read));
        if let Some(half) = half {
            let read: Read = Box::new(move |evidence| {
                let (above, below) = (of_filters(evidence, count)?, of_filters(evidence, half)?);
                samples(above.seconds.iter().zip(&below.seconds).map(|(above, below)| above / below))
            });
            let label = format!("training time with {count} filters as a multiple of that with {half}");
            entries.push(entry(format!("{count}.relative"), label, Unit::One, read));
        }
    }
    if let Some([below, above]) = around_limit(&sweep) {
        let read: Read = Box::new(move |evidence| {
            let (above, below) = (of_filters(evidence, above)?, of_filters(evidence, below)?);
            let per = |record: &FilterRecord, seconds: f64| seconds / record.multiply_adds as f64;
            let ratios = above.seconds.iter().zip(&below.seconds);
            samples(ratios.map(|(one, other)| per(above, *one) / per(below, *other)))
        });
        let label = format!("time per multiply-add with {above} filters as a multiple of that with {below}");
        entries.push(entry("jump".to_owned(), label, Unit::One, read));
    }
    entries
}

fn best(settings: &Settings) -> Vec<Entry> {
    let entry = |name: &str, label: &str, unit: Unit, over: &'static str, read: Read| Entry {
        name: format!("best.{name}"),
        label: label.to_owned(),
        unit,
        data: None,
        over: over.into(),
        observed_time: false,
        read,
    };
    let tests = settings.test_samples();
    let test: Read = Box::new(move |evidence| {
        let (value, n) = (evidence.best.test?, tests?);
        let interval = wilson_interval((value * n as f64).round() as usize, n, 0.95).ok()?;
        let words = "Wilson's score interval over test samples".to_owned();
        Some(Measured::Estimate { value, low: interval.low, high: interval.high, n, interval: words })
    });
    let parameters: Read = Box::new(|evidence| Some(exact(evidence.best.visit.parameters as f64, 1, OF_A_COUNT)));
    let layers: Read = Box::new(|evidence| Some(exact(evidence.best.visit.genome.depth() as f64, 1, OF_A_COUNT)));
    let words = "test accuracy of the best network of all searches after full training, evaluated once";
    vec![
        entry("test_accuracy", words, Unit::Fraction, "test sample", test),
        entry("parameters", "parameters of that network", Unit::Count, "network", parameters),
        entry("layers", "convolutions of that network", Unit::Count, "network", layers),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{results, settings};

    #[test]
    fn names_are_unique_and_all_that_is_found_was_promised() {
        let settings = settings();
        let names = names(&settings);
        assert!(names.windows(2).all(|pair| pair[0] < pair[1]), "a name stands twice");
        let (_, results) = results();
        let found = measure(&settings, &Evidence::read(&settings, &results).expect("own results"));
        let absent: Vec<&String> = names.iter().filter(|name| !found.contains_key(*name)).collect();
        assert!(absent.is_empty(), "{absent:?}");
        assert!(found.keys().all(|name| names.binary_search(name).is_ok()));
    }

    #[test]
    fn the_limit_lies_between_two_numbers_of_filters() {
        assert_eq!(around_limit(&[64, 256, 511, 512, 1024]), Some([511, 512]));
        assert_eq!(around_limit(&[64, 384, 640]), Some([384, 640]));
        assert_eq!(around_limit(&[64]), None);
    }
}
