//! The columns that declarations name: of the kind that each place asks for, or a mistake that says what is there.

use renas_report::range::Range;

use crate::declare::{Mistake, Place};
use crate::plan::{Fallible, Scope, mistake};
use crate::rows::{Kind, Schema};
use crate::unknown::unknown;
use crate::verb::{Take, VERBS};

impl Scope<'_> {
    pub(crate) fn column<'s>(&self, place: &Place, schema: &'s Schema, name: &str) -> Fallible<(usize, &'s Kind)> {
        let known = || schema.columns.iter().map(|column| column.name.as_str());
        let found = schema.column(name).map(|(at, column)| (at, &column.kind));
        found.ok_or_else(|| mistake(place, unknown(&format!("column of `{}`", schema.name), name, known())))
    }

    /// A column of units of replication, and what a unit is.
    pub(crate) fn unit_column<'s>(
        &self,
        place: &Place,
        schema: &'s Schema,
        name: &str,
    ) -> Fallible<(usize, &'s String)> {
        match self.column(place, schema, name)? {
            (at, Kind::Unit { over }) => Ok((at, over)),
            (_, kind) => Err(mistake(place, format!("`{name}` holds {}, no units of replication", kind.in_words()))),
        }
    }

    /// A column of numbers, and what they can be.
    pub(crate) fn number_column(&self, place: &Place, schema: &Schema, name: &str) -> Fallible<(usize, Range)> {
        match self.column(place, schema, name)? {
            (at, Kind::Number { range, .. }) => Ok((at, *range)),
            (_, kind) => Err(not_numbers(place, name, kind)),
        }
    }

    /// What is taken, of columns that hold it.
    pub(crate) fn take(&self, place: &Place, schema: &Schema, words: &str) -> Fallible<Take> {
        let nothing = || mistake(place, format!("`{words}` is nothing that can be taken of rows; what can: {VERBS}"));
        let take = Take::parse(words).ok_or_else(nothing)?;
        self.check_columns(place, schema, &take.columns())?;
        Ok(take)
    }

    /// Columns of numbers, or of flags where they may be.
    pub(crate) fn check_columns(&self, place: &Place, schema: &Schema, columns: &[(&str, bool)]) -> Fallible<()> {
        for &(name, may_be_flag) in columns {
            match self.column(place, schema, name)?.1 {
                Kind::Number { .. } => {}
                Kind::Flag if may_be_flag => {}
                kind => return Err(not_numbers(place, name, kind)),
            }
        }
        Ok(())
    }
}

fn not_numbers(place: &Place, name: &str, kind: &Kind) -> Mistake {
    mistake(place, format!("`{name}` holds {}, not numbers", kind.in_words()))
}
