//! Files as bytes: decompressed where they are compressed, and compared with length and pin.

use std::io::{BufRead, BufReader, Cursor, Error, ErrorKind, Read};
use std::path::Path;

use flate2::bufread::{GzDecoder, MultiGzDecoder};

use renas_base::digest::{Digest, Hasher};
use renas_base::files;

use super::data_set::{DataSet, File, Sources};
use super::error::{DataError, Mismatch};
use super::locate::{PACK, Place};

/// The content of all files of a data set, in the order of the registry.
pub(super) fn read(set: &DataSet, place: &Place) -> Result<Vec<Vec<u8>>, DataError> {
    if let Sources::Beside(_) = set.sources {
        return beside(set, place);
    }
    match place {
        Place::Folder { files, .. } => {
            set.files.iter().zip(files).map(|(file, path)| read_file(set, file, path)).collect()
        }
        Place::Embedded => {
            let file = &set.files[0];
            let bytes = set.embedded.unwrap_or_default();
            let content = decompress(Cursor::new(bytes), bytes.len() as u64, file);
            content.verified(set, file, &format!("{} (embedded)", file.name)).map(|bytes| vec![bytes])
        }
    }
}

/// The content of one file, equal to its pin.
pub(super) fn read_file(set: &DataSet, file: &File, path: &Path) -> Result<Vec<u8>, DataError> {
    let opened = files::open_to_read(path).map_err(|error| DataError::Read { path: path.to_owned(), error })?;
    let held = opened.metadata().map_err(|error| DataError::Read { path: path.to_owned(), error })?.len();
    let content = decompress(BufReader::with_capacity(1 << 16, opened), held, file);
    match content.end {
        End::Unreadable(error) => Err(DataError::Read { path: path.to_owned(), error }),
        End::Whole | End::Damaged(_) | End::Followed => content.verified(set, file, &path.display().to_string()),
    }
}

/// The content of the files of a data set that lie beside a manifest, each equal to its pin as it lies there, and decompressed
/// where it is compressed by gzip or zstd.
fn beside(set: &DataSet, place: &Place) -> Result<Vec<Vec<u8>>, DataError> {
    let Place::Folder { files, .. } = place else { return Err(DataError::NotTable { name: set.name.clone() }) };
    set.files.iter().zip(files).map(|(file, path)| read_beside(set, file, path)).collect()
}

fn read_beside(set: &DataSet, file: &File, path: &Path) -> Result<Vec<u8>, DataError> {
    let bytes = files::read(path).map_err(|error| DataError::Read { path: path.to_owned(), error })?;
    let found = Digest::of(&bytes);
    if let Some(pin) = file.pin.filter(|pin| *pin != found) {
        return Err(DataError::Altered(Box::new(Mismatch {
            name: set.name.clone(),
            path: path.display().to_string(),
            expected: format!("SHA-256 {pin}"),
            found: format!("SHA-256 {found}"),
            remedy: remedy(set, "it"),
        })));
    }
    let most = (bytes.len() as u64).saturating_mul(MOST_EXPANSION).saturating_add(1 << 20);
    let mut text = Vec::new();
    let damaged = |reason: String| DataError::Malformed {
        name: set.name.clone(),
        path: path.display().to_string(),
        format: "compressed data",
        reason,
    };
    let read = match bytes.as_slice() {
        [0x1f, 0x8b, ..] => MultiGzDecoder::new(bytes.as_slice()).take(most + 1).read_to_end(&mut text),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => {
            zstd::Decoder::new(bytes.as_slice()).and_then(|decoder| decoder.take(most + 1).read_to_end(&mut text))
        }
        _ => return Ok(bytes),
    };
    match read {
        Ok(length) if length as u64 > most => Err(damaged(format!("it is more than {most} bytes when decompressed"))),
        Ok(_) => Ok(text),
        Err(error) => Err(damaged(format!("it breaks off or is altered ({error})"))),
    }
}

/// What to do about files (`it`, `them`) that differ from their pin.
pub(super) fn remedy(set: &DataSet, object: &str) -> String {
    match set.sources {
        Sources::Files(_) | Sources::Archive(_) => format!("remove {object} and run: renas data fetch {}", set.name),
        Sources::Embedded => format!("remove {object}, and the embedded copy is used"),
        Sources::Beside(_) => {
            format!("bring {object} back; where it was changed on purpose, put its SHA-256 into the manifest")
        }
        Sources::Packed => {
            format!("bring {object} back from a copy, or remove the folder and pack the images anew: {PACK}")
        }
    }
}

