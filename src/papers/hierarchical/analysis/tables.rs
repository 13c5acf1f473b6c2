//! The tables of the report: the paper's own with our rows beside its, and those beyond it.

use std::collections::BTreeMap;

use super::evidence::trainees;
use super::measures::Principle;
use super::published::{Row, TABLE_1};
use crate::base::metric::Unit;
use crate::papers::hierarchical::arm::Arm;
use crate::papers::hierarchical::plan::{Ground, TIMED};
use crate::papers::hierarchical::settings::Settings;
use crate::report::findings::{Cell, Quantity, Table};

type Quantities = BTreeMap<String, Quantity>;

/// All tables, in the order of the report.
pub fn all(settings: &Settings, quantities: &Quantities) -> Vec<Table> {
    let maker = Maker { settings, quantities };
    vec![
        maker.table_1(),
        maker.counts(),
        maker.searches(),
        maker.supernets(),
        maker.operators(),
        maker.transfer(),
        maker.latency(),
    ]
}

struct Maker<'a> {
    settings: &'a Settings,
    quantities: &'a Quantities,
}

fn text(words: impl Into<String>) -> Cell {
    Cell::Text(words.into())
}

fn table(id: &str, title: &str, caption: impl Into<String>, columns: &[&str], rows: Vec<Vec<Cell>>) -> Table {
    let columns = columns.iter().map(|&column| column.to_owned()).collect();
    Table { id: id.to_owned(), title: title.to_owned(), caption: caption.into(), columns, rows }
}

