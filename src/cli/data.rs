//! `renas data list|fetch|verify|pack`.

pub mod pack; // a folder of JPEG files becomes a data set

use std::io::Write;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use comfy_table::{Table, presets};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value, json};

use super::arguments::Common;
use super::exit::{Classify, Failure};
use super::session::registry;
use pack::{Pack, pack};
use renas_data::error::DataError;
use renas_data::fetch::{self, Event, FetchError};
use renas_data::load;
use renas_data::locate::{Locations, locate};
use renas_data::registry::{Content, DataSet, Registry, Sources};

/// What to do with data sets.
#[derive(Clone, Debug, Subcommand)]
pub enum DataCommand {
    /// List the known data sets: samples, digest, licence, and where each was found
    List,
    /// Download data sets that are not there into the first data folder, and verify them
    ///
    /// An interrupted download goes on where it was. A file gets its name only when its content has the registered
    /// SHA-256; one that differs is set aside under another name.
    Fetch(Fetch),
    /// Read data sets and compare every byte with its registered SHA-256; nothing is written
    Verify {
        /// Data sets; all that are there where none is named
        #[arg(value_name = "NAME")]
        names: Vec<String>,
    },
    /// Make a data set of a folder of JPEG files, so that manifests can name it
    ///
    /// TREE has a folder for each class: train/<class>/*.jpg (or .jpeg, in any case), and val/<class>/*.jpg where there
    /// is a test part. Classes and files are taken in the order of their names. Of each image the shorter side is brought
    /// to N pixels and the centre square is kept; grey becomes red, green and blue alike. An image that EXIF says must be
    /// turned is packed as it is stored (as torchvision's ImageFolder reads it); the description says how many there are.
    /// What stands beside train and val is named and left out; a folder there that looks like a part (test, valid) is
    /// refused unless --leave-out names it. Images of which a part is missing are refused like unreadable ones. The bytes are the same on every
    /// machine. DIR/NAME/ then holds the images and labels in the format of MNIST's files and dataset.json, which
    /// describes them with their SHA-256: every program of renas that looks into DIR knows the data set by its name, and
    /// compares every byte. A folder that is there already is never replaced.
    Pack(Pack),
}

/// Flags of `renas data fetch`.
#[derive(Clone, Debug, Args)]
pub struct Fetch {
    /// Data sets
    #[arg(value_name = "NAME", required_unless_present = "all")]
    pub names: Vec<String>,
    /// All registered data sets (those that were packed have no address)
    #[arg(long, conflicts_with = "names")]
    pub all: bool,
    /// Ask this address instead of the registered ones: a folder that holds the files (several: tried in order)
    #[arg(long, value_name = "URL")]
    pub from: Vec<String>,
}

/// How answers are given.
#[derive(Clone, Copy, Debug)]
pub struct Show {
    /// JSON on standard output.
    pub json: bool,
    /// Progress bars on standard error, which must be a terminal.
    pub bars: bool,
    /// Nothing on standard error but errors.
    pub quiet: bool,
    /// Files that are worked on at a time.
    pub jobs: usize,
}

/// What `verify` found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// Data sets that are there and as registered.
    pub right: usize,
    /// Data sets that are there and differ.
    pub differing: usize,
    /// Data sets that are not there.
    pub missing: usize,
}

/// Do what was asked on the command line; Ctrl-C ends a download, which goes on where it was when asked for again.
pub fn command(command: &DataCommand, common: &Common) -> Result<(), Failure> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    ctrlc::set_handler(move || flag.store(true, Ordering::SeqCst))
        .context("cannot listen for Ctrl-C")
        .or_run_failed()?;
    let show = Show { json: common.json, bars: common.draws(), quiet: common.quiet, jobs: common.jobs() };
    run(command, &registry(common), show, &stop, &mut std::io::stdout())
}

impl DataCommand {
    /// Whether it makes a data folder that is not there.
    pub fn makes_folders(&self) -> bool {
        match self {
            Self::Fetch(_) | Self::Pack(_) => true,
            Self::List | Self::Verify { .. } => false,
        }
    }
}

