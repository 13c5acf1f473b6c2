//! A small experiment: its settings, and the inputs and results of its studies.

use serde_json::{Value, json};

use super::fake_context::{FakeContext, VALIDATION};
use crate::model::network::Losses;
use crate::paper::ValpPaper;
use crate::plan;
use crate::policy::arm::Arm;
use crate::settings::{
    AnalysisSettings, ArmSettings, ClassifierSettings, DataSettings, DiagnosisSettings, Diverged,
    OperatorStudySettings, SamplingSettings, SearchSettings, Settings, SpaceSettings, TrainingSettings,
};
use crate::study::crossover_study::CrossoverStudyInputs;
use crate::study::operator_study::OperatorStudyInputs;
use crate::study::search::SearchInputs;
use renas_harness::context::fake::results_of;
use renas_harness::study::Results;
use renas_task::heads::HeadLoss;

fn data() -> DataSettings {
    DataSettings {
        name: "digits".to_owned(),
        input: vec![1, 8, 8],
        classes: 10,
        validation: VALIDATION,
        test: Some(30),
    }
}

/// Six models and three pairs of every arm.
pub(crate) fn settings() -> Settings {
    Settings {
        seed: 7,
        space: SpaceSettings {
            hidden: [1, 3],
            width: [4, 9],
            interface: [2, 9],
            inserted_interface: [5, 9],
            carried: 64,
            bins: 8,
            learning_rates: vec![0.001, 0.01],
            momentum: 0.9,
            batch_sizes: vec![10, 20],
        },
        losses: Losses { discrete: HeadLoss::SoftmaxCrossEntropy, latent_weight: 1e-4 },
        diverged: Diverged { error: 1.0, squared_error: 1.0, distance: 1e6 },
        floor_samples: 0.5,
        diagnosis: DiagnosisSettings { stuck: -1e-10, steep: -2e-5, bands: 2 },
        analysis: AnalysisSettings { clip: 1.0, large: 0.1, corner: 2.0 },
        training: TrainingSettings { learning_rate: 0.001, batch_size: 10, seconds_per_step: 0.001 },
        sampling: SamplingSettings {
            images: 20,
            classifier: ClassifierSettings { hidden: vec![8], epochs: 2, batch_size: 8, learning_rate: 0.001 },
        },
        operator_study: OperatorStudySettings {
            data: data(),
            models: 6,
            networks: 6,
            steps: 100,
            retraining_steps: 50,
            every: 10,
            slope_steps: 50,
            components: Some(1),
        },
        search: SearchSettings {
            data: data(),
            networks: [3, 6],
            steps: 50,
            retraining_steps: 20,
            every: 10,
            slope_steps: 20,
            arms: Arm::ALL.map(|name| ArmSettings { name, pairs: 3, steps: 20 }).to_vec(),
        },
    }
}

/// The study of one model.
pub(crate) fn operator_study_inputs(model: usize) -> OperatorStudyInputs {
    plan::operator_study_inputs(&settings(), model)
}

/// The study of crossovers.
pub(crate) fn crossover_study_inputs() -> CrossoverStudyInputs {
    plan::crossover_study_inputs(&settings())
}

/// A search of an arm from the start of a pair.
pub(crate) fn search_inputs(arm: Arm, pair: usize) -> SearchInputs {
    let settings = settings();
    let found = settings.arm(arm).expect("every arm runs");
    plan::search_inputs(&settings, found, pair)
}

/// The results of all studies of the small experiment.
pub(crate) fn results() -> (Value, Results) {
    let parameters = json!(settings());
    let results = results_of(&ValpPaper, &parameters, &FakeContext::default());
    (parameters, results)
}
