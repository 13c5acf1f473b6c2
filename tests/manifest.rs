//! Manifests from text to checked values: what is right is read, and every mistake is named with its line, in one pass.
//!
//! A good manifest is changed in one or two places per test; messages are asserted word for word: users work with them.

#[path = "manifest/clock.rs"]
mod clock;
#[path = "manifest/reader_data.rs"]
mod reader_data; // data sets that readers bring
#[path = "manifest/any_text.rs"]
mod any_text; // what is no manifest at all
#[path = "manifest/claims.rs"]
mod claims; // what a claim may expect
#[path = "manifest/findings.rs"]
mod findings; // quantities and tables that it declares
#[path = "manifest/folders.rs"]
mod folders; // manifests of several files
#[path = "manifest/miniature.rs"]
mod miniature; // the small experiments that tests run
#[path = "manifest/numbers.rs"]
mod numbers; // the numbers that papers print
#[path = "manifest/papers.rs"]
mod catalogue; // what every paper keeps to
#[path = "manifest/places.rs"]
mod places; // parts of a schema that speak about a value
#[path = "manifest/schema.rs"]
mod schema; // what may stand in a manifest, for editors
#[path = "manifest/sixth_paper.rs"]
mod sixth_paper; // what a paper of one's own takes
#[path = "manifest/synthetic.rs"]
mod synthetic; // that paper
#[path = "manifest/toy.rs"]
mod toy; // a paper with two parameters
#[path = "manifest/valp.rs"]
mod valp; // the mistakes that the parameters of one of them can have

use std::path::Path;
use std::sync::LazyLock;

use renas::base::digest::Digest;
use renas::data::registry::Registry;
use renas::harness::manifest::load::{self, Known, ManifestError};
use renas::harness::manifest::model::{Manifest, Profile};
use renas::harness::paper::AnyPaper;
use renas::papers;
use renas::report::claim::{Direction, Expectation, Foil, Verdict};
use renas::report::page::Clock;
use renas::task::numerics::Numerics;
use serde_json::json;

use toy::Toy;

