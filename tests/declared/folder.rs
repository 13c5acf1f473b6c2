//! A folder of a user's, and the program run in it.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use renas::base::digest::Digest;
use serde_json::Value;

/// A folder outside of any checkout; removed when dropped.
pub(crate) struct Folder(tempfile::TempDir);

/// What a command said, and how it ended.
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) text: String,
}

impl Said {
    /// Panics unless it ended so and said this.
    pub(crate) fn expect(&self, code: i32, words: &str) -> &Self {
        assert_eq!(self.code, Some(code), "{}", self.text);
        assert!(self.text.contains(words), "no `{words}` in\n{}", self.text);
        self
    }
}

impl Folder {
    /// An empty one.
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder for the test"))
    }

    /// One with the experiment that `renas init` writes.
    pub(crate) fn init(name: &str) -> Self {
        let folder = Self::new();
        folder.renas(&["init", name]).expect(0, "is written");
        let below = folder.path(name);
        for entry in fs::read_dir(&below).expect("it is written") {
            let path = entry.expect("readable").path();
            fs::rename(&path, folder.path(path.file_name().expect("a name").to_str().expect("text"))).expect("moved");
        }
        folder
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("it lies in the folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Replace a text that stands once in a file.
    pub(crate) fn edit(&self, name: &str, from: &str, to: &str) {
        let before = self.read(name);
        assert_eq!(before.matches(from).count(), 1, "`{from}` in {name}");
        self.write(name, &before.replacen(from, to, 1));
    }

    /// Write a file beside the manifest of `hill`, and its SHA-256 into the manifest.
    pub(crate) fn replace(&self, name: &str, text: &str) {
        let file = format!("experiments/hill/{name}");
        let before = Digest::of(self.read(&file).as_bytes()).to_string();
        self.write(&file, text);
        self.edit("experiments/hill/experiment.yaml", &before, &Digest::of(text.as_bytes()).to_string());
    }

    /// What the program says in this folder, with nothing of the user's environment that changes results.
    pub(crate) fn renas(&self, arguments: &[&str]) -> Said {
        let mut command = Command::new(env!("CARGO_BIN_EXE_renas"));
        command.args(arguments).current_dir(self.0.path()).stdin(Stdio::null());
        for name in ["RENAS_DATA", "RENAS_STORE", "RENAS_WORKER", "NO_COLOR"] {
            command.env_remove(name);
        }
        command.env("SECRET_OF_A_USER", "a token");
        let output = command.output().expect("the program starts");
        let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        Said { code: output.status.code(), text }
    }

    /// The verdict on each claim of a report, by its id.
    pub(crate) fn verdicts(&self, report: &str) -> Vec<(String, String)> {
        let findings: Value =
            serde_json::from_str(&self.read(&format!("reports/{report}/findings.json"))).expect("JSON");
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        let claims = findings["claims"].as_array().expect("a list");
        claims.iter().map(|claim| (text(&claim["id"]), text(&claim["verdict"]))).collect()
    }

    /// How many records a store holds.
    pub(crate) fn records(&self) -> usize {
        let entries = walkdir::WalkDir::new(self.path("artifacts/steps")).into_iter();
        // A store that is not there holds none.
        entries.filter_map(Result::ok).filter(|entry| entry.file_type().is_file()).count()
    }
}
