//! From files to checked manifests.

mod error; //  why there is no manifest
mod source; // one file, or a folder of files

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::Path;
use std::sync::Arc;

use super::claims::{self, Names, claim, sentence};
use super::decode::{Asked, Item, Problem, Problems, Section, read};
use super::findings;
use super::model::{Manifest, Outline, Profile, ProfileSettings};
use super::problem::{in_file, suggestion};
use super::profiles::{clusters, profile_settings};
use super::reference::{audit_entry, deviation, paper_reference};
use super::yaml;
use crate::analysis::{Analysis, Unplanned};
use crate::paper::{AnyPaper, OwnSections};
pub use error::{ManifestError, Mistakes};
use renas_base::digest::Digest;
use renas_base::parallel;
use renas_data::registry::Registry;
use renas_observe::declare::{Declarations, Mistake};
use source::Source;
pub use source::names;

/// What a manifest may name.
#[derive(Clone, Copy)]
pub struct Known<'a> {
    /// The papers.
    pub papers: &'a [&'a dyn AnyPaper],
    /// The data sets.
    pub data: &'a Registry,
}

/// The id of the paper that runs experiments with `studies` of their own.
pub const DECLARED: &str = "declared";

/// The section that makes an experiment one of these, and the others that only such have.
const STUDIES: &str = "studies";
const OWN_SECTIONS: [&str; 4] = [STUDIES, "files", "environment", "limits"];

/// All manifests of a folder, in the order of their names; all mistakes of all of them in one error.
pub fn load_all(dir: &Path, known: Known<'_>) -> Result<Vec<Manifest>, ManifestError> {
    all(dir, |name| load_source(&Source::find(dir, name)?, known, Quantities::Promised))
}

/// The manifests of a folder as far as studies need them: the files that hold nothing but claims, declarations, audit and
/// deviations are not read, and names of quantities not looked up. `load_all` reports the mistakes there.
pub fn load_all_for_studies(dir: &Path, known: Known<'_>) -> Result<Vec<Manifest>, ManifestError> {
    all(dir, |name| load_for_studies_of(Source::find(dir, name)?, known))
}

/// The same of one experiment.
pub fn load_for_studies(dir: &Path, id: &str, known: Known<'_>) -> Result<Manifest, ManifestError> {
    load_for_studies_of(source_of(dir, id)?, known)
}

/// The outlines of all manifests of a folder; see `outline` for the mistakes that are reported.
pub fn outline_all(dir: &Path, known: Known<'_>) -> Result<Vec<Outline>, ManifestError> {
    all(dir, |name| outline_source(Source::find(dir, name)?, known))
}

fn all<T: Send>(dir: &Path, load: impl Fn(&str) -> Result<T, ManifestError> + Sync) -> Result<Vec<T>, ManifestError> {
    let mut manifests = Vec::new();
    let mut mistakes = Mistakes::default();
    let names = names(dir)?;
    // Side by side: reading them is most of what `renas list` does.
    for manifest in parallel::map(&names, parallel::cores(), |name| load(name)) {
        match manifest {
            Ok(manifest) => manifests.push(manifest),
            Err(ManifestError::Mistakes(found)) => mistakes.0.extend(found.0),
            Err(other) => return Err(other),
        }
    }
    if mistakes.0.is_empty() { Ok(manifests) } else { Err(ManifestError::Mistakes(mistakes)) }
}

/// The manifest of one experiment.
pub fn load(dir: &Path, id: &str, known: Known<'_>) -> Result<Manifest, ManifestError> {
    load_source(&source_of(dir, id)?, known, Quantities::Promised)
}

/// The outline of one experiment.
///
/// All mistakes of its manifest are reported but those that only the names of all quantities show, whose making takes as
/// long as most of the rest (in the claims' quantities, in `cluster_seconds` and in `looks`), and those in files of a folder that hold nothing
/// but claims, which are counted, declarations, audit and deviations. `load` reports all.
pub fn outline(dir: &Path, id: &str, known: Known<'_>) -> Result<Outline, ManifestError> {
    outline_source(source_of(dir, id)?, known)
}

/// The text of an experiment's manifest; of a folder, one that says the same in one file.
pub fn text(dir: &Path, id: &str) -> Result<String, ManifestError> {
    Ok(source_of(dir, id)?.text())
}

