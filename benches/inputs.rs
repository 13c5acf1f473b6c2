//! What the benchmarks of algorithms and of their peers begin with: networks, their features and invented objectives; cells and
//! their times; the search on what trees predict.

use renas::base::seed::{Seed, Stream};
use renas::search::evolution::{Settings, Variation};
use renas::surrogate::tree::{FittedTree, RegressionTree, TieBreak};
use renas::surrogate::{Features, Predictor, Regressor};

/// Hidden layer sizes of a dense network: 3 to 20 layers of 10 to 200 units.
#[derive(Clone, Debug)]
pub(crate) struct Layers;

impl Variation for Layers {
    type Genotype = Vec<usize>;

    fn sample(&self, stream: &mut Stream) -> Vec<usize> {
        let depth = stream.between(3, 20);
        (0..depth).map(|_| stream.between(10, 200)).collect()
    }

    fn crossover(&self, first: &Vec<usize>, second: &Vec<usize>, stream: &mut Stream) -> Vec<usize> {
        let cut = stream.between(1, first.len().min(second.len()));
        [&first[..cut], &second[cut..]].concat()
    }

    fn mutate(&self, mut genotype: Vec<usize>, stream: &mut Stream) -> Vec<usize> {
        let layer = stream.below(genotype.len());
        if genotype.len() > 3 && stream.chance(0.5) {
            genotype.remove(layer);
        } else {
            genotype[layer] = stream.between(10, 200);
        }
        genotype
    }
}

/// Depth; mean, largest and smallest width; variance of the widths.
pub(crate) fn features(layers: &[usize]) -> [f64; 5] {
    let n = layers.len() as f64;
    let (mut sum, mut most, mut least) = (0, 0, usize::MAX);
    for &width in layers {
        (sum, most, least) = (sum + width, width.max(most), width.min(least));
    }
    let mean = sum as f64 / n;
    let variance = layers.iter().map(|&width| (width as f64 - mean) * (width as f64 - mean)).sum::<f64>() / n;
    [n, mean, most as f64, least as f64, variance]
}

pub(crate) fn seed() -> Seed {
    Seed::from_number(1)
}

/// Features of networks, row by row, and three invented objectives of each with noise, all minimised.
pub(crate) fn networks(count: usize) -> (Vec<f64>, [Vec<f64>; 3]) {
    let mut stream = seed().stream("table");
    let rows: Vec<[f64; 5]> = (0..count).map(|_| features(&Layers.sample(&mut stream))).collect();
    let mut noisy = |objective: fn(&[f64; 5]) -> f64, noise: f64| {
        rows.iter().map(|row| objective(row) + noise * stream.normal()).collect()
    };
    let error = noisy(|row| 0.02 + 0.01 * row[0] - 0.0005 * row[1], 0.02);
    let similarity = noisy(|row| 0.3 - 0.01 * row[0] + 0.001 * row[3], 0.1);
    let multiply_adds = noisy(|row| 784.0 * row[1] + row[0] * row[1] * row[1], 2e4);
    (rows.concat(), [error, similarity, multiply_adds])
}

/// The last stage of POPNAS: 409,600 candidates.
pub(crate) const CANDIDATES: usize = 409_600;

/// 2,000 cells as POPNAS describes them: 1 to 5 blocks, two operators of 8 for each, 0 where there is none; and times.
pub(crate) fn cells() -> (Vec<f64>, Vec<f64>) {
    let mut stream = seed().stream("cells");
    let mut draw = |levels: usize| stream.below(levels) as f64;
    let (mut rows, mut times) = (Vec::new(), Vec::new());
    for _ in 0..2000 {
        let blocks = 1.0 + draw(5);
        let operators: [f64; 10] =
            std::array::from_fn(|slot| if slot as f64 >= 2.0 * blocks { 0.0 } else { 1.0 + draw(8) });
        times.push(3.0 + 2.0 * operators.iter().sum::<f64>() + draw(256) / 32.0);
        rows.push(blocks);
        rows.extend(operators);
    }
    (rows, times)
}

pub(crate) fn fit_tree(rows: &[f64], targets: &[f64], tie_break: TieBreak) -> FittedTree {
    let settings = RegressionTree { tie_break, ..RegressionTree::default() };
    settings.fit(&Features::new(rows, 5).expect("a table"), targets).expect("can be fitted")
}

/// The objectives of a generation, predicted at once.
pub(crate) fn predict(trees: &[FittedTree; 3], genotypes: &[Vec<usize>]) -> Vec<[f64; 3]> {
    let rows: Vec<f64> = genotypes.iter().flat_map(|layers| features(layers)).collect();
    let rows = Features::new(&rows, 5).expect("a generation is not empty");
    let objectives = trees.each_ref().map(|tree| tree.predict_all(&rows));
    (0..genotypes.len()).map(|place| objectives.each_ref().map(|values| values[place])).collect()
}

/// EcoNAS's search: NSGA-II, 250 networks, 15 generations.
pub(crate) fn search_settings() -> Settings {
    Settings { population: 250, generations: 15, evaluations: None, crossover_rate: 0.5, mutation_rate: 0.5 }
}
