//! Answers of workers that do not fit their questions: refused before they are stored, and found where they were.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;
use std::sync::atomic::Ordering;

use renas::harness::event::Event;
use renas::harness::evidence;
use renas::harness::store::{OsDisk, Record, StepResult, answers_its_question};
use renas::harness::study::Context as _;
use renas::task::Task;
use renas::task::outcome::{Ending, Outcome};

use crate::kit::{self, Instant, in_a_run, store_with, task, tasks};
use crate::worker::Scene;

/// Every record of a worker that is committed, with where it lies; read once.
static COMMITTED: LazyLock<Vec<(String, Record)>> = LazyLock::new(committed);

fn committed() -> Vec<(String, Record)> {
    let reports = Path::new(env!("CARGO_MANIFEST_DIR")).join("reports");
    let mut all = Vec::new();
    for profile in ["quick", "reduced"] {
        for paper in renas::papers::all() {
            let path = reports.join(profile).join(paper.id()).join(evidence::FILE);
            let bytes = std::fs::read(&path).expect("committed evidence");
            let records = evidence::Reader::new(&path, &bytes).map(|record| record.expect("intact evidence").1);
            let answers = records.filter(|record| record.outcome().is_some());
            all.extend(answers.map(|record| (format!("{profile}/{}", paper.id()), record)));
        }
    }
    all
}

fn parsed(record: &Record) -> (Task, Outcome) {
    let task = record.identity.inputs.read().expect("a task of ours");
    (task, record.outcome().expect("a worker's answer").clone())
}

#[test]
fn every_committed_answer_fits_and_altered_ones_of_each_kind_do_not() {
    let committed = &*COMMITTED;
    let mut kinds: BTreeMap<String, (Task, Outcome)> = BTreeMap::new();
    for (place, record) in committed {
        answers_its_question(record).unwrap_or_else(|why| panic!("{place}: {}: {why}", record.identity.step));
        let (task, outcome) = parsed(record);
        if outcome.ending == Ending::Completed {
            kinds.entry(record.identity.step.clone()).or_insert((task, outcome));
        }
    }
    println!("{} committed answers fit, of {} kinds of task", committed.len(), kinds.len());
    // All but `evaluate`, whose promises `evaluate_slice` shares.
    assert_eq!(kinds.len(), 10, "{:?}", kinds.keys());
    let mut altered = 0;
    for (kind, (task, outcome)) in &kinds {
        let mut refuse = |what: &str, change: &dyn Fn(&mut Outcome)| {
            let mut other = outcome.clone();
            change(&mut other);
            if other != *outcome {
                altered += 1;
                assert!(task.check_answer(&other, 1.0).is_err(), "{kind}: {what} was taken");
            }
        };
        assert!(task.check_answer(outcome, -1.0).is_err() && task.check_answer(outcome, f64::NAN).is_err(), "{kind}");
        for name in outcome.scalars.keys() {
            refuse("a missing scalar", &|other| other.scalars.retain(|one, _| one != name));
            refuse("a scalar that is not finite", &|other| {
                *other.scalars.get_mut(name).expect("it is there") = f64::NAN
            });
            let can_be_negative = name.ends_with("latent.loss");
            refuse("a negative scalar", &|other| {
                *other.scalars.get_mut(name).expect("it is there") = if can_be_negative { f64::INFINITY } else { -0.5 };
            });
            if name.ends_with("accuracy") || name.ends_with("error") {
                refuse("a fraction of 17", &|other| *other.scalars.get_mut(name).expect("it is there") = 17.0);
            }
        }
        for name in outcome.curves.keys() {
            refuse("a missing curve", &|other| drop(other.curves.remove(name)));
            refuse("a point too many", &|other| other.curves.get_mut(name).expect("it is there").push(0.5));
            refuse("a point that is not finite", &|other| {
                other.curves.get_mut(name).expect("it is there").iter_mut().for_each(|point| *point = f64::INFINITY);
            });
        }
        for name in outcome.tensors.keys() {
            refuse("a missing tensor", &|other| other.tensors.retain(|one, _| one != name));
        }
        refuse("a scalar that nobody asked for", &|other| other.scalars.extend([("extra".to_owned(), 0.5)]));
        refuse("a curve that nobody asked for", &|other| drop(other.curves.insert("extra".to_owned(), vec![0.5])));
        refuse("a divergence with results", &|other| other.ending = Ending::Diverged { step: 0 });
    }
    println!("{altered} altered answers were refused");
    assert!(altered > 90, "{altered}");
}

#[test]
fn a_time_that_is_not_the_mean_of_its_steps_is_refused() {
    let (task, outcome) = COMMITTED
        .iter()
        .map(|(_, record)| parsed(record))
        .find(|(task, _)| matches!(task, Task::Time(_)))
        .expect("one");
    let mut other = outcome.clone();
    *other.scalars.get_mut("seconds_per_step").expect("it is there") *= 1.5;
    let refused = task.check_answer(&other, 1.0).expect_err("another mean").to_string();
    assert!(refused.contains("the mean of step.seconds is"), "{refused}");
}

#[test]
fn a_misfitting_answer_is_named_and_never_stored_and_the_next_run_goes_on() {
    for (how, said) in [
        ("accuracy", "test.accuracy is 17, which must be a fraction"),
        ("missing", "it has no scalar `test.loss`"),
        ("seconds", "it says that the task took -1 seconds"),
    ] {
        let scene = Scene::new();
        let pool = scene.pool(&format!("misfits-{how}:100"), 1);
        let (results, _) = in_a_run(&scene.store(), &pool, |run| run.study("study").outcomes(&tasks(2)));
        let message = format!("{:#}", results.expect_err("no answer"));
        let trial = format!("train {}", kit::key(&task(0)).0.short(12));
        assert!(message.contains(said) && message.contains(&trial), "{message}");
        assert_eq!(scene.store().keys(), [], "nothing was stored");
        let well = scene.pool("well", 1);
        let (results, _) = in_a_run(&scene.store(), &well, |run| run.study("study").outcomes(&tasks(2)));
        assert_eq!(results.expect("the worker is well").len(), 2);
    }
}

#[test]
fn a_stored_answer_that_does_not_fit_is_named_by_verification_and_computed_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = store_with(folder.path(), 3);
    let mut poisoned = kit::record(&task(1));
    let StepResult::Outcome(outcome) = &mut poisoned.result else { panic!("a worker's answer") };
    outcome.scalars.insert("test.accuracy".into(), 17.0);
    store.commit(&poisoned, &BTreeMap::new()).expect("the store believes it");
    let check = store.verify_all();
    let [damaged] = &check.damaged[..] else { panic!("{check:?}") };
    assert!(damaged.why.contains("test.accuracy is 17"), "{damaged:?}");
    let executor = Instant::default();
    let (outcomes, events) = in_a_run(&store, &executor, |run| run.study("study").outcomes(&tasks(3)));
    assert!(outcomes.expect("it is computed again").iter().all(|outcome| outcome.scalars["test.accuracy"] <= 1.0));
    assert_eq!(executor.computed.load(Ordering::SeqCst), 1);
    assert!(events.iter().any(|event| matches!(event, Event::SetAside { .. })), "{events:?}");
    assert!(store.verify_all().is_clean());
    kit::commit(&store, &OsDisk, &task(4)).expect("the store is writable");
}
