//! The results of all studies of a profile, read once into their types.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};

use crate::components::Components;
use crate::plan::{self, Arm, arms, table_id, tradeoffs_id};
use crate::quality::Quality;
use crate::retrain::Retrained;
use crate::search::{Kept, SearchRecord};
use crate::settings::{Dataset, Settings};
use crate::tradeoffs::Estimates;
use crate::trial::Trained;
use renas_harness::study::Results;

/// Results by the name of the arm or data set that they belong to.
#[derive(Clone, Debug)]
pub struct Evidence {
    tables: BTreeMap<String, Vec<Trained>>,
    arms: BTreeMap<(String, String), ArmEvidence>,
    estimates: BTreeMap<String, Estimates>,
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
    /// Read the results of every study of the profile.
    pub fn read(settings: &Settings, results: &Results) -> Result<Self> {
        let mut evidence = Self { tables: BTreeMap::new(), arms: BTreeMap::new(), estimates: BTreeMap::new() };
        for dataset in &settings.datasets {
            evidence.tables.insert(dataset.name.clone(), results.read(&table_id(&dataset.name))?);
            for arm in arms(dataset) {
                evidence.arms.insert(key(&arm), ArmEvidence::read(settings, &arm, results)?);
            }
            let kinds = [Some(false), dataset.author_table.as_ref().map(|_| true)];
            for author in kinds.into_iter().flatten() {
                let id = tradeoffs_id(&dataset.name, author);
                evidence.estimates.insert(id.clone(), results.read(&id)?);
            }
        }
        if settings.datasets.len() > 1 {
            evidence.estimates.insert(plan::GROWTH_ID.to_owned(), results.read(plan::GROWTH_ID)?);
        }
        Ok(evidence)
    }

    /// Our trained networks of a data set.
    pub fn table(&self, dataset: &Dataset) -> &[Trained] {
        &self.tables[&dataset.name]
    }

    /// What an arm of the profile gave.
    pub fn arm(&self, arm: &Arm) -> &ArmEvidence {
        &self.arms[&key(arm)]
    }

    /// The estimates of a study of trade-offs.
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
