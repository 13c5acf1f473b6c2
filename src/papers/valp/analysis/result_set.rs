//! The results of all studies of a profile, read once into their types, with what follows from them at once.

use std::collections::BTreeMap;

use anyhow::Result;

use super::observations::{Medians, Observation, differences, observe};
use crate::plan::{crossover_study, judge_study, operator_study, search_study};
use crate::policy::arm::Arm;
use crate::settings::Settings;
use crate::study::crossover_study::CrossoverRecord;
use crate::study::operator_study::OperatorStudyRecord;
use crate::study::search::SearchRecord;
use renas_harness::study::Results;

/// Results of the profile.
#[derive(Clone, Debug)]
pub struct ResultSet {
    /// One record per random model.
    pub models: Vec<OperatorStudyRecord>,
    /// One crossover per model that did not diverge.
    pub crossovers: Vec<CrossoverRecord>,
    /// Every improvement of an output that the change reaches.
    pub observations: Vec<Observation>,
    /// Every improvement, those of outputs that the change cannot reach among them: what the paper seems to pool.
    pub everything: Vec<Observation>,
    /// G, with the observation of its aggressive form.
    pub differences: Vec<(Observation, f64)>,
    /// What halves the observations.
    pub medians: Medians,
    /// Accuracy of the classifier of each data set.
    pub judges: BTreeMap<String, f64>,
    searches: BTreeMap<Arm, Vec<SearchRecord>>,
}

impl ResultSet {
    /// Read the results that there are; of models and of an arm up to the first that is not finished.
    pub fn read(settings: &Settings, results: &Results) -> Result<Self> {
        let models = results.leading((0..settings.operator_study.models).map(operator_study))?;
        let mut searches = BTreeMap::new();
        for arm in &settings.search.arms {
            searches.insert(arm.name, results.leading((0..arm.pairs).map(|pair| search_study(arm.name, pair)))?);
        }
        let mut judges = BTreeMap::new();
        for name in [&settings.operator_study.data.name, &settings.search.data.name] {
            let judge = results.find(&judge_study(name))?;
            judges.extend(judge.map(|judge| (name.clone(), judge.accuracy)));
        }
        let everything = observe(settings, &models)?;
        let observations: Vec<Observation> = everything.iter().filter(|one| one.is_reached).copied().collect();
        let medians = Medians::of(&observations);
        let differences = differences(&everything);
        let crossovers = results.find(&crossover_study())?.unwrap_or_default();
        Ok(Self { models, crossovers, observations, everything, differences, medians, judges, searches })
    }

    /// One record per pair; none for an arm that the profile does not run.
    pub fn searches(&self, arm: Arm) -> &[SearchRecord] {
        self.searches.get(&arm).map_or(&[], Vec::as_slice)
    }

    /// Records of an arm and of random search, pair by pair.
    pub fn pairs(&self, arm: Arm) -> Vec<(&SearchRecord, &SearchRecord)> {
        self.searches(arm).iter().zip(self.searches(Arm::Random)).collect()
    }
}
