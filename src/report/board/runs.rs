//! Two runs side by side: how far their trials agree, and the claims that they judge differently.

use serde::Serialize;

use super::{Board, Change, Paper};

/// Two runs of the same papers.
#[derive(Clone, Debug, PartialEq)]
pub struct Runs {
    /// What the first and the second are called.
    pub names: [String; 2],
    /// Where the report of the second lies, as the page links to it; empty where it does not.
    pub folder: String,
    /// What both say of claims: two profiles, `A` and `B`.
    pub board: Board,
    /// How far the trials of each paper agree, in the order of the board's papers.
    pub trials: Vec<Trials>,
    /// The ids of papers that only the first has, and only the second.
    pub alone: [Vec<String>; 2],
}

/// How far the trials of a paper agree.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trials {
    /// Questions that both answer alike.
    pub equal: usize,
    /// Questions that both answer, and not alike.
    pub differing: usize,
    /// Of these, those between machines of one numeric class, or of classes that are not known.
    pub unexpected: usize,
    /// Questions that one of them answers alone.
    pub alone: [usize; 2],
    /// What differs in the first trial that does, in lines; empty where none does.
    pub first: Vec<String>,
}

/// The names of both in the board.
pub const SIDES: [&str; 2] = ["A", "B"];

/// The page as its template sees it.
#[derive(Serialize)]
pub(crate) struct View<'r> {
    a: &'r str,
    b: &'r str,
    level: &'static str,
    papers: Vec<PaperView<'r>>,
    only_a: &'r [String],
    only_b: &'r [String],
    change: Change<'r>,
}

#[derive(Serialize)]
struct PaperView<'r> {
    title: &'r str,
    equal: usize,
    differing: usize,
    only_a: usize,
    only_b: usize,
    level: &'static str,
    first: &'r [String],
}

impl<'r> View<'r> {
    pub(crate) fn new(runs: &'r Runs) -> Self {
        let Runs { names: [a, b], folder, board, trials, alone: [only_a, only_b] } = runs;
        let change = Change::new(board, 0, 1).at(folder);
        let paper = |(paper, trials): (&'r Paper, &'r Trials)| PaperView {
            title: &paper.title,
            equal: trials.equal,
            differing: trials.differing,
            only_a: trials.alone[0],
            only_b: trials.alone[1],
            level: level(trials, change.flips_of(&paper.id)),
            first: &trials.first,
        };
        let all = trials.iter().fold(Trials::default(), |sum, one| Trials {
            equal: sum.equal + one.equal,
            differing: sum.differing + one.differing,
            unexpected: sum.unexpected + one.unexpected,
            ..sum
        });
        Self {
            a,
            b,
            level: level(&all, change.flips()),
            papers: board.papers.iter().zip(trials).map(paper).collect(),
            only_a,
            only_b,
            change,
        }
    }
}

/// How far two runs agree, in words.
fn level(trials: &Trials, flips: usize) -> &'static str {
    match trials {
        Trials { equal: 0, differing: 0, .. } => "they share no trial",
        Trials { differing: 0, .. } => "equal bit for bit",
        Trials { unexpected: 0, .. } if flips == 0 => "other bits, as of two numeric classes, and the same verdicts",
        Trials { unexpected: 0, .. } => "other bits, as of two numeric classes, and other verdicts",
        _ if flips == 0 => "other bits, which one numeric class must not have, and the same verdicts",
        _ => "other bits, which one numeric class must not have, and other verdicts",
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::claim;
    use super::*;
    use crate::claim::Verdict;

    #[test]
    fn the_level_is_of_bits_else_of_verdicts_and_an_unexpected_difference_is_named() {
        let trials = |equal, differing, unexpected| Trials { equal, differing, unexpected, ..Trials::default() };
        assert_eq!(level(&trials(0, 0, 0), 0), "they share no trial");
        assert_eq!(level(&trials(3, 0, 0), 0), "equal bit for bit");
        assert!(level(&trials(3, 1, 0), 0).ends_with("and the same verdicts"));
        assert!(level(&trials(3, 1, 1), 2).starts_with("other bits, which one numeric class must not have"));
    }

    #[test]
    fn a_paper_counts_its_own_flips() {
        let paper = |id: &str, to: Verdict| Paper {
            id: id.to_owned(),
            title: id.to_owned(),
            claims: vec![claim(&[(0, Verdict::Reproduced), (1, to)])],
            ..Paper::default()
        };
        let papers = vec![paper("p", Verdict::Reproduced), paper("q", Verdict::Inconclusive)];
        let runs = Runs {
            names: ["x".to_owned(), "y".to_owned()],
            folder: String::new(),
            board: Board { profiles: SIDES.map(str::to_owned).into(), papers },
            trials: vec![Trials { differing: 1, ..Trials::default() }, Trials { differing: 1, ..Trials::default() }],
            alone: [Vec::new(), Vec::new()],
        };
        let view = View::new(&runs);
        let levels: Vec<&str> = view.papers.iter().map(|paper| paper.level).collect();
        assert!(levels[0].ends_with("the same verdicts") && levels[1].ends_with("other verdicts"), "{levels:?}");
        assert_eq!(view.change.flips(), 1);
    }
}
