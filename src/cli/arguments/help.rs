//! What `--help` says of commands at length.

/// Behind the list of commands.
pub(super) const EXAMPLES: &str = "\
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
  renas tables --format latex --out paper    tables, numbers and a checklist for the text of a paper
  renas verify                               check every hash and rebuild every committed report
  renas certify ../paper@v1                  ... of a commit of another repository, with a certificate

Exit codes: 0 fine; 1 a claim is not reproduced (with --strict); 2 bad input; 3 a run failed; 4 verification differs;
130 interrupted. Results are kept in --store; a killed run goes on where it was when it is started again.";

/// `renas verify`.
pub(super) const VERIFY: &str = "\
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

/// `renas explain`.
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

/// `renas tables`.
pub(super) const TABLES: &str = "\
Say what a committed report found in the form that the text of a paper needs; nothing is run.

  renas tables                               every table as CSV: value, low, high, n, all digits
  renas tables methods --format latex        one of them as a tabular (booktabs) with intervals and n
  renas tables --numbers --format latex      a file of macros: after \\input, \\renas{evolution.best} is that number with its
                                             unit, and \\renas{evolution.best/interval}, .../n, claim/ID, claims/reproduced ...
  renas tables --checklist                   the rows of a reproducibility checklist: seeds, error bars, compute, data
  renas tables --format latex --out paper    all of these as files: paper/<experiment>/<table>.tex, numbers.tex, checklist.tex

--only and --profile select the report.";

/// `renas seal`.
pub(super) const SEAL: &str = "\
Fix what is claimed, how it is measured and which files it is made of, before the first result.

Writes experiments/locks/<profile>/<experiment>.json with a digest of every claim, of the definition of every quantity and of
every file that the manifest pins. Results that are handed in are read first: mistakes of a file are named, and nothing is
sealed. Commit what was written before you run. A claim that changes afterwards is refused by
`renas run --update-lock` until the manifest declares it (`amended`, with `verdict_before: {<profile>: not tested}`), and
`renas verify` names every claim, quantity and file that is another one than was sealed. Where there is a result already,
there is nothing to seal.";

/// `renas certify`.
pub(super) const CERTIFY: &str = "\
Verify a commit of a repository in a fresh clone, and write a certificate of what was checked, as Markdown and as a page.

The clone is made by git in a folder that goes afterwards. Nothing of the repository is executed: its reports are rebuilt
from their evidence by this program, and every digest is compared (see `renas verify`). The certificate says who checked
what and when, the digest of every report, what differs, and what was not checked. Exit code 4 where anything differs.";

/// `renas emit k8s`.
pub(super) const EMIT: &str = "\
Print an Indexed Job of Kubernetes (batch/v1, JSON) that runs a profile, one index per experiment. It was held against the
schema of the API and never tried on a cluster.

  renas emit k8s --profile reduced --image debian:12 --claim checkout --jobs 16 --node-label cpu=epyc | kubectl apply -f -

Each pod is `renas run --only EXPERIMENT` in the root of the claim: its coordinator and its workers are in one pod, as on
one machine, with --jobs cores (1 where none are named). All of them share the store, whose locks are those of files: the
volume must keep them between nodes, as NFS 4 does. Each writes its report below reports-of-pods/. A pod that is ended goes
on from the store when it is started again. Afterwards `renas run` writes the report of all experiments from the store.";
