//! What every paper of the catalogue keeps to with its own manifest, whichever papers there are.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Result;
use renas::base::digest::Digest;
use renas::data::registry::Registry;
use renas::harness::analysis::{Analysis, Unplanned};
use renas::harness::manifest::load;
use renas::harness::manifest::model::Profile;
use renas::harness::paper::AnyPaper;
use renas::harness::study::{Context, Inference, Results, Step, Study, Training};
use renas::papers;
use renas::report::catalogue::Promised;
use renas::task::outcome::Outcome;
use renas::task::{DataChoice, SplitChoice, Task};
use serde_json::Value;

use super::known;

/// A profile of a paper, and what it plans.
struct Planned {
    paper: &'static dyn AnyPaper,
    profile: Profile,
    parameters: Value,
    studies: Vec<Study>,
    quantities: Vec<Promised>,
}

impl Planned {
    fn name(&self) -> String {
        format!("{} ({})", self.paper.id(), self.profile)
    }
}

/// Every profile of every manifest.
fn planned() -> Vec<Planned> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("experiments");
    let mut all = Vec::new();
    let papers = papers::all();
    let known = known(&papers);
    let data = known.data;
    for manifest in load::load_all(&folder, known).unwrap_or_else(|error| panic!("{error}")) {
        let paper = papers::find(&manifest.id).expect("the manifest was read by its paper");
        for (profile, settings) in &manifest.profiles {
            let parameters = settings.parameters.clone();
            let studies = paper.plan(&parameters, data).unwrap_or_else(|error| panic!("{}: {error:#}", manifest.id));
            let (declarations, clock) = (&manifest.declarations, settings.clock);
            let analysis = Analysis { paper, parameters: &parameters, declarations, data, clock };
            let promise = analysis.promise().map_err(Unplanned::into_error);
            let quantities = promise.unwrap_or_else(|error| panic!("{}: {error:#}", manifest.id)).quantities;
            all.push(Planned { paper, profile: *profile, parameters, studies, quantities });
        }
    }
    all
}

#[test]
fn every_study_is_named_once_and_stands_after_what_it_needs() {
    for planned in planned() {
        let name = planned.name();
        assert!(!planned.studies.is_empty(), "{name} plans nothing");
        let mut known = BTreeSet::new();
        for study in &planned.studies {
            let missing: Vec<_> = study.needs.iter().filter(|need| !known.contains(need.as_str())).collect();
            assert!(missing.is_empty(), "{name}: {} stands before {missing:?}", study.id);
            assert!(known.insert(study.id.as_str()), "{name}: duplicate study {}", study.id);
            assert!(study.cpu_seconds.is_finite() && study.cpu_seconds >= 0.0, "{name}: {}", study.id);
        }
    }
}

/// A first look needs no download, and what is said at the other profiles is said of real data.
#[test]
fn quick_reads_embedded_data_alone_and_the_other_profiles_read_none() {
    for planned in planned() {
        let is_quick = planned.profile == Profile::Quick;
        let read: BTreeSet<&String> = planned.studies.iter().flat_map(|study| &study.data).collect();
        assert!(!read.is_empty(), "{} reads no data", planned.name());
        let registry = Registry::default();
        for data in read {
            let set = registry.find(data).unwrap_or_else(|error| panic!("{}: {error}", planned.name()));
            assert_eq!(set.embedded.is_some(), is_quick, "{} reads {data}", planned.name());
        }
    }
}

#[test]
fn what_enters_keys_holds_no_null() {
    for planned in planned() {
        assert!(!holds_null(&planned.parameters), "parameters of {}", planned.name());
        for study in &planned.studies {
            assert!(!holds_null(&study.inputs), "{}: {}", planned.name(), study.id);
        }
    }
}

fn holds_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
        Value::Array(values) => values.iter().any(holds_null),
        Value::Object(fields) => fields.values().any(holds_null),
    }
}

#[test]
fn quantities_are_named_once() {
    for planned in planned() {
        let names = &planned.quantities;
        assert!(!names.is_empty(), "{} finds nothing", planned.name());
        let distinct: BTreeSet<&String> = names.iter().map(|one| &one.name).collect();
        assert_eq!(distinct.len(), names.len(), "{}: a duplicate quantity", planned.name());
    }
}

/// A study that cannot read its inputs fails otherwise, and so does one that does not name what it needs.
#[test]
fn every_study_understands_its_inputs_and_asks_for_trials_or_for_what_it_needs() {
    for planned in planned() {
        for study in &planned.studies {
            let place = format!("{}: {}", planned.name(), study.id);
            match planned.paper.run(study, &Results::default(), &Refusing(Registry::default())) {
                Ok(_) => assert_eq!((study.trials, study.needs.len()), (0, 0), "{place} asks nobody"),
                Err(error) => {
                    let cause = error.root_cause();
                    let waits = |need: &String| cause.to_string() == format!("no result of study {need}");
                    assert!(cause.is::<Refused>() || study.needs.iter().any(waits), "{place}: {error:#}");
                }
            }
        }
    }
}

/// A harness that does nothing for anybody.
struct Refusing(Registry);

#[derive(Debug, thiserror::Error)]
#[error("refused")]
struct Refused;

impl Context for Refusing {
    fn outcomes(&self, _: &[Task]) -> Result<Vec<Outcome>> {
        Err(Refused.into())
    }

    fn training_seconds(&self, _: &[Training]) -> Result<Vec<f64>> {
        Err(Refused.into())
    }

    fn latencies(&self, _: &[Inference]) -> Result<Vec<Vec<f64>>> {
        Err(Refused.into())
    }

    fn spent_seconds(&self, _: &[Task]) -> Result<Option<Vec<f64>>> {
        Err(Refused.into())
    }

    fn memoize_value(&self, _: Step, _: Value, _: &mut dyn FnMut() -> Result<Value>) -> Result<Value> {
        Err(Refused.into())
    }

    fn object(&self, _: &Digest) -> Result<Vec<u8>> {
        Err(Refused.into())
    }

    /// The one thing that is only looked up: what tasks are made of.
    fn data(&self, name: &str, split: SplitChoice) -> Result<DataChoice> {
        Ok(self.0.choice(name, split)?)
    }

    fn table(&self, _: &str) -> Result<String> {
        Err(Refused.into())
    }
}
