//! Commands about results that are there: explaining, archiving, certifying, cleaning up.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::folder;
use super::help::EMIT;

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

/// What `renas emit` writes for.
#[derive(Clone, Debug, Subcommand)]
pub enum EmitCommand {
    /// An Indexed Job of Kubernetes (batch/v1), one index per experiment; never tried on a cluster
    #[command(long_about = EMIT)]
    K8s(KubernetesJob),
}

/// Flags of `renas emit k8s`.
#[derive(Clone, Debug, Args)]
pub struct KubernetesJob {
    /// The image of the container: any with the system libraries that the programs need
    #[arg(long, value_name = "IMAGE")]
    pub image: String,
    /// The PersistentVolumeClaim whose root is the checkout, built; many nodes must be able to write to it (ReadWriteMany)
    #[arg(long, value_name = "NAME")]
    pub claim: String,
    /// Take only nodes with this label, so that all are of one numeric class (may be repeated)
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair)]
    pub node_label: Vec<(String, String)>,
}

/// A label of a node.
fn pair(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or_else(|| format!("`{text}` is no KEY=VALUE"))?;
    Ok((key.to_owned(), value.to_owned()))
}
