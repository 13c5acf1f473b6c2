//! Results that are handed in: from a file to verdicts, evidence and verification.

use std::fs;

use super::folder::Folder;
use renas::base::digest::Digest;

const MANIFEST: &str = "\
id: mine
title: Mine
paper: {title: Mine, authors: [A. Author], year: 2026}
summary: Which is better?
failure_rule: Nothing failed.
profiles:
  last_year: {purpose: The runs of last year.}
studies:
  runs:
    over: {method: [old, new], seed: 6}
    units: {seed: training run}
    rows: {energy: joules, accuracy: {unit: fraction, written: percent}}
    import: {form: csv, separator: \";\", decimal: \",\", files: {runs.csv: PIN}, columns: {seed: run}}
findings:
  quantities:
    \"{method}.accuracy\": {label: \"accuracy ({method})\", from: runs, where: {method: \"{method}\"}, take: accuracy, per: seed}
    \"{method}.energy\": {label: \"energy ({method})\", from: runs, where: {method: \"{method}\"}, take: energy, per: seed}
    gain: {label: new minus old, minus: [new.accuracy, old.accuracy]}
  tables:
    - {id: table1, title: Table 1, caption: All of it., columns: [Method, Accuracy, Energy],
       rows: [{each: [method], cells: [\"{method}\", {quantity: \"{method}.accuracy\"}, {quantity: \"{method}.energy\"}]}]}
claims:
  - {id: better, source: Abstract, sentence: The new one is better., expectation: {bound: {quantity: gain, least: 0}}}
  - {id: worse, source: Nowhere, sentence: The old one is better., expectation: {bound: {quantity: gain, most: 0}}}
";

fn rows() -> String {
    let of = |method: &str, level: u32| -> String {
        let row = |run: u32| {
            format!("{run};{method};{},{};{}\n", level + run % 3, (run * 37 + level * 7) % 100, 100 + 7 * run + level)
        };
        (0..6).map(row).collect()
    };
    format!("run;method;accuracy;energy\n{}{}", of("old", 70), of("new", 80))
}

fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("experiments/mine/runs.csv", &rows());
    let pin = Digest::of(rows().as_bytes()).to_string();
    folder.write("experiments/mine/experiment.yaml", &MANIFEST.replace("PIN", &pin));
    folder
}

#[test]
fn a_file_of_results_becomes_verdicts_that_are_consistent_at_most_and_units_are_ones_own() {
    let folder = folder();
    folder.renas(&["run", "--update-lock"]).expect(0, "");
    let verdicts = folder.verdicts("last_year/mine");
    assert_eq!(
        verdicts,
        [("better", "consistent"), ("worse", "not_reproduced")].map(|(a, b)| (a.to_owned(), b.to_owned()))
    );
    let page = folder.read("reports/last_year/mine/report.md");
    assert!(page.contains("joules"), "{page}");
    assert!(page.contains("What was handed in as runs"), "{page}");
    folder.renas(&["verify"]).expect(0, "0 differences");
    folder.renas(&["why", "better"]).expect(0, "consistent");
    folder.renas(&["status"]).expect(0, "mine (last_year): 1 of 1 studies finished");
    folder.renas(&["list"]).expect(0, "mine");
    folder.renas(&["plan"]).expect(0, "mine (last_year): 1 studies");
}

#[test]
fn the_report_is_rebuilt_from_its_evidence_where_file_and_store_are_gone() {
    let folder = folder();
    folder.renas(&["run", "--update-lock"]).expect(0, "");
    let before = folder.read("reports/last_year/mine/index.html");
    fs::remove_dir_all(folder.path("artifacts")).expect("removed");
    fs::remove_file(folder.path("experiments/mine/runs.csv")).expect("removed");
    folder.renas(&["verify"]).expect(0, "0 differences");
    folder.renas(&["report"]).expect(0, "rebuilt from the evidence");
    assert_eq!(folder.read("reports/last_year/mine/index.html"), before);
    folder.renas(&["run", "--fresh"]).expect(2, "runs.csv");
}

#[test]
fn a_file_that_changed_is_refused_even_after_a_run_was_done() {
    let folder = folder();
    folder.renas(&["run"]).expect(0, "");
    folder.edit("experiments/mine/runs.csv", "0;new;80,60;180", "0;new;90,60;180");
    folder.renas(&["run"]).expect(2, "SHA-256").expect(2, "put its SHA-256 into the manifest");
}

#[test]
fn mistakes_of_a_file_end_a_run_with_all_of_them_and_nothing_stored() {
    let folder = folder();
    let broken = rows().replace("2;old;", "2;odl;").replace("3;new;", "three;new;");
    let pin = Digest::of(rows().as_bytes()).to_string();
    folder.write("experiments/mine/runs.csv", &broken);
    folder.edit("experiments/mine/experiment.yaml", &pin, &Digest::of(broken.as_bytes()).to_string());
    folder
        .renas(&["run"])
        .expect(2, "2 mistakes")
        .expect(2, "runs.csv:4:3: method: `odl` is none of its members")
        .expect(2, "runs.csv:11:1: seed: `three` is none of its members");
    assert_eq!(folder.records(), 0);
}

#[test]
fn compressed_files_are_read_and_pinned_as_they_lie_there() {
    let folder = folder();
    let packed = zstd::bulk::compress(rows().as_bytes(), 3).expect("memory into memory");
    fs::write(folder.path("experiments/mine/runs.csv.zst"), &packed).expect("written");
    let plain = format!("runs.csv: {}", Digest::of(rows().as_bytes()));
    folder.edit("experiments/mine/experiment.yaml", &plain, &format!("runs.csv.zst: {}", Digest::of(&packed)));
    folder.renas(&["run"]).expect(0, "");
    assert_eq!(folder.verdicts("last_year/mine")[0].1, "consistent");
}

#[test]
fn a_softened_claim_is_refused_after_the_first_result() {
    let folder = folder();
    folder.renas(&["run", "--update-lock"]).expect(0, "");
    folder.edit("experiments/mine/experiment.yaml", "most: 0}", "most: 0.5}");
    folder.renas(&["run", "--update-lock"]).expect(2, "what is expected");
    folder.renas(&["verify"]).expect(4, "DIFFERS");
}

#[test]
fn a_seal_fixes_claims_definitions_and_files_before_the_first_result() {
    let folder = folder();
    folder.renas(&["seal"]).expect(0, "2 claims, 5 quantities and 1 files are sealed");
    folder.renas(&["seal"]).expect(0, "are as they were sealed");
    folder.renas(&["verify"]).expect(0, "what is claimed is sealed, and there is no result yet");
    folder.renas(&["run"]).expect(0, "seals what is claimed, and promises no result yet");
    folder.renas(&["run", "--update-lock"]).expect(0, "");
    folder.renas(&["verify"]).expect(0, "are as they were sealed before the first result").expect(0, "0 differences");
    folder.renas(&["seal"]).expect(2, "a seal comes before the first result");
}

#[test]
fn a_file_that_cannot_be_read_as_declared_is_not_sealed() {
    let folder = folder();
    folder.edit("experiments/mine/experiment.yaml", "decimal: \",\", ", "");
    let said = folder.renas(&["seal"]);
    said.expect(2, "12 mistakes").expect(2, "say `decimal: \",\"`").expect(2, "and 9 more like it");
    assert!(!folder.path("experiments/locks/last_year/mine.json").exists());
}

#[test]
fn a_claim_that_changes_after_the_seal_is_an_amendment_with_or_without_a_result() {
    let folder = folder();
    folder.renas(&["seal"]).expect(0, "");
    folder.edit("experiments/mine/experiment.yaml", "least: 0}", "least: 0.01}");
    folder.renas(&["seal"]).expect(2, "claim `better` is another one than was sealed");
    folder.renas(&["run", "--update-lock"]).expect(2, "the verdict was not tested").expect(2, "claim `better`");
    let amended = "least: 0.01}}, amended: [{on: \"2026-11-30\", was: above 0, because: a point is what matters, verdict_before: \
                   {last_year: not tested}}]}";
    folder.edit("experiments/mine/experiment.yaml", "least: 0.01}}}", amended);
    folder.renas(&["run", "--update-lock"]).expect(0, "");
    folder
        .renas(&["verify"])
        .expect(0, "amended since the seal: claim `better` is another one")
        .expect(0, "0 differences");
}

#[test]
fn a_quantity_that_is_made_otherwise_after_the_seal_asks_its_claims_for_amendments() {
    let folder = folder();
    folder.renas(&["seal"]).expect(0, "");
    folder.edit("experiments/mine/experiment.yaml", "take: accuracy, per: seed", "take: max accuracy, per: seed");
    let said = folder.renas(&["run", "--update-lock"]);
    said.expect(2, "claim `better` rests on `gain`, which is made otherwise than was sealed")
        .expect(2, "claim `worse`");
}

#[test]
fn what_was_found_is_written_for_the_text_of_a_paper() {
    let folder = folder();
    folder.renas(&["tables"]).expect(2, "there is no report of these experiments in reports/last_year");
    folder.renas(&["run"]).expect(0, "");
    let head = "Method,Accuracy,Accuracy low,Accuracy high,Accuracy n,Energy,Energy low,Energy high,Energy n";
    folder.renas(&["tables", "table1"]).expect(0, head);
    folder.renas(&["tables", "tabel1"]).expect(2, "did you mean `table1`?");
    let latex = folder.renas(&["tables", "table1", "--format", "latex"]);
    latex.expect(0, "\\begin{tabular}{lrr}").expect(0, "old & ").expect(0, "~joules [").expect(0, ", n~=~6 \\\\");
    let numbers = folder.renas(&["tables", "--numbers", "--format", "latex"]);
    numbers.expect(0, "\\renasnumber{new.accuracy}{8").expect(0, "\\renasnumber{gain/n}{6}");
    numbers.expect(0, "\\renasnumber{claim/better}{consistent (imported)}").expect(0, "{claims/not_reproduced}{1}");
    numbers.expect(0, "{claims/reproduced}{0}");
    let json = folder.renas(&["tables", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&json.text).expect("JSON");
    assert_eq!(json["experiments"][0]["tables"][0]["rows"][0][1]["n"], 6);
    folder.renas(&["tables", "--checklist"]).expect(0, "n = 6 (each a training run)").expect(0, "Student's t: 5");
    folder.renas(&["tables", "--format", "latex", "--out", "paper"]).expect(0, "files are written");
    for name in ["table1", "numbers", "checklist"] {
        assert!(folder.read(&format!("paper/mine/{name}.tex")).starts_with("% "), "{name}");
    }
    let badge = folder.renas(&["badge"]);
    badge.expect(0, ">0 of 2 claims reproduced, 1 consistent</text>");
    folder.renas(&["badge", "--out", "badge.svg"]).expect(0, "badge.svg is written");
    assert_eq!(folder.read("badge.svg"), badge.text);
}

#[test]
fn an_unknown_profile_is_answered_with_what_is_known() {
    folder().renas(&["run", "--profile", "last_yaer"]).expect(2, "no profile `last_yaer`");
}
