//! Quantities of the study of operators.

use std::borrow::Cow;

use super::evidence::Evidence;
use super::family::{Family, Grain};
use super::learned::Lessons;
use super::observations::{Half, Objective, Observation, cut};
use super::quantities::{Entry, means_by};
use crate::diagnosis::intervention::Reading;
use crate::donation::Donation;
use crate::exploration::{After, ExplorationRecord};
use crate::operator::edit::{Form, Operator};
use crate::settings::Settings;
use renas_base::metric::Unit;
use renas_report::catalogue::exact;
use renas_report::findings::Measured;
use renas_stats::correlation::spearman;

/// The operators that have both forms in section V-B.
pub const PAIRED: [Operator; 3] = [Operator::AddConnection, Operator::InsertNetwork, Operator::CloneNetwork];

/// Multiply-adds that gains are divided by.
const COMPUTE: f64 = 1e12;

/// Fewest changed models that a rank correlation is computed of.
const FEWEST_FOR_CORRELATION: usize = 4;

/// What a test's p-value is instead of an interval.
const NO_INTERVAL: &str = "none: a p-value of the whole sample";

/// Quantities of one data set in the making.
struct List {
    data: String,
    clip: f64,
    entries: Vec<Entry>,
}

impl List {
    fn add(
        &mut self,
        name: String,
        label: String,
        unit: Unit,
        over: impl Into<Cow<'static, str>>,
        read: impl Fn(&Evidence) -> Option<Measured> + 'static,
    ) {
        let (name, data, over) = (format!("exploration.{name}"), Some(self.data.clone()), over.into());
        // Nothing here derives from measured time: compute is counted in multiply-adds.
        self.entries.push(Entry { name, label, unit, data, over, observed_time: false, read: Box::new(read) });
    }

    /// The mean over a model's differences that `is` keeps, of `value`.
    fn of_differences(
        &mut self,
        name: &str,
        label: &str,
        is: impl Fn(&Observation, f64) -> bool + 'static,
        value: impl Fn(f64) -> f64 + 'static,
    ) {
        self.add(name.to_owned(), label.to_owned(), Unit::One, "model", move |evidence| {
            let kept = evidence.differences.iter().filter(|(one, g)| is(one, *g));
            means_by(kept.map(|(one, g)| (one.model, value(*g))))
        });
    }

    /// The mean over a model's observations that `is` keeps, of `value`.
    fn of_observations(
        &mut self,
        name: String,
        label: String,
        over: impl Into<Cow<'static, str>>,
        is: impl Fn(&Evidence, &Observation) -> bool + 'static,
        value: impl Fn(&Observation) -> f64 + 'static,
    ) {
        self.add(name, label, Unit::One, over, move |evidence| {
            let kept = evidence.observations.iter().filter(|one| is(evidence, one));
            means_by(kept.map(|one| (one.model, value(one))))
        });
    }
}

/// Every quantity of the study of operators.
pub(super) fn catalogue(settings: &Settings) -> Vec<Entry> {
    let data = settings.exploration.data.name.clone();
    let mut list = List { data, clip: settings.analysis.clip, entries: Vec::new() };
    differences(&mut list);
    forms(&mut list);
    crossovers(&mut list, settings);
    halves(&mut list, settings.analysis.large);
    models(&mut list);
    tests(&mut list);
    diagnoses(&mut list);
    rules(&mut list, settings);
    list.entries
}

