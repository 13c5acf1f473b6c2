//! A miniature experiment in a folder of its own (`tests/miniature`), and the programs run in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use renas::base::digest::Digest;

/// A folder with a miniature experiment; removed when dropped.
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
    /// A folder with the miniature of EcoNAS, on which everything is tested that is about no paper.
    pub(crate) fn new() -> Self {
        Self::of("econas")
    }

    /// A folder with the miniature of that experiment alone.
    pub(crate) fn of(experiment: &str) -> Self {
        let bench = Self { folder: tempfile::tempdir().expect("a folder for the test") };
        bench.add("experiments", experiment);
        bench
    }

    /// One with a finished run and its lock file.
    pub(crate) fn finished() -> Self {
        let bench = Self::new();
        bench.renas(&["run", "--update-lock"]).expect(0, "report:");
        bench
    }

    /// Put another miniature into a folder of manifests: its own `experiment.yaml`, and all else as it is run for real.
    pub(crate) fn add(&self, folder: &str, experiment: &str) {
        let project = Path::new(env!("CARGO_MANIFEST_DIR"));
        let place = self.path(folder).join(experiment);
        fs::create_dir_all(&place).expect("a folder");
        let real = files(&project.join("experiments").join(experiment));
        assert!(real.len() > 1, "experiments/{experiment} is a folder of files");
        let other = real.iter().filter(|path| !path.ends_with("experiment.yaml"));
        for path in other.chain([&project.join("tests/miniature").join(experiment).join("experiment.yaml")]) {
            fs::copy(path, place.join(path.file_name().expect("a file"))).expect("a copy");
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("it lies in the bench")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Replace a text that stands once in a file, which is named from the folder of manifests (`econas/claims.yaml`). What the
    /// file held is given back.
    pub(crate) fn edit(&self, file: &str, from: &str, to: &str) -> String {
        let file = format!("experiments/{file}");
        let before = self.read(&file);
        let count = before.matches(from).count();
        assert_eq!(count, 1, "`{from}` stands {count} times in {file}: this test's change must be another one");
        self.write(&file, &before.replacen(from, to, 1));
        before
    }

    /// Let times be taken where the miniature has them of a cost model.
    pub(crate) fn measure_times(&self, experiment: &str) {
        let cost_model = "clock: cost_model\n    cost_model: {overhead_seconds: 0.00002, multiply_adds_per_second: 5.0e9, \
                          bytes_per_second: 4.0e9}";
        let measured = "clock: measured\n    timing: {warm_up: 0, steps: 1}";
        self.edit(&format!("{experiment}/experiment.yaml"), cost_model, measured);
    }

    /// The command, in this folder, with nothing of the user's environment that changes results.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_renas"));
        command.args(arguments).current_dir(self.folder.path()).stdin(Stdio::null());
        for name in ["RENAS_DATA", "RENAS_LAUNCH", "RENAS_STORE", "RENAS_WORKER", "NO_COLOR"] {
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

    /// Wait until the store of a run that goes on holds so many records.
    pub(crate) fn wait_for_records(&self, count: usize) {
        for _ in 0..12_000 {
            if files(&self.path("artifacts/steps")).len() >= count {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        panic!("no {count} records came within a minute");
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
    let entries = walkdir::WalkDir::new(folder).into_iter().filter(|_| folder.exists());
    let entries = entries.map(|entry| entry.expect("listable"));
    let mut found: Vec<PathBuf> =
        entries.filter(|one| !one.path().is_dir()).map(walkdir::DirEntry::into_path).collect();
    found.sort();
    found
}
