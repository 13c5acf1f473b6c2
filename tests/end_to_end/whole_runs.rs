//! The same bytes on every path, and what verification finds.

use std::fs;

use crate::bench::{Bench, files};
use crate::expected;

#[test]
fn a_run_gives_the_same_bytes_again_from_the_store_with_one_job_and_from_an_empty_store() {
    let bench = Bench::new();
    bench.renas(&["run", "--update-lock"]).expect(0, "computed");
    expected::compare(&bench, "econas");
    let first = bench.digests("reports");
    assert!(first.len() > 10, "{first:?}");
    let again = bench.renas(&["run"]);
    again.expect(0, "every digest is as promised").expect(0, "0 trials computed");
    assert_eq!(bench.digests("reports"), first);
    bench.renas(&["run", "--jobs", "1", "--store", "other"]).expect(0, "every digest is as promised");
    assert_eq!(bench.digests("reports"), first);
    bench.renas(&["report"]).expect(0, "0 files changed");
    fs::remove_file(bench.path("reports/quick/index.html")).expect("it was written");
    bench.renas(&["report"]).expect(0, "1 files changed");
    assert_eq!(bench.digests("reports"), first);
}

#[test]
fn the_report_does_not_depend_on_locale_time_zone_or_folder() {
    let (here, there) = (Bench::new(), Bench::new());
    here.renas(&["run"]).expect(0, "report:");
    let environment = [("LANG", "tr_TR.UTF-8"), ("LC_ALL", "de_DE.UTF-8"), ("TZ", "Asia/Kathmandu")];
    there.renas_with(&environment, &["run"]).expect(0, "report:");
    assert_eq!(here.digests("reports"), there.digests("reports"));
}

#[test]
fn verification_passes_after_a_run_and_names_every_altered_file_of_report_and_store() {
    let bench = Bench::new();
    bench.renas(&["run", "--update-lock"]).expect(0, "report:");
    bench.renas(&["verify"]).expect(0, "expected agreement bit, reached bit");
    let mut altered = 0;
    let mut places = files(&bench.path("reports/quick"));
    places.extend(files(&bench.path("artifacts/steps")).into_iter().step_by(40));
    places.extend(files(&bench.path("artifacts/objects")).into_iter().step_by(20));
    for place in places {
        let bytes = fs::read(&place).expect("readable");
        let mut wrong = bytes.clone();
        wrong[bytes.len() / 2] ^= 1;
        make_writable(&place);
        fs::write(&place, &wrong).expect("writable");
        let name = place.file_name().expect("a file").to_string_lossy().into_owned();
        let said = if name == "SHA256SUMS" { "SHA256SUMS" } else { name.as_str() };
        bench.renas(&["verify"]).expect(4, said);
        fs::write(&place, &bytes).expect("writable");
        altered += 1;
    }
    println!("{altered} files altered by one bit each, all named");
    bench.renas(&["verify"]).expect(0, "ok");
}

#[test]
fn another_numeric_class_is_judged_by_tolerance_or_verdict_and_is_no_failure() {
    let bench = Bench::new();
    bench.renas(&["run", "--update-lock"]).expect(0, "report:");
    let committed = bench.digests("reports");
    let other = bench.renas(&["run", "--numerics", "avx2", "--store", "other", "--reports", "elsewhere"]);
    other.expect(0, "another numeric class");
    assert_eq!(bench.digests("reports"), committed);
    let verified = bench.renas(&["verify", "--store", "other"]);
    verified.expect(0, "numerics avx2").expect(0, "expected agreement numeric, reached");
}

#[test]
fn trials_computed_again_in_an_empty_store_agree_bit_for_bit() {
    let bench = Bench::new();
    bench.renas(&["run", "--update-lock"]).expect(0, "report:");
    let again = bench.renas(&["verify", "--rerun", "--sample", "3"]);
    again.expect(0, "3 trials were computed again").expect(0, "3 trials compared, 3 bit-equal");
}

#[test]
fn renas_links_no_libtorch() {
    let output = std::process::Command::new("ldd").arg(env!("CARGO_BIN_EXE_renas")).output().expect("ldd runs");
    let libraries = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && libraries.contains("libc.so"), "{libraries}");
    assert!(!libraries.contains("torch") && !libraries.contains("c10"), "{libraries}");
}

#[test]
fn answers_for_machines_are_json() {
    let bench = Bench::new();
    bench.renas(&["run", "--update-lock", "--quiet"]).expect(0, "");
    for arguments in [&["list"][..], &["plan"], &["status"], &["verify"], &["run"], &["doctor"], &["data", "list"]] {
        let answer = bench.renas(&[arguments, &["--json"]].concat());
        answer.expect(0, "");
        let parsed: Result<serde_json::Value, _> = serde_json::from_str(&answer.stdout);
        assert!(parsed.is_ok(), "{arguments:?}: {}", answer.stdout);
    }
}

