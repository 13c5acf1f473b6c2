//! What every paper keeps to, on the committed evidence of `quick`: it finds what was promised, as it was promised, and every
//! quantity names the studies that it is made of, which alone give the same numbers.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use renas::data::locate::Locations;
use renas::data::registry::Registry;
use renas::harness::analysis::{Analysis, Promise, Unplanned};
use renas::harness::manifest::load::{self, Known};
use renas::harness::manifest::model::Profile;
use renas::harness::pipeline::{self, Part, Selected};
use renas::harness::run::StudyOutputs;
use renas::harness::study::Study;
use renas::observe::declare::Declarations;
use renas::observe::template::Binding;
use renas::papers;
use renas::report::findings::{EXACT, Findings, Measured, Quantity};
use renas::report::findings_contract::sound_ids;
use renas::report::range::Range;

/// The studies of the committed `quick` report of a paper, computed again, and what is made of them.
fn each(id: &str, check: impl Fn(&Analysis<'_>, &Promise, &[Study], &StudyOutputs)) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let data = Arc::new(Registry::open(Locations::from_environment(&[])));
    let known = Known { papers: &papers::all(), data: &data };
    let manifest = load::load(&root.join("experiments"), id, known).unwrap_or_else(|error| panic!("{error}"));
    let selected =
        Selected { manifest, paper: papers::find(id).expect("a paper"), part: Part::Whole, data: Arc::clone(&data) };
    let settings = selected.settings(Profile::Quick).expect("every manifest has it");
    let (evidence, worker) =
        pipeline::evidence_in(&root.join("reports/quick"), id).expect("sound").expect("committed evidence");
    let plan = selected.plan(settings).expect("sound parameters");
    let experiment = selected.experiment(settings, &plan, &worker);
    let studied = experiment.replay(&evidence, 2).expect("complete evidence");
    let analysis = selected.analysis(settings);
    let promise = analysis.promise().map_err(Unplanned::into_error).expect("a sound manifest");
    check(&analysis, &promise, &plan, &studied);
}

fn ids(studies: &[Study]) -> BTreeSet<&str> {
    studies.iter().map(|study| study.id.as_str()).collect()
}

/// What is promised and not there under `quick`, by parts of names, and why.
fn too_small(id: &str) -> &'static [&'static str] {
    match id {
        // So few random networks learn anything, and fewer with sigmoids.
        "fashion_ga" => &[
            "activation.sigmoid",
            "depth.7.learned",
            "with_sigmoid.learned_accuracy",
            "random.layers_",
            "random.parameters_",
        ],
        // All budgets choose the same networks, which are compared once; and the clock is a cost model.
        "hierarchical" => &["budget_2.", "budget_3.", "search.device_"],
        // A stage has fewer than five cells, one arm has no third stage, and two have no cell of some kind.
        "popnas" => {
            &[".top5", ".top1.equal", "popnas_limit.b3.", "conv1x7.time_bias", "times_by_blocks", "b2.time_range"]
        }
        // Six models have few outputs that descend steeply, and their slopes and relevances are equal.
        "valp" => &[
            ".strength",
            "slope_correlation.",
            "relevance_correlation.",
            "exploration.steep.",
            "relevant.clone_minus_",
            "rules.learned_gain",
        ],
        _ => &[],
    }
}

