//! `renas data`: what it writes, and which failure it is.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use renas::cli::data::pack::Pack;
use renas::cli::data::{DataCommand, Fetch, Show, run};
use renas::cli::exit::Failure;
use renas::data::locate::Locations;
use renas::data::registry::Registry;
use serde_json::Value;

use super::images::{Images, contents};
use super::server::unreachable;

/// What the command wrote, and how it ended.
fn data(command: &DataCommand, folder: &Path, json: bool) -> (String, Result<(), Failure>) {
    let mut out = Vec::new();
    let show = Show { json, bars: false, quiet: true, jobs: 1 };
    let result =
        run(command, &Registry::open(Locations::only(&[folder.to_owned()])), show, &AtomicBool::new(false), &mut out);
    (String::from_utf8(out).expect("text"), result)
}

fn verify(names: &[&str]) -> DataCommand {
    DataCommand::Verify { names: names.iter().map(|name| (*name).to_owned()).collect() }
}

fn fetch(names: &[&str], from: &[String]) -> DataCommand {
    let names = names.iter().map(|name| (*name).to_owned()).collect();
    DataCommand::Fetch(Fetch { names, all: false, from: from.to_vec() })
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

fn assert_failure(result: Result<(), Failure>, code: u8, part: &str) {
    let failure = result.expect_err("must fail");
    assert_eq!(failure.code(), code, "{failure:?}");
    assert!(format!("{failure:?}").contains(part), "no `{part}` in: {failure:?}");
}

#[test]
fn the_list_names_every_data_set_and_the_command_that_brings_a_missing_one() {
    let root = tempfile::tempdir().expect("a folder");
    let (text, result) = data(&DataCommand::List, root.path(), false);
    assert!(result.is_ok());
    for part in ["digits", "embedded", "50000 train, 10000 test; 3x32x32", "renas data fetch cifar10", "CC BY 4.0"] {
        assert!(text.contains(part), "no `{part}` in:\n{text}");
    }
    let (json, _) = data(&DataCommand::List, root.path(), true);
    let sets = parsed(&json)["data_sets"].as_array().expect("a list").clone();
    assert_eq!(sets.len(), 6);
    assert_eq!(sets[0]["found_in"], "embedded");
    assert_eq!(sets[1]["found_in"], Value::Null);
    assert_eq!(sets[3]["images"]["train"], 50_000);
}

#[test]
fn verify_counts_what_is_right_missing_and_different() {
    let root = tempfile::tempdir().expect("a folder");
    let (text, result) = data(&verify(&[]), root.path(), false);
    assert!(result.is_ok(), "what is not there is no failure unless it was named");
    assert!(text.contains("verified") && text.contains("da9dbb18a9fd892f") && text.contains("missing"), "{text}");

    assert_failure(data(&verify(&["mnist"]), root.path(), false).1, 2, "1 of the named data sets");
    assert_failure(data(&verify(&["mnits"]), root.path(), false).1, 2, "did you mean `mnist`?");

    std::fs::create_dir(root.path().join("digits")).expect("a folder");
    std::fs::write(root.path().join("digits/digits.csv"), "0,0\n").expect("written");
    let (text, result) = data(&verify(&["digits"]), root.path(), true);
    assert_failure(result, 4, "Differs(1)");
    let entry = parsed(&text)["data_sets"][0].clone();
    assert_eq!(entry["state"], "differs");
    assert!(entry["message"].as_str().expect("text").contains("found 4 bytes"), "{entry}");
}

#[test]
fn fetch_answers_with_the_place_and_the_digest() {
    let root = tempfile::tempdir().expect("a folder");
    let (text, result) = data(&fetch(&["digits"], &[]), root.path(), false);
    assert!(result.is_ok());
    assert!(text.starts_with("digits: in embedded, verified; digest da9dbb18"), "{text}");
    let (json, _) = data(&fetch(&["digits"], &[]), root.path(), true);
    assert_eq!(parsed(&json)["fetched"][0]["place"], "embedded");
}

#[test]
fn a_fetch_that_fails_is_a_failed_run_and_an_unknown_name_bad_input() {
    let root = tempfile::tempdir().expect("a folder");
    assert_failure(data(&fetch(&["cifar"], &[]), root.path(), false).1, 2, "cifar10");
    let none = fetch(&["mnist"], &[unreachable()]);
    assert_failure(data(&none, root.path(), false).1, 3, "cannot be reached");
}

#[test]
fn a_stop_ends_a_fetch_as_interrupted() {
    let root = tempfile::tempdir().expect("a folder");
    let registry = Registry::open(Locations::only(&[PathBuf::from(root.path())]));
    let show = Show { json: false, bars: false, quiet: true, jobs: 1 };
    let command = fetch(&["mnist"], &[unreachable()]);
    let result = run(&command, &registry, show, &AtomicBool::new(true), &mut Vec::new());
    assert_failure(result, 130, "Interrupted");
}

fn pack(images: &Images, out: &str) -> DataCommand {
    DataCommand::Pack(Pack {
        tree: images.path("tree"),
        name: "tiny".to_owned(),
        size: 4,
        out: Some(images.path(out)),
        title: None,
        licence: "not stated".to_owned(),
        origin: "not stated".to_owned(),
        leave_out: Vec::new(),
    })
}

#[test]
fn pack_answers_with_the_numbers_the_folder_and_the_digest() {
    let images = Images::tiny();
    let (text, result) = data(&pack(&images, "data"), &images.path("data"), false);
    assert!(result.is_ok(), "{result:?}");
    let folder = images.path("data/tiny").display().to_string();
    assert!(text.starts_with("tiny: 4 train, 2 test; 2 classes, 3x4x4; in "), "{text}");
    assert!(text.contains(&folder), "{text}");
    assert_failure(data(&pack(&images, "data"), &images.path("data"), false).1, 2, "is not replaced");
    let (json, _) = data(&pack(&images, "more"), &images.path("data"), true);
    let answer = parsed(&json);
    assert_eq!(answer["packed"]["class_names"], serde_json::json!(["cat", "dog"]));
    assert!(text.contains(answer["packed"]["digest"].as_str().expect("text")), "{text}");
    images.write("train/cat/text.jpg", b"hello");
    assert_failure(data(&pack(&images, "third"), &images.path("data"), false).1, 2, "train/cat/text.jpg");
    assert_eq!(contents(&images.path("third")), []);
}
