//! What a report is made of: the input of `render`, as plain data.
//!
//! Everything that people read in a report and that no finding says comes from here: texts of the manifest, the data
//! sets, how to run it again. Texts are Markdown of one paragraph; raw HTML in them is shown, never obeyed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use super::clock::Clock;
use super::findings::Findings;
use super::judge::Judgement;
use super::summary::Summaries;
use renas_base::digest::Digest;

/// The report of one profile, over all its experiments.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// What was run, and how.
    pub profile: Profile,
    /// The experiments; rendered in the order of their ids.
    pub experiments: Vec<Experiment>,
}

/// The profile of a report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Its name (`quick`), which every verdict repeats.
    pub name: String,
    /// What it is for, in one sentence.
    pub purpose: String,
    /// The pinned numerics (`portable`).
    pub numerics: String,
    /// The kind of device (`cpu`).
    pub device: String,
    /// Version of libtorch (`2.11.0`).
    pub libtorch: String,
    /// Where training times come from.
    pub clock: Clock,
    /// The command that makes this report again (`make reproduce PROFILE=quick`).
    pub command: String,
}

/// The run that made the results of an experiment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunRecord {
    /// What is known of the machine and the run, in the order of the report: name and value.
    pub facts: Vec<Fact>,
}

/// A named fact: a setting, a property of the machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    /// What it is about.
    pub name: String,
    /// What it says.
    pub value: String,
}

/// The facts of two lists that differ, in the order of the second and then of the first: name and both values, an em dash where one
/// list lacks it.
pub fn differing<'f>(here: &'f [Fact], there: &'f [Fact]) -> Vec<(&'f str, &'f str, &'f str)> {
    let find = |facts: &'f [Fact], name: &str| {
        facts.iter().find(|fact| fact.name == name).map_or("–", |fact| fact.value.as_str())
    };
    let only_here = here.iter().filter(|fact| !there.iter().any(|other| other.name == fact.name));
    let names = there.iter().chain(only_here).map(|fact| fact.name.as_str()).filter(|name| *name != PURPOSE);
    names.map(|name| (name, find(here, name), find(there, name))).filter(|(_, here, there)| here != there).collect()
}

/// The name of the fact that says what a profile is for.
pub const PURPOSE: &str = "purpose";

/// One experiment of a report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Experiment {
    /// The id, also the name of its folder (`econas`).
    pub id: String,
    /// A short title.
    pub title: String,
    /// The paper.
    pub paper: Paper,
    /// What was done and seen, in a paragraph.
    pub summary: String,
    /// What was found, in sentences; those whose numbers this profile has not measured are left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub found: Vec<String>,
    /// What was run under this profile, in the order of the manifest.
    pub settings: Vec<Fact>,
    /// The same of the paper's own settings (profile `paper`); none where this is that profile, or the manifest has none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub as_written: Vec<Fact>,
    /// The data sets in use; rendered in the order of their names.
    pub data: Vec<DataSet>,
    /// What the analysis found.
    pub findings: Findings,
    /// The summary of every quantity, from `summarize`.
    pub summaries: Summaries,
    /// The judgement of every claim, from `judge`, in the order of the manifest.
    pub judgements: Vec<Judgement>,
    /// Where the paper, its code and this project part.
    pub audit: Vec<AuditEntry>,
    /// Where this project departs from the paper on purpose.
    pub deviations: Vec<Deviation>,
    /// What could not be run, and why.
    pub not_run: Vec<NotRun>,
    /// What each claim rests on, by its id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub carried: BTreeMap<String, Carried>,
    /// Trials that have pages of their own: a sample.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trials: Vec<Trial>,
    /// How much of it is finished, where not all is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unfinished: Option<Unfinished>,
    /// Commands that reproduce this experiment, one per line.
    pub reproduce: Vec<String>,
    /// The run that made the results; only in committed `reduced` and `paper` reports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<RunRecord>,
    /// The bytes of `outcomes.jsonl.zst`, copied into the experiment's folder.
    #[serde(skip)]
    pub evidence: Option<Vec<u8>>,
}

/// What a claim rests on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Carried {
    /// Trials of the studies that its quantities are made of.
    pub trials: usize,
    /// CPU seconds that these studies take, as they are planned.
    pub cpu_seconds: f64,
    /// The key of one of these trials, which has a page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trial: Option<String>,
}

/// A trial that has a page.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trial {
    /// Its key: the SHA-256 of all that its result depends on.
    pub key: String,
    /// A study that asked for it.
    pub study: String,
    /// What was done (`train`).
    pub step: String,
    /// What was asked, as indented JSON.
    pub asked: String,
    /// The digest of its outcome, which the lock file promises.
    pub outcome: String,
    /// How it ended.
    pub ending: String,
    /// What was scored, by name.
    pub scalars: BTreeMap<String, f64>,
    /// Learning curves, by name: one number per epoch.
    pub curves: BTreeMap<String, Vec<f64>>,
    /// Digests of the tensors that it gave, by name.
    pub tensors: BTreeMap<String, String>,
    /// CPU seconds that it took; none in a report that must repeat byte for byte.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_seconds: Option<f64>,
}

/// How much of an experiment is finished.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unfinished {
    /// Studies whose trials are all there.
    pub finished: usize,
    /// Studies of the plan.
    pub planned: usize,
}

/// The paper of an experiment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paper {
    /// Its title.
    pub title: String,
    /// Its authors, as one line.
    pub authors: String,
    /// The year; absent where the paper bears no date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub year: Option<u32>,
    /// Where it, or its code, is to be found (`https://...`); empty where nowhere.
    pub link: String,
}

/// A data set that an experiment read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataSet {
    /// The name in the registry (`digits`).
    pub name: String,
    /// What it is, with its source.
    pub title: String,
    /// The ordered digest.
    pub digest: Digest,
    /// How many samples, and how they were split (`1,797: 1,257 train, 180 validation, 360 test`).
    pub samples: String,
    /// Its licence.
    pub licence: String,
}

/// One entry of the audit ledger.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditEntry {
    /// Unique in the manifest.
    pub id: String,
    /// What it is about.
    pub subject: String,
    /// What the paper says.
    pub paper_says: String,
    /// What its public code does.
    pub code_does: String,
    /// What this project does.
    pub we_do: String,
    /// Where paper and code say so.
    pub source: String,
    /// Ids of the claims, or names of the variants, that it touches.
    pub affects: Vec<String>,
}

/// A departure from the paper on purpose.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deviation {
    /// Unique in the manifest.
    pub id: String,
    /// What is different.
    pub what: String,
    /// Why.
    pub why: String,
}

/// Something that could not be run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotRun {
    /// What.
    pub what: String,
    /// Why not, and what would change that.
    pub why: String,
}
