//! `renas gc`: remove from the store what nothing reaches, after saying what.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde_json::json;

use super::arguments::{Common, Gc};
use super::exit::{Classify as _, Failure};
use renas_base::files;
use renas_harness::evidence;
use renas_harness::lockfile::Lock;
use renas_harness::report_folder::listing;
use renas_harness::store::{Access, Key, Store};

/// Say what nothing reaches, and remove it where that was asked for.
pub fn gc(common: &Common, arguments: &Gc) -> Result<(), Failure> {
    let access = if arguments.yes { Access::Write } else { Access::Read };
    let store = Store::open(&common.store, access).or_bad_input()?;
    let roots = roots(common, &arguments.reports)?;
    let garbage = store.garbage(&roots).or_run_failed()?;
    if arguments.yes {
        store.remove(&garbage).or_run_failed()?;
    }
    let (records, objects, bytes) = (garbage.records.len(), garbage.objects.len(), garbage.bytes);
    if common.json {
        outln!(
            "{}",
            json!({
                "removed": arguments.yes, "records": records, "objects": objects, "bytes": bytes,
                "kept_records": garbage.kept_records, "kept_objects": garbage.kept_objects,
            })
        );
        return Ok(());
    }
    if common.verbose {
        garbage.records.iter().chain(&garbage.objects).for_each(|path| outln!("{}", path.display()));
    }
    let (kept_records, kept_objects) = (garbage.kept_records, garbage.kept_objects);
    let done = if arguments.yes { "removed" } else { "nothing reaches" };
    outln!(
        "{done}: {records} records and {objects} objects, {}; {kept_records} records and {kept_objects} objects stay",
        size(bytes)
    );
    if !arguments.yes && records + objects > 0 {
        outln!("nothing was removed: `renas gc --yes` removes them, -v names them");
    }
    Ok(())
}

/// What lock files and evidence name. One that cannot be read is an error: what it names would be lost.
fn roots(common: &Common, reports: &Path) -> Result<BTreeSet<Key>, Failure> {
    let mut keys = BTreeSet::new();
    for path in below(&common.experiments.join("locks"), ".json")? {
        keys.extend(Lock::read(&path).or_bad_input()?.into_iter().flat_map(|lock| lock.trials.into_keys()));
    }
    for path in below(reports, ".jsonl.zst")? {
        let bytes = files::read(&path).with_context(|| format!("cannot read {}", path.display())).or_bad_input()?;
        keys.extend(evidence::read(&path, bytes).or_bad_input()?.kept().keys());
    }
    Ok(keys)
}

/// The files below a folder whose names end so.
fn below(folder: &Path, ending: &str) -> Result<Vec<PathBuf>, Failure> {
    let all = listing(folder).or_bad_input()?;
    let is_it = |path: &PathBuf| path.to_string_lossy().ends_with(ending);
    Ok(all.into_iter().filter(is_it).map(|path| folder.join(path)).collect())
}

/// Bytes, roughly.
pub(super) fn size(bytes: u64) -> String {
    match bytes {
        bytes if bytes < 10_000 => format!("{bytes} bytes"),
        bytes if bytes < 10_000_000 => format!("{:.0} kB", bytes as f64 / 1e3),
        bytes => format!("{:.0} MB", bytes as f64 / 1e6),
    }
}
