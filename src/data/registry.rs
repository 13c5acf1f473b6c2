//! The known data sets: names, files, pins, licences and where to get them. Those that this program registers, and those of
//! which a description lies in a data folder.
//!
//! The pins decide, not the addresses: a file is what its pin says, wherever it came from. The ordered digests stand
//! here too, so that keys of trials can be computed, and reports rebuilt, where the data is not available.

use renas_base::digest::Digest;
use renas_base::nearest::nearest;

use super::catalogue::catalogue;
use super::described::{self, Descriptions};
use super::error::DataError;
use super::locate::Locations;
use super::split::{self, DataChoice, SplitChoice};

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
    /// A table: one CSV file, read as text.
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

/// Numbers of samples of a data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// The official training part, or the only part: the pool that splits are drawn from.
    pub train: usize,
    /// The official test part, where there is one.
    pub test: Option<usize>,
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
            Content::Table => self.files[0].pin.expect("a table of the catalogue has a pin: a test looks at each"),
        }
    }
}

/// The data sets that a program knows, and where their files are looked for. What is known never changes while results are made:
/// a program opens its registry once and passes it on.
#[derive(Clone, Debug)]
pub struct Registry {
    locations: Locations,
    sets: Vec<DataSet>,
    descriptions: Vec<Digest>,
    /// The names of descriptions that make nothing known, and why.
    unusable: Vec<(Vec<String>, String)>,
}

impl Registry {
    /// The registered data sets and those that are described in the folders.
    ///
    /// What is wrong with a description concerns those who ask for its data set: `find` answers them with the reason, and
    /// `renas data list` shows it. So there is no error.
    pub fn open(locations: Locations) -> Self {
        let Descriptions { found, unusable } = described::find(&locations);
        let descriptions = found.iter().map(|one| one.digest).collect();
        let mut sets = catalogue();
        sets.extend(found.into_iter().map(|one| one.description.into_data_set()));
        let unusable = unusable.into_iter().map(|one| (one.names, one.error.to_string())).collect();
        Self { locations, sets, descriptions, unusable }
    }

    /// Where their files are looked for.
    pub fn locations(&self) -> &Locations {
        &self.locations
    }

    /// All data sets, in the order in which lists show them: the registered ones, then the described ones.
    pub fn all(&self) -> &[DataSet] {
        &self.sets
    }

    /// Names of the data sets of images.
    pub fn image_sets(&self) -> Vec<&str> {
        self.sets.iter().filter(|set| set.images().is_ok()).map(|set| set.name.as_str()).collect()
    }

    /// Names of the tables.
    pub fn tables(&self) -> Vec<&str> {
        self.sets.iter().filter(|set| set.images().is_err()).map(|set| set.name.as_str()).collect()
    }

    /// SHA-256 of the descriptions that make data sets known, in the order of these: what a run depends on besides its
    /// manifests.
    pub fn descriptions(&self) -> &[Digest] {
        &self.descriptions
    }

    /// The data set of that name.
    pub fn find(&self, name: &str) -> Result<&DataSet, DataError> {
        self.sets.iter().find(|set| set.name == name).ok_or_else(|| {
            let mut unusable = self.unusable.iter();
            if let Some((_, why)) = unusable.find(|(names, _)| names.iter().any(|theirs| theirs == name)) {
                return DataError::Unusable { name: name.to_owned(), why: why.clone() };
            }
            let near = nearest(name, self.sets.iter().map(|set| set.name.as_str()));
            DataError::unknown(name, near, self.sets.iter().map(|set| set.name.clone()).collect())
        })
    }

    /// The images of the data set of that name.
    pub fn images(&self, name: &str) -> Result<&Images, DataError> {
        self.find(name)?.images()
    }

    /// The data set and split that a task names; needs no file of it, and refuses a split that asks for too much.
    pub fn choice(&self, name: &str, split: SplitChoice) -> Result<DataChoice, DataError> {
        let images = self.images(name)?;
        split::check(&split, images.sizes).map_err(|error| DataError::Split { name: name.to_owned(), error })?;
        Ok(DataChoice { name: name.to_owned(), digest: images.digest, split })
    }
}

impl Default for Registry {
    /// The registered data sets, of which only those are found that this program carries.
    fn default() -> Self {
        Self::open(Locations::only(&[]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use renas_base::seed::Seed;

    #[test]
    fn every_entry_is_complete_and_named_once() {
        let registry = Registry::default();
        let all = registry.all();
        for (index, set) in all.iter().enumerate() {
            assert!(all[..index].iter().all(|earlier| earlier.name != set.name), "{}", set.name);
            assert!(!set.files.is_empty() && !set.folders.is_empty(), "{}", set.name);
            assert!(!set.licence.is_empty() && !set.origin.is_empty(), "{}", set.name);
            let pinned_by_records = matches!(set.content, Content::Images(Images { format: Format::Cifar { .. }, .. }));
            for file in &set.files {
                assert_eq!(file.pin.is_none(), pinned_by_records, "{}/{}", set.name, file.name);
            }
            match &set.sources {
                Sources::Files(urls) => assert!(!urls.is_empty() && urls.iter().all(|url| url.contains("{file}"))),
                Sources::Archive(urls) => assert!(!urls.is_empty()),
                Sources::Embedded => assert!(set.embedded.is_some()),
                Sources::Packed => panic!("{} is registered, and yet nobody can get it", set.name),
            }
            set.digest();
        }
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_nearest_known_one() {
        let registry = Registry::default();
        let error = registry.find("fashion-mnist").expect_err("the name has an underscore").to_string();
        assert_eq!(
            error,
            "unknown data set `fashion-mnist`; did you mean `fashion_mnist`? Known: digits, mnist, fashion_mnist, \
             cifar10, econas_mnist, econas_cifar10"
        );
    }

    #[test]
    fn a_choice_needs_no_data_and_carries_the_ordered_digest() {
        let split = SplitChoice { test: None, validation: 5_000, train: None, seed: Seed::from_number(1) };
        let registry = Registry::default();
        let choice = registry.choice("cifar10", split.clone()).expect("a possible split");
        assert_eq!(choice.digest, registry.find("cifar10").expect("registered").digest());
        let error = registry.choice("econas_mnist", split).expect_err("a table").to_string();
        assert!(error.contains("`econas_mnist`"), "{error}");
    }

    #[test]
    fn a_choice_that_asks_for_too_much_is_refused() {
        let split = SplitChoice { test: None, validation: 60_001, train: None, seed: Seed::from_number(1) };
        let error = Registry::default().choice("mnist", split).expect_err("too many").to_string();
        assert!(error.contains("mnist") && error.contains("60001") && error.contains("60000"), "{error}");
    }
}
