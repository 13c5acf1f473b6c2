//! Which rows conditions keep: planned against a schema, and unit by unit on the rows.

use std::collections::{BTreeMap, BTreeSet};

use crate::declare::{Condition, Test};
use crate::member::Member;
use crate::plan::{Fallible, Scope, filled, mistake};
use crate::rows::{Kind, POSITION, Rows, Schema};
use crate::template::Binding;

/// Some rows of a table; columns by place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Filter {
    pub(crate) table: String,
    /// On identities: they say which units exist.
    pub(crate) identities: Vec<(usize, Wanted)>,
    pub(crate) others: Vec<(usize, Wanted)>,
    /// Each condition in words.
    pub(crate) words: Vec<String>,
}

/// What a cell must be.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Wanted {
    Numbers(Vec<f64>),
    Words(BTreeSet<String>),
    Flag(bool),
    Present,
}

impl Scope<'_> {
    /// The rows that conditions keep, those of the bound members among them.
    pub(crate) fn filter(&self, schema: &Schema, conditions: &[Condition], binding: &Binding<'_>) -> Fallible<Filter> {
        let mut filter =
            Filter { table: schema.name.clone(), identities: Vec::new(), others: Vec::new(), words: Vec::new() };
        let of_member = |(dimension, member): (&str, &Member)| {
            let members = self.dimensions.get(dimension)?;
            Some(members.iter().find(|one| one.member.name == member.name)?.conditions.as_slice())
        };
        let of_members: Vec<&[Condition]> = binding.members().filter_map(of_member).collect();
        for condition in conditions.iter().chain(of_members.into_iter().flatten()) {
            let (at, kind) = self.column(&condition.place, schema, &condition.column)?;
            let (wanted, words) = self.wanted(condition, kind, binding)?;
            filter.words.push(format!("{} is {words}", condition.column));
            match kind {
                Kind::Word { is_identity: true } => filter.identities.push((at, wanted)),
                _ => filter.others.push((at, wanted)),
            }
        }
        Ok(filter)
    }

    fn wanted(&self, condition: &Condition, kind: &Kind, binding: &Binding<'_>) -> Fallible<(Wanted, String)> {
        let place = &condition.place;
        let Test::OneOf(templates) = &condition.test else {
            return match kind {
                Kind::Number { .. } => Ok((Wanted::Present, "present".to_owned())),
                kind => Err(mistake(place, format!("{} are always present", kind.in_words()))),
            };
        };
        let mut texts = Vec::new();
        for template in templates {
            match template.only_place().filter(|name| !binding.binds(name)).and_then(|name| self.dimensions.get(name)) {
                Some(members) => texts.extend(members.iter().map(|one| one.member.name.clone())),
                None => texts.push(filled(place, template, binding)?),
            }
        }
        let words = texts.join(" or ");
        let wanted = match kind {
            Kind::Word { .. } => Wanted::Words(texts.into_iter().collect()),
            Kind::Number { .. } | Kind::Unit { .. } => {
                let number = |text: &String| {
                    text.parse::<f64>()
                        .map_err(|_| mistake(place, format!("`{text}` is no number, and the column holds them")))
                };
                Wanted::Numbers(texts.iter().map(number).collect::<Fallible<_>>()?)
            }
            Kind::Flag => match texts.as_slice() {
                [text] if text == "true" => Wanted::Flag(true),
                [text] if text == "false" => Wanted::Flag(false),
                _ => return Err(mistake(place, "the column holds flags: `true` or `false`")),
            },
        };
        Ok((wanted, words))
    }
}

fn fits(rows: &Rows, row: usize, (column, wanted): &(usize, Wanted)) -> bool {
    match wanted {
        Wanted::Numbers(numbers) => rows.number(*column, row).is_some_and(|number| numbers.contains(&number)),
        Wanted::Words(words) => rows.word(*column, row).is_some_and(|word| words.contains(&**word)),
        Wanted::Flag(flag) => rows.flag(*column, row) == Some(*flag),
        Wanted::Present => rows.number(*column, row).is_some(),
    }
}

impl Filter {
    /// What a unit is; positions of the rows that it keeps are no units of another sample.
    pub(crate) fn apart(&self, over: String) -> String {
        if over == POSITION { format!("{over} where {}", self.words.join(" and ")) } else { over }
    }

    /// The rows that it keeps, in their order.
    pub(crate) fn kept(&self, rows: &Rows) -> Vec<usize> {
        let is_kept =
            |row: &usize| self.identities.iter().chain(&self.others).all(|condition| fits(rows, *row, condition));
        (0..rows.len()).filter(is_kept).collect()
    }

    /// Every unit that has rows of the identities asked for, even where none of them is kept.
    pub(crate) fn by_unit(&self, rows: &Rows, unit: usize) -> BTreeMap<usize, OfUnit> {
        let mut units: BTreeMap<usize, OfUnit> = BTreeMap::new();
        for row in 0..rows.len() {
            if self.identities.iter().all(|condition| fits(rows, row, condition)) {
                let number = rows.unit(unit, row).expect("a column of units");
                let of_unit = units.entry(number).or_insert_with(|| OfUnit { first: row, kept: Vec::new() });
                if self.others.iter().all(|condition| fits(rows, row, condition)) {
                    of_unit.kept.push(row);
                }
            }
        }
        units
    }
}

/// The rows of a unit.
pub(crate) struct OfUnit {
    /// The first one, kept or not: it says which cluster the unit is of.
    pub(crate) first: usize,
    /// Those that are kept.
    pub(crate) kept: Vec<usize>,
}
