//! What verification compares with what was promised, and how a store is mended.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::bench::{Bench, files, program, worker};

fn name_of(bench: &Bench, path: &Path) -> String {
    path.strip_prefix(bench.path("")).expect("in the bench").to_string_lossy().into_owned()
}

/// Every path that a verification in JSON says to differ.
fn differences(bench: &Bench, arguments: &[&str]) -> Vec<String> {
    let answer = bench.renas(&[&["verify", "--json"], arguments].concat());
    answer.expect(4, "differences");
    let parsed: Value = serde_json::from_str(&answer.stdout).expect("JSON whatever is wrong");
    let lines = parsed["differences"].as_array().expect("a list").iter();
    lines.map(|line| line.as_str().expect("text").to_owned()).collect()
}

#[test]
fn every_deleted_object_and_record_is_named_while_a_store_that_is_not_there_is_none() {
    let bench = Bench::finished();
    let objects = files(&bench.path("artifacts/objects"));
    let records = files(&bench.path("artifacts/steps"));
    let places: Vec<&PathBuf> = objects.iter().step_by(7).chain(records.iter().step_by(3)).collect();
    assert!(places.len() > 12, "{}", places.len());
    for place in &places {
        let bytes = fs::read(place).expect("readable");
        fs::remove_file(place).expect("it is ours");
        let found = differences(&bench, &[]);
        let name = name_of(&bench, place);
        assert!(found.iter().any(|line| line.starts_with(&format!("{name}: it is lost"))), "{name}: {found:?}");
        fs::write(place, bytes).expect("writable");
    }
    println!("{} deleted files of a store, all named", places.len());
    bench.renas(&["verify"]).expect(0, "0 differences");
    for folder in ["steps", "receipts"] {
        fs::remove_dir_all(bench.path("artifacts").join(folder)).expect("it is ours");
    }
    bench.renas(&["verify"]).expect(4, "artifacts/steps: there is no intact record, and");
    // A clone has no store, and no weights.
    fs::remove_dir_all(bench.path("artifacts")).expect("it is ours");
    bench.renas(&["verify"]).expect(0, "there is none yet").expect(0, "0 objects and 0 records of the store");
}

#[test]
fn what_lock_files_promise_and_is_not_there_is_named() {
    let bench = Bench::finished();
    fs::rename(bench.path("reports"), bench.path("hidden")).expect("it is ours");
    bench
        .renas(&["verify"])
        .expect(4, "reports/quick: it is not there, and experiments/locks/quick/econas.json promises");
    bench.renas(&["verify", "--reports", "nowhere"]).expect(4, "nowhere/quick: it is not there");
    fs::rename(bench.path("hidden"), bench.path("reports")).expect("it is ours");
    fs::rename(bench.path("reports/quick/econas"), bench.path("hidden")).expect("it is ours");
    bench.renas(&["verify"]).expect(4, "reports/quick/econas: its evidence is not there");
}

#[test]
fn where_there_is_nothing_to_verify_it_says_so_and_fails() {
    let bench = Bench::new();
    bench.renas(&["verify"]).expect(2, "there is nothing to verify");
    let bench = Bench::new();
    bench.renas(&["run"]).expect(0, "report:");
    // A store is there, and no promise of a report.
    bench.renas(&["verify", "--reports", "nowhere"]).expect(2, "there is no folder nowhere");
    bench.renas(&["verify", "--profile", "paper"]).expect(2, "paper: there is no report of this profile");
    let bench = Bench::finished();
    bench.renas(&["verify", "--only", "econas/serch/*"]).expect(2, "no study of econas matches `serch/*`");
}

#[test]
fn a_store_that_lost_its_format_file_is_named_and_judged_all_the_same() {
    let bench = Bench::finished();
    let object = files(&bench.path("artifacts/objects")).remove(0);
    fs::set_permissions(&object, fs::Permissions::from_mode(0o644)).expect("it is ours");
    fs::write(&object, "damaged").expect("writable");
    fs::remove_file(bench.path("artifacts/format.json")).expect("it is ours");
    let found = differences(&bench, &[]);
    assert!(found.iter().any(|line| line.contains("artifacts/format.json is lost")), "{found:?}");
    assert!(found.iter().any(|line| line.starts_with(&name_of(&bench, &object))), "{found:?}");
    fs::remove_dir_all(bench.path("artifacts/receipts")).expect("it is ours");
    bench.renas(&["run"]).expect(3, "put its one line back: {\"format\": 1}");
}

