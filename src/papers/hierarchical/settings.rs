//! The `parameters` of the manifest.

use super::baselines::Baseline;
use super::latency::Configuration;
use super::objectives::Weights;
use super::space::Space;
use renas_data::registry::Registry;
use renas_harness::manifest::decode::{Item, Section};
use renas_harness::manifest::images::ImageData;
use renas_harness::parameters;
use renas_search::evolution;
use renas_task::numerics::Numerics;

parameters! {
    /// Everything that a profile sets.
    pub struct Settings checked by check {
        /// What everything random derives from.
        pub seed: u64 = integer(0..=u64::MAX),
        /// The images that are searched on.
        pub data: ImageData,
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
        /// Most multiply-adds of the networks that are chosen: the paper's budgets 1 to 3.
        pub budgets: Vec<u64> = ascending(|item| item.integer(1..=u64::MAX)),
        /// The hand-designed networks.
        pub baselines: BaselineSettings,
        /// The second data set.
        pub transfer: TransferSettings,
        /// Times in several configurations of the machine.
        pub latency: LatencySettings,
    }

    /// The bounds of the space, but for what the data says.
    pub struct SpaceSettings checked by check_space {
        /// Stride of the first convolution; of hand-designed networks too.
        pub stem_stride: usize = integer(1..=2),
        /// Channels of each stage at full width.
        pub channels: Vec<usize> = list(|item| item.integer(1..=4096)),
        /// Most layers of a stage.
        pub depth: usize = integer(1..=16),
        /// Widths in `denominator`-ths of `channels`.
        pub widths: Vec<usize> = ascending(|item| item.integer(1..=64)),
        /// What widths are counted in.
        pub denominator: usize = integer(1..=64),
        /// Kernels, odd.
        pub kernels: Vec<usize> = ascending(|item| item.integer(1..=15)),
        /// Expansions.
        pub expansions: Vec<usize> = ascending(|item| item.integer(1..=16)),
    }

    /// The training of supernets.
    pub struct SupernetSettings checked by check_supernet {
        /// Supernets; searches take them in turn.
        pub seeds: usize = integer(1..=1000),
        /// Paths of one step, which share its samples: of hierarchical genotypes, each with another block in every stage, the
        /// first of the largest width. The flat arm then has as many supernets of its own, of flat genotypes, and all
        /// supernets rank the same networks. Absent: one path for each step, of flat genotypes, and one supernet for all arms.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub paths: Option<usize> = optional(|item| item.integer(2..=1024)),
        /// Passes over the training samples.
        pub epochs: usize = integer(1..=100_000),
        /// Those of them, the first, in which all layers of paths are standard convolutions; absent: none. Takes `paths`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub standard_epochs: Option<usize> = optional(|item| item.integer(1..=100_000)),
        /// How much paths learn from the first of their step, which is then of standard convolutions: the weight of the cross
        /// entropy to its answers; the rest is that of labels. Absent: nothing. Takes `paths`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub distillation: Option<f64> = optional(|item| item.number(0.001..=0.999)),
        /// Samples per step, of all its paths together.
        pub batch_size: usize = integer(2..=1 << 20),
        /// Adam's rate at the start of a cosine.
        pub learning_rate: f64 = number(1e-12..=10.0),
        /// Training samples that a path's statistics of batch normalisation are taken from.
        pub calibration: usize = integer(2..=1_000_000),
        /// Expected CPU seconds of one training; for `renas plan`.
        pub seconds: f64 = number(0.0..=1e9),
    }

    /// The sample that the ranking of supernets is measured on.
    pub struct RankingSettings {
        /// Random networks for each supernet; with `supernet.paths` the same for all of them.
        pub networks: usize = integer(3..=100_000),
        /// Passes over the training samples of their own trainings; absent: as many as `training.epochs`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub epochs: Option<usize> = optional(|item| item.integer(1..=100_000)),
    }

    /// The searches.
    pub struct SearchSettings {
        /// Networks of a population.
        pub population: usize = integer(2..=100_000),
        /// Generations after the random start.
        pub generations: usize = integer(1..=100_000),
        /// Probability that a child has two parents.
        pub crossover_rate: f64 = number(0.0..=1.0),
        /// Probability that a child is mutated.
        pub mutation_rate: f64 = number(0.0..=1.0),
        /// Lambdas of equation 2.
        pub weights: Weights,
        /// Independent searches per arm.
        pub seeds: usize = integer(1..=1000),
        /// Expected CPU seconds of one judgement; for `renas plan`.
        pub seconds: f64 = number(0.0..=1e9),
    }

    /// Trainings of networks on their own.
    pub struct TrainingSettings {
        /// Passes over the training samples.
        pub epochs: usize = integer(1..=100_000),
        /// Samples per step.
        pub batch_size: usize = integer(2..=1 << 20),
        /// Adam's rate at the start of a cosine.
        pub learning_rate: f64 = number(1e-12..=10.0),
        /// Trainings of each chosen and each hand-designed network.
        pub seeds: usize = integer(1..=1000),
        /// Accuracy of a network whose training diverged.
        pub diverged_accuracy: f64 = number(0.0..=1.0),
        /// Expected CPU seconds of one training; for `renas plan`.
        pub seconds: f64 = number(0.0..=1e9),
    }

    /// The hand-designed networks.
    pub struct BaselineSettings {
        /// What their channels are divided by.
        pub divisor: usize = integer(1..=16),
        /// Those that are trained.
        pub networks: Vec<Baseline> = distinct(baseline),
    }

    /// The second data set.
    pub struct TransferSettings {
        /// Its images.
        pub data: ImageData,
        /// Hand-designed networks that are trained on it.
        pub networks: Vec<Baseline> = distinct(baseline),
    }

    /// Times in several configurations of the machine: every combination of the lists.
    pub struct LatencySettings checked by check_latency {
        /// Most networks of a search that are timed.
        pub networks: usize = integer(3..=1000),
        /// Images that pass together.
        pub batch_sizes: Vec<usize> = distinct(|item| item.integer(2..=1 << 16)),
        /// Threads that compute together.
        pub threads: Vec<usize> = distinct(|item| item.integer(1..=1024)),
        /// Pinned settings: instruction sets and modes of libraries.
        pub numerics: Vec<Numerics> = distinct(numerics),
    }
}

