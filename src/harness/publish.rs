//! From conclusions to the folder of a profile's report: what the pages are made of, and how the files get there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde::Deserialize;
use serde_json::Value;

use super::evidence;
use super::manifest::model::{Manifest, Profile, ProfileSettings};
use super::run::{Conclusions, Experiment};
use super::store::{Evidence, WorkerIdentity};
use renas_base::digest::Digest;
use renas_base::metric::Unit;
use renas_data::registry::{self, Content};
use renas_data::split;
use renas_report::claim::Verdict;
use renas_report::number;
use renas_report::page::{self, Clock, Fact, NotRun, RunRecord};
use renas_report::render::RUN_RECORD;
use renas_task::DataChoice;

/// The section of one experiment, evidence included.
pub fn section(
    manifest: &Manifest,
    profile: Profile,
    settings: &ProfileSettings,
    experiment: &Experiment<'_>,
    conclusions: Conclusions,
    evidence: &Evidence,
    run: Option<RunRecord>,
) -> Result<page::Experiment> {
    let observed = experiment.clock == Clock::Measured;
    let Conclusions { findings, summaries, judgements } = conclusions;
    Ok(page::Experiment {
        id: manifest.id.clone(),
        title: manifest.title.clone(),
        paper: manifest.paper.clone(),
        summary: manifest.summary.clone(),
        settings: facts(&settings.purpose, &settings.parameters),
        data: data_sets(experiment, evidence)?,
        not_run: not_run(&judgements),
        findings,
        summaries,
        judgements,
        audit: manifest.audit.clone(),
        deviations: manifest.deviations.clone(),
        reproduce: vec![
            format!("make reproduce PROFILE={profile}"),
            format!("target/release/renas run --profile {profile} --only {}", manifest.id),
        ],
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
        command: format!("make reproduce PROFILE={profile}"),
    }
}

/// The settings of the manifest, one line each: what the profile is for, then `search.population` and its value.
fn facts(purpose: &str, parameters: &Value) -> Vec<Fact> {
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
    let mut facts = vec![Fact { name: "purpose".to_owned(), value: purpose.to_owned() }];
    collect("", parameters, &mut facts);
    facts
}

/// Every data set that the experiment read, once per way of splitting it.
fn data_sets(experiment: &Experiment<'_>, evidence: &Evidence) -> Result<Vec<page::DataSet>> {
    let mut choices: Vec<&Value> = Vec::new();
    for data in evidence.records().values().filter_map(|record| record.identity.inputs.get("data")) {
        // Few choices, of many trials.
        if !choices.contains(&data) {
            choices.push(data);
        }
    }
    let mut split_samples: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for data in choices {
        let choice = DataChoice::deserialize(data).context("the data set of a trial in the evidence")?;
        let samples = samples(&choice)?;
        split_samples.entry(choice.name).or_default().insert(samples);
    }
    let mut sets = Vec::new();
    for name in experiment.data() {
        let set = registry::find(&name)?;
        let all = split_samples.remove(&name).unwrap_or_else(|| BTreeSet::from([String::new()]));
        sets.extend(all.into_iter().map(|samples| page::DataSet {
            name: name.clone(),
            title: set.title.to_owned(),
            digest: set.digest(),
            samples: if samples.is_empty() { whole(&set.content) } else { samples },
            licence: set.licence.to_owned(),
        }));
    }
    Ok(sets)
}

fn samples(choice: &DataChoice) -> Result<String> {
    let sizes = registry::find(&choice.name)?.images()?.sizes;
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
    match fs::read(&path) {
        Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes).with_context(|| path.display().to_string())?)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// What writing a report did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Files whose bytes are new or changed.
    pub changed: Vec<PathBuf>,
    /// Files that no report has any more, removed.
    pub removed: Vec<PathBuf>,
}

