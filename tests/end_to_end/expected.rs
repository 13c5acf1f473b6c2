//! What a miniature experiment must find: `tests/miniature/<id>/expected.json`, compared after a run that a test does anyway.
//!
//! It holds n and value of every quantity and the verdict on every claim, as `findings.json` says them to the last digit:
//! `portable` numerics and a cost model in the place of the clock give the same on every processor that was tried (docs/results.md,
//! "What was run, and where"). XGBoost is a foreign library with bits of its machine: whatever names it, be it in its
//! definition or in the evidence of a claim, is left out.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::bench::Bench;

/// Set to `write`, the files are written anew and nothing is compared, as with the other golden files.
const RENEW: &str = "RENAS_GOLDEN";

/// What has bits of its machine, by the name that it has wherever it takes part.
const FOREIGN: &str = "xgboost";

/// How many differences are shown.
const SHOWN: usize = 8;

/// What one run found, each part as JSON text by its name.
struct Found {
    quantities: BTreeMap<String, String>,
    claims: BTreeMap<String, String>,
    /// What the bits depend on.
    worker: BTreeMap<String, String>,
}

/// Panic unless a miniature on modelled times finds what is expected of it, is verified, and repeats its bytes: from its store
/// and from an empty one.
pub(crate) fn repeats(experiment: &str) {
    let bench = Bench::of(experiment);
    bench.renas(&["run", "--update-lock"]).expect(0, "report:");
    compare(&bench, experiment);
    let expected = bench.digests("reports");
    bench.renas(&["run"]).expect(0, "every digest is as promised").expect(0, "0 trials computed");
    bench.renas(&["verify"]).expect(0, "reached bit");
    bench.renas(&["run", "--store", "other", "--jobs", "1"]).expect(0, "every digest is as promised");
    assert_eq!(bench.digests("reports"), expected);
}

/// Panic unless the bench's finished run on measured times repeats its bytes from its store and is rebuilt from its evidence,
/// while a run from an empty store takes other times, which nothing promises.
pub(crate) fn promises_no_time(bench: &Bench) {
    let expected = bench.digests("reports");
    bench.renas(&["run"]).expect(0, "0 trials computed");
    assert_eq!(bench.digests("reports"), expected);
    bench.renas(&["verify"]).expect(0, "rebuilt from the evidence");
    bench.renas(&["run", "--store", "other"]).expect(0, "derive from observed times");
}

/// Panic unless the bench's finished run found what is expected of this miniature.
pub(crate) fn compare(bench: &Bench, experiment: &str) {
    let found = Found::of(bench, experiment);
    let name = format!("tests/miniature/{experiment}/expected.json");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(&name);
    if std::env::var_os(RENEW).is_some_and(|value| value == "write") {
        return fs::write(&path, found.text()).expect("a file of the checkout");
    }
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}; {RENEW}=write writes it"));
    let expected = Found::read(&serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}")));
    let mut differences = Vec::new();
    for (kind, expected, found) in
        [("claim", &expected.claims, &found.claims), ("quantity", &expected.quantities, &found.quantities)]
    {
        let names = expected.keys().chain(found.keys().filter(|name| !expected.contains_key(*name)));
        let none = "nothing".to_owned();
        for name in names {
            let (expected, found) = (expected.get(name).unwrap_or(&none), found.get(name).unwrap_or(&none));
            if expected != found {
                differences.push(format!("{kind} {name}: expected {expected}, found {found}\n"));
            }
        }
    }
    let mut surroundings = String::new();
    for (what, expected) in expected.worker.iter().filter(|(what, expected)| found.worker.get(*what) != Some(*expected))
    {
        let here = found.worker.get(what).map_or("nothing", String::as_str);
        let _ = writeln!(
            surroundings,
            "({what}: {expected} when the file was written, {here} here: bits may differ by that)"
        );
    }
    assert!(
        differences.is_empty(),
        "{} differences to {name}, a quantity as [n, value]:\n{}{surroundings}If that is meant, `{RENEW}=write cargo test --release \
         --test end_to_end` writes the files anew; look at their diff.",
        differences.len(),
        differences[..differences.len().min(SHOWN)].concat()
    );
}

impl Found {
    /// What the report of a bench says, and its lock file of the worker.
    fn of(bench: &Bench, experiment: &str) -> Self {
        let json = |file: String| -> Value { serde_json::from_str(&bench.read(&file)).expect("JSON") };
        let findings = json(format!("reports/quick/{experiment}/findings.json"));
        let lock = json(format!("experiments/locks/quick/{experiment}.json"));
        let is_ours = |text: &str| !text.to_lowercase().contains(FOREIGN);
        let quantities = findings["quantities"].as_object().expect("a section").iter();
        let quantities = quantities.filter(|(name, quantity)| is_ours(name) && is_ours(&quantity.to_string()));
        let claims = findings["claims"].as_array().expect("a list").iter();
        let claims =
            claims.filter(|claim| is_ours(&claim["quantity"].to_string()) && is_ours(&claim["evidence"].to_string()));
        let worker = lock["worker"].as_object().expect("a section").iter();
        let machine = ("numeric class".to_owned(), lock["fingerprints"].to_string());
        Self {
            quantities: quantities.map(|(name, quantity)| (name.clone(), measured(quantity))).collect(),
            claims: claims.map(|claim| (text(&claim["id"]), claim["verdict"].to_string())).collect(),
            worker: worker.map(|(name, value)| (name.clone(), value.to_string())).chain([machine]).collect(),
        }
    }

    fn read(file: &Value) -> Self {
        let section = |name: &str| {
            let section = file[name].as_object().unwrap_or_else(|| panic!("a section `{name}`"));
            section.iter().map(|(name, value)| (name.clone(), value.to_string())).collect()
        };
        Self { quantities: section("quantities"), claims: section("claims"), worker: section("worker") }
    }

    /// One line for each number and verdict, so that a change is easy to see.
    fn text(&self) -> String {
        let section = |name: &str, entries: &BTreeMap<String, String>| {
            let lines: Vec<String> =
                entries.iter().map(|(name, value)| format!("{}: {value}", Value::from(name.as_str()))).collect();
            format!("\"{name}\": {{\n{}\n}}", lines.join(",\n"))
        };
        let sections = [("worker", &self.worker), ("claims", &self.claims), ("quantities", &self.quantities)];
        format!("{{\n{}\n}}\n", sections.map(|(name, entries)| section(name, entries)).join(",\n"))
    }
}

/// `[n, value]` of a quantity; `null` where nothing was measured.
fn measured(quantity: &Value) -> String {
    let summary = &quantity["summary"];
    match summary.is_null() {
        true => "null".to_owned(),
        false => format!("[{},{}]", summary["n"], summary["mean"]),
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("text").to_owned()
}
