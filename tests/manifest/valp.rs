//! Mistakes in the parameters of VALP: each rule of its settings, in the committed manifest with a piece of text changed.

use std::path::Path;

use renas::harness::manifest::load;
use renas::papers;

use super::known;

const EXPLORATION: &str = "profiles.quick.parameters.exploration";
const SEARCH: &str = "profiles.quick.parameters.search";

/// The mistakes of the changed manifest are exactly these, each with its line.
///
/// `changes`: a piece of the manifest, whose first place counts, and what stands there instead. `expected`: a piece of the
/// changed manifest, on whose line the mistake is, and the mistake.
fn assert_mistakes(changes: &[(&str, &str)], expected: &[(&str, &str)]) {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("experiments");
    let file = dir.join("valp.yaml");
    let mut text = load::text(&dir, "valp").expect("the committed manifest");
    for (old, new) in changes {
        assert!(text.contains(old), "the manifest says `{old}` no more");
        text = text.replacen(old, new, 1);
    }
    let error = load::parse(&file, text.as_bytes(), known(&papers::all())).err().map(|error| error.to_string());
    let found = error.unwrap_or_default();
    let mut found: Vec<&str> =
        found.lines().map(|line| line.strip_prefix(&format!("{}:", file.display())).expect("the file")).collect();
    let line = |piece: &str| text[..text.find(piece).expect("a piece of the text")].matches('\n').count() + 1;
    let mut expected: Vec<String> = expected.iter().map(|(piece, said)| format!("{}: {said}", line(piece))).collect();
    found.sort_unstable();
    expected.sort_unstable();
    assert_eq!(found, expected);
}

#[test]
fn the_committed_manifest_has_none() {
    assert_mistakes(&[], &[]);
}

#[test]
fn a_range_is_two_numbers_in_order_and_within_limits() {
    let order = "must be two values, the smaller one first";
    assert_mistakes(
        &[
            ("hidden: [1, 4]", "hidden: [4, 1]"),
            ("width: [4, 49]", "width: [4]"),
            ("interface: [2, 49]", "interface: [1, 49]"),
            ("inserted_interface: [5, 49]", "inserted_interface: 5"),
            ("networks: [3, 6]", "networks: [6, 3]"),
        ],
        &[
            ("hidden: [4, 1]", &format!("parameters.space.hidden: {order}")),
            ("width: [4]", &format!("parameters.space.width: {order}")),
            ("interface: [1, 49]", "parameters.space.interface[0]: 1 is not between 2 and 65536"),
            ("inserted_interface: 5", "parameters.space.inserted_interface: expected a list, found the number 5"),
            ("networks: [6, 3]", &format!("profiles.quick.parameters.search.networks: {order}")),
        ],
    );
}

#[test]
fn a_range_that_is_missing_is_one_mistake() {
    assert_mistakes(
        &[("    hidden: [1, 4]\n", ""), ("        networks: [3, 6]\n", "")],
        &[
            ("space:\n", "parameters.space.hidden: is missing"),
            ("      search:\n", "profiles.quick.parameters.search.networks: is missing"),
        ],
    );
}

#[test]
fn steep_slopes_are_below_those_of_an_output_that_is_stuck() {
    let rule = "parameters.diagnosis.steep: must be below `stuck`";
    assert_mistakes(&[("steep: -2.0e-5", "steep: -1.0e-10")], &[("steep: -1.0e-10", rule)]);
    // What the two are to each other is no further mistake where one of them is none.
    let limits = "parameters.diagnosis.stuck: 1 is not between -1 and 0";
    assert_mistakes(&[("stuck: -1.0e-10", "stuck: 1")], &[("stuck: 1", limits)]);
}

#[test]
fn images_are_those_of_the_registry() {
    let images = "digits has images of [1, 8, 8] in 10 classes";
    let data = "data: {name: digits, input: [1, 8, 8], classes: 10";
    let shape = "data: {name: digits, input: [64], classes: 10";
    let classes = "data: {name: digits, input: [1, 8, 8], classes: 9";
    assert_mistakes(
        &[(data, shape), (data, classes)],
        &[
            (shape, &format!("{EXPLORATION}.data.input: {images}")),
            (classes, &format!("{SEARCH}.data.input: {images}")),
        ],
    );
}

#[test]
fn an_unknown_data_set_is_one_mistake() {
    let table = "data.name: no data set `econas_mnist`; known: `digits`, `mnist`, `fashion_mnist`, `cifar10`";
    assert_mistakes(
        &[
            ("data: {name: digits", "data: {name: digit"),
            ("data: &mnist {name: mnist", "data: &mnist {name: econas_mnist"),
        ],
        &[
            ("data: {name: digit,", &format!("{EXPLORATION}.data.name: no data set `digit`; did you mean `digits`?")),
            ("{name: econas_mnist", &format!("profiles.reduced.parameters.exploration.{table}")),
            ("data: *mnist", &format!("profiles.paper.parameters.exploration.{table}")),
        ],
    );
}

