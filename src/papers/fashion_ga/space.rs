//! Which genomes are searched, and random ones.

use serde::{Deserialize, Serialize};

use super::genome::{Genome, REDUCTIONS};
use super::layer::{FILTER_LIMIT, FUNCTIONS, Kind, LARGEST_KERNEL, Layer};
use super::network::cost_of;
use renas_base::seed::Stream;
use renas_data::registry::Registry;
use renas_harness::manifest::decode::Section;
use renas_harness::parameters;
use renas_network::spec::Activation;

parameters! {
    /// The bounds of the searched genomes.
    pub struct Space checked by check {
        /// Shape of one image, `[channels, height, width]`.
        pub input: Vec<usize> = list(|item| item.integer(1..=4096)),
        /// Fewest and most convolutions of a random genome; mutations may go further.
        pub layers: [usize; 2] = range(|item| item.integer(2..=64)),
        /// Numbers of filters that a layer may have.
        pub filters: Vec<usize> = ascending(|item| item.integer(1..=FILTER_LIMIT - 1)),
        /// Kernels that a layer may have.
        pub kernels: Vec<usize> = ascending(|item| item.integer(1..=LARGEST_KERNEL)),
        /// Its activation functions.
        pub functions: Functions = choice(&[("all", Functions::All), ("three", Functions::Three)]),
        /// Most multiply-adds of one image; absent where there is no such limit.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub multiply_adds: Option<u64> = optional(|item| item.integer(1..=u64::MAX)),
    }
}

fn check(space: &Space, section: &Section<'_>, _: &Registry) {
    if let Some(even) = space.kernels.iter().find(|kernel| *kernel % 2 == 0) {
        section.problem("kernels", format!("{even} is even; kernels are odd, so that images keep their size"));
    }
    if space.layers[0] == space.layers[1] {
        section.problem("layers", "must be two different numbers: mutations add and remove layers");
    }
    if space.input.len() != 3 {
        section.problem("input", "must be [channels, height, width]");
    } else if !space.is_populated() {
        section.problem("multiply_adds", "the smallest network of the most layers has more");
    }
}

/// Which activation functions layers may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Functions {
    /// ReLU, sigmoid, tanh, swish and GELU: the constraints.
    All,
    /// The first three: the experiments.
    Three,
}

impl Functions {
    /// The functions.
    pub fn list(self) -> &'static [Activation] {
        match self {
            Self::All => &FUNCTIONS,
            Self::Three => &FUNCTIONS[..3],
        }
    }
}

/// Draws of all layers at one depth before another depth is drawn.
const PATIENCE: usize = 1_000;

impl Space {
    /// Whether a genome has as few multiply-adds as it may.
    pub fn admits(&self, genome: &Genome) -> bool {
        self.affords(genome.layers())
    }

    fn affords(&self, layers: &[Layer]) -> bool {
        self.multiply_adds.is_none_or(|most| cost_of(&self.input, layers).multiply_adds <= most)
    }

    /// Whether there is a genome at every depth; random drawing relies on it.
    pub fn is_populated(&self) -> bool {
        let least = |values: &[usize]| values.iter().copied().min();
        let (Some(filters), Some(kernel)) = (least(&self.filters), least(&self.kernels)) else { return false };
        let layer = |kind| Layer { kind, filters, kernel, function: Activation::Relu };
        // Reductions first: every layer after them is as cheap as it can be.
        let smallest = |depth: usize| {
            let kinds = (0..depth).map(|place| if place < REDUCTIONS { Kind::Reduction } else { Kind::Normal });
            kinds.map(layer).collect::<Vec<_>>()
        };
        let [fewest, most] = self.layers;
        fewest >= REDUCTIONS && (fewest..=most).all(|depth| self.affords(&smallest(depth)))
    }

    /// A random genome: its number of layers is uniform, then the places of the reductions and everything of every layer,
    /// which are drawn again until there are few enough multiply-adds.
    pub fn sample(&self, stream: &mut Stream) -> Genome {
        loop {
            let depth = stream.between(self.layers[0], self.layers[1]);
            let drawn = (0..PATIENCE).find_map(|_| {
                let reductions = stream.distinct(REDUCTIONS, depth);
                let kind = |place| if reductions.contains(&place) { Kind::Reduction } else { Kind::Normal };
                let layers: Vec<Layer> = (0..depth).map(|place| self.sample_layer(kind(place), stream)).collect();
                if self.affords(&layers) { Genome::new(layers) } else { None }
            });
            if let Some(genome) = drawn {
                return genome;
            }
        }
    }

    fn sample_layer(&self, kind: Kind, stream: &mut Stream) -> Layer {
        let functions = self.functions.list();
        Layer {
            kind,
            filters: self.filters[stream.below(self.filters.len())],
            kernel: self.kernels[stream.below(self.kernels.len())],
            function: functions[stream.below(functions.len())],
        }
    }

    /// Every layer of a kind, in ascending order of the lists.
    pub fn layers_of(&self, kind: Kind) -> impl Iterator<Item = Layer> + '_ {
        self.filters.iter().flat_map(move |&filters| {
            self.kernels.iter().flat_map(move |&kernel| {
                let functions = self.functions.list().iter();
                functions.map(move |&function| Layer { kind, filters, kernel, function })
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::fixture::space;
    use renas_base::seed::Seed;

    #[test]
    fn random_genomes_are_in_the_space_and_every_depth_is_as_likely() {
        let space = space();
        let mut stream = Seed::from_number(1).stream("sample");
        let mut depths = BTreeMap::new();
        for _ in 0..4_000 {
            let genome = space.sample(&mut stream);
            assert!(space.admits(&genome) && genome.keeps_constraints(), "{genome}");
            *depths.entry(genome.depth()).or_insert(0) += 1;
        }
        // Four depths, 1,000 each; five standard deviations are 137.
        assert_eq!(depths.len(), 4);
        assert!(depths.values().all(|count: &i32| (count - 1_000).abs() < 137), "{depths:?}");
    }

    #[test]
    fn a_space_whose_smallest_network_is_too_dear_is_not_populated() {
        let mut space = space();
        assert!(space.is_populated());
        space.multiply_adds = Some(500);
        assert!(!space.is_populated());
        space.multiply_adds = None;
        assert!(space.is_populated());
        space.layers = [1, 3];
        assert!(!space.is_populated());
    }
}
