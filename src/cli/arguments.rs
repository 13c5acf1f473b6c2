//! Commands and flags.

mod help; // what `--help` says at length
mod tools; // commands about results that are there

use std::convert::Infallible;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

use help::{CERTIFY, EXAMPLES, EXPLAIN, SEAL, TABLES, VERIFY};
use renas_task::numerics::Numerics;
pub use tools::{ArchiveCommand, Certify, EmitCommand, Explain, Gc, KubernetesJob};

/// Re-run the experiments of neural-architecture-search papers and judge their claims.
#[derive(Debug, Parser)]
#[command(name = "renas", version, max_term_width = 110, after_help = EXAMPLES)]
pub struct Cli {
    /// What to do; without a command, what to do next is said.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Flags that every command takes.
    #[command(flatten)]
    pub common: Common,
}

/// What can be asked of renas.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a folder with an experiment of your own, which runs at once
    Init(Init),
    /// Write such a folder, run it, break it in three ways and show how each is caught
    Demo(Demo),
    /// List experiments, their profiles, and the verdicts of committed reports
    ///
    /// Mistakes of manifests are reported, but for names of quantities in claims: `renas plan` looks these up.
    List,
    /// Show the studies that a run would do, their trials and expected time (`status` says what is done already)
    Plan(Plan),
    /// Show what a verdict rests on: rule, foil, clusters, amendments, quantities with their samples
    Why(Why),
    /// Explain why two results differ: the first input, epoch, tensor or verdict that does
    #[command(long_about = EXPLAIN)]
    Explain(Explain),
    /// List every number that a paper prints, and what judges it
    Numbers(Numbers),
    /// Say what a report found in the form that a paper needs: tables with intervals, numbers by name, a checklist
    #[command(long_about = TABLES)]
    Tables(Tables),
    /// Print an SVG that says how many claims are reproduced: `12 of 14 claims reproduced`
    ///
    /// Of the experiments and the profile that are asked for; the same verdicts are the same bytes.
    Badge(Badge),
    /// Fix what is claimed, how it is measured and which files it is made of, before the first result
    #[command(long_about = SEAL)]
    Seal(Seal),
    /// Print the JSON Schema of manifests, with which editors complete and check them
    Schema,
    /// Run experiments, judge their claims and write the report
    Run(Run),
    /// Rebuild the report from the committed evidence; trains nothing
    Report(ReportArguments),
    /// Show what the store holds of each experiment and what earlier runs took
    Status,
    /// Check the store, the lock files and the committed reports
    #[command(long_about = VERIFY)]
    Verify(Verify),
    /// List, fetch and verify data sets
    Data {
        /// What to do with data sets.
        #[command(subcommand)]
        command: super::data::DataCommand,
    },
    /// Pack reports with all that they need into one file, unpack one, merge stores
    Archive {
        /// What to do.
        #[command(subcommand)]
        command: ArchiveCommand,
    },
    /// Verify a commit of a repository in a fresh clone, and write a certificate of what was checked
    #[command(long_about = CERTIFY)]
    Certify(Certify),
    /// Remove from the store what no lock file, evidence, study or receipt reaches
    Gc(Gc),
    /// Print what another scheduler does a run with
    Emit {
        /// For which one.
        #[command(subcommand)]
        command: EmitCommand,
    },
    /// Check this machine: worker, libtorch, numeric class, devices, data, store
    Doctor,
}

/// Arguments of `renas init`.
#[derive(Clone, Debug, Args)]
pub struct Init {
    /// The name of the experiment, and of the folder
    #[arg(value_name = "NAME")]
    pub name: String,
}

/// Arguments of `renas demo`.
#[derive(Clone, Debug, Args)]
pub struct Demo {
    /// The folder, which must not be there
    #[arg(value_name = "DIR", default_value = "renas-demo")]
    pub folder: String,
}

/// Flags of `renas plan`.
#[derive(Clone, Debug, Args)]
pub struct Plan {
    /// Only the studies that this claim needs: its id, alone or after its experiment (`econas/no-trade-off`)
    #[arg(long, value_name = "CLAIM", conflicts_with = "only")]
    pub claim: Option<String>,
}

