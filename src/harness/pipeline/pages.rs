//! The pages of a profile's report, of experiments that ran or were rebuilt.

use std::path::Path;

use super::Selected;
use super::fault::{Classify as _, Fault};
use super::rebuild::{Origin, Rebuilt, rebuild};
use crate::manifest::model::Profile;
use renas_base::parallel;
use renas_report::page::{self, Report};
use renas_report::render::{Files, render};

/// Each of these experiments rebuilt from the evidence that `folder` holds of it, side by side: the studies of one leave cores idle,
/// and its analysis is a single thread.
pub fn rebuild_each(
    experiments: &[Selected],
    profile: Profile,
    from: (&Path, Origin),
    threads: usize,
) -> Vec<Result<Option<Rebuilt>, Fault>> {
    parallel::map(experiments, threads, |selected| rebuild(selected, profile, from, threads))
}

/// The files of a report of these sections. Experiments that were not asked for keep their places: they are rebuilt from the
/// evidence that the folder of the report holds.
pub fn pages(
    profile: page::Profile,
    mut sections: Vec<page::Experiment>,
    (others, at, folder): (&[Selected], Profile, &Path),
    threads: usize,
) -> Result<Files, Fault> {
    for rebuilt in rebuild_each(others, at, (folder, Origin::Report), threads) {
        sections.extend(rebuilt?.map(|rebuilt| rebuilt.section));
    }
    render(&Report { profile, experiments: sections }).or_run_failed()
}
