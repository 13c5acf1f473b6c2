//! A tiny EcoNAS in a folder of its own: 12 networks, 1 epoch, populations of 8.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use renas::base::digest::Digest;
use renas::harness::manifest::load;

/// A folder with a tiny experiment; removed when dropped.
pub(crate) struct Bench {
    folder: tempfile::TempDir,
}

/// What a command said, and how it ended.
pub(crate) struct Answer {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Answer {
    pub(crate) fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self { code: output.status.code(), stdout: text(&output.stdout), stderr: text(&output.stderr) }
    }

    /// Panics unless the exit code and a part of standard error are as expected.
    pub(crate) fn expect(&self, code: i32, said: &str) -> &Self {
        let Self { stdout, stderr, .. } = self;
        assert_eq!(self.code, Some(code), "stdout:\n{stdout}\nstderr:\n{stderr}");
        assert!(stderr.contains(said) || stdout.contains(said), "no `{said}` in\nstdout:\n{stdout}\nstderr:\n{stderr}");
        self
    }
}

impl Bench {
    pub(crate) fn new() -> Self {
        let bench = Self { folder: tempfile::tempdir().expect("a folder for the test") };
        bench.write("experiments/econas.yaml", &tiny_manifest());
        bench
    }

    /// A folder with that manifest alone.
    pub(crate) fn of(experiment: &str, manifest: &str) -> Self {
        let bench = Self { folder: tempfile::tempdir().expect("a folder for the test") };
        bench.write(&format!("experiments/{experiment}.yaml"), manifest);
        bench
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("it lies in the bench")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    pub(crate) fn manifest(&self) -> String {
        fs::read_to_string(self.path("experiments/econas.yaml")).expect("the manifest")
    }

    /// The command, in this folder, with nothing of the user's environment that changes results.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_renas"));
        command.args(arguments).current_dir(self.folder.path()).stdin(Stdio::null());
        for name in ["RENAS_DATA", "RENAS_STORE", "RENAS_WORKER", "NO_COLOR"] {
            command.env_remove(name);
        }
        // Tests run side by side: each bench is a machine of its own.
        command.env("RENAS_MACHINE_LOCKS", self.folder.path());
        command
    }

    pub(crate) fn renas(&self, arguments: &[&str]) -> Answer {
        Answer::of(&self.command(arguments).output().expect("renas starts"))
    }

    pub(crate) fn renas_with(&self, environment: &[(&str, &str)], arguments: &[&str]) -> Answer {
        let mut command = self.command(arguments);
        command.envs(environment.iter().copied());
        Answer::of(&command.output().expect("renas starts"))
    }

    /// Digest of every file below a folder, by path.
    pub(crate) fn digests(&self, name: &str) -> Vec<(PathBuf, Digest)> {
        files(&self.path(name))
            .into_iter()
            .map(|path| {
                let digest = Digest::of(&fs::read(&path).expect("readable"));
                (path.strip_prefix(self.folder.path()).expect("in the bench").to_owned(), digest)
            })
            .collect()
    }
}

/// The real worker, which is built beside `renas`.
pub(crate) fn worker() -> PathBuf {
    let worker = Path::new(env!("CARGO_BIN_EXE_renas")).with_file_name("renas-worker");
    assert!(worker.exists(), "build the worker first: cargo test --workspace does");
    worker
}

/// Write a program that can be started; its path as text, for an environment variable.
pub(crate) fn program(path: &Path, content: impl AsRef<[u8]>) -> String {
    fs::write(path, content).expect("writable");
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("it is ours");
    path.to_string_lossy().into_owned()
}

/// Every file below a folder, sorted.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.expect("listable").path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

/// The committed manifest of EcoNAS with every size made small; its claims and texts stay.
pub(crate) fn tiny_manifest() -> String {
    shrunk(
        "econas",
        &[
            ("networks: 250", "networks: 12"),
            ("fitted: 200", "fitted: 9"),
            ("population: 250", "population: 8"),
            ("seeds: 100", "seeds: 3"),
            ("row_samples: 20", "row_samples: 2"),
            ("searches_per_sample: 5", "searches_per_sample: 2"),
            ("retrained: 20", "retrained: 2"),
            ("surrogate_splits: 100", "surrogate_splits: 3"),
            ("resamples: 2000", "resamples: 100"),
            ("epochs: 20, batch_size: 32", "epochs: 1, batch_size: 64"),
        ],
    )
}

/// A committed manifest with some of its text replaced.
pub(crate) fn shrunk(experiment: &str, changes: &[(&str, &str)]) -> String {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("experiments");
    let mut text = load::text(&dir, experiment).expect("the committed manifest");
    for (from, to) in changes {
        assert!(text.contains(from), "the manifest says `{from}` no more: make this test's copy small another way");
        text = text.replace(from, to);
    }
    text
}
