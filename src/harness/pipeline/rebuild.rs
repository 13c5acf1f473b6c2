//! An experiment rebuilt from the evidence that a report holds: searches, analysis and verdicts are computed again.

use std::io;
use std::path::Path;

use anyhow::Context as _;

use super::fault::{Classify as _, Fault};
use super::selected::Selected;
use super::work::promise;
use crate::evidence::{self, Evidence};
use crate::lockfile::Lock;
use crate::manifest::model::Profile;
use crate::publish;
use crate::run::StudyOutputs;
use crate::store::WorkerIdentity;
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

/// The experiment rebuilt from the evidence that the folder of a profile's report holds of it; nothing where it holds none.
pub fn rebuild(selected: &Selected, profile: Profile, folder: &Path, threads: usize) -> Result<Option<Rebuilt>, Fault> {
    let id = &selected.manifest.id;
    let Some((evidence, worker)) = evidence_in(folder, id)? else { return Ok(None) };
    let settings = selected.settings(profile)?;
    let plan = selected.paper.plan(&settings.parameters, &selected.data).or_bad_input()?;
    let experiment = selected.experiment(settings, &plan, &worker);
    let studied = experiment.replay(&evidence, threads).or_bad_input()?;
    let conclusions = experiment.conclude(&studied).or_run_failed()?;
    let lock = promise(&selected.manifest, profile, &worker, &studied, &evidence, &conclusions).or_run_failed()?;
    let run = publish::run_record(folder, id).or_bad_input()?;
    let section = publish::section(&selected.manifest, profile, settings, &experiment, conclusions, &evidence, run)
        .or_run_failed()?;
    Ok(Some(Rebuilt { id: id.clone(), worker: worker.clone(), studied, evidence, lock, section }))
}

/// The evidence that a report's folder holds of an experiment, and what computed its trials; nothing where it holds none.
pub fn evidence_in(folder: &Path, id: &str) -> Result<Option<(Evidence, WorkerIdentity)>, Fault> {
    let path = folder.join(id).join(evidence::FILE);
    let bytes = match files::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())).or_bad_input(),
    };
    let evidence = evidence::read(&path, bytes).or_bad_input()?;
    let worker = evidence.worker().cloned();
    let worker = worker.with_context(|| format!("{} holds no trial of a worker", path.display())).or_bad_input()?;
    Ok(Some((evidence, worker)))
}
