//! What `renas verify` does: every hash, every promise, and every report rebuilt from its evidence; trials computed again, and a
//! store mended first, where that is asked for.

mod agreement; // trials that the store or this machine computed, against those that are promised
mod found; //     what was found, told and counted
mod reported; //  the reports of a profile
mod stored; //    the store
mod unfinished; // what runs that were cut off left

use std::path::Path;

use anyhow::anyhow;

use super::Selected;
use super::fault::{Classify as _, Fault};
use crate::event::Observer;
use crate::executor::Execute;
use crate::manifest::model::Profile;
use crate::rerun::Which;
use crate::store::WorkerIdentity;
use renas_data::registry::Registry;

pub use found::{Checked, Found, Line};

/// Who computes trials again.
pub trait Workers {
    /// Workers of that identity, for all experiments; or what computes the trials of one. `scratch` is a folder that must not stay
    /// where the process is ended meanwhile.
    fn start(
        &self,
        of: Option<&Selected>,
        identity: &WorkerIdentity,
        scratch: Option<&Path>,
    ) -> anyhow::Result<Box<dyn Execute>>;

    /// Who watches them; it has seen all when it is dropped.
    fn observer(&self) -> Box<dyn Observer + '_>;
}

/// What is verified.
pub struct Verification<'a> {
    /// The experiments that were asked for, those with sound manifests.
    pub experiments: &'a [Selected],
    /// What is wrong with the manifests of the others.
    pub mistakes: &'a [anyhow::Error],
    /// Whether only some experiments were asked for: then pages about all of them are not rebuilt, only hashed.
    pub is_part: bool,
    /// The profile that was asked for; else all that are committed or promised.
    pub profile: Option<Profile>,
    /// The folder of manifests and lock files.
    pub manifests: &'a Path,
    /// The folder of reports.
    pub reports: &'a Path,
    /// The folder of the store.
    pub store: &'a Path,
    /// The known data sets.
    pub data: &'a Registry,
    /// Whether the store is mended first.
    pub heal: bool,
    /// The trials of each report that are computed again.
    pub rerun: Option<Which>,
    /// Who computes.
    pub workers: &'a dyn Workers,
    /// Studies at a time.
    pub threads: usize,
}

impl Verification<'_> {
    /// Judge every item, whatever the others are like; what differs is among what is found. The error is of what cannot be
    /// judged at all, or of a machine that could not compute trials again.
    pub fn run(&self, found: &mut Found<'_>) -> Result<(), Fault> {
        reported::refuse_empty_selection(self)?;
        let mended = if self.heal { stored::mend(self, found) } else { Ok(()) };
        let store = stored::check(self.store, found);
        self.mistakes.iter().for_each(|mistake| found.differs(mistake.to_string()));
        self.experiments
            .iter()
            .filter_map(|one| one.check_files().err())
            .for_each(|fault| found.differs(fault.to_string()));
        let mut faults = Vec::from_iter(mended.err());
        for profile in Profile::of_all(self.experiments.iter().map(|selected| &selected.manifest)) {
            if self.profile.is_none_or(|asked| asked == profile) {
                faults.extend(reported::check(self, profile, store.as_ref(), found).err());
                unfinished::check(self, profile, found);
                let folder = self.reports.join(profile.name());
                let is_nothing = !folder.exists() && found.count() == 0 && found.checked.unfinished == 0;
                if self.profile.is_some() && is_nothing {
                    let folder = folder.display();
                    let nothing = anyhow!("{folder}: there is no report of this profile, and none is promised");
                    return Err(nothing).or_bad_input();
                }
            }
        }
        reported::check_board(self, found);
        if let Some(fault) = faults.into_iter().next() {
            return Err(fault);
        }
        if found.is_nothing() {
            let (store, reports, manifests) = (self.store.display(), self.reports.display(), self.manifests.display());
            let nothing = anyhow!(
                "there is nothing to verify: no store at {store}, no report below {reports} and no lock file below \
                 {manifests}/locks; run this in a checkout, or name folders with --store, --reports and --experiments"
            );
            return Err(nothing).or_bad_input();
        }
        if !self.reports.is_dir() && found.count() == 0 && found.checked.locks == 0 {
            let reports = self.reports.display();
            return Err(anyhow!("there is no folder {reports}, and so no report to verify; name it with --reports"))
                .or_bad_input();
        }
        Ok(())
    }

    /// The profile that was asked for, or `quick`.
    fn first_profile(&self) -> Profile {
        self.profile.unwrap_or(Profile::Quick)
    }
}
