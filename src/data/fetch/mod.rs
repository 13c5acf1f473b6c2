//! Bringing registered data sets: several sources per file, resumed where a transfer broke off, verified before use.
//!
//! A file appears under its name only when its content has its pin; until then it is `<file>.<source>.part`, which the
//! next attempt resumes. Nothing is deleted but such parts: an altered file is set aside as `<file>.altered`.

mod download; // one address into one part file
mod place; //    a part into its place: verified, unpacked, renamed

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::data_set::{DataSet, Sources};
use super::error::DataError;
use super::load::verify;
use super::locate::{Locations, Place, locate};
use download::{Failure, download};

/// What happens during a fetch; for progress bars and messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// There is nothing to do: the data set is there, and has its pins.
    Present {
        /// Where it is.
        place: String,
    },
    /// What is there is not what is registered, so it is fetched anew.
    Altered {
        /// The path, the expected digest and the found one.
        message: String,
    },
    /// An address is asked.
    Started {
        /// The address.
        url: String,
        /// Bytes that are there from an earlier attempt.
        resumed: u64,
    },
    /// Bytes came.
    Received {
        /// Bytes of this file so far.
        bytes: u64,
        /// Bytes that the server announced in all.
        total: Option<u64>,
    },
    /// An address did not give the file.
    Failed {
        /// The address.
        url: String,
        /// Why not.
        reason: String,
    },
    /// A file that differs from its pin got another name.
    SetAside {
        /// Its new path.
        path: PathBuf,
    },
    /// A verified file is in its place.
    Placed {
        /// Its path.
        path: PathBuf,
    },
}

/// Called with every event; answers whether to go on.
pub type Observer<'a> = dyn FnMut(Event) -> ControlFlow<()> + 'a;

/// A data set could not be fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// No source gave the content that is registered.
    #[error("no source gave {file} of `{name}`:{}\n{advice}", lines(.attempts))]
    Sources {
        /// The data set.
        name: String,
        /// The file or archive.
        file: String,
        /// Each address, and why it failed.
        attempts: Vec<(String, String)>,
        /// What to do.
        advice: String,
    },
    /// A file or folder cannot be written.
    #[error("cannot write {}: {error}", .path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// The observer said stop.
    #[error("interrupted; what was received is kept, and the same command goes on from there")]
    Interrupted,
    /// What was fetched, or lies there, cannot be used.
    #[error(transparent)]
    Data(#[from] DataError),
}

/// Make a data set available: nothing where a verified copy is found, else a download into the first data folder.
///
/// `mirrors` replace the registered addresses where there are any: folders on the web that hold the files (`<file>.gz`
/// or `<file>`) or the archive. Two processes that fetch the same data set wait for each other.
pub fn fetch(
    set: &DataSet,
    locations: &Locations,
    mirrors: &[String],
    observe: &mut Observer<'_>,
) -> Result<Place, FetchError> {
    if let Some(place) = available(set, locations, observe)? {
        return Ok(place);
    }
    if matches!(set.sources, Sources::Packed | Sources::Beside(_)) {
        return Ok(locate(set, locations)?); // nobody else has it: the error says what to do
    }
    let target = locations.folders.first().map_or("data".as_ref(), PathBuf::as_path).join(&set.folders[0]);
    std::fs::create_dir_all(&target).map_err(|error| FetchError::Write { path: target.clone(), error })?;
    let _lock = lock(&target)?;
    if let Some(place) = available(set, locations, &mut |_| ControlFlow::Continue(()))? {
        return Ok(place);
    }
    match &set.sources {
        Sources::Files(urls) => {
            for file in &set.files {
                if place::is_right(set, file, &target) {
                    continue;
                }
                let addresses = addresses(urls, mirrors, &[&format!("{}.gz", file.name), &file.name], &file.name);
                // Gzip makes nothing much larger: what exceeds this cannot be the file.
                let limit = file.length + file.length / 100 + (1 << 16);
                from_sources(set, &file.name, &addresses, &target, limit, observe, &mut |part| {
                    place::file(set, file, part, &target)
                })?;
            }
        }
        Sources::Archive(urls) => {
            let name = urls[0].rsplit('/').next().unwrap_or(&urls[0]);
            let limit = set.files.iter().map(|file| file.length + (1 << 16)).sum::<u64>();
            let addresses = addresses(urls, mirrors, &[name], name);
            from_sources(set, name, &addresses, &target, limit, observe, &mut |part| {
                place::archive(set, part, &target)
            })?;
        }
        Sources::Embedded | Sources::Packed | Sources::Beside(_) => {}
    }
    let place = locate(set, locations)?;
    verify(set, &place)?;
    Ok(place)
}

/// The place of a verified copy; none where the data set is missing or altered.
fn available(set: &DataSet, locations: &Locations, observe: &mut Observer<'_>) -> Result<Option<Place>, FetchError> {
    let Ok(place) = locate(set, locations) else { return Ok(None) };
    let event = match verify(set, &place) {
        Ok(_) => Event::Present { place: place.describe() },
        // An altered copy of the embedded data, or of somebody's images, is the user's to mend: there is nothing to fetch.
        Err(error @ DataError::Altered(_)) if !matches!(set.sources, Sources::Embedded | Sources::Packed) => {
            Event::Altered { message: error.to_string() }
        }
        Err(error) => return Err(error.into()),
    };
    let present = matches!(event, Event::Present { .. });
    tell(observe, event)?;
    Ok(present.then_some(place))
}

