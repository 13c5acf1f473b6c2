//! What the manifest says about a profile of this paper, as checked values.

use super::space::Space;
use renas_base::seed::Seed;
use renas_data::registry::Registry;
use renas_data::split::SplitChoice;
use renas_harness::manifest::decode::Section;
use renas_harness::manifest::images::{check_shape, check_split};
use renas_harness::parameters;

parameters! {
    /// The parameters of one profile.
    pub struct Settings checked by check {
        /// Root of every draw.
        pub seed: u64 = integer(0..=u64::MAX),
        /// Data sets with their search spaces, in the order of the report.
        pub datasets: Vec<Dataset> = sections(),
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
    pub struct Dataset(data) checked by check_dataset {
        /// The name in the registry.
        pub name: String = known("data set", &data.image_sets()),
        /// Shape of one sample: `[channels, height, width]`, or `[features]` for its values in one row.
        pub input: Vec<usize> = list(|item| item.integer(1..=1 << 20)),
        /// Number of classes.
        pub classes: usize = integer(2..=1000),
        /// Fewest and most hidden layers.
        pub depth: [usize; 2] = range(|item| item.integer(1..=200)),
        /// Fewest and most units of a hidden layer.
        pub width: [usize; 2] = range(|item| item.integer(1..=10_000)),
        /// Samples drawn for the test split; absent where the data set has an official one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub test: Option<usize> = optional(|item| item.integer(1..=1_000_000)),
        /// Samples drawn for validation from what is not test.
        pub validation: usize = integer(1..=1_000_000),
        /// Multiply-adds that the hypervolume counts as the worst, and divides by.
        pub most_multiply_adds: f64 = number(1.0..=1e15),
        /// The registered table of the author's own trained networks; absent where there is none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub author_table: Option<String> = optional(|item| item.known("data set", &data.tables())),
    }

    /// The table of trained networks, and what the surrogates read of it.
    pub struct TableSettings checked by check_table {
        /// Networks trained per data set.
        pub networks: usize = integer(8..=100_000),
        /// Rows that surrogates are fitted on.
        pub fitted: usize = integer(4..=100_000),
        /// Accuracy recorded for a network whose training diverged.
        pub diverged_accuracy: f64 = number(0.0..=1.0),
        /// Introspectability, of either kind, recorded for a network whose training diverged.
        pub diverged_introspectability: f64 = number(0.0..=1.0),
    }

    /// Adam on cross entropy with a constant learning rate.
    pub struct Training {
        /// Passes over the training samples.
        pub epochs: usize = integer(1..=10_000),
        /// Samples per step.
        pub batch_size: usize = integer(1..=1 << 20),
        /// Learning rate.
        pub learning_rate: f64 = number(1e-12..=10.0),
        /// Expected process CPU seconds of one epoch, mean over random networks; for `renas plan`, in no key.
        pub seconds_per_epoch: f64 = number(0.0..=1e6),
    }

    /// The evolutionary searches.
    pub struct SearchSettings {
        /// Individuals.
        pub population: usize = integer(4..=100_000),
        /// Generations after which Table 2 reads the population; the last is the length of a search.
        pub generations: Vec<usize> = ascending(|item| item.integer(1..=10_000)),
        /// Crossover rate.
        pub crossover: f64 = number(0.0..=1.0),
        /// Mutation rate.
        pub mutation: f64 = number(0.0..=1.0),
        /// Independent searches per variant and data set.
        pub seeds: usize = integer(2..=1000),
    }

    /// Studies beside the searches.
    pub struct StudySettings {
        /// Samples of table rows of the variance components.
        pub row_samples: usize = integer(2..=1000),
        /// Searches per sample of rows.
        pub searches_per_sample: usize = integer(2..=1000),
        /// Networks of a final population that are really trained.
        pub retrained: usize = integer(2..=100_000),
        /// Searches of an arm whose final populations are sampled for that.
        pub retrained_searches: usize = integer(1..=1000),
        /// Resampled splits of the table on which surrogates are judged.
        pub surrogate_splits: usize = integer(2..=10_000),
        /// Bootstrap resamples of an interval.
        pub resamples: usize = integer(100..=100_000),
    }
}

fn check(settings: &Settings, section: &Section<'_>, _: &Registry) {
    if settings.datasets.len() > 2 {
        section.problem("datasets", "at most two: quantities and claims know a first and a second one");
    }
    if settings.studies.retrained > settings.search.population {
        section.problem("studies", "`retrained` is more than the search's `population`");
    }
    if settings.studies.retrained_searches > settings.search.seeds {
        section.problem("studies", "`retrained_searches` is more than the search's `seeds`");
    }
}

fn check_dataset(dataset: &Dataset, section: &Section<'_>, data: &Registry) {
    let features = |shape: &[usize; 3]| shape.iter().product::<usize>();
    let is_row = data.images(&dataset.name).is_ok_and(|images| dataset.input == [features(&images.shape)]);
    if !is_row {
        check_shape(section, "input", data, &dataset.name, (&dataset.input, dataset.classes));
    }
    check_split(section, "validation", data, &dataset.name, &dataset.split(Seed::from_number(0)));
}

fn check_table(table: &TableSettings, section: &Section<'_>, _: &Registry) {
    if table.fitted >= table.networks {
        section.problem("fitted", "must be less than `networks`: surrogates are judged on the rest");
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

    /// How its samples are split, from `seed`.
    pub fn split(&self, seed: Seed) -> SplitChoice {
        SplitChoice { test: self.test, validation: self.validation, train: None, seed }
    }
}
