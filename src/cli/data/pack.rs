//! `renas data pack`: a folder of JPEG files becomes a data set that manifests can name.

use std::io::Write;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context as _;
use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;

use super::Show;
use crate::exit::{Classify as _, Failure};
use renas_data::locate::Locations;
use renas_data::pack::error::PackError;
use renas_data::pack::prepare::{self, Packed, Request};

/// What a description says where the user said nothing.
const NOT_STATED: &str = "not stated";

/// Flags of `renas data pack`.
#[derive(Clone, Debug, Args)]
pub struct Pack {
    /// The folder of the images: train/<class>/*.jpg and, for a test part, val/<class>/*.jpg
    #[arg(value_name = "TREE")]
    pub tree: PathBuf,
    /// The name of the data set in manifests: lower-case letters, digits and `_`
    #[arg(long, value_name = "NAME")]
    pub name: String,
    /// Width and height of the packed images, in pixels
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=4096))]
    pub size: u16,
    /// The data folder to write DIR/NAME/ into [default: the first data folder, as `fetch`]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// The name for people, in reports [default: NAME]
    #[arg(long, value_name = "TEXT")]
    pub title: Option<String>,
    /// Licence of the images, shown in lists and reports
    #[arg(long, value_name = "TEXT", default_value = NOT_STATED)]
    pub licence: String,
    /// Who made the images, and how to cite them
    #[arg(long, value_name = "TEXT", default_value = NOT_STATED)]
    pub origin: String,
    /// An image to leave out, as a path below TREE, or a folder beside train and val that looks like a part; may be
    /// repeated, and is written into the description
    #[arg(long, value_name = "FILE")]
    pub leave_out: Vec<String>,
}

/// Pack images, `jobs` at a time; the result goes to `out`, progress and remarks to standard error.
///
/// What is wrong with the tree, its images or the flags is bad input; what cannot be written a failed run.
pub fn pack(
    arguments: &Pack,
    locations: &Locations,
    show: Show,
    stop: &AtomicBool,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    let folder = || locations.folders.first().cloned().unwrap_or_else(|| PathBuf::from("data"));
    let request = Request {
        tree: arguments.tree.clone(),
        name: arguments.name.clone(),
        title: arguments.title.clone().unwrap_or_else(|| arguments.name.clone()),
        size: usize::from(arguments.size),
        out: arguments.out.clone().unwrap_or_else(folder),
        licence: arguments.licence.clone(),
        origin: arguments.origin.clone(),
        left_out: arguments.leave_out.clone(),
        jobs: show.jobs,
    };
    let beside = prepare::beside(&request).or_bad_input()?;
    if !show.quiet && !beside.is_empty() {
        errln!("{}: left out what stands beside train and val: {}", request.name, beside.join(", "));
    }
    let bar = bar(show);
    let packed = prepare::pack(&request, &mut |done, total| {
        bar.set_length(total as u64);
        bar.set_position(done as u64);
        if stop.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    bar.finish_and_clear();
    let packed = packed.map_err(|error| match error {
        PackError::Interrupted => Failure::Interrupted("nothing was packed"),
        PackError::Write { .. } => Failure::RunFailed(error.into()),
        error => Failure::BadInput(error.into()),
    })?;
    if !show.quiet {
        remarks(&packed, locations, &request);
    }
    answer(&packed, &beside, show, out).context("standard output").or_run_failed()
}

fn bar(show: Show) -> ProgressBar {
    let target = if show.bars && !show.quiet { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(None, target);
    match ProgressStyle::with_template("{bar:30} {pos}/{len} images, {per_sec}, {eta} left") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// What was passed over, and what to do where the other commands would not find the data set.
fn remarks(packed: &Packed, locations: &Locations, request: &Request) {
    let name = &request.name;
    if let Some(first) = &packed.first_ignored {
        let (count, first) = (packed.ignored, first.display());
        errln!("{name}: ignored what is no image (*.jpg, *.jpeg): {count}, the first {first}");
    }
    if packed.turned > 0 {
        let turned = packed.turned;
        errln!("{name}: packed as they are stored, though EXIF says that they must be turned or mirrored: {turned}");
    }
    if !locations.folders.contains(&request.out) {
        let out = request.out.display();
        errln!("{name}: the other commands find it with --data {out}, or RENAS_DATA={out}");
    }
}

fn answer(packed: &Packed, beside: &[String], show: Show, out: &mut dyn Write) -> std::io::Result<()> {
    let Packed { folder, description, ignored, turned, .. } = packed;
    let (folder, classes) = (folder.display().to_string(), description.class_names.len());
    if show.json {
        let answer = json!({
            "packed": description,
            "folder": folder,
            "ignored": ignored,
            "beside": beside,
            "exif_orientation_not_applied": turned,
        });
        return writeln!(out, "{answer:#}");
    }
    let [channels, height, width] = description.shape;
    let test = description.test.map_or("no test part".to_owned(), |test| format!("{test} test"));
    writeln!(
        out,
        "{}: {} train, {test}; {classes} classes, {channels}x{height}x{width}; in {folder}; digest {}",
        description.name, description.train, description.digest
    )
}
