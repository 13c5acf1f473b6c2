//! The known data sets: those that this program registers, and those of which a description lies in a data folder.

use std::sync::Arc;

use renas_base::digest::Digest;
use renas_base::nearest::nearest;

use super::catalogue::catalogue;
pub use super::data_set::{Content, DataSet, File, Format, Images, Sizes, Sources, SystemCopy};
use super::described::{self, Descriptions, Unusable};
use super::error::DataError;
use super::locate::Locations;
use super::split::{self, DataChoice, SplitChoice};

/// The data sets that a program knows, and where their files are looked for. What is known never changes while results are made:
/// a program opens its registry once and passes it on.
#[derive(Clone, Debug)]
pub struct Registry {
    locations: Locations,
    sets: Vec<DataSet>,
    descriptions: Vec<Digest>,
    unusable: Arc<[Unusable]>,
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
        Self { locations, sets, descriptions, unusable: unusable.into() }
    }

    /// The same with these data sets too.
    pub fn with(&self, sets: impl IntoIterator<Item = DataSet>) -> Self {
        let mut all = self.clone();
        all.sets.extend(sets);
        all
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

    /// The descriptions that make no data set known.
    pub fn unusable(&self) -> &[Unusable] {
        &self.unusable
    }

    /// The data set of that name.
    pub fn find(&self, name: &str) -> Result<&DataSet, DataError> {
        self.sets.iter().find(|set| set.name == name).ok_or_else(|| {
            let is_of_it = |one: &&Unusable| one.names.iter().any(|theirs| theirs == name);
            if let Some(one) = self.unusable.iter().find(is_of_it) {
                return DataError::Unusable { name: name.to_owned(), why: one.error.to_string() };
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
                Sources::Packed | Sources::Beside(_) => panic!("{} is registered, and yet nobody can get it", set.name),
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
