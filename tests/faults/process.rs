//! Several processes on one store, and kill -9 at random times. The other processes are this binary itself.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use renas::base::digest::Digest;
use renas::base::seed::Seed;
use renas::data::registry::Registry;
use renas::harness::context::RunContext;
use renas::harness::event::{Event, Observer, Source};
use renas::harness::store::{Access, Key, Store};
use renas::harness::study::Context;

use crate::kit::{Instant, in_a_run, key, tasks, weights};
use crate::worker::{Scene, lives, pool, until};
use crate::wrapped;

const ROLE: &str = "RENAS_FAULTS_ROLE";
const FOLDER: &str = "RENAS_FAULTS_FOLDER";
const TRIALS: u64 = 250;

/// Start this binary as another process that plays a role in a folder.
pub(crate) fn start(role: &str, folder: &Path) -> Child {
    let mut command = Command::new(std::env::current_exe().expect("this binary"));
    command.args(["--exact", "process::the_other_processes_play_their_roles", "--nocapture"]);
    command.env(ROLE, role).env(FOLDER, folder).stdout(Stdio::null());
    command.spawn().expect("it starts")
}

/// Does nothing but in the processes that other tests start.
#[test]
fn the_other_processes_play_their_roles() {
    let Ok(role) = std::env::var(ROLE) else { return };
    let folder = PathBuf::from(std::env::var_os(FOLDER).expect("set together with the role"));
    match role.as_str() {
        "commit" => commit_all(&folder),
        "share forwards" => share(&folder, false),
        "share backwards" => share(&folder, true),
        "wait for hanging workers" => {
            let store = Store::open(&folder.join("store"), Access::Write).expect("a store");
            let pool = pool(&folder, "hangs", 2);
            let _ = in_a_run(&store, &pool, |run| run.study("study").outcomes(&tasks(2)));
        }
        "train for hours" => wrapped::train_for_hours(&folder),
        other => panic!("no role `{other}`"),
    }
}

/// An observer that writes down each trial that was computed, once it is acknowledged.
struct Acknowledged(PathBuf);

impl Observer for Acknowledged {
    fn event(&self, event: &Event) {
        if let Event::TrialFinished { trial, source: Source::Worker, .. } = event {
            let log = std::fs::OpenOptions::new().append(true).create(true).open(&self.0);
            // In one write: a kill, or another process, must not come between a line and its end.
            log.expect("a log").write_all(format!("{trial}\n").as_bytes()).expect("written");
        }
    }
}

fn commit_all(folder: &Path) {
    let store = Store::open(&folder.join("store"), Access::Write).expect("a store");
    let (executor, observer, data) =
        (Instant::default(), Acknowledged(folder.join("acknowledged")), Registry::default());
    RunContext::new(&store, &executor, &data, &observer)
        .study("study")
        .outcomes(&tasks(TRIALS))
        .expect("they are computed");
    std::fs::write(folder.join("done"), "").expect("written");
}

