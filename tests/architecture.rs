//! The rules of ARCHITECTURE.md that a compiler does not check, read from the source text.
//!
//! Who may use whom; what papers may not touch; no unordered maps, hidden random generators or processor-dependent
//! functions; files that begin by saying what they are, stay short, and maps that have a word for each module. A
//! failure names file and line.

#[path = "architecture/cycles.rs"]
mod cycles; // imports in one direction

use std::fs;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

/// What the crate of each folder may use of the others; tests may use more (`[dev-dependencies]`).
const MAY_USE: [(&str, &[&str]); 20] = [
    ("src/base", &[]),
    ("src/search", &["base"]),
    ("src/surrogate", &["base"]),
    ("src/stats", &["base"]),
    ("src/network", &["base"]),
    ("src/data", &["base"]),
    ("src/task", &["base", "network", "data"]),
    ("src/report", &["base", "stats"]),
    ("src/observe", &["base", "search", "stats", "report"]),
    ("src/harness", &["base", "network", "data", "task", "report", "observe"]),
    ("src/papers/declared", OF_A_PAPER),
    ("src/papers/econas", OF_A_PAPER),
    ("src/papers/popnas", OF_A_PAPER),
    ("src/papers/valp", OF_A_PAPER),
    ("src/papers/fashion_ga", OF_A_PAPER),
    ("src/papers/hierarchical", OF_A_PAPER),
    ("src/papers", &["harness", "declared", "econas", "popnas", "valp", "fashion-ga", "hierarchical"]),
    ("src/cli", &["base", "surrogate", "data", "task", "report", "harness", "papers"]),
    (
        ".",
        &[
            "base",
            "search",
            "surrogate",
            "stats",
            "network",
            "data",
            "task",
            "report",
            "observe",
            "harness",
            "papers",
            "cli",
        ],
    ),
    ("worker", &["base", "network", "data", "task"]),
];

/// A paper may use every floor below it, and no other paper.
const OF_A_PAPER: &[&str] =
    &["base", "search", "surrogate", "stats", "network", "data", "task", "report", "observe", "harness"];

/// No file is longer.
const MOST_LINES: usize = 400;

/// A source file: its path from the root of the checkout, with `/`, and its text.
struct Source {
    path: String,
    text: String,
}

impl Source {
    fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }

    /// The module that it belongs to: `base`, ..., `worker`; none for the files that only put modules together.
    fn layer(&self) -> Option<&str> {
        if self.path.starts_with("worker/") {
            return Some("worker");
        }
        self.path.strip_prefix("src/")?.split_once('/').map(|(layer, _)| layer)
    }

    /// The paper whose folder it lies in.
    fn paper(&self) -> Option<&str> {
        self.path.strip_prefix("src/papers/")?.split_once('/').map(|(paper, _)| paper)
    }

    /// Whether tests stand in it outside of a module of tests: it is one itself.
    fn is_all_tests(&self) -> bool {
        self.text.contains("\n#[test]\n")
    }

    fn at(&self, offset: usize, message: &str) -> String {
        format!("{}:{}: {message}", self.path, self.text[..offset].matches('\n').count() + 1)
    }
}

fn sources(folders: &[&str]) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let entries = folders.iter().flat_map(|folder| WalkDir::new(root.join(folder)).sort_by_file_name());
    let paths = entries.map(|entry| entry.expect("a readable folder").into_path());
    let mut files: Vec<PathBuf> = paths.filter(|path| path.extension().is_some_and(|end| end == "rs")).collect();
    files.sort();
    let read = |file: PathBuf| {
        let path = file.strip_prefix(root).expect("below the root").to_string_lossy().replace('\\', "/");
        Source { path, text: fs::read_to_string(&file).expect("a readable source file") }
    };
    files.into_iter().map(read).collect()
}

/// The text with comments and the insides of literals blanked, byte for byte, so that offsets stay.
fn code_of(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut code = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let end = match bytes[at] {
            b'/' if bytes.get(at + 1) == Some(&b'/') => find(bytes, at, b"\n").unwrap_or(bytes.len()),
            b'/' if bytes.get(at + 1) == Some(&b'*') => find(bytes, at, b"*/").map_or(bytes.len(), |end| end + 2),
            b'"' => {
                let hashes = bytes[..at].iter().rev().take_while(|byte| **byte == b'#').count();
                let raw = at > hashes && bytes[at - hashes - 1] == b'r';
                let closing = format!("\"{}", "#".repeat(hashes));
                if raw {
                    find(bytes, at + 1, closing.as_bytes()).map_or(bytes.len(), |end| end + closing.len())
                } else {
                    closing_quote(bytes, at)
                }
            }
            // A character literal, not a lifetime.
            b'\'' if bytes.get(at + 1) == Some(&b'\\') || bytes.get(at + 2) == Some(&b'\'') => {
                find(bytes, at + 2, b"'").map_or(bytes.len(), |end| end + 1)
            }
            _ => {
                at += 1;
                continue;
            }
        };
        code[at..end].iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
        at = end;
    }
    String::from_utf8(code).expect("whole characters are blanked")
}

