//! The `parameters` of the manifest.

use serde::{Deserialize, Serialize};

use super::arm::{ALL, NAMES, RANDOM};
use super::genome::CLASSES;
use super::layer::{FILTER_LIMIT, LARGEST_KERNEL};
use super::space::{Functions, Space};
use renas_base::seed::Seed;
use renas_data::{registry, split};
use renas_harness::manifest::decode::Section;
use renas_search::aging;
use renas_task::SplitChoice;

/// Everything that a profile sets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// What everything random derives from.
    pub seed: u64,
    /// The images.
    pub data: DataSettings,
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

/// The images and their split.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataSettings {
    /// Name in the registry.
    pub name: String,
    /// Training samples of a search; absent: all that remain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub train: Option<usize>,
    /// Validation samples.
    pub validation: usize,
    /// Test samples held out, where the data set has none of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<usize>,
}

/// How the networks of searches are trained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingSettings {
    /// Passes over the training samples.
    pub epochs: usize,
    /// Samples per step.
    pub batch_size: usize,
    /// Adam's rate.
    pub learning_rate: f64,
    /// Accuracy of a network whose training diverged.
    pub diverged_accuracy: f64,
    /// Expected CPU seconds of one training; for `renas plan`.
    pub seconds: f64,
}

/// The searches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SearchSettings {
    /// P.
    pub population: usize,
    /// S.
    pub sample: usize,
    /// C.
    pub cycles: usize,
    /// Independent searches per arm.
    pub seeds: usize,
    /// The arms that run.
    pub arms: Vec<String>,
}

/// The sweep of activation functions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActivationSettings {
    /// Random genomes that are trained with every function.
    pub genomes: usize,
}

/// The timed sweep of filters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FilterSettings {
    /// Filters of all layers of a network, ascending.
    pub filters: Vec<usize>,
    /// Times that each network is timed.
    pub repeats: usize,
}

/// The full training of the best network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BestSettings {
    /// Passes over all training samples.
    pub epochs: usize,
    /// Fraction of the learning rate that remains at the end of a cosine.
    pub floor: f64,
    /// Expected CPU seconds; for `renas plan`.
    pub seconds: f64,
}

/// The analysis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnalysisSettings {
    /// Parameters at the near and the far end of the hypervolume's box, on a logarithmic scale.
    pub parameters: [f64; 2],
}

/// Read the section; mistakes are reported to it.
pub fn read(section: &mut Section<'_>) -> Settings {
    let settings = Settings {
        seed: section.integer("seed", 0..=u64::MAX),
        data: section.section("data", read_data),
        space: section.section("space", read_space),
        training: section.section("training", |section| TrainingSettings {
            epochs: section.integer("epochs", 1..=10_000),
            batch_size: section.integer("batch_size", 1..=1 << 20),
            learning_rate: section.number("learning_rate", 1e-12..=10.0),
            diverged_accuracy: section.number("diverged_accuracy", 0.0..=1.0),
            seconds: section.number("seconds", 0.0..=1e9),
        }),
        search: section.section("search", read_search),
        activations: section
            .section("activations", |section| ActivationSettings { genomes: section.integer("genomes", 1..=1000) }),
        filter_sweep: section.section("filter_sweep", read_filters),
        best: section.section("best", |section| BestSettings {
            epochs: section.integer("epochs", 1..=10_000),
            floor: section.number("floor", 0.0..=1.0),
            seconds: section.number("seconds", 0.0..=1e9),
        }),
        analysis: section.section("analysis", |section| AnalysisSettings {
            parameters: ends(section, "parameters", |section, key| section.list(key, |item| item.number(1.0..=1e12))),
        }),
    };
    // An unknown name is reported already.
    if let Ok(images) = registry::find(&settings.data.name).and_then(|set| set.images())
        && (settings.space.input != images.shape || images.classes != CLASSES)
    {
        let (shape, classes) = (images.shape, images.classes);
        let name = &settings.data.name;
        section
            .problem("space", format!("{name} has images of {shape:?} in {classes} classes; genomes have {CLASSES}"));
    }
    settings
}

