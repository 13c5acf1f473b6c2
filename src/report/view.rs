//! The report as the templates see it: every number written out, nothing left to compute.
//!
//! Texts of people stay as they are; the templates' filters turn them into HTML or Markdown.

mod claim; //  a claim as its card shows it
mod group; //  claims under the places of the paper, with the tables that hold their numbers
mod cost; //   what the verdicts cost
mod place; //  tables, figures and sections of the paper
mod forest; // the paper's numbers beside ours, on one scale
mod trial; //  a trial as its page shows it

use std::collections::BTreeSet;

use serde::Serialize;

use super::claim::Verdict;
use super::findings::{Figure, Table};
use super::judge::{Evidence, Judgement, rules};
use super::page::{
    AuditEntry, Clock, Deviation, Experiment, Fact, NotRun, PURPOSE, Paper, Profile, Report, Unfinished, differing,
};
use super::{number, table};
use forest::Row;
use group::{Group, Placed};
use renas_base::digest::Digest;
use renas_base::metric::Unit;

/// The most claims that a page about several papers lists one by one: 150 kB of them.
pub(super) const MOST_LISTED: usize = 400;

/// The context of every template.
#[derive(Serialize)]
pub(super) struct View<'a> {
    pub(super) profile: &'a Profile,
    pub(super) clock: &'static str,
    pub(super) total: usize,
    /// Whether the first page lists all claims; too many would bury what it says.
    pub(super) lists_all: bool,
    pub(super) counts: Vec<Count>,
    /// The kinds of claims.
    pub(super) kinds: Vec<&'a str>,
    /// Claims that were amended, and claims that were added, after the first result.
    pub(super) amended: usize,
    pub(super) added: usize,
    /// Claims that two CPU cores can carry, how many of them are decided, and how many are consistent.
    pub(super) reachable: usize,
    pub(super) decided: usize,
    pub(super) consistent: usize,
    /// What a decided claim took.
    pub(super) per_decided: String,
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
    /// What was found, in a sentence; where nothing is said, what was done.
    pub(super) lead: &'a str,
    /// What was found, in at most three sentences.
    pub(super) takeaways: &'a [String],
    /// Settings that differ from the paper's own: name, value here, value there.
    pub(super) changed: Vec<(&'a str, &'a str, &'a str)>,
    /// How many settings there are.
    pub(super) settings_total: usize,
    /// The kinds of claims.
    pub(super) kinds: Vec<&'a str>,
    pub(super) paper: &'a Paper,
    pub(super) summary: Vec<&'a str>,
    pub(super) total: usize,
    pub(super) counts: Vec<Count>,
    pub(super) settings: &'a [Fact],
    pub(super) run: &'a [Fact],
    pub(super) data: Vec<Data>,
    pub(super) groups: Vec<Group<'a>>,
    /// The claims again, a line each, those that were not tested last.
    pub(super) ordered: Vec<Line<'a>>,
    /// Those that failed.
    pub(super) failed: Vec<Line<'a>>,
    /// The paper's numbers beside ours.
    pub(super) forest: Vec<Row<'a>>,
    /// Trials that have pages.
    pub(super) trials: Vec<trial::Page<'a>>,
    /// Claims that look at numbers that others published, and those that look at results that were handed in.
    pub(super) imported: usize,
    pub(super) handed_in: usize,
    /// CPU time of all trials, where a run record says it.
    pub(super) cpu: &'a str,
    /// The same by decided claim.
    pub(super) per_decided: String,
    /// Tables and figures that no group of claims has.
    pub(super) tables: Vec<Exhibit<'a>>,
    pub(super) figures: Vec<Drawn<'a>>,
    pub(super) audit: &'a [AuditEntry],
    pub(super) deviations: &'a [Deviation],
    pub(super) not_run: &'a [NotRun],
    pub(super) unfinished: String,
    pub(super) reproduce: &'a [String],
    /// The digest of the evidence; empty where there is none.
    pub(super) evidence: String,
}

