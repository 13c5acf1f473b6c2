//! The JSON Schema of manifests: a validator holds all committed manifests against it, and its keys and words are those that the
//! reader of manifests looks for.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use renas::harness::manifest::decode::Asked;
use renas::harness::manifest::load;
use renas::harness::manifest::schema::schema;
use renas::harness::manifest::yaml::{self, Node};
use renas::papers;
use serde_json::{Map, Value, json};

use super::places::{Schema, steps};
use super::{known, with};

/// A manifest with the keys that no committed one has.
const RARE: &str = "\
id: rare
title: Keys that no other manifest has
paper: {title: On keys, authors: [A. Author]}
summary: Which keys are there?
failure_rule: A run without a result is lost.
profiles: {all: {purpose: Everything.}}
studies:
  runs:
    over: {method: [a, b], seed: any}
    units: {seed: run}
    rows: {accuracy: {unit: fraction, negated: {metric: [loss]}}}
    import:
      form: csv
      separator: \",\"
      files: {runs_a.csv: ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff}
      named: \"runs_{method}.csv\"
      failed: [{where: {status: [CRASHED]}, because: it crashed}]
      missing: [{where: {status: LOST}, because: it was lost}]
      absent: [{where: {method: b, seed: 3}, because: it was not run}]
findings:
  quantities:
    a.accuracy: {label: accuracy of a, from: runs, where: {method: a}, take: accuracy, per: seed}
  published:
    - {quantity: a.accuracy, source: Table 1, mean: \"93.4 %\", deviation: \"0.21 %\", n: 5, freedom: n - 1}
  tables:
    - id: cells
      title: Cells
      caption: Of every kind.
      columns: [Words, Stated, Of rows]
      rows: [{rows: [[words, {number: 0.5, unit: fraction}, {take: accuracy, from: runs, where: {method: a}}]]}]
  figures:
    - id: space
      form: scatter3d
      title: Points in space
      caption: Of three numbers.
      x: one
      y: two
      z: three
      series: [{name: runs, from: runs, points: [accuracy, accuracy, accuracy]}]
";

/// A tree of YAML as JSON.
fn as_json(node: &Node) -> Value {
    match &node.value {
        yaml::Value::Null => Value::Null,
        yaml::Value::Bool(flag) => json!(flag),
        yaml::Value::Integer(number) => u64::try_from(*number).map_or_else(|_| json!(*number as f64), |it| json!(it)),
        yaml::Value::Float(number) => json!(number),
        yaml::Value::Text(text) => json!(text),
        yaml::Value::Sequence(nodes) => nodes.iter().map(as_json).collect(),
        yaml::Value::Mapping(entries) => {
            entries.iter().map(|entry| (entry.key.clone(), as_json(&entry.value))).collect::<Map<_, _>>().into()
        }
    }
}

fn parsed(text: &str) -> Value {
    as_json(&yaml::parse(text).expect("YAML"))
}

fn validator() -> jsonschema::Validator {
    jsonschema::draft202012::new(&schema(&papers::known()))
        .unwrap_or_else(|error| panic!("the schema is none: {error}"))
}

/// What a manifest does wrong by the schema.
fn mistakes(validator: &jsonschema::Validator, manifest: &Value) -> Vec<String> {
    validator.iter_errors(manifest).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// Folders of manifests, each with the names of its manifests.
fn committed() -> Vec<(PathBuf, Vec<String>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let examples =
        ["evolution", "imagenetv2", "roots"].map(|name| root.join("examples").join(name).join("experiments"));
    let folders = [root.join("experiments")].into_iter().chain(examples);
    folders.map(|folder| (folder.clone(), load::names(&folder).expect("manifests"))).collect()
}

#[test]
fn every_committed_manifest_is_valid_by_the_schema_and_so_is_every_file_of_one() {
    let validator = validator();
    let mut count = 0;
    for (folder, names) in committed() {
        for name in names {
            let whole = parsed(&load::text(&folder, &name).expect("a manifest"));
            assert_eq!(mistakes(&validator, &whole), [""; 0], "{name}");
            count += 1;
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for folder in ["experiments", "examples", "tests/miniature"] {
        for entry in walkdir::WalkDir::new(root.join(folder)).sort_by_file_name() {
            let path = entry.expect("readable").into_path();
            let is_other = path.iter().any(|part| part == "numbers" || part == "locks");
            if path.extension().is_some_and(|end| end == "yaml") && !is_other {
                let part = parsed(&fs::read_to_string(&path).expect("text"));
                assert_eq!(mistakes(&validator, &part), [""; 0], "{}", path.display());
                count += 1;
            }
        }
    }
    assert!(count > 30, "only {count} manifests and files of such were found");
    assert_eq!(mistakes(&validator, &parsed(super::GOOD)), [""; 0]);
    assert_eq!(mistakes(&validator, &parsed(RARE)), [""; 0]);
}

#[test]
fn the_schema_finds_slips() {
    let validator = validator();
    let slips = [
        ("title: A toy", "titel: A toy"),
        ("year: 2024", "year: twenty"),
        ("clock: measured", "clock: mesured"),
        ("direction: falling", "direction: down"),
        ("untestable: {reason: another metric}", "untestable: {}"),
        ("link: https://example.org/toys", "link: toys"),
        ("summary: Toys are trained.\n", ""),
        ("  reduced:\n", "  redused:\n"),
    ];
    for slip in slips {
        let found = mistakes(&validator, &parsed(&with(&[slip])));
        assert!(!found.is_empty(), "{slip:?}");
    }
    let experiments = Path::new(env!("CARGO_MANIFEST_DIR")).join("experiments");
    let econas = load::text(&experiments, "econas").expect("a manifest");
    for slip in [("  population: 250", "  popluation: 250"), ("  population: 250", "  population: many")] {
        assert!(econas.contains(slip.0));
        let found = mistakes(&validator, &parsed(&econas.replacen(slip.0, slip.1, 1)));
        assert!(!found.is_empty(), "{slip:?}: parameters are those of the paper");
    }
}

/// What the reader looks for in a manifest, and the manifest.
fn looked_for() -> Vec<(String, Value, Asked)> {
    let papers = papers::known();
    let rare = tempfile::tempdir().expect("a folder");
    fs::write(rare.path().join("rare.yaml"), RARE).expect("written");
    let mut found = Vec::new();
    for (folder, names) in committed().into_iter().chain([(rare.path().to_owned(), vec!["rare".to_owned()])]) {
        for name in names {
            let asked = load::asked(&folder, &name, known(&papers)).unwrap_or_else(|error| panic!("{error}"));
            let text = load::text(&folder, &name).expect("a manifest");
            found.push((name, parsed(&text), asked));
        }
    }
    found
}

#[test]
fn the_keys_of_the_schema_are_those_that_the_reader_looks_for() {
    let schema = Schema(schema(&papers::known()));
    let (mut unknown, mut seen) = (BTreeSet::new(), BTreeSet::new());
    for (id, manifest, asked) in looked_for() {
        for (path, keys) in &asked.keys {
            let places = schema.places(&id, &steps(path, &manifest));
            for key in keys {
                assert!(!places.is_empty(), "{id}: {path}: the schema knows no such place");
                let mut closed = places.iter().filter(|place| place.is_closed()).peekable();
                let is_open = closed.peek().is_none();
                match closed.find(|place| place.has(key)) {
                    Some(place) => {
                        seen.insert((place.pointer.clone(), key.clone()));
                    }
                    None if is_open => {}
                    None => {
                        unknown.insert(format!("{path}: {key}"));
                    }
                }
            }
        }
    }
    assert!(unknown.is_empty(), "the reader looks for keys that the schema lacks: {unknown:#?}");
    let unread: BTreeSet<_> = schema.all_keys().difference(&seen).cloned().collect();
    assert!(unread.is_empty(), "the schema has keys that the reader never looks for in these manifests: {unread:#?}");
}

#[test]
fn where_one_of_some_words_must_stand_the_schema_has_the_same_words() {
    let schema = Schema(schema(&papers::known()));
    let mut compared = 0;
    for (id, manifest, asked) in looked_for() {
        for (path, words) in &asked.words {
            let places = schema.places(&id, &steps(path, &manifest));
            let words: BTreeSet<&str> = words.iter().map(String::as_str).collect();
            // Of parameters that a function of the paper reads, the schema says no more than what they mean.
            if path.contains("parameters.") && places.iter().all(|place| place.words().is_empty()) {
                continue;
            }
            assert!(places.iter().any(|place| place.words() == words), "{id}: {path}: {words:?}");
            compared += 1;
        }
    }
    assert!(compared > 100, "{compared}");
}

#[test]
fn every_key_of_the_schema_has_a_sentence() {
    let schema = Schema(schema(&papers::known()));
    let silent = schema.keys_without_a_sentence();
    assert!(silent.is_empty(), "{silent:#?}");
}

#[test]
fn the_committed_schema_is_that_of_the_program() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/manifest.schema.json");
    let text = serde_json::to_string_pretty(&schema(&papers::known())).expect("JSON") + "\n";
    if std::env::var_os("RENAS_GOLDEN").is_some_and(|value| value == "write") {
        fs::write(path, text).expect("docs/manifest.schema.json is written");
        return;
    }
    assert!(fs::read_to_string(path).is_ok_and(|committed| committed == text), "`make docs` writes it anew");
}
