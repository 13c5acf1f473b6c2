//! The report as the templates see it: every number written out, nothing left to compute.
//!
//! Texts of people stay as they are; the templates' filters turn them into HTML or Markdown.

use serde::Serialize;

use super::claim::{Amendment, Verdict};
use super::findings::Figure;
use super::judge::{Evidence, Judgement, rules};
use super::page::{AuditEntry, Clock, Deviation, Experiment, Fact, NotRun, Paper, Profile, Report, Unfinished};
use super::{number, table};
use renas_base::metric::Unit;

/// The context of every template.
#[derive(Serialize)]
pub(super) struct View<'a> {
    pub(super) profile: &'a Profile,
    pub(super) clock: &'static str,
    pub(super) total: usize,
    pub(super) counts: Vec<Count>,
    /// Claims that were amended, and claims that were added, after the first result.
    pub(super) amended: usize,
    pub(super) added: usize,
    /// Claims that two CPU cores can carry, how many of them are decided, and how many are consistent.
    pub(super) reachable: usize,
    pub(super) decided: usize,
    pub(super) consistent: usize,
    /// Tests among them, and how many would come out green by chance alone.
    pub(super) tests: usize,
    pub(super) false_greens: String,
    /// The rules that judged.
    pub(super) rules: Vec<RulesView>,
    pub(super) data: Vec<Data>,
    pub(super) experiments: Vec<Section<'a>>,
}

/// How many claims ended in a verdict.
#[derive(Serialize)]
pub(super) struct Count {
    pub(super) verdict: Badge,
    pub(super) count: usize,
}

/// One entry of the change log of judging.
#[derive(Serialize)]
pub(super) struct RulesView {
    pub(super) version: u32,
    pub(super) on: &'static str,
    pub(super) what: &'static str,
}

/// An amendment of a claim.
#[derive(Serialize)]
pub(super) struct Amended<'a> {
    pub(super) on: &'a str,
    pub(super) was: &'a str,
    pub(super) because: &'a str,
    pub(super) before: String,
}

/// A verdict as it is shown.
#[derive(Serialize)]
pub(super) struct Badge {
    /// With the profile: `reproduced (quick)`.
    pub(super) name: String,
    pub(super) sign: &'static str,
    /// Its class in the style sheet.
    pub(super) class: String,
}

#[derive(Serialize)]
pub(super) struct Data {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) digest: String,
    pub(super) samples: String,
    pub(super) licence: String,
}

/// One experiment.
#[derive(Serialize)]
pub(super) struct Section<'a> {
    pub(super) id: &'a str,
    pub(super) title: &'a str,
    pub(super) paper: &'a Paper,
    pub(super) summary: Vec<&'a str>,
    pub(super) total: usize,
    pub(super) counts: Vec<Count>,
    pub(super) settings: &'a [Fact],
    pub(super) run: &'a [Fact],
    pub(super) data: Vec<Data>,
    pub(super) claims: Vec<Claimed<'a>>,
    /// The claims again, those that were not tested last.
    pub(super) ordered: Vec<Claimed<'a>>,
    pub(super) tables: Vec<Exhibit<'a>>,
    pub(super) figures: Vec<Drawn<'a>>,
    pub(super) audit: &'a [AuditEntry],
    pub(super) deviations: &'a [Deviation],
    pub(super) not_run: &'a [NotRun],
    pub(super) unfinished: String,
    pub(super) reproduce: &'a [String],
    pub(super) evidence: bool,
}

/// One claim and what became of it.
#[derive(Serialize)]
pub(super) struct Claimed<'a> {
    pub(super) id: &'a str,
    pub(super) source: &'a str,
    pub(super) sentence: &'a str,
    pub(super) expectation: &'a str,
    pub(super) quantity: &'a str,
    pub(super) reason: &'a str,
    pub(super) verdict: Badge,
    pub(super) n: String,
    pub(super) severity: &'a str,
    pub(super) beside: &'a str,
    pub(super) added: &'a str,
    pub(super) amended: Vec<Amended<'a>>,
    pub(super) evidence: Vec<Seen<'a>>,
}

