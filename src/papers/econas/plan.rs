//! The studies of a profile: what each depends on, and what it needs.

use anyhow::Result;
use serde::{Deserialize, Serialize};

use super::components::{ComponentInputs, Components};
use super::quality::{Quality, QualityInputs};
use super::retrain::{RetrainInputs, Retrained};
use super::search::{SearchInputs, SearchRecord, Source};
use super::settings::{Dataset, Settings};
use super::table::TableInputs;
use super::tradeoffs::{Estimates, GrowthInputs, TradeoffInputs};
use super::trial::{Protocol, Trained};
use super::variant::Variant;
use renas_harness::study::{Handle, Study};
use renas_task::Split;

/// What a study does, and all that its result depends on besides what it needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "study", rename_all = "snake_case")]
pub enum Inputs {
    /// Train the table of random networks.
    Table(TableInputs),
    /// One search.
    Search(SearchInputs),
    /// Searches on few samples of rows.
    Components(ComponentInputs),
    /// Surrogates on held-out networks.
    Quality(QualityInputs),
    /// Correlations in a table.
    Tradeoffs(TradeoffInputs),
    /// Correlations compared between two tables.
    Growth(GrowthInputs),
    /// Networks of a final population, really trained.
    Retrain(RetrainInputs),
}

/// A search arm: a variant on our table, or the reference on the author's.
#[derive(Clone, Debug, PartialEq)]
pub struct Arm {
    /// The name in studies and quantities: the variant's, or `author`.
    pub name: &'static str,
    /// The reading of the paper.
    pub variant: Variant,
    /// Name of the data set whose space is searched.
    pub dataset: String,
    /// What the trees are fitted to.
    pub source: Source,
    /// The registry name of what the table was measured on, for labels.
    pub data: String,
}

/// Name of the arm that searches on the author's published table.
pub const AUTHOR: &str = "author";

/// Generations of Figures 1a to 1d, counted from 1; each shows the population before that generation's selection.
pub const FIGURE_1: [usize; 4] = [1, 5, 9, 13];

/// The seed whose populations are recorded: figures show it, and retraining samples it first.
pub const SHOWN_SEED: usize = 0;

/// The arms on a data set, in the order of the report.
pub fn arms(dataset: &Dataset) -> Vec<Arm> {
    let author = dataset.author_table.iter().map(|table| Arm {
        name: AUTHOR,
        variant: Variant::Reference,
        dataset: dataset.name.clone(),
        source: Source::Author { table: table.clone() },
        data: table.clone(),
    });
    let ours = Variant::ALL.map(|variant| Arm {
        name: variant.name(),
        variant,
        dataset: dataset.name.clone(),
        source: Source::Trained { study: table_study(&dataset.name) },
        data: dataset.name.clone(),
    });
    author.chain(ours).collect()
}

/// The table of a data set.
pub fn table_study(dataset: &str) -> Handle<Vec<Trained>> {
    Handle::new(format!("table/{dataset}"))
}

impl Arm {
    /// What rows and quantities call it: `paper.mnist`.
    pub fn key(&self) -> String {
        format!("{}.{}", self.name, self.dataset)
    }

