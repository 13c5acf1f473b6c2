//! A claim as its card shows it.

use std::borrow::Cow;

use serde::Serialize;

use super::{Badge, badge_of, place};
use crate::claim::{Amendment, Verdict};
use crate::findings::{Cell, Findings, Table, of_others};
use crate::judge::need::duration;
use crate::judge::strip::Strip;
use crate::judge::{Evidence, Judgement};
use crate::marks::{Mark, Marks};
use crate::page::{AuditEntry, Experiment};
use crate::plot::strip;
use crate::{number, table};
use renas_base::metric::Unit;

/// An amendment of a claim.
#[derive(Serialize)]
pub(crate) struct Amended<'a> {
    pub(crate) on: &'a str,
    pub(crate) was: &'a str,
    pub(crate) because: &'a str,
    pub(crate) before: String,
}

/// One claim and what became of it.
#[derive(Serialize)]
pub(crate) struct Claimed<'a> {
    pub(crate) id: &'a str,
    pub(crate) source: &'a str,
    pub(crate) sentence: &'a str,
    pub(crate) expectation: &'a str,
    pub(crate) quantity: &'a str,
    /// Why, with the labels of quantities in the place of their names.
    pub(crate) reason: String,
    pub(crate) reason_by_name: &'a str,
    pub(crate) verdict: Badge,
    pub(crate) n: String,
    pub(crate) severity: String,
    pub(crate) looks: &'a str,
    pub(crate) beside: String,
    pub(crate) added: &'a str,
    pub(crate) amended: Vec<Amended<'a>>,
    pub(crate) evidence: Vec<Seen<'a>>,
    /// What was compared, as it is drawn.
    pub(crate) strips: Vec<Drawn<'a>>,
    /// How near to its border a verdict stands.
    pub(crate) fragile: String,
    /// What kind of claim it is.
    pub(crate) kind: &'a str,
    /// Whether it was decided by a weak test.
    pub(crate) is_weak: bool,
    /// Where else on the page it is about the same: tables that hold its quantities, figures that its source speaks of, and entries
    /// of the audit that name it.
    pub(crate) tables: Vec<Elsewhere<'a>>,
    pub(crate) figures: Vec<Elsewhere<'a>>,
    pub(crate) audit: Vec<Elsewhere<'a>>,
    /// Trials that it rests on.
    pub(crate) trials: usize,
    /// One of them, by its key, where it has a page.
    pub(crate) trial: &'a str,
    /// What its studies take to run, in words; empty where that is not known.
    pub(crate) price: String,
}

/// A comparison on a line of numbers.
#[derive(Serialize)]
pub(crate) struct Drawn<'a> {
    pub(crate) label: &'a str,
    pub(crate) html: String,
    /// What its marks are.
    pub(crate) words: Vec<(&'static str, String)>,
}

/// Another place of the page.
#[derive(Serialize)]
pub(crate) struct Elsewhere<'a> {
    pub(crate) id: &'a str,
    pub(crate) title: Cow<'a, str>,
}

/// One quantity that a verdict looked at.
#[derive(Serialize)]
pub(crate) struct Seen<'a> {
    pub(crate) quantity: &'a str,
    pub(crate) label: &'a str,
    pub(crate) data: &'a str,
    pub(crate) over: String,
    /// What it rests on, where that is no run of ours.
    pub(crate) of_others: &'static str,
    pub(crate) measured: String,
    pub(crate) prediction: String,
    pub(crate) n: String,
    pub(crate) method: &'a str,
    pub(crate) observed_time: bool,
    /// How it is made; empty where an earlier claim of the page says so.
    pub(crate) definition: &'a str,
    /// That claim; empty where there is none.
    pub(crate) defined_at: &'a str,
}

impl<'a> Claimed<'a> {
    pub(crate) fn new(judgement: &'a Judgement, experiment: &'a Experiment, profile: &str) -> Self {
        let carried = experiment.carried.get(&judgement.id);
        Self {
            id: &judgement.id,
            source: &judgement.source,
            sentence: &judgement.sentence,
            expectation: &judgement.expectation,
            quantity: &judgement.quantity,
            reason: in_labels(&judgement.reason, judgement),
            reason_by_name: &judgement.reason,
            verdict: badge_of(judgement, profile),
            n: sizes(judgement.n, judgement.units, &judgement.cluster),
            severity: in_labels(&judgement.severity, judgement),
            looks: &judgement.looks,
            beside: in_labels(&judgement.beside, judgement),
            added: judgement.added.as_deref().unwrap_or_default(),
            amended: judgement.amended.iter().map(amended).collect(),
            evidence: judgement.evidence.iter().map(Seen::new).collect(),
            strips: judgement
                .strips
                .iter()
                .map(|one| Drawn { label: &one.label, html: strip::html(one), words: strip::words(one) })
                .collect(),
            fragile: fragile(judgement),
            kind: &judgement.kind,
            is_weak: is_weak(judgement),
            tables: tables_of(judgement, &experiment.findings),
            figures: figures_of(&judgement.source, &experiment.findings),
            audit: audit_of(judgement, &experiment.audit),
            trials: carried.map_or(0, |carried| carried.trials),
            trial: carried.and_then(|carried| carried.trial.as_deref()).unwrap_or_default(),
            price: carried
                .filter(|carried| carried.cpu_seconds > 0.0)
                .map_or(String::new(), |c| duration(c.cpu_seconds)),
        }
    }
}

/// A text of judging, in which quantities stand by name, with their labels instead: readers know no names.
fn in_labels(text: &str, judgement: &Judgement) -> String {
    judgement
        .evidence
        .iter()
        .fold(text.to_owned(), |text, seen| text.replace(&format!("`{}`", seen.quantity), &format!("“{}”", seen.label)))
}

