//! The registered data sets themselves: their digests as registered, computed from the files.
//!
//! The expected digests were also computed by an independent program (Python's hashlib, from `ordered_digest`'s
//! description).

use std::io::Write as _;
use std::path::PathBuf;

use renas::base::digest::Digest;
use renas::base::seed::Seed;
use renas::data::load::{Dataset, load, table};
use renas::data::locate::{Locations, Place, locate};
use renas::data::registry::{DataSet, Registry};
use renas::data::split::SplitChoice;

/// Where real data may lie: `$RENAS_DATA`, and the operating system's copies.
fn registry() -> Registry {
    let folders: Vec<PathBuf> = std::env::var_os("RENAS_DATA").map(PathBuf::from).into_iter().collect();
    Registry::open(Locations { folders, system: Some(PathBuf::from("/usr/share/datasets")) })
}

/// Run `check` where the real data set is available; `tests_on_missing_data_are_counted` reports the others.
fn with_real(name: &str, check: impl FnOnce(&Registry)) {
    let registry = registry();
    if locate(registry.find(name).expect("registered"), registry.locations()).is_ok() {
        check(&registry);
    }
}

#[test]
fn tests_on_missing_data_are_counted() {
    let registry = registry();
    let is_missing = |set: &&DataSet| locate(set, registry.locations()).is_err();
    let missing: Vec<&str> = registry.all().iter().filter(is_missing).map(|set| set.name.as_str()).collect();
    if !missing.is_empty() {
        // Not `println!`, whose output the test harness shows only where a test fails.
        let _ = writeln!(
            std::io::stderr(),
            "tests/data.rs: skipped {} of {} checks of real data: {} not found in $RENAS_DATA ({})",
            missing.len(),
            registry.all().len(),
            missing.join(", "),
            std::env::var("RENAS_DATA").unwrap_or_else(|_| "not set".to_owned()),
        );
    }
}

/// The registered digest is the one of the samples; `load` compares, and here it is computed once more.
fn assert_registered(data: &Dataset) {
    assert_eq!(data.ordered_digest(), registry().find(&data.name).expect("registered").digest());
    let size: usize = data.shape.iter().product();
    for part in [Some(&data.train), data.test.as_ref()].into_iter().flatten() {
        assert_eq!(part.pixels.len(), part.len() * size);
        assert_eq!(part.pixels.iter().max(), Some(&data.pixel_max));
        assert_eq!(part.labels.iter().max().map(|&label| usize::from(label) + 1), Some(data.classes));
    }
}

#[test]
fn the_embedded_digits_are_the_registered_ones() {
    let digits = load("digits", &Registry::default()).expect("embedded");
    assert_registered(&digits);
    assert_eq!(digits.train.len(), 1_797);
    assert_eq!(digits.train.labels[..10], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert_eq!(digits.train.pixels[..8], [0, 0, 5, 13, 9, 1, 0, 0]);
    let split = SplitChoice { test: Some(360), validation: 359, train: None, seed: Seed::from_number(1) };
    let splits = digits.split(&split).expect("719 of 1,797");
    assert_eq!((splits.train.len(), splits.validation.len(), splits.test.len()), (1_078, 359, 360));
    assert_eq!(splits.train.pixels.len(), 1_078 * 64);
}

#[test]
fn mnist_is_the_registered_one() {
    with_real("mnist", |registry| {
        let mnist = load("mnist", registry).expect("as registered");
        assert_registered(&mnist);
        assert_eq!(mnist.train.labels[..8], [5, 0, 4, 1, 9, 2, 1, 3]);
    });
}

#[test]
fn fashion_mnist_is_the_registered_one() {
    with_real("fashion_mnist", |registry| {
        let fashion = load("fashion_mnist", registry).expect("as registered");
        assert_registered(&fashion);
        assert_eq!(fashion.train.labels[..8], [9, 0, 0, 3, 0, 2, 7, 2]);
    });
}

#[test]
fn cifar10_is_the_registered_one_in_whatever_order_its_records_lie() {
    with_real("cifar10", |registry| {
        let set = registry.find("cifar10").expect("registered");
        let cifar = load("cifar10", registry).expect("as registered");
        assert_registered(&cifar);
        let Place::Folder { files, .. } = locate(set, registry.locations()).expect("found") else {
            panic!("not embedded")
        };
        let copy = tempfile::tempdir().expect("a folder");
        let folder = copy.path().join("cifar-10-batches-bin");
        std::fs::create_dir(&folder).expect("a folder");
        let (training, test) = files.split_at(5);
        let mut records: Vec<Vec<u8>> = Vec::new();
        for file in training {
            records.extend(std::fs::read(file).expect("a batch").chunks(3_073).map(<[u8]>::to_vec));
        }
        Seed::from_number(1).stream("another copy").shuffle(&mut records);
        for (index, batch) in records.chunks(10_000).enumerate() {
            std::fs::write(folder.join(format!("data_batch_{}.bin", index + 1)), batch.concat()).expect("written");
        }
        std::fs::copy(&test[0], folder.join("test_batch.bin")).expect("copied");
        let other =
            load("cifar10", &Registry::open(Locations::only(&[copy.path().to_owned()]))).expect("the same records");
        assert!(other == cifar, "another order of the records gave other samples");

        let batch = folder.join("data_batch_3.bin");
        let mut bytes = std::fs::read(&batch).expect("a batch");
        bytes[4_000_000] ^= 1;
        std::fs::write(&batch, bytes).expect("written");
        let error = load("cifar10", &Registry::open(Locations::only(&[copy.path().to_owned()])))
            .expect_err("altered")
            .to_string();
        for part in ["data_batch_3.bin", "55a61f79a40ece2c", "found", "renas data fetch cifar10"] {
            assert!(error.contains(part), "{error}");
        }
    });
}

#[test]
fn the_econas_tables_are_the_registered_ones() {
    for (name, first) in [("econas_mnist", "18,103.6"), ("econas_cifar10", "")] {
        with_real(name, |registry| {
            let text = table(name, registry).expect("as registered");
            assert_eq!(Digest::of(text.as_bytes()), registry.find(name).expect("registered").digest());
            let mut lines = text.lines();
            assert!(lines.next().expect("a header").starts_with("hidden_layers,hidden_sizes_mean"));
            assert!(lines.next().expect("a row").starts_with(first));
            assert_eq!(text.lines().count(), 251);
        });
    }
}
