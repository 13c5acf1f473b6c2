//! The tables of the report.

use super::entry::{Group, UNITS, WORDS};
use super::evidence::Evidence;
use super::published;
use crate::objectives::OBJECTIVES;
use crate::plan::{AUTHOR, Arm, arms};
use crate::settings::{Dataset, Settings};
use renas_base::metric::Unit;
use renas_report::findings::{Cell, Table};
use renas_stats::prediction::prediction_interval;
use renas_stats::summary::{quantile, sorted};

/// All tables, in the order of the report.
pub fn all(settings: &Settings, evidence: &Evidence) -> Vec<Table> {
    let mut tables = vec![table_1(settings)];
    for dataset in &settings.datasets {
        tables.push(table_2(settings, dataset));
        tables.push(one_run(settings, dataset, evidence));
        tables.extend(author(settings, dataset, evidence));
        tables.push(surrogates(dataset));
        tables.push(retrained(settings, dataset));
        tables.push(components(settings, dataset));
        tables.push(tradeoffs(dataset));
    }
    tables
}

fn text(words: impl Into<String>) -> Cell {
    Cell::Text(words.into())
}

fn count(value: usize) -> Cell {
    number(value as f64, Unit::Count)
}

fn number(value: f64, unit: Unit) -> Cell {
    Cell::Number { value, unit }
}

fn table(id: String, title: String, caption: String, columns: &[&str], rows: Vec<Vec<Cell>>) -> Table {
    Table { id, title, caption, columns: columns.iter().map(|&column| column.to_owned()).collect(), rows }
}

fn table_1(settings: &Settings) -> Table {
    let range = |bounds: [usize; 2]| text(format!("{} to {}", bounds[0], bounds[1]));
    let row = |dataset: &Dataset| {
        vec![
            text(&dataset.name),
            count(dataset.space().inputs),
            count(dataset.classes),
            range(dataset.depth),
            range(dataset.width),
            count(settings.training.batch_size),
        ]
    };
    table(
        "table1".to_owned(),
        "Table 1. Search spaces".to_owned(),
        "Perceptrons with ReLU. The number of hidden layers and the units of each are uniform between the bounds. The \
         rows of MNIST and CIFAR-10 are the paper's; the digits are ours."
            .to_owned(),
        &["Data set", "Input size", "Output size", "Hidden layers", "Hidden sizes", "Batch size"],
        settings.datasets.iter().map(row).collect(),
    )
}

/// What an arm is, in a few words.
fn words(arm: &Arm) -> &'static str {
    if arm.name == AUTHOR { "author (the code's rules on the author's table)" } else { arm.shown() }
}

fn table_2(settings: &Settings, dataset: &Dataset) -> Table {
    let mut rows = Vec::new();
    for &generations in &settings.search.generations {
        if let Some(numbers) = published::table_2(&dataset.name, generations) {
            let cells = numbers.iter().zip(UNITS).map(|(&value, unit)| number(value, unit));
            rows.push([text("the paper"), count(generations)].into_iter().chain(cells).collect());
        }
        for arm in arms(dataset) {
            let quantity = |name: &&str| Cell::Quantity(format!("{}.{}.g{generations}.{name}", arm.name, dataset.name));
            rows.push(
                [text(words(&arm)), count(generations)].into_iter().chain(OBJECTIVES.iter().map(quantity)).collect(),
            );
        }
    }
    let caption = format!(
        "Means over the population of {}, as the surrogates predict them, {} searches per row; intervals are 95 % \
         intervals of the mean over searches. Introspectability is similarity of outputs for the paper, author and \
         reference, distance of hidden activations for as written and corrected: the two do not compare. FLOPs are \
         multiply-adds.",
        settings.search.population, settings.search.seeds
    );
    let columns = ["Variant", "Generations", "Mean accuracy", "Mean introspectability", "Mean multiply-adds"];
    table(format!("table2_{}", dataset.name), format!("Table 2. {}", dataset.name), caption, &columns, rows)
}

