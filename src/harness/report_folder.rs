//! The folder of a profile's report: which of its files are the report's, and how they get there.
//!
//! A folder may hold more than one report knows: experiments whose manifests are elsewhere, a user's notes. `SHA256SUMS`
//! says which files renas wrote, and with which bytes. Only those are replaced or removed; evidence never is by a report
//! that is not about its experiment, and nothing is written through a link.

mod beside; // files beside the reports, which belong to none

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write as _};
use std::path::{Component, Path, PathBuf};

use renas_base::digest::Digest;
use renas_base::files;

use super::evidence;
pub use beside::{remove_file, set_aside, write_file};

/// The file that promises the digests of all others.
pub const SUMS: &str = "SHA256SUMS";

/// What unfinished files begin with: they are ours to remove once their writer is gone.
const UNFINISHED: &str = ".renas-unfinished-";

/// A report's folder cannot be read or written as asked; nothing was written where it says so.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// The system refused something.
    #[error("cannot {action} {}: {source}", path.display())]
    Disk {
        /// What was attempted.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The folder holds reports of experiments that the new report is not about.
    #[error(
        "{} holds the report and the evidence of {}, which {} not among the experiments of this command; nothing was \
         written: name another folder with --reports, or the folder of their manifests with --experiments",
        folder.display(), experiments.join(", "), if experiments.len() == 1 { "is" } else { "are" }
    )]
    OtherExperiments {
        /// The report's folder.
        folder: PathBuf,
        /// Their ids.
        experiments: Vec<String>,
    },
    /// Evidence that was committed is not there.
    #[error(
        "{} is lost: {} names it, and its experiment is rebuilt from nothing else; nothing was written: take the file \
         from version control, or run the experiment (`renas run --only {experiment}`)",
        path.display(), promised_by.display()
    )]
    LostEvidence {
        /// The file.
        path: PathBuf,
        /// What promises it.
        promised_by: PathBuf,
        /// The experiment.
        experiment: String,
    },
    /// A place of the report is a link.
    #[error(
        "{} is a link: a report is not written through links; nothing was written: put a folder or file in its place, \
         or name another folder with --reports",
        path.display()
    )]
    Link {
        /// The link.
        path: PathBuf,
    },
    /// Files of others lie where the report's would.
    #[error(
        "{} {} not written by renas ({SUMS} does not list {}), and the report would replace it; nothing was written: \
         move it away, or name another folder with --reports",
        paths.iter().map(|path| files::shown(path)).collect::<Vec<_>>().join(", "),
        if paths.len() == 1 { "was" } else { "were" }, if paths.len() == 1 { "it" } else { "them" }
    )]
    Foreign {
        /// The files.
        paths: Vec<PathBuf>,
    },
}

fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> FolderError + use<> {
    let path = path.to_owned();
    move |source| FolderError::Disk { action, path, source }
}

/// The text of `SHA256SUMS`: what is promised of a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// The digest of each file, as text, by path in the folder.
    pub promised: BTreeMap<PathBuf, String>,
    /// Lines that name no file.
    pub odd_lines: Vec<String>,
}

impl Sums {
    /// The promises of a text.
    pub fn parse(text: &str) -> Self {
        let mut sums = Self::default();
        for line in text.lines() {
            match line.split_once("  ") {
                Some((digest, name)) => drop(sums.promised.insert(name.into(), digest.to_owned())),
                None => sums.odd_lines.push(line.to_owned()),
            }
        }
        sums
    }

    /// The promises of a folder; none where it has no `SHA256SUMS`.
    pub fn of(folder: &Path) -> Result<Self, FolderError> {
        let path = folder.join(SUMS);
        match files::read(&path) {
            Ok(bytes) => Ok(Self::parse(&String::from_utf8_lossy(&bytes))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(failed("read", &path)(error)),
        }
    }

    /// The experiments of which files are promised.
    pub fn experiments(&self) -> BTreeSet<String> {
        self.promised.keys().filter_map(|path| experiment_of(path)).collect()
    }
}

/// The experiment whose files lie at that path of a report's folder; absent for the pages of all.
fn experiment_of(path: &Path) -> Option<String> {
    let mut parts = path.components();
    match (parts.next(), parts.next()) {
        (Some(Component::Normal(first)), Some(_)) => Some(first.to_string_lossy().into_owned()),
        _ => None,
    }
}

/// Refuse what `write` would refuse for lack of an experiment, before anything is computed: `experiments` are all that
/// the new report will hold, computed or rebuilt from evidence that is there.
pub fn check(folder: &Path, experiments: &BTreeSet<String>) -> Result<(), FolderError> {
    refuse_link(folder)?;
    let sums = Sums::of(folder)?;
    let held = listing(folder)?.into_iter().filter(|path| path.ends_with(evidence::FILE));
    let held = held.filter_map(|path| experiment_of(&path));
    let others: BTreeSet<String> =
        sums.experiments().into_iter().chain(held).filter(|id| !experiments.contains(id)).collect();
    if !others.is_empty() {
        let experiments = others.into_iter().collect();
        return Err(FolderError::OtherExperiments { folder: folder.to_owned(), experiments });
    }
    for id in experiments {
        refuse_links(folder, &Path::new(id).join(evidence::FILE))?;
    }
    Ok(())
}

/// An error where the evidence of an experiment is not in `folder`, and was.
pub fn refuse_lost_evidence(folder: &Path, experiment: &str) -> Result<(), FolderError> {
    let path = folder.join(experiment).join(evidence::FILE);
    if path.exists() {
        return Ok(());
    }
    let own = folder.join(experiment);
    let promised_by = match Sums::of(folder)?.experiments().contains(experiment) {
        true => folder.join(SUMS),
        false if listing(&own)?.is_empty() => return Ok(()),
        false => own,
    };
    Err(FolderError::LostEvidence { path, promised_by, experiment: experiment.to_owned() })
}

/// What writing a report did, by paths in its folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Files whose bytes are new or changed.
    pub changed: Vec<PathBuf>,
    /// Of these, files that somebody had altered since renas wrote them.
    pub altered: Vec<PathBuf>,
    /// Files of earlier reports that this one does not have, removed.
    pub removed: Vec<PathBuf>,
    /// Files that renas did not write, or that somebody altered: left as they are.
    pub foreign: Vec<PathBuf>,
}

