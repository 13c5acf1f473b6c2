//! Why there is no manifest.

use std::fmt;
use std::path::PathBuf;

use crate::manifest::model::Profile;
use crate::manifest::problem::Problem;

/// Why there is no manifest.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// The folder of manifests cannot be listed.
    #[error("cannot list the manifests in {}: {source}; is it the folder `experiments` of a checkout?", dir.display())]
    Folder {
        /// The folder.
        dir: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A manifest cannot be read.
    #[error("cannot read the manifest {}: {source}", file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// An experiment has a manifest of one file and a folder of them.
    #[error("{} and {}: an experiment has one of both: delete the other", file.display(), folder.display())]
    Twice {
        /// The file.
        file: PathBuf,
        /// The folder.
        folder: PathBuf,
    },
    /// There is no such experiment.
    #[error("no experiment `{name}` in {}; {suggestion}", dir.display())]
    UnknownExperiment {
        /// The name that was asked for.
        name: String,
        /// The folder of manifests.
        dir: PathBuf,
        /// What may have been meant.
        suggestion: String,
    },
    /// The manifest says nothing about the profile.
    #[error("{} has no profile `{profile}`; it has {known}", file.display())]
    NoProfile {
        /// The manifest.
        file: PathBuf,
        /// The profile that was asked for.
        profile: Profile,
        /// The profiles it has.
        known: String,
    },
    /// Manifests contain mistakes: all of them.
    #[error("{0}")]
    Mistakes(Mistakes),
}

/// The mistakes of one or more manifests; one line each.
#[derive(Debug, Default)]
pub struct Mistakes(pub Vec<(PathBuf, Problem)>);

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (file, problem)) in self.0.iter().enumerate() {
            let end = if index + 1 < self.0.len() { "\n" } else { "" };
            write!(f, "{}:{problem}{end}", file.display())?;
        }
        Ok(())
    }
}