fn source_of(dir: &Path, id: &str) -> Result<Source, ManifestError> {
    let there = names(dir)?;
    if !there.iter().any(|name| name == id) {
        let suggestion = suggestion(id, &there);
        return Err(ManifestError::UnknownExperiment { name: id.to_owned(), dir: dir.to_owned(), suggestion });
    }
    Source::find(dir, id)
}

/// Its digest is of the whole manifest.
fn load_for_studies_of(source: Source, known: Known<'_>) -> Result<Manifest, ManifestError> {
    let digest = source.digest();
    let source = source.without(&["findings", "found", "claims", "audit", "deviations"]);
    Ok(Manifest { digest, ..load_source(&source, known, Quantities::Unknown)? })
}

fn outline_source(source: Source, known: Known<'_>) -> Result<Outline, ManifestError> {
    let mut source = source.without(&["findings", "found", "audit", "deviations"]);
    let counted = source.take_count("claims");
    let Manifest { id, title, paper, profiles, claims, .. } = load_source(&source, known, Quantities::Unknown)?;
    Ok(Outline { id, title, paper, profiles: profiles.into_keys().collect(), claims: counted.unwrap_or(claims.len()) })
}

/// The manifest that `bytes` hold; `file` is where they were read from, and names the experiment.
pub fn parse(file: &Path, bytes: &[u8], known: Known<'_>) -> Result<Manifest, ManifestError> {
    load_source(&Source::one(file, bytes.to_vec()), known, Quantities::Promised)
}

/// What is looked for while the manifest of one experiment is read: a description of manifests (`schema`) is held against it.
pub fn asked(dir: &Path, id: &str, known: Known<'_>) -> Result<Asked, ManifestError> {
    let problems = Problems::noting();
    read_source(&source_of(dir, id)?, known, Quantities::Promised, &problems)?;
    Ok(problems.into_asked())
}

fn load_source(source: &Source, known: Known<'_>, quantities: Quantities) -> Result<Manifest, ManifestError> {
    read_source(source, known, quantities, &Problems::default())
}

fn read_source(
    source: &Source,
    known: Known<'_>,
    quantities: Quantities,
    problems: &Problems,
) -> Result<Manifest, ManifestError> {
    let tree = source.tree()?;
    let body = Reader { known, problems, quantities };
    let manifest = read(&tree, problems, |section| body.manifest(section, &source.file, source.digest()));
    match problems.take_sorted() {
        none if none.is_empty() => Ok(manifest),
        some => Err(ManifestError::Mistakes(source.mistakes(some))),
    }
}

/// The tree of a text of ours; a mistake where it is none.
pub fn tree(bytes: &[u8]) -> Result<yaml::Node, Problem> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line = bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count() + 1;
        Problem { line, path: String::new(), message: "not UTF-8 text".to_owned(), unknown: None }
    })?;
    yaml::parse(text).map_err(|yaml::SyntaxError { line, column, message }| Problem {
        line,
        path: String::new(),
        message: format!("not YAML at column {column}: {message}"),
        unknown: None,
    })
}

impl Manifest {
    /// What to run at a profile.
    pub fn profile(&self, profile: Profile) -> Result<&ProfileSettings, ManifestError> {
        self.profiles.get(&profile).ok_or_else(|| {
            let known: Vec<String> = self.profiles.keys().map(|known| format!("`{known}`")).collect();
            ManifestError::NoProfile { file: self.file.clone(), profile, known: known.join(", ") }
        })
    }
}

/// What is known of quantities while a manifest is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Quantities {
    /// What the paper promises of them at each profile.
    Promised,
    /// Nothing: what they are named by is not looked up.
    Unknown,
}

/// Reads the sections of one manifest.
struct Reader<'a> {
    known: Known<'a>,
    problems: &'a Problems,
    quantities: Quantities,
}

