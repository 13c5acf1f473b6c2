//! What can go wrong when images are packed: every message names what is meant and says what to do.

use std::path::PathBuf;

/// Images could not be packed; nothing was left behind.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// A name or text that a description cannot have.
    #[error("{what} `{}`: {why}", .text.escape_debug())]
    Text {
        /// Which one.
        what: &'static str,
        /// What was given.
        text: String,
        /// The rule.
        why: String,
    },
    /// A size that images cannot have here.
    #[error("size {size}: images can be 1 to {} pixels wide", crate::description::LARGEST)]
    Size {
        /// What was given, in pixels.
        size: usize,
    },
    /// The tree has no `train`.
    #[error(
        "{} is not a folder; a tree of images has train/<class>/*.jpg, and for a test part val/<class>/*.jpg",
        .0.display()
    )]
    NoTrain(PathBuf),
    /// `val` is there and no folder.
    #[error("{} is not a folder; the test part is val/<class>/*.jpg: make it one, or leave it out: --leave-out val", .0.display())]
    NoFolder(PathBuf),
    /// Folders that look like parts, and are none.
    #[error(
        "beside train and val the tree has {}: {}; the test part is what stands in val: rename the folder to val if it is \
         meant, move it out of the tree, or say that it is left out: --leave-out {}",
        count(.0.len(), "a folder that looks like a part", "folders that look like parts"),
        list(.0),
        .0.join(" --leave-out ")
    )]
    OtherParts(Vec<String>),
    /// A part without an image in a folder of a class.
    #[error(
        "there is no image (*.jpg, *.jpeg) in a folder of a class below {}; images that lie there side by side, as \
         ImageNet's validation images do when they are unpacked, must be put into folders of their classes first",
        .0.display()
    )]
    Empty(PathBuf),
    /// Folders of classes without an image.
    #[error("{} without an image (*.jpg, *.jpeg): {}; fill or remove them", count(.0.len(), "class is", "classes are"), list(.0))]
    EmptyClasses(Vec<String>),
    /// Classes of `val` that `train` does not have.
    #[error(
        "val has {} that train does not have: {}; both parts must name the classes alike",
        count(.0.len(), "class", "classes"),
        list(.0)
    )]
    UnknownClasses(Vec<String>),
    /// More classes than labels can tell apart.
    #[error("there are {0} classes, and at most {most} can be packed", most = crate::description::MOST_CLASSES)]
    TooManyClasses(usize),
    /// The name of a class is not text.
    #[error("the name of {} is not text in UTF-8; rename the folder", .0.display())]
    ClassName(PathBuf),
    /// Files that were to be left out and are not in the tree.
    #[error(
        "to be left out, but not among the images: {}; give paths below the tree, like train/cat/7.jpg, or \
         folders beside train and val",
        list(.0)
    )]
    NotThere(Vec<String>),
    /// Images that cannot be read.
    #[error("{}", unreadable(.files, *.stopped))]
    Unreadable {
        /// Each file below the tree, and why.
        files: Vec<(String, String)>,
        /// Whether the search for further ones was given up.
        stopped: bool,
    },
    /// The name is a registered data set's.
    #[error("`{0}` is the name of a registered data set; choose another")]
    Registered(String),
    /// The folder to be written is there.
    #[error("{} is there already and is not replaced; remove it, or choose another name or folder", .0.display())]
    Exists(PathBuf),
    /// A folder cannot be listed.
    #[error("cannot list {}: {error}", .path.display())]
    Read {
        /// The folder.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
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
    #[error("interrupted; nothing was written")]
    Interrupted,
}

/// Entries of a list that are shown.
const SHOWN: usize = 20;

fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

fn list(names: &[String]) -> String {
    let shown = names[..names.len().min(SHOWN)].join(", ");
    if names.len() > SHOWN { format!("{shown} and {} more", names.len() - SHOWN) } else { shown }
}

fn unreadable(files: &[(String, String)], stopped: bool) -> String {
    let shown = files.iter().take(SHOWN).map(|(file, why)| format!("\n  {file}: {why}"));
    let more = match files.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!("\n  and {more} more"),
    };
    let first = files.first().map_or("", |(file, _)| file);
    format!(
        "{} cannot be read as JPEG{}:{}{more}\nreplace them by whole JPEG files, or leave them out: --leave-out '{first}'",
        count(files.len(), "image", "images"),
        if stopped { ", and no further ones were looked for" } else { "" },
        shown.collect::<String>(),
    )
}
