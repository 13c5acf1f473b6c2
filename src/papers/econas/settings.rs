//! What the manifest says about a profile of this paper, as checked values.

use serde::{Deserialize, Serialize};

use super::space::Space;
use renas_base::seed::Seed;
use renas_data::registry;
use renas_harness::manifest::decode::Section;

/// The parameters of one profile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Root of every draw.
    pub seed: u64,
    /// Data sets with their search spaces, in the order of the report.
    pub datasets: Vec<Dataset>,
    /// The table of trained networks.
    pub table: TableSettings,
    /// How a network is trained.
    pub training: Training,
    /// The searches.
    pub search: SearchSettings,
    /// What is measured beside the searches.
    pub studies: StudySettings,
}

/// One data set, its split and its search space.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dataset {
    /// The name in the registry.
    pub name: String,
    /// Shape of one sample.
    pub input: Vec<usize>,
    /// Number of classes.
    pub classes: usize,
    /// Fewest and most hidden layers.
    pub depth: [usize; 2],
    /// Fewest and most units of a hidden layer.
    pub width: [usize; 2],
    /// Samples drawn for the test split; absent where the data set has an official one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<usize>,
    /// Samples drawn for validation from what is not test.
    pub validation: usize,
    /// Multiply-adds that the hypervolume counts as the worst, and divides by.
    pub most_multiply_adds: f64,
    /// The registered table of the author's own trained networks; absent where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author_table: Option<String>,
}

/// The table of trained networks, and what the surrogates read of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableSettings {
    /// Networks trained per data set.
    pub networks: usize,
    /// Rows that surrogates are fitted on.
    pub fitted: usize,
    /// Accuracy recorded for a network whose training diverged.
    pub diverged_accuracy: f64,
    /// Introspectability, of either kind, recorded for a network whose training diverged.
    pub diverged_introspectability: f64,
}

/// Adam on cross entropy with a constant learning rate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Training {
    /// Passes over the training samples.
    pub epochs: usize,
    /// Samples per step.
    pub batch_size: usize,
    /// Learning rate.
    pub learning_rate: f64,
    /// Expected process CPU seconds of one epoch, mean over random networks; for `renas plan`, in no key.
    pub seconds_per_epoch: f64,
}

/// The evolutionary searches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SearchSettings {
    /// Individuals.
    pub population: usize,
    /// Generations after which Table 2 reads the population, rising; the last is the length of a search.
    pub generations: Vec<usize>,
    /// Crossover rate.
    pub crossover: f64,
    /// Mutation rate.
    pub mutation: f64,
    /// Independent searches per variant and data set.
    pub seeds: usize,
}

/// Studies beside the searches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StudySettings {
    /// Samples of table rows of the variance components.
    pub row_samples: usize,
    /// Searches per sample of rows.
    pub searches_per_sample: usize,
    /// Networks of a final population that are really trained.
    pub retrained: usize,
    /// Resampled splits of the table on which surrogates are judged.
    pub surrogate_splits: usize,
    /// Bootstrap resamples of an interval.
    pub resamples: usize,
}

/// Read the section; mistakes are reported to it.
pub fn read(section: &mut Section<'_>) -> Settings {
    let settings = Settings {
        seed: section.integer("seed", 0..=u64::MAX),
        datasets: section.list("datasets", |item| item.section(read_dataset)),
        table: section.section("table", read_table),
        training: section.section("training", read_training),
        search: section.section("search", read_search),
        studies: section.section("studies", read_studies),
    };
    if settings.datasets.len() > 2 {
        section.problem("datasets", "at most two: quantities and claims know a first and a second one");
    }
    if settings.table.fitted >= settings.table.networks {
        section.problem("table", "`fitted` must be less than `networks`: surrogates are judged on the rest");
    }
    if settings.studies.retrained > settings.search.population {
        section.problem("studies", "`retrained` is more than the search's `population`");
    }
    settings
}

fn read_dataset(section: &mut Section<'_>) -> Dataset {
    let dataset = Dataset {
        name: section.known("name", "data set", &names()),
        input: section.list("input", |item| item.integer(1..=1 << 20)),
        classes: section.integer("classes", 2..=1000),
        depth: bounds(section, "depth", 1, 200),
        width: bounds(section, "width", 1, 10_000),
        test: section.optional("test", |item| item.integer(1..=1_000_000)),
        validation: section.integer("validation", 1..=1_000_000),
        most_multiply_adds: section.number("most_multiply_adds", 1.0..=1e15),
        author_table: section.optional("author_table", |item| item.known("data set", &names())),
    };
    if ![1, 3].contains(&dataset.input.len()) {
        section.problem("input", "must be [features] or [channels, height, width]");
    }
    dataset
}

/// What the registry knows.
fn names() -> Vec<&'static str> {
    registry::all().iter().map(|set| set.name).collect()
}

/// A list of two rising numbers.
fn bounds(section: &mut Section<'_>, key: &str, least: usize, most: usize) -> [usize; 2] {
    let found = section.list(key, |item| item.integer(least..=most));
    match found[..] {
        [low, high] if low <= high => [low, high],
        _ => {
            if !found.is_empty() {
                section.problem(key, "must be two numbers: the smallest and the largest");
            }
            [least, least]
        }
    }
}

fn read_table(section: &mut Section<'_>) -> TableSettings {
    TableSettings {
        networks: section.integer("networks", 8..=100_000),
        fitted: section.integer("fitted", 4..=100_000),
        diverged_accuracy: section.number("diverged_accuracy", 0.0..=1.0),
        diverged_introspectability: section.number("diverged_introspectability", 0.0..=1.0),
    }
}

fn read_training(section: &mut Section<'_>) -> Training {
    Training {
        epochs: section.integer("epochs", 1..=10_000),
        batch_size: section.integer("batch_size", 1..=1 << 20),
        learning_rate: section.number("learning_rate", 1e-12..=10.0),
        seconds_per_epoch: section.number("seconds_per_epoch", 0.0..=1e6),
    }
}

fn read_search(section: &mut Section<'_>) -> SearchSettings {
    let search = SearchSettings {
        population: section.integer("population", 4..=100_000),
        generations: section.list("generations", |item| item.integer(1..=10_000)),
        crossover: section.number("crossover", 0.0..=1.0),
        mutation: section.number("mutation", 0.0..=1.0),
        seeds: section.integer("seeds", 2..=1000),
    };
    if !search.generations.is_sorted_by(|earlier, later| earlier < later) {
        section.problem("generations", "must rise");
    }
    search
}

fn read_studies(section: &mut Section<'_>) -> StudySettings {
    StudySettings {
        row_samples: section.integer("row_samples", 2..=1000),
        searches_per_sample: section.integer("searches_per_sample", 2..=1000),
        retrained: section.integer("retrained", 2..=100_000),
        surrogate_splits: section.integer("surrogate_splits", 2..=10_000),
        resamples: section.integer("resamples", 100..=100_000),
    }
}

impl Settings {
    /// The seed that everything of this paper derives from.
    pub fn root(&self) -> Seed {
        Seed::from_number(self.seed).derive("econas")
    }

    /// Generations of one search.
    pub fn length(&self) -> usize {
        self.search.generations.last().copied().unwrap_or(0)
    }
}

impl Dataset {
    /// The search space on this data set.
    pub fn space(&self) -> Space {
        let inputs = self.input.iter().product();
        Space { inputs, outputs: self.classes, depth: self.depth, width: self.width }
    }
}
