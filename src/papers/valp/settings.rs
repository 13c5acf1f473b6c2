//! The `parameters` of the manifest.

mod read; // from the text of the manifest

pub use read::read;

use serde::{Deserialize, Serialize};

use crate::diagnosis::sub_loss::Thresholds;
use crate::model::component::{Id, Input, Output, OutputKind};
use crate::model::network::Losses;
use crate::model::parts::Training;
use crate::model::space::{Algorithm, Space};
use crate::policy::arm::Arm;
use renas_base::seed::Seed;
use renas_task::SplitChoice;
use renas_task::recipe::Optimizer;

/// Everything that a profile sets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// What everything random derives from.
    pub seed: u64,
    /// How large models and their parts may be.
    pub space: SpaceSettings,
    /// What models are trained to minimise.
    pub losses: Losses,
    /// Objectives of a model whose training diverged.
    pub diverged: Diverged,
    /// Wrong answers that an error counts as at least, where its logarithm is taken.
    pub floor_samples: f64,
    /// How models are diagnosed.
    pub diagnosis: DiagnosisSettings,
    /// Lines that the analysis draws.
    pub analysis: AnalysisSettings,
    /// How models are trained.
    pub training: TrainingSettings,
    /// How samples are judged.
    pub sampling: SamplingSettings,
    /// The study of operators.
    #[serde(rename = "exploration")]
    pub operator_study: OperatorStudySettings,
    /// The searches.
    pub search: SearchSettings,
}

/// How large models and their parts may be; ranges include both ends. See `Space`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpaceSettings {
    /// Hidden layers of a random sub-network.
    pub hidden: [usize; 2],
    /// Units of a hidden layer.
    pub width: [usize; 2],
    /// What a random sub-network passes on to another.
    pub interface: [usize; 2],
    /// The same of one that is inserted.
    pub inserted_interface: [usize; 2],
    /// Widest value that a gentle insertion carries.
    pub carried: usize,
    /// Bins of the histogram.
    pub bins: usize,
    /// What `change_lr` chooses from.
    pub learning_rates: Vec<f64>,
    /// Momentum of the alternative to Adam.
    pub momentum: f64,
    /// What `change_bs` chooses from.
    pub batch_sizes: Vec<usize>,
}

/// Objectives of a model whose training diverged: the worst.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Diverged {
    /// Of the classification.
    pub error: f64,
    /// Of the histogram.
    pub squared_error: f64,
    /// Of the samples.
    pub distance: f64,
}

/// How models are diagnosed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DiagnosisSettings {
    /// Slope of a loss per step above which an output is stuck.
    pub stuck: f64,
    /// Slope below which it descends steeply.
    pub steep: f64,
    /// Bands of features that are shuffled one after another.
    pub bands: usize,
}

/// Lines that the analysis draws.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnalysisSettings {
    /// Where improvements and differences are cut before they are averaged.
    pub clip: f64,
    /// A large gain or decline, as a share of the measure.
    pub large: f64,
    /// The far corner of the hypervolume, in multiples of the start's objectives.
    pub corner: f64,
}

/// How models are trained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingSettings {
    /// Adam's rate.
    pub learning_rate: f64,
    /// Samples per step.
    pub batch_size: usize,
    /// Expected CPU seconds of one step; for `renas plan`.
    pub seconds_per_step: f64,
}

/// How samples are judged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SamplingSettings {
    /// Generated images, and as many that were held out.
    pub images: usize,
    /// The classifier whose logits are compared.
    pub classifier: ClassifierSettings,
}

/// A perceptron with ReLU.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassifierSettings {
    /// Units of its hidden layers.
    pub hidden: Vec<usize>,
    /// Passes over the training samples.
    pub epochs: usize,
    /// Samples per step.
    pub batch_size: usize,
    /// Adam's rate.
    pub learning_rate: f64,
}

/// Images and their split.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataSettings {
    /// Name in the registry.
    pub name: String,
    /// Channels, height and width.
    pub input: Vec<usize>,
    /// Classes.
    pub classes: usize,
    /// Samples that models are judged on.
    pub validation: usize,
    /// Test samples, where the data set has none of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<usize>,
}

/// The study of operators.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperatorStudySettings {
    /// The images.
    pub data: DataSettings,
    /// Random models.
    pub models: usize,
    /// Sub-networks of each.
    pub networks: usize,
    /// Steps before a change.
    pub steps: usize,
    /// Steps after it.
    pub retraining_steps: usize,
    /// Steps per point of the loss curves.
    pub every: usize,
    /// Last steps that slopes are fitted to.
    pub slope_steps: usize,
    /// Places at which each operator is applied; absent: all that are admissible.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub components: Option<usize>,
}

/// The searches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SearchSettings {
    /// The images.
    pub data: DataSettings,
    /// Fewest and most sub-networks of a start.
    pub networks: [usize; 2],
    /// Steps of the start's training.
    pub steps: usize,
    /// Steps of the training of each candidate.
    pub retraining_steps: usize,
    /// Steps per point of the loss curves.
    pub every: usize,
    /// Last steps that slopes are fitted to.
    pub slope_steps: usize,
    /// The arms that run.
    pub arms: Vec<ArmSettings>,
}

/// An arm that runs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArmSettings {
    /// How it chooses.
    pub name: Arm,
    /// Searches, each from the start of its pair.
    pub pairs: usize,
    /// Steps of hill climbing.
    pub steps: usize,
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
        let seed = self.root().derive("split").derive(&data.name);
        SplitChoice { test: data.test, validation: data.validation, train: None, seed }
    }
}
