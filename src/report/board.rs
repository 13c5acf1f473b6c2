//! All profiles side by side: each claim with the verdict of the largest scale that tested it, and what changed between scales.

mod changes; //  what another scale changes
pub mod runs; // two runs of the same papers

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::claim::Verdict;
use super::judge::CONSISTENT_IMPORTED;
use super::judge::strip::Strip;
use super::page::Fact;
use super::view::{Badge, Count, MOST_LISTED, counted, plain_badge};
use changes::Change;

/// What all reports say.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Board {
    /// Names of the profiles that have reports, the smallest scale first.
    pub profiles: Vec<String>,
    /// The papers, in the order of their ids.
    pub papers: Vec<Paper>,
}

/// What they say of one paper. What is said of a profile is found by its place among `Board::profiles`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Paper {
    /// Its id, which names its folder in each report.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What was found, in sentences.
    pub found: BTreeMap<usize, Vec<String>>,
    /// The settings of the manifest.
    pub settings: BTreeMap<usize, Vec<Fact>>,
    /// Its claims, in its order.
    pub claims: Vec<Claim>,
}

impl Paper {
    /// Add what the report at a place says of a claim.
    pub fn add(&mut self, place: usize, judged: Judged) {
        match self.claims.iter_mut().find(|claim| claim.id == judged.id) {
            Some(known) => drop(known.by_profile.insert(place, judged)),
            None => self.claims.push(Claim { id: judged.id.clone(), by_profile: BTreeMap::from([(place, judged)]) }),
        }
    }
}

/// One claim, as the reports judge it.
#[derive(Clone, Debug, PartialEq)]
pub struct Claim {
    /// Its id.
    pub id: String,
    /// What is said of it, of the reports that have it; at least one.
    pub by_profile: BTreeMap<usize, Judged>,
}

/// What a report's `findings.json` says of a claim.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judged {
    /// The claim's id.
    pub id: String,
    /// Where the paper says it.
    pub source: String,
    /// What the paper says.
    pub sentence: String,
    /// What kind of claim it is.
    #[serde(default)]
    pub kind: String,
    /// The verdict.
    pub verdict: Verdict,
    /// Why.
    #[serde(default)]
    pub reason: String,
    /// Clusters behind it.
    #[serde(default)]
    pub n: Option<usize>,
    /// What was compared, without samples.
    #[serde(default)]
    pub strips: Vec<Strip>,
    /// What was looked at.
    #[serde(default)]
    pub evidence: Vec<Seen>,
}

/// A quantity that was looked at, as far as it is compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Its name.
    pub quantity: String,
    /// What it is, for people.
    pub label: String,
    /// The data set.
    pub data: String,
    /// It derives from results that were handed in.
    #[serde(default)]
    pub handed_in: bool,
}

impl Judged {
    /// Its verdict as a badge; what is consistent and rests on results that were handed in says so.
    fn badge(&self) -> Badge {
        let badge = plain_badge(self.verdict);
        match self.verdict == Verdict::Consistent && self.evidence.iter().any(|seen| seen.handed_in) {
            true => Badge { name: CONSISTENT_IMPORTED.to_owned(), word: CONSISTENT_IMPORTED, ..badge },
            false => badge,
        }
    }
}

impl Claim {
    /// What the largest scale that tested it says, and that profile's place; where none did, what the largest says.
    fn best(&self) -> Option<(usize, &Judged)> {
        let all = || self.by_profile.iter().rev().map(|(place, judged)| (*place, judged));
        all().find(|(_, judged)| judged.verdict != Verdict::NotTested).or(all().next())
    }

    fn verdict(&self) -> Verdict {
        self.best().map_or(Verdict::NotTested, |(_, judged)| judged.verdict)
    }
}

/// The board as its templates see it.
#[derive(Serialize)]
pub(super) struct View<'b> {
    profiles: &'b [String],
    total: usize,
    /// Whether the page lists all claims; too many would bury what it says.
    lists_all: bool,
    counts: Vec<Count>,
    /// The kinds of claims.
    kinds: Vec<&'b str>,
    /// Of each profile, how many claims it tested.
    tested: Vec<(&'b str, usize)>,
    papers: Vec<PaperView<'b>>,
    /// From each scale to the next larger one.
    changes: Vec<Change<'b>>,
}

