//! The tables of the report: the paper's own, its numbers beside ours, and what it leaves out.

use std::collections::BTreeMap;

use super::evidence::Evidence;
use super::published::TABLE_1;
use crate::arm::RANDOM;
use crate::best::best_visit;
use crate::layer::FUNCTIONS;
use crate::settings::Settings;
use renas_base::metric::Unit;
use renas_network::spec::Activation;
use renas_report::findings::{Cell, Quantity, Table};

type Quantities = BTreeMap<String, Quantity>;

/// All tables, in the order of the report.
pub fn all(settings: &Settings, evidence: &Evidence, quantities: &Quantities) -> Vec<Table> {
    let maker = Maker { settings, evidence, quantities };
    vec![
        maker.mutations(),
        maker.arms(),
        maker.genetics(),
        maker.best(),
        maker.best_by_arm(),
        maker.depths(),
        maker.correlations(),
        maker.activations(),
        maker.filters(),
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

fn number(value: f64, unit: Unit) -> Cell {
    Cell::Number { value, unit }
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

    /// One row per arm: its name, and the quantities of these names.
    fn by_arm(&self, names: &[&str]) -> Vec<Vec<Cell>> {
        let row = |arm: &str| {
            let quantities = names.iter().map(|name| self.quantity(format!("{arm}.{name}")));
            [text(arm)].into_iter().chain(quantities).collect()
        };
        self.settings.arms().map(row).collect()
    }

    /// Of what the trainings were, for captions.
    fn scale(&self) -> String {
        let Settings { training, data, search, .. } = self.settings;
        let images = data.train.map_or("all".to_owned(), |train| train.to_string());
        format!(
            "{} searches per arm of {} evaluations each; every network is trained on {images} images of {} for {} epochs \
             and scored on {} validation images.",
            search.seeds, search.cycles, data.name, training.epochs, data.validation
        )
    }

    fn mutations(&self) -> Table {
        let row = |(mutation, accuracy, parameters): (&str, f64, f64)| {
            let ours = |name: &str| self.quantity(format!("{mutation}.best.{name}"));
            vec![
                text(mutation),
                number(accuracy, Unit::Fraction),
                ours("accuracy"),
                number(parameters, Unit::Count),
                ours("parameters"),
                ours("layers"),
            ]
        };
        let caption = format!(
            "The most accurate network by kind of mutation. The paper's are one run each, on its test set; ours are \
             validation accuracies. {}",
            self.scale()
        );
        let columns =
            ["Mutation", "Accuracy, paper", "Accuracy, ours", "Parameters, paper", "Parameters, ours", "Convolutions"];
        table("table1", "The paper's table. Best networks by mutation", caption, &columns, TABLE_1.map(row).to_vec())
    }

    fn arms(&self) -> Table {
        let names = [
            "best.accuracy",
            "mean.accuracy",
            "hypervolume",
            "gain.evaluations",
            "gain.seconds",
            "gain.hypervolume",
            "total_seconds",
            "random_time",
        ];
        let [low, high] = self.settings.analysis.parameters;
        let caption = format!(
            "Gains are over random search from the same start. The hypervolume is the share dominated of the box of error \
             0 to 1 and {low} to {high} parameters on a logarithmic scale. {}",
            self.scale()
        );
        let columns = [
            "Arm",
            "Best accuracy",
            "Mean accuracy",
            "Hypervolume",
            "Gain, equal evaluations",
            "Gain, equal time",
            "Gain in hypervolume",
            "Training time",
            "Random's time / its own",
        ];
        table("arms", "Arms of the search", caption, &columns, self.by_arm(&names))
    }

    fn genetics(&self) -> Table {
        let caption = "Networks that a search evaluated although it had before, and those that break a constraint of the \
            paper, out of all its evaluations; and children that differ from their parents and are more accurate.";
        let columns = ["Arm", "Revisits, all seeds", "Constraints broken, all seeds", "Better than their parents"];
        let rows = self.by_arm(&["revisits", "violations", "improving"]);
        table("revisits", "Networks visited twice, and children that improve", caption, &columns, rows)
    }

    fn best(&self) -> Table {
        let best = &self.evidence.best;
        let rows = vec![
            vec![text("genome"), text(best.visit.genome.to_string())],
            vec![text("found by"), text(&best.search)],
            vec![text("validation accuracy in the search"), number(best.visit.trained.accuracy, Unit::Fraction)],
            vec![text("parameters"), number(best.visit.parameters as f64, Unit::Count)],
            vec![text("multiply-adds of one image"), number(best.visit.multiply_adds as f64, Unit::MultiplyAdds)],
            vec![text("test accuracy after full training"), self.quantity("best.test_accuracy".to_owned())],
        ];
        let caption = format!(
            "The most accurate network of all searches; of equal ones the one of fewest parameters. It was then trained \
             for {} epochs on all images that are not for validation or test, and evaluated once on the test split.",
            self.settings.best.epochs
        );
        table("best", "The best network", caption, &["Property", "Value"], rows)
    }

    fn best_by_arm(&self) -> Table {
        let row = |arm: &str| {
            let visits = self.evidence.searches(arm).iter().flat_map(|search| &search.record);
            let best = best_visit(visits)?;
            Some(vec![
                text(arm),
                text(best.genome.to_string()),
                number(best.trained.accuracy, Unit::Fraction),
                number(best.parameters as f64, Unit::Count),
            ])
        };
        let columns = ["Arm", "Genome", "Validation accuracy", "Parameters"];
        let caption = "The most accurate network of each arm, over all seeds; the highest of many noisy accuracies is too \
            high by chance.";
        let rows = self.settings.arms().filter_map(row).collect();
        table("genomes", "Best genomes by arm", caption, &columns, rows)
    }

    fn depths(&self) -> Table {
        let [fewest, most] = self.settings.space.layers;
        let row =
            |depth: usize| vec![number(depth as f64, Unit::Count), self.quantity(format!("depth.{depth}.accuracy"))];
        let mut rows: Vec<Vec<Cell>> = (fewest..=most).map(row).collect();
        for (name, words) in [("fewer", "5 or 6 minus fewer"), ("more", "5 or 6 minus more")] {
            rows.push(vec![text(words), self.quantity(format!("depth.sweet_spot_minus_{name}"))]);
        }
        let caption = format!("Networks of random search, which nothing steers. {}", self.scale());
        let columns = ["Convolutions", "Validation accuracy"];
        table("depth", "Accuracy by number of layers", caption, &columns, rows)
    }

    fn correlations(&self) -> Table {
        let row = |(name, words): (&str, &str)| {
            let of = |networks: &str| self.quantity(format!("{networks}.{name}_correlation"));
            vec![text(words), of(RANDOM), of("evolved")]
        };
        let rows = [("layers", "convolutions"), ("parameters", "parameters")].map(row).to_vec();
        let caption = "Spearman's rank correlations. Random networks are independent of each other; evolved ones are \
            correlated within each search, each network once, and averaged over the evolutions of a seed.";
        let columns = ["Accuracy and", "Random networks", "Evolved networks"];
        table("correlations", "What accuracy goes with", caption, &columns, rows)
    }

    fn activations(&self) -> Table {
        let row = |function: Activation| {
            let name = function.name();
            let minus = |other: &str| self.quantity(format!("activation.{name}_minus_{other}"));
            vec![
                text(name),
                self.quantity(format!("activation.{name}.accuracy")),
                minus(Activation::Swish.name()),
                minus(Activation::Gelu.name()),
            ]
        };
        let caption = "Random genomes, each trained with the same function in all its convolutions; the dense layer keeps \
            ReLU. Differences are between the same layers.";
        let columns = ["Function", "Validation accuracy", "Minus swish", "Minus gelu"];
        table("activations", "Accuracy by activation function", caption, &columns, FUNCTIONS.map(row).to_vec())
    }

    fn filters(&self) -> Table {
        let row = |filters: &usize| {
            let of = |name: &str| self.quantity(format!("filters.{filters}.{name}"));
            let record = self.evidence.filters.iter().find(|record| record.filters == *filters);
            vec![
                number(*filters as f64, Unit::Count),
                record.map_or(Cell::Empty, |record| number(record.multiply_adds as f64, Unit::MultiplyAdds)),
                of("seconds"),
                of("relative"),
            ]
        };
        let caption = "One epoch of a network of two reductions and a normal convolution of so many filters each, 3 x 3, \
            extrapolated from some of its first steps, alone on the machine. The paper's limit is below 512.";
        let columns = ["Filters", "Multiply-adds of one image", "Time of one epoch", "Relative"];
        let rows = self.settings.filter_sweep.filters.iter().map(row).collect();
        table("filters", "Training time by number of filters", caption, &columns, rows)
    }
}
