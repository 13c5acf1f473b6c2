//! From conclusions to the pages of a profile's report: what they are made of.

mod board; //  the page about all profiles
mod trials; // the trials that claims rest on, and a sample of them in full

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde_json::Value;

pub use board::{BOARD, PAGES, board, write_board};

use super::evidence::{self, Evidence};
use super::manifest::model::{Manifest, Profile, ProfileSettings};
use super::run::{Conclusions, Experiment, StudyOutputs};
use super::store::WorkerIdentity;
use renas_base::digest::Digest;
use renas_base::files;
use renas_base::metric::Unit;
use renas_data::registry::{Content, Registry};
use renas_data::split;
use renas_report::claim::Verdict;
use renas_report::number;
use renas_report::page::{self, Clock, Fact, NotRun, RunRecord};
use renas_report::render::RUN_RECORD;
use renas_task::DataChoice;

/// The section of one experiment, evidence included.
pub fn section(
    manifest: &Manifest,
    settings: &ProfileSettings,
    experiment: &Experiment<'_>,
    conclusions: Conclusions,
    (studied, evidence): (&StudyOutputs, &Evidence),
    run: Option<RunRecord>,
) -> Result<page::Experiment> {
    let (observed, profile) = (experiment.clock == Clock::Measured, settings.profile);
    let (carried, trials) = trials::carried(experiment, &conclusions, studied, evidence, observed)?;
    let Conclusions { findings, summaries, judgements, studies: _ } = conclusions;
    Ok(page::Experiment {
        id: manifest.id.clone(),
        title: manifest.title.clone(),
        paper: manifest.paper.clone(),
        summary: manifest.summary.clone(),
        found: manifest
            .found
            .iter()
            .filter_map(|sentence| sentence.filled(&findings, &summaries, experiment.clock))
            .collect(),
        settings: facts(&settings.purpose, &experiment.paper.shown(&settings.parameters)),
        as_written: as_written(manifest, profile),
        data: data_sets(experiment, evidence)?,
        not_run: not_run(&judgements),
        unfinished: None,
        carried,
        trials,
        findings,
        summaries,
        judgements,
        audit: manifest.audit.clone(),
        deviations: manifest.deviations.clone(),
        reproduce: match manifest.brought {
            Some(_) => vec![format!("renas run --profile {profile} --only {}", manifest.id), "renas verify".to_owned()],
            None => vec![
                format!("make reproduce PROFILE={profile}"),
                format!("target/release/renas run --profile {profile} --only {}", manifest.id),
            ],
        },
        run,
        evidence: Some(evidence::write(evidence, observed)?),
    })
}

/// What is said of the profile as a whole.
pub fn profile(profile: Profile, settings: &ProfileSettings, worker: &WorkerIdentity) -> page::Profile {
    page::Profile {
        name: profile.name().to_owned(),
        purpose: profile.purpose().to_owned(),
        numerics: worker.numerics.clone(),
        device: worker.device.clone(),
        libtorch: worker.libtorch.clone(),
        clock: settings.clock,
        command: match settings.clock {
            Clock::Unused => format!("renas run --profile {profile}"),
            Clock::CostModel | Clock::Measured => format!("make reproduce PROFILE={profile}"),
        },
    }
}

/// The settings of profile `paper`, where this is another.
fn as_written(manifest: &Manifest, profile: Profile) -> Vec<Fact> {
    let paper = manifest.profiles.get(&Profile::Paper).filter(|_| profile != Profile::Paper);
    paper.map_or(Vec::new(), |paper| facts(&paper.purpose, &paper.parameters))
}

