//! Which fields of a file are wanted, and what each is for.

use std::collections::BTreeMap;

use crate::settings::{Csv, DeclaredStudy, Dialect, Holds, Import, Key, Members};

/// What is read of a record.
pub(super) struct Plan<'s> {
    pub(super) study: &'s DeclaredStudy,
    pub(super) import: &'s Import,
    pub(super) keys: Vec<Key>,
    /// The wanted fields by name, each once.
    pub(super) fields: Vec<String>,
    /// The field of each key; none of a key that is a position.
    pub(super) of_keys: Vec<Option<usize>>,
    /// The field of each column.
    pub(super) of_columns: Vec<usize>,
    /// For each `Import::lost` its fields with their texts.
    pub(super) of_lost: Vec<Vec<(usize, &'s [String])>>,
    /// For each column that is negated under conditions, these.
    pub(super) of_negated: Vec<Vec<(usize, &'s [String])>>,
    /// The column that is the step, by place.
    pub(super) step: Option<usize>,
}

impl<'s> Plan<'s> {
    /// Panics where keys have no members, which is refused when a manifest is read.
    pub(super) fn of(study: &'s DeclaredStudy, import: &'s Import) -> Self {
        let keys = study.keys().expect("keys are looked at when the manifest is read");
        let mut fields: Vec<String> = Vec::new();
        let mut place = |name: &str| match fields.iter().position(|field| field == name) {
            Some(known) => known,
            None => {
                fields.push(name.to_owned());
                fields.len() - 1
            }
        };
        let named = |name: &str| import.columns.get(name).cloned().unwrap_or_else(|| name.to_owned());
        let of_keys =
            keys.iter().map(|key| (key.members != Members::Position).then(|| place(&named(&key.name)))).collect();
        let of_columns = study.rows.iter().map(|column| place(&named(&column.name))).collect();
        let mut conditions = |texts: &'s BTreeMap<String, Vec<String>>| -> Vec<(usize, &'s [String])> {
            texts.iter().map(|(field, texts)| (place(field), texts.as_slice())).collect()
        };
        let of_lost = import.lost.iter().map(|lost| conditions(&lost.fields)).collect();
        let of_negated = study.rows.iter().map(|column| match &column.holds {
            Holds::Number { negated: Some(texts), .. } => conditions(texts),
            Holds::Number { .. } | Holds::Flag | Holds::Word => Vec::new(),
        });
        let of_negated = of_negated.collect();
        let step = study.rows.iter().position(|column| column.name == import.step);
        Self { study, import, keys, fields, of_keys, of_columns, of_lost, of_negated, step }
    }

    /// The name that a field has by key or column, for patterns and constants.
    pub(super) fn field_of(&self, name: &str) -> Option<usize> {
        let key = self.keys.iter().position(|key| key.name == name).and_then(|place| self.of_keys[place]);
        key.or_else(|| {
            self.study.rows.iter().position(|column| column.name == name).map(|place| self.of_columns[place])
        })
    }

    /// How numbers are parted, where the files are CSV.
    pub(super) fn csv(&self) -> Option<&Csv> {
        match &self.import.dialect {
            Dialect::Csv(csv) => Some(csv),
            Dialect::Lines => None,
        }
    }
}
