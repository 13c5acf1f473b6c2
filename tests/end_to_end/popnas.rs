//! POPNAS with two searches, from the manifest to the page: times from a cost model, and times of this machine.

use crate::bench::Bench;
use crate::expected;

#[test]
fn a_search_on_modelled_times_repeats_its_bytes_and_is_verified() {
    expected::repeats("popnas");
}

#[test]
fn a_search_on_measured_times_is_rebuilt_from_its_evidence_and_promises_no_time() {
    let bench = Bench::of("popnas");
    bench.measure_times("popnas");
    bench.renas(&["run", "--update-lock"]).expect(0, "report:");
    expected::promises_no_time(&bench);
}

#[test]
fn settings_that_make_no_search_are_refused_with_their_line() {
    for (from, to, said) in [
        ("beam: 3\n", "beam: 0\n", "0 is not between 1 and"),
        ("{name: pnas, blocks: 2}", "{name: pnas, blocks: 0}", "0 is not between 1 and"),
        ("{name: popnas, blocks: 3}", "{name: popnass, blocks: 3}", "did you mean `popnas`?"),
        ("train: 64, validation: 40", "train: 40, validation: 40", "must hold at least two batches"),
        ("train: 64, validation: 40", "train: 6400, validation: 40", "digits"),
    ] {
        let bench = Bench::of("popnas");
        bench.edit("popnas/experiment.yaml", from, to);
        bench.renas(&["run"]).expect(2, said);
    }
}
