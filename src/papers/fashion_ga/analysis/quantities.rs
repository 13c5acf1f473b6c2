//! Every quantity of the findings: one catalogue says its name and how it is read from the evidence, so that the names
//! promised to the manifest's claims are those that the analysis finds.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::evidence::Evidence;
use super::measures::NOTHING;
use super::relations::{self, NETWORK};
use super::searches::{self, SEED};
use crate::filters::FilterRecord;
use crate::layer::{FILTER_LIMIT, FUNCTIONS};
use crate::settings::Settings;
use crate::trainer::Trained;
use renas_base::metric::Unit;
use renas_network::spec::Activation;
use renas_report::catalogue::{self, Promised, clustered, samples, share};
use renas_report::findings::Quantity;
use renas_report::range::Range;

type Read = catalogue::Read<Evidence>;

/// One entry of the catalogue.
pub(super) type Entry = catalogue::Entry<Evidence>;

/// An entry whose units stand for themselves, on the experiment's data, without time.
pub(super) fn entry(
    name: String,
    label: String,
    (unit, range): (Unit, Range),
    over: &'static str,
    read: Read,
) -> Entry {
    let (over, cluster) = (Cow::Borrowed(over), Cow::Borrowed(over));
    Entry { name, label, unit, range, data: None, over, cluster, observed_time: false, read }
}

/// What is known of all quantities under these settings, in ascending order of name.
pub fn promised(settings: &Settings) -> Vec<Promised> {
    catalogue::promised(entries(settings))
}

/// How many clusters these settings plan, by what a cluster is.
pub fn clusters(settings: &Settings) -> BTreeMap<String, usize> {
    let seeds = settings.search.seeds;
    let mut clusters = BTreeMap::from([
        (SEED.to_owned(), seeds),
        (NETWORK.to_owned(), seeds * settings.search.cycles),
        (GENOME.to_owned(), settings.activations.genomes),
        (SITTING.to_owned(), 1),
        (ALL_SEARCHES.to_owned(), 1),
    ]);
    clusters.extend(settings.test_samples().map(|tests| (IMAGE.to_owned(), tests)));
    clusters
}

/// All quantities that this evidence holds.
pub fn measure(settings: &Settings, evidence: &Evidence) -> BTreeMap<String, Quantity> {
    catalogue::measure(entries(settings), &settings.data.name, evidence)
}

fn entries(settings: &Settings) -> Vec<Entry> {
    let mut entries = searches::catalogue(settings);
    entries.extend(relations::catalogue(settings));
    entries.extend(activations());
    entries.extend(filters(settings));
    entries.extend(best(settings));
    entries
}

/// The unit of replication of activation functions: the same layers with each of them.
const GENOME: &str = "random genome";

/// A number of one random genome, by what became of it with each activation function; nothing where it has none.
type OfGenome = Box<dyn Fn(&[Trained]) -> Option<f64>>;

fn learned(trained: &Trained) -> bool {
    trained.accuracy > NOTHING
}