/// Whether a claim was decided by a weak test: something false would pass too, numbers are of others, clusters are fewer than five,
/// or the interval ends within a tenth of its half width from the border.
pub(super) fn is_weak(judgement: &Judgement) -> bool {
    let is_small = judgement.is_test() && judgement.n.is_some_and(|n| n < 5);
    judgement.verdict == Verdict::Consistent || (judgement.is_decided() && (is_small || clearance(judgement) < 0.1))
}

/// How near to its border the interval ends that decided a claim, in its half widths; infinite where nothing is known of it. Where
/// several were compared none of them is said to have decided, and a number of the paper's single run is held against no interval of
/// a mean.
fn clearance(judgement: &Judgement) -> f64 {
    let [strip] = judgement.strips.as_slice() else { return f64::INFINITY };
    let decisive = judgement.interval.filter(|_| !strip.is_of_one_run);
    decisive.and_then(|interval| strip.clearance(interval)).unwrap_or(f64::INFINITY)
}

/// How near to its border the interval ends that decided a claim, in words.
fn fragile(judgement: &Judgement) -> String {
    if !judgement.is_decided() && judgement.verdict != Verdict::Consistent {
        return String::new();
    }
    match clearance(judgement) {
        nearest if nearest.is_infinite() => String::new(),
        nearest if nearest < 0.1 => {
            "Barely: the interval ends at the border, within a tenth of its half width.".to_owned()
        }
        nearest if nearest < 1.0 => {
            format!(
                "The interval ends {} of its half width from the border.",
                number::exact((nearest * 10.0).round() / 10.0, Unit::One)
            )
        }
        nearest => {
            let times = number::exact(number::rounded((nearest * 10.0).round() / 10.0), Unit::One);
            format!("Clear: the border lies {times} half widths beyond the interval.")
        }
    }
}

/// What became of the claims about each quantity, those that were tested; the quantity of a claim is the first that it looks at.
pub(super) fn marks(judgements: &[Judgement]) -> Marks<'_> {
    let mut marks = Marks::new();
    for judgement in judgements.iter().filter(|judgement| judgement.verdict != Verdict::NotTested) {
        let Some(first) = judgement.evidence.first() else { continue };
        let paper = match judgement.strips.as_slice() {
            // A ratio's or a difference's number is none of the cell's.
            [Strip { paper: Some(paper), value: Some(value), unit, .. }] if judgement.quantity == first.quantity => {
                let above = number::short(value - paper, unit.of_difference());
                format!("paper {}, ours {}{above}", number::short(*paper, *unit), if value >= paper { "+" } else { "" })
            }
            _ => String::new(),
        };
        let mark = Mark { claim: judgement.id.clone(), verdict: judgement.verdict, paper };
        marks.entry(first.quantity.as_str()).or_default().push(mark);
    }
    marks
}

/// Whether a claim looks at a cell of the table.
pub(super) fn looks_at(judgement: &Judgement, table: &Table) -> bool {
    table.rows.iter().flatten().any(|cell| match cell {
        Cell::Quantity(name) => judgement.evidence.iter().any(|seen| seen.quantity == *name),
        Cell::Text(_) | Cell::Empty | Cell::Number { .. } => false,
    })
}

fn tables_of<'a>(judgement: &Judgement, findings: &'a Findings) -> Vec<Elsewhere<'a>> {
    let tables = findings.tables.iter().filter(|table| looks_at(judgement, table));
    tables.map(|table| Elsewhere { id: &table.id, title: table.title.as_str().into() }).collect()
}

fn figures_of<'a>(source: &str, findings: &'a Findings) -> Vec<Elsewhere<'a>> {
    let spoken_of = findings.figures.iter().filter(|figure| place::speaks_of_figure(source, &figure.id));
    spoken_of.map(|figure| Elsewhere { id: &figure.id, title: place::in_words(&figure.id).into() }).collect()
}

fn audit_of<'a>(judgement: &Judgement, audit: &'a [AuditEntry]) -> Vec<Elsewhere<'a>> {
    let touching = audit.iter().filter(|entry| entry.affects.contains(&judgement.id));
    touching.map(|entry| Elsewhere { id: &entry.id, title: entry.subject.as_str().into() }).collect()
}

impl<'a> Seen<'a> {
    fn new(evidence: &'a Evidence) -> Self {
        let Evidence { quantity, label, data, over, cluster, unit, summary, observed_time, definition, .. } = evidence;
        Self {
            quantity,
            label,
            data,
            over: match over == cluster {
                true => over.clone(),
                false => format!("{over}, in clusters: {cluster}"),
            },
            of_others: of_others(evidence.imported, evidence.handed_in).unwrap_or_default(),
            measured: table::measured(summary, *unit),
            prediction: summary.prediction.map_or(String::new(), |ends| number::interval(ends, *unit)),
            n: if summary.n == 0 { "exact".to_owned() } else { sizes(Some(summary.n), summary.units, cluster) },
            method: &summary.method,
            observed_time: *observed_time,
            definition,
            defined_at: "",
        }
    }
}

/// Clusters, and units where they are more: `n = 3 (supernet), 5 units`.
pub(super) fn sizes(n: Option<usize>, units: Option<usize>, cluster: &str) -> String {
    match (n, units) {
        (None, _) => String::new(),
        (Some(n), None) => number::sample_size(n),
        (Some(n), Some(units)) => format!("{} ({cluster}), {units} units", number::sample_size(n)),
    }
}

fn amended(amendment: &Amendment) -> Amended<'_> {
    let Amendment { on, was, because, verdict_before } = amendment;
    let before: Vec<String> =
        verdict_before.iter().map(|(profile, verdict)| format!("{} ({profile})", verdict.name())).collect();
    Amended { on, was, because, before: before.join(", ") }
}
