//! Quantities and tables that a manifest declares: each mistake with its line, in one pass with all others.

use std::path::Path;

use renas::harness::manifest::load;
use renas::papers;

use super::known;

/// The messages of the manifest of Fashion-MNIST with one text in the place of another.
fn mistakes(old: &str, new: &str) -> String {
    let file = Path::new("fashion_ga.yaml");
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("experiments");
    let text = load::text(&dir, "fashion_ga").expect("it is committed");
    assert!(text.contains(old), "no `{old}`");
    let text = text.replacen(old, new, 1);
    let line = text.lines().position(|line| line.contains(new.lines().next().unwrap_or(new))).expect("it is there") + 1;
    let Err(error) = load::parse(file, text.as_bytes(), known(&papers::all())) else { panic!("`{new}` is accepted") };
    let error = error.to_string();
    // A declaration is named by its first line.
    let is_named = (line - 2..=line).any(|line| error.contains(&format!("fashion_ga.yaml:{line}: findings")));
    assert_eq!(error.lines().count(), 1, "one mistake: {error}");
    assert!(is_named, "line {line} is not named: {error}");
    error
}

#[test]
fn what_cannot_be_measured_is_a_mistake_with_its_line() {
    for (old, new, message) in [
        (
            "from: visits, where: {arm: \"{arm}\"}, take: max accuracy",
            "from: visit, take: max accuracy",
            "no table `visit`; did you mean `visits`?",
        ),
        (
            "take: mean accuracy, per: seed}",
            "take: mean acuracy, per: seed}",
            "no column of `visits` `acuracy`; did you mean `accuracy`?",
        ),
        (
            "take: max accuracy, per: seed",
            "take: best accuracy, per: seed",
            "`best accuracy` is nothing that can be taken",
        ),
        ("\"{arm}.total_seconds\":", "\"{arms}.total_seconds\":", "no dimension `arms`; did you mean `arm`?"),
        (
            "minus: [\"{evolution}.hypervolume\", random.hypervolume]",
            "minus: [random.hypervolume]",
            "expected two names of quantities",
        ),
        ("random.best.accuracy]", "random.bets.accuracy]", "no earlier quantity `random.bets.accuracy`; did you mean"),
        ("over: test image}", "over: tets image}", "no unit `tets image`; did you mean `test image`?"),
        (
            "{quantity: \"{mutation}.best.layers\"}",
            "{quantity: \"{mutation}.best.layer\"}",
            "no quantity `add_layer.best.layer`; did you mean",
        ),
        ("[{name: the paper's best, x: 5}, ", "[{name: the paper's best}, ", "a line stands at one number"),
        (
            "quantity: \"activation.{classic}_minus_{modern}\"",
            "quantity: \"activation.{classic}_minu_{modern}\"",
            "no quantity `activation.relu_minu_swish`; did you mean `activation.relu_minus_swish`?",
        ),
        (
            "points: [\"{mutation.parameters}\", \"{mutation.accuracy}\"]",
            "points: [\"{mutation.parameters}\"]",
            "expected a number across and one up",
        ),
    ] {
        let said = mistakes(old, new);
        assert!(said.contains(message), "{said}\ndoes not say: {message}");
    }
}