/// Flags of `renas run`.
#[derive(Clone, Debug, Args)]
pub struct Run {
    /// Run only what this claim needs, judge it and write no report: its id, alone or after its experiment
    #[arg(long, value_name = "CLAIM", conflicts_with_all = ["only", "update_lock"])]
    pub claim: Option<String>,
    /// Write the lock file: promise the digests of this run
    #[arg(long)]
    pub update_lock: bool,
    /// Compute every trial that the store does not hold; without it, those in the evidence of the report, or of a run that was
    /// cut off (reports/unfinished/), are taken from there
    #[arg(long)]
    pub fresh: bool,
    /// Exit with 1 where a claim is not reproduced
    #[arg(long)]
    pub strict: bool,
    /// End after so long (`45m`, `2h`), as at Ctrl-C: what is finished is kept, and lies in reports/unfinished/ for the next run
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub budget: Option<Duration>,
    /// Use other numerics than the manifest's (another numeric class: for comparing classes)
    #[arg(long, value_name = "portable|avx2|native")]
    pub numerics: Option<Numerics>,
    /// Write the report below this folder
    #[arg(long, value_name = "DIR", default_value = "reports", value_parser = folder)]
    pub reports: PathBuf,
}

/// Arguments of `renas why`.
#[derive(Clone, Debug, Args)]
pub struct Why {
    /// The claim's id, alone or after its experiment (`econas/no-trade-off`)
    #[arg(value_name = "CLAIM")]
    pub claim: String,
    /// Go on to the rows, studies, trials and objects that it is made of, from the report's evidence
    #[arg(long)]
    pub evidence: bool,
    /// Where the reports are
    #[arg(long, value_name = "DIR", default_value = "reports", value_parser = folder)]
    pub reports: PathBuf,
}

/// Arguments of `renas numbers`.
#[derive(Clone, Debug, Args)]
pub struct Numbers {
    /// The experiment whose numbers are listed; without it, the shares of all
    #[arg(value_name = "EXPERIMENT")]
    pub experiment: Option<String>,
}

/// Arguments of `renas tables`.
#[derive(Clone, Debug, Args)]
pub struct Tables {
    /// Only the table of this id
    #[arg(value_name = "TABLE")]
    pub table: Option<String>,
    /// How it is written
    #[arg(long, value_enum, default_value_t = TableFormat::Csv)]
    pub format: TableFormat,
    /// Every quantity by its name instead of the tables
    #[arg(long, conflicts_with_all = ["table", "checklist"])]
    pub numbers: bool,
    /// The rows of a reproducibility checklist instead of the tables
    #[arg(long, conflicts_with = "table")]
    pub checklist: bool,
    /// Write files below this folder: tables, numbers and checklist, or those of them that are asked for
    #[arg(long, value_name = "DIR", value_parser = folder)]
    pub out: Option<PathBuf>,
    /// The folder of reports
    #[arg(long, value_name = "DIR", default_value = "reports", value_parser = folder)]
    pub reports: PathBuf,
}

/// How a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TableFormat {
    /// Comma-separated values with all digits.
    Csv,
    /// A tabular of LaTeX; numbers as macros.
    Latex,
    /// JSON.
    Json,
}

/// Arguments of `renas seal`.
#[derive(Clone, Debug, Args)]
pub struct Seal {
    /// The folder of reports, which must hold none of what is sealed
    #[arg(long, value_name = "DIR", default_value = "reports", value_parser = folder)]
    pub reports: PathBuf,
}

/// Arguments of `renas badge`.
#[derive(Clone, Debug, Args)]
pub struct Badge {
    /// Write it to this file instead of printing it
    #[arg(long, value_name = "FILE", value_parser = folder)]
    pub out: Option<PathBuf>,
    /// The folder of reports
    #[arg(long, value_name = "DIR", default_value = "reports", value_parser = folder)]
    pub reports: PathBuf,
}

/// Flags of `renas report`.
#[derive(Clone, Debug, Args)]
pub struct ReportArguments {
    /// Write the lock files anew: promise the files of this report, and append what became of claims to their ledgers
    #[arg(long)]
    pub update_lock: bool,
    /// Open the page about all profiles when it is written, in $BROWSER or what the system opens pages with
    #[arg(long)]
    pub open: bool,
    /// Sign the report's SHA256SUMS with this SSH key (with ssh-keygen); the signature lies beside the report's folder (`.sig`)
    #[arg(long, value_name = "KEY")]
    pub sign: Option<PathBuf>,
    /// The folder that holds <profile>/<experiment>/outcomes.jsonl.zst, and where the report is written
    #[arg(long, value_name = "DIR", default_value = "reports", value_parser = folder)]
    pub reports: PathBuf,
}

