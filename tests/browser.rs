//! Pages in a real headless Chromium, at the width of a phone and of a desk, light and dark: nothing overflows or overlaps, nothing is
//! fetched, search and filters work, contrast suffices, and a certificate prints on two sheets.
//!
//! `RENAS_CHROMIUM` names the program; where there is none the tests say that they were skipped. No driver is needed: a page of
//! ours frames each page at each width, and the pages, with `browser/probe.js` added, say what they found.

#[path = "report/fixture.rs"]
mod fixture;
#[path = "report/hostile.rs"]
mod hostile;
#[path = "report/pieces.rs"]
mod pieces;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use renas::report::render::{Files, render};
use serde_json::Value;

const PROBE: &str = include_str!("browser/probe.js");
const FRAME: &str = include_str!("browser/frame.html");

/// The program, where there is one.
fn chromium() -> Option<PathBuf> {
    let named = std::env::var_os("RENAS_CHROMIUM").map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let names = ["chromium", "chromium-browser", "google-chrome", "chrome"];
    let mut all = std::env::split_paths(&path).flat_map(|folder| names.map(|name| folder.join(name)));
    let found = named.or_else(|| all.find(|program| program.is_file()));
    if found.is_none() {
        println!("skipped: no Chromium here (RENAS_CHROMIUM names one; Debian's package is `chromium`)");
    }
    found
}

/// Runs it on a page, with its own profile in `folder`; what it prints.
fn browse(program: &Path, folder: &Path, arguments: &[String], page: &Path) -> String {
    let output = Command::new(program)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--hide-scrollbars"])
        .args(["--host-resolver-rules=MAP * ~NOTFOUND", "--virtual-time-budget=10000000"])
        .arg(format!("--user-data-dir={}", folder.join("profile").display()))
        .args(arguments)
        .arg(format!("file://{}", page.display()))
        .stderr(Stdio::null())
        .output()
        .expect("Chromium starts");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The pages that belong to a report: at least those of the first and the last paper, and one trial.
fn pages(files: &Files) -> Vec<(String, String)> {
    let names = files.keys().map(|path| path.display().to_string()).filter(|name| name.ends_with(".html"));
    names.map(|name| (name.clone(), String::from_utf8(files[Path::new(&name)].clone()).expect("text"))).collect()
}

/// The committed pages: what readers see.
fn committed() -> Vec<(String, String)> {
    let reports = Path::new(env!("CARGO_MANIFEST_DIR")).join("reports");
    let papers = ["econas", "fashion_ga", "hierarchical", "popnas", "valp"];
    let mut names = vec!["index.html".to_owned(), "compare.html".to_owned()];
    for profile in ["quick", "reduced"] {
        names.push(format!("{profile}/index.html"));
        names.extend(papers.map(|paper| format!("{profile}/{paper}/index.html")));
    }
    names.push("quick/econas/certificate.html".to_owned());
    names.into_iter().map(|name| (name.clone(), std::fs::read_to_string(reports.join(&name)).expect(&name))).collect()
}

/// What the pages find of themselves, as lines; none where all is well.
fn findings(program: &Path, pages: &[(String, String)], is_dark: bool) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    for (index, (_, page)) in pages.iter().enumerate() {
        let probed = page.replace("</body>", &format!("<script>\n{PROBE}</script>\n</body>"));
        assert!(probed.len() > page.len(), "a page without an end");
        std::fs::write(folder.path().join(format!("{index}.html")), probed).expect("a page is written");
    }
    let frame = folder.path().join("frame.html");
    std::fs::write(&frame, FRAME.replace("COUNT", &pages.len().to_string())).expect("a page is written");
    let scheme = format!("--blink-settings=preferredColorScheme={}", if is_dark { 0 } else { 1 });
    let said = browse(program, folder.path(), &["--dump-dom".to_owned(), scheme], &frame);
    let results = said.split("<pre>").nth(1).and_then(|rest| rest.split("</pre>").next()).unwrap_or_default();
    let text = results.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
    let results: Vec<Value> = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error} in {said}"));
    assert_eq!(results.len(), 2 * pages.len());
    let mut lines = Vec::new();
    for result in results {
        assert_eq!(result["dark"].as_bool(), Some(is_dark), "the colour scheme that was asked for");
        let (name, _) = &pages[result["page"].as_u64().expect("a number") as usize];
        let found = result["found"].as_array().expect("a list");
        lines.extend(
            found.iter().map(|what| format!("{name} at {} px: {}", result["width"], what.as_str().unwrap_or(""))),
        );
    }
    lines
}

fn expect_none(found: &[String]) {
    assert!(found.is_empty(), "{} faults:\n{}", found.len(), found.join("\n"));
}

#[test]
fn made_up_pages_are_sound_at_any_width_and_in_the_dark() {
    let Some(program) = chromium() else { return };
    let reports = [fixture::tiny(), fixture::realistic(), hostile::long_and_marked_up()]
        .map(|report| pages(&render(&report).expect("a report")));
    let first = pages(&render(&hostile::many_claims()).expect("a report"));
    let first = first.into_iter().filter(|(name, _)| name == "index.html");
    let pages: Vec<_> = reports.into_iter().flatten().chain(first).collect();
    expect_none(&findings(&program, &pages, false));
    expect_none(&findings(&program, &pages, true));
}

#[test]
fn committed_pages_are_sound_at_any_width_and_in_the_dark() {
    let Some(program) = chromium() else { return };
    expect_none(&findings(&program, &committed(), false));
    // Colours differ by kind of page and of figure, not by profile.
    let reduced = committed().into_iter().filter(|(name, _)| !name.starts_with("quick/")).collect::<Vec<_>>();
    expect_none(&findings(&program, &reduced, true));
}

#[test]
fn a_fault_is_found() {
    let Some(program) = chromium() else { return };
    let page = "<!doctype html><html><head><title>x</title></head><body style=\"background:#fff\">\
                <p style=\"color:#ccc\">pale</p><div style=\"width:2000px\">wide</div>\
                <img src=\"elsewhere.png\" alt=\"\"></body></html>";
    let found = findings(&program, &[("bad.html".to_owned(), page.to_owned())], false);
    for what in ["contrast 1.6", "px wider than its window", "fetches <img"] {
        assert!(found.iter().any(|line| line.contains(what)), "no {what} in {found:?}");
    }
}

#[test]
fn a_certificate_prints_on_two_sheets_at_most() {
    let Some(program) = chromium() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    for (profile, papers) in
        [("quick", ["popnas"].as_slice()), ("reduced", &["econas", "hierarchical", "popnas", "valp"])]
    {
        for paper in papers {
            let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("reports").join(profile).join(paper);
            let pdf = folder.path().join("printed.pdf");
            let arguments = [format!("--print-to-pdf={}", pdf.display()), "--no-pdf-header-footer".to_owned()];
            browse(&program, folder.path(), &arguments, &page.join("certificate.html"));
            let bytes = std::fs::read(&pdf).expect("a printed page");
            let text = String::from_utf8_lossy(&bytes);
            let sheets = text.matches("/Type /Page\n").count();
            assert!((1..=2).contains(&sheets), "{profile}/{paper}: {sheets} sheets");
        }
    }
}
