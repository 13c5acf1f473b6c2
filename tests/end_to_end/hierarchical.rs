//! A tiny search with a supernet, from the manifest to the page and back from its evidence alone.

use crate::bench::{Bench, shrunk};

/// The committed manifest, whose `quick` trains little, on few images, for two hand-designed networks.
fn tiny() -> String {
    let smaller = "data: {name: digits, train: 64, validation: 40, test: 360}";
    shrunk(
        "hierarchical",
        &[
            ("data: {name: digits, train: 400, validation: 300, test: 360}", smaller),
            ("{seeds: 2, epochs: 60, batch_size: 16", "{seeds: 1, epochs: 2, batch_size: 32"),
            ("calibration: 256", "calibration: 64"),
            ("ranking: {networks: 6}", "ranking: {networks: 3}"),
            ("population: 8\n        generations: 4", "population: 4\n        generations: 1"),
            ("        seeds: 3\n        seconds: 0.03", "        seeds: 1\n        seconds: 0.03"),
            (
                "{epochs: 10, batch_size: 32, learning_rate: 0.003, seeds: 3",
                "{epochs: 1, batch_size: 32, learning_rate: 0.003, seeds: 1",
            ),
            ("budgets: [76000, 152000, 305000]", "budgets: [200000, 300000, 400000]"),
            ("networks: 6, batch_sizes: [8, 32, 128]", "networks: 3, batch_sizes: [8, 32]"),
        ],
    )
}

#[test]
fn a_search_with_a_supernet_repeats_its_bytes_and_is_verified() {
    let bench = Bench::of("hierarchical", &tiny());
    bench.renas(&["run", "--update-lock"]).expect(0, "report:");
    let expected = bench.digests("reports");
    bench.renas(&["run"]).expect(0, "every digest is as promised").expect(0, "0 trials computed");
    bench.renas(&["verify"]).expect(0, "reached bit");
    bench.renas(&["run", "--store", "other", "--jobs", "1"]).expect(0, "every digest is as promised");
    assert_eq!(bench.digests("reports"), expected);
}

/// Passes of two threads and other numerics are measured for real, and what the search took is added up.
#[test]
fn what_a_search_took_and_how_long_networks_run_is_rebuilt_from_the_evidence_and_promised_by_none() {
    let model = "clock: cost_model\n    # Of the order of one core of an ordinary machine; no claim about time is judged on \
                 it.\n    cost_model: {overhead_seconds: 0.00002, multiply_adds_per_second: 5.0e9, bytes_per_second: \
                 4.0e9}";
    let text = tiny();
    assert!(text.contains(model), "the manifest says `{model}` no more");
    let text = text.replacen(model, "clock: measured\n    timing: {warm_up: 0, steps: 1}", 1);
    // A rank correlation takes a front of at least two networks.
    let text = text.replacen("population: 4\n        generations: 1", "population: 12\n        generations: 2", 1);
    let bench = Bench::of("hierarchical", &text);
    bench.renas(&["run", "--update-lock"]).expect(0, "report:");
    let expected = bench.digests("reports");
    let findings = std::fs::read_to_string(bench.path("reports/quick/hierarchical/findings.json")).expect("findings");
    for quantity in ["search.device_hours", "search.device_days", "latency.kendall.nsga2", "latency.gain.kendall"] {
        assert!(findings.contains(&format!("\"{quantity}\"")), "no {quantity}");
    }
    bench.renas(&["run"]).expect(0, "0 trials computed");
    assert_eq!(bench.digests("reports"), expected);
    bench.renas(&["verify"]).expect(0, "rebuilt from the evidence");
    bench.renas(&["run", "--store", "other"]).expect(0, "derive from observed times");
}

#[test]
fn settings_that_make_no_search_are_refused_with_their_line() {
    for (from, to, said) in [
        ("budgets: [200000, 300000, 400000]", "budgets: [200000, 400000]", "must be 3 numbers in ascending order"),
        ("budgets: [200000, 300000, 400000]", "budgets: [3, 2, 4]", "must be 3 numbers in ascending order"),
        ("kernels: [3]", "kernels: [3, 4]", "4 is even"),
        ("widths: [2, 4]", "widths: [4, 2]", "must be numbers in ascending order"),
        ("channels: [8, 16]", "channels: []", "must be at least one number"),
        ("calibration: 64", "calibration: 65", "calibration takes at most the 64 samples"),
        (
            "learning_rate: 0.003, seeds: 1",
            "learning_rate: 0.003, seeds: 2",
            "seeds are at most as many as `search.seeds`",
        ),
        (
            "batch_sizes: [8, 32], threads: [1, 2], numerics: [portable, avx2]",
            "batch_sizes: [8], threads: [2], numerics: [avx2]",
            "batch_sizes, threads and numerics must be at least two configurations together",
        ),
        ("batch_sizes: [8, 32]", "batch_sizes: [8, 8]", "batch_sizes: a value stands twice"),
        ("batch_sizes: [8, 32]", "batch_sizes: []", "batch_sizes: is an empty list"),
        ("threads: [1, 2]", "threads: [2, 2]", "threads: a value stands twice"),
        ("threads: [1, 2]", "threads: [0, 2]", "0 is not between 1 and 1024"),
        ("threads: [1, 2]", "threads: []", "threads: is an empty list"),
        ("numerics: [portable, avx2]}", "numerics: [avx2, avx2]}", "numerics: a value stands twice"),
        ("numerics: [portable, avx2]}", "numerics: [portabel, avx2]}", "did you mean `portable`?"),
        ("networks: [mobile_net_v2, squeeze_net]", "networks: [squeeze_net, squeeze_net]", "a network stands twice"),
        ("networks: [mobile_net_v2, squeeze_net]", "networks: [mobil_net_v2]", "did you mean `mobile_net_v2`?"),
    ] {
        let text = tiny();
        assert!(text.contains(from), "the manifest says `{from}` no more");
        let bench = Bench::of("hierarchical", &text.replacen(from, to, 1));
        bench.renas(&["run"]).expect(2, said);
    }
}
