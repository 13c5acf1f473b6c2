//! Workers behind a script that runs them as its children, and programs that do not start at once.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use renas::harness::executor::{Limits, Pool, Settings};
use renas::harness::store::{Access, Store};
use renas::harness::study::Context;
use renas::task::Task;
use renas::task::recipe::Stop;

use crate::kit::{identity, in_a_run, task, tasks};
use crate::process::start;
use crate::worker::{Scene, deaths, fake_worker, lives, until};

/// A pool of fake workers, each the child of a shell.
fn wrapped(scene: &Scene, behaviour: &str, jobs: usize, limits: Limits) -> Pool {
    let launcher = vec!["sh".into(), "-c".into(), "\"$0\" \"$@\"; exit $?".into()];
    let (program, arguments) = (fake_worker(), vec![behaviour.into(), scene.path().join("memory").into()]);
    Pool::new(Settings { launcher, program, arguments, identity: identity(), jobs, limits, data: Arc::default() })
}

fn all_end(scene: &Scene) {
    assert!(!scene.workers().is_empty());
    until("all workers are gone", || scene.workers().iter().all(|process| !lives(*process)));
}

#[test]
fn a_worker_behind_a_script_ends_with_the_pool_with_a_cancellation_and_with_its_limit() {
    let scene = Scene::new();
    let pool = wrapped(&scene, "clings", 2, Limits::default());
    let (results, _) = in_a_run(&scene.store(), &pool, |run| run.study("study").outcomes(&tasks(4)));
    assert_eq!(results.expect("workers are well").len(), 4);
    drop(pool);
    all_end(&scene);

    let scene = Scene::new();
    let pool = wrapped(&scene, "clings:9", 2, Limits::default());
    let canceller = pool.canceller();
    let (results, _) = in_a_run(&scene.store(), &pool, |run| {
        std::thread::scope(|scope| {
            scope.spawn(|| {
                until("both workers hang", || scene.counted("hanging") == 2);
                canceller.cancel();
            });
            run.study("study").outcomes(&tasks(4))
        })
    });
    assert!(format!("{:#}", results.expect_err("it was cancelled")).contains("interrupted"));
    all_end(&scene);

    let scene = Scene::new();
    let limits = Limits { silence: Duration::from_millis(500), ..Limits::default() };
    let pool = wrapped(&scene, "clings:1", 1, limits);
    let (results, events) = in_a_run(&scene.store(), &pool, |run| run.study("study").outcomes(&tasks(2)));
    assert_eq!((results.expect("the next worker does it").len(), deaths(&events).len()), (2, 1));
    assert_eq!(scene.workers().iter().filter(|process| lives(**process)).count(), 1, "the second is idle");
}

#[test]
fn a_worker_that_is_killed_behind_a_script_is_said_to_be() {
    let scene = Scene::new();
    let pool = wrapped(&scene, "killed:1", 1, Limits::default());
    let (results, events) = in_a_run(&scene.store(), &pool, |run| run.study("study").outcomes(&tasks(2)));
    assert_eq!(results.expect("the next worker does it").len(), 2);
    let how = deaths(&events)[0].1;
    assert!(how.contains("exited with status 137 (in a shell: killed by signal 9, SIGKILL"), "{how}");
}

/// The real worker, which is built beside `renas`.
fn real_worker() -> PathBuf {
    let worker = Path::new(env!("CARGO_BIN_EXE_renas")).with_file_name("renas-worker");
    assert!(worker.exists(), "build the worker first: cargo build --release");
    worker
}

/// A script that runs the real worker as its child and writes down its number.
fn script(folder: &Path) -> PathBuf {
    let path = folder.join("wrapper");
    let (worker, pid) = (real_worker(), folder.join("pid"));
    let text =
        format!("#!/bin/sh\nexec 3<&0\n'{}' \"$@\" <&3 &\necho $! > '{}'\nwait $!\n", worker.display(), pid.display());
    fs::write(&path, text).expect("written");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("it is ours");
    path
}

