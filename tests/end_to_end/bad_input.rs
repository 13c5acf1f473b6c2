//! Manifests, flags, data and installations that cannot be worked with: exit code 2 and a message that says what to do;
//! the next run, on good input, completes.

use std::fs;

use crate::bench::{self, Bench};

/// An `experiment.yaml` with one mistake is refused with its line; the good one then runs.
fn refused(from: &str, to: &str, said: &str) {
    refused_in("experiment.yaml", from, to, said);
}

/// The same with the mistake in another file of the manifest.
fn refused_in(file: &str, from: &str, to: &str, said: &str) {
    let bench = Bench::new();
    let good = bench.edit(&format!("econas/{file}"), from, to);
    let answer = bench.renas(&["plan"]);
    answer.expect(2, said).expect(2, &format!("experiments/econas/{file}:"));
    bench.write(&format!("experiments/econas/{file}"), &good);
    bench.renas(&["plan"]).expect(0, "table/digits");
}

#[test]
fn an_unknown_key_is_named_with_the_nearest_one() {
    refused("    population: 8", "    popluation: 8", "did you mean `population`?");
}

#[test]
fn a_duplicate_key_is_refused() {
    refused("    population: 8", "    population: 8\n    population: 9", "population");
}

#[test]
fn a_wrong_type_is_refused() {
    refused("population: 8", "population: many", "expected a whole number");
}

#[test]
fn a_value_out_of_range_is_refused() {
    refused("crossover: 0.5\n", "crossover: 1.5\n", "1.5 is not between 0 and 1");
}

#[test]
fn an_unknown_quantity_of_a_claim_is_refused() {
    let (from, to) = ("foil: {quantity: author.mnist.g8.accuracy", "foil: {quantity: author.mnist.g8.acuracy");
    refused_in("claims.yaml", from, to, "no quantity `author.mnist.g8.acuracy`");
}

#[test]
fn an_unknown_data_set_is_refused() {
    refused("- name: digits", "- name: digit", "`digit`");
}

#[test]
fn several_mistakes_are_reported_in_one_pass() {
    let bench = Bench::new();
    bench.edit("econas/experiment.yaml", "population: 8", "population: many");
    bench.edit("econas/experiment.yaml", "mutation: 0.5\n", "mutation: -1\n");
    bench.renas(&["run"]).expect(2, "population: expected a whole number").expect(2, "mutation: -1 is not between");
}

#[test]
fn unknown_experiments_profiles_studies_and_devices_are_named() {
    let bench = Bench::new();
    bench.renas(&["run", "--only", "econs"]).expect(2, "did you mean `econas`?");
    bench.renas(&["run", "--profile", "quik"]).expect(2, "did you mean `quick`?");
    bench.renas(&["run", "--only", "econas/tabel/*"]).expect(2, "no study of econas matches `tabel/*`");
    bench.renas(&["run", "--device", "gpu"]).expect(2, "expected auto, cpu, cuda or cuda:N");
    bench.renas(&["run", "--only", "econas/table/*"]).expect(0, "12 trials");
}

#[test]
fn missing_truncated_and_altered_data_stop_before_the_first_trial() {
    let bench = Bench::new();
    let reduced = ["run", "--profile", "reduced", "--only", "econas/table/mnist"];
    bench.renas(&reduced).expect(2, "renas data fetch mnist");
    // An own copy of the digits comes before the embedded one, and must be right.
    let whole = fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/data/digits/digits.csv.gz")).expect("the digits");
    fs::create_dir_all(bench.path("data/digits")).expect("a folder");
    let place = bench.path("data/digits/digits.csv.gz");
    fs::write(&place, &whole[..whole.len() / 2]).expect("writable");
    bench.renas(&["run", "--only", "econas/table/*"]).expect(2, "digits.csv");
    let mut altered = whole.clone();
    altered[whole.len() / 2] ^= 1;
    fs::write(&place, &altered).expect("writable");
    bench.renas(&["run", "--only", "econas/table/*"]).expect(2, "digits.csv");
    fs::write(&place, &whole).expect("writable");
    bench.renas(&["run", "--only", "econas/table/*"]).expect(0, "12 trials");
}

#[test]
fn a_worker_that_is_missing_or_of_another_libtorch_is_named() {
    let bench = Bench::new();
    let part = ["run", "--only", "econas/table/*"];
    bench.renas_with(&[("RENAS_WORKER", "nowhere/renas-worker")], &part).expect(3, "cannot start the worker nowhere");
    bench.renas_with(&[("RENAS_WORKER", "nowhere/renas-worker")], &["doctor"]).expect(2, "cannot start nowhere");
    // A worker that says another version, as one built long ago would.
    let old = bench.path("old-worker");
    let hello = r#"{"worker":"0.1.0","libtorch":"2.10.0","numerics":"portable","device":"cpu","fingerprint":"HASH","details":{}}"#;
    let hello = hello.replace("HASH", &"0".repeat(64));
    let path = bench::program(&old, format!("#!/bin/sh\necho '{hello}'\nread line\n"));
    bench.renas_with(&[("RENAS_WORKER", &path)], &part).expect(3, "says libtorch `2.10.0`, and `2.11.0` was asked for");
    bench.renas(&part).expect(0, "12 trials");
}

#[test]
fn a_libtorch_that_is_not_there_is_named_with_the_way_to_get_it() {
    let bench = Bench::new();
    // A worker that was built against a library which this machine lacks.
    let mut content = fs::read(bench::worker()).expect("it is built");
    let (name, other) = (b"libtorch_cpu.so\0", b"libtorch_old.so\0");
    let place = content.windows(name.len()).position(|bytes| bytes == name).expect("the worker needs libtorch");
    content[place..place + name.len()].copy_from_slice(other);
    let path = bench::program(&bench.path("lost-worker"), content);
    let answer = bench.renas_with(&[("RENAS_WORKER", &path)], &["run", "--only", "econas/table/*"]);
    answer.expect(3, "libtorch_old.so").expect(3, "`make setup` brings libtorch");
    bench.renas(&["run", "--only", "econas/table/*"]).expect(0, "12 trials");
}

#[test]
fn a_claim_that_is_not_reproduced_fails_a_strict_run_only() {
    let bench = Bench::new();
    // Populations of 8 over 15 generations evaluate at most 128 networks, and the claim says hundreds: at least 200.
    bench.edit("econas/experiment.yaml", "seeds: 3", "seeds: 5");
    bench.renas(&["run"]).expect(0, "not reproduced (quick)");
    bench.renas(&["run", "--strict"]).expect(1, "not reproduced (quick)");
    let findings: serde_json::Value =
        serde_json::from_slice(&fs::read(bench.path("reports/quick/econas/findings.json")).expect("it was written"))
            .expect("JSON");
    let claims = findings["claims"].as_array().expect("a list");
    let hundreds = claims.iter().find(|claim| claim["id"] == "hundreds-of-architectures").expect("the claim");
    assert_eq!(hundreds["verdict"], "not_reproduced", "{hundreds}");
}
