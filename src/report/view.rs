//! The report as the templates see it: every number written out, nothing left to compute.
//!
//! Texts of people stay as they are; the templates' filters turn them into HTML or Markdown.

mod claim; //  a claim as its card shows it
mod forest; // the paper's numbers beside ours, on one scale
mod trial; //  a trial as its page shows it

use serde::Serialize;

use super::claim::Verdict;
use super::findings::Figure;
use super::judge::{Judgement, rules};
use super::page::{AuditEntry, Clock, Deviation, Experiment, Fact, NotRun, Paper, Profile, Report, Unfinished};
use super::{number, table};
use claim::Claimed;
use forest::Row;
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
    /// The rules that judged, and the first digits of their digest.
    pub(super) rules_digest: String,
    pub(super) rules: Vec<RulesView>,
    pub(super) data: Vec<Data>,
    pub(super) experiments: Vec<Section<'a>>,
}

/// How many claims ended in a verdict.
#[derive(Serialize)]
pub(crate) struct Count {
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

/// A verdict as it is shown.
#[derive(Serialize)]
pub(crate) struct Badge {
    /// With the profile: `reproduced (quick)`.
    pub(super) name: String,
    /// Without it, where the profile stands beside.
    pub(super) word: &'static str,
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
    /// The title up to its colon.
    pub(super) short: &'a str,
    /// What was done, in a sentence.
    pub(super) lead: &'a str,
    pub(super) paper: &'a Paper,
    pub(super) summary: Vec<&'a str>,
    pub(super) total: usize,
    pub(super) counts: Vec<Count>,
    pub(super) settings: &'a [Fact],
    pub(super) run: &'a [Fact],
    pub(super) data: Vec<Data>,
    pub(super) claims: Vec<Claimed<'a>>,
    /// The claims again, a line each, those that were not tested last.
    pub(super) ordered: Vec<Line<'a>>,
    /// Those that failed.
    pub(super) failed: Vec<Line<'a>>,
    /// The paper's numbers beside ours.
    pub(super) forest: Vec<Row<'a>>,
    /// Trials that have pages.
    pub(super) trials: Vec<trial::Page<'a>>,
    /// Claims that look at numbers that others published.
    pub(super) imported: usize,
    /// CPU time of all trials, where a run record says it.
    pub(super) cpu: &'a str,
    pub(super) tables: Vec<Exhibit<'a>>,
    pub(super) figures: Vec<Drawn<'a>>,
    pub(super) audit: &'a [AuditEntry],
    pub(super) deviations: &'a [Deviation],
    pub(super) not_run: &'a [NotRun],
    pub(super) unfinished: String,
    pub(super) reproduce: &'a [String],
    pub(super) evidence: bool,
}

/// One claim in a line.
#[derive(Serialize)]
pub(super) struct Line<'a> {
    pub(super) id: &'a str,
    pub(super) sentence: &'a str,
    pub(super) source: &'a str,
    pub(super) reason: &'a str,
    pub(super) verdict: Badge,
    pub(super) n: String,
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
                Clock::Unused => "none are taken: seconds are numbers that studies gave",
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
            rules_digest: rules::digest().short(12),
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
        let line = |judgement: &'a Judgement| Line {
            id: &judgement.id,
            sentence: &judgement.sentence,
            source: &judgement.source,
            reason: &judgement.reason,
            verdict: badge(judgement.verdict, profile),
            n: claim::sizes(judgement.n, judgement.units, &judgement.cluster),
        };
        let failed = judgements.iter().filter(|judgement| judgement.verdict == Verdict::NotReproduced);
        let is_imported = |judgement: &&Judgement| judgement.evidence.iter().any(|seen| seen.imported);
        let run = experiment.run.as_ref().map_or(&[][..], |run| run.facts.as_slice());
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
            short: experiment.title.split(':').next().unwrap_or(&experiment.title),
            lead: first_sentence(&experiment.summary),
            paper: &experiment.paper,
            summary: paragraphs(&experiment.summary),
            total: judgements.len(),
            counts: counts(judgements.iter(), profile),
            settings: &experiment.settings,
            run,
            data: data_of(experiment).collect(),
            claims: claims(experiment, profile),
            ordered: tested.into_iter().chain(untested).map(line).collect(),
            failed: failed.map(line).collect(),
            forest: forest::rows(experiment, profile),
            trials: experiment.trials.iter().map(trial::Page::new).collect(),
            imported: judgements.iter().filter(is_imported).count(),
            cpu: run.iter().find(|fact| fact.name == CPU_TIME).map_or("", |fact| &fact.value),
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

/// The fact of a run record that says what all trials took.
const CPU_TIME: &str = "CPU time of all its trials";

/// The claims in their order; the first of those that stand in one place of the paper says where.
fn claims<'a>(experiment: &'a Experiment, profile: &str) -> Vec<Claimed<'a>> {
    let mut before = "";
    let mut claims = Vec::new();
    for judgement in &experiment.judgements {
        let place = place_of(&judgement.source);
        let heading = if place == before { "" } else { place };
        before = place;
        claims.push(Claimed { heading, ..Claimed::new(judgement, experiment, profile) });
    }
    claims
}

/// The table, figure or section of a source: what stands before the first mark of punctuation.
fn place_of(source: &str) -> &str {
    source.split([',', ';', ':', '(']).next().unwrap_or(source).trim()
}

fn unfinished(Unfinished { finished, planned }: Unfinished) -> String {
    let [finished, planned] = [finished, planned].map(|count| number::exact(count as f64, Unit::Count));
    format!("Unfinished: {finished} of {planned} studies. A claim about the others is not tested.")
}

/// Greens that chance alone gives of so many tests, each at one tail of 5 %.
fn false_greens(tests: usize) -> String {
    number::exact((tests as f64 * 0.025 * 10.0).round() / 10.0, Unit::One)
}

/// A verdict never stands without the profile that reached it.
fn badge(verdict: Verdict, profile: &str) -> Badge {
    Badge {
        name: format!("{} ({profile})", verdict.name()),
        word: verdict.name(),
        sign: verdict.sign(),
        class: verdict.name().replace(' ', "-"),
    }
}

/// A verdict where the profile stands beside it.
pub(super) fn plain_badge(verdict: Verdict) -> Badge {
    let (word, sign) = (verdict.name(), verdict.sign());
    Badge { name: word.to_owned(), word, sign, class: word.replace(' ', "-") }
}

/// How many of these verdicts there are of each kind.
pub(super) fn counted(verdicts: impl Iterator<Item = Verdict> + Clone) -> Vec<Count> {
    let count = |verdict: Verdict| verdicts.clone().filter(|other| *other == verdict).count();
    Verdict::ALL.map(|verdict| Count { verdict: plain_badge(verdict), count: count(verdict) }).into()
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

/// A text up to its first full stop.
fn first_sentence(text: &str) -> &str {
    text.find(". ").map_or(text, |end| &text[..=end])
}

/// Parts of a text between blank lines.
fn paragraphs(text: &str) -> Vec<&str> {
    text.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty()).collect()
}
