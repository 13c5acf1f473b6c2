//! The studies of a profile: supernets, how they rank, searches, trainings of what they chose and of hand-designed
//! networks, the same on a second data set, and times: what searches took, and how long networks run.

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use super::arm::Arm;
use super::baselines::{Baseline, Form};
use super::cost::{CostInputs, CostRecord};
use super::family::Family;
use super::final_training::{BaselineInputs, FinalInputs, FinalRecord};
use super::latency::{LatencyInputs, LatencyRecord};
use super::ranking::{Ranked, RankingInputs};
use super::search::{SearchInputs, SearchRecord};
use super::settings::Settings;
use super::space::Space;
use super::supernet::{Judging, SupernetInputs, SupernetRecord, Together};
use super::trainer::{Trained, Trainer};
use renas_base::seed::Seed;
use renas_data::registry::Registry;
use renas_data::split::SplitChoice;
use renas_harness::manifest::images::ImageData;
use renas_harness::study::{Handle, Study};

/// What a study does, and all that its result depends on besides what it needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "study", rename_all = "snake_case")]
pub enum Inputs {
    /// A supernet is trained.
    Supernet(SupernetInputs),
    /// Its ranking is measured.
    Ranking(RankingInputs),
    /// One search.
    Search(SearchInputs),
    /// A chosen network is trained.
    Final(FinalInputs),
    /// A hand-designed network is trained.
    Baseline(BaselineInputs),
    /// What a search took is added up.
    Cost(CostInputs),
    /// Networks are timed.
    Latency(LatencyInputs),
}

/// A supernet.
pub fn supernet_study(seed: usize) -> Handle<SupernetRecord> {
    Handle::new(format!("supernet/seed-{seed:02}"))
}

/// A supernet of the flat arm, where that has its own.
pub fn flat_supernet_study(seed: usize) -> Handle<SupernetRecord> {
    Handle::new(format!("supernet/flat/seed-{seed:02}"))
}

/// The ranking of a supernet.
pub fn ranking_study(seed: usize) -> Handle<Vec<Ranked>> {
    Handle::new(format!("ranking/seed-{seed:02}"))
}

/// A search.
pub fn search_study(arm: Arm, seed: usize) -> Handle<SearchRecord> {
    Handle::new(format!("search/{}/seed-{seed:02}", arm.name()))
}

/// What `nsga2` took, its supernet included.
pub fn cost_study(seed: usize) -> Handle<CostRecord> {
    Handle::new(format!("cost/seed-{seed:02}"))
}

/// The times of a search's networks.
pub fn latency_study(arm: Arm) -> Handle<LatencyRecord> {
    Handle::new(format!("latency/{}", arm.name()))
}

/// On which images networks are trained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DatasetRole {
    /// Those that are searched on.
    Searched,
    /// Those of the second data set.
    Transfer,
}

impl DatasetRole {
    /// What the ids of trainings on it begin with.
    pub fn name(self) -> &'static str {
        match self {
            Self::Searched => "final",
            Self::Transfer => "transfer",
        }
    }
}

/// What is chosen of a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Selection {
    /// The best of `nsga2` within the budget of this index.
    Budget(usize),
    /// The best of `accuracy_only`.
    AccuracyOnly,
}

impl Selection {
    /// The name as it stands in ids and names of quantities; budgets count from 1.
    pub fn name(self) -> String {
        match self {
            Self::Budget(index) => format!("budget_{}", index + 1),
            Self::AccuracyOnly => Arm::AccuracyOnly.name().to_owned(),
        }
    }
}

/// The training of a chosen network.
pub fn final_study(role: DatasetRole, pick: Selection, seed: usize) -> Handle<FinalRecord> {
    Handle::new(format!("{}/{}/seed-{seed:02}", role.name(), pick.name()))
}

/// The training of a hand-designed network.
pub fn baseline_study(role: DatasetRole, baseline: Baseline, seed: usize) -> Handle<Trained> {
    Handle::new(format!("{}/{}/seed-{seed:02}", role.name(), baseline.name()))
}

/// Arms whose networks are timed.
pub const TIMED: [Arm; 2] = [Arm::Nsga2, Arm::AccuracyOnly];

