//! Which studies a quantity is made of (the patterns of its table, filled with what its conditions say), and which planned units.

use std::collections::BTreeSet;

use crate::declare::Place;
use crate::member::Member;
use crate::plan::filter::{Filter, Wanted};
use crate::plan::{Fallible, Scope, mistake};
use crate::rows::Schema;
use crate::template::Binding;
use crate::unknown::unknown;

impl Scope<'_> {
    /// Patterns of the ids of the studies that the rows which a filter keeps are made of.
    pub(crate) fn studies(&self, place: &Place, schema: &Schema, filter: &Filter) -> Fallible<BTreeSet<String>> {
        let mut found = BTreeSet::new();
        for pattern in &schema.studies {
            let places = pattern.places();
            let members: Vec<Vec<Member>> = places.iter().map(|name| self.members(name, schema, filter)).collect();
            let mut bindings = vec![Binding::default()];
            for (name, members) in places.iter().zip(&members) {
                bindings =
                    bindings.iter().flat_map(|one| members.iter().map(|member| one.with(name, member))).collect();
            }
            for binding in &bindings {
                let filled = pattern.fill(binding);
                found.insert(filled.map_err(|why| mistake(place, format!("the studies of `{}`: {why}", schema.name)))?);
            }
        }
        Ok(found)
    }

    /// The unit that is counted in rows, which a paper must plan.
    pub(crate) fn counted(&self, place: &Place, unit: &str) -> Fallible<String> {
        let known = self.frame.units.keys().map(String::as_str);
        let is_known = self.frame.units.contains_key(unit);
        is_known.then(|| unit.to_owned()).ok_or_else(|| mistake(place, unknown("unit", unit, known)))
    }

    /// What conditions say of a name: the words of that column; else that attribute of the members that another column holds;
    /// else anything.
    fn members(&self, name: &str, schema: &Schema, filter: &Filter) -> Vec<Member> {
        let of_column = |column: &str| {
            let (at, _) = schema.column(column)?;
            filter.identities.iter().chain(&filter.others).find_map(|(place, wanted)| match wanted {
                Wanted::Words(words) if *place == at => Some(words),
                _ => None,
            })
        };
        if let Some(words) = of_column(name) {
            return words.iter().map(|word| Member::from(word.as_str())).collect();
        }
        let by_attribute = schema.columns.iter().find_map(|column| {
            let (words, members) = (of_column(&column.name)?, self.dimensions.get(column.name.as_str())?);
            if members.iter().all(|one| !one.member.attributes.contains_key(name)) {
                return None;
            }
            let member = |word: &String| members.iter().find(|one| one.member.name == *word);
            let found = words.iter().map(member).collect::<Option<Vec<_>>>()?;
            // A member without the attribute is of no study.
            Some(found.into_iter().filter_map(|one| one.member.attributes.get(name)).collect::<BTreeSet<&String>>())
        });
        match by_attribute {
            Some(attributes) => attributes.into_iter().map(|text| Member::from(text.as_str())).collect(),
            None => vec![Member::from("*")],
        }
    }
}
