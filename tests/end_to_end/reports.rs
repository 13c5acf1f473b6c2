//! The folder of reports: what a command may replace or remove there, and what it leaves or refuses.

use std::fs;
use std::os::unix::fs::symlink;

use crate::bench::Bench;

/// A second experiment, small, whose report takes part in the folder.
fn with_second_experiment() -> Bench {
    let bench = Bench::new();
    bench.add("experiments", "fashion_ga");
    bench
}

#[test]
fn a_run_of_other_manifests_does_not_touch_reports_that_it_is_not_about() {
    let bench = Bench::new();
    bench.renas(&["run"]).expect(0, "report:");
    let before = bench.digests("reports");
    // A folder with the manifest of another experiment alone.
    bench.add("mine", "valp");
    for command in ["run", "report"] {
        let answer = bench.renas(&[command, "--experiments", "mine"]);
        answer.expect(2, "holds the report and the evidence of econas").expect(2, "--reports");
        assert_eq!(bench.digests("reports"), before, "{command}");
    }
}

#[test]
fn lost_evidence_stops_a_report_by_name_and_a_run_of_something_else_and_is_no_reason_to_remove_the_rest() {
    let bench = with_second_experiment();
    bench.renas(&["run"]).expect(0, "report:");
    let evidence = bench.path("reports/quick/econas/outcomes.jsonl.zst");
    let bytes = fs::read(&evidence).expect("it was written");
    fs::remove_file(&evidence).expect("it is ours");
    let before = bench.digests("reports");
    bench.renas(&["report"]).expect(2, "quick/econas/outcomes.jsonl.zst is lost");
    bench.renas(&["run", "--only", "fashion_ga"]).expect(2, "quick/econas/outcomes.jsonl.zst is lost");
    assert_eq!(bench.digests("reports"), before);
    // Its own run makes it again.
    bench.renas(&["run", "--only", "econas"]).expect(0, "report:");
    assert_eq!(fs::read(&evidence).expect("it was written"), bytes);
    bench.renas(&["report"]).expect(0, "0 files changed");
}

#[test]
fn files_of_the_user_are_left_and_named_and_altered_or_outdated_ones_of_ours_are_replaced_or_removed_by_name() {
    let bench = Bench::new();
    bench.renas(&["run", "--reports", "thesis"]).expect(0, "report:");
    for name in ["notes.md", "thesis.tex", ".git/HEAD", "econas/draft.txt"] {
        bench.write(&format!("thesis/quick/{name}"), "mine");
    }
    bench.write("thesis/quick/econas/report.md", "altered");
    bench
        .renas(&["report", "--reports", "thesis"])
        .expect(0, "1 file had been altered and now hold the report's bytes again: econas/report.md")
        .expect(0, "4 files not written by renas, left as they are: .git/HEAD, econas/draft.txt, notes.md, thesis.tex");
    // A file of an earlier report, which this one does not have.
    let sums = fs::read_to_string(bench.path("thesis/quick/SHA256SUMS")).expect("it was written");
    let digest = renas::base::digest::Digest::of(b"old");
    bench.write("thesis/quick/econas/old.svg", "old");
    bench.write("thesis/quick/SHA256SUMS", &format!("{sums}{digest}  econas/old.svg\n"));
    bench.renas(&["report", "--reports", "thesis"]).expect(0, "1 file of earlier reports removed: econas/old.svg");
    assert!(!bench.path("thesis/quick/econas/old.svg").exists());
    bench.renas(&["run", "--reports", "thesis"]).expect(0, "left as they are").expect(0, "0 trials computed");
    for name in ["notes.md", "thesis.tex", ".git/HEAD", "econas/draft.txt"] {
        assert_eq!(fs::read_to_string(bench.path(&format!("thesis/quick/{name}"))).expect("left"), "mine");
    }
}

#[test]
fn a_file_of_the_user_at_a_place_of_the_report_is_not_replaced() {
    let bench = Bench::new();
    bench.write("site/quick/index.html", "my home page");
    let answer = bench.renas(&["run", "--reports", "site"]);
    answer.expect(3, "site/quick/index.html was not written by renas").expect(3, "nothing was written");
    assert_eq!(bench.digests("site").len(), 1);
    assert_eq!(fs::read_to_string(bench.path("site/quick/index.html")).expect("left"), "my home page");
}

#[test]
fn nothing_is_written_or_removed_through_a_link() {
    for place in ["reports/quick/econas", "reports/quick"] {
        let bench = Bench::new();
        bench.renas(&["run"]).expect(0, "report:");
        let (linked, elsewhere) = (bench.path(place), bench.path("elsewhere"));
        fs::rename(&linked, &elsewhere).expect("it is ours");
        symlink(&elsewhere, &linked).expect("linkable");
        bench.edit("econas/claims.yaml", "Over the generations", "Over the years");
        let before = bench.digests("elsewhere");
        for command in ["run", "report"] {
            bench.renas(&[command]).expect(2, &format!("{place} is a link"));
            assert_eq!(bench.digests("elsewhere"), before, "{command}");
            assert!(linked.is_symlink(), "{command}");
        }
    }
}

#[test]
fn all_reports_may_lie_behind_a_link_of_the_user() {
    let bench = Bench::new();
    fs::create_dir(bench.path("large disk")).expect("a new folder");
    symlink(bench.path("large disk"), bench.path("reports")).expect("linkable");
    bench.renas(&["run"]).expect(0, "report:");
    assert!(bench.path("large disk/quick/index.html").is_file());
}

#[test]
fn of_two_experiments_the_shorter_is_told_and_written_while_the_other_still_trains() {
    let bench = with_second_experiment();
    // As many trainings of EcoNAS as take by far longer than all of the other.
    bench.edit("econas/experiment.yaml", "networks: 12", "networks: 4000");
    let page = bench.path("reports/quick/fashion_ga/report.md");
    let mut command = bench.command(&["run"]);
    let mut child =
        command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::null()).spawn().expect("it starts");
    let mut line = String::new();
    let mut stdout = std::io::BufReader::new(child.stdout.take().expect("it was asked for"));
    std::io::BufRead::read_line(&mut stdout, &mut line).expect("a line");
    let (is_running, is_written) = (child.try_wait().expect("our child").is_none(), page.exists());
    child.kill().expect("SIGKILL");
    child.wait().expect("our child");
    assert!(line.starts_with("fashion_ga (quick): ") && line.contains(" claims, after "), "{line}");
    assert!(line.ends_with("; reports/quick/fashion_ga/report.md\n"), "{line}");
    assert!(is_running && is_written, "{is_running}, {is_written}");
    assert!(!bench.path("reports/quick/index.html").exists(), "the pages of all come last");
    // What was written is promised, and the same bytes as those of the whole.
    let before = fs::read(&page).expect("it was written");
    assert!(bench.read("reports/quick/SHA256SUMS").contains("fashion_ga/report.md"));
    bench.edit("econas/experiment.yaml", "networks: 4000", "networks: 12");
    bench.renas(&["run"]).expect(0, "report: reports/quick/index.html");
    assert_eq!(fs::read(&page).expect("it is there"), before);
}
