//! What is computed again after damage, and what is told of it; reports without workers.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use anyhow::Result;
use renas::base::digest::Digest;
use renas::data::registry::Registry;
use renas::harness::context::ReplayContext;
use renas::harness::event::Event;
use renas::harness::evidence::Evidence;
use renas::harness::store::{Access, Key, Record, Store};
use renas::harness::study::{Context, Step, memoize};
use renas::task::outcome::Outcome;

use crate::kit::{Instant, identity, in_a_run, key, record, store_with, task, tasks, weights};

/// Six trials, and the number of those that were computed now; and what was told apart from finished trials.
fn six(store: &Store) -> (Vec<Outcome>, usize, Vec<Event>) {
    let executor = Instant::default();
    let (outcomes, mut events) = in_a_run(store, &executor, |run| run.study("study").outcomes(&tasks(6)));
    events.retain(|event| !matches!(event, Event::TrialFinished { .. }));
    (outcomes.expect("they are computed"), executor.computed.load(Ordering::SeqCst), events)
}

#[test]
fn only_what_depends_on_a_damaged_record_is_computed_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = store_with(folder.path(), 6);
    let (expected, computed, _) = six(&store);
    assert_eq!(computed, 0);
    for (number, damage) in [(2, "{"), (3, ""), (5, "\0\0\0\0")] {
        let path = store.step_path(key(&task(number)));
        std::fs::write(&path, damage).expect("written");
        let (outcomes, computed, events) = six(&store);
        assert_eq!((outcomes, computed), (expected.clone(), 1));
        let [Event::SetAside { path: told, to, .. }] = &events[..] else { panic!("{events:?}") };
        assert_eq!(told, &path);
        assert_eq!(std::fs::read(to).expect("it was kept"), damage.as_bytes());
        assert!(to.starts_with(folder.path().join("damaged")));
        assert_eq!(six(&store).1, 0);
    }
    assert!(store.verify_all().is_clean());
    println!("3 damaged records: set aside, told, and only their trials computed again");
}

#[test]
fn a_damaged_record_of_a_read_only_store_is_an_error_that_names_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = store_with(folder.path(), 6);
    let path = store.step_path(key(&task(1)));
    drop(store);
    std::fs::write(&path, "{").expect("written");
    let store = Store::open(folder.path(), Access::Read).expect("a store");
    let executor = Instant::default();
    let (outcomes, _) = in_a_run(&store, &executor, |run| run.study("study").outcomes(&tasks(6)));
    let message = format!("{:#}", outcomes.expect_err("it is damaged"));
    assert!(message.contains(&*path.to_string_lossy()) && message.contains("renas run"), "{message}");
    assert_eq!(executor.computed.load(Ordering::SeqCst), 0);
}

#[test]
fn a_lost_or_damaged_object_is_made_again_by_its_own_trial_when_it_is_needed() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = store_with(folder.path(), 6);
    let object = Digest::of(&weights(&task(4)));
    let path = store.object_path(&object);
    let intact = std::fs::read(&path).expect("it is there");
    let record_before = std::fs::read(store.step_path(key(&task(4)))).expect("it is there");
    for is_lost in [true, false] {
        if is_lost {
            std::fs::remove_file(&path).expect("removed");
        } else {
            std::fs::write(&path, &intact[1..]).expect("written");
        }
        let executor = Instant::default();
        let (bytes, events) = in_a_run(&store, &executor, |run| {
            let study = run.study("study");
            study.outcomes(&tasks(6)).expect("the records are intact");
            study.object(&object)
        });
        assert_eq!(bytes.expect("it is made again"), intact);
        assert_eq!(executor.computed.load(Ordering::SeqCst), 1);
        assert!(events.iter().any(|event| matches!(event, Event::Recomputed { .. })));
        assert_eq!(events.iter().any(|event| matches!(event, Event::SetAside { .. })), !is_lost);
        assert!(store.verify_all().is_clean());
    }
    assert_eq!(std::fs::read(store.step_path(key(&task(4)))).expect("it is there"), record_before);
}

#[test]
fn a_lost_object_that_another_machine_made_stops_the_run_once_and_the_next_run_completes() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = store_with(folder.path(), 1);
    // The record of another numeric class: its trial gave other weights there.
    let mut foreign = record(&task(1));
    let object = store.add_object(b"weights of another machine").expect("it is stored");
    let mut outcome = foreign.outcome().expect("a worker's answer").clone();
    outcome.tensors.insert("weights".into(), object);
    foreign.result = renas::harness::store::StepResult::Outcome(outcome);
    store.commit(&foreign, &std::collections::BTreeMap::new()).expect("it is stored");
    std::fs::remove_file(store.object_path(&object)).expect("removed");
    let study = |store: &Store| -> (Result<Vec<u8>>, Vec<Event>) {
        in_a_run(store, &Instant::default(), |run| {
            let study = run.study("study");
            let outcomes = study.outcomes(&tasks(2))?;
            study.object(&outcomes[1].tensors["weights"])
        })
    };
    let (result, events) = study(&store);
    let message = format!("{:#}", result.expect_err("this machine computes other weights"));
    assert!(message.contains("another numeric class") && message.contains("start the same command again"), "{message}");
    assert!(events.iter().any(|event| matches!(event, Event::SetAside { .. })), "the old record is kept aside");
    assert_eq!(study(&store).0.expect("the next run completes"), weights(&task(1)));
}

