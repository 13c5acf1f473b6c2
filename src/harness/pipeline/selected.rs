//! Experiments, and what of them is meant.

use std::sync::Arc;

use anyhow::anyhow;

use super::fault::{Classify as _, Fault};
use crate::analysis::{Analysis, Promise, Unplanned};
use crate::manifest::brought::{Brought, Import};
use crate::manifest::model::{Manifest, Profile, ProfileSettings};
use crate::paper::AnyPaper;
use crate::run::Experiment;
use crate::schedule::with_needs;
use crate::store::WorkerIdentity;
use crate::study::Study;
use crate::timing::TimeSource;
use renas_base::digest::Digest;
use renas_base::files;
use renas_base::pattern::matches;
use renas_data::registry::{DataSet, Registry};
use renas_report::claim::Claim;

/// An experiment that was asked for.
#[derive(Clone)]
pub struct Selected {
    /// Its manifest.
    pub manifest: Manifest,
    /// What runs it.
    pub paper: &'static dyn AnyPaper,
    /// What of it was asked for.
    pub part: Part,
    /// The known data sets.
    pub data: Arc<Registry>,
}

/// What of an experiment was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// All of it.
    Whole,
    /// The studies whose ids match a pattern.
    Studies(String),
    /// What one claim needs, by its id.
    Claim(String),
}

impl Selected {
    /// An experiment that this paper runs, which knows these data sets and those that its manifest brings.
    pub fn new(manifest: Manifest, paper: &'static dyn AnyPaper, part: Part, data: &Arc<Registry>) -> Self {
        let folder = manifest.folder();
        let set = |import: &Import| {
            let (folder, of) = (folder.to_owned(), [import.licence.as_str(), import.origin.as_str()]);
            DataSet::beside(&import.study, folder, &import.files, of)
        };
        let data = match &manifest.brought {
            Some(brought) => Arc::new(data.with(brought.imports.iter().map(set))),
            None => Arc::clone(data),
        };
        Self { manifest, paper, part, data }
    }

    /// An error where a file that its manifest brings is there and has another SHA-256: results are of the one that is named.
    pub fn check_files(&self) -> Result<(), Fault> {
        for (path, pin) in self.manifest.brought.iter().flat_map(Brought::all_files) {
            let path = self.manifest.folder().join(path);
            let Ok(bytes) = files::read(&path) else { continue };
            let found = Digest::of(&bytes);
            if found != pin {
                let (path, manifest) = (path.display(), self.manifest.file.display());
                return Err(anyhow!(
                    "{path}: its SHA-256 is {found}, and {manifest} says {pin}: bring the file back; where the change is meant, put \
                     its SHA-256 into the manifest"
                ))
                .or_bad_input();
            }
        }
        Ok(())
    }

    /// An error with every mistake of the results that its manifest brings, where all its files are there.
    pub fn check_results(&self, settings: &ProfileSettings) -> Result<(), Fault> {
        let mut files = self.manifest.brought.iter().flat_map(Brought::all_files);
        if !files.all(|(path, _)| self.manifest.folder().join(path).exists()) {
            return Ok(());
        }
        self.check_files()?;
        self.paper.check_results(&settings.parameters, &self.data).or_bad_input()
    }

    /// The settings of a profile.
    pub fn settings(&self, profile: Profile) -> Result<&ProfileSettings, Fault> {
        self.manifest.profile(profile).or_bad_input()
    }

    /// The studies that were asked for and what they need, in the plan's order.
    pub fn plan(&self, settings: &ProfileSettings) -> Result<Vec<Study>, Fault> {
        self.part(settings, self.paper.plan(&settings.parameters, &self.data).or_bad_input()?)
    }

    /// The claims that were asked for.
    pub fn claims(&self) -> &[Claim] {
        let all = &self.manifest.claims;
        let Part::Claim(id) = &self.part else { return all };
        let place = all.iter().position(|claim| claim.id == *id);
        place.map_or(&[], |place| &all[place..=place])
    }

    /// The ids of all its claims.
    pub fn claim_ids(&self) -> impl Iterator<Item = String> {
        self.manifest.claims.iter().map(|claim| claim.id.clone())
    }

    /// The studies of a plan that some of its claims need, with all that these need.
    pub fn studies_of(
        &self,
        claims: &[Claim],
        settings: &ProfileSettings,
        plan: &[Study],
    ) -> Result<Vec<Study>, Fault> {
        let promise = self.promise(settings)?;
        Ok(promise.studies(&claims.iter().flat_map(Claim::quantities).collect(), plan))
    }

    /// The same of a plan that is there already.
    pub fn part(&self, settings: &ProfileSettings, plan: Vec<Study>) -> Result<Vec<Study>, Fault> {
        let glob = match &self.part {
            Part::Whole => return Ok(plan),
            Part::Studies(pattern) => pattern,
            Part::Claim(claim) => {
                let part = self.studies_of(self.claims(), settings, &plan)?;
                let nothing = || {
                    let (id, profile) = (&self.manifest.id, settings.profile);
                    format!(
                        "no study of {id} under {profile} measures what `{claim}` is about (`renas why {id}/{claim}`)"
                    )
                };
                return if part.is_empty() { Err(anyhow!(nothing())).or_bad_input() } else { Ok(part) };
            }
        };
        let part = with_needs(&plan, |study| matches(glob, &study.id));
        let hint = || {
            let first = plan.first().map_or("none", |study| study.id.as_str());
            format!(
                "no study of {} matches `{glob}` (`renas plan` lists them; the first is `{first}`)",
                self.manifest.id
            )
        };
        if part.is_empty() { Err(anyhow!(hint())).or_bad_input() } else { Ok(part) }
    }

    /// What its results will say at a profile.
    pub fn analysis<'e>(&'e self, settings: &'e ProfileSettings) -> Analysis<'e> {
        let declarations = &self.manifest.declarations;
        let (parameters, clock) = (&settings.parameters, settings.clock);
        Analysis { paper: self.paper, parameters, declarations, data: &self.data, clock }
    }

    /// What these will be: as it was made when the manifest was read, or made now.
    pub fn promise(&self, settings: &ProfileSettings) -> Result<Arc<Promise>, Fault> {
        match &settings.promise {
            Some(promise) => Ok(Arc::clone(promise)),
            None => self.analysis(settings).promise().map(Arc::new).map_err(Unplanned::into_error).or_bad_input(),
        }
    }

    /// The experiment at a profile, ready to run.
    pub fn experiment<'e>(
        &'e self,
        settings: &'e ProfileSettings,
        plan: &'e [Study],
        worker: &'e WorkerIdentity,
    ) -> Experiment<'e> {
        Experiment {
            paper: self.paper,
            parameters: &settings.parameters,
            plan,
            declarations: &self.manifest.declarations,
            claims: self.claims(),
            profile: settings.profile.name(),
            clusters: &settings.clusters,
            clock: settings.clock,
            time: TimeSource::of(settings),
            worker,
            data: &self.data,
        }
    }
}
