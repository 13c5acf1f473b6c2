//! Two coordinators on one machine: no time is taken while the other computes, and nobody trains for a dead one.

use std::fs;
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::bench::{Bench, files, program, worker};
use crate::fashion_ga;

/// Evolutions whose times this machine takes.
fn measured() -> String {
    let cost_model = "clock: cost_model\n    # Of the order of one core of an ordinary machine; no claim about time is \
                      judged on it.\n    cost_model: {overhead_seconds: 0.00002, multiply_adds_per_second: 5.0e9, \
                      bytes_per_second: 4.0e9}";
    fashion_ga::tiny(&[(cost_model, "clock: measured\n    timing: {warm_up: 0, steps: 1}")])
}

/// A worker that writes down when it begins and ends each task. A line of the pipe is one request, or one reply.
fn diary_worker(bench: &Bench) -> String {
    let script = format!(
        r#"import json, subprocess, sys, threading, time
real = subprocess.Popen(["{worker}"] + sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
kinds = {{}}
def note(what, number):
    with open("{diary}", "ab", buffering=0) as diary:
        diary.write(f"{{time.monotonic_ns()}} {{what}} {{kinds[number]}} {{sys.argv[0]}}{{real.pid}}-{{number}}\n".encode())
def answers():
    for line in real.stdout:
        answer = json.loads(line)
        if "number" in answer:
            note("end", answer["number"])
        sys.stdout.write(line)
        sys.stdout.flush()
listener = threading.Thread(target=answers, daemon=True)
listener.start()
for line in sys.stdin:
    request = json.loads(line)
    kinds[request["number"]] = request["task"]["task"]
    note("begin", request["number"])
    real.stdin.write(line)
    real.stdin.flush()
real.stdin.close()
listener.join()
"#,
        worker = worker().display(),
        diary = bench.path("diary").display()
    );
    let path = bench.path("diary-worker.py");
    fs::write(&path, script).expect("writable");
    program(&bench.path("diary-worker"), format!("#!/bin/sh\nexec python3 '{}' \"$@\"\n", path.display()))
}

fn run(bench: &Bench, worker: &str, store: &str) -> Child {
    let mut command = bench.command(&["run", "--only", "fashion_ga/times/all/*", "--store", store]);
    command.env("RENAS_WORKER", worker).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts")
}

#[test]
fn two_coordinators_take_no_time_while_the_other_computes_and_say_what_else_ran() {
    let bench = Bench::of("fashion_ga", &measured());
    let worker = diary_worker(&bench);
    let runs: Vec<Child> = ["one", "two"].map(|store| run(&bench, &worker, store)).into();
    for child in runs {
        let output = child.wait_with_output().expect("our child");
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let diary = fs::read_to_string(bench.path("diary")).expect("they kept one");
    let mut lines: Vec<Vec<&str>> = diary.lines().map(|line| line.split(' ').collect()).collect();
    lines.sort_by_key(|line| line[0].parse::<u64>().expect("nanoseconds"));
    let (mut running, mut times) = (Vec::new(), 0);
    for line in &lines {
        let (what, kind, task) = (line[1], line[2], line[3]);
        if what == "end" {
            running.retain(|(one, _)| *one != task);
            continue;
        }
        running.push((task, kind));
        let timing = running.iter().filter(|(_, kind)| *kind == "time").count();
        times += usize::from(kind == "time");
        assert!(timing == 0 || running.len() == 1, "a time is taken beside another task: {running:?}");
    }
    println!("{times} times were taken by two coordinators, none beside another task of {}", lines.len() / 2);
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
    let long = bench.manifest().replace("epochs: 1, batch_size: 64", "epochs: 10000, batch_size: 1");
    bench.write("experiments/econas.yaml", &long);
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