/// All studies of a profile, each after what it needs. What takes time to itself comes last.
pub fn plan(settings: &Settings, data: &Registry) -> Result<Vec<Study>> {
    let planner = Planner { settings, data, space: space(settings, &settings.data, data)? };
    let mut studies = Vec::new();
    for seed in 0..settings.supernet.seeds {
        studies.push(planner.supernet(Family::Hierarchical, seed)?);
        studies.push(planner.ranking(seed)?);
        if settings.supernet.paths.is_some() {
            studies.push(planner.supernet(Family::Flat, seed)?);
        }
    }
    for seed in 0..settings.search.seeds {
        for arm in Arm::ALL {
            studies.push(planner.search(arm, seed)?);
        }
        studies.push(planner.cost(seed)?);
    }
    for seed in 0..settings.training.seeds {
        for pick in settings.picks() {
            studies.push(planner.finals(DatasetRole::Searched, pick, seed)?);
        }
        for &baseline in &settings.baselines.networks {
            studies.push(planner.baseline(DatasetRole::Searched, baseline, seed)?);
        }
        for index in 0..settings.budgets.len() {
            studies.push(planner.finals(DatasetRole::Transfer, Selection::Budget(index), seed)?);
        }
        for &baseline in &settings.transfer.networks {
            studies.push(planner.baseline(DatasetRole::Transfer, baseline, seed)?);
        }
    }
    for arm in TIMED {
        studies.push(planner.latency(arm)?);
    }
    Ok(studies)
}

fn space(settings: &Settings, images: &ImageData, data: &Registry) -> Result<Space> {
    settings.space_on(images, data).with_context(|| format!("there is no data set `{}`", images.name))
}

impl Settings {
    /// The seed that everything of this paper derives from.
    fn root(&self) -> Seed {
        Seed::from_number(self.seed).derive("hierarchical")
    }

    /// What is chosen of the searches, in the order of tables.
    pub fn picks(&self) -> Vec<Selection> {
        (0..self.budgets.len()).map(Selection::Budget).chain([Selection::AccuracyOnly]).collect()
    }

    /// Index of the supernet that a search uses.
    pub fn supernet_of(&self, search_seed: usize) -> usize {
        search_seed % self.supernet.seeds
    }

    /// The data of a role.
    pub fn data_on(&self, role: DatasetRole) -> &ImageData {
        match role {
            DatasetRole::Searched => &self.data,
            DatasetRole::Transfer => &self.transfer.data,
        }
    }
}

/// Makes studies.
struct Planner<'a> {
    settings: &'a Settings,
    data: &'a Registry,
    space: Space,
}

