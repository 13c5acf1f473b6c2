//! Every quantity names the studies that it is made of: these alone give the same numbers, for every paper, from the committed
//! evidence of `quick`.

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
use renas::papers;

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

fn studies_that_are_named_suffice(id: &str) {
    each(id, |analysis, promise, plan, studied| {
        let all = analysis.findings(promise, &studied.results).expect("own results").quantities;
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
fn quantities_of_fashion_ga_are_made_of_the_studies_that_they_name() {
    studies_that_are_named_suffice("fashion_ga");
}

#[test]
fn quantities_of_popnas_are_made_of_the_studies_that_they_name() {
    studies_that_are_named_suffice("popnas");
}

#[test]
fn quantities_of_hierarchical_are_made_of_the_studies_that_they_name() {
    studies_that_are_named_suffice("hierarchical");
}

#[test]
fn quantities_of_econas_are_made_of_the_studies_that_they_name() {
    studies_that_are_named_suffice("econas");
}

#[test]
fn quantities_of_valp_are_made_of_the_studies_that_they_name() {
    studies_that_are_named_suffice("valp");
}