fn read_data(section: &mut Section<'_>) -> DataSettings {
    let names: Vec<&str> = registry::all().iter().filter(|set| set.images().is_ok()).map(|set| set.name).collect();
    let data = DataSettings {
        name: section.known("name", "data set", &names),
        train: section.optional("train", |item| item.integer(1..=1_000_000)),
        validation: section.integer("validation", 10..=1_000_000),
        test: section.optional("test", |item| item.integer(1..=1_000_000)),
    };
    if let Ok(images) = registry::find(&data.name).and_then(|set| set.images()) {
        let (test, validation, train) = (data.test, data.validation, data.train);
        let choice = SplitChoice { test, validation, train, seed: Seed::from_number(0) };
        if let Err(error) = split::check(&choice, images.sizes) {
            section.problem("name", error.to_string());
        }
    }
    data
}

fn read_space(section: &mut Section<'_>) -> Space {
    let space = Space {
        input: section.list("input", |item| item.integer(1..=4096)),
        layers: ends(section, "layers", |section, key| section.list(key, |item| item.integer(2..=64))),
        filters: section.list("filters", |item| item.integer(1..=FILTER_LIMIT - 1)),
        kernels: section.list("kernels", |item| item.integer(1..=LARGEST_KERNEL)),
        functions: section.choice("functions", &[("all", Functions::All), ("three", Functions::Three)]),
        multiply_adds: section.optional("multiply_adds", |item| item.integer(1..=u64::MAX)),
    };
    if let Some(even) = space.kernels.iter().find(|kernel| *kernel % 2 == 0) {
        section.problem("kernels", format!("{even} is even; kernels are odd, so that images keep their size"));
    }
    for (key, values) in [("filters", &space.filters), ("kernels", &space.kernels)] {
        if values.is_empty() || values.windows(2).any(|pair| pair[0] >= pair[1]) {
            section.problem(key, "must be numbers in ascending order, at least one");
        }
    }
    if space.input.len() != 3 {
        section.problem("input", "must be [channels, height, width]");
    } else if !space.is_populated() {
        section.problem("multiply_adds", "the smallest network of the most layers has more");
    }
    space
}

/// Two values, the smaller one first.
fn ends<T: Copy + PartialOrd + From<u8>>(
    section: &mut Section<'_>,
    key: &str,
    read: impl FnOnce(&mut Section<'_>, &str) -> Vec<T>,
) -> [T; 2] {
    match read(section, key)[..] {
        [low, high] if low < high => [low, high],
        _ => {
            section.problem(key, "must be two numbers, the smaller one first");
            [T::from(2), T::from(3)]
        }
    }
}

fn read_search(section: &mut Section<'_>) -> SearchSettings {
    let search = SearchSettings {
        population: section.integer("population", 1..=100_000),
        sample: section.integer("sample", 1..=100_000),
        cycles: section.integer("cycles", 1..=1_000_000),
        seeds: section.integer("seeds", 1..=1000),
        arms: section.list("arms", |item| item.known("arm", &NAMES)),
    };
    if search.cycles <= search.population {
        section.problem("cycles", "must be above `population`: they count all evaluations, the random start included");
    }
    for (index, arm) in search.arms.iter().enumerate() {
        if search.arms[..index].contains(arm) {
            section.problem("arms", format!("{arm} stands twice"));
        }
    }
    for needed in [ALL, RANDOM] {
        if !search.arms.iter().any(|arm| arm == needed) {
            section.problem("arms", format!("`{needed}` is missing: the others are compared with it"));
        }
    }
    search
}

fn read_filters(section: &mut Section<'_>) -> FilterSettings {
    let sweep = FilterSettings {
        filters: section.list("filters", |item| item.integer(1..=1 << 16)),
        repeats: section.integer("repeats", 1..=1000),
    };
    if sweep.filters.windows(2).any(|pair| pair[0] >= pair[1]) {
        section.problem("filters", "must be in ascending order");
    }
    let below = sweep.filters.iter().filter(|&&filters| filters < FILTER_LIMIT).count();
    if below == 0 || below == sweep.filters.len() {
        section.problem("filters", format!("must hold numbers below {FILTER_LIMIT} and not below it"));
    }
    sweep
}

impl Settings {
    /// Names of the arms that run, in the order of the manifest.
    pub fn arms(&self) -> impl Iterator<Item = &str> {
        self.search.arms.iter().map(String::as_str)
    }

    /// Samples of the test split; none for an unknown data set.
    pub fn test_samples(&self) -> Option<usize> {
        let official = registry::find(&self.data.name).ok().and_then(|set| set.images().ok()?.sizes.test);
        self.data.test.or(official)
    }
}

impl SearchSettings {
    /// P, S and C.
    pub fn evolution(&self) -> aging::Settings {
        aging::Settings { population: self.population, sample: self.sample, cycles: self.cycles }
    }
}
