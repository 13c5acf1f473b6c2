//! Reports in one file, stores that become one, and what of a store nothing reaches.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::bench::{Answer, Bench, files};

#[test]
fn a_packed_report_is_verified_where_it_is_unpacked_and_packs_to_the_same_bytes() {
    let bench = Bench::finished();
    bench.renas(&["archive", "pack", "one.tar.zst"]).expect(0, "records of the store; SHA-256");
    bench.renas(&["archive", "pack", "other.tar.zst"]).expect(0, "SHA-256");
    let [one, other] = ["one.tar.zst", "other.tar.zst"].map(|name| fs::read(bench.path(name)).expect("an archive"));
    assert!(one == other, "the same selection is the same bytes");
    bench.renas(&["archive", "unpack", "one.tar.zst", "elsewhere"]).expect(0, "each as it was promised");
    bench.renas(&["archive", "unpack", "one.tar.zst", "elsewhere"]).expect(2, "is there already");
    let there = |name: &str| bench.path("elsewhere").join(name).to_string_lossy().into_owned();
    let folders = [there("experiments"), there("reports"), there("store")];
    let flags = ["--experiments", &folders[0], "--reports", &folders[1], "--store", &folders[2]];
    bench.renas(&[&["verify"], &flags[..]].concat()).expect(0, "0 differences");
    for name in ["ro-crate-metadata.json", "environment.json", "CITATION.cff", "SHA256SUMS"] {
        assert!(bench.path("elsewhere").join(name).is_file() || name == "SHA256SUMS", "{name}");
    }
    let mut cut = one;
    cut.truncate(cut.len() / 2);
    fs::write(bench.path("cut.tar.zst"), cut).expect("writable");
    bench.renas(&["archive", "unpack", "cut.tar.zst", "nowhere"]).expect(2, "cut.tar.zst");
    assert!(!bench.path("nowhere").exists());
}

#[test]
fn stores_are_merged_by_key_and_never_with_themselves() {
    let bench = Bench::finished();
    bench.renas(&["archive", "merge", "artifacts"]).expect(2, "is the store itself");
    bench.renas(&["archive", "merge", "artifacts", "--store", "copy"]).expect(0, "records copied, 0 were there");
    bench.renas(&["archive", "merge", "artifacts", "--store", "copy"]).expect(0, "0 records copied");
    bench.renas(&["verify", "--store", "copy"]).expect(0, "0 differences");
    bench.renas(&["archive", "merge", "nothing"]).expect(2, "nothing");
}

#[test]
fn what_nothing_reaches_is_removed_only_when_that_is_asked_for() {
    let bench = Bench::finished();
    bench.renas(&["gc"]).expect(0, "nothing reaches: 0 records and 0 objects");
    // Another question, which no lock file names: its receipt keeps it until that is gone.
    bench.renas(&["run", "--numerics", "avx2", "--reports", "elsewhere"]);
    let all = files(&bench.path("artifacts/steps")).len();
    bench.renas(&["gc"]).expect(0, "nothing reaches: 0 records");
    fs::remove_dir_all(bench.path("artifacts/receipts")).expect("it is ours");
    bench.renas(&["gc"]).expect(0, "nothing was removed: `renas gc --yes` removes them");
    assert_eq!(files(&bench.path("artifacts/steps")).len(), all);
    bench.renas(&["gc", "--yes"]).expect(0, "removed: ");
    assert!(files(&bench.path("artifacts/steps")).len() < all);
    bench.renas(&["verify"]).expect(0, "0 differences");
    bench.renas(&["run"]).expect(0, "0 trials computed");
    fs::write(bench.path("experiments/locks/quick/econas.json"), "{}").expect("writable");
    bench.renas(&["gc", "--yes"]).expect(2, "econas.json");
}

/// A program of the system, whether it is there and ended well.
fn ran(folder: &Path, program: &str, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    command.output().is_ok_and(|output| output.status.success())
}

#[test]
fn what_is_signed_is_believed_of_those_on_the_list_and_of_nobody_else() {
    let bench = Bench::finished();
    let folder = bench.path(".");
    for name in ["mine", "other"] {
        if !ran(&folder, "ssh-keygen", &["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", name]) {
            return println!("skipped: no ssh-keygen here");
        }
        let key = bench.read(&format!("{name}.pub"));
        bench.write(&format!("{name}.signers"), &format!("{name}@example.org namespaces=\"renas\" {key}"));
    }
    let pack = |key: &str| bench.renas(&["archive", "pack", "one.tar.zst", "--sign", key]);
    pack("nothing").expect(3, "one.tar.zst was not signed with nothing");
    pack("mine").expect(0, "SHA-256");
    // Anybody can check it without this program.
    let line = "ssh-keygen -Y verify -n renas -I mine@example.org -f mine.signers -s one.tar.zst.sig < one.tar.zst";
    assert!(ran(&folder, "sh", &["-c", line]));
    let unpack =
        |to: &str, signers: &str| bench.renas(&["archive", "unpack", "one.tar.zst", to, "--signed-by", signers]);
    unpack("a", "mine.signers").expect(0, "one.tar.zst is signed by mine@example.org");
    unpack("b", "other.signers").expect(2, "one.tar.zst is not signed by anybody in other.signers");
    unpack("b", "nobody").expect(2, "there is no nobody");
    let mut longer = fs::read(bench.path("one.tar.zst")).expect("an archive");
    longer.push(0);
    fs::write(bench.path("one.tar.zst"), longer).expect("writable");
    unpack("b", "mine.signers").expect(2, "is not signed by anybody");
    assert!(!bench.path("b").exists());

    let verify = |signers: &str| bench.renas(&["verify", "--signed-by", signers]);
    verify("mine.signers").expect(4, "there is no reports/quick.sig");
    bench.renas(&["report", "--sign", "mine"]).expect(0, "reports/quick.sig signs reports/quick/SHA256SUMS");
    verify("mine.signers").expect(0, "reports/quick/SHA256SUMS is signed by mine@example.org");
    verify("other.signers").expect(4, "is not signed by anybody in other.signers");
}

