//! Quantities of the regression output by what was known before a change: slope of its loss (Figure 6) and relevance of the
//! changed sub-network (Figure 7), as halves of the observations and as correlations.

use std::collections::BTreeMap;

use super::builder::{DIFFERENCE, OperatorQuantities, SHARE};
use super::observations::{Half, Objective, Observation, PAIRED, cut};
use super::result_set::ResultSet;
use crate::operator::edit::{Form, Operator};
use renas_base::metric::Unit;
use renas_report::catalogue::{Correlation, clustered, correlation};
use renas_report::findings::Measured;
use renas_report::range::Range;
use renas_stats::summary::{mean, median};

/// What is read of an observation.
type OfObservation = Box<dyn Fn(&Observation) -> f64>;

const FORMS: [Form; 2] = [Form::Aggressive, Form::Gentle];

/// Both forms of three operators where both were applied, regression output.
fn is_shown(one: &Observation) -> bool {
    one.is_paired && one.objective == Objective::Regression && PAIRED.contains(&one.operator())
}

/// All of them.
pub(super) fn add(list: &mut OperatorQuantities, large: f64) {
    // A measure that is a tenth larger has grown by ln(1.1), one that is a tenth smaller by ln(0.9).
    let (worse, better) = (libm::log1p(large), libm::log1p(-large));
    for half in Half::ALL {
        for operator in PAIRED {
            for form in FORMS {
                one_form(list, half, (operator, form), [worse, better]);
            }
        }
        let label =
            format!("share of large declines of the regression by all forms of three operators, {} half", half.name());
        let is = move |results: &ResultSet, one: &Observation| is_shown(one) && results.medians.is_in(half, one);
        list.of_observations(format!("{}.all_forms.decline_share", half.name()), label, SHARE, is, move |one| {
            f64::from(one.improvement > worse)
        });
        let (label, clip) =
            (format!("improvement of the regression by further training alone, {} half", half.name()), list.clip);
        list.of_observations(format!("{}.control.improvement", half.name()), label, list.cut(), is, move |one| {
            cut(one.control, clip)
        });
    }
    contrasts(list, better);
    correlations(list);
    marginal(list, large);
}

fn one_form(list: &mut OperatorQuantities, half: Half, (operator, form): (Operator, Form), [worse, better]: [f64; 2]) {
    let clip = list.clip;
    let measures: [(&str, &str, (Unit, Range), OfObservation); 5] = [
        ("improvement", "mean improvement", list.cut(), Box::new(move |one| cut(one.improvement, clip))),
        (
            "against_control",
            "mean improvement beyond the control's",
            list.cut(),
            Box::new(move |one| cut(one.against_control(), clip)),
        ),
        (
            "magnitude",
            "mean distance of the improvement from the control's",
            list.size(),
            Box::new(move |one| cut(one.against_control(), clip).abs()),
        ),
        ("decline_share", "share of large declines", SHARE, Box::new(move |one| f64::from(one.improvement > worse))),
        ("gain_share", "share of large gains", SHARE, Box::new(move |one| f64::from(one.improvement < better))),
    ];
    for (measure, words, kind, value) in measures {
        let name = format!("{}.{operator}.{form}.{measure}", half.name());
        let label = format!("{words} of the regression by {form} {operator}, {} half", half.name());
        let is = move |results: &ResultSet, one: &Observation| {
            is_shown(one) && is_form(one, (operator, form)) && results.medians.is_in(half, one)
        };
        list.of_observations(name, label, kind, is, value);
    }
}

fn is_form(one: &Observation, (operator, form): (Operator, Form)) -> bool {
    one.operator() == operator && one.form == form
}

/// Means of a model's observations that `is` keeps.
fn of_models(
    results: &ResultSet,
    is: impl Fn(&Observation) -> bool,
    value: impl Fn(&Observation) -> Option<f64>,
) -> BTreeMap<usize, f64> {
    let mut values: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
    for one in results.observations.iter().filter(|one| is_shown(one) && is(one)) {
        if let Some(value) = value(one) {
            values.entry(one.model).or_default().push(value);
        }
    }
    values.into_iter().map(|(model, values)| (model, mean(&values))).collect()
}

