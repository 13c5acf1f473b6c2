//! The verdicts of a committed report, computed again from its evidence by a program that uses renas as a library.
//!
//! ```text
//! cargo run --release --example verdicts -- econas quick
//! ```

use std::path::Path;

use anyhow::{Context as _, Result};
use renas::data::locate::Locations;
use renas::harness::manifest::load;
use renas::harness::manifest::model::Profile;
use renas::harness::pipeline::{self, Part, Selected};
use renas::papers;

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let id = arguments.next().unwrap_or_else(|| "econas".to_owned());
    let profile: Profile = arguments.next().unwrap_or_else(|| "quick".to_owned()).parse()?;

    let manifest = load::load(Path::new("experiments"), &id, &papers::all())?;
    let paper = papers::find(&id).context("a paper of that id")?;
    let selected = Selected { manifest, paper, part: Part::Whole };

    let folder = Path::new("reports").join(profile.name());
    let data = Locations::from_environment(&[]);
    let rebuilt = pipeline::rebuild(&selected, profile, &folder, (&data, 2))?;
    let rebuilt = rebuilt.with_context(|| format!("{} holds no evidence of {id}", folder.display()))?;

    for judgement in &rebuilt.section.judgements {
        println!("{} {}: {}", judgement.verdict.sign(), judgement.id, judgement.reason.replace('\u{a0}', " "));
    }
    println!("{} trials, {} quantities", rebuilt.evidence.records().len(), rebuilt.section.findings.quantities.len());
    Ok(())
}