/// These papers, and the registered data sets.
fn known<'a>(papers: &'a [&'a dyn AnyPaper]) -> Known<'a> {
    static REGISTRY: LazyLock<Registry> = LazyLock::new(Registry::default);
    Known { papers, data: &REGISTRY }
}

const GOOD: &str = "\
id: toy
title: A toy
paper:
  title: On toys
  authors: [A. Author, B. Author]
  year: 2024
  link: https://example.org/toys
summary: Toys are trained.
failure_rule: A diverged toy has accuracy 0.
tolerances:
  validation.accuracy: 0.01
parameters:
  networks: 100
profiles:
  quick:
    purpose: A first look.
    numerics: portable
    clock: cost_model
    parameters:
      data: [digits]
  reduced:
    purpose: Real data.
    numerics: avx2
    clock: measured
    parameters:
      networks: 200
      data: [mnist, cifar10]
claims:
  - id: accuracy
    source: Table 1, row 2
    sentence: Toys are accurate.
    expectation:
      one_run: {quantity: digits.accuracy, value: 0.962, foil: {value: 0.5, is: another row}}
  - id: trade-off
    source: Section 4.2
    sentence: Accuracy falls while the cost rises.
    expectation:
      all:
        - trend: {quantities: [digits.accuracy, mnist.accuracy], direction: falling}
        - bound: {quantity: cifar10.flops, least: 10}
    data: [mnist, cifar10]
    profiles: [reduced]
  - id: metric
    source: Section 4.2
    sentence: Others do worse.
    expectation:
      untestable: {reason: another metric}
audit:
  - id: rank
    subject: Ranks
    paper_says: as NSGA-II
    code_does: otherwise
    we_do: both
    source: nsga.py, line 3
    affects: [reference]
deviations:
  - id: scale
    what: fewer toys
    why: time
";

fn parse(text: &[u8]) -> Result<Manifest, ManifestError> {
    load::parse(Path::new("experiments/toy.yaml"), text, known(&[&Toy]))
}

/// The good manifest with one piece of text, which must stand in it, replaced.
fn with(changes: &[(&str, &str)]) -> String {
    changes.iter().fold(GOOD.to_owned(), |text, (old, new)| {
        assert!(text.contains(old), "`{old}` does not stand in the manifest");
        text.replacen(old, new, 1)
    })
}

/// The lines of the error, of which each begins with the name of the file.
fn mistakes(text: impl AsRef<[u8]>) -> Vec<String> {
    let error = parse(text.as_ref()).expect_err("the manifest has mistakes").to_string();
    let lines = error.lines().map(|line| line.strip_prefix("experiments/toy.yaml:").expect("the file's name"));
    lines.map(str::to_owned).collect()
}

#[test]
fn a_good_manifest_is_read_whole() {
    let manifest = parse(GOOD.as_bytes()).expect("no mistakes");
    assert_eq!(manifest.digest, Digest::of(GOOD.as_bytes()));
    assert_eq!(manifest.paper.authors, "A. Author, B. Author");
    assert_eq!(manifest.tolerances["validation.accuracy"], 0.01);
    let quick = manifest.profile(Profile::Quick).expect("it is there");
    assert_eq!((quick.numerics, quick.clock), (Numerics::Portable, Clock::CostModel));
    assert_eq!(quick.parameters, json!({"networks": 100, "data": ["digits"]}));
    let reduced = manifest.profile(Profile::Reduced).expect("it is there");
    assert_eq!(reduced.parameters, json!({"networks": 200, "data": ["mnist", "cifar10"]}));
    let quantity = "digits.accuracy".to_owned();
    let foil = Some(Foil::Value { value: 0.5, is: "another row".to_owned() });
    assert_eq!(manifest.claims[0].expectation, Expectation::OneRun { quantity: quantity.clone(), value: 0.962, foil });
    let parts = vec![
        Expectation::Trend {
            quantities: vec![quantity, "mnist.accuracy".to_owned()],
            direction: Direction::Falling,
            at: Vec::new(),
        },
        Expectation::Bound {
            quantity: "cifar10.flops".to_owned(),
            least: Some(10.0),
            most: None,
            paper: None,
            foil: None,
        },
    ];
    assert_eq!(manifest.claims[1].expectation, Expectation::All(parts));
    assert_eq!(manifest.claims[1].data, ["mnist", "cifar10"]);
    assert_eq!(quick.profile, Profile::Quick);
    assert_eq!(manifest.claims[1].profiles, ["reduced"]);
    assert!(manifest.claims[0].data.is_empty() && manifest.claims[0].profiles.is_empty());
    assert_eq!(manifest.audit[0].affects, ["reference"]);
    assert_eq!(manifest.deviations[0].why, "time");
}

#[test]
fn the_manifests_of_this_project_are_read_without_mistakes_and_every_paper_has_one() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("experiments");
    let manifests = load::load_all(&folder, known(&papers::all())).unwrap_or_else(|error| panic!("{error}"));
    let ids: Vec<&str> = manifests.iter().map(|manifest| manifest.id.as_str()).collect();
    let mut known: Vec<&str> = papers::all().iter().map(|paper| paper.id()).collect();
    known.sort_unstable();
    assert_eq!(ids, known);
    assert!(!known.is_empty());
    let outlines = load::outline_all(&folder, self::known(&papers::all())).unwrap_or_else(|error| panic!("{error}"));
    for (outline, manifest) in outlines.iter().zip(&manifests) {
        let whole = (&manifest.id, &manifest.title, manifest.claims.len());
        assert_eq!((&outline.id, &outline.title, outline.claims), whole, "counted and read");
    }
}

#[test]
fn a_profile_that_a_manifest_lacks_is_named_with_those_it_has() {
    let manifest = parse(GOOD.as_bytes()).expect("no mistakes");
    let error = manifest.profile(Profile::Paper).expect_err("it has none").to_string();
    assert_eq!(error, "experiments/toy.yaml has no profile `paper`; it has `quick`, `reduced`");
    let error = "redused".parse::<Profile>().expect_err("there is none").to_string();
    assert_eq!(error, "no profile `redused`; did you mean `reduced`?");
}

