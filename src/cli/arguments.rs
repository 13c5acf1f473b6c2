//! Commands and flags.

use std::convert::Infallible;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use renas_task::numerics::Numerics;

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

const EXAMPLES: &str = "\
Examples:
  renas                                      what to do next, by what is here
  renas list                                 what there is, and what the committed reports found
  renas plan --profile reduced               what a run would do and cost
  renas run                                  run the quick profile and write reports/quick/
  renas run --only econas/search/reference/* run some studies (and what they need), no report
  renas run --claim econas/no-trade-off      run what one claim needs, and judge it
  renas why no-trade-off                     what a verdict rests on, with every sample
  renas why no-trade-off --evidence          ... down to rows, trials and objects
  renas explain reports/quick other/quick    why two results differ
  renas numbers econas                       every number that the paper prints, and what judges it
  renas verify                               check every hash and rebuild every committed report

Exit codes: 0 fine; 1 a claim is not reproduced (with --strict); 2 bad input; 3 a run failed; 4 verification differs;
130 interrupted. Results are kept in --store; a killed run goes on where it was when it is started again.";

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
    /// Remove from the store what no lock file, evidence, study or receipt reaches
    Gc(Gc),
    /// Check this machine: worker, libtorch, numeric class, devices, data, store
    Doctor,
}

const VERIFY: &str = "\
Check the store, the lock files and the committed reports; nothing is written, unless --heal is given.

1. Every object and step record of the store has the digest it is named by, each record's answer fits its task, and
   every object and record that another record, a study or the receipt of a run names is there.
2. Every file of reports/<profile>/ has the digest that its SHA256SUMS promises, and no file is missing or extra. A
   report that a lock file promises is there.
3. The report is rebuilt from its evidence alone (searches, analysis, verdicts, pages) and compared byte for byte.
4. The lock file's digests agree with the evidence; results of the locked trials in the store agree with the lock by
   the level that the numeric classes allow: bit (same class), numeric (tolerances of the manifest), claim (the verdicts).

Every item is judged and every difference named, then what was checked is counted; exit code 4 where anything differs.
Weights that only the evidence names are in no clone, and are no difference.

With --rerun, trials are computed again in an empty store and compared by the same levels. With --heal, damaged files of
the store are moved to its folder damaged/, and lost objects made again by their trials; records are left to renas run.";

const EXPLAIN: &str = "\
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

/// Flags of `renas report`.
#[derive(Clone, Debug, Args)]
pub struct ReportArguments {
    /// Write the lock files anew: promise the files of this report, and append what became of claims to their ledgers
    #[arg(long)]
    pub update_lock: bool,
    /// Open the page about all profiles when it is written, in $BROWSER or what the system opens pages with
    #[arg(long)]
    pub open: bool,
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
