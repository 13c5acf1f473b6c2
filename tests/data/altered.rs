//! Files that are not what their pin says are named, with the digest they should have and the one they have.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use flate2::{Compression, write::GzEncoder};
use renas::base::digest::Digest;
use renas::data::load::load;
use renas::data::locate::Locations;
use renas::data::registry::Registry;

const DIGITS: &[u8] = include_bytes!("../../data/digits/digits.csv.gz");
const PIN: &str = "6ebb3d2fee246a4e99363262ddf8a00a3c41bee6014c373ed9d9216ba7f651b8";

/// A data folder with `digits/<name>`, and what loading says to it.
fn load_digits(name: &str, bytes: &[u8]) -> (tempfile::TempDir, PathBuf, Result<Digest, String>) {
    let root = tempfile::tempdir().expect("a folder");
    let path = root.path().join("digits").join(name);
    std::fs::create_dir(root.path().join("digits")).expect("a folder");
    std::fs::write(&path, bytes).expect("written");
    let loaded = load("digits", &Registry::open(Locations::only(&[root.path().to_owned()])));
    (root, path, loaded.map(|data| data.digest).map_err(|error| error.to_string()))
}

fn csv() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut decoder = flate2::write::GzDecoder::new(&mut bytes);
    decoder.write_all(DIGITS).expect("valid");
    decoder.finish().expect("valid");
    bytes
}

fn assert_names(message: &str, path: &Path, parts: &[&str]) {
    for part in [&path.display().to_string(), PIN, "264712 bytes", "remove it"].into_iter().chain(parts.iter().copied())
    {
        assert!(message.contains(part), "no `{part}` in: {message}");
    }
}

#[test]
fn a_file_may_lie_there_compressed_by_anyone_or_not_at_all() {
    let digest = Registry::default().find("digits").expect("registered").digest();
    assert_eq!(load_digits("digits.csv", &csv()).2, Ok(digest));
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(&csv()).expect("in memory");
    assert_eq!(load_digits("digits.csv.gz", &encoder.finish().expect("in memory")).2, Ok(digest));
}

#[test]
fn an_altered_byte_is_found_and_nothing_else_is_used_instead() {
    let mut bytes = csv();
    bytes[1000] ^= 1;
    let (_root, path, loaded) = load_digits("digits.csv", &bytes);
    assert_names(&loaded.expect_err("altered"), &path, &[&Digest::of(&bytes).to_string()]);
}

#[test]
fn a_truncated_file_is_named_with_its_length() {
    let bytes = &csv()[..1000];
    let (_root, path, loaded) = load_digits("digits.csv", bytes);
    assert_names(&loaded.expect_err("cut"), &path, &["found 1000 bytes", &Digest::of(bytes).to_string()]);
}

#[test]
fn a_longer_file_is_named_with_its_length() {
    let bytes = [csv(), vec![b'x'; 100_000]].concat();
    let (_root, path, loaded) = load_digits("digits.csv", &bytes);
    assert_names(&loaded.expect_err("longer"), &path, &["found 364712 bytes", &Digest::of(&bytes).to_string()]);
}

#[test]
fn a_truncated_compressed_file_is_named_with_what_could_be_read() {
    let (_root, path, loaded) = load_digits("digits.csv.gz", &DIGITS[..30_000]);
    assert_names(&loaded.expect_err("cut"), &path, &["then the compressed data breaks off"]);
}

#[test]
fn a_damaged_compressed_file_is_named() {
    for position in [20, 30_000, DIGITS.len() - 6] {
        let mut bytes = DIGITS.to_vec();
        bytes[position] ^= 0x55;
        let (_root, path, loaded) = load_digits("digits.csv.gz", &bytes);
        assert_names(&loaded.expect_err("damaged"), &path, &["found"]);
    }
}

#[test]
fn an_empty_file_is_named() {
    let (_root, path, loaded) = load_digits("digits.csv", &[]);
    assert_names(&loaded.expect_err("empty"), &path, &["found 0 bytes"]);
}

/// Gzip files may consist of several members, whose contents follow each other: RFC 1952, section 2.2.
#[test]
fn a_file_may_be_compressed_in_several_members() {
    let digest = Registry::default().find("digits").expect("registered").digest();
    let member = |bytes: &[u8]| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).expect("in memory");
        encoder.finish().expect("in memory")
    };
    let (first, second) = (member(&csv()[..1000]), member(&csv()[1000..]));
    assert_eq!(load_digits("digits.csv.gz", &[first.as_slice(), &member(&[]), &second].concat()).2, Ok(digest));
    assert_eq!(load_digits("digits.csv.gz", &[DIGITS, &member(&[])].concat()).2, Ok(digest));
}

#[test]
fn bytes_behind_compressed_data_are_damage_however_few_or_zero_they_are() {
    for behind in [&b"x"[..], b"\0", &[0; 700], &[0x1f], &[0x1f, 0x8b], &[0x1f, 0x8b, 8, 0], &DIGITS[..9], &[7; 70_000]]
    {
        let (_root, path, loaded) = load_digits("digits.csv.gz", &[DIGITS, behind].concat());
        let loaded = loaded.expect_err(&format!("{} bytes behind", behind.len()));
        assert_names(&loaded, &path, &["behind the compressed data"]);
    }
}
