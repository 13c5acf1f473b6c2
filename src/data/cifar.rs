//! CIFAR-10's binary records: a label, then the red, green and blue plane of a 32x32 image.
//!
//! Copies of the data set differ in the order of their records. Here they come in ascending order of their SHA-256, so
//! that every copy gives the same samples in the same order, and the digest of those digests pins the content.

use renas_base::digest::{Digest, Hasher};

/// Bytes of one image: three planes of 32x32.
pub const PIXELS: usize = 3 * 32 * 32;
/// Bytes of one record: a label and its image.
pub const RECORD: usize = 1 + PIXELS;

/// Labels and images in ascending order of their records' SHA-256.
#[derive(Debug, PartialEq, Eq)]
pub struct Sorted {
    /// Images, each `PIXELS` bytes.
    pub pixels: Vec<u8>,
    /// Labels, one per image.
    pub labels: Vec<u8>,
    /// SHA-256 of the records' SHA-256 in ascending order: the same for every order of the records.
    pub content: Digest,
}

/// Bytes that are not whole records with labels below 10.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum CifarError {
    /// The last record is cut, or there is none.
    #[error("{0} bytes are not one or more records of {RECORD} bytes")]
    Length(usize),
    /// A label is too large.
    #[error("record {record} of this file has the label {label}; labels are 0 to 9")]
    Label {
        /// Counted from 0.
        record: usize,
        /// What it says.
        label: u8,
    },
}

/// The records of one file, each checked.
pub fn records(bytes: &[u8]) -> Result<&[[u8; RECORD]], CifarError> {
    let (records, rest) = bytes.as_chunks::<RECORD>();
    if records.is_empty() || !rest.is_empty() {
        return Err(CifarError::Length(bytes.len()));
    }
    match records.iter().position(|record| record[0] > 9) {
        Some(record) => Err(CifarError::Label { record, label: records[record][0] }),
        None => Ok(records),
    }
}

/// The records of all files of a part, in ascending order of their SHA-256.
pub fn sort(files: &[&[[u8; RECORD]]]) -> Sorted {
    let mut order: Vec<(Digest, &[u8; RECORD])> =
        files.iter().copied().flatten().map(|record| (Digest::of(record), record)).collect();
    order.sort_unstable_by_key(|(digest, _)| *digest);
    let mut content = Hasher::default();
    let mut pixels = Vec::with_capacity(order.len() * PIXELS);
    let mut labels = Vec::with_capacity(order.len());
    for (digest, record) in order {
        content.update(digest.bytes());
        labels.push(record[0]);
        pixels.extend_from_slice(&record[1..]);
    }
    Sorted { pixels, labels, content: content.finish() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn record(label: u8, value: u8) -> [u8; RECORD] {
        let mut record = [value; RECORD];
        record[0] = label;
        record
    }

    #[test]
    fn every_order_and_every_division_into_files_gives_the_same_samples() {
        let records: Vec<_> = (0..9).map(|index| record(index, 17 * index)).collect();
        let whole = sort(&[&records]);
        let mut shuffled = records.clone();
        renas_base::seed::Seed::from_number(1).stream("shuffle").shuffle(&mut shuffled);
        assert_ne!(records, shuffled);
        assert_eq!(sort(&[&shuffled[..4], &shuffled[4..]]), whole);
        let mut altered = records;
        altered[3][100] ^= 1;
        assert_ne!(sort(&[&altered]).content, whole.content);
    }

    #[test]
    fn samples_come_in_ascending_order_of_their_digests() {
        let records: Vec<_> = (0..9).map(|index| record(index, 0)).collect();
        let sorted = sort(&[&records]);
        let digests: Vec<_> = sorted.labels.iter().map(|&label| Digest::of(&record(label, 0))).collect();
        assert!(digests.is_sorted());
        assert_eq!(sorted.pixels.len(), 9 * PIXELS);
    }

    #[test]
    fn cut_records_and_impossible_labels_are_refused() {
        assert_eq!(records(&[]), Err(CifarError::Length(0)));
        assert_eq!(records(&[0; RECORD - 1]), Err(CifarError::Length(RECORD - 1)));
        let bytes = [record(9, 0), record(10, 0)].concat();
        assert_eq!(records(&bytes), Err(CifarError::Label { record: 1, label: 10 }));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(length in 0usize..3 * RECORD, value in any::<u8>()) {
            let whole = length > 0 && length % RECORD == 0;
            prop_assert_eq!(records(&vec![value; length]).is_ok(), whole && value < 10);
        }
    }
}
