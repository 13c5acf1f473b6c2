//! Quantities of the study of operators: what each form does, and which of two is better.

use super::builder::{DIFFERENCE, Entry, OperatorQuantities, SHARE, means_by};
use super::family::{EXCHANGES, Family, ModelMeans, Outputs, PairWithin, exchanged_ranks, is_exception};
use super::learned::Lessons;
use super::observations::{Objective, Observation, PAIRED, cut};
use super::result_set::ResultSet;
use super::{diagnoses, halves};
use crate::operator::edit::{Form, Operator};
use crate::settings::Settings;
use crate::study::crossover_study::CrossoverRecord;
use crate::study::operator_study::After;
use renas_base::metric::Unit;
use renas_base::seed::Seed;
use renas_report::catalogue::clustered;
use renas_report::findings::Measured;
use renas_report::range::Range;
use renas_stats::blocks::permutation_p;

/// Multiply-adds that gains are divided by.
const COMPUTE: f64 = 1e12;

/// Every quantity of the study of operators.
pub(super) fn catalogue(settings: &Settings) -> Vec<Entry> {
    let data = settings.operator_study.data.name.clone();
    let mut list = OperatorQuantities::new(data, settings.analysis.clip);
    reach(&mut list);
    let seed = settings.root().derive("tests");
    differences(&mut list, seed);
    forms(&mut list);
    crossovers(&mut list, settings);
    halves::add(&mut list, settings.analysis.large);
    models(&mut list, 1.0 / settings.operator_study.data.classes as f64);
    pooled_tests(&mut list);
    tests_within_models(&mut list, seed);
    diagnoses::add(&mut list, settings.thresholds());
    rules(&mut list, settings);
    list.entries()
}

/// How many observations a change cannot reach, and how many equal the control.
fn reach(list: &mut OperatorQuantities) {
    let mut add = |name: &str, label: &str, is: fn(&Observation) -> bool| {
        list.add(name, label, SHARE, "output of a changed model", move |results| {
            let all = results.everything.iter().filter(|one| Operator::STRUCTURAL.contains(&one.operator()));
            clustered(all.map(|one| (one.model, f64::from(is(one)))))
        });
    };
    let label = "share of outputs of changed models that share no sub-network with what was changed: they are left out of \
                 all but the pooled tests and the tests over all outputs";
    add("unreached_share", label, |one| !one.is_reached);
    let label = "share of outputs of changed models that are what they are without the change, bit for bit";
    add("unmoved_share", label, |one| one.improvement.to_bits() == one.control.to_bits());
    let label = "share of reached outputs of changed models that are what they are without the change, bit for bit";
    list.add("unmoved_share_of_reached", label, SHARE, "output of a changed model", |results| {
        let all = results.observations.iter().filter(|one| Operator::STRUCTURAL.contains(&one.operator()));
        clustered(all.map(|one| (one.model, f64::from(one.improvement.to_bits() == one.control.to_bits()))))
    });
}

