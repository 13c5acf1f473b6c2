//! The store: every object and record re-hashed, what they name looked for, and with `--heal` mended.

use std::collections::BTreeSet;
use std::path::Path;

use super::Verification;
use super::found::Found;
use crate::agreement::Trials;
use crate::context::RunContext;
use crate::heal::{Healed, heal};
use crate::pipeline::fault::{Classify as _, Fault};
use crate::store::{Access, Check, Store, StoreError, WorkerIdentity};

/// Check the store and say what is wrong with it; it and its trials, or nothing where there is none.
pub(super) fn check(folder: &Path, found: &mut Found<'_>) -> Option<(Store, Trials)> {
    let (store, wrong) = match Store::inspect(folder) {
        Ok(inspected) => inspected,
        Err(StoreError::NoStore { path }) => {
            found.fine(format!("store {}: there is none yet; weights are absent", path.display()));
            return None;
        }
        Err(error) => {
            found.differs(error.to_string());
            return None;
        }
    };
    if let Some(error) = wrong {
        found.differs(error.to_string());
    }
    let check = store.verify_all();
    found.checked.objects += check.objects;
    found.checked.records += check.steps;
    name_all(&check, found);
    if check.steps == 0 && check.objects > 0 {
        let (steps, objects) = (store.root().join("steps"), check.objects);
        found.differs(format!("{}: there is no intact record, and {objects} objects that one named", steps.display()));
    }
    let unnamed = match check.unnamed {
        0 => String::new(),
        count => format!("; no record names {count} of the objects"),
    };
    found.fine(format!(
        "store {}: {} records and {} objects have the digests they are named by ({} bytes); {} receipts were looked \
         at{unnamed}",
        store.root().display(),
        check.steps,
        check.objects,
        check.bytes,
        check.receipts,
    ));
    let trials = Trials::of(&store);
    Some((store, trials))
}

fn name_all(check: &Check, found: &mut Found<'_>) {
    for damaged in &check.damaged {
        found.differs(format!("{}: {}", damaged.path.display(), damaged.why));
    }
    for absent in &check.absent {
        let (path, step) = (absent.path.display(), absent.step.0.short(12));
        found.differs(format!("{path}: it is lost: the record of step {step}.. names it as `{}`", absent.name));
    }
    for lost in &check.lost {
        let by: Vec<String> = lost.by.iter().take(3).map(|path| path.display().to_string()).collect();
        let more = if lost.by.len() > 3 { format!(" and {} more", lost.by.len() - 3) } else { String::new() };
        found.differs(format!("{}: it is lost: {}{more} name it", lost.path.display(), by.join(", ")));
    }
}

/// Set aside what is damaged, and have the trials of lost objects computed again.
pub(super) fn mend(verification: &Verification<'_>, found: &mut Found<'_>) -> Result<(), Fault> {
    let store = match Store::open(verification.store, Access::Write) {
        Ok(store) => store,
        Err(error) => {
            // The check that follows counts it.
            found.fine(format!("nothing was mended: {error}"));
            return Ok(());
        }
    };
    let check = store.verify_all();
    if check.is_clean() {
        found.fine("nothing had to be mended".to_owned());
        return Ok(());
    }
    let observer = verification.workers.observer();
    let compute = |worker: &WorkerIdentity, keys: &BTreeSet<_>| {
        let pool = verification.workers.start(None, worker, None)?;
        RunContext::new(&store, &*pool, verification.data, &*observer).restore_objects(keys)
    };
    let Healed { set_aside, restored, left_to_run, failed } = heal(&store, &check, &*observer, &compute);
    drop(observer);
    let (root, left) = (
        store.root().display(),
        match left_to_run {
            0 => String::new(),
            count => format!("; {count} records are left to the next `renas run`, which computes them again"),
        },
    );
    found.fine(format!("store {root}: {set_aside} files set aside, {restored} objects made again{left}"));
    match failed.as_slice() {
        [] => Ok(()),
        failed => Err(anyhow::anyhow!("not everything could be mended: {}", failed.join("; "))).or_run_failed(),
    }
}