    /// What readers see: `paper` would be a profile and the authors' own row too.
    pub fn shown(&self) -> &'static str {
        match (self.is_imported(), self.variant) {
            (true, _) => AUTHOR,
            (false, Variant::Paper) => "as written",
            (false, Variant::Reference | Variant::Corrected) => self.variant.name(),
        }
    }

    /// The search from the seed of that index.
    pub fn search_study(&self, seed: usize) -> Handle<SearchRecord> {
        Handle::new(format!("search/{}/{}/seed-{seed:03}", self.name, self.dataset))
    }

    /// Its surrogates on held-out networks.
    pub fn quality_study(&self) -> Handle<Vec<Quality>> {
        Handle::new(format!("surrogates/{}/{}", self.name, self.dataset))
    }

    /// Its searches on few samples of rows.
    pub fn components_study(&self) -> Handle<Vec<Components>> {
        Handle::new(format!("components/{}/{}", self.name, self.dataset))
    }

    /// Networks of the final population of the search from the seed of that index, really trained.
    ///
    /// That of the shown seed has no seed in its id, after which its draws are named: another id would draw others.
    pub fn retraining_study(&self, seed: usize) -> Handle<Vec<Retrained>> {
        let of_arm = format!("retrain/{}/{}", self.name, self.dataset);
        Handle::new(if seed == SHOWN_SEED { of_arm } else { format!("{of_arm}/seed-{seed:03}") })
    }

    /// The studies that really train networks of its final populations, by search seed; none of an arm whose data nobody has.
    pub fn retraining_studies(&self, settings: &Settings) -> Vec<Handle<Vec<Retrained>>> {
        let searches = if self.is_retrained() { settings.studies.retrained_searches } else { 0 };
        (0..searches).map(|seed| self.retraining_study(seed)).collect()
    }

    /// Whether table rows are resampled, so that there are two sources of variance to tell apart.
    pub fn has_components(&self) -> bool {
        self.variant.resamples_rows()
    }

    /// Whether its final population is also measured on samples that the search never saw.
    pub fn reports_test(&self) -> bool {
        self.variant.split() != Split::Test
    }

    /// Whether it searches on a table that the author published.
    pub fn is_imported(&self) -> bool {
        self.name == AUTHOR
    }

    /// Whether its final population can be judged by really training it on the same data.
    pub fn is_retrained(&self) -> bool {
        !self.is_imported()
    }
}

/// The correlations in the author's table of a data set, or in ours.
pub fn tradeoffs_study(dataset: &str, author: bool) -> Handle<Estimates> {
    Handle::new(if author { format!("tradeoffs/{AUTHOR}/{dataset}") } else { format!("tradeoffs/trained/{dataset}") })
}

/// The trade-offs of the first two data sets, compared.
pub fn growth_study() -> Handle<Estimates> {
    Handle::new("tradeoffs/growth")
}

/// All studies of a profile, each after what it needs.
pub fn plan(settings: &Settings) -> Result<Vec<Study>> {
    let mut studies = Vec::new();
    for dataset in &settings.datasets {
        studies.push(table(settings, dataset)?);
    }
    for dataset in &settings.datasets {
        for arm in arms(dataset) {
            for seed in 0..settings.search.seeds {
                let inputs = Inputs::Search(search_inputs(settings, dataset, &arm, seed));
                studies.push(reading(&arm.source, &arm.search_study(seed), &inputs)?);
            }
            studies.extend(beside(settings, dataset, &arm)?);
        }
        studies.extend(tradeoffs(settings, dataset)?);
    }
    studies.extend(growth(settings)?);
    Ok(studies)
}

/// A study that reads a table and asks for no training.
fn reading<T>(source: &Source, handle: &Handle<T>, inputs: &Inputs) -> Result<Study> {
    let study = Study::new(handle, inputs)?;
    Ok(match source {
        Source::Trained { study: table } => study.needing([table]),
        Source::Author { table } => study.reading(table),
    })
}

/// A study that trains `networks` networks.
fn training<T>(
    settings: &Settings,
    dataset: &Dataset,
    handle: &Handle<T>,
    inputs: &Inputs,
    networks: usize,
) -> Result<Study> {
    let cpu_seconds = settings.training.seconds_per_epoch * (settings.training.epochs * networks) as f64;
    Ok(Study::new(handle, inputs)?.reading(&dataset.name).asking(networks, cpu_seconds))
}

fn protocol(settings: &Settings, dataset: &Dataset) -> Protocol {
    Protocol::new(dataset, &settings.training, &settings.table, &settings.root())
}

fn table(settings: &Settings, dataset: &Dataset) -> Result<Study> {
    let handle = table_study(&dataset.name);
    let inputs = Inputs::Table(TableInputs {
        protocol: protocol(settings, dataset),
        space: dataset.space(),
        networks: settings.table.networks,
        seed: settings.root().derive(handle.id()),
    });
    training(settings, dataset, &handle, &inputs, settings.table.networks)
}

