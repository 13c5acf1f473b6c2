//! Readers that go away, full disks, odd folders and odd names: nothing hangs, panics or misleads.

use std::fs::{self, File};
use std::io::Read as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::bench::{Answer, Bench, files};

/// How long anything of a bench may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// The exit code of a command, which is killed after `PATIENCE`.
fn ends(command: &mut Command) -> Option<i32> {
    let mut child = command.spawn().expect("renas starts");
    let started = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("it is ours") {
            return status.code();
        }
        if started.elapsed() > PATIENCE {
            child.kill().expect("it is ours");
            panic!("it hangs: {command:?}");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn pipe(bench: &Bench, name: &str) {
    let path = bench.path(name);
    let _ = fs::remove_file(&path);
    assert!(Command::new("mkfifo").arg(path).status().expect("coreutils").success());
}

#[test]
fn a_reader_that_goes_away_stops_no_run_and_ends_other_commands_quietly() {
    let bench = Bench::new();
    for closed in ["stdout", "stderr"] {
        let mut command = bench.command(&["run", "-v"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("renas starts");
        match closed {
            "stdout" => drop(child.stdout.take()),
            _ => drop(child.stderr.take()),
        }
        let mut rest = String::new();
        if let Some(mut stderr) = child.stderr.take() {
            stderr.read_to_string(&mut rest).expect("text");
        }
        assert_eq!(child.wait().expect("it ends").code(), Some(0), "{closed}: {rest}");
        assert!(bench.path("reports/quick/index.html").exists(), "{closed}");
        fs::remove_dir_all(bench.path("reports")).expect("it is ours");
    }
    for arguments in [&["list"][..], &["plan"], &["status"], &["run", "--help"], &["numbers", "--help"]] {
        let mut child = bench.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts");
        drop(child.stdout.take());
        let mut said = String::new();
        child.stderr.take().expect("piped").read_to_string(&mut said).expect("text");
        assert_eq!((child.wait().expect("it ends").code(), said.as_str()), (Some(0), ""), "{arguments:?}");
    }
}

#[test]
fn a_full_disk_behind_standard_output_is_said_and_the_report_is_there() {
    let bench = Bench::new();
    let full = || File::create("/dev/full").expect("a Linux machine");
    let output = bench.command(&["run"]).stdout(full()).stderr(Stdio::piped()).output().expect("renas starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("the answer could not be written in full: No space left on device"), "{said}");
    assert!(bench.path("reports/quick/index.html").exists());
    assert_eq!(ends(bench.command(&["run"]).stdout(Stdio::null()).stderr(full())), Some(0));
}

#[test]
fn a_folder_without_manifests_is_named_and_hidden_files_are_none() {
    let bench = Bench::new();
    for hidden in ["experiments", "experiments/econas"] {
        bench.write(&format!("{hidden}/._claims.yaml"), "\u{0}\u{5}\u{16}");
        let link = bench.path(&format!("{hidden}/.#claims.yaml"));
        std::os::unix::fs::symlink("user@host.1:2", link).expect("a dangling link");
    }
    bench.renas(&["list"]).expect(0, "econas");
    fs::create_dir(bench.path("empty")).expect("ours");
    for command in ["run", "plan", "list"] {
        bench.renas(&[command, "--experiments", "empty"]).expect(2, "there is no manifest (`*.yaml`) in empty");
    }
}

#[test]
fn stars_of_a_selection_take_no_time_and_may_stand_in_the_experiment_too() {
    let bench = Bench::new();
    let stars = format!("econas/{}x", "*a".repeat(60));
    let started = Instant::now();
    bench.renas(&["plan", "--only", &stars]).expect(2, "no study of econas matches");
    assert!(started.elapsed() < PATIENCE);
    bench.renas(&["plan", "--only", "eco*/search/*"]).expect(0, "econas (quick)");
    bench.renas(&["plan", "--only", "pop*"]).expect(2, "no experiment in experiments matches `pop*`");
}

#[test]
fn pipes_in_the_places_of_files_are_named_and_nobody_waits_for_them() {
    let bench = Bench::new();
    bench.renas(&["run", "--update-lock"]).expect(0, "report:");
    for (place, command, code) in [
        ("reports/quick/econas/outcomes.jsonl.zst", "report", 2),
        ("experiments/locks/quick/econas.json", "verify", 4),
        ("reports/quick/SHA256SUMS", "verify", 4),
        ("experiments/econas/experiment.yaml", "plan", 2),
    ] {
        let bytes = fs::read(bench.path(place)).expect("a file");
        pipe(&bench, place);
        assert_eq!(ends(bench.command(&[command]).stdout(Stdio::null()).stderr(Stdio::null())), Some(code), "{place}");
        bench.renas(&[command]).expect(code, "not a regular file");
        fs::remove_file(bench.path(place)).expect("ours");
        fs::write(bench.path(place), bytes).expect("ours");
    }
}

/// A thread needs room for its stack; with this much for each there is none.
#[test]
fn a_machine_that_gives_no_threads_is_worked_on_with_one() {
    let bench = Bench::new();
    bench.renas(&["run", "--update-lock"]).expect(0, "report:");
    let no_threads = [("RUST_MIN_STACK", "100000000000000")];
    for command in ["list", "plan", "status", "report", "verify", "run"] {
        bench.renas_with(&no_threads, &[command]).expect(0, "");
    }
    fs::remove_dir_all(bench.path("artifacts")).expect("ours");
    bench.renas_with(&no_threads, &["run"]).expect(3, "Ctrl-C");
}

#[test]
fn names_that_are_no_text_are_refused_for_folders_and_escaped_for_files_of_others() {
    use std::os::unix::ffi::OsStrExt as _;
    let odd = std::ffi::OsStr::from_bytes(b"odd-\xff");
    let bench = Bench::new();
    for flag in ["--reports", "--store", "--experiments", "--data"] {
        let answer = Answer::of(&bench.command(&["run", flag]).arg(odd).output().expect("runs"));
        answer.expect(2, "invalid UTF-8");
    }
    bench.renas(&["run", "--update-lock"]).expect(0, "report:");
    fs::write(bench.path("reports/quick").join(odd), "mine").expect("a file");
    bench.write("reports/quick/line\nbreak\u{1b}[31m", "mine");
    // The receipt names what the folder holds.
    for _ in 0..2 {
        bench.renas(&["run"]).expect(0, "0 trials computed");
    }
    let answer = bench.renas(&["verify"]);
    answer.expect(4, "DIFFERS reports/quick/odd-\\xff: SHA256SUMS does not know it");
    answer.expect(4, "DIFFERS reports/quick/line\\nbreak\\u{1b}[31m: SHA256SUMS does not know it");
    let inside = bench.path("").join(odd);
    fs::create_dir(&inside).expect("a folder");
    fs::rename(bench.path("experiments"), inside.join("experiments")).expect("ours");
    let answer = Answer::of(&bench.command(&["run"]).current_dir(&inside).output().expect("runs"));
    answer.expect(3, "a name that is not UTF-8 text");
}

#[test]
fn a_small_file_that_would_fill_the_memory_is_refused_as_evidence() {
    let bench = Bench::new();
    bench.renas(&["run", "--update-lock"]).expect(0, "report:");
    let bomb = zstd::bulk::compress(&vec![b' '; 1 << 30], 3).expect("in memory");
    assert!(bomb.len() < 200_000, "{} bytes", bomb.len());
    fs::write(bench.path("reports/quick/econas/outcomes.jsonl.zst"), bomb).expect("ours");
    bench.renas(&["report"]).expect(2, "bytes when decompressed, which no evidence of ours is");
    bench.renas(&["report"]).expect(2, "take it from version control again");
}

#[test]
fn a_store_without_its_empty_folders_is_one_and_an_empty_variable_names_none() {
    let bench = Bench::new();
    bench.renas(&["run"]).expect(0, "report:");
    for folder in ["locks", "damaged", "tmp"] {
        let _ = fs::remove_dir_all(bench.path("artifacts").join(folder));
    }
    fs::remove_dir_all(bench.path("artifacts/receipts")).expect("ours");
    bench.renas(&["run"]).expect(0, "0 trials computed");
    bench.renas_with(&[("RENAS_STORE", "")], &["status"]).expect(0, "the store holds ").expect(0, "at most 0 ms");
}

#[test]
fn what_was_interrupted_counts_in_the_status() {
    let bench = Bench::new();
    bench.renas(&["run", "--only", "econas/table/*"]).expect(0, "computed");
    let answer = bench.renas(&["status"]);
    let line = answer.stdout.lines().find(|line| line.starts_with("the store holds ")).expect("the line");
    assert!(!line.starts_with("the store holds 0 steps"), "{line}");
    assert!(!answer.stdout.contains("-0"), "{}", answer.stdout);
}

#[test]
fn a_cause_is_said_once() {
    let bench = Bench::new();
    let answer = bench.renas(&["list", "--experiments", "nowhere"]);
    answer.expect(2, "No such file or directory");
    assert_eq!(answer.stderr.matches("No such file or directory").count(), 1, "{}", answer.stderr);
}

/// With this seed the three held-out networks of a split are equally introspectable: R squared is not defined there, and
/// the run was lost after its trainings.
#[test]
fn a_number_that_is_not_defined_on_the_outcomes_stops_no_run() {
    let bench = Bench::new();
    bench.edit("econas/experiment.yaml", "seed: 1\n", "seed: 8\n");
    bench.renas(&["run"]).expect(0, "report:");
}

/// A search of large populations computes for minutes between two questions to the workers.
#[test]
fn a_search_that_computes_ends_soon_after_the_first_signal_and_at_once_after_the_second() {
    for signals in [1, 2] {
        let bench = Bench::new();
        bench.edit("econas/experiment.yaml", "population: 8", "population: 6000");
        let mut child = bench.command(&["run"]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("starts");
        let trained = || files(&bench.path("artifacts/steps")).len() >= 13;
        let started = Instant::now();
        while !trained() && started.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_millis(20));
        }
        std::thread::sleep(Duration::from_millis(500));
        let signalled = Instant::now();
        for _ in 0..signals {
            let id = child.id().to_string();
            assert!(Command::new("kill").args(["-INT", &id]).status().expect("kill").success());
            std::thread::sleep(Duration::from_millis(100));
        }
        let mut said = String::new();
        child.stderr.take().expect("piped").read_to_string(&mut said).expect("text");
        assert_eq!(child.wait().expect("it ends").code(), Some(130), "{said}");
        assert!(said.contains("interrupted; finished trials are kept"), "{said}");
        // Two seconds are given to an orderly end; the machine of a test may be busy.
        assert!(signalled.elapsed() < Duration::from_secs(15), "{:?}", signalled.elapsed());
    }
}

/// Every byte is promised: a clone that converts line endings breaks sums and set-up.
#[test]
fn no_line_ending_is_ever_converted() {
    let attributes =
        fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/.gitattributes")).expect("it is committed");
    assert!(attributes.lines().any(|line| line == "* -text"), "{attributes}");
}