impl Reader<'_> {
    fn manifest(&self, section: &mut Section<'_>, file: &Path, digest: Digest) -> Manifest {
        let is_declared = section.keys().contains(&STUDIES);
        let (id, paper) = section.required("id", |item| self.id(item, file, is_declared));
        let title = section.text("title");
        let reference = section.section("paper", paper_reference);
        let summary = section.text("summary");
        let failure_rule = section.text("failure_rule");
        let tolerances = match is_declared && !section.keys().contains(&"tolerances") {
            true => BTreeMap::new(),
            false => section.section("tolerances", |section| {
                let keys = section.keys();
                keys.into_iter().map(|key| (key.to_owned(), section.number(key, 0.0..=f64::INFINITY))).collect()
            }),
        };
        let own = paper.filter(|_| is_declared).map(|paper| paper.own_sections(section));
        if is_declared && own.is_none() {
            OWN_SECTIONS.iter().for_each(|key| drop(section.item(key)));
        }
        let defaults = section.item("parameters");
        let before = self.problems.count();
        let declarations =
            section.optional("findings", |item| item.section(findings::declarations)).unwrap_or_default();
        let sound = Some(&declarations).filter(|_| self.problems.count() == before);
        let (profiles, quantities) = section
            .section("profiles", |section| self.profiles(section, defaults.as_ref(), (paper, own.as_ref()), sound));
        let brought = section.optional("readers_data", |item| item.list(Item::text)).unwrap_or_default();
        let registered = self.known.data.all().iter().map(|set| set.name.as_str());
        let declared = own.and_then(|own| own.brought);
        let imports = declared.iter().flat_map(|brought| &brought.imports).map(|import| import.study.as_str());
        let data: Vec<&str> = registered.chain(brought.iter().map(String::as_str)).chain(imports).collect();
        let named: Vec<String> = match is_declared && !profiles.is_empty() {
            true => profiles.keys().map(Profile::to_string).collect(),
            false => Profile::COMMON.map(|profile| profile.to_string()).to_vec(),
        };
        let names = Names { quantities: quantities.as_ref(), data: &data, profiles: &named };
        Manifest {
            id,
            file: file.to_owned(),
            digest,
            title,
            paper: reference,
            summary,
            profiles,
            declarations,
            found: section.optional("found", |item| item.list(|item| sentence(item, names))).unwrap_or_default(),
            claims: entries(section, "claims", |section, id| claim(section, id, names)),
            audit: entries(section, "audit", audit_entry),
            deviations: entries(section, "deviations", deviation),
            tolerances,
            failure_rule,
            brought: declared,
        }
    }

    /// The id, and the paper of that name.
    fn id(&self, item: &Item<'_>, file: &Path, is_declared: bool) -> (String, Option<&dyn AnyPaper>) {
        let before = self.problems.count();
        let known: Vec<&str> = self.known.papers.iter().map(|paper| paper.id()).filter(|id| *id != DECLARED).collect();
        let id = if is_declared { identifier(item) } else { item.known("paper", &known) };
        if is_declared && (known.contains(&id.as_str()) || id == DECLARED) {
            item.problem(format!("renas has the studies of `{id}` itself: give this experiment another id"));
        }
        if self.problems.count() > before {
            return (id, None);
        }
        if file.file_stem().is_none_or(|stem| stem != id.as_str()) {
            item.problem(format!("the manifest must be named `{id}.yaml`, or its folder `{id}`"));
        }
        let wanted = if is_declared { DECLARED } else { &id };
        let paper = self.known.papers.iter().copied().find(|paper| paper.id() == wanted);
        if paper.is_none() {
            item.problem("this program runs no experiments with `studies` of their own");
        }
        (id, paper)
    }

    /// The profiles, and the quantities that claims may name: those of any profile. Absent where a profile has mistakes,
    /// since a claim may be about its quantities.
    fn profiles<'s>(
        &self,
        section: &mut Section<'s>,
        defaults: Option<&Item<'s>>,
        (paper, own): (Option<&dyn AnyPaper>, Option<&OwnSections>),
        declarations: Option<&Declarations>,
    ) -> (BTreeMap<Profile, ProfileSettings>, Option<claims::Known>) {
        let mut profiles = BTreeMap::new();
        let known = profile_names(section, own.is_some());
        let mut quantities = (known.len() == section.keys().len()).then(claims::Known::default);
        let mut misdeclared: BTreeMap<Mistake, Vec<Profile>> = BTreeMap::new();
        for profile in known {
            let Some(item) = section.item(profile.name()) else { continue };
            let before = self.problems.count();
            let mut of_clusters = [None, None];
            let mut settings = item.section(|section| {
                of_clusters = ["cluster_seconds", "looks"].map(|key| section.item(key));
                profile_settings(section, profile, defaults, (paper, own), self.known.data)
            });
            let sound = self.problems.count() == before;
            let parameters = &settings.parameters;
            let (data, clock) = (self.known.data, settings.clock);
            let promise = |(paper, declarations)| Analysis { paper, parameters, declarations, data, clock }.promise();
            let is_asked = sound && self.quantities == Quantities::Promised;
            match paper.filter(|_| is_asked).zip(declarations).map(promise) {
                Some(Ok(promise)) => {
                    settings.clusters = clusters(of_clusters.each_ref().map(Option::as_ref), &promise.quantities);
                    let promise = Arc::new(promise);
                    settings.promise = Some(Arc::clone(&promise));
                    if let Some(known) = &mut quantities {
                        known.add(profile, promise);
                    }
                }
                Some(Err(Unplanned::Mistakes(mistakes))) => {
                    for mistake in mistakes {
                        misdeclared.entry(mistake).or_default().push(profile);
                    }
                    quantities = None;
                }
                Some(Err(Unplanned::Paper(error))) => {
                    item.problem(format!("{error:#}"));
                    quantities = None;
                }
                None => quantities = None,
            }
            profiles.insert(profile, settings);
        }
        self.add_misdeclared(misdeclared, profiles.len());
        if profiles.is_empty() {
            section.problem("quick", "is missing: at least one profile is needed");
            quantities = None;
        }
        (profiles, quantities)
    }

    /// Mistakes of declarations, each with its profile where it is one of several that has it: it depends on parameters then.
    fn add_misdeclared(&self, misdeclared: BTreeMap<Mistake, Vec<Profile>>, profiles: usize) {
        for (Mistake { place, message }, at) in misdeclared {
            let at = match at.as_slice() {
                [one] if profiles > 1 => format!(" (under the parameters of profile {one})"),
                _ => String::new(),
            };
            self.problems.add(place.line, place.path, format!("{message}{at}"));
        }
    }
}

