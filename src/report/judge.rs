//! From a claim and the findings to a verdict: one pure function.
//!
//! An interval decides: wholly where the claim wants it, reproduced; wholly elsewhere, not reproduced; touching or across
//! the border, inconclusive. What anything would pass is at most consistent. What a profile did not measure is not tested,
//! never guessed. The rules and their reasons: `docs/verdicts.md`.

pub mod border; // where an interval lies beside a border
mod comparison; // what is compared under each form of expectation
mod decide; //     what may be concluded from where an interval lies
pub mod need; //   how many clusters would decide
mod part; //       the verdict on one expectation
pub mod rules; //  the change log of judging
pub mod strip; //  what is compared, as it can be drawn
mod severity; //   would something known to be false pass too?
mod whole; //      the whole of several parts

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::claim::{Amendment, Claim, Comparator, Expectation, Verdict};
use super::clock::Clock;
use super::clusters::{Clusters, Looks};
use super::compare::Side;
use super::findings::{Findings, Quantity};
use super::number;
use super::summary::{Summaries, Summary};
use need::Need;
use part::Part;
use renas_base::metric::Unit;
use renas_stats::summary::Interval;
use strip::Strip;

/// What a profile could see.
#[derive(Clone, Copy, Debug)]
pub struct JudgeContext<'a> {
    /// Registry names of the data sets that it ran.
    pub data: &'a [String],
    /// Its name, which says at what scale it trained.
    pub profile: &'a str,
    /// Where its training times came from.
    pub clock: Clock,
    /// Names of the quantities that the profile looks for; one that was not found has no value on its outcomes.
    pub promised: &'a BTreeSet<String>,
    /// What one more cluster costs, and the planned looks.
    pub clusters: &'a Clusters,
}

/// What became of a claim, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Judgement {
    /// The claim's id.
    pub id: String,
    /// Where the paper says it.
    pub source: String,
    /// What the paper says, in our words.
    pub sentence: String,
    /// What the interval is about: a name, or an expression over names; empty where nothing was compared.
    pub quantity: String,
    /// What was expected, in words.
    pub expectation: String,
    /// What kind of claim it is, in a few words (`a ratio`).
    pub kind: String,
    /// Clusters behind the interval: the fewest, where several were compared; none for exact numbers.
    pub n: Option<usize>,
    /// Units in these clusters, where they are more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub units: Option<usize>,
    /// What a cluster is; empty where nothing was compared.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub cluster: String,
    /// The interval that decided, in the unit of the quantity: where several did, of the first undecided or failed.
    pub interval: Option<Interval>,
    /// The verdict.
    pub verdict: Verdict,
    /// Why: what decided, or what is missing.
    pub reason: String,
    /// What known to be false was put to the same test, and whether it passed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub severity: String,
    /// The planned looks at so many clusters, and what they make of the level; empty where there is one alone.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub looks: String,
    /// How many clusters would decide what is undecided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub need: Option<Need>,
    /// What is judged beside it and never combined with it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub beside: String,
    /// Two CPU cores cannot carry what would decide it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub out_of_reach: bool,
    /// The day on which the claim was added after the first result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub added: Option<String>,
    /// What was changed in the claim after the first result.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub amended: Vec<Amendment>,
    /// What was compared, as it is drawn, in the order of the expectation; the samples are the quantities'.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub strips: Vec<Strip>,
    /// Every quantity that was looked at, in the order of the expectation.
    pub evidence: Vec<Evidence>,
}

impl Judgement {
    /// Whether it is decided, for or against; what is consistent is counted apart.
    pub fn is_decided(&self) -> bool {
        match self.verdict {
            Verdict::Reproduced | Verdict::PartiallyReproduced | Verdict::NotReproduced => true,
            Verdict::Consistent | Verdict::Inconclusive | Verdict::NotTested => false,
        }
    }

    /// Whether chance could have made it green: it rests on an interval, and not on exact numbers or single cases.
    pub fn is_test(&self) -> bool {
        let decided = !matches!(self.verdict, Verdict::NotTested | Verdict::Inconclusive);
        decided && self.n.is_some() && self.interval.is_some()
    }

