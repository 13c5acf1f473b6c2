//! The results of all studies of a profile, read once into their types.

use std::collections::BTreeMap;

use anyhow::Result;

use crate::activations::ActivationRecord;
use crate::best::BestRecord;
use crate::filters::FilterRecord;
use crate::plan::{activations_study, best_study, filters_study, search_study, times_study};
use crate::search::SearchRecord;
use crate::settings::Settings;
use renas_data::registry::Registry;
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
pub struct ResultSet {
    searches: BTreeMap<String, Vec<Timed>>,
    /// By genome, then by activation function.
    pub activations: ActivationRecord,
    /// By number of filters.
    pub filters: Vec<FilterRecord>,
    /// The best network of all.
    pub best: Option<BestRecord>,
    /// Images of the test split.
    pub test_images: Option<usize>,
}

impl ResultSet {
    /// Read the results that there are; those of an arm up to the first search that is not finished.
    pub fn read(settings: &Settings, data: &Registry, results: &Results) -> Result<Self> {
        let mut searches = BTreeMap::new();
        for arm in settings.arms() {
            let seeds = 0..settings.search.seeds;
            let records = results.leading(seeds.clone().map(|seed| search_study(arm, seed)))?;
            let times = results.leading(seeds.map(|seed| times_study(arm, seed)))?;
            let timed = records.into_iter().zip(times).map(|(record, seconds)| Timed { record, seconds });
            searches.insert(arm.to_owned(), timed.collect());
        }
        Ok(Self {
            searches,
            activations: results.find(&activations_study())?.unwrap_or_default(),
            filters: results.find(&filters_study())?.unwrap_or_default(),
            best: results.find(&best_study())?,
            test_images: settings.data.test_samples(data),
        })
    }

    /// One search per seed; none for an arm that the profile does not run.
    pub fn searches(&self, arm: &str) -> &[Timed] {
        self.searches.get(arm).map_or(&[], Vec::as_slice)
    }
}