fn names(folder: &Path, log: &str) -> Vec<String> {
    let text = std::fs::read_to_string(folder.join(log)).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

/// The record and the object of every trial, as they are in the store.
fn contents(store: &Store) -> Vec<(Vec<u8>, Vec<u8>)> {
    let content = |task| {
        let record = std::fs::read(store.step_path(key(&task))).expect("the record is there");
        (record, store.object(&Digest::of(&weights(&task))).expect("the object is there"))
    };
    tasks(TRIALS).into_iter().map(content).collect()
}

#[test]
fn kill_9_at_random_times_leaves_every_result_absent_or_complete() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut stream = Seed::from_number(9).stream("kill");
    let (mut kills, mut known) = (0, 0);
    while !folder.path().join("done").exists() {
        let mut process = start("commit", folder.path());
        // By progress rather than by time, so that a busy machine sees as many kills; the first while the store is made.
        let (before, more) = (names(folder.path(), "acknowledged").len(), stream.below(15));
        let is_far = || names(folder.path(), "acknowledged").len() >= before + more;
        until("some progress", || (kills < 5 || is_far()) || folder.path().join("done").exists());
        std::thread::sleep(Duration::from_micros(stream.below(4_000) as u64));
        process.kill().expect("it is ours");
        process.wait().expect("it ends");
        kills += 1;
        let Ok(store) = Store::open(&folder.path().join("store"), Access::Read) else { continue };
        let check = store.verify_all();
        assert!(check.is_clean(), "{check:?}");
        assert!(check.steps >= known, "a finished trial was lost");
        known = check.steps;
        let there: Vec<Key> = store.keys();
        for trial in names(folder.path(), "acknowledged") {
            let prefix = trial.strip_prefix("train ").expect("a trial's name");
            assert!(there.iter().any(|key| key.0.short(12) == prefix), "{trial} was acknowledged and is lost");
        }
    }
    let undisturbed = tempfile::tempdir().expect("a folder");
    commit_all(undisturbed.path());
    let stores = [&folder, &undisturbed].map(|folder| Store::open(&folder.path().join("store"), Access::Read));
    let [killed, calm] = stores.map(|store| contents(&store.expect("a store")));
    assert_eq!(killed, calm, "the same bytes as without kills");
    println!(
        "{kills} kills at random times over {TRIALS} trials: each result absent or complete, the end the same bytes"
    );
    assert!(kills >= 20, "only {kills}");
}

fn share(folder: &Path, backwards: bool) {
    let store = Store::open(&folder.join("store"), Access::Write).expect("a store");
    let executor = Instant { log: Some(folder.join("computed")), ..Instant::default() };
    let mut asked = tasks(TRIALS);
    if backwards {
        asked.reverse();
    }
    let (outcomes, _) = in_a_run(&store, &executor, |run| run.study("study").outcomes(&asked));
    let mut outcomes = outcomes.expect("they are computed");
    if backwards {
        outcomes.reverse();
    }
    let text = serde_json::to_string(&outcomes).expect("finite numbers");
    std::fs::write(folder.join(format!("outcomes-{backwards}")), text).expect("written");
}

#[test]
fn two_processes_on_one_store_compute_each_trial_once() {
    for round in 0..3 {
        let folder = tempfile::tempdir().expect("a folder");
        let processes = ["share forwards", "share backwards", "share forwards"].map(|role| start(role, folder.path()));
        for mut process in processes {
            assert!(process.wait().expect("it ends").success(), "round {round}");
        }
        let mut computed = names(folder.path(), "computed");
        assert_eq!(computed.len() as u64, TRIALS, "round {round}");
        computed.sort();
        computed.dedup();
        assert_eq!(computed.len() as u64, TRIALS, "round {round}");
        let read = |name| std::fs::read(folder.path().join(name)).expect("written");
        assert_eq!(read("outcomes-false"), read("outcomes-true"));
        let store = Store::open(&folder.path().join("store"), Access::Read).expect("a store");
        let check = store.verify_all();
        assert!(check.is_clean() && check.steps as u64 == TRIALS);
        let left = std::fs::read_dir(folder.path().join("store/locks")).expect("readable").count();
        assert_eq!(left, 0, "no lock stays");
    }
    println!("3 rounds of 3 processes: each of {TRIALS} trials computed once");
}

#[test]
fn workers_hear_of_the_end_of_their_coordinator_when_it_is_killed() {
    let scene = Scene::new();
    let mut coordinator = start("wait for hanging workers", scene.path());
    until("both workers hang", || scene.counted("hanging") == 2);
    let workers = scene.workers();
    assert!(workers.len() == 2 && workers.iter().all(|worker| lives(*worker)));
    coordinator.kill().expect("it is ours");
    coordinator.wait().expect("it ends");
    until("the workers are gone", || !workers.iter().any(|worker| lives(*worker)));
}
