//! The results of all studies of a profile, read once into their types.

use std::collections::BTreeMap;

use anyhow::Result;

use super::out_of_fold::{OutOfFold, out_of_fold};
use crate::components::Components;
use crate::plan::{Arm, SHOWN_SEED, arms, table_study, tradeoffs_study};
use crate::quality::Quality;
use crate::retrain::Retrained;
use crate::search::{Kept, SearchRecord};
use crate::settings::Settings;
use crate::table::rows;
use crate::tradeoffs::Estimates;
use crate::trial::Trained;
use renas_base::parallel;
use renas_harness::study::Results;

/// Which networks a statistic counts: a network that learned nothing says nothing about trade-offs, and a few of them
/// can make a correlation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// All of them.
    All,
    /// Those that learned something.
    Learned,
}

/// Above chance by less than this, a network learned nothing.
const LEARNED_BEYOND_CHANCE: f64 = 0.02;

impl Group {
    /// Both, in the order of the report.
    pub const BOTH: [Self; 2] = [Self::All, Self::Learned];

    /// What rows call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Learned => "learned",
        }
    }

    /// Whether it counts a network of a task of that many classes.
    pub fn holds(self, network: &Trained, classes: usize) -> bool {
        match self {
            Self::All => true,
            Self::Learned => has_learned(network, classes),
        }
    }
}

/// Whether a network is right more often, on test samples, than one that guesses, by more than two points.
pub fn has_learned(network: &Trained, classes: usize) -> bool {
    network.test.accuracy > 1.0 / classes as f64 + LEARNED_BEYOND_CHANCE
}

/// Results by the name of the data set, or the key of the arm, that they belong to.
#[derive(Clone, Debug, Default)]
pub struct ResultSet {
    tables: BTreeMap<(String, Group), Vec<Trained>>,
    arms: BTreeMap<String, ArmEvidence>,
    published: BTreeMap<String, Estimates>,
    out_of_fold: BTreeMap<(String, Group), Vec<OutOfFold>>,
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
    /// Networks of final populations really trained, by search seed; empty for an arm without.
    pub retrained: Vec<Vec<Retrained>>,
}

impl ResultSet {
    /// Read the results that there are, of searches up to the first seed that is not finished, and predict the networks of our
    /// tables out of fold.
    pub fn read(settings: &Settings, results: &Results) -> Result<Self> {
        let mut set = Self::default();
        for dataset in &settings.datasets {
            let table = results.find(&table_study(&dataset.name))?.unwrap_or_default();
            for group in Group::BOTH {
                let counted = table.iter().filter(|network| group.holds(network, dataset.classes)).cloned();
                set.tables.insert((dataset.name.clone(), group), counted.collect());
            }
            for arm in arms(dataset) {
                set.arms.insert(arm.key(), ArmEvidence::read(settings, &arm, results)?);
            }
            if dataset.author_table.is_some() {
                let found = results.find(&tradeoffs_study(&dataset.name, true))?;
                set.published.extend(found.map(|found| (dataset.name.clone(), found)));
            }
        }
        set.predict(settings)?;
        Ok(set)
    }

    /// Predict the networks of every table that is ours, by the trees of every arm, side by side.
    fn predict(&mut self, settings: &Settings) -> Result<()> {
        let ours =
            settings.datasets.iter().flat_map(|dataset| arms(dataset).into_iter().filter(|arm| !arm.is_imported()));
        let all: Vec<(Arm, Group)> = ours.flat_map(|arm| Group::BOTH.map(|group| (arm.clone(), group))).collect();
        let found = parallel::map(&all, parallel::cores(), |(arm, group)| {
            let seed = settings.root().derive("out of fold").derive(arm.quality_study().id());
            match self.table(&arm.dataset, *group) {
                [] | [_] => Ok(Vec::new()),
                table => out_of_fold(&rows(table, arm.variant), arm.variant, &seed),
            }
        });
        for ((arm, group), found) in all.iter().zip(found) {
            self.out_of_fold.insert((arm.key(), *group), found?);
        }
        Ok(())
    }

    /// The networks of our table as trees predict them that were not fitted on them, per predicted objective; none of the
    /// author's arm.
    pub fn out_of_fold(&self, arm: &Arm, group: Group) -> &[OutOfFold] {
        self.out_of_fold.get(&(arm.key(), group)).map_or(&[], Vec::as_slice)
    }

    /// Our trained networks of a data set that a group counts.
    pub fn table(&self, dataset: &str, group: Group) -> &[Trained] {
        self.tables.get(&(dataset.to_owned(), group)).map_or(&[], Vec::as_slice)
    }

    /// What an arm of the profile gave.
    pub fn arm(&self, arm: &Arm) -> &ArmEvidence {
        &self.arms[&arm.key()]
    }

    /// What is known of the author's table of a data set.
    pub fn published(&self, dataset: &str) -> Option<&Estimates> {
        self.published.get(dataset)
    }
}

impl ArmEvidence {
    fn read(settings: &Settings, arm: &Arm, results: &Results) -> Result<Self> {
        Ok(Self {
            searches: results.leading((0..settings.search.seeds).map(|seed| arm.search_study(seed)))?,
            quality: results.find(&arm.quality_study())?.unwrap_or_default(),
            components: results.find(&arm.components_study())?.unwrap_or_default(),
            retrained: results.leading(arm.retraining_studies(settings))?,
        })
    }

    /// The recorded populations of the seed that is shown.
    pub fn kept(&self) -> &[Kept] {
        self.searches.get(SHOWN_SEED).map_or(&[], |record| record.kept.as_slice())
    }
}