impl Maker<'_> {
    /// The quantity where it was found, else a dash.
    fn quantity(&self, name: String) -> Cell {
        if self.quantities.contains_key(&name) { Cell::Quantity(name) } else { Cell::Empty }
    }

    /// One row per name: the name, and the quantities of these suffixes.
    fn rows(&self, names: impl IntoIterator<Item = String>, suffixes: &[&str]) -> Vec<Vec<Cell>> {
        let row = |name: String| {
            let quantities = suffixes.iter().map(|suffix| self.quantity(format!("{name}.{suffix}")));
            [text(&name)].into_iter().chain(quantities).collect()
        };
        names.into_iter().map(row).collect()
    }

    fn table_1(&self) -> Table {
        let row = |row: Row| {
            let ours = |name: &str| match row.ours {
                Some(owner) => self.quantity(format!("{owner}.{name}")),
                None => Cell::Empty,
            };
            let number = |value, unit| Cell::Number { value, unit };
            vec![
                text(row.architecture),
                number(row.accuracy, Unit::Fraction),
                ours("test_accuracy"),
                number(row.multiply_adds, Unit::MultiplyAdds),
                ours("multiply_adds"),
                number(row.parameters, Unit::Count),
                ours("parameters"),
                row.gpu_days.map_or_else(|| text("manual"), |days| number(days, Unit::One)),
            ]
        };
        let training = &self.settings.training;
        let caption = format!(
            "The paper's numbers are of CIFAR-10, one run each. Ours are of {}: {} training images, {} epochs, {} seeds; \
             hand-designed networks have channels divided by {}. NASNet-A and AmoebaNet-B are quoted and not measured.",
            self.settings.data.name,
            self.settings.data.train,
            training.epochs,
            training.seeds,
            self.settings.baselines.divisor
        );
        let columns = [
            "Architecture",
            "Accuracy, paper",
            "Test accuracy, ours",
            "FLOPs, paper",
            "Multiply-adds, ours",
            "Parameters, paper",
            "Parameters, ours",
            "Search cost, paper (GPU-days)",
        ];
        table("table1", "Table 1. Performance comparison", caption, &columns, TABLE_1.map(row).to_vec())
    }

    fn counts(&self) -> Table {
        let names = trainees(self.settings, Ground::Searched).into_iter().map(|trainee| trainee.name());
        let rows = self.rows(names, &["test_accuracy", "parameters", "multiply_adds", "memory_bytes"]);
        let caption = "Chosen networks and hand-designed ones under one recipe. Memory is four bytes for every parameter \
                       and for every value of the most that a forward pass of one image holds at once.";
        let columns = ["Network", "Test accuracy", "Parameters", "Multiply-adds", "Memory (bytes)"];
        table("counts", "All networks that were trained on their own", caption, &columns, rows)
    }

    fn searches(&self) -> Table {
        let arms = || Arm::ALL.into_iter().map(|arm| arm.name().to_owned());
        let mut rows = self.rows(arms(), &["hypervolume", "anytime_hypervolume", "best_accuracy", "front"]);
        for (row, arm) in rows.iter_mut().zip(arms()) {
            row.push(self.quantity(format!("nsga2.gain.{arm}.hypervolume")));
            row.push(self.quantity(format!("nsga2.gain.{arm}.anytime_hypervolume")));
        }
        let caption = format!(
            "{} searches per arm of {} networks each, judged with inherited weights. Shares are of the box of error 0 to 1 \
             and multiply-adds and memory up to those of the dearest network; gains are nsga2 minus the arm of the row.",
            self.settings.search.seeds,
            self.settings.search.evaluations()
        );
        let columns = [
            "Arm",
            "Hypervolume",
            "Mean hypervolume over generations",
            "Best accuracy, inherited weights",
            "Networks on the front",
            "Gain of nsga2",
            "Gain of nsga2, over generations",
        ];
        table("searches", "Ways to search", caption, &columns, rows)
    }

    fn supernets(&self) -> Table {
        let row = |name: &str, words: &str| vec![text(words), self.quantity(name.to_owned())];
        let rows = vec![
            row("supernet.kendall", "Kendall's tau, inherited and own weights"),
            row("supernet.gap", "Accuracy with own weights minus inherited"),
            row("sharing.work_ratio", "Multiply-adds without sharing, as a multiple"),
        ];
        let caption = format!(
            "{} supernets, {} random networks each, trained on their own for {} epochs.",
            self.settings.supernet.seeds, self.settings.ranking.networks, self.settings.training.epochs
        );
        table("supernets", "What the supernet is worth", caption, &["Measure", "Value"], rows)
    }

    fn operators(&self) -> Table {
        let row = |number: usize| {
            let of = |kind: &str, principle: Principle| {
                self.quantity(format!("budget_{number}.{kind}.{}", principle.name()))
            };
            let mut cells = vec![text(format!("budget_{number}"))];
            cells.extend(Principle::ALL.map(|principle| of("share", principle)));
            cells.extend(Principle::ALL.map(|principle| of("favour", principle)));
            cells
        };
        let columns = [
            "Budget",
            "Depthwise",
            "Attention",
            "Bottleneck",
            "Depthwise, above random",
            "Attention, above random",
            "Bottleneck, above random",
        ];
        let caption = "Shares of layers in the most accurate network of nsga2 within each budget. Half of the layers of \
                       random networks have each.";
        let rows = (1..=self.settings.budgets.len()).map(row).collect();
        table("operators", "What chosen networks are made of", caption, &columns, rows)
    }

    fn transfer(&self) -> Table {
        let names = trainees(self.settings, Ground::Transfer).into_iter();
        let rows = self.rows(names.map(|trainee| format!("transfer.{}", trainee.name())), &["test_accuracy"]);
        let caption = format!(
            "Networks chosen on {}, trained on {} under the same recipe, beside hand-designed ones.",
            self.settings.data.name, self.settings.transfer.data.name
        );
        table("transfer", "A second data set", caption, &["Network", "Test accuracy"], rows)
    }

    fn latency(&self) -> Table {
        let row = |arm: Arm| {
            let of = |kind: &str| self.quantity(format!("latency.{kind}.{}", arm.name()));
            vec![text(arm.name()), of("kendall"), of("work_kendall")]
        };
        let rows = TIMED.into_iter().map(row).collect();
        let caption = format!(
            "Rank correlations of times per image of a training step, batches of {:?}, on one machine: one platform.",
            self.settings.latency.batch_sizes
        );
        let columns = ["Arm", "Between sizes of batches", "With multiply-adds"];
        table("latency", "Times in several settings", caption, &columns, rows)
    }
}
