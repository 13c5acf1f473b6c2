//! The tables of the report: the tests of section VII-A, and what the paper leaves out.

use std::collections::BTreeMap;

use super::climbing::KEY_STEPS;
use super::diagnoses::{DIAGNOSES, correlations};
use super::family::{Family, ModelMeans, Outputs, exchanged_ranks};
use super::learned::{Lessons, best, is_advised};
use super::observations::{Half, Objective, PAIRED};
use super::result_set::ResultSet;
use crate::diagnosis::sub_loss::Trend;
use crate::operator::edit::{Form, Operator};
use crate::settings::Settings;
use renas_base::metric::Unit;
use renas_report::findings::{Cell, Quantity, Table};
use renas_stats::summary::mean;

type Quantities = BTreeMap<String, Quantity>;

/// All tables, in the order of the report.
pub fn all(settings: &Settings, results: &ResultSet, quantities: &Quantities) -> Vec<Table> {
    let maker = Maker { settings, results, quantities };
    let mut tables = vec![
        maker.models(),
        maker.components(),
        maker.tests(),
        maker.differences(),
        maker.effects(),
        maker.costs(),
        maker.halves(),
        maker.diagnoses(),
        maker.rules(),
        maker.searches(),
        maker.against_random(),
    ];
    tables.retain(|table| !table.rows.is_empty());
    tables
}

struct Maker<'a> {
    settings: &'a Settings,
    results: &'a ResultSet,
    quantities: &'a Quantities,
}

fn text(words: impl Into<String>) -> Cell {
    Cell::Text(words.into())
}

fn number(value: f64) -> Cell {
    Cell::Number { value, unit: Unit::One }
}

fn count(value: usize) -> Cell {
    Cell::Number { value: value as f64, unit: Unit::Count }
}

fn table(id: &str, title: &str, caption: impl Into<String>, columns: &[&str], rows: Vec<Vec<Cell>>) -> Table {
    Table {
        id: id.to_owned(),
        title: title.to_owned(),
        caption: caption.into(),
        columns: columns.iter().map(|&column| column.to_owned()).collect(),
        rows,
    }
}

/// Every form of every operator, in the order of the paper.
fn variants() -> impl Iterator<Item = (Operator, Form)> {
    Operator::ALL.into_iter().flat_map(|operator| operator.forms().iter().map(move |form| (operator, *form)))
}