impl Written {
    /// What was replaced or removed, a line each.
    pub fn replaced(&self, folder: &Path) -> Vec<String> {
        let altered = note(folder, &self.altered, "had been altered and now hold the report's bytes again");
        let removed = note(folder, &self.removed, "of earlier reports removed");
        altered.into_iter().chain(removed).collect()
    }

    /// What was left alone, in a line.
    pub fn left(&self, folder: &Path) -> Option<String> {
        note(folder, &self.foreign, "not written by renas, left as they are")
    }
}

fn note(folder: &Path, paths: &[PathBuf], what: &str) -> Option<String> {
    const SHOWN: usize = 8;
    let mut names: Vec<String> = paths.iter().take(SHOWN).map(|path| files::shown(path)).collect();
    if paths.len() > SHOWN {
        names.push(format!("and {} more", paths.len() - SHOWN));
    }
    let files = if paths.len() == 1 { "file" } else { "files" };
    let line = || format!("{}: {} {files} {what}: {}", folder.display(), paths.len(), names.join(", "));
    (!paths.is_empty()).then(line)
}

/// Make `folder` hold `files`, and of what renas wrote there before, nothing else.
///
/// A file that has its bytes already is not touched; each write is complete or absent, `SHA256SUMS` last. Everything that
/// is refused is refused before the first write: see `FolderError`. Processes that write one folder take turns: to each,
/// another's unfinished file would be one that nobody is writing.
pub fn write(folder: &Path, files: &BTreeMap<PathBuf, Vec<u8>>) -> Result<Written, FolderError> {
    let _turn = turn(folder)?;
    check(folder, &files.keys().filter_map(|path| experiment_of(path)).collect())?;
    let sums = Sums::of(folder)?;
    let written = compare(folder, files, &sums)?;
    replace(folder, files, &sums, written, |_| true)
}

/// The same of the files of one experiment among `files`, while others of the `experiments` of the report are still
/// computed: what is there of these, and the pages of all, stay as they are until `write`.
pub fn write_part(
    folder: &Path,
    experiment: &str,
    experiments: &BTreeSet<String>,
    files: &BTreeMap<PathBuf, Vec<u8>>,
) -> Result<Written, FolderError> {
    let _turn = turn(folder)?;
    check(folder, experiments)?;
    let sums = Sums::of(folder)?;
    // What `write` will refuse is refused now.
    compare(folder, files, &sums)?;
    let is_part = |path: &Path| experiment_of(path).is_some_and(|id| id == experiment);
    let of_part = files.iter().filter(|(path, _)| is_part(path));
    let mut part: BTreeMap<PathBuf, Vec<u8>> = of_part.map(|(path, bytes)| (path.clone(), bytes.clone())).collect();
    let kept = sums.promised.iter().filter(|(path, _)| !is_part(path)).map(|(path, digest)| (path, digest.clone()));
    let new = part.iter().map(|(path, bytes)| (path, Digest::of(bytes).to_string()));
    // In the order of `write`.
    let lines: BTreeSet<_> = kept.chain(new).map(|(path, digest)| (path.to_string_lossy(), digest)).collect();
    let text: String = lines.iter().map(|(path, digest)| format!("{digest}  {path}\n")).collect();
    part.insert(SUMS.into(), text.into_bytes());
    let written = compare(folder, &part, &sums)?;
    replace(folder, &part, &sums, written, is_part)
}