fn find(bytes: &[u8], from: usize, what: &[u8]) -> Option<usize> {
    let rest = bytes.get(from..)?;
    rest.windows(what.len()).position(|window| window == what).map(|position| from + position)
}

fn closing_quote(bytes: &[u8], open: usize) -> usize {
    let mut at = open + 1;
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    (at + 1).min(bytes.len())
}

/// The code before the file's tests, which stand last.
fn tested(code: &str) -> &str {
    &code[..code.find("\nmod tests {").unwrap_or(code.len())]
}

/// Offsets at which `word` stands in `code`, with no letter, digit or underscore at its ends.
fn words<'a>(code: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let inside = |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
    let (begins, ends) = (inside(word.chars().next()), inside(word.chars().last()));
    code.match_indices(word).map(|(at, _)| at).filter(move |&at| {
        let before = code[..at].chars().next_back();
        let after = code[at + word.len()..].chars().next();
        !(begins && inside(before) || ends && inside(after))
    })
}

/// Our crates that a `Cargo.toml` names among its dependencies, those of tests left out; each without `renas-`.
fn dependencies(manifest: &str) -> Vec<&str> {
    let mut is_inside = false;
    let mut found = Vec::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            is_inside = line == "[dependencies]";
        } else if let Some(rest) = line.strip_prefix("renas-").filter(|_| is_inside) {
            found.push(rest.split(['.', ' ', '=']).next().unwrap_or(rest));
        }
    }
    found
}

fn forbidden_dependencies(folder: &str, manifest: &str) -> Vec<String> {
    let Some((_, allowed)) = MAY_USE.iter().find(|(name, _)| *name == folder) else {
        return vec![format!("{folder}/Cargo.toml: the crate stands in no rule: add it to ARCHITECTURE.md and here")];
    };
    let forbidden = dependencies(manifest).into_iter().filter(|name| !allowed.contains(name));
    forbidden.map(|name| format!("{folder}/Cargo.toml: `{folder}` may not use `{name}`")).collect()
}

/// Words that may not stand in the code before the tests, nor in a file that is not all tests.
fn forbidden_words(source: &Source, words_and_reasons: &[(&str, &str)]) -> Vec<String> {
    if source.is_all_tests() {
        return Vec::new();
    }
    let code = code_of(&source.text);
    let code = tested(&code);
    let problem = |(word, reason): &(&str, &str)| {
        let reason = reason.to_string();
        words(code, word).map(move |at| source.at(at, &reason)).collect::<Vec<_>>()
    };
    words_and_reasons.iter().flat_map(problem).collect()
}

fn missing_words_in_maps(source: &Source) -> Vec<String> {
    let mut problems = Vec::new();
    let mut offset = 0;
    for line in source.text.split_inclusive('\n') {
        let declares = line.starts_with("pub mod ");
        let said = line.split_once("; // ").is_some_and(|(_, words)| words.trim().len() > 3);
        if declares && line.contains(';') && !said {
            problems.push(source.at(offset, "a module is declared without a word on what it is (`pub mod x; // ...`)"));
        }
        offset += line.len();
    }
    problems
}

fn expect_none(problems: Vec<String>) {
    assert!(problems.is_empty(), "{} problem(s):\n{}\n", problems.len(), problems.join("\n"));
}

fn check(folders: &[&str], rule: impl Fn(&Source) -> Vec<String>) {
    let sources = sources(folders);
    assert!(!sources.is_empty(), "no source files were found");
    expect_none(sources.iter().flat_map(rule).collect());
}

const PROGRAMS: [&str; 2] = ["src", "worker/src"];
const EVERYTHING: [&str; 6] = ["src", "worker/src", "worker/tests", "tests", "benches", "examples"];

#[test]
fn crates_use_only_what_their_floor_may_use() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![".".to_owned(), "worker".to_owned()];
    for parent in ["src", "src/papers"] {
        for entry in fs::read_dir(root.join(parent)).expect("a folder of ours") {
            let name = entry.expect("readable").file_name().into_string().expect("a name of ours");
            folders.push(format!("{parent}/{name}"));
        }
    }
    folders.retain(|folder| root.join(folder).join("Cargo.toml").exists());
    folders.sort();
    assert_eq!(folders.len(), MAY_USE.len(), "a crate of the table is not there: {folders:?}");
    let read = |folder: &String| fs::read_to_string(root.join(folder).join("Cargo.toml")).expect("readable");
    expect_none(folders.iter().flat_map(|folder| forbidden_dependencies(folder, &read(folder))).collect());
}

