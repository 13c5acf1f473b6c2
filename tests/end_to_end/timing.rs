//! Two coordinators on one machine: no time is taken while the other computes, and nobody trains for a dead one.

use std::fs;
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::bench::{Bench, files, program, worker};

/// A worker that writes down when it begins and ends each task, and has trained or timed nothing: a fake one is enough, since
/// it is the coordinators that wait for each other.
fn diary_worker(bench: &Bench) -> String {
    let fake = worker().with_file_name("examples").join("fake_worker");
    assert!(fake.exists(), "build it first: cargo build --release --example fake_worker does");
    fs::create_dir(bench.path("memory")).expect("a folder");
    let script = format!("#!/bin/sh\nexec '{}' diary '{}'\n", fake.display(), bench.path("memory").display());
    program(&bench.path("diary-worker"), script)
}

fn run(bench: &Bench, worker: &str, store: &str) -> Child {
    let mut command = bench.command(&["run", "--only", "fashion_ga/times/all/*", "--store", store]);
    command.env("RENAS_WORKER", worker).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts")
}

#[test]
fn two_coordinators_take_no_time_while_the_other_computes_and_say_what_else_ran() {
    let bench = Bench::of("fashion_ga");
    bench.measure_times("fashion_ga");
    let worker = diary_worker(&bench);
    let runs: Vec<Child> = ["one", "two"].map(|store| run(&bench, &worker, store)).into();
    for child in runs {
        let output = child.wait_with_output().expect("our child");
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    }
    // Each line is appended in one write, an end before its answer: the order of the lines is that of what they say.
    let diary = bench.read("memory/diary");
    let (mut running, mut times) = (Vec::new(), 0);
    for line in diary.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        let [what, kind, task] = words[..] else { panic!("{line}") };
        if what == "end" {
            running.retain(|(one, _)| *one != task);
            continue;
        }
        running.push((task, kind));
        let timing = running.iter().filter(|(_, kind)| *kind == "time").count();
        times += usize::from(kind == "time");
        assert!(timing == 0 || running.len() == 1, "a time is taken beside another task: {running:?}");
    }
    println!("{times} times were taken by two coordinators, none beside another task of {}", diary.lines().count() / 2);
    assert!(times >= 8, "{times}");
    let records = ["one", "two"].map(|store| files(&bench.path(&format!("{store}/steps")))).concat();
    let said = records.iter().filter(|path| {
        let text = fs::read_to_string(path).expect("readable");
        let is_time = text.contains(r#""step":"time""#);
        assert_eq!(is_time, text.contains(r#""surroundings":{"exclusive":true,"other_cpu_seconds":"#), "{text}");
        is_time
    });
    assert_eq!(said.count(), times);
}

/// Whether a process runs, and is no zombie.
fn runs(process: u32) -> bool {
    fs::read_to_string(format!("/proc/{process}/stat")).is_ok_and(|text| !text.contains(") Z "))
}

/// Processes whose parent is `process`.
fn children(process: u32) -> Vec<u32> {
    let entries =
        fs::read_dir("/proc").expect("Linux").filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let is_child = |child: &u32| {
        let text = fs::read_to_string(format!("/proc/{child}/stat")).unwrap_or_default();
        let parent = text.rsplit_once(')').and_then(|(_, rest)| rest.split_whitespace().nth(1)?.parse().ok());
        parent == Some(process)
    };
    entries.filter(is_child).collect()
}

fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(20), "{what} has not come true");
        sleep(Duration::from_millis(5));
    }
}

#[test]
fn workers_of_a_killed_coordinator_end_at_once_in_the_middle_of_a_training() {
    let bench = Bench::new();
    // A training of minutes, so that none ends by itself.
    bench.edit("econas/experiment.yaml", "epochs: 1, batch_size: 64", "epochs: 10000, batch_size: 1");
    let mut coordinator =
        bench.command(&["run", "--jobs", "2"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
    let mut workers = Vec::new();
    let busy = |process: &u32| {
        let text = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        let ticks = text.rsplit_once(')').and_then(|(_, rest)| rest.split_whitespace().nth(11)?.parse::<u64>().ok());
        ticks.is_some_and(|ticks| ticks > 100)
    };
    until("two workers train", || {
        workers = children(coordinator.id());
        workers.len() == 2 && workers.iter().all(busy)
    });
    coordinator.kill().expect("SIGKILL");
    let killed = Instant::now();
    coordinator.wait().expect("our child");
    until("no worker is left", || !workers.iter().any(|worker| runs(*worker)));
    println!("two busy workers ended {} ms after their coordinator was killed", killed.elapsed().as_millis());
}
