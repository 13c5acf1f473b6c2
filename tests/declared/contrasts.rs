//! Contrasts of handed-in results: by step, by pairs, against what was printed; and what of them the page says.

use super::folder::Folder;
use renas::base::digest::Digest;
use serde_json::Value;

const MANIFEST: &str = "\
id: curves
title: Curves
paper: {title: Curves, authors: [A. Author], year: 2026}
summary: Which learns faster?
failure_rule: A run that crashed has no result.
profiles:
  all: {purpose: Every run.}
studies:
  runs:
    over: {method: [old, new], run: any}
    units: {run: training run}
    rows: {epoch: count, accuracy: {unit: fraction, written: percent}}
    import: {form: csv, separator: \",\", files: {runs.csv: PIN}, step: epoch}
findings:
  quantities:
    \"{method}.at20\":
      {label: \"accuracy by epoch 20 ({method})\", from: runs, where: {method: \"{method}\"}, take: accuracy at or before epoch 20, per: run}
    \"{method}.last\":
      {label: \"mean of the last two ({method})\", from: runs, where: {method: \"{method}\"}, take: last 2 accuracy by epoch, per: run}
    gain: {label: new minus old at epoch 20, minus: [new.at20, old.at20]}
  published:
    - {quantity: old.last, source: Table 1, mean: \"72.5 %\", deviation: \"1.58 %\", n: 5, freedom: n - 1}
    - {quantity: new.last, source: Table 1, mean: \"81.0 %\", n: 5}
claims:
  - {id: faster, source: Abstract, sentence: The new one learns faster., expectation: {bound: {quantity: gain, least: 0}}}
";

/// Five runs of the old and four of the new method, which lacks run `c`; epochs 10, 18 and 30.
fn rows() -> String {
    let of = |method: &str, level: u32, runs: &str| -> String {
        let run = |(place, run): (usize, char)| {
            let at = |epoch: u32, more: u32| format!("{method},{run},{epoch},{}\n", level + place as u32 + more);
            at(10, 0) + &at(18, 5 + level / 10) + &at(30, 6 + level / 10)
        };
        runs.chars().enumerate().map(run).collect()
    };
    format!("method,run,epoch,accuracy\n{}{}", of("old", 58, "abcde"), of("new", 65, "abde"))
}

fn folder(rows: &str) -> Folder {
    let folder = Folder::new();
    folder.write("experiments/curves/runs.csv", rows);
    let pin = Digest::of(rows.as_bytes()).to_string();
    folder.write("experiments/curves/experiment.yaml", &MANIFEST.replace("PIN", &pin));
    folder
}

fn findings(folder: &Folder) -> Value {
    serde_json::from_str(&folder.read("reports/all/curves/findings.json")).expect("JSON")
}

#[test]
fn a_plan_says_beforehand_that_handed_in_results_are_consistent_at_most() {
    let folder = folder(&rows());
    folder.renas(&["plan", "-v"]).expect(0, "at most consistent: it rests on results that were handed in");
    folder.renas(&["plan"]).expect(0, "1 only be consistent");
}

#[test]
fn pairs_are_of_the_declared_key_and_what_they_leave_out_is_on_the_page_with_n() {
    let folder = folder(&rows());
    folder.renas(&["run"]).expect(0, "");
    let found = findings(&folder);
    let quantity = |name: &str| found["quantities"][name].clone();
    // At epoch 18: 58 + 0..4 + 10, and 65 + 0..3 + 11.
    assert_eq!(quantity("old.at20")["summary"]["n"], 5);
    assert_eq!(quantity("old.at20")["samples"], serde_json::json!([0.68, 0.69, 0.70, 0.71, 0.72]));
    assert_eq!(quantity("gain")["summary"]["n"], 4);
    let page = folder.read("reports/all/curves/report.md");
    assert!(page.contains("What pairing left out"), "{page}");
    assert!(page.contains("| `gain`: `new.at20` minus `old.at20` | training run | 4 | 5 | 4 | – | c | – |"), "{page}");
    assert!(page.contains("consistent (imported, all)"), "{page}");
    folder.renas(&["why", "faster"]).expect(0, "consistent (imported)").expect(0, "which renas did not compute");
    folder.renas(&["run", "--update-lock"]).expect(0, "");
    folder.renas(&["verify"]).expect(0, "0 differences");
}

#[test]
fn printed_means_are_checked_and_a_deviation_names_its_degrees_of_freedom() {
    let folder = folder(&rows());
    folder.renas(&["run"]).expect(0, "");
    let page = folder.read("reports/all/curves/report.md");
    // Of 68.5, 69.5 .. 72.5 the `statistics` of CPython 3.11.7 have mean 70.5 and stdev 1.5811.
    assert!(page.contains("Printed means beside the rows"), "{page}");
    let old = page.lines().find(|line| line.starts_with("| `old.last`")).expect("a row");
    assert!(old.contains("DIFFERS: that of the rows is 70.5"), "{old}");
    assert!(old.contains("n agrees; the deviation agrees: n - 1 degrees of freedom"), "{old}");
    let new = page.lines().find(|line| line.starts_with("| `new.last`")).expect("a row");
    assert!(new.contains("n DIFFERS: there are 4 in the rows"), "{new}");
}

#[test]
fn steps_that_do_not_tell_rows_apart_are_an_error_that_says_what_to_do() {
    let folder = folder(&rows());
    let all = "from: runs, take: last 2 accuracy by epoch, per: run}";
    folder.edit(
        "experiments/curves/experiment.yaml",
        "    gain: {",
        &format!("    both: {{label: both methods, {all}\n    gain: {{"),
    );
    folder
        .renas(&["run"])
        .expect(3, "two rows of `runs` have `epoch`")
        .expect(3, "say in `where` which rows are meant");
}

#[test]
fn units_of_two_studies_that_are_called_alike_have_the_same_members() {
    let folder = folder(&rows());
    let (pin, second) = (Digest::of(rows().as_bytes()), "studies:\n  more:\n    over: {method: [old, new], run: any}");
    let second = format!(
        "{second}\n    units: {{run: training run}}\n    rows: {{epoch: count, accuracy: {{unit: fraction, written: percent}}}}\n    \
         import: {{form: csv, separator: \",\", files: {{runs.csv: {pin}}}, step: epoch}}\n"
    );
    folder.edit("experiments/curves/experiment.yaml", "studies:\n", &second);
    folder
        .renas(&["plan"])
        .expect(2, "studies.runs.units.run: `training run` is what `run` of study `more` is, too")
        .expect(2, "call one of them otherwise");
}
