//! How fast the algorithms are: surrogates, Pareto sorting, hypervolume, NSGA-II, and a whole search on predicted
//! objectives. Their peers are measured by `make bench-peers` (`benches/peers.rs`), which writes `reports/bench/peers.md`.
//!
//! Results are part of committed evidence, so that speed may change no bit: sums keep their order, streams their draws. The
//! formulas as they were first written are the tests' oracles (`surrogate::oracle`, and beside each test).
//!
//! What was tried, on an Intel Xeon (Sapphire Rapids) with other work beside it; lowest of many calls, old and new in turn:
//!
//! | what | effect | kept |
//! |---|---|---|
//! | tree, 200 x 5: rows divided without a branch, targets centred once a node, counts kept as floats | 95 us to 50 us | yes |
//! | the same: value and place sorted as one whole number instead of places by value | 16 % of the time becomes 13 % | yes |
//! | the same: a loop instead of a call that copies what goes right | none | no |
//! | 10^6 predictions: 8 rows side by side; 4 / 12 / 16 / 24 | 58 ms to 23 ms; 36 / 35 / 26 / 41 ms | 8 |
//! | linear fits: means row by row, columns cut out by blocks of 64 rows, 4 products at a time | ridge 64 us to 52 us | yes |
//! | the same: each column with the room that it needs from the start | ridge 53 us to 45 us, NNLS 76 us to 65 us | yes |
//! | the products compiled for AVX2 too | part of the above; in one long function the compiler finds no vectors: NNLS 118 us | small ones |
//! | the same for AVX-512 | NNLS 88 us to 81 us, ridge none: one sum waits for its last addition in any case | no |
//! | NNLS: column by column through all planes | 89 us to 87 us; four columns at a time through one plane: 98 us to 93 us | the first |
//! | the same, with subtraction and next product in one pass | 107 us to 78 us | yes |
//! | 409,600 linear predictions: four rows side by side | 4.3 ms to 1.9 ms: 19 GB/s from memory | yes |
//! | non-dominated sorting, 500 x 3: generic at its door only, else it is compiled with its caller's `opt-level` | 75 us to 31 us | yes |
//! | the same: stairs as two lists, their last 16 steps counted instead of halved | 60 us instead of 31 us | no |
//! | front: a sample guesses the bound of the first portion, nobody else is moved | 8.3 ms to 2.3 ms | yes |
//! | bootstrap: 64 draws at a time, no division for a bound, eight sums side by side | 1,139 us to 712 us | yes |
//!
//! The same on an AMD EPYC (Zen 3, AVX2; both cores busy), old and new in turn in one process:
//!
//! | what | effect | kept |
//! |---|---|---|
//! | bootstrap: 64 draws without asking each whether it is refused, quantiles selected instead of all means sorted | 716 us to 634 us, 16 % fewer instructions | yes |
//! | the same: values drawn instead of their places | 708 us to 644 us | no |
//! | the same: 64 blocks of ChaCha8 side by side, in vectors without exchanges, bounded there too | 719 us to 616 us for 130 lines more | no |
//! | tree: a node's divisions made once for its five features | none: they are hidden | no |
//! | the same, and all gains of a feature before the first comparison | 2 % | no |
//! | the same, and the best split chosen without a branch | 59 us to 68 us | no |
//! | non-dominated sorting: three fronts asked at a time instead of one | 35 us to 56 us | no |
//! | sorting: value and place apart, equal values sorted again | crowding 24 us to 22 us; a search, which is full of ties, slower | no |
//! | columns cut out by blocks of 8 rows / one after the other / four at a time, AVX2 | 11.6 us to 23 / 17 / 11 us | no |
//! | a search whose caller is compiled with `opt-level = 3` too | none | no |
//!
//! Floors, on that EPYC. Of the bootstrap's 634 us the stream itself (200,000 draws of ChaCha8, `rand_chacha` under AVX2) takes
//! 345 us; a prototype that made nothing but vectors of it, out of order, took 228 us. NNLS is a QR decomposition of 2,000 x 11 (50 us of 76 to 97
//! us), some 530,000 multiplications and additions that may not be fused: each column is reflected at each plane before
//! it, 55 passes, since a sum of products is complete only at the end of a pass and the next plane needs it. A pass (read
//! a column, two normals, write the column) takes 1.0 us from the second cache, whether aligned or not; 0.8 us where two columns
//! share it, which would save a tenth of the fit. Cutting columns takes 12 us, their means 4 us: of a ridge fit's 44 us these are
//! a third, and its 77 sums of products, 14 us, another. A tree of 200 x 5 looks at some 10,000 splits, one addition waiting for
//! the other: 27 us of its 59 us; dividing takes 10 us, sorting 9 us. A whole search draws, breeds and sorts for 4,000 networks:
//! 0.7 us each; walks in trees are 13 % of it, sorting 25 %, memory for genotypes 12 %, and nothing else as much as a tenth.

