//! `renas verify`: every hash, every promise, and every report rebuilt from its evidence; with `--rerun`, trials computed
//! again, and with `--heal`, the store mended first.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context as _;

use super::arguments::{Common, Verify};
use super::exit::{Classify as _, Failure};
use super::progress::{Progress, Say, Screen, duration};
use super::session::Session;
use super::signal;
use renas_harness::event::{Event, Observer};
use renas_harness::executor::{Crew, Execute};
use renas_harness::pipeline::Selected;
use renas_harness::pipeline::verify::{Found, Line, Verification, Workers};
use renas_harness::report_folder::SUMS;
use renas_harness::rerun::Which;
use renas_harness::signature::{self, SignatureError};
use renas_harness::store::WorkerIdentity;
use renas_report::judge::rules;

/// Verify what the flags ask for: every profile that is committed or promised, or the one named.
///
/// Every item is judged, whatever the others are like; exit code 4 where any differs.
pub fn verify(common: &Common, arguments: &Verify) -> Result<(), Failure> {
    let says = !common.json && !common.quiet;
    let mut tell = |line: Line<'_>| match line {
        Line::Fine(line) if says => outln!("ok      {line}"),
        Line::Differs(line) if says => outln!("DIFFERS {line}"),
        Line::Fine(_) | Line::Differs(_) => {}
    };
    let started = Instant::now();
    let mut found = Found::new(&mut tell);
    let mut failure = check_all(common, arguments, &mut found).err();
    if failure.is_none()
        && let Some(signers) = &arguments.signed_by
    {
        failure = check_signatures(arguments, signers, &mut found).err();
    }
    if common.json {
        outln!("{}", found.json());
    } else if says {
        let version = env!("CARGO_PKG_VERSION");
        let took = duration(started.elapsed().as_secs_f64());
        outln!();
        outln!("renas verify (renas {version}, rules of verdicts {}, {took}):", rules::VERSION);
        found.summary().iter().for_each(|line| outln!("- {line}"));
    }
    match (found.count(), failure) {
        (0, None) => Ok(()),
        // What was asked for cannot be judged at all.
        (_, Some(failure @ Failure::BadInput(_))) | (0, Some(failure)) => Err(failure),
        (differences, failure) => {
            if let Some(failure) = failure {
                errln!("renas: {failure}");
            }
            Err(Failure::Differs(differences))
        }
    }
}

/// The signatures of the sums of all reports that are there.
fn check_signatures(arguments: &Verify, signers: &Path, found: &mut Found<'_>) -> Result<(), Failure> {
    let entries = std::fs::read_dir(&arguments.reports).context("cannot list reports").or_bad_input()?;
    let mut folders: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    folders.retain(|folder| folder.join(SUMS).is_file());
    folders.sort();
    for folder in folders {
        let sums = folder.join(SUMS);
        match signature::check(&sums, &signature::beside(&folder), signers) {
            Ok(signer) => found.fine(format!("{} is signed by {signer}", sums.display())),
            Err(error @ SignatureError::Program { .. }) => return Err(error).or_bad_input(),
            Err(error) => found.differs(error.to_string()),
        }
    }
    Ok(())
}

fn check_all(common: &Common, arguments: &Verify, found: &mut Found<'_>) -> Result<(), Failure> {
    let (session, mistakes) = Session::open_sound(common)?;
    let verification = Verification {
        experiments: &session.experiments,
        mistakes: &mistakes,
        is_part: common.only.is_some(),
        profile: common.profile.is_some().then_some(session.profile),
        manifests: &common.experiments,
        reports: &arguments.reports,
        store: &common.store,
        data: &session.data,
        heal: arguments.heal,
        rerun: arguments.rerun.then(|| which(arguments)),
        workers: &Again(&session),
        threads: session.jobs,
    };
    Ok(verification.run(found)?)
}

/// Workers of this machine, which a signal cancels.
struct Again<'a>(&'a Session<'a>);

impl Workers for Again<'_> {
    fn start(
        &self,
        of: Option<&Selected>,
        identity: &WorkerIdentity,
        scratch: Option<&Path>,
    ) -> anyhow::Result<Box<dyn Execute>> {
        let common = self.0.common;
        let device = if common.device == "auto" { &identity.device } else { &common.device };
        let crew = Crew::new(self.0.jobs);
        let started = match of {
            Some(selected) => self.0.executor(selected, (&crew, 0), (identity, device)),
            None => self.0.pool(identity, device).map(|pool| {
                let canceller = pool.canceller();
                (Box::new(pool) as Box<dyn Execute>, canceller)
            }),
        };
        let (executor, canceller) = started.map_err(|failure| anyhow::anyhow!("{failure}"))?;
        if let Some(scratch) = scratch {
            signal::remove_on_interrupt(scratch);
            signal::on_interrupt("nothing was changed", move || canceller.cancel())?;
        }
        Ok(executor)
    }

    fn observer(&self) -> Box<dyn Observer + '_> {
        let common = self.0.common;
        let say = if common.json || common.quiet { Say::Trouble } else { Say::Studies };
        Box::new(Shown(Progress::new(&[], &Screen::new(say, common.draws()), "")))
    }
}

/// Progress whose bars go with it.
struct Shown(Progress);

impl Observer for Shown {
    fn event(&self, event: &Event) {
        self.0.event(event);
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        self.0.finish();
    }
}

/// Which trials are computed again.
fn which(arguments: &Verify) -> Which {
    match (&arguments.trial, arguments.sample) {
        (Some(digits), _) => Which::Trial(digits.to_ascii_lowercase()),
        (None, Some(count)) => Which::Sample(count as usize),
        (None, None) => Which::All,
    }
}
