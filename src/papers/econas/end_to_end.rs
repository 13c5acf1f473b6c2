//! All studies on a context that trains nothing, and searches on the author's own tables where these are.

use std::path::PathBuf;

use super::analysis::published;
use super::fixture::results;
use super::genotype::Genotype;
use super::population::Individual;
use super::search::{SearchInputs, SearchRecord, Source, search};
use super::space::Space;
use super::table::parse_author;
use super::variant::Variant;
use renas_base::seed::Seed;
use renas_network::cost::cost;
use renas_stats::summary::{median, quantile, sorted};

#[test]
fn results_have_canonical_json_and_the_same_bytes_every_time() {
    let (_, first) = results();
    let (_, second) = results();
    assert_eq!(first, second);
}

#[test]
fn multiply_adds_equal_the_cost_of_the_network() {
    for sizes in [vec![7], vec![20, 10, 30], vec![12; 6]] {
        let genotype = Genotype(sizes);
        let cost = cost(&genotype.network(&[1, 8, 8], 10)).expect("a valid network");
        assert_eq!(genotype.multiply_adds(64, 10), cost.total.multiply_adds);
    }
}

fn inputs(variant: Variant, seed: u64) -> SearchInputs {
    SearchInputs {
        variant,
        source: Source::Author { table: "none".to_owned() },
        fitted: 200,
        space: Space { inputs: 784, outputs: 10, depth: [3, 20], width: [10, 200] },
        population: 250,
        generations: 15,
        crossover: 0.5,
        mutation: 0.5,
        most_multiply_adds: 918_800.0,
        keep: vec![15],
        seed: Seed::from_number(seed),
    }
}

/// A table without noise: accuracy falls and introspectability rises with depth, cost with everything.
fn rows(space: &Space) -> Vec<super::table::Row> {
    let mut stream = Seed::from_number(3).stream("rows");
    let row = |genotype: Genotype| super::table::Row {
        features: super::features::features(&genotype),
        objectives: [1.0 / genotype.depth() as f64, genotype.depth() as f64 / 20.0, space.multiply_adds(&genotype)],
    };
    (0..250).map(|_| row(space.sample(&mut stream))).collect()
}

fn run(variant: Variant, seed: u64) -> SearchRecord {
    let inputs = inputs(variant, seed);
    search(&inputs, &rows(&inputs.space)).expect("a sound search")
}

#[test]
fn each_variant_keeps_its_own_rules() {
    let space = inputs(Variant::Paper, 1).space;
    for variant in Variant::ALL {
        let record = run(variant, 1);
        let last: &[Individual] = &record.kept[0].individuals;
        let (size, evaluations, inside) = match variant {
            Variant::Reference => (249, 250 + 250 + 14 * 249, false),
            Variant::Paper | Variant::Corrected => (250, 250 * 16, true),
        };
        assert_eq!((last.len(), record.evaluations), (size, evaluations), "{}", variant.name());
        assert_eq!(last.iter().all(|one| space.contains(&one.genotype)), inside, "{}", variant.name());
        let exact = last.iter().all(|one| space.multiply_adds(&one.genotype) == one.objectives[2]);
        assert_eq!(exact, variant.counts_cost(), "{}", variant.name());
        assert_eq!(record.trajectory.mean.len(), 16);
    }
}

#[test]
fn a_search_gains_hypervolume_over_its_random_sample() {
    let record = run(Variant::Corrected, 2);
    let volumes = record.trajectory.hypervolume;
    assert!(volumes[15] > volumes[0], "{volumes:?}");
}

/// Other seeds are other searches, and `reference` fits the same rows from every seed.
#[test]
fn a_search_is_a_function_of_its_seed() {
    assert_eq!(run(Variant::Paper, 4), run(Variant::Paper, 4));
    assert_ne!(run(Variant::Paper, 4), run(Variant::Paper, 5));
}

fn author_table(file: &str) -> Option<String> {
    let folder = std::env::var_os("RENAS_DATA").map(PathBuf::from)?;
    std::fs::read_to_string(folder.join("econas").join(file)).ok()
}

/// Medians of our searches lie in the 5 % to 95 % range of an independent re-implementation of the
/// author's loop on the same tables, and its medians in ours.
#[test]
fn searches_on_the_authors_tables_agree_with_an_independent_re_implementation() {
    let spaces = [
        ("mnist", "trained_mnist_dataset.csv", inputs(Variant::Reference, 0).space),
        (
            "cifar10",
            "trained_cifar10_dataset.csv",
            Space { inputs: 3072, outputs: 10, depth: [3, 15], width: [10, 128] },
        ),
    ];
    for (name, file, space) in spaces {
        let Some(text) = author_table(file) else {
            println!("skipped on {name}: no econas/{file} under $RENAS_DATA");
            continue;
        };
        let rows = parse_author(&text).expect("the author's table");
        assert_eq!(rows.len(), 250);
        let records: Vec<SearchRecord> = (0..60)
            .map(|seed| SearchInputs { space: space.clone(), ..inputs(Variant::Reference, seed) })
            .map(|inputs| search(&inputs, &rows).expect("a sound search"))
            .collect();
        for generations in [8, 12, 15] {
            let bands = published::earlier(name, generations).expect("a row of the earlier searches");
            for (axis, [theirs, low, high]) in bands.into_iter().enumerate() {
                let samples: Vec<f64> =
                    records.iter().map(|record| record.trajectory.mean[generations][axis]).collect();
                let ours = median(&samples);
                println!("{name} {generations} objective {axis}: median {ours:.4}, theirs {theirs:.4} [{low}, {high}]");
                assert!((low..=high).contains(&ours), "{name} {generations} {axis}: {ours} not in {low}..{high}");
                let ordered = sorted(&samples);
                let range = quantile(&ordered, 0.05)..=quantile(&ordered, 0.95);
                assert!(range.contains(&theirs), "{name} {generations} {axis}: {theirs} not in {range:?}");
            }
        }
    }
}
