//! A full and a read-only file system, real ones where this process may mount them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use renas::harness::store::{Access, OsDisk, Store, StoreError};

use crate::kit::{commit, key, record, task};

/// A small file system in memory.
struct Mount(tempfile::TempDir);

impl Mount {
    /// Mounts it, or says why the test is skipped.
    fn new() -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let mount = Self(folder);
        if mount.run("mount", &["-t", "tmpfs", "-o", "size=1m", "renas-test"]) {
            return Some(mount);
        }
        println!(
            "skipped: this process may not mount a file system (needs root); the same errors are injected elsewhere"
        );
        None
    }

    fn run(&self, program: &str, arguments: &[&str]) -> bool {
        let mut command = Command::new(program);
        command.args(arguments).arg(self.path()).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        self.run("umount", &["--lazy"]);
    }
}

/// Fill the rest of a file system.
fn fill(folder: &Path) -> PathBuf {
    let path = folder.join("ballast");
    let mut size = 1 << 20;
    while size > 0 {
        let mut file = std::fs::OpenOptions::new().append(true).create(true).open(&path).expect("a file");
        if std::io::Write::write_all(&mut file, &vec![0; size]).is_err() {
            size /= 2;
        }
    }
    path
}

#[test]
fn a_full_disk_loses_nothing_and_the_next_run_completes() {
    let Some(mount) = Mount::new() else { return };
    let root = mount.path().join("store");
    let store = Store::open(&root, Access::Write).expect("a new store");
    for number in 0..5 {
        commit(&store, &OsDisk, &task(number)).expect("there is space");
    }
    let ballast = fill(mount.path());
    let error = store.commit(&record(&task(5)), &BTreeMap::new()).expect_err("the disk is full");
    assert!(matches!(error, StoreError::Full { .. }), "{error}");
    assert!(error.to_string().contains("free some space"), "{error}");
    let check = Store::open(&root, Access::Read).expect("readable").verify_all();
    assert!(check.is_clean() && check.steps == 5, "{check:?}");
    std::fs::remove_file(ballast).expect("removed");
    commit(&store, &OsDisk, &task(5)).expect("there is space again");
    assert_eq!(store.record(key(&task(5))).expect("it is there"), record(&task(5)));
    println!("a full file system of 1 MiB: 5 of 5 results kept, the sixth stored once there was space");
}

#[test]
fn a_read_only_file_system_is_read_and_refused_for_writing() {
    let Some(mount) = Mount::new() else { return };
    let root = mount.path().join("store");
    commit(&Store::open(&root, Access::Write).expect("a new store"), &OsDisk, &task(1)).expect("it is stored");
    assert!(mount.run("mount", &["-o", "remount,ro"]), "what may be mounted may be mounted again");
    // A run whose results are all there needs to write nothing.
    let store = Store::open(&root, Access::Write).expect("opening writes nothing");
    assert_eq!(store.record(key(&task(1))).expect("it is there"), record(&task(1)));
    let refused = store.try_lock(key(&task(2))).map(|_| ()).expect_err("it is read-only");
    assert!(matches!(refused, StoreError::ReadOnly { .. }), "{refused}");
    let refused = Store::open(&mount.path().join("other"), Access::Write).err().expect("it is read-only");
    assert!(matches!(refused, StoreError::ReadOnly { .. }), "{refused}");
    assert!(store.verify_all().is_clean());
}