/// Do what was asked; `stop` ends a download between two reads.
///
/// An unknown or missing data set is bad input, a difference found by `verify` a difference, a failed download a
/// failed run.
pub fn run(
    command: &DataCommand,
    registry: &Registry,
    show: Show,
    stop: &AtomicBool,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    match command {
        DataCommand::Pack(arguments) => pack(arguments, registry.locations(), show, stop, out),
        DataCommand::List => list(registry, show, out).or_run_failed(),
        DataCommand::Fetch(arguments) => fetch(arguments, registry, show, stop, out).map_err(|error| match error {
            FetchError::Interrupted => {
                Failure::Interrupted("what was downloaded is kept: the same command goes on from there")
            }
            FetchError::Data(_) => Failure::BadInput(error.into()),
            FetchError::Sources { .. } | FetchError::Write { .. } => Failure::RunFailed(error.into()),
        }),
        DataCommand::Verify { names } => {
            let verified = verify(names, registry, show, out).or_bad_input()?;
            match verified {
                Verified { differing: 1.., .. } => Err(Failure::Differs(verified.differing)),
                Verified { missing: 1.., .. } if !names.is_empty() => {
                    Err(Failure::BadInput(anyhow::anyhow!("{} of the named data sets are missing", verified.missing)))
                }
                Verified { .. } => Ok(()),
            }
        }
    }
}

