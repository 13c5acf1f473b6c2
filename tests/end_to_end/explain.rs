//! `renas explain`: why two results differ, at each of the three levels on which two machines can agree.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::bench::{Bench, files};

fn json(bench: &Bench, arguments: &[&str]) -> Value {
    let answer = bench.renas(&[&["explain", "--json"], arguments].concat());
    answer.expect(0, "");
    serde_json::from_str(&answer.stdout).unwrap_or_else(|error| panic!("{error}: {}", answer.stdout))
}

/// The keys of a store's records of a step, in the order of the keys.
fn keys(bench: &Bench, store: &str, step: &str) -> Vec<String> {
    let is_of = |path: &Path| fs::read_to_string(path).expect("a record").contains(&format!("\"step\":\"{step}\""));
    let records = files(&bench.path(store).join("steps")).into_iter().filter(|path| is_of(path));
    let part = |part: Option<&std::ffi::OsStr>| part.expect("a name").to_string_lossy().into_owned();
    records.map(|path| part(path.parent().and_then(Path::file_name)) + &part(path.file_stem())).collect()
}

#[test]
fn two_trials_of_one_store_differ_in_the_first_input_that_does() {
    let bench = Bench::new();
    bench.renas(&["run"]).expect(0, "report:");
    let trained = keys(&bench, "artifacts", "train");
    let (one, other) = (&trained[0][..12], &trained[1][..12]);
    bench.renas(&["explain", one, other]).expect(0, "the first input that differs").expect(0, "inputs.");
    let found = json(&bench, &[one, other]);
    assert!(found["reason"]["inputs"]["first"]["place"].as_str().expect("a place").starts_with("inputs."), "{found}");
    bench.renas(&["explain", one, one]).expect(0, "the same, digest by digest");
    let of_report = format!("{one}@reports/quick/econas");
    bench.renas(&["explain", one, &of_report]).expect(0, "the same, digest by digest");
    bench
        .renas(&["explain", "reports/quick", "reports/quick"])
        .expect(0, "0 differently")
        .expect(0, "0 verdicts differ");
    let lock = "experiments/locks/quick/econas.json";
    bench.renas(&["run", "--update-lock"]).expect(0, "report:");
    bench.renas(&["explain", lock, lock]).expect(0, "the same");
    for (a, b, said) in [
        ("abc", one, "is no file or folder"),
        ("ffffffffffff", one, "no trial whose key begins with ffffffffffff"),
        (lock, one, "name two of one kind"),
        ("experiments", "reports/quick", "is no store, and holds no evidence"),
        ("econas/nothing@reports/quick", "econas/nothing@reports/quick", "no study"),
    ] {
        bench.renas(&["explain", a, b]).expect(2, said);
    }
}

#[test]
fn two_numeric_classes_answer_one_question_differently_as_is_to_be_expected() {
    let bench = Bench::new();
    bench.renas(&["run"]).expect(0, "report:");
    let run = ["run", "--numerics", "avx2", "--store", "other", "--reports", "elsewhere"];
    if bench.renas(&run).code != Some(0) {
        return println!("skipped: no avx2 here");
    }
    let found = json(&bench, &["artifacts", "other"]);
    let conflicts = found["records"]["conflicts"].as_array().expect("a list");
    assert!(!conflicts.is_empty(), "two classes, and not one bit differs: {found}");
    assert!(conflicts.iter().all(|one| one["is_expected"] == true), "{found}");
    let side = |name: &str, store: &str| format!("{}@{store}", conflicts[0][name].as_str().expect("a key"));
    let answer = bench.renas(&["explain", &side("a", "artifacts"), &side("b", "other")]);
    answer.expect(0, "the same question, two answers").expect(0, "units in the last place").expect(0, "portable");
    bench
        .renas(&["explain", "reports/quick", "elsewhere/quick"])
        .expect(0, "of two numeric classes, as is to be expected")
        .expect(0, "verdicts differ");
    bench.renas(&["explain", "reports/quick", "elsewhere/quick", "--html", "two.html"]).expect(0, "two.html");
    let page = bench.read("two.html");
    assert!(page.contains("other bits, as of two numeric classes"), "{page}");
    assert!(page.contains("the first trial that differs") && page.contains("the first epoch that differs"), "{page}");
    assert!(!page.contains("<script"), "nothing of it needs a script");
}

#[test]
fn a_page_about_two_reports_replaces_no_other_file_and_says_that_they_are_equal() {
    let bench = Bench::new();
    bench.renas(&["run"]).expect(0, "report:");
    let page = ["explain", "reports/quick", "reports/quick", "--html"];
    let to = |file: &'static str| bench.renas(&[&page[..], &[file]].concat());
    to("two.html").expect(0, "two.html");
    let first = bench.read("two.html");
    assert!(first.contains("<h1>Two runs: equal bit for bit</h1>"), "{first}");
    to("two.html").expect(0, "two.html");
    assert_eq!(bench.read("two.html"), first);
    fs::write(bench.path("mine.html"), "mine").expect("a file");
    to("mine.html").expect(2, "was not written by `renas explain`");
    assert_eq!(bench.read("mine.html"), "mine");
    bench
        .renas(&["explain", "reports/quick/econas", "reports/quick/econas", "--html", "x.html"])
        .expect(2, "two reports of a profile");
}

#[test]
fn two_studies_part_at_the_first_step_whose_question_differs() {
    let bench = Bench::new();
    bench.renas(&["run"]).expect(0, "report:");
    let lock: Value = {
        bench.renas(&["run", "--update-lock"]).expect(0, "report:");
        serde_json::from_str(&bench.read("experiments/locks/quick/econas.json")).expect("a lock file")
    };
    let studies: Vec<&String> = lock["studies"].as_object().expect("studies").keys().collect();
    let retrained: Vec<String> =
        studies.iter().filter(|id| id.starts_with("retrain")).map(|id| format!("econas/{id}@reports/quick")).collect();
    let [one, other, ..] = retrained.as_slice() else { panic!("fewer than two studies that train: {studies:?}") };
    bench.renas(&["explain", one, one]).expect(0, "the same");
    bench.renas(&["explain", one, other]).expect(0, "the first step that differs is step 1");
}
