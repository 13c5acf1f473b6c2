//! README and `docs/` against what they speak of: tables of results against the committed reports (`make docs` writes them), links
//! against files, commands against the command line, dependencies against `Cargo.toml`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use clap::CommandFactory as _;
use renas::cli::arguments::Cli;
use renas::report::claim::Verdict;
use serde::Deserialize;

/// The papers, in the order of tables.
const PAPERS: [&str; 5] = ["econas", "popnas", "valp", "fashion_ga", "hierarchical"];

/// Profiles, smallest first.
const PROFILES: [&str; 3] = ["quick", "reduced", "paper"];

/// README has no more bytes.
const MOST_OF_README: usize = 8 * 1024;

/// What a `findings.json` says that is repeated here.
#[derive(Deserialize)]
struct Said {
    found: Vec<String>,
    claims: Vec<Judged>,
}

#[derive(Deserialize)]
struct Judged {
    verdict: Verdict,
}

/// A committed report of a paper.
struct Report {
    id: &'static str,
    profile: &'static str,
    /// What the paper is called in tables.
    short: String,
    said: Said,
}

impl Report {
    fn counts(&self) -> String {
        let mut counts: BTreeMap<Verdict, usize> = BTreeMap::new();
        self.said.claims.iter().for_each(|claim| *counts.entry(claim.verdict).or_default() += 1);
        let sign = |(verdict, count): (&Verdict, &usize)| format!("{count}\u{a0}{}", verdict.sign());
        counts.iter().map(sign).collect::<Vec<_>>().join(" ")
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// All of them, paper by paper, the smallest profile first.
fn reports() -> Vec<Report> {
    let mut reports = Vec::new();
    for id in PAPERS {
        let manifest = read(&format!("experiments/{id}/experiment.yaml"));
        let title = manifest.lines().find_map(|line| line.strip_prefix("title: ")).expect("a title").trim_matches('"');
        let short = title.split(':').next().unwrap_or(title).to_owned();
        for profile in PROFILES {
            if let Ok(text) = fs::read(root().join(format!("reports/{profile}/{id}/findings.json"))) {
                let said = serde_json::from_slice(&text).expect("findings");
                reports.push(Report { id, profile, short: short.clone(), said });
            }
        }
    }
    reports
}

/// The report of the largest profile of each paper.
fn largest(reports: &[Report]) -> impl Iterator<Item = &Report> {
    PAPERS.iter().map(|id| reports.iter().rfind(|report| report.id == *id).expect("a report of every paper"))
}

fn signs() -> String {
    let signs = Verdict::ALL.map(|verdict| format!("{} {}", verdict.sign(), verdict.name())).join(", ");
    format!("{signs}; brackets hold 95\u{a0}% intervals")
}

/// README's table: a row per paper.
fn table_of_papers(reports: &[Report]) -> String {
    let row = |report: &Report| {
        let Report { id, profile, short, said } = report;
        let found = said.found.first().map_or("", String::as_str);
        format!("| [{short}](reports/{profile}/{id}/report.md), `{profile}` | {} | {found} |\n", report.counts())
    };
    let rows: String = largest(reports).map(row).collect();
    format!("{}:\n\n| paper | claims | what was found |\n|---|---|---|\n{rows}", signs())
}

/// A row per report.
fn table_of_reports(reports: &[Report]) -> String {
    let row = |report: &Report| {
        let Report { id, profile, short, .. } = report;
        format!("| {short} | [{profile}](../reports/{profile}/{id}/report.md) | {} |\n", report.counts())
    };
    let rows: String = reports.iter().map(row).collect();
    format!("{}:\n\n| paper | profile | claims |\n|---|---|---|\n{rows}", signs())
}

/// Every sentence of the largest profile of each paper.
fn sentences(reports: &[Report]) -> String {
    let of_report = |report: &Report| {
        let sentences: String = report.said.found.iter().map(|found| format!("- {found}\n")).collect();
        format!("\n{}, `{}`:\n\n{sentences}", report.short, report.profile)
    };
    largest(reports).map(of_report).collect::<String>().trim_start().to_owned()
}

/// A text with that between the two marks of a name in the place of what stands there.
fn with(text: &str, name: &str, written: &str) -> String {
    let (begin, end) = (format!("<!-- {name}: written by `make docs` -->\n"), format!("<!-- end of {name} -->"));
    let (before, rest) = text.split_once(&begin).unwrap_or_else(|| panic!("`{begin}` is missing"));
    let (_, after) = rest.split_once(&end).unwrap_or_else(|| panic!("`{end}` is missing"));
    format!("{before}{begin}{written}{end}{after}")
}

#[test]
fn the_tables_of_results_say_what_the_committed_reports_say() {
    let reports = reports();
    let (readme, results) = (read("README.md"), read("docs/results.md"));
    let of_reports = with(&results, "reports", &table_of_reports(&reports));
    let expected = [
        ("README.md", &readme, with(&readme, "results", &table_of_papers(&reports))),
        ("docs/results.md", &results, with(&of_reports, "found", &sentences(&reports))),
    ];
    for (path, found, expected) in expected {
        if std::env::var_os("RENAS_GOLDEN").is_some_and(|value| value == "write") {
            fs::write(root().join(path), expected).expect("the file is ours");
        } else {
            assert!(*found == expected, "{path}: `make docs` writes its tables anew:\n{expected}");
        }
    }
}

#[test]
fn readme_is_short() {
    let bytes = read("README.md").len();
    assert!(
        bytes <= MOST_OF_README,
        "{bytes} bytes; at most {MOST_OF_README}: move what a newcomer can read later to docs/"
    );
}

/// Everything that people read, by path.
fn pages() -> Vec<PathBuf> {
    let in_folder = |folder: &str| {
        let entries = fs::read_dir(root().join(folder)).expect("a folder of ours");
        entries
            .map(|entry| entry.expect("readable").path())
            .filter(|path| path.extension().is_some_and(|end| end == "md"))
    };
    ["", "docs", "examples", ".github"].into_iter().flat_map(in_folder).collect()
}

#[test]
fn every_link_between_pages_leads_to_a_file() {
    let (mut links, mut broken) = (0, Vec::new());
    for page in pages() {
        let text = fs::read_to_string(&page).expect("text");
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = target.split('#').next().unwrap_or_default();
            if path.is_empty() || path.contains("://") {
                continue;
            }
            links += 1;
            if !page.parent().expect("it lies in a folder").join(path).exists() {
                broken.push(format!("{}: {target}", page.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
    assert!(links > 30, "only {links} links were found");
}

#[test]
fn readme_names_every_command() {
    let readme = read("README.md");
    let commands = Cli::command();
    let names = commands.get_subcommands().map(|command| command.get_name());
    let missing: Vec<&str> = names.filter(|name| !readme.contains(&format!("`renas {name}`"))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// The crates that a `Cargo.toml` of the workspace names, less ours.
fn dependencies() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (path, section) in [
        ("Cargo.toml", "[workspace.dependencies]"),
        ("worker/Cargo.toml", "[dependencies]"),
        ("worker/Cargo.toml", "[build-dependencies]"),
    ] {
        let text = read(path);
        let lines = text.lines().skip_while(|line| *line != section).skip(1).take_while(|line| !line.starts_with('['));
        let names = lines.filter(|line| line.starts_with(|letter: char| letter.is_ascii_lowercase()));
        found.extend(names.filter_map(|line| line.split([' ', '.', '=']).next()).map(str::to_owned));
    }
    found.retain(|name| !name.starts_with("renas"));
    found
}

#[test]
fn the_table_of_dependencies_has_every_crate_with_its_reason_and_no_other() {
    let page = read("docs/dependencies.md");
    let (table, _) = page.split_once("\n## ").expect("a further section");
    let rows = table.lines().filter_map(|line| line.strip_prefix("| ")?.split_once(" | "));
    let rows = rows.filter(|(names, _)| *names != "crate");
    let named = rows.flat_map(|(names, _)| names.split(", ")).filter_map(|name| name.split(' ').next());
    let named: BTreeSet<String> = named.map(str::to_owned).collect();
    assert_eq!(named, dependencies());
}
