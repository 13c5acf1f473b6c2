//! Reports in one file, stores that become one, and what of a store nothing reaches.

use std::fs;

use crate::bench::{Bench, files};

fn finished() -> Bench {
    let bench = Bench::new();
    bench.renas(&["run", "--update-lock"]).expect(0, "report:");
    bench
}

#[test]
fn a_packed_report_is_verified_where_it_is_unpacked_and_packs_to_the_same_bytes() {
    let bench = finished();
    bench.renas(&["archive", "pack", "one.tar.zst"]).expect(0, "records of the store; SHA-256");
    bench.renas(&["archive", "pack", "other.tar.zst"]).expect(0, "SHA-256");
    let [one, other] = ["one.tar.zst", "other.tar.zst"].map(|name| fs::read(bench.path(name)).expect("an archive"));
    assert!(one == other, "the same selection is the same bytes");
    bench.renas(&["archive", "unpack", "one.tar.zst", "elsewhere"]).expect(0, "each as it was promised");
    bench.renas(&["archive", "unpack", "one.tar.zst", "elsewhere"]).expect(2, "is there already");
    let there = |name: &str| bench.path("elsewhere").join(name).to_string_lossy().into_owned();
    let folders = [there("experiments"), there("reports"), there("store")];
    let flags = ["--experiments", &folders[0], "--reports", &folders[1], "--store", &folders[2]];
    bench.renas(&[&["verify"], &flags[..]].concat()).expect(0, "0 differences");
    for name in ["ro-crate-metadata.json", "environment.json", "CITATION.cff", "SHA256SUMS"] {
        assert!(bench.path("elsewhere").join(name).is_file() || name == "SHA256SUMS", "{name}");
    }
    let mut cut = one;
    cut.truncate(cut.len() / 2);
    fs::write(bench.path("cut.tar.zst"), cut).expect("writable");
    bench.renas(&["archive", "unpack", "cut.tar.zst", "nowhere"]).expect(2, "cut.tar.zst");
    assert!(!bench.path("nowhere").exists());
}

#[test]
fn stores_are_merged_by_key_and_never_with_themselves() {
    let bench = finished();
    bench.renas(&["archive", "merge", "artifacts"]).expect(2, "is the store itself");
    bench.renas(&["archive", "merge", "artifacts", "--store", "copy"]).expect(0, "records copied, 0 were there");
    bench.renas(&["archive", "merge", "artifacts", "--store", "copy"]).expect(0, "0 records copied");
    bench.renas(&["verify", "--store", "copy"]).expect(0, "0 differences");
    bench.renas(&["archive", "merge", "nothing"]).expect(2, "nothing");
}

#[test]
fn what_nothing_reaches_is_removed_only_when_that_is_asked_for() {
    let bench = finished();
    bench.renas(&["gc"]).expect(0, "nothing reaches: 0 records and 0 objects");
    // Another question, which no lock file names: its receipt keeps it until that is gone.
    bench.renas(&["run", "--numerics", "avx2", "--reports", "elsewhere"]);
    let all = files(&bench.path("artifacts/steps")).len();
    bench.renas(&["gc"]).expect(0, "nothing reaches: 0 records");
    fs::remove_dir_all(bench.path("artifacts/receipts")).expect("it is ours");
    bench.renas(&["gc"]).expect(0, "nothing was removed: `renas gc --yes` removes them");
    assert_eq!(files(&bench.path("artifacts/steps")).len(), all);
    bench.renas(&["gc", "--yes"]).expect(0, "removed: ");
    assert!(files(&bench.path("artifacts/steps")).len() < all);
    bench.renas(&["verify"]).expect(0, "0 differences");
    bench.renas(&["run"]).expect(0, "0 trials computed");
    fs::write(bench.path("experiments/locks/quick/econas.json"), "{}").expect("writable");
    bench.renas(&["gc", "--yes"]).expect(2, "econas.json");
}