#[test]
fn an_unknown_experiment_is_answered_with_the_nearest() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("toy.yaml"), GOOD).expect("written");
    assert_eq!(load::load(folder.path(), "toy", known(&[&Toy])).expect("it is there").id, "toy");
    let error = load::load(folder.path(), "yoy", known(&[&Toy])).expect_err("there is none").to_string();
    assert_eq!(error, format!("no experiment `yoy` in {}; did you mean `toy`?", folder.path().display()));
    let missing = folder.path().join("none");
    let error = load::load_all(&missing, known(&[&Toy])).expect_err("there is none").to_string();
    assert!(error.starts_with(&format!("cannot list the manifests in {}: ", missing.display())), "{error}");
}

#[test]
fn mistakes_of_all_manifests_of_a_folder_are_reported_together() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("toy.yaml"), with(&[("title: A toy", "titel: A toy")])).expect("written");
    std::fs::write(folder.path().join("zoo.yaml"), "a: [1\n").expect("written");
    std::fs::write(folder.path().join("notes.txt"), "not a manifest").expect("written");
    let error = load::load_all(folder.path(), known(&[&Toy])).expect_err("mistakes").to_string();
    let place = folder.path().display();
    let expected = [
        format!("{place}/toy.yaml:1: title: is missing"),
        format!("{place}/toy.yaml:2: titel: unknown key; did you mean `title`?"),
        format!("{place}/zoo.yaml:1: not YAML at column 4: "),
    ];
    let lines: Vec<&str> = error.lines().collect();
    assert_eq!(lines.len(), expected.len(), "{error}");
    assert!(lines.iter().zip(&expected).all(|(line, start)| line.starts_with(start)), "{error}");
}

#[test]
fn an_unknown_quantity_is_reported_with_its_line_and_the_nearest() {
    let text = with(&[("digits.accuracy, value", "digits.acuracy, value"), ("cifar10.flops", "zebra")]);
    assert_eq!(
        mistakes(text),
        [
            "33: claims[0].expectation.one_run.quantity: no quantity `digits.acuracy`; did you mean `digits.accuracy`?",
            "40: claims[1].expectation.all[1].bound.quantity: no quantity `zebra`; known: `digits.accuracy`, \
             `digits.final`, `digits.flops`, `digits.gain`, `cifar10.accuracy`, `cifar10.final`, `cifar10.flops`, \
             `cifar10.gain`, `mnist.accuracy`, `mnist.final`, `mnist.flops`, `mnist.gain`",
        ]
    );
}

#[test]
fn an_unknown_data_set_or_profile_is_reported_with_its_line_and_the_nearest() {
    let text = with(&[
        ("data: [mnist, cifar10]\n    profiles: [reduced]", "data: [mnits]\n    profiles: [redused]"),
        ("data: [digits]", "data: [digit]"),
    ]);
    assert_eq!(
        mistakes(text),
        [
            "20: profiles.quick.parameters.data[0]: no data set `digit`; did you mean `digits`?",
            "41: claims[1].data[0]: no data set `mnits`; did you mean `mnist`?",
            "42: claims[1].profiles[0]: no profile `redused`; did you mean `reduced`?",
        ]
    );
}

#[test]
fn unknown_missing_and_duplicate_keys_are_reported_together() {
    let text = with(&[
        ("numerics: portable", "numeric: portable"),
        ("    clock: measured\n", "    clock: measured\n    clock: cost_model\n"),
        ("summary: Toys are trained.\n", ""),
        ("  networks: 100\n", "  networks: 100\n  population: 3\n"),
    ]);
    assert_eq!(
        mistakes(text),
        [
            "1: summary: is missing",
            "13: parameters.population: unknown key; known: `networks`, `data`",
            "15: profiles.quick.numerics: is missing",
            "17: profiles.quick.numeric: unknown key; did you mean `numerics`?",
            "25: profiles.reduced.clock: duplicate key, first on line 24",
        ]
    );
}