/// Write the list of data sets to `out`.
pub fn list(registry: &Registry, show: Show, out: &mut dyn Write) -> Result<()> {
    let (sets, locations) = (registry.all(), registry.locations());
    let unusable = registry.unusable();
    if show.json {
        let entries: Vec<Value> = sets.iter().map(|set| entry(set, locations)).collect();
        let reasons = unusable.iter().map(|one| json!({ "path": one.path, "why": one.error.to_string() }));
        return write_json(out, &json!({ "data_sets": entries, "unusable": reasons.collect::<Vec<Value>>() }));
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(["NAME", "WHAT", "SAMPLES", "FOUND IN", "LICENCE"]);
    for set in sets {
        let found = match locate(set, locations) {
            Ok(place) => place.describe(),
            Err(_) if matches!(set.sources, Sources::Packed) => "- (renas data pack)".to_owned(),
            Err(_) => format!("- (renas data fetch {})", set.name),
        };
        table.add_row([&set.name, &set.title, &samples(set), &found, &set.licence]);
    }
    writeln!(out, "{}", table.trim_fmt())?;
    for one in unusable {
        writeln!(out, "\nunusable: {}", one.error)?;
    }
    writeln!(out, "\nlooked in: {}", folders(locations))?;
    writeln!(out, "`renas data verify` compares what was found with the registered SHA-256.").context("standard output")
}

/// Fetch data sets, writing progress to standard error and results to `out`; `stop` ends it between two reads.
pub fn fetch(
    arguments: &Fetch,
    registry: &Registry,
    show: Show,
    stop: &AtomicBool,
    out: &mut dyn Write,
) -> Result<(), FetchError> {
    let locations = registry.locations();
    let sets: Vec<&DataSet> = if arguments.all {
        registry.all().iter().filter(|set| !matches!(set.sources, Sources::Packed)).collect()
    } else {
        arguments.names.iter().map(|name| registry.find(name)).collect::<Result<_, DataError>>()?
    };
    let failed = |error: anyhow::Error| FetchError::Write {
        path: "standard output".into(),
        error: std::io::Error::other(error.to_string()),
    };
    let mut results = Vec::new();
    for set in sets {
        let mut progress = Progress::new(&set.name, show);
        let place = fetch::fetch(set, locations, &arguments.from, &mut |event| {
            progress.show(&event);
            if stop.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        progress.bar.finish_and_clear();
        if show.json {
            results.push(json!({ "name": set.name, "place": place.describe(), "digest": set.digest() }));
        } else {
            let line = format!("{}: in {}, verified; digest {}", set.name, place.describe(), set.digest());
            writeln!(out, "{line}").map_err(|error| failed(error.into()))?;
        }
    }
    if show.json { write_json(out, &json!({ "fetched": results })).map_err(failed) } else { Ok(()) }
}

/// Verify the named data sets, or all that are there, and write what was found to `out`.
///
/// Errors where a name is unknown. One that is named and missing counts as missing; where none is named, a description that
/// cannot be used counts as different.
pub fn verify(names: &[String], registry: &Registry, show: Show, out: &mut dyn Write) -> Result<Verified> {
    let locations = registry.locations();
    let sets: Vec<&DataSet> = match names {
        [] => registry.all().iter().collect(),
        names => names.iter().map(|name| registry.find(name)).collect::<Result<_, DataError>>()?,
    };
    let mut verified = Verified::default();
    let mut entries = Vec::new();
    for set in sets {
        let place = locate(set, locations);
        let found = place.and_then(|place| load::verify(set, &place).map(|digest| (place, digest)));
        let (state, place, message) = match found {
            Ok((place, digest)) => {
                verified.right += 1;
                ("verified", Some(place.describe()), format!("in {}; digest {digest}", place.describe()))
            }
            Err(error @ DataError::Missing { .. }) => {
                verified.missing += 1;
                let message = if names.is_empty() { "-".to_owned() } else { error.to_string() };
                ("missing", None, message)
            }
            Err(error) => {
                verified.differing += 1;
                ("differs", locate(set, locations).ok().map(|place| place.describe()), error.to_string())
            }
        };
        if show.json {
            let digest = set.digest();
            let entry =
                json!({ "name": set.name, "state": state, "digest": digest, "place": place, "message": message });
            entries.push(entry);
        } else {
            writeln!(out, "{:<16} {state:<9} {message}", set.name)?;
        }
    }
    for one in registry.unusable().iter().filter(|_| names.is_empty()) {
        verified.differing += 1;
        let (name, message) = (one.names.first().map_or("", String::as_str), one.error.to_string());
        if show.json {
            entries.push(json!({
                "name": name, "state": "unusable", "digest": null, "place": one.path, "message": message,
            }));
        } else {
            writeln!(out, "{name:<16} {:<9} {message}", "unusable")?;
        }
    }
    if show.json {
        write_json(out, &json!({ "data_sets": entries }))?;
    }
    Ok(verified)
}

/// A data set for machines.
fn entry(set: &DataSet, locations: &Locations) -> Value {
    let files: Vec<Value> =
        set.files.iter().map(|file| json!({ "name": file.name, "bytes": file.length, "sha256": file.pin })).collect();
    let sources: &[String] = match &set.sources {
        Sources::Files(urls) | Sources::Archive(urls) => urls,
        Sources::Embedded | Sources::Packed | Sources::Beside(_) => &[],
    };
    let images = match &set.content {
        Content::Images(images) => json!({
            "shape": images.shape,
            "classes": images.classes,
            "pixel_max": images.pixel_max,
            "train": images.sizes.train,
            "test": images.sizes.test,
        }),
        Content::Table => Value::Null,
    };
    json!({
        "name": set.name,
        "title": set.title,
        "images": images,
        "digest": set.digest(),
        "files": files,
        "sources": sources,
        "system_copy": set.system.map(|copy| copy.install),
        "licence": set.licence,
        "origin": set.origin,
        "found_in": locate(set, locations).ok().map(|place| place.describe()),
    })
}

fn samples(set: &DataSet) -> String {
    match &set.content {
        Content::Images(images) => {
            let [channels, height, width] = images.shape;
            let test = images.sizes.test.map_or("no test part".to_owned(), |test| format!("{test} test"));
            format!("{} train, {test}; {channels}x{height}x{width}", images.sizes.train)
        }
        Content::Table => "table".to_owned(),
    }
}

fn folders(locations: &Locations) -> String {
    let folders = locations.folders.iter().chain(&locations.system);
    folders.map(|folder| folder.display().to_string()).collect::<Vec<_>>().join(", ")
}

fn write_json(out: &mut dyn Write, value: &Value) -> Result<()> {
    writeln!(out, "{value:#}").context("standard output")
}

/// Progress of one data set: a bar on a terminal, else a line per event that matters.
struct Progress {
    name: String,
    bar: ProgressBar,
    lines: bool,
}

impl Progress {
    fn new(name: &str, show: Show) -> Self {
        let bars = show.bars && !show.quiet;
        let target = if bars { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        Self { name: name.to_owned(), bar: ProgressBar::with_draw_target(None, target), lines: !show.quiet }
    }

    fn show(&mut self, event: &Event) {
        match event {
            Event::Present { .. } => {}
            Event::Altered { message } => self.line(&format!("fetching again: {message}")),
            Event::Started { url, resumed: 0 } => self.line(&format!("fetching {url}")),
            Event::Started { url, resumed } => self.line(&format!("fetching {url} from byte {resumed} on")),
            Event::Received { bytes, total } => self.advance(*bytes, *total),
            Event::Failed { url, reason } => self.line(&format!("{url} {reason}")),
            Event::SetAside { path } => self.line(&format!("set aside: {}", path.display())),
            Event::Placed { path } => self.line(&format!("wrote {}", path.display())),
        }
    }

    fn advance(&self, bytes: u64, total: Option<u64>) {
        if self.bar.length() != total || total.is_none() {
            let template = match total {
                Some(_) => "{bar:30} {bytes}/{total_bytes}, {bytes_per_sec}, {eta} left",
                None => "{spinner} {bytes}, {bytes_per_sec}",
            };
            if let Ok(style) = ProgressStyle::with_template(template) {
                self.bar.set_style(style);
            }
            total.inspect(|&total| self.bar.set_length(total));
        }
        self.bar.set_position(bytes);
    }

    fn line(&self, text: &str) {
        if self.lines {
            self.bar.suspend(|| errln!("{}: {text}", self.name));
        }
    }
}