fn make_writable(path: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o644)).expect("it is ours");
}

#[test]
fn a_run_that_was_done_is_only_looked_at_until_something_it_read_or_wrote_changes() {
    let bench = Bench::new();
    let receipt = || {
        let receipts = files(&bench.path("artifacts/receipts"));
        assert_eq!(receipts.len(), 1);
        // A receipt that is written anew is another file.
        std::os::unix::fs::MetadataExt::ino(&receipts[0].metadata().expect("it is there"))
    };
    let looks = |said: &str| {
        let before = receipt();
        bench.renas(&["run", "--fresh"]).expect(0, said);
        receipt() == before
    };
    bench.renas(&["run", "--fresh"]).expect(0, "0 from the store");
    let expected = bench.digests("reports");
    assert!(looks("0 trials computed, 18 from the store"));
    assert!(looks("(0 files changed)"));
    bench.write("reports/quick/index.md", "another report");
    assert!(!looks("(1 files changed)"));
    bench.write("reports/quick/notes.txt", "a file that no report has");
    assert!(!looks("left as they are: notes.txt"));
    assert!(looks("left as they are: notes.txt"));
    fs::remove_file(bench.path("reports/quick/notes.txt")).expect("it is ours");
    assert!(!looks("report:"));
    assert_eq!(bench.digests("reports"), expected);
    let record = files(&bench.path("artifacts/steps")).into_iter().next().expect("a record");
    fs::remove_file(&record).expect("it is ours");
    assert!(!looks("report:"));
    assert!(record.exists(), "what was lost was made again");
    assert!(looks("(0 files changed)"));
    bench.edit("econas/claims.yaml", "Over the generations", "Over the years");
    assert!(!looks("files changed"));
    assert_ne!(bench.digests("reports"), expected);
    fs::remove_dir_all(bench.path("artifacts/receipts")).expect("it is ours");
    bench.renas(&["run", "--fresh"]).expect(0, "0 trials computed");
    assert!(looks("(0 files changed)"));
}

#[test]
fn a_doctor_starts_its_checks_side_by_side_and_no_worker_for_a_gpu_that_is_not_there() {
    let bench = Bench::new();
    // Each start waits for the other: one after the other they would wait for ever.
    let (real, folder) = (crate::bench::worker(), bench.path(""));
    let script = format!(
        "#!/bin/sh\ncd '{}'\necho x >> starts\nwhile [ $(wc -l < starts) -lt 2 ]; do sleep 0.05; done\nexec '{}' \"$@\"\n",
        folder.display(),
        real.display()
    );
    let program = crate::bench::program(&bench.path("waiting-worker"), &script);
    let answer = bench.renas_with(&[("RENAS_WORKER", &program)], &["doctor"]);
    answer.expect(0, "portable  cpu: libtorch").expect(0, "avx2      cpu: libtorch");
    if !["/dev/nvidiactl", "/dev/dxg"].iter().any(|device| std::path::Path::new(device).exists()) {
        answer.expect(0, "this machine shows no NVIDIA GPU");
        assert_eq!(bench.read("starts").lines().count(), 2);
    }
}

#[test]
fn studies_are_run_and_counted_without_reading_claims_and_what_a_profile_lacks_is_looked_for_in_the_others() {
    let bench = Bench::new();
    let sound = bench.read("experiments/econas/claims.yaml");
    bench.write("experiments/econas/claims.yaml", "claims: [{id: broken}]\n");
    bench.renas(&["run", "--only", "econas/table/*"]).expect(0, "12 trials computed");
    bench.renas(&["status"]).expect(0, "econas");
    bench.renas(&["plan"]).expect(2, "claims.yaml");
    bench.renas(&["run"]).expect(2, "claims.yaml");
    // A name that only other profiles have is none that is misspelt; one that no profile has is.
    let first = sound.find("quantity: ").expect("a claim names a quantity") + "quantity: ".len();
    let end = first + sound[first..].find(['\n', ',', '}', ']']).expect("the name ends");
    let misspelt = format!("{}no.such.quantity{}", &sound[..first], &sound[end..]);
    bench.write("experiments/econas/claims.yaml", &sound);
    bench.renas(&["plan"]).expect(0, "claims:");
    bench.write("experiments/econas/claims.yaml", &misspelt);
    bench.renas(&["plan"]).expect(2, "no quantity `no.such.quantity`");
    bench.renas(&["run"]).expect(2, "no quantity `no.such.quantity`");
}
