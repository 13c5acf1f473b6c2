//! The search space of Table 1: how many hidden layers, and how many units in each.

use serde::{Deserialize, Serialize};

use super::genotype::Genotype;
use renas_base::seed::Stream;

/// Perceptrons with a bounded number of hidden layers of bounded size. All bounds are inclusive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Space {
    /// Values of one input sample.
    pub inputs: usize,
    /// Classes.
    pub outputs: usize,
    /// Fewest and most hidden layers.
    pub depth: [usize; 2],
    /// Fewest and most units of a hidden layer.
    pub width: [usize; 2],
}

impl Space {
    /// A random genotype: depth uniform, then every size uniform and independent, as the paper's code draws them.
    pub fn sample(&self, stream: &mut Stream) -> Genotype {
        let depth = stream.between(self.depth[0], self.depth[1]);
        Genotype((0..depth).map(|_| self.sample_width(stream)).collect())
    }

    /// A random size of a hidden layer.
    pub fn sample_width(&self, stream: &mut Stream) -> usize {
        stream.between(self.width[0], self.width[1])
    }

    /// Whether the genotype lies in the declared space.
    pub fn contains(&self, genotype: &Genotype) -> bool {
        (self.depth[0]..=self.depth[1]).contains(&genotype.depth())
            && genotype.0.iter().all(|units| (self.width[0]..=self.width[1]).contains(units))
    }

    /// Multiply-adds of a genotype of this space.
    pub fn multiply_adds(&self, genotype: &Genotype) -> f64 {
        genotype.multiply_adds(self.inputs, self.outputs) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use renas_base::seed::Seed;

    #[test]
    fn samples_lie_in_the_space_and_reach_all_its_bounds() {
        let space = Space { inputs: 4, outputs: 2, depth: [3, 5], width: [8, 11] };
        let mut stream = Seed::from_number(1).stream("space");
        let samples: Vec<Genotype> = (0..500).map(|_| space.sample(&mut stream)).collect();
        assert!(samples.iter().all(|genotype| space.contains(genotype)));
        for depth in 3..=5 {
            assert!(samples.iter().any(|genotype| genotype.depth() == depth));
        }
        for width in 8..=11 {
            assert!(samples.iter().any(|genotype| genotype.0.contains(&width)));
        }
    }
}