#[test]
fn a_split_leaves_samples_to_train_on_and_takes_the_official_test_part_where_there_is_one() {
    let whole = "validation: 1000, test: 797}";
    let all = "digits: the split asks for 797 test, 1000 validation and 1 training samples of 1797; ask for fewer";
    let none = "digits: there is no official test part; give `test`, a number of samples above 0";
    let official = "mnist: the split asks for 10000 test samples, but the official test part (10000 samples) is the test split; \
                    leave `test` out";
    assert_mistakes(
        &[
            ("validation: 360, test: 360}", whole),
            ("validation: 360, test: 360}", "validation: 360}"),
            ("validation: 10000}", "validation: 10000, test: 10000}"),
        ],
        &[
            (whole, &format!("{EXPLORATION}.data.name: {all}")),
            ("validation: 360}", &format!("{SEARCH}.data.name: {none}")),
            ("test: 10000}", &format!("profiles.reduced.parameters.exploration.data.name: {official}")),
            ("data: *mnist", &format!("profiles.paper.parameters.exploration.data.name: {official}")),
        ],
    );
    assert_mistakes(&[("validation: 360, test: 360}", "validation: 1000, test: 796}")], &[]);
}

#[test]
fn no_more_images_are_drawn_than_are_held_out() {
    let drawn = |profile: &str, images: usize, data: &str, held_out: usize| {
        let place = format!("profiles.{profile}.parameters.sampling");
        format!("{place}: {images} images, but {data} has {held_out} for validation or test")
    };
    assert_mistakes(
        &[("images: 300", "images: 361"), ("images: 1000", "images: 10001")],
        &[
            ("sampling:\n        images: 361", &drawn("quick", 361, "digits", 360)),
            ("sampling: &sampling", &drawn("reduced", 10_001, "mnist", 10_000)),
            ("sampling: &sampling", &drawn("reduced", 10_001, "fashion_mnist", 10_000)),
            ("sampling: *sampling", &drawn("paper", 10_001, "mnist", 10_000)),
            ("sampling: *sampling", &drawn("paper", 10_001, "fashion_mnist", 10_000)),
        ],
    );
    assert_mistakes(&[("images: 300", "images: 360"), ("images: 1000", "images: 10000")], &[]);
}

#[test]
fn curves_have_whole_points_and_slopes_two_of_them() {
    let divides = "every: must divide `steps` and `retraining_steps`";
    let holds = "slope_steps: must hold at least two points of the curves, `every` steps apart";
    assert_mistakes(
        &[
            ("steps: 300\n        retraining_steps: 100", "steps: 305\n        retraining_steps: 100"),
            ("every: 10\n", "every: 10 # of 305\n"),
            ("slope_steps: 100\n", "slope_steps: 19\n"),
            ("retraining_steps: 50\n        every: 10\n", "retraining_steps: 55\n        every: 10 # of 55\n"),
            ("slope_steps: 50\n", "slope_steps: 18\n"),
        ],
        &[
            ("every: 10 # of 305", &format!("{EXPLORATION}.{divides}")),
            ("slope_steps: 19", &format!("{EXPLORATION}.{holds}")),
            ("every: 10 # of 55", &format!("{SEARCH}.{divides}")),
            ("slope_steps: 18", &format!("{SEARCH}.{holds}")),
        ],
    );
    assert_mistakes(&[("slope_steps: 100\n", "slope_steps: 20\n")], &[]);
}

#[test]
fn an_arm_is_known_and_stands_once_and_random_is_among_them() {
    let arms = "arms:\n          - {name: ";
    let missing = format!("{SEARCH}.arms: `random` is missing: the others are compared with it");
    assert_mistakes(&[("          - {name: random, pairs: 4, steps: 20}\n", "")], &[(arms, &missing)]);
    let twice = format!("{SEARCH}.arms: guided is a duplicate");
    assert_mistakes(&[("{name: guided_written, pairs: 3", "{name: guided, pairs: 3")], &[(arms, &twice)]);
    assert_mistakes(
        &[("{name: guided, pairs: 4, steps: 20}", "{name: giuded, pairs: 0, steps: 20, seeds: 3}")],
        &[
            ("{name: giuded", &format!("{SEARCH}.arms[1].name: no choice `giuded`; did you mean `guided`?")),
            ("{name: giuded", &format!("{SEARCH}.arms[1].pairs: 0 is not between 1 and 1000")),
            ("{name: giuded", &format!("{SEARCH}.arms[1].seeds: unknown key; known: `name`, `pairs`, `steps`")),
        ],
    );
}

