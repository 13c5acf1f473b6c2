//! README's table of results against the committed reports; `make docs` writes it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use renas::report::claim::Verdict;
use serde::Deserialize;

const BEGIN: &str = "<!-- results: written by `make docs` -->\n";
const END: &str = "<!-- end of results -->";

/// What a `findings.json` says that README repeats.
#[derive(Deserialize)]
struct Said {
    found: Vec<String>,
    claims: Vec<Judged>,
}

#[derive(Deserialize)]
struct Judged {
    verdict: Verdict,
}

/// The row of a paper: its largest profile that has a report.
fn row(root: &Path, id: &str) -> String {
    let profiles = ["paper", "reduced", "quick"];
    let path = |profile: &str| root.join("reports").join(profile).join(id).join("findings.json");
    let profile = profiles.into_iter().find(|profile| path(profile).exists()).expect("a report");
    let said: Said = serde_json::from_slice(&fs::read(path(profile)).expect("findings")).expect("JSON");
    let manifest = fs::read_to_string(root.join(format!("experiments/{id}/experiment.yaml"))).expect("a manifest");
    let title = manifest.lines().find_map(|line| line.strip_prefix("title: ")).expect("a title").trim_matches('"');
    let short = title.split(':').next().unwrap_or(title);
    let mut counts: BTreeMap<Verdict, usize> = BTreeMap::new();
    said.claims.iter().for_each(|claim| *counts.entry(claim.verdict).or_default() += 1);
    let counts: Vec<String> =
        counts.iter().map(|(verdict, count)| format!("{count}\u{a0}{}", verdict.sign())).collect();
    let found = said.found.first().map_or("", String::as_str);
    format!("| [{short}](reports/{profile}/{id}/report.md), `{profile}` | {} | {found} |\n", counts.join(" "))
}

#[test]
fn the_table_of_results_says_what_the_committed_reports_say() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("README.md")).expect("README");
    let (before, rest) = readme.split_once(BEGIN).expect("the beginning of the table");
    let (table, after) = rest.split_once(END).expect("the end of the table");
    let signs = Verdict::ALL.map(|verdict| format!("{} {}", verdict.sign(), verdict.name())).join(", ");
    let mut expected =
        format!("{signs}; brackets hold 95\u{a0}% intervals:\n\n| paper | claims | what was found |\n|---|---|---|\n");
    for id in ["econas", "popnas", "valp", "fashion_ga", "hierarchical"] {
        expected.push_str(&row(root, id));
    }
    if std::env::var_os("RENAS_GOLDEN").is_some_and(|value| value == "write") {
        fs::write(root.join("README.md"), format!("{before}{BEGIN}{expected}{END}{after}")).expect("README is written");
        return;
    }
    assert!(table == expected, "`make docs` writes this table anew:\n{expected}");
}