/// The addresses of a file: the registered ones, or its possible names below each mirror.
fn addresses(registered: &[String], mirrors: &[String], names: &[&str], file: &str) -> Vec<String> {
    if mirrors.is_empty() {
        return registered.iter().map(|url| url.replace("{file}", file)).collect();
    }
    let below = |mirror: &String| -> Vec<String> {
        names.iter().map(|name| format!("{}/{name}", mirror.trim_end_matches('/'))).collect()
    };
    mirrors.iter().flat_map(below).collect()
}

/// Why what was received could not be put into its place.
enum Refusal {
    /// Its content is not the registered one.
    Content(String),
    /// This machine cannot write it.
    Write(FetchError),
}

/// Puts a part file into its place, and answers what happened.
type Placer<'a> = dyn FnMut(&Path) -> Result<Vec<Event>, Refusal> + 'a;

/// Try each address until one gives content that `placer` accepts.
fn from_sources(
    set: &DataSet,
    name: &str,
    addresses: &[String],
    target: &Path,
    limit: u64,
    observe: &mut Observer<'_>,
    placer: &mut Placer<'_>,
) -> Result<(), FetchError> {
    let mut attempts = Vec::new();
    let mut unreachable = true;
    for url in addresses {
        match from_source(url, &part_path(target, name, url), limit, observe, placer)? {
            Ok(()) => {
                remove_parts(target, name);
                return Ok(());
            }
            Err(failure) => {
                unreachable &= matches!(failure, Failure::Unreachable(_));
                let reason = failure.to_string();
                tell(observe, Event::Failed { url: url.clone(), reason: reason.clone() })?;
                attempts.push((url.clone(), reason));
            }
        }
    }
    let (name, file) = (set.name.to_owned(), name.to_owned());
    let advice = advice(set, target, unreachable);
    Err(FetchError::Sources { name, file, attempts, advice })
}

fn advice(set: &DataSet, target: &Path, unreachable: bool) -> String {
    let what = if unreachable {
        "no source could be reached: is there a network? Try again later"
    } else {
        "try again later (what was received is resumed), name a mirror with --from URL"
    };
    let system = set.system.map(|copy| format!(", or {}", copy.install)).unwrap_or_default();
    format!("{what}, or put the files of the official release into {}{system}", target.display())
}

/// Download from one address and place the result. A resumed part that turns out wrong is downloaded once more as a
/// whole, since the server's file may have changed in between.
fn from_source(
    url: &str,
    part: &Path,
    limit: u64,
    observe: &mut Observer<'_>,
    placer: &mut Placer<'_>,
) -> Result<Result<(), Failure>, FetchError> {
    loop {
        let outcome = match download(url, part, limit, observe) {
            Ok(outcome) => outcome,
            Err(Failure::Local(error)) => return Err(FetchError::Write { path: part.to_owned(), error }),
            Err(Failure::Interrupted) => return Err(FetchError::Interrupted),
            Err(failure) => {
                remove_empty(part);
                return Ok(Err(failure));
            }
        };
        let refusal = match placer(part) {
            Ok(events) => {
                for event in events {
                    tell(observe, event)?;
                }
                return Ok(Ok(()));
            }
            Err(Refusal::Write(error)) => return Err(error),
            Err(Refusal::Content(reason)) => reason,
        };
        // A server that announced too much gave all it has: only the content could tell. Keep the part for resuming.
        if let Some(broken) = outcome.broken {
            remove_empty(part);
            return Ok(Err(broken));
        }
        std::fs::remove_file(part).map_err(|error| FetchError::Write { path: part.to_owned(), error })?;
        if !outcome.resumed {
            return Ok(Err(Failure::Wrong(refusal)));
        }
    }
}

/// The part file of one source: parts of different sources, which may be compressed differently, never mix.
fn part_path(target: &Path, name: &str, url: &str) -> PathBuf {
    let source = renas_base::digest::Digest::of(url.as_bytes()).short(8);
    target.join(format!("{name}.{source}.part"))
}

/// Remove a part that holds nothing; one that stays does no harm.
fn remove_empty(part: &Path) {
    if std::fs::metadata(part).is_ok_and(|metadata| metadata.len() == 0) {
        let _ = std::fs::remove_file(part);
    }
}

/// Remove the parts of all sources of a file that is there now; one that stays does no harm.
fn remove_parts(target: &Path, name: &str) {
    for entry in std::fs::read_dir(target).into_iter().flatten().flatten() {
        let file = entry.file_name();
        let file = file.to_string_lossy();
        if file.strip_prefix(name).is_some_and(|rest| rest.starts_with('.') && rest.ends_with(".part")) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// Wait until no other process fetches into this folder.
fn lock(target: &Path) -> Result<std::fs::File, FetchError> {
    let failed = |error| FetchError::Write { path: target.to_owned(), error };
    let folder = std::fs::File::open(target).map_err(failed)?;
    folder.lock().map_err(failed)?;
    Ok(folder)
}

fn tell(observe: &mut Observer<'_>, event: Event) -> Result<(), FetchError> {
    match observe(event) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(FetchError::Interrupted),
    }
}

fn lines(attempts: &[(String, String)]) -> String {
    attempts.iter().map(|(url, reason)| format!("\n  {url}: {reason}")).collect()
}
