//! Reads the settings from the text of a manifest, and checks them.

use super::{
    AnalysisSettings, ArmSettings, ClassifierSettings, DataSettings, DiagnosisSettings, Diverged, ExplorationSettings,
    SamplingSettings, SearchSettings, Settings, SpaceSettings, TrainingSettings,
};
use crate::base::seed::Seed;
use crate::data::{registry, split};
use crate::harness::manifest::decode::Section;
use crate::papers::valp::arm::Arm;
use crate::papers::valp::network::Losses;
use crate::task::SplitChoice;
use crate::task::heads::HeadLoss;

/// Read the section; mistakes are reported to it.
pub fn read(section: &mut Section<'_>) -> Settings {
    let settings = Settings {
        seed: section.integer("seed", 0..=u64::MAX),
        space: section.section("space", read_space),
        losses: section.section("losses", |section| Losses {
            discrete: section.choice(
                "classification",
                &[
                    ("softmax_cross_entropy", HeadLoss::SoftmaxCrossEntropy),
                    ("sigmoid_cross_entropy", HeadLoss::SigmoidCrossEntropy),
                ],
            ),
            latent_weight: section.number("latent_weight", 0.0..=1e6),
        }),
        diverged: section.section("diverged", |section| Diverged {
            error: section.number("error", 0.0..=1.0),
            squared_error: section.number("squared_error", 0.0..=1e12),
            distance: section.number("distance", 0.0..=1e12),
        }),
        floor_samples: section.number("floor_samples", 1e-6..=1.0),
        diagnosis: section.section("diagnosis", |section| {
            let diagnosis = DiagnosisSettings {
                stuck: section.number("stuck", -1.0..=0.0),
                steep: section.number("steep", -1.0..=0.0),
                bands: section.integer("bands", 1..=100),
            };
            if diagnosis.steep >= diagnosis.stuck {
                section.problem("steep", "must be below `stuck`");
            }
            diagnosis
        }),
        analysis: section.section("analysis", |section| AnalysisSettings {
            clip: section.number("clip", 1e-6..=100.0),
            large: section.number("large", 1e-6..=1.0),
            corner: section.number("corner", 1.0..=100.0),
        }),
        training: section.section("training", |section| TrainingSettings {
            learning_rate: section.number("learning_rate", 1e-12..=10.0),
            batch_size: section.integer("batch_size", 1..=1 << 20),
            seconds_per_step: section.number("seconds_per_step", 0.0..=1e3),
        }),
        sampling: section.section("sampling", read_sampling),
        exploration: section.section("exploration", read_exploration),
        search: section.section("search", read_search),
    };
    let images = settings.sampling.images;
    for data in [&settings.exploration.data, &settings.search.data] {
        let official = registry::find(&data.name).ok().and_then(|set| set.images().ok()?.sizes.test);
        let fewest = data.test.or(official).map_or(data.validation, |test| test.min(data.validation));
        if images > fewest {
            let name = &data.name;
            section.problem("sampling", format!("{images} images, but {name} has {fewest} for validation or test"));
        }
    }
    settings
}

fn read_space(section: &mut Section<'_>) -> SpaceSettings {
    SpaceSettings {
        hidden: range(section, "hidden", 1, 64),
        width: range(section, "width", 1, 1 << 16),
        interface: range(section, "interface", 2, 1 << 16),
        inserted_interface: range(section, "inserted_interface", 2, 1 << 16),
        carried: section.integer("carried", 1..=1 << 16),
        bins: section.integer("bins", 1..=1024),
        learning_rates: section.list("learning_rates", |item| item.number(1e-12..=10.0)),
        momentum: section.number("momentum", 0.0..=0.999_999),
        batch_sizes: section.list("batch_sizes", |item| item.integer(1..=1 << 20)),
    }
}

fn range(section: &mut Section<'_>, key: &str, least: usize, most: usize) -> [usize; 2] {
    let ends = section.list(key, |item| item.integer(least..=most));
    match ends[..] {
        [low, high] if low <= high => [low, high],
        _ => {
            section.problem(key, "must be two numbers, the smaller one first");
            [least, least]
        }
    }
}

