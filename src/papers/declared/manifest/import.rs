//! Files of results as a manifest declares them: their dialect, their keys, what of them is lost.

use std::collections::BTreeMap;

use renas_base::digest::Digest;
use renas_harness::manifest::decode::{Item, Section};
use renas_harness::manifest::problem::suggestion;

use super::{lists, pins, texts};
use crate::import::collect::MOST_FIELDS;
use crate::pattern::Pattern;
use crate::settings::{Absent, Csv, Dialect, Import, Lost};

#[derive(Clone, Copy, PartialEq)]
enum Form {
    Csv,
    Lines,
}

/// The section, its licence and its origin; `names` are the keys and columns of the study.
pub(super) fn import(section: &mut Section<'_>, names: &[&str]) -> (Import, String, String) {
    let form = section.choice("form", &[("csv", Form::Csv), ("lines", Form::Lines)]);
    let files = section.section("files", pins);
    if files.is_empty() {
        section.problem("files", "there is none: name each file with its SHA-256");
    }
    let dialect = match form {
        Form::Csv => Dialect::Csv(csv(section)),
        Form::Lines => Dialect::Lines,
    };
    let wide = section.optional("wide", |item| pattern(item, names)).unwrap_or_default();
    let arrays = section.optional("arrays", Item::flag).unwrap_or(false);
    if form == Form::Csv && arrays {
        section.problem("arrays", "a field of CSV is no list");
    }
    if form == Form::Lines && !wide.is_empty() {
        section.problem("wide", "headers are those of CSV; fields of JSON are named by their path: `metrics.test`");
    }
    let columns = section.optional("columns", |item| item.section(texts)).unwrap_or_default();
    known(section, "columns", columns.keys(), names);
    let maps = section.optional("names", |item| {
        item.section(|section| {
            let keys = section.keys();
            let map = |key: &str| Some((key.to_owned(), section.item(key)?.section(texts)));
            keys.into_iter().filter_map(map).collect()
        })
    });
    let maps: BTreeMap<String, BTreeMap<String, String>> = maps.unwrap_or_default();
    known(section, "names", maps.keys(), names);
    let step = section.optional("step", |item| item.known("column", names)).unwrap_or_default();
    let constants = constants(section, &files, names);
    let mut lost = Vec::new();
    for (key, failed) in [("failed", true), ("missing", false)] {
        lost.extend(section.optional(key, |item| item.list(|item| self::lost(item, failed))).unwrap_or_default());
    }
    let absent = section.optional("absent", |item| item.list(|item| absent(item, names))).unwrap_or_default();
    let of_lost: usize = lost.iter().map(|lost| lost.fields.len()).sum();
    if names.len() + of_lost > MOST_FIELDS {
        section.problem("columns", format!("more than {MOST_FIELDS} fields of a file are named"));
    }
    let text =
        |section: &mut Section<'_>, key| section.optional(key, Item::text).unwrap_or_else(|| "not stated".to_owned());
    let (licence, origin) = (text(section, "licence"), text(section, "origin"));
    (Import { dialect, files, constants, columns, wide, arrays, step, names: maps, lost, absent }, licence, origin)
}

fn csv(section: &mut Section<'_>) -> Csv {
    let letter = |item: &Item<'_>| {
        let text = item.json();
        let mut letters = text.as_str().unwrap_or_default().chars();
        match (letters.next(), letters.next()) {
            (Some(letter), None) if letter.is_ascii() && !letter.is_ascii_alphanumeric() && letter != '"' => letter,
            _ => {
                item.problem("expected one sign in quotes, such as \",\" or \"\\t\"");
                ','
            }
        }
    };
    let separator = section.required("separator", letter);
    let decimal = section.optional("decimal", letter).unwrap_or('.');
    let grouping = section.optional("grouping", letter);
    if grouping == Some(decimal) || (separator == decimal && separator != ',') {
        section.problem("decimal", "the decimal sign is also the separator or the grouping sign");
    }
    Csv {
        separator,
        decimal,
        grouping,
        header: section.optional("header", Item::flag).unwrap_or(true),
        index: section.optional("index", Item::text).unwrap_or_default(),
        is_latin: section
            .optional("encoding", |item| item.choice(&[("utf-8", false), ("latin-1", true)]))
            .unwrap_or(false),
    }
}

fn known<'k>(section: &Section<'_>, key: &str, found: impl Iterator<Item = &'k String>, names: &[&str]) {
    for name in found.filter(|name| !names.contains(&name.as_str())) {
        section.problem(key, format!("no key or column `{name}`; {}", suggestion(name, names)));
    }
}

/// A pattern, as its text; `{column}` stands for the name of a column.
fn pattern(item: &Item<'_>, names: &[&str]) -> String {
    let text = item.text();
    match Pattern::parse(&text) {
        Err(why) => item.problem(why),
        Ok(pattern) => {
            for name in pattern.names().filter(|name| *name != "column" && !names.contains(name)) {
                item.problem(format!("no key `{name}`; {}", suggestion(name, names)));
            }
        }
    }
    text
}

/// Keys that are the same in all of a file: what its name says (`named`), and what the manifest says (`constants`).
fn constants(
    section: &mut Section<'_>,
    files: &[(String, Digest)],
    names: &[&str],
) -> BTreeMap<String, BTreeMap<String, String>> {
    let mut constants: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    if let Some(item) = section.item("named")
        && let Ok(of_names) = Pattern::parse(&pattern(&item, names))
    {
        for (path, _) in files {
            match of_names.captures(path) {
                Some(found) => {
                    let found = found.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
                    constants.entry(path.clone()).or_default().extend(found);
                }
                None => item.problem(format!("the name of the file {path} does not fit the pattern")),
            }
        }
    }
    let stated = section.optional("constants", |item| {
        item.section(|section| {
            let paths = section.keys();
            let of_path = |path: &str| Some((path.to_owned(), section.item(path)?.section(texts)));
            paths.into_iter().filter_map(of_path).collect::<Vec<_>>()
        })
    });
    for (path, stated) in stated.unwrap_or_default() {
        if files.iter().all(|(file, _)| *file != path) {
            section.problem("constants", format!("`{path}` is none of the files"));
        }
        known(section, "constants", stated.keys(), names);
        constants.entry(path).or_default().extend(stated);
    }
    constants
}

fn lost(item: &Item<'_>, failed: bool) -> Lost {
    item.section(|section| Lost { failed, fields: section.section("where", lists), because: section.text("because") })
}

fn absent(item: &Item<'_>, names: &[&str]) -> Absent {
    item.section(|section| {
        let keys = section.section("where", texts);
        known(section, "where", keys.keys(), names);
        Absent { keys, because: section.text("because") }
    })
}
