//! Modules of a crate use each other in one direction: only a parent and its child may know each other.

use std::collections::{BTreeMap, BTreeSet};

use super::{MAY_USE, Source, expect_none, sources};

type Module = Vec<String>;

/// The modules of a crate by path, each with the modules that its own code uses.
struct Crate(BTreeMap<Module, BTreeSet<Module>>);

impl Crate {
    fn of(folder: &str, sources: &[Source]) -> Self {
        let module = |path: &str| -> Option<Module> {
            let inner = path.strip_prefix(folder)?.strip_prefix('/')?.strip_suffix(".rs")?;
            let mut names: Module = inner.split('/').map(str::to_owned).collect();
            names.pop_if(|last| ["mod", "lib", "main"].contains(&last.as_str()));
            Some(names)
        };
        let own: Vec<(Module, &str)> =
            sources.iter().filter_map(|source| Some((module(&source.path)?, source.text.as_str()))).collect();
        let known: BTreeSet<&Module> = own.iter().map(|(module, _)| module).collect();
        let is_test = |module: &Module| module.last().is_some_and(|last| ["tests", "fixture"].contains(&last.as_str()));
        let used = |module: &Module, text: &str| {
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            let code: String = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
            let imports = code.split("use ").skip(1).filter_map(|rest| rest.split(';').next());
            let paths = imports.flat_map(|import| expanded(&import.split_whitespace().collect::<String>()));
            paths.filter_map(|path| resolved(module, &path, &known)).filter(|other| other != module).collect()
        };
        let own = own.iter().filter(|(module, _)| !is_test(module));
        Self(own.map(|(module, text)| (module.clone(), used(module, text))).collect())
    }

    /// Whether one module uses another in the end.
    fn reaches(&self, from: &Module, to: &Module, seen: &mut BTreeSet<Module>) -> bool {
        let used = self.0.get(from).into_iter().flatten();
        used.filter(|next| !is_family(from, next))
            .any(|next| next == to || (seen.insert(next.clone()) && self.reaches(next, to, seen)))
    }
}

/// Whether one is the other's parent, or its parent's.
fn is_family(one: &Module, other: &Module) -> bool {
    one.starts_with(other) || other.starts_with(one)
}

/// `a::{b, c::d}` as `a::b` and `a::c::d`.
fn expanded(path: &str) -> Vec<String> {
    let Some(open) = path.find('{') else { return vec![path.to_owned()] };
    let (mut depth, mut start, mut all) = (0, open + 1, Vec::new());
    for (at, letter) in path.char_indices().skip(open) {
        match letter {
            '{' => depth += 1,
            '}' if depth > 1 => depth -= 1,
            ',' | '}' if depth == 1 => {
                all.extend(expanded(&format!("{}{}", &path[..open], &path[start..at])));
                start = at + 1;
            }
            _ => {}
        }
    }
    all
}

/// The module that a path of an import leads into, seen from `module`.
fn resolved(module: &Module, path: &str, known: &BTreeSet<&Module>) -> Option<Module> {
    let mut names = path.split("::").peekable();
    let mut place: Module = match names.peek() {
        Some(&"crate") => Module::new(),
        Some(&("super" | "self")) => module.clone(),
        _ => return None,
    };
    while let Some(name) = names.next_if(|name| ["crate", "super", "self"].contains(name)) {
        if name == "super" {
            place.pop();
        }
    }
    for name in names {
        place.push(name.to_owned());
        if !known.contains(&place) {
            place.pop();
            break;
        }
    }
    (!place.is_empty()).then_some(place)
}

fn cycles(folder: &str, sources: &[Source]) -> Vec<String> {
    let modules = Crate::of(folder, sources);
    let mut found = Vec::new();
    for (module, used) in &modules.0 {
        for other in used.iter().filter(|other| !is_family(module, other)) {
            if modules.reaches(other, module, &mut BTreeSet::new()) {
                found.push(format!("{folder}: `{}` and `{}` use each other", module.join("::"), other.join("::")));
            }
        }
    }
    found
}

#[test]
fn no_import_is_circular_but_between_a_parent_and_its_child() {
    let folders = MAY_USE.iter().map(|(folder, _)| if *folder == "worker" { "worker/src" } else { folder });
    expect_none(
        folders
            .filter(|folder| *folder != ".")
            .flat_map(|folder| {
                let is_within = |path: &str, crates: &str| path.starts_with(&format!("{crates}/"));
                let is_of_another = |source: &Source| {
                    MAY_USE.iter().any(|(other, _)| is_within(other, folder) && is_within(&source.path, other))
                };
                let own: Vec<Source> = sources(&[folder]).into_iter().filter(|one| !is_of_another(one)).collect();
                cycles(folder, &own)
            })
            .collect(),
    );
}

#[test]
fn a_cycle_is_found_through_braces_and_a_child_may_know_its_parent() {
    let source = |path: &str, text: &str| Source::new(path, text);
    let cyclic = [
        source("src/base/a.rs", "use super::{d::D, b::{B, C}};\n"),
        source("src/base/b.rs", "use crate::c::C;\n"),
        source("src/base/c.rs", "use super::a::A; // use super::e::E;\n"),
        source("src/base/d.rs", "mod e;\n\nuse self::e::E;\n"),
        source("src/base/d/e.rs", "use super::D;\n\n#[cfg(test)]\nuse crate::a::A;\n"),
    ];
    let found = cycles("src/base", &cyclic);
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(found.iter().all(|line| !line.contains("d::e")), "{found:?}");
    assert!(cycles("src/base", &cyclic[1..]).is_empty());
}