/// One quantity that a verdict looked at.
#[derive(Serialize)]
pub(super) struct Seen<'a> {
    pub(super) quantity: &'a str,
    pub(super) label: &'a str,
    pub(super) data: &'a str,
    pub(super) over: String,
    pub(super) imported: bool,
    pub(super) measured: String,
    pub(super) prediction: String,
    pub(super) n: String,
    pub(super) method: &'a str,
    pub(super) observed_time: bool,
    pub(super) definition: &'a str,
}

/// A table.
#[derive(Serialize)]
pub(super) struct Exhibit<'a> {
    pub(super) id: &'a str,
    pub(super) title: &'a str,
    pub(super) caption: &'a str,
    pub(super) html: String,
    pub(super) markdown: String,
}

/// A figure.
#[derive(Serialize)]
pub(super) struct Drawn<'a> {
    pub(super) id: &'a str,
    pub(super) title: &'a str,
    pub(super) caption: &'a str,
    /// Empty where the page would grow beyond its limit: the file beside it shows the figure.
    pub(super) svg: String,
}

impl<'a> View<'a> {
    /// The view of a report whose experiments stand in the order to be shown; `figures` are their drawings.
    pub(super) fn new(report: &'a Report, experiments: &[&'a Experiment], figures: Vec<Vec<String>>) -> Self {
        let profile = &report.profile;
        let sections: Vec<Section> = experiments
            .iter()
            .zip(figures)
            .map(|(experiment, figures)| Section::new(experiment, figures, &profile.name))
            .collect();
        let mut data: Vec<Data> = Vec::new();
        for experiment in experiments {
            data.extend(data_of(experiment));
        }
        data.sort_by(|a, b| (&a.name, &a.digest, &a.samples).cmp(&(&b.name, &b.digest, &b.samples)));
        data.dedup_by(|a, b| a.name == b.name && a.digest == b.digest && a.samples == b.samples);
        let judgements = || experiments.iter().flat_map(|experiment| &experiment.judgements);
        Self {
            profile,
            clock: match profile.clock {
                Clock::CostModel => "computed from the cost of the networks (synthetic: no evidence about time)",
                Clock::Measured => "measured on the machine that made the results",
            },
            total: judgements().count(),
            counts: counts(judgements(), &profile.name),
            amended: judgements().filter(|judgement| !judgement.amended.is_empty()).count(),
            added: judgements().filter(|judgement| judgement.added.is_some()).count(),
            reachable: judgements().filter(|judgement| !judgement.out_of_reach).count(),
            decided: judgements().filter(|judgement| !judgement.out_of_reach && judgement.is_decided()).count(),
            consistent: judgements()
                .filter(|judgement| !judgement.out_of_reach && judgement.verdict == Verdict::Consistent)
                .count(),
            tests: judgements().filter(|judgement| judgement.is_test()).count(),
            false_greens: false_greens(judgements().filter(|judgement| judgement.is_test()).count()),
            rules: rules::CHANGES
                .iter()
                .map(|one| RulesView { version: one.version, on: one.on, what: one.what })
                .collect(),
            data,
            experiments: sections,
        }
    }
}

impl<'a> Section<'a> {
    fn new(experiment: &'a Experiment, figures: Vec<String>, profile: &str) -> Self {
        let Experiment { findings, summaries, judgements, .. } = experiment;
        let tables = findings.tables.iter().map(|exhibit| Exhibit {
            id: &exhibit.id,
            title: &exhibit.title,
            caption: &exhibit.caption,
            html: table::html(exhibit, findings, summaries),
            markdown: table::markdown(exhibit, findings, summaries),
        });
        let claimed = |judgement: &'a Judgement| Claimed::new(judgement, profile);
        let (tested, untested): (Vec<_>, Vec<_>) =
            judgements.iter().partition(|judgement| judgement.verdict != Verdict::NotTested);
        let drawn = |(figure, svg): (&'a Figure, String)| Drawn {
            id: &figure.id,
            title: &figure.title,
            caption: &figure.caption,
            svg,
        };
        Self {
            id: &experiment.id,
            title: &experiment.title,
            paper: &experiment.paper,
            summary: paragraphs(&experiment.summary),
            total: judgements.len(),
            counts: counts(judgements.iter(), profile),
            settings: &experiment.settings,
            run: experiment.run.as_ref().map_or(&[], |run| run.facts.as_slice()),
            data: data_of(experiment).collect(),
            claims: judgements.iter().map(claimed).collect(),
            ordered: tested.into_iter().chain(untested).map(claimed).collect(),
            tables: tables.collect(),
            figures: findings.figures.iter().zip(figures).map(drawn).collect(),
            audit: &experiment.audit,
            deviations: &experiment.deviations,
            not_run: &experiment.not_run,
            unfinished: experiment.unfinished.map_or_else(String::new, unfinished),
            reproduce: &experiment.reproduce,
            evidence: experiment.evidence.is_some(),
        }
    }
}

