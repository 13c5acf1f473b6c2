//! Reads the settings from the text of a manifest, and checks them.

use super::{
    AnalysisSettings, ArmSettings, ClassifierSettings, DataSettings, DiagnosisSettings, Diverged,
    OperatorStudySettings, SamplingSettings, SearchSettings, Settings, SpaceSettings, TrainingSettings,
};
use crate::model::network::Losses;
use crate::policy::arm::Arm;
use renas_base::seed::Seed;
use renas_data::{registry, split};
use renas_harness::manifest::decode::Section;
use renas_task::SplitChoice;
use renas_task::heads::HeadLoss;

/// Read the section; mistakes are reported to it.
pub fn read(section: &mut Section<'_>) -> Settings {
    let ((sampling, operator_study, search), are_sound) = soundly(section, |section| {
        let sampling = section.section("sampling", read_sampling);
        let operator_study = section.section("exploration", read_operator_study);
        (sampling, operator_study, section.section("search", read_search))
    });
    if are_sound {
        check_images(section, sampling.images, [&operator_study.data, &search.data]);
    }
    Settings {
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
            let ([stuck, steep], are_sound) =
                soundly(section, |section| ["stuck", "steep"].map(|key| section.number(key, -1.0..=0.0)));
            if are_sound && steep >= stuck {
                section.problem("steep", "must be below `stuck`");
            }
            DiagnosisSettings { stuck, steep, bands: section.integer("bands", 1..=100) }
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
        sampling,
        operator_study,
        search,
    }
}

/// As many images as are generated are held out.
fn check_images(section: &Section<'_>, images: usize, sets: [&DataSettings; 2]) {
    for data in sets {
        let official = registry::find(&data.name).ok().and_then(|set| set.images().ok()?.sizes.test);
        let fewest = data.test.or(official).map_or(data.validation, |test| test.min(data.validation));
        if images > fewest {
            let name = &data.name;
            section.problem("sampling", format!("{images} images, but {name} has {fewest} for validation or test"));
        }
    }
}

/// What `read` makes of some keys, and whether no mistake came up: else rules between their values are not looked at, which
/// stand-ins may break.
fn soundly<'a, T>(section: &mut Section<'a>, read: impl FnOnce(&mut Section<'a>) -> T) -> (T, bool) {
    let before = section.mistakes();
    let values = read(section);
    (values, section.mistakes() == before)
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
    let (ends, are_sound) = soundly(section, |section| section.list(key, |item| item.integer(least..=most)));
    match ends[..] {
        [low, high] if low <= high => return [low, high],
        _ if are_sound => section.problem(key, "must be two numbers, the smaller one first"),
        _ => {}
    }
    [least, least]
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
    let (data, is_sound) = soundly(section, |section| DataSettings {
        name: section.known("name", "data set", &names),
        input: section.list("input", |item| item.integer(1..=4096)),
        classes: section.integer("classes", 2..=1000),
        validation: section.integer("validation", 2..=1_000_000),
        test: section.optional("test", |item| item.integer(1..=1_000_000)),
    });
    let images = registry::all().iter().find(|set| set.name == data.name).and_then(|set| set.images().ok());
    if let Some(images) = images.filter(|_| is_sound) {
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

fn read_operator_study(section: &mut Section<'_>) -> OperatorStudySettings {
    let data = section.section("data", read_data);
    let (models, networks) = (section.integer("models", 1..=1000), section.integer("networks", 3..=100));
    let [steps, retraining_steps, every, slope_steps] = read_steps(section);
    let components = section.optional("components", |item| item.integer(1..=10_000));
    OperatorStudySettings { data, models, networks, steps, retraining_steps, every, slope_steps, components }
}

fn read_search(section: &mut Section<'_>) -> SearchSettings {
    let data = section.section("data", read_data);
    let networks = range(section, "networks", 3, 100);
    let [steps, retraining_steps, every, slope_steps] = read_steps(section);
    let (arms, are_sound) = soundly(section, |section| {
        section.list("arms", |item| {
            item.section(|section| ArmSettings {
                name: section.choice("name", &Arm::ALL.map(|arm| (arm.name(), arm))),
                pairs: section.integer("pairs", 1..=1000),
                steps: section.integer("steps", 1..=100_000),
            })
        })
    });
    if are_sound {
        check_arms(section, &arms);
    }
    SearchSettings { data, networks, steps, retraining_steps, every, slope_steps, arms }
}

fn check_arms(section: &Section<'_>, arms: &[ArmSettings]) {
    for (index, arm) in arms.iter().enumerate() {
        if arms[..index].iter().any(|earlier| earlier.name == arm.name) {
            section.problem("arms", format!("{} stands twice", arm.name.name()));
        }
    }
    if arms.iter().all(|arm| arm.name != Arm::Random) {
        section.problem("arms", "`random` is missing: the others are compared with it");
    }
}

/// Steps of the two trainings, steps per point of their curves, and steps that slopes are fitted to.
fn read_steps(section: &mut Section<'_>) -> [usize; 4] {
    let (numbers, are_sound) = soundly(section, |section| {
        [
            section.integer("steps", 1..=10_000_000),
            section.integer("retraining_steps", 1..=10_000_000),
            section.integer("every", 1..=1_000_000),
            section.integer("slope_steps", 2..=10_000_000),
        ]
    });
    let [steps, retraining_steps, every, slope_steps]: [usize; 4] = numbers;
    if are_sound && [steps, retraining_steps].iter().any(|steps| !steps.is_multiple_of(every)) {
        section.problem("every", "must divide `steps` and `retraining_steps`");
    }
    if are_sound && slope_steps < 2 * every {
        section.problem("slope_steps", "must hold at least two points of the curves, `every` steps apart");
    }
    numbers
}
