//! Descriptions in data folders: which make a data set known, and that no other command minds those that do not.

use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Command, Output};

use renas::data::described::{DescribedError, Descriptions, find};
use renas::data::load::load_from;
use renas::data::locate::{Locations, locate};
use renas::data::pack::prepare::{Request, pack};
use serde_json::Value;

use super::images::{Images, make_pipe};

fn packed(request: &Request) {
    pack(request, &mut |_, _| ControlFlow::Continue(())).unwrap_or_else(|error| panic!("{error}"));
}

fn look(images: &Images, folders: &[&str]) -> Descriptions {
    let folders: Vec<_> = folders.iter().map(|folder| images.path(folder)).collect();
    find(&Locations::only(&folders))
}

/// The names that are known, and what is said of the others.
fn outline(looked: &Descriptions) -> (Vec<&str>, Vec<String>) {
    let found = looked.found.iter().map(|one| one.description.name.as_str()).collect();
    (found, looked.unusable.iter().map(|one| one.error.to_string()).collect())
}

/// `renas` with these arguments in a folder of its own data, from no environment that names other data.
fn renas(folder: &Path, arguments: &[&str], data: Option<&str>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_renas"));
    command.current_dir(folder).args(arguments).env_remove("RENAS_DATA");
    data.map(|data| command.env("RENAS_DATA", data));
    command.output().expect("it is built")
}

fn said(output: &Output) -> (Option<i32>, String) {
    let text = [output.stdout.as_slice(), &output.stderr].concat();
    (output.status.code(), String::from_utf8(text).expect("text"))
}

fn replace(images: &Images, path: &str, from: &str, to: &str) {
    let path = images.path(path);
    let text = std::fs::read_to_string(&path).expect("written");
    std::fs::write(&path, text.replace(from, to)).expect("writable");
}

#[test]
fn equal_descriptions_are_one_and_different_ones_of_one_name_make_none_known() {
    let images = Images::tiny();
    packed(&images.request("first"));
    packed(&images.request("second"));
    packed(&Request { size: 3, ..images.request("third") });
    packed(&Request { name: "other".to_owned(), ..images.request("third") });
    let both = look(&images, &["nowhere", "first", "second"]);
    assert_eq!(outline(&both), (vec!["tiny"], vec![]));
    assert!(both.found[0].path.starts_with(images.path("first")));
    let looked = look(&images, &["first", "third", "second"]);
    let (known, unusable) = outline(&looked);
    assert_eq!((known, unusable.len()), (vec!["other"], 1));
    assert!(matches!(&looked.unusable[0].error, DescribedError::Different { .. }), "{unusable:?}");
    assert!(unusable[0].contains("`tiny` differently"), "{unusable:?}");
}

#[test]
fn a_description_that_is_copied_renamed_broken_or_a_pipe_leaves_the_others_known() {
    let images = Images::tiny();
    packed(&images.request("data"));
    let copy = |to: &str| {
        std::fs::create_dir_all(images.path("data").join(to)).expect("a folder");
        std::fs::copy(images.path("data/tiny/dataset.json"), images.path("data").join(to).join("dataset.json"))
            .expect("copied");
    };
    for to in [".hidden", "theirs", "copy", "broken", "mnist"] {
        copy(to);
    }
    std::fs::write(images.path("data/theirs/dataset.json"), "{\"name\": \"theirs\"}").expect("writable");
    std::fs::write(images.path("data/broken/dataset.json"), "{").expect("writable");
    std::fs::create_dir(images.path("data/pipe")).expect("a folder");
    make_pipe(&images.path("data/pipe/dataset.json"));
    replace(&images, "data/mnist/dataset.json", "\"tiny\"", "\"mnist\"");
    let looked = look(&images, &["data"]);
    let (known, unusable) = outline(&looked);
    assert_eq!(known, ["tiny"]);
    for (said, part) in unusable.iter().zip([
        "broken/dataset.json is not a description of a data set: it is not JSON",
        "it describes `tiny`, and lies in the folder `copy`",
        "that is the name of a registered one",
        "it is a named pipe (FIFO), not a regular file",
    ]) {
        assert!(said.contains(part), "no `{part}` in: {said}");
    }
    assert_eq!(unusable.len(), 4, "{unusable:?}");
    let names: Vec<_> = looked.unusable.iter().map(|one| one.names.join(" ")).collect();
    assert_eq!(names, ["broken", "copy tiny", "mnist", "pipe"]);
}

#[test]
fn only_commands_that_need_an_unusable_data_set_fail_and_the_list_shows_why() {
    let images = Images::tiny();
    packed(&images.request("data"));
    std::fs::rename(images.path("data/tiny"), images.path("data/renamed")).expect("it is ours");
    let folder = images.path("");
    let (code, text) = said(&renas(&folder, &["data", "list"], None));
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("\nunusable: data/renamed/dataset.json is not a description of a data set: "), "{text}");
    let json = renas(&folder, &["data", "list", "--json"], None).stdout;
    let json: Value = serde_json::from_slice(&json).expect("JSON");
    assert_eq!(json["unusable"][0]["path"], "data/renamed/dataset.json");
    assert_eq!(said(&renas(&folder, &["data", "verify", "digits"], None)).0, Some(0));
    for name in ["tiny", "renamed"] {
        let (code, text) = said(&renas(&folder, &["data", "verify", name], None));
        assert_eq!(code, Some(2), "{text}");
        let why = format!("the data set `{name}` cannot be used: data/renamed/dataset.json");
        assert!(text.contains(&why) && text.contains("it describes `tiny`"), "{text}");
    }
    let (code, text) = said(&renas(&folder, &["data", "verify"], None));
    assert_eq!(code, Some(4), "a description that cannot be used is a difference: {text}");
    assert!(text.contains("unusable  data/renamed/dataset.json"), "{text}");
}

#[test]
fn a_folder_of_data_that_is_not_there_is_named() {
    let images = Images::new();
    std::fs::create_dir(images.path("mine")).expect("a folder");
    let folder = images.path("");
    for command in [["data", "list"], ["data", "verify"]] {
        let run = |folders: &[&str], data| said(&renas(&folder, &[&command, folders].concat(), data));
        assert_eq!(run(&["--data", "mine"], None).0, Some(0));
        let (code, text) = run(&["--data", "mine", "--data", "no/such"], None);
        assert_eq!(code, Some(2), "{text}");
        assert!(text.contains("--data no/such: there is no such folder"), "{text}");
        let (code, text) = run(&[], Some("no/such"));
        assert_eq!(code, Some(0), "{text}");
        assert!(text.contains("note: RENAS_DATA no/such: there is no such folder"), "{text}");
        assert!(!run(&[], Some("")).1.contains("no such folder"), "empty is not set");
    }
}

#[test]
fn files_that_are_shorter_than_described_are_named_whatever_length_is_announced() {
    let images = Images::tiny();
    packed(&images.request("data"));
    let locations = Locations::only(&[images.path("data")]);
    let mut description = look(&images, &["data"]).found.remove(0).description;
    for length in [1 << 40, u64::MAX] {
        description.files[0].bytes = length;
        let set = description.clone().into_data_set();
        let place = locate(&set, &locations).expect("it is there");
        let error = load_from(&set, &place).expect_err("no file is that long").to_string();
        assert!(error.contains(&format!("{length} bytes with SHA-256")), "{error}");
    }
}