fn unfinished(Unfinished { finished, planned }: Unfinished) -> String {
    let [finished, planned] = [finished, planned].map(|count| number::exact(count as f64, Unit::Count));
    format!("Unfinished: {finished} of {planned} studies. A claim about the others is not tested.")
}

impl<'a> Claimed<'a> {
    fn new(judgement: &'a Judgement, profile: &str) -> Self {
        Self {
            id: &judgement.id,
            source: &judgement.source,
            sentence: &judgement.sentence,
            expectation: &judgement.expectation,
            quantity: &judgement.quantity,
            reason: &judgement.reason,
            verdict: badge(judgement.verdict, profile),
            n: sizes(judgement.n, judgement.units, &judgement.cluster),
            severity: &judgement.severity,
            beside: &judgement.beside,
            added: judgement.added.as_deref().unwrap_or_default(),
            amended: judgement.amended.iter().map(amended).collect(),
            evidence: judgement.evidence.iter().map(Seen::new).collect(),
        }
    }
}

impl<'a> Seen<'a> {
    fn new(evidence: &'a Evidence) -> Self {
        let Evidence { quantity, label, data, over, cluster, unit, summary, observed_time, imported, definition } =
            evidence;
        Self {
            quantity,
            label,
            data,
            over: match over == cluster {
                true => over.clone(),
                false => format!("{over}, in clusters: {cluster}"),
            },
            imported: *imported,
            measured: table::measured(summary, *unit),
            prediction: summary.prediction.map_or(String::new(), |ends| number::interval(ends, *unit)),
            n: if summary.n == 0 { "exact".to_owned() } else { sizes(Some(summary.n), summary.units, cluster) },
            method: &summary.method,
            observed_time: *observed_time,
            definition,
        }
    }
}

/// Clusters, and units where they are more: `n = 3 (supernet), 5 units`.
fn sizes(n: Option<usize>, units: Option<usize>, cluster: &str) -> String {
    match (n, units) {
        (None, _) => String::new(),
        (Some(n), None) => number::sample_size(n),
        (Some(n), Some(units)) => format!("{} ({cluster}), {units} units", number::sample_size(n)),
    }
}

/// Greens that chance alone gives of so many tests, each at one tail of 5 %.
fn false_greens(tests: usize) -> String {
    number::exact((tests as f64 * 0.025 * 10.0).round() / 10.0, Unit::One)
}

fn amended(amendment: &Amendment) -> Amended<'_> {
    let Amendment { on, was, because, verdict_before } = amendment;
    let before: Vec<String> =
        verdict_before.iter().map(|(profile, verdict)| format!("{} ({profile})", verdict.name())).collect();
    Amended { on, was, because, before: before.join(", ") }
}

/// A verdict never stands without the profile that reached it.
fn badge(verdict: Verdict, profile: &str) -> Badge {
    Badge {
        name: format!("{} ({profile})", verdict.name()),
        sign: verdict.sign(),
        class: verdict.name().replace(' ', "-"),
    }
}

fn counts<'a>(judgements: impl Iterator<Item = &'a Judgement> + Clone, profile: &str) -> Vec<Count> {
    let count = |verdict: Verdict| judgements.clone().filter(|judgement| judgement.verdict == verdict).count();
    Verdict::ALL.map(|verdict| Count { verdict: badge(verdict, profile), count: count(verdict) }).into()
}

fn data_of(experiment: &Experiment) -> impl Iterator<Item = Data> {
    experiment.sorted_data().into_iter().map(|set| Data {
        name: set.name.clone(),
        title: set.title.clone(),
        digest: set.digest.to_string(),
        samples: set.samples.clone(),
        licence: set.licence.clone(),
    })
}

/// Parts of a text between blank lines.
fn paragraphs(text: &str) -> Vec<&str> {
    text.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty()).collect()
}
