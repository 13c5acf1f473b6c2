//! The sections of a manifest that are read here alone: `studies`, `files`, `environment`, `limits`.

mod import; // files of results, and how they are read

use std::collections::BTreeMap;

use renas_base::digest::Digest;
use renas_base::metric::Unit;
use renas_harness::manifest::brought::{Brought, CommandLimits, Import as Imported};
use renas_harness::manifest::decode::{Item, Section};
use renas_harness::manifest::units::unit;
use renas_harness::paper::OwnSections;
use renas_report::range::Range;
use renas_task::command::{REQUEST, ROWS};
use serde_json::Value;

use super::settings::{Column, DeclaredCommand, DeclaredStudy, Holds, Over, Source, Written};

/// The sections; mistakes are reported to them.
pub(crate) fn own_sections(section: &mut Section<'_>) -> OwnSections {
    let files: BTreeMap<String, Digest> =
        section.optional("files", |item| item.section(pins)).unwrap_or_default().into_iter().collect();
    let variables = section.optional("environment", |item| item.section(texts)).unwrap_or_default();
    let limits = section.optional("limits", |item| item.section(limits)).unwrap_or_default();
    let mut brought = Brought { files: files.clone(), limits, ..Brought::default() };
    let shared = DeclaredCommand { files, variables, ..DeclaredCommand::default() };
    let studies = section.section("studies", |section| {
        let names = section.keys();
        let mut read = |name: &str| {
            let item = section.item(name)?;
            Some(item.section(|section| study(section, name, &shared, &mut brought)))
        };
        names.into_iter().filter_map(&mut read).collect::<Vec<_>>()
    });
    if studies.is_empty() {
        section.problem("studies", "there is none: an experiment has one at least");
    }
    let read = serde_json::to_value(studies).expect("numbers, text and lists have JSON");
    OwnSections { read, brought: Some(brought) }
}

fn limits(section: &mut Section<'_>) -> CommandLimits {
    let usual = CommandLimits::default();
    CommandLimits {
        seconds: section.optional("seconds", |item| item.integer(1..=31_536_000)).unwrap_or(usual.seconds),
        memory: section
            .optional("megabytes", |item| item.integer(16..=16_777_216_u64))
            .map_or(usual.memory, |megabytes| megabytes << 20),
    }
}

fn study(section: &mut Section<'_>, name: &str, shared: &DeclaredCommand, brought: &mut Brought) -> DeclaredStudy {
    if !is_name(name) {
        section.problem("over", format!("`{name}` is no name of a study: letters, digits and `_`, and a letter first"));
    }
    let data = section.optional("data", Item::text).unwrap_or_else(|| name.to_owned());
    let over = each(section, "over", |name, item| Over { name: name.to_owned(), members: item.json() });
    let units = section.optional("units", |item| item.section(texts)).unwrap_or_default();
    for key in units.keys().filter(|key| over.iter().all(|over| over.name != **key)) {
        section.problem("units", format!("`{key}` is no key of `over`"));
    }
    let rows = each(section, "rows", column);
    for column in rows.iter().filter(|column| over.iter().any(|over| over.name == column.name)) {
        section.problem("rows", format!("`{}` is a key of `over` already", column.name));
    }
    for name in over.iter().map(|over| &over.name).chain(rows.iter().map(|column| &column.name)) {
        if !is_name(name) {
            section.problem("rows", format!("`{name}` is no name: letters, digits and `_`, and a letter first"));
        }
    }
    let names: Vec<&str> =
        over.iter().map(|over| over.name.as_str()).chain(rows.iter().map(|one| one.name.as_str())).collect();
    let source = match section.item("command") {
        Some(item) => Source::Command(command(section, &item, &rows, shared)),
        None => section.required("import", |item| {
            item.section(|section| {
                let (import, licence, origin) = import::import(section, &names);
                let files = import.files.clone();
                brought.imports.push(Imported { study: name.to_owned(), licence, origin, files });
                Source::Import(import)
            })
        }),
    };
    DeclaredStudy { name: name.to_owned(), data, over, units, rows, source }
}

