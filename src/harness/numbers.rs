//! The numbers that a paper prints, each once with its place, and what it is bound to: a claim that judges it, an entry of
//! the audit, a deviation, or a reason of a closed list why nothing here bears on it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::manifest::decode::{Item, Problem, Problems, Section, read};
use super::manifest::load::{Mistakes, tree};
use super::manifest::model::Manifest;
use renas_base::files;

/// A number that the paper prints.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Printed {
    /// Where: table, row, column; section and words.
    pub place: String,
    /// What it is.
    pub what: String,
    /// As it is printed, with its unit.
    pub number: String,
    /// Whether the paper found it or set it.
    pub kind: Kind,
    /// What it is bound to.
    pub bound: Bound,
}

/// Whether a number is found or set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The paper measured or concluded it.
    Result,
    /// The paper set it: a hyperparameter, a size, a bound.
    Setting,
}

/// What bears on a number.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// Claims that judge it, by id.
    Claims(Vec<String>),
    /// Entries of the audit, by id.
    Audit(Vec<String>),
    /// Deviations, by id.
    Deviations(Vec<String>),
    /// Nothing, because.
    Reason(Reason),
}

/// Why nothing bears on a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Quoted from other publications.
    Quoted,
    /// It numbers or counts what the text lists.
    Outline,
    /// It explains something.
    Illustration,
    /// A setting that is used as the paper gives it.
    Setting,
    /// An absolute time of another machine.
    AbsoluteTime,
}

impl Reason {
    /// All reasons, by their names.
    pub const ALL: [(&'static str, Self); 5] = [
        ("quoted", Self::Quoted),
        ("outline", Self::Outline),
        ("illustration", Self::Illustration),
        ("setting", Self::Setting),
        ("absolute_time", Self::AbsoluteTime),
    ];

    /// The name as it stands in lists.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, reason)| *reason == self).map_or("", |(name, _)| name)
    }
}

/// Where the list of an experiment lies, below the folder of manifests.
pub fn path(experiments: &Path, experiment: &str) -> PathBuf {
    experiments.join("numbers").join(format!("{experiment}.yaml"))
}

/// Why there is no list.
#[derive(Debug, thiserror::Error)]
pub enum NumbersError {
    /// It cannot be read.
    #[error("cannot read the list of the paper's numbers {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// It has mistakes: all of them.
    #[error("{0}")]
    Mistakes(Mistakes),
}

/// The numbers that the paper of a manifest prints.
pub fn load(path: &Path, manifest: &Manifest) -> Result<Vec<Printed>, NumbersError> {
    let bytes = files::read(path).map_err(|source| NumbersError::Read { path: path.to_owned(), source })?;
    parse(path, &bytes, manifest)
}

/// The numbers in the text of a list at `path`; every mistake with its line.
pub fn parse(path: &Path, bytes: &[u8], manifest: &Manifest) -> Result<Vec<Printed>, NumbersError> {
    let refused = |problems: Vec<Problem>| {
        let named = problems.into_iter().map(|problem| (path.to_owned(), problem));
        NumbersError::Mistakes(Mistakes(named.collect()))
    };
    let tree = tree(bytes).map_err(|problem| refused(vec![problem]))?;
    let problems = Problems::default();
    let numbers = read(&tree, &problems, |section| section.list("numbers", |item| printed(item, manifest)));
    let mut known = BTreeSet::new();
    for (index, one) in numbers.iter().enumerate() {
        if !known.insert((&one.place, &one.what, &one.number)) {
            problems.add(1, format!("numbers[{index}]"), format!("{} ({}) is a duplicate", one.number, one.place));
        }
    }
    match problems.into_sorted() {
        none if none.is_empty() => Ok(numbers),
        some => Err(refused(some)),
    }
}

fn printed(item: &Item<'_>, manifest: &Manifest) -> Printed {
    item.section(|section| {
        let kind = section.choice("kind", &[("result", Kind::Result), ("setting", Kind::Setting)]);
        Printed {
            place: section.text("place"),
            what: section.text("what"),
            number: section.text("number"),
            kind,
            bound: bound(section, kind, manifest),
        }
    })
}

fn bound(section: &mut Section<'_>, kind: Kind, manifest: &Manifest) -> Bound {
    let claims: Vec<&str> = manifest.claims.iter().map(|claim| claim.id.as_str()).collect();
    let audit: Vec<&str> = manifest.audit.iter().map(|entry| entry.id.as_str()).collect();
    let deviations: Vec<&str> = manifest.deviations.iter().map(|entry| entry.id.as_str()).collect();
    let ids = |section: &mut Section<'_>, key: &str, of: &'static str, known: &[&str]| {
        section.optional(key, |item| item.list(|item| item.known(of, known)))
    };
    let claims = ids(section, "claims", "claim", &claims).map(Bound::Claims);
    let audit = ids(section, "audit", "audit entry", &audit).map(Bound::Audit);
    let deviations = ids(section, "deviations", "deviation", &deviations).map(Bound::Deviations);
    let reason = section.optional("reason", |item| item.choice(&Reason::ALL));
    if reason == Some(Reason::Setting) && kind == Kind::Result {
        section.problem("reason", "a result is no setting");
    }
    let mut given = [claims, audit, deviations, reason.map(Bound::Reason)].into_iter().flatten();
    match (given.next(), given.next()) {
        (Some(bound), None) => bound,
        (bound, _) => {
            section.problem("reason", "expected exactly one of `claims`, `audit`, `deviations`, `reason`");
            bound.unwrap_or(Bound::Reason(Reason::Quoted))
        }
    }
}

/// How many numbers of one kind there are, and what they are bound to.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Shares {
    /// All of them.
    pub all: usize,
    /// Judged by a claim.
    pub claims: usize,
    /// In the audit.
    pub audit: usize,
    /// In a deviation.
    pub deviations: usize,
    /// Of each reason, by its name.
    pub reasons: std::collections::BTreeMap<&'static str, usize>,
}

impl Shares {
    /// Of the numbers of this kind.
    pub fn of(numbers: &[Printed], kind: Kind) -> Self {
        let mut shares = Self::default();
        for one in numbers.iter().filter(|one| one.kind == kind) {
            shares.all += 1;
            match &one.bound {
                Bound::Claims(_) => shares.claims += 1,
                Bound::Audit(_) => shares.audit += 1,
                Bound::Deviations(_) => shares.deviations += 1,
                Bound::Reason(reason) => *shares.reasons.entry(reason.name()).or_default() += 1,
            }
        }
        shares
    }

    /// The share that is bound to a claim or an entry of the audit, a fraction; 1 of none.
    pub fn bound(&self) -> f64 {
        if self.all == 0 { 1.0 } else { (self.claims + self.audit) as f64 / self.all as f64 }
    }
}
