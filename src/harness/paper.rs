//! What a paper is to the harness: `Paper` by its own types, `AnyPaper` without them.
//!
//! A paper plans studies, runs each through a `Context` and turns their results into rows; it never touches files, clocks or
//! processes.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde::Deserialize as _;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::manifest::brought::Brought;
use crate::manifest::decode::Section;
use crate::manifest::parameters::Parameters;
use crate::study::{Context, Results, Study};
use renas_data::registry::Registry;
use renas_observe::frame::Frame;
use renas_observe::rows::Rows;
use renas_report::catalogue::Promised;
use renas_report::findings::Findings;

/// A paper that the harness can run: everything of it lives in one folder of `papers/`.
pub trait Paper: Sync {
    /// The `parameters` of a profile (`parameters!`).
    type Settings: Parameters;

    /// What a study does, and all that its result depends on besides what it needs: `Study::inputs`.
    type Inputs: DeserializeOwned;

    /// The results of the studies, read into their types.
    type ResultSet;

    /// The id, also the name of the manifest (`econas`).
    const ID: &'static str;

    /// Version of the meaning of its studies' results; raised when the same inputs give other results.
    const VERSION: u32;

    /// The studies of a profile, each after what it needs. Pure.
    fn plan(settings: &Self::Settings, data: &Registry) -> Result<Vec<Study>>;

    /// Run the study of these inputs. `results` holds what the study needs. Must depend on nothing but its arguments.
    fn run(inputs: Self::Inputs, results: &Results, context: &dyn Context) -> Result<Value>;

    /// Its tables of observations, its dimensions and how many units it plans: what declarations of the manifest may name.
    fn frame(_settings: &Self::Settings, _data: &Registry) -> Frame {
        Frame::default()
    }

    /// All quantities that `analyze` will find, in ascending order of name; none where all are declared.
    fn quantities(_settings: &Self::Settings) -> Vec<Promised> {
        Vec::new()
    }

    /// How many clusters are planned, by what a cluster is (`search seed`).
    fn clusters(settings: &Self::Settings, data: &Registry) -> BTreeMap<String, usize> {
        Self::frame(settings, data).units
    }

    /// The results that there are: all, or those of some of the studies. Pure.
    fn result_set(settings: &Self::Settings, data: &Registry, results: &Results) -> Result<Self::ResultSet>;

    /// The rows of its tables of observations, in the order of the frame. Pure.
    fn observe(settings: &Self::Settings, results: &Self::ResultSet) -> Vec<Rows>;

    /// What the results say beside what is declared over the observations: drawings, tests of their own. Pure.
    fn analyze(_settings: &Self::Settings, _results: &Self::ResultSet) -> Result<Findings> {
        Ok(Findings::default())
    }
}

/// What a manifest says to its paper alone, beside what all manifests say.
#[derive(Clone, Debug, Default)]
pub struct OwnSections {
    /// What the paper made of them, as JSON: each profile's parameters are read with it.
    pub read: Value,
    /// What the experiment brings with it; nothing where renas has its studies.
    pub brought: Option<Brought>,
}

/// What the results of a paper say before declarations are taken.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Observed {
    /// The rows of its tables.
    pub rows: Vec<Rows>,
    /// What it found itself.
    pub own: Findings,
    /// The names of units, by what one is, where pages say which of them pairing left out; none of a paper whose units are numbers.
    pub named_units: BTreeMap<String, Vec<String>>,
}

/// A paper whose types are erased: its parameters are what its own `parameters` made of a manifest, as JSON.
pub trait AnyPaper: Sync {
    /// `Paper::ID`.
    fn id(&self) -> &'static str;

    /// `Paper::VERSION`.
    fn version(&self) -> u32;

    /// `Parameters::read`, as JSON.
    fn parameters(&self, section: &mut Section<'_>, data: &Registry) -> Value;

    /// `Parameters::schema`: any section where a manifest says itself which parameters it has.
    fn parameters_schema(&self) -> Value {
        json!({"type": "object"})
    }

    /// Sections of a manifest that this paper alone knows; mistakes are reported to the section.
    fn own_sections(&self, _section: &mut Section<'_>) -> OwnSections {
        OwnSections::default()
    }

    /// `parameters` of a manifest that has sections of the paper's own.
    fn parameters_with(&self, section: &mut Section<'_>, _own: &Value, data: &Registry) -> Value {
        self.parameters(section, data)
    }

    /// The parameters as a report lists them.
    fn shown(&self, parameters: &Value) -> Value {
        parameters.clone()
    }

    /// `Paper::plan`.
    fn plan(&self, parameters: &Value, data: &Registry) -> Result<Vec<Study>>;

    /// `Paper::run` of a study.
    fn run(&self, study: &Study, results: &Results, context: &dyn Context) -> Result<Value>;

    /// `Paper::frame`.
    fn frame(&self, parameters: &Value, data: &Registry) -> Result<Frame>;

    /// `Paper::quantities`.
    fn quantities(&self, parameters: &Value) -> Result<Vec<Promised>>;

    /// `Paper::clusters`.
    fn clusters(&self, parameters: &Value, data: &Registry) -> Result<BTreeMap<String, usize>>;

    /// `Paper::observe` and `Paper::analyze` of the results, which are read once.
    fn observed(&self, parameters: &Value, data: &Registry, results: &Results) -> Result<Observed>;

    /// Read the files of results that the manifest brings, as its studies will: an error with every mistake of them.
    fn check_results(&self, _parameters: &Value, _data: &Registry) -> Result<()> {
        Ok(())
    }
}

impl<P: Paper> AnyPaper for P {
    fn id(&self) -> &'static str {
        P::ID
    }

    fn version(&self) -> u32 {
        P::VERSION
    }

    fn parameters(&self, section: &mut Section<'_>, data: &Registry) -> Value {
        serde_json::to_value(P::Settings::read(section, data)).expect("numbers, text and lists have JSON")
    }

    fn parameters_schema(&self) -> Value {
        P::Settings::schema()
    }

    fn plan(&self, parameters: &Value, data: &Registry) -> Result<Vec<Study>> {
        P::plan(&settings::<P>(parameters)?, data)
    }

    fn run(&self, study: &Study, results: &Results, context: &dyn Context) -> Result<Value> {
        let inputs = P::Inputs::deserialize(&study.inputs).with_context(|| format!("inputs of study {}", study.id))?;
        P::run(inputs, results, context)
    }

    fn frame(&self, parameters: &Value, data: &Registry) -> Result<Frame> {
        Ok(P::frame(&settings::<P>(parameters)?, data))
    }

    fn quantities(&self, parameters: &Value) -> Result<Vec<Promised>> {
        Ok(P::quantities(&settings::<P>(parameters)?))
    }

    fn clusters(&self, parameters: &Value, data: &Registry) -> Result<BTreeMap<String, usize>> {
        Ok(P::clusters(&settings::<P>(parameters)?, data))
    }

    fn observed(&self, parameters: &Value, data: &Registry, results: &Results) -> Result<Observed> {
        let settings = settings::<P>(parameters)?;
        let read = P::result_set(&settings, data, results).context("reading results")?;
        let own = P::analyze(&settings, &read).context("analysis")?;
        Ok(Observed { rows: P::observe(&settings, &read), own, named_units: BTreeMap::new() })
    }
}

fn settings<P: Paper>(parameters: &Value) -> Result<P::Settings> {
    P::Settings::deserialize(parameters).with_context(|| format!("parameters of {}", P::ID))
}
