//! Kills, interruptions, full disks, damaged stores, two runs at once: nothing that was finished is lost, and the next
//! run gives the bytes that an undisturbed one gives.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use crate::bench::{self, Bench, files};

/// Digests of the report of an undisturbed run.
pub(crate) fn undisturbed() -> Vec<(std::path::PathBuf, renas::base::digest::Digest)> {
    let bench = Bench::new();
    bench.renas(&["run"]).expect(0, "report:");
    bench.digests("reports")
}

#[test]
fn kill_9_of_the_coordinator_at_many_moments_changes_no_byte_of_the_report() {
    let expected = undisturbed();
    let bench = Bench::new();
    let mut kills = 0;
    for wait in [30, 200, 400, 700, 1100, 1600] {
        let mut child = bench.command(&["run"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
        sleep(Duration::from_millis(wait));
        if child.try_wait().expect("our child").is_none() {
            kills += 1;
        }
        child.kill().expect("SIGKILL");
        child.wait().expect("our child");
    }
    bench.renas(&["run", "--update-lock"]).expect(0, "report:");
    assert_eq!(bench.digests("reports"), expected);
    bench.renas(&["verify"]).expect(0, "expected agreement bit, reached bit");
    println!("killed {kills} times before the end");
    assert!(kills > 0, "no kill came before the end");
}

#[test]
fn ctrl_c_ends_with_130_and_the_same_command_goes_on() {
    let expected = undisturbed();
    let bench = Bench::new();
    let child = bench.command(&["run"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    bench.wait_for_records(1);
    signal("-INT", child.id());
    let output = child.wait_with_output().expect("our child");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{stderr}");
    assert!(stderr.contains("the same command goes on"), "{stderr}");
    bench.renas(&["run"]).expect(0, "report:");
    assert_eq!(bench.digests("reports"), expected);
}

#[test]
fn a_killed_worker_is_replaced_and_its_trial_tried_again() {
    let bench = Bench::new();
    let expected = undisturbed();
    let dying = dying_worker(&bench, 1);
    bench.renas_with(&[("RENAS_WORKER", &dying)], &["run", "--jobs", "1"]).expect(0, "was killed by signal 9");
    assert_eq!(bench.digests("reports"), expected);
}

#[test]
fn a_trial_that_kills_every_worker_stops_the_run_with_its_name_and_the_last_words() {
    let bench = Bench::new();
    let dying = dying_worker(&bench, 100);
    let answer = bench.renas_with(&[("RENAS_WORKER", &dying)], &["run", "--jobs", "1"]);
    answer.expect(3, "3 workers died on it").expect(3, "last line of a worker").expect(3, "study table/digits");
    bench.renas(&["run"]).expect(0, "report:");
}

#[test]
fn a_trial_that_needs_more_memory_than_there_is_stops_the_run_with_its_name() {
    let bench = Bench::new();
    // Three layers of 7,000 units have 0.6 GB of weights, and as much of gradients.
    bench.edit("econas/experiment.yaml", "width: [8, 64]", "width: [7000, 7000]");
    let limited = bench.path("limited-worker");
    let script = format!("#!/bin/sh\nulimit -v 1200000\nexec '{}' \"$@\"\n", bench::worker().display());
    let limited = bench::program(&limited, &script);
    let answer = bench.renas_with(&[("RENAS_WORKER", &limited)], &["run", "--jobs", "1"]);
    answer.expect(3, "3 workers died on it").expect(3, "memory").expect(3, "study table/digits");
    bench.edit("econas/experiment.yaml", "width: [7000, 7000]", "width: [8, 64]");
    bench.renas(&["run"]).expect(0, "report:");
}

/// A program that says hello as a worker does, but dies on its first request, the first `times` times.
fn dying_worker(bench: &Bench, times: usize) -> String {
    let real = bench::worker();
    let (count, path) = (bench.path("deaths"), bench.path("dying-worker"));
    let script = format!(
        "#!/bin/sh\n\
         n=$(cat '{count}' 2>/dev/null || echo 0)\n\
         if [ \"$n\" -lt {times} ]; then\n\
           echo $((n + 1)) > '{count}'\n\
           '{real}' \"$@\" --doctor | tr -d '\\n'; echo\n\
           read line\n\
           echo 'last line of a worker' >&2\n\
           kill -9 $$\n\
         fi\n\
         exec '{real}' \"$@\"\n",
        count = count.display(),
        real = real.display(),
    );
    bench::program(&path, &script)
}

#[test]
fn an_altered_object_or_record_is_set_aside_by_name_and_the_report_is_the_same() {
    let bench = Bench::new();
    bench.renas(&["run"]).expect(0, "report:");
    let expected = bench.digests("reports");
    let records = files(&bench.path("artifacts/steps"));
    for record in &records {
        fs::set_permissions(record, fs::Permissions::from_mode(0o644)).expect("it is ours");
        let mut bytes = fs::read(record).expect("readable");
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(record, bytes).expect("writable");
    }
    bench.renas(&["run"]).expect(0, "was damaged");
    assert_eq!(bench.digests("reports"), expected);
    bench.renas(&["run"]).expect(0, "0 trials computed");
}

#[test]
fn two_runs_at_once_compute_each_trial_once_and_agree() {
    let expected = undisturbed();
    let bench = Bench::new();
    let start = || bench.command(&["run"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    let (one, two) = (start(), start());
    for child in [one, two] {
        let output = child.wait_with_output().expect("our child");
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    }
    assert_eq!(bench.digests("reports"), expected);
    let runs: Vec<serde_json::Value> = files(&bench.path("artifacts/runs"))
        .iter()
        .map(|path| serde_json::from_slice(&fs::read(path).expect("readable")).expect("JSON"))
        .collect();
    let computed: u64 = runs.iter().filter_map(|run| run["trials_computed"].as_u64()).sum();
    let trials = files(&bench.path("artifacts/steps"))
        .iter()
        .filter(|path| String::from_utf8_lossy(&fs::read(path).expect("readable")).contains(r#""step":"train""#))
        .count();
    assert_eq!((runs.len(), computed as usize), (2, trials));
}

#[test]
fn a_store_that_cannot_be_written_is_named_and_reading_commands_still_work() {
    let bench = Bench::new();
    bench.renas(&["run", "--update-lock"]).expect(0, "report:");
    let Some(mount) = Mounted::new(&bench, "frozen", "size=64m") else {
        eprintln!("skipped: mounting needs root");
        return;
    };
    let copied = Command::new("cp").args(["-r", "artifacts", "frozen/"]).current_dir(bench.path("")).status();
    assert!(copied.expect("cp runs").success());
    mount.remount("ro");
    bench.renas(&["verify", "--store", "frozen/artifacts"]).expect(0, "reached bit");
    bench.renas(&["run", "--store", "frozen/artifacts"]).expect(0, "every digest is as promised");
    bench.renas(&["run", "--store", "frozen/new"]).expect(3, "the store is read-only");
    bench.renas(&["run"]).expect(0, "every digest is as promised");
}

#[test]
fn a_full_disk_is_named_loses_nothing_and_the_next_run_goes_on() {
    let expected = undisturbed();
    let bench = Bench::new();
    let Some(mount) = Mounted::new(&bench, "small", "size=300k") else {
        eprintln!("skipped: mounting needs root");
        return;
    };
    bench.renas(&["run", "--store", "small/artifacts"]).expect(3, "the disk is full");
    mount.remount("size=64m");
    bench.renas(&["run", "--store", "small/artifacts"]).expect(0, "report:");
    assert_eq!(bench.digests("reports"), expected);
}

/// A small file system in memory; unmounted when dropped.
struct Mounted(std::path::PathBuf);

impl Mounted {
    fn new(bench: &Bench, name: &str, options: &str) -> Option<Self> {
        let path = bench.path(name);
        fs::create_dir_all(&path).expect("a folder");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(&path).stderr(Stdio::null());
        mount.status().is_ok_and(|status| status.success()).then_some(Self(path))
    }

    fn remount(&self, options: &str) {
        let status = Command::new("mount").args(["-o", &format!("remount,{options}")]).arg(&self.0).status();
        assert!(status.expect("mount runs").success());
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

pub(crate) fn signal(name: &str, process: u32) {
    let status = Command::new("kill").args([name, &process.to_string()]).status();
    assert!(status.expect("kill runs").success());
}
