//! Workers that die, babble and lie.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use anyhow::Error;
use renas::harness::event::{Event, Source};
use renas::harness::executor::{ExecuteError, Limits, Pool, Settings};
use renas::harness::store::{Access, Store};
use renas::harness::study::Context;
use renas::task::outcome::Outcome;

use crate::kit;
use crate::kit::{identity, in_a_run, tasks};

/// A folder where fake workers remember, and a store.
pub(crate) struct Scene {
    folder: tempfile::TempDir,
}

impl Scene {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("memory")).expect("made");
        Self { folder }
    }

    pub(crate) fn store(&self) -> Store {
        Store::open(&self.folder.path().join("store"), Access::Write).expect("a store")
    }

    pub(crate) fn pool(&self, behaviour: &str, jobs: usize) -> Pool {
        pool(self.folder.path(), behaviour, jobs)
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// How often workers wrote that down.
    pub(crate) fn counted(&self, what: &str) -> u64 {
        std::fs::metadata(self.folder.path().join("memory").join(what)).map_or(0, |metadata| metadata.len())
    }

    /// Process numbers of all workers that were ever started.
    pub(crate) fn workers(&self) -> Vec<u32> {
        let memory = std::fs::read_dir(self.folder.path().join("memory")).expect("readable");
        let names = memory.map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned());
        names.filter_map(|name| name.strip_prefix("pid-")?.parse().ok()).collect()
    }
}

/// A pool of fake workers that remember in `folder`.
pub(crate) fn pool(folder: &Path, behaviour: &str, jobs: usize) -> Pool {
    limited(folder, behaviour, jobs, Limits::default())
}

/// The same with other limits.
pub(crate) fn limited(folder: &Path, behaviour: &str, jobs: usize, limits: Limits) -> Pool {
    let arguments = vec![behaviour.to_owned().into(), folder.join("memory").into()];
    let (launcher, program) = (Vec::new(), fake_worker());
    Pool::new(Settings { launcher, program, arguments, identity: identity(), jobs, limits, data: Arc::default() })
}

/// The program `fake_worker.rs`, which Cargo builds beside the tests.
pub(crate) fn fake_worker() -> PathBuf {
    let own = std::env::current_exe().expect("a test is a program");
    let program = own.ancestors().nth(2).expect("target/<profile>/deps").join("examples/fake_worker");
    assert!(
        program.exists(),
        "{} is not built: `cargo build --release --example fake_worker` builds it, as `make test` does",
        program.display()
    );
    program
}

/// Wait, a minute at most, until something is so.
pub(crate) fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(60), "still not: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

