//! `renas archive`: reports with all that they need in one file, and stores that become one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use serde_json::json;

use super::arguments::{ArchiveCommand, Common};
use super::exit::{Classify as _, Failure};
use super::gc::size;
use super::session::Session;
use renas_base::files;
use renas_harness::archive::{self, About, METADATA, STORE, Source};
use renas_harness::evidence;
use renas_harness::lockfile::{self, Lock};
use renas_harness::manifest::model::{Manifest, Profile};
use renas_harness::report_folder::listing;
use renas_harness::signature;
use renas_harness::store::{Access, Key, Store};

/// Pack, unpack or merge.
pub fn archive(common: &Common, command: &ArchiveCommand) -> Result<(), Failure> {
    match command {
        ArchiveCommand::Pack { file, sign, reports } => pack(common, file, sign.as_deref(), reports),
        ArchiveCommand::Unpack { file, folder, signed_by } => {
            if let Some(signers) = signed_by {
                let signer = signature::check(file, &signature::beside(file), signers).or_bad_input()?;
                super::say(common, &format!("{} is signed by {signer}", file.display()));
            }
            let unpacked = archive::unpack(file, folder).or_bad_input()?;
            let (members, bytes) = (unpacked.members, unpacked.bytes);
            told(
                common,
                json!({"members": members, "bytes": bytes, "folder": folder}),
                &format!("{}: {members} files, {}, each as it was promised", folder.display(), size(bytes)),
            );
            Ok(())
        }
        ArchiveCommand::Merge { other } => merge(common, other),
    }
}

fn told(common: &Common, answer: serde_json::Value, line: &str) {
    match common.json {
        true => outln!("{answer}"),
        false => outln!("{line}"),
    }
}

/// What is packed, by name.
#[derive(Default)]
struct Selection {
    members: BTreeMap<String, Source>,
    locks: Vec<Lock>,
    keys: BTreeSet<Key>,
}

fn pack(common: &Common, file: &Path, key: Option<&Path>, reports: &Path) -> Result<(), Failure> {
    let session = Session::open(common)?;
    let mut selection = Selection::default();
    let manifests: Vec<&Manifest> = session.experiments.iter().map(|selected| &selected.manifest).collect();
    let profiles = match common.profile {
        Some(_) => vec![session.profile],
        None => Profile::of_all(manifests.iter().copied()),
    };
    for manifest in &manifests {
        selection.add_manifest(manifest)?;
        for profile in &profiles {
            selection.add_report(common, reports, *profile, &manifest.id)?;
        }
    }
    if selection.locks.is_empty() && selection.keys.is_empty() {
        return Err(anyhow!("nothing to pack: no lock file and no report of what was selected")).or_bad_input();
    }
    if common.only.is_none() {
        let above = ["index.html", "compare.html"].map(|name| (name.to_owned(), reports.join(name)));
        let of_profile = |profile: &Profile| {
            let name = profile.name();
            let files = ["/index.html", "/index.md", "/SHA256SUMS", ".sig"].map(|file| format!("{name}{file}"));
            files.map(|file| (file.clone(), reports.join(file)))
        };
        for (name, path) in
            above.into_iter().chain(profiles.iter().flat_map(of_profile)).filter(|(_, path)| path.is_file())
        {
            selection.members.insert(format!("reports/{name}"), Source::File(path));
        }
    }
    let stored = selection.add_store(common)?;
    selection.describe(&manifests)?;
    let packed = archive::pack(file, &selection.members).or_run_failed()?;
    if let Some(key) = key {
        signature::sign(file, key, &signature::beside(file)).or_run_failed()?;
    }
    told(
        common,
        json!({
            "file": file, "members": packed.members, "bytes": packed.bytes, "size": packed.size, "sha256": packed.digest,
            "records": stored,
        }),
        &format!(
            "{}: {} files, {} ({} packed), {stored} records of the store; SHA-256 {}",
            file.display(),
            packed.members,
            size(packed.bytes),
            size(packed.size),
            packed.digest
        ),
    );
    Ok(())
}

impl Selection {
    /// The files of a manifest, below `experiments/`.
    fn add_manifest(&mut self, manifest: &Manifest) -> Result<(), Failure> {
        if manifest.file.is_file() {
            let name = format!("experiments/{}.yaml", manifest.id);
            self.members.insert(name, Source::File(manifest.file.clone()));
            return Ok(());
        }
        self.add_folder(&manifest.file, &format!("experiments/{}", manifest.id))
    }

    fn add_folder(&mut self, folder: &Path, name: &str) -> Result<(), Failure> {
        for path in listing(folder).or_bad_input()? {
            let inner = path.to_string_lossy().replace('\\', "/");
            self.members.insert(format!("{name}/{inner}"), Source::File(folder.join(path)));
        }
        Ok(())
    }

