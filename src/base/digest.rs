//! SHA-256 digests of bytes and of values.
//!
//! A value is hashed through its canonical JSON: object keys sorted by their bytes, no white space, numbers in their
//! shortest form that reads back equal. Two values with equal canonical JSON are the same key; an absent optional field
//! and a field that did not exist yet are the same, which lets a stored format grow.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::canonical;

/// A SHA-256 digest; shown and stored as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The digest of everything that `reader` yields, and the number of bytes read.
    pub fn of_reader(mut reader: impl std::io::Read) -> std::io::Result<(Self, u64)> {
        let mut hasher = Hasher::default();
        let mut buffer = vec![0; 1 << 16];
        loop {
            match reader.read(&mut buffer)? {
                0 => return Ok((hasher.finish(), hasher.length)),
                count => hasher.update(&buffer[..count]),
            }
        }
    }

    /// The digest of the canonical JSON of `value`.
    pub fn of_value<T: Serialize + ?Sized>(value: &T) -> Result<Self, CanonicalError> {
        canonical_json(value).map(|text| Self::of(text.as_bytes()))
    }

    /// A digest written in our own source, checked when it is compiled (in a `const` or `static`).
    ///
    /// Panics where `text` is not 64 lower-case hexadecimal digits.
    pub const fn literal(text: &str) -> Self {
        match Self::parse(text.as_bytes()) {
            Some(digest) => digest,
            None => panic!("not 64 lower-case hexadecimal digits"),
        }
    }

    /// `None` where `digits` are not 64 lower-case hexadecimal digits. A loop of indices, since it is `const`.
    const fn parse(digits: &[u8]) -> Option<Self> {
        if digits.len() != 64 {
            return None;
        }
        let mut bytes = [0; 32];
        let mut position = 0;
        while position < 64 {
            let nibble = match digits[position] {
                digit @ b'0'..=b'9' => digit - b'0',
                digit @ b'a'..=b'f' => digit - b'a' + 10,
                _ => return None,
            };
            bytes[position / 2] = bytes[position / 2] << 4 | nibble;
            position += 1;
        }
        Some(Self(bytes))
    }

    /// The 32 raw bytes.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The first `digits` hexadecimal digits, for people; never for comparison.
    pub fn short(&self, digits: usize) -> String {
        let mut text = self.to_string();
        text.truncate(digits);
        text
    }
}

/// A digest under construction, for content that arrives in pieces.
#[derive(Clone, Default)]
pub struct Hasher {
    state: Sha256,
    length: u64,
}

impl Hasher {
    /// Append `bytes`.
    pub fn update(&mut self, bytes: &[u8]) {
        self.state.update(bytes);
        self.length += bytes.len() as u64;
    }

    /// The digest of everything appended so far.
    pub fn finish(&self) -> Digest {
        Digest(self.state.clone().finalize().into())
    }
}

