//! The results of all studies of a profile, read once into their types.

use std::collections::BTreeMap;

use anyhow::Result;

use crate::activations::ActivationRecord;
use crate::best::BestRecord;
use crate::filters::FilterRecord;
use crate::plan::{ACTIVATIONS_ID, BEST_ID, FILTERS_ID, search_id, times_id};
use crate::search::SearchRecord;
use crate::settings::Settings;
use renas_harness::study::Results;

/// A search and the seconds of its trainings.
#[derive(Clone, Debug, PartialEq)]
pub struct Timed {
    /// Its networks in order.
    pub record: SearchRecord,
    /// Seconds of their trainings.
    pub seconds: Vec<f64>,
}

/// Results by arm.
#[derive(Clone, Debug)]
pub struct Evidence {
    searches: BTreeMap<String, Vec<Timed>>,
    /// By genome, then by activation function.
    pub activations: ActivationRecord,
    /// By number of filters.
    pub filters: Vec<FilterRecord>,
    /// The best network of all.
    pub best: BestRecord,
}

impl Evidence {
    /// Read the results of every study of the profile.
    pub fn read(settings: &Settings, results: &Results) -> Result<Self> {
        let mut searches = BTreeMap::new();
        for arm in settings.arms() {
            let timed = |seed| {
                let record = results.read(&search_id(arm, seed))?;
                Ok(Timed { record, seconds: results.read(&times_id(arm, seed))? })
            };
            searches.insert(arm.to_owned(), (0..settings.search.seeds).map(timed).collect::<Result<_>>()?);
        }
        Ok(Self {
            searches,
            activations: results.read(ACTIVATIONS_ID)?,
            filters: results.read(FILTERS_ID)?,
            best: results.read(BEST_ID)?,
        })
    }

    /// One search per seed; none for an arm that the profile does not run.
    pub fn searches(&self, arm: &str) -> &[Timed] {
        self.searches.get(arm).map_or(&[], Vec::as_slice)
    }
}
