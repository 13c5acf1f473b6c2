//! The evidence of a committed report: the records of every step that a worker did, or that read what a worker wrote.
//!
//! From these alone, without tensors and without libtorch, everything else is computed again: searches, analysis,
//! verdicts, pages. A file is zstd-compressed lines, one record each in the store's own text, by ascending key: the same
//! records are the same bytes (`lines`). In memory are the answers, as text, by key: what was asked, nine tenths of a file, is
//! read line by line and kept as digests.

mod kept; //  what is kept of a record
mod lines; // the file: a writer of lines in ascending order, and a reader

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::store::{Address, Answer, Key, Record, Records, StoreError, WorkerIdentity, answers_its_question};
use renas_base::digest::Digest;

pub use kept::Kept;
pub use lines::{Reader, Writer};

/// The file's name in an experiment's folder of a report.
pub const FILE: &str = "outcomes.jsonl.zst";

/// The records that a report is made of. There are no objects.
#[derive(Clone, Debug)]
pub struct Evidence {
    source: PathBuf,
    /// The lines of all records, with what was observed.
    packed: Vec<u8>,
    kept: BTreeMap<Key, Kept>,
    workers: BTreeSet<Arc<WorkerIdentity>>,
    steps: BTreeSet<Arc<str>>,
    data: BTreeSet<String>,
    fingerprints: BTreeSet<Digest>,
    misfits: Vec<(Key, String)>,
    /// Whether each line of `packed` is what its record is written as.
    is_as_written: bool,
}

impl Evidence {
    /// The records of `source`, which they were read from, with their keys. Two of one key that differ are damage.
    pub fn new(source: &Path, records: impl IntoIterator<Item = (Key, Arc<Record>)>) -> Result<Self, StoreError> {
        let mut sorted: BTreeMap<Key, Arc<Record>> = BTreeMap::new();
        for (key, record) in records {
            match sorted.get(&key) {
                Some(known) if *known != record => {
                    let why = format!("it holds two different results of step {} {key}", record.identity.step);
                    return Err(StoreError::Damaged { path: source.to_owned(), why });
                }
                Some(_) => {}
                None => drop(sorted.insert(key, record)),
            }
        }
        Self::gather(source, sorted.into_iter().map(Ok::<_, StoreError>))
    }

    /// The same of records in ascending order of their keys, of which none is held.
    pub fn gather<E: From<StoreError>>(
        source: &Path,
        records: impl IntoIterator<Item = Result<(Key, Arc<Record>), E>>,
    ) -> Result<Self, E> {
        let (mut evidence, mut writer) = (Self::empty(source), Writer::default());
        for record in records {
            let (key, record) = record?;
            writer.push(key, &record.to_text()?);
            evidence.keep(key, &record)?;
        }
        evidence.packed = writer.finish();
        Ok(evidence)
    }

    fn empty(source: &Path) -> Self {
        let (source, packed, misfits, kept) = (source.to_owned(), Vec::new(), Vec::new(), BTreeMap::new());
        let (workers, steps, data, fingerprints) = Default::default();
        Self { source, packed, kept, workers, steps, data, fingerprints, misfits, is_as_written: true }
    }

    fn keep(&mut self, key: Key, record: &Record) -> Result<(), StoreError> {
        if let Err(why) = answers_its_question(record) {
            self.misfits.push((key, why));
        }
        if let Some(data) = record.identity.inputs.member("data")
            && !self.data.contains(&*data)
        {
            self.data.insert(data.into_owned());
        }
        self.fingerprints.extend(record.observation.as_ref().map(|observation| observation.fingerprint));
        let step = shared(&mut self.steps, record.identity.step.as_str());
        let worker = record.identity.worker.as_ref().map(|worker| shared(&mut self.workers, worker));
        self.kept.insert(key, Kept::of(record, step, worker)?);
        Ok(())
    }

    /// What is kept of each record, by key.
    pub fn kept(&self) -> &BTreeMap<Key, Kept> {
        &self.kept
    }

    /// The whole records in ascending order of their keys, each read when it is asked for.
    pub fn records(&self) -> Reader<'_> {
        Reader::new(&self.source, &self.packed)
    }

    /// The whole records of these keys, in ascending order; the others are not parsed.
    pub fn some(&self, keys: &BTreeSet<Key>) -> Reader<'_> {
        Reader::new(&self.source, &self.packed).only(keys)
    }

    /// What computed its trials: the worker of the first record that has one.
    pub fn worker(&self) -> Option<&WorkerIdentity> {
        self.kept.values().find_map(Kept::worker)
    }

    /// Numeric fingerprints of the machines that computed its trials.
    pub fn fingerprints(&self) -> &BTreeSet<Digest> {
        &self.fingerprints
    }

    /// What its steps say of the data that they read (`data` of their inputs), as canonical JSON, each once.
    pub fn data(&self) -> &BTreeSet<String> {
        &self.data
    }

    /// The records whose answers do not fit their tasks, and how.
    pub fn misfits(&self) -> &[(Key, String)] {
        &self.misfits
    }
}

/// `value` as the set holds it, once for all who ask.
fn shared<T: Ord + ?Sized, V: Ord + ToOwned + ?Sized>(set: &mut BTreeSet<Arc<T>>, value: &V) -> Arc<T>
where
    Arc<T>: std::borrow::Borrow<V>,
    V::Owned: Into<Arc<T>>,
{
    match set.get(value) {
        Some(known) => Arc::clone(known),
        None => {
            let new: Arc<T> = value.to_owned().into();
            set.insert(Arc::clone(&new));
            new
        }
    }
}

impl Records for Evidence {
    fn find(&self, address: &Address) -> Result<Option<Answer>, StoreError> {
        Ok(self.kept.get(&address.key()).map(Kept::answer))
    }

