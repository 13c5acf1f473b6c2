//! What stands beside packed images (`dataset.json`): all that this program must know of a data set that it does not
//! register itself, since nobody but its owner may have it. The digests are compared with the files like registered ones.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::data_set::{Content, DataSet, File, Format, Images, Sizes, Sources};
use super::idx::{self, Kind};
use renas_base::digest::Digest;

/// The file's name, in the folder of the data set.
pub const FILE: &str = "dataset.json";
/// The format that is written, and the only one that is read.
const FORMAT: u32 = 1;
/// More classes do not fit into the labels of the files.
pub const MOST_CLASSES: usize = 1 << 15;
/// Larger images are not read.
pub const LARGEST: usize = 1 << 12;

/// A data set of labelled images with pixels from 0 to 255.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Description {
    /// The format of this description; its key tells it from other programs' files.
    renas_data_set: u32,
    /// The name in manifests and on the command line, and of the folder.
    pub name: String,
    /// The name for people.
    pub title: String,
    /// Channels, height and width.
    pub shape: [usize; 3],
    /// The name of each class, in the order of the labels.
    pub class_names: Vec<String>,
    /// Samples of the training part.
    pub train: usize,
    /// Samples of the test part, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<usize>,
    /// The ordered digest (`OrderedDigest`): what keys of trials name the data by.
    pub digest: Digest,
    /// Training images, training labels, and where there is a test part its images and labels.
    pub files: Vec<DescribedFile>,
    /// Licence, as far as it was stated.
    pub licence: String,
    /// Who made the images, as far as it was stated.
    pub origin: String,
    /// What was done to the images.
    pub preparation: String,
    /// Files that were left out because the user said so, relative to the tree.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<String>,
}

/// One file of a described data set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DescribedFile {
    /// Its name.
    pub name: String,
    /// Length, not compressed.
    pub bytes: u64,
    /// SHA-256, not compressed.
    pub sha256: Digest,
}

/// What a description says in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// See `Description::name`.
    pub name: String,
    /// See `Description::title`.
    pub title: String,
    /// See `Description::licence`.
    pub licence: String,
    /// See `Description::origin`.
    pub origin: String,
    /// See `Description::preparation`.
    pub preparation: String,
    /// See `Description::left_out`.
    pub left_out: Vec<String>,
}

/// The kind, the dimensions and the name of each file that such a data set has, in their order.
pub fn layout(shape: [usize; 3], classes: usize, sizes: Sizes) -> Vec<(Kind, Vec<u32>, String)> {
    let [channels, height, width] = shape.map(|size| size as u32);
    let (kind, word) = if classes > 256 { (Kind::Shorts, "short") } else { (Kind::Bytes, "ubyte") };
    let mut files = Vec::new();
    for (part, samples) in [("train", Some(sizes.train)), ("test", sizes.test)] {
        let Some(samples) = samples.map(|samples| samples as u32) else { continue };
        let (image, rank) = match channels {
            1 => (vec![samples, height, width], 3),
            _ => (vec![samples, channels, height, width], 4),
        };
        files.push((Kind::Bytes, image, format!("{part}-images-idx{rank}-ubyte")));
        files.push((kind, vec![samples], format!("{part}-labels-idx1-{word}")));
    }
    files
}

/// Why a name cannot be a data set's; absent where it can.
pub fn name_problem(name: &str) -> Option<&'static str> {
    let is_letter = |letter: char| letter.is_ascii_lowercase();
    let is_fine = |letter: char| is_letter(letter) || letter.is_ascii_digit() || letter == '_';
    let fits = name.len() <= 40 && name.starts_with(is_letter) && name.chars().all(is_fine);
    (!fits)
        .then_some("a name has lower-case letters, digits and `_`, begins with a letter and has 40 characters at most")
}

/// Why a text cannot stand on one line of a page; absent where it can.
pub fn text_problem(text: &str) -> Option<&'static str> {
    let fits = !text.trim().is_empty() && text.chars().count() <= 1_000 && !text.contains(char::is_control);
    (!fits).then_some("a text is one line of 1 to 1,000 characters")
}

