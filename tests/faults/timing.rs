//! Training times: computed or measured, alone on the machine, replayed, lost, and never promised.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::Ordering;

use anyhow::Result;
use renas::base::digest::Digest;
use renas::base::seed::Seed;
use renas::data::registry::Registry;
use renas::harness::agreement::{self, Trials};
use renas::harness::context::ReplayContext;
use renas::harness::event::Observer;
use renas::harness::evidence::{self, Evidence};
use renas::harness::executor::{Answer, Execute, ExecuteError, Job};
use renas::harness::lockfile::{self, Lock, compare, compare_runs};
use renas::harness::manifest::model::Profile;
use renas::harness::rerun::{Rerun, Which};
use renas::harness::run::StudyOutputs;
use renas::harness::store::{Access, Store, WorkerIdentity};
use renas::harness::study::{Context, Handle, Inference, Results, Training};
use renas::harness::timing::{TimeSource, Timing};
use renas::network::cost::{CostModel, pass_seconds, step_seconds};
use renas::report::page::Clock;
use renas::task::latency::Latency;
use renas::task::numerics::Numerics;
use renas::task::{Task, Time, Train};
use serde_json::Value;

use crate::kit::{self, FaultyDisk, identity, in_a_run};
use crate::synthetic_paper::{Toy, new_store};
use crate::worker::Scene;

const MODEL: CostModel = CostModel { overhead_seconds: 0.5, multiply_adds_per_second: 1e6, bytes_per_second: 1e6 };
const MEASURED: TimeSource = TimeSource::Measured(Timing { warm_up: 2, steps: 7 });

/// The training of a task of the kit's.
fn training(number: u64, epochs: usize) -> Training {
    let Task::Train(Train { network, data, recipe, seed, .. }) = kit::task(number) else { panic!("the kit trains") };
    Training { network, data, recipe, epochs, seed }
}

fn time_task(number: u64) -> Task {
    let Training { network, data, recipe, seed, .. } = training(number, 1);
    Task::Time(Time { network, data, recipe, seed, warm_up: 2, steps: 7 })
}

/// Forward passes of the kit's network, twice, under that seed.
fn inference(number: u64) -> Inference {
    let Training { network, seed, .. } = training(number, 1);
    let (networks, numerics) = (vec![network.clone(), network], Numerics::Avx2);
    Inference { networks, batch_size: 10, threads: 2, numerics, seed }
}

/// An executor whose clock gives a number of seconds for every step, and one more for those of task 2.
struct Watch {
    well: kit::Instant,
    seconds: usize,
}

impl Watch {
    fn saying(seconds: usize) -> Self {
        Self { well: kit::Instant::default(), seconds }
    }
}

impl Execute for Watch {
    fn jobs(&self) -> usize {
        1
    }

    fn identity(&self) -> &WorkerIdentity {
        self.well.identity()
    }

    fn execute(&self, job: Job, observer: &dyn Observer) -> Result<Answer, ExecuteError> {
        let mut answer = self.well.execute(job, observer)?;
        if let Task::Time(time) = job.task {
            answer.outcome.tensors.clear();
            let seconds = (self.seconds + usize::from(time.seed == Seed::from_number(2))) as f64;
            answer.outcome.scalars = BTreeMap::from([("seconds_per_step".to_owned(), seconds)]);
            answer.outcome.curves = BTreeMap::from([("step.seconds".to_owned(), vec![seconds; time.steps])]);
        }
        if let Task::Latency(Latency { networks, threads, .. }) = job.task {
            answer.outcome.tensors.clear();
            let seconds = (0..networks.len()).map(|index| (self.seconds * threads + index) as f64).collect();
            answer.outcome.scalars.clear();
            answer.outcome.curves = BTreeMap::from([("pass.seconds".to_owned(), seconds)]);
        }
        Ok(answer)
    }

    fn is_cancelled(&self) -> bool {
        false
    }
}

/// Two studies that ask for the time of one training, one that trains what it chooses by it, and one that asks for none.
const TOY: Toy =
    Toy { studies: &[("plain", &[]), ("time/a", &[]), ("time/b", &[]), ("choice", &["time/a", "plain"])], run: study };

