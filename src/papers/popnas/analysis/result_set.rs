//! The results of all studies of a profile, read once into their types.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};

use super::nnls::{self, Stages};
use crate::ablation::Judged;
use crate::arm;
use crate::plan::{ablation_study, clock_study, search_study};
use crate::search::SearchRecord;
use crate::settings::Settings;
use renas_harness::study::Results;

/// Results by arm.
#[derive(Clone, Debug)]
pub struct ResultSet {
    searches: BTreeMap<String, Vec<SearchRecord>>,
    ablations: BTreeMap<String, Vec<Vec<Judged>>>,
    nnls: BTreeMap<String, Vec<BTreeMap<String, Stages>>>,
    /// Seconds of every repetition, for each cell.
    pub clock: Vec<Vec<f64>>,
}

impl ResultSet {
    /// Read the results that there are; those of an arm up to the first seed whose study is not finished.
    pub fn read(settings: &Settings, results: &Results) -> Result<Self> {
        let seeds = 0..settings.search.seeds;
        let mut searches: BTreeMap<String, Vec<SearchRecord>> = BTreeMap::new();
        for arm in &settings.search.arms {
            let of_arm = results.leading(seeds.clone().map(|seed| search_study(&arm.name, seed)))?;
            searches.insert(arm.name.clone(), of_arm);
        }
        let (mut ablations, mut nnls) = (BTreeMap::new(), BTreeMap::new());
        for arm in settings.ablated() {
            let of_arm = results.leading(seeds.clone().map(|seed| ablation_study(&arm.name, seed)))?;
            ablations.insert(arm.name.clone(), of_arm);
            let variant = arm::find(&arm.name).with_context(|| format!("arm {}", arm.name))?.variant;
            let fits = searches[&arm.name].iter().map(|record| nnls::fits(variant, arm.blocks, record));
            nnls.insert(arm.name.clone(), fits.collect::<Result<_>>().context("fitting NNLS")?);
        }
        Ok(Self { searches, ablations, nnls, clock: results.find(&clock_study())?.unwrap_or_default() })
    }

    /// One record per seed; none for an arm that the profile does not run.
    pub fn searches(&self, arm: &str) -> &[SearchRecord] {
        self.searches.get(arm).map_or(&[], Vec::as_slice)
    }

    /// What was judged, one list per seed; none for an arm that is not ablated.
    pub fn ablations(&self, arm: &str) -> &[Vec<Judged>] {
        self.ablations.get(arm).map_or(&[], Vec::as_slice)
    }

    /// Fits of NNLS by name, one map per seed; none for an arm that is not ablated.
    pub fn nnls(&self, arm: &str) -> &[BTreeMap<String, Stages>] {
        self.nnls.get(arm).map_or(&[], Vec::as_slice)
    }
}
