//! What a run says at its end, and the record of it in the store.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::arguments::{Common, Run};
use super::exit::{Classify as _, Failure};
use super::progress::{Totals, duration};
use super::{report, say};
use renas_harness::manifest::model::Profile;
use renas_harness::store::WorkerIdentity;
use renas_report::claim::Verdict;
use renas_report::judge;
use renas_report::page;

/// What a run says at its end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The profile.
    pub profile: Profile,
    /// Ids of the experiments.
    pub experiments: Vec<String>,
    /// What computes the trials of the first of them.
    pub worker: WorkerIdentity,
    /// Trials, computed and found.
    pub trials: Totals,
    /// The report's folder.
    pub report: PathBuf,
    /// Its files that were written, since they are new or changed.
    pub changed_files: Vec<PathBuf>,
    /// What was found of each paper.
    pub papers: Vec<Row>,
    /// Claims by verdict.
    pub verdicts: BTreeMap<Verdict, usize>,
    /// What is to be said of the lock files and of files that are none of ours.
    pub notes: Vec<String>,
    /// What this run did that the same run would not do again: files replaced, objects made again.
    pub happened: Vec<String>,
}

/// What was found of one paper.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// The experiment.
    pub id: String,
    /// Its claims by verdict.
    pub verdicts: BTreeMap<Verdict, usize>,
    /// What was found, in a sentence; empty where the manifest has none for this profile.
    pub found: String,
}

impl Row {
    /// What the section of a report says.
    pub fn of(section: &page::Experiment) -> Self {
        let verdicts = judge::counts(&section.judgements);
        Self { id: section.id.clone(), verdicts, found: section.found.first().cloned().unwrap_or_default() }
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<14}", self.id)?;
        for (verdict, count) in &self.verdicts {
            write!(f, " {count:>3} {}", verdict.sign())?;
        }
        if !self.found.is_empty() {
            write!(f, "\n    {}", self.found)?;
        }
        Ok(())
    }
}

impl Answer {
    /// Nothing is known yet.
    pub fn new(profile: Profile, worker: &WorkerIdentity) -> Self {
        Self {
            profile,
            experiments: Vec::new(),
            worker: worker.clone(),
            trials: Totals::default(),
            report: PathBuf::new(),
            changed_files: Vec::new(),
            papers: Vec::new(),
            verdicts: BTreeMap::new(),
            notes: Vec::new(),
            happened: Vec::new(),
        }
    }

    /// The answer of the same run once more: everything is there.
    pub fn repeated(&self) -> Self {
        let Totals { computed, from_store, from_evidence } = self.trials;
        let trials = Totals { computed: 0, from_store: computed + from_store, from_evidence };
        Self { trials, changed_files: Vec::new(), happened: Vec::new(), ..self.clone() }
    }

    /// Say it, for people or machines; a failure where claims are not reproduced and the run was to be strict.
    pub fn say(&self, common: &Common, arguments: &Run, spent: Duration) -> Result<(), Failure> {
        let Self { profile, trials, report, changed_files, papers, verdicts, notes, happened, .. } = self;
        if common.json {
            let answer = json!({
                "profile": profile,
                "report": report,
                "changed_files": changed_files,
                "trials": trials,
                "papers": papers,
                "verdicts": verdicts,
                "notes": notes,
                "happened": happened,
            });
            outln!("{answer}");
        } else if !common.quiet {
            for (verdict, count) in verdicts {
                outln!("{count:>4}  {} ({profile})", verdict.name());
            }
            papers.iter().for_each(|row| outln!("{row}"));
            outln!("report: {} ({} files changed)", report.join("index.html").display(), changed_files.len());
            outln!("done in {}: {trials}", duration(spent.as_secs_f64()));
        }
        for note in happened.iter().chain(notes) {
            say(common, note);
        }
        match verdicts.get(&Verdict::NotReproduced) {
            Some(&count) if arguments.strict && count > 0 => Err(Failure::NotReproduced(count)),
            _ => Ok(()),
        }
    }

    /// Keep the run record in `artifacts/runs/`: machine, date, durations. No result depends on it. Where it is
    /// `optional`, a store that cannot be written is no failure: a run that computed nothing may read such a store.
    pub fn record(&self, common: &Common, spent: Duration, optional: bool) -> Result<(), Failure> {
        match self.write_record(common, spent) {
            Err(error) if optional => {
                say(common, &format!("no run record: {error:#}"));
                Ok(())
            }
            recorded => recorded.or_run_failed(),
        }
    }

    fn write_record(&self, common: &Common, spent: Duration) -> anyhow::Result<()> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let folder = common.store.join("runs");
        std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let path: &Path = &folder.join(format!("{}-{}.json", now.as_millis(), std::process::id()));
        let text = json!({
            "format": 1,
            "unix_seconds": now.as_secs(),
            "wall_seconds": spent.as_secs_f64(),
            "profile": self.profile,
            "experiments": self.experiments,
            "only": common.only,
            "jobs": common.jobs(),
            "trials_computed": self.trials.computed,
            "trials_from_store": self.trials.from_store,
            "trials_from_evidence": self.trials.from_evidence,
            "worker": self.worker,
            "machine": report::machine(),
            "renas": env!("CARGO_PKG_VERSION"),
        });
        std::fs::write(path, format!("{text:#}\n")).with_context(|| format!("cannot write {}", path.display()))
    }
}
