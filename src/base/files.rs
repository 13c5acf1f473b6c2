//! Reading whole files (regular ones alone), and showing their names.

use std::fs::{self, File, FileType, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _};
use std::path::Path;

/// Linux: opening waits for nobody (a pipe without a reader would else block).
const O_NONBLOCK: i32 = 0o4000;

/// A regular file, or what a link to one names, opened by `options`.
///
/// A pipe that nobody writes into would block for ever, and a device has no end: what is no regular file is refused, and
/// the error says what it is.
pub fn open(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    // Looked at first too: for some devices opening alone does something.
    if let Ok(found) = fs::metadata(path)
        && !found.is_file()
    {
        return Err(irregular(found.file_type()));
    }
    let file = options.custom_flags(O_NONBLOCK).open(path)?;
    match file.metadata()?.file_type() {
        found if found.is_file() => Ok(file),
        found => Err(irregular(found)),
    }
}

/// A regular file, opened for reading as `open` does.
pub fn open_to_read(path: &Path) -> io::Result<File> {
    open(OpenOptions::new().read(true), path)
}

/// The whole content of a regular file, opened as `open` does.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut file = open_to_read(path)?;
    let mut bytes = Vec::with_capacity(usize::try_from(file.metadata()?.len()).unwrap_or_default().min(LARGE));
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// An error where a named pipe stands in the place of a file that is to be written: opening it would wait for a reader.
pub fn refuse_pipe(path: &Path) -> io::Result<()> {
    match fs::metadata(path) {
        Ok(found) if found.file_type().is_fifo() => Err(irregular(found.file_type())),
        Ok(_) | Err(_) => Ok(()),
    }
}

/// Bytes that are reserved for a file at most: a length may be a lie.
const LARGE: usize = 64 << 20;

fn irregular(found: FileType) -> io::Error {
    let word = match found {
        found if found.is_dir() => "a folder",
        found if found.is_fifo() => "a named pipe (FIFO)",
        found if found.is_socket() => "a socket",
        found if found.is_char_device() || found.is_block_device() => "a device",
        _ => "something else",
    };
    let kind = if found.is_dir() { io::ErrorKind::IsADirectory } else { io::ErrorKind::InvalidInput };
    io::Error::new(kind, format!("it is {word}, not a regular file"))
}

/// A path as text for one line: line breaks and other control characters, backslashes and bytes that are no UTF-8 are
/// escaped, so that two paths never show as one and no name of a file speaks to a terminal.
pub fn shown(path: &Path) -> String {
    let mut text = String::new();
    for chunk in path.as_os_str().as_bytes().utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '\\' => text.push_str("\\\\"),
                _ if character.is_control() => text.extend(character.escape_default()),
                _ => text.push(character),
            }
        }
        text.extend(chunk.invalid().iter().map(|byte| format!("\\x{byte:02x}")));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_shown_on_one_line_and_never_two_as_one() {
        use std::ffi::OsStr;
        let names: [(&[u8], &str); 6] = [
            (b"quick/a b.txt", "quick/a b.txt"),
            ("ä-日本".as_bytes(), "ä-日本"),
            (b"line\nbreak", "line\\nbreak"),
            (b"line\\nbreak", "line\\\\nbreak"),
            (b"\x1b[31mred", "\\u{1b}[31mred"),
            (b"no-text-\xff.bin", "no-text-\\xff.bin"),
        ];
        for (name, text) in names {
            assert_eq!(shown(Path::new(OsStr::from_bytes(name))), text);
        }
    }

    #[test]
    fn links_to_files_are_read_and_what_is_no_file_is_named_and_not_waited_for() {
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
        assert_eq!(read(folder.path()).expect_err("a folder").kind(), io::ErrorKind::IsADirectory);
        assert_eq!(read(&path("none")).expect_err("missing").kind(), io::ErrorKind::NotFound);
        assert!(open(OpenOptions::new().append(true).create(true), &path("pipe")).is_err());
        drop(open(OpenOptions::new().append(true).create(true), &path("new")).expect("a new file"));
        assert!(refuse_pipe(&path("pipe")).is_err() && refuse_pipe(&path("new")).is_ok());
    }
}
