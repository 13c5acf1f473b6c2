//! The tables of the report: the paper's own, its numbers beside ours, and what it leaves out.

use std::collections::BTreeMap;

use super::evidence::Evidence;
use super::published::TABLE_1;
use super::relations::{READINGS, Reading, STRATA, groups};
use crate::arm::RANDOM;
use crate::best::best_visit;
use crate::layer::FUNCTIONS;
use crate::settings::Settings;
use renas_base::metric::Unit;
use renas_network::spec::Activation;
use renas_report::findings::{Cell, Quantity, Table};

const ACCURACY: &str = "Validation accuracy";
const NOTHING: &str = "Learned nothing";
const OTHERS: &str = "Accuracy of the others";

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
        maker.depths_by_sigmoid(),
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
            "learned_nothing",
            "mean.learned_accuracy",
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
            "Learned nothing",
            "Mean of the others",
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
        let caption = "Networks of one search that it had evaluated before, those of them that a change made (the others are \
            parents without a child, which are evaluated again), and networks that break a constraint of the paper; and \
            children that differ from their parents and are more accurate.";
        let columns =
            ["Arm", "Revisits per search", "By a change", "Constraints broken per search", "Better than their parents"];
        let rows = self.by_arm(&["revisits", "changed_revisits", "violations", "improving"]);
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

    /// Accuracy of some random networks, the share that learned nothing, and the accuracy of the others.
    fn accuracies(&self, name: &str) -> [Cell; 3] {
        ["accuracy", "learned_nothing", "learned_accuracy"].map(|kind| self.quantity(format!("depth.{name}.{kind}")))
    }

    fn depths(&self) -> Table {
        let [fewest, most] = self.settings.space.layers;
        let row = |depth: usize| {
            let first = [number(depth as f64, Unit::Count)];
            first.into_iter().chain(self.accuracies(&depth.to_string())).collect()
        };
        let mut rows: Vec<Vec<Cell>> = (fewest..=most).map(row).collect();
        for (name, words) in [("fewer", "5 or 6 minus fewer"), ("more", "5 or 6 minus more")] {
            let difference = self.quantity(format!("depth.sweet_spot_minus_{name}"));
            rows.push(vec![text(words), difference, Cell::Empty, Cell::Empty]);
        }
        let caption = format!(
            "Networks of random search, which nothing steers; differences are within a search. Activation functions are \
             ignored: see the next table. {}",
            self.scale()
        );
        table("depth", "Accuracy by number of layers", caption, &["Convolutions", ACCURACY, NOTHING, OTHERS], rows)
    }

    fn depths_by_sigmoid(&self) -> Table {
        let mut rows = Vec::new();
        for (stratum, with, _) in STRATA {
            for (group, words, _) in groups(self.settings) {
                let first = [text(with), text(words)];
                rows.push(first.into_iter().chain(self.accuracies(&format!("{group}.{stratum}"))).collect());
            }
        }
        let caption = "Networks of random search. Functions are drawn layer by layer, so that few deep networks lack a \
            sigmoid, and networks with one learn slowest: without strata depth would stand for sigmoids too.";
        let columns = ["Networks", "Layers", ACCURACY, NOTHING, OTHERS];
        table("depth_sigmoid", "Accuracy by number of layers, with and without a sigmoid", caption, &columns, rows)
    }

    fn correlations(&self) -> Table {
        let mut rows = Vec::new();
        for (name, words) in [("layers", "convolutions"), ("parameters", "parameters")] {
            for Reading { suffix, words: which, .. } in READINGS {
                let of = |networks: &str| self.quantity(format!("{networks}.{name}_correlation{suffix}"));
                rows.push(vec![text(words), text(format!("networks{which}")), of(RANDOM), of("evolved")]);
            }
        }
        let caption = "Spearman's rank correlations. Random networks are independent of each other; evolved ones are \
            correlated within each search, each network once, and averaged over the evolutions of a seed.";
        let columns = ["Accuracy and", "Over", "Random networks", "Evolved networks"];
        table("correlations", "What accuracy goes with", caption, &columns, rows)
    }

    fn activations(&self) -> Table {
        let row = |function: Activation| {
            let name = function.name();
            let of = |what: &str| self.quantity(format!("activation.{name}{what}"));
            let mut row = vec![text(name), of(".accuracy"), of(".learned_nothing"), of(".learned_accuracy")];
            for other in [Activation::Swish.name(), Activation::Gelu.name()] {
                row.extend([of(&format!("_minus_{other}")), of(&format!("_minus_{other}.learned"))]);
            }
            row
        };
        let caption = "Random genomes, each trained with the same function in all its convolutions; the dense layer keeps \
            ReLU. Differences are between the same layers: of all genomes, and of those that learned something with both.";
        let columns =
            ["Function", ACCURACY, NOTHING, OTHERS, "Minus swish", "Both learned", "Minus gelu", "Both learned"];
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
            extrapolated from some of its first steps, alone on the machine. Repetitions are one sitting on one machine and no \
            replicates of it. The paper's limit is below 512.";
        let columns = ["Filters", "Multiply-adds of one image", "Time of one epoch", "Relative"];
        let rows = self.settings.filter_sweep.filters.iter().map(row).collect();
        table("filters", "Training time by number of filters", caption, &columns, rows)
    }
}
