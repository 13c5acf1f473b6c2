//! Trials, workers and disks for the tests of this binary.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use renas::base::digest::Digest;
use renas::base::seed::Seed;
use renas::data::registry::Registry;
use renas::harness::context::RunContext;
use renas::harness::event::{Event, Observer};
use renas::harness::executor::{Answer, Execute, ExecuteError, Job};
use renas::harness::store::{
    Access, Disk, Identity, Key, Observation, OsDisk, Record, StepResult, Store, WorkerIdentity,
};
use renas::network::spec::{Activation, NetworkSpec};
use renas::task::outcome::Outcome;
use renas::task::recipe::{Loss, Optimizer, Recipe, Schedule, Stop};
use renas::task::{Probe, Split, SplitChoice, Start, Task, Train};

/// The trial of that number.
pub(crate) fn task(number: u64) -> Task {
    let split = SplitChoice { test: Some(300), validation: 200, train: None, seed: Seed::from_number(1) };
    Task::Train(Train {
        network: NetworkSpec::perceptron(&[1, 8, 8], &[16, 8], Activation::Relu, 10),
        data: Registry::default().choice("digits", split).expect("a possible split"),
        start: Start::Fresh,
        stop: Stop::Epochs(2),
        recipe: Recipe {
            loss: Loss::CrossEntropy,
            optimizer: Optimizer::Adam { learning_rate: 0.001 },
            schedule: Schedule::Constant,
            batch_size: 32,
        },
        seed: Seed::from_number(number),
        curves: Vec::new(),
        probes: vec![Probe::Score { split: Split::Test }],
    })
}

/// The trials below `count`.
pub(crate) fn tasks(count: u64) -> Vec<Task> {
    (0..count).map(task).collect()
}

/// What all fake workers say that they are.
pub(crate) fn identity() -> WorkerIdentity {
    WorkerIdentity { numerics: "portable".into(), device: "cpu".into(), libtorch: "2.11.0".into() }
}

/// The key of a trial.
pub(crate) fn key(task: &Task) -> Key {
    Identity::of_task(task, &identity()).map(Identity::address).expect("it has canonical JSON").key()
}

/// The weights that fake workers train.
pub(crate) fn weights(task: &Task) -> Vec<u8> {
    Digest::of(key(task).to_string().as_bytes()).bytes().repeat(2)
}

/// The record of a finished trial.
pub(crate) fn record(task: &Task) -> Record {
    let mut outcome = Outcome::default();
    outcome.scalars.insert("test.accuracy".into(), f64::from(weights(task)[0]) / 255.0);
    outcome.scalars.insert("test.loss".into(), 1.5);
    outcome.curves.insert("train.loss".into(), vec![2.0, 1.75]);
    outcome.tensors.insert("weights".into(), Digest::of(&weights(task)));
    Record {
        identity: Identity::of_task(task, &identity()).expect("it has an identity"),
        result: StepResult::Outcome(outcome),
        observation: Some(observation()),
    }
}

fn observation() -> Observation {
    Observation {
        cpu_seconds: 0.25,
        fingerprint: Digest::of(b"one"),
        worker: "0.0.0".into(),
        surroundings: None,
        said: None,
    }
}

/// Commit a finished trial with its weights as a worker's file.
pub(crate) fn commit(store: &Store, disk: &dyn Disk, task: &Task) -> Result<Key, renas::harness::store::StoreError> {
    let scratch = store.scratch()?;
    let file = scratch.path().join("weights.safetensors");
    disk.write(&file, &weights(task)).expect("the worker has a healthy disk");
    store.commit(&record(task), &BTreeMap::from([(Digest::of(&weights(task)), file)]))
}

/// A new store with some finished trials.
pub(crate) fn store_with(root: &Path, count: u64) -> Store {
    let store = Store::open(root, Access::Write).expect("a new store");
    for task in tasks(count) {
        commit(&store, &OsDisk, &task).expect("it is stored");
    }
    store
}

