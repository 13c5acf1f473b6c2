//! The `parameters` of the manifest.

use super::arm;
use super::controller::ControllerSettings;
use super::network::Scale;
use renas_base::seed::Seed;
use renas_data::registry::Registry;
use renas_data::split::SplitChoice;
use renas_harness::manifest::decode::{Item, Section};
use renas_harness::manifest::images::{ImageData, check_shape};
use renas_harness::parameters;
use renas_surrogate::xgboost::XgboostGrid;

parameters! {
    /// Everything that a profile sets.
    pub struct Settings checked by check {
        /// What everything random derives from.
        pub seed: u64 = integer(0..=u64::MAX),
        /// The images; no arm reads those of the test split.
        pub data: ImageData,
        /// Size of the networks.
        pub scale: Scale,
        /// How they are trained.
        pub children: ChildSettings,
        /// The accuracy predictor.
        pub controller: ControllerSettings,
        /// The searches.
        pub search: SearchSettings,
        /// Settings that XGBoost is chosen from: lists of `min_child_weight`, `gamma`, `n_estimators`, `learning_rate`, `max_depth`.
        pub xgboost: XgboostGrid = required(grid),
        /// How often a training is timed, to see the clock's noise.
        pub clock: ClockSettings,
    }

    /// How children are trained.
    pub struct ChildSettings {
        /// E: passes over the training samples.
        pub epochs: usize = integer(1..=10_000),
        /// Samples per step.
        pub batch_size: usize = integer(2..=1 << 20),
        /// Adam's rate at the start.
        pub learning_rate: f64 = number(1e-12..=10.0),
        /// Fraction of it that remains at the end of the cosine.
        pub floor: f64 = number(0.0..=1.0),
        /// Adam's constant rate under `reference`.
        pub reference_learning_rate: f64 = number(1e-12..=10.0),
        /// Accuracy of a child whose training diverged.
        pub diverged_accuracy: f64 = number(0.0..=1.0),
        /// Expected CPU seconds of one epoch, by number of blocks; for `renas plan`.
        pub seconds_per_epoch: Vec<f64> = list(|item| item.number(0.0..=1e6)),
    }

    /// The searches.
    pub struct SearchSettings checked by check_search {
        /// Independent searches per arm.
        pub seeds: usize = integer(1..=1000),
        /// K: cells that are kept from one stage to the next.
        pub beam: usize = integer(1..=100_000),
        /// Earlier cells that a block may name under `reference`.
        pub lookback: usize = integer(1..=2),
        /// The arms that run.
        pub arms: Vec<ArmSettings> = sections(),
        /// Seconds of the hypervolume's reference point.
        pub hypervolume_seconds: f64 = number(1e-9..=1e12),
    }

    /// An arm that runs.
    pub struct ArmSettings {
        /// Its name.
        pub name: String = known("arm", &arm::names()),
        /// B: blocks of its largest cells.
        pub blocks: usize = integer(1..=32),
    }

    /// The repeated timings.
    pub struct ClockSettings {
        /// Cells of one block that are timed.
        pub cells: usize = integer(1..=64),
        /// Times that each is.
        pub repeats: usize = integer(2..=1000),
    }
}

/// Arms whose time regressors are compared, where they run.
pub const ABLATED: [&str; 2] = ["pnas", "pnas_reference"];

fn check(settings: &Settings, section: &Section<'_>, data: &Registry) {
    if settings.children.seconds_per_epoch.len() < settings.blocks() {
        section.problem("children", "`seconds_per_epoch` needs one number per number of blocks");
    }
    if settings.data.training_samples(data).is_some_and(|train| train < 2 * settings.children.batch_size) {
        section.problem("data", "`train` must hold at least two batches");
    }
    let Scale { input, classes, .. } = &settings.scale;
    check_shape(section, "scale", data, &settings.data.name, (input, *classes));
}

fn check_search(search: &SearchSettings, section: &Section<'_>, _: &Registry) {
    for (index, arm) in search.arms.iter().enumerate() {
        if search.arms[..index].iter().any(|earlier| earlier.name == arm.name) {
            section.problem("arms", format!("{} is a duplicate", arm.name));
        }
    }
    if search.arms.first().is_none_or(|first| first.name != "pnas") {
        section.problem("arms", "must begin with pnas: the others are compared with it");
    }
}

fn grid(item: &Item<'_>) -> XgboostGrid {
    item.section(|section| XgboostGrid {
        min_child_weight: section.list("min_child_weight", |item| item.number(0.0..=1e6)),
        gamma: section.list("gamma", |item| item.number(0.0..=1e6)),
        n_estimators: section.list("n_estimators", |item| item.integer(1..=100_000)),
        learning_rate: section.list("learning_rate", |item| item.number(1e-6..=1.0)),
        max_depth: section.list("max_depth", |item| item.integer(1..=64)),
    })
}

impl Settings {
    /// The seed that everything of this paper derives from.
    pub fn root(&self) -> Seed {
        Seed::from_number(self.seed).derive("popnas")
    }

    /// How the images are split, for every search.
    pub fn split(&self) -> SplitChoice {
        self.data.split(self.root().derive_indexed("split", 0).derive(&self.data.name))
    }

    /// B: the blocks of the largest cells of any arm.
    pub fn blocks(&self) -> usize {
        self.search.arms.iter().map(|arm| arm.blocks).max().unwrap_or(1)
    }

    /// The arms whose time regressors are compared.
    pub fn ablated(&self) -> impl Iterator<Item = &ArmSettings> {
        self.search.arms.iter().filter(|arm| ABLATED.contains(&arm.name.as_str()) && arm.blocks > 1)
    }
}
