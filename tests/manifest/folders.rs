//! Manifests in folders: what their files say together, and where each mistake is.

use std::path::Path;

use renas::harness::manifest::load;

use super::toy::Toy;
use super::{GOOD, known, with};

/// The good manifest in a folder `toy`: its claims in a file, its audit in another.
fn folder(of: &Path, text: &str) {
    let dir = of.join("toy");
    std::fs::create_dir_all(&dir).expect("a folder");
    let (head, rest) = text.split_once("claims:\n").expect("claims");
    let (claims, audit) = rest.split_once("audit:\n").expect("an audit");
    let files =
        [("experiment", head), ("claims", &format!("claims:\n{claims}")), ("audit", &format!("audit:\n{audit}"))];
    for (name, text) in files {
        std::fs::write(dir.join(format!("{name}.yaml")), text).expect("written");
    }
}

fn mistakes(dir: &Path) -> String {
    let error = load::load(dir, "toy", known(&[&Toy])).expect_err("mistakes").to_string();
    error.replace(&format!("{}/", dir.display()), "")
}

#[test]
fn a_folder_says_what_its_files_say_together() {
    let (one, many) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    std::fs::write(one.path().join("toy.yaml"), GOOD).expect("written");
    folder(many.path(), GOOD);
    for name in ["locks", "numbers"] {
        std::fs::create_dir(many.path().join(name)).expect("a folder that is no experiment");
    }
    // Files of an editor and of other kinds are no part of it.
    std::fs::write(many.path().join("toy/._claims.yaml"), "\0").expect("written");
    std::fs::write(many.path().join("toy/notes.txt"), "notes").expect("written");
    assert_eq!(load::names(many.path()).expect("a folder"), ["toy"]);
    let mut alone = load::load(one.path(), "toy", known(&[&Toy])).expect("sound");
    let together = load::load(many.path(), "toy", known(&[&Toy])).expect("sound");
    assert_ne!(alone.digest, together.digest, "each is the digest of what was read");
    (alone.digest, alone.file) = (together.digest, together.file.clone());
    assert_eq!(alone, together);
    let text = load::text(many.path(), "toy").expect("its text");
    let again = load::parse(Path::new("toy.yaml"), text.as_bytes(), known(&[&Toy])).expect("it says the same");
    assert_eq!(again.claims, together.claims);

    // Each byte and each name enters the digest.
    let digest = || load::load(many.path(), "toy", known(&[&Toy])).expect("sound").digest;
    std::fs::rename(many.path().join("toy/audit.yaml"), many.path().join("toy/notes.yaml")).expect("renamed");
    let renamed = digest();
    assert_ne!(renamed, together.digest);
    let claims = many.path().join("toy/claims.yaml");
    std::fs::write(&claims, std::fs::read_to_string(&claims).expect("text") + "# more\n").expect("written");
    assert_ne!(digest(), renamed);
}

#[test]
fn every_mistake_of_a_folder_is_named_with_its_file_and_line() {
    let dir = tempfile::tempdir().expect("a folder");
    let text = with(&[
        ("title: A toy", "titel: A toy"),
        ("quantity: digits.accuracy, value", "quantity: digits.acuracy, value"),
        ("  - id: metric", "  - id: accuracy"),
        ("    subject: Ranks\n", "    subject: Ranks\n    subject: Ranks\n"),
    ]);
    folder(dir.path(), &text);
    let found = mistakes(dir.path());
    let expected = "\
toy/audit.yaml:4: audit[0].subject: duplicate key, first on line 3
toy/claims.yaml:6: claims[0].expectation.one_run.quantity: no quantity `digits.acuracy`; did you mean `digits.accuracy`?
toy/claims.yaml:16: claims[2].id: `accuracy` is taken by line 2
toy/experiment.yaml:1: title: is missing
toy/experiment.yaml:2: titel: unknown key; did you mean `title`?";
    assert_eq!(found, expected);
}

#[test]
fn a_key_stands_in_one_file_and_a_file_holds_keys() {
    let dir = tempfile::tempdir().expect("a folder");
    folder(dir.path(), GOOD);
    let write = |name: &str, text: &str| std::fs::write(dir.path().join("toy").join(name), text).expect("written");
    write("more.yaml", "# Nothing yet.\n");
    load::load(dir.path(), "toy", known(&[&Toy])).expect("an empty file says nothing");
    write("more.yaml", "\ntitle: Another\n");
    assert_eq!(mistakes(dir.path()), "toy/more.yaml:2: title: stands in toy/experiment.yaml, too");
    write("more.yaml", "- a\n");
    assert_eq!(mistakes(dir.path()), "toy/more.yaml:1: a file of a manifest is a section: `claims:`, say");
    write("more.yaml", "a: [1\n");
    assert!(mistakes(dir.path()).starts_with("toy/more.yaml:"), "{}", mistakes(dir.path()));
    std::fs::write(dir.path().join("toy.yaml"), GOOD).expect("written");
    let both = load::load(dir.path(), "toy", known(&[&Toy])).expect_err("two manifests").to_string();
    assert!(both.ends_with("an experiment has one of both: delete the other"), "{both}");
}

/// `renas list` shows neither.
#[test]
fn an_outline_parses_no_file_that_holds_nothing_but_audit_and_declarations() {
    let dir = tempfile::tempdir().expect("a folder");
    folder(dir.path(), GOOD);
    let outline = load::outline(dir.path(), "toy", known(&[&Toy])).expect("sound");
    let audit = dir.path().join("toy/audit.yaml");
    std::fs::write(&audit, "# what differs\naudit: [unfinished\n").expect("written");
    assert_eq!(load::outline(dir.path(), "toy", known(&[&Toy])).expect("the rest is sound"), outline);
    assert!(mistakes(dir.path()).contains("toy/audit.yaml:2: not YAML"), "{}", mistakes(dir.path()));
    // With a claim beside it, it is read.
    std::fs::write(&audit, "audit: [unfinished\nclaims:\n").expect("written");
    assert!(load::outline(dir.path(), "toy", known(&[&Toy])).is_err());
}