use std::hint::black_box;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use renas::papers::popnas::cell::Cell;
use renas::papers::popnas::features::{Encoding, Index};
use renas::papers::popnas::space::Space;
use renas::papers::popnas::variant::Variant;
use renas::search::evolution::{Ask, Evolution, Variation};
use renas::search::hypervolume::{hypervolume_2d, hypervolume_3d};
use renas::search::nsga2::{Nsga2, RankAndCrowding};
use renas::search::pareto::{crowding_distance, non_dominated_sort};
use renas::search::progressive_front::{FrontRule, progressive_front};
use renas::stats::bootstrap::Bootstrap;
use renas::stats::correlation::kendall_tau_b;
use renas::surrogate::nnls::Nnls;
use renas::surrogate::positive_lasso::PositiveLasso;
use renas::surrogate::ridge::Ridge;
use renas::surrogate::tree::{FittedTree, TieBreak};
use renas::surrogate::xgboost::Xgboost;
use renas::surrogate::{Features, Predictor, Regressor};

#[path = "inputs.rs"]
mod inputs; // networks, their features and invented objectives

use inputs::{CANDIDATES, Layers, cells, features, fit_tree, networks, predict, search_settings, seed};

/// One ask and tell; whether there was something to do.
fn step(search: &mut Nsga2<Layers, 3>, trees: &[FittedTree; 3]) -> bool {
    let objectives: Vec<[f64; 3]> = match search.ask() {
        Ask::Evaluate(genotypes) => predict(trees, genotypes),
        Ask::Finished(_) => return false,
    };
    search.tell(&objectives);
    true
}

fn new_search() -> Nsga2<Layers, 3> {
    Evolution::new(Layers, RankAndCrowding::default(), search_settings(), seed()).expect("settings in range")
}

fn whole_search(rows: &[f64], targets: &[Vec<f64>; 3], tie_break: TieBreak) -> Nsga2<Layers, 3> {
    let trees = std::array::from_fn(|objective| fit_tree(rows, &targets[objective], tie_break));
    let mut search = new_search();
    while step(&mut search, &trees) {}
    search
}

fn trees(c: &mut Criterion) {
    let (rows, targets) = networks(200);
    let random = TieBreak::RandomFeature(seed());
    c.bench_function("tree/fit 200x5", |b| b.iter(|| fit_tree(black_box(&rows), &targets[0], TieBreak::LowestFeature)));
    c.bench_function("tree/fit 200x5, random ties", |b| b.iter(|| fit_tree(black_box(&rows), &targets[0], random)));
    let tree = fit_tree(&rows, &targets[0], TieBreak::LowestFeature);
    let each = || rows.chunks(5).map(|row| tree.predict(black_box(row))).sum::<f64>();
    c.bench_function("tree/predict 200 rows", |b| b.iter(each));
    let mut stream = seed().stream("queries");
    let queries: Vec<f64> = (0..1_000_000).flat_map(|_| features(&Layers.sample(&mut stream))).collect();
    let queries = Features::new(&queries, 5).expect("a table");
    c.bench_function("tree/predict 1000000 rows", |b| b.iter(|| tree.predict_all(black_box(&queries))));
}

fn regressors(c: &mut Criterion) {
    let (rows, times) = cells();
    let table = Features::new(&rows, 11).expect("a table");
    c.bench_function("ridge/fit 2000x11", |b| b.iter(|| Ridge::default().fit(black_box(&table), &times)));
    for (name, fit_intercept) in [("with", true), ("without", false)] {
        let settings = Nnls { fit_intercept };
        c.bench_function(&format!("nnls/fit 2000x11, {name} intercept"), |b| {
            b.iter(|| settings.fit(black_box(&table), &times));
        });
    }
    c.bench_function("positive lasso/fit 2000x11", |b| {
        b.iter(|| PositiveLasso::default().fit(black_box(&table), &times));
    });
    let candidates: Vec<f64> = rows.iter().copied().cycle().take(CANDIDATES * 11).collect();
    let candidates = Features::new(&candidates, 11).expect("a table");
    let fitted = Ridge::default().fit(&table, &times).expect("can be fitted");
    c.bench_function("linear/predict 409600x11", |b| b.iter(|| fitted.predict_all(black_box(&candidates))));
    let mut slow = c.benchmark_group("xgboost");
    slow.sample_size(10);
    for max_depth in [3, 9] {
        let settings = Xgboost { min_child_weight: 1.0, gamma: 0.0, n_estimators: 100, learning_rate: 0.1, max_depth };
        slow.bench_function(format!("fit 2000x11, 100 rounds, depth {max_depth}"), |b| {
            b.iter(|| settings.fit(black_box(&table), &times).expect("the library is there: `make setup`"));
        });
    }
    slow.finish();
}

