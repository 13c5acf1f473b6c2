//! The `parameters` of the manifest.

use serde::{Deserialize, Serialize};

use super::baselines::baseline::Baseline;
use super::latency::Configuration;
use super::objectives::Weights;
use super::space::Space;
use renas_base::seed::Seed;
use renas_data::{registry, split};
use renas_harness::manifest::decode::{Item, Section};
use renas_search::evolution;
use renas_task::SplitChoice;
use renas_task::numerics::Numerics;

/// Everything that a profile sets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// What everything random derives from.
    pub seed: u64,
    /// The images that are searched on.
    pub data: DataSettings,
    /// What is searched.
    pub space: SpaceSettings,
    /// The training of supernets.
    pub supernet: SupernetSettings,
    /// The sample that the ranking of supernets is measured on.
    pub ranking: RankingSettings,
    /// The searches.
    pub search: SearchSettings,
    /// Trainings of networks on their own.
    pub training: TrainingSettings,
    /// Most multiply-adds of the networks that are chosen, ascending: the paper's budgets 1 to 3.
    pub budgets: Vec<u64>,
    /// The hand-designed networks.
    pub baselines: BaselineSettings,
    /// The second data set.
    pub transfer: TransferSettings,
    /// Times in several configurations of the machine.
    pub latency: LatencySettings,
}

/// Images and their split.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataSettings {
    /// Name in the registry.
    pub name: String,
    /// Training samples.
    pub train: usize,
    /// Validation samples.
    pub validation: usize,
    /// Test samples held out, where the data set has none of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<usize>,
}

/// The bounds of the space, but for what the data says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpaceSettings {
    /// Stride of the first convolution; of hand-designed networks too.
    pub stem_stride: usize,
    /// Channels of each stage at full width.
    pub channels: Vec<usize>,
    /// Most layers of a stage.
    pub depth: usize,
    /// Widths in `denominator`-ths of `channels`, ascending.
    pub widths: Vec<usize>,
    /// What widths are counted in.
    pub denominator: usize,
    /// Kernels, odd, ascending.
    pub kernels: Vec<usize>,
    /// Expansions, ascending.
    pub expansions: Vec<usize>,
}

/// The training of supernets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SupernetSettings {
    /// Supernets; searches take them in turn.
    pub seeds: usize,
    /// Passes over the training samples.
    pub epochs: usize,
    /// Samples per step.
    pub batch_size: usize,
    /// Adam's rate at the start of a cosine.
    pub learning_rate: f64,
    /// Training samples that a path's statistics of batch normalisation are taken from.
    pub calibration: usize,
    /// Expected CPU seconds of one training; for `renas plan`.
    pub seconds: f64,
}

/// The sample that the ranking of supernets is measured on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RankingSettings {
    /// Random networks for each supernet.
    pub networks: usize,
}

/// The searches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SearchSettings {
    /// Networks of a population.
    pub population: usize,
    /// Generations after the random start.
    pub generations: usize,
    /// Probability that a child has two parents.
    pub crossover_rate: f64,
    /// Probability that a child is mutated.
    pub mutation_rate: f64,
    /// Lambdas of equation 2.
    pub weights: Weights,
    /// Independent searches per arm.
    pub seeds: usize,
    /// Expected CPU seconds of one judgement; for `renas plan`.
    pub seconds: f64,
}

/// Trainings of networks on their own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingSettings {
    /// Passes over the training samples.
    pub epochs: usize,
    /// Samples per step.
    pub batch_size: usize,
    /// Adam's rate at the start of a cosine.
    pub learning_rate: f64,
    /// Trainings of each chosen and each hand-designed network.
    pub seeds: usize,
    /// Accuracy of a network whose training diverged.
    pub diverged_accuracy: f64,
    /// Expected CPU seconds of one training; for `renas plan`.
    pub seconds: f64,
}

/// The hand-designed networks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BaselineSettings {
    /// What their channels are divided by.
    pub divisor: usize,
    /// Those that are trained.
    pub networks: Vec<Baseline>,
}

/// The second data set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TransferSettings {
    /// Its images.
    pub data: DataSettings,
    /// Hand-designed networks that are trained on it.
    pub networks: Vec<Baseline>,
}

/// Times in several configurations of the machine: every combination of the lists.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LatencySettings {
    /// Most networks of a search that are timed.
    pub networks: usize,
    /// Images that pass together.
    pub batch_sizes: Vec<usize>,
    /// Threads that compute together.
    pub threads: Vec<usize>,
    /// Pinned settings: instruction sets and modes of libraries.
    pub numerics: Vec<Numerics>,
}