fn activations() -> Vec<Entry> {
    let of = |name: String, label: String, range: Range, value: OfGenome| {
        let read = Box::new(move |evidence: &Evidence| {
            let genomes = evidence.activations.iter().enumerate();
            clustered(genomes.filter_map(|(genome, trained)| Some((genome, value(trained)?))))
        });
        entry(format!("activation.{name}"), label, (Unit::Fraction, range), GENOME, read)
    };
    let places = || FUNCTIONS.map(Activation::name).into_iter().enumerate();
    let mut entries = Vec::new();
    for (place, name) in places() {
        let label = format!("validation accuracy with {name} in every layer");
        let some = format!("{label}, where that learned something");
        let nothing = format!("share of genomes that learned nothing with {name}: at most chance and 2 points");
        entries.extend([
            of(format!("{name}.accuracy"), label, Range::SHARE, Box::new(move |trained| Some(trained[place].accuracy))),
            of(
                format!("{name}.learned_accuracy"),
                some,
                Range::SHARE,
                Box::new(move |trained| learned(&trained[place]).then_some(trained[place].accuracy)),
            ),
        ]);
        let read = Box::new(move |evidence: &Evidence| {
            let genomes = &evidence.activations;
            share(genomes.iter().filter(|trained| !learned(&trained[place])).count(), genomes.len())
        });
        let kind = (Unit::Fraction, Range::SHARE);
        entries.push(entry(format!("activation.{name}.learned_nothing"), nothing, kind, GENOME, read));
    }
    for (first, one) in places().take(3) {
        for (second, other) in places().skip(3) {
            let label = format!("validation accuracy with {one} minus that with {other}, same layers");
            let both = format!("{label}, where both learned something");
            let minus = move |trained: &[Trained]| trained[first].accuracy - trained[second].accuracy;
            let learned = move |trained: &[Trained]| {
                (learned(&trained[first]) && learned(&trained[second])).then(|| minus(trained))
            };
            let name = format!("{one}_minus_{other}");
            // The range of a correlation is that of a difference of two shares.
            entries.extend([
                of(name.clone(), label, Range::CORRELATION, Box::new(move |trained| Some(minus(trained)))),
                of(format!("{name}.learned"), both, Range::CORRELATION, Box::new(learned)),
            ]);
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

/// What repetitions of one timing share: they are timings of one network on one machine, one after another, and no
/// replicates of what time depends on.
const SITTING: &str = "sitting on one machine";

fn filters(settings: &Settings) -> Vec<Entry> {
    type OfEvidence = Box<dyn Fn(&Evidence) -> Option<Vec<f64>>>;
    let of = |name: String, label: String, unit: Unit, values: OfEvidence| {
        let read =
            Box::new(move |evidence: &Evidence| clustered(values(evidence)?.into_iter().map(|value| (0, value))));
        let one = entry(format!("filters.{name}"), label, (unit, Range::NOT_NEGATIVE), "repetition", read);
        Entry { cluster: SITTING.into(), observed_time: true, ..one }
    };
    let sweep = settings.filter_sweep.filters.clone();
    // Half the limit, or the nearest below it: what networks above the limit are compared with.
    let half = sweep.iter().copied().filter(|&count| 2 * count <= FILTER_LIMIT).max();
    let mut entries = Vec::new();
    for &count in &sweep {
        let seconds = move |evidence: &Evidence| Some(of_filters(evidence, count)?.seconds.clone());
        let label = format!("training time of one epoch, three layers of {count} filters");
        entries.push(of(format!("{count}.seconds"), label, Unit::Seconds, Box::new(seconds)));
        if let Some(half) = half {
            let relative = move |evidence: &Evidence| {
                let (above, below) = (of_filters(evidence, count)?, of_filters(evidence, half)?);
                Some(above.seconds.iter().zip(&below.seconds).map(|(above, below)| above / below).collect())
            };
            let label = format!("training time with {count} filters as a multiple of that with {half}");
            entries.push(of(format!("{count}.relative"), label, Unit::One, Box::new(relative)));
        }
    }
    if let Some([below, above]) = around_limit(&sweep) {
        let jump = move |evidence: &Evidence| {
            let (above, below) = (of_filters(evidence, above)?, of_filters(evidence, below)?);
            let per = |record: &FilterRecord, seconds: f64| seconds / record.multiply_adds as f64;
            let ratios = above.seconds.iter().zip(&below.seconds);
            Some(ratios.map(|(one, other)| per(above, *one) / per(below, *other)).collect())
        };
        let label = format!("time per multiply-add with {above} filters as a multiple of that with {below}");
        entries.push(of("jump".to_owned(), label, Unit::One, Box::new(jump)));
    }
    entries
}

/// The clusters of one named network's accuracy.
const IMAGE: &str = "test image";

/// What the one best network is found by: its size is a single sample, and not exact.
const ALL_SEARCHES: &str = "set of all searches";

fn best(settings: &Settings) -> Vec<Entry> {
    let of = |name: &str, label: &str, kind: (Unit, Range), over: &'static str, read: Read| {
        entry(format!("best.{name}"), label.to_owned(), kind, over, read)
    };
    let tests = settings.test_samples();
    let test: Read = Box::new(move |evidence| {
        let (value, n) = (evidence.best.test?, tests?);
        share((value * n as f64).round() as usize, n)
    });
    let parameters: Read = Box::new(|evidence| samples([evidence.best.visit.parameters as f64]));
    let layers: Read = Box::new(|evidence| samples([evidence.best.visit.genome.depth() as f64]));
    let words = "test accuracy of the best network of all searches after full training, evaluated once";
    let count = (Unit::Count, Range::NOT_NEGATIVE);
    vec![
        of("test_accuracy", words, (Unit::Fraction, Range::SHARE), IMAGE, test),
        of("parameters", "parameters of that network", count, ALL_SEARCHES, parameters),
        of("layers", "convolutions of that network", count, ALL_SEARCHES, layers),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{results, settings};
    use renas_report::findings::Measured;

    fn found() -> BTreeMap<String, Quantity> {
        let settings = settings();
        measure(&settings, &Evidence::read(&settings, &results().1).expect("own results"))
    }

    #[test]
    fn names_are_unique_and_all_that_is_found_was_promised() {
        let settings = settings();
        let names: Vec<String> = promised(&settings).into_iter().map(|one| one.name).collect();
        assert!(names.windows(2).all(|pair| pair[0] < pair[1]), "a name stands twice");
        let found = found();
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

    /// The audit of 27 November: accuracies and counts had intervals below 0, and 62 revisits were one exact number.
    #[test]
    fn every_quantity_has_its_range_and_nothing_that_is_drawn_is_exact() {
        let settings = settings();
        let planned = clusters(&settings);
        for (name, quantity) in found() {
            assert!(!quantity.range.is_any(), "{name} may be anything");
            assert!(!matches!(quantity.measured, Measured::Exact(_)), "{name} depends on seeds");
            let clusters = planned.get(&quantity.cluster).copied().expect("a planned cluster");
            assert!(quantity.measured.cluster_names().len() <= clusters, "{name} has more clusters than are planned");
        }
    }

    #[test]
    fn visits_and_broken_constraints_are_one_sample_per_search_seed() {
        let (found, seeds) = (found(), settings().search.seeds);
        for name in ["swap.revisits", "all.changed_revisits", "violations", "all_reference.violations"] {
            let quantity = &found[name];
            assert_eq!((quantity.over.as_str(), quantity.measured.cluster_names().len()), (SEED, seeds), "{name}");
        }
    }

    /// Repetitions of one timing on one machine are no replicates.
    #[test]
    fn repetitions_of_a_timing_are_one_cluster() {
        let quantity = &found()["filters.512.relative"];
        let units = quantity.measured.unit_values().map(<[f64]>::len);
        assert_eq!((units, quantity.measured.cluster_names()), (Some(settings().filter_sweep.repeats), vec![0]));
    }

    /// The audit of 27 November: the interval of the one best network is Wilson's, over the test images.
    #[test]
    fn the_best_networks_test_accuracy_is_a_share_of_test_images() {
        let quantity = &found()["best.test_accuracy"];
        let Measured::Estimate { n, .. } = quantity.measured else { panic!("a share") };
        assert_eq!((quantity.cluster.as_str(), Some(n)), (IMAGE, settings().test_samples()));
    }
}