/// G and how often it is on which side.
fn differences(list: &mut List) {
    let clip = list.clip;
    let side = |g: f64| if g == 0.0 { 0.0 } else { g.signum() };
    let all = |_: &Observation, _: f64| true;
    list.of_differences("g.win_margin", "share of G above 0 minus share below", all, side);
    let words = "share of G above the cut minus share below its negative";
    list.of_differences("g.extreme_margin", words, all, move |g| if g.abs() > clip { g.signum() } else { 0.0 });
    let words = "share of G above 0 minus share below, of those within the cut";
    list.of_differences("g.close_margin", words, move |_, g| g.abs() <= clip, side);
    list.of_differences("g.aggressive_share", "share of G below 0", all, |g| f64::from(g < 0.0));
    let words = "share of G below the negative of the cut";
    list.of_differences("g.aggressive_extreme_share", words, all, move |g| f64::from(g < -clip));
    for operator in PAIRED {
        let name = format!("g.{operator}.win_margin");
        let words = format!("share of G above 0 minus share below, {operator}");
        list.of_differences(&name, &words, move |one, _| one.operator() == operator, side);
        for objective in Objective::ALL {
            let name = format!("g.{operator}.{}", objective.name());
            let words = format!("mean G of {operator}, {}: above 0 for the gentle form", objective.name());
            let is = move |one: &Observation, _: f64| one.operator() == operator && one.objective == objective;
            list.of_differences(&name, &words, is, move |g| cut(g, clip));
        }
    }
    for form in [Form::Aggressive, Form::Gentle] {
        let label =
            format!("mean distance of the improvement from that of the control, {form} forms of three operators");
        let is = move |_: &Evidence, one: &Observation| one.is_paired && is_paired(one.operator()) && one.form == form;
        list.of_observations(format!("magnitude.{form}"), label, "model", is, move |one| {
            cut(one.against_control(), clip).abs()
        });
    }
}

fn is_paired(operator: Operator) -> bool {
    PAIRED.contains(&operator)
}

/// Improvements of every form of every operator, by objective, and what they cost.
fn forms(list: &mut List) {
    let clip = list.clip;
    for operator in Operator::ALL {
        for form in operator.forms().iter().copied() {
            let over = format!("model with an admissible place for {form} {operator}");
            let is_it = move |one: &Observation| one.operator() == operator && one.form == form;
            for objective in Objective::ALL {
                let (name, what) = (format!("{operator}.{form}.{}", objective.name()), objective.name());
                let is = move |_: &Evidence, one: &Observation| is_it(one) && one.objective == objective;
                let label = format!("mean improvement of {what} by {form} {operator}, ln(after / before)");
                list.of_observations(format!("{name}.improvement"), label, over.clone(), is, move |one| {
                    cut(one.improvement, clip)
                });
                let label = format!("mean improvement of {what} by {form} {operator} beyond that of the control");
                list.of_observations(format!("{name}.against_control"), label, over.clone(), is, move |one| {
                    cut(one.against_control(), clip)
                });
            }
            let label =
                format!("gain by {form} {operator} per 10^12 multiply-adds, mean over outputs: above 0 is better");
            let name = format!("{operator}.{form}.gain_per_compute");
            list.of_observations(
                name,
                label,
                over,
                move |_, one| is_it(one),
                move |one| -cut(one.improvement, clip) / one.multiply_adds * COMPUTE,
            );
        }
    }
    for objective in Objective::ALL {
        let name = format!("control.{}.improvement", objective.name());
        let label = format!("improvement of {} by further training alone", objective.name());
        let is = move |_: &Evidence, one: &Observation| one.objective == objective;
        list.of_observations(name, label, "model", is, move |one| cut(one.control, clip));
    }
}

/// The crossover, which stands outside of the family.
fn crossovers(list: &mut List, settings: &Settings) {
    let (clip, floor) = (list.clip, settings.floor(&settings.exploration.data));
    for objective in Objective::ALL {
        for (measure, words, against) in [("improvement", "", 0.0), ("against_control", " beyond the control's", 1.0)] {
            let label = format!("mean improvement of {} by crossover{words}", objective.name());
            let name = format!("crossover.{}.{measure}", objective.name());
            list.add(name, label, Unit::One, "model that a subgraph was given to", move |evidence| {
                let value = |one: &Donation| {
                    let host = evidence.models.get(one.host)?;
                    let of = |after: &After| objective.improvement(&host.before.objectives, &after.objectives, floor);
                    Some((one.host, cut(of(one.after.as_ref()?) - against * of(host.control.as_ref()?), clip)))
                };
                means_by(evidence.donations.iter().filter_map(value))
            });
        }
    }
}

