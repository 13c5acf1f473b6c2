//! The `parameters` of the manifest.

use crate::diagnosis::sub_loss::Thresholds;
use crate::model::component::{Id, Input, Output, OutputKind};
use crate::model::network::Losses;
use crate::model::parts::Training;
use crate::model::space::{Algorithm, Space};
use crate::policy::arm::Arm;
use renas_base::seed::Seed;
use renas_data::registry::Registry;
use renas_data::split::SplitChoice;
use renas_harness::manifest::decode::{Item, Section};
use renas_harness::manifest::images::{check_shape, check_split};
use renas_harness::parameters;
use renas_task::heads::HeadLoss;
use renas_task::recipe::Optimizer;

parameters! {
    /// Everything that a profile sets.
    pub struct Settings checked by check {
        /// What everything random derives from.
        pub seed: u64 = integer(0..=u64::MAX),
        /// How large models and their parts may be.
        pub space: SpaceSettings,
        /// What models are trained to minimise: the loss of a `classification` and the weight of the latent one (`latent_weight`).
        pub losses: Losses = required(losses),
        /// Objectives of a model whose training diverged.
        pub diverged: Diverged,
        /// Wrong answers that an error counts as at least, where its logarithm is taken.
        pub floor_samples: f64 = number(1e-6..=1.0),
        /// How models are diagnosed.
        pub diagnosis: DiagnosisSettings,
        /// Lines that the analysis draws.
        pub analysis: AnalysisSettings,
        /// How models are trained.
        pub training: TrainingSettings,
        /// How samples are judged.
        pub sampling: SamplingSettings,
        /// The study of operators.
        pub operator_study: OperatorStudySettings as "exploration",
        /// The searches.
        pub search: SearchSettings,
    }

    /// How large models and their parts may be; ranges include both ends. See `Space`.
    pub struct SpaceSettings {
        /// Hidden layers of a random sub-network.
        pub hidden: [usize; 2] = range(|item| item.integer(1..=64)),
        /// Units of a hidden layer.
        pub width: [usize; 2] = range(|item| item.integer(1..=1 << 16)),
        /// What a random sub-network passes on to another.
        pub interface: [usize; 2] = range(|item| item.integer(2..=1 << 16)),
        /// The same of one that is inserted.
        pub inserted_interface: [usize; 2] = range(|item| item.integer(2..=1 << 16)),
        /// Widest value that a gentle insertion carries.
        pub carried: usize = integer(1..=1 << 16),
        /// Bins of the histogram.
        pub bins: usize = integer(1..=1024),
        /// What `change_lr` chooses from.
        pub learning_rates: Vec<f64> = list(|item| item.number(1e-12..=10.0)),
        /// Momentum of the alternative to Adam.
        pub momentum: f64 = number(0.0..=0.999_999),
        /// What `change_bs` chooses from.
        pub batch_sizes: Vec<usize> = list(|item| item.integer(1..=1 << 20)),
    }

    /// Objectives of a model whose training diverged: the worst.
    #[derive(Copy)]
    pub struct Diverged {
        /// Of the classification.
        pub error: f64 = number(0.0..=1.0),
        /// Of the histogram.
        pub squared_error: f64 = number(0.0..=1e12),
        /// Of the samples.
        pub distance: f64 = number(0.0..=1e12),
    }

    /// How models are diagnosed.
    #[derive(Copy)]
    pub struct DiagnosisSettings checked by check_diagnosis {
        /// Slope of a loss per step above which an output is stuck.
        pub stuck: f64 = number(-1.0..=0.0),
        /// Slope below which it descends steeply.
        pub steep: f64 = number(-1.0..=0.0),
        /// Bands of features that are shuffled one after another.
        pub bands: usize = integer(1..=100),
    }

    /// Lines that the analysis draws.
    #[derive(Copy)]
    pub struct AnalysisSettings {
        /// Where improvements and differences are cut before they are averaged.
        pub clip: f64 = number(1e-6..=100.0),
        /// A large gain or decline, as a share of the measure.
        pub large: f64 = number(1e-6..=1.0),
        /// The far corner of the hypervolume, in multiples of the start's objectives.
        pub corner: f64 = number(1.0..=100.0),
    }

    /// How models are trained.
    pub struct TrainingSettings {
        /// Adam's rate.
        pub learning_rate: f64 = number(1e-12..=10.0),
        /// Samples per step.
        pub batch_size: usize = integer(1..=1 << 20),
        /// Expected CPU seconds of one step; for `renas plan`.
        pub seconds_per_step: f64 = number(0.0..=1e3),
    }

    /// How samples are judged.
    pub struct SamplingSettings {
        /// Generated images, and as many that were held out.
        pub images: usize = integer(2..=100_000),
        /// The classifier whose logits are compared.
        pub classifier: ClassifierSettings,
    }

    /// A perceptron with ReLU.
    pub struct ClassifierSettings {
        /// Units of its hidden layers.
        pub hidden: Vec<usize> = list(|item| item.integer(1..=1 << 16)),
        /// Passes over the training samples.
        pub epochs: usize = integer(1..=10_000),
        /// Samples per step.
        pub batch_size: usize = integer(1..=1 << 20),
        /// Adam's rate.
        pub learning_rate: f64 = number(1e-12..=10.0),
    }

    /// Images and their split.
    pub struct DataSettings(data) checked by check_data {
        /// The name of a data set of images.
        pub name: String = known("data set", &data.image_sets()),
        /// Channels, height and width.
        pub input: Vec<usize> = list(|item| item.integer(1..=4096)),
        /// Classes.
        pub classes: usize = integer(2..=1000),
        /// Samples that models are judged on.
        pub validation: usize = integer(2..=1_000_000),
        /// Test samples, where the data set has none of its own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub test: Option<usize> = optional(|item| item.integer(1..=1_000_000)),
    }

    /// The study of operators.
    pub struct OperatorStudySettings checked by check_operator_study {
        /// The images.
        pub data: DataSettings,
        /// Random models.
        pub models: usize = integer(1..=1000),
        /// Sub-networks of each.
        pub networks: usize = integer(3..=100),
        /// Steps before a change.
        pub steps: usize = integer(1..=10_000_000),
        /// Steps after it.
        pub retraining_steps: usize = integer(1..=10_000_000),
        /// Steps per point of the loss curves.
        pub every: usize = integer(1..=1_000_000),
        /// Last steps that slopes are fitted to.
        pub slope_steps: usize = integer(2..=10_000_000),
        /// Places at which each operator is applied; absent: all that are admissible.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub components: Option<usize> = optional(|item| item.integer(1..=10_000)),
    }

    /// The searches.
    pub struct SearchSettings checked by check_search {
        /// The images.
        pub data: DataSettings,
        /// Fewest and most sub-networks of a start.
        pub networks: [usize; 2] = range(|item| item.integer(3..=100)),
        /// Steps of the start's training.
        pub steps: usize = integer(1..=10_000_000),
        /// Steps of the training of each candidate.
        pub retraining_steps: usize = integer(1..=10_000_000),
        /// Steps per point of the loss curves.
        pub every: usize = integer(1..=1_000_000),
        /// Last steps that slopes are fitted to.
        pub slope_steps: usize = integer(2..=10_000_000),
        /// The arms that run.
        pub arms: Vec<ArmSettings> = sections(),
    }

    /// An arm that runs.
    #[derive(Copy)]
    pub struct ArmSettings {
        /// How it chooses.
        pub name: Arm = choice(&Arm::ALL.map(|arm| (arm.name(), arm))),
        /// Searches, each from the start of its pair.
        pub pairs: usize = integer(1..=1000),
        /// Steps of hill climbing.
        pub steps: usize = integer(1..=100_000),
    }
}

