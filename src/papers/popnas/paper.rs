//! `Paper`: how the harness sees POPNAS.

use anyhow::{Context as _, Result};
use serde::Deserialize as _;
use serde_json::Value;

use super::plan::{Inputs, plan};
use super::settings::{self, Settings};
use super::{ablation, analysis, clock, search};
use crate::harness::manifest::decode::Section;
use crate::harness::study::{Context, Paper, Results, Study};
use crate::report::findings::Findings;

/// POPNAS, Lomurno et al. 2021: progressive search of cells on the front of predicted accuracy and training time.
#[derive(Clone, Copy, Debug)]
pub struct Popnas;

impl Paper for Popnas {
    fn id(&self) -> &'static str {
        "popnas"
    }

    fn version(&self) -> u32 {
        2
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
            Inputs::Search(inputs) => serde_json::to_value(search::search(&inputs, context)?),
            Inputs::Ablation(inputs) => serde_json::to_value(ablation::ablation(&inputs, results, context)?),
            Inputs::Clock(inputs) => serde_json::to_value(clock::clock(&inputs, context)?),
        }?)
    }

    fn analyze(&self, parameters: &Value, results: &Results) -> Result<Findings> {
        analysis::analyze(&read(parameters)?, results)
    }
}

fn read(parameters: &Value) -> Result<Settings> {
    Settings::deserialize(parameters).context("parameters of popnas")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;
    use crate::harness::manifest::load;
    use crate::harness::manifest::model::{Manifest, Profile};
    use crate::papers::popnas::fixture::results;

    fn manifest() -> Manifest {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("experiments");
        load::load(&dir, "popnas", &[&Popnas]).unwrap_or_else(|mistakes| panic!("{mistakes}"))
    }

    #[test]
    fn the_manifest_has_no_mistake_and_its_profiles_read_real_data_but_for_quick() {
        for (profile, settings) in &manifest().profiles {
            let expected = if *profile == Profile::Quick { "digits" } else { "cifar10" };
            for study in Popnas.plan(&settings.parameters).expect("a sound manifest") {
                assert!(study.data.iter().all(|name| name == expected), "{}", study.id);
            }
        }
    }

    #[test]
    fn every_study_stands_after_what_it_needs_and_its_inputs_read_back() {
        for settings in manifest().profiles.values() {
            let mut known = BTreeSet::new();
            for study in Popnas.plan(&settings.parameters).expect("a sound manifest") {
                assert!(study.needs.iter().all(|need| known.contains(need)), "{}", study.id);
                let inputs = Inputs::deserialize(&study.inputs).expect("own inputs");
                assert_eq!(serde_json::to_value(inputs).expect("plain data"), study.inputs);
                assert!(known.insert(study.id.clone()), "{} stands twice", study.id);
            }
        }
    }

    #[test]
    fn tables_are_rectangular_and_name_known_quantities_and_figures_have_points() {
        let (parameters, results) = results();
        let findings = Popnas.analyze(&parameters, &results).expect("own results");
        let mut ids = BTreeSet::new();
        for table in &findings.tables {
            assert!(ids.insert(&table.id), "{} stands twice", table.id);
            for row in &table.rows {
                assert_eq!(row.len(), table.columns.len(), "{}", table.id);
                for cell in row {
                    if let crate::report::findings::Cell::Quantity(name) = cell {
                        assert!(findings.quantities.contains_key(name), "{}: {name}", table.id);
                    }
                }
            }
        }
        for figure in &findings.figures {
            assert!(ids.insert(&figure.id), "{} stands twice", figure.id);
            let has_points = figure.series.iter().any(|series| !series.points.is_empty());
            assert!(has_points || figure.diagram.is_some(), "{}", figure.id);
        }
        for id in [
            "table3_pnas",
            "table8",
            "figure4_pnas_block_sum",
            "figure5_popnas_b2",
            "figure7_popnas_b3",
            "figure8_pnas",
        ] {
            assert!(ids.contains(&id.to_owned()), "{id}");
        }
    }
}
