//! A small search with a supernet, from the manifest to the page and back from its evidence alone.

use crate::bench::Bench;
use crate::expected;

#[test]
fn a_search_with_a_supernet_repeats_its_bytes_and_is_verified() {
    expected::repeats("hierarchical");
}

/// Passes of two threads and other numerics are measured for real, and what the search took is added up.
#[test]
fn what_a_search_took_and_how_long_networks_run_is_rebuilt_from_the_evidence_and_promised_by_none() {
    let bench = Bench::of("hierarchical");
    bench.measure_times("hierarchical");
    // A rank correlation takes a front of at least two networks.
    let (few, more) = ("population: 4\n        generations: 1", "population: 12\n        generations: 2");
    bench.edit("hierarchical/experiment.yaml", few, more);
    bench.renas(&["run", "--update-lock"]).expect(0, "report:");
    let findings = std::fs::read_to_string(bench.path("reports/quick/hierarchical/findings.json")).expect("findings");
    for quantity in ["search.device_hours", "search.device_days", "latency.kendall.nsga2", "latency.gain.kendall"] {
        assert!(findings.contains(&format!("\"{quantity}\"")), "no {quantity}");
    }
    expected::promises_no_time(&bench);
}

#[test]
fn settings_that_make_no_search_are_refused_with_their_line() {
    for (from, to, said) in [
        ("budgets: [200000, 300000, 400000]", "budgets: [200000, 400000]", "must be 3 numbers"),
        ("budgets: [200000, 300000, 400000]", "budgets: [3, 2, 4]", "budgets: must be in ascending order"),
        ("kernels: [3]", "kernels: [3, 4]", "4 is even"),
        ("widths: [2, 4]", "widths: [4, 2]", "widths: must be in ascending order"),
        ("channels: [8, 16]", "channels: []", "channels: is an empty list"),
        ("calibration: 64", "calibration: 65", "calibration takes at most the 64 training samples"),
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
        ("batch_sizes: [8, 32]", "batch_sizes: [8, 8]", "batch_sizes: element 2 is a duplicate"),
        ("batch_sizes: [8, 32]", "batch_sizes: []", "batch_sizes: is an empty list"),
        ("[8, 32], threads: [1, 2]", "[8, 32], threads: [2, 2]", "threads: element 2 is a duplicate"),
        ("[8, 32], threads: [1, 2]", "[8, 32], threads: [0, 2]", "0 is not between 1 and 1024"),
        ("[8, 32], threads: [1, 2]", "[8, 32], threads: []", "threads: is an empty list"),
        (
            "[8, 32], threads: [1, 2], numerics: [portable",
            "[8, 32], threads: [1, 2], numerics: [avx2",
            "numerics: element 2 is a duplicate",
        ),
        (
            "[8, 32], threads: [1, 2], numerics: [portable",
            "[8, 32], threads: [1, 2], numerics: [portabel",
            "did you mean `portable`?",
        ),
        (
            "360}\n        networks: [mobile_net_v2",
            "360}\n        networks: [squeeze_net",
            "networks: element 2 is a duplicate",
        ),
        (
            "360}\n        networks: [mobile_net_v2",
            "360}\n        networks: [mobil_net_v2",
            "did you mean `mobile_net_v2`?",
        ),
    ] {
        let bench = Bench::of("hierarchical");
        bench.edit("hierarchical/experiment.yaml", from, to);
        bench.renas(&["run"]).expect(2, said);
    }
}
