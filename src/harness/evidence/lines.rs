//! The file of evidence: a writer of lines in ascending order of their keys, and a reader that holds one line at a time.

use std::collections::BTreeSet;
use std::io::{self, BufRead, BufReader, Read, Take};
use std::path::{Path, PathBuf};

use crate::store::{Key, Record, StoreError};

/// Compression level, fixed, since the bytes are promised. Beyond it there is little to be had for much time: of all committed
/// evidence level 12 made 3.6 % less in two and a half times as long.
const LEVEL: i32 = 6;

/// Two to this power is how far back repetitions are looked for: networks and recipes repeat from line to line, and lines of
/// supernets are long. The most that a decoder takes unasked.
const WINDOW: u32 = 27;

/// Evidence is no more than this many times as long when it is decompressed (ours: 6 to 78 times), and this much more:
/// a small file that would fill the memory is refused.
const MOST_EXPANSION: u64 = 256;
const MOST_OF_NOTHING: u64 = 1 << 24;

/// Lines that become a file.
///
/// The text is held until the end: zstd gives other bytes for a text that comes in pieces than for one that it sees whole, and
/// those of all committed evidence are of the latter.
#[derive(Debug, Default)]
pub struct Writer {
    text: Vec<u8>,
    last: Option<Key>,
}

impl Writer {
    /// Append the text of a record (`Record::to_text`). Panics where the key is not above the last one.
    pub fn push(&mut self, key: Key, line: &str) {
        assert!(self.last.is_none_or(|last| last < key), "records come in ascending order of their keys");
        self.last = Some(key);
        self.text.extend_from_slice(line.as_bytes());
    }

    /// The bytes of the file.
    pub fn finish(self) -> Vec<u8> {
        let compressed = || -> io::Result<Vec<u8>> {
            let mut compressor = zstd::bulk::Compressor::new(LEVEL)?;
            compressor.long_distance_matching(true)?;
            compressor.window_log(WINDOW)?;
            compressor.compress(&self.text)
        };
        compressed().expect("compressing memory into memory has no way to fail")
    }
}

/// The text of a file, up to the most that is read of it.
type Text<'b> = BufReader<Take<zstd::Decoder<'static, BufReader<&'b [u8]>>>>;

/// The records of a file, in its order, each with the key that its identity gives and checked against its own digest. Nothing
/// comes after an error.
pub struct Reader<'b> {
    path: PathBuf,
    /// Of bytes that begin no frame there is no decoder.
    text: io::Result<Text<'b>>,
    line: Vec<u8>,
    number: usize,
    most: u64,
    read: u64,
    is_done: bool,
    /// Keys of the records that are wanted; of all where there are none.
    wanted: Option<BTreeSet<Key>>,
}

impl<'b> Reader<'b> {
    /// The records of the file at `path`, whose content is `bytes`.
    pub fn new(path: &Path, bytes: &'b [u8]) -> Self {
        let most = (bytes.len() as u64).saturating_mul(MOST_EXPANSION).saturating_add(MOST_OF_NOTHING);
        let text = zstd::Decoder::new(bytes).map(|decoder| BufReader::with_capacity(1 << 17, decoder.take(most + 1)));
        let (path, line) = (path.to_owned(), Vec::new());
        Self { path, text, line, number: 0, most, read: 0, is_done: false, wanted: None }
    }

    /// The records of these keys alone. A line whose key cannot be told at once is parsed.
    pub(super) fn only(self, keys: &BTreeSet<Key>) -> Self {
        Self { wanted: Some(keys.clone()), ..self }
    }

    /// The line of the record that came last.
    pub(super) fn line(&self) -> &[u8] {
        &self.line
    }

    /// All lines that are left, as they are.
    pub(super) fn all_lines(self) -> Result<Writer, StoreError> {
        let mut text = Vec::new();
        match self.text.and_then(|mut left| left.read_to_end(&mut text)) {
            Ok(_) => Ok(Writer { text, last: None }),
            Err(error) => Err(StoreError::Evidence { path: self.path, why: error.to_string() }),
        }
    }

    fn record(&mut self) -> Result<Option<(Key, Record)>, String> {
        loop {
            if self.wanted.as_ref().is_some_and(BTreeSet::is_empty) || !self.read_line()? {
                return Ok(None);
            }
            let is_other =
                |wanted: &BTreeSet<Key>| Record::key_of_line(&self.line).is_some_and(|key| !wanted.contains(&key));
            if self.wanted.as_ref().is_some_and(is_other) {
                continue;
            }
            let found = Record::parse_line(&self.line).map_err(|why| format!("line {}: {why}", self.number))?;
            if self.wanted.as_mut().is_none_or(|wanted| wanted.remove(&found.0)) {
                return Ok(Some(found));
            }
        }
    }

    /// Read a line; whether there was one.
    fn read_line(&mut self) -> Result<bool, String> {
        self.line.clear();
        let read = match &mut self.text {
            Ok(text) => text.read_until(b'\n', &mut self.line),
            Err(error) => Err(io::Error::new(error.kind(), error.to_string())),
        };
        self.read +=
            read.map_err(|error| format!("it does not decompress ({error}): it is cut off or altered"))? as u64;
        if self.read > self.most {
            let most = self.most;
            return Err(format!("it is more than {most} bytes when decompressed, which no evidence of ours is"));
        }
        self.number += 1;
        Ok(!self.line.is_empty())
    }
}

impl Iterator for Reader<'_> {
    type Item = Result<(Key, Record), StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_done {
            return None;
        }
        let found = self.record().map_err(|why| StoreError::Evidence { path: self.path.clone(), why }).transpose();
        self.is_done = !matches!(found, Some(Ok(_)));
        found
    }
}