#[test]
fn papers_touch_no_file_clock_process_or_random_generator() {
    let reason = "papers ask the harness for what lies outside of them";
    let outside = ["std::fs", "File", "std::process", "std::net", "std::env", "std::thread", "rand_chacha"];
    let rules: Vec<(&str, &str)> = outside.iter().map(|word| (*word, reason)).collect();
    check(&["src/papers"], |source| forbidden_words(source, &rules));
    // A literal stands for a seed that the paper's own code fixes; any other is the manifest's.
    let mut seeds: Vec<(String, String)> = Vec::new();
    for source in sources(&["src/papers"]).into_iter().filter(|source| !source.is_all_tests()) {
        let Some(paper) = source.paper() else { continue };
        let code = code_of(&source.text);
        for at in words(tested(&code), "from_number(") {
            if !code[at + "from_number(".len()..].starts_with(|letter: char| letter.is_ascii_digit()) {
                let reason = "the manifest's seed becomes a `Seed` in one place only: derive others from it";
                seeds.push((paper.to_owned(), source.at(at, reason)));
            }
        }
    }
    let others = |paper: &str| seeds.iter().filter(|(other, _)| other == paper).count() > 1;
    expect_none(seeds.iter().filter(|(paper, _)| others(paper)).map(|(_, problem)| problem.clone()).collect());
}

#[test]
fn clocks_are_read_by_harness_command_line_and_worker_only() {
    let reason = "no clock where results are made";
    let rules = [("Instant", reason), ("SystemTime", reason)];
    let may = ["harness", "cli", "worker"];
    check(&PROGRAMS, |source| match source.layer() {
        Some(layer) if !may.contains(&layer) => forbidden_words(source, &rules),
        _ => Vec::new(),
    });
}

#[test]
fn nothing_iterates_in_random_order_or_draws_from_a_hidden_generator() {
    let (order, draw) = ("use the ordered map or set", "draw from a named stream of `base::seed`");
    let rules = [
        ("HashMap", order),
        ("HashSet", order),
        ("thread_rng", draw),
        ("manual_seed", draw),
        ("randperm", draw),
        ("from_os_rng", draw),
        ("from_entropy", draw),
        ("OsRng", draw),
    ];
    check(&PROGRAMS, |source| forbidden_words(source, &rules));
}

#[test]
fn functions_whose_last_bits_depend_on_the_processor_come_from_libm() {
    let reason = "this function of the standard library changes with the processor: use `libm`";
    let names = ["exp", "exp2", "exp_m1", "ln", "ln_1p", "log", "log2", "log10", "powf", "sin", "cos", "tan", "tanh"];
    let calls: Vec<String> = names.iter().map(|name| format!(".{name}(")).collect();
    let rules: Vec<(&str, &str)> = calls.iter().map(|call| (call.as_str(), reason)).collect();
    check(&["src"], |source| forbidden_words(source, &rules));
}

#[test]
fn what_the_program_says_goes_where_output_may_end() {
    let reason = "it panics where a pipe is closed or a disk is full: use `outln!` or `errln!` of `cli::output`";
    let rules = ["println!", "eprintln!", "print!", "eprint!"].map(|word| (word, reason));
    check(&["src"], |source| forbidden_words(source, &rules));
}

#[test]
fn every_file_says_first_what_it_is_and_is_short() {
    check(&EVERYTHING, |source| {
        let mut problems = Vec::new();
        if !source.text.starts_with("//! ") {
            problems.push(source.at(0, "the file does not begin with `//!`: what it is, why it exists"));
        }
        let lines = source.text.lines().count();
        if lines > MOST_LINES {
            problems.push(source.at(source.text.len(), &format!("{lines} lines; at most {MOST_LINES}: split it")));
        }
        problems
    });
}

#[test]
fn every_module_is_declared_with_a_word_on_what_it_is() {
    check(&["src"], missing_words_in_maps);
}

#[test]
fn a_dependency_upwards_or_on_another_paper_is_named_and_one_of_tests_is_not() {
    let manifest = "[package]\nname = \"renas-stats\"\n\n[dependencies]\nlibm = \"1\"\nrenas-base.workspace = true\n\
                    renas-report = { path = \"../report\" }\n\n[dev-dependencies]\nrenas-harness.workspace = true\n";
    assert_eq!(dependencies(manifest), ["base", "report"]);
    assert_eq!(
        forbidden_dependencies("src/stats", manifest),
        ["src/stats/Cargo.toml: `src/stats` may not use `report`"]
    );
    let paper = "[dependencies]\nrenas-valp.workspace = true\n";
    assert_eq!(
        forbidden_dependencies("src/papers/econas", paper),
        ["src/papers/econas/Cargo.toml: `src/papers/econas` may not use `valp`"]
    );
    assert_eq!(forbidden_dependencies("src/new", paper).len(), 1);
}

#[test]
fn the_reader_of_words_finds_whole_words_before_the_tests_only() {
    let text = "use std::collections::HashMap;\nstruct MyHashMap;\n#[cfg(test)]\nmod tests {\n    use HashMap;\n}\n";
    let source = Source::new("src/stats/rank.rs", text);
    assert_eq!(forbidden_words(&source, &[("HashMap", "ordered")]), ["src/stats/rank.rs:1: ordered"]);
    let map = Source::new("src/base/lib.rs", "pub mod digest; // SHA-256\npub mod seed;\nmod private;\n");
    assert_eq!(missing_words_in_maps(&map).len(), 1);
}
