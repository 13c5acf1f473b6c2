//! Fashion-MNIST's evolutions with three arms, from the manifest to the page: times from a cost model, and times of this
//! machine.

use crate::bench::{Bench, shrunk};

/// The committed manifest, whose `quick` runs three arms from one seed on few images.
pub(crate) fn tiny(more: &[(&str, &str)]) -> String {
    let mut changes = vec![
        ("train: 400, validation: 300", "train: 64, validation: 40"),
        (
            "cycles: 14\n        seeds: 3\n        arms: [filter, inversion, swap, add_layer, replace, all, pareto, all_reference, random]",
            "cycles: 7\n        seeds: 1\n        arms: [all, swap, random]",
        ),
        ("training: {epochs: 5, batch_size: 16", "training: {epochs: 1, batch_size: 32"),
        ("activations: {genomes: 5}", "activations: {genomes: 1}"),
        ("best: {epochs: 20, floor: 0.01, seconds: 2}", "best: {epochs: 2, floor: 0.01, seconds: 2}"),
        ("filters: [64, 128, 256, 384, 511, 512, 640, 768]", "filters: [8, 511, 768]"),
    ];
    changes.extend(more);
    shrunk("fashion_ga", &changes)
}

#[test]
fn evolutions_on_modelled_times_repeat_their_bytes_and_are_verified() {
    let bench = Bench::of("fashion_ga", &tiny(&[]));
    bench.renas(&["run", "--update-lock"]).expect(0, "report:");
    let expected = bench.digests("reports");
    bench.renas(&["run"]).expect(0, "every digest is as promised").expect(0, "0 trials computed");
    bench.renas(&["verify"]).expect(0, "reached bit");
    bench.renas(&["run", "--store", "other", "--jobs", "1"]).expect(0, "every digest is as promised");
    assert_eq!(bench.digests("reports"), expected);
}

#[test]
fn evolutions_on_measured_times_promise_what_they_found_and_not_how_long_it_took() {
    let cost_model = "clock: cost_model\n    # Of the order of one core of an ordinary machine; no claim about time is \
                      judged on it.\n    cost_model: {overhead_seconds: 0.00002, multiply_adds_per_second: 5.0e9, \
                      bytes_per_second: 4.0e9}";
    let measured = (cost_model, "clock: measured\n    timing: {warm_up: 0, steps: 1}");
    let bench = Bench::of("fashion_ga", &tiny(&[measured]));
    bench.renas(&["run", "--update-lock"]).expect(0, "report:");
    let expected = bench.digests("reports");
    bench.renas(&["run"]).expect(0, "0 trials computed");
    assert_eq!(bench.digests("reports"), expected);
    bench.renas(&["verify"]).expect(0, "rebuilt from the evidence");
    // In an empty store the searches are the same, and what is timed is timed anew.
    bench.renas(&["run", "--store", "other"]).expect(0, "derive from observed times");
}

#[test]
fn settings_that_make_no_search_are_refused_with_their_line() {
    for (from, to, said) in [
        ("cycles: 7", "cycles: 4", "search.cycles: must be above `population`"),
        ("arms: [all, swap, random]", "arms: [all, swap]", "`random` is missing"),
        ("arms: [all, swap, random]", "arms: [all, swap, swap, random]", "swap stands twice"),
        ("arms: [all, swap, random]", "arms: [all, swop, random]", "did you mean `swap`?"),
        ("layers: [2, 8]", "layers: [8, 2]", "must be two numbers, the smaller one first"),
        ("kernels: [1, 3]", "kernels: [1, 2]", "2 is even"),
        ("filters: [4, 8, 16]", "filters: [4, 512]", "512 is not between 1 and 511"),
        ("multiply_adds: 300000", "multiply_adds: 300", "the smallest network of the most layers has more"),
        ("input: [1, 8, 8]", "input: [1, 9, 9]", "digits has images of [1, 8, 8]"),
        ("train: 64, validation: 40", "train: 6400, validation: 40", "training samples of 1797"),
        ("filters: [8, 511, 768]", "filters: [8, 511]", "must hold numbers below 512 and not below it"),
    ] {
        let text = tiny(&[]);
        assert!(text.contains(from), "the manifest says `{from}` no more");
        let bench = Bench::of("fashion_ga", &text.replacen(from, to, 1));
        bench.renas(&["run"]).expect(2, said);
    }
}
