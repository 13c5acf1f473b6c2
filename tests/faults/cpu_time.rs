//! What trials took: read from their records under a measured clock, replayed, lost, and never promised.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use anyhow::Result;
use renas::data::registry::Registry;
use renas::harness::context::ReplayContext;
use renas::harness::event::{Event, Observer};
use renas::harness::evidence::{self, Evidence};
use renas::harness::executor::{Answer, Execute, ExecuteError, Job};
use renas::harness::lockfile::Lock;
use renas::harness::run::StudyOutputs;
use renas::harness::store::{Record, WorkerIdentity};
use renas::harness::study::{Context, Handle, Results};
use renas::harness::timing::{TimeSource, Timing};
use renas::network::cost::CostModel;
use renas::report::page::Clock;
use serde_json::Value;

use crate::kit::{self, identity, in_a_run};
use crate::synthetic_paper::{Toy, new_store};

const MODEL: CostModel = CostModel { overhead_seconds: 0.5, multiply_adds_per_second: 1e6, bytes_per_second: 1e6 };
const MEASURED: TimeSource = TimeSource::Measured(Timing { warm_up: 2, steps: 7 });

/// An executor that takes as long as it says for every trial.
struct Slow {
    well: kit::Instant,
    seconds: f64,
}

impl Slow {
    fn taking(seconds: f64) -> Self {
        Self { well: kit::Instant::default(), seconds }
    }
}

impl Execute for Slow {
    fn jobs(&self) -> usize {
        1
    }

    fn identity(&self) -> &WorkerIdentity {
        self.well.identity()
    }

    fn execute(&self, job: Job, observer: &dyn Observer) -> Result<Answer, ExecuteError> {
        let mut answer = self.well.execute(job, observer)?;
        answer.observation.cpu_seconds = self.seconds;
        Ok(answer)
    }

    fn is_cancelled(&self) -> bool {
        false
    }
}

/// A study that trains, one that asks what that took, and one that reads the answer.
const TOY: Toy = Toy { studies: &[("plain", &[]), ("cost", &["plain"]), ("sum", &["cost"])], run: study };

fn study(id: &str, results: &Results, context: &dyn Context) -> Result<Value> {
    Ok(match id {
        "plain" => context.outcomes(&kit::tasks(2))?[0].scalars["test.accuracy"].into(),
        "sum" => results.read::<Vec<f64>>(&Handle::new("cost"))?.iter().sum::<f64>().into(),
        _ => context.spent_seconds(&kit::tasks(2))?.unwrap_or_default().into(),
    })
}

fn seconds(studied: &StudyOutputs) -> Vec<f64> {
    studied.results.read(&Handle::new("cost")).expect("seconds")
}

#[test]
fn what_trials_took_is_read_from_their_records_and_a_study_that_asks_is_observed() {
    let ((_folder, store), slow) = (new_store(), Slow::taking(5.0));
    let (studied, evidence) = TOY.run_on(&store, &slow, MEASURED);
    assert_eq!(seconds(&studied), [5.0, 5.0]);
    assert_eq!(slow.well.computed.load(Ordering::SeqCst), 2, "each trial is computed once");
    assert_eq!(studied.observed.iter().collect::<Vec<_>>(), ["cost", "sum"]);
    assert_eq!(Lock::studies_of(&studied).into_keys().collect::<Vec<_>>(), ["plain"]);
    assert_eq!(Lock::trials_of(&evidence).len(), 2, "what trials answer is promised");
    let (again, _) = TOY.run_on(&store, &Slow::taking(9.0), MEASURED);
    assert_eq!(again, studied, "another run reads what they took at first");
}

#[test]
fn committed_evidence_gives_the_same_seconds_again() {
    let (_folder, store) = new_store();
    let (studied, evidence) = TOY.run_on(&store, &Slow::taking(5.0), MEASURED);
    let bytes = evidence::write(&evidence, true).expect("finite numbers");
    let read = evidence::read(Path::new("evidence"), bytes).expect("own bytes");
    assert_eq!(TOY.replay(&read, MEASURED).expect("nothing is missing"), studied);
}

