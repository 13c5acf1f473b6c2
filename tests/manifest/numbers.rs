//! The numbers that papers print: each bound to what judges it, or with a reason of the closed list why nothing does.

use super::*;
use renas::harness::numbers::{self, Kind, Shares};

fn problems(text: &str) -> Vec<String> {
    let manifest = parse(GOOD.as_bytes()).expect("no mistakes");
    let error = numbers::parse(Path::new("toy.yaml"), text.as_bytes(), &manifest).expect_err("mistakes").to_string();
    error.lines().map(|line| line.trim_start_matches("toy.yaml:").to_owned()).collect()
}

/// What is asked for: 95 % of the results that the five papers print, and every number with one binding.
#[test]
fn of_the_results_that_the_papers_print_95_percent_are_judged_or_audited() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("experiments");
    let manifests = load::load_all(&folder, known(&papers::all())).unwrap_or_else(|error| panic!("{error}"));
    for manifest in &manifests {
        let path = numbers::path(&folder, &manifest.id);
        let printed = numbers::load(&path, manifest).unwrap_or_else(|error| panic!("{error}"));
        let results = Shares::of(&printed, Kind::Result);
        assert!(results.all > 10 && results.bound() >= 0.95, "{}: {results:?}", manifest.id);
        assert!(Shares::of(&printed, Kind::Setting).all > 5, "{}", manifest.id);
    }
}

#[test]
fn a_number_is_bound_once_and_to_what_is_there() {
    let text = "numbers:\n  - {place: a, what: b, number: '1', kind: result, claims: [acuracy]}\n  \
                - {place: c, what: b, number: '2', kind: result, reason: setting}\n  \
                - {place: d, what: b, number: '3', kind: result, claims: [accuracy], audit: [rank]}\n  \
                - {place: e, what: b, number: '4', kind: setting}\n  \
                - {place: f, what: b, number: '5', kind: setting, reason: obvious}\n";
    assert_eq!(
        problems(text),
        [
            "2: numbers[0].claims[0]: no claim `acuracy`; did you mean `accuracy`?",
            "3: numbers[1].reason: a result is no setting",
            "4: numbers[2].reason: expected exactly one of `claims`, `audit`, `deviations`, `reason`",
            "5: numbers[3].reason: expected exactly one of `claims`, `audit`, `deviations`, `reason`",
            "6: numbers[4].reason: no choice `obvious`; known: `quoted`, `outline`, `illustration`, `setting`, `absolute_time`",
        ]
    );
    let twice = "  - {place: a, what: b, number: '1', kind: result, claims: [accuracy]}\n";
    assert_eq!(problems(&format!("numbers:\n{twice}{twice}")), ["1: numbers[1]: 1 (a) is a duplicate"]);
}