    fn object(&self, digest: &Digest) -> Result<Vec<u8>, StoreError> {
        Err(StoreError::NoObject { path: self.source.clone(), digest: *digest })
    }

    fn source(&self) -> &Path {
        &self.source
    }
}

/// The bytes of the file. `observed` keeps measured times; without it the bytes repeat from run to run.
pub fn write(evidence: &Evidence, observed: bool) -> Result<Vec<u8>, StoreError> {
    if evidence.is_as_written && (observed || evidence.fingerprints.is_empty()) {
        // Nothing is left out: the lines are there, and were looked at when they were read.
        return Ok(evidence.records().all_lines()?.finish());
    }
    let mut writer = Writer::default();
    for record in evidence.records() {
        let (key, record) = record?;
        writer.push(key, &if observed { record.to_text()? } else { record.to_unobserved_text()? });
    }
    Ok(writer.finish())
}

/// The records of the file at `path`, whose content is `bytes`; each is checked against its own digest.
pub fn read(path: &Path, bytes: Vec<u8>) -> Result<Evidence, StoreError> {
    let mut evidence = Evidence::empty(path);
    let mut last = None;
    let mut reader = Reader::new(path, &bytes);
    while let Some(record) = reader.next() {
        let (key, record) = record?;
        if last.is_some_and(|last| last >= key) {
            // Not as it was written: rare enough to be read whole.
            let all = Reader::new(path, &bytes).map(|one| one.map(|(key, record)| (key, Arc::new(record))));
            return Evidence::new(path, all.collect::<Result<Vec<_>, _>>()?);
        }
        last = Some(key);
        evidence.keep(key, &record)?;
        evidence.is_as_written &= record.is_written_as(reader.line(), evidence.kept[&key].text());
    }
    evidence.packed = bytes;
    Ok(evidence)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Identity, Observation, StepResult};
    use renas_base::digest::Digest;

    fn record(step: &str) -> Record {
        Record {
            identity: Identity::new(step, 1, step).expect("text"),
            result: StepResult::Value(0.1.into()),
            observation: Some(Observation {
                cpu_seconds: 1.5,
                fingerprint: Digest::of(b""),
                worker: "0".to_owned(),
                surroundings: None,
                said: None,
            }),
        }
    }

    fn evidence(records: &[Record]) -> Evidence {
        let keyed = |record: &Record| {
            let key = record.identity.clone().address().key();
            (key, Arc::new(record.clone()))
        };
        Evidence::new(Path::new("e"), records.iter().map(keyed)).expect("no two differ")
    }

    #[test]
    fn the_bytes_do_not_depend_on_the_order_of_records_and_read_back_equal() {
        let (a, b) = (record("a"), record("b"));
        let bytes = write(&evidence(&[a.clone(), b.clone()]), true).expect("finite");
        assert_eq!(bytes, write(&evidence(&[b.clone(), a.clone(), b.clone()]), true).expect("finite"));
        let read = read(Path::new("e"), bytes.clone()).expect("sound");
        let mut read: Vec<Record> = read.records().map(|one| one.expect("sound").1).collect();
        read.sort_by(|a, b| a.identity.step.cmp(&b.identity.step));
        assert_eq!(read, [a, b]);
    }

    #[test]
    fn what_is_kept_of_a_record_does_not_grow_with_what_was_asked() {
        let kept = |inputs: &[u64]| {
            let identity = Identity::new("a", 1, inputs).expect("numbers");
            let evidence = evidence(&[Record { identity, ..record("a") }]);
            format!("{:?}", evidence.kept().values().next().expect("one")).len()
        };
        // Digests are shown in 64 digits each, whatever they are of.
        assert_eq!(kept(&[7]), kept(&[7; 1_000]));
    }

    #[test]
    fn records_in_another_order_than_that_of_their_keys_are_read_and_written_in_order() {
        let records = [record("a"), record("b"), record("c")];
        let lines: Vec<String> = records.iter().map(|one| one.to_text().expect("finite")).collect();
        let sorted = write(&evidence(&records), true).expect("finite");
        for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0], [1, 0, 2]] {
            let mixed = order.map(|place| lines[place].as_str()).concat() + &lines[order[0]];
            let bytes = zstd::bulk::compress(mixed.as_bytes(), 3).expect("memory into memory");
            assert_eq!(write(&read(Path::new("e"), bytes).expect("sound"), true).expect("finite"), sorted);
        }
    }

    #[test]
    fn a_line_that_says_the_same_in_another_form_is_written_as_all_are() {
        let text = record("a").to_text().expect("finite");
        let (body, _) = text.rsplit_once(r#","digest":"#).expect("it ends with its digest");
        let body = body.replacen(r#""result":"#, r#""result": "#, 1);
        let line = format!("{body},\"digest\":\"{}\"}}\n", Digest::of(body.as_bytes()));
        assert_ne!(line, text);
        let bytes = zstd::bulk::compress(line.as_bytes(), 3).expect("memory into memory");
        let read = read(Path::new("e"), bytes).expect("sound");
        assert_eq!(write(&read, true).expect("finite"), write(&evidence(&[record("a")]), true).expect("finite"));
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
        let original = read(Path::new("e"), bytes.clone()).expect("sound").kept().clone();
        for place in 0..bytes.len() {
            let mut altered = bytes.clone();
            altered[place] ^= 0x55;
            // A flipped bit of the frame's header may be one that zstd ignores; then the records must be the same.
            if let Ok(evidence) = read(Path::new("e"), altered) {
                assert_eq!(*evidence.kept(), original, "byte {place}");
            }
        }
    }
}