/// Budgets of the paper's table.
pub const BUDGETS: usize = 3;

/// Read the section; mistakes are reported to it.
pub fn read(section: &mut Section<'_>) -> Settings {
    let mistakes = section.mistakes();
    let settings = Settings {
        seed: section.integer("seed", 0..=u64::MAX),
        data: section.section("data", read_data),
        space: section.section("space", read_space),
        supernet: section.section("supernet", |section| SupernetSettings {
            seeds: section.integer("seeds", 1..=1000),
            epochs: section.integer("epochs", 1..=100_000),
            batch_size: section.integer("batch_size", 2..=1 << 20),
            learning_rate: section.number("learning_rate", 1e-12..=10.0),
            calibration: section.integer("calibration", 2..=1_000_000),
            seconds: section.number("seconds", 0.0..=1e9),
        }),
        ranking: section
            .section("ranking", |section| RankingSettings { networks: section.integer("networks", 3..=100_000) }),
        search: section.section("search", read_search),
        training: section.section("training", |section| TrainingSettings {
            epochs: section.integer("epochs", 1..=100_000),
            batch_size: section.integer("batch_size", 2..=1 << 20),
            learning_rate: section.number("learning_rate", 1e-12..=10.0),
            seeds: section.integer("seeds", 1..=1000),
            diverged_accuracy: section.number("diverged_accuracy", 0.0..=1.0),
            seconds: section.number("seconds", 0.0..=1e9),
        }),
        budgets: section.list("budgets", |item| item.integer(1..=u64::MAX)),
        baselines: section.section("baselines", |section| BaselineSettings {
            divisor: section.integer("divisor", 1..=16),
            networks: section.list("networks", baseline),
        }),
        transfer: section.section("transfer", |section| TransferSettings {
            data: section.section("data", read_data),
            networks: section.list("networks", baseline),
        }),
        latency: section.section("latency", |section| LatencySettings {
            networks: section.integer("networks", 3..=1000),
            batch_sizes: section.list("batch_sizes", |item| item.integer(2..=1 << 16)),
            threads: section.list("threads", |item| item.integer(1..=1024)),
            numerics: section.list("numerics", numerics),
        }),
    };
    // Where values are stand-ins, rules between them say nothing.
    if section.mistakes() == mistakes {
        check(&settings, section);
    }
    settings
}

/// Rules between several values.
fn check(settings: &Settings, section: &Section<'_>) {
    if settings.budgets.len() != BUDGETS || settings.budgets.windows(2).any(|pair| pair[0] >= pair[1]) {
        section.problem("budgets", format!("must be {BUDGETS} numbers in ascending order"));
    }
    if settings.supernet.calibration > settings.data.train {
        section.problem(
            "supernet",
            format!("calibration takes at most the {} samples of `data.train`", settings.data.train),
        );
    }
    if settings.training.seeds > settings.search.seeds {
        section.problem("training", "seeds are at most as many as `search.seeds`: each trains what its search chose");
    }
    check_latency(&settings.latency, section);
    for (key, networks) in [("baselines", &settings.baselines.networks), ("transfer", &settings.transfer.networks)] {
        if has_double(networks) {
            section.problem(key, "a network stands twice");
        }
    }
    for (key, data) in [("data", &settings.data), ("transfer", &settings.transfer.data)] {
        let Some(space) = settings.space_on(data) else { continue };
        if let Err(error) = space.check() {
            section.problem(key, format!("the space does not fit the images of {}: {error}", data.name));
        }
    }
}

fn check_latency(latency: &LatencySettings, section: &Section<'_>) {
    let LatencySettings { batch_sizes, threads, numerics, .. } = latency;
    let doubles = [
        ("batch_sizes", has_double(batch_sizes)),
        ("threads", has_double(threads)),
        ("numerics", has_double(numerics)),
    ];
    for (key, _) in doubles.into_iter().filter(|(_, has_double)| *has_double) {
        section.problem("latency", format!("{key}: a value stands twice"));
    }
    if latency.configurations().len() == 1 {
        section.problem(
            "latency",
            "batch_sizes, threads and numerics must be at least two configurations together, for times in one to be \
             compared with those in another",
        );
    }
}

fn has_double<T: PartialEq>(values: &[T]) -> bool {
    values.iter().enumerate().any(|(index, one)| values[..index].contains(one))
}

fn numerics(item: &Item<'_>) -> Numerics {
    let name = item.known("numerics", &Numerics::ALL.map(Numerics::name));
    name.parse().unwrap_or(Numerics::Portable) // an unknown name is reported already
}