fn study(id: &str, results: &Results, context: &dyn Context) -> Result<Value> {
    Ok(match id {
        "plain" => context.outcomes(&kit::tasks(2))?[0].scalars["test.accuracy"].into(),
        "choice" => {
            let seconds: Vec<f64> = results.read(&Handle::new("time/a"))?;
            context.outcomes(&[kit::task(100 + seconds[0] as u64)])?[0].scalars["test.accuracy"].into()
        }
        _ => context.training_seconds(&[training(1, 3)])?.into(),
    })
}

fn lock_of(studied: &StudyOutputs, evidence: &Evidence, page: &str) -> Lock {
    Lock {
        format: lockfile::FORMAT,
        experiment: "toy".to_owned(),
        profile: Profile::Reduced,
        manifest: Digest::of(b"manifest"),
        worker: identity(),
        fingerprints: BTreeSet::from([Digest::of(b"one")]),
        studies: Lock::studies_of(studied),
        observed: studied.observed.clone(),
        trials: Lock::trials_of(evidence),
        claims: BTreeMap::new(),
        sealed: None,
        files: BTreeMap::from([("toy/report.md".to_owned(), Digest::of(page.as_bytes()))]),
    }
}

#[test]
fn under_the_cost_model_seconds_are_steps_times_those_of_one_and_no_worker_is_asked() {
    let evidence = Evidence::new(Path::new("empty"), []).expect("nothing differs");
    let (worker, data) = (identity(), Registry::default());
    let context = ReplayContext::new(&evidence, &worker, &data).timed_by(TimeSource::CostModel(MODEL));
    let mut whole = training(1, 3);
    whole.recipe.batch_size = 5000;
    let seconds =
        context.training_seconds(&[training(1, 3), training(1, 0), whole.clone()]).expect("a possible network");
    // 1,797 digits without 300 and 200 are 1,297: 41 batches of 32, or one of all.
    let of_batch = |batch| step_seconds(&whole.network, batch, &MODEL).expect("a possible network");
    assert_eq!(seconds, [3.0 * 41.0 * of_batch(32), 0.0, 3.0 * of_batch(1297)]);
    assert!(context.observed().is_empty());
}

#[test]
fn under_the_cost_model_a_pass_takes_what_it_costs_whatever_the_numerics() {
    let evidence = Evidence::new(Path::new("empty"), []).expect("nothing differs");
    let (worker, data) = (identity(), Registry::default());
    let context = ReplayContext::new(&evidence, &worker, &data).timed_by(TimeSource::CostModel(MODEL));
    let (two, one) = (inference(1), Inference { threads: 1, numerics: Numerics::Portable, ..inference(1) });
    let seconds = context.latencies(&[two.clone(), one.clone()]).expect("a possible network");
    let of_pass = |threads| pass_seconds(&two.networks[0], 10, threads, &MODEL).expect("a possible network");
    assert_eq!(seconds, [vec![of_pass(2); 2], vec![of_pass(1); 2]]);
    assert_eq!(context.latencies(&[Inference { numerics: Numerics::Avx2, ..one }]).expect("possible")[0], seconds[1]);
    assert!(context.observed().is_empty());
}

#[test]
fn measured_passes_are_those_of_a_latency_task_per_inference_that_is_taken_once() {
    let ((_folder, store), watch) = (new_store(), Watch::saying(5));
    for _ in 0..2 {
        let ((), _) = in_a_run(&store, &watch, |run| {
            let study = run.study("study").timed_by(MEASURED);
            let other = Inference { threads: 3, ..inference(1) };
            let seconds = study.latencies(&[inference(1), other, inference(1)]).expect("they are timed");
            assert_eq!(seconds, [[10.0, 11.0], [15.0, 16.0], [10.0, 11.0]]);
            assert_eq!(study.observed().len(), 2);
        });
    }
    assert_eq!(watch.well.computed.load(Ordering::SeqCst), 2);
}

#[test]
fn passes_of_nothing_are_refused_by_both_clocks_alike() {
    let evidence = Evidence::new(Path::new("empty"), []).expect("nothing differs");
    let (worker, data) = (identity(), Registry::default());
    for time in [MEASURED, TimeSource::CostModel(MODEL)] {
        let context = ReplayContext::new(&evidence, &worker, &data).timed_by(time);
        for (inference, said) in [
            (Inference { networks: Vec::new(), ..inference(1) }, "networks must be at least one"),
            (Inference { batch_size: 0, ..inference(1) }, "batch_size must be at least 1"),
            (Inference { threads: 0, ..inference(1) }, "threads must be at least 1"),
        ] {
            let message = context.latencies(&[inference]).expect_err("nothing to time").to_string();
            assert!(message.contains(said), "{message}");
        }
    }
}

