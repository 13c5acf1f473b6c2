//! What a manifest says of its studies, and what the parameters of a profile fill in.

use std::collections::BTreeMap;

use renas_base::digest::Digest;
use renas_base::metric::Unit;
use renas_report::range::Range;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Everything that a profile runs. As JSON it holds no `null`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    /// The studies, in the order of the manifest.
    pub(crate) studies: Vec<DeclaredStudy>,
    /// The parameters of the profile: what stands in `{name}`.
    pub(crate) parameters: BTreeMap<String, Value>,
}

/// A study, and the table that its rows are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeclaredStudy {
    /// Its name, and that of the table.
    pub(crate) name: String,
    /// The data set that its rows are of: its own name where the manifest says no other.
    pub(crate) data: String,
    /// What tells rows apart.
    pub(crate) over: Vec<Over>,
    /// What a unit of each key is, where the manifest says so.
    pub(crate) units: BTreeMap<String, String>,
    /// What a row says.
    pub(crate) rows: Vec<Column>,
    /// Where the rows come from.
    pub(crate) source: Source,
}

/// A key as it is declared: its members, of which parameters may be a part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Over {
    pub(crate) name: String,
    /// A list of words, a list or a number of units, `any` or `position`.
    pub(crate) members: Value,
}

/// Where rows come from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Source {
    /// From files of results.
    Import(Import),
    /// From a command, run once for each combination of keys.
    Command(DeclaredCommand),
}

/// A command as it is declared.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeclaredCommand {
    pub(crate) argv: Vec<String>,
    /// All that lies in its folder.
    pub(crate) files: BTreeMap<String, Digest>,
    pub(crate) variables: BTreeMap<String, String>,
    /// What every request says, of which parameters may be a part.
    pub(crate) config: BTreeMap<String, Value>,
    /// Files that it reads as data, by the name in the request.
    pub(crate) reads: BTreeMap<String, String>,
    /// CPU seconds of one run, as far as they are known.
    pub(crate) seconds: f64,
}

/// Files of results, and how they are read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Import {
    /// How the files are written.
    pub(crate) dialect: Dialect,
    /// Paths with their digests.
    pub(crate) files: Vec<(String, Digest)>,
    /// Keys that are the same in all of a file, by its path.
    pub(crate) constants: BTreeMap<String, BTreeMap<String, String>>,
    /// The field of each key and column whose field has another name.
    pub(crate) columns: BTreeMap<String, String>,
    /// The pattern of headers of a wide table; empty for none.
    pub(crate) wide: String,
    /// Whether fields are lists, one element a step.
    pub(crate) arrays: bool,
    /// The column that counts the rows of one key; empty for none.
    pub(crate) step: String,
    /// What words of a file are called here, by key.
    pub(crate) names: BTreeMap<String, BTreeMap<String, String>>,
    /// What failed, and what is missing.
    pub(crate) lost: Vec<Lost>,
    /// Keys of which there is no row, and why.
    pub(crate) absent: Vec<Absent>,
}

/// How a file is written. Nothing of it is guessed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Dialect {
    /// Lines of fields.
    Csv(Csv),
    /// One JSON object a line.
    Lines,
}

/// Lines of fields.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Csv {
    pub(crate) separator: char,
    pub(crate) decimal: char,
    /// What parts thousands: `1,234`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) grouping: Option<char>,
    /// Whether the first line names the fields; else they are called `1`, `2`, ...
    pub(crate) header: bool,
    /// What the column is called that has no name.
    pub(crate) index: String,
    /// Whether it is Latin-1 and not UTF-8.
    pub(crate) is_latin: bool,
}

/// Rows, or cells of them, that hold no result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Lost {
    /// Whether it failed; else it is missing.
    pub(crate) failed: bool,
    /// Texts of fields: of a field that a column of numbers is read from, its cell is lost; of others, all numbers of the row.
    pub(crate) fields: BTreeMap<String, Vec<String>>,
    pub(crate) because: String,
}

/// A key of which there is no row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Absent {
    pub(crate) keys: BTreeMap<String, String>,
    pub(crate) because: String,
}

/// A column of the rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) holds: Holds,
}

/// What it holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Holds {
    /// Numbers.
    Number {
        unit: Unit,
        range: Range,
        written: Written,
        /// Fields with the texts that make the number another one's negative; with no field it always is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        negated: Option<BTreeMap<String, Vec<String>>>,
    },
    /// Yes or no.
    Flag,
    /// Words.
    Word,
}

/// How numbers are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Written {
    /// As they are.
    Plain,
    /// In percent, with or without the sign.
    Percent,
    /// In thousands.
    Thousands,
    /// In millions.
    Millions,
    /// As `h:mm:ss` or `mm:ss`.
    Clock,
}

/// A key, filled in.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Key {
    pub(crate) name: String,
    pub(crate) members: Members,
}

/// What a key can be.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Members {
    /// Words that say which rows are compared.
    Words(Vec<String>),
    /// Units of replication.
    Units(Vec<String>),
    /// Units of replication, whichever a file has.
    Any,
    /// Units that only their places in the file tell apart.
    Position,
}

impl Members {
    /// The declared ones.
    pub(crate) fn declared(&self) -> Option<&[String]> {
        match self {
            Self::Words(labels) | Self::Units(labels) => Some(labels),
            Self::Any | Self::Position => None,
        }
    }
}

/// A member of each key.
pub(crate) type Combination<'k> = Vec<(&'k Key, usize)>;

