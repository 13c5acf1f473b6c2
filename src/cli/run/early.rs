//! What is said and written of an experiment when it is done, while others still run.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::{Came, End, Job};
use crate::arguments::Run;
use crate::locks;
use crate::progress::duration;
use crate::run_summary::Answer;
use crate::session::Session;
use renas_harness::lockfile::Lock;
use renas_harness::publish;
use renas_harness::report_folder;
use renas_report::judge;
use renas_report::page::{self, Report};
use renas_report::render::render;

/// Tells of experiments as they end.
pub(super) struct Early<'a> {
    pub(super) session: &'a Session<'a>,
    pub(super) arguments: &'a Run,
    /// The experiment by which the report names its profile.
    pub(super) first: &'a Job<'a>,
    /// The report's.
    pub(super) folder: &'a Path,
    /// Whether there are others: the report of one alone is written as a whole.
    pub(super) is_needed: bool,
    /// When the run began.
    pub(super) started: Instant,
}

impl Early<'_> {
    /// Write the experiment's part of the report, and say a line of it. What cannot be written now, the end of the run is to
    /// say: no training is lost by it.
    pub(super) fn tell(&self, job: &Job<'_>, end: &End, answer: &mut Answer) {
        let Came::Whole { section, lock, .. } = &end.result else { return };
        let page = if self.is_needed { self.write(section, lock, answer) } else { None };
        if self.session.common.json || self.session.common.quiet {
            return;
        }
        let page = page.map(|page| format!("; {}", page.display())).unwrap_or_default();
        let spent = duration(self.started.elapsed().as_secs_f64());
        outln!("{} ({}): {}, after {spent}{page}", job.selected.manifest.id, self.session.profile, in_words(section));
    }

    /// The page that was written.
    fn write(&self, section: &page::Experiment, lock: &Lock, answer: &mut Answer) -> Option<PathBuf> {
        let Self { session, first, folder, .. } = self;
        if self.arguments.update_lock {
            // An undeclared change of a claim ends in an error, and then nothing is written.
            locks::declare(session, &mut [lock.clone()]).ok()?;
        }
        let id = section.id.clone();
        let profile = publish::profile(session.profile, first.settings, &first.worker);
        let report = Report { profile, experiments: vec![section.clone()] };
        let others = session.others().ok()?;
        let experiments: BTreeSet<String> =
            session.experiments.iter().chain(&others).map(|selected| selected.manifest.id.clone()).collect();
        let written = report_folder::write_part(folder, &id, &experiments, &render(&report).ok()?).ok()?;
        answer.happened.extend(written.replaced(folder));
        answer.changed_files.extend(written.changed);
        Some(folder.join(&id).join("report.md"))
    }
}

/// How many of its claims got which verdict, the best first.
fn in_words(section: &page::Experiment) -> String {
    let counts = judge::counts(&section.judgements);
    let words: Vec<String> = counts.iter().map(|(verdict, count)| format!("{count} {}", verdict.name())).collect();
    format!("{} of {} claims", words.join(", "), section.judgements.len())
}
