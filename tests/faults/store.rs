//! The promises of the store, each with the number of cases that were tried.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use renas::base::digest::Digest;
use renas::harness::store::{Access, OsDisk, Record, Store, StoreError};

use crate::kit::{FaultyDisk, commit, key, record, store_with, task, weights};
use crate::power::{Names, Recorder, after_power_failure};

/// How a disk can fail, and a word of the message that says so.
const FAILURES: [(io::ErrorKind, &str); 4] = [
    (io::ErrorKind::StorageFull, "the disk is full"),
    (io::ErrorKind::ReadOnlyFilesystem, "read-only"),
    (io::ErrorKind::PermissionDenied, "permission denied"),
    (io::ErrorKind::Other, "start the same command again"),
];

#[test]
fn a_commit_whose_nth_operation_fails_leaves_the_result_absent_or_complete() {
    let mut failed = 0;
    for (kind, says) in FAILURES {
        for healthy in 1.. {
            let folder = tempfile::tempdir().expect("a folder");
            drop(store_with(folder.path(), 1));
            let disk = FaultyDisk::new(healthy, kind);
            let store = Store::open_on(Box::new(disk.clone()), folder.path(), Access::Write).expect("a store");
            let result = commit(&store, &OsDisk, &task(7));
            let was_struck = disk.done.load(Ordering::SeqCst) > healthy;
            drop(store);
            let store = Store::open(folder.path(), Access::Write).expect("the disk works again");
            let check = store.verify_all();
            assert!(check.is_clean(), "operation {healthy}: {check:?}");
            if !was_struck {
                assert_eq!(result.expect("nothing failed"), key(&task(7)));
                assert_eq!(check.steps, 2);
                break;
            }
            let error = result.expect_err("an operation failed").to_string();
            assert!(error.contains(says) && error.contains(&*folder.path().to_string_lossy()), "{error}");
            assert!(store.record(key(&task(0))).is_ok(), "what was there before is untouched");
            commit(&store, &OsDisk, &task(7)).expect("the next attempt completes");
            assert_eq!(store.verify_all().steps, 2);
            failed += 1;
        }
    }
    println!("{failed} failing operations of a commit: the result was absent or complete, the next attempt completed");
    assert!(failed >= 4 * 10, "only {failed}");
}

#[test]
fn a_store_whose_making_fails_at_any_operation_is_made_by_the_next_command() {
    let mut failed = 0;
    for healthy in 0.. {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().join("deep/store");
        let disk = FaultyDisk::new(healthy, io::ErrorKind::StorageFull);
        let opened = Store::open_on(Box::new(disk.clone()), &root, Access::Write);
        if disk.done.load(Ordering::SeqCst) <= healthy {
            opened.map(drop).expect("nothing failed");
            break;
        }
        assert!(matches!(opened.err(), Some(StoreError::Full { .. })), "operation {healthy}");
        failed += 1;
        let store = Store::open(&root, Access::Write).expect("the disk works again");
        commit(&store, &OsDisk, &task(1)).expect("it is stored");
        assert!(store.verify_all().is_clean());
    }
    println!("{failed} failing operations of the making of a store: the next command made it");
    assert!(failed > 10, "only {failed}");
}

#[test]
fn no_commit_is_acknowledged_before_it_would_survive_a_power_failure() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("deep/store");
    let disk = Recorder::default();
    let store = Store::open_on(Box::new(disk.clone()), &root, Access::Write).expect("a new store");
    let made = disk.operations().len();
    let mut acknowledged = Vec::new();
    for number in 0..6 {
        commit(&store, &disk, &task(number)).expect("it is stored");
        acknowledged.push((disk.operations().len(), key(&task(number))));
    }
    let operations = disk.operations();
    let mut cases = 0;
    for stop in 0..=operations.len() {
        for names in [Names::Synced, Names::All] {
            let left = folder.path().join(format!("after-{stop}-{names:?}"));
            std::fs::create_dir(&left).expect("a folder");
            after_power_failure(&operations[..stop], names, &root, &left);
            let was_made = left.join("format.json").exists();
            assert!(was_made || stop < made, "the store was acknowledged after {made} operations, lost at {stop}");
            if was_made && names == Names::All && stop < made {
                // An unsynced file under its final name would be empty, and refused: it must not come to that.
                assert_eq!(std::fs::read(left.join("format.json")).expect("readable"), b"{\"format\": 1}\n");
            }
            let store = Store::open(&left, Access::Write).expect("what is left is a store, or becomes one");
            let check = store.verify_all();
            assert!(check.is_clean(), "after {stop} operations, {names:?}: {check:?}");
            for (at, key) in acknowledged.iter().filter(|(at, _)| *at <= stop) {
                let intact = store.record(*key).map(|record| record == self::record(&task_of(*key)));
                assert!(intact.is_ok_and(|same| same), "acknowledged after {at}, lost after {stop}, {names:?}");
            }
            cases += 1;
            drop(store);
            std::fs::remove_dir_all(&left).expect("removed");
        }
    }
    println!(
        "{cases} power failures at different operations: all that was acknowledged was there, nothing was damaged"
    );
}