/// Every combination of members of keys that list them, the last key fastest.
pub(crate) fn combinations<'k>(keys: &'k [Key]) -> Vec<Combination<'k>> {
    let mut all: Vec<Combination<'k>> = vec![Vec::new()];
    for key in keys {
        let members = key.members.declared().map_or(0, <[String]>::len);
        let with = |one: &Combination<'k>, member: usize| -> Combination<'k> {
            one.iter().copied().chain([(key, member)]).collect()
        };
        all = all.iter().flat_map(|one| (0..members).map(|member| with(one, member)).collect::<Vec<_>>()).collect();
    }
    all
}

impl Key {
    /// The label of a member.
    pub(crate) fn label(&self, member: usize) -> &str {
        self.members.declared().map_or("", |labels| &labels[member])
    }
}

impl DeclaredStudy {
    /// The id of the study of a combination: `search/random/seed-003`.
    pub(crate) fn id_of(&self, combination: &Combination<'_>) -> String {
        let part = |(key, member): &(&Key, usize)| match &key.members {
            // A label as a file name may be, since ids of studies are matched by patterns.
            Members::Words(labels) => format!("/{}", labels[*member]),
            _ => format!("/{}-{member:03}", key.name),
        };
        format!("{}{}", self.name, combination.iter().map(part).collect::<String>())
    }

    /// The same with parameters in the places of their names; an error in words.
    pub(crate) fn filled(&self, parameters: &BTreeMap<String, Value>) -> Result<Self, String> {
        let mut filled = self.clone();
        for over in &mut filled.over {
            over.members =
                fill(&over.members, parameters).map_err(|why| self.at(&format!("over.{}", over.name), why))?;
        }
        let keys = filled.keys()?;
        if let Source::Command(command) = &mut filled.source {
            for (name, value) in &mut command.config {
                *value = fill(value, parameters).map_err(|why| self.at(&format!("config.{name}"), why))?;
            }
            if let Some(key) = keys.iter().find(|key| key.members.declared().is_none()) {
                return Err(
                    self.at(&format!("over.{}", key.name), "a command is run for members that are listed".to_owned())
                );
            }
        }
        Ok(filled)
    }

    fn at(&self, place: &str, why: String) -> String {
        format!("studies.{}.{place}: {why}", self.name)
    }

    /// Its keys; an error in words where their members are none.
    pub(crate) fn keys(&self) -> Result<Vec<Key>, String> {
        let key = |over: &Over| {
            let is_unit = self.units.contains_key(&over.name) || over.name == "seed";
            let members =
                members(&over.members, is_unit).map_err(|why| self.at(&format!("over.{}", over.name), why))?;
            Ok(Key { name: over.name.clone(), members })
        };
        self.over.iter().map(key).collect()
    }

    /// Where its rows come from and what tells them apart, in a line.
    pub(crate) fn in_words(&self) -> String {
        let source = match &self.source {
            Source::Import(import) => match import.files.as_slice() {
                [(path, _)] => format!("handed in as {path}"),
                files => format!("handed in as {} files", files.len()),
            },
            Source::Command(command) => format!("`{}`", command.argv.join(" ")),
        };
        let key = |over: &Over| match &over.members {
            Value::Array(items) => {
                let labels: Vec<String> = items.iter().map(|item| item.to_string().replace('"', "")).collect();
                format!("{} ({})", over.name, labels.join(", "))
            }
            other => format!("{} ({})", over.name, other.to_string().replace('"', "")),
        };
        let keys: Vec<String> = self.over.iter().map(key).collect();
        format!("{source}, over {}", keys.join(" and "))
    }

    /// What a unit of a key is.
    pub(crate) fn unit_of(&self, key: &str) -> String {
        self.units.get(key).cloned().unwrap_or_else(|| format!("{key} of {}", self.name))
    }
}

fn members(value: &Value, is_unit: bool) -> Result<Members, String> {
    const MOST: u64 = 10_000_000;
    match value {
        Value::Number(number) => match number.as_u64().filter(|count| (1..=MOST).contains(count)) {
            Some(count) => Ok(Members::Units((0..count).map(|unit| unit.to_string()).collect())),
            None => Err(format!("{number} is no number of units between 1 and {MOST}")),
        },
        Value::String(word) if word == "any" => Ok(Members::Any),
        Value::String(word) if word == "position" => Ok(Members::Position),
        Value::Array(items) if !items.is_empty() => {
            let labels = items.iter().map(label).collect::<Result<Vec<_>, _>>()?;
            if let Some(twice) = (1..labels.len()).find(|at| labels[..*at].contains(&labels[*at])) {
                return Err(format!("`{}` is a duplicate", labels[twice]));
            }
            Ok(if is_unit { Members::Units(labels) } else { Members::Words(labels) })
        }
        _ => Err("expected a list, a number of units, `any` or `position`".to_owned()),
    }
}

fn label(value: &Value) -> Result<String, String> {
    match value {
        Value::String(text) if !text.is_empty() && !text.contains('/') => Ok(text.clone()),
        Value::Number(_) | Value::Bool(_) => Ok(value.to_string()),
        other => Err(format!("{other} is no word and no number")),
    }
}

/// The value with parameters in the places of their names: a text that is nothing but `{name}` becomes the parameter itself.
pub(crate) fn fill(value: &Value, parameters: &BTreeMap<String, Value>) -> Result<Value, String> {
    match value {
        Value::String(text) => match text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            Some(name) => {
                let known: Vec<&String> = parameters.keys().collect();
                let unknown = || format!("no parameter `{name}`; this profile has {known:?}");
                parameters.get(name).cloned().ok_or_else(unknown)
            }
            None => Ok(value.clone()),
        },
        Value::Array(items) => items.iter().map(|item| fill(item, parameters)).collect(),
        Value::Object(entries) => {
            entries.iter().map(|(key, item)| Ok((key.clone(), fill(item, parameters)?))).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(value.clone()),
    }
}
