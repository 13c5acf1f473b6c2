//! VALP with three small models and two pairs of searches, from the manifest to the page.

use std::fs;

use serde_json::Value;

use crate::bench::{Bench, files};
use crate::expected;

fn claims(bench: &Bench) -> Vec<Value> {
    let text = bench.read("reports/quick/valp/findings.json");
    let findings: Value = serde_json::from_str(&text).expect("JSON");
    findings["claims"].as_array().expect("a list").clone()
}

#[test]
fn a_run_judges_every_claim_repeats_its_bytes_and_is_rebuilt_from_its_evidence_alone() {
    let bench = Bench::of("valp");
    bench.renas(&["run", "--update-lock"]).expect(0, "report:");
    expected::compare(&bench, "valp");
    let expected = bench.digests("reports");
    check_verdicts(&claims(&bench));
    check_steps(&bench);

    bench.renas(&["run"]).expect(0, "0 trials computed");
    // Without its receipt the run goes the whole way, and finds every trial in the store.
    fs::remove_dir_all(bench.path("artifacts/receipts")).expect("the run left one");
    bench.renas(&["run"]).expect(0, "every digest is as promised").expect(0, "0 trials computed");
    assert_eq!(bench.digests("reports"), expected);
    bench.renas(&["verify"]).expect(0, "rebuilt from the evidence").expect(0, "reached bit");
    // Trials that read weights are computed again after those that made them.
    let again = bench.renas(&["verify", "--rerun", "--sample", "9"]);
    again.expect(0, "9 trials and ").expect(0, "whose tensors they read were computed again").expect(0, "reached bit");

    // Nothing is left but manifest and evidence.
    let evidence = fs::read(bench.path("reports/quick/valp/outcomes.jsonl.zst")).expect("it was written");
    for folder in ["artifacts", "reports"] {
        fs::remove_dir_all(bench.path(folder)).expect("it is ours");
    }
    fs::create_dir_all(bench.path("reports/quick/valp")).expect("a folder");
    fs::write(bench.path("reports/quick/valp/outcomes.jsonl.zst"), evidence).expect("writable");
    bench.renas(&["report"]).expect(0, "rebuilt from the evidence");
    assert_eq!(bench.digests("reports"), expected);
}

/// What was run is judged by its numbers, and what was not says why.
fn check_verdicts(claims: &[Value]) {
    let claim = |id: &str| claims.iter().find(|claim| claim["id"] == id).unwrap_or_else(|| panic!("no claim {id}"));
    let wins = claim("gentle-wins-more-often");
    let (interval, n) = (&wins["interval"], &wins["n"]);
    let end = |name: &str| interval[name].as_f64().expect("three models have an interval");
    let follows = match (end("low") > 0.0, end("high") < 0.0) {
        // Fewer than four models are no severe test.
        (true, _) => "consistent",
        (_, true) => "not_reproduced",
        _ => "inconclusive",
    };
    assert_eq!((wins["verdict"].as_str(), n.as_u64()), (Some(follows), Some(3)), "{wins}");
    for (id, why) in [
        ("kruskal-wallis-rejects", "this profile runs digits, the claim is about mnist"),
        ("other-problems", "hill climbing on models of this one kind only"),
        ("principles-win", "search.guided_principles.step30.gain"),
    ] {
        let claim = claim(id);
        assert_eq!(claim["verdict"], "not_tested", "{claim}");
        assert!(claim["reason"].as_str().is_some_and(|reason| reason.contains(why)), "{claim}");
    }
    let judged = claims.iter().filter(|claim| claim["verdict"] != "not_tested").count();
    assert!(judged >= 10, "only {judged} of {} claims are judged", claims.len());
}

/// The workers were asked for all that models of several outputs need, weights of a donor among it.
fn check_steps(bench: &Bench) {
    let records: Vec<String> = files(&bench.path("artifacts/steps"))
        .iter()
        .map(|path| fs::read_to_string(path).expect("a record is text"))
        .collect();
    let of_step = |step: &str| {
        let named = format!(r#","step":"{step}","version":"#);
        records.iter().filter(|record| record.contains(&named)).collect::<Vec<_>>()
    };
    let trained = of_step("train_heads");
    assert!(trained.iter().any(|record| record.contains(r#""donor":""#)), "no crossover was trained");
    assert_eq!(of_step("train").len(), 1, "the classifier that looks at images");
    assert!(of_step("generate").len() > 20 && of_step("evaluate_heads").len() >= 4);
    // The arms of a pair start from one training.
    let from_nothing = trained.iter().filter(|record| record.contains(r#""steps":40"#));
    assert_eq!(from_nothing.count(), 5, "three models and two starts");
}
