//! Quantities that the manifest cannot declare.
//!
//! A p-value is no number of any unit: it is of a whole sample, whose labels are exchanged or whose ranks are summed. The
//! correlations over models are of means of a model's places, and their resampling is a stream of a name that is not the
//! quantity's whole one.

use std::collections::BTreeMap;

use super::family::{EXCHANGES, Family, ModelMeans, Outputs, PairWithin, exchanged_ranks, is_exception, variants};
use super::observations::{Observation, PAIRED, cut};
use super::result_set::ResultSet;
use super::rows::extreme;
use crate::settings::Settings;
use renas_base::metric::Unit;
use renas_base::seed::Seed;
use renas_report::catalogue::{Correlation, Entry, correlation};
use renas_report::findings::Measured;
use renas_report::range::Range;
use renas_stats::blocks::permutation_p;
use renas_stats::summary::mean;

/// All of them.
pub fn catalogue(settings: &Settings) -> Vec<Entry<ResultSet>> {
    let (clip, seed) = (settings.analysis.clip, settings.root().derive("tests"));
    let mut list = Vec::new();
    extremes(&mut list, seed, clip);
    pooled(&mut list);
    within_models(&mut list, seed, clip);
    correlations(&mut list, clip);
    list
}

/// A quantity whose clusters are the models.
fn add(
    list: &mut Vec<Entry<ResultSet>>,
    name: &str,
    label: String,
    (over, range): (&'static str, Range),
    read: impl Fn(&ResultSet) -> Option<Measured> + Send + Sync + 'static,
) {
    list.push(Entry {
        name: format!("exploration.{name}"),
        label,
        unit: Unit::One,
        data: None,
        cluster: "model".into(),
        over: over.into(),
        range,
        observed_time: false,
        studies: ["exploration/*".to_owned()].into(),
        read: Box::new(read),
    });
}

/// A p-value over models.
const OF_MODELS: (&str, Range) = ("model", Range::SHARE);

/// Of rare events no interval of a mean keeps its level.
fn extremes(list: &mut Vec<Entry<ResultSet>>, seed: Seed, clip: f64) {
    let label = "p-value of exchanging the signs of extreme differences within models, outputs that the change reaches";
    add(list, "g.extreme_margin.p", label.to_owned(), OF_MODELS, move |results| {
        let margins = means_by(results.differences.iter().map(|(one, g)| (one.model, extreme(*g, clip))));
        let rows: Vec<Vec<f64>> = margins.values().map(|margin| vec![*margin, -margin]).collect();
        let difference = |rows: &[Vec<f64>]| rows.iter().map(|row| row[0] - row[1]).sum::<f64>().abs();
        let p = permutation_p(&rows, difference, EXCHANGES, &mut seed.stream("extremes")).ok()?;
        Some(Measured::PValue { p, n: rows.len(), test: "signs exchanged within models".to_owned() })
    });
}

/// As the paper did it: no claim rests on these.
fn pooled(list: &mut Vec<Entry<ResultSet>>) {
    let mut add = |name: &str, label: &str, test: &'static str, value: fn(&Family) -> Option<f64>| {
        let label = format!("{label} (all pooled, as if outputs of one model were independent)");
        let of = ("improvement of an output by a mutation", Range::SHARE);
        add(list, &format!("tests.{name}"), label, of, move |results| {
            let family = Family::of(&results.everything).ok()?;
            Some(Measured::PValue { p: value(&family)?, n: family.n(), test: format!("{test}, pooled observations") })
        });
    };
    let label = "p-value of the Kruskal-Wallis test over all operator forms";
    add("kruskal_wallis.p", label, "Kruskal-Wallis", |family| Some(family.overall.p_value));
    let label = "largest p-value of Dunn's test, Holm-corrected, over all pairs but that of add_connection";
    add("dunn.largest_p", label, "Dunn", Family::largest_p);
    let label = "p-value of Dunn's test, Holm-corrected, of the two forms of add_connection";
    add("dunn.add_connection.p", label, "Dunn", Family::exception_p);
}