#[test]
fn wrong_types_and_values_out_of_range_are_reported_together() {
    let text = with(&[
        ("year: 2024", "year: twenty"),
        ("networks: 100", "networks: 5"),
        ("networks: 200", "networks: 30"),
        ("value: 0.962", "value: 96 %"),
        ("validation.accuracy: 0.01", "validation.accuracy: -0.01"),
        ("link: https://example.org/toys", "link: 7"),
        ("least: 10", "least: yes"),
        ("numerics: avx2", "numerics: cuda"),
    ]);
    assert_eq!(
        mistakes(text),
        [
            "6: paper.year: expected a whole number, found the text `twenty`",
            "7: paper.link: expected text, found the number 7; put it in quotes if it is text",
            "11: tolerances.validation.accuracy: -0.01 is not at least 0",
            "13: parameters.networks: 5 is not between 10 and 1000",
            "23: profiles.reduced.numerics: no choice `cuda`; known: `portable`, `avx2`, `native`",
            "26: profiles.reduced.parameters.networks: at least 20 per data set",
            "33: claims[0].expectation.one_run.value: expected a number, found the text `96 %`",
            "40: claims[1].expectation.all[1].bound.least: expected a number, found the text `yes`",
        ]
    );
}

#[test]
fn an_expectation_has_exactly_one_form() {
    let text = with(&[
        (
            "one_run: {quantity: digits.accuracy, value: 0.962, foil: {value: 0.5, is: another row}}",
            "one_rum: {quantity: a}",
        ),
        ("untestable: {reason: another metric}", "untestable: {reason: another metric}\n      all: []"),
        ("{quantity: cifar10.flops, least: 10}", "{quantity: cifar10.flops, least: 10, most: 9}"),
        ("[digits.accuracy, mnist.accuracy]", "[mnist.accuracy]"),
    ]);
    assert_eq!(
        mistakes(text),
        [
            "33: claims[0].expectation.one_rum: unknown key; did you mean `one_run`?",
            "39: claims[1].expectation.all[0].trend.quantities: at least two are needed",
            "40: claims[1].expectation.all[1].bound.most: 9 is below `least`",
            "46: claims[2].expectation: expected exactly one of `one_run`, `within`, `bound`, `every`, `ordering`, \
             `trend`, `ratio`, `equivalence`, `non_inferiority`, `differ`, `all`, `parts`, `any`, `robust`, `undecided`, \
             `untestable`",
        ]
    );
}

#[test]
fn an_id_is_unique_and_fit_for_an_address() {
    let text = with(&[("id: trade-off", "id: accuracy"), ("id: metric", "id: Other Metric")]);
    assert_eq!(
        mistakes(text),
        [
            "34: claims[1].id: `accuracy` is taken by line 29",
            "43: claims[2].id: may hold lower-case letters, digits and `-`, `_`, `.` only",
        ]
    );
}

#[test]
fn an_unknown_paper_is_reported_without_its_consequences() {
    let text = with(&[("id: toy", "id: toi"), ("numerics: avx2", "numerics: avx")]);
    assert_eq!(
        mistakes(text),
        [
            "1: id: no paper `toi`; did you mean `toy`?",
            "23: profiles.reduced.numerics: no choice `avx`; did you mean `avx2`?",
        ]
    );
    let error =
        load::parse(Path::new("experiments/other.yaml"), GOOD.as_bytes(), known(&[&Toy])).expect_err("misnamed");
    assert_eq!(
        error.to_string(),
        "experiments/other.yaml:1: id: the manifest must be named `toy.yaml`, or its folder `toy`"
    );
}

#[test]
fn an_unknown_profile_is_an_unknown_key_and_one_profile_is_needed() {
    // What follows from it, that quantities of the profile are not known, is not reported.
    let text = with(&[("  reduced:", "  redused:")]);
    assert_eq!(mistakes(text), ["21: profiles.redused: unknown key; did you mean `reduced`?"]);
    let start = GOOD.find("  quick:").expect("it is there");
    let end = GOOD.find("claims:").expect("it is there");
    let text = format!("{} {{}}\n{}", GOOD[..start].trim_end(), &GOOD[end..]);
    assert_eq!(mistakes(text), ["14: profiles.quick: is missing: at least one profile is needed"]);
}
