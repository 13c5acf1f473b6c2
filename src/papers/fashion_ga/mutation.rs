//! The paper's mutations. Each is given as all genomes that it can make of another, of which one is drawn: every child
//! keeps the constraints by construction, and a parent without a child is noticed.

use serde::{Deserialize, Serialize};

use super::genome::Genome;
use super::layer::{Kind, Layer};
use super::space::Space;
use renas_base::seed::Stream;

/// A kind of change (section IV).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mutation {
    /// Two layers change places.
    Swap,
    /// A part of the genome without the final layer is reversed.
    Inversion,
    /// One layer has another number of filters.
    Filter,
    /// One layer is replaced by a new one.
    Replace,
    /// A new layer is inserted.
    AddLayer,
}

/// Whether children keep the constraint of two reductions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rules {
    /// A replaced layer keeps its kind and an inserted one is normal.
    Kept,
    /// A "totally new layer" is of either kind, as the text says.
    Unchecked,
}

impl Mutation {
    /// Every mutation, in the order of the text.
    pub const ALL: [Self; 5] = [Self::Swap, Self::Inversion, Self::Filter, Self::Replace, Self::AddLayer];

    /// The name as it stands in manifests and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Swap => "swap",
            Self::Inversion => "inversion",
            Self::Filter => "filter",
            Self::Replace => "replace",
            Self::AddLayer => "add_layer",
        }
    }

    /// All different genomes of the space that this change makes of `genome`, itself excluded, in ascending order.
    pub fn children(self, genome: &Genome, space: &Space, rules: Rules) -> Vec<Genome> {
        let layers = genome.layers();
        let depth = layers.len();
        let edited = |edit: &dyn Fn(&mut Vec<Layer>)| {
            let mut layers = layers.to_vec();
            edit(&mut layers);
            layers
        };
        let kinds = |place: Option<usize>| match (rules, place) {
            (Rules::Kept, Some(place)) => vec![layers[place].kind],
            (Rules::Kept, None) => vec![Kind::Normal],
            (Rules::Unchecked, _) => vec![Kind::Normal, Kind::Reduction],
        };
        let new_layers = |place| kinds(place).into_iter().flat_map(|kind| space.layers_of(kind));
        let children: Vec<Vec<Layer>> = match self {
            Self::Swap => pairs(depth).map(|(i, j)| edited(&|layers| layers.swap(i, j))).collect(),
            Self::Inversion => pairs(depth - 1).map(|(i, j)| edited(&|layers| layers[i..=j].reverse())).collect(),
            Self::Filter => (0..depth)
                .flat_map(|place| space.filters.iter().map(move |&filters| (place, filters)))
                .map(|(place, filters)| edited(&|layers| layers[place].filters = filters))
                .collect(),
            Self::Replace => (0..depth)
                .flat_map(|place| new_layers(Some(place)).map(move |layer| (place, layer)))
                .map(|(place, layer)| edited(&|layers| layers[place] = layer))
                .collect(),
            Self::AddLayer => (0..=depth)
                .flat_map(|place| new_layers(None).map(move |layer| (place, layer)))
                .map(|(place, layer)| edited(&|layers| layers.insert(place, layer)))
                .collect(),
        };
        let mut children: Vec<Genome> = children.into_iter().filter_map(Genome::new).collect();
        children.sort_unstable();
        children.dedup();
        children.retain(|child| child != genome && space.admits(child));
        children
    }
}

/// All pairs of different places, the smaller first.
fn pairs(count: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..count).flat_map(move |j| (0..j).map(move |i| (i, j)))
}

