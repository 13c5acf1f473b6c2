//! The classes and files of a tree of images, in the order of their labels and names.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::error::PackError;
use crate::description::MOST_CLASSES;

/// Images by class.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Tree {
    /// Names of the classes in ascending order of their bytes; a label is a position here.
    pub(super) classes: Vec<String>,
    /// Class by class, in ascending order of the bytes of the file names.
    pub(super) train: Vec<ImageFile>,
    /// The same of `val`, where it is there.
    pub(super) test: Option<Vec<ImageFile>>,
    /// Entries of the tree's parts that are no images: how many.
    pub(super) ignored: usize,
    /// The first of them.
    pub(super) first_ignored: Option<PathBuf>,
}

/// Names of folders that are taken for another spelling of `train` or `val`, in lower case.
const PARTS: [&str; 11] =
    ["train", "training", "val", "vals", "valid", "validation", "validate", "test", "tests", "testing", "eval"];

/// One image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ImageFile {
    pub(super) path: PathBuf,
    pub(super) label: u16,
}

/// List a tree: `train/<class>/*.jpg` and, where there is such a folder, `val/<class>/*.jpg`.
///
/// An image is a file that ends in `.jpg` or `.jpeg`, in any case. What begins with a dot, is no file or ends otherwise
/// is ignored and counted. `left_out` are paths below the tree, each of an image or of what stands beside the parts.
pub(super) fn list(root: &Path, left_out: &[String]) -> Result<Tree, PackError> {
    let (train, val) = (root.join("train"), root.join("val"));
    if !train.is_dir() {
        return Err(PackError::NoTrain(train));
    }
    let mut tree = Tree::default();
    let beside = beside(root, left_out)?;
    let is_beside = |file: &String| beside.iter().any(|name| root.join(file) == root.join(name));
    let mut missing: Vec<String> = left_out.iter().filter(|file| !is_beside(file)).cloned().collect();
    tree.classes = tree.folders(&train)?;
    if tree.classes.len() > MOST_CLASSES {
        return Err(PackError::TooManyClasses(tree.classes.len()));
    }
    tree.train = tree.images(root, &train, &mut missing)?;
    if tree.train.is_empty() {
        return Err(PackError::Empty(train));
    }
    let labels: BTreeSet<u16> = tree.train.iter().map(|image| image.label).collect();
    let empty = tree.classes.iter().enumerate().filter(|(label, _)| !labels.contains(&(*label as u16)));
    let empty: Vec<String> = empty.map(|(_, class)| format!("train/{class}")).collect();
    if !empty.is_empty() {
        return Err(PackError::EmptyClasses(empty));
    }
    if val.is_dir() {
        let unknown = tree.folders(&val)?.into_iter().filter(|class| tree.classes.binary_search(class).is_err());
        let unknown: Vec<String> = unknown.collect();
        if !unknown.is_empty() {
            return Err(PackError::UnknownClasses(unknown));
        }
        let images = tree.images(root, &val, &mut missing)?;
        if images.is_empty() {
            return Err(PackError::Empty(val));
        }
        tree.test = Some(images);
    }
    if missing.is_empty() { Ok(tree) } else { Err(PackError::NotThere(missing)) }
}

/// The names beside `train` and `val`, of which nothing is packed: an error where one of them looks like a part, unless
/// it is among `left_out`, or where `val` is no folder.
pub(super) fn beside(root: &Path, left_out: &[String]) -> Result<Vec<String>, PackError> {
    let mut beside = Vec::new();
    let mut parts = Vec::new();
    for name in names(root)? {
        let path = root.join(&name);
        let name = name.to_string_lossy().into_owned();
        match name.as_str() {
            "train" => continue,
            "val" if path.is_dir() => continue,
            "val" if !left_out.iter().any(|file| root.join(file) == path) => return Err(PackError::NoFolder(path)),
            _ => {}
        }
        let is_left_out = left_out.iter().any(|file| root.join(file) == path);
        if !is_left_out && path.is_dir() && PARTS.contains(&name.to_lowercase().as_str()) {
            parts.push(name.clone());
        }
        beside.push(name);
    }
    if parts.is_empty() { Ok(beside) } else { Err(PackError::OtherParts(parts)) }
}

impl Tree {
    /// The names of the folders in a part, ascending; all else is ignored.
    fn folders(&mut self, part: &Path) -> Result<Vec<String>, PackError> {
        let mut folders = Vec::new();
        for name in names(part)? {
            let path = part.join(&name);
            if is_hidden(&name) || !path.is_dir() {
                self.ignore(path);
                continue;
            }
            folders.push(name.into_string().map_err(|_| PackError::ClassName(path))?);
        }
        Ok(folders)
    }

    /// The images of the classes in a part, without those in `left_out`, which are taken from there.
    fn images(&mut self, root: &Path, part: &Path, left_out: &mut Vec<String>) -> Result<Vec<ImageFile>, PackError> {
        let mut images = Vec::new();
        for (label, class) in self.classes.clone().iter().enumerate() {
            let folder = part.join(class);
            // A class without images in `val` may have no folder there.
            for name in if folder.is_dir() { names(&folder)? } else { Vec::new() } {
                let path = folder.join(&name);
                let before = left_out.len();
                left_out.retain(|file| root.join(file) != path);
                if is_hidden(&name) || !is_image(&path) {
                    self.ignore(path);
                } else if left_out.len() == before {
                    images.push(ImageFile { path, label: label as u16 });
                }
            }
        }
        Ok(images)
    }

    fn ignore(&mut self, path: PathBuf) {
        self.ignored += 1;
        self.first_ignored.get_or_insert(path);
    }
}

/// The names in a folder, in ascending order of their bytes.
fn names(folder: &Path) -> Result<Vec<OsString>, PackError> {
    let failed = |error| PackError::Read { path: folder.to_owned(), error };
    let entries = std::fs::read_dir(folder).map_err(failed)?;
    let names: Result<Vec<OsString>, _> = entries.map(|entry| entry.map(|entry| entry.file_name())).collect();
    let mut names = names.map_err(failed)?;
    names.sort_by(|left, right| left.as_encoded_bytes().cmp(right.as_encoded_bytes()));
    Ok(names)
}

fn is_hidden(name: &OsString) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}

fn is_image(path: &Path) -> bool {
    let ends = |end: &std::ffi::OsStr| end.eq_ignore_ascii_case("jpg") || end.eq_ignore_ascii_case("jpeg");
    path.extension().is_some_and(ends) && !path.is_dir()
}