#[test]
fn measured_seconds_are_steps_times_those_of_a_time_task_that_is_taken_once() {
    let ((_folder, store), watch) = (new_store(), Watch::saying(5));
    for _ in 0..2 {
        let ((), _) = in_a_run(&store, &watch, |run| {
            let study = run.study("study").timed_by(MEASURED);
            let seconds =
                study.training_seconds(&[training(1, 3), training(2, 1), training(1, 1)]).expect("it is timed");
            assert_eq!(seconds, [3.0 * 41.0 * 5.0, 41.0 * 6.0, 41.0 * 5.0]);
            let times: Vec<_> = [1, 2].map(|number| kit::key(&time_task(number))).into();
            assert_eq!(study.observed().into_keys().collect::<BTreeSet<_>>(), times.into_iter().collect());
        });
    }
    assert_eq!(watch.well.computed.load(Ordering::SeqCst), 2);
}

#[test]
fn a_time_of_which_the_manifest_says_nothing_is_an_error_that_names_the_key() {
    let evidence = Evidence::new(Path::new("empty"), []).expect("nothing differs");
    let (worker, data) = (identity(), Registry::default());
    for (clock, key) in [(Clock::CostModel, "`cost_model: {overhead_seconds"), (Clock::Measured, "`timing: {warm_up")] {
        let context = ReplayContext::new(&evidence, &worker, &data).timed_by(TimeSource::Unstated(clock));
        for error in [
            context.training_seconds(&[training(1, 1)]).expect_err("nothing is said"),
            context.latencies(&[inference(1)]).expect_err("nothing is said"),
        ] {
            let message = error.to_string();
            assert!(message.contains(key) && message.contains(&format!("clock: {}", clock.name())), "{message}");
        }
    }
}

#[test]
fn what_a_clock_reckons_from_is_in_the_keys_of_studies_and_nothing_else_is() {
    let keys = |time| {
        let ((_folder, store), watch) = (new_store(), Watch::saying(5));
        Toy { studies: &TOY.studies[..1], ..TOY }.run_on(&store, &watch, time);
        store.keys().into_iter().collect::<BTreeSet<_>>()
    };
    let unstated = keys(TimeSource::Unstated(Clock::Measured));
    assert_eq!(unstated, keys(TimeSource::Unstated(Clock::CostModel)));
    let other = CostModel { overhead_seconds: 0.25, ..MODEL };
    let stated = [MEASURED, TimeSource::CostModel(MODEL), TimeSource::CostModel(other)].map(keys);
    let shared: BTreeSet<_> = stated.iter().fold(unstated.clone(), |shared, keys| &shared & keys);
    assert_eq!((shared.len(), unstated.len()), (2, 3), "the two trials, and a study of another name each");
    assert_eq!(stated.iter().flatten().chain(&unstated).collect::<BTreeSet<_>>().len(), 2 + 4);
}

#[test]
fn studies_that_derive_from_measured_times_are_named_and_those_of_two_machines_not_compared() {
    let ((_one, here), (_two, there)) = (new_store(), new_store());
    let (ours, evidence) = TOY.run_on(&here, &Watch::saying(5), MEASURED);
    let (theirs, other_evidence) = TOY.run_on(&there, &Watch::saying(6), MEASURED);
    assert_eq!(ours.observed.iter().collect::<Vec<_>>(), ["choice", "time/a", "time/b"]);
    assert_ne!(ours.digests["choice"], theirs.digests["choice"]);

    let lock = lock_of(&ours, &evidence, "615 s");
    assert_eq!(lock.studies.keys().collect::<Vec<_>>(), ["plain"]);
    assert_eq!(lock.trials.len(), 3, "two of `plain`, one of `choice`, and no time");
    assert_eq!(compare_runs(&lock, &lock_of(&theirs, &other_evidence, "738 s")), []);

    let agreements = agreement::compare(&evidence, &lock, (&there, &Trials::of(&there)), &BTreeMap::new());
    assert_eq!(agreements.iter().map(|one| (one.compared, one.equal)).collect::<Vec<_>>(), [(2, 2)]);
    let again = Rerun::of(&evidence, &Which::All).expect("own tasks");
    assert_eq!((again.drawn, again.len()), (3, 3));
    assert!(again.waves.iter().flatten().all(|task| matches!(task, Task::Train(_))));
}

