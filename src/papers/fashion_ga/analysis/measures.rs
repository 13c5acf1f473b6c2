//! Numbers of one search; nothing where they are not defined.

use std::collections::BTreeSet;

use super::evidence::Timed;
use crate::best::best_visit;
use crate::genome::CLASSES;
use crate::search::Visit;
use renas_network::spec::Activation;
use renas_search::hypervolume::hypervolume_2d;
use renas_stats::correlation::spearman;
use renas_stats::summary::mean;

/// The highest accuracy of a network that learned nothing: chance and two points.
pub const NOTHING: f64 = 1.0 / CLASSES as f64 + 0.02;

/// Whether a network learned something: it is more accurate than chance and two points.
pub fn learned(visit: &Visit) -> bool {
    visit.trained.accuracy > NOTHING
}

/// Whether a convolution is followed by a sigmoid. Functions are drawn layer by layer, so that deep networks mostly have one.
pub fn has_sigmoid(visit: &Visit) -> bool {
    visit.genome.layers().iter().any(|layer| layer.function == Activation::Sigmoid)
}

/// Mean accuracy; nothing where there is no visit.
pub fn mean_accuracy<'v>(visits: impl IntoIterator<Item = &'v Visit>) -> Option<f64> {
    let accuracies: Vec<f64> = visits.into_iter().map(|visit| visit.trained.accuracy).collect();
    (!accuracies.is_empty()).then(|| mean(&accuracies))
}

/// The share of visits to networks that learned nothing.
pub fn learned_nothing(visits: &[Visit]) -> Option<f64> {
    let nothing = visits.iter().filter(|visit| !learned(visit)).count();
    (!visits.is_empty()).then(|| nothing as f64 / visits.len() as f64)
}

/// The highest accuracy of some visits.
pub fn highest(visits: &[Visit]) -> Option<f64> {
    best_visit(visits).map(|best| best.trained.accuracy)
}

/// The highest accuracy after each evaluation.
pub fn best_so_far(visits: &[Visit]) -> Vec<f64> {
    let highest = |best: &mut f64, visit: &Visit| {
        *best = best.max(visit.trained.accuracy);
        Some(*best)
    };
    visits.iter().scan(f64::NEG_INFINITY, highest).collect()
}

/// The visits whose trainings were over, one after another, within `budget` seconds.
pub fn within(search: &Timed, budget: f64) -> &[Visit] {
    let mut spent = 0.0;
    let is_over = |seconds: &&f64| {
        spent += **seconds;
        // Two searches end within the budget of the shorter one, up to rounding of the sum.
        spent <= budget * (1.0 + 1e-12)
    };
    let count = search.seconds.iter().take_while(is_over).count();
    search.record.get(..count).unwrap_or(&search.record)
}

/// Seconds of all trainings, one after another.
pub fn total_seconds(search: &Timed) -> f64 {
    search.seconds.iter().sum()
}

/// Visits of a genome that was visited before.
pub fn revisits(visits: &[Visit]) -> usize {
    let mut seen = BTreeSet::new();
    visits.iter().filter(|visit| !seen.insert(&visit.genome)).count()
}

/// Those of `revisits` that a change made: children that differ from their parents. The others are parents without a
/// child, which the algorithm evaluates again.
pub fn changed_revisits(visits: &[Visit]) -> usize {
    let mut seen = BTreeSet::new();
    visits.iter().filter(|visit| !seen.insert(&visit.genome) && visit.mutation.is_some()).count()
}

/// The first visit of each genome.
pub fn distinct(visits: &[Visit]) -> Vec<&Visit> {
    let mut seen = BTreeSet::new();
    visits.iter().filter(|visit| seen.insert(&visit.genome)).collect()
}

/// Visits of genomes that break the constraints.
pub fn violations(visits: &[Visit]) -> usize {
    visits.iter().filter(|visit| !visit.genome.keeps_constraints()).count()
}

/// Of the children that differ from their parents, the share that is more accurate.
pub fn improving(visits: &[Visit]) -> Option<f64> {
    let children = visits.iter().filter(|visit| visit.mutation.is_some());
    let gains: Vec<f64> = children
        .filter_map(|visit| Some(visit.trained.accuracy - visits.get(visit.parent?)?.trained.accuracy))
        .collect();
    let better = gains.iter().filter(|gain| **gain > 0.0).count();
    (!gains.is_empty()).then(|| better as f64 / gains.len() as f64)
}

/// The share of the box of error and parameters that the visits dominate; parameters on a logarithmic scale between
/// `ends`, error from 0 to 1.
pub fn hypervolume(visits: &[Visit], ends: [f64; 2]) -> f64 {
    let [low, high] = ends.map(libm::log);
    let point = |visit: &Visit| {
        let size = (libm::log(visit.parameters as f64) - low) / (high - low);
        [1.0 - visit.trained.accuracy, size.max(0.0)]
    };
    hypervolume_2d(&visits.iter().map(point).collect::<Vec<_>>(), &[1.0, 1.0])
}