/// The settings of the manifest, one line each: what the profile is for, then `search.population` and its value.
pub(super) fn facts(purpose: &str, parameters: &Value) -> Vec<Fact> {
    fn collect(name: &str, value: &Value, facts: &mut Vec<Fact>) {
        match value {
            Value::Object(map) => map.iter().for_each(|(key, value)| {
                let name = if name.is_empty() { key.clone() } else { format!("{name}.{key}") };
                collect(&name, value, facts);
            }),
            Value::Array(items) if items.iter().any(Value::is_object) => {
                items.iter().enumerate().for_each(|(index, item)| collect(&format!("{name}[{index}]"), item, facts));
            }
            Value::String(text) => facts.push(Fact { name: name.to_owned(), value: text.clone() }),
            Value::Array(items) => {
                let words: Vec<String> = items.iter().map(|item| item.to_string().replace('"', "")).collect();
                facts.push(Fact { name: name.to_owned(), value: words.join(", ") });
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {
                facts.push(Fact { name: name.to_owned(), value: value.to_string() });
            }
        }
    }
    let mut facts = vec![Fact { name: page::PURPOSE.to_owned(), value: purpose.to_owned() }];
    collect("", parameters, &mut facts);
    facts
}

/// Every data set that the experiment read, once per way of splitting it.
fn data_sets(experiment: &Experiment<'_>, evidence: &Evidence) -> Result<Vec<page::DataSet>> {
    let mut split_samples: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for data in evidence.data() {
        let choice: DataChoice = serde_json::from_str(data).context("the data set of a trial in the evidence")?;
        let samples = samples(&choice, experiment.data)?;
        split_samples.entry(choice.name).or_default().insert(samples);
    }
    let mut sets = Vec::new();
    for name in experiment.data_read() {
        let set = experiment.data.find(&name)?;
        let all = split_samples.remove(&name).unwrap_or_else(|| BTreeSet::from([String::new()]));
        sets.extend(all.into_iter().map(|samples| page::DataSet {
            name: name.clone(),
            title: set.title.clone(),
            digest: set.digest(),
            samples: if samples.is_empty() { whole(&set.content) } else { samples },
            licence: set.licence.clone(),
        }));
    }
    Ok(sets)
}

fn samples(choice: &DataChoice, data: &Registry) -> Result<String> {
    let sizes = data.images(&choice.name)?.sizes;
    let indices = split::indices(&choice.split, sizes)?;
    let total = sizes.train + sizes.test.unwrap_or(0);
    let [total, train, validation, test] =
        [total, indices.train.len(), indices.validation.len(), indices.test.len()].map(count);
    Ok(format!("{total}: {train} train, {validation} validation, {test} test"))
}

fn count(n: usize) -> String {
    number::exact(n as f64, Unit::Count)
}

fn whole(content: &Content) -> String {
    match content {
        Content::Images(images) => count(images.sizes.train + images.sizes.test.unwrap_or(0)),
        Content::Table => "a table, used whole".to_owned(),
    }
}

/// What was not tested, by reason, so that each reason is said once.
fn not_run(judgements: &[renas_report::judge::Judgement]) -> Vec<NotRun> {
    let mut by_reason: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for judgement in judgements.iter().filter(|judgement| judgement.verdict == Verdict::NotTested) {
        by_reason.entry(&judgement.reason).or_default().push(&judgement.id);
    }
    let entry = |(why, claims): (&str, Vec<&str>)| NotRun {
        what: format!("{} of the claims: {}", claims.len(), claims.join(", ")),
        why: why.to_owned(),
    };
    by_reason.into_iter().map(entry).collect()
}

/// The run record of an experiment that the report in `folder` carries, where it carries one.
pub fn run_record(folder: &Path, experiment: &str) -> Result<Option<RunRecord>> {
    let path = folder.join(experiment).join(RUN_RECORD);
    match files::read(&path) {
        Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes).with_context(|| path.display().to_string())?)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// Digest of each file, by path.
pub fn digests(files: &BTreeMap<PathBuf, Vec<u8>>) -> BTreeMap<PathBuf, Digest> {
    files.iter().map(|(path, bytes)| (path.clone(), Digest::of(bytes))).collect()
}
