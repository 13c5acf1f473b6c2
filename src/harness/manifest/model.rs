//! What a manifest says, as checked types.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::problem::suggestion;
use crate::analysis::Promise;
use crate::timed::Timing;
use renas_base::digest::Digest;
pub use renas_network::cost::CostModel;
use renas_observe::declare::Declarations;
use renas_report::claim::Claim;
use renas_report::page::{AuditEntry, Clock, Deviation, Paper};
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Profile {
    /// A first look: the whole pipeline, bit-reproducible, in minutes.
    Quick,
    /// Real data at a scale where the claims can be judged on a laptop.
    Reduced,
    /// The papers' own settings.
    Paper,
}

impl Profile {
    /// All profiles, smallest first.
    pub const ALL: [Self; 3] = [Self::Quick, Self::Reduced, Self::Paper];

    /// What it is for, whatever the experiment.
    pub fn purpose(self) -> &'static str {
        match self {
            Self::Quick => "A first look: the whole pipeline on embedded data, bit-reproducible, in minutes.",
            Self::Reduced => "Real data, at a scale where claims can be judged on a laptop.",
            Self::Paper => "The papers' own settings.",
        }
    }

    /// The name in manifests, folders and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Quick => "quick",
            Self::Reduced => "reduced",
            Self::Paper => "paper",
        }
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
        Self::ALL.into_iter().find(|profile| profile.name() == name).ok_or_else(|| UnknownProfile {
            name: name.to_owned(),
            suggestion: suggestion(name, &Self::ALL.map(Self::name)),
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
    /// CPU seconds of one more cluster (a search seed, a model), by what a cluster is, where they are known.
    pub cluster_seconds: BTreeMap<String, f64>,
    /// The paper's parameters, as `Paper::parameters` read them.
    pub parameters: serde_json::Value,
    /// What its analysis will find; absent where names of quantities were not looked up.
    pub promise: Option<Arc<Promise>>,
}
