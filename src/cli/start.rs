//! `renas` alone: what to do next, by what is found here.

use std::path::Path;

use serde_json::{Value, json};

use super::arguments::Common;
use super::exit::{Classify as _, Failure};
use super::session::worker_program;
use super::status::finished_runs;
use renas_harness::manifest::load;
use renas_papers as papers;

/// What is found here.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Found {
    /// No manifests.
    Nothing,
    /// Manifests of papers that renas runs itself, and no program that trains networks.
    NoWorker,
    /// All that a run needs, and none that is finished.
    NoRun {
        /// Whether a run was begun: its finished trials are kept.
        is_begun: bool,
        /// Whether there are reports that somebody else committed.
        has_reports: bool,
        /// Whether studies are commands of the manifests.
        is_own: bool,
    },
    /// A finished run.
    Run {
        /// Its profile.
        profile: String,
    },
}

/// A command, or what else is to be done, and why.
type Step = (String, &'static str);

/// Say what to do next.
pub fn start(common: &Common) -> Result<(), Failure> {
    let found = found(common)?;
    let steps = found.next();
    if common.json {
        let steps: Vec<Value> = steps.iter().map(|(what, why)| json!({"do": what, "why": why})).collect();
        outln!("{}", json!({"found": found.name(), "next": steps}));
        return Ok(());
    }
    outln!("{}\n", found.in_words(common));
    let width = steps.iter().map(|(what, _)| what.chars().count()).max().unwrap_or(0);
    for (what, why) in steps {
        outln!("  {what:<width$}   {why}");
    }
    outln!("\n`renas --help` lists all commands.");
    Ok(())
}

/// Names of manifests and whether files are there: nothing is parsed or hashed.
fn found(common: &Common) -> Result<Found, Failure> {
    let names = load::names(&common.experiments).unwrap_or_default();
    if names.is_empty() {
        return Ok(Found::Nothing);
    }
    let is_own = |name: &String| papers::find(name).is_none();
    if let Some(run) = finished_runs(&common.store).last() {
        let profile = run.get("profile").and_then(Value::as_str).unwrap_or("?").to_owned();
        return Ok(Found::Run { profile });
    }
    if !names.iter().all(is_own) && !worker_program().or_bad_input()?.is_file() {
        return Ok(Found::NoWorker);
    }
    let is_begun = common.store.join("steps").is_dir();
    let has_reports = Path::new("reports/index.html").is_file();
    Ok(Found::NoRun { is_begun, has_reports, is_own: names.iter().all(is_own) })
}

impl Found {
    /// The word for it, for machines.
    fn name(&self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::NoWorker => "no_worker",
            Self::NoRun { is_begun: true, .. } => "unfinished_run",
            Self::NoRun { is_begun: false, .. } => "no_run",
            Self::Run { .. } => "finished_run",
        }
    }

    fn in_words(&self, common: &Common) -> String {
        let (experiments, store) = (common.experiments.display(), common.store.display());
        match self {
            Self::Nothing => {
                format!("There are no experiments here: {experiments} is no folder with manifests. What you can do:")
            }
            Self::NoWorker => {
                "There are experiments here, and the program that trains networks (renas-worker) is not built yet. Next:".to_owned()
            }
            Self::NoRun { is_begun: false, .. } => "There are experiments here, and nothing was run yet. Next:".to_owned(),
            Self::NoRun { is_begun: true, .. } => {
                format!("A run was begun and not finished; what it computed is kept in {store}. Next:")
            }
            Self::Run { profile } => format!("The last run (profile {profile}) is finished. Next:"),
        }
    }

    /// What to do, the first thing first.
    fn next(&self) -> Vec<Step> {
        let step = |what: &str, why: &'static str| (what.to_owned(), why);
        let read = [
            step("open reports/index.html", "the committed reports: every claim, from its verdict to its trials"),
            step("renas verify", "check every hash and make the reports again from their evidence; trains nothing"),
        ];
        match self {
            Self::Nothing => vec![
                step("renas demo", "see an experiment run, broken in three ways and restored, in seconds"),
                step("renas init NAME", "begin an experiment of your own: a folder that runs at once"),
                step("cd CHECKOUT && renas", "go to a checkout of renas, which has the experiments of five papers"),
            ],
            Self::NoWorker => [
                step(
                    "make reproduce",
                    "bring what is missing (it says what), build, and run everything on embedded data",
                ),
                step("renas list", "the experiments, and what their committed reports found"),
            ]
            .into_iter()
            .chain(read)
            .collect(),
            Self::NoRun { has_reports, is_own, .. } => {
                let run = match is_own {
                    true => {
                        step("renas run --trust-commands", "run it: commands of the manifests too, so read these first")
                    }
                    false => step("renas run", "run the smallest profile and write its report; a killed run goes on"),
                };
                let plan = step("renas plan -v", "what a run does and costs, and which claims it can decide");
                let machine = step("renas doctor", "whether this machine has all that is needed");
                let machine = Some(machine).filter(|_| !is_own);
                let read = read.into_iter().filter(|_| *has_reports);
                [plan, run].into_iter().chain(machine).chain(read).collect()
            }
            Self::Run { profile } => vec![
                step("open reports/index.html", "every claim, from its verdict to its trials"),
                step("renas why CLAIM", "what a verdict rests on, with every sample (`renas list` counts them)"),
                (
                    format!("renas verify --profile {profile}"),
                    "check every hash and make the report again from its evidence; trains nothing",
                ),
                step("renas status", "what the store holds, and what earlier runs took"),
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(found: &Found) -> String {
        found.next().first().map(|(what, _)| what.clone()).unwrap_or_default()
    }

    #[test]
    fn what_comes_first_follows_from_what_is_found() {
        let no_run = |is_own, has_reports| Found::NoRun { is_begun: false, has_reports, is_own };
        assert_eq!(first(&Found::Nothing), "renas demo");
        assert_eq!(first(&Found::NoWorker), "make reproduce");
        assert_eq!(first(&no_run(false, true)), "renas plan -v");
        assert_eq!(first(&Found::Run { profile: "quick".to_owned() }), "open reports/index.html");
        let names = |found: Found| found.next().into_iter().map(|(what, _)| what).collect::<Vec<_>>();
        assert_eq!(names(no_run(true, false)), ["renas plan -v", "renas run --trust-commands"]);
        assert!(names(no_run(false, true)).contains(&"renas verify".to_owned()));
    }
}