#[derive(Serialize)]
struct PaperView<'b> {
    id: &'b str,
    title: &'b str,
    /// The profile of the largest scale that has a report of it.
    largest: &'b str,
    /// What was found there, in a sentence.
    found: &'b str,
    counts: Vec<Count>,
    claims: Vec<Row<'b>>,
    /// Those that failed.
    failed: usize,
}

/// A claim in a line.
#[derive(Serialize)]
struct Row<'b> {
    id: &'b str,
    sentence: &'b str,
    source: &'b str,
    kind: &'b str,
    /// The profile whose verdict is shown.
    profile: &'b str,
    verdict: Badge,
    has_failed: bool,
}

impl<'b> View<'b> {
    pub(super) fn new(board: &'b Board) -> Self {
        let Board { profiles, papers } = board;
        let claims = || papers.iter().flat_map(|paper| &paper.claims);
        let tested = |place: usize| {
            let judged = claims().filter_map(|claim| claim.by_profile.get(&place));
            judged.filter(|judged| judged.verdict != Verdict::NotTested).count()
        };
        let mut kinds: Vec<&str> = claims()
            .filter_map(Claim::best)
            .map(|(_, judged)| judged.kind.as_str())
            .filter(|kind| !kind.is_empty())
            .collect();
        kinds.sort_unstable();
        kinds.dedup();
        Self {
            profiles,
            total: claims().count(),
            lists_all: claims().count() <= MOST_LISTED,
            counts: counted(claims().map(Claim::verdict)),
            kinds,
            tested: profiles.iter().enumerate().map(|(place, name)| (name.as_str(), tested(place))).collect(),
            papers: papers.iter().map(|paper| PaperView::new(paper, profiles)).collect(),
            changes: (1..profiles.len()).map(|to| Change::new(board, to - 1, to)).collect(),
        }
    }
}

impl<'b> PaperView<'b> {
    fn new(paper: &'b Paper, profiles: &'b [String]) -> Self {
        let name = |place: usize| profiles.get(place).map_or("", String::as_str);
        let row = |claim: &'b Claim| {
            let (place, judged) = claim.best()?;
            let Judged { id, sentence, source, kind, verdict, .. } = judged;
            let has_failed = *verdict == Verdict::NotReproduced;
            Some(Row { id, sentence, source, kind, profile: name(place), verdict: judged.badge(), has_failed })
        };
        let largest = paper.claims.iter().filter_map(|claim| claim.by_profile.keys().max()).max();
        let claims: Vec<Row> = paper.claims.iter().filter_map(row).collect();
        Self {
            id: &paper.id,
            title: &paper.title,
            largest: largest.map_or("", |place| name(*place)),
            found: paper.found.values().rev().find_map(|found| found.first()).map_or("", String::as_str),
            counts: counted(paper.claims.iter().map(Claim::verdict)),
            failed: claims.iter().filter(|claim| claim.has_failed).count(),
            claims,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn claim(verdicts: &[(usize, Verdict)]) -> Claim {
        let judged = |verdict: Verdict| Judged {
            id: "a".to_owned(),
            source: "Table 1".to_owned(),
            sentence: "It is so.".to_owned(),
            kind: "a ratio".to_owned(),
            verdict,
            reason: String::new(),
            n: None,
            strips: Vec::new(),
            evidence: Vec::new(),
        };
        let by_profile = verdicts.iter().map(|(place, verdict)| (*place, judged(*verdict))).collect();
        Claim { id: "a".to_owned(), by_profile }
    }

    fn best(verdicts: &[(usize, Verdict)]) -> Option<(usize, Verdict)> {
        claim(verdicts).best().map(|(place, judged)| (place, judged.verdict))
    }

    #[test]
    fn the_largest_scale_that_tested_a_claim_speaks_and_not_tested_only_where_none_did() {
        use Verdict::{Inconclusive, NotTested, Reproduced};
        assert_eq!(best(&[(0, Inconclusive), (1, Reproduced)]), Some((1, Reproduced)));
        assert_eq!(best(&[(0, Inconclusive), (1, NotTested)]), Some((0, Inconclusive)));
        assert_eq!(best(&[(0, NotTested), (1, NotTested)]), Some((1, NotTested)));
    }
}
