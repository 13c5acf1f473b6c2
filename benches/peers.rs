//! Our side of `make bench-peers` (`scripts/bench_peers.py`): the same inputs for both sides, our results, our times.
//!
//! ```text
//! peers write FOLDER         every input and every result of ours, as little-endian 64-bit floats
//! peers time ROW SECONDS     the nanoseconds of single calls, one a line, for so many seconds
//! ```
//!
//! A row is made of the same functions as the results, so what is timed is what is compared. No criterion: the script
//! wants single calls, to take them in turn with a peer's.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use renas::search::evolution::Ask;
use renas::search::hypervolume::hypervolume_3d;
use renas::search::nsga2::{Nsga2, RankAndCrowding};
use renas::search::pareto::non_dominated_sort;
use renas::search::progressive_front::{FrontRule, progressive_front};
use renas::stats::bootstrap::Bootstrap;
use renas::surrogate::nnls::Nnls;
use renas::surrogate::positive_lasso::PositiveLasso;
use renas::surrogate::ridge::Ridge;
use renas::surrogate::tree::{FittedTree, TieBreak};
use renas::surrogate::xgboost::Xgboost;
use renas::surrogate::{Features, Predictor, Regressor};

#[path = "inputs.rs"]
mod inputs; // networks, their features and invented objectives

use inputs::{CANDIDATES, Layers, cells, fit_tree, networks, predict, search_settings, seed};

fn uniform<const M: usize>(purpose: &str, count: usize) -> Vec<[f64; M]> {
    let mut stream = seed().stream(purpose);
    (0..count).map(|_| std::array::from_fn(|_| stream.uniform())).collect()
}

/// Everything that both sides read.
struct Inputs {
    table: Vec<f64>,
    objectives: [Vec<f64>; 3],
    queries: Vec<f64>,
    cells: Vec<f64>,
    times: Vec<f64>,
    candidates: Vec<f64>,
    accuracy: Vec<f64>,
    time: Vec<f64>,
    few: Vec<[f64; 3]>,
    many: Vec<[f64; 3]>,
    plane: Vec<[f64; 3]>,
    sample: Vec<f64>,
}

impl Inputs {
    fn new() -> Self {
        let (table, objectives) = networks(200);
        let (cells, times) = cells();
        let candidates = cells.iter().copied().cycle().take(CANDIDATES * 11).collect();
        let pairs = uniform::<2>("candidates", CANDIDATES);
        let few = uniform("few", 500);
        // On the plane x + y + z = 1 no point dominates another.
        let plane = few.iter().map(|[x, y, _]: &[f64; 3]| [*x, *y, 1.0 - x - y]).collect();
        let mut stream = seed().stream("sample");
        Self {
            table,
            objectives,
            queries: networks(1_000_000).0,
            cells,
            times,
            candidates,
            accuracy: pairs.iter().map(|pair| pair[0]).collect(),
            time: pairs.iter().map(|pair| pair[1]).collect(),
            few,
            many: uniform("many", 5000),
            plane,
            sample: (0..100).map(|_| stream.normal()).collect(),
        }
    }

    fn files(&self) -> [(&str, &[f64]); 14] {
        let [error, similarity, multiply_adds] = &self.objectives;
        [
            ("table", &self.table),
            ("error", error),
            ("similarity", similarity),
            ("multiply_adds", multiply_adds),
            ("queries", &self.queries),
            ("cells", &self.cells),
            ("times", &self.times),
            ("candidates", &self.candidates),
            ("accuracy", &self.accuracy),
            ("time", &self.time),
            ("few", self.few.as_flattened()),
            ("many", self.many.as_flattened()),
            ("plane", self.plane.as_flattened()),
            ("sample", &self.sample),
        ]
    }
}

/// The whole search of EcoNAS on three trees: NSGA-II, 250 networks, 15 generations.
fn search(rows: &[f64], targets: &[Vec<f64>; 3]) -> Nsga2<Layers, 3> {
    let trees: [FittedTree; 3] =
        std::array::from_fn(|objective| fit_tree(rows, &targets[objective], TieBreak::RandomFeature(seed())));
    let mut search =
        Nsga2::new(Layers, RankAndCrowding::default(), search_settings(), seed()).expect("settings in range");
    loop {
        let objectives: Vec<[f64; 3]> = match search.ask() {
            Ask::Finished(_) => return search,
            Ask::Evaluate(genotypes) => predict(&trees, genotypes),
        };
        search.tell(&objectives);
    }
}

/// Where the result of a row goes: nowhere while it is timed.
type Sink<'a> = &'a mut dyn FnMut(Vec<f64>);

/// One row: call it, and hand a result over where it is asked for.
type Row<'a> = Box<dyn FnMut(Option<Sink<'_>>) + 'a>;