#[test]
fn a_commit_is_certified_in_a_fresh_clone_and_what_differs_is_named() {
    let bench = Bench::finished();
    let repository = bench.path(".");
    let git = |arguments: &[&str]| {
        let who = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main"];
        ran(&repository, "git", &[&who[..], arguments].concat())
    };
    assert!(git(&["init", "-q"]) && git(&["add", "experiments", "reports"]) && git(&["commit", "-q", "-m", "one"]));
    assert!(git(&["tag", "v1"]));
    let certify = |what: &str, to: &str| bench.renas(&["certify", what, "--by", "B <b@example.org>", "--to", to]);
    certify(".@v1", "fine").expect(0, "certificate.md");
    let text = bench.read("fine/certificate.md");
    assert!(text.starts_with("# Certificate: every promise is kept"), "{text}");
    assert!(text.contains("B \\<b@example.org>") && text.contains("- 1 report rebuilt from their evidence"), "{text}");
    assert!(bench.read("fine/certificate.html").contains("B &lt;b@example.org&gt;"));
    certify(".@v1", "fine").expect(2, "certificate.md is there already");
    let page = bench.read("reports/quick/index.md");
    bench.write("reports/quick/index.md", &format!("{page}\nmore\n"));
    assert!(git(&["commit", "-q", "-a", "-m", "two"]));
    // What is committed counts, and the tag is as good as it was.
    certify(".", "bad").expect(4, "index.md");
    assert!(bench.read("bad/certificate.md").contains("## What differs"));
    certify(".@v1", "again").expect(0, "certificate.html");
    certify(".@nothing", "none").expect(2, "has no commit nothing");
    certify("nowhere", "none").expect(2, "cannot clone nowhere");
    certify("--upload-pack=x", "none").expect(2, "");
    assert!(!bench.path("none").exists());
}

/// What `scripts/validate_crate` says of a folder; nothing where the validator is not there.
fn validated(folder: &Path) -> Option<Answer> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/validate_crate");
    let answer = Answer::of(&Command::new(script).arg(folder).output().ok()?);
    (answer.code != Some(3)).then_some(answer)
}

/// Every `@id` below a value: what it speaks of.
fn spoken_of<'v>(value: &'v Value, found: &mut Vec<&'v str>) {
    match value {
        Value::Object(entries) => {
            found.extend(entries.get("@id").and_then(Value::as_str));
            entries.values().for_each(|inner| spoken_of(inner, found));
        }
        Value::Array(items) => items.iter().for_each(|inner| spoken_of(inner, found)),
        _ => {}
    }
}

#[test]
fn an_archive_is_a_ro_crate_by_its_rules_and_to_a_public_validator() {
    let bench = Bench::finished();
    bench.renas(&["archive", "pack", "one.tar.zst"]).expect(0, "SHA-256");
    bench.renas(&["archive", "unpack", "one.tar.zst", "crate"]).expect(0, "each as it was promised");
    let folder = bench.path("crate");
    let metadata = folder.join("ro-crate-metadata.json");
    let read = || -> Value { serde_json::from_slice(&fs::read(&metadata).expect("metadata")).expect("JSON") };
    // What the validator does not look at: each thing is described once, and nothing is spoken of that is not described.
    let document = read();
    let graph = document["@graph"].as_array().expect("a list");
    let described: BTreeSet<&str> = graph.iter().map(|one| one["@id"].as_str().expect("an identity")).collect();
    assert_eq!(described.len(), graph.len(), "an @id stands twice");
    let mut spoken = Vec::new();
    spoken_of(&document, &mut spoken);
    let unknown: Vec<&&str> = spoken.iter().filter(|id| !described.contains(**id)).collect();
    assert_eq!(unknown, [&"https://w3id.org/ro/crate/1.1"], "only the specification is described elsewhere");
    let root = graph.iter().find(|one| one["@id"] == "./").expect("the root");
    let parts: Vec<&str> =
        root["hasPart"].as_array().expect("a list").iter().filter_map(|one| one["@id"].as_str()).collect();
    for part in &parts {
        let size = fs::metadata(folder.join(part)).unwrap_or_else(|error| panic!("{part}: {error}")).len().to_string();
        assert_eq!(
            graph.iter().find(|one| one["@id"] == *part).expect("described")["contentSize"],
            size.as_str(),
            "{part}"
        );
    }
    assert_eq!(parts.len() + 1, files(&folder).len(), "all but the metadata are parts");

    let Some(answer) = validated(&folder) else {
        return println!("skipped: no RO-Crate validator here; `scripts/validate_crate --install` brings it");
    };
    answer.expect(0, "is a valid RO-Crate 1.1; 0 issues");
    for (from, to, said) in [
        ("\"conformsTo\"", "\"like\"", "MUST have a `conformsTo` property"),
        ("\"license\"", "\"terms\"", "MUST have a `license` property"),
        ("\"datePublished\"", "\"day\"", "MUST have a `datePublished` property"),
    ] {
        let text = read().to_string();
        assert_eq!(text.matches(from).count(), 1, "{from}");
        fs::write(&metadata, text.replace(from, to)).expect("writable");
        validated(&folder).expect("it was there").expect(1, said);
        fs::write(&metadata, text).expect("writable");
    }
}