/// The profiles of a manifest, in order: the common ones among its keys, and where it `is_declared` all of them.
fn profile_names(section: &mut Section<'_>, is_declared: bool) -> Vec<Profile> {
    if !is_declared {
        let keys = section.keys();
        let common = Profile::COMMON.into_iter();
        // Each is asked for, so that it is suggested in the place of what is none.
        return common.filter(|one| section.item(one.name()).is_some() && keys.contains(&one.name())).collect();
    }
    let mut named = Vec::new();
    for key in section.keys() {
        match Profile::named(key) {
            Some(profile) => named.push(profile),
            None => {
                section.problem(key, "the name of a profile has at most 30 lower-case letters, digits, `-` and `_`");
                drop(section.item(key));
            }
        }
    }
    named.sort_unstable();
    named
}

/// A list of sections, each with an `id` that is unique in the list; absent means none.
fn entries<T>(section: &mut Section<'_>, key: &str, read: impl Fn(&mut Section<'_>, String) -> T) -> Vec<T> {
    let seen: RefCell<BTreeMap<String, usize>> = RefCell::default();
    let id = |item: &Item<'_>| {
        let id = identifier(item);
        match seen.borrow_mut().entry(id.clone()) {
            Entry::Vacant(place) => {
                place.insert(item.line());
            }
            Entry::Occupied(first) if !id.is_empty() => {
                item.problem(format!("`{id}` is taken by line {}", in_file(*first.get())));
            }
            Entry::Occupied(_) => {}
        }
        id
    };
    let entry = |item: &Item<'_>| {
        item.section(|section| {
            let id = section.required("id", id);
            read(section, id)
        })
    };
    section.optional(key, |item| item.list(entry)).unwrap_or_default()
}

/// A name that may stand in addresses and file names. Stand-in: empty.
fn identifier(item: &Item<'_>) -> String {
    let id = item.text();
    let allowed = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || "-_.".contains(letter);
    if !id.chars().all(allowed) {
        item.problem("may hold lower-case letters, digits and `-`, `_`, `.` only");
    }
    id
}
