//! An experiment of a few studies that a test writes itself, on a store of its own.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use renas::data::registry::Registry;
use renas::harness::context::RunContext;
use renas::harness::event::Unobserved;
use renas::harness::evidence::Evidence;
use renas::harness::executor::Execute;
use renas::harness::manifest::decode::Section;
use renas::harness::paper::{AnyPaper, Observed};
use renas::harness::run::{Experiment, StudyOutputs, evidence_of};
use renas::harness::store::{Access, Store};
use renas::harness::study::{Context, Results, Study};
use renas::harness::timing::TimeSource;
use renas::observe::declare::Declarations;
use renas::observe::frame::Frame;
use renas::report::catalogue::Promised;
use renas::report::clusters::Clusters;
use renas::report::page::Clock;
use serde_json::{Value, json};

use crate::kit::identity;

/// The experiment.
pub(crate) struct Toy {
    /// Ids of the studies with those that each needs, in the order of the plan.
    pub(crate) studies: &'static [(&'static str, &'static [&'static str])],
    /// The result of the study of an id.
    pub(crate) run: fn(&str, &Results, &dyn Context) -> Result<Value>,
}

impl AnyPaper for Toy {
    fn id(&self) -> &'static str {
        "toy"
    }

    fn version(&self) -> u32 {
        1
    }

    fn parameters(&self, _: &mut Section<'_>, _: &Registry) -> Value {
        json!({})
    }

    fn quantities(&self, _: &Value) -> Result<Vec<Promised>> {
        Ok(Vec::new())
    }

    fn clusters(&self, _: &Value, _: &Registry) -> Result<BTreeMap<String, usize>> {
        Ok(BTreeMap::new())
    }

    fn plan(&self, _: &Value, _: &Registry) -> Result<Vec<Study>> {
        let study = |(id, needs): &(&str, &[&str])| Study {
            id: (*id).to_owned(),
            inputs: (*id).into(),
            needs: needs.iter().map(|need| (*need).to_owned()).collect(),
            data: vec!["digits".to_owned()],
            trials: 1,
            cpu_seconds: 0.0,
        };
        Ok(self.studies.iter().map(study).collect())
    }

    fn run(&self, study: &Study, results: &Results, context: &dyn Context) -> Result<Value> {
        (self.run)(&study.id, results, context)
    }

    fn frame(&self, _: &Value, _: &Registry) -> Result<Frame> {
        Ok(Frame::default())
    }

    fn observed(&self, _: &Value, _: &Registry, _: &Results) -> Result<Observed> {
        anyhow::bail!("the toy is not analysed")
    }
}

impl Toy {
    /// Run it on a store, and give the evidence.
    pub(crate) fn run_on(&self, store: &Store, executor: &dyn Execute, time: TimeSource) -> (StudyOutputs, Evidence) {
        let data = Registry::default();
        let run = RunContext::new(store, executor, &data, &Unobserved);
        let studied = self.experiment(time, |experiment| experiment.run(&run, &Unobserved, 1)).expect("it runs");
        let evidence = evidence_of(&run, &studied, Path::new("evidence")).expect("all records are there");
        (studied, evidence)
    }

    /// Run it from evidence alone.
    pub(crate) fn replay(&self, evidence: &Evidence, time: TimeSource) -> Result<StudyOutputs> {
        self.experiment(time, |experiment| experiment.replay(evidence, 1))
    }

    fn experiment<T>(&self, time: TimeSource, work: impl FnOnce(Experiment) -> T) -> T {
        let (data, worker) = (Registry::default(), identity());
        let plan = self.plan(&Value::Null, &data).expect("it plans");
        work(Experiment {
            paper: self,
            parameters: &Value::Null,
            plan: &plan,
            declarations: &Declarations::default(),
            claims: &[],
            clusters: &Clusters::default(),
            clock: Clock::Measured,
            time,
            worker: &worker,
            data: &data,
            profile: "reduced",
        })
    }
}

/// An empty store in a folder of its own.
pub(crate) fn new_store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(folder.path(), Access::Write).expect("a store");
    (folder, store)
}
