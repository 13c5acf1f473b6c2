//! Regular files, opened for reading: what stands under their name and is none is named, and blocks nobody.
//!
//! A named pipe that nobody writes into would keep a program waiting for ever, and a device may never end.

use std::fs::{self, File, FileType};
use std::io::{Error, ErrorKind, Read as _, Result};
use std::os::unix::fs::FileTypeExt as _;
use std::path::Path;

/// The file, opened; links are followed. What is no regular file is an error that says what it is.
pub(super) fn open(path: &Path) -> Result<File> {
    match fs::metadata(path)?.file_type() {
        found if found.is_file() => File::open(path),
        found => Err(irregular(found)),
    }
}

/// An error where a named pipe stands in the place of a file that is to be written: opening it would wait for a reader.
pub(super) fn refuse_pipe(path: &Path) -> Result<()> {
    match fs::metadata(path) {
        Ok(found) if found.file_type().is_fifo() => Err(irregular(found.file_type())),
        Ok(_) | Err(_) => Ok(()),
    }
}

/// The bytes of a regular file.
pub(super) fn read(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(path)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn irregular(found: FileType) -> Error {
    let word = match found {
        found if found.is_dir() => "a folder",
        found if found.is_fifo() => "a named pipe (FIFO)",
        found if found.is_socket() => "a socket",
        found if found.is_char_device() || found.is_block_device() => "a device",
        _ => "something else",
    };
    Error::new(ErrorKind::InvalidInput, format!("it is {word}, not a regular file"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_to_files_are_read_and_what_is_no_file_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        fs::write(path("file"), "text").expect("writable");
        std::os::unix::fs::symlink("file", path("link")).expect("a link");
        std::os::unix::fs::symlink("/dev/zero", path("device")).expect("a link");
        let _socket = std::os::unix::net::UnixListener::bind(path("socket")).expect("a socket");
        let made = std::process::Command::new("mkfifo").arg(path("pipe")).status().expect("coreutils");
        assert!(made.success());
        assert_eq!(read(&path("link")).expect("a file"), b"text");
        let said = |path: &Path| read(path).expect_err("no file").to_string();
        assert_eq!(said(&path("pipe")), "it is a named pipe (FIFO), not a regular file");
        assert_eq!(said(&path("socket")), "it is a socket, not a regular file");
        assert_eq!(said(&path("device")), "it is a device, not a regular file");
        assert_eq!(said(folder.path()), "it is a folder, not a regular file");
        assert_eq!(open(&path("none")).expect_err("missing").kind(), ErrorKind::NotFound);
    }
}