/// G and how often it is on which side.
fn differences(list: &mut OperatorQuantities, seed: Seed) {
    let clip = list.clip;
    let side = |g: f64| if g == 0.0 { 0.0 } else { g.signum() };
    let all = |_: &Observation, _: f64| true;
    list.of_differences("g.win_margin", "share of G above 0 minus share below", DIFFERENCE, all, side);
    let words = "share of G above the cut minus share below its negative";
    let extreme = move |g: f64| if g.abs() > clip { g.signum() } else { 0.0 };
    list.of_differences("g.extreme_margin", words, DIFFERENCE, all, extreme);
    // Of rare events no interval of a mean keeps its level.
    let label = "p-value of exchanging the signs of extreme differences within models, outputs that the change reaches";
    list.add("g.extreme_margin.p", label, SHARE, "model", move |results| {
        let margins = means_by(results.differences.iter().map(|(one, g)| (one.model, extreme(*g))))?;
        let rows: Vec<Vec<f64>> = margins.cluster_values()?.iter().map(|margin| vec![*margin, -margin]).collect();
        let difference = |rows: &[Vec<f64>]| rows.iter().map(|row| row[0] - row[1]).sum::<f64>().abs();
        let p = permutation_p(&rows, difference, EXCHANGES, &mut seed.stream("extremes")).ok()?;
        Some(Measured::PValue { p, n: rows.len(), test: "signs exchanged within models".to_owned() })
    });
    let words = "share of G above 0 minus share below, of those within the cut";
    list.of_differences("g.close_margin", words, DIFFERENCE, move |_, g| g.abs() <= clip, side);
    list.of_differences("g.aggressive_share", "share of G below 0", SHARE, all, |g| f64::from(g < 0.0));
    let words = "share of G below the negative of the cut";
    list.of_differences("g.aggressive_extreme_share", words, SHARE, all, move |g| f64::from(g < -clip));
    for operator in PAIRED {
        let name = format!("g.{operator}.win_margin");
        let words = format!("share of G above 0 minus share below, {operator}");
        list.of_differences(name, &words, DIFFERENCE, move |one, _| one.operator() == operator, side);
        for objective in Objective::ALL {
            let name = format!("g.{operator}.{}", objective.name());
            let words = format!("mean G of {operator}, {}: above 0 for the gentle form", objective.name());
            let is = move |one: &Observation, _: f64| one.operator() == operator && one.objective == objective;
            list.of_differences(name, &words, list.cut(), is, move |g| cut(g, clip));
        }
    }
    for form in [Form::Aggressive, Form::Gentle] {
        let label =
            format!("mean distance of the improvement from that of the control, {form} forms of three operators");
        let is = move |_: &ResultSet, one: &Observation| one.is_paired && is_paired(one.operator()) && one.form == form;
        list.of_observations(format!("magnitude.{form}"), label, list.size(), is, move |one| {
            cut(one.against_control(), clip).abs()
        });
    }
}

fn is_paired(operator: Operator) -> bool {
    PAIRED.contains(&operator)
}

/// Improvements of every form of every operator, by objective, and what they cost.
fn forms(list: &mut OperatorQuantities) {
    let clip = list.clip;
    for operator in Operator::ALL {
        for form in operator.forms().iter().copied() {
            let is_it = move |one: &Observation| one.operator() == operator && one.form == form;
            for objective in Objective::ALL {
                let (name, what) = (format!("{operator}.{form}.{}", objective.name()), objective.name());
                let is = move |_: &ResultSet, one: &Observation| is_it(one) && one.objective == objective;
                let label = format!("mean improvement of {what} by {form} {operator}, ln(after / before)");
                list.of_observations(format!("{name}.improvement"), label, list.cut(), is, move |one| {
                    cut(one.improvement, clip)
                });
                let label = format!("mean improvement of {what} by {form} {operator} beyond that of the control");
                list.of_observations(format!("{name}.against_control"), label, list.cut(), is, move |one| {
                    cut(one.against_control(), clip)
                });
            }
            let label =
                format!("gain by {form} {operator} per 10^12 multiply-adds, mean over outputs: above 0 is better");
            let name = format!("{operator}.{form}.gain_per_compute");
            list.of_observations(
                name,
                label,
                (Unit::One, Range::ANY),
                move |_, one| is_it(one),
                move |one| -cut(one.improvement, clip) / one.multiply_adds * COMPUTE,
            );
        }
    }
    for objective in Objective::ALL {
        let (name, clip) = (format!("control.{}.improvement", objective.name()), list.clip);
        let label = format!("improvement of {} by further training alone", objective.name());
        list.add(name, label, list.cut(), "model", move |results| {
            let of_it = results.everything.iter().filter(|one| one.objective == objective);
            means_by(of_it.map(|one| (one.model, cut(one.control, clip))))
        });
    }
}

/// The crossover, which stands outside of the family.
fn crossovers(list: &mut OperatorQuantities, settings: &Settings) {
    let (clip, floor) = (list.clip, settings.floor(&settings.operator_study.data));
    for objective in Objective::ALL {
        for (measure, words, against) in [("improvement", "", 0.0), ("against_control", " beyond the control's", 1.0)] {
            let label = format!("mean improvement of {} by crossover{words}", objective.name());
            let name = format!("crossover.{}.{measure}", objective.name());
            list.add(name, label, list.cut(), "model that a subgraph was given to", move |results| {
                let value = |one: &CrossoverRecord| {
                    let host = results.models.get(one.host)?;
                    let of = |after: &After| objective.improvement(&host.before.objectives, &after.objectives, floor);
                    Some((one.host, cut(of(one.after.as_ref()?) - against * of(host.control.as_ref()?), clip)))
                };
                means_by(results.crossovers.iter().filter_map(value))
            });
        }
    }
}