/// One claim in a line.
#[derive(Serialize)]
pub(super) struct Line<'a> {
    pub(super) id: &'a str,
    pub(super) sentence: &'a str,
    pub(super) source: &'a str,
    pub(super) reason: &'a str,
    pub(super) kind: &'a str,
    pub(super) is_weak: bool,
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
            lists_all: judgements().count() <= MOST_LISTED,
            kinds: kinds(judgements()),
            counts: counts(judgements(), &profile.name),
            amended: judgements().filter(|judgement| !judgement.amended.is_empty()).count(),
            added: judgements().filter(|judgement| judgement.added.is_some()).count(),
            reachable: judgements().filter(|judgement| !judgement.out_of_reach).count(),
            decided: judgements().filter(|judgement| !judgement.out_of_reach && judgement.is_decided()).count(),
            consistent: judgements()
                .filter(|judgement| !judgement.out_of_reach && judgement.verdict == Verdict::Consistent)
                .count(),
            per_decided: cost::per_decided(experiments.iter().copied()),
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
        let marks = claim::marks(judgements);
        let exhibit = |exhibit: &'a Table| Exhibit {
            id: &exhibit.id,
            title: &exhibit.title,
            caption: &exhibit.caption,
            html: table::html(exhibit, findings, summaries, &marks),
            markdown: table::markdown(exhibit, findings, summaries),
        };
        let drawn = |(figure, svg): (&'a Figure, String)| Drawn {
            id: &figure.id,
            title: &figure.title,
            caption: &figure.caption,
            svg,
        };
        let drawn = findings.figures.iter().zip(figures).map(drawn).collect();
        let Placed { groups, tables, figures } = group::placed(experiment, profile, exhibit, drawn);
        let line = |judgement: &'a Judgement| Line {
            id: &judgement.id,
            sentence: &judgement.sentence,
            source: &judgement.source,
            reason: &judgement.reason,
            kind: &judgement.kind,
            is_weak: claim::is_weak(judgement),
            verdict: badge_of(judgement, profile),
            n: claim::sizes(judgement.n, judgement.units, &judgement.cluster),
        };
        let failed = judgements.iter().filter(|judgement| judgement.verdict == Verdict::NotReproduced);
        let looking_at =
            |is: fn(&Evidence) -> bool| judgements.iter().filter(|one| one.evidence.iter().any(is)).count();
        let run = experiment.run.as_ref().map_or(&[][..], |run| run.facts.as_slice());
        let (tested, untested): (Vec<_>, Vec<_>) =
            judgements.iter().partition(|judgement| judgement.verdict != Verdict::NotTested);
        Self {
            id: &experiment.id,
            title: &experiment.title,
            short: experiment.title.split(':').next().unwrap_or(&experiment.title),
            lead: experiment.found.first().map_or(first_sentence(&experiment.summary), String::as_str),
            takeaways: &experiment.found[..experiment.found.len().min(3)],
            changed: match experiment.as_written.is_empty() {
                true => Vec::new(),
                false => differing(&experiment.settings, &experiment.as_written),
            },
            settings_total: experiment.settings.iter().filter(|fact| fact.name != PURPOSE).count(),
            kinds: kinds(judgements.iter()),
            paper: &experiment.paper,
            summary: paragraphs(&experiment.summary),
            total: judgements.len(),
            counts: counts(judgements.iter(), profile),
            settings: &experiment.settings,
            run,
            data: data_of(experiment).collect(),
            groups,
            ordered: tested.into_iter().chain(untested).map(line).collect(),
            failed: failed.map(line).collect(),
            forest: forest::rows(experiment, profile),
            trials: experiment.trials.iter().map(trial::Page::new).collect(),
            imported: looking_at(|seen| seen.imported && !seen.handed_in),
            handed_in: looking_at(|seen| seen.handed_in),
            cpu: cost::cpu_time(experiment),
            per_decided: cost::per_decided(std::iter::once(experiment)),
            tables,
            figures,
            audit: &experiment.audit,
            deviations: &experiment.deviations,
            not_run: &experiment.not_run,
            unfinished: experiment.unfinished.map_or_else(String::new, unfinished),
            reproduce: &experiment.reproduce,
            evidence: experiment.evidence.as_ref().map_or(String::new(), |bytes| Digest::of(bytes).to_string()),
        }
    }
}

/// The kinds of claims that there are, in the order of their names.
fn kinds<'a>(judgements: impl Iterator<Item = &'a Judgement>) -> Vec<&'a str> {
    let kinds: BTreeSet<&str> = judgements.map(|judgement| judgement.kind.as_str()).collect();
    kinds.into_iter().collect()
}

fn unfinished(Unfinished { finished, planned }: Unfinished) -> String {
    let [finished, planned] = [finished, planned].map(|count| number::exact(count as f64, Unit::Count));
    format!("Unfinished: {finished} of {planned} studies. A claim about the others is not tested.")
}

/// Greens that chance alone gives of so many tests, each at one tail of 5 %.
fn false_greens(tests: usize) -> String {
    number::exact((tests as f64 * 0.025 * 10.0).round() / 10.0, Unit::One)
}

/// The badge of a claim: what rests on results that were handed in says so.
fn badge_of(judgement: &Judgement, profile: &str) -> Badge {
    let word = judgement.verdict_in_words();
    let name = match word.strip_suffix(')') {
        Some(open) => format!("{open}, {profile})"),
        None => format!("{word} ({profile})"),
    };
    Badge { name, word, ..badge(judgement.verdict, profile) }
}

/// A verdict never stands without the profile that reached it.
fn badge(verdict: Verdict, profile: &str) -> Badge {
    Badge { name: format!("{} ({profile})", verdict.name()), ..plain_badge(verdict) }
}

/// A verdict where the profile stands beside it.
pub(super) fn plain_badge(verdict: Verdict) -> Badge {
    let (word, sign) = (verdict.name(), verdict.sign());
    Badge { name: word.to_owned(), word, sign, class: word.replace(' ', "-") }
}

/// How many of these verdicts there are of each kind.
pub(super) fn counted(verdicts: impl Iterator<Item = Verdict> + Clone) -> Vec<Count> {
    counted_as(verdicts, plain_badge)
}

fn counts<'a>(judgements: impl Iterator<Item = &'a Judgement> + Clone, profile: &str) -> Vec<Count> {
    counted_as(judgements.map(|judgement| judgement.verdict), |verdict| badge(verdict, profile))
}

fn counted_as(verdicts: impl Iterator<Item = Verdict> + Clone, badge: impl Fn(Verdict) -> Badge) -> Vec<Count> {
    let count = |verdict: Verdict| verdicts.clone().filter(|other| *other == verdict).count();
    Verdict::ALL.map(|verdict| Count { verdict: badge(verdict), count: count(verdict) }).into()
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