/// Budgets of the paper's table.
pub const BUDGETS: usize = 3;

fn check(settings: &Settings, section: &Section<'_>, data: &Registry) {
    if settings.budgets.len() != BUDGETS {
        section.problem("budgets", format!("must be {BUDGETS} numbers"));
    }
    if let Some(train) = settings.data.training_samples(data)
        && settings.supernet.calibration > train
    {
        section.problem("supernet", format!("calibration takes at most the {train} training samples of `data`"));
    }
    if settings.training.seeds > settings.search.seeds {
        section.problem("training", "seeds are at most as many as `search.seeds`: each trains what its search chose");
    }
    for (key, images) in [("data", &settings.data), ("transfer", &settings.transfer.data)] {
        let Some(space) = settings.space_on(images, data) else { continue };
        if let Err(error) = space.check() {
            section.problem(key, format!("the space does not fit the images of {}: {error}", images.name));
        }
    }
}

fn check_supernet(supernet: &SupernetSettings, section: &Section<'_>, _: &Registry) {
    let given =
        [("standard_epochs", supernet.standard_epochs.is_some()), ("distillation", supernet.distillation.is_some())];
    for (key, _) in given.into_iter().filter(|(_, is_given)| *is_given && supernet.paths.is_none()) {
        section.problem(key, "takes `paths`: only paths that are trained together have kinds");
    }
    if supernet.standard_epochs.is_some_and(|standard| standard >= supernet.epochs) {
        let rule = format!("must be fewer than the {} epochs, which the other blocks need too", supernet.epochs);
        section.problem("standard_epochs", rule);
    }
}

fn check_space(space: &SpaceSettings, section: &Section<'_>, _: &Registry) {
    if let Some(even) = space.kernels.iter().find(|kernel| *kernel % 2 == 0) {
        section.problem("kernels", format!("{even} is even; kernels are odd, so that images keep their size"));
    }
}

fn check_latency(latency: &LatencySettings, section: &Section<'_>, _: &Registry) {
    if latency.configurations().len() == 1 {
        section.problem(
            "numerics",
            "batch_sizes, threads and numerics must be at least two configurations together, for times in one to be \
             compared with those in another",
        );
    }
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
    pub fn space_on(&self, images: &ImageData, data: &Registry) -> Option<Space> {
        let images = data.images(&images.name).ok()?;
        let SpaceSettings { stem_stride, channels, depth, widths, denominator, kernels, expansions } =
            self.space.clone();
        let (input, classes) = (images.shape.to_vec(), images.classes);
        Some(Space { input, classes, stem_stride, channels, depth, widths, denominator, kernels, expansions })
    }
}