/// Spearman's rank correlation of a number of networks and their accuracy.
pub fn correlation(visits: &[&Visit], number: impl Fn(&Visit) -> f64) -> Option<f64> {
    let numbers: Vec<f64> = visits.iter().map(|visit| number(visit)).collect();
    let accuracies: Vec<f64> = visits.iter().map(|visit| visit.trained.accuracy).collect();
    spearman(&numbers, &accuracies).ok()
}

/// Mean accuracy of the networks whose number of convolutions is in the range.
pub fn accuracy_at<'v>(
    visits: impl IntoIterator<Item = &'v Visit>,
    depths: std::ops::RangeInclusive<usize>,
) -> Option<f64> {
    mean_accuracy(visits.into_iter().filter(|visit| depths.contains(&visit.genome.depth())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mutation::Mutation;
    use crate::trainer::Trained;

    fn visit(text: &str, accuracy: f64, parameters: u64, parent: Option<usize>) -> Visit {
        let genome = crate::genome::Genome::read(&format!("{text}-GAP-FC:64-FC:10"));
        let trained = Trained { accuracy, diverged: false };
        let mutation = parent.map(|_| Mutation::Swap);
        Visit { genome: genome.expect("a genome"), trained, parameters, multiply_adds: 1, parent, mutation }
    }

    fn search() -> Timed {
        let record = vec![
            visit("RC:8:3:relu-RC:8:3:relu", 0.5, 100, None),
            visit("RC:8:3:relu-RC:8:3:relu-NC:8:3:relu", 0.25, 1_000, Some(0)),
            visit("RC:8:3:relu-RC:8:3:relu", 0.5, 100, Some(1)),
            visit("RC:8:3:relu-NC:8:3:relu-NC:8:3:relu", 0.75, 10_000, Some(0)),
        ];
        Timed { record, seconds: vec![1.0, 2.0, 1.0, 4.0] }
    }

    #[test]
    fn numbers_of_a_search_are_those_of_a_hand_count() {
        let search = search();
        let visits = &search.record[..];
        assert_eq!(highest(visits), Some(0.75));
        assert_eq!(best_so_far(visits), [0.5, 0.5, 0.5, 0.75]);
        assert_eq!((revisits(visits), distinct(visits).len(), violations(visits)), (1, 3, 1));
        // Gains of -1/4, 1/4 and 1/4.
        assert_eq!(improving(visits), Some(2.0 / 3.0));
        assert_eq!((total_seconds(&search), within(&search, 7.9).len(), within(&search, 8.0).len()), (8.0, 3, 4));
        assert_eq!(highest(within(&search, 0.5)), None);
        assert_eq!(accuracy_at(visits, 3..=3), Some(0.5));
        assert_eq!(accuracy_at(visits, 4..=9), None);
        // Parameters of 10^2 and 10^4 between 10 and 10^5: at a quarter and at three quarters.
        let expected = 0.5 * 0.75 + (0.75 - 0.5) * 0.25;
        assert!((hypervolume(visits, [10.0, 1e5]) - expected).abs() < 1e-12);
        let rank = correlation(&distinct(visits), |visit| visit.parameters as f64).expect("three networks");
        assert!((rank - 0.5).abs() < 1e-12);
    }

    /// Of ten classes chance is 0.1: at 0.12 nothing was learned yet.
    #[test]
    fn a_network_learned_something_above_chance_and_two_points() {
        let visits = [0.1, 0.12, 0.1205, 0.5].map(|accuracy| visit("RC:8:3:relu-RC:8:3:tanh", accuracy, 1, None));
        assert_eq!(visits.each_ref().map(learned), [false, false, true, true]);
        assert_eq!((learned_nothing(&visits), learned_nothing(&[])), (Some(0.5), None));
        let others = mean_accuracy(visits.iter().filter(|visit| learned(visit)));
        assert_eq!((others, mean_accuracy([])), (Some((0.1205 + 0.5) / 2.0), None));
    }

    /// The audit of 27 November: of two layers 44 % lack a sigmoid, of five or six 11 %.
    #[test]
    fn one_layer_with_a_sigmoid_puts_a_network_in_the_other_stratum() {
        let has = |text: &str| has_sigmoid(&visit(text, 0.5, 1, None));
        assert!(has("RC:8:3:relu-NC:8:3:sigmoid-RC:8:3:tanh") && !has("RC:8:3:relu-NC:8:3:relu-RC:8:3:tanh"));
    }

    #[test]
    fn a_parent_that_is_evaluated_again_is_a_revisit_that_no_change_made() {
        let text = "RC:8:3:relu-RC:8:3:relu";
        let copy = Visit { mutation: None, ..visit(text, 0.5, 1, Some(0)) };
        let visits = [visit(text, 0.5, 1, None), copy, visit(text, 0.5, 1, Some(0))];
        assert_eq!((revisits(&visits), changed_revisits(&visits)), (2, 1));
    }
}