impl Description {
    /// A description of files that were just written; `files` in the order of `layout`.
    pub fn new(
        words: Words,
        shape: [usize; 3],
        class_names: Vec<String>,
        sizes: Sizes,
        digest: Digest,
        files: Vec<DescribedFile>,
    ) -> Self {
        let (renas_data_set, Sizes { train, test }) = (FORMAT, sizes);
        let Words { name, title, licence, origin, preparation, left_out } = words;
        Self {
            renas_data_set,
            name,
            title,
            shape,
            class_names,
            train,
            test,
            digest,
            files,
            licence,
            origin,
            preparation,
            left_out,
        }
    }

    /// The text of the file.
    pub fn text(&self) -> String {
        format!("{:#}\n", serde_json::to_value(self).expect("names, numbers and digests are JSON"))
    }

    /// Read the text of a file; nothing where it is another program's. The error says what is wrong.
    pub fn parse(text: &[u8]) -> Result<Option<Self>, String> {
        let value: Value = serde_json::from_slice(text).map_err(|error| format!("it is not JSON: {error}"))?;
        let Some(format) = value.get("renas_data_set") else { return Ok(None) };
        if *format != FORMAT {
            return Err(format!("it has the format {format}, and this program reads {FORMAT}"));
        }
        let description: Self = serde_json::from_value(value).map_err(|error| error.to_string())?;
        description.check().map(|()| Some(description))
    }

    /// Numbers of samples.
    pub fn sizes(&self) -> Sizes {
        Sizes { train: self.train, test: self.test }
    }

    /// The rules that hold between the fields.
    fn check(&self) -> Result<(), String> {
        if let Some(why) = name_problem(&self.name) {
            return Err(format!("name `{}`: {why}", self.name.escape_debug()));
        }
        for (key, text) in [("title", &self.title), ("licence", &self.licence), ("origin", &self.origin)] {
            if let Some(why) = text_problem(text) {
                return Err(format!("{key}: {why}"));
            }
        }
        let classes = self.class_names.len();
        let sizes = [self.train, self.test.unwrap_or(1)];
        if self.shape.iter().any(|size| !(1..=LARGEST).contains(size)) {
            return Err(format!("shape: each size must be from 1 to {LARGEST}"));
        }
        if !(1..=MOST_CLASSES).contains(&classes) {
            return Err(format!("class_names: there must be 1 to {MOST_CLASSES}"));
        }
        if sizes.iter().any(|samples| !(1..=u32::MAX as usize).contains(samples)) {
            return Err("train and test: the number of samples must be from 1 to 4294967295".to_owned());
        }
        let expected: Vec<(u64, String)> = layout(self.shape, classes, self.sizes())
            .into_iter()
            .map(|(kind, dimensions, name)| (idx_length(kind, &dimensions), name))
            .collect();
        let found: Vec<(u64, String)> = self.files.iter().map(|file| (file.bytes, file.name.clone())).collect();
        if found != expected {
            let words = |files: &[(u64, String)]| {
                let words: Vec<String> = files.iter().map(|(bytes, name)| format!("{name} ({bytes} bytes)")).collect();
                words.join(", ")
            };
            return Err(format!("files: there are {}; such images have {}", words(&found), words(&expected)));
        }
        Ok(())
    }

    /// The data set as the registry has it.
    pub fn into_data_set(self) -> DataSet {
        let sizes = self.sizes();
        let files: Vec<File> = self
            .files
            .into_iter()
            .map(|file| File { name: file.name, length: file.bytes, pin: Some(file.sha256) })
            .collect();
        DataSet {
            folders: vec![self.name.clone()],
            name: self.name,
            title: self.title,
            files,
            sources: Sources::Packed,
            system: None,
            embedded: None,
            content: Content::Images(Images {
                format: Format::Idx,
                shape: self.shape,
                classes: self.class_names.len(),
                pixel_max: u8::MAX,
                sizes,
                digest: self.digest,
            }),
            licence: self.licence,
            origin: self.origin,
        }
    }
}

