//! Reading data sets: every byte is compared with its pin before it is used.

use std::path::Path;

use renas_base::digest::Digest;

use super::cifar;
use super::data_set::{Content, DataSet, Format, Images, Sizes};
use super::digits;
use super::error::{DataError, Mismatch};
use super::idx::{self, Idx, Kind};
use super::locate::{Place, locate};
use super::order::OrderedDigest;
use super::read::read;
use super::registry::Registry;
use super::split::{self, Split, SplitChoice};

/// Labelled images in one fixed order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dataset {
    /// The registered name.
    pub name: String,
    /// Channels, height and width.
    pub shape: Vec<usize>,
    /// Number of classes; labels are below it.
    pub classes: usize,
    /// The largest value of a pixel.
    pub pixel_max: u8,
    /// The official training part, or the only part.
    pub train: Part,
    /// The official test part, where there is one.
    pub test: Option<Part>,
    /// The ordered digest.
    pub digest: Digest,
}

/// Samples in a fixed order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// `[samples, channels, height, width]`, 0 to the data set's `pixel_max`.
    pub pixels: Vec<u8>,
    /// One label per sample; below the data set's number of classes.
    pub labels: Vec<u16>,
}

/// The samples of each split.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Splits {
    /// What weights are fitted on.
    pub train: Part,
    /// What searches look at.
    pub validation: Part,
    /// What only final reports look at.
    pub test: Part,
}

impl Part {
    /// Number of samples.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there is no sample.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// The samples at these positions, in this order.
    pub fn select(&self, indices: &[usize]) -> Self {
        let size = self.pixels.len().checked_div(self.len()).unwrap_or(0);
        let mut part = Self { pixels: Vec::with_capacity(indices.len() * size), labels: Vec::new() };
        for &index in indices {
            part.pixels.extend_from_slice(&self.pixels[index * size..(index + 1) * size]);
            part.labels.push(self.labels[index]);
        }
        part
    }
}

impl Splits {
    /// The samples of one split.
    pub fn part(&self, split: Split) -> &Part {
        match split {
            Split::Train => &self.train,
            Split::Validation => &self.validation,
            Split::Test => &self.test,
        }
    }
}

impl Dataset {
    /// Numbers of samples.
    pub fn sizes(&self) -> Sizes {
        Sizes { train: self.train.len(), test: self.test.as_ref().map(Part::len) }
    }

    /// The samples of each split, copied.
    pub fn split(&self, choice: &SplitChoice) -> Result<Splits, DataError> {
        let indices = split::indices(choice, self.sizes())
            .map_err(|error| DataError::Split { name: self.name.to_owned(), error })?;
        Ok(Splits {
            train: self.train.select(&indices.train),
            validation: self.train.select(&indices.validation),
            test: self.test.as_ref().unwrap_or(&self.train).select(&indices.test),
        })
    }

    /// SHA-256 over the samples in the order of use: see `OrderedDigest`.
    pub fn ordered_digest(&self) -> Digest {
        let mut digest = OrderedDigest::new(&self.shape, self.classes, self.pixel_max, self.sizes());
        let size: usize = self.shape.iter().product();
        for part in [Some(&self.train), self.test.as_ref()].into_iter().flatten() {
            for (&label, pixels) in part.labels.iter().zip(part.pixels.chunks_exact(size)) {
                digest.sample(label, pixels);
            }
        }
        digest.finish()
    }
}

/// The images of a registered data set, verified.
pub fn load(name: &str, registry: &Registry) -> Result<Dataset, DataError> {
    let set = registry.find(name)?;
    load_from(set, &locate(set, registry.locations())?)
}

/// The images of a data set that lies in `place`, verified.
pub fn load_from(set: &DataSet, place: &Place) -> Result<Dataset, DataError> {
    let images = set.images()?;
    let mut bytes = read(set, place)?;
    let (train, test) = match images.format {
        Format::Idx => {
            let mut part = |first: usize, samples: usize| idx_part(set, images, place, &mut bytes, first, samples);
            (part(0, images.sizes.train)?, images.sizes.test.map(|samples| part(2, samples)).transpose()?)
        }
        Format::Cifar { train, test } => {
            let last = bytes.len() - 1;
            let train = cifar_part(set, place, &bytes, "train", 0..last, train)?;
            (train, Some(cifar_part(set, place, &bytes, "test", last..bytes.len(), test)?))
        }
        Format::Csv => {
            let (pixels, classes) = (images.shape.iter().product(), images.classes as u8);
            let samples = digits::parse(&bytes[0], pixels, images.pixel_max, classes)
                .map_err(|error| malformed(set, place, 0, "CSV", &error))?;
            (Part { pixels: samples.pixels, labels: widened(samples.labels) }, None)
        }
    };
    complete(set, images, train, test)
}

/// The text of a registered table, verified.
pub fn table(name: &str, registry: &Registry) -> Result<String, DataError> {
    let set = registry.find(name)?;
    table_from(set, &locate(set, registry.locations())?)
}

/// The text of a table that lies in `place`, verified.
pub fn table_from(set: &DataSet, place: &Place) -> Result<String, DataError> {
    match set.content {
        Content::Images(_) => return Err(DataError::NotTable { name: set.name.to_owned() }),
        Content::Table => {}
    }
    let bytes = read(set, place)?.swap_remove(0);
    String::from_utf8(bytes).map_err(|error| malformed(set, place, 0, "text in UTF-8", &error))
}

