//! A whole tiny report against its expected text, and one of real size against its promises.

#[path = "report/committed.rs"]
mod committed;
#[path = "report/fixture.rs"]
mod fixture;
#[path = "report/hostile.rs"]
mod hostile;
#[path = "report/pieces.rs"]
mod pieces;

use std::collections::BTreeMap;
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
    let lines = expected.lines().zip(text.lines());
    let same = lines.take_while(|(expected, found)| expected == found).count();
    let line = |text: &str| text.lines().nth(same).unwrap_or("(nothing)").to_owned();
    assert!(
        expected == text,
        "tests/golden/{name}:{}: expected\n  {}\nfound\n  {}\nIf that is meant, `RENAS_GOLDEN=write cargo test --release --test report` \
         writes it anew",
        same + 1,
        line(&expected),
        line(text)
    );
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
        "tiny/certificate.html",
        "tiny/figures/figure1.svg",
        "tiny/findings.json",
        "tiny/index.html",
        "tiny/outcomes.jsonl.zst",
        "tiny/report.md",
        "tiny/tables/table1.csv",
        "tiny/trials/0123456789ab.html",
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

/// All pages of a report, by path.
fn pages(files: &Files) -> BTreeMap<String, String> {
    let names = files.keys().map(|path| path.display().to_string()).filter(|name| name.ends_with(".html"));
    names.map(|name| (name.clone(), file(files, &name))).collect()
}

fn ids(page: &str) -> Vec<&str> {
    let mut ids: Vec<&str> = page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    ids.sort_unstable();
    ids
}

#[test]
fn the_pages_are_small_and_load_nothing() {
    let files = rendered(&fixture::realistic());
    for (name, page) in pages(&files) {
        let most = if name == "index.html" { 150_000 } else { 1 << 20 };
        assert!(page.len() < most, "{name}: {} bytes", page.len());
        let script = page.split("<script>").nth(1).and_then(|rest| rest.split("</script>").next());
        let is_plain = name.ends_with("certificate.html");
        let ours = (!is_plain).then_some(include_str!("../reports/templates/script.js").trim());
        assert_eq!(script.map(str::trim), ours, "{name}");
        let plain = page.replace(script.unwrap_or_default(), "").replacen("<script>", "", 1);
        for forbidden in ["<script", "<link", "<img", "<iframe", "@import", "url(", "src=", "srcset=", "onload", "NaN"]
        {
            assert!(!plain.contains(forbidden), "{name}: {forbidden}");
        }
        // An address appears only as the target of a plain link, or as the name space of a drawing.
        for (at, _) in plain.match_indices("http") {
            let before = &plain[..at];
            assert!(before.ends_with("<a href=\"") || before.ends_with("xmlns=\""), "{}", &plain[at - 20..at + 40]);
        }
        assert_eq!(plain.matches("<h1").count(), 1, "{name}");
        let mut unique = ids(&page);
        unique.dedup();
        assert_eq!(unique.len(), ids(&page).len(), "{name}: a duplicate id");
    }
}

#[test]
fn every_link_leads_somewhere() {
    let files = rendered(&fixture::realistic());
    let pages = pages(&files);
    let mut count = 0;
    for (name, page) in &pages {
        let folder = Path::new(name).parent().expect("a folder");
        for link in page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            if link.starts_with("http") {
                continue;
            }
            count += 1;
            let (path, place) = link.split_once('#').map_or((link, None), |(path, place)| (path, Some(place)));
            let target = if path.is_empty() { Path::new(name).to_owned() } else { joined(folder, path) };
            assert!(files.contains_key(&target), "{name}: no file {}", target.display());
            if let Some(place) = place {
                let found = &pages[&target.display().to_string()];
                assert!(ids(found).contains(&place), "{name}: no place {link}");
            }
        }
    }
    assert!(count > 100, "{count} links");
}

/// A relative path from a folder, without its `..`.
fn joined(folder: &Path, path: &str) -> std::path::PathBuf {
    let mut joined = folder.to_owned();
    for part in path.split('/') {
        if part == ".." {
            assert!(joined.pop(), "{path} leads out of the report");
        } else {
            joined.push(part);
        }
    }
    joined
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
    let page = file(&rendered(&report), "econas/index.html");
    assert!(page.len() < 1 << 20, "{} bytes", page.len());
    assert!(page.contains("href=\"figures/"));
}

#[test]
fn manifest_texts_cannot_bring_markup_into_the_page() {
    let mut report = fixture::tiny();
    report.experiments[0].summary = "<script>alert(1)</script> [x](javascript:alert(1))".to_owned();
    report.experiments[0].findings.figures[0].title = "</title><script>".to_owned();
    report.experiments[0].findings.tables[0].rows[0][0] =
        renas::report::findings::Cell::Text("<img src=x onerror=alert(1)>".to_owned());
    for (name, page) in pages(&rendered(&report)) {
        assert_eq!(page.matches("<script").count(), scripts_of(&name), "{name}: the page's own");
        for forbidden in ["alert(1)</script", "href=\"javascript", "<img"] {
            assert!(!page.contains(forbidden), "{name}: {forbidden}");
        }
    }
}

/// The scripts that a page has.
fn scripts_of(name: &str) -> usize {
    usize::from(!name.ends_with("certificate.html"))
}

#[test]
fn ten_thousand_claims_make_a_first_page_that_links_them() {
    let files = rendered(&hostile::many_claims());
    let index = file(&files, "index.html");
    assert!(index.len() < 150_000, "{} bytes", index.len());
    assert!(index.contains("There are 10000: the page of each paper lists its own."));
    assert!(index.contains("more of Tiny"), "those that failed are counted");
    assert_eq!(file(&files, "tiny/index.html").matches("<article class=\"claim").count(), 10_000);
}

#[test]
fn markup_and_long_names_in_every_text_stay_text() {
    for (name, page) in pages(&rendered(&hostile::long_and_marked_up())) {
        assert_eq!(page.matches("<script").count(), scripts_of(&name), "{name}: the page's own");
        assert_eq!(page.matches("</style>").count(), 1, "{name}");
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
    let is_shown =
        |report: &Report| pages(&rendered(report)).values().any(|page| page.contains("2 cores of an AMD EPYC"));
    assert!(!is_shown(&fixture::tiny()) && is_shown(&fixture::realistic()));
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
