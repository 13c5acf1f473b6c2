//! What is known of a data set: names, files, pins, licence, and where to get it.
//!
//! The pins decide, not the addresses: a file is what its pin says, wherever it came from. The ordered digests stand
//! here too, so that keys of trials can be computed, and reports rebuilt, where the data is not available.

use std::path::PathBuf;

use renas_base::digest::Digest;

use super::error::DataError;
pub use super::split::Sizes;

/// A known data set.
#[derive(Clone, Debug)]
pub struct DataSet {
    /// The name in manifests and on the command line (`fashion_mnist`).
    pub name: String,
    /// The name for people.
    pub title: String,
    /// Folders that it may lie in, below a data folder; `data fetch` writes the first.
    pub folders: Vec<String>,
    /// Its files. Each may lie there as it is or compressed, as `<name>.gz`.
    pub files: Vec<File>,
    /// Where the files come from.
    pub sources: Sources,
    /// The operating system's own copy.
    pub system: Option<SystemCopy>,
    /// The compressed bytes of its only file where this program carries them.
    pub embedded: Option<&'static [u8]>,
    /// What the files hold.
    pub content: Content,
    /// Licence, as far as it is stated.
    pub licence: String,
    /// Who made it, and how to cite it.
    pub origin: String,
}

/// One file of a data set, not compressed.
#[derive(Clone, Debug)]
pub struct File {
    /// The file name of the official release.
    pub name: String,
    /// Length in bytes.
    pub length: u64,
    /// SHA-256; absent where copies differ in the order of their records, which `Format::Cifar` pins instead.
    pub pin: Option<Digest>,
}

/// Where files come from, in the order of trying.
#[derive(Clone, Debug)]
pub enum Sources {
    /// Addresses with `{file}` in place of the name; what they answer may be compressed by gzip.
    Files(Vec<String>),
    /// Addresses of a `tar.gz` that holds all files, in any folder.
    Archive(Vec<String>),
    /// Nowhere: this program carries the data.
    Embedded,
    /// Nowhere: `renas data pack` made the files of somebody's own images.
    Packed,
    /// Nowhere: the files lie in this folder, beside a manifest, and are pinned as they lie there, compressed or not.
    Beside(PathBuf),
}

/// A package of the operating system that holds the files.
#[derive(Clone, Copy, Debug)]
pub struct SystemCopy {
    /// The folder below `/usr/share/datasets`.
    pub folder: &'static str,
    /// What to do to get it.
    pub install: &'static str,
}

/// What the files of a data set hold.
#[derive(Clone, Copy, Debug)]
pub enum Content {
    /// Labelled images.
    Images(Images),
    /// A table: one CSV file, read as text; of `Sources::Beside` any number of files.
    Table,
}

/// Labelled images.
#[derive(Clone, Copy, Debug)]
pub struct Images {
    /// How the files hold them.
    pub format: Format,
    /// Channels, height and width.
    pub shape: [usize; 3],
    /// Number of classes; labels are below it.
    pub classes: usize,
    /// The largest value of a pixel; images are divided by it before use.
    pub pixel_max: u8,
    /// Numbers of samples.
    pub sizes: Sizes,
    /// The ordered digest (`Dataset::ordered_digest`): what keys of trials name the data by.
    pub digest: Digest,
}

/// How files hold images.
#[derive(Clone, Copy, Debug)]
pub enum Format {
    /// IDX files: training images, training labels, and where there is a test part test images, test labels.
    Idx,
    /// Files of CIFAR-10 records; the last is the test part. The order of records differs between copies, so they are
    /// put into ascending order of their SHA-256, and pinned as the SHA-256 of those digests in that order.
    Cifar {
        /// Pin of the training records.
        train: Digest,
        /// Pin of the test records.
        test: Digest,
    },
    /// One CSV file: a line per image, its pixels row by row, then its label; no test part.
    Csv,
}

impl DataSet {
    /// A table in files that lie in a folder beside a manifest, each with its digest as it lies there.
    pub fn beside(name: &str, folder: PathBuf, files: &[(String, Digest)], [licence, origin]: [&str; 2]) -> Self {
        let file = |(name, pin): &(String, Digest)| File { name: name.clone(), length: 0, pin: Some(*pin) };
        let named: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
        Self {
            name: name.to_owned(),
            title: match named.as_slice() {
                [one] => format!("results that were handed in: {one}"),
                [first, .., last] => format!("results that were handed in: {} files, {first} to {last}", named.len()),
                [] => "no results".to_owned(),
            },
            folders: Vec::new(),
            files: files.iter().map(file).collect(),
            sources: Sources::Beside(folder),
            system: None,
            embedded: None,
            content: Content::Table,
            licence: licence.to_owned(),
            origin: origin.to_owned(),
        }
    }

    /// What it holds, where it holds images.
    pub fn images(&self) -> Result<&Images, DataError> {
        match &self.content {
            Content::Images(images) => Ok(images),
            Content::Table => Err(DataError::NotImages { name: self.name.to_owned() }),
        }
    }

    /// The digest that stands for its content in keys: the ordered digest of images, the pin of a table.
    pub fn digest(&self) -> Digest {
        match &self.content {
            Content::Images(images) => images.digest,
            Content::Table => match self.files.as_slice() {
                [file] => file.pin.expect("a table has a pin: a test looks at each of the catalogue"),
                files => {
                    let pins = files.iter().map(|file| file.pin.map_or(String::new(), |pin| format!("{pin}\n")));
                    Digest::of(pins.collect::<String>().as_bytes())
                }
            },
        }
    }
}
