//! What several targets need: changes of numbers, records with the digest that they must end with, and files in memory.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use renas_base::digest::Digest;

/// A record whose text before its digest is `body`; nothing but the digest is added, so that what `body` says is judged
/// and not refused as altered.
pub fn sealed(body: &[u8]) -> Vec<u8> {
    let digest = Digest::of(body).to_string();
    [body, b",\"digest\":\"", digest.as_bytes(), b"\"}\n"].concat()
}

/// The text of a record before its digest; absent where it has none.
pub fn unsealed(line: &[u8]) -> Option<&[u8]> {
    line.strip_suffix(b"\"}\n")?.split_at_checked(line.len().checked_sub(67 + 11)?).map(|(body, _)| body)
}

/// A folder in memory where the system has one, for readers that take paths; it ends with the process.
pub fn folder() -> &'static Path {
    static FOLDER: OnceLock<tempfile::TempDir> = OnceLock::new();
    let memory = PathBuf::from("/dev/shm");
    let parent = if memory.is_dir() { memory } else { std::env::temp_dir() };
    FOLDER.get_or_init(|| tempfile::tempdir_in(parent).expect("a folder for the files of a fuzz target")).path()
}

/// A file of that content in the folder.
pub fn file(name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder().join(name);
    std::fs::write(&path, bytes).expect("memory takes a small file");
    path
}

/// Numbers at which types and rules end.
const BORDERS: [&str; 16] = [
    "0",
    "1",
    "-1",
    "255",
    "65536",
    "2147483648",
    "4294967295",
    "4294967296",
    "1099511627776",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "0.5",
    "-0.0",
    "1e308",
];

/// For `fuzz_mutator!` of texts: every third change puts one of `BORDERS` in the place of a number; byte by byte, most
/// changes of a long text would leave its numbers as they are.
pub fn mutate(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let text = &data[..size];
    let is_start = |at: &usize| text[*at].is_ascii_digit() && (*at == 0 || !text[*at - 1].is_ascii_alphanumeric());
    let starts: Vec<usize> = (0..size).filter(is_start).collect();
    let choice = seed as usize / 3;
    if seed % 3 > 0 || starts.is_empty() {
        return libfuzzer_sys::fuzzer_mutate(data, size, max_size);
    }
    let start = starts[choice % starts.len()];
    let length = text[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let number = BORDERS[choice / starts.len() % BORDERS.len()].as_bytes();
    let changed = [&text[..start], number, &text[start + length..]].concat();
    if changed.len() > max_size {
        return libfuzzer_sys::fuzzer_mutate(data, size, max_size);
    }
    data[..changed.len()].copy_from_slice(&changed);
    changed.len()
}
