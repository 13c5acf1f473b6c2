//! All profiles side by side: each claim with the verdict of the largest scale that tested it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::claim::Verdict;
use super::view::{Badge, Count, counted, plain_badge};

/// What all reports say.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Board {
    /// Names of the profiles that have reports, the smallest scale first.
    pub profiles: Vec<String>,
    /// The papers, in the order of their ids.
    pub papers: Vec<Paper>,
}

/// What they say of one paper.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Paper {
    /// Its id, which names its folder in each report.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its claims, in its order.
    pub claims: Vec<Claim>,
}

/// One claim, as the reports judge it.
#[derive(Clone, Debug, PartialEq)]
pub struct Claim {
    /// What any of the reports says of it.
    pub judged: Judged,
    /// Its verdicts by the place of the profile among `Board::profiles`; of the reports that have it.
    pub verdicts: BTreeMap<usize, Verdict>,
}

/// What a report's `findings.json` says of a claim, less the numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judged {
    /// The claim's id.
    pub id: String,
    /// Where the paper says it.
    pub source: String,
    /// What the paper says.
    pub sentence: String,
    /// The verdict.
    pub verdict: Verdict,
}

impl Claim {
    /// The verdict of the largest scale that tested it, and that profile's place; where none did, that of the largest.
    fn best(&self) -> (usize, Verdict) {
        let all = || self.verdicts.iter().rev().map(|(place, verdict)| (*place, *verdict));
        let tested = all().find(|(_, verdict)| *verdict != Verdict::NotTested);
        tested.or(all().next()).unwrap_or((0, Verdict::NotTested))
    }
}

/// The board as its template sees it.
#[derive(Serialize)]
pub(super) struct View<'b> {
    profiles: &'b [String],
    total: usize,
    counts: Vec<Count>,
    /// Of each profile, how many claims it tested.
    tested: Vec<(&'b str, usize)>,
    papers: Vec<PaperView<'b>>,
    /// Claims of which two profiles say different things.
    flips: Vec<Flip<'b>>,
}

#[derive(Serialize)]
struct PaperView<'b> {
    id: &'b str,
    title: &'b str,
    /// The profile of the largest scale that has a report of it.
    largest: &'b str,
    counts: Vec<Count>,
    claims: Vec<Row<'b>>,
}

/// A claim in a line.
#[derive(Serialize)]
struct Row<'b> {
    id: &'b str,
    sentence: &'b str,
    /// The profile whose verdict is shown.
    profile: &'b str,
    verdict: Badge,
}

/// A claim whose verdict changes with the scale.
#[derive(Serialize)]
struct Flip<'b> {
    paper: &'b str,
    id: &'b str,
    sentence: &'b str,
    from: (&'b str, Badge),
    to: (&'b str, Badge),
}

impl<'b> View<'b> {
    pub(super) fn new(board: &'b Board) -> Self {
        let Board { profiles, papers } = board;
        let claims = || papers.iter().flat_map(|paper| &paper.claims);
        let tested = |place: usize| {
            let verdicts = claims().filter_map(|claim| claim.verdicts.get(&place));
            verdicts.filter(|verdict| **verdict != Verdict::NotTested).count()
        };
        let name = |place: usize| profiles.get(place).map_or("", String::as_str);
        let paper = |paper: &'b Paper| {
            let row = |claim: &'b Claim| {
                let (place, verdict) = claim.best();
                let Judged { id, sentence, .. } = &claim.judged;
                Row { id, sentence, profile: name(place), verdict: plain_badge(verdict) }
            };
            let largest = paper.claims.iter().filter_map(|claim| claim.verdicts.keys().max()).max();
            PaperView {
                id: &paper.id,
                title: &paper.title,
                largest: largest.map_or("", |place| name(*place)),
                counts: counted(paper.claims.iter().map(|claim| claim.best().1)),
                claims: paper.claims.iter().map(row).collect(),
            }
        };
        let flips = papers.iter().flat_map(|paper| paper.claims.iter().map(move |claim| (paper, claim)));
        let flips = flips.flat_map(|(paper, claim)| {
            let tested = claim.verdicts.iter().filter(|(_, verdict)| **verdict != Verdict::NotTested);
            let tested: Vec<(usize, Verdict)> = tested.map(|(place, verdict)| (*place, *verdict)).collect();
            let changed = |pair: &[(usize, Verdict)]| (pair[0].1 != pair[1].1).then(|| [pair[0], pair[1]]);
            let pairs: Vec<_> = tested.windows(2).filter_map(changed).collect();
            pairs.into_iter().map(move |[from, to]| Flip {
                paper: &paper.id,
                id: &claim.judged.id,
                sentence: &claim.judged.sentence,
                from: (name(from.0), plain_badge(from.1)),
                to: (name(to.0), plain_badge(to.1)),
            })
        });
        Self {
            profiles,
            total: claims().count(),
            counts: counted(claims().map(|claim| claim.best().1)),
            tested: profiles.iter().enumerate().map(|(place, name)| (name.as_str(), tested(place))).collect(),
            papers: papers.iter().map(paper).collect(),
            flips: flips.collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(verdicts: &[(usize, Verdict)]) -> Claim {
        let judged = Judged {
            id: "a".to_owned(),
            source: "Table 1".to_owned(),
            sentence: "It is so.".to_owned(),
            verdict: verdicts[0].1,
        };
        Claim { judged, verdicts: verdicts.iter().copied().collect() }
    }

    #[test]
    fn the_largest_scale_that_tested_a_claim_speaks_and_not_tested_only_where_none_did() {
        use Verdict::{Inconclusive, NotTested, Reproduced};
        assert_eq!(claim(&[(0, Inconclusive), (1, Reproduced)]).best(), (1, Reproduced));
        assert_eq!(claim(&[(0, Inconclusive), (1, NotTested)]).best(), (0, Inconclusive));
        assert_eq!(claim(&[(0, NotTested), (1, NotTested)]).best(), (1, NotTested));
    }

    #[test]
    fn a_verdict_that_changes_with_the_scale_is_a_flip() {
        let claims = vec![
            claim(&[(0, Verdict::Inconclusive), (1, Verdict::Reproduced)]),
            claim(&[(0, Verdict::NotTested), (1, Verdict::Reproduced)]),
            claim(&[(0, Verdict::Reproduced), (1, Verdict::Reproduced)]),
        ];
        let board = Board {
            profiles: vec!["quick".to_owned(), "reduced".to_owned()],
            papers: vec![Paper { id: "p".to_owned(), title: "P".to_owned(), claims }],
        };
        let view = View::new(&board);
        assert_eq!((view.flips.len(), view.total), (1, 3));
        assert_eq!(view.tested, [("quick", 2), ("reduced", 3)]);
    }
}
