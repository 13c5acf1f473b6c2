//! A committed report is verified by a program that uses renas as a library: every file has the SHA-256 that is promised, and
//! searches, analysis, verdicts and pages are made again from the evidence and compared byte for byte.
//!
//! ```text
//! cargo run --release --example verify_report -- valp quick
//! ```

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use renas::data::locate::Locations;
use renas::data::registry::Registry;
use renas::harness::event::{Observer, Unobserved};
use renas::harness::executor::Execute;
use renas::harness::manifest::load::{self, Known};
use renas::harness::manifest::model::Profile;
use renas::harness::pipeline::verify::{Found, Line, Verification, Workers};
use renas::harness::pipeline::{Part, Selected};
use renas::harness::store::WorkerIdentity;
use renas::papers;

/// Trains nothing: a report follows from its evidence.
struct NoWorkers;

impl Workers for NoWorkers {
    fn start(&self, _: Option<&Selected>, _: &WorkerIdentity, _: Option<&Path>) -> Result<Box<dyn Execute>> {
        bail!("this program computes no trial again")
    }

    fn observer(&self) -> Box<dyn Observer + '_> {
        Box::new(Unobserved)
    }
}

fn main() -> Result<ExitCode> {
    let mut arguments = std::env::args().skip(1);
    let id = arguments.next().unwrap_or_else(|| "valp".to_owned());
    let name = arguments.next().unwrap_or_else(|| "quick".to_owned());
    let profile = Profile::named(&name).with_context(|| format!("`{name}` is no name of a profile"))?;

    let data = Arc::new(Registry::open(Locations::from_environment(&[])));
    let (manifests, papers) = (Path::new("experiments"), papers::known());
    let manifest = load::load(manifests, &id, Known { papers: &papers, data: &data })?;
    let paper = papers::of(&manifest);
    let experiments = [Selected::new(manifest, paper, Part::Whole, &data)];

    let mut tell = |line: Line<'_>| match line {
        Line::Fine(line) => println!("ok      {line}"),
        Line::Differs(line) => println!("DIFFERS {line}"),
    };
    let mut found = Found::new(&mut tell);
    let verification = Verification {
        experiments: &experiments,
        mistakes: &[],
        is_part: true,
        profile: Some(profile),
        manifests,
        reports: Path::new("reports"),
        // There is none at this place: the report alone is asked about, not the trials of this machine.
        store: Path::new("reports/no-store"),
        data: &data,
        heal: false,
        rerun: None,
        workers: &NoWorkers,
        threads: 2,
    };
    verification.run(&mut found)?;
    found.summary().iter().for_each(|line| println!("{line}"));
    Ok(if found.count() == 0 { ExitCode::SUCCESS } else { ExitCode::from(4) })
}
