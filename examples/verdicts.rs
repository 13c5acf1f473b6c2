//! The verdicts of a committed report, computed again from its evidence by a program that uses renas as a library.
//!
//! ```text
//! cargo run --release --example verdicts -- econas quick
//! ```

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use renas::data::locate::Locations;
use renas::data::registry::Registry;
use renas::harness::manifest::load::{self, Known};
use renas::harness::manifest::model::Profile;
use renas::harness::pipeline::{self, Origin, Part, Selected};
use renas::papers;

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let id = arguments.next().unwrap_or_else(|| "econas".to_owned());
    let profile: Profile = arguments.next().unwrap_or_else(|| "quick".to_owned()).parse()?;

    let data = Arc::new(Registry::open(Locations::from_environment(&[])));
    let known = Known { papers: &papers::all(), data: &data };
    let manifest = load::load(Path::new("experiments"), &id, known)?;
    let paper = papers::find(&id).context("a paper of that id")?;
    let selected = Selected { manifest, paper, part: Part::Whole, data: Arc::clone(&data) };

    let folder = Path::new("reports").join(profile.name());
    let rebuilt = pipeline::rebuild(&selected, profile, (&folder, Origin::Report), 2)?;
    let rebuilt = rebuilt.with_context(|| format!("{} holds no evidence of {id}", folder.display()))?;

    for judgement in &rebuilt.section.judgements {
        println!("{} {}: {}", judgement.verdict.sign(), judgement.id, judgement.reason.replace('\u{a0}', " "));
    }
    println!("{} trials, {} quantities", rebuilt.evidence.kept().len(), rebuilt.section.findings.quantities.len());
    Ok(())
}
