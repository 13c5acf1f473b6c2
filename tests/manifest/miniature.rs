//! The miniature experiments of the tests, `tests/miniature/<id>/experiment.yaml`, are what is run for real but for the places
//! that are listed here.

use std::path::{Path, PathBuf};

use renas::harness::manifest::load;
use renas::harness::manifest::yaml::{Entry, Node, Value};
use renas::papers;

/// What each miniature makes small: exactly these places are other than in `experiments/<id>/experiment.yaml`.
const SMALLER: [(&str, &[&str]); 5] = [
    (
        "econas",
        &[
            "parameters.table.networks",
            "parameters.table.fitted",
            "parameters.search.population",
            "parameters.search.seeds",
            "parameters.studies.row_samples",
            "parameters.studies.searches_per_sample",
            "parameters.studies.retrained",
            "parameters.studies.surrogate_splits",
            "parameters.studies.resamples",
            "profiles.quick.parameters.training.epochs",
            "profiles.quick.parameters.training.batch_size",
        ],
    ),
    (
        "fashion_ga",
        &[
            "parameters.filter_sweep.filters",
            "profiles.quick.parameters.data.train",
            "profiles.quick.parameters.data.validation",
            "profiles.quick.parameters.training.epochs",
            "profiles.quick.parameters.training.batch_size",
            "profiles.quick.parameters.search.cycles",
            "profiles.quick.parameters.search.seeds",
            "profiles.quick.parameters.search.arms",
            "profiles.quick.parameters.activations.genomes",
            "profiles.quick.parameters.best.epochs",
        ],
    ),
    (
        "hierarchical",
        &[
            "profiles.quick.parameters.data.train",
            "profiles.quick.parameters.data.validation",
            "profiles.quick.parameters.supernet.seeds",
            "profiles.quick.parameters.supernet.epochs",
            "profiles.quick.parameters.supernet.batch_size",
            "profiles.quick.parameters.supernet.calibration",
            "profiles.quick.parameters.ranking.networks",
            "profiles.quick.parameters.search.population",
            "profiles.quick.parameters.search.generations",
            "profiles.quick.parameters.search.seeds",
            "profiles.quick.parameters.training.epochs",
            "profiles.quick.parameters.training.seeds",
            "profiles.quick.parameters.budgets",
            "profiles.quick.parameters.transfer.data.train",
            "profiles.quick.parameters.transfer.data.validation",
            "profiles.quick.parameters.latency.networks",
            "profiles.quick.parameters.latency.batch_sizes",
        ],
    ),
    (
        "popnas",
        &[
            "profiles.quick.parameters.data.train",
            "profiles.quick.parameters.data.validation",
            "profiles.quick.parameters.search.seeds",
            "profiles.quick.parameters.search.beam",
            "profiles.quick.parameters.search.arms",
        ],
    ),
    (
        "valp",
        &[
            "profiles.quick.parameters.sampling.images",
            "profiles.quick.parameters.sampling.classifier.hidden",
            "profiles.quick.parameters.sampling.classifier.epochs",
            "profiles.quick.parameters.exploration.data.validation",
            "profiles.quick.parameters.exploration.data.test",
            "profiles.quick.parameters.exploration.models",
            "profiles.quick.parameters.exploration.steps",
            "profiles.quick.parameters.exploration.retraining_steps",
            "profiles.quick.parameters.exploration.every",
            "profiles.quick.parameters.exploration.slope_steps",
            "profiles.quick.parameters.search.data.validation",
            "profiles.quick.parameters.search.data.test",
            "profiles.quick.parameters.search.steps",
            "profiles.quick.parameters.search.retraining_steps",
            "profiles.quick.parameters.search.every",
            "profiles.quick.parameters.search.slope_steps",
            "profiles.quick.parameters.search.arms",
        ],
    ),
];

fn of_project(place: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(place)
}

fn tree(folder: &str, id: &str) -> Node {
    let file = of_project(folder).join(id).join("experiment.yaml");
    let bytes = std::fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    load::tree(&bytes).unwrap_or_else(|problem| panic!("{}:{problem}", file.display()))
}

/// Add the places where two trees differ: keys down to the scalar or the list that is another one.
fn differences(place: &str, one: &Node, other: &Node, found: &mut Vec<String>) {
    if let (Value::Mapping(one), Value::Mapping(other)) = (&one.value, &other.value) {
        let of = |entries: &[Entry], key: &str| entries.iter().position(|entry| entry.key == key);
        for entry in one {
            let place = format!("{place}.{}", entry.key);
            match of(other, &entry.key) {
                Some(same) => differences(&place, &entry.value, &other[same].value, found),
                None => found.push(place),
            }
        }
        let more = other.iter().filter(|entry| of(one, &entry.key).is_none());
        found.extend(more.map(|entry| format!("{place}.{}", entry.key)));
    } else if plain(one) != plain(other) {
        found.push(place.to_owned());
    }
}

/// What a tree says, without its lines.
fn plain(node: &Node) -> String {
    match &node.value {
        Value::Sequence(nodes) => format!("[{}]", nodes.iter().map(plain).collect::<Vec<_>>().join(", ")),
        Value::Mapping(entries) => {
            let entries = entries.iter().map(|entry| format!("{:?}: {}", entry.key, plain(&entry.value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
        scalar => format!("{scalar:?}"),
    }
}

#[test]
fn a_miniature_differs_from_what_is_run_for_real_only_where_it_is_said_to() {
    let mut papers: Vec<&str> = papers::all().iter().map(|paper| paper.id()).collect();
    papers.sort_unstable();
    assert_eq!(SMALLER.map(|(id, _)| id).to_vec(), papers, "every paper has a miniature");
    for (id, places) in SMALLER {
        let mut found = Vec::new();
        differences("", &tree("experiments", id), &tree("tests/miniature", id), &mut found);
        let mut found: Vec<&str> = found.iter().map(|place| place.trim_start_matches('.')).collect();
        let mut places = places.to_vec();
        found.sort_unstable();
        places.sort_unstable();
        assert_eq!(
            found, places,
            "tests/miniature/{id}/experiment.yaml (left: where it differs from experiments/{id}/experiment.yaml, right: where \
             it may): take over what changed there, or name the place in this test"
        );
    }
}

#[test]
fn a_folder_of_a_miniature_holds_its_experiment_and_what_it_must_find_alone() {
    let names = |path: &Path| {
        let entries = std::fs::read_dir(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut names: Vec<String> =
            entries.map(|entry| entry.expect("listable").file_name().to_string_lossy().into_owned()).collect();
        names.sort_unstable();
        names
    };
    let folder = of_project("tests/miniature");
    assert_eq!(names(&folder), SMALLER.map(|(id, _)| id.to_owned()));
    for (id, _) in SMALLER {
        assert_eq!(names(&folder.join(id)), ["expected.json", "experiment.yaml"], "{id}");
    }
}
