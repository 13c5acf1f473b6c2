//! Crossover and mutation: those of the author's code, and those that the paper's text describes.

use super::genotype::Genotype;
use super::space::Space;
use renas_base::seed::Stream;
use renas_search::evolution::Variation;

/// Variation as the author's code makes it: both operators always act, the rates only choose their kind.
///
/// Run it with rates of 1. A child is at most as wide as its widest parent, and no deeper than both unless a network
/// of one layer grows to two; it may be shallower than the declared space. Audit:
/// `operators-always-act`, `size-mutation`, `leaving-the-space`.
#[derive(Clone, Debug, PartialEq)]
pub struct ReferenceVariation {
    /// Where the first genotypes come from; its smallest width is also that of changed layers.
    pub space: Space,
    /// Share of two-point crossover; the rest is one-point.
    pub two_point: f64,
    /// Share of removed layers; in the rest all sizes change.
    pub removal: f64,
}

impl Variation for ReferenceVariation {
    type Genotype = Genotype;

    fn sample(&self, stream: &mut Stream) -> Genotype {
        self.space.sample(stream)
    }

    /// Two-point crossover of parents of which one has under three layers gives the first parent itself.
    fn crossover(&self, first: &Genotype, second: &Genotype, stream: &mut Stream) -> Genotype {
        if stream.chance(self.two_point) {
            two_point(first, second, stream).unwrap_or_else(|| first.clone())
        } else {
            one_point(first, second, stream)
        }
    }

    fn mutate(&self, mut genotype: Genotype, stream: &mut Stream) -> Genotype {
        let (narrowest, widest) = (self.space.width[0], genotype.widest());
        if !stream.chance(self.removal) {
            genotype.0.iter_mut().for_each(|units| *units = stream.between(narrowest, widest));
        } else if genotype.depth() > 1 {
            genotype.0.remove(stream.below(genotype.depth()));
        } else {
            genotype.0.push(stream.between(narrowest, widest));
        }
        genotype
    }
}

/// Variation as the paper's text describes it; a child never leaves the space.
///
/// Crossover is one-point or two-point, mutation removes a layer or changes the size of one, each kind with equal
/// chances. Where no layer may be removed, a size changes. How often they act is the caller's to say.
#[derive(Clone, Debug, PartialEq)]
pub struct BoundedVariation {
    /// The search space.
    pub space: Space,
}

impl Variation for BoundedVariation {
    type Genotype = Genotype;

    fn sample(&self, stream: &mut Stream) -> Genotype {
        self.space.sample(stream)
    }

    fn crossover(&self, first: &Genotype, second: &Genotype, stream: &mut Stream) -> Genotype {
        let crossed = if stream.chance(0.5) { two_point(first, second, stream) } else { None };
        crossed.unwrap_or_else(|| one_point(first, second, stream))
    }

    fn mutate(&self, mut genotype: Genotype, stream: &mut Stream) -> Genotype {
        let layer = stream.below(genotype.depth());
        if stream.chance(0.5) && genotype.depth() > self.space.depth[0] {
            genotype.0.remove(layer);
        } else {
            genotype.0[layer] = self.space.sample_width(stream);
        }
        genotype
    }
}

/// The first `cut` layers of `first`, then those of `second` after its first `cut`: as deep as `second`.
fn one_point(first: &Genotype, second: &Genotype, stream: &mut Stream) -> Genotype {
    let cut = stream.between(1, first.depth().min(second.depth()));
    Genotype(first.0[..cut].iter().chain(&second.0[cut..]).copied().collect())
}

