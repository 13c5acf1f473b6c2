//! What a larger scale changes: how many claims went from which verdict to which, and each that did.

use serde::Serialize;

use super::{Board, Claim, Judged, Paper};
use crate::claim::Verdict;
use crate::page::Fact;
use crate::plot::strip;
use crate::view::{Badge, plain_badge};

/// From one scale to another.
#[derive(Serialize)]
pub(super) struct Change<'b> {
    from: &'b str,
    to: &'b str,
    /// Where the report of the second lies beside this page; empty where that is not known.
    folder: &'b str,
    /// The verdicts, heads of rows and columns.
    verdicts: Vec<Badge>,
    /// How many claims went from the row's verdict to the column's.
    matrix: Vec<Vec<usize>>,
    /// How many both scales have, and how many of them both tested and judge alike.
    both: usize,
    alike: usize,
    /// The claims that both tested and judge differently; contradictions first.
    flips: Vec<Flip<'b>>,
    /// The settings that differ, by paper.
    settings: Vec<Settings<'b>>,
}

/// A claim that both scales tested and judge differently.
#[derive(Serialize)]
struct Flip<'b> {
    paper: &'b str,
    id: &'b str,
    sentence: &'b str,
    is_contradiction: bool,
    from: Badge,
    to: Badge,
    /// What was compared first, at both scales on one axis; none where they compared different things.
    label: &'b str,
    strips: Vec<String>,
    /// What differs in what the verdicts rest on.
    causes: Vec<String>,
    reason: String,
}

/// Settings of a paper that differ between two scales.
#[derive(Serialize)]
struct Settings<'b> {
    title: &'b str,
    id: &'b str,
    differing: Vec<(&'b str, &'b str, &'b str)>,
}

impl<'b> Change<'b> {
    /// From the profile at one place to that at another.
    pub(super) fn new(board: &'b Board, from: usize, to: usize) -> Self {
        let pairs: Vec<(&Paper, &Judged, &Judged)> = board
            .papers
            .iter()
            .flat_map(|paper| paper.claims.iter().filter_map(move |claim| both(paper, claim, from, to)))
            .collect();
        let count = |before: Verdict, after: Verdict| {
            pairs.iter().filter(|(_, from, to)| from.verdict == before && to.verdict == after).count()
        };
        let is_tested = |judged: &Judged| judged.verdict != Verdict::NotTested;
        let tested = || pairs.iter().filter(|(_, from, to)| is_tested(from) && is_tested(to));
        let mut flips: Vec<Flip> = tested()
            .filter(|(_, from, to)| from.verdict != to.verdict)
            .map(|(paper, from, to)| Flip::new(paper, from, to))
            .collect();
        flips.sort_by_key(|flip| !flip.is_contradiction);
        Self {
            from: &board.profiles[from],
            to: &board.profiles[to],
            folder: &board.profiles[to],
            verdicts: Verdict::ALL.map(plain_badge).into(),
            matrix: Verdict::ALL.map(|before| Verdict::ALL.map(|after| count(before, after)).into()).into(),
            both: pairs.len(),
            alike: tested().filter(|(_, from, to)| from.verdict == to.verdict).count(),
            flips,
            settings: board
                .papers
                .iter()
                .map(|paper| Settings::new(paper, from, to))
                .filter(|settings| !settings.differing.is_empty())
                .collect(),
        }
    }

    /// The same, where the report of the second lies elsewhere.
    pub(super) fn at(self, folder: &'b str) -> Self {
        Self { folder, ..self }
    }

    /// How many claims both tested and judge differently.
    pub(super) fn flips(&self) -> usize {
        self.flips.len()
    }

    /// How many of a paper's.
    pub(super) fn flips_of(&self, paper: &str) -> usize {
        self.flips.iter().filter(|flip| flip.paper == paper).count()
    }
}

fn both<'b>(paper: &'b Paper, claim: &'b Claim, from: usize, to: usize) -> Option<(&'b Paper, &'b Judged, &'b Judged)> {
    Some((paper, claim.by_profile.get(&from)?, claim.by_profile.get(&to)?))
}