#[test]
fn evidence_that_does_not_say_what_trials_took_is_an_error_that_names_the_first() {
    let (_folder, store) = new_store();
    let (_, evidence) = TOY.run_on(&store, &Slow::taking(5.0), MEASURED);
    let unobserved = |(key, record): (_, Record)| (key, Arc::new(Record { observation: None, ..record }));
    let records = evidence.records().map(|record| unobserved(record.expect("own bytes")));
    let evidence = Evidence::new(Path::new("evidence"), records).expect("nothing differs");
    let message = format!("{:#}", TOY.replay(&evidence, MEASURED).expect_err("nothing says what they took"));
    let first = format!("train {}", kit::key(&kit::task(0)).0.short(12));
    assert!(message.contains(&first) && message.contains("does not say how long it took"), "{message}");
}

#[test]
fn a_trial_that_was_lost_takes_another_time_and_its_study_notices() {
    for damage in [Some("{"), None] {
        let (_folder, store) = new_store();
        let (before, _) = TOY.run_on(&store, &Slow::taking(5.0), MEASURED);
        let path = store.step_path(kit::key(&kit::task(1)));
        match damage {
            Some(damage) => std::fs::write(&path, damage).expect("written"),
            None => std::fs::remove_file(&path).expect("removed"),
        }
        let (after, evidence) = TOY.run_on(&store, &Slow::taking(9.0), MEASURED);
        assert_eq!(seconds(&after), [5.0, 9.0]);
        assert_eq!(after.digests["plain"], before.digests["plain"]);
        assert_eq!(after.results.read::<f64>(&Handle::new("sum")).expect("a number"), 14.0);
        assert_eq!(TOY.replay(&evidence, MEASURED).expect("nothing is missing"), after, "the evidence is of one piece");
    }
}

#[test]
fn under_a_cost_model_nobody_asks_and_nothing_is_observed() {
    let ((_folder, store), slow) = (new_store(), Slow::taking(5.0));
    let (studied, _) = TOY.run_on(&store, &slow, TimeSource::CostModel(MODEL));
    assert_eq!(seconds(&studied), [0.0; 0]);
    assert_eq!(studied.observed, BTreeSet::new());
    let evidence = Evidence::new(Path::new("empty"), []).expect("nothing differs");
    let (worker, data) = (identity(), Registry::default());
    let context = ReplayContext::new(&evidence, &worker, &data).timed_by(TimeSource::CostModel(MODEL));
    assert_eq!(context.spent_seconds(&kit::tasks(2)).expect("nobody is asked"), None);
    for clock in [Clock::CostModel, Clock::Measured] {
        let context = ReplayContext::new(&evidence, &worker, &data).timed_by(TimeSource::Unstated(clock));
        let message = context.spent_seconds(&kit::tasks(2)).expect_err("nothing is said").to_string();
        assert!(message.contains(&format!("clock: {}", clock.name())), "{message}");
    }
}

#[test]
fn trials_that_are_only_looked_up_are_told_to_nobody_and_those_that_are_computed_are() {
    let ((_folder, store), slow) = (new_store(), Slow::taking(5.0));
    let (seconds, events) = in_a_run(&store, &slow, |run| {
        run.study("first").outcomes(&kit::tasks(1)).expect("it is computed");
        let study = run.study("second").timed_by(MEASURED);
        let seconds = study.spent_seconds(&kit::tasks(2)).expect("it is computed");
        assert_eq!(study.used(), BTreeSet::from([0, 1].map(|number| kit::key(&kit::task(number)))));
        seconds
    });
    assert_eq!(seconds, Some(vec![5.0, 5.0]));
    let mut told: BTreeMap<String, usize> = BTreeMap::new();
    for event in events {
        if let Event::TrialFinished { study, .. } = event {
            *told.entry(study).or_default() += 1;
        }
    }
    assert_eq!(told, BTreeMap::from([("first".to_owned(), 1), ("second".to_owned(), 1)]));
}
