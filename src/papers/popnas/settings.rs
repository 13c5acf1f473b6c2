//! The `parameters` of the manifest.

use serde::{Deserialize, Serialize};

use super::arm;
use super::controller::ControllerSettings;
use super::network::Scale;
use renas_base::seed::Seed;
use renas_data::{registry, split};
use renas_harness::manifest::decode::Section;
use renas_surrogate::xgboost::XgboostGrid;
use renas_task::SplitChoice;

/// Everything that a profile sets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// What everything random derives from.
    pub seed: u64,
    /// The images.
    pub data: DataSettings,
    /// Size of the networks.
    pub scale: Scale,
    /// How they are trained.
    pub children: ChildSettings,
    /// The accuracy predictor.
    pub controller: ControllerSettings,
    /// The searches.
    pub search: SearchSettings,
    /// Settings that XGBoost is chosen from.
    pub xgboost: XgboostGrid,
    /// How often a training is timed, to see the clock's noise.
    pub clock: ClockSettings,
}

/// The images and their split.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataSettings {
    /// Name in the registry.
    pub name: String,
    /// Training samples.
    pub train: usize,
    /// Validation samples.
    pub validation: usize,
    /// Test samples held out, where the data set has none of its own; no arm reads them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<usize>,
}

/// How children are trained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChildSettings {
    /// E.
    pub epochs: usize,
    /// Samples per step.
    pub batch_size: usize,
    /// Adam's rate at the start.
    pub learning_rate: f64,
    /// Fraction of it that remains at the end of the cosine.
    pub floor: f64,
    /// Adam's constant rate under `reference`.
    pub reference_learning_rate: f64,
    /// Accuracy of a child whose training diverged.
    pub diverged_accuracy: f64,
    /// Expected CPU seconds of one epoch, by number of blocks; for `renas plan`.
    pub seconds_per_epoch: Vec<f64>,
}

/// The searches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SearchSettings {
    /// Independent searches per arm.
    pub seeds: usize,
    /// K.
    pub beam: usize,
    /// Earlier cells that a block may name under `reference`.
    pub lookback: usize,
    /// The arms that run.
    pub arms: Vec<ArmSettings>,
    /// Seconds of the hypervolume's reference point.
    pub hypervolume_seconds: f64,
}

/// An arm that runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArmSettings {
    /// Its name.
    pub name: String,
    /// B: blocks of its largest cells.
    pub blocks: usize,
}

/// The repeated timings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClockSettings {
    /// Cells of one block that are timed.
    pub cells: usize,
    /// Times that each is.
    pub repeats: usize,
}

/// Arms whose time regressors are compared, where they run.
pub const ABLATED: [&str; 2] = ["pnas", "pnas_reference"];

/// Read the section; mistakes are reported to it.
pub fn read(section: &mut Section<'_>) -> Settings {
    let settings = Settings {
        seed: section.integer("seed", 0..=u64::MAX),
        data: section.section("data", read_data),
        scale: section.section("scale", read_scale),
        children: section.section("children", read_children),
        controller: section.section("controller", read_controller),
        search: section.section("search", read_search),
        xgboost: section.section("xgboost", read_grid),
        clock: section.section("clock", |section| ClockSettings {
            cells: section.integer("cells", 1..=64),
            repeats: section.integer("repeats", 2..=1000),
        }),
    };
    if settings.children.seconds_per_epoch.len() < settings.blocks() {
        section.problem("children", "`seconds_per_epoch` needs one number per number of blocks");
    }
    if settings.search.arms.first().is_none_or(|first| first.name != "pnas") {
        section.problem("search", "`arms` must begin with pnas: the others are compared with it");
    }
    if settings.data.train < 2 * settings.children.batch_size {
        section.problem("data", "`train` must hold at least two batches");
    }
    // An unknown name is reported already.
    if let Ok(images) = registry::find(&settings.data.name).and_then(|set| set.images())
        && let Err(error) = split::check(&settings.split(), images.sizes)
    {
        section.problem("data", format!("{} cannot be split so: {error}", settings.data.name));
    }
    settings
}