fn row<'a, R>(mut work: impl FnMut() -> R + 'a, numbers: impl Fn(R) -> Vec<f64> + 'a) -> Row<'a> {
    Box::new(move |sink| {
        let result = black_box(work());
        if let Some(sink) = sink {
            sink(numbers(result));
        }
    })
}

fn indices(places: &[usize]) -> Vec<f64> {
    places.iter().map(|&place| place as f64).collect()
}

fn rows(inputs: &Inputs) -> Result<BTreeMap<&'static str, Row<'_>>> {
    let cells = Features::new(&inputs.cells, 11)?;
    let table = Features::new(&inputs.table, 5)?;
    let candidates = Features::new(&inputs.candidates, 11)?;
    let queries = Features::new(&inputs.queries, 5)?;
    let (tree, ridge) = (
        fit_tree(&inputs.table, &inputs.objectives[0], TieBreak::LowestFeature),
        Ridge::default().fit(&cells, &inputs.times)?,
    );
    let boosted = Xgboost { min_child_weight: 1.0, gamma: 0.0, n_estimators: 100, learning_rate: 0.1, max_depth: 9 };
    let times = &inputs.times;
    let mut rows = BTreeMap::new();
    rows.insert(
        "tree_fit",
        row(
            || fit_tree(black_box(&inputs.table), &inputs.objectives[0], TieBreak::LowestFeature),
            move |tree| [tree.predict_all(&table), vec![tree.leaves() as f64]].concat(),
        ),
    );
    rows.insert("tree_predict", row(move || tree.predict_all(black_box(&queries)), |values| values));
    let coefficients =
        |fitted: renas::surrogate::linear::FittedLinear| [fitted.coefficients, vec![fitted.intercept]].concat();
    rows.insert("ridge_fit", row(move || Ridge::default().fit(black_box(&cells), times).expect("a fit"), coefficients));
    for (name, fit_intercept) in [("nnls_intercept", true), ("nnls_zero", false)] {
        let settings = Nnls { fit_intercept };
        rows.insert(name, row(move || settings.fit(black_box(&cells), times).expect("a fit"), coefficients));
    }
    rows.insert(
        "lasso_fit",
        row(move || PositiveLasso::default().fit(black_box(&cells), times).expect("a fit"), coefficients),
    );
    rows.insert("linear_predict", row(move || ridge.predict_all(black_box(&candidates)), |values| values));
    rows.insert(
        "xgboost_fit",
        row(
            move || boosted.fit(black_box(&cells), times).expect("the library is there: `make setup`"),
            move |fitted| fitted.predict_all(&cells),
        ),
    );
    rows.insert(
        "front",
        row(
            || progressive_front(black_box(&inputs.accuracy), &inputs.time, FrontRule::NonStrict, 256),
            |places| indices(&places),
        ),
    );
    for (name, points) in [("sort_500", &inputs.few), ("sort_5000", &inputs.many)] {
        rows.insert(name, row(move || non_dominated_sort(black_box(points)), |fronts| indices(fronts.ranks())));
    }
    rows.insert("hypervolume", row(|| hypervolume_3d(black_box(&inputs.plane), &[1.1; 3]), |volume| vec![volume]));
    rows.insert(
        "search",
        row(|| search(black_box(&inputs.table), &inputs.objectives), |search| search.population().objectives.concat()),
    );
    rows.insert(
        "bootstrap",
        row(
            || Bootstrap::default().of_mean(black_box(&inputs.sample), &mut seed().stream("bootstrap")),
            |interval| interval.map_or(Vec::new(), |interval| vec![interval.low, interval.high]),
        ),
    );
    Ok(rows)
}

fn write(folder: &Path, name: &str, values: &[f64]) -> Result<()> {
    let file = folder.join(format!("{name}.f64"));
    let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    std::fs::write(&file, bytes).with_context(|| format!("writing {}", file.display()))
}

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let inputs = Inputs::new();
    let mut rows = rows(&inputs)?;
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["write", folder] => {
            for (name, values) in inputs.files() {
                write(Path::new(folder), name, values)?;
            }
            for (name, row) in &mut rows {
                let mut result = Vec::new();
                row(Some(&mut |values| result = values));
                write(Path::new(folder), &format!("ours-{name}"), &result)?;
            }
        }
        ["time", name, seconds] => {
            let Some(row) = rows.get_mut(name) else { bail!("there is no row {name}") };
            let seconds = Duration::from_secs_f64(seconds.parse().context("how many seconds")?);
            row(None);
            let begun = Instant::now();
            let mut taken = Vec::new();
            while begun.elapsed() < seconds {
                let start = Instant::now();
                row(None);
                taken.push(start.elapsed().as_nanos());
            }
            taken.iter().for_each(|nanoseconds| println!("{nanoseconds}"));
        }
        _ => bail!("usage: peers write FOLDER | peers time ROW SECONDS"),
    }
    Ok(())
}
