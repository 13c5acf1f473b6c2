//! `Paper`: how the harness sees VALP.

use anyhow::{Context as _, Result};
use serde::Deserialize as _;
use serde_json::Value;

use super::plan::{Inputs, plan};
use super::settings::{self, Settings};
use super::{analysis, donation, exploration, search};
use renas_harness::manifest::decode::Section;
use renas_harness::study::{Context, Paper, Results, Study};
use renas_report::findings::Findings;

/// VALP, Garciarena et al. 2021: gentle and aggressive operators, guided and random search.
#[derive(Clone, Copy, Debug)]
pub struct ValpPaper;

impl Paper for ValpPaper {
    fn id(&self) -> &'static str {
        "valp"
    }

    fn version(&self) -> u32 {
        1
    }

    fn parameters(&self, section: &mut Section<'_>) -> Value {
        serde_json::to_value(settings::read(section)).expect("numbers, text and lists have JSON")
    }

    fn quantities(&self, parameters: &Value) -> Result<Vec<String>> {
        Ok(analysis::quantities::names(&read(parameters)?))
    }

    fn plan(&self, parameters: &Value) -> Result<Vec<Study>> {
        plan(&read(parameters)?)
    }

    fn run(&self, study: &Study, results: &Results, context: &dyn Context) -> Result<Value> {
        let inputs = Inputs::deserialize(&study.inputs).with_context(|| format!("inputs of study {}", study.id))?;
        Ok(match inputs {
            Inputs::Judge(laboratory) => serde_json::to_value(laboratory.judge(context)?),
            Inputs::Exploration(inputs) => serde_json::to_value(exploration::explore(&inputs, context)?),
            Inputs::Donation(inputs) => serde_json::to_value(donation::donate(&inputs, results, context)?),
            Inputs::Search(inputs) => serde_json::to_value(search::search(&inputs, context)?),
        }?)
    }

    fn analyze(&self, parameters: &Value, results: &Results) -> Result<Findings> {
        analysis::analyze(&read(parameters)?, results)
    }
}

fn read(parameters: &Value) -> Result<Settings> {
    Settings::deserialize(parameters).context("parameters of valp")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::pretence::results;
    use renas_harness::manifest::load;
    use renas_harness::manifest::model::{Manifest, Profile};
    use renas_report::soundness::sound_ids;

    fn manifest() -> Manifest {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../experiments");
        load::load(&dir, "valp", &[&ValpPaper]).unwrap_or_else(|mistakes| panic!("{mistakes}"))
    }

    #[test]
    fn every_claim_that_is_tested_at_all_is_tested_by_reduced_but_for_the_papers_own_p_values() {
        let manifest = manifest();
        let parameters = &manifest.profiles[&Profile::Reduced].parameters;
        let known = ValpPaper.quantities(parameters).expect("a sound manifest");
        for claim in &manifest.claims {
            for name in claim.expectation.quantities() {
                assert!(known.iter().any(|known| known == name), "{}: {name}", claim.id);
            }
            assert_eq!(!claim.profiles.is_empty(), claim.id == "all-pairs-differ-as-published", "{}", claim.id);
        }
    }

    #[test]
    fn findings_are_sound_and_have_the_papers_tables_and_figures() {
        let (parameters, results) = results();
        let findings = ValpPaper.analyze(&parameters, &results).expect("own results");
        let ids = sound_ids(&findings);
        for id in ["tests", "effects", "rules", "components", "figure5", "figure6a", "figure7c", "figure8", "figure9"] {
            assert!(ids.contains(id), "{id}");
        }
    }
}