impl From<[u8; 32]> for Digest {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

/// The text is not 64 lower-case hexadecimal digits.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not a SHA-256 digest (64 lower-case hexadecimal digits)")]
pub struct DigestError(String);

impl FromStr for Digest {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Self, DigestError> {
        Self::parse(text.as_bytes()).ok_or_else(|| DigestError(text.to_owned()))
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A value has no canonical JSON.
#[derive(Debug, thiserror::Error)]
pub enum CanonicalError {
    /// A number was not finite, or an absent optional field was written as `null` instead of being left out.
    #[error("no canonical JSON at `{0}`: a number that is not finite, or an absent field that was not left out")]
    Null(String),
    /// The value cannot be expressed in JSON at all (a map with keys that are not strings, say).
    #[error("no canonical JSON: {0}")]
    Json(#[from] serde_json::Error),
}

/// The canonical JSON of `value`: keys sorted, no white space, shortest numbers.
///
/// `null` is refused: it stands for a number that is not finite, or for an absent field that its type should leave out
/// (`skip_serializing_if`), and either would make different values share a key.
pub fn canonical_json<T: Serialize + ?Sized>(value: &T) -> Result<String, CanonicalError> {
    match canonical::sorted(&serde_json::to_vec(value)?) {
        Some(text) => Ok(String::from_utf8(text).expect("JSON text is UTF-8")),
        None => canonical_text(&serde_json::to_value(value)?),
    }
}

/// `canonical_json` of a tree, which says where a `null` is.
pub fn canonical_text(value: &Value) -> Result<String, CanonicalError> {
    let mut text = Vec::new();
    write_canonical(value, &mut text).map_err(|place| {
        // Steps were noted on the way out, innermost first.
        CanonicalError::Null(place.into_iter().rev().collect())
    })?;
    Ok(String::from_utf8(text).expect("JSON text is UTF-8"))
}

/// Append the canonical form; the error is the place of a `null`, innermost step first.
fn write_canonical(value: &Value, text: &mut Vec<u8>) -> Result<(), Vec<String>> {
    match value {
        Value::Null => return Err(Vec::new()),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => write_scalar(value, text),
        Value::Array(items) => {
            text.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push(b',');
                }
                write_canonical(item, text).map_err(|place| noted(place, format!("[{index}]")))?;
            }
            text.push(b']');
        }
        Value::Object(map) => {
            // serde_json's map is sorted only while no crate in the build turns on `preserve_order`: sort here.
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by_key(|(key, _)| key.as_bytes());
            text.push(b'{');
            for (index, (key, item)) in entries.into_iter().enumerate() {
                if index > 0 {
                    text.push(b',');
                }
                write_scalar(key.as_str(), text);
                text.push(b':');
                write_canonical(item, text).map_err(|place| noted(place, format!(".{key}")))?;
            }
            text.push(b'}');
        }
    }
    Ok(())
}

fn write_scalar<T: Serialize + ?Sized>(scalar: &T, text: &mut Vec<u8>) {
    serde_json::to_writer(text, scalar).expect("a scalar is JSON, and memory can be written");
}

fn noted(mut place: Vec<String>, step: String) -> Vec<String> {
    place.push(step);
    place
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// FIPS 180-2, appendix B.1.
    #[test]
    fn the_digest_of_abc_is_the_standards() {
        assert_eq!(Digest::of(b"abc").to_string(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn canonical_json_sorts_keys_and_keeps_numbers_exact() {
        let value = json!({"b": [1, 2.5, 0.1], "a": {"z": true, "y": "\"\n"}});
        assert_eq!(canonical_json(&value).expect("finite"), r#"{"a":{"y":"\"\n","z":true},"b":[1,2.5,0.1]}"#);
    }

    #[test]
    fn a_number_that_is_not_finite_is_refused_with_its_place() {
        let error = canonical_json(&json!({"a": [1.0, f64::NAN]})).expect_err("NaN has no JSON");
        assert!(error.to_string().contains("`.a[1]`"), "{error}");
    }

    /// Needs serde_json's feature `float_roundtrip`: a replay reads from the store what the run computed.
    #[test]
    fn every_number_reads_back_from_json_bit_for_bit() {
        let mut stream = crate::seed::Seed::from_number(1).stream("round trip");
        let mut finite = 0;
        while finite < 100_000 {
            let number = if stream.chance(0.5) { stream.uniform() } else { f64::from_bits(stream.bits()) };
            if number.is_finite() {
                let text = canonical_json(&number).expect("finite");
                let back: f64 = serde_json::from_str(&text).expect("a number");
                assert_eq!(back.to_bits(), number.to_bits(), "{text}");
                finite += 1;
            }
        }
    }

    #[test]
    fn a_digest_reads_back_and_upper_case_is_refused() {
        let digest = Digest::of(b"x");
        assert_eq!(digest.to_string().parse::<Digest>().expect("own text"), digest);
        assert!(digest.to_string().to_uppercase().parse::<Digest>().is_err());
        assert!(digest.short(63).parse::<Digest>().is_err());
        assert_eq!(
            Digest::literal("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            Digest::of(b"abc")
        );
    }
}