/// Models are blocks.
fn within_models(list: &mut Vec<Entry<ResultSet>>, seed: Seed, clip: f64) {
    for outputs in Outputs::BOTH {
        let (prefix, words) = (outputs.prefix(), outputs.words());
        let means = move |results: &ResultSet| ModelMeans::of(results, outputs, clip);
        let label =
            format!("p-value of Friedman's test over the forms that every model has, models as blocks ({words})");
        add(list, &format!("tests.{prefix}friedman.p"), label, OF_MODELS, move |results| {
            let (p, n) = means(results).friedman()?;
            Some(Measured::PValue { p, n, test: "Friedman, models as blocks".to_owned() })
        });
        let own = seed.derive(prefix);
        let label = format!(
            "p-value of Kruskal and Wallis' statistic over all operator forms, forms exchanged within models ({})",
            outputs.values_in_words()
        );
        add(list, &format!("tests.{prefix}permutation.p"), label, OF_MODELS, move |results| {
            let (p, n) = exchanged_ranks(results, outputs, own)?;
            Some(Measured::PValue { p, n, test: "Kruskal-Wallis, forms exchanged within models".to_owned() })
        });
        type Chosen = fn(&PairWithin) -> bool;
        let sets: [(&str, &str, Chosen); 2] = [
            (
                "largest_p",
                "largest p-value, Holm-corrected, of all pairs of forms but that of add_connection",
                |pair| !is_exception(pair.forms),
            ),
            ("add_connection.p", "p-value, Holm-corrected, of the two forms of add_connection", |pair| {
                is_exception(pair.forms)
            }),
        ];
        for (name, label, is) in sets {
            let label = format!("{label}, exchanged within models ({words})");
            add(list, &format!("tests.{prefix}pairwise.{name}"), label, OF_MODELS, move |results| {
                let pairs = means(results).pairs(own)?;
                let worst = pairs
                    .into_iter()
                    .filter(is)
                    .reduce(|worst, pair| if pair.adjusted > worst.adjusted { pair } else { worst })?;
                let test = "pair of forms exchanged within models, Holm".to_owned();
                Some(Measured::PValue { p: worst.adjusted, n: worst.n, test })
            });
        }
    }
}

/// The slope and the relevance themselves instead of halves: over models, which each have one slope.
fn correlations(list: &mut Vec<Entry<ResultSet>>, clip: f64) {
    type Known = fn(&Observation) -> Option<f64>;
    type Value = fn(&Observation, f64) -> f64;
    let known: [(&str, &str, Known); 2] = [
        ("slope", "slope of its loss", |one| one.known.slope),
        ("relevance", "relevance of the changed sub-network", |one| one.known.module),
    ];
    let values: [(&str, &str, Value); 2] = [
        ("improvement", "improvement", |one, clip| cut(one.improvement, clip)),
        ("magnitude", "distance of the improvement from the control's", |one, clip| {
            cut(one.against_control(), clip).abs()
        }),
    ];
    for (axis, words, known) in known {
        for (operator, form) in variants().into_iter().filter(|(operator, _)| PAIRED.contains(operator)) {
            for (measure, what, value) in values {
                let name = format!("{axis}_correlation.{operator}.{form}.{measure}");
                let label = format!(
                    "Spearman's correlation over models of the {words} and the {what} of the regression by {form} {operator}"
                );
                let own = name.clone();
                add(list, &name, label, ("model", Range::CORRELATION), move |results| {
                    let is = |one: &&Observation| one.is_shown() && (one.operator(), one.form) == (operator, form);
                    let shown = || results.observations.iter().filter(is);
                    let known = means_by(shown().filter_map(|one| Some((one.model, known(one)?))));
                    let values = means_by(shown().map(|one| (one.model, value(one, clip))));
                    let pairs = known.iter().filter_map(|(model, known)| Some((*known, *values.get(model)?)));
                    let (x, y): (Vec<f64>, Vec<f64>) = pairs.unzip();
                    correlation(Correlation::Spearman, &x, &y, &own)
                });
            }
        }
    }
}

/// Means by model.
fn means_by(values: impl IntoIterator<Item = (usize, f64)>) -> BTreeMap<usize, f64> {
    let mut models: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
    values.into_iter().for_each(|(model, value)| models.entry(model).or_default().push(value));
    models.into_iter().map(|(model, values)| (model, mean(&values))).collect()
}
