//! What the store costs: to find a record, to read and to write a trial, to replay a study of 250 trials, and to look at a
//! run that was done.
//!
//! A trial is a training of eleven layers of 100 units with 448 kB of weights; its record has the curves of 20 epochs. A run
//! that was done is 2,100 records of 8.5 kB and a report of 6 MB, as `quick` has with two papers. Before there were receipts
//! it was planned, parsed, concluded and rendered again: `renas run` took 0.39 to 0.49 s. Looking at its files, as predicted
//! from 24 MB at the rate of SHA-256 and 10 us to open a file, takes 36 to 44 ms, the program's start included (2 cores, AMD
//! EPYC, other work beside; n = 4).

use std::collections::BTreeMap;
use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, criterion_group, criterion_main};
use renas::base::digest::Digest;
use renas::base::seed::Seed;
use renas::data::registry::Registry;
use renas::harness::context::ReplayContext;
use renas::harness::receipt::{Program, Receipt, names_in};
use renas::harness::store::{
    Access, Address, Identity, Observation, Record, StepResult, Store, StoreError, WorkerIdentity,
};
use renas::harness::study::Context;
use renas::network::spec::{Activation, NetworkSpec};
use renas::task::outcome::Outcome;
use renas::task::recipe::{Loss, Optimizer, Recipe, Schedule, Stop};
use renas::task::{Split, SplitChoice, Start, Task, Train};

const WEIGHT_BYTES: usize = 448_000;

fn task(number: u64) -> Task {
    let split = SplitChoice { test: None, validation: 5_000, train: None, seed: Seed::from_number(1) };
    Task::Train(Train {
        network: NetworkSpec::perceptron(&[1, 28, 28], &[100; 11], Activation::Relu, 10),
        data: Registry::default().choice("mnist", split).expect("a possible split"),
        start: Start::Fresh,
        stop: Stop::Epochs(20),
        recipe: Recipe {
            loss: Loss::CrossEntropy,
            optimizer: Optimizer::Adam { learning_rate: 0.001 },
            schedule: Schedule::Constant,
            batch_size: 128,
        },
        seed: Seed::from_number(number),
        curves: vec![Split::Train, Split::Validation],
        probes: Vec::new(),
    })
}

fn worker() -> WorkerIdentity {
    WorkerIdentity { numerics: "avx2".into(), device: "cpu".into(), libtorch: "2.11.0".into() }
}

fn weights(number: u64) -> Vec<u8> {
    let mut stream = Seed::from_number(number).stream("weights");
    (0..WEIGHT_BYTES / 8).flat_map(|_| stream.bits().to_le_bytes()).collect()
}

fn record(number: u64, weights: Digest) -> Record {
    let mut stream = Seed::from_number(number).stream("curves");
    let mut outcome = Outcome::default();
    for name in ["train.accuracy", "train.loss", "validation.accuracy", "validation.loss"] {
        outcome.curves.insert(name.into(), (0..20).map(|_| stream.uniform()).collect());
        outcome.scalars.insert(name.into(), stream.uniform());
    }
    outcome.tensors.insert("weights".into(), weights);
    Record {
        identity: Identity::of_task(&task(number), &worker()).expect("it has an identity"),
        result: StepResult::Outcome(outcome),
        observation: Some(Observation {
            cpu_seconds: 30.0,
            fingerprint: Digest::of(b"machine"),
            worker: "0.1.0".into(),
            surroundings: None,
            said: None,
        }),
    }
}

fn commit(store: &Store, number: u64, weights: &[u8]) -> Result<Address, StoreError> {
    let digest = Digest::of(weights);
    let scratch = store.scratch()?;
    let file = scratch.path().join("weights.safetensors");
    std::fs::write(&file, weights).expect("there is space");
    let record = record(number, digest);
    store.commit(&record, &BTreeMap::from([(digest, file)]))?;
    Ok(record.identity.address())
}

fn store_costs(criterion: &mut Criterion) {
    // Below the working folder: the system's folder for temporary files may be memory, where syncing costs nothing.
    let folder = tempfile::tempdir_in(Path::new(env!("CARGO_TARGET_TMPDIR"))).expect("a folder");
    let store = Store::open(folder.path(), Access::Write).expect("a new store");
    let content = weights(0);
    let object = Digest::of(&content);
    let address = commit(&store, 0, &content).expect("it is stored");
    let mut group = criterion.benchmark_group("store");
    group.bench_function("open", |bencher| {
        bencher.iter(|| Store::open(black_box(folder.path()), Access::Write));
    });
    group.bench_function("key of a task", |bencher| {
        let (task, worker) = (task(0), worker());
        bencher.iter(|| Identity::of_task(black_box(&task), &worker).map(Identity::address));
    });
    group.bench_function("find a record", |bencher| bencher.iter(|| store.find(black_box(&address))));
    group.bench_function("read an object of 448 kB", |bencher| bencher.iter(|| store.object(black_box(&object))));
    let mut number = 1;
    group.bench_function("write a trial with 448 kB of weights", |bencher| {
        bencher.iter(|| {
            number += 1;
            commit(&store, number, &content)
        });
    });
    group.finish();
}

fn replay_costs(criterion: &mut Criterion) {
    let folder = tempfile::tempdir_in(Path::new(env!("CARGO_TARGET_TMPDIR"))).expect("a folder");
    let store = Store::open(folder.path(), Access::Write).expect("a new store");
    let tasks: Vec<Task> = (0..250).map(task).collect();
    for number in 0..250 {
        commit(&store, number, b"weights").expect("it is stored");
    }
    let (worker, data) = (worker(), Registry::default());
    criterion.bench_function("replay a study of 250 trials", |bencher| {
        bencher.iter(|| ReplayContext::new(&store, &worker, &data).outcomes(black_box(&tasks)));
    });
    criterion.bench_function("verify a store of 250 trials", |bencher| bencher.iter(|| store.verify_all()));
}

/// A run that was done: every file that it read and wrote is read and hashed.
fn cached_run(criterion: &mut Criterion) {
    let folder = tempfile::tempdir_in(Path::new(env!("CARGO_TARGET_TMPDIR"))).expect("a folder");
    let mut files = BTreeMap::new();
    for (count, bytes) in [(2_100, 8_500), (60, 100_000)] {
        for number in 0..count {
            let path = folder.path().join(format!("{bytes}-{number}"));
            let content: Vec<u8> = (0..bytes).map(|place| (place * 31 + number) as u8).collect();
            std::fs::write(&path, &content).expect("there is space");
            files.insert(path, Some(Digest::of(&content)));
        }
    }
    let folders = BTreeMap::from([(folder.path().to_owned(), names_in(folder.path()).expect("listable"))]);
    let program = Program::current().expect("a benchmark is a program");
    let receipt = Receipt { question: "quick".into(), program, files, folders, answer: "done".into() };
    let mut group = criterion.benchmark_group("look at a run that was done");
    for threads in [1, 2] {
        group.bench_function(format!("{threads} threads"), |bencher| {
            bencher.iter(|| assert!(black_box(&receipt).still_holds(threads)));
        });
    }
    group.finish();
}

criterion_group!(benches, store_costs, replay_costs, cached_run);
criterion_main!(benches);
