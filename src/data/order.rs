//! The ordered digest: what keys of trials name labelled images by.

use super::data_set::Sizes;
use renas_base::digest::{Digest, Hasher};

/// The most classes whose labels are hashed as one byte.
const ONE_BYTE: usize = 256;

/// SHA-256 over samples in the order of use, taken one after the other.
///
/// Hashed are these lines of text, each ended by a line feed: `renas samples 1`, `shape 1x28x28`, `classes 10`,
/// `pixel maximum 255`, `train 60000`, `test 10000` (or `test none`); then each sample of the training part, then of the
/// test part, as its label followed by its pixels. A label is one byte where there are at most 256 classes, else two,
/// the smaller one first (little-endian).
pub struct OrderedDigest {
    hasher: Hasher,
    wide: bool,
}

impl OrderedDigest {
    /// Begin with what all samples have in common: channels, height and width, classes, the largest value of a pixel.
    pub fn new(shape: &[usize], classes: usize, pixel_max: u8, sizes: Sizes) -> Self {
        let shape: Vec<String> = shape.iter().map(usize::to_string).collect();
        let test = sizes.test.map_or("none".to_owned(), |test| test.to_string());
        let mut hasher = Hasher::default();
        hasher.update(
            format!(
                "renas samples 1\nshape {}\nclasses {classes}\npixel maximum {pixel_max}\ntrain {}\ntest {test}\n",
                shape.join("x"),
                sizes.train,
            )
            .as_bytes(),
        );
        Self { hasher, wide: classes > ONE_BYTE }
    }

    /// The next sample.
    pub fn sample(&mut self, label: u16, pixels: &[u8]) {
        let bytes = label.to_le_bytes();
        self.hasher.update(if self.wide { &bytes } else { &bytes[..1] });
        self.hasher.update(pixels);
    }

    /// The digest of all samples.
    pub fn finish(&self) -> Digest {
        self.hasher.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(classes: usize, label: u16) -> Digest {
        let mut digest = OrderedDigest::new(&[1, 1, 2], classes, 255, Sizes { train: 1, test: None });
        digest.sample(label, &[3, 4]);
        digest.finish()
    }

    /// From the description: SHA-256 of the lines, the label and the pixels.
    #[test]
    fn labels_are_one_byte_up_to_256_classes_and_two_above_the_smaller_one_first() {
        let bytes = |classes: usize, label: &[u8]| {
            let lines =
                format!("renas samples 1\nshape 1x1x2\nclasses {classes}\npixel maximum 255\ntrain 1\ntest none\n");
            Digest::of(&[lines.as_bytes(), label, &[3, 4]].concat())
        };
        assert_eq!(digest(256, 255), bytes(256, &[255]));
        assert_eq!(digest(257, 255), bytes(257, &[255, 0]));
        assert_eq!(digest(300, 258), bytes(300, &[2, 1]));
    }

    /// Keys hold these digests: they may never change. Also computed by Python's hashlib.
    #[test]
    fn the_digests_of_narrow_and_wide_labels_are_pinned() {
        let narrow = Digest::literal("6592091855d3a4914c57d474c8fde3f4bf1535a1e6f5dfab316c5f9d36fd93b1");
        let wide = Digest::literal("25176c821887dabe39bba6bf9d689ea95e695a800a6629d664f55693009a0ee7");
        assert_eq!((digest(256, 255), digest(300, 258)), (narrow, wide));
    }
}
