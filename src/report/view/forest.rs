//! The paper's numbers beside ours, each on the scale of our interval.

use serde::Serialize;

use super::{Badge, badge_of};
use crate::number;
use crate::page::Experiment;

/// How many half widths of our interval the scale shows to each side.
const REACH: f64 = 5.0;

/// A number that the paper prints, and ours.
#[derive(Serialize)]
pub(crate) struct Row<'a> {
    /// The claim.
    pub(crate) id: &'a str,
    pub(crate) source: &'a str,
    pub(crate) label: &'a str,
    pub(crate) paper: String,
    pub(crate) ours: String,
    pub(crate) verdict: Badge,
    /// Where the paper's number stands on the scale, from 0 to 100, with our mean at 50; empty where we have no interval.
    pub(crate) left: String,
    /// The same of our interval: its beginning and its width.
    pub(crate) from: String,
    pub(crate) width: String,
    /// It stands beyond the scale: `left` or `right`.
    pub(crate) beyond: &'static str,
}

/// Every number of the paper that a claim compares with one of ours.
pub(crate) fn rows<'a>(experiment: &'a Experiment, profile: &str) -> Vec<Row<'a>> {
    let mut rows = Vec::new();
    for judgement in &experiment.judgements {
        for strip in &judgement.strips {
            let (Some(paper), Some(value)) = (strip.paper, strip.value) else { continue };
            let scale = strip.interval.map(|ends| (ends, (ends.high - ends.low) / 2.0)).filter(|(_, half)| *half > 0.0);
            let place = |number: f64, half: f64| (number - value) / half;
            let percent = |halves: f64| number::fixed(50.0 + 50.0 * halves.clamp(-REACH, REACH) / REACH, 1);
            let beyond = match scale.map(|(_, half)| place(paper, half)) {
                Some(place) if place < -REACH => "left",
                Some(place) if place > REACH => "right",
                _ => "",
            };
            rows.push(Row {
                id: &judgement.id,
                source: &judgement.source,
                label: &strip.label,
                paper: number::exact(paper, strip.unit),
                ours: match strip.interval {
                    Some(interval) => number::estimate(value, interval, strip.unit),
                    None => number::exact(number::rounded(value), strip.unit),
                },
                verdict: badge_of(judgement, profile),
                left: scale.map_or(String::new(), |(_, half)| percent(place(paper, half))),
                from: scale.map_or(String::new(), |(ends, half)| percent(place(ends.low, half))),
                width: scale.map_or(String::new(), |(ends, half)| {
                    number::fixed(50.0 * (place(ends.high, half) - place(ends.low, half)) / REACH, 1)
                }),
                beyond,
            });
        }
    }
    rows
}
