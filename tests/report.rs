//! A whole tiny report against its expected text, and one of real size against its promises.

#[path = "report/fixture.rs"]
mod fixture;

use std::path::Path;
use std::process::Command;

use renas::report::findings::Measured;
use renas::report::page::Report;
use renas::report::render::{Files, RenderError, render};

fn file(files: &Files, path: &str) -> String {
    let bytes = files.get(Path::new(path)).unwrap_or_else(|| panic!("no file {path}"));
    String::from_utf8(bytes.clone()).expect("text")
}

/// Compare with the expected file; `RENAS_GOLDEN=write` writes it, for a change that is meant.
fn expect_golden(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("RENAS_GOLDEN").is_some_and(|value| value == "write") {
        std::fs::write(&path, text).expect("a golden file is written");
    }
    let expected = std::fs::read_to_string(&path).expect("a golden file");
    assert!(expected == text, "{name} differs:\n{text}");
}

fn rendered(report: &Report) -> Files {
    render(report).expect("a report")
}

#[test]
fn a_tiny_experiment_gives_the_expected_files() {
    let files = rendered(&fixture::tiny());
    let names: Vec<String> = files.keys().map(|path| path.display().to_string()).collect();
    let expected = [
        "SHA256SUMS",
        "index.html",
        "index.md",
        "tiny/figures/figure1.svg",
        "tiny/findings.json",
        "tiny/outcomes.jsonl.zst",
        "tiny/report.md",
        "tiny/tables/table1.csv",
    ];
    assert_eq!(names, expected);
    for (path, golden) in [
        ("index.md", "tiny_index.md"),
        ("tiny/report.md", "tiny_report.md"),
        ("tiny/findings.json", "tiny_findings.json"),
        ("tiny/tables/table1.csv", "tiny_table1.csv"),
        ("tiny/figures/figure1.svg", "tiny_figure1.svg"),
    ] {
        expect_golden(golden, &file(&files, path));
    }
    assert_eq!(files[Path::new("tiny/outcomes.jsonl.zst")], b"evidence");
}

#[test]
fn findings_json_lists_every_claim_with_its_number_interval_and_verdict() {
    let json: serde_json::Value =
        serde_json::from_str(&file(&rendered(&fixture::realistic()), "econas/findings.json")).expect("JSON");
    let claims = json["claims"].as_array().expect("claims");
    assert_eq!(claims.len(), 24);
    for claim in claims {
        for key in ["id", "source", "sentence", "quantity", "expectation", "n", "interval", "verdict", "reason"] {
            assert!(claim.get(key).is_some(), "{key} of {claim}");
        }
        let tested = claim["verdict"] != "not_tested";
        assert_eq!(claim["n"].is_u64(), tested, "{claim}");
        assert_eq!(claim["interval"]["low"].is_f64(), tested, "{claim}");
    }
}

#[test]
fn the_same_report_in_another_order_gives_the_same_bytes() {
    let report = fixture::realistic();
    let mut turned = report.clone();
    turned.experiments.reverse();
    turned.experiments.iter_mut().for_each(|experiment| experiment.data.reverse());
    assert!(rendered(&report) == rendered(&turned));
}

/// Renders in a process of its own, since a locale is read when a process starts.
#[test]
fn the_bytes_are_the_same_in_any_locale_and_time_zone() {
    let digest = |language: &str, zone: &str| {
        let output = Command::new(std::env::current_exe().expect("this test"))
            .args(["--exact", "print_the_digests", "--nocapture", "--ignored"])
            .envs([("LANG", language), ("LC_ALL", language), ("TZ", zone)])
            .output()
            .expect("a second process");
        let text = String::from_utf8(output.stdout).expect("text");
        text.lines().filter(|line| line.contains("  ")).map(str::to_owned).collect::<Vec<_>>()
    };
    let here = digest("C", "UTC");
    assert!(here.iter().any(|line| line.ends_with("  index.html")), "{here:?}");
    assert_eq!(here, digest("de_DE.UTF-8", "Asia/Kathmandu"));
}

#[test]
#[ignore = "the other half of the test above"]
fn print_the_digests() {
    println!("\n{}", file(&rendered(&fixture::realistic()), "SHA256SUMS"));
}

#[test]
fn the_page_is_small_and_loads_nothing() {
    let page = file(&rendered(&fixture::realistic()), "index.html");
    assert!(page.len() < 2 << 20, "{} bytes", page.len());
    for forbidden in ["<script", "<link", "<img", "<iframe", "@import", "url(", "src=", "srcset=", "onload", "NaN"] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
    // An address appears only as the target of a plain link, or as the name space of a drawing.
    for (at, _) in page.match_indices("http") {
        let before = &page[..at];
        assert!(before.ends_with("<a href=\"") || before.ends_with("xmlns=\""), "{}", &page[at - 20..at + 40]);
    }
    assert_eq!(page.matches("<h1").count(), 1);
    let mut ids: Vec<&str> = page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count, "a duplicate id");
    for link in page.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(ids.binary_search(&link).is_ok(), "no place #{link}");
    }
}

#[test]
fn a_page_with_too_many_figures_links_them_instead() {
    let mut report = fixture::realistic();
    let figures = report.experiments[1].findings.figures.clone();
    for copy in 0..6 {
        let renamed = figures.iter().cloned().map(|mut figure| {
            figure.id = format!("{}_{copy}", figure.id);
            figure
        });
        report.experiments[1].findings.figures.extend(renamed);
    }
    let page = file(&rendered(&report), "index.html");
    assert!(page.len() < 2 << 20, "{} bytes", page.len());
    assert!(page.contains("href=\"econas/figures/"));
}

#[test]
fn manifest_texts_cannot_bring_markup_into_the_page() {
    let mut report = fixture::tiny();
    report.experiments[0].summary = "<script>alert(1)</script> [x](javascript:alert(1))".to_owned();
    report.experiments[0].findings.figures[0].title = "</title><script>".to_owned();
    report.experiments[0].findings.tables[0].rows[0][0] =
        renas::report::findings::Cell::Text("<img src=x onerror=alert(1)>".to_owned());
    let page = file(&rendered(&report), "index.html");
    for forbidden in ["<script", "href=\"javascript", "<img"] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
}

#[test]
fn a_number_that_is_none_is_refused_with_its_place() {
    let mut report = fixture::tiny();
    let quantity = report.experiments[0].findings.quantities.get_mut("paper.digits.accuracy").expect("a quantity");
    quantity.measured = Measured::Samples(vec![0.5, f64::NAN]);
    let error = render(&report).expect_err("NaN");
    assert!(matches!(error, RenderError::NotFinite { .. }));
    assert!(error.to_string().contains("sample 1 of quantity `paper.digits.accuracy`"), "{error}");
}

#[test]
fn the_machine_appears_only_where_a_run_record_is_given() {
    assert!(!file(&rendered(&fixture::tiny()), "index.html").contains("Machine"));
    assert!(file(&rendered(&fixture::realistic()), "index.html").contains("2 cores of an AMD EPYC"));
}

#[test]
fn sha256sum_checks_the_folder() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("report");
    let _ = std::fs::remove_dir_all(&folder);
    for (path, bytes) in rendered(&fixture::realistic()) {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder is made");
        std::fs::write(path, bytes).expect("a file is written");
    }
    let check = || Command::new("sha256sum").args(["--quiet", "-c", "SHA256SUMS"]).current_dir(&folder).output();
    let output = match check() {
        Err(error) => return println!("skipped: no sha256sum here ({error})"),
        Ok(output) => output,
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}