    /// The verdict as people read it; what is consistent and rests on results that were handed in says so.
    pub fn verdict_in_words(&self) -> &'static str {
        let is_handed_in = self.evidence.iter().any(|seen| seen.handed_in);
        if is_handed_in && self.verdict == Verdict::Consistent { CONSISTENT_IMPORTED } else { self.verdict.name() }
    }
}

/// How many of these claims got which verdict, the best first.
pub fn counts<'a>(judgements: impl IntoIterator<Item = &'a Judgement>) -> BTreeMap<Verdict, usize> {
    let mut counts = BTreeMap::new();
    for judgement in judgements {
        *counts.entry(judgement.verdict).or_insert(0) += 1;
    }
    counts
}

/// What a verdict is called that results which were handed in allow.
pub(crate) const CONSISTENT_IMPORTED: &str = "consistent (imported)";

/// A quantity that a verdict looked at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// Its dotted name.
    pub quantity: String,
    /// What was measured, for people.
    pub label: String,
    /// The data set.
    pub data: String,
    /// What one sample is.
    pub over: String,
    /// What samples share or are nested in.
    pub cluster: String,
    /// Its unit.
    pub unit: Unit,
    /// Clusters, mean and intervals.
    pub summary: Summary,
    /// It derives from measured time.
    pub observed_time: bool,
    /// It derives from numbers that are no runs of ours.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub imported: bool,
    /// Of what is imported: results that were handed in with the manifest.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub handed_in: bool,
    /// How it is made of rows of observations, in words; empty where it is made in Rust.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub definition: String,
}

/// Judge one claim on what was found.
pub fn judge(claim: &Claim, findings: &Findings, summaries: &Summaries, context: JudgeContext) -> Judgement {
    let evaluator = Evaluator { findings, summaries, context };
    let looks = evaluator.looks(claim);
    let level = Looks::level(looks);
    let part = evaluator.claim(claim, looks);
    let tested = part.verdict != Verdict::NotTested;
    let beside = claim.beside.as_ref().filter(|_| tested).map(|beside| {
        let part = evaluator.part(beside, level);
        format!("{}: {}: {}", part.verdict.name(), beside.in_words(findings), part.reason)
    });
    let mut reason = part.reason;
    if let Some(need) = part.need.as_ref().filter(|_| part.verdict == Verdict::Inconclusive) {
        reason = format!("{reason}; {}", need.in_words());
    }
    Judgement {
        id: claim.id.clone(),
        source: claim.source.clone(),
        sentence: claim.sentence.clone(),
        quantity: claim.expectation.subject(),
        expectation: claim.expectation.in_words(findings),
        kind: claim.expectation.kind().to_owned(),
        n: part.n.filter(|n| *n > 0),
        units: part.units,
        cluster: part.cluster,
        interval: part.interval.filter(|ends| ends.low.is_finite() && ends.high.is_finite()),
        verdict: part.verdict,
        reason,
        severity: part.severity,
        looks: looks
            .filter(|_| tested && part.n.is_some() && claim.expectation.has_level())
            .map_or(String::new(), |looks| looks.in_words()),
        need: part.need.filter(|_| part.verdict == Verdict::Inconclusive),
        beside: beside.unwrap_or_default(),
        out_of_reach: claim.out_of_reach.is_some(),
        added: claim.added.clone(),
        amended: claim.amended.clone(),
        strips: if tested { evaluator.strips(&claim.expectation, level) } else { Vec::new() },
        evidence: if tested { evaluator.evidence(claim) } else { Vec::new() },
    }
}

/// Everything that a verdict may look at.
struct Evaluator<'a> {
    findings: &'a Findings,
    summaries: &'a Summaries,
    context: JudgeContext<'a>,
}

