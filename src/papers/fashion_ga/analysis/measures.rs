//! Numbers of one search; nothing where they are not defined.

use super::result_set::Timed;
use crate::best::best_visit;
use crate::genome::CLASSES;
use crate::search::Visit;
use renas_network::spec::Activation;

/// The paper's sweet spot, in convolutions.
pub const SWEET_SPOT: [usize; 2] = [5, 6];

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

/// The logarithm of a number of parameters between `ends`: 0 to 1, and above where there are more; never below.
pub fn size(parameters: u64, ends: [f64; 2]) -> f64 {
    let [low, high] = ends.map(libm::log);
    ((libm::log(parameters as f64) - low) / (high - low)).max(0.0)
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
        assert_eq!((total_seconds(&search), within(&search, 7.9).len(), within(&search, 8.0).len()), (8.0, 3, 4));
        assert_eq!(highest(within(&search, 0.5)), None);
    }

    /// Parameters of 10^2 and 10^4 between 10 and 10^5: at a quarter and at three quarters.
    #[test]
    fn the_size_of_a_network_is_its_place_on_a_logarithmic_scale() {
        for (parameters, place) in [(100, 0.25), (10_000, 0.75), (10, 0.0), (1, 0.0), (1_000_000, 1.25)] {
            assert!((size(parameters, [10.0, 1e5]) - place).abs() < 1e-12, "{parameters}");
        }
    }

    /// Of ten classes chance is 0.1: at 0.12 nothing was learned yet.
    #[test]
    fn a_network_learned_something_above_chance_and_two_points() {
        let visits = [0.1, 0.12, 0.1205, 0.5].map(|accuracy| visit("RC:8:3:relu-RC:8:3:tanh", accuracy, 1, None));
        assert_eq!(visits.each_ref().map(learned), [false, false, true, true]);
    }

    /// The audit of 27 November: of two layers 44 % lack a sigmoid, of five or six 11 %.
    #[test]
    fn one_layer_with_a_sigmoid_puts_a_network_in_the_other_stratum() {
        let has = |text: &str| has_sigmoid(&visit(text, 0.5, 1, None));
        assert!(has("RC:8:3:relu-NC:8:3:sigmoid-RC:8:3:tanh") && !has("RC:8:3:relu-NC:8:3:relu-RC:8:3:tanh"));
    }
}