impl Planner<'_> {
    /// One network trained on its own.
    fn training<T>(&self, handle: &Handle<T>, images: &ImageData, inputs: &Inputs) -> Result<Study> {
        Ok(Study::new(handle, inputs)?.reading(&images.name).asking(1, self.settings.training.seconds))
    }

    /// A study of the images that are searched on.
    fn study<T>(&self, handle: &Handle<T>, inputs: &Inputs) -> Result<Study> {
        Ok(Study::new(handle, inputs)?.reading(&self.settings.data.name))
    }

    fn split(&self, data: &ImageData) -> SplitChoice {
        data.split(self.settings.root().derive("split").derive(&data.name))
    }

    fn judging(&self) -> Judging {
        Judging {
            space: self.space.clone(),
            data: self.settings.data.name.clone(),
            split: self.split(&self.settings.data),
            calibration: self.settings.supernet.calibration,
            diverged_accuracy: self.settings.training.diverged_accuracy,
        }
    }

    fn trainer(&self, data: &ImageData, seed: Seed) -> Trainer {
        let training = &self.settings.training;
        Trainer {
            data: data.name.clone(),
            split: self.split(data),
            epochs: training.epochs,
            batch_size: training.batch_size,
            learning_rate: training.learning_rate,
            diverged_accuracy: training.diverged_accuracy,
            seed,
        }
    }

    /// Of `Family::Hierarchical` is also the one supernet of all arms.
    fn supernet_inputs(&self, family: Family, seed: usize) -> SupernetInputs {
        let (supernet, data) = (&self.settings.supernet, &self.settings.data);
        let purpose = match family {
            Family::Hierarchical => "supernet",
            Family::Flat => "flat supernet",
        };
        SupernetInputs {
            space: self.space.clone(),
            data: data.name.clone(),
            split: self.split(data),
            epochs: supernet.epochs,
            batch_size: supernet.batch_size,
            learning_rate: supernet.learning_rate,
            seed: self.settings.root().derive_indexed(purpose, seed as u64),
            together: supernet.paths.map(|paths| {
                let standard_epochs = supernet.standard_epochs.unwrap_or_default();
                let distillation = supernet.distillation.unwrap_or_default();
                Together { family, paths, standard_epochs, distillation }
            }),
        }
    }

    fn supernet(&self, family: Family, seed: usize) -> Result<Study> {
        let handle = match family {
            Family::Hierarchical => supernet_study(seed),
            Family::Flat => flat_supernet_study(seed),
        };
        let study = self.study(&handle, &Inputs::Supernet(self.supernet_inputs(family, seed)))?;
        Ok(study.asking(1, self.settings.supernet.seconds))
    }

    /// With `supernet.paths` the networks and their trainings are those of the first supernet: they are trained once.
    fn ranking(&self, seed: usize) -> Result<Study> {
        let (settings, root, supernet) = (self.settings, self.settings.root(), supernet_study(seed));
        let networks = settings.ranking.networks;
        let sample = if settings.supernet.paths.is_some() { 0 } else { seed };
        let epochs = settings.ranking.epochs.unwrap_or(settings.training.epochs);
        let trainer = self.trainer(&settings.data, root.derive_indexed("ranking trainings", sample as u64));
        let inputs = RankingInputs {
            judging: self.judging(),
            trainer: Trainer { epochs, ..trainer },
            supernet: supernet.clone(),
            networks,
            seed: root.derive_indexed("ranking", sample as u64),
        };
        let study = self.study(&ranking_study(seed), &Inputs::Ranking(inputs))?.needing([&supernet]);
        let trained = if sample == seed { networks } else { 0 };
        let training = settings.training.seconds * epochs as f64 / settings.training.epochs as f64;
        let seconds = trained as f64 * training + networks as f64 * settings.search.seconds;
        Ok(study.asking(networks + trained, seconds))
    }

    fn search(&self, arm: Arm, seed: usize) -> Result<Study> {
        let settings = self.settings;
        let supernet = match (arm, settings.supernet.paths) {
            (Arm::Nsga2Flat, Some(_)) => flat_supernet_study(settings.supernet_of(seed)),
            _ => supernet_study(settings.supernet_of(seed)),
        };
        let inputs = SearchInputs {
            arm,
            settings: settings.search.evolution(),
            weights: settings.search.weights,
            judging: self.judging(),
            supernet: supernet.clone(),
            seed: settings.root().derive_indexed("search", seed as u64),
        };
        let study = self.study(&search_study(arm, seed), &Inputs::Search(inputs))?.needing([&supernet]);
        let trials = settings.search.evaluations();
        Ok(study.asking(trials, trials as f64 * settings.search.seconds))
    }

    /// It asks for no trial that the supernet and the search have not asked for.
    fn cost(&self, seed: usize) -> Result<Study> {
        let (of_supernet, search) = (self.settings.supernet_of(seed), search_study(Arm::Nsga2, seed));
        let supernet = supernet_study(of_supernet);
        let inputs = CostInputs {
            training: self.supernet_inputs(Family::Hierarchical, of_supernet),
            judging: self.judging(),
            supernet: supernet.clone(),
            search: search.clone(),
        };
        Ok(self.study(&cost_study(seed), &Inputs::Cost(inputs))?.needing([&supernet]).needing([&search]))
    }

    /// Root of one training of a chosen or a hand-designed network: the same for all networks of a seed.
    fn training_seed(&self, seed: usize) -> Seed {
        self.settings.root().derive_indexed("training", seed as u64)
    }

    fn finals(&self, role: DatasetRole, pick: Selection, seed: usize) -> Result<Study> {
        let data = self.settings.data_on(role);
        let (arm, budget) = match pick {
            Selection::Budget(index) => (Arm::Nsga2, Some(self.settings.budgets[index])),
            Selection::AccuracyOnly => (Arm::AccuracyOnly, None),
        };
        let search = search_study(arm, seed);
        let space = space(self.settings, data, self.data)?;
        let trainer = self.trainer(data, self.training_seed(seed));
        let inputs = FinalInputs { search: search.clone(), budget, space, trainer };
        Ok(self.training(&final_study(role, pick, seed), data, &Inputs::Final(inputs))?.needing([&search]))
    }

    fn baseline(&self, role: DatasetRole, baseline: Baseline, seed: usize) -> Result<Study> {
        let data = self.settings.data_on(role);
        let Space { input, classes, stem_stride, .. } = space(self.settings, data, self.data)?;
        let form = Form { input, classes, stem_stride, divisor: self.settings.baselines.divisor };
        let inputs = BaselineInputs { baseline, form, trainer: self.trainer(data, self.training_seed(seed)) };
        self.training(&baseline_study(role, baseline, seed), data, &Inputs::Baseline(inputs))
    }

    fn latency(&self, arm: Arm) -> Result<Study> {
        let search = search_study(arm, 0);
        let inputs = LatencyInputs {
            search: search.clone(),
            space: self.space.clone(),
            networks: self.settings.latency.networks,
            configurations: self.settings.latency.configurations(),
            seed: self.settings.root().derive("latency"),
        };
        Ok(Study::new(&latency_study(arm), &Inputs::Latency(inputs))?.needing([&search]))
    }
}