/// An executor without processes: it computes at once, and counts.
#[derive(Default)]
pub(crate) struct Instant {
    /// Trials that it computed.
    pub(crate) computed: AtomicUsize,
    /// A file that gets a line per computed trial.
    pub(crate) log: Option<PathBuf>,
}

impl Execute for Instant {
    fn jobs(&self) -> usize {
        3
    }

    fn identity(&self) -> &WorkerIdentity {
        static IDENTITY: std::sync::LazyLock<WorkerIdentity> = std::sync::LazyLock::new(identity);
        &IDENTITY
    }

    fn execute(&self, job: Job, _observer: &dyn Observer) -> Result<Answer, ExecuteError> {
        self.computed.fetch_add(1, Ordering::SeqCst);
        if let Some(log) = &self.log {
            let mut log = std::fs::OpenOptions::new().append(true).create(true).open(log).expect("a log");
            // In one write, since other processes write lines too.
            log.write_all(format!("{}\n", job.trial).as_bytes()).expect("it is written");
        }
        std::fs::write(job.out.join("weights.safetensors"), weights(job.task)).expect("it is written");
        let outcome = record(job.task).outcome().expect("a worker's answer").clone();
        Ok(Answer { outcome, observation: observation() })
    }

    fn is_cancelled(&self) -> bool {
        false
    }
}

/// An observer that remembers.
#[derive(Default)]
pub(crate) struct Diary(Mutex<Vec<Event>>);

impl Observer for Diary {
    fn event(&self, event: &Event) {
        self.0.lock().expect("no writer panicked").push(event.clone());
    }
}

impl Diary {
    /// What happened so far that was not told before.
    pub(crate) fn read(&self) -> Vec<Event> {
        std::mem::take(&mut self.0.lock().expect("no writer panicked"))
    }
}

/// Do something in a run with `store` and `executor`; also what was observed.
pub(crate) fn in_a_run<T>(
    store: &Store,
    executor: &dyn Execute,
    work: impl FnOnce(&RunContext) -> T,
) -> (T, Vec<Event>) {
    let (diary, data) = (Diary::default(), Registry::default());
    let result = work(&RunContext::new(store, executor, &data, &diary));
    (result, diary.read())
}

/// A disk (clones are the same disk) whose operation of one number fails, leaving half a file where it was writing.
#[derive(Clone)]
pub(crate) struct FaultyDisk {
    /// Operations until the one that fails.
    pub(crate) healthy: usize,
    /// How it fails.
    pub(crate) kind: io::ErrorKind,
    /// Operations so far.
    pub(crate) done: Arc<AtomicUsize>,
}

impl FaultyDisk {
    /// A disk that fails once after `healthy` operations.
    pub(crate) fn new(healthy: usize, kind: io::ErrorKind) -> Self {
        Self { healthy, kind, done: Arc::default() }
    }

    fn fails(&self) -> bool {
        self.done.fetch_add(1, Ordering::SeqCst) == self.healthy
    }

    fn guard(&self) -> io::Result<()> {
        if self.fails() { Err(self.kind.into()) } else { Ok(()) }
    }
}

impl Disk for FaultyDisk {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.guard()?;
        OsDisk.read(path)
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<(String, bool)>> {
        self.guard()?;
        OsDisk.list(folder)
    }

    fn make_folder(&self, folder: &Path) -> io::Result<()> {
        self.guard()?;
        OsDisk.make_folder(folder)
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        if self.fails() {
            OsDisk.write(path, &bytes[..bytes.len() / 2])?;
            return Err(self.kind.into());
        }
        OsDisk.write(path, bytes)
    }

    fn sync_file(&self, path: &Path) -> io::Result<()> {
        self.guard()?;
        OsDisk.sync_file(path)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.guard()?;
        OsDisk.rename(from, to)
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        self.guard()?;
        OsDisk.sync_folder(folder)
    }
}
