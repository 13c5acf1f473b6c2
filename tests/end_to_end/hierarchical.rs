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
        ("batch_sizes: [8, 32]", "batch_sizes: [8]", "batch_sizes must be at least two"),
        ("networks: [mobile_net_v2, squeeze_net]", "networks: [squeeze_net, squeeze_net]", "a network stands twice"),
        ("networks: [mobile_net_v2, squeeze_net]", "networks: [mobil_net_v2]", "did you mean `mobile_net_v2`?"),
    ] {
        let text = tiny();
        assert!(text.contains(from), "the manifest says `{from}` no more");
        let bench = Bench::of("hierarchical", &text.replacen(from, to, 1));
        bench.renas(&["run"]).expect(2, said);
    }
}
