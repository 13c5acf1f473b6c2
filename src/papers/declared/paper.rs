//! `Declared`: how the harness sees an experiment whose studies a manifest declares.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::analysis;
use super::command::task;
use super::import;
use super::import::mistake::Mistakes;
use super::import::stored::Stored;
use super::manifest::own_sections;
use super::results::{imported, ran};
use super::settings::{DeclaredStudy, Import, Settings, Source, combinations};
use super::units;
use renas_data::error::DataError;
use renas_data::load;
use renas_data::registry::Registry;
use renas_harness::manifest::decode::Section;
use renas_harness::manifest::load::DECLARED;
use renas_harness::paper::{AnyPaper, Observed, OwnSections};
use renas_harness::study::{Context, Results, Study};
use renas_observe::frame::Frame;
use renas_report::catalogue::Promised;
use renas_task::Task;

/// What runs experiments whose studies a manifest declares.
#[derive(Clone, Copy, Debug)]
pub struct Declared;

/// What a study of a plan does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Inputs {
    /// Reads the files of an import.
    Import(DeclaredStudy),
    /// Runs a command once.
    Command(Task),
}

impl AnyPaper for Declared {
    fn id(&self) -> &'static str {
        DECLARED
    }

    fn version(&self) -> u32 {
        1
    }

    fn own_sections(&self, section: &mut Section<'_>) -> OwnSections {
        own_sections(section)
    }

    fn parameters(&self, section: &mut Section<'_>, data: &Registry) -> Value {
        self.parameters_with(section, &Value::Array(Vec::new()), data)
    }

    fn parameters_with(&self, section: &mut Section<'_>, own: &Value, _: &Registry) -> Value {
        let keys = section.keys();
        let parameters: BTreeMap<String, Value> =
            keys.into_iter().filter_map(|key| Some((key.to_owned(), section.item(key)?.json()))).collect();
        let declared: Vec<DeclaredStudy> = Deserialize::deserialize(own).expect("its own JSON");
        let mut studies = Vec::new();
        for study in declared {
            match study.filled(&parameters) {
                Ok(study) => studies.push(study),
                Err(why) => section.problem("studies", why),
            }
        }
        units::conflicts(&studies).into_iter().for_each(|why| section.problem("studies", why));
        serde_json::to_value(Settings { studies, parameters }).expect("numbers, text and lists have JSON")
    }

    fn shown(&self, parameters: &Value) -> Value {
        let Ok(Settings { studies, parameters }) = settings(parameters) else { return parameters.clone() };
        let studies = studies.iter().map(|study| (study.name.clone(), Value::from(study.in_words())));
        parameters.into_iter().chain(studies).collect::<serde_json::Map<String, Value>>().into()
    }

    fn plan(&self, parameters: &Value, _: &Registry) -> Result<Vec<Study>> {
        let Settings { studies, .. } = settings(parameters)?;
        let mut plan = Vec::new();
        for study in studies {
            match &study.source {
                Source::Import(_) => {
                    let name = study.name.clone();
                    plan.push(Study::new(&imported(&name), &Inputs::Import(study))?.reading(&name));
                }
                Source::Command(command) => {
                    let keys = study.keys().map_err(anyhow::Error::msg)?;
                    for one in combinations(&keys) {
                        let inputs = Inputs::Command(task(&study, command, &one));
                        plan.push(Study::new(&ran(&study.id_of(&one)), &inputs)?.asking(1, command.seconds));
                    }
                }
            }
        }
        Ok(plan)
    }

    fn run(&self, study: &Study, _: &Results, context: &dyn Context) -> Result<Value> {
        let inputs = Inputs::deserialize(&study.inputs).with_context(|| format!("inputs of study {}", study.id))?;
        match inputs {
            Inputs::Import(declared) => {
                let Source::Import(import) = &declared.source else { bail!("study {} is no import", study.id) };
                Ok(serde_json::to_value(read(&declared, import, context.files(&declared.name)?)?)?)
            }
            Inputs::Command(task) => {
                let outcome = context.outcomes(&[task])?.pop().context("one task has one outcome")?;
                Ok(serde_json::to_value(outcome.curves)?)
            }
        }
    }

    fn frame(&self, parameters: &Value, _: &Registry) -> Result<Frame> {
        Ok(analysis::frame(&settings(parameters)?))
    }

    fn quantities(&self, _: &Value) -> Result<Vec<Promised>> {
        Ok(Vec::new())
    }

    fn clusters(&self, parameters: &Value, data: &Registry) -> Result<BTreeMap<String, usize>> {
        Ok(self.frame(parameters, data)?.units)
    }

    fn observed(&self, parameters: &Value, _: &Registry, results: &Results) -> Result<Observed> {
        analysis::observed(&settings(parameters)?, results)
    }

    fn check_results(&self, parameters: &Value, data: &Registry) -> Result<()> {
        for study in settings(parameters)?.studies {
            if let Source::Import(import) = &study.source {
                let _ = read(&study, import, load::files(&study.name, data)?)?;
            }
        }
        Ok(())
    }
}

/// The columns of the files of an import; an error with every mistake.
fn read(study: &DeclaredStudy, import: &Import, files: Vec<Vec<u8>>) -> Result<Stored, DataError> {
    let mistakes = |mistakes: Mistakes| DataError::Results { name: study.name.clone(), mistakes: mistakes.to_string() };
    import::read(study, import, files).map_err(mistakes)
}

fn settings(parameters: &Value) -> Result<Settings> {
    Settings::deserialize(parameters).context("parameters of a declared experiment")
}