/// Two operators on relevant sub-networks of the same models: they act at different places, so that a model has one
/// difference of means.
fn contrasts(list: &mut OperatorQuantities, better: f64) {
    let (gentle_clone, clip) = ((Operator::CloneNetwork, Form::Gentle), list.clip);
    let mut add = |name: String, label: String, kind, pair: [(Operator, Form); 2], value: OfObservation| {
        list.add(name, label, kind, "model with both at relevant sub-networks", move |results| {
            let of = |form| {
                let is = |one: &Observation| is_form(one, form) && results.medians.is_in(Half::Relevant, one);
                of_models(results, is, |one| Some(value(one)))
            };
            let (left, right) = (of(pair[0]), of(pair[1]));
            clustered(left.iter().filter_map(|(model, value)| Some((*model, value - right.get(model)?))))
        });
    };
    for form in FORMS {
        let pair = [gentle_clone, (Operator::AddConnection, form)];
        let label = format!(
            "improvement of the regression by gentle clone_network minus that by {form} add_connection, relevant half: \
             below 0 cloning gains more"
        );
        let name = format!("relevant.clone_minus_add_connection.{form}.improvement");
        add(name, label, (Unit::One, Range::ANY), pair, Box::new(move |one| cut(one.improvement, clip)));
    }
    let pair = [(Operator::InsertNetwork, Form::Gentle), gentle_clone];
    let label = "share of large gains of the regression by gentle insert_network minus that by gentle clone_network, relevant half";
    let name = "relevant.insert_minus_clone.gain_share".to_owned();
    add(name, label.to_owned(), DIFFERENCE, pair, Box::new(move |one| f64::from(one.improvement < better)));
}

/// The slope and the relevance themselves instead of halves: over models, which each have one slope.
fn correlations(list: &mut OperatorQuantities) {
    let clip = list.clip;
    type Known = fn(&Observation) -> Option<f64>;
    let known: [(&str, &str, Known); 2] = [
        ("slope", "slope of its loss", |one| one.known.slope),
        ("relevance", "relevance of the changed sub-network", |one| one.known.module),
    ];
    for (axis, words, known) in known {
        for operator in PAIRED {
            for form in FORMS {
                for (measure, what) in
                    [("improvement", "improvement"), ("magnitude", "distance of the improvement from the control's")]
                {
                    let name = format!("{axis}_correlation.{operator}.{form}.{measure}");
                    let label = format!(
                        "Spearman's correlation over models of the {words} and the {what} of the regression by {form} {operator}"
                    );
                    let own = name.clone();
                    list.add(name, label, DIFFERENCE, "model", move |results| {
                        let is = |one: &Observation| is_form(one, (operator, form));
                        let known = of_models(results, is, known);
                        let values = of_models(results, is, |one| {
                            Some(if measure == "improvement" {
                                cut(one.improvement, clip)
                            } else {
                                cut(one.against_control(), clip).abs()
                            })
                        });
                        let pairs = known.iter().filter_map(|(model, known)| Some((*known, *values.get(model)?)));
                        let (x, y): (Vec<f64>, Vec<f64>) = pairs.unzip();
                        correlation(Correlation::Spearman, &x, &y, &own)
                    });
                }
            }
        }
    }
}

/// Figure 6 as a whole: how many improvements are marginal, and on which side of 0 they are.
fn marginal(list: &mut OperatorQuantities, large: f64) {
    let label = format!("share of improvements of the regression by all forms of three operators within {large} of 0");
    list.of_observations(
        "regression.marginal_share",
        label,
        SHARE,
        |_, one| is_shown(one),
        move |one| f64::from(one.improvement.abs() < large),
    );
    let label = "median of a model's improvements of the regression by all forms of three operators, outputs that the change reaches";
    list.add("regression.median_improvement", label, (Unit::One, Range::ANY), "model", |results| {
        let mut values: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
        let shown = results.observations.iter().filter(|one| is_shown(one));
        shown.for_each(|one| values.entry(one.model).or_default().push(one.improvement));
        (!values.is_empty()).then(|| Measured::Samples(values.values().map(|values| median(values)).collect()))
    });
}