impl<'a> Evaluator<'a> {
    /// The looks that are planned at what a claim rests on.
    fn looks(&self, claim: &Claim) -> Option<Looks<'a>> {
        let quantities = claim.expectation.quantities();
        let found = quantities.into_iter().filter_map(|name| self.findings.quantities.get(name));
        self.context.clusters.looks(found.map(|quantity| quantity.cluster.as_str()))
    }

    fn claim(&self, claim: &'a Claim, looks: Option<Looks>) -> Part {
        let context = self.context;
        let untestable = matches!(claim.expectation, Expectation::Untestable { .. });
        let about_other_data = !claim.data.is_empty() && !claim.data.iter().any(|name| context.data.contains(name));
        let about_other_scale =
            !claim.profiles.is_empty() && !claim.profiles.iter().any(|name| name == context.profile);
        if about_other_data && !untestable {
            let ran = if context.data.is_empty() { "no data".to_owned() } else { context.data.join(", ") };
            let about = claim.data.join(" or ");
            return Part::not_tested(format!("this profile runs {ran}, the claim is about {about}"));
        }
        if about_other_scale && !untestable {
            let scale = claim.profiles.join("` or `");
            let here = context.profile;
            return Part::not_tested(format!("the claim is about the scale of profile `{scale}`, this is `{here}`"));
        }
        let part = self.part(&claim.expectation, Looks::level(looks));
        if let Some(why) = looks.and_then(|looks| looks.unplanned(part.n?)) {
            let reason = format!("{why}: a look that was not planned decides nothing; {}", part.reason);
            return Part { verdict: Verdict::Inconclusive, reason, ..part };
        }
        let decided = !matches!(part.verdict, Verdict::NotTested | Verdict::Inconclusive);
        match claim.comparators.iter().find_map(|comparator| self.broken(comparator)).filter(|_| decided) {
            Some(why) => Part { verdict: Verdict::Inconclusive, reason: format!("{why}; {}", part.reason), ..part },
            None => part,
        }
    }

    /// Why a comparator says nothing, where it learned nothing.
    fn broken(&self, comparator: &Comparator) -> Option<String> {
        let Comparator { quantity: name, above } = comparator;
        let quantity = self.findings.quantities.get(name)?;
        let values = quantity.measured.cluster_values()?;
        let worst = values.iter().copied().fold(f64::INFINITY, f64::min);
        (worst <= *above).then(|| {
            format!(
                "its comparator is broken: `{name}` is {} in one {}, and learned something only above {}",
                number::exact(worst, quantity.shown_unit()),
                quantity.cluster,
                number::exact(*above, quantity.shown_unit())
            )
        })
    }

    /// The quantity with its summary; or why it cannot be judged.
    fn side(&self, name: &'a str) -> Result<Side<'a>, Box<Part>> {
        let Some(quantity) = self.findings.quantities.get(name) else {
            let why = match self.context.promised.contains(name) {
                true => format!("`{name}` has no value here: too few of what it counts, or all of them equal"),
                false => format!("this profile did not measure `{name}`"),
            };
            return Err(Box::new(Part::not_tested(why)));
        };
        if quantity.observed_time && self.context.clock == Clock::CostModel {
            return Err(Box::new(Part::not_tested("synthetic clock".to_owned())));
        }
        let Some(summary) = self.summaries.get(name) else {
            return Err(Box::new(Part::inconclusive(format!("`{name}` has no finite sample"), None)));
        };
        Ok(Side { name, quantity, summary })
    }

    fn evidence(&self, claim: &Claim) -> Vec<Evidence> {
        let mut evidence: Vec<Evidence> = Vec::new();
        for name in claim.quantities() {
            let known = evidence.iter().any(|known| known.quantity == name);
            if let (false, Some(quantity), Some(summary)) =
                (known, self.findings.quantities.get(name), self.summaries.get(name))
            {
                let unit = quantity.shown_unit();
                let Quantity { label, data, over, cluster, observed_time, imported, handed_in, definition, .. } =
                    quantity.clone();
                let (quantity, summary) = (name.to_owned(), summary.clone());
                evidence.push(Evidence {
                    quantity,
                    label,
                    data,
                    over,
                    cluster,
                    unit,
                    summary,
                    observed_time,
                    imported,
                    handed_in,
                    definition,
                });
            }
        }
        evidence
    }
}

#[cfg(test)]
mod tests;
