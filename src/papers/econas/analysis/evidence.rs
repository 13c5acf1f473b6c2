//! The results of all studies of a profile, read once into their types.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};

use super::entry::Group;
use super::out_of_fold::{OutOfFold, out_of_fold};
use crate::components::Components;
use crate::plan::{self, Arm, arms, table_id, tradeoffs_id};
use crate::quality::Quality;
use crate::retrain::Retrained;
use crate::search::{Kept, SearchRecord};
use crate::settings::{Dataset, Settings};
use crate::table::rows;
use crate::tradeoffs::Estimates;
use crate::trial::Trained;
use renas_harness::study::Results;

/// Results by the name of the arm or data set that they belong to.
#[derive(Clone, Debug)]
pub struct Evidence {
    tables: BTreeMap<String, Vec<Trained>>,
    arms: BTreeMap<(String, String), ArmEvidence>,
    estimates: BTreeMap<String, Estimates>,
    out_of_fold: BTreeMap<(String, String, Group), Vec<OutOfFold>>,
}

/// The results of one arm on one data set.
#[derive(Clone, Debug)]
pub struct ArmEvidence {
    /// One record per search seed.
    pub searches: Vec<SearchRecord>,
    /// Quality of the trees, per predicted objective.
    pub quality: Vec<Quality>,
    /// Components per objective; empty for an arm without.
    pub components: Vec<Components>,
    /// Networks of the final population really trained; empty for an arm without.
    pub retrained: Vec<Retrained>,
}

impl Evidence {
    /// Read the results of the studies of the profile, and predict the networks of our tables out of fold.
    pub fn read(settings: &Settings, results: &Results) -> Result<Self> {
        let (tables, arms_found, estimates, predicted) = <_>::default();
        let mut evidence = Self { tables, arms: arms_found, estimates, out_of_fold: predicted };
        for dataset in &settings.datasets {
            evidence.tables.insert(dataset.name.clone(), results.read(&table_id(&dataset.name))?);
            for arm in arms(dataset) {
                evidence.arms.insert(key(&arm), ArmEvidence::read(settings, &arm, results)?);
                if !arm.is_imported() {
                    evidence.predict(settings, dataset, &arm)?;
                }
            }
            if dataset.author_table.is_some() {
                let id = tradeoffs_id(&dataset.name, true);
                evidence.estimates.insert(id.clone(), results.read(&id)?);
            }
        }
        Ok(evidence)
    }

    fn predict(&mut self, settings: &Settings, dataset: &Dataset, arm: &Arm) -> Result<()> {
        for group in Group::BOTH {
            let table = self.table(dataset).iter().filter(|network| group.holds(network, dataset.classes));
            let table: Vec<Trained> = table.cloned().collect();
            let seed = settings.root().derive("out of fold").derive(&arm.study_id("surrogates"));
            let (name, data) = key(arm);
            let found =
                if table.len() < 2 { Vec::new() } else { out_of_fold(&rows(&table, arm.variant), arm.variant, &seed)? };
            self.out_of_fold.insert((name, data, group), found);
        }
        Ok(())
    }

    /// The networks of our table as trees predict them that were not fitted on them; none of the author's arm.
    pub fn out_of_fold(&self, arm: &Arm, group: Group) -> Option<&Vec<OutOfFold>> {
        let (name, data) = key(arm);
        self.out_of_fold.get(&(name, data, group))
    }

    /// Our trained networks of a data set.
    pub fn table(&self, dataset: &Dataset) -> &[Trained] {
        &self.tables[&dataset.name]
    }

    /// What an arm of the profile gave.
    pub fn arm(&self, arm: &Arm) -> &ArmEvidence {
        &self.arms[&key(arm)]
    }

    /// The estimates of a study of trade-offs in a table of the author's.
    pub fn estimates(&self, study: &str) -> Result<&Estimates> {
        self.estimates.get(study).with_context(|| format!("no result of study {study}"))
    }
}

impl ArmEvidence {
    fn read(settings: &Settings, arm: &Arm, results: &Results) -> Result<Self> {
        let searches = (0..settings.search.seeds).map(|seed| results.read(&arm.search_id(seed)));
        Ok(Self {
            searches: searches.collect::<Result<_>>()?,
            quality: results.read(&arm.study_id("surrogates"))?,
            components: if arm.has_components() { results.read(&arm.study_id("components"))? } else { Vec::new() },
            retrained: if arm.is_retrained() { results.read(&arm.study_id("retrain"))? } else { Vec::new() },
        })
    }

    /// The recorded population after a generation, of the seed that is shown.
    pub fn kept(&self, generation: usize) -> Option<&Kept> {
        self.searches.get(plan::SHOWN_SEED)?.kept.iter().find(|kept| kept.generation == generation)
    }
}

fn key(arm: &Arm) -> (String, String) {
    (arm.name.to_owned(), arm.dataset.clone())
}
