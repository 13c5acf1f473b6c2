//! The `parameters` of the manifest.

use super::arm::{ALL, NAMES, RANDOM};
use super::genome::CLASSES;
use super::layer::FILTER_LIMIT;
use super::space::Space;
use renas_data::registry::Registry;
use renas_harness::manifest::decode::Section;
use renas_harness::manifest::images::{ImageData, check_shape};
use renas_harness::parameters;
use renas_search::aging;

parameters! {
    /// Everything that a profile sets.
    pub struct Settings checked by check {
        /// What everything random derives from.
        pub seed: u64 = integer(0..=u64::MAX),
        /// The images.
        pub data: ImageData,
        /// What is searched.
        pub space: Space,
        /// How networks are trained.
        pub training: TrainingSettings,
        /// The searches.
        pub search: SearchSettings,
        /// The sweep of activation functions.
        pub activations: ActivationSettings,
        /// The timed sweep of filters.
        pub filter_sweep: FilterSettings,
        /// The full training of the best network.
        pub best: BestSettings,
        /// The analysis.
        pub analysis: AnalysisSettings,
    }

    /// How the networks of searches are trained.
    pub struct TrainingSettings {
        /// Passes over the training samples.
        pub epochs: usize = integer(1..=10_000),
        /// Samples per step.
        pub batch_size: usize = integer(1..=1 << 20),
        /// Adam's rate.
        pub learning_rate: f64 = number(1e-12..=10.0),
        /// Accuracy of a network whose training diverged.
        pub diverged_accuracy: f64 = number(0.0..=1.0),
        /// Expected CPU seconds of one training; for `renas plan`.
        pub seconds: f64 = number(0.0..=1e9),
    }

    /// The searches.
    pub struct SearchSettings checked by check_search {
        /// P: networks of the population.
        pub population: usize = integer(1..=100_000),
        /// S: networks that are drawn, of which the best is the parent.
        pub sample: usize = integer(1..=100_000),
        /// C: networks that are evaluated in all.
        pub cycles: usize = integer(1..=1_000_000),
        /// Independent searches per arm.
        pub seeds: usize = integer(1..=1000),
        /// The arms that run.
        pub arms: Vec<String> = distinct(|item| item.known("arm", &NAMES)),
    }

    /// The sweep of activation functions.
    pub struct ActivationSettings {
        /// Random genomes that are trained with every function.
        pub genomes: usize = integer(1..=1000),
    }

    /// The timed sweep of filters.
    pub struct FilterSettings checked by check_filters {
        /// Filters of all layers of a network.
        pub filters: Vec<usize> = ascending(|item| item.integer(1..=1 << 16)),
        /// Times that each network is timed.
        pub repeats: usize = integer(1..=1000),
    }

    /// The full training of the best network.
    pub struct BestSettings {
        /// Passes over all training samples.
        pub epochs: usize = integer(1..=10_000),
        /// Fraction of the learning rate that remains at the end of a cosine.
        pub floor: f64 = number(0.0..=1.0),
        /// Expected CPU seconds; for `renas plan`.
        pub seconds: f64 = number(0.0..=1e9),
    }

    /// The analysis.
    pub struct AnalysisSettings checked by check_analysis {
        /// Parameters at the near and the far end of the hypervolume's box, on a logarithmic scale.
        pub parameters: [f64; 2] = range(|item| item.number(1.0..=1e12)),
    }
}

fn check(settings: &Settings, section: &Section<'_>, data: &Registry) {
    check_shape(section, "space", data, &settings.data.name, (&settings.space.input, CLASSES));
}

fn check_search(search: &SearchSettings, section: &Section<'_>, _: &Registry) {
    if search.cycles <= search.population {
        section.problem("cycles", "must be above `population`: they count all evaluations, the random start included");
    }
    for needed in [ALL, RANDOM] {
        if !search.arms.iter().any(|arm| arm == needed) {
            section.problem("arms", format!("`{needed}` is missing: the others are compared with it"));
        }
    }
}

fn check_filters(sweep: &FilterSettings, section: &Section<'_>, _: &Registry) {
    let below = sweep.filters.iter().filter(|&&filters| filters < FILTER_LIMIT).count();
    if below == 0 || below == sweep.filters.len() {
        section.problem("filters", format!("must hold numbers below {FILTER_LIMIT} and not below it"));
    }
}

fn check_analysis(analysis: &AnalysisSettings, section: &Section<'_>, _: &Registry) {
    let [near, far] = analysis.parameters;
    if near >= far {
        section.problem("parameters", "must be two different numbers");
    }
}

impl Settings {
    /// Names of the arms that run, in the order of the manifest.
    pub fn arms(&self) -> impl Iterator<Item = &str> {
        self.search.arms.iter().map(String::as_str)
    }
}

impl SearchSettings {
    /// P, S and C.
    pub fn evolution(&self) -> aging::Settings {
        aging::Settings { population: self.population, sample: self.sample, cycles: self.cycles }
    }
}
