//! The tables of the report: 3 to 8 of the paper, its numbers beside ours, and what it leaves out.

use std::collections::BTreeMap;

use super::evidence::Evidence;
use super::published::{TABLE_3, TABLE_4, TABLE_5, TABLE_6, TABLE_7, TABLE_8};
use super::{measures, nnls, quantities};
use crate::plan::SHOWN_SEED;
use crate::settings::Settings;
use renas_base::metric::Unit;
use renas_report::findings::{Cell, Quantity, Table};

type Quantities = BTreeMap<String, Quantity>;

/// All tables, in the order of the report.
pub fn all(settings: &Settings, evidence: &Evidence, quantities: &Quantities) -> Vec<Table> {
    let maker = Maker { settings, quantities };
    let mut tables = Vec::new();
    for arm in settings.ablated() {
        tables.push(maker.errors("table3", &format!("{}.ablation", arm.name), &TABLE_3, TABLE_3_CAPTION));
        tables.push(maker.errors("table4", &format!("{}.ablation", arm.name), &TABLE_4, TABLE_4_CAPTION));
        tables.push(maker.nnls_fits(&arm.name));
    }
    tables.push(maker.table_5());
    tables.push(maker.table_6());
    tables.push(maker.table_7());
    tables.push(maker.table_8());
    tables.push(maker.figure_8(evidence));
    tables.push(maker.stages());
    tables.push(maker.predictors());
    tables.push(maker.shares());
    tables.push(maker.regrets());
    tables.push(maker.clock());
    tables.retain(|table| !table.rows.is_empty());
    tables
}

const TABLE_3_CAPTION: &str = "Mean of |predicted - true| / true of training times. Each regressor is fitted to the cells \
    of fewer blocks and asked about those of the next size; progressive errors are over all sizes so far.";

const TABLE_4_CAPTION: &str = "NNLS with or without an intercept, whichever predicts whole networks better under 5 folds. Operators in the code's order (standard) or by time (reordered), with or without inputs as \
    features. In the paper's variant every input is the previous cell, so that inputs cannot matter there; in the \
    reference's they vary.";

struct Maker<'a> {
    settings: &'a Settings,
    quantities: &'a Quantities,
}

fn text(words: impl Into<String>) -> Cell {
    Cell::Text(words.into())
}

fn number(value: f64, unit: Unit) -> Cell {
    Cell::Number { value, unit }
}

fn table(id: String, title: String, caption: String, columns: &[&str], rows: Vec<Vec<Cell>>) -> Table {
    Table { id, title, caption, columns: columns.iter().map(|&column| column.to_owned()).collect(), rows }
}

/// Names of the statistics of errors by number of blocks.
fn error_names() -> Vec<(String, &'static str)> {
    let statistics = ["proper", "progressive"];
    statistics.into_iter().flat_map(|statistic| [2, 3, 4].map(|blocks| (format!("b{blocks}"), statistic))).collect()
}

const ERROR_COLUMNS: [&str; 7] = [
    "Predicted by",
    "Proper, B = 2",
    "Proper, B = 3",
    "Proper, B = 4",
    "Progressive, B = 2",
    "Progressive, B = 3",
    "Progressive, B = 4",
];