fn read_sampling(section: &mut Section<'_>) -> SamplingSettings {
    SamplingSettings {
        images: section.integer("images", 2..=100_000),
        classifier: section.section("classifier", |section| ClassifierSettings {
            hidden: section.list("hidden", |item| item.integer(1..=1 << 16)),
            epochs: section.integer("epochs", 1..=10_000),
            batch_size: section.integer("batch_size", 1..=1 << 20),
            learning_rate: section.number("learning_rate", 1e-12..=10.0),
        }),
    }
}

fn read_data(section: &mut Section<'_>) -> DataSettings {
    let names: Vec<&str> = registry::all().iter().filter(|set| set.images().is_ok()).map(|set| set.name).collect();
    let data = DataSettings {
        name: section.known("name", "data set", &names),
        input: section.list("input", |item| item.integer(1..=4096)),
        classes: section.integer("classes", 2..=1000),
        validation: section.integer("validation", 2..=1_000_000),
        test: section.optional("test", |item| item.integer(1..=1_000_000)),
    };
    let images = registry::all().iter().find(|set| set.name == data.name).and_then(|set| set.images().ok());
    if let Some(images) = images {
        if data.input != images.shape || data.classes != images.classes {
            let (shape, classes) = (images.shape, images.classes);
            section.problem("input", format!("{} has images of {shape:?} in {classes} classes", data.name));
        }
        let choice =
            SplitChoice { test: data.test, validation: data.validation, train: None, seed: Seed::from_number(0) };
        if let Err(error) = split::check(&choice, images.sizes) {
            section.problem("name", error.to_string());
        }
    }
    data
}

fn read_exploration(section: &mut Section<'_>) -> ExplorationSettings {
    let exploration = ExplorationSettings {
        data: section.section("data", read_data),
        models: section.integer("models", 1..=1000),
        networks: section.integer("networks", 3..=100),
        steps: section.integer("steps", 1..=10_000_000),
        retraining_steps: section.integer("retraining_steps", 1..=10_000_000),
        every: section.integer("every", 1..=1_000_000),
        slope_steps: section.integer("slope_steps", 2..=10_000_000),
        components: section.optional("components", |item| item.integer(1..=10_000)),
    };
    let ExplorationSettings { steps, retraining_steps, every, slope_steps, .. } = exploration;
    check_steps(section, [steps, retraining_steps], every, slope_steps);
    exploration
}

fn read_search(section: &mut Section<'_>) -> SearchSettings {
    let search = SearchSettings {
        data: section.section("data", read_data),
        networks: range(section, "networks", 3, 100),
        steps: section.integer("steps", 1..=10_000_000),
        retraining_steps: section.integer("retraining_steps", 1..=10_000_000),
        every: section.integer("every", 1..=1_000_000),
        slope_steps: section.integer("slope_steps", 2..=10_000_000),
        arms: section.list("arms", |item| {
            item.section(|section| ArmSettings {
                name: section.choice("name", &Arm::ALL.map(|arm| (arm.name(), arm))),
                pairs: section.integer("pairs", 1..=1000),
                steps: section.integer("steps", 1..=100_000),
            })
        }),
    };
    for (index, arm) in search.arms.iter().enumerate() {
        if search.arms[..index].iter().any(|earlier| earlier.name == arm.name) {
            section.problem("arms", format!("{} stands twice", arm.name.name()));
        }
    }
    check_steps(section, [search.steps, search.retraining_steps], search.every, search.slope_steps);
    search
}

fn check_steps(section: &Section<'_>, trainings: [usize; 2], every: usize, slope_steps: usize) {
    if trainings.iter().any(|steps| !steps.is_multiple_of(every)) {
        section.problem("every", "must divide `steps` and `retraining_steps`");
    }
    if slope_steps < 2 * every {
        section.problem("slope_steps", "must hold at least two points of the curves, `every` steps apart");
    }
}
