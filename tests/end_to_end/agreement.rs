//! The levels at which two machines agree, each forced by what a worker says of itself: the name of its numerics, its
//! fingerprint, and its answers.

use crate::bench::{Bench, program, worker};

/// Changes every validation loss by less than the manifest's tolerance (0.25), and by more.
const WITHIN: &str = r#"s/\("validation.loss":[0-9]*\.[0-9]\)[0-9]/\15/g"#;
const BEYOND: &str = r#"s/"validation.loss":/"validation.loss":9/g"#;

/// Another machine: its fixed operations came out otherwise.
const OTHER_MACHINE: &str = r#"s/"fingerprint":"[0-9a-f]\{8\}/"fingerprint":"00000000/"#;

/// A worker that computes with `portable`, says that it does so with `numerics`, and speaks through these commands of sed.
fn says(bench: &Bench, numerics: &str, commands: &[&str]) -> String {
    let named = format!(r#"s/"numerics":"portable"/"numerics":"{numerics}"/"#);
    let commands: String = [named.as_str()].iter().chain(commands).map(|one| format!(" -e '{one}'")).collect();
    let script = format!("#!/bin/sh\n'{}' --numerics portable --device cpu | sed -u{commands}\n", worker().display());
    program(&bench.path("speaks"), script)
}

#[test]
fn one_class_must_agree_bit_for_bit_and_others_within_tolerances_or_else_in_all_verdicts() {
    let bench = Bench::new();
    bench.renas(&["run", "--update-lock"]).expect(0, "report:");
    for (store, numerics, commands, code, levels) in [
        ("same", "portable", &[][..], 0, "expected agreement bit, reached bit: 18 trials compared, 18 bit-equal"),
        (
            "broken",
            "portable",
            &[WITHIN],
            4,
            "expected agreement bit, reached numeric: 18 trials compared, 0 bit-equal",
        ),
        ("other", "portable", &[WITHIN, OTHER_MACHINE], 0, "expected agreement numeric, reached numeric"),
        ("lucky", "avx2", &[], 0, "expected agreement numeric, reached bit"),
        ("named", "avx2", &[WITHIN], 0, "expected agreement numeric, reached numeric: 18 trials compared, 0 bit-equal"),
        ("verdicts", "avx2", &[BEYOND], 0, "expected agreement numeric, reached claim"),
    ] {
        let worker = says(&bench, numerics, commands);
        let run = ["run", "--fresh", "--numerics", numerics, "--store", store, "--reports", "elsewhere"];
        bench.renas_with(&[("RENAS_WORKER", &worker)], &run).expect(0, "18 trials computed");
        bench.renas(&["verify", "--store", store]).expect(code, levels);
    }
    // Ten trials have no verdicts: beyond the tolerances there is no level left.
    for (commands, code, levels) in [
        (&[][..], 0, "expected agreement bit, reached bit: 10 trials compared, 10 bit-equal"),
        (&[WITHIN], 4, "expected agreement bit, reached numeric"),
        (&[WITHIN, OTHER_MACHINE], 0, "expected agreement numeric, reached numeric: 10 trials compared, 0 bit-equal"),
        (&[BEYOND, OTHER_MACHINE], 4, "expected agreement numeric, reached none: 10 trials compared, 0 bit-equal"),
    ] {
        let worker = says(&bench, "portable", commands);
        let again = bench.renas_with(&[("RENAS_WORKER", &worker)], &["verify", "--rerun", "--sample", "10"]);
        again.expect(code, levels);
    }
    // Whoever merges or explains two stores tells the two cases apart as well.
    let merge = |store: &str| bench.renas(&["archive", "merge", store]);
    merge("same").expect(0, "0 records copied");
    merge("other").expect(0, "two results of two numeric classes, as is to be expected; ours is kept");
    merge("broken").expect(4, "two results of one numeric class: something is not deterministic; ours is kept");
    let explained = |store: &str| bench.renas(&["explain", "--json", "artifacts", store]);
    explained("other").expect(0, r#""is_expected":true"#);
    explained("broken").expect(0, r#""is_expected":false"#);
}

#[test]
fn every_trial_is_computed_again_from_what_is_committed_where_there_is_no_store() {
    for (experiment, trials) in
        [("econas", 18), ("fashion_ga", 17), ("hierarchical", 39), ("popnas", 78), ("valp", 146)]
    {
        let bench = Bench::of(experiment);
        bench.renas(&["run", "--update-lock"]).expect(0, "report:");
        // What a clone holds: manifests, lock files and reports.
        std::fs::remove_dir_all(bench.path("artifacts")).expect("it is ours");
        let again = bench.renas(&["verify", "--rerun"]);
        again
            .expect(0, "there is none yet; weights are absent")
            .expect(0, &format!("{experiment} (quick): {trials} trials were computed again in an empty store"))
            .expect(0, &format!("reached bit: {trials} trials compared, {trials} bit-equal"))
            .expect(0, "0 differences");
        assert!(!again.stdout.contains("of them were not"), "{}", again.stdout);
        assert!(!bench.path("artifacts").exists(), "verification leaves no store behind");
        let reported = bench.renas(&["verify", "--rerun", "--sample", "2", "--store", "nowhere"]);
        reported.expect(0, "2 trials");
    }
}