/// What was read, and how reading ended.
struct Content {
    /// At most the registered length.
    bytes: Vec<u8>,
    /// All that could be read, also beyond the registered length.
    length: u64,
    digest: Digest,
    end: End,
}

enum End {
    Whole,
    /// The compressed stream breaks off or contradicts its own check sum.
    Damaged(Error),
    /// Something that is not compressed follows the compressed stream.
    Followed,
    /// The operating system refused to read on.
    Unreadable(Error),
}

impl Content {
    fn verified(self, set: &DataSet, file: &File, path: &str) -> Result<Vec<u8>, DataError> {
        let whole = matches!(self.end, End::Whole);
        if whole && self.length == file.length && file.pin.is_none_or(|pin| pin == self.digest) {
            return Ok(self.bytes);
        }
        let damage = match self.end {
            End::Damaged(error) => format!(", then the compressed data breaks off ({error})"),
            End::Followed => ", and bytes that are not compressed behind the compressed data".to_owned(),
            End::Whole | End::Unreadable(_) => String::new(),
        };
        Err(DataError::Altered(Box::new(Mismatch {
            name: set.name.to_owned(),
            path: path.to_owned(),
            expected: describe(file.length, file.pin),
            found: format!("{}{damage}", describe(self.length, Some(self.digest))),
            remedy: remedy(set, "it"),
        })))
    }
}

fn describe(length: u64, digest: Option<Digest>) -> String {
    let digest = digest.map(|digest| format!(" with SHA-256 {digest}")).unwrap_or_default();
    format!("{length} bytes{digest}")
}

/// The content behind `reader`, which holds so many bytes: itself, or what is compressed in it. No registered file begins
/// like gzip.
fn decompress(mut reader: impl BufRead, held: u64, file: &File) -> Content {
    let is_compressed = matches!(reader.fill_buf(), Ok([0x1f, 0x8b, ..]));
    let most = if is_compressed { held.saturating_mul(MOST_EXPANSION) } else { held };
    let mut taken = Taken::new(file, most);
    let end = if is_compressed {
        members(reader, &mut taken)
    } else {
        taken.all(reader).map_or_else(End::Unreadable, |()| End::Whole)
    };
    taken.ended(end)
}

/// Take the members of a gzip file, whose contents follow each other (RFC 1952, section 2.2).
fn members(mut reader: impl BufRead, taken: &mut Taken) -> End {
    let mut is_first = true;
    loop {
        let mut member = GzDecoder::new(reader);
        let has_header = member.header().is_some();
        if let Err(error) = taken.all(&mut member) {
            return match error.kind() {
                // flate2 reports what is wrong with the stream by these kinds.
                ErrorKind::UnexpectedEof | ErrorKind::InvalidInput | ErrorKind::InvalidData => {
                    if is_first || has_header { End::Damaged(error) } else { End::Followed }
                }
                _ => End::Unreadable(error),
            };
        }
        reader = member.into_inner();
        match reader.fill_buf() {
            Ok([]) => return End::Whole,
            Ok(_) => is_first = false,
            Err(error) => return End::Unreadable(error),
        }
    }
}

/// What gzip makes of one byte at most: 258 bytes for two bits (RFC 1951, section 3.2.5).
const MOST_EXPANSION: u64 = 1032;

/// What was read so far.
struct Taken {
    wanted: usize,
    bytes: Vec<u8>,
    length: u64,
    hasher: Hasher,
}

impl Taken {
    /// Of a file that cannot give more than `most` bytes. Memory is asked for as many as come at most: a description may
    /// announce any length.
    fn new(file: &File, most: u64) -> Self {
        let size = |length: u64| usize::try_from(length).unwrap_or(usize::MAX);
        let bytes = Vec::with_capacity(size(file.length.min(most)));
        Self { wanted: size(file.length), bytes, length: 0, hasher: Hasher::default() }
    }

    /// Read to the end.
    fn all(&mut self, mut reader: impl Read) -> Result<(), Error> {
        let mut buffer = vec![0; 1 << 16];
        loop {
            match reader.read(&mut buffer) {
                Ok(0) => return Ok(()),
                Ok(count) => {
                    self.hasher.update(&buffer[..count]);
                    self.length += count as u64;
                    let room = self.wanted - self.bytes.len();
                    self.bytes.extend_from_slice(&buffer[..count.min(room)]);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn ended(self, end: End) -> Content {
        Content { bytes: self.bytes, length: self.length, digest: self.hasher.finish(), end }
    }
}
