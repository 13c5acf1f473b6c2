//! Tables whose rows are what was found: pairs of forms that could be tested, forms that have a correlation, states that
//! losses were in. The manifest's tables have rows that are known before anything runs.

use super::diagnoses::{DIAGNOSES, correlations};
use super::family::{Family, ModelMeans, Outputs, Variant, exchanged_ranks, variants};
use super::learned::{Lessons, best, is_advised};
use super::observations::Objective;
use super::result_set::ResultSet;
use crate::settings::Settings;
use renas_base::metric::Unit;
use renas_report::findings::{Cell, Table};

/// All of them, in the order of the report.
pub fn all(settings: &Settings, results: &ResultSet) -> Vec<Table> {
    let mut tables = vec![tests(settings, results), diagnoses(results), rules(settings, results)];
    tables.retain(|table| !table.rows.is_empty());
    tables
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

fn named((operator, form): Variant) -> String {
    format!("{form} {operator}")
}

fn tests(settings: &Settings, results: &ResultSet) -> Table {
    let mut rows = Vec::new();
    if let Ok(family) = Family::of(&results.everything) {
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
        let means = ModelMeans::of(results, outputs, settings.analysis.clip);
        let seed = settings.root().derive("tests").derive(outputs.prefix());
        let mut row = |test: String, n: usize, p: f64, adjusted: Cell| {
            rows.push(vec![text(outputs.words()), text(test), count(n), Cell::Empty, number(p), adjusted]);
        };
        if let Some((p, n)) = means.friedman() {
            row("Friedman, models as blocks".to_owned(), n, p, Cell::Empty);
        }
        if let Some((p, n)) = exchanged_ranks(results, outputs, seed) {
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

fn diagnoses(results: &ResultSet) -> Table {
    let mut rows = Vec::new();
    for (operator, form) in variants() {
        for objective in Objective::ALL {
            let Some(found) = correlations(results, operator, form, objective) else { continue };
            let head = [text(format!("{form} {operator}")), text(objective.name())];
            rows.push(head.into_iter().chain(found.map(number)).collect());
        }
    }
    if !rows.is_empty() {
        let strengths = DIAGNOSES.map(|(name, _)| Cell::Quantity(format!("exploration.diagnosis.{name}.strength")));
        rows.push([text("mean size"), text("all")].into_iter().chain(strengths).collect());
    }
    let caption = "Spearman's correlation of each diagnosis of section IV-B with the improvement ln(after / before), \
        over changed models that have all five and whose output the change reaches. Their mean size is the mean of the \
        jackknife's pseudo-values of models.";
    let columns = ["Operator form", "Output", "Slope", "Module", "Input", "Dependency", "Relative performance"];
    table("diagnoses", "What diagnoses tell", caption, &columns, rows)
}

fn rules(settings: &Settings, results: &ResultSet) -> Table {
    let lessons = Lessons::of(&results.observations, settings.thresholds(), settings.analysis.clip);
    let mut rows = Vec::new();
    for (state, outcomes) in lessons.outcomes(None) {
        let (trend, is_relevant) = state;
        let n = outcomes.values().map(Vec::len).sum();
        let advised = variants().into_iter().filter(|variant| is_advised(state, *variant));
        let advised: Vec<String> = advised.map(named).collect();
        let learned = best(&outcomes);
        let agreement =
            learned.map_or(Cell::Empty, |(variant, _)| text(if is_advised(state, variant) { "yes" } else { "no" }));
        rows.push(vec![
            text(trend.name()),
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