fn baseline(item: &Item<'_>) -> Baseline {
    let names = Baseline::ALL.map(Baseline::name);
    let name = item.known("network", &names);
    let found = Baseline::ALL.into_iter().find(|one| one.name() == name);
    found.unwrap_or(Baseline::ResNet20) // an unknown name is reported already
}

fn read_data(section: &mut Section<'_>) -> DataSettings {
    let names: Vec<&str> = registry::all().iter().filter(|set| set.images().is_ok()).map(|set| set.name).collect();
    let data = DataSettings {
        name: section.known("name", "data set", &names),
        train: section.integer("train", 2..=10_000_000),
        validation: section.integer("validation", 10..=1_000_000),
        test: section.optional("test", |item| item.integer(1..=1_000_000)),
    };
    if let Ok(images) = registry::find(&data.name).and_then(|set| set.images()) {
        let choice = data.split(Seed::from_number(0));
        if let Err(error) = split::check(&choice, images.sizes) {
            section.problem("name", error.to_string());
        }
    }
    data
}

fn read_space(section: &mut Section<'_>) -> SpaceSettings {
    let space = SpaceSettings {
        stem_stride: section.integer("stem_stride", 1..=2),
        channels: section.list("channels", |item| item.integer(1..=4096)),
        depth: section.integer("depth", 1..=16),
        widths: section.list("widths", |item| item.integer(1..=64)),
        denominator: section.integer("denominator", 1..=64),
        kernels: section.list("kernels", |item| item.integer(1..=15)),
        expansions: section.list("expansions", |item| item.integer(1..=16)),
    };
    for (key, values) in [("widths", &space.widths), ("kernels", &space.kernels), ("expansions", &space.expansions)] {
        if values.is_empty() || values.windows(2).any(|pair| pair[0] >= pair[1]) {
            section.problem(key, "must be numbers in ascending order, at least one");
        }
    }
    if let Some(even) = space.kernels.iter().find(|kernel| *kernel % 2 == 0) {
        section.problem("kernels", format!("{even} is even; kernels are odd, so that images keep their size"));
    }
    if space.channels.is_empty() {
        section.problem("channels", "must be at least one number: as many as stages");
    }
    space
}

fn read_search(section: &mut Section<'_>) -> SearchSettings {
    SearchSettings {
        population: section.integer("population", 2..=100_000),
        generations: section.integer("generations", 1..=100_000),
        crossover_rate: section.number("crossover_rate", 0.0..=1.0),
        mutation_rate: section.number("mutation_rate", 0.0..=1.0),
        weights: section.section("weights", |section| Weights {
            accuracy: section.number("accuracy", 0.0..=1e6),
            multiply_adds: section.number("multiply_adds", 0.0..=1e6),
            memory: section.number("memory", 0.0..=1e6),
        }),
        seeds: section.integer("seeds", 1..=1000),
        seconds: section.number("seconds", 0.0..=1e9),
    }
}

impl DataSettings {
    /// The split that is drawn from `seed`.
    pub fn split(&self, seed: Seed) -> SplitChoice {
        SplitChoice { test: self.test, validation: self.validation, train: Some(self.train), seed }
    }
}

impl LatencySettings {
    /// Every combination; numerics vary fastest, then threads.
    pub fn configurations(&self) -> Vec<Configuration> {
        let mut all = Vec::new();
        for &batch_size in &self.batch_sizes {
            for &threads in &self.threads {
                let of = |&numerics: &Numerics| Configuration { batch_size, threads, numerics };
                all.extend(self.numerics.iter().map(of));
            }
        }
        all
    }
}

impl SearchSettings {
    /// Population, generations and rates.
    pub fn evolution(&self) -> evolution::Settings {
        let Self { population, generations, crossover_rate, mutation_rate, .. } = *self;
        evolution::Settings { population, generations, evaluations: None, crossover_rate, mutation_rate }
    }

    /// Networks that a search judges.
    pub fn evaluations(&self) -> usize {
        self.population * (self.generations + 1)
    }
}

impl Settings {
    /// The space on the images of a data set; none for an unknown one.
    pub fn space_on(&self, data: &DataSettings) -> Option<Space> {
        let images = registry::find(&data.name).ok()?.images().ok()?;
        let SpaceSettings { stem_stride, channels, depth, widths, denominator, kernels, expansions } =
            self.space.clone();
        let (input, classes) = (images.shape.to_vec(), images.classes);
        Some(Space { input, classes, stem_stride, channels, depth, widths, denominator, kernels, expansions })
    }
}