/// A child of `genome` by one of these mutations, uniform over those that have a child and then over their children; none
/// where none has.
pub fn mutate(
    mutations: &[Mutation],
    genome: &Genome,
    space: &Space,
    rules: Rules,
    stream: &mut Stream,
) -> Option<(Mutation, Genome)> {
    let mut choices: Vec<(Mutation, Vec<Genome>)> =
        mutations.iter().map(|&mutation| (mutation, mutation.children(genome, space, rules))).collect();
    choices.retain(|(_, children)| !children.is_empty());
    if choices.is_empty() {
        return None;
    }
    let (mutation, mut children) = choices.swap_remove(stream.below(choices.len()));
    Some((mutation, children.swap_remove(stream.below(children.len()))))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fixture::space;
    use crate::network::cost_of;
    use renas_base::seed::Seed;

    fn genome(text: &str) -> Genome {
        format!("{text}-GAP-FC:64-FC:10").parse().expect("a genome")
    }

    fn texts(mutation: Mutation, text: &str) -> Vec<String> {
        let children = mutation.children(&genome(text), &space(), Rules::Kept);
        children.iter().map(|child| child.to_string().trim_end_matches("-GAP-FC:64-FC:10").to_owned()).collect()
    }

    const PARENT: &str = "NC:8:3:relu-RC:8:3:tanh-RC:16:1:relu";

    #[test]
    fn swaps_and_inversions_are_those_of_a_hand_count() {
        let swapped = [
            "NC:8:3:relu-RC:16:1:relu-RC:8:3:tanh",
            "RC:8:3:tanh-NC:8:3:relu-RC:16:1:relu",
            "RC:16:1:relu-RC:8:3:tanh-NC:8:3:relu",
        ];
        assert_eq!(texts(Mutation::Swap, PARENT), swapped);
        // The final layer stays where it is: only the first two can be reversed.
        assert_eq!(texts(Mutation::Inversion, PARENT), swapped[1..2]);
        // Equal layers change places without effect.
        assert!(texts(Mutation::Swap, "RC:8:3:relu-RC:8:3:relu").is_empty());
        assert!(texts(Mutation::Inversion, "RC:8:3:relu-RC:16:3:relu").is_empty());
    }

    /// Two numbers of filters, two kernels, three functions.
    #[test]
    fn changed_layers_are_counted_by_hand() {
        let layers = 2 * 2 * 3;
        assert_eq!(texts(Mutation::Filter, PARENT).len(), 3);
        assert_eq!(texts(Mutation::Replace, PARENT).len(), 3 * (layers - 1));
        // Four places; a new layer beside its equal gives one genome, not two.
        assert_eq!(texts(Mutation::AddLayer, PARENT).len(), 4 * layers - 1);
        // Where there is no room for another layer, none is added. (A last one of 8 filters costs just what it saves the
        // dense layer, hence the 1.)
        let parent = genome(PARENT);
        let cost = cost_of(&space().input, parent.layers()).multiply_adds;
        let full = Space { multiply_adds: Some(cost - 1), ..space() };
        assert!(Mutation::AddLayer.children(&parent, &full, Rules::Kept).is_empty());
    }

    #[test]
    fn unchecked_layers_may_break_the_constraint_and_others_cannot() {
        let broken = |mutation: Mutation, rules| {
            let children = mutation.children(&genome(PARENT), &space(), rules);
            children.iter().filter(|child| !child.keeps_constraints()).count()
        };
        for mutation in Mutation::ALL {
            assert_eq!(broken(mutation, Rules::Kept), 0, "{mutation:?}");
            let may = matches!(mutation, Mutation::Replace | Mutation::AddLayer);
            assert_eq!(broken(mutation, Rules::Unchecked) > 0, may, "{mutation:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn children_are_in_the_space_keep_the_constraints_and_differ_from_their_parent(seed in 0..u64::MAX) {
            let space = space();
            let parent = space.sample(&mut Seed::from_number(seed).stream("parent"));
            for mutation in Mutation::ALL {
                let children = mutation.children(&parent, &space, Rules::Kept);
                prop_assert!(children.windows(2).all(|pair| pair[0] < pair[1]));
                for child in children {
                    prop_assert!(child.keeps_constraints() && space.admits(&child) && child != parent);
                    let grown = usize::from(mutation == Mutation::AddLayer);
                    prop_assert_eq!(child.depth(), parent.depth() + grown);
                    if mutation == Mutation::Swap || mutation == Mutation::Inversion {
                        let sorted = |genome: &Genome| {
                            let mut layers = genome.layers().to_vec();
                            layers.sort_unstable();
                            layers
                        };
                        prop_assert_eq!(sorted(&child), sorted(&parent));
                    }
                }
            }
        }
    }

    #[test]
    fn mutations_without_a_child_are_passed_over() {
        let parent = genome("RC:8:3:relu-RC:8:3:relu");
        let mut stream = Seed::from_number(1).stream("mutate");
        let both = [Mutation::Swap, Mutation::Filter];
        for _ in 0..20 {
            let (mutation, child) = mutate(&both, &parent, &space(), Rules::Kept, &mut stream).expect("filters change");
            assert_eq!((mutation, child == parent), (Mutation::Filter, false));
        }
        assert_eq!(mutate(&both[..1], &parent, &space(), Rules::Kept, &mut stream), None);
    }
}