/// Bytes of an IDX file with its header.
fn idx_length(kind: Kind, dimensions: &[u32]) -> u64 {
    // At most 2^32 samples of three sizes up to 2^12: below 2^64 except at the very end, where nothing is that large.
    let values = dimensions.iter().try_fold(kind.width() as u64, |product, &size| product.checked_mul(u64::from(size)));
    values.unwrap_or(u64::MAX).saturating_add(idx::header(kind, dimensions).len() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn description() -> Description {
        let words = ["tiny", "Tiny", "not stated", "this test", "none"].map(str::to_owned);
        let [name, title, licence, origin, preparation] = words;
        let words = Words { name, title, licence, origin, preparation, left_out: Vec::new() };
        let (shape, sizes) = ([3, 4, 4], Sizes { train: 5, test: Some(2) });
        let files = layout(shape, 2, sizes).into_iter().map(|(kind, dimensions, name)| DescribedFile {
            name,
            bytes: idx_length(kind, &dimensions),
            sha256: Digest::of(&[]),
        });
        let class_names = vec!["cat".to_owned(), "dog".to_owned()];
        Description::new(words, shape, class_names, sizes, Digest::of(&[]), files.collect())
    }

    /// A stored format: this digest may never change while the format is 1.
    #[test]
    fn the_text_is_pinned_and_reads_back() {
        let text = description().text();
        assert_eq!(Description::parse(text.as_bytes()), Ok(Some(description())));
        let pin = Digest::literal("d0822899842b916e8913a7d1460d2c8059a4d6d20ca216b11e4603e462f35b89");
        assert_eq!(Digest::of(text.as_bytes()), pin, "{text}");
    }

    #[test]
    fn another_programs_file_is_none_and_a_wrong_one_of_ours_is_an_error_that_says_what() {
        assert_eq!(Description::parse(br#"{"name": "theirs", "files": 3}"#), Ok(None));
        assert_eq!(Description::parse(b"[1]"), Ok(None));
        let text = description().text();
        for (from, to, said) in [
            ("\"renas_data_set\": 1", "\"renas_data_set\": 2", "it has the format 2, and this program reads 1"),
            ("\"renas_data_set\": 1", "\"renas_data_set\": 1, \"more\": 1", "unknown field `more`"),
            ("\"tiny\"", "\"../tiny\"", "name `../tiny`: a name has lower-case letters"),
            ("\"this test\"", "\"\"", "origin: a text is one line"),
            ("\"train\": 5", "\"train\": 0", "the number of samples must be from 1"),
            ("\"train\": 5", "\"train\": 6", "train-images-idx4-ubyte (260 bytes)"),
            ("train-images-idx4-ubyte", "../train-images-idx4-ubyte", "files: there are ../train-images-idx4-ubyte"),
            ("}", "", "it is not JSON"),
        ] {
            assert!(text.contains(from), "{text}");
            let error = Description::parse(text.replacen(from, to, 1).as_bytes()).expect_err("wrong");
            assert!(error.contains(said), "no `{said}` in: {error}");
        }
    }

    #[test]
    fn files_of_more_than_256_classes_have_labels_of_two_bytes_and_one_channel_has_no_dimension() {
        let sizes = Sizes { train: 7, test: None };
        let names = |channels, classes| {
            let files = layout([channels, 8, 8], classes, sizes).into_iter();
            files.map(|(kind, dimensions, name)| (idx_length(kind, &dimensions), name)).collect::<Vec<_>>()
        };
        let file = |bytes, name: &str| (bytes, name.to_owned());
        let wide = [file(20 + 7 * 192, "train-images-idx4-ubyte"), file(8 + 14, "train-labels-idx1-short")];
        assert_eq!(names(3, 257), wide);
        let narrow = [file(16 + 7 * 64, "train-images-idx3-ubyte"), file(8 + 7, "train-labels-idx1-ubyte")];
        assert_eq!(names(1, 256), narrow);
    }
}
