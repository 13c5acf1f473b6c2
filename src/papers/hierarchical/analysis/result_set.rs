//! The results of all studies of a profile, read once into their types.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};

use crate::arm::Arm;
use crate::baselines::Baseline;
use crate::cost::CostRecord;
use crate::latency::LatencyRecord;
use crate::objectives::Price;
use crate::plan::{
    DatasetRole, Selection, TIMED, baseline_study, cost_study, final_study, latency_study, ranking_study, search_study,
};
use crate::ranking::Ranked;
use crate::search::{SearchRecord, best_within};
use crate::settings::Settings;
use crate::space::Space;
use crate::trainer::Trained;
use renas_data::registry::Registry;
use renas_harness::study::Results;
use renas_network::supernet::Choice;

/// A network that was trained on its own: chosen by a search, or designed by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FinalNetwork {
    /// Chosen.
    Chosen(Selection),
    /// Designed by hand.
    Designed(Baseline),
}

impl FinalNetwork {
    /// Whether a search chose it.
    pub fn is_chosen(self) -> bool {
        match self {
            Self::Chosen(_) => true,
            Self::Designed(_) => false,
        }
    }

    /// The name as it stands in names of quantities.
    pub fn name(self) -> String {
        match self {
            Self::Chosen(pick) => pick.name(),
            Self::Designed(baseline) => baseline.name().to_owned(),
        }
    }
}

/// All results.
#[derive(Clone, Debug)]
pub struct ResultSet {
    /// What was searched.
    pub space: Space,
    /// The price of the network of most multiply-adds in the space: what shares are of.
    pub unit: Price,
    /// Training samples of the images that are searched on.
    pub training_samples: usize,
    /// Classes of the images of each role.
    pub classes: BTreeMap<DatasetRole, usize>,
    /// Networks judged twice, per supernet.
    pub rankings: Vec<Vec<Ranked>>,
    /// What `nsga2` took, per search seed.
    pub costs: Vec<CostRecord>,
    /// The networks that `nsga2` chose within each budget, per search seed.
    chosen: Vec<Vec<Option<Choice>>>,
    searches: BTreeMap<Arm, Vec<SearchRecord>>,
    trained: BTreeMap<(DatasetRole, FinalNetwork), Vec<Trained>>,
    latencies: BTreeMap<Arm, LatencyRecord>,
}

/// The networks that are trained on a data set, in the order of tables.
pub fn final_networks(settings: &Settings, role: DatasetRole) -> Vec<FinalNetwork> {
    let (picks, baselines) = match role {
        DatasetRole::Searched => (settings.picks(), &settings.baselines.networks),
        DatasetRole::Transfer => {
            ((0..settings.budgets.len()).map(Selection::Budget).collect(), &settings.transfer.networks)
        }
    };
    picks.into_iter().map(FinalNetwork::Chosen).chain(baselines.iter().copied().map(FinalNetwork::Designed)).collect()
}

impl ResultSet {
    /// Read the results that there are; of each kind those up to the first seed whose study is not finished.
    pub fn read(settings: &Settings, data: &Registry, results: &Results) -> Result<Self> {
        let space =
            settings.space_on(&settings.data, data).context("the data set of the searches is not registered")?;
        let unit = Price::of(&space.supernet().path(&space.dearest())?)?;
        let training_samples = settings.data.training_samples(data).context("the data set of the searches")?;
        let roles = [DatasetRole::Searched, DatasetRole::Transfer];
        let classes = |role| Some((role, data.images(&settings.data_on(role).name).ok()?.classes));
        let classes = roles.into_iter().filter_map(classes).collect();
        let rankings = results.leading((0..settings.supernet.seeds).map(ranking_study))?;
        let costs = results.leading((0..settings.search.seeds).map(cost_study))?;
        let mut searches: BTreeMap<Arm, Vec<SearchRecord>> = BTreeMap::new();
        for arm in Arm::ALL {
            searches.insert(arm, results.leading((0..settings.search.seeds).map(|seed| search_study(arm, seed)))?);
        }
        let within = |&budget: &u64| {
            let best = |record: &SearchRecord| best_within(record, Some(budget)).map(|visit| visit.choice.clone());
            searches[&Arm::Nsga2].iter().map(best).collect()
        };
        let chosen = settings.budgets.iter().map(within).collect();
        let mut trained = BTreeMap::new();
        for role in roles {
            for network in final_networks(settings, role) {
                let seeds = 0..settings.training.seeds;
                let all = match network {
                    FinalNetwork::Chosen(pick) => {
                        let all = results.leading(seeds.map(|seed| final_study(role, pick, seed)))?;
                        all.into_iter().map(|record| record.trained).collect()
                    }
                    FinalNetwork::Designed(one) => {
                        results.leading(seeds.map(|seed| baseline_study(role, one, seed)))?
                    }
                };
                trained.insert((role, network), all);
            }
        }
        let latency = |arm: Arm| Ok(results.find(&latency_study(arm))?.map(|record| (arm, record)));
        let latencies = TIMED.into_iter().filter_map(|arm| latency(arm).transpose()).collect::<Result<_>>()?;
        Ok(Self { space, unit, training_samples, classes, rankings, costs, chosen, searches, trained, latencies })
    }

    /// Whether the first `seeds` searches chose the very networks of a smaller budget within this one: a comparison with them
    /// is made already, and twice the same test is one.
    pub fn repeats_a_smaller_budget(&self, index: usize, seeds: usize) -> bool {
        let first = |index: usize| self.chosen[index].iter().take(seeds);
        (0..index).any(|smaller| first(smaller).eq(first(index)))
    }

    /// Different networks among those of all budgets, per search seed.
    pub fn different_networks(&self) -> Vec<usize> {
        let different = |seed: usize| {
            let all: Vec<&Choice> = self.chosen.iter().filter_map(|choices| choices[seed].as_ref()).collect();
            all.iter().enumerate().filter(|(place, one)| !all[..*place].contains(one)).count()
        };
        (0..self.searches(Arm::Nsga2).len()).map(different).collect()
    }

    /// One search per seed.
    pub fn searches(&self, arm: Arm) -> &[SearchRecord] {
        self.searches.get(&arm).map_or(&[], Vec::as_slice)
    }

    /// One training per seed; none for a network that is not trained on the data set.
    pub fn trained(&self, role: DatasetRole, network: FinalNetwork) -> &[Trained] {
        self.trained.get(&(role, network)).map_or(&[], Vec::as_slice)
    }

    /// Times of an arm's networks; none for an arm whose networks are not timed.
    pub fn latency(&self, arm: Arm) -> Option<&LatencyRecord> {
        self.latencies.get(&arm)
    }
}
