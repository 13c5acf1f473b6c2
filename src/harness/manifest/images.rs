//! Images that a paper trains on, and how they are split.

use super::decode::Section;
use renas_base::seed::Seed;
use renas_data::registry::{Images, Registry};
use renas_data::split::{self, SplitChoice};

crate::parameters! {
    /// Images and how they are split.
    pub struct ImageData(data) checked by check {
        /// The name of a data set of images.
        pub name: String = known("data set", &data.image_sets()),
        /// Training samples; absent: all that remain.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub train: Option<usize> = optional(|item| item.integer(2..=10_000_000)),
        /// Validation samples.
        pub validation: usize = integer(10..=1_000_000),
        /// Test samples held out, where the data set has none of its own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub test: Option<usize> = optional(|item| item.integer(1..=1_000_000)),
    }
}

fn check(images: &ImageData, section: &Section<'_>, data: &Registry) {
    check_split(section, "name", data, &images.name, &images.split(Seed::from_number(0)));
}

/// Report to the key where the data set of that name cannot be split so; one that is not known is reported already.
pub fn check_split(section: &Section<'_>, key: &str, data: &Registry, name: &str, choice: &SplitChoice) {
    if let Ok(images) = data.images(name)
        && let Err(error) = split::check(choice, images.sizes)
    {
        section.problem(key, format!("{name}: {error}"));
    }
}

/// Report to the key where the images of that name have another shape, or another number of classes.
pub fn check_shape(section: &Section<'_>, key: &str, data: &Registry, name: &str, (input, classes): (&[usize], usize)) {
    let Ok(Images { shape, classes: theirs, .. }) = data.images(name) else { return };
    if input != shape || classes != *theirs {
        section.problem(key, format!("{name} has images of {shape:?} in {theirs} classes"));
    }
}

impl ImageData {
    /// The split that is drawn from `seed`.
    pub fn split(&self, seed: Seed) -> SplitChoice {
        SplitChoice { test: self.test, validation: self.validation, train: self.train, seed }
    }

    /// How many training samples there are; none for an unknown data set.
    pub fn training_samples(&self, data: &Registry) -> Option<usize> {
        let sizes = data.images(&self.name).ok()?.sizes;
        let held_out = self.validation + if sizes.test.is_some() { 0 } else { self.test.unwrap_or(0) };
        self.train.or(sizes.train.checked_sub(held_out))
    }

    /// How many test samples there are; none for an unknown data set.
    pub fn test_samples(&self, data: &Registry) -> Option<usize> {
        self.test.or(data.images(&self.name).ok()?.sizes.test)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_held_out_is_trained_on() {
        let data = Registry::default();
        let of = |name: &str, train, test| ImageData { name: name.to_owned(), train, validation: 100, test };
        assert_eq!(of("digits", None, Some(50)).training_samples(&data), Some(1_797 - 150));
        assert_eq!(of("mnist", None, None).training_samples(&data), Some(59_900));
        assert_eq!(of("mnist", Some(64), None).training_samples(&data), Some(64));
        assert_eq!(of("mnist", None, None).test_samples(&data), Some(10_000));
        assert_eq!(of("nothing", Some(64), Some(5)).training_samples(&data), None);
    }
}