#[test]
fn numbers_outside_of_their_limits_and_unknown_losses_are_reported_together() {
    let loss = "no choice `softmax_crossentropy`; did you mean `softmax_cross_entropy`?";
    assert_mistakes(
        &[
            ("carried: 100", "carried: 0"),
            ("bins: 8", "bins: 1025"),
            ("learning_rates: [0.0001, 0.0003, 0.001, 0.003, 0.01]", "learning_rates: []"),
            ("momentum: 0.9", "momentum: 1"),
            ("batch_sizes: [50, 100", "batch_sizes: [0, 100"),
            ("classification: softmax_cross_entropy", "classification: softmax_crossentropy"),
            ("latent_weight: 0.0001", "latent_weight: -1"),
            ("diverged: {error: 1,", "diverged: {error: 1.5,"),
            ("floor_samples: 0.5", "floor_samples: 0"),
            ("bands: 4", "bands: none"),
            ("clip: 1\n", "clip: 0\n"),
            ("large: 0.1", "large: 2"),
            ("corner: 2", "corner: 0.5"),
        ],
        &[
            ("carried: 0", "parameters.space.carried: 0 is not between 1 and 65536"),
            ("bins: 1025", "parameters.space.bins: 1025 is not between 1 and 1024"),
            ("learning_rates: []", "parameters.space.learning_rates: is an empty list"),
            ("momentum: 1", "parameters.space.momentum: 1 is not between 0 and 0.999999"),
            ("batch_sizes: [0", "parameters.space.batch_sizes[0]: 0 is not between 1 and 1048576"),
            ("softmax_crossentropy", &format!("parameters.losses.classification: {loss}")),
            ("latent_weight: -1", "parameters.losses.latent_weight: -1 is not between 0 and 1000000"),
            ("diverged: {error: 1.5", "parameters.diverged.error: 1.5 is not between 0 and 1"),
            ("floor_samples: 0\n", "parameters.floor_samples: 0 is not between 0.000001 and 1"),
            ("bands: none", "parameters.diagnosis.bands: expected a whole number, found the text `none`"),
            ("clip: 0", "parameters.analysis.clip: 0 is not between 0.000001 and 100"),
            ("large: 2", "parameters.analysis.large: 2 is not between 0.000001 and 1"),
            ("corner: 0.5", "parameters.analysis.corner: 0.5 is not between 1 and 100"),
        ],
    );
}

/// Wrong values, broken rules, unknown and missing keys, in shared parameters and in those of two profiles.
#[test]
fn mistakes_of_all_kinds_are_reported_in_one_pass_and_what_follows_from_them_is_not() {
    let quick = "profiles.quick.parameters";
    let divides = "profiles.reduced.parameters.exploration.every: must divide `steps` and `retraining_steps`";
    assert_mistakes(
        &[
            ("    width: [4, 49]\n", "    widht: [4, 49]\n"),
            ("steep: -2.0e-5", "steep: 0"),
            ("training: {learning_rate: 0.001, batch_size: 50,", "training: {learning_rate: 11, batch_size: 50,"),
            ("images: 300", "images: some"),
            ("classifier: {hidden: [64], epochs: 20,", "classifier: {hidden: [], epochs: 0,"),
            ("        models: 5\n        networks: 6\n", "        models: 5\n"),
            ("retraining_steps: 100\n", "retraining_steps: many\n"),
            ("components: 1", "components: 0"),
            ("{name: guided_principles, pairs: 3, steps: 10}", "{name: random, pairs: 3, steps: 10}"),
            ("every: 125\n", "every: 126\n"),
        ],
        &[
            ("  space:\n", "parameters.space.width: is missing"),
            ("widht", "parameters.space.widht: unknown key; did you mean `width`?"),
            ("steep: 0", "parameters.diagnosis.steep: must be below `stuck`"),
            (
                "training: {learning_rate: 11",
                &format!("{quick}.training.learning_rate: 11 is not between 0.000000000001 and 10"),
            ),
            ("images: some", &format!("{quick}.sampling.images: expected a whole number, found the text `some`")),
            ("hidden: []", &format!("{quick}.sampling.classifier.hidden: is an empty list")),
            ("hidden: []", &format!("{quick}.sampling.classifier.epochs: 0 is not between 1 and 10000")),
            ("      exploration:\n", &format!("{EXPLORATION}.networks: is missing")),
            (
                "retraining_steps: many",
                &format!("{EXPLORATION}.retraining_steps: expected a whole number, found the text `many`"),
            ),
            ("components: 0", &format!("{EXPLORATION}.components: 0 is not between 1 and 10000")),
            ("arms:\n", &format!("{SEARCH}.arms: random is a duplicate")),
            ("every: 126", divides),
        ],
    );
}