fn losses(item: &Item<'_>) -> Losses {
    let classifications = [
        ("softmax_cross_entropy", HeadLoss::SoftmaxCrossEntropy),
        ("sigmoid_cross_entropy", HeadLoss::SigmoidCrossEntropy),
    ];
    item.section(|section| Losses {
        discrete: section.choice("classification", &classifications),
        latent_weight: section.number("latent_weight", 0.0..=1e6),
    })
}

/// As many images as are generated are held out.
fn check(settings: &Settings, section: &Section<'_>, data: &Registry) {
    let images = settings.sampling.images;
    for set in [&settings.operator_study.data, &settings.search.data] {
        let official = data.images(&set.name).ok().and_then(|known| known.sizes.test);
        let fewest = set.test.or(official).map_or(set.validation, |test| test.min(set.validation));
        if images > fewest {
            let name = &set.name;
            section.problem("sampling", format!("{images} images, but {name} has {fewest} for validation or test"));
        }
    }
}

fn check_diagnosis(diagnosis: &DiagnosisSettings, section: &Section<'_>, _: &Registry) {
    if diagnosis.steep >= diagnosis.stuck {
        section.problem("steep", "must be below `stuck`");
    }
}

fn check_data(set: &DataSettings, section: &Section<'_>, data: &Registry) {
    check_shape(section, "input", data, &set.name, (&set.input, set.classes));
    check_split(section, "name", data, &set.name, &set.split(Seed::from_number(0)));
}

