//! Before a run: can the planned number of clusters decide a claim?
//!
//! By its form (no interval of fewer than three clusters, no severe test of fewer than four), and by what a report that is
//! there already says of the spread between clusters: the half width that is to be expected against the distance from the
//! border to the paper's number, the margin, or the effect that was observed.

use std::collections::BTreeMap;

use serde::Serialize;

use super::catalogue::Promised;
use super::claim::{Claim, Expectation};
use super::judge::Judgement;
use super::summary::{FEWEST_FOR_INTERVAL, FEWEST_FOR_SEVERITY};

/// What is to be expected of a claim.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "outlook")]
pub enum Outlook {
    /// Exact numbers or single cases: any number of clusters decides.
    Exact,
    /// The planned clusters can decide it.
    Decidable {
        /// How many are planned.
        planned: usize,
    },
    /// Enough for an interval, too few for a severe test.
    AtMostConsistent {
        /// How many are planned.
        planned: usize,
    },
    /// It rests on numbers that are no runs of ours: at most consistent, however many clusters there are.
    OfOthers {
        /// Which numbers, in words.
        of: &'static str,
    },
    /// Too few for the effect, or for any interval.
    TooFew {
        /// How many are planned.
        planned: usize,
        /// How many would decide it, where that is known.
        needed: Option<usize>,
        /// For which effect.
        why: String,
    },
    /// This profile does not test it.
    NotTested {
        /// Why.
        why: String,
    },
    /// Nothing says how many clusters there will be.
    Unknown,
}

impl Outlook {
    /// In words.
    pub fn in_words(&self) -> String {
        match self {
            Self::Exact => "decided by exact numbers or single cases".to_owned(),
            Self::Decidable { planned } => format!("{planned} clusters can decide it"),
            Self::AtMostConsistent { planned } => format!("at most consistent: {planned} clusters are no severe test"),
            Self::OfOthers { of } => format!("at most consistent: it rests on {of}"),
            Self::TooFew { planned, needed: Some(needed), why } => {
                format!("{planned} clusters planned, about {needed} would decide {why}")
            }
            Self::TooFew { planned, needed: None, why } => format!("{planned} clusters planned, too few: {why}"),
            Self::NotTested { why } => format!("not tested: {why}"),
            Self::Unknown => "unknown: nothing says how many clusters there will be".to_owned(),
        }
    }

    /// Whether a run can decide it, one way or the other.
    pub fn is_decidable(&self) -> bool {
        matches!(self, Self::Exact | Self::Decidable { .. })
    }
}

/// What a profile plans.
#[derive(Clone, Copy, Debug)]
pub struct Planned<'a> {
    /// Its quantities, by name.
    pub promised: &'a BTreeMap<&'a str, &'a Promised>,
    /// How many clusters it plans, by what a cluster is.
    pub clusters: &'a BTreeMap<String, usize>,
    /// The quantities that rest on numbers which are no runs of ours, with these numbers in words.
    pub of_others: &'a BTreeMap<&'a str, &'static str>,
    /// The data sets that it reads.
    pub data: &'a [String],
    /// Its name.
    pub profile: &'a str,
}

/// What is to be expected of a claim, given what a report that is there says of it.
pub fn outlook(claim: &Claim, planned: Planned<'_>, known: Option<&Judgement>) -> Outlook {
    let by_clusters = by_clusters(claim, planned, known);
    match (&by_clusters, of_others(&claim.expectation, planned.of_others)) {
        (Outlook::NotTested { .. } | Outlook::TooFew { .. }, _) | (_, None) => by_clusters,
        (_, Some(of)) => Outlook::OfOthers { of },
    }
}