fn read_data(section: &mut Section<'_>) -> DataSettings {
    let names: Vec<&str> = registry::all().iter().map(|set| set.name).collect();
    DataSettings {
        name: section.known("name", "data set", &names),
        train: section.integer("train", 2..=1_000_000),
        validation: section.integer("validation", 10..=1_000_000),
        test: section.optional("test", |item| item.integer(1..=1_000_000)),
    }
}

fn read_scale(section: &mut Section<'_>) -> Scale {
    let scale = Scale {
        input: section.list("input", |item| item.integer(1..=4096)),
        classes: section.integer("classes", 2..=1000),
        pooled: section.integer("pooled", 1..=16),
        filters: section.integer("filters", 1..=512),
        repeats: section.integer("repeats", 1..=16),
    };
    match scale.input[..] {
        [_, height, width] if height % scale.pooled == 0 && width % scale.pooled == 0 => {}
        _ => section.problem("input", "must be [channels, height, width], both divisible by `pooled`"),
    }
    scale
}

fn read_children(section: &mut Section<'_>) -> ChildSettings {
    ChildSettings {
        epochs: section.integer("epochs", 1..=10_000),
        batch_size: section.integer("batch_size", 2..=1 << 20),
        learning_rate: section.number("learning_rate", 1e-12..=10.0),
        floor: section.number("floor", 0.0..=1.0),
        reference_learning_rate: section.number("reference_learning_rate", 1e-12..=10.0),
        diverged_accuracy: section.number("diverged_accuracy", 0.0..=1.0),
        seconds_per_epoch: section.list("seconds_per_epoch", |item| item.number(0.0..=1e6)),
    }
}

fn read_controller(section: &mut Section<'_>) -> ControllerSettings {
    ControllerSettings {
        embedding: section.integer("embedding", 1..=4096),
        hidden: section.integer("hidden", 1..=4096),
        epochs: section.integer("epochs", 1..=10_000),
        batch_size: section.integer("batch_size", 1..=4096),
        learning_rate: section.number("learning_rate", 1e-12..=10.0),
        reference_learning_rate: section.number("reference_learning_rate", 1e-12..=10.0),
    }
}

fn read_search(section: &mut Section<'_>) -> SearchSettings {
    let search = SearchSettings {
        seeds: section.integer("seeds", 1..=1000),
        beam: section.integer("beam", 1..=100_000),
        lookback: section.integer("lookback", 1..=2),
        arms: section.list("arms", |item| {
            item.section(|section| ArmSettings {
                name: section.known("name", "arm", &arm::names()),
                blocks: section.integer("blocks", 1..=32),
            })
        }),
        hypervolume_seconds: section.number("hypervolume_seconds", 1e-9..=1e12),
    };
    for (index, arm) in search.arms.iter().enumerate() {
        if search.arms[..index].iter().any(|earlier| earlier.name == arm.name) {
            section.problem("arms", format!("{} stands twice", arm.name));
        }
    }
    search
}

fn read_grid(section: &mut Section<'_>) -> XgboostGrid {
    let grid = XgboostGrid {
        min_child_weight: section.list("min_child_weight", |item| item.number(0.0..=1e6)),
        gamma: section.list("gamma", |item| item.number(0.0..=1e6)),
        n_estimators: section.list("n_estimators", |item| item.integer(1..=100_000)),
        learning_rate: section.list("learning_rate", |item| item.number(1e-6..=1.0)),
        max_depth: section.list("max_depth", |item| item.integer(1..=64)),
    };
    if grid.settings().is_empty() {
        section.problem("n_estimators", "no list of the grid may be empty");
    }
    grid
}

impl Settings {
    /// The seed that everything of this paper derives from.
    pub fn root(&self) -> Seed {
        Seed::from_number(self.seed).derive("popnas")
    }

    /// How the images are split, for every search.
    pub fn split(&self) -> SplitChoice {
        let DataSettings { name, train, validation, test } = &self.data;
        let seed = self.root().derive_indexed("split", 0).derive(name);
        SplitChoice { test: *test, validation: *validation, train: Some(*train), seed }
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