/// What is read of an observation.
type OfObservation = Box<dyn Fn(&Observation) -> f64>;

/// Halves of the regression by slope and by relevance.
fn halves(list: &mut List, large: f64) {
    let clip = list.clip;
    // A measure that is a tenth larger has grown by ln(1.1), one that is a tenth smaller by ln(0.9).
    let (worse, better) = (libm::log1p(large), libm::log1p(-large));
    for half in Half::ALL {
        for operator in PAIRED {
            for form in [Form::Aggressive, Form::Gentle] {
                let measures: [(&str, &str, OfObservation); 5] = [
                    ("improvement", "mean improvement", Box::new(move |one| cut(one.improvement, clip))),
                    (
                        "against_control",
                        "mean improvement beyond the control's",
                        Box::new(move |one| cut(one.against_control(), clip)),
                    ),
                    (
                        "magnitude",
                        "mean distance of the improvement from the control's",
                        Box::new(move |one| cut(one.against_control(), clip).abs()),
                    ),
                    (
                        "decline_share",
                        "share of large declines",
                        Box::new(move |one| f64::from(one.improvement > worse)),
                    ),
                    ("gain_share", "share of large gains", Box::new(move |one| f64::from(one.improvement < better))),
                ];
                for (measure, words, value) in measures {
                    let name = format!("{}.{operator}.{form}.{measure}", half.name());
                    let label = format!("{words} of the regression by {form} {operator}, {} half", half.name());
                    let is = move |evidence: &Evidence, one: &Observation| {
                        let is_it = one.operator() == operator && one.form == form && one.is_paired;
                        is_it && one.objective == Objective::Regression && evidence.medians.is_in(half, one)
                    };
                    // Samples are paired by position where they are over the same: the same operator at the same places.
                    list.of_observations(name, label, format!("{}, {operator}", half.unit()), is, value);
                }
            }
        }
    }
}

/// The models before any change.
fn models(list: &mut List) {
    for objective in Objective::ALL {
        let unit = if objective == Objective::Classification { Unit::Fraction } else { Unit::One };
        let label = format!("objective of {} before any change", objective.name());
        list.add(format!("before.{}", objective.name()), label, unit, "model", move |evidence| {
            means_by(evidence.models.iter().map(|model| objective.of(&model.before.objectives)).enumerate())
        });
    }
    let label = "values that the optimiser moves".to_owned();
    list.add("before.parameters".to_owned(), label, Unit::Count, "model", |evidence| {
        means_by(evidence.models.iter().map(|model| model.before.parameters as f64).enumerate())
    });
}

fn tests(list: &mut List) {
    let mut add = |name: &str, label: &str, value: fn(&Family) -> Option<f64>| {
        for (grain, suffix, words) in [(Grain::Pooled, "", "all pooled"), (Grain::PerModel, "per_model.", "per model")]
        {
            let over = match grain {
                Grain::Pooled => "improvement of an output by a mutation",
                Grain::PerModel => "mean improvement of a model by a form",
            };
            list.add(format!("tests.{suffix}{name}"), format!("{label} ({words})"), Unit::One, over, move |evidence| {
                let family = Family::of(&evidence.observations, grain).ok()?;
                Some(exact(value(&family)?, family.n(), NO_INTERVAL))
            });
        }
    };
    add("kruskal_wallis.p", "p-value of the Kruskal-Wallis test over all operator forms", |family| {
        Some(family.overall.p_value)
    });
    let label = "largest p-value of Dunn's test, Holm-corrected, over all pairs but that of add_connection";
    add("dunn.largest_p", label, Family::largest_p);
    let label = "p-value of Dunn's test, Holm-corrected, of the two forms of add_connection";
    add("dunn.add_connection.p", label, Family::exception_p);
}

