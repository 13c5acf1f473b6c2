//! Fashion-MNIST's evolutions with three arms, from the manifest to the page: times from a cost model, and times of this
//! machine.

use crate::bench::Bench;
use crate::expected;

#[test]
fn evolutions_on_modelled_times_repeat_their_bytes_and_are_verified() {
    expected::repeats("fashion_ga");
}

#[test]
fn evolutions_on_measured_times_promise_what_they_found_and_not_how_long_it_took() {
    let bench = Bench::of("fashion_ga");
    bench.measure_times("fashion_ga");
    bench.renas(&["run", "--update-lock"]).expect(0, "report:");
    expected::promises_no_time(&bench);
}

#[test]
fn settings_that_make_no_search_are_refused_with_their_line() {
    for (from, to, said) in [
        ("cycles: 7", "cycles: 4", "search.cycles: must be above `population`"),
        ("arms: [all, swap, random]", "arms: [all, swap]", "`random` is missing"),
        ("arms: [all, swap, random]", "arms: [all, swap, swap, random]", "element 3 is a duplicate"),
        ("arms: [all, swap, random]", "arms: [all, swop, random]", "did you mean `swap`?"),
        ("layers: [2, 8]", "layers: [8, 2]", "must be two values, the smaller one first"),
        ("kernels: [1, 3]", "kernels: [1, 2]", "2 is even"),
        ("filters: [4, 8, 16]", "filters: [4, 512]", "512 is not between 1 and 511"),
        ("multiply_adds: 300000", "multiply_adds: 300", "the smallest network of the most layers has more"),
        ("input: [1, 8, 8]", "input: [1, 9, 9]", "digits has images of [1, 8, 8]"),
        ("train: 64, validation: 40", "train: 6400, validation: 40", "training samples of 1797"),
        ("filters: [8, 511, 768]", "filters: [8, 511]", "must hold numbers below 512 and not below it"),
    ] {
        let bench = Bench::of("fashion_ga");
        bench.edit("fashion_ga/experiment.yaml", from, to);
        bench.renas(&["run"]).expect(2, said);
    }
}
