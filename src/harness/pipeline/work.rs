//! An experiment run on a store: its studies, what they say, and what a lock file can promise of it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::fault::{Classify as _, Fault};
use super::selected::{Part, Selected};
use crate::context::RunContext;
use crate::event::{Event, Observer};
use crate::evidence::Evidence;
use crate::executor::Execute;
use crate::ledger;
use crate::lockfile::{self, Lock};
use crate::manifest::model::{Manifest, Profile, ProfileSettings};
use crate::resume::Resume;
use crate::run::{Conclusions, StudyOutputs, evidence_of};
use crate::store::{Key, Records as _, Store, WorkerIdentity};
use crate::study::Study;
use renas_base::digest::Digest;

/// One experiment, ready to run.
pub struct Work<'a> {
    /// The experiment.
    pub selected: &'a Selected,
    /// At which profile.
    pub settings: &'a ProfileSettings,
    /// The studies to run, each after what it needs.
    pub plan: &'a [Study],
    /// What computes its trials.
    pub worker: &'a WorkerIdentity,
    /// Who has them computed.
    pub executor: &'a dyn Execute,
    /// Where results are kept.
    pub store: &'a Store,
    /// Evidence of earlier runs, and where that of this one is kept while it is unfinished.
    pub resume: &'a Resume,
    /// Studies at a time.
    pub threads: usize,
}

/// How often what is unfinished is written.
const KEEP_EVERY: Duration = Duration::from_secs(600);

/// What came of an experiment.
pub enum Came {
    /// A part of its studies is finished.
    Studies,
    /// The claim that was asked for is judged.
    Judged(Box<Conclusions>),
    /// All of it is.
    Whole(Box<Done>),
}

/// What one whole experiment gave.
pub struct Done {
    /// What its results say.
    pub conclusions: Conclusions,
    /// The studies that they are made of.
    pub studied: StudyOutputs,
    /// What these are made of.
    pub evidence: Evidence,
    /// What a lock file can promise of it, less the digests of files.
    pub lock: Lock,
    /// Keys of all records that it was made of.
    pub read: BTreeSet<Key>,
    /// The objects that they name.
    pub objects: BTreeSet<Digest>,
}

impl Work<'_> {
    /// Run the studies, and make lost objects again; the number of these objects, and what came of it. Where that is not the
    /// whole experiment, what it used is kept as unfinished evidence.
    pub fn run(&self, observer: &dyn Observer) -> Result<(usize, Came), Fault> {
        let run = RunContext::new(self.store, self.executor, &self.selected.data, observer).resuming(self.resume);
        let came = self.resume.during(KEEP_EVERY, || run.evidence_so_far(), || self.run_on(&run, observer));
        if !matches!(came, Ok((_, Came::Whole(_)))) {
            match self.resume.keep(run.evidence_so_far()) {
                Ok(0) => {}
                Ok(records) => observer.event(&Event::Kept { path: self.resume.path(), records }),
                Err(error) => observer.event(&Event::NotKept { why: format!("{error:#}") }),
            }
        }
        came
    }

    fn run_on(&self, run: &RunContext<'_>, observer: &dyn Observer) -> Result<(usize, Came), Fault> {
        let experiment = self.selected.experiment(self.settings, self.plan, self.worker);
        let studied = experiment.run(run, observer, self.threads).map_err(Fault::of_studies)?;
        let restored = run.restore_objects(&studied.used).map_err(Fault::of_studies)?;
        if let Part::Studies(_) = self.selected.part {
            return Ok((restored, Came::Studies));
        }
        let conclusions = experiment.conclude(&studied).or_run_failed()?;
        if let Part::Claim(_) = self.selected.part {
            return Ok((restored, Came::Judged(Box::new(conclusions))));
        }
        let evidence = evidence_of(run, &studied, self.store.source()).or_run_failed()?;
        let (manifest, profile) = (&self.selected.manifest, self.settings.profile);
        let lock = promise(manifest, profile, self.worker, &studied, &evidence, &conclusions).or_run_failed()?;
        let (read, objects) = (run.read(), run.objects());
        Ok((restored, Came::Whole(Box::new(Done { conclusions, studied, evidence, lock, read, objects }))))
    }
}

/// The digests of these results, and what became of every claim; the digests of files come when there are files.
pub(super) fn promise(
    manifest: &Manifest,
    profile: Profile,
    worker: &WorkerIdentity,
    studied: &StudyOutputs,
    evidence: &Evidence,
    conclusions: &Conclusions,
) -> anyhow::Result<Lock> {
    let entries = {
        let evidence = (evidence, manifest.brought.is_some());
        ledger::entries(&manifest.claims, conclusions, evidence, !studied.unfinished.is_empty())?
    };
    Ok(Lock {
        format: lockfile::FORMAT,
        experiment: manifest.id.clone(),
        profile,
        manifest: manifest.digest,
        worker: worker.clone(),
        fingerprints: evidence.fingerprints().clone(),
        studies: Lock::studies_of(studied),
        observed: studied.observed.clone(),
        trials: Lock::trials_of(evidence),
        claims: entries.into_iter().map(|(id, entry)| (id, vec![entry])).collect(),
        sealed: None,
        files: BTreeMap::new(),
    })
}