#[test]
fn an_unreadable_or_altered_item_ends_nothing_and_every_other_one_is_judged() {
    let bench = Bench::finished();
    let lock = bench.path("experiments/locks/quick/econas.json");
    let (lock_bytes, sums) = (fs::read(&lock).expect("readable"), bench.path("reports/quick/SHA256SUMS"));
    let record = files(&bench.path("artifacts/steps")).remove(0);
    let record_bytes = fs::read(&record).expect("readable");
    // A folder in the place of a file cannot be read by anyone.
    let unreadable = |path: &Path| {
        fs::remove_file(path).expect("it is ours");
        fs::create_dir(path).expect("writable");
    };
    fs::write(&lock, "{}").expect("writable");
    unreadable(&sums);
    fs::remove_file(&record).expect("it is ours");
    let object = files(&bench.path("artifacts/objects")).remove(0);
    fs::set_permissions(&object, fs::Permissions::from_mode(0o644)).expect("it is ours");
    fs::write(&object, "damaged").expect("writable");
    let found = differences(&bench, &[]);
    for part in [
        "experiments/locks/quick/econas.json is damaged",
        "reports/quick/SHA256SUMS: it cannot be read",
        &name_of(&bench, &record),
        &name_of(&bench, &object),
    ] {
        assert!(found.iter().any(|line| line.contains(part)), "{part}: {found:?}");
    }
    fs::write(&lock, lock_bytes).expect("writable");
    fs::remove_dir(&sums).expect("it is ours");
    fs::write(&record, record_bytes).expect("writable");
    let found = differences(&bench, &[]);
    assert!(found.iter().any(|line| line.contains("SHA256SUMS: it is not there")), "{found:?}");
    bench.write("experiments/valp.yaml", "no manifest");
    let found = differences(&bench, &[]);
    assert!(found.iter().any(|line| line.contains("experiments/valp.yaml")), "{found:?}");
    assert!(found.iter().any(|line| line.starts_with(&name_of(&bench, &object))), "{found:?}");
}

/// A worker that counts the tasks it is given.
fn counting_worker(bench: &Bench) -> String {
    let script = format!(
        "#!/bin/sh\n'{}' \"$@\" --doctor >/dev/null 2>&1\nwhile read line; do echo >> '{}'; echo \"$line\"; done | exec '{}' \"$@\"\n",
        worker().display(),
        bench.path("asked").display(),
        worker().display()
    );
    program(&bench.path("counting-worker"), script)
}

fn asked(bench: &Bench) -> usize {
    let path = bench.path("asked");
    let count = fs::read_to_string(&path).map_or(0, |text| text.lines().count());
    let _ = fs::remove_file(path);
    count
}

#[test]
fn the_next_run_or_verify_heal_makes_damaged_and_lost_objects_again_and_trains_nothing_else() {
    let bench = Bench::finished();
    let counting = counting_worker(&bench);
    let environment = [("RENAS_WORKER", counting.as_str())];
    let expected = (bench.digests("reports"), bench.digests("artifacts/objects"));
    let objects = files(&bench.path("artifacts/objects"));
    for arguments in [&["run"][..], &["verify", "--heal"]] {
        let (damaged, lost) = (&objects[0], objects.last().expect("several"));
        fs::set_permissions(damaged, fs::Permissions::from_mode(0o644)).expect("it is ours");
        fs::write(damaged, "damaged").expect("writable");
        fs::remove_file(lost).expect("it is ours");
        bench.renas(&["verify"]).expect(4, "it is lost").expect(4, "have the SHA-256");
        bench.renas_with(&environment, arguments).expect(0, "objects");
        let trained = asked(&bench);
        assert!((1..=2).contains(&trained), "{arguments:?} asked for {trained} trainings");
        bench.renas(&["verify"]).expect(0, "0 differences");
        assert_eq!((bench.digests("reports"), bench.digests("artifacts/objects")), expected, "{arguments:?}");
    }
    bench.renas_with(&environment, &["run"]).expect(0, "every digest is as promised");
    assert_eq!(asked(&bench), 0);
    bench.renas(&["verify", "--heal"]).expect(0, "nothing had to be mended");
}

#[test]
fn damaged_and_lost_records_are_set_aside_by_heal_and_computed_by_the_next_run() {
    let bench = Bench::finished();
    let expected = bench.digests("reports");
    let records = files(&bench.path("artifacts/steps"));
    let is_trial = |path: &&PathBuf| fs::read_to_string(path).is_ok_and(|text| text.contains(r#""step":"train""#));
    let trials: Vec<&PathBuf> = records.iter().filter(is_trial).collect();
    fs::set_permissions(trials[0], fs::Permissions::from_mode(0o644)).expect("it is ours");
    fs::write(trials[0], "{").expect("writable");
    fs::remove_file(trials[1]).expect("it is ours");
    bench.renas(&["verify", "--heal"]).expect(0, "2 records are left to the next `renas run`");
    bench.renas(&["run", "--fresh"]).expect(0, "2 trials computed");
    assert_eq!(bench.digests("reports"), expected);
    bench.renas(&["verify"]).expect(0, "0 differences");
}

/// From a claim's card to the trial that it rests on, and from there to the command that its page shows.
#[test]
fn the_command_of_a_trials_page_computes_that_trial_again() {
    let bench = Bench::new();
    bench.renas(&["run", "--update-lock"]).expect(0, "report:");
    let card = bench.read("reports/quick/econas/index.html");
    let key =
        card.split("href=\"trials/").nth(1).and_then(|rest| rest.split('.').next()).expect("a claim with a trial");
    let page = bench.read(&format!("reports/quick/econas/trials/{key}.html"));
    let command = page.split("<code class=\"copy\">renas ").nth(1).and_then(|rest| rest.split("</code>").next());
    let arguments: Vec<&str> = command.expect("a command").split(' ').collect();
    assert!(arguments.contains(&key), "{arguments:?}");
    bench.renas(&arguments).expect(0, "1 trials were computed again").expect(0, "1 trials compared, 1 bit-equal");
    let unknown = [&arguments[..arguments.len() - 1], &["no-key"]].concat();
    bench.renas(&unknown).expect(2, "has a key that begins with `no-key`");
}
