//! The studies of a profile: what each depends on, and what it needs.

use anyhow::Result;
use serde::{Deserialize, Serialize};

use super::components::ComponentInputs;
use super::quality::QualityInputs;
use super::retrain::RetrainInputs;
use super::search::{SearchInputs, Source};
use super::settings::{Dataset, Settings};
use super::table::TableInputs;
use super::tradeoffs::{GrowthInputs, TradeoffInputs};
use super::trial::Protocol;
use super::variant::Variant;
use renas_harness::study::Study;
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

/// The seed whose populations are recorded: figures show it, and retraining samples it.
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
        source: Source::Trained { study: table_id(&dataset.name) },
        data: dataset.name.clone(),
    });
    author.chain(ours).collect()
}

/// Id of the study that trains the table of a data set.
pub fn table_id(dataset: &str) -> String {
    format!("table/{dataset}")
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

    /// Id of the search from the seed of that index.
    pub fn search_id(&self, seed: usize) -> String {
        format!("search/{}/{}/seed-{seed:03}", self.name, self.dataset)
    }

    /// Id of another study of this arm.
    pub fn study_id(&self, kind: &str) -> String {
        format!("{kind}/{}/{}", self.name, self.dataset)
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

/// Id of the study of correlations in the author's table of a data set, and in ours.
pub fn tradeoffs_id(dataset: &str, author: bool) -> String {
    if author { format!("tradeoffs/{AUTHOR}/{dataset}") } else { format!("tradeoffs/trained/{dataset}") }
}

/// Id of the study that compares the trade-offs of the first two data sets.
pub const GROWTH_ID: &str = "tradeoffs/growth";

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
                studies.push(reading(&arm.source, arm.search_id(seed), &inputs)?);
            }
            studies.extend(beside(settings, dataset, &arm)?);
        }
        studies.extend(tradeoffs(settings, dataset)?);
    }
    studies.extend(growth(settings)?);
    Ok(studies)
}

/// A study that reads a table and asks for no training.
fn reading(source: &Source, id: String, inputs: &Inputs) -> Result<Study> {
    let (needs, data) = match source {
        Source::Trained { study } => (vec![study.clone()], Vec::new()),
        Source::Author { table } => (Vec::new(), vec![table.clone()]),
    };
    Ok(Study { id, inputs: serde_json::to_value(inputs)?, needs, data, trials: 0, cpu_seconds: 0.0 })
}

/// A study that trains `networks` networks.
fn training(
    settings: &Settings,
    dataset: &Dataset,
    id: String,
    inputs: &Inputs,
    needs: Vec<String>,
    networks: usize,
) -> Result<Study> {
    let cpu_seconds = settings.training.seconds_per_epoch * (settings.training.epochs * networks) as f64;
    let (inputs, data) = (serde_json::to_value(inputs)?, vec![dataset.name.clone()]);
    Ok(Study { id, inputs, needs, data, trials: networks, cpu_seconds })
}

fn protocol(settings: &Settings, dataset: &Dataset) -> Protocol {
    Protocol::new(dataset, &settings.training, &settings.table, &settings.root())
}

fn table(settings: &Settings, dataset: &Dataset) -> Result<Study> {
    let id = table_id(&dataset.name);
    let inputs = Inputs::Table(TableInputs {
        protocol: protocol(settings, dataset),
        space: dataset.space(),
        networks: settings.table.networks,
        seed: settings.root().derive(&id),
    });
    training(settings, dataset, id, &inputs, Vec::new(), settings.table.networks)
}

fn search_inputs(settings: &Settings, dataset: &Dataset, arm: &Arm, seed: usize) -> SearchInputs {
    let mut keep = Vec::new();
    if seed == SHOWN_SEED {
        keep.extend(FIGURE_1.iter().map(|generation| generation - 1).filter(|&state| state < settings.length()));
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
        seed: settings.root().derive(&arm.search_id(seed)),
    }
}

/// What is studied about an arm beside its searches.
fn beside(settings: &Settings, dataset: &Dataset, arm: &Arm) -> Result<Vec<Study>> {
    let mut studies = Vec::new();
    let root = settings.root();
    if arm.has_components() {
        let id = arm.study_id("components");
        // Not the shown seed: nothing is kept.
        let search = SearchInputs { seed: root.derive(&id), ..search_inputs(settings, dataset, arm, SHOWN_SEED + 1) };
        let inputs = Inputs::Components(ComponentInputs {
            search,
            row_samples: settings.studies.row_samples,
            searches: settings.studies.searches_per_sample,
            resamples: settings.studies.resamples,
        });
        studies.push(reading(&arm.source, id, &inputs)?);
    }
    let id = arm.study_id("surrogates");
    let inputs = Inputs::Quality(QualityInputs {
        variant: arm.variant,
        source: arm.source.clone(),
        fitted: settings.table.fitted,
        splits: settings.studies.surrogate_splits,
        seed: root.derive(&id),
    });
    studies.push(reading(&arm.source, id, &inputs)?);
    if arm.is_retrained() {
        let id = arm.study_id("retrain");
        let search = arm.search_id(SHOWN_SEED);
        let networks = settings.studies.retrained;
        let inputs = Inputs::Retrain(RetrainInputs {
            variant: arm.variant,
            search: search.clone(),
            networks,
            protocol: protocol(settings, dataset),
            seed: root.derive(&id),
        });
        studies.push(training(settings, dataset, id, &inputs, vec![search], networks)?);
    }
    Ok(studies)
}

fn tradeoffs(settings: &Settings, dataset: &Dataset) -> Result<Vec<Study>> {
    let ours = (false, Source::Trained { study: table_id(&dataset.name) });
    let author = dataset.author_table.iter().map(|table| (true, Source::Author { table: table.clone() }));
    let study = |(author, source): (bool, Source)| {
        let id = tradeoffs_id(&dataset.name, author);
        let seed = settings.root().derive(&id);
        let inputs = TradeoffInputs { source: source.clone(), resamples: settings.studies.resamples, seed };
        reading(&source, id, &Inputs::Tradeoffs(inputs))
    };
    std::iter::once(ours).chain(author).map(study).collect()
}

/// The comparison of the first two data sets, the second being the harder; none where there is only one.
fn growth(settings: &Settings) -> Result<Option<Study>> {
    let [easier, harder, ..] = settings.datasets.as_slice() else { return Ok(None) };
    let [easier, harder] = [easier, harder].map(|dataset| table_id(&dataset.name));
    let (second, easier) = (harder.clone(), Source::Trained { study: easier });
    let inputs = Inputs::Growth(GrowthInputs {
        easier: easier.clone(),
        harder: Source::Trained { study: harder },
        resamples: settings.studies.resamples,
        seed: settings.root().derive(GROWTH_ID),
    });
    let mut study = reading(&easier, GROWTH_ID.to_owned(), &inputs)?;
    study.needs.push(second);
    Ok(Some(study))
}