fn front(c: &mut Criterion) {
    let mut stream = seed().stream("candidates");
    let mut draw = || -> Vec<f64> { (0..CANDIDATES).map(|_| stream.uniform()).collect() };
    let (accuracy, time) = (draw(), draw());
    c.bench_function("front/409600 candidates, random", |b| {
        b.iter(|| progressive_front(black_box(&accuracy), &time, FrontRule::NonStrict, 256));
    });
    // Every candidate is on the front: nothing is left out before sorting.
    c.bench_function("front/409600 candidates, all on it", |b| {
        b.iter(|| progressive_front(black_box(&accuracy), &accuracy, FrontRule::NonStrict, 256));
    });
}

/// The last stage of POPNAS at its full size: 256 cells of four blocks, each with 1,600 blocks that may follow.
fn candidates(c: &mut Criterion) {
    let space = Space::new(Variant::Reference, 1);
    let mut parents = space.first();
    for _ in 0..3 {
        parents = space.expand(&parents[..2]).into_iter().map(|candidate| candidate.cell).collect();
    }
    parents.truncate(256);
    let cells: Vec<Cell> = space.expand(&parents).into_iter().map(|candidate| candidate.cell).collect();
    assert_eq!(cells.len(), 409_600);
    let encoding =
        Encoding { blocks: 5, index: Index::Reordered, inputs: false, variant: Variant::Reference, truncates: false };
    let known: Vec<(&Cell, f64)> = cells.iter().step_by(2_000).map(|cell| (cell, cell.size() as f64)).collect();
    let (rows, targets) = encoding.fitted(&known, None);
    let features = Features::new(&rows, encoding.columns()).expect("a sound table");
    let fitted = Ridge::default().fit(&features, &targets).expect("a sound table");
    c.bench_function("popnas/expand to 409600 cells", |b| b.iter(|| space.expand(black_box(&parents))));
    c.bench_function("popnas/features and times of 409600 cells", |b| {
        b.iter(|| {
            let rows = encoding.asked(black_box(&cells));
            fitted.predict_all(&Features::new(&rows, encoding.columns()).expect("a sound table"))
        });
    });
}

fn pareto(c: &mut Criterion) {
    let mut stream = seed().stream("points");
    let cloud: Vec<[f64; 3]> = (0..500).map(|_| std::array::from_fn(|_| stream.uniform())).collect();
    // On the plane x + y + z = 1 no point dominates another.
    let front: Vec<[f64; 3]> = cloud.iter().map(|[x, y, _]| [*x, *y, 1.0 - x - y]).collect();
    let plane: Vec<[f64; 2]> = front.iter().map(|[x, _, _]| [*x, 1.0 - x]).collect();
    c.bench_function("pareto/sort 500x3, random", |b| b.iter(|| non_dominated_sort(black_box(&cloud))));
    let many: Vec<[f64; 3]> = (0..5000).map(|_| std::array::from_fn(|_| stream.uniform())).collect();
    c.bench_function("pareto/sort 5000x3, random", |b| b.iter(|| non_dominated_sort(black_box(&many))));
    c.bench_function("pareto/sort 500x3, one front", |b| b.iter(|| non_dominated_sort(black_box(&front))));
    c.bench_function("pareto/crowding 500x3", |b| b.iter(|| crowding_distance(black_box(&front))));
    c.bench_function("hypervolume/500x2, one front", |b| b.iter(|| hypervolume_2d(black_box(&plane), &[1.1; 2])));
    c.bench_function("hypervolume/500x3, one front", |b| b.iter(|| hypervolume_3d(black_box(&front), &[1.1; 3])));
}

fn search(c: &mut Criterion) {
    let (rows, targets) = networks(200);
    let trees: [FittedTree; 3] =
        std::array::from_fn(|objective| fit_tree(&rows, &targets[objective], TieBreak::LowestFeature));
    let mut begun = new_search();
    for _ in 0..8 {
        step(&mut begun, &trees);
    }
    c.bench_function("nsga2/generation of 250", |b| {
        b.iter_batched(|| begun.clone(), |mut search| step(&mut search, &trees), BatchSize::SmallInput);
    });
    c.bench_function("nsga2/whole search 250x15, three trees fitted", |b| {
        b.iter(|| whole_search(black_box(&rows), &targets, TieBreak::RandomFeature(seed())));
    });
}

fn statistics(c: &mut Criterion) {
    let mut stream = seed().stream("sample");
    let sample: Vec<f64> = (0..100).map(|_| stream.normal()).collect();
    let pairs: Vec<(f64, f64)> = (0..250).map(|_| (stream.normal(), stream.normal())).collect();
    let (x, y): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
    c.bench_function("stats/bootstrap of a mean of 100", |b| {
        b.iter(|| Bootstrap::default().of_mean(black_box(&sample), &mut seed().stream("bootstrap")));
    });
    c.bench_function("stats/tau-b of 250", |b| b.iter(|| kendall_tau_b(black_box(&x), &y)));
}

criterion_group!(benches, trees, regressors, front, candidates, pareto, search, statistics);
criterion_main!(benches);