/// The number of the real worker, once it works on a task: then it has a thread that says so.
fn busy_worker(folder: &Path) -> u32 {
    let pid = || fs::read_to_string(folder.join("pid")).ok()?.trim().parse::<u32>().ok();
    let is_busy = |pid: u32| {
        let threads = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
        threads
            .into_iter()
            .any(|thread| fs::read_to_string(thread.path().join("comm")).is_ok_and(|name| name == "alive\n"))
    };
    until("the worker is busy", || pid().is_some_and(is_busy));
    pid().expect("it was there")
}

/// The role of a coordinator whose worker trains for hours.
pub(crate) fn train_for_hours(folder: &Path) {
    let Task::Train(mut train) = task(0) else { unreachable!("it is a training") };
    train.stop = Stop::Epochs(10_000_000);
    let arguments = ["--numerics", "portable"].map(Into::into).to_vec();
    let (launcher, program, limits) = (Vec::new(), script(folder), Limits::default());
    let pool = Pool::new(Settings {
        launcher,
        program,
        arguments,
        identity: identity(),
        jobs: 1,
        limits,
        data: Arc::default(),
    });
    let store = Store::open(&folder.join("store"), Access::Write).expect("a store");
    let _ = in_a_run(&store, &pool, |run| run.study("study").outcomes(&[Task::Train(train)]));
}

#[test]
fn a_real_worker_behind_a_script_ends_with_a_coordinator_that_is_killed() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut coordinator = start("train for hours", folder.path());
    let worker = busy_worker(folder.path());
    coordinator.kill().expect("it is ours");
    coordinator.wait().expect("it ends");
    until("the worker is gone", || !lives(worker));
}

#[test]
fn ctrl_c_in_a_terminal_ends_a_run_and_its_workers_behind_a_script() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut renas = Command::new(env!("CARGO_BIN_EXE_renas"));
    renas.args(["run", "--only", "popnas", "--jobs", "1", "--experiments"]).arg(root.join("experiments"));
    renas.arg("--data").arg(root.join("data")).current_dir(folder.path()).env("RENAS_WORKER", script(folder.path()));
    renas.env("RENAS_MACHINE_LOCKS", folder.path()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // As a shell starts it: the terminal's Ctrl-C reaches this group.
    let renas = renas.process_group(0).spawn().expect("it starts");
    let worker = busy_worker(folder.path());
    let group = format!("-{}", renas.id());
    assert!(Command::new("kill").args(["-INT", "--", &group]).status().expect("kill runs").success());
    let output = renas.wait_with_output().expect("our child");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{stderr}");
    assert!(stderr.contains("the same command goes on"), "{stderr}");
    until("the worker is gone", || !lives(worker));
}

#[test]
fn a_program_that_cannot_start_now_is_tried_again_and_its_error_is_said_once_with_what_to_do() {
    let scene = Scene::new();
    let program = scene.path().join("program");
    // A script is no program that is busy: it is its interpreter that runs.
    fs::copy("/bin/sh", &program).expect("copied");
    let arguments = vec![
        "-c".into(),
        "exec \"$0\" \"$@\"".into(),
        fake_worker().into(),
        "well".into(),
        scene.path().join("memory").into(),
    ];
    let settings = |pause| {
        let (program, limits) = (program.clone(), Limits { pause, ..Limits::default() });
        let launcher = Vec::new();
        Settings {
            launcher,
            program,
            arguments: arguments.clone(),
            identity: identity(),
            jobs: 1,
            limits,
            data: Arc::default(),
        }
    };
    let writer = fs::OpenOptions::new().append(true).open(&program).expect("it is ours");
    let pool = Pool::new(settings(Duration::from_millis(1)));
    let (results, _) = in_a_run(&scene.store(), &pool, |run| run.study("study").outcomes(&tasks(1)));
    let message = format!("{:#}", results.expect_err("it is being written"));
    assert!(message.contains("another program is writing this file"), "{message}");
    assert_eq!(message.matches("os error 26").count(), 1, "{message}");
    let pool = Pool::new(settings(Duration::from_millis(30)));
    let (results, _) = in_a_run(&scene.store(), &pool, |run| {
        std::thread::scope(|scope| {
            scope.spawn(|| {
                std::thread::sleep(Duration::from_millis(50));
                drop(writer);
            });
            run.study("study").outcomes(&tasks(1))
        })
    });
    assert_eq!(results.expect("it can be started in the end").len(), 1);
}