/// The paper's numbers beside the prediction interval of one run.
fn one_run(settings: &Settings, dataset: &Dataset, evidence: &Evidence) -> Table {
    let mut rows = Vec::new();
    for arm in arms(dataset) {
        for &generations in &settings.search.generations {
            for (axis, unit) in UNITS.into_iter().enumerate() {
                let samples = final_means(&arm, generations, axis, evidence);
                let paper = published::table_2(&dataset.name, generations).map(|numbers| numbers[axis]);
                let interval = prediction_interval(&samples, 0.95).ok().map(|found| found.interval);
                let bound = |value: Option<f64>| value.map_or(Cell::Empty, |value| number(value, unit));
                let inside = interval.zip(paper).map(|(interval, value)| interval.contains(value));
                rows.push(vec![
                    text(words(&arm)),
                    count(generations),
                    text(WORDS[axis]),
                    bound(paper),
                    bound(interval.map(|interval| interval.low)),
                    bound(interval.map(|interval| interval.high)),
                    inside.map_or(Cell::Empty, |inside| text(if inside { "yes" } else { "no" })),
                ]);
            }
        }
    }
    let caption = format!(
        "95 % prediction interval of one more search, from {} searches per row. Each number of the paper is one run.",
        settings.search.seeds
    );
    let columns = ["Variant", "Generations", "Objective", "The paper", "One run: from", "One run: to", "Inside"];
    let title = format!("Single runs on {}", dataset.name);
    table(format!("table2_{}_one_run", dataset.name), title, caption, &columns, rows)
}

fn final_means(arm: &Arm, generations: usize, axis: usize, evidence: &Evidence) -> Vec<f64> {
    let mean = |record: &crate::search::SearchRecord| Some(record.trajectory.mean.get(generations)?[axis]);
    evidence.arm(arm).searches.iter().filter_map(mean).collect()
}

/// Our searches on the author's table beside an earlier re-implementation.
fn author(settings: &Settings, dataset: &Dataset, evidence: &Evidence) -> Option<Table> {
    let arm = arms(dataset).into_iter().find(|arm| arm.name == AUTHOR)?;
    let mut rows = Vec::new();
    for &generations in &settings.search.generations {
        let earlier = published::earlier(&dataset.name, generations);
        for (axis, unit) in UNITS.into_iter().enumerate() {
            let samples = sorted(&final_means(&arm, generations, axis, evidence));
            let ours = [0.5, 0.05, 0.95].map(|probability| number(quantile(&samples, probability), unit));
            let theirs =
                earlier.map_or([const { Cell::Empty }; 3], |bands| bands[axis].map(|value| number(value, unit)));
            let head = [count(generations), text(WORDS[axis])];
            rows.push(head.into_iter().chain(ours).chain(theirs).collect());
        }
    }
    let caption = format!(
        "The code's rules on the table that the author published: median and 5 % to 95 % range of {} searches, beside 24 \
         searches of an independent re-implementation made before this project.",
        settings.search.seeds
    );
    let columns =
        ["Generations", "Objective", "Median", "5 %", "95 %", "Earlier median", "Earlier 5 %", "Earlier 95 %"];
    let title = format!("The author's table of {}, searched", dataset.name);
    Some(table(format!("author_{}", dataset.name), title, caption, &columns, rows))
}

fn surrogates(dataset: &Dataset) -> Table {
    let mut rows = Vec::new();
    for arm in arms(dataset) {
        let predicted = if arm.variant.counts_cost() { 2 } else { 3 };
        for axis in 0..predicted {
            let name =
                |kind| Cell::Quantity(format!("surrogate.{}.{}.{}.{kind}", arm.name, dataset.name, OBJECTIVES[axis]));
            let learned = if arm.is_imported() { Cell::Empty } else { name("learned.r2") };
            rows.push(vec![text(words(&arm)), text(WORDS[axis]), name("r2"), learned, name("mse"), name("tau")]);
        }
    }
    let caption = "Trees on networks of the table that they were not fitted on. R squared 0 is as good as the mean of all. R \
                   squared and squared error: every network predicted by trees fitted to four fifths of the table without \
                   it, intervals over networks; without n.l.: the same table without networks that learned nothing. \
                   Kendall's tau-b, and all of the author's table, of which the evidence holds no rows: means over random \
                   splits, which are one table and have no interval."
        .to_owned();
    let columns = ["Variant", "Objective", "R squared", "R squared without n.l.", "Squared error", "Kendall's tau-b"];
    let title = format!("Surrogates on held-out networks, {}", dataset.name);
    table(format!("surrogates_{}", dataset.name), title, caption, &columns, rows)
}