/// `first` with the layers between two different cuts taken from `second`; none where a parent has under three layers.
fn two_point(first: &Genotype, second: &Genotype, stream: &mut Stream) -> Option<Genotype> {
    let shorter = first.depth().min(second.depth());
    if shorter <= 2 {
        return None;
    }
    let mut cuts = stream.distinct(2, shorter - 1);
    cuts.sort_unstable();
    let (from, to) = (cuts[0] + 1, cuts[1] + 1);
    let mut child = first.clone();
    child.0[from..to].copy_from_slice(&second.0[from..to]);
    Some(child)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use renas_base::seed::Seed;

    fn space() -> Space {
        Space { inputs: 4, outputs: 2, depth: [3, 8], width: [10, 60] }
    }

    fn reference(two_point: f64, removal: f64) -> ReferenceVariation {
        ReferenceVariation { space: space(), two_point, removal }
    }

    fn parents(seed: u64) -> (Genotype, Genotype, Stream) {
        let mut stream = Seed::from_number(seed).stream("variation");
        (space().sample(&mut stream), space().sample(&mut stream), stream)
    }

    proptest! {
        #[test]
        fn bounded_children_stay_in_the_space_and_are_as_deep_as_a_parent_or_one_layer_less(seed: u64) {
            let (first, second, mut stream) = parents(seed);
            let variation = BoundedVariation { space: space() };
            for _ in 0..20 {
                let crossed = variation.crossover(&first, &second, &mut stream);
                prop_assert!(space().contains(&crossed), "{crossed:?}");
                prop_assert!([first.depth(), second.depth()].contains(&crossed.depth()));
                let child = variation.mutate(crossed.clone(), &mut stream);
                prop_assert!(space().contains(&child), "{child:?}");
                prop_assert!([crossed.depth(), crossed.depth() - 1].contains(&child.depth()));
            }
        }

        #[test]
        fn reference_children_never_grow_deeper_or_wider(seed: u64) {
            let (first, second, mut stream) = parents(seed);
            let variation = reference(0.5, 0.5);
            for _ in 0..20 {
                let crossed = variation.crossover(&first, &second, &mut stream);
                let child = variation.mutate(crossed.clone(), &mut stream);
                prop_assert!(child.depth() >= 1 && child.depth() <= first.depth().max(second.depth()));
                prop_assert!(crossed.widest() <= first.widest().max(second.widest()));
                prop_assert!(child.widest() <= crossed.widest());
                prop_assert!(child.0.iter().all(|&units| units >= space().width[0]));
            }
        }
    }

    /// The rate chooses the kind, so that a rate of 1 always removes a layer, of 0 never does.
    #[test]
    fn the_reference_always_mutates_and_its_rate_only_chooses_how() {
        let (first, _, mut stream) = parents(3);
        for _ in 0..50 {
            assert_eq!(reference(0.5, 1.0).mutate(first.clone(), &mut stream).depth() + 1, first.depth());
            assert_eq!(reference(0.5, 0.0).mutate(first.clone(), &mut stream).depth(), first.depth());
        }
    }

    /// A one-point child is as deep as the second parent, a two-point child as deep as the first.
    #[test]
    fn the_depth_of_a_child_shows_its_kind_of_crossover() {
        let mut stream = Seed::from_number(4).stream("depths");
        let (first, second) = (Genotype(vec![20; 5]), Genotype(vec![30; 7]));
        for _ in 0..50 {
            assert_eq!(reference(0.0, 0.5).crossover(&first, &second, &mut stream).depth(), 7);
            assert_eq!(reference(1.0, 0.5).crossover(&first, &second, &mut stream).depth(), 5);
        }
    }

    #[test]
    fn two_point_crossover_of_a_short_parent_gives_the_first_parent() {
        let mut stream = Seed::from_number(5).stream("short");
        let (short, long) = (Genotype(vec![11, 12]), Genotype(vec![20; 5]));
        assert_eq!(reference(1.0, 0.5).crossover(&short, &long, &mut stream), short);
        assert_eq!(reference(1.0, 0.5).crossover(&long, &short, &mut stream), long);
    }

    /// Cuts are two different ones of 1..depth, so that the first layer and the last stay the first parent's.
    #[test]
    fn two_point_crossover_replaces_an_inner_run_of_layers() {
        let mut stream = Seed::from_number(6).stream("inner");
        let (first, second) = (Genotype(vec![1; 5]), Genotype(vec![2; 4]));
        for _ in 0..50 {
            let child = two_point(&first, &second, &mut stream).expect("long enough").0;
            assert_eq!((child.len(), child[0], child[3], child[4]), (5, 1, 1, 1));
            assert!(child.contains(&2));
        }
    }

    #[test]
    fn a_network_of_one_layer_grows_to_two_instead_of_vanishing() {
        let mut stream = Seed::from_number(7).stream("one layer");
        let grown = reference(0.5, 1.0).mutate(Genotype(vec![30]), &mut stream);
        assert_eq!((grown.depth(), grown.0[0]), (2, 30));
        assert!(grown.0[1] >= 10 && grown.0[1] <= 30);
    }
}
