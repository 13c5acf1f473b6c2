//! The evidence of a committed report: the records of every step that a worker did, or that read what a worker wrote.
//!
//! From these alone, without tensors and without libtorch, everything else is computed again: searches, analysis,
//! verdicts, pages. A file is zstd-compressed lines, one record each in the store's own text, by ascending key: the same
//! records are the same bytes.

use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use super::store::{Evidence, Record, StoreError};

/// The file's name in an experiment's folder of a report.
pub const FILE: &str = "outcomes.jsonl.zst";

/// Compression level, fixed, since the bytes are promised. Level 19 saves a sixth of the size and takes a hundred times as
/// long (half a second for EcoNAS), which every cached run would pay.
const LEVEL: i32 = 3;

/// Evidence is no more than this many times as long when it is decompressed (ours: 5 to 30 times), and this much more:
/// a small file that would fill the memory is refused.
const MOST_EXPANSION: u64 = 256;
const MOST_OF_NOTHING: u64 = 1 << 24;

/// The bytes of the file. `observed` keeps measured times; without it the bytes repeat from run to run.
pub fn write(evidence: &Evidence, observed: bool) -> Result<Vec<u8>, StoreError> {
    let mut text = String::new();
    for record in evidence.records().values() {
        text.push_str(&if observed { record.to_text()? } else { record.to_unobserved_text()? });
    }
    Ok(zstd::bulk::compress(text.as_bytes(), LEVEL).expect("compressing memory into memory has no way to fail"))
}

/// The records of the file at `path`, whose content is `bytes`; each is checked against its own digest.
pub fn read(path: &Path, bytes: &[u8]) -> Result<Evidence, StoreError> {
    let damaged = |why: String| StoreError::Evidence { path: path.to_owned(), why };
    let mut text = Vec::new();
    let most = (bytes.len() as u64).saturating_mul(MOST_EXPANSION).saturating_add(MOST_OF_NOTHING);
    zstd::Decoder::new(bytes)
        .and_then(|decoder| decoder.take(most + 1).read_to_end(&mut text))
        .map_err(|error| damaged(format!("it does not decompress ({error}): it is cut off or altered")))?;
    if text.len() as u64 > most {
        return Err(damaged(format!("it is more than {most} bytes when decompressed, which no evidence of ours is")));
    }
    let mut records = Vec::new();
    for (index, line) in text.split_inclusive(|&byte| byte == b'\n').enumerate() {
        let (key, record) = Record::parse_line(line).map_err(|why| damaged(format!("line {}: {why}", index + 1)))?;
        records.push((key, Arc::new(record)));
    }
    Evidence::new(path, records)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Identity, Observation, StepResult};
    use renas_base::digest::Digest;

    fn record(step: &str) -> Record {
        Record {
            identity: Identity { step: step.to_owned(), version: 1, inputs: step.into(), worker: None },
            result: StepResult::Value(0.1.into()),
            observation: Some(Observation {
                cpu_seconds: 1.5,
                fingerprint: Digest::of(b""),
                worker: "0".to_owned(),
                surroundings: None,
            }),
        }
    }

    fn evidence(records: &[Record]) -> Evidence {
        let keyed = |record: &Record| {
            let key = record.identity.clone().address().expect("canonical").key();
            (key, Arc::new(record.clone()))
        };
        Evidence::new(Path::new("e"), records.iter().map(keyed)).expect("no two differ")
    }

    #[test]
    fn the_bytes_do_not_depend_on_the_order_of_records_and_read_back_equal() {
        let (a, b) = (record("a"), record("b"));
        let bytes = write(&evidence(&[a.clone(), b.clone()]), true).expect("finite");
        assert_eq!(bytes, write(&evidence(&[b.clone(), a.clone(), b.clone()]), true).expect("finite"));
        let read = read(Path::new("e"), &bytes).expect("sound");
        let mut steps: Vec<&str> = read.records().values().map(|record| record.identity.step.as_str()).collect();
        steps.sort_unstable();
        assert_eq!(steps, ["a", "b"]);
        assert!(read.records().values().all(|read| **read == a || **read == b));
    }

    #[test]
    fn observed_times_are_left_out_where_the_bytes_must_repeat() {
        let first = record("a");
        let mut second = record("a");
        second.observation.as_mut().expect("it has one").cpu_seconds = 9.0;
        let [first, second] = [first, second].map(|record| evidence(&[record]));
        assert_eq!(write(&first, false).expect("finite"), write(&second, false).expect("finite"));
        assert_ne!(write(&first, true).expect("finite"), write(&second, true).expect("finite"));
    }

    #[test]
    fn every_altered_byte_is_noticed() {
        let bytes = write(&evidence(&[record("a"), record("b")]), true).expect("finite");
        let original = read(Path::new("e"), &bytes).expect("sound").records().clone();
        for place in 0..bytes.len() {
            let mut altered = bytes.clone();
            altered[place] ^= 0x55;
            // A flipped bit of the frame's header may be one that zstd ignores; then the records must be the same.
            if let Ok(evidence) = read(Path::new("e"), &altered) {
                assert_eq!(*evidence.records(), original, "byte {place}");
            }
        }
    }
}