/// What is no run of ours of all that an expectation rests on, in words; of several statements one of which is enough, where each of
/// them rests on such.
fn of_others(expectation: &Expectation, known: &BTreeMap<&str, &'static str>) -> Option<&'static str> {
    match expectation {
        Expectation::Any(parts) => {
            let all: Option<Vec<&str>> = parts.iter().map(|part| of_others(part, known)).collect();
            all?.into_iter().next()
        }
        other => other.quantities().into_iter().find_map(|name| known.get(name).copied()),
    }
}

/// The same by the number of clusters alone.
fn by_clusters(claim: &Claim, planned: Planned<'_>, known: Option<&Judgement>) -> Outlook {
    let not_tested = |why: String| Outlook::NotTested { why };
    if let Expectation::Untestable { reason } | Expectation::Undecided { reason, .. } = &claim.expectation {
        return not_tested(reason.clone());
    }
    if !claim.data.is_empty() && !claim.data.iter().any(|name| planned.data.contains(name)) {
        return not_tested(format!("it is about {}", claim.data.join(" or ")));
    }
    if !claim.profiles.is_empty() && !claim.profiles.iter().any(|name| name == planned.profile) {
        return not_tested(format!("it is about the scale of `{}`", claim.profiles.join("` or `")));
    }
    let names = claim.expectation.quantities();
    let found: Vec<&Promised> = names.iter().filter_map(|name| planned.promised.get(*name).copied()).collect();
    if found.is_empty() {
        return not_tested(format!("the profile measures none of `{}`", names.join("`, `")));
    }
    if is_of_single_cases(&claim.expectation) || found.iter().all(|one| one.is_exact()) {
        return Outlook::Exact;
    }
    let clusters = found.iter().filter(|one| !one.is_exact()).map(|one| planned.clusters.get(&one.cluster).copied());
    let Some(Some(planned)) = clusters.min_by_key(|planned| planned.unwrap_or(usize::MAX)) else {
        return Outlook::Unknown;
    };
    if planned < FEWEST_FOR_INTERVAL {
        let why = format!("an interval needs {FEWEST_FOR_INTERVAL}");
        return Outlook::TooFew { planned, needed: None, why };
    }
    match known.and_then(|judgement| judgement.need.as_ref()) {
        Some(need) if need.clusters.is_none_or(|needed| planned < needed) => {
            Outlook::TooFew { planned, needed: need.clusters, why: format!("the effect {}", need.effect) }
        }
        _ if planned < FEWEST_FOR_SEVERITY => Outlook::AtMostConsistent { planned },
        _ => Outlook::Decidable { planned },
    }
}

/// Whether single cases decide, whatever their number.
fn is_of_single_cases(expectation: &Expectation) -> bool {
    match expectation {
        Expectation::Every { .. } => true,
        Expectation::All(parts) | Expectation::Parts(parts) | Expectation::Any(parts) | Expectation::Robust(parts) => {
            parts.iter().all(is_of_single_cases)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claim::Verdict;
    use crate::findings::{EXACT, HANDED_IN};
    use crate::judge::need::Need;
    use crate::range::Range;
    use renas_base::metric::Unit;

    fn claim(quantity: &str) -> Claim {
        let (least, most, paper, foil) = (Some(0.0), None, None, None);
        let expectation = Expectation::Bound { quantity: quantity.to_owned(), least, most, paper, foil };
        Claim::new("claim", "", "", expectation)
    }

    fn outlook_of(claim: &Claim, clusters: usize, known: Option<&Judgement>) -> Outlook {
        let promise = |name: &str, cluster: &str| {
            let (over, cluster) = (cluster.to_owned(), cluster.to_owned());
            let (unit, range, studies) = (Unit::One, Range::ANY, Default::default());
            Promised { name: name.to_owned(), unit, range, over, cluster, studies }
        };
        let all =
            [promise("a", "seed"), promise("exact", EXACT), promise("other", "model"), promise("handed_in", "seed")];
        let promised = all.iter().map(|one| (one.name.as_str(), one)).collect();
        let clusters = BTreeMap::from([("seed".to_owned(), clusters)]);
        let data = ["digits".to_owned()];
        let of_others = BTreeMap::from([("handed_in", HANDED_IN)]);
        let planned =
            Planned { promised: &promised, clusters: &clusters, of_others: &of_others, data: &data, profile: "quick" };
        outlook(claim, planned, known)
    }

    #[test]
    fn what_was_handed_in_is_at_most_consistent_however_many_clusters_there_are() {
        let of_others = Outlook::OfOthers { of: HANDED_IN };
        assert_eq!(outlook_of(&claim("handed_in"), 40, None), of_others);
        assert!(matches!(outlook_of(&claim("handed_in"), 2, None), Outlook::TooFew { .. }));
        let of = |names: &[&str]| names.iter().map(|name| claim(name).expectation).collect();
        let with = |expectation| Claim { expectation, ..claim("a") };
        assert_eq!(outlook_of(&with(Expectation::All(of(&["a", "handed_in"]))), 40, None), of_others);
        let any = with(Expectation::Any(of(&["a", "handed_in"])));
        assert_eq!(outlook_of(&any, 40, None), Outlook::Decidable { planned: 40 });
    }

    #[test]
    fn the_form_and_the_planned_clusters_say_what_can_be_decided() {
        assert_eq!(outlook_of(&claim("a"), 5, None), Outlook::Decidable { planned: 5 });
        assert_eq!(outlook_of(&claim("a"), 3, None), Outlook::AtMostConsistent { planned: 3 });
        assert!(matches!(outlook_of(&claim("a"), 2, None), Outlook::TooFew { planned: 2, needed: None, .. }));
        assert_eq!(outlook_of(&claim("exact"), 2, None), Outlook::Exact);
        assert_eq!(outlook_of(&claim("other"), 2, None), Outlook::Unknown);
        assert!(matches!(outlook_of(&claim("unmeasured"), 2, None), Outlook::NotTested { .. }));
        let elsewhere = Claim { data: vec!["mnist".to_owned()], ..claim("a") };
        assert!(matches!(outlook_of(&elsewhere, 5, None), Outlook::NotTested { .. }));
    }

    #[test]
    fn what_a_report_says_of_the_spread_says_how_many_are_needed() {
        let findings = crate::findings::Findings::default();
        let clusters = crate::clusters::Clusters::default();
        let setting = crate::judge::JudgeContext {
            data: &[],
            profile: "quick",
            clock: crate::page::Clock::Measured,
            promised: &std::collections::BTreeSet::new(),
            clusters: &clusters,
        };
        let mut known = crate::judge::judge(&claim("a"), &findings, &BTreeMap::new(), setting);
        known.verdict = Verdict::Inconclusive;
        let need = |clusters| {
            Some(Need { clusters, have: 5, of: "seed".to_owned(), effect: "observed".to_owned(), seconds: None })
        };
        known.need = need(Some(34));
        assert!(matches!(outlook_of(&claim("a"), 5, Some(&known)), Outlook::TooFew { needed: Some(34), .. }));
        assert_eq!(outlook_of(&claim("a"), 40, Some(&known)), Outlook::Decidable { planned: 40 });
        known.need = need(None);
        assert!(matches!(outlook_of(&claim("a"), 40, Some(&known)), Outlook::TooFew { needed: None, .. }));
    }
}
