//! Runs that are cut off: any machine goes on from the evidence that they leave, and a report can be made of it.

use std::fs;
use std::process::Stdio;

use crate::bench::{Bench, program};
use crate::interruptions::{signal, undisturbed};

const UNFINISHED: &str = "reports/unfinished/quick/econas.jsonl.zst";
const EVIDENCE: &str = "reports/quick/econas/outcomes.jsonl.zst";

/// A bench without a store, where a part of the studies was run.
fn with_table() -> Bench {
    let bench = Bench::new();
    bench.renas(&["run", "--only", "econas/table*"]).expect(0, "any machine goes on from them");
    fs::remove_dir_all(bench.path("artifacts")).expect("it is ours");
    bench
}

#[test]
fn another_machine_goes_on_from_what_a_run_of_some_studies_left() {
    let bench = with_table();
    bench.renas(&["verify"]).expect(0, "36 records of unfinished runs");
    bench.renas(&["verify", "--profile", "quick"]).expect(0, "36 records of unfinished runs");
    let all = bench.renas(&["run", "--update-lock"]);
    all.expect(0, "12 from evidence").expect(0, "is removed: the report holds its trials");
    assert_eq!(bench.digests("reports"), undisturbed());
    bench.renas(&["verify"]).expect(0, "0 differences");
    let only_its_own = bench.renas(&["run"]);
    only_its_own.expect(0, "0 trials computed").expect(0, "12 from evidence");
}

#[test]
fn a_run_that_is_terminated_leaves_what_it_finished() {
    let bench = Bench::new();
    let child = bench.command(&["run"]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it starts");
    bench.wait_for_records(3);
    signal("-TERM", child.id());
    let output = child.wait_with_output().expect("our child");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{stderr}");
    assert!(stderr.contains(UNFINISHED), "{stderr}");
    fs::remove_dir_all(bench.path("artifacts")).expect("it is ours");
    bench.renas(&["run"]).expect(0, "from evidence");
    assert_eq!(bench.digests("reports"), undisturbed());
}

#[test]
fn a_run_whose_budget_is_spent_ends_like_one_that_is_terminated() {
    let bench = Bench::new();
    bench.renas(&["run", "--budget", "soon"]).expect(2, "`soon` is no time such as `30s`, `45m` or `2h`");
    let answer = bench.renas(&["run", "--budget", "0s"]);
    answer.expect(130, "the budget of 0 ms is spent").expect(130, "finished trials are kept");
    bench.renas(&["run", "--budget", "2h"]).expect(0, "report:");
    assert_eq!(bench.digests("reports"), undisturbed());
}

#[test]
fn workers_that_another_command_starts_give_the_same_bytes() {
    let bench = Bench::new();
    bench
        .renas(&["run", "--launch", "no-such-scheduler -n1"])
        .expect(3, "no-such-scheduler")
        .expect(3, "it is what --launch names");
    bench.renas(&["run", "--launch", "env OF=here", "--jobs", "3"]).expect(0, "report:");
    assert_eq!(bench.digests("reports"), undisturbed());
}

/// A launcher that writes down how its worker ended, and when it is asked to end: `srun` cannot end a worker on another node otherwise.
fn launcher(bench: &Bench) -> String {
    let said = bench.path("said");
    let script = format!("#!/bin/sh\ntrap 'echo asked >> {0}' TERM\n\"$@\"\necho $? >> {0}\n", said.display());
    program(&bench.path("launcher"), script)
}

#[test]
fn what_starts_workers_elsewhere_sees_them_end_before_it_is_killed() {
    let bench = Bench::new();
    let launcher = launcher(&bench);
    bench.renas(&["run", "--launch", &launcher, "--jobs", "2"]).expect(0, "report:");
    assert_eq!(bench.read("said"), "0\n0\n", "both workers were told that there is nothing more to do");
    fs::remove_file(bench.path("said")).expect("it is ours");
    fs::remove_dir_all(bench.path("artifacts")).expect("it is ours");
    let arguments = ["run", "--fresh", "--launch", &launcher, "--jobs", "2"];
    let child = bench.command(&arguments).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it starts");
    bench.wait_for_records(1);
    signal("-INT", child.id());
    let output = child.wait_with_output().expect("our child");
    assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));
    let said = bench.read("said");
    assert_eq!(said.matches("asked").count(), 2, "who computes is asked to end: {said}");
    assert_eq!(said.lines().count(), 4, "and ends by itself: {said}");
}

#[test]
fn a_report_of_what_is_there_says_how_much_is_finished_and_grows() {
    let bench = with_table();
    bench.renas(&["report", "--update-lock"]).expect(0, "is removed: the report holds its trials");
    let report = bench.read("reports/quick/econas/report.md");
    assert!(report.contains("**Unfinished: 16 of 19 "), "{report}");
    for page in ["reports/quick/index.md", "reports/quick/index.html"] {
        assert!(bench.read(page).contains("Unfinished: 16 of 19 "), "{page}");
    }
    bench.renas(&["verify"]).expect(0, "0 differences");
    bench.renas(&["report"]).expect(0, "0 files changed");
    let partial = fs::read(bench.path(EVIDENCE)).expect("it is there");
    bench.renas(&["run", "--update-lock"]).expect(0, "12 from evidence");
    assert_eq!(bench.digests("reports"), undisturbed());
    bench.renas(&["verify"]).expect(0, "0 differences");

    // What is promised now was there: a report without it is none.
    fs::write(bench.path(EVIDENCE), partial).expect("it is ours");
    bench.renas(&["report"]).expect(2, "promises it").expect(2, "trials are not there");
    bench.renas(&["verify", "--only", "econas"]).expect(4, "econas.json: study");
}

#[test]
fn a_fresh_run_computes_what_the_store_does_not_hold() {
    let bench = Bench::new();
    bench.renas(&["run"]).expect(0, "report:");
    let expected = bench.digests("reports");
    fs::remove_dir_all(bench.path("artifacts")).expect("it is ours");
    bench.renas(&["run"]).expect(0, "0 trials computed");
    let fresh = bench.renas(&["run", "--fresh"]);
    fresh.expect(0, "report:");
    assert!(
        !fresh.stdout.contains("from evidence") && !fresh.stdout.contains(" 0 trials computed"),
        "{}",
        fresh.stdout
    );
    assert_eq!(bench.digests("reports"), expected);
}
