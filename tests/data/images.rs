//! Trees of tiny JPEG files, for the tests of packing.

use std::path::{Path, PathBuf};

use jpeg_encoder::{ColorType, Encoder};
use renas::data::pack::prepare::Request;

/// A plain image as JPEG.
pub(crate) fn jpeg(width: u16, height: u16, colour: [u8; 3]) -> Vec<u8> {
    let pixels = colour.repeat(usize::from(width) * usize::from(height));
    encoded(width, height, ColorType::Rgb, &pixels)
}

/// Any image as JPEG.
pub(crate) fn encoded(width: u16, height: u16, colours: ColorType, pixels: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    Encoder::new(&mut bytes, 95).encode(pixels, width, height, colours).expect("in memory");
    bytes
}

/// A folder for a tree and for data.
pub(crate) struct Images {
    folder: tempfile::TempDir,
}

impl Images {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    /// Two classes of two training images and one test image each; the red of an image says which it is.
    pub(crate) fn tiny() -> Self {
        let images = Self::new();
        for (file, red) in [
            ("train/dog/2.jpg", 140),
            ("train/dog/10.JPEG", 120),
            ("train/cat/b.jpeg", 40),
            ("train/cat/a.JPG", 20),
            ("val/cat/x.jpg", 60),
            ("val/dog/x.jpg", 160),
        ] {
            images.write(file, &jpeg(6, 5, [red, 0, 200]));
        }
        images
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Write a file of the tree.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.path("tree").join(name);
        std::fs::create_dir_all(path.parent().expect("below the tree")).expect("a folder");
        std::fs::write(path, bytes).expect("a file");
    }

    /// What packs the tree at 4 x 4 pixels into a data folder.
    pub(crate) fn request(&self, out: &str) -> Request {
        Request {
            tree: self.path("tree"),
            name: "tiny".to_owned(),
            title: "Tiny".to_owned(),
            size: 4,
            out: self.path(out),
            licence: "not stated".to_owned(),
            origin: "this test".to_owned(),
            left_out: Vec::new(),
            jobs: 2,
        }
    }
}

/// Make a named pipe.
pub(crate) fn make_pipe(path: &Path) {
    let made = std::process::Command::new("mkfifo").arg(path).status().expect("mkfifo of coreutils");
    assert!(made.success(), "{}", path.display());
}

/// Names and bytes of the files in a folder, sorted.
pub(crate) fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut files: Vec<(String, Vec<u8>)> = entries
        .map(|entry| {
            let path = entry.expect("listable").path();
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            (name, if path.is_dir() { Vec::new() } else { std::fs::read(path).expect("readable") })
        })
        .collect();
    files.sort();
    files
}