impl<'b> Flip<'b> {
    fn new(paper: &'b Paper, from: &'b Judged, to: &'b Judged) -> Self {
        let is_for = |verdict: Verdict| matches!(verdict, Verdict::Reproduced | Verdict::Consistent);
        let [before, after] = [from.verdict, to.verdict];
        let against = Verdict::NotReproduced;
        let strips = match (from.strips.first(), to.strips.first()) {
            (Some(one), Some(other)) if one.label == other.label && one.unit == other.unit => {
                strip::together(&[one, other])
            }
            _ => Vec::new(),
        };
        Self {
            paper: &paper.id,
            id: &to.id,
            sentence: &to.sentence,
            is_contradiction: (is_for(before) && after == against) || (before == against && is_for(after)),
            from: plain_badge(before),
            to: plain_badge(after),
            label: to.strips.first().map_or("", |strip| &strip.label),
            strips,
            causes: causes(from, to),
            reason: to.evidence.iter().fold(to.reason.clone(), |text, seen| {
                text.replace(&format!("`{}`", seen.quantity), &format!("“{}”", seen.label))
            }),
        }
    }
}

/// What differs in what two verdicts rest on.
fn causes(from: &Judged, to: &Judged) -> Vec<String> {
    let mut causes = Vec::new();
    if let (Some(before), Some(after)) = (from.n, to.n)
        && before != after
    {
        causes.push(format!("n {before} → {after}"));
    }
    let data = |judged: &Judged| {
        let mut names: Vec<&str> = judged.evidence.iter().map(|seen| seen.data.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names.join(", ")
    };
    let [before, after] = [data(from), data(to)];
    if before != after {
        causes.push(format!("{before} → {after}"));
    }
    if causes.is_empty() {
        causes.push("the same n and data: settings of training or search".to_owned());
    }
    causes
}

impl<'b> Settings<'b> {
    fn new(paper: &'b Paper, from: usize, to: usize) -> Self {
        let none: &[Fact] = &[];
        let of = |place: usize| paper.settings.get(&place).map_or(none, Vec::as_slice);
        Self { title: &paper.title, id: &paper.id, differing: crate::page::differing(of(from), of(to)) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::claim;
    use super::*;

    #[test]
    fn a_verdict_that_changes_with_the_scale_is_a_flip_and_contradictions_come_first() {
        let claims = vec![
            claim(&[(0, Verdict::Inconclusive), (1, Verdict::Reproduced)]),
            claim(&[(0, Verdict::NotTested), (1, Verdict::Reproduced)]),
            claim(&[(0, Verdict::Reproduced), (1, Verdict::Reproduced)]),
            claim(&[(0, Verdict::Consistent), (1, Verdict::NotReproduced)]),
            claim(&[(0, Verdict::Consistent)]),
        ];
        let setting = |value: &str| vec![Fact { name: "epochs".to_owned(), value: value.to_owned() }];
        let paper = Paper {
            id: "p".to_owned(),
            title: "P".to_owned(),
            settings: [(0, setting("3")), (1, setting("20"))].into(),
            claims,
            ..Paper::default()
        };
        let board = Board { profiles: vec!["quick".to_owned(), "reduced".to_owned()], papers: vec![paper] };
        let change = Change::new(&board, 0, 1);
        assert_eq!((change.both, change.alike, change.flips.len()), (4, 1, 2));
        assert!(change.flips[0].is_contradiction && !change.flips[1].is_contradiction);
        assert_eq!(change.matrix.iter().flatten().sum::<usize>(), 4);
        assert_eq!(change.settings[0].differing, [("epochs", "3", "20")]);
    }

    #[test]
    fn the_cause_of_a_flip_is_what_differs_beneath_it() {
        let claim = claim(&[(0, Verdict::Inconclusive), (1, Verdict::Reproduced)]);
        let [from, to] = [0, 1].map(|place| claim.by_profile[&place].clone());
        assert_eq!(causes(&from, &to), ["the same n and data: settings of training or search"]);
        let (from, to) = (Judged { n: Some(3), ..from }, Judged { n: Some(10), ..to });
        assert_eq!(causes(&from, &to), ["n 3 → 10"]);
    }
}
