//! Committed reports read back: what `renas tables` makes of a `findings.json` is what the report itself shows.

use std::fs;
use std::path::{Path, PathBuf};

use renas::report::numbers;
use renas::report::render::read::Reported;
use renas::report::table;

/// The folder of each experiment of each committed report.
fn folders() -> Vec<PathBuf> {
    let reports = Path::new(env!("CARGO_MANIFEST_DIR")).join("reports");
    let below = |folder: &Path| -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).expect("a folder");
        entries.map(|entry| entry.expect("readable").path()).filter(|path| path.is_dir()).collect()
    };
    let mut folders: Vec<PathBuf> = below(&reports).iter().flat_map(|profile| below(profile)).collect();
    folders.retain(|folder| folder.join("findings.json").is_file());
    folders.sort();
    folders
}

#[test]
fn tables_made_of_findings_are_the_bytes_of_the_reports_own() {
    let mut count = 0;
    for folder in folders() {
        let bytes = fs::read(folder.join("findings.json")).expect("readable");
        let report = Reported::parse(&bytes).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        for one in &report.findings.tables {
            let path = folder.join("tables").join(format!("{}.csv", one.id));
            let expected = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            assert!(table::csv(one, &report.findings, &report.summaries) == expected, "{}", path.display());
            let latex = table::latex(one, &report.findings, &report.summaries);
            let latex: String = latex.lines().filter(|line| !line.starts_with('%')).collect();
            let columns = latex.matches('&').count() - latex.matches("\\&").count();
            assert_eq!(columns, (one.columns.len() - 1) * (one.rows.len() + 1), "{}", path.display());
            count += 1;
        }
        let macros = numbers::latex(std::slice::from_ref(&report));
        for name in report.summaries.keys() {
            assert!(macros.contains(&format!("\\renasnumber{{{name}}}{{")), "{name}");
        }
    }
    assert!(count > 50, "{count} tables");
}
