//! An experiment rebuilt from the evidence that a report holds: searches, analysis and verdicts are computed again.

use std::io;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;

use super::fault::{Classify as _, Fault};
use super::selected::Selected;
use super::work::promise;
use crate::evidence::{self, Evidence};
use crate::lockfile::Lock;
use crate::manifest::model::Profile;
use crate::publish;
use crate::resume;
use crate::run::StudyOutputs;
use crate::store::{Records as _, STUDY, WorkerIdentity};
use renas_base::files;
use renas_report::page;

/// An experiment rebuilt from its evidence.
pub struct Rebuilt {
    /// Its id.
    pub id: String,
    /// What computed its trials.
    pub worker: WorkerIdentity,
    /// Results of its studies, computed again.
    pub studied: StudyOutputs,
    /// The evidence.
    pub evidence: Evidence,
    /// What a lock file can promise of it, less the digests of files.
    pub lock: Lock,
    /// Its section of the report, with findings and judgements.
    pub section: page::Experiment,
}

/// From which evidence an experiment is rebuilt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// That of its committed report.
    Report,
    /// The same, and what runs that were cut off left beside it.
    AllThatIsThere,
}

/// The experiment rebuilt from the evidence that the folder of a profile's report holds of it; nothing where there is none. Of studies
/// whose trials are not all there it has no results.
pub fn rebuild(
    selected: &Selected,
    profile: Profile,
    (folder, origin): (&Path, Origin),
    threads: usize,
) -> Result<Option<Rebuilt>, Fault> {
    let id = &selected.manifest.id;
    let found = match origin {
        Origin::Report => evidence_in(folder, id)?,
        Origin::AllThatIsThere => all_evidence(folder, profile, id)?,
    };
    let Some((evidence, worker)) = found else { return Ok(None) };
    let settings = selected.settings(profile)?;
    let plan = selected.paper.plan(&settings.parameters, &selected.data).or_bad_input()?;
    let experiment = selected.experiment(settings, &plan, &worker);
    let studied = experiment.replay_available(&evidence, threads).or_bad_input()?;
    let conclusions = experiment.conclude(&studied).or_run_failed()?;
    let lock = promise(&selected.manifest, profile, &worker, &studied, &evidence, &conclusions).or_run_failed()?;
    let run = publish::run_record(folder, id).or_bad_input()?;
    let mut section =
        publish::section(&selected.manifest, settings, &experiment, conclusions, (&studied, &evidence), run)
            .or_run_failed()?;
    let (planned, unfinished) = (plan.len(), studied.unfinished.len());
    section.unfinished = (unfinished > 0).then(|| page::Unfinished { finished: planned - unfinished, planned });
    Ok(Some(Rebuilt { id: id.clone(), worker: worker.clone(), studied, evidence, lock, section }))
}

/// The evidence that a report's folder holds of an experiment, and what computed its trials; nothing where it holds none.
pub fn evidence_in(folder: &Path, id: &str) -> Result<Option<(Evidence, WorkerIdentity)>, Fault> {
    read(&folder.join(id).join(evidence::FILE))?.map(with_worker).transpose()
}

/// The same together with what runs that were cut off left.
fn all_evidence(folder: &Path, profile: Profile, id: &str) -> Result<Option<(Evidence, WorkerIdentity)>, Fault> {
    let path = folder.join(id).join(evidence::FILE);
    let unfinished = folder.parent().unwrap_or(Path::new("")).join(resume::name(profile, id));
    let all: Vec<Evidence> = [read(&path)?, read(&unfinished)?].into_iter().flatten().collect();
    if all.len() < 2 {
        return all.into_iter().next().map(with_worker).transpose();
    }
    let records = all.iter().flat_map(Evidence::records).map(|one| one.map(|(key, record)| (key, Arc::new(record))));
    let records = records.collect::<Result<Vec<_>, _>>().or_bad_input()?;
    Some(with_worker(Evidence::new(&path, records).or_bad_input()?)).transpose()
}

fn read(path: &Path) -> Result<Option<Evidence>, Fault> {
    match files::read(path) {
        Ok(bytes) => evidence::read(path, bytes).or_bad_input().map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())).or_bad_input(),
    }
}

fn with_worker(evidence: Evidence) -> Result<(Evidence, WorkerIdentity), Fault> {
    // Results that were handed in are records of studies, and no worker computed them.
    let is_handed_in = !evidence.kept().is_empty() && evidence.kept().values().all(|kept| kept.step() == STUDY);
    let worker = evidence.worker().cloned().or_else(|| is_handed_in.then(WorkerIdentity::none));
    let nobody = || format!("{} holds no trial of a worker", evidence.source().display());
    let worker = worker.with_context(nobody).or_bad_input()?;
    Ok((evidence, worker))
}
