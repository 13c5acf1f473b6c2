//! Reading whole files: regular ones alone.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

const NO_FILE: &str = "it is no regular file (a pipe, a socket or a device)";

/// The whole content of a regular file, or of what a link to one names.
///
/// A pipe that nobody writes into would block for ever, and a device has no end: both are refused by name.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    let metadata = fs::metadata(path)?;
    if !metadata.is_file() {
        let kind = if metadata.is_dir() { io::ErrorKind::IsADirectory } else { io::ErrorKind::InvalidInput };
        let what = if metadata.is_dir() { "it is a folder" } else { NO_FILE };
        return Err(io::Error::new(kind, what));
    }
    fs::read(path)
}

/// Linux: opening waits for nobody (a pipe without a reader would else block).
const O_NONBLOCK: i32 = 0o4000;

/// A regular file opened by `options`; a pipe, a socket, a device or a folder in its place is refused and not waited for.
pub fn open(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    let file = options.custom_flags(O_NONBLOCK).open(path)?;
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(io::Error::new(io::ErrorKind::InvalidInput, NO_FILE)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pipe_a_device_and_a_folder_are_no_files_and_are_not_waited_for() {
        let folder = tempfile::tempdir().expect("a folder");
        let pipe = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().expect("coreutils").success());
        for path in [pipe.as_path(), Path::new("/dev/zero")] {
            let error = read(path).expect_err("no file");
            assert_eq!(error.to_string(), NO_FILE);
            assert!(open(OpenOptions::new().write(true).create(true), path).is_err());
        }
        assert_eq!(read(folder.path()).expect_err("a folder").kind(), io::ErrorKind::IsADirectory);
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, "text").expect("writable");
        std::os::unix::fs::symlink(&file, &link).expect("a link");
        assert_eq!(read(&link).expect("a link to a file"), b"text");
    }
}