/// Make `folder` hold exactly `files`. A file that has its bytes already is not touched; each write is complete or
/// absent, `SHA256SUMS` last. Processes that write one folder take turns: to each, another's unfinished file would be
/// one that no report has.
pub fn write(folder: &Path, files: &BTreeMap<PathBuf, Vec<u8>>) -> Result<Written> {
    let _turn = turn(folder).with_context(|| format!("cannot lock the report's folder {}", folder.display()))?;
    let mut written = Written::default();
    let (sums, others): (Vec<_>, Vec<_>) = files.iter().partition(|(path, _)| path.ends_with("SHA256SUMS"));
    for (path, bytes) in others.into_iter().chain(sums) {
        let target = folder.join(path);
        if fs::read(&target).is_ok_and(|found| found == *bytes) {
            continue;
        }
        let parent = target.parent().unwrap_or(folder);
        let save = || -> std::io::Result<()> {
            fs::create_dir_all(parent)?;
            let mut file = tempfile::NamedTempFile::new_in(parent)?;
            file.write_all(bytes)?;
            file.as_file().set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))?;
            file.persist(&target).map_err(|error| error.error)?;
            Ok(())
        };
        save().with_context(|| format!("cannot write the report's file {}", target.display()))?;
        written.changed.push(path.clone());
    }
    for path in listing(folder)? {
        if !files.contains_key(&path) {
            let target = folder.join(&path);
            fs::remove_file(&target).with_context(|| format!("cannot remove the outdated {}", target.display()))?;
            written.removed.push(path);
        }
    }
    Ok(written)
}

/// The right to write a folder, which ends with the process at the latest; waits while another process has it.
fn turn(folder: &Path) -> std::io::Result<fs::File> {
    fs::create_dir_all(folder)?;
    let handle = fs::File::open(folder)?;
    handle.lock()?;
    Ok(handle)
}

/// Every file below `folder`, by path in it; empty where there is no such folder.
pub fn listing(folder: &Path) -> Result<BTreeSet<PathBuf>> {
    let mut files = BTreeSet::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(inner) = folders.pop() {
        let here = folder.join(&inner);
        let entries = match fs::read_dir(&here) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error).with_context(|| format!("cannot list {}", here.display())),
        };
        for entry in entries {
            let entry = entry.with_context(|| format!("cannot list {}", here.display()))?;
            let path = inner.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                folders.push(path);
            } else {
                files.insert(path);
            }
        }
    }
    Ok(files)
}

/// Digest of each file, by path.
pub fn digests(files: &BTreeMap<PathBuf, Vec<u8>>) -> BTreeMap<PathBuf, Digest> {
    files.iter().map(|(path, bytes)| (path.clone(), Digest::of(bytes))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(text: &str) -> BTreeMap<PathBuf, Vec<u8>> {
        ["a/report.md", "a/tables/one.csv", "index.html", "SHA256SUMS"]
            .map(|name| (PathBuf::from(name), format!("{name} {text}").into_bytes()))
            .into()
    }

    #[test]
    fn a_folder_holds_exactly_the_report_and_untouched_files_stay() {
        let parent = tempfile::tempdir().expect("a folder");
        let folder = parent.path().join("reports/quick");
        assert_eq!(write(&folder, &report("old")).expect("written").changed.len(), 4);
        fs::write(folder.join("a/.tmpleft"), "what a killed process left").expect("writable");
        let mut files = report("old");
        files.insert("index.html".into(), b"new".to_vec());
        let expected = Written { changed: vec!["index.html".into()], removed: vec!["a/.tmpleft".into()] };
        assert_eq!(write(&folder, &files).expect("written"), expected);
        assert_eq!(listing(&folder).expect("listable"), files.keys().cloned().collect());
    }

    #[test]
    fn writers_of_one_folder_take_turns_and_none_loses_a_file_to_another() {
        let parent = tempfile::tempdir().expect("a folder");
        let folder = parent.path().join("reports/quick");
        std::thread::scope(|scope| {
            for writer in 0..4 {
                let folder = &folder;
                scope.spawn(move || {
                    for round in 0..50 {
                        write(folder, &report(&format!("{writer} {round}"))).expect("nobody removes what it writes");
                    }
                });
            }
        });
        assert_eq!(listing(&folder).expect("listable"), report("").keys().cloned().collect());
    }
}