fn retrained(settings: &Settings, dataset: &Dataset) -> Table {
    let mut rows = Vec::new();
    for arm in arms(dataset).into_iter().filter(Arm::is_retrained) {
        for (axis, name) in OBJECTIVES.iter().enumerate() {
            let cell = |kind| Cell::Quantity(format!("{}.{}.retrained.{kind}.{name}", arm.name, dataset.name));
            let test = if arm.reports_test() && axis < 2 { cell("test") } else { Cell::Empty };
            let cells = ["predicted", "measured", "error", "gain"].map(cell);
            rows.push([text(words(&arm)), text(WORDS[axis])].into_iter().chain(cells).chain([test]).collect());
        }
    }
    let caption = format!(
        "{} networks of the final population of one search per variant, really trained: relatives of one search, which is \
         one cluster, so that means have no interval. Measured on the samples that the variant searches on: test for \
         reference and as written, validation for corrected, whose test values stand last. The gain is over the mean of the \
         table's random networks.",
        settings.studies.retrained
    );
    let columns = ["Variant", "Objective", "Predicted", "Measured", "Predicted minus measured", "Gain", "Test"];
    let title = format!("Predicted against really trained, {}", dataset.name);
    table(format!("retrained_{}", dataset.name), title, caption, &columns, rows)
}

fn components(settings: &Settings, dataset: &Dataset) -> Table {
    let mut rows = Vec::new();
    for arm in arms(dataset).into_iter().filter(Arm::has_components) {
        for (axis, name) in OBJECTIVES.iter().enumerate() {
            let cell = |cause| Cell::Quantity(format!("{}.{}.components.{cause}.{name}", arm.name, dataset.name));
            rows.push(vec![text(words(&arm)), text(WORDS[axis]), cell("search"), cell("rows")]);
        }
    }
    let (samples, searches) = (settings.studies.row_samples, settings.studies.searches_per_sample);
    let caption = format!(
        "Standard deviation of the final population's mean by cause, from {searches} searches on each of {samples} samples \
         of {} of the {} rows (one-way analysis of variance; intervals by percentile bootstrap over samples, a little \
         short). The reference variant \
         always fits the same rows, so all of its spread is the search's.",
        settings.table.fitted, settings.table.networks
    );
    let columns = ["Variant", "Objective", "Between searches", "Between samples of rows"];
    let title = format!("Where the spread of searches comes from, {}", dataset.name);
    table(format!("components_{}", dataset.name), title, caption, &columns, rows)
}

fn tradeoffs(dataset: &Dataset) -> Table {
    let mut rows = Vec::new();
    let sources = [Some("trained"), dataset.author_table.as_ref().map(|_| "published")];
    for source in sources.into_iter().flatten() {
        for (partner, words) in [
            ("similarity", "introspectability, as the code measures it (similarity of outputs)"),
            ("distance", "introspectability, as defined (distance of hidden activations)"),
            ("multiply_adds", "multiply-adds"),
        ] {
            let cell = |group: Group, kind| {
                Cell::Quantity(format!("{source}.{}.{}{kind}.accuracy_{partner}", dataset.name, group.prefix()))
            };
            let row =
                |owner: &str, group| vec![text(owner), text(words), cell(group, "pearson"), cell(group, "spearman")];
            match (source, partner) {
                ("published", "distance") => {}
                ("published", _) => rows.push(row("the author's", Group::All)),
                _ => {
                    rows.push(row("ours", Group::All));
                    rows.push(row("ours, without networks that learned nothing", Group::Learned));
                }
            }
        }
    }
    let caption = "Correlation of test accuracy with the other objectives over the networks of a table, all really \
                   trained, with and without networks that learned nothing (at most chance and 2 points); intervals by \
                   studentised bootstrap of Fisher's z over networks, of the author's table as its study made them."
        .to_owned();
    let columns = ["Table", "Accuracy and", "Pearson", "Spearman"];
    let title = format!("Trade-offs among trained networks, {}", dataset.name);
    table(format!("tradeoffs_{}", dataset.name), title, caption, &columns, rows)
}