/// A command, which finds the files and variables that all of them have.
fn command(section: &mut Section<'_>, item: &Item<'_>, rows: &[Column], shared: &DeclaredCommand) -> DeclaredCommand {
    let argv = item.list(Item::words);
    for place in [REQUEST, ROWS].into_iter().filter(|place| !argv.iter().any(|argument| argument.contains(*place))) {
        item.problem(format!("no argument names `{place}`: the command must know where its request and its rows are"));
    }
    for column in rows {
        let is_plain = match &column.holds {
            Holds::Number { written, negated, .. } => *written == Written::Plain && negated.is_none(),
            Holds::Flag => true,
            Holds::Word => false,
        };
        if !is_plain {
            section.problem("rows", format!("`{}`: rows of a command are plain numbers and flags", column.name));
        }
    }
    let config = section.optional("config", |item| {
        item.section(|section| {
            let keys = section.keys();
            keys.into_iter().filter_map(|key| Some((key.to_owned(), section.item(key)?.json()))).collect()
        })
    });
    let reads = section.optional("reads", |item| item.section(texts)).unwrap_or_default();
    for file in reads.values().filter(|file| !shared.files.contains_key(*file)) {
        section.problem("reads", format!("`{file}` is none of `files`"));
    }
    let seconds = section.optional("seconds", |item| item.number(0.0..=1e9)).unwrap_or(0.0);
    DeclaredCommand { argv, config: config.unwrap_or_default(), reads, seconds, ..shared.clone() }
}

/// Whether a text may stand in templates and in the ids of studies.
fn is_name(text: &str) -> bool {
    let letters = text.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    letters && text.starts_with(|letter: char| letter.is_ascii_alphabetic())
}

/// Every key of a section with its value, in the order of the text.
fn each<T>(section: &mut Section<'_>, key: &str, read: impl Fn(&str, &Item<'_>) -> T) -> Vec<T> {
    section.section(key, |section| {
        let keys = section.keys();
        keys.into_iter().filter_map(|key| section.item(key).map(|item| read(key, &item))).collect()
    })
}

/// Texts by key.
fn texts(section: &mut Section<'_>) -> BTreeMap<String, String> {
    let keys = section.keys();
    keys.into_iter().filter_map(|key| Some((key.to_owned(), section.item(key)?.words()))).collect()
}

/// Lists of texts by key; a single text is a list of one.
fn lists(section: &mut Section<'_>) -> BTreeMap<String, Vec<String>> {
    let keys = section.keys();
    let list = |item: Item<'_>| if item.json().is_array() { item.list(Item::words) } else { vec![item.words()] };
    keys.into_iter().filter_map(|key| Some((key.to_owned(), list(section.item(key)?)))).collect()
}

/// Digests by path.
fn pins(section: &mut Section<'_>) -> Vec<(String, Digest)> {
    let paths = section.keys();
    paths.into_iter().filter_map(|path| Some((path.to_owned(), pin(path, &section.item(path)?)))).collect()
}

fn pin(path: &str, item: &Item<'_>) -> Digest {
    let is_below = !path.starts_with('/') && path.split('/').all(|part| !["", ".", ".."].contains(&part));
    if !is_below {
        item.problem("a file lies beside the manifest or below it: a path without `..`, `.` and a leading `/`");
    }
    let text = item.words();
    text.parse().unwrap_or_else(|_| {
        item.problem(format!("`{text}` is no SHA-256 of 64 digits; `sha256sum {path}` prints it"));
        Digest::of(b"")
    })
}

const WRITTEN: [(&str, Written); 5] = [
    ("plain", Written::Plain),
    ("percent", Written::Percent),
    ("thousands", Written::Thousands),
    ("millions", Written::Millions),
    ("clock", Written::Clock),
];

/// A column: `fraction`, `flag`, `word`, or a section with its unit.
fn column(name: &str, item: &Item<'_>) -> Column {
    let holds = match item.json() {
        Value::String(word) if word == "flag" => Holds::Flag,
        Value::String(word) if word == "word" => Holds::Word,
        Value::Object(_) => item.section(|section| {
            let unit = section.required("unit", unit);
            let range = section.optional("range", |item| {
                let [low, high] = item.range(|item| item.number(f64::NEG_INFINITY..=f64::INFINITY));
                Range { low: Some(low), high: Some(high) }
            });
            let written = section.optional("written", |item| item.choice(&WRITTEN)).unwrap_or(Written::Plain);
            let negated = section.optional("negated", |item| match item.json() {
                Value::Bool(true) => Some(BTreeMap::new()),
                Value::Bool(false) => None,
                _ => Some(item.section(lists)),
            });
            Holds::Number { unit, range: range.unwrap_or(usual(unit)), written, negated: negated.flatten() }
        }),
        _ => {
            let unit = unit(item);
            Holds::Number { unit, range: usual(unit), written: Written::Plain, negated: None }
        }
    };
    Column { name: name.to_owned(), holds }
}

/// What numbers of a unit can be where nothing else is said.
fn usual(unit: Unit) -> Range {
    match unit {
        Unit::Fraction => Range::SHARE,
        Unit::Points => Range::CORRELATION,
        Unit::Count | Unit::MultiplyAdds | Unit::Seconds => Range::NOT_NEGATIVE,
        Unit::One | Unit::Own(_) => Range::ANY,
    }
}