    /// The report of an experiment at a profile, its lock file and what both name.
    fn add_report(&mut self, common: &Common, reports: &Path, profile: Profile, id: &str) -> Result<(), Failure> {
        let path = lockfile::path(&common.experiments, profile, id);
        if let Some(lock) = Lock::read(&path).or_bad_input()? {
            self.keys.extend(lock.trials.keys());
            self.members.insert(format!("experiments/locks/{profile}/{id}.json"), Source::File(path));
            self.locks.push(lock);
        }
        let folder = reports.join(profile.name()).join(id);
        let path = folder.join(evidence::FILE);
        if path.is_file() {
            let bytes = files::read(&path).with_context(|| format!("cannot read {}", path.display())).or_bad_input()?;
            self.keys.extend(evidence::read(&path, bytes).or_bad_input()?.kept().keys());
            self.add_folder(&folder, &format!("reports/{profile}/{id}"))?;
        }
        Ok(())
    }

    /// The records of the store that the selection names, and the objects that these name; how many records.
    fn add_store(&mut self, common: &Common) -> Result<usize, Failure> {
        let Ok(store) = Store::open(&common.store, Access::Read) else { return Ok(0) };
        let mut count = 0;
        let mut add = |path: PathBuf| {
            let inner = path.strip_prefix(store.root()).expect("it lies in the store").to_string_lossy().into_owned();
            self.members.insert(format!("{STORE}/{inner}"), Source::File(path));
        };
        for key in store.keys().into_iter().filter(|key| self.keys.contains(key)) {
            let record = store.record(key).or_run_failed()?;
            record.objects().map(|digest| store.object_path(digest)).filter(|path| path.is_file()).for_each(&mut add);
            add(store.step_path(key));
            count += 1;
        }
        if count > 0 {
            add(store.root().join("format.json"));
        }
        Ok(count)
    }

    /// What computed it all, how to cite it, and what other programs read.
    fn describe(&mut self, manifests: &[&Manifest]) -> Result<(), Failure> {
        let workers: BTreeSet<_> = self.locks.iter().map(|lock| &lock.worker).collect();
        let fingerprints: BTreeSet<_> = self.locks.iter().flat_map(|lock| &lock.fingerprints).collect();
        let version = env!("CARGO_PKG_VERSION");
        let environment = json!({"renas": version, "workers": workers, "numeric_fingerprints": fingerprints});
        let mut add = |name: &str, text: String| {
            self.members.insert(name.to_owned(), Source::Bytes(text.into_bytes()));
        };
        add("environment.json", format!("{environment:#}\n"));
        let citation = std::fs::read_to_string("CITATION.cff").unwrap_or_else(|_| citation(version));
        add("CITATION.cff", citation);
        let days = manifests
            .iter()
            .flat_map(|manifest| &manifest.claims)
            .flat_map(|claim| claim.amended.iter().map(|one| one.on.clone()).chain(claim.added.clone()));
        let titles: Vec<&str> = manifests.iter().map(|manifest| manifest.title.as_str()).collect();
        let about = About {
            name: "Reproducibility reports of renas".to_owned(),
            description: format!("Manifests, verdicts, evidence and records of: {}.", titles.join("; ")),
            day: days.max().unwrap_or_else(|| "1970-01-01".to_owned()),
            papers: manifests.iter().map(|one| (one.paper.title.clone(), one.paper.link.clone())).collect(),
            version: version.to_owned(),
        };
        let sizes: Result<BTreeMap<String, u64>, Failure> = self
            .members
            .iter()
            .map(|(name, source)| {
                let size = match source {
                    Source::Bytes(bytes) => bytes.len() as u64,
                    Source::File(path) => {
                        path.metadata().with_context(|| path.display().to_string()).or_bad_input()?.len()
                    }
                };
                Ok((name.clone(), size))
            })
            .collect();
        let text = archive::ro_crate(&about, &sizes?);
        self.members.insert(METADATA.to_owned(), Source::Bytes(text.into_bytes()));
        Ok(())
    }
}

fn citation(version: &str) -> String {
    format!(
        "cff-version: 1.2.0\nmessage: Please cite the papers that the reports are about, and renas.\ntitle: renas\ntype: software\n\
         version: {version}\nauthors:\n  - name: The renas developers\nlicense: [MIT, Apache-2.0]\n"
    )
}

fn merge(common: &Common, other: &Path) -> Result<(), Failure> {
    let other = Store::open(other, Access::Read).or_bad_input()?;
    let store = Store::open(&common.store, Access::Write).or_bad_input()?;
    let merged = store.merge(&other).or_bad_input()?;
    let unexpected = merged.conflicts.iter().filter(|conflict| conflict.is_non_determinism()).count();
    if common.json {
        outln!("{}", json!(merged));
    } else {
        outln!(
            "{} records copied, {} were there with the same result, {} objects restored, {} measured times left as they were",
            merged.copied,
            merged.same,
            merged.restored,
            merged.times
        );
        for conflict in &merged.conflicts {
            let what = match conflict.is_non_determinism() {
                true => "two results of one numeric class: something is not deterministic",
                false => "two results of two numeric classes, as is to be expected",
            };
            outln!("{} {}: {what}; ours is kept", conflict.step, conflict.key);
        }
        merged.damaged.iter().for_each(|why| outln!("left out: {why}"));
    }
    match unexpected + merged.damaged.len() {
        0 => Ok(()),
        count => Err(Failure::Differs(count)),
    }
}
