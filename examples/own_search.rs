//! A search of your own on the memoisation of renas: what an evaluation depends on is hashed, its result is stored durably under that
//! key, and a search that is run again, or was killed, computes nothing twice.
//!
//! ```text
//! cargo run --release --example own_search                # on a store that is removed at the end
//! cargo run --release --example own_search -- my-store    # on one that stays: the second run computes nothing
//! ```

use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use renas::base::seed::Seed;
use renas::data::registry::Registry;
use renas::harness::context::RunContext;
use renas::harness::event::{Observer, Unobserved};
use renas::harness::executor::{Answer, Execute, ExecuteError, Job};
use renas::harness::store::{Access, Store, WorkerIdentity};
use renas::harness::study::{Context, Step, memoize};
use renas::search::aging::{AgingEvolution, Individual, Settings, Tournament};

/// What is memoised, and the version of its meaning: raised whenever the same genotype would give another loss.
const EVALUATE: Step = Step { name: "own_search_loss", version: 1 };

/// Layers, width and kernel of a network, each a place in a list of sixteen.
type Genotype = [usize; 3];

/// Stands for what takes hours in your search.
fn loss([layers, width, kernel]: Genotype) -> f64 {
    let off = |gene: usize, best: usize| gene.abs_diff(best) as f64 / 16.0;
    off(layers, 11) + 2.0 * off(width, 6) + off(kernel, 3) * off(layers, 2)
}

/// What a search found, and how many losses were computed for it.
#[derive(Debug)]
struct Found {
    best: Genotype,
    loss: f64,
    computed: usize,
}

/// Aging evolution over 200 evaluations. Every draw comes from a named stream of `seed`, so that a repeated search asks the same.
fn search(context: &dyn Context, seed: Seed) -> Result<Found> {
    let settings = Settings { population: 20, sample: 5, cycles: 200 };
    let mut evolution = AgingEvolution::new(settings, Tournament::Best, seed);
    let mut computed = 0;
    let mut evaluate = |genotype: Genotype| -> Result<[f64; 1]> {
        let loss = memoize(context, EVALUATE, &genotype, || {
            computed += 1;
            Ok(loss(genotype))
        })?;
        Ok([loss])
    };
    let mut stream = seed.stream("random start");
    for _ in 0..evolution.wanted_at_random() {
        let genotype = [(); 3].map(|()| stream.below(16));
        evolution.tell(Individual { genotype, objectives: evaluate(genotype)?, parent: None });
    }
    while let Some((parent, mut stream)) = evolution.parent() {
        let mut genotype = evolution.history()[parent].genotype;
        let gene = stream.below(genotype.len());
        genotype[gene] = stream.below(16);
        evolution.tell(Individual { genotype, objectives: evaluate(genotype)?, parent: Some(parent) });
    }
    let best = evolution.history().iter().min_by(|a, b| a.objectives[0].total_cmp(&b.objectives[0]));
    let best = best.context("a search evaluates something")?;
    Ok(Found { best: best.genotype, loss: best.objectives[0], computed })
}

/// This search asks for no task of a worker.
struct NoWorkers(WorkerIdentity);

impl Execute for NoWorkers {
    fn jobs(&self) -> usize {
        1
    }

    fn identity(&self) -> &WorkerIdentity {
        &self.0
    }

    fn execute(&self, job: Job<'_>, _: &dyn Observer) -> Result<Answer, ExecuteError> {
        let message = "this search has no workers".to_owned();
        Err(ExecuteError::Failed { trial: job.trial.to_owned(), message })
    }

    fn is_cancelled(&self) -> bool {
        false
    }
}

/// The search as a program does it that is started: nothing is known but what the store holds.
fn run(store: &Store) -> Result<Found> {
    let (workers, data) = (NoWorkers(WorkerIdentity::none()), Registry::default());
    let context = RunContext::new(store, &workers, &data, &Unobserved);
    search(&context.study("search/own"), Seed::from_number(1))
}

fn main() -> Result<()> {
    let scratch = tempfile::tempdir()?;
    let folder = std::env::args().nth(1).map_or_else(|| scratch.path().join("store"), PathBuf::from);
    let store = Store::open(&folder, Access::Write)?;
    let (first, second) = (run(&store)?, run(&store)?);
    println!("the first search:  {first:?}");
    println!("the same again:    {second:?}");
    ensure!((first.best, first.loss) == (second.best, second.loss), "the same search found something else");
    ensure!(second.computed == 0, "what was computed before was computed again");
    println!("{} results are kept in {}", store.keys().len(), folder.display());
    Ok(())
}