fn task_of(wanted: renas::harness::store::Key) -> renas::task::Task {
    (0..6).map(task).find(|task| key(task) == wanted).expect("one of six")
}

/// Every file of a store that holds something, with its content.
fn files(root: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = walkdir::WalkDir::new(root).into_iter().map(|entry| entry.expect("readable"));
    let files = entries.filter(|entry| !entry.file_type().is_dir()).map(walkdir::DirEntry::into_path);
    let mut files: Vec<_> = files.map(|path| (path.clone(), std::fs::read(path).expect("readable"))).collect();
    files.sort();
    files
}

/// The store says that this file, and no other, is damaged.
fn assert_found(store_root: &Path, path: &Path, what: &str) {
    let store = match Store::open(store_root, Access::Read) {
        Ok(store) => store,
        Err(error) => {
            assert!(path.ends_with("format.json"), "{what}: {error}");
            return assert!(error.to_string().contains(&*path.to_string_lossy()), "{what}: {error}");
        }
    };
    let check = store.verify_all();
    let damaged: Vec<&Path> = check.damaged.iter().map(|damaged| damaged.path.as_path()).collect();
    assert_eq!(damaged, [path], "{what}");
    let address = record(&task(0)).identity.address();
    let readings = [
        store.object(&Digest::of(&weights(&task(0)))).map(|_| ()),
        store.find(&address).map(|_| ()),
        store.record(address.key()).map(|_| ()),
    ];
    let errors: Vec<String> = readings.into_iter().filter_map(|reading| Some(reading.err()?.to_string())).collect();
    let is_object = path.starts_with(store_root.join("objects"));
    assert_eq!(errors.len(), if is_object { 1 } else { 2 }, "{what}: every way of reading finds it");
    assert!(errors.iter().all(|error| error.contains(&*path.to_string_lossy())), "{what}: {errors:?}");
}

#[test]
fn every_flipped_byte_is_found_and_named() {
    let folder = tempfile::tempdir().expect("a folder");
    drop(store_with(folder.path(), 1));
    let mut flips = 0;
    for (path, bytes) in files(folder.path()).iter().filter(|(_, bytes)| !bytes.is_empty()) {
        for position in 0..bytes.len() {
            let mut altered = bytes.clone();
            altered[position] ^= 1 << (position % 8);
            std::fs::write(path, &altered).expect("written");
            assert_found(folder.path(), path, &format!("byte {position} of {}", path.display()));
            flips += 1;
        }
        std::fs::write(path, bytes).expect("written");
    }
    println!("{flips} flipped bytes, each found and named");
    assert!(flips > 500, "only {flips}");
    assert!(Store::open(folder.path(), Access::Read).expect("a store").verify_all().is_clean());
}

#[test]
fn every_truncation_is_found_and_named() {
    let folder = tempfile::tempdir().expect("a folder");
    drop(store_with(folder.path(), 1));
    let mut cuts = 0;
    for (path, bytes) in files(folder.path()).iter().filter(|(_, bytes)| !bytes.is_empty()) {
        for length in 0..bytes.len() {
            std::fs::write(path, &bytes[..length]).expect("written");
            assert_found(folder.path(), path, &format!("{length} bytes of {}", path.display()));
            cuts += 1;
        }
        std::fs::write(path, bytes).expect("written");
    }
    println!("{cuts} truncations, each found and named");
}

#[test]
fn a_lost_object_is_named_with_the_step_that_made_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = store_with(folder.path(), 5);
    for number in 0..5 {
        let path = store.object_path(&Digest::of(&weights(&task(number))));
        std::fs::remove_file(&path).expect("it was there");
        let check = store.verify_all();
        let lost = check.absent.iter().find(|absent| absent.path == path).expect("it is named");
        assert_eq!((lost.step, lost.name.as_str()), (key(&task(number)), "weights"));
        assert_eq!(check.absent.len() as u64, number + 1);
    }
    println!("5 lost objects, each named");
}