const HALF: Step = Step { name: "half", version: 1 };

fn half(context: &dyn Context, of: u64, computed: &mut usize) -> Result<f64> {
    memoize(context, HALF, &of, || {
        *computed += 1;
        Ok(of as f64 / 2.0)
    })
}

#[test]
fn a_memoised_value_is_computed_once_and_noted_as_used() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = store_with(folder.path(), 1);
    let executor = Instant::default();
    let mut computed = 0;
    let ((), _) = in_a_run(&store, &executor, |run| {
        for study in ["a", "b"] {
            let study = run.study(study);
            assert_eq!(half(&study, 5, &mut computed).expect("a number"), 2.5);
            study.outcomes(&tasks(1)).expect("it is there");
            let used: Vec<Key> = study.used().into_iter().collect();
            assert!(used.len() == 2 && used.contains(&key(&task(0))));
            for key in used {
                assert!(run.record(key).is_ok());
            }
        }
    });
    assert_eq!(computed, 1);
    let ((), _) = in_a_run(&store, &executor, |run| {
        assert_eq!(half(&run.study("c"), 5, &mut computed).expect("a number"), 2.5);
    });
    assert_eq!(computed, 1, "another run reads it");
}

#[test]
fn a_damaged_value_is_set_aside_and_computed_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = store_with(folder.path(), 1);
    let executor = Instant::default();
    let mut computed = 0;
    let (used, _) = in_a_run(&store, &executor, |run| {
        let study = run.study("a");
        half(&study, 5, &mut computed).expect("a number");
        assert!(run.are_intact(&study.used()).expect("readable"));
        study.used()
    });
    let (path, of_value) = used.iter().map(|key| (store.step_path(*key), *key)).next().expect("one value");
    for damage in [Some("{"), None] {
        let known = store.record(of_value).expect("it is there");
        match damage {
            Some(damage) => std::fs::write(&path, damage).expect("written"),
            None => std::fs::remove_file(&path).expect("removed"),
        }
        let ((), events) = in_a_run(&store, &executor, |run| {
            assert!(!run.are_intact(&used).expect("readable"));
            run.commit(known.clone()).expect("it is stored");
            assert!(run.are_intact(&used).expect("readable"));
        });
        assert_eq!(events.iter().any(|event| matches!(event, Event::SetAside { .. })), damage.is_some());
    }
    let mut other = store.record(of_value).expect("it is there");
    other.result = renas::harness::store::StepResult::Value(serde_json::json!(3.5));
    let (refused, _) = in_a_run(&store, &executor, |run| run.commit(other));
    let message = refused.expect_err("another result is there").to_string();
    assert!(message.contains("step half gave another result"), "{message}");
}

fn keyed(records: &[Record]) -> Vec<(Key, Arc<Record>)> {
    let key = |record: &Record| record.identity.clone().address().key();
    records.iter().map(|record| (key(record), Arc::new(record.clone()))).collect()
}

#[test]
fn a_report_needs_no_more_than_evidence_and_says_what_is_missing() {
    let records: Vec<Record> = tasks(3).iter().map(record).collect();
    let evidence = Evidence::new(Path::new("outcomes.jsonl.zst"), keyed(&records)).expect("no two differ");
    let (worker, data) = (identity(), Registry::default());
    let context = ReplayContext::new(&evidence, &worker, &data);
    let outcomes = context.outcomes(&tasks(3)).expect("all are there");
    assert_eq!(outcomes.iter().collect::<Vec<_>>(), records.iter().filter_map(Record::outcome).collect::<Vec<_>>());
    assert_eq!(context.used().len(), 3);
    let message = format!("{:#}", context.outcomes(&tasks(5)).expect_err("two are not there"));
    assert!(message.contains("outcomes.jsonl.zst: 2 of 5 trials are not there"), "{message}");
    let message = format!("{:#}", context.object(&Digest::of(b"x")).expect_err("evidence has no objects"));
    assert!(message.contains("not in the store"), "{message}");
    let mut computed = 0;
    assert_eq!(half(&context, 5, &mut computed).expect("it is computed again"), 2.5);
    assert_eq!(computed, 1);
}

#[test]
fn evidence_with_two_results_of_one_step_is_refused() {
    let (one, mut other) = (record(&task(1)), record(&task(1)));
    other.result = renas::harness::store::StepResult::Value(serde_json::json!(1));
    let error =
        Evidence::new(Path::new("outcomes.jsonl.zst"), keyed(&[one.clone(), one, other])).expect_err("they differ");
    assert!(error.to_string().contains("two different results of step train"), "{error}");
}