fn search_inputs(settings: &Settings, dataset: &Dataset, arm: &Arm, seed: usize) -> SearchInputs {
    let mut keep = Vec::new();
    if seed == SHOWN_SEED {
        keep.extend(FIGURE_1.iter().map(|generation| generation - 1).filter(|&state| state < settings.length()));
    }
    if seed == SHOWN_SEED || (arm.is_retrained() && seed < settings.studies.retrained_searches) {
        keep.push(settings.length());
    }
    SearchInputs {
        variant: arm.variant,
        source: arm.source.clone(),
        fitted: settings.table.fitted,
        space: dataset.space(),
        population: settings.search.population,
        generations: settings.length(),
        crossover: settings.search.crossover,
        mutation: settings.search.mutation,
        most_multiply_adds: dataset.most_multiply_adds,
        keep,
        seed: settings.root().derive(arm.search_study(seed).id()),
    }
}

/// What is studied about an arm beside its searches.
fn beside(settings: &Settings, dataset: &Dataset, arm: &Arm) -> Result<Vec<Study>> {
    let mut studies = Vec::new();
    let root = settings.root();
    if arm.has_components() {
        let handle = arm.components_study();
        // Not the shown seed: nothing is kept.
        let seed = root.derive(handle.id());
        let search = SearchInputs { seed, ..search_inputs(settings, dataset, arm, SHOWN_SEED + 1) };
        let inputs = Inputs::Components(ComponentInputs {
            search,
            row_samples: settings.studies.row_samples,
            searches: settings.studies.searches_per_sample,
            resamples: settings.studies.resamples,
        });
        studies.push(reading(&arm.source, &handle, &inputs)?);
    }
    let handle = arm.quality_study();
    let inputs = Inputs::Quality(QualityInputs {
        variant: arm.variant,
        source: arm.source.clone(),
        fitted: settings.table.fitted,
        splits: settings.studies.surrogate_splits,
        seed: root.derive(handle.id()),
    });
    studies.push(reading(&arm.source, &handle, &inputs)?);
    for (seed, handle) in arm.retraining_studies(settings).into_iter().enumerate() {
        let search = arm.search_study(seed);
        let networks = settings.studies.retrained;
        let inputs = Inputs::Retrain(RetrainInputs {
            variant: arm.variant,
            search: search.clone(),
            networks,
            protocol: protocol(settings, dataset),
            seed: root.derive(handle.id()),
        });
        studies.push(training(settings, dataset, &handle, &inputs, networks)?.needing([&search]));
    }
    Ok(studies)
}

fn tradeoffs(settings: &Settings, dataset: &Dataset) -> Result<Vec<Study>> {
    let ours = (false, Source::Trained { study: table_study(&dataset.name) });
    let author = dataset.author_table.iter().map(|table| (true, Source::Author { table: table.clone() }));
    let study = |(author, source): (bool, Source)| {
        let handle = tradeoffs_study(&dataset.name, author);
        let seed = settings.root().derive(handle.id());
        let inputs = TradeoffInputs { source: source.clone(), resamples: settings.studies.resamples, seed };
        reading(&source, &handle, &Inputs::Tradeoffs(inputs))
    };
    std::iter::once(ours).chain(author).map(study).collect()
}

/// The comparison of the first two data sets, the second being the harder; none where there is only one.
fn growth(settings: &Settings) -> Result<Option<Study>> {
    let [easier, harder, ..] = settings.datasets.as_slice() else { return Ok(None) };
    let [easier, harder] = [easier, harder].map(|dataset| table_study(&dataset.name));
    let (second, easier) = (harder.clone(), Source::Trained { study: easier });
    let inputs = Inputs::Growth(GrowthInputs {
        easier: easier.clone(),
        harder: Source::Trained { study: harder },
        resamples: settings.studies.resamples,
        seed: settings.root().derive(growth_study().id()),
    });
    Ok(Some(reading(&easier, &growth_study(), &inputs)?.needing([&second])))
}