#[test]
fn a_store_is_read_once_whatever_number_of_experiments_is_compared_with_it() {
    let (folder, store) = new_store();
    let (studied, evidence) = TOY.run_on(&store, &Watch::saying(5), MEASURED);
    let lock = lock_of(&studied, &evidence, "615 s");
    let disk = FaultyDisk::new(usize::MAX, std::io::ErrorKind::Other);
    let store = Store::open_on(Box::new(disk.clone()), folder.path(), Access::Read).expect("it is there");
    let trials = Trials::of(&store);
    let before = disk.done.load(Ordering::SeqCst);
    for _ in 0..5 {
        let agreements = agreement::compare(&evidence, &lock, (&store, &trials), &BTreeMap::new());
        assert_eq!(agreements.iter().map(|one| (one.compared, one.equal)).collect::<Vec<_>>(), [(3, 3)]);
    }
    assert_eq!(disk.done.load(Ordering::SeqCst), before, "equal trials are known by their digests");
}

#[test]
fn evidence_holds_measured_times_and_gives_the_same_studies_again() {
    let (_folder, store) = new_store();
    let (studied, evidence) = TOY.run_on(&store, &Watch::saying(5), MEASURED);
    let bytes = evidence::write(&evidence, true).expect("finite numbers");
    let read = evidence::read(Path::new("evidence"), bytes).expect("own bytes");
    let replayed = TOY.replay(&read, MEASURED).expect("nothing is missing");
    assert_eq!(replayed, studied);
    assert_eq!(compare(&lock_of(&studied, &evidence, "615 s"), &lock_of(&replayed, &read, "615 s")), []);
    let (again, _) = TOY.run_on(&store, &Watch::saying(9), MEASURED);
    assert_eq!(again, studied, "another run reads the times that were taken");
}

#[test]
fn a_measured_time_that_was_lost_is_taken_anew_by_every_study_that_used_it() {
    for damage in [Some("{"), None] {
        let (_folder, store) = new_store();
        let (before, _) = TOY.run_on(&store, &Watch::saying(5), MEASURED);
        let path = store.step_path(kit::key(&time_task(1)));
        match damage {
            Some(damage) => std::fs::write(&path, damage).expect("written"),
            None => std::fs::remove_file(&path).expect("removed"),
        }
        let (after, evidence) = TOY.run_on(&store, &Watch::saying(9), MEASURED);
        for study in ["time/a", "time/b"] {
            assert_eq!(after.results.read::<Vec<f64>>(&Handle::new(study)).expect("seconds"), [3.0 * 41.0 * 9.0]);
        }
        assert_eq!(after.digests["plain"], before.digests["plain"]);
        assert_ne!(after.digests["choice"], before.digests["choice"]);
        let replayed = TOY.replay(&evidence, MEASURED).expect("nothing is missing");
        assert_eq!(replayed, after, "the evidence is of one piece");
    }
}

#[test]
fn a_network_is_timed_while_no_worker_does_anything_else_and_does_not_wait_for_ever() {
    let scene = Scene::new();
    let pool = scene.pool("diary", 3);
    let mut tasks = kit::tasks(40);
    tasks.insert(6, time_task(1));
    tasks.insert(6, time_task(2));
    let (outcomes, _) = in_a_run(&scene.store(), &pool, |run| run.study("study").outcomes(&tasks));
    assert_eq!(outcomes.expect("workers are well").len(), 42);
    let diary = std::fs::read_to_string(scene.path().join("memory").join("diary")).expect("they kept one");
    let (mut running, mut begun, mut most) = (Vec::new(), 0, 0);
    for line in diary.lines() {
        let mut words = line.split(' ');
        let (what, kind) = words.next().zip(words.next()).expect("what, and of which kind");
        if what == "end" {
            let place = running.iter().position(|&one| one == kind).expect("it began");
            running.remove(place);
            continue;
        }
        running.push(kind);
        begun += 1;
        most = most.max(running.len());
        assert!(kind != "time" || running == ["time"], "it is not alone:\n{diary}");
        assert!(kind == "time" || !running.contains(&"time"), "something begins beside it:\n{diary}");
        assert!(kind != "time" || begun < 15, "it had to wait for {begun} others:\n{diary}");
    }
    assert!(most > 1, "other tasks run side by side:\n{diary}");
}
