//! Commands about results that are there: explaining, archiving, certifying, cleaning up.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::folder;

pub(super) const EXPLAIN: &str = "\
Explain why two results differ; nothing is computed again but what pure Rust makes of recorded trials.

Each side is one of these, and both are of one kind:
  KEY[@WHERE]     a trial by the first digits of its key, in a store or in evidence (WHERE; else --store, then reports/)
  STUDY@REPORTS   a study of a profile's report: `econas/search/reference/digits/0@reports/quick`
  LOCK.json       a lock file
  FOLDER          a store, an experiment of a report (reports/quick/econas) or a profile's report (reports/quick)

Of trials it says the first input that differs, else the first epoch, the tensors with their largest distance in units of
the last place where the objects are there, and the scalars. Of studies: the first step whose question differs. Of stores
and reports: what each lacks, questions with two answers (of two numeric classes they are expected, of one they are not),
and the claims whose verdicts differ, with the first number beneath each that does.";

/// What `renas archive` does.
#[derive(Clone, Debug, Subcommand)]
pub enum ArchiveCommand {
    /// Write one file: manifests, lock files, reports, their records and weights, described for other programs (RO-Crate 1.1)
    ///
    /// The same selection is the same bytes, whenever and wherever it is packed. --only and --profile select.
    Pack {
        /// The file to write (`.tar.zst`)
        file: PathBuf,
        /// Sign it with this SSH key (with ssh-keygen); the signature lies beside it (`.sig`)
        #[arg(long, value_name = "KEY")]
        sign: Option<PathBuf>,
        /// The folder of reports
        #[arg(long, value_name = "DIR", default_value = "reports", value_parser = folder)]
        reports: PathBuf,
    },
    /// Unpack a file that `pack` wrote; everything in it is compared first, and a foreign file is refused by name
    Unpack {
        /// The file
        file: PathBuf,
        /// The folder to make
        folder: PathBuf,
        /// Refuse a file that is not signed by one of these (`allowed_signers` of ssh-keygen)
        #[arg(long, value_name = "FILE")]
        signed_by: Option<PathBuf>,
    },
    /// Copy into --store what another store has, and name every key with two results
    Merge {
        /// The other store
        other: PathBuf,
    },
}

/// Flags of `renas gc`.
#[derive(Clone, Debug, Args)]
pub struct Gc {
    /// Remove it; without this flag it is only said what would be removed
    #[arg(long)]
    pub yes: bool,
    /// The folder of reports, whose evidence names what stays
    #[arg(long, value_name = "DIR", default_value = "reports", value_parser = folder)]
    pub reports: PathBuf,
}

pub(super) const CERTIFY: &str = "\
Verify a commit of a repository in a fresh clone, and write a certificate of what was checked, as Markdown and as a page.

The clone is made by git in a folder that goes afterwards. Nothing of the repository is executed: its reports are rebuilt
from their evidence by this program, and every digest is compared (see `renas verify`). The certificate says who checked
what and when, the digest of every report, what differs, and what was not checked. Exit code 4 where anything differs.";

/// Arguments of `renas certify`.
#[derive(Clone, Debug, Args)]
pub struct Certify {
    /// A path or an address that git can clone, and a commit, tag or branch of it [default: its head]
    #[arg(value_name = "REPOSITORY[@COMMIT]")]
    pub repository: String,
    /// Who checks [default: `user.name` of git]
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
    /// The folder to write certificate.md and certificate.html into
    #[arg(long, value_name = "DIR", default_value = ".", value_parser = folder)]
    pub to: PathBuf,
}

/// Arguments of `renas explain`.
#[derive(Clone, Debug, Args)]
pub struct Explain {
    /// One side
    pub a: String,
    /// The other
    pub b: String,
    /// The folder of reports, where trials are looked up that the store does not hold
    #[arg(long, value_name = "DIR", default_value = "reports", value_parser = folder)]
    pub reports: PathBuf,
    /// Write a page about two reports of a profile instead: trials alike, the first that differs, verdicts that differ
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
}
