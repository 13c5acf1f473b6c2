//! What a figure shows, in a sentence that its quantities choose: it can name no direction that they do not have.
//!
//! A quantity lies above or below a border where its whole 95 % interval does (an exact number by itself); where the interval
//! holds the border, or there is none, the two cannot be told apart.

use std::collections::BTreeMap;

use renas_report::findings::{Measured, Quantity};
use renas_report::judge::border::above;
use renas_report::number;
use renas_report::summary::{Summary, summary_of};

use crate::declare;
use crate::plan::table::Shown;
use crate::plan::{Fallible, Scope, filled, mistake, number as parsed};
use crate::template::{Binding, Template};

/// What a sentence can say of quantities: the value and its interval, how many samples, how many lie on each side, and how many
/// there are.
const LATER: [&str; 6] = ["value", "n", "above", "below", "unclear", "all"];

/// A finding whose templates are filled but for what is measured.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct PlannedFinding {
    quantities: Vec<String>,
    border: f64,
    /// Of all above, all below, all unclear.
    sides: [Option<Template>; 3],
    say: Option<Template>,
    /// Times are of a cost model: nothing is found of them.
    is_time_modelled: bool,
}

/// The finding of a figure whose id binds this member. A quantity that only other profiles have is left out.
pub(super) fn plan<'s>(
    declared: &declare::Finding,
    scope: &'s Scope<'_>,
    shown: &Shown<'_>,
    member: &Binding<'s>,
) -> Fallible<PlannedFinding> {
    let place = &declared.place;
    let each: Vec<&str> = declared.each.iter().map(String::as_str).collect();
    let mut quantities = Vec::new();
    for binding in scope.expand_from(member, place, &each)? {
        let name = filled(place, &declared.quantity, &binding)?;
        if !shown.is_elsewhere(&name) {
            quantities.push(shown.known(place, &name)?);
        }
    }
    let half = |template: &Template| template.fill_but(member, &LATER).map_err(|why| mistake(place, why));
    let border = declared.border.as_ref().map(|border| parsed(place, &filled(place, border, member)?));
    let [above, below, unclear] = declared.sides.each_ref().map(|side| side.as_ref().map(half).transpose());
    Ok(PlannedFinding {
        quantities,
        border: border.transpose()?.unwrap_or(0.0),
        sides: [above?, below?, unclear?],
        say: declared.say.as_ref().map(half).transpose()?,
        is_time_modelled: scope.frame.is_time_modelled,
    })
}

impl PlannedFinding {
    /// The sentence about what was measured; nothing where nothing was, or nothing is said of that, or it is of modelled times.
    pub(super) fn title<'q>(&self, quantity: &dyn Fn(&str) -> Option<&'q Quantity>) -> Option<String> {
        let measured = |name: &String| {
            let quantity = quantity(name)?;
            Some((quantity, summary_of(name, quantity)?))
        };
        let found: Vec<(&Quantity, Summary)> = self.quantities.iter().filter_map(measured).collect();
        if self.is_time_modelled && found.iter().any(|(quantity, _)| quantity.observed_time) {
            return None;
        }
        let mut counts = [0usize; 3];
        found.iter().for_each(|(quantity, summary)| counts[self.side(quantity, summary)] += 1);
        let alone = (0..3).find(|side| counts[*side] == found.len());
        let sentence = alone.and_then(|side| self.sides[side].as_ref()).or(self.say.as_ref());
        let count = |count: usize| if count == 0 { "none".to_owned() } else { count.to_string() };
        let known = BTreeMap::from([
            ("value".to_owned(), values(&found)?),
            ("n".to_owned(), sizes(&found)?),
            ("above".to_owned(), count(counts[0])),
            ("below".to_owned(), count(counts[1])),
            ("unclear".to_owned(), count(counts[2])),
            ("all".to_owned(), found.len().to_string()),
        ]);
        Some(capitalised(&sentence?.fill(&Binding::new(&known)).ok()?))
    }

    /// 0 where the quantity lies above the border, 1 below, 2 where that is unclear.
    fn side(&self, quantity: &Quantity, summary: &Summary) -> usize {
        let (low, high) = match (&quantity.measured, summary.interval) {
            (Measured::Exact(value), _) => (*value, *value),
            (_, Some(interval)) => (interval.low, interval.high),
            (_, None) => return 2,
        };
        if above(low, self.border) {
            0
        } else if above(self.border, high) {
            1
        } else {
            2
        }
    }
}

/// The value of one quantity with its interval, or the least and the greatest of several.
fn values(found: &[(&Quantity, Summary)]) -> Option<String> {
    if let [(quantity, summary)] = found {
        return Some(number::brief(summary.mean, summary.interval, quantity.shown_unit()));
    }
    let by_mean = |one: &&(&Quantity, Summary), other: &&(&Quantity, Summary)| one.1.mean.total_cmp(&other.1.mean);
    let [(quantity, least), (_, most)] = [found.iter().min_by(by_mean)?, found.iter().max_by(by_mean)?];
    Some(number::short_range(least.mean, most.mean, quantity.shown_unit()))
}

fn sizes(found: &[(&Quantity, Summary)]) -> Option<String> {
    let sizes = || found.iter().map(|(_, summary)| summary.n);
    let (least, most) = (sizes().min()?, sizes().max()?);
    let range = if least == most { String::new() } else { format!(" to {most}") };
    Some(format!("{}{range}", number::sample_size(least)))
}

fn capitalised(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}
