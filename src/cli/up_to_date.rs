//! A run that was done already: where all that it read and wrote still has its bytes, looking at them is the whole run.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::Result;
use serde::Deserialize as _;
use serde_json::{Value, json};

use super::arguments::{Common, Run};
use super::exit::{Classify as _, Failure};
use super::run_summary::Answer;
use super::say;
use super::session::Session;
use renas_base::digest::Digest;
use renas_data::registry::Registry;
use renas_harness::lockfile::{self, Lock};
use renas_harness::manifest::model::Profile;
use renas_harness::receipt::names_in;
use renas_harness::receipt::{Program, Receipt, digest_of};
use renas_harness::report_folder::listing;
use renas_harness::store::{Key, Store, StoreError};

/// A run as it is asked for, with what it depends on besides its results, taken before it begins.
pub struct UpToDate {
    question: Value,
    program: Program,
    manifests: BTreeMap<PathBuf, Option<Digest>>,
}

impl UpToDate {
    /// What is asked, of which program, about which manifests and data sets.
    pub fn of(common: &Common, arguments: &Run, data: &Registry) -> Result<Self> {
        // Text for what is absent: a key has no `null` in it.
        let question = json!({
            "profile": common.profile.as_deref().unwrap_or(Profile::Quick.name()),
            "only": common.only.as_deref().unwrap_or_default(),
            "device": common.device,
            "has_gpu": Path::new("/dev/nvidia0").exists(),
            "fresh": arguments.fresh,
            "numerics": arguments.numerics.map_or("", |numerics| numerics.name()),
            "reports": arguments.reports,
            "experiments": common.experiments,
            "store": common.store,
            "described_data": data.descriptions(),
        });
        let files = listing(&common.experiments)?.into_iter();
        let manifests = files.filter(|path| path.extension().is_some_and(|extension| extension == "yaml"));
        let digest = |path: PathBuf| {
            let path = common.experiments.join(path);
            let digest = digest_of(&path);
            (path, digest)
        };
        Ok(Self { question, program: Program::current()?, manifests: manifests.map(digest).collect() })
    }

    /// The answer of this run where nothing has changed since it was done. One that is to write lock files or to say
    /// more is always done.
    pub fn known(&self, common: &Common, arguments: &Run) -> Option<Answer> {
        if arguments.update_lock || arguments.claim.is_some() || common.verbose {
            return None;
        }
        let receipt = Receipt::find(&common.store, &self.question)?;
        let answer = Answer::deserialize(&receipt.answer).ok()?;
        receipt.still_holds(common.jobs()).then_some(answer)
    }

    /// Keep the receipt of the run, which read these records, vouches for these objects, and wrote these files of the report.
    pub fn keep(
        &self,
        session: &Session<'_>,
        store: &Store,
        (read, objects): (BTreeSet<Key>, BTreeSet<Digest>),
        locks: &[Lock],
        report: BTreeMap<PathBuf, Digest>,
        answer: &Answer,
    ) -> Result<(), Failure> {
        let common = session.common;
        let mut files = self.manifests.clone();
        for key in read {
            match store.record_file(key) {
                Ok(digest) => drop(files.insert(store.step_path(key), Some(digest))),
                // Somebody else changed the store meanwhile: the next run finds out.
                Err(StoreError::NoRecord { .. } | StoreError::Damaged { .. }) => return Ok(()),
                Err(error) => return Err(error).or_run_failed(),
            }
        }
        let brought = session.experiments.iter().flat_map(|selected| {
            let (folder, brought) = (selected.manifest.folder(), selected.manifest.brought.iter());
            brought.flat_map(|brought| brought.all_files()).map(|(path, _)| folder.join(path)).collect::<Vec<_>>()
        });
        files.extend(brought.map(|path| (path.clone(), digest_of(&path))));
        files.extend(objects.into_iter().map(|digest| (store.object_path(&digest), Some(digest))));
        let locks = locks.iter().map(|lock| lockfile::path(&common.experiments, session.profile, &lock.experiment));
        files.extend(locks.map(|path| (path.clone(), digest_of(&path))));
        let folders = [(common.experiments.clone(), names_in(&common.experiments).or_run_failed()?)];
        // Files that are none of the report's are among them, and were named.
        let names = (answer.report.clone(), names_in(&answer.report).or_run_failed()?);
        files.extend(report.into_iter().map(|(path, digest)| (answer.report.join(path), Some(digest))));
        let receipt = Receipt {
            question: self.question.clone(),
            program: self.program.clone(),
            files,
            folders: folders.into_iter().chain([names]).collect(),
            answer: serde_json::to_value(answer.repeated()).or_run_failed()?,
        };
        match receipt.keep(&common.store) {
            // A store that cannot be written can be read all the same.
            Err(error) if answer.trials.computed == 0 => say(common, &format!("no receipt: {error:#}")),
            kept => kept.or_run_failed()?,
        }
        Ok(())
    }
}
