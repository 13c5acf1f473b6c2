//! What a run goes on from besides its store, and what it leaves for the next one: evidence, which any machine can read.
//!
//! A store is large and stays on its machine. A trial whose record is in the evidence of the committed report, or in that of a run
//! that was cut off, is not computed again: its record is **replayed**, and only its weights are missing, which are made again
//! where a trial reads them. While a run goes on, all that it used so far and no report holds is written to
//! `reports/unfinished/<profile>/<experiment>.jsonl.zst` from time to time, and when the run fails or is ended.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result};

use super::evidence::{self, Evidence, Writer};
use super::manifest::model::Profile;
use super::report_folder;
use super::store::{Address, Key, Record};
use renas_base::files;
use renas_base::parallel::lock;
use renas_report::page::Clock;

/// The folder of unfinished evidence, below that of all reports.
pub const FOLDER: &str = "unfinished";

/// Records by key.
pub type Records = BTreeMap<Key, Arc<Record>>;

/// The evidence of runs before this one.
#[derive(Debug)]
pub struct Resume {
    reports: PathBuf,
    /// Of the unfinished evidence, below `reports`.
    name: PathBuf,
    committed: Option<Evidence>,
    unfinished: Option<Evidence>,
    takes: bool,
    needs_observation: bool,
    /// Held while the file is written.
    turn: Mutex<()>,
}

/// Where the unfinished evidence of an experiment lies, below the folder of all reports.
pub fn name(profile: Profile, experiment: &str) -> PathBuf {
    Path::new(FOLDER).join(profile.name()).join(format!("{experiment}.jsonl.zst"))
}

impl Resume {
    /// What the reports below `reports` hold of an experiment, and what is to be said of files that cannot be used: nothing is
    /// taken from them. Under a measured clock only records are taken that say how long they took.
    pub fn of(reports: &Path, profile: Profile, experiment: &str, clock: Clock) -> (Self, Vec<String>) {
        let mut notes = Vec::new();
        let name = name(profile, experiment);
        let mut read = |path: PathBuf| match files::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => {
                notes.push(format!("cannot read {}: {error}; nothing is taken from it", path.display()));
                None
            }
            Ok(bytes) => match evidence::read(&path, bytes) {
                Ok(evidence) => Some(evidence),
                Err(error) => {
                    notes.push(format!("{error}; nothing is taken from it"));
                    None
                }
            },
        };
        let committed = read(reports.join(profile.name()).join(experiment).join(evidence::FILE));
        let unfinished = read(reports.join(&name));
        let (reports, needs_observation) = (reports.to_owned(), clock == Clock::Measured);
        let turn = Mutex::default();
        (Self { reports, name, committed, unfinished, takes: true, needs_observation, turn }, notes)
    }

    /// The same for a run that is to compute everything that its store does not hold.
    pub fn fresh(self) -> Self {
        Self { takes: false, ..self }
    }

    /// The file of what is unfinished.
    pub fn path(&self) -> PathBuf {
        self.reports.join(&self.name)
    }

    /// The record at an address, where there is one whose answer fits its task.
    pub fn find(&self, address: &Address) -> Option<Record> {
        let sources = [&self.committed, &self.unfinished];
        sources.into_iter().flatten().filter(|_| self.takes).find_map(|evidence| self.find_in(evidence, address))
    }

    fn find_in(&self, evidence: &Evidence, address: &Address) -> Option<Record> {
        let key = address.key();
        let kept = evidence.kept().get(&key)?;
        let answer = kept.answer();
        let says_enough = !self.needs_observation || kept.worker().is_none() || answer.observation.is_some();
        let is_sound = says_enough && evidence.misfits().iter().all(|(misfit, _)| *misfit != key);
        let identity = address.identity().clone();
        is_sound.then_some(Record { identity, result: answer.result, observation: answer.observation })
    }

    /// Do `work`, and meanwhile, `every` so often, `keep` what `so_far` gives. What cannot be written then is told when it is
    /// kept at the end.
    pub fn during<R>(&self, every: Duration, so_far: impl Fn() -> Records + Sync, work: impl FnOnce() -> R) -> R {
        let (over, is_over) = mpsc::channel::<()>();
        thread::scope(|scope| {
            let so_far = &so_far;
            // Where the system gives no thread, what is finished is written at the end.
            drop(thread::Builder::new().spawn_scoped(scope, move || {
                while is_over.recv_timeout(every) == Err(RecvTimeoutError::Timeout) {
                    drop(self.keep(so_far()));
                }
            }));
            // Dropped also where the work panics: else the thread would go on for ever.
            let _over = over;
            work()
        })
    }

    /// Write all records that the run used so far, or an earlier one had left, and that the committed report does not hold; how
    /// many there are. Nothing is written where there is none.
    pub fn keep(&self, so_far: Records) -> Result<usize> {
        let _turn = lock(&self.turn);
        let path = self.path();
        let write = || -> Result<usize> {
            let mut all = Records::new();
            // Of this file, as it is now: another process may have written it.
            if let Ok(bytes) = files::read(&path) {
                match evidence::read(&path, bytes) {
                    Ok(earlier) => {
                        for record in earlier.records() {
                            let (key, record) = record?;
                            all.insert(key, Arc::new(record));
                        }
                    }
                    Err(_) => report_folder::set_aside(&self.reports, &self.name)?,
                }
            }
            all.extend(so_far);
            all.retain(|key, _| self.committed.as_ref().is_none_or(|report| !report.kept().contains_key(key)));
            if all.is_empty() {
                return Ok(0);
            }
            let mut writer = Writer::default();
            for (key, record) in &all {
                writer.push(*key, &record.to_text()?);
            }
            report_folder::write_file(&self.reports, &self.name, &writer.finish())?;
            Ok(all.len())
        };
        write().with_context(|| format!("cannot keep finished trials in {}", path.display()))
    }

    /// Remove what is unfinished, since a report holds it now; whether there was anything.
    pub fn remove(&self) -> Result<bool> {
        let path = self.path();
        match report_folder::remove_file(&self.reports, &self.name) {
            Ok(was_there) => Ok(was_there),
            Err(error) => Err(error).with_context(|| format!("cannot remove {}", path.display())),
        }
    }
}