impl Maker<'_> {
    /// The quantity where it was found, else a dash.
    fn quantity(&self, name: String) -> Cell {
        if self.quantities.contains_key(&name) { Cell::Quantity(name) } else { Cell::Empty }
    }

    fn arms(&self) -> impl Iterator<Item = &str> {
        self.settings.search.arms.iter().map(|arm| arm.name.as_str())
    }

    fn errors(&self, id: &str, prefix: &str, published: &[(&str, [f64; 6])], caption: &str) -> Table {
        let mut rows = Vec::new();
        for (name, numbers) in published {
            rows.push(
                [text(format!("{name}, the paper"))]
                    .into_iter()
                    .chain(numbers.map(|one| number(one, Unit::Fraction)))
                    .collect(),
            );
            let ours = error_names();
            let ours =
                ours.iter().map(|(blocks, statistic)| self.quantity(format!("{prefix}.{name}.{blocks}.{statistic}")));
            rows.push([text(*name)].into_iter().chain(ours).collect());
        }
        let arm = prefix.trim_end_matches(".ablation");
        let title = format!(
            "Table {}. Relative errors of time regressors on cells chosen by {arm}",
            id.trim_start_matches("table")
        );
        table(format!("{id}_{arm}"), title, caption.to_owned(), &ERROR_COLUMNS, rows)
    }

    /// Beyond the paper: NNLS with an intercept, without one, and the one of them that is chosen.
    fn nnls_fits(&self, arm: &str) -> Table {
        let row = |fit: String| {
            let ours = error_names()
                .into_iter()
                .map(|(blocks, statistic)| format!("{arm}.ablation.{fit}.{blocks}.{statistic}"));
            [text(fit.as_str())].into_iter().chain(ours.map(|name| self.quantity(name))).collect()
        };
        let caption = "Errors of NNLS with an intercept (`nnls_intercept`), through the origin (`nnls_origin`), and of that one \
            which predicts whole networks better under 5 folds (`nnls`). `dynamic` is the dynamic re-index on these cells, \
            `measured_order` the static one in the order of times on this machine; both are without inputs.";
        let title = format!("Both fits of NNLS on cells chosen by {arm}");
        table(format!("nnls_fits_{arm}"), title, caption.to_owned(), &ERROR_COLUMNS, nnls::names().map(row).collect())
    }

    fn table_5(&self) -> Table {
        let mut rows = Vec::new();
        for (arm, numbers) in TABLE_5 {
            rows.push(
                [text(format!("{arm}, the paper"))]
                    .into_iter()
                    .chain(numbers.map(|one| number(one, Unit::Fraction)))
                    .collect(),
            );
            let ours = ["mean", "largest", "smallest"].map(|name| self.quantity(format!("{arm}.time_error.{name}")));
            rows.push([text(arm)].into_iter().chain(ours).collect());
        }
        let caption =
            "Over all cells of two blocks and more of a search. The paper's row `popnas` is its dynamic re-index.";
        let title = "Table 5. Relative error of NNLS with static and with dynamic re-index";
        table(
            "table5".to_owned(),
            title.to_owned(),
            caption.to_owned(),
            &["Re-index", "Mean", "Largest", "Smallest"],
            rows,
        )
    }

    fn table_6(&self) -> Table {
        let mut rows = Vec::new();
        for (arm, numbers) in TABLE_6 {
            rows.push(
                [text(format!("{arm}, the paper"))]
                    .into_iter()
                    .chain(numbers.map(|one| number(one, Unit::Fraction)))
                    .collect(),
            );
            let ours = error_names();
            let ours =
                ours.iter().map(|(blocks, statistic)| self.quantity(format!("{arm}.{blocks}.time_error.{statistic}")));
            rows.push([text(arm)].into_iter().chain(ours).collect());
        }
        let caption = "Each search is steered by its own regressor, so that the two judge different cells.";
        table(
            "table6".to_owned(),
            "Table 6. Errors by number of blocks, static and dynamic re-index".to_owned(),
            caption.to_owned(),
            &ERROR_COLUMNS,
            rows,
        )
    }

    fn table_7(&self) -> Table {
        let mut rows = Vec::new();
        for (name, numbers) in TABLE_7 {
            let words = name.replace("accuracy", "all").replace("top", "best ");
            rows.push(
                [text(format!("{words}, the paper"))]
                    .into_iter()
                    .chain(numbers.map(|one| number(one, Unit::Fraction)))
                    .collect(),
            );
            for arm in self.arms() {
                let ours: Vec<Cell> = (1..=5).map(|blocks| self.quantity(format!("{arm}.b{blocks}.{name}"))).collect();
                if ours.iter().any(|cell| *cell != Cell::Empty) {
                    rows.push([text(format!("{words}, {arm}"))].into_iter().chain(ours).collect());
                }
            }
        }
        let caption = "Validation accuracy of the best epoch, mean over the best cells of each size, or over all of them. \
            The paper's networks are larger, trained longer and on more images.";
        let columns = ["Cells", "B = 1", "B = 2", "B = 3", "B = 4", "B = 5"];
        table(
            "table7".to_owned(),
            "Table 7. Accuracy by number of blocks".to_owned(),
            caption.to_owned(),
            &columns,
            rows,
        )
    }

    fn table_8(&self) -> Table {
        let mut rows: Vec<Vec<Cell>> = TABLE_8
            .map(|(arm, [accuracy, seconds])| {
                vec![
                    text(format!("{arm}, the paper")),
                    number(accuracy, Unit::Fraction),
                    number(seconds, Unit::Seconds),
                    Cell::Empty,
                ]
            })
            .to_vec();
        for arm in self.arms() {
            let name = |name: &str| self.quantity(format!("{arm}.{name}"));
            rows.push(vec![text(arm), name("best.accuracy"), name("best.seconds"), name("total_seconds")]);
        }
        let caption = "The most accurate cell of the largest stage, the time of its training, and that of all trainings of the search.";
        table(
            "table8".to_owned(),
            "Table 8. Best cells".to_owned(),
            caption.to_owned(),
            &["Search", "Accuracy", "Training time", "Whole search"],
            rows,
        )
    }

    /// Figure 8 of the paper as a table: the blocks of the best cell of every arm's first seed.
    fn figure_8(&self, evidence: &Evidence) -> Table {
        let row = |arm: &str| {
            let best = measures::best(evidence.searches(arm).get(SHOWN_SEED)?)?;
            let blocks: Vec<String> = best.cell.to_string().split('|').map(str::to_owned).collect();
            Some(vec![text(arm), text(blocks.join("; ")), number(best.child.accuracy, Unit::Fraction)])
        };
        let caption = "The best cell of the largest stage, from the first seed: a block is two operators on the previous \
            cell's output (another input that is named after `@` is not built); all outputs are concatenated.";
        table(
            "figure8_best_cells".to_owned(),
            "Figure 8. Best cells".to_owned(),
            caption.to_owned(),
            &["Search", "Blocks", "Accuracy"],
            self.arms().filter_map(row).collect(),
        )
    }

    fn stages(&self) -> Table {
        let mut rows = Vec::new();
        for arm in &self.settings.search.arms {
            for blocks in 1..=arm.blocks {
                let name = |name: &str| self.quantity(format!("{}.b{blocks}.{name}", arm.name));
                rows.push(vec![
                    text(&arm.name),
                    number(blocks as f64, Unit::Count),
                    name("cells"),
                    name("predicted_accuracy"),
                    name("accuracy"),
                    name("predicted_seconds"),
                    name("seconds"),
                    name("total_seconds"),
                ]);
            }
        }
        let caption = "Means over the trained cells of each size: what was predicted before they were trained, and what they came to.";
        let columns =
            ["Search", "Blocks", "Cells", "Predicted accuracy", "Accuracy", "Predicted time", "Time", "Time of all"];
        table("stages".to_owned(), "Searches stage by stage".to_owned(), caption.to_owned(), &columns, rows)
    }

    fn predictors(&self) -> Table {
        let mut rows = Vec::new();
        for arm in &self.settings.search.arms {
            for blocks in 2..=arm.blocks {
                let name = |name: &str| self.quantity(format!("{}.b{blocks}.{name}", arm.name));
                rows.push(vec![
                    text(&arm.name),
                    number(blocks as f64, Unit::Count),
                    name("tau_accuracy"),
                    name("tau_seconds"),
                    name("time_bias"),
                    name("time_range"),
                ]);
            }
        }
        let caption = "Beyond the paper: Kendall's tau-b of what was predicted and what was measured, over the trained cells of \
            each size; the mean signed relative error of time; the range of predicted times over all candidates.";
        let columns =
            ["Search", "Blocks", "Tau of accuracy", "Tau of time", "Bias of time", "Longest / shortest predicted"];
        table("predictors".to_owned(), "How well both predictors rank".to_owned(), caption.to_owned(), &columns, rows)
    }

    fn shares(&self) -> Table {
        let mut rows = Vec::new();
        for arm in &self.settings.search.arms {
            let Some(operators) =
                crate::arm::find(&arm.name).map(|found| crate::space::Space::new(found.variant, 1).operators())
            else {
                continue;
            };
            for operator in operators {
                let ours = (1..=5).map(|blocks| self.quantity(format!("{}.b{blocks}.share.{operator}", arm.name)));
                rows.push([text(format!("{}, {operator}", arm.name))].into_iter().chain(ours).collect());
            }
        }
        let caption = "The share of each operator among all slots of the trained cells; drawn uniformly it would be one eighth, 12.5 %.";
        let columns = ["Search, operator", "B = 1", "B = 2", "B = 3", "B = 4", "B = 5"];
        table("operators".to_owned(), "Which operators are chosen".to_owned(), caption.to_owned(), &columns, rows)
    }

    fn regrets(&self) -> Table {
        let mut rows = Vec::new();
        for arm in self.arms() {
            let name = |name: &str| self.quantity(format!("{arm}.{name}"));
            let row = [name("regret.evaluations"), name("regret.seconds"), name("hypervolume")];
            if row[0] != Cell::Empty {
                rows.push([text(arm)].into_iter().chain(row).collect());
            }
        }
        let caption = "Beyond the paper: the best accuracy that random search found with as many trainings, and within the same \
            training time, minus that of the arm (negative: the arm is better); the hypervolume of accuracy and time of all \
            trained cells.";
        let columns = ["Search", "Random, equal trainings", "Random, equal time", "Hypervolume"];
        table("regret".to_owned(), "Against random search".to_owned(), caption.to_owned(), &columns, rows)
    }

    fn clock(&self) -> Table {
        let median = quantities::median_of(self.quantities, "clock.spread");
        let rows = median.map(|median| {
            vec![
                number(self.settings.clock.repeats as f64, Unit::Count),
                self.quantity("clock.spread".to_owned()),
                number(median, Unit::Fraction),
            ]
        });
        let caption = "The same trainings timed again and again: longest minus shortest as a share of the mean. Errors of time \
            regressors below this are noise.";
        table(
            "clock".to_owned(),
            "Noise of the clock".to_owned(),
            caption.to_owned(),
            &["Repetitions", "Mean over cells", "Median over cells"],
            rows.into_iter().collect(),
        )
    }
}
