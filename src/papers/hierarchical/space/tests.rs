//! Spaces, their supernets and genotypes.

use proptest::prelude::*;

use super::*;
use crate::fixture::space;
use crate::genotype::{Genotype, Stage};
use crate::variation::{FlatVariation, HierarchicalVariation};
use renas_base::seed::Seed;
use renas_network::shape::shapes;
use renas_search::evolution::Variation as _;

fn operations(kernel: usize) -> Operations {
    Operations { kernel, expansion: 2, attention: false, skip: false, pool: false }
}

fn counts(genotype: &Genotype) -> (usize, u64, u64) {
    let space = space();
    let path = space.supernet().path(&space.choice(&genotype.flat(space.depth))).expect("a path");
    let total = cost(&path).expect("valid").total;
    (path.nodes.len(), total.parameters, total.multiply_adds)
}

fn genotype(width: usize, stages: [(usize, Block, Operations); 2]) -> Genotype {
    let stage = |(depth, block, operations)| Stage { depth, block, operations };
    Genotype { width, stages: stages.map(stage).to_vec() }
}

/// By hand, on 1 x 8 x 8 with stages of 4 and 8 channels. A convolution is one node, its norm another, its ReLU a
/// third. Stem: 3 nodes, 4 x 9 + 4 + 8 = 48 parameters, 64 x 36 multiply-adds; head: 3 nodes.
///
/// Standard 3 x 3: 3 nodes; 4 x 4 x 9 + 4 + 8 = 156, 64 x 144 multiply-adds. To 8 channels at stride 2: 4 x 8 x 9 + 8 +
/// 16 = 312, 16 x 288. The head of 8 channels: a norm of 16, a classifier of 90, 80 multiply-adds.
#[test]
fn standard_layers_are_those_of_the_hand_count() {
    let plain = (1, Block::Standard, operations(3));
    let expected = (3 + 3 + 3 + 3, 48 + 156 + 312 + 106, 64 * 36 + 64 * 144 + 16 * 288 + 80);
    assert_eq!(counts(&genotype(1, [plain, plain])), expected);
    // The pool before the block instead of its stride: one node more.
    let pooled = (1, Block::Standard, Operations { pool: true, ..operations(3) });
    let (nodes, parameters, multiply_adds) = expected;
    assert_eq!(counts(&genotype(1, [plain, pooled])), (nodes + 1, parameters, multiply_adds));
}

/// At half width: 2 and 4 channels. Stem 2 x 9 + 2 + 4 = 24, 64 x 18. Separable 5 x 5 twice, with a skip in the second:
/// depthwise 2 x 25 + 2 + 4 = 56, pointwise 4 + 2 + 4 = 10; 64 x (50 + 4) multiply-adds. Then at stride 2 to 4:
/// depthwise 56, 16 x 50; pointwise 8 + 4 + 8 = 20, 16 x 8. The head 8 + 50, and 40.
#[test]
fn separable_layers_are_those_of_the_hand_count() {
    let twice = (2, Block::Separable, Operations { skip: true, ..operations(5) });
    let once = (1, Block::Separable, operations(5));
    let nodes = 3 + 6 + (6 + 1) + 6 + 3;
    let parameters = 24 + 2 * 66 + (56 + 20) + 58;
    let multiply_adds = 64 * 18 + 2 * 64 * 54 + 16 * 58 + 40;
    assert_eq!(counts(&genotype(0, [twice, once])), (nodes, parameters, multiply_adds));
}

/// Full width. A bottleneck of expansion 2 with attention: 4 x 2 + 2 + 4 = 14, 2 x 2 x 9 + 2 + 4 = 42, 2 x 4 + 4 + 8 =
/// 20; 64 x (8 + 36 + 8); attention to 1 and back 5 + 8 = 13, 8 multiply-adds, 6 nodes. An inverted one of expansion 4
/// from 4 to 8 at stride 2: 4 x 16 + 16 + 32 = 112 on 64 pixels, 16 x 9 + 16 + 32 = 192 on 16, 16 x 8 + 8 + 16 = 152.
#[test]
fn bottlenecks_are_those_of_the_hand_count() {
    let bottleneck = (1, Block::Bottleneck, Operations { attention: true, ..operations(3) });
    let inverted = (1, Block::Inverted, Operations { expansion: 4, ..operations(3) });
    let nodes = 3 + (9 + 6) + 8 + 3;
    let parameters = 48 + (14 + 42 + 20 + 13) + (112 + 192 + 152) + 106;
    let multiply_adds = 64 * 36 + (64 * 52 + 8) + (64 * 64 + 16 * (144 + 128)) + 80;
    assert_eq!(counts(&genotype(1, [bottleneck, inverted])), (nodes, parameters, multiply_adds));
}

#[test]
fn every_alternative_of_the_supernet_is_another_network() {
    let supernet = space().supernet();
    supernet.tensors().expect("every path is a network");
    // Blocks without expansion: 2 kernels x 2 attentions x 2 skips, twice; with: twice as many, twice; and absent.
    let counts: Vec<usize> = supernet.slots.iter().map(|slot| slot.alternatives.len()).collect();
    assert_eq!(counts, [1, 24, 49, 48, 49, 1]);
    for slot in &supernet.slots {
        for (index, alternative) in slot.alternatives.iter().enumerate() {
            assert!(!slot.alternatives[..index].contains(alternative), "{}: {index}", slot.name);
        }
    }
}