/// Flags of `renas verify`.
#[derive(Clone, Debug, Args)]
pub struct Verify {
    /// Compute trials again in an empty store and compare
    #[arg(long)]
    pub rerun: bool,
    /// Compute only this many trials again, drawn evenly (with --rerun)
    #[arg(long, value_name = "N", requires = "rerun", value_parser = clap::value_parser!(u32).range(1..))]
    pub sample: Option<u32>,
    /// Compute only the trial whose key begins with these digits (with --rerun)
    #[arg(long, value_name = "KEY", requires = "rerun", conflicts_with = "sample")]
    pub trial: Option<String>,
    /// Mend the store first: set damaged files aside, and compute the trials whose objects are lost
    #[arg(long)]
    pub heal: bool,
    /// Check the signature of every report by this list of signers (`allowed_signers` of ssh-keygen)
    #[arg(long, value_name = "FILE")]
    pub signed_by: Option<PathBuf>,
    /// The folder of the committed reports
    #[arg(long, value_name = "DIR", default_value = "reports", value_parser = folder)]
    pub reports: PathBuf,
}

/// Flags that every command takes.
#[derive(Clone, Debug, Args)]
pub struct Common {
    /// Data, sizes and numerics: quick (embedded data, minutes), reduced (real data, hours), paper (GPU)
    #[arg(long, global = true, value_name = "quick|reduced|paper")]
    pub profile: Option<String>,
    /// One experiment, or some of its studies; `*` matches any characters
    #[arg(long, global = true, value_name = "EXPERIMENT[/STUDY-GLOB]")]
    pub only: Option<String>,
    /// Tasks at a time, each on one thread [default: the number of cores]
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: Option<u16>,
    /// auto takes a GPU where the worker finds one (not under quick, which is bit-reproducible on a CPU)
    #[arg(long, global = true, value_name = "auto|cpu|cuda[:N]", default_value = "auto")]
    pub device: String,
    /// Start each worker through this command, which passes its input and output on: on a cluster `srun -n1 -c1`, on another
    /// machine with the same folders `ssh host`; --jobs says how many there are at a time (docs/clusters.md)
    #[arg(long, global = true, value_name = "COMMAND", env = "RENAS_LAUNCH")]
    pub launch: Option<String>,
    /// Where results are kept
    #[arg(long, global = true, value_name = "DIR", default_value = STORE, env = "RENAS_STORE", value_parser = store)]
    pub store: PathBuf,
    /// Where data sets are looked for first
    #[arg(long, global = true, value_name = "DIR", value_parser = folder)]
    pub data: Vec<PathBuf>,
    /// Where the manifests are
    #[arg(long, global = true, value_name = "DIR", default_value = "experiments", value_parser = folder)]
    pub experiments: PathBuf,
    /// Run the commands that manifests declare, with your rights and without a sandbox: read them first
    #[arg(long, global = true)]
    pub trust_commands: bool,
    /// Answer in JSON, for machines
    #[arg(long, global = true)]
    pub json: bool,
    /// Colours and bars
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto)]
    pub color: Color,
    /// Say more (each trial)
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    pub verbose: bool,
    /// Say only what went wrong
    #[arg(short, long, global = true)]
    pub quiet: bool,
}

/// The store where no other is named.
const STORE: &str = "artifacts";

/// A store; an empty name is none, as for every variable of ours.
fn store(name: &str) -> Result<PathBuf, Infallible> {
    folder(if name.is_empty() { STORE } else { name })
}

/// A folder. Its name is UTF-8 text, since requests and receipts are: clap refuses any other for a parser of `&str`.
pub(crate) fn folder(name: &str) -> Result<PathBuf, Infallible> {
    Ok(PathBuf::from(name))
}

/// A time: a number with its unit.
fn time(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is no time such as `30s`, `45m` or `2h`");
    let (number, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or_else(wrong)?;
    let seconds = match unit {
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3_600.0,
        _ => return Err(wrong()),
    };
    let number: f64 = number.parse().map_err(|_| wrong())?;
    // A year is long enough, and no time overflows.
    if (0.0..=31_536_000.0).contains(&(number * seconds)) {
        Ok(Duration::from_secs_f64(number * seconds))
    } else {
        Err(wrong())
    }
}

impl Common {
    /// Tasks at a time: as many as were asked for, else as there are cores.
    pub fn jobs(&self) -> usize {
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        self.jobs.map_or_else(cores, usize::from)
    }

    /// Whether standard error is a terminal that may be drawn on.
    pub fn draws(&self) -> bool {
        use std::io::IsTerminal as _;
        if self.quiet || self.json {
            return false;
        }
        match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none(),
        }
    }
}

/// When to use colours and bars.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}
