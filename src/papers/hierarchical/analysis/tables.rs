//! The tables of the report: the paper's own with our rows beside its, and those beyond it.

use std::collections::BTreeMap;

use super::evidence::{Evidence, trainees};
use super::measures::Principle;
use super::published::{Row, TABLE_1};
use super::times::{Difference, Pair, pairs};
use crate::arm::Arm;
use crate::baselines::baseline::Baseline;
use crate::plan::{Ground, TIMED};
use crate::settings::Settings;
use renas_base::metric::Unit;
use renas_report::findings::{Cell, Quantity, Table};

type Quantities = BTreeMap<String, Quantity>;

/// All tables, in the order of the report.
pub fn all(settings: &Settings, evidence: &Evidence, quantities: &Quantities) -> Vec<Table> {
    let maker = Maker { settings, evidence, quantities };
    vec![
        maker.table_1(),
        maker.counts(),
        maker.full_size(),
        maker.searches(),
        maker.supernets(),
        maker.operators(),
        maker.transfer(),
        maker.latency(),
        maker.latency_pairs(),
    ]
}

struct Maker<'a> {
    settings: &'a Settings,
    evidence: &'a Evidence,
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
                match (row.gpu_days, row.ours) {
                    (Some(_), Some(_)) => self.quantity("search.device_hours".to_owned()),
                    _ => Cell::Empty,
                },
            ]
        };
        let training = &self.settings.training;
        let caption = format!(
            "The paper's numbers are of CIFAR-10, one run each. Ours are of {}: {} training images, {} epochs, {} seeds; \
             hand-designed networks have channels divided by {}. NASNet-A and AmoebaNet-B are quoted and not measured. Our \
             search cost is that of a supernet and one search of nsga2, which serves all budgets, in hours of the device \
             that computed them (of one core of a CPU); the paper does not name its GPU.",
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
            "Search cost, ours (device hours)",
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

    fn full_size(&self) -> Table {
        const CIFAR: &str = "32 x 32, as in table 1";
        let counts = |name: &str| {
            let count = |suffix: &str| self.quantity(format!("full.{name}.{suffix}"));
            ["parameters", "multiply_adds", "memory_bytes"].map(count)
        };
        let row = |name: &str, images: &str, of: &str| {
            [text(name), text(images)].into_iter().chain(counts(of)).collect::<Vec<Cell>>()
        };
        let mut rows: Vec<Vec<Cell>> = Baseline::ALL.map(|one| row(one.name(), CIFAR, one.name())).into();
        for one in [Baseline::MobileNetV2, Baseline::SqueezeNet] {
            rows.push(row(one.name(), "ImageNet, as published", &format!("imagenet.{}", one.name())));
        }
        let caption = "Hand-designed networks as they were published: arithmetic, the same in every profile. Convolutions have \
                       biases here, and skips of residual networks weights where a stage begins.";
        let columns = ["Network", "Images", "Parameters", "Multiply-adds", "Memory (bytes)"];
        table("full_size", "Hand-designed networks at their full size", caption, &columns, rows)
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
            row("supernet.kendall_learned", "The same, of networks that learned something"),
            row("supernet.kendall_multiply_adds", "Kendall's tau, multiply-adds and own weights"),
            row("supernet.kendall_width", "Kendall's tau, width and own weights"),
            row("supernet.learned_nothing", "Share that learned nothing, inherited weights"),
            row("ranking.learned_nothing", "Share that learned nothing, own weights"),
            row("supernet.gap", "Accuracy with own weights minus inherited"),
            row("sharing.work_ratio", "Multiply-adds without sharing, as a multiple"),
        ];
        let caption = format!(
            "{} supernets, {} random networks each, trained on their own for {} epochs. Multiply-adds and width rank them \
             without any training: what a supernet has to beat. A network learned nothing where its accuracy is at most 2 \
             points above chance.",
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
                       random networks have each. A budget whose networks are those of a smaller one in every search \
                       is not measured twice.";
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
        let present: Vec<Difference> = Difference::ALL.into_iter().filter(|one| !self.pairs(*one).is_empty()).collect();
        let kendall = |arm: Arm, suffix: &str| self.quantity(format!("latency.kendall.{}{suffix}", arm.name()));
        let row = |arm: Arm| {
            let mut cells = vec![text(arm.name()), kendall(arm, "")];
            cells.extend(present.iter().map(|one| kendall(arm, &format!(".{}", one.name()))));
            cells.push(self.quantity(format!("latency.work_kendall.{}", arm.name())));
            cells
        };
        let mut rows: Vec<Vec<Cell>> = TIMED.map(row).to_vec();
        let mut gain = vec![text("nsga2 minus accuracy_only"), self.quantity("latency.gain.kendall".to_owned())];
        gain.resize(present.len() + 3, Cell::Empty);
        rows.push(gain);
        let mut columns = vec!["Arm".to_owned(), "Between two configurations".to_owned()];
        columns.extend(present.iter().map(|one| format!("That differ in {} alone", one.words())));
        columns.push("With multiply-adds".to_owned());
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        let caption = format!(
            "Kendall's tau of times per image of a forward pass, of at most {} networks on the front of an arm, in {} \
             configurations of one machine, which is one platform.",
            self.settings.latency.networks,
            self.settings.latency.configurations().len()
        );
        table("latency", "Networks ranked by their times in several configurations", caption, &columns, rows)
    }

    /// The pairs of configurations that differ in this alone.
    fn pairs(&self, difference: Difference) -> Vec<Pair> {
        let all = pairs(&self.settings.latency.configurations());
        all.into_iter().filter(|pair| pair.difference == Some(difference)).collect()
    }

    fn latency_pairs(&self) -> Table {
        let configurations = self.settings.latency.configurations();
        let tau = |pair: &Pair, arm: Arm| {
            let value = self.evidence.latency(arm).and_then(|record| pair.kendall(record));
            value.map_or(Cell::Empty, |value| Cell::Number { value, unit: Unit::One })
        };
        let mut rows = Vec::new();
        for difference in Difference::ALL {
            for pair in self.pairs(difference) {
                let [one, other] = [pair.one, pair.other].map(|index| text(configurations[index].words()));
                let mut cells = vec![text(difference.words()), one, other];
                cells.extend(TIMED.map(|arm| tau(&pair, arm)));
                rows.push(cells);
            }
        }
        let caption = "Kendall's tau of times per image, for every two configurations that differ in one thing.";
        let columns = ["Differs", "Configuration", "Other configuration", TIMED[0].name(), TIMED[1].name()];
        table("latency_pairs", "Two configurations at a time", caption, &columns, rows)
    }
}
