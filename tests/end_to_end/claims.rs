//! Claims through the commands: what a verdict rests on, what can be decided, and that no correction stays unseen.

use std::fs;

use serde_json::Value;

use crate::bench::Bench;

/// Where the claims of the bench stand.
const CLAIMS: &str = "experiments/econas/claims.yaml";

/// A claim of the manifest that any data set carries, from its id to its expectation.
const CLAIM: &str = "  - id: cost-falls-where-counted\n";

/// The verdict is the report's, from a store that never saw the other studies; nothing is written but the store.
#[test]
fn a_claim_is_judged_from_the_studies_that_it_needs() {
    let bench = Bench::new();
    let judged = bench.renas(&["run", "--claim", "econas/cost-falls-where-counted"]);
    judged.expect(0, "econas/cost-falls-where-counted");
    judged.expect(0, "rules");
    assert!(!bench.path("reports/quick").exists(), "one claim makes no report");
    bench.renas(&["run", "--claim", "cost-falls-where-count"]).expect(2, "did you mean `cost-falls-where-counted`?");
    bench.renas(&["run", "--claim", "no/such"]).expect(2, "no");
    bench.renas(&["plan", "--claim", "cost-falls-where-counted"]).expect(0, "trainings: about");
    bench.renas(&["run"]).expect(0, "report:");
    let why = |arguments: &[&str]| bench.renas(&[&["why", "cost-falls-where-counted"], arguments].concat());
    why(&[]).expect(0, "renas run --profile quick --claim econas/cost-falls-where-counted");
    why(&["--evidence"]).expect(0, "  study ");
}

#[test]
fn an_expectation_that_changes_is_refused_without_an_amendment_and_found_by_verification() {
    let bench = Bench::finished();
    let (claims, lock) = (bench.read(CLAIMS), bench.path("experiments/locks/quick/econas.json"));
    let before = fs::read(&lock).expect("readable");
    let start = claims.find(CLAIM).expect("the claim");
    let line = claims[start..].find("    sentence: ").expect("its sentence") + start + "    sentence: ".len();
    let softer = format!("{}Perhaps {}", &claims[..line], &claims[line..]);
    bench.write(CLAIMS, &softer);
    let refused = bench.renas(&["run", "--update-lock"]);
    refused.expect(2, "no lock file is written");
    refused.expect(2, "claim `cost-falls-where-counted`: what is expected or what its quantities are changed");
    bench.renas(&["report", "--update-lock"]).expect(2, "claim `cost-falls-where-counted`");
    assert_eq!(fs::read(&lock).expect("readable"), before, "nothing was promised");
    bench.renas(&["report"]).expect(0, "rebuilt");
    bench.renas(&["verify"]).expect(4, "claim cost-falls-where-counted: entry ");

    let verdict = verdict_in(&before);
    let amended = |verdict: &str| {
        let entry = format!(
            "    amended: [{{on: 2026-11-28, was: surely, because: a test, verdict_before: {{quick: {verdict}}}}}]\n    sentence: "
        );
        let place = softer[start..].find("    sentence: ").expect("its sentence") + start;
        let known = softer[start..].split("  - id: ").nth(1).is_some_and(|claim| claim.contains("    amended:"));
        assert!(!known, "the test amends a claim that was not amended");
        format!("{}{entry}{}", &softer[..place], &softer[place + "    sentence: ".len()..])
    };
    let wrong = if verdict == "not tested" { "reproduced" } else { "not tested" };
    bench.write(CLAIMS, &amended(wrong));
    bench.renas(&["report", "--update-lock"]).expect(2, &format!("the ledger says {verdict}"));
    bench.write(CLAIMS, &amended(&verdict));
    bench.renas(&["report", "--update-lock"]).expect(0, "is written");
    bench.renas(&["verify"]).expect(0, "0 differences");
    let page = fs::read_to_string(bench.path("reports/quick/index.md")).expect("the page");
    assert!(page.contains(" claims were amended"), "the first screen counts it");
    let page = fs::read_to_string(bench.path("reports/quick/econas/index.html")).expect("the page");
    assert!(page.contains("2026-11-28. Before: surely"), "the claim says it");
    let page = fs::read_to_string(bench.path("reports/quick/econas/report.md")).expect("the page");
    assert!(page.contains("rule amended on 2026-11-28"), "and so does the Markdown report");

    // Taking the amendment back is found, and so is a history that was rewritten.
    bench.write(CLAIMS, &softer);
    bench.renas(&["report", "--update-lock"]).expect(2, "lost an amendment");
    bench.write(CLAIMS, &amended(&verdict));
    bench.renas(&["report"]).expect(0, "rebuilt");
    let text = fs::read_to_string(&lock).expect("readable");
    let (before, claim) = text.split_at(text.find("\"cost-falls-where-counted\"").expect("its history"));
    let rewritten = claim.replacen("\"amendments\": 1", "\"amendments\": 0", 1);
    fs::write(&lock, format!("{before}{rewritten}")).expect("writable");
    bench.renas(&["verify"]).expect(4, "what is expected or what its quantities are changed");
}

/// The last verdict of the claim in a lock file, as people write it.
fn verdict_in(lock: &[u8]) -> String {
    let lock: Value = serde_json::from_slice(lock).expect("JSON");
    let history = lock["claims"]["cost-falls-where-counted"].as_array().expect("a ledger");
    history.last().expect("an entry")["verdict"].as_str().expect("a verdict").replace('_', " ")
}

#[test]
fn why_shows_rule_clusters_and_samples_and_names_the_nearest_claim() {
    let bench = Bench::finished();
    let answer = bench.renas(&["why", "cost-falls-where-counted"]);
    answer.expect(0, "expected").expect(0, "samples: ").expect(0, "corrected.any.");
    let answer = bench.renas(&["why", "econas/cost-falls-where-counted", "--json"]);
    let parsed: Value = serde_json::from_str(&answer.stdout).expect("JSON");
    assert_eq!(parsed["claims"][0]["judgement"]["id"], "cost-falls-where-counted");
    bench.renas(&["why", "cost-falls-where-count"]).expect(2, "did you mean `cost-falls-where-counted`?");
}

#[test]
fn a_plan_says_of_each_claim_whether_it_can_be_decided() {
    let bench = Bench::new();
    bench.renas(&["plan", "-v"]).expect(0, "CAN IT BE DECIDED?").expect(0, "cost-falls-where-counted");
    bench.renas(&["plan"]).expect(0, "are not tested here (-v lists them)");
    let parsed: Value = serde_json::from_str(&bench.renas(&["plan", "--json"]).stdout).expect("JSON");
    assert!(parsed["experiments"][0]["claims"].as_array().expect("a list").len() > 20);
}