/// Depth, blocks, kernels and attention of drawn paths, against random genotypes of the flat space: the same means of
/// 4,000 draws within four standard errors of their difference.
#[test]
fn paths_of_the_supernet_are_drawn_as_random_genotypes_are() {
    const DRAWS: usize = 4000;
    let (space, supernet) = (space(), space().supernet());
    let variation = FlatVariation { space: space.clone() };
    let mut stream = Seed::from_number(5).stream("paths");
    let paths: Vec<FlatGenotype> = (0..DRAWS).map(|_| space.genotype(&supernet.draw(&mut stream))).collect();
    let genotypes: Vec<FlatGenotype> = (0..DRAWS).map(|_| variation.sample(&mut stream)).collect();
    let traits: [fn(Position) -> bool; 5] = [
        |position| position.layer().is_some(),
        |position| position.layer().is_some_and(|layer| layer.block == Block::Standard),
        |position| position.layer().is_some_and(|layer| layer.block == Block::Inverted),
        |position| position.layer().is_some_and(|layer| layer.operations.kernel == 5),
        |position| position.layer().is_some_and(|layer| layer.operations.attention),
    ];
    for (index, has_trait) in traits.into_iter().enumerate() {
        for place in 0..space.depth {
            let count = |all: &[FlatGenotype]| all.iter().filter(|one| has_trait(one.stages[1][place])).count();
            let (drawn, expected) = (count(&paths), count(&genotypes));
            let share = (drawn + expected) as f64 / (2 * DRAWS) as f64;
            let error = (2.0 * DRAWS as f64 * share * (1.0 - share)).sqrt();
            assert!((drawn as f64 - expected as f64).abs() <= 4.0 * error, "{index} {place}: {drawn}, {expected}");
        }
    }
}

#[test]
fn no_path_has_more_multiply_adds_than_the_dearest() {
    let (space, supernet) = (space(), space().supernet());
    let multiply_adds = |choice: &Choice| {
        let path = supernet.path(choice).expect("a path");
        cost(&path).expect("valid").total.multiply_adds
    };
    let most = multiply_adds(&space.dearest());
    let mut stream = Seed::from_number(3).stream("paths");
    assert!((0..200).all(|_| multiply_adds(&supernet.draw(&mut stream)) <= most));
}

/// An image, channels and expansions between the smallest and such as make values too large.
fn any_space() -> impl Strategy<Value = Space> {
    let side = prop::sample::select(vec![1, 2, 3, 7, 32, 224, 1500]);
    let channels = prop::collection::vec(prop::sample::select(vec![1, 3, 64, 1000, 4096]), 1..=3);
    let odd = prop::sample::subsequence(vec![1, 3, 5, 15], 1..=2);
    let up_to_16 = |most| prop::sample::subsequence((1..=16).collect::<Vec<usize>>(), 1..=most);
    (
        (1..=3_usize, side.clone(), side),
        channels,
        1..=3_usize,
        (up_to_16(2), 1..=16_usize),
        odd,
        up_to_16(2),
        1..=2_usize,
    )
        .prop_map(|(input, channels, depth, (widths, denominator), kernels, expansions, stem_stride)| Space {
            input: vec![input.0, input.1, input.2],
            classes: 10,
            stem_stride,
            channels,
            depth,
            widths,
            denominator,
            kernels,
            expansions,
        })
}

/// The values of both kernels fit, the weights of the larger one do not.
#[test]
fn a_space_whose_largest_kernel_alone_has_too_many_weights_is_refused() {
    let space = Space {
        input: vec![1, 1, 1],
        stem_stride: 1,
        channels: vec![4096],
        depth: 1,
        widths: vec![16],
        denominator: 4,
        kernels: vec![1, 5],
        expansions: vec![8],
        ..space()
    };
    let error = space.check().expect_err("2^31 weights and more").to_string();
    assert!(error.contains("its weights"), "{error}");
}

#[test]
fn a_space_whose_values_are_too_large_is_refused_in_the_words_of_its_whole_supernet() {
    let large = Space { input: vec![3, 1500, 1500], channels: vec![8, 4096], ..space() };
    let message = large.check().expect_err("too large").to_string();
    assert!(message.contains("is larger than"), "{message}");
    assert_eq!(large.supernet().tensors().expect_err("too large").to_string(), message);
}

proptest! {
    #[test]
    fn the_largest_layers_are_networks_where_all_paths_are(space in any_space()) {
        let all = space.supernet().tensors();
        prop_assert_eq!(space.largest().tensors().is_ok(), all.is_ok());
        prop_assert_eq!(space.check(), all.map(drop));
    }

    #[test]
    fn every_genotype_is_a_network_and_reads_back_from_its_path(seed in any::<u64>()) {
        let space = space();
        let supernet = space.supernet();
        let mut stream = Seed::from_number(seed).stream("sample");
        let hierarchical = HierarchicalVariation { space: space.clone() };
        let hierarchical = hierarchical.sample(&mut stream).flat(space.depth);
        let flat = FlatVariation { space: space.clone() }.sample(&mut stream);
        for genotype in [hierarchical, flat] {
            let choice = space.choice(&genotype);
            prop_assert!(shapes(&supernet.path(&choice).expect("a path")).is_ok());
            let canonical = space.genotype(&choice);
            prop_assert_eq!(canonical.depths(), genotype.depths());
            prop_assert_eq!(space.choice(&canonical), choice);
        }
    }
}
