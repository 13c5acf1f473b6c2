//! POPNAS with two searches, from the manifest to the page: times from a cost model, and times of this machine.

use crate::bench::{Bench, shrunk};

/// The committed manifest, whose `quick` runs two arms of two blocks from one seed on few images.
fn tiny(more: &[(&str, &str)]) -> String {
    let mut changes = vec![
        ("train: 500, validation: 300", "train: 64, validation: 40"),
        ("seeds: 3\n        beam: 6", "seeds: 1\n        beam: 3"),
        (
            "- {name: pnas, blocks: 5}\n          - {name: popnas, blocks: 5}\n          - {name: random, blocks: 5}\n          - {name: popnas_static, blocks: 3}",
            "- {name: pnas, blocks: 2}\n          - {name: popnas, blocks: 3}",
        ),
    ];
    changes.extend(more);
    let text = shrunk("popnas", &changes);
    // The other arms of `quick` go; those of the other profiles stay, so that every quantity of a claim is known.
    let (start, end) =
        (text.find("          - {name: popnas_nonstrict, blocks: 3}"), text.find("      xgboost: {min_child"));
    let (start, end) = (start.expect("the arms of quick"), end.expect("the grid of quick"));
    format!("{}{}", &text[..start], &text[end..])
}

#[test]
fn a_search_on_modelled_times_repeats_its_bytes_and_is_verified() {
    let bench = Bench::of("popnas", &tiny(&[]));
    bench.renas(&["run", "--update-lock"]).expect(0, "report:");
    let expected = bench.digests("reports");
    bench.renas(&["run"]).expect(0, "every digest is as promised").expect(0, "0 trials computed");
    bench.renas(&["verify"]).expect(0, "reached bit");
    bench.renas(&["run", "--store", "other", "--jobs", "1"]).expect(0, "every digest is as promised");
    assert_eq!(bench.digests("reports"), expected);
}

#[test]
fn a_search_on_measured_times_is_rebuilt_from_its_evidence_and_promises_no_time() {
    let cost_model = "clock: cost_model\n    # Of the order of one core of an ordinary machine; no claim about time is \
                      judged on it.\n    cost_model: {overhead_seconds: 0.00002, multiply_adds_per_second: 5.0e9, \
                      bytes_per_second: 4.0e9}";
    let bench = Bench::of("popnas", &tiny(&[(cost_model, "clock: measured\n    timing: {warm_up: 0, steps: 1}")]));
    bench.renas(&["run", "--update-lock"]).expect(0, "report:");
    let expected = bench.digests("reports");
    bench.renas(&["run"]).expect(0, "0 trials computed");
    assert_eq!(bench.digests("reports"), expected);
    bench.renas(&["verify"]).expect(0, "rebuilt from the evidence");
    bench.renas(&["run", "--store", "other"]).expect(0, "derive from observed times");
}

#[test]
fn settings_that_make_no_search_are_refused_with_their_line() {
    for (from, to, said) in [
        ("beam: 3", "beam: 0", "0 is not between 1 and"),
        ("{name: pnas, blocks: 2}", "{name: pnas, blocks: 0}", "0 is not between 1 and"),
        ("{name: popnas, blocks: 3}", "{name: popnass, blocks: 3}", "did you mean `popnas`?"),
        ("train: 64, validation: 40", "train: 40, validation: 40", "must hold at least two batches"),
        ("train: 64, validation: 40", "train: 6400, validation: 40", "digits"),
    ] {
        let text = tiny(&[]);
        assert!(text.contains(from), "the manifest says `{from}` no more");
        let bench = Bench::of("popnas", &text.replacen(from, to, 1));
        bench.renas(&["run"]).expect(2, said);
    }
}