#[test]
fn files_in_each_others_place_are_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = store_with(folder.path(), 2);
    let (first, second) = (store.step_path(key(&task(0))), store.step_path(key(&task(1))));
    std::fs::copy(&first, &second).expect("copied");
    let address = record(&task(1)).identity.address();
    assert!(matches!(store.find(&address), Err(StoreError::Damaged { .. })));
    assert!(matches!(store.record(address.key()), Err(StoreError::Damaged { .. })));
    let check = store.verify_all();
    assert_eq!(check.damaged.len(), 1);
    assert_eq!(check.damaged[0].path, second);
}

#[test]
fn verifying_and_reading_write_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = store_with(folder.path(), 3);
    let damaged = store.step_path(key(&task(2)));
    drop(store);
    std::fs::write(&damaged, "{").expect("written");
    let snapshot = |root: &Path| {
        let of = |(path, bytes): (PathBuf, Vec<u8>)| {
            let modified = std::fs::metadata(&path).and_then(|metadata| metadata.modified()).expect("readable");
            (path, bytes, modified)
        };
        files(root).into_iter().map(of).collect::<Vec<_>>()
    };
    let before = snapshot(folder.path());
    let store = Store::open(folder.path(), Access::Read).expect("a store");
    assert_eq!(store.verify_all().damaged.len(), 1);
    assert!(store.record(key(&task(0))).is_ok());
    let refusals = [
        commit(&store, &OsDisk, &task(5)).map(|_| ()),
        store.try_lock(key(&task(5))).map(|_| ()),
        store.add_object(b"x").map(|_| ()),
        store.set_aside(&damaged).map(|_| ()),
    ];
    for refusal in refusals {
        let error = refusal.expect_err("it was opened for reading").to_string();
        assert!(error.contains("read-only") && error.contains("--store"), "{error}");
    }
    drop(store);
    assert_eq!(snapshot(folder.path()), before);
}

#[test]
fn unfinished_files_of_a_killed_process_are_removed_by_the_next_one_and_those_of_a_living_one_stay() {
    let folder = tempfile::tempdir().expect("a folder");
    let living = store_with(folder.path(), 1);
    let scratch = living.scratch().expect("a folder");
    let killed = folder.path().join("tmp/run-killed");
    std::fs::create_dir_all(killed.join("3")).expect("made");
    std::fs::write(killed.join("3/weights.safetensors"), "half").expect("written");
    let next = Store::open(folder.path(), Access::Write).expect("a store");
    let _lock = next.try_lock(key(&task(1))).expect("writable").expect("nobody else has it");
    assert!(!killed.exists());
    assert!(scratch.path().exists());
}

#[test]
fn only_corners_of_dead_processes_are_removed_from_the_folder_of_unfinished_files() {
    let folder = tempfile::tempdir().expect("a folder");
    drop(store_with(folder.path(), 1));
    let (dead, users) = (folder.path().join("tmp/run-dead"), folder.path().join("tmp/thesis"));
    for place in [&dead, &users] {
        std::fs::create_dir_all(place).expect("writable");
        std::fs::write(place.join("file"), "content").expect("writable");
    }
    drop(store_with(folder.path(), 2));
    assert!(!dead.exists() && users.join("file").exists());
}

/// The digest of a record says that it is whole, not that this program wrote it.
#[test]
fn a_record_that_no_renas_writes_is_damaged_to_every_reader_whatever_its_digest() {
    let identity = r#"{"inputs":1,"step":"s","version":1}"#;
    let line = |identity: &str, result: &str| {
        let body = format!(r#"{{"format":1,"identity":{identity},"result":{result}"#);
        format!("{body},\"digest\":\"{}\"}}\n", Digest::of(body.as_bytes()))
    };
    let read = |line: String| Record::parse_line(line.as_bytes()).map(|(_, record)| record);
    let sound = read(line(identity, r#"{"value":[{"a":1}]}"#)).expect("as it is written");
    assert_eq!(sound.to_text().expect("storable"), line(identity, r#"{"value":[{"a":1}]}"#));
    for result in [r#"{"value":null}"#, r#"{"value":[{"a":[1,null]}]}"#] {
        let error = read(line(identity, result)).expect_err("nothing can write it");
        assert!(error.contains("its result holds `null`"), "{error}");
    }
    let other = r#"{"step":"s","inputs":1,"version":1}"#;
    assert_eq!(read(line(other, r#"{"value":1}"#)), Err("its identity is not as it was written".to_owned()));
}