/// What was promised is found, with its unit, range and clusters, and inside its range; every declared exhibit of one name is
/// there.
fn what_was_promised_is_found(analysis: &Analysis<'_>, promise: &Promise, found: &Findings) {
    let id = analysis.paper.id();
    assert!(
        promise.quantities.windows(2).all(|pair| pair[0].name < pair[1].name),
        "{id}: a quantity is promised twice"
    );
    let mut absent: Vec<&str> = Vec::new();
    for promised in &promise.quantities {
        let name = &promised.name;
        let Some(quantity) = found.quantities.get(name) else {
            absent.push(name);
            continue;
        };
        let kept = (quantity.unit, quantity.range, &quantity.over, &quantity.cluster);
        assert_eq!(kept, (promised.unit, promised.range, &promised.over, &promised.cluster), "{id}: {name}");
        let clusters = quantity.measured.cluster_names().len();
        match promise.clusters.get(&quantity.cluster) {
            Some(planned) => assert!(clusters <= *planned, "{id}: {name} has {clusters} of {planned} clusters"),
            None => assert_eq!(quantity.cluster, EXACT, "{id}: {name} is clustered by what nobody plans"),
        }
        lies_in_its_range(id, name, quantity);
    }
    let is_excused = |name: &&&str| too_small(id).iter().any(|part| name.contains(part));
    let missing: Vec<&&str> = absent.iter().filter(|name| !is_excused(name)).collect();
    assert!(missing.is_empty(), "{id}: promised and not found: {missing:?}");
    let unused = too_small(id).iter().filter(|part| !absent.iter().any(|name| name.contains(**part)));
    assert_eq!(unused.collect::<Vec<_>>(), Vec::<&&str>::new(), "{id}: nothing of that name is absent");
    let known = |name: &&String| promise.quantities.binary_search_by(|one| one.name.cmp(name)).is_ok();
    let unknown: Vec<&String> = found.quantities.keys().filter(|name| !known(name)).collect();
    assert!(unknown.is_empty(), "{id}: found and not promised: {unknown:?}");

    let exhibits = sound_ids(found);
    let Declarations { tables, figures, .. } = analysis.declarations;
    let templates = tables.iter().map(|table| &table.id).chain(figures.iter().map(|figure| &figure.id));
    // One whose name has places is as many as its dimension has members, of which some may be left out.
    for name in templates.filter_map(|template| template.fill(&Binding::default()).ok()) {
        assert!(exhibits.contains(name.as_str()), "{id}: the manifest declares `{name}`, and it is not there");
    }
    for figure in &found.figures {
        assert!(
            figure.series.iter().all(|series| !series.points.is_empty()),
            "{id}: {} has an empty series",
            figure.id
        );
    }
}

fn lies_in_its_range(id: &str, name: &str, quantity: &Quantity) {
    // A mean of numbers in a range may be outside by its own rounding.
    let noise = 1e-12;
    let Range { low, high } = quantity.range;
    let inside = |value: &f64| {
        value.is_finite()
            && low.is_none_or(|low| *value >= low - noise)
            && high.is_none_or(|high| *value <= high + noise)
    };
    match &quantity.measured {
        Measured::Estimate { value, low, high, n, .. } => {
            assert!(inside(value) && low <= high && *n > 0, "{id}: {name}: {value} [{low}, {high}]");
        }
        Measured::Exact(value) => assert!(inside(value), "{id}: {name}: {value}"),
        sample => {
            let units = sample.unit_values();
            let is_sound = |units: &[f64]| !units.is_empty() && units.iter().all(inside);
            assert!(units.is_none_or(is_sound), "{id}: {name}: {units:?}");
        }
    }
}

fn keeps_the_contract(id: &str) {
    each(id, |analysis, promise, plan, studied| {
        let found = analysis.findings(promise, &studied.results).expect("own results");
        what_was_promised_is_found(analysis, promise, &found);
        let all = found.quantities;
        let mut groups: BTreeMap<BTreeSet<String>, Vec<&str>> = BTreeMap::new();
        for name in all.keys() {
            let needed = promise.studies(&BTreeSet::from([name.as_str()]), plan);
            groups.entry(ids(&needed).into_iter().map(str::to_owned).collect()).or_default().push(name);
        }
        for (studies, names) in groups.iter().filter(|(studies, _)| studies.len() < plan.len()) {
            let part = studied.results.part(|study| studies.contains(study));
            let found = analysis.findings(promise, &part).expect("a part of the results").quantities;
            for name in names {
                assert_eq!(found.get(*name), all.get(*name), "{id}: {name} is made of more than {studies:?}");
            }
        }
        // A name for everything would pass all of that.
        let whole = groups.iter().filter(|(studies, _)| studies.len() == plan.len()).map(|(_, names)| names.len());
        let whole: usize = whole.sum();
        assert!(2 * whole <= all.len(), "{id}: {whole} of {} quantities name every study", all.len());
    });
}

#[test]
fn econas_finds_what_it_promised_in_the_studies_that_it_named() {
    keeps_the_contract("econas");
}

#[test]
fn fashion_ga_finds_what_it_promised_in_the_studies_that_it_named() {
    keeps_the_contract("fashion_ga");
}

#[test]
fn hierarchical_finds_what_it_promised_in_the_studies_that_it_named() {
    keeps_the_contract("hierarchical");
}

#[test]
fn popnas_finds_what_it_promised_in_the_studies_that_it_named() {
    keeps_the_contract("popnas");
}

#[test]
fn valp_finds_what_it_promised_in_the_studies_that_it_named() {
    keeps_the_contract("valp");
}
