//! What a manifest says, as checked types.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::brought::Brought;
use super::problem::suggestion;
use crate::analysis::Promise;
use crate::timed::Timing;
use renas_base::digest::Digest;
use renas_base::word::Word;
pub use renas_network::cost::CostModel;
use renas_observe::declare::Declarations;
use renas_report::claim::Claim;
use renas_report::clusters::Clusters;
use renas_report::page::{AuditEntry, Clock, Deviation, Paper};
use renas_report::sentence::Sentence;
use renas_task::numerics::Numerics;

/// One experiment: what to run at each profile, and what its paper claims.
#[derive(Clone, Debug, PartialEq)]
pub struct Manifest {
    /// The id: the paper's in `papers`, the name of the file and of the report's folder (`econas`).
    pub id: String,
    /// Where the manifest was read from.
    pub file: PathBuf,
    /// SHA-256 of the file.
    pub digest: Digest,
    /// A short title of the experiment.
    pub title: String,
    /// The paper.
    pub paper: Paper,
    /// What is done, in a paragraph.
    pub summary: String,
    /// What to run, by profile; at least one.
    pub profiles: BTreeMap<Profile, ProfileSettings>,
    /// Quantities and tables that it declares over the paper's observations.
    pub declarations: Declarations,
    /// What was found, in sentences whose numbers are filled in; the first is shown for the paper, three on top of its page.
    pub found: Vec<Sentence>,
    /// The paper's claims, in the order of the report.
    pub claims: Vec<Claim>,
    /// Where the paper, its code and this project part.
    pub audit: Vec<AuditEntry>,
    /// Where this project departs from the paper on purpose.
    pub deviations: Vec<Deviation>,
    /// Largest absolute difference, by name of a scalar (`validation.accuracy`), up to which two numeric classes agree
    /// on a single trial.
    pub tolerances: BTreeMap<String, f64>,
    /// How a diverged network is scored, in words; the numbers stand in the parameters.
    pub failure_rule: String,
    /// What an experiment that is declared brings with it; none for a paper that renas runs itself.
    pub brought: Option<Brought>,
}

impl Manifest {
    /// The folder that its file lies in, or that it is: names of files are looked up there.
    pub fn folder(&self) -> &Path {
        if self.file.extension().is_some_and(|end| end == "yaml") {
            self.file.parent().unwrap_or(Path::new(""))
        } else {
            &self.file
        }
    }
}

/// What a list shows of an experiment.
#[derive(Clone, Debug, PartialEq)]
pub struct Outline {
    /// The id.
    pub id: String,
    /// A short title of the experiment.
    pub title: String,
    /// The paper.
    pub paper: Paper,
    /// Its profiles, smallest first.
    pub profiles: Vec<Profile>,
    /// How many claims it judges.
    pub claims: usize,
}

/// Scale and purpose of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Profile {
    /// A first look: the whole pipeline, bit-reproducible, in minutes.
    Quick,
    /// Real data at a scale where the claims can be judged on a laptop.
    Reduced,
    /// The papers' own settings.
    Paper,
    /// One that a manifest with `studies` names.
    Own(Word),
}

impl Profile {
    /// The profiles of every paper that renas runs itself, smallest first.
    pub const COMMON: [Self; 3] = [Self::Quick, Self::Reduced, Self::Paper];

    /// The profile of that name, which is that of a common one or any word.
    pub fn named(name: &str) -> Option<Self> {
        name.parse().ok().or_else(|| name.parse().ok().map(Self::Own))
    }

    /// The common profiles and those that these manifests name, in order.
    pub fn of_all<'m>(manifests: impl IntoIterator<Item = &'m Manifest>) -> Vec<Self> {
        let own = manifests.into_iter().flat_map(|manifest| manifest.profiles.keys().copied());
        BTreeSet::from_iter(own.chain(Self::COMMON)).into_iter().collect()
    }

    /// What it is for, whatever the experiment.
    pub fn purpose(&self) -> &str {
        match self {
            Self::Own(_) => "A scale of the experiments' own.",
            Self::Quick => "A first look: the whole pipeline on embedded data, bit-reproducible, in minutes.",
            Self::Reduced => "Real data, at a scale where claims can be judged on a laptop.",
            Self::Paper => "The papers' own settings.",
        }
    }

    /// The name in manifests, folders and on the command line.
    pub fn name(&self) -> &str {
        match self {
            Self::Own(word) => word.as_str(),
            Self::Quick => "quick",
            Self::Reduced => "reduced",
            Self::Paper => "paper",
        }
    }
}

impl Serialize for Profile {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Profile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::named(&name).ok_or_else(|| serde::de::Error::custom(format!("no profile has the name `{name}`")))
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// There is no such profile.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no profile `{name}`; {suggestion}")]
pub struct UnknownProfile {
    name: String,
    suggestion: String,
}

impl FromStr for Profile {
    type Err = UnknownProfile;

    fn from_str(name: &str) -> Result<Self, UnknownProfile> {
        Self::COMMON.into_iter().find(|profile| profile.name() == name).ok_or_else(|| {
            let known = Self::COMMON.map(|profile| profile.to_string());
            UnknownProfile { name: name.to_owned(), suggestion: suggestion(name, &known) }
        })
    }
}

/// What to run at a profile.
#[derive(Clone, Debug, PartialEq)]
pub struct ProfileSettings {
    /// Which profile it is.
    pub profile: Profile,
    /// What it is for, in one sentence.
    pub purpose: String,
    /// The pinned numerics on a CPU; a GPU has its own.
    pub numerics: Numerics,
    /// Where training times come from.
    pub clock: Clock,
    /// Constants of `Clock::CostModel`; absent where the experiment is not about time.
    pub cost_model: Option<CostModel>,
    /// How networks are timed under `Clock::Measured`; absent where the experiment is not about time.
    pub timing: Option<Timing>,
    /// What one more cluster (a search seed, a model) costs, and the planned looks.
    pub clusters: Clusters,
    /// The paper's parameters, as `Paper::parameters` read them.
    pub parameters: serde_json::Value,
    /// What its analysis will find; absent where names of quantities were not looked up.
    pub promise: Option<Arc<Promise>>,
}
