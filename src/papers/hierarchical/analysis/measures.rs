//! Numbers of one search; nothing where they are not defined.

use crate::block::{Block, Layer};
use crate::genotype::FlatGenotype;
use crate::objectives::Price;
use crate::search::Visit;
use renas_search::hypervolume::hypervolume_3d;
use renas_stats::summary::mean;

/// The share of the box of error, multiply-adds and memory that the visits dominate: error from 0 to 1, the others from 0 to
/// those of `unit`.
pub fn hypervolume(visits: &[Visit], unit: &Price) -> f64 {
    let point = |visit: &Visit| {
        let [error, multiply_adds, bytes] = visit.objectives();
        [error, multiply_adds / unit.multiply_adds as f64, bytes / unit.memory_bytes() as f64]
    };
    hypervolume_3d(&visits.iter().map(point).collect::<Vec<_>>(), &[1.0; 3])
}

/// The hypervolume after each generation of so many visits.
pub fn hypervolumes(visits: &[Visit], population: usize, unit: &Price) -> Vec<f64> {
    let ends = (population..=visits.len()).step_by(population.max(1));
    ends.map(|end| hypervolume(&visits[..end], unit)).collect()
}

/// The mean hypervolume over the generations: what a search is worth whenever it is stopped.
pub fn anytime_hypervolume(visits: &[Visit], population: usize, unit: &Price) -> Option<f64> {
    let all = hypervolumes(visits, population, unit);
    (!all.is_empty()).then(|| mean(&all))
}

/// Most by which an accuracy above chance shows nothing learned.
const ABOVE_CHANCE: f64 = 0.02;

/// Whether an accuracy on data of so many classes shows that nothing was learned: it is at most chance and two points.
pub fn learned_nothing(accuracy: f64, classes: usize) -> bool {
    accuracy <= 1.0 / classes as f64 + ABOVE_CHANCE
}

/// What the paper says that efficient networks have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Principle {
    /// Depthwise convolutions: separable layers and inverted bottlenecks.
    Depthwise,
    /// Squeeze-and-excitation.
    Attention,
    /// Bottlenecks, inverted or not.
    Bottleneck,
}

impl Principle {
    /// All of them, in the paper's order.
    pub const ALL: [Self; 3] = [Self::Depthwise, Self::Attention, Self::Bottleneck];

    /// The name as it stands in names of quantities.
    pub fn name(self) -> &'static str {
        match self {
            Self::Depthwise => "depthwise",
            Self::Attention => "attention",
            Self::Bottleneck => "bottleneck",
        }
    }

    fn holds(self, layer: &Layer) -> bool {
        match self {
            Self::Depthwise => matches!(layer.block, Block::Separable | Block::Inverted),
            Self::Attention => layer.operations.attention,
            Self::Bottleneck => matches!(layer.block, Block::Bottleneck | Block::Inverted),
        }
    }

    /// The share of a network's layers that have it.
    pub fn share(self, genotype: &FlatGenotype) -> f64 {
        let layers: Vec<Layer> = genotype.stages.iter().flatten().filter_map(|position| position.layer()).collect();
        layers.iter().filter(|layer| self.holds(layer)).count() as f64 / layers.len() as f64
    }
}

/// Images that trainings and judgements pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passes {
    /// Images that one training of a network on its own passes.
    pub alone: usize,
    /// Images that the training of the supernet passes.
    pub supernet: usize,
    /// Images that a judgement with shared weights takes statistics from.
    pub calibration: usize,
    /// Images that a judgement counts on.
    pub validation: usize,
}

/// Passes of a training step in units of one forward pass: forward, backward to inputs and to weights.
const STEP: f64 = 3.0;

/// Multiply-adds of a search with trainings of their own for all its networks, as a multiple of those with one supernet.
///
/// Each path that trains the supernet is counted as the dearest of all, so that it is at least so much.
pub fn work_ratio(visits: &[Visit], unit: &Price, passes: &Passes) -> f64 {
    let total: f64 = visits.iter().map(|visit| visit.price.multiply_adds as f64).sum();
    let alone = total * (STEP * passes.alone as f64 + passes.validation as f64);
    let judged = total * (passes.calibration + passes.validation) as f64;
    alone / (STEP * passes.supernet as f64 * unit.multiply_adds as f64 + judged)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::block::Operations;
    use crate::genotype::Position;
    use renas_network::supernet::Choice;

    fn visit(accuracy: f64, multiply_adds: u64, values: u64) -> Visit {
        let price = Price { parameters: values, multiply_adds, peak: 0 };
        Visit { choice: Choice { width: 0, slots: Vec::new() }, accuracy, price }
    }

    const UNIT: Price = Price { parameters: 100, multiply_adds: 100, peak: 0 };

    /// Boxes of 0.5 x 0.5 x 0.5 and 0.75 x 0.25 x 0.5, of which 0.5 x 0.25 x 0.5 are common.
    #[test]
    fn a_hypervolume_is_a_share_of_the_box_below_the_unit() {
        let visits = [visit(0.5, 50, 50), visit(0.75, 75, 50), visit(0.9, 200, 50)];
        assert_eq!(hypervolume(&visits, &UNIT), 0.125 + 0.09375 - 0.0625);
        assert_eq!(hypervolumes(&visits[..2], 1, &UNIT), [0.125, 0.15625]);
        assert_eq!(anytime_hypervolume(&visits[..2], 1, &UNIT), Some((0.125 + 0.15625) / 2.0));
        assert_eq!(anytime_hypervolume(&visits, 4, &UNIT), None);
    }

    /// SqueezeNet stays at 10 % of ten classes, and one network of `quick` at 12 %: neither learned anything.
    #[test]
    fn what_ends_at_chance_and_two_points_learned_nothing() {
        assert!(learned_nothing(0.1, 10) && learned_nothing(0.12, 10) && learned_nothing(0.0, 10));
        assert!(!learned_nothing(0.121, 10) && !learned_nothing(0.12, 100));
    }

    #[test]
    fn shares_count_the_layers_that_are_there() {
        let operations = Operations { kernel: 3, expansion: 2, attention: true, skip: false, pool: false };
        let layer = |block| Position::Present(Layer { block, operations });
        let plain = Operations { attention: false, ..operations };
        let stages = vec![
            vec![layer(Block::Separable), Position::Absent, layer(Block::Inverted)],
            vec![Position::Present(Layer { block: Block::Standard, operations: plain }), layer(Block::Bottleneck)],
        ];
        let genotype = FlatGenotype { width: 0, stages };
        assert_eq!(Principle::ALL.map(|principle| principle.share(&genotype)), [0.5, 0.75, 0.5]);
    }

    /// 300 multiply-adds in all: 3 x 10 + 2 passes each alone; 3 x 20 x 100 for the supernet, 4 + 2 passes each.
    #[test]
    fn the_work_of_a_search_is_that_of_the_hand_count() {
        let visits = [visit(0.5, 100, 1), visit(0.5, 200, 1)];
        let passes = Passes { alone: 10, supernet: 20, calibration: 4, validation: 2 };
        assert_eq!(work_ratio(&visits, &UNIT, &passes), 300.0 * 32.0 / (6_000.0 + 300.0 * 6.0));
    }
}
