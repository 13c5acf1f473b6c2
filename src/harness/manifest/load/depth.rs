//! How much of a manifest a command reads: names of quantities of three profiles take most of the time, and few need them.

use std::collections::BTreeMap;
use std::path::Path;

use super::source::Source;
use super::{Known, ManifestError, Quantities, Read, all, load_source, read_source, source_of};
use crate::manifest::model::{Manifest, Outline, Profile};
use renas_base::digest::Digest;
use renas_report::catalogue::Promised;

/// How much of a manifest is read, and how many of its mistakes are seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// All of it, with the names of the quantities of all profiles: every mistake.
    Whole,
    /// All of it, with the names of the quantities of this profile; of the others where a claim names what this one has not.
    /// Mistakes that only declarations under the parameters of other profiles show are not looked for.
    At(Profile),
    /// What studies need: the files of a folder that hold nothing but claims, declarations, audit and deviations are not
    /// read, and names of quantities not looked up.
    Studies,
}

/// A manifest, and what is known of the quantities of the profile that it was read for (`Depth::At`).
pub type Loaded = (Manifest, Option<Promises>);

/// The quantities that a profile promises, and how many clusters it plans, by what a cluster is.
#[derive(Clone, Debug)]
pub struct Promises {
    /// In ascending order of name.
    pub quantities: Vec<Promised>,
    /// By what a cluster is.
    pub clusters: BTreeMap<String, usize>,
}

/// All manifests of a folder read to some depth, in the order of their names; all mistakes of all of them in one error.
pub fn load_all_to(dir: &Path, known: Known<'_>, depth: Depth) -> Result<Vec<Loaded>, ManifestError> {
    all(dir, |name| load_to_depth(Source::find(dir, name)?, known, depth))
}

/// The manifest of one experiment, read to some depth.
pub fn load_to(dir: &Path, id: &str, known: Known<'_>, depth: Depth) -> Result<Loaded, ManifestError> {
    load_to_depth(source_of(dir, id)?, known, depth)
}

/// The outlines of all manifests of a folder; see `outline` for the mistakes that are reported.
pub fn outline_all(dir: &Path, known: Known<'_>) -> Result<Vec<Outline>, ManifestError> {
    all(dir, |name| outline_source(Source::find(dir, name)?, known))
}

/// The outline of one experiment.
///
/// All mistakes of its manifest are reported but those that only the names of all quantities show, whose making takes as
/// long as most of the rest (in the claims' quantities, and in `cluster_seconds`), and those in files of a folder that hold nothing
/// but declarations, audit and deviations. `load` reports all.
pub fn outline(dir: &Path, id: &str, known: Known<'_>) -> Result<Outline, ManifestError> {
    outline_source(source_of(dir, id)?, known)
}

fn load_to_depth(source: Source, known: Known<'_>, depth: Depth) -> Result<Loaded, ManifestError> {
    let digest = source.digest();
    match depth {
        Depth::Whole => Ok((load_source(&source, known, Quantities::Promised)?, None)),
        Depth::Studies => {
            let source = source.without(&["findings", "claims", "audit", "deviations"]);
            Ok((read_source(&source, known, Quantities::Unknown, digest)?.manifest, None))
        }
        Depth::At(profile) => match read_source(&source, known, Quantities::At(profile), digest) {
            Ok(Read { manifest, quantities: Some(mut quantities) }) if quantities.answered_all() => {
                Ok((manifest, quantities.take(profile)))
            }
            // Other profiles may have the rest, and mistakes are told with those of all.
            _ => Ok((load_source(&source, known, Quantities::Promised)?, None)),
        },
    }
}

fn outline_source(source: Source, known: Known<'_>) -> Result<Outline, ManifestError> {
    let source = source.without(&["findings", "audit", "deviations"]);
    let read = read_source(&source, known, Quantities::Unknown, Digest::of(b""))?;
    let Manifest { id, title, paper, profiles, claims, .. } = read.manifest;
    Ok(Outline { id, title, paper, profiles: profiles.into_keys().collect(), claims: claims.len() })
}