/// The right to write a folder, which is made where there is none; waits for other processes.
fn turn(folder: &Path) -> Result<fs::File, FolderError> {
    refuse_link(folder)?;
    fs::create_dir_all(folder).map_err(failed("make", folder))?;
    let handle = fs::File::open(folder).map_err(failed("open", folder))?;
    handle.lock().map_err(failed("lock", folder))?;
    Ok(handle)
}

/// Which of the files have other bytes than `folder` holds, and which of these somebody altered; an error where one of them
/// is not ours.
fn compare(folder: &Path, files: &BTreeMap<PathBuf, Vec<u8>>, sums: &Sums) -> Result<Written, FolderError> {
    let mut written = Written::default();
    let mut foreign = Vec::new();
    for (path, bytes) in files {
        refuse_links(folder, path)?;
        match (found(folder, path)?, sums.promised.get(path)) {
            (Some(found), _) if found == *bytes => continue,
            (Some(_), None) if path.as_path() != Path::new(SUMS) => foreign.push(folder.join(path)),
            (Some(found), Some(promised)) if Digest::of(&found).to_string() != *promised => {
                written.altered.push(path.clone());
            }
            (Some(_), _) | (None, _) => {}
        }
        written.changed.push(path.clone());
    }
    if foreign.is_empty() { Ok(written) } else { Err(FolderError::Foreign { paths: foreign }) }
}

/// Write what differs, and remove what renas wrote before and `files` do not have, of that which `is_asked` for.
fn replace(
    folder: &Path,
    files: &BTreeMap<PathBuf, Vec<u8>>,
    sums: &Sums,
    mut written: Written,
    is_asked: impl Fn(&Path) -> bool,
) -> Result<Written, FolderError> {
    // The sums come last: until then the old ones say which files are ours.
    written.changed.sort_by_key(|path| path == Path::new(SUMS));
    for path in &written.changed {
        let target = folder.join(path);
        save(&target, &files[path]).map_err(failed("write the report's file", &target))?;
    }
    let others = listing(folder)?.into_iter().filter(|path| is_asked(path) && !files.contains_key(path));
    for path in others {
        let target = folder.join(&path);
        let is_unfinished = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(UNFINISHED));
        let is_ours = match sums.promised.get(&path) {
            Some(promised) => refuse_links(folder, &path).is_ok() && digest_is(folder, &path, promised)?,
            None => false,
        };
        match is_unfinished || is_ours {
            true => {
                fs::remove_file(&target).map_err(failed("remove the outdated", &target))?;
                if is_ours {
                    written.removed.push(path);
                }
            }
            false => written.foreign.push(path),
        }
    }
    Ok(written)
}

/// The bytes of a file of the folder; nothing where there is none.
fn found(folder: &Path, path: &Path) -> Result<Option<Vec<u8>>, FolderError> {
    let target = folder.join(path);
    match files::read(&target) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed("read", &target)(error)),
    }
}

fn digest_is(folder: &Path, path: &Path, promised: &str) -> Result<bool, FolderError> {
    Ok(found(folder, path)?.is_some_and(|bytes| Digest::of(&bytes).to_string() == promised))
}

/// An error where `folder`, a place below it, or a folder on the way there is a link. What lies above `folder` is its owner's
/// choice.
fn refuse_links(folder: &Path, path: &Path) -> Result<(), FolderError> {
    refuse_link(folder)?;
    refuse_links_below(folder, path)
}

/// The same of places below `folder`, which may be a link itself.
fn refuse_links_below(folder: &Path, path: &Path) -> Result<(), FolderError> {
    let mut place = folder.to_owned();
    for part in path.components() {
        place.push(part);
        refuse_link(&place)?;
    }
    Ok(())
}

fn refuse_link(place: &Path) -> Result<(), FolderError> {
    match place.is_symlink() {
        true => Err(FolderError::Link { path: place.to_owned() }),
        false => Ok(()),
    }
}

/// Write a file that is whole or not there, durably, in place of an older one; unlike a temporary file all may read it.
pub(super) fn save(target: &Path, bytes: &[u8]) -> io::Result<()> {
    let parent = target.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(parent)?;
    let mut file = tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(parent)?;
    file.write_all(bytes)?;
    // Before it gets its name: after a power cut a name never leads to half a file.
    file.as_file().sync_all()?;
    file.as_file().set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))?;
    file.persist(target).map_err(|error| error.error)?;
    fs::File::open(parent)?.sync_all()
}

/// Every file below `folder`, by path in it, links among them, which are not followed; empty where there is no such
/// folder.
pub fn listing(folder: &Path) -> Result<BTreeSet<PathBuf>, FolderError> {
    let mut files = BTreeSet::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(inner) = folders.pop() {
        let here = folder.join(&inner);
        let entries = match fs::read_dir(&here) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(failed("list", &here)(error)),
        };
        for entry in entries {
            let entry = entry.map_err(failed("list", &here))?;
            let path = inner.join(entry.file_name());
            if entry.file_type().map_err(failed("look at", &path))?.is_dir() {
                folders.push(path);
            } else {
                files.insert(path);
            }
        }
    }
    Ok(files)
}