pub(crate) fn lives(process: u32) -> bool {
    // A killed child that nobody waited for yet has a status of Z.
    std::fs::read_to_string(format!("/proc/{process}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

/// What trials give with workers that behave in a certain way, and what was told.
pub(crate) fn outcomes(
    scene: &Scene,
    behaviour: &str,
    jobs: usize,
    count: u64,
) -> (Result<Vec<Outcome>, Error>, Vec<Event>) {
    let pool = scene.pool(behaviour, jobs);
    in_a_run(&scene.store(), &pool, |run| run.study("study").outcomes(&tasks(count)))
}

pub(crate) fn deaths(events: &[Event]) -> Vec<(usize, &str, &str)> {
    let death = |event| match event {
        &Event::WorkerDied { attempt, ref how, ref stderr_end, .. } => {
            Some((attempt, how.as_str(), stderr_end.as_str()))
        }
        _ => None,
    };
    events.iter().filter_map(death).collect()
}

#[test]
fn workers_answer_the_same_for_any_number_of_jobs() {
    let scenes = [Scene::new(), Scene::new()];
    let (one, _) = outcomes(&scenes[0], "well", 1, 12);
    let (three, _) = outcomes(&scenes[1], "well", 3, 12);
    assert_eq!(one.expect("workers are well"), three.expect("workers are well"));
    assert_eq!(scenes[0].counted("starts"), 1);
    assert!(scenes[1].counted("starts") <= 3);
    assert_eq!((scenes[0].counted("asked"), scenes[1].counted("asked")), (12, 12));
    assert!(scenes[1].workers().into_iter().all(|process| !lives(process)), "a dropped pool leaves no process");
}

#[test]
fn studies_side_by_side_share_the_pool_and_compute_each_trial_once() {
    let scene = Scene::new();
    let (pool, store) = (scene.pool("well", 2), scene.store());
    let (results, _) = in_a_run(&store, &pool, |run| {
        std::thread::scope(|scope| {
            let study = |name: &'static str| scope.spawn(move || run.study(name).outcomes(&tasks(10)));
            [study("a"), study("b"), study("c")].map(|study| study.join().expect("no panic").expect("workers are well"))
        })
    });
    assert!(results.windows(2).all(|pair| pair[0] == pair[1]));
    assert_eq!(scene.counted("asked"), 10);
    assert!(scene.counted("starts") <= 2);
}

#[test]
fn a_worker_that_is_killed_once_or_twice_is_replaced_and_its_trial_done() {
    for times in [1, 2] {
        let scene = Scene::new();
        let (results, events) = outcomes(&scene, &format!("killed:{times}"), 1, 3);
        assert_eq!(results.expect("the next worker does it").len(), 3);
        let expected: Vec<_> = (1..=times)
            .map(|n| {
                (
                    n,
                    "was killed by signal 9 (SIGKILL: by hand, or by the kernel when memory ran out)",
                    "about to use a lot of memory",
                )
            })
            .collect();
        assert_eq!(deaths(&events), expected);
        assert_eq!(scene.counted("starts"), times as u64 + 1, "each attempt has a fresh worker");
        assert!(scene.store().verify_all().is_clean());
    }
}

#[test]
fn a_trial_that_kills_three_workers_stops_the_study_with_its_name_and_their_last_words() {
    let scene = Scene::new();
    // One trial: of several, whichever gets the worker first meets the three deaths.
    let (results, events) = outcomes(&scene, "exits:3", 1, 1);
    let error = results.expect_err("three workers died");
    let trial = format!("train {}", kit::key(&kit::task(0)).0.short(12));
    let message = format!("{error:#}");
    for part in [&trial, "3 workers died", "exited with status 3", "out of cheese"] {
        assert!(message.contains(part), "{message} does not say {part}");
    }
    assert_eq!(deaths(&events).iter().map(|death| death.0).collect::<Vec<_>>(), [1, 2, 3]);
    let (results, _) = outcomes(&scene, "exits:3", 1, 3);
    assert_eq!(results.expect("the next run completes").len(), 3);
}

#[test]
fn what_other_trials_finished_is_kept_when_one_stops_the_study() {
    let scene = Scene::new();
    outcomes(&scene, "well", 1, 4).0.expect("workers are well");
    assert!(outcomes(&scene, "mute", 1, 6).0.is_err());
    let (results, _) = outcomes(&scene, "well", 1, 6);
    assert_eq!(results.expect("the next run completes").len(), 6);
    assert_eq!(scene.counted("asked"), 6, "nothing was computed twice");
}

#[test]
fn a_worker_that_babbles_is_replaced() {
    for (behaviour, says) in [
        ("garbage:1", "said `Segmentation fault, perhaps?`, which is no reply"),
        ("wrong-number:1", "answered request 2 instead of 1"),
        ("cut:1", "exited with status 0"),
    ] {
        let scene = Scene::new();
        let (results, events) = outcomes(&scene, behaviour, 1, 2);
        assert_eq!(results.expect("the next worker does it").len(), 2, "{behaviour}");
        let deaths = deaths(&events);
        assert_eq!(deaths.len(), 1, "{behaviour}");
        assert!(deaths[0].1.contains(says), "{behaviour}: {deaths:?}");
    }
}

#[test]
fn a_worker_that_dies_before_its_hello_is_given_up_with_its_last_words() {
    let scene = Scene::new();
    let message = format!("{:#}", outcomes(&scene, "mute", 2, 1).0.expect_err("it never comes up"));
    assert!(message.contains("exited with status 127") && message.contains("libtorch_cpu.so"), "{message}");
    assert_eq!(scene.counted("starts"), 3);
}

#[test]
fn a_misbehaviour_that_the_fake_worker_does_not_know_is_an_error() {
    for behaviour in ["kiled:1", "killed:x", "killed", "well:1"] {
        let message = format!("{:#}", outcomes(&Scene::new(), behaviour, 1, 1).0.expect_err("it is misspelt"));
        assert!(message.contains(&format!("knows no misbehaviour `{behaviour}`")), "{message}");
    }
}

#[test]
fn a_trial_that_the_worker_refuses_is_not_tried_again() {
    let scene = Scene::new();
    let (results, events) = outcomes(&scene, "fails", 1, 1);
    let message = format!("{:#}", results.expect_err("the worker refuses"));
    assert!(message.contains("no such layer") && message.contains("train "), "{message}");
    assert_eq!(scene.counted("asked"), 1);
    assert!(deaths(&events).is_empty());
}

#[test]
fn a_worker_that_lies_about_its_weights_is_found_out_and_nothing_is_stored() {
    let scene = Scene::new();
    let message = format!("{:#}", outcomes(&scene, "lies", 1, 1).0.expect_err("the digest is wrong"));
    assert!(message.contains("weights.safetensors") && message.contains("SHA-256"), "{message}");
    assert_eq!(scene.store().keys().len(), 0);
}

#[test]
fn a_worker_of_another_libtorch_and_workers_of_two_numeric_classes_are_refused() {
    let scene = Scene::new();
    let message = format!("{:#}", outcomes(&scene, "older", 1, 1).0.expect_err("an older libtorch"));
    assert!(message.contains("libtorch `2.10.0`") && message.contains("`2.11.0`"), "{message}");
    assert_eq!(scene.counted("asked"), 0);
    let scene = Scene::new();
    let (results, _) = outcomes(&scene, "classes", 4, 40);
    let message = format!("{:#}", results.expect_err("each worker has another fingerprint"));
    assert!(message.contains("two numeric classes"), "{message}");
}

#[test]
fn a_worker_of_an_earlier_or_later_protocol_is_refused_at_once_with_what_to_do() {
    for (behaviour, said) in [("protocol-1", "1"), ("protocol-3", "3")] {
        let scene = Scene::new();
        let message = format!("{:#}", outcomes(&scene, behaviour, 1, 1).0.expect_err("another protocol"));
        let refused = format!("says protocol `{said}`, and `2` was asked for: build it anew");
        assert!(message.contains(&refused), "{message}");
        assert_eq!((scene.counted("starts"), scene.counted("asked")), (1, 0));
    }
}

#[test]
fn a_program_that_is_not_there_is_named() {
    let scene = Scene::new();
    let settings = Settings {
        launcher: vec![],
        program: "/nowhere/renas-worker".into(),
        arguments: vec![],
        identity: identity(),
        jobs: 1,
        limits: Limits::default(),
        data: Arc::default(),
    };
    let pool = Pool::new(settings);
    let (results, _) = in_a_run(&scene.store(), &pool, |run| run.study("study").outcomes(&tasks(1)));
    let message = format!("{:#}", results.expect_err("there is no such program"));
    assert!(message.contains("/nowhere/renas-worker") && message.contains("cargo build"), "{message}");
    assert_eq!(message.matches("os error 2").count(), 1, "{message}");
}

#[test]
fn cancelling_ends_the_workers_and_keeps_what_was_finished() {
    let scene = Scene::new();
    outcomes(&scene, "well", 1, 3).0.expect("workers are well");
    let pool = scene.pool("hangs", 2);
    let canceller = pool.canceller();
    let (results, events) = in_a_run(&scene.store(), &pool, |run| {
        std::thread::scope(|scope| {
            scope.spawn(|| {
                until("both workers hang", || scene.counted("hanging") == 2);
                canceller.cancel();
            });
            run.study("study").outcomes(&tasks(9))
        })
    });
    let error = results.expect_err("it was cancelled");
    assert!(matches!(error.downcast_ref(), Some(ExecuteError::Cancelled)), "{error:#}");
    assert!(deaths(&events).is_empty(), "workers that were ended on purpose did not die");
    until("all workers are gone", || scene.workers().into_iter().all(|process| !lives(process)));
    drop(pool);
    assert_eq!(outcomes(&scene, "well", 1, 9).0.expect("the next run completes").len(), 9);
    assert_eq!(scene.counted("asked"), 3 + 2 + 6, "3 were kept, 2 abandoned");
}

#[test]
fn a_pool_computes_nothing_that_the_store_has() {
    let scene = Scene::new();
    let first = outcomes(&scene, "well", 1, 3).0.expect("workers are well");
    let executor = kit::Instant::default();
    let (again, events) =
        in_a_run(&scene.store(), &executor, |run| run.study("study").outcomes(&tasks(3)).expect("all are there"));
    assert_eq!(first, again);
    assert_eq!(executor.computed.load(Ordering::SeqCst), 0);
    let all_hits = events.iter().all(|event| matches!(event, Event::TrialFinished { source: Source::Store, .. }));
    assert!(all_hits && events.len() == 3, "{events:?}");
}