impl Maker<'_> {
    /// The quantity where it was found, else a dash.
    fn quantity(&self, name: String) -> Cell {
        if self.quantities.contains_key(&name) { Cell::Quantity(name) } else { Cell::Empty }
    }

    fn models(&self) -> Table {
        let before = |name: &str| self.quantity(format!("exploration.before.{name}"));
        let row = vec![
            count(self.results.models.len()),
            before("classification"),
            before("regression"),
            before("sampling"),
            before("parameters"),
            self.quantity("judge.exploration.accuracy".to_owned()),
            self.quantity("judge.search.accuracy".to_owned()),
        ];
        let caption = format!(
            "Random models of the operator study before any change: error of the classification, mean squared error of the \
             histogram, Frechet distance of {} samples; and the accuracy of the classifiers whose logits that distance is \
             taken in.",
            self.settings.sampling.images
        );
        let columns =
            ["Models", "Error", "Squared error", "Distance", "Parameters", "Classifier", "Classifier, search"];
        table("models", "Random models", caption, &columns, vec![row])
    }

    fn components(&self) -> Table {
        let row = |(operator, form): (Operator, Form)| {
            let models = &self.results.models;
            let admissible: Vec<f64> = models
                .iter()
                .flat_map(|model| &model.admissible)
                .filter(|places| places.operator == operator && places.form == form)
                .map(|places| places.count as f64)
                .collect();
            let mutations = models.iter().flat_map(|model| &model.mutations);
            let changed = mutations.filter(|one| one.edit.operator() == operator && one.form == form).count();
            let places = if admissible.is_empty() { Cell::Empty } else { number(mean(&admissible)) };
            vec![text(operator.name()), text(form.to_string()), places, count(changed)]
        };
        let sampled = match self.settings.operator_study.components {
            Some(places) => format!("{places} of them, drawn at random, changed in each model"),
            None => "all of them changed in each model for the operators of section V-B, one for the others".to_owned(),
        };
        let caption = format!(
            "Admissible places of each operator form in a model, mean over models; {sampled}, where there are any. Both \
             forms act at the same place where both may."
        );
        let columns = ["Operator", "Form", "Admissible places", "Changed models"];
        let mut rows: Vec<Vec<Cell>> = variants().map(row).collect();
        let crossed = self.results.crossovers.iter().filter(|one| one.after.is_some()).count();
        rows.push(vec![text("crossover"), text(Form::Aggressive.to_string()), Cell::Empty, count(crossed)]);
        table("components", "Sampled components", caption, &columns, rows)
    }

    fn tests(&self) -> Table {
        let named = |(operator, form): (Operator, Form)| format!("{form} {operator}");
        let mut rows = Vec::new();
        if let Ok(family) = Family::of(&self.results.everything) {
            rows.push(vec![
                text("pooled"),
                text(format!("Kruskal-Wallis, {} groups", family.groups.len())),
                count(family.n()),
                number(family.overall.h),
                number(family.overall.p_value),
                Cell::Empty,
            ]);
            for pair in &family.pairs {
                let names = family.forms(pair).map(named);
                rows.push(vec![
                    text("pooled"),
                    text(format!("Dunn, {}", names.join(" and "))),
                    count(pair.groups.iter().map(|at| family.groups[*at].1.len()).sum()),
                    number(pair.z),
                    number(pair.p_value),
                    number(pair.adjusted_p_value),
                ]);
            }
        }
        for outputs in Outputs::BOTH {
            let means = ModelMeans::of(self.results, outputs, self.settings.analysis.clip);
            let seed = self.settings.root().derive("tests").derive(outputs.prefix());
            let mut row = |test: String, n: usize, p: f64, adjusted: Cell| {
                rows.push(vec![text(outputs.words()), text(test), count(n), Cell::Empty, number(p), adjusted]);
            };
            if let Some((p, n)) = means.friedman() {
                row("Friedman, models as blocks".to_owned(), n, p, Cell::Empty);
            }
            if let Some((p, n)) = exchanged_ranks(self.results, outputs, seed) {
                row("Kruskal-Wallis, forms exchanged within models".to_owned(), n, p, Cell::Empty);
            }
            if let Some((p, n)) = means.exchanged(seed) {
                row("sums, forms exchanged within models".to_owned(), n, p, Cell::Empty);
            }
            for pair in means.pairs(seed).unwrap_or_default() {
                let test = format!("exchanged within models, {}", pair.forms.map(named).join(" and "));
                row(test, pair.n, pair.p, number(pair.adjusted));
            }
        }
        let caption = "Improvements of the forms of the five operators. Pooled: every place and output is an observation, \
            as the paper seems to have it, though those of one model are not independent; no claim rests on it. Else models \
            are blocks, n of them: forms are exchanged within models. Friedman's test and sums take the forms that every \
            model has; single large changes dominate sums.";
        let columns = ["Observations", "Test", "n", "H or z", "p", "p after Holm"];
        table("tests", "Statistical tests of section VII-A", caption, &columns, rows)
    }

    fn differences(&self) -> Table {
        let row = |operator: Operator| {
            let name = |name: &str| self.quantity(format!("exploration.g.{operator}.{name}"));
            let means = Objective::ALL.map(|objective| name(objective.name()));
            [text(operator.name()), name("win_margin")].into_iter().chain(means).collect()
        };
        let caption = "Beyond the paper: G per model, of outputs that a form reaches, with intervals. Above 0 the gentle form is better; wins are the share \
            of G above 0 minus the share below.";
        let columns = ["Operator", "Wins", "Classification", "Regression", "Sampling"];
        table("differences", "Gentle against aggressive", caption, &columns, PAIRED.map(row).to_vec())
    }

    fn effects(&self) -> Table {
        let of = |name: &str, measure: &str| {
            Objective::ALL.map(|objective| self.quantity(format!("exploration.{name}.{}.{measure}", objective.name())))
        };
        let control = [text("none"), text("control")].into_iter().chain(of("control", "improvement"));
        let mut rows = vec![control.chain([Cell::Empty, Cell::Empty, Cell::Empty]).collect()];
        let mut row = |operator: &str, form: &str, name: &str| {
            let cells = of(name, "improvement").into_iter().chain(of(name, "against_control"));
            rows.push([text(operator), text(form)].into_iter().chain(cells).collect());
        };
        for (operator, form) in variants() {
            row(operator.name(), &form.to_string(), &format!("{operator}.{form}"));
        }
        row("crossover", "aggressive", "crossover");
        let caption = "Beyond the paper: mean improvement ln(after / before) per model, below 0 is better, of outputs that the \
            change reaches, and what of it remains beyond that of the same further training without a change.";
        let columns = [
            "Operator",
            "Form",
            "Classification",
            "Regression",
            "Sampling",
            "Classification, beyond control",
            "Regression, beyond control",
            "Sampling, beyond control",
        ];
        table("effects", "Effect sizes", caption, &columns, rows)
    }

    fn costs(&self) -> Table {
        let row = |(operator, form): (Operator, Form)| {
            let gain = self.quantity(format!("exploration.{operator}.{form}.gain_per_compute"));
            vec![text(operator.name()), text(form.to_string()), gain]
        };
        let caption = "Beyond the paper: gain, mean over the outputs, per 10^12 multiply-adds of further training; more is \
            better.";
        let columns = ["Operator", "Form", "Gain per compute"];
        table("costs", "Cost per improvement", caption, &columns, variants().map(row).collect())
    }

    fn halves(&self) -> Table {
        let mut rows = Vec::new();
        for half in Half::ALL {
            for operator in PAIRED {
                for form in [Form::Aggressive, Form::Gentle] {
                    let name = |measure: &str| {
                        self.quantity(format!("exploration.{}.{operator}.{form}.{measure}", half.name()))
                    };
                    let measures = ["improvement", "against_control", "magnitude", "decline_share", "gain_share"];
                    let cells = measures.map(name);
                    let head = [text(half.name()), text(operator.name()), text(form.to_string())];
                    rows.push(head.into_iter().chain(cells).collect());
                }
            }
        }
        let large = self.settings.analysis.large;
        let caption = format!(
            "The regression output, models halved by the slope of its loss and mutations by the relevance of the changed \
             sub-network to it, where the change reaches it. Large: by a share of {large} of the squared error."
        );
        let columns = [
            "Half",
            "Operator",
            "Form",
            "Improvement",
            "Beyond control",
            "Distance from control",
            "Large declines",
            "Large gains",
        ];
        table("halves", "Improvement by slope and by relevance", caption, &columns, rows)
    }

    fn diagnoses(&self) -> Table {
        let mut rows = Vec::new();
        for (operator, form) in super::family::variants() {
            for objective in Objective::ALL {
                let Some(found) = correlations(self.results, operator, form, objective) else { continue };
                let head = [text(format!("{form} {operator}")), text(objective.name())];
                rows.push(head.into_iter().chain(found.map(number)).collect());
            }
        }
        if !rows.is_empty() {
            let strengths = DIAGNOSES.map(|(name, _)| self.quantity(format!("exploration.diagnosis.{name}.strength")));
            rows.push([text("mean size"), text("all")].into_iter().chain(strengths).collect());
        }
        let caption = "Spearman's correlation of each diagnosis of section IV-B with the improvement ln(after / before), \
            over changed models that have all five and whose output the change reaches. Their mean size is the mean of the \
            jackknife's pseudo-values of models.";
        let columns = ["Operator form", "Output", "Slope", "Module", "Input", "Dependency", "Relative performance"];
        table("diagnoses", "What diagnoses tell", caption, &columns, rows)
    }

    fn rules(&self) -> Table {
        let lessons = Lessons::of(&self.results.observations, self.settings.thresholds(), self.settings.analysis.clip);
        let mut rows = Vec::new();
        for (state, outcomes) in lessons.outcomes(None) {
            let (trend, is_relevant) = state;
            let trend = match trend {
                Trend::Steep => "steep",
                Trend::Moderate => "moderate",
                Trend::Stuck => "stuck",
            };
            let n = outcomes.values().map(Vec::len).sum();
            let named = |(operator, form): (Operator, Form)| format!("{form} {operator}");
            let advised: Vec<String> = super::family::variants()
                .into_iter()
                .filter(|variant| is_advised(state, *variant))
                .map(named)
                .collect();
            let learned = best(&outcomes);
            let agreement =
                learned.map_or(Cell::Empty, |(variant, _)| text(if is_advised(state, variant) { "yes" } else { "no" }));
            rows.push(vec![
                text(trend),
                text(if is_relevant { "relevant" } else { "not relevant" }),
                count(n),
                learned.map_or(Cell::Empty, |(variant, _)| text(named(variant))),
                learned.map_or(Cell::Empty, |(_, improvement)| number(improvement)),
                text(advised.join("; ")),
                agreement,
            ]);
        }
        let caption = "Beyond the paper: in every state of an output, by the paper's thresholds, the operator form with the \
            lowest mean improvement over all models and outputs, and what section VII-B advises.";
        let columns = ["Loss", "Sub-network", "n", "Learned", "Its improvement", "Guidelines", "Agree"];
        table("rules", "Rules learned from outcomes", caption, &columns, rows)
    }

    fn searches(&self) -> Table {
        let row = |arm: &crate::settings::ArmSettings| {
            let name = |name: &str| self.quantity(format!("search.{}.{name}", arm.name));
            let cells = ["accepted_share", "reducers.early_share", "reducers.late_share", "fallback_share", "compute"];
            let states = ["state.stuck_share", "state.moderate_share", "state.steep_share"];
            let head = [text(arm.name.name()), count(arm.pairs), count(arm.steps)];
            head.into_iter().chain(cells.into_iter().chain(states).map(name)).collect()
        };
        let caption = "Means over pairs. States are shares of the outputs at the times when a new model was diagnosed.";
        let columns = [
            "Search",
            "Pairs",
            "Steps",
            "Accepted",
            "Reducers, steps 1 to 18",
            "Reducers, later",
            "No rule left",
            "10^12 multiply-adds",
            "Stuck",
            "Moderate",
            "Steep",
        ];
        let rows = self.settings.search.arms.iter().map(row).collect();
        table("searches", "Searches", caption, &columns, rows)
    }

    fn against_random(&self) -> Table {
        let mut rows = Vec::new();
        for arm in &self.settings.search.arms {
            for step in KEY_STEPS {
                let name = |name: &str| self.quantity(format!("search.{}.{name}", arm.name));
                let cells = [
                    name(&format!("step{step}.hypervolume")),
                    name(&format!("step{step}.gain")),
                    name(&format!("step{step}.lead")),
                    name(&format!("pooled.step{step}.lead")),
                ];
                if cells.iter().any(|cell| *cell != Cell::Empty) {
                    let head = [text(arm.name.name()), text(format!("step {step}"))];
                    rows.push(head.into_iter().chain(cells).collect());
                }
            }
            let gain = self.quantity(format!("search.{}.equal_compute.gain", arm.name));
            if gain != Cell::Empty {
                let head = [text(arm.name.name()), text("equal compute"), Cell::Empty];
                rows.push(head.into_iter().chain([gain, Cell::Empty, Cell::Empty]).collect());
            }
        }
        let caption = "Hypervolume of the start and all candidates so far, minus that of random search from the same start \
            (above 0 the arm is better); points on the pair's front, and what the pair adds to the front of all pairs, \
            minus those of random search.";
        let columns = ["Search", "At", "Hypervolume", "Gain", "Lead on pairs' fronts", "Lead on the pooled front"];
        table("against_random", "Against random search", caption, &columns, rows)
    }
}
