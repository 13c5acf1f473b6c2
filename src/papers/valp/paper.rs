//! `Paper`: how the harness sees VALP.

use anyhow::Result;
use serde_json::Value;

use crate::analysis;
use crate::analysis::result_set::ResultSet;
use crate::plan::{Inputs, plan};
use crate::settings::Settings;
use crate::study::crossover_study::study_crossovers;
use crate::study::operator_study::study_operators;
use crate::study::search::search;
use renas_data::registry::Registry;
use renas_harness::paper::Paper;
use renas_harness::study::{Context, Results, Study};
use renas_observe::frame::Frame;
use renas_observe::rows::Rows;
use renas_report::catalogue::{self, Promised};
use renas_report::findings::Findings;

/// VALP, Garciarena et al. 2021: gentle and aggressive operators, guided and random search.
#[derive(Clone, Copy, Debug)]
pub struct ValpPaper;

impl Paper for ValpPaper {
    type Settings = Settings;
    type Inputs = Inputs;
    type ResultSet = ResultSet;

    const ID: &'static str = "valp";
    const VERSION: u32 = 1;

    fn plan(settings: &Settings, _: &Registry) -> Result<Vec<Study>> {
        plan(settings)
    }

    fn run(inputs: Inputs, results: &Results, context: &dyn Context) -> Result<Value> {
        Ok(match inputs {
            Inputs::Judge(protocol) => serde_json::to_value(protocol.judge(context)?),
            Inputs::OperatorStudy(inputs) => serde_json::to_value(study_operators(&inputs, context)?),
            Inputs::CrossoverStudy(inputs) => serde_json::to_value(study_crossovers(&inputs, results, context)?),
            Inputs::Search(inputs) => serde_json::to_value(search(&inputs, context)?),
        }?)
    }

    fn frame(settings: &Settings, _: &Registry) -> Frame {
        analysis::frame::frame(settings)
    }

    fn quantities(settings: &Settings) -> Vec<Promised> {
        catalogue::promised(analysis::undeclared::catalogue(settings))
    }

    fn result_set(settings: &Settings, _: &Registry, results: &Results) -> Result<ResultSet> {
        ResultSet::read(settings, results)
    }

    fn observe(settings: &Settings, results: &ResultSet) -> Vec<Rows> {
        analysis::rows::rows(settings, results)
    }

    fn analyze(settings: &Settings, results: &ResultSet) -> Result<Findings> {
        let own = &settings.operator_study.data.name;
        let quantities = catalogue::measure(analysis::undeclared::catalogue(settings), own, results);
        Ok(Findings { quantities, tables: analysis::tables::all(settings, results), ..Findings::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use renas_harness::analysis::{Analysis, Unplanned};
    use renas_harness::context::fake::manifest_of;
    use renas_harness::manifest::model::{Manifest, Profile};
    use renas_harness::paper::AnyPaper;
    use renas_report::claim::Expectation;
    use renas_report::page::Clock;

    fn manifest() -> Manifest {
        manifest_of(&ValpPaper)
    }

    /// What `reduced` measures.
    fn promised(manifest: &Manifest) -> Vec<Promised> {
        let (parameters, declarations) = (&manifest.profiles[&Profile::Reduced].parameters, &manifest.declarations);
        let data = Registry::default();
        let clock = Clock::Measured;
        let analysis = Analysis { paper: &ValpPaper, parameters, declarations, data: &data, clock };
        analysis.promise().map_err(Unplanned::into_error).expect("a sound manifest").quantities
    }

    #[test]
    fn every_claim_that_is_tested_at_all_is_tested_by_reduced_but_for_what_is_of_the_papers_scale() {
        let manifest = manifest();
        let known = promised(&manifest);
        for claim in &manifest.claims {
            for name in claim.quantities() {
                assert!(known.iter().any(|known| known.name == *name), "{}: {name}", claim.id);
            }
            let of_scale = ["all-pairs-differ-as-published", "most-improvements-marginal"];
            assert_eq!(!claim.profiles.is_empty(), of_scale.contains(&claim.id.as_str()), "{}", claim.id);
        }
    }

    /// The quantities that an expectation rests on: not those that are shown beside something undecided.
    fn judged(expectation: &Expectation) -> Vec<&str> {
        match expectation {
            Expectation::Undecided { .. } => Vec::new(),
            Expectation::All(parts)
            | Expectation::Parts(parts)
            | Expectation::Any(parts)
            | Expectation::Robust(parts) => parts.iter().flat_map(judged).collect(),
            other => other.quantities(),
        }
    }

    /// What the audit found: p-values of pooled observations, and one number of all pairs together with an interval of no
    /// width.
    #[test]
    fn no_claim_rests_on_pooled_tests_or_on_one_number_of_the_whole_experiment() {
        let manifest = manifest();
        let known = promised(&manifest);
        for claim in &manifest.claims {
            for name in judged(&claim.expectation) {
                let promised = known.iter().find(|known| known.name == name).expect("it is measured");
                assert!(["model", "pair"].contains(&promised.cluster.as_str()), "{}: {name}", claim.id);
                assert_ne!(promised.over, "improvement of an output by a mutation", "{}: {name}", claim.id);
            }
        }
    }

    /// What the audit found: the sentence is about the first 20 steps, and 16 were tested.
    #[test]
    fn early_steps_are_tested_up_to_the_twentieth() {
        let manifest = manifest();
        let claim = manifest.claims.iter().find(|claim| claim.id == "random-leads-early-pairs").expect("it is claimed");
        assert_eq!(judged(&claim.expectation), ["search.guided.step10.lead", "search.guided.step20.lead"]);
    }

    #[test]
    fn models_and_pairs_are_planned_as_clusters() {
        let manifest = manifest();
        let planned =
            AnyPaper::clusters(&ValpPaper, &manifest.profiles[&Profile::Reduced].parameters, &Registry::default());
        let planned = planned.expect("a sound manifest");
        assert_eq!((planned["model"], planned["pair"]), (30, 10));
    }
}