/// The name of a diagnosis, and how it is read of what is known before a mutation.
type Diagnosis = (&'static str, fn(&Observation) -> Option<f64>);

/// The diagnoses whose rank correlation with improvements is reported.
pub const DIAGNOSES: [Diagnosis; 5] = [
    ("slope", |one| one.known.slope),
    ("module", |one| one.known.module),
    ("input", |one| one.known.input),
    ("dependency", |one| one.known.dependency),
    ("relative", |one| one.known.relative),
];

/// Spearman's correlation of each diagnosis with the improvement, for one operator form and output; none where too few
/// models have all diagnoses, or one of them never varies.
pub fn correlations(
    evidence: &Evidence,
    operator: Operator,
    form: Form,
    objective: Objective,
) -> Option<[f64; DIAGNOSES.len()]> {
    let is_it = |one: &&Observation| one.operator() == operator && one.form == form && one.objective == objective;
    let is_complete = |one: &&Observation| DIAGNOSES.iter().all(|(_, read)| read(one).is_some());
    let kept: Vec<&Observation> = evidence.observations.iter().filter(is_it).filter(is_complete).collect();
    if kept.len() < FEWEST_FOR_CORRELATION {
        return None;
    }
    let improvements: Vec<f64> = kept.iter().map(|one| one.improvement).collect();
    let mut found = [0.0; DIAGNOSES.len()];
    for (correlation, (_, read)) in found.iter_mut().zip(DIAGNOSES) {
        let known: Vec<f64> = kept.iter().filter_map(|one| read(one)).collect();
        *correlation = spearman(&known, &improvements).ok().filter(|value| value.is_finite())?;
    }
    Some(found)
}

fn diagnoses(list: &mut List) {
    for (at, (name, _)) in DIAGNOSES.into_iter().enumerate() {
        let label = format!("size of the rank correlation of the diagnosis `{name}` with the improvement");
        let over = "operator form and output";
        list.add(format!("diagnosis.{name}.strength"), label, Unit::One, over, move |evidence| {
            let forms = super::family::variants().into_iter();
            let all = forms.flat_map(|variant| Objective::ALL.map(|objective| (variant, objective)));
            let sizes = all.filter_map(|((operator, form), objective)| {
                Some(correlations(evidence, operator, form, objective)?[at].abs())
            });
            means_by(sizes.enumerate())
        });
    }
    let label = "share of sub-networks without which no output is worse by more than 20 %".to_owned();
    list.add("diagnosis.irrelevant_share".to_owned(), label, Unit::Fraction, "model", |evidence| {
        means_by(evidence.models.iter().enumerate().filter_map(|(index, model)| Some((index, irrelevant(model)?))))
    });
}

fn irrelevant(model: &ExplorationRecord) -> Option<f64> {
    let modules = &model.examination.as_ref()?.modules;
    let is_irrelevant = |outputs: &std::collections::BTreeMap<_, f64>| {
        !outputs.values().any(|relevance| Reading::Inverted.is_relevant(*relevance))
    };
    let count = modules.values().filter(|outputs| is_irrelevant(outputs)).count();
    (!modules.is_empty()).then(|| count as f64 / modules.len() as f64)
}

fn rules(list: &mut List, settings: &Settings) {
    let (thresholds, clip) = (settings.thresholds(), list.clip);
    let lessons = move |evidence: &Evidence| Lessons::of(&evidence.observations, thresholds, clip);
    let over = "model with outputs for which some, not all mutations are advised";
    let label = "share of outputs whose best mutation the guidelines advise".to_owned();
    list.add("rules.agreement".to_owned(), label, Unit::Fraction, over, move |evidence| {
        means_by(lessons(evidence).agreement().into_iter().map(|(model, [hit, _])| (model, hit)))
    });
    let label = "the same minus the share of all mutations that they advise".to_owned();
    list.add("rules.advantage".to_owned(), label, Unit::One, over, move |evidence| {
        means_by(lessons(evidence).agreement().into_iter().map(|(model, [hit, chance])| (model, hit - chance)))
    });
    let label = "improvement chosen by rules learned from other models minus that of the guidelines: below 0, the \
                 learned rules are better"
        .to_owned();
    let over = "model left out of the learning";
    list.add("rules.learned_gain".to_owned(), label, Unit::One, over, move |evidence| {
        means_by(lessons(evidence).learned_gain())
    });
}