/// The content of all files of a table that lie beside a manifest, verified and decompressed, in their order.
pub fn files(name: &str, registry: &Registry) -> Result<Vec<Vec<u8>>, DataError> {
    let set = registry.find(name)?;
    match set.content {
        Content::Images(_) => Err(DataError::NotTable { name: set.name.to_owned() }),
        Content::Table => read(set, &locate(set, registry.locations())?),
    }
}

/// Read everything in `place` and compare it with its pins; answers the digest that keys use.
pub fn verify(set: &DataSet, place: &Place) -> Result<Digest, DataError> {
    match set.content {
        Content::Images(_) => load_from(set, place).map(|data| data.digest),
        Content::Table => read(set, place).map(|_| set.digest()),
    }
}

/// The samples with their name and shape, where the ordered digest is the registered one.
fn complete(set: &DataSet, images: &Images, train: Part, test: Option<Part>) -> Result<Dataset, DataError> {
    let (shape, digest) = (images.shape.to_vec(), images.digest);
    let (classes, pixel_max) = (images.classes, images.pixel_max);
    let data = Dataset { name: set.name.clone(), shape, classes, pixel_max, train, test, digest };
    let found = data.ordered_digest();
    if found != digest {
        return Err(DataError::Order { name: set.name.to_owned(), expected: digest, found });
    }
    Ok(data)
}

/// A part of `samples` samples: the IDX file number `first` holds its images, the next its labels.
///
/// The bytes of the images' file become the pixels, so that a large data set is in memory once.
fn idx_part(
    set: &DataSet,
    images: &Images,
    place: &Place,
    bytes: &mut [Vec<u8>],
    first: usize,
    samples: usize,
) -> Result<Part, DataError> {
    // Images of one channel have no dimension for it, as in MNIST's files.
    let inner = if images.shape[0] == 1 { &images.shape[1..] } else { &images.shape[..] };
    let idx = idx_file(set, place, bytes, first, &[&[samples], inner].concat())?;
    if idx.kind != Kind::Bytes {
        return Err(malformed(set, place, first, "IDX", &"its pixels are not bytes"));
    }
    let start = bytes[first].len() - idx.values.len();
    let labels = idx_file(set, place, bytes, first + 1, &[samples])?.numbers();
    if let Some(label) = labels.iter().find(|label| usize::from(**label) >= images.classes) {
        let reason = format!("it has the label {label}, but there are {} classes", images.classes);
        return Err(malformed(set, place, first + 1, "IDX", &reason));
    }
    let mut pixels = std::mem::take(&mut bytes[first]);
    pixels.drain(..start);
    Ok(Part { pixels, labels })
}

/// The IDX file number `index`, which must have these dimensions.
fn idx_file<'b>(
    set: &DataSet,
    place: &Place,
    bytes: &'b [Vec<u8>],
    index: usize,
    dimensions: &[usize],
) -> Result<Idx<'b>, DataError> {
    let idx = idx::parse(&bytes[index]).map_err(|error| malformed(set, place, index, "IDX", &error))?;
    if idx.dimensions != dimensions {
        let reason = format!("its dimensions are {:?} instead of {dimensions:?}", idx.dimensions);
        return Err(malformed(set, place, index, "IDX", &reason));
    }
    Ok(idx)
}

/// Labels of one byte, as `Part` has them.
fn widened(labels: Vec<u8>) -> Vec<u16> {
    labels.into_iter().map(u16::from).collect()
}

/// The records of the files number `files`, in ascending order of their SHA-256.
fn cifar_part(
    set: &DataSet,
    place: &Place,
    bytes: &[Vec<u8>],
    part: &str,
    files: std::ops::Range<usize>,
    expected: Digest,
) -> Result<Part, DataError> {
    let mut records = Vec::with_capacity(files.len());
    for index in files.clone() {
        let parsed = cifar::records(&bytes[index]);
        records.push(parsed.map_err(|error| malformed(set, place, index, "CIFAR-10 records", &error))?);
    }
    let sorted = cifar::sort(&records);
    if sorted.content != expected {
        let files: Vec<String> = files.map(|index| path(set, place, index)).collect();
        let describe = |digest| format!("{part} records with the content digest {digest}");
        return Err(DataError::Altered(Box::new(Mismatch {
            name: set.name.to_owned(),
            path: format!("{} together", files.join(", ")),
            expected: format!("{} (SHA-256 of their sorted SHA-256)", describe(expected)),
            found: describe(sorted.content),
            remedy: super::read::remedy(set, "them"),
        })));
    }
    Ok(Part { pixels: sorted.pixels, labels: widened(sorted.labels) })
}

fn malformed(
    set: &DataSet,
    place: &Place,
    index: usize,
    format: &'static str,
    reason: &dyn std::fmt::Display,
) -> DataError {
    let (name, path, reason) = (set.name.to_owned(), path(set, place, index), reason.to_string());
    DataError::Malformed { name, path, format, reason }
}

/// The path of the file number `index`, for messages.
fn path(set: &DataSet, place: &Place, index: usize) -> String {
    match place {
        Place::Folder { files, .. } => Path::display(&files[index]).to_string(),
        Place::Embedded => format!("{} (embedded)", set.files[index].name),
    }
}