fn check_operator_study(study: &OperatorStudySettings, section: &Section<'_>, _: &Registry) {
    check_steps([study.steps, study.retraining_steps], study.every, study.slope_steps, section);
}

fn check_search(search: &SearchSettings, section: &Section<'_>, _: &Registry) {
    check_steps([search.steps, search.retraining_steps], search.every, search.slope_steps, section);
    for (index, arm) in search.arms.iter().enumerate() {
        if search.arms[..index].iter().any(|earlier| earlier.name == arm.name) {
            section.problem("arms", format!("{} is a duplicate", arm.name.name()));
        }
    }
    if search.arms.iter().all(|arm| arm.name != Arm::Random) {
        section.problem("arms", "`random` is missing: the others are compared with it");
    }
}

/// Steps of the two trainings, steps per point of their curves, and steps that slopes are fitted to.
fn check_steps(trainings: [usize; 2], every: usize, slope_steps: usize, section: &Section<'_>) {
    if trainings.iter().any(|steps| !steps.is_multiple_of(every)) {
        section.problem("every", "must divide `steps` and `retraining_steps`");
    }
    if slope_steps < 2 * every {
        section.problem("slope_steps", "must hold at least two points of the curves, `every` steps apart");
    }
}

impl DataSettings {
    fn split(&self, seed: Seed) -> SplitChoice {
        SplitChoice { test: self.test, validation: self.validation, train: None, seed }
    }
}

impl Settings {
    /// The seed that everything of this paper derives from.
    pub fn root(&self) -> Seed {
        Seed::from_number(self.seed).derive("valp")
    }

    /// The settings of an arm that runs.
    pub fn arm(&self, arm: Arm) -> Option<&ArmSettings> {
        self.search.arms.iter().find(|one| one.name == arm)
    }

    /// Smallest error that a logarithm is taken of, for so many validation samples.
    pub fn floor(&self, data: &DataSettings) -> f64 {
        self.floor_samples / data.validation as f64
    }

    /// The thresholds on slopes.
    pub fn thresholds(&self) -> Thresholds {
        Thresholds { stuck: self.diagnosis.stuck, steep: self.diagnosis.steep }
    }

    /// The space of models of a data set: one input, and the three outputs of section VI-A.
    pub fn space(&self, data: &DataSettings) -> Space {
        let features = data.input.iter().product();
        let output = |number, kind, units| Output { id: Id::Output(number), kind, units, optimizer: None };
        let SpaceSettings { hidden, width, interface, inserted_interface, carried, bins, .. } = self.space;
        Space {
            inputs: vec![Input { id: Id::Input(0), features }],
            outputs: vec![
                output(1, OutputKind::Discrete, data.classes),
                output(2, OutputKind::Values, bins),
                output(3, OutputKind::Samples, features),
            ],
            training: Training {
                optimizer: Optimizer::Adam { learning_rate: self.training.learning_rate },
                batch_size: self.training.batch_size,
            },
            hidden,
            width,
            interface,
            inserted_interface,
            carried,
            learning_rates: self.space.learning_rates.clone(),
            algorithms: vec![Algorithm::Adam, Algorithm::Sgd { momentum: self.space.momentum }],
            batch_sizes: self.space.batch_sizes.clone(),
        }
    }

    /// How the images are split.
    pub fn split(&self, data: &DataSettings) -> SplitChoice {
        data.split(self.root().derive("split").derive(&data.name))
    }
}