/// The models before any change.
fn models(list: &mut OperatorQuantities, chance: f64) {
    for objective in Objective::ALL {
        let kind = match objective {
            Objective::Classification => (Unit::Fraction, Range::SHARE),
            Objective::Regression | Objective::Sampling => (Unit::One, Range::NOT_NEGATIVE),
        };
        let label = format!("objective of {} before any change", objective.name());
        list.add(format!("before.{}", objective.name()), label, kind, "model", move |results| {
            means_by(results.models.iter().map(|model| objective.of(&model.before.objectives)).enumerate())
        });
    }
    let label = "share of random models that learned nothing: an accuracy of at most chance and two points";
    list.add("before.learned_nothing_share", label, SHARE, "model", move |results| {
        let accuracies = results.models.iter().map(|model| 1.0 - model.before.objectives.error);
        clustered(accuracies.map(|accuracy| f64::from(accuracy <= chance + 0.02)).enumerate())
    });
    let label = "values that the optimiser moves";
    list.add("before.parameters", label, (Unit::Count, Range::NOT_NEGATIVE), "model", |results| {
        means_by(results.models.iter().map(|model| model.before.parameters as f64).enumerate())
    });
}

/// As the paper did it: no claim rests on these.
fn pooled_tests(list: &mut OperatorQuantities) {
    let mut add = |name: &str, label: &str, test: &'static str, value: fn(&Family) -> Option<f64>| {
        let label = format!("{label} (all pooled, as if outputs of one model were independent)");
        list.add(format!("tests.{name}"), label, SHARE, "improvement of an output by a mutation", move |results| {
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
fn tests_within_models(list: &mut OperatorQuantities, seed: Seed) {
    let clip = list.clip;
    for outputs in Outputs::BOTH {
        let (prefix, words) = (outputs.prefix(), outputs.words());
        let means = move |results: &ResultSet| ModelMeans::of(results, outputs, clip);
        let label =
            format!("p-value of Friedman's test over the forms that every model has, models as blocks ({words})");
        list.add(format!("tests.{prefix}friedman.p"), label, SHARE, "model", move |results| {
            let (p, n) = means(results).friedman()?;
            Some(Measured::PValue { p, n, test: "Friedman, models as blocks".to_owned() })
        });
        let own = seed.derive(prefix);
        let label = format!(
            "p-value of Kruskal and Wallis' statistic over all operator forms, forms exchanged within models ({})",
            outputs.values_in_words()
        );
        list.add(format!("tests.{prefix}permutation.p"), label, SHARE, "model", move |results| {
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
            list.add(format!("tests.{prefix}pairwise.{name}"), label, SHARE, "model", move |results| {
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

fn rules(list: &mut OperatorQuantities, settings: &Settings) {
    let (thresholds, clip) = (settings.thresholds(), list.clip);
    let lessons = move |results: &ResultSet| Lessons::of(&results.observations, thresholds, clip);
    let over = "model with outputs for which some, not all mutations are advised";
    let label = "share of outputs whose best mutation the guidelines advise, of mutations that reach them".to_owned();
    list.add("rules.agreement", label, (Unit::Fraction, Range::SHARE), over, move |results| {
        means_by(lessons(results).agreement().into_iter().map(|(model, [hit, _])| (model, hit)))
    });
    let label = "share of outputs whose best mutation the guidelines advise minus the share of mutations that they advise, of mutations that reach \
                 them".to_owned();
    list.add("rules.advantage", label, DIFFERENCE, over, move |results| {
        means_by(lessons(results).agreement().into_iter().map(|(model, [hit, chance])| (model, hit - chance)))
    });
    let label = "improvement chosen by rules learned from other models minus that of the guidelines: below 0, the \
                 learned rules are better"
        .to_owned();
    let over = "model left out of the learning";
    list.add("rules.learned_gain", label, (Unit::One, Range::ANY), over, move |results| {
        means_by(lessons(results).learned_gain())
    });
}
