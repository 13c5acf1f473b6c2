//! What declarations of the manifest may name: tables of observations, dimensions, and what a unit of replication is.
//!
//! A model of the operator study is a cluster: its outputs and places share all training. Searches from one start are a
//! pair, which is unit and cluster.

use std::collections::BTreeMap;

use super::climbing::{FIRST_PHASE, KEY_STEPS, NEAR_FIRST_PHASE};
use super::diagnoses::DIAGNOSES;
use super::observations::{Objective, PAIRED};
use crate::operator::edit::Operator;
use crate::plan::crossover_study;
use crate::policy::arm::Arm;
use crate::settings::{ArmSettings, Settings};
use renas_base::metric::Unit;
use renas_observe::frame::{Frame, Member};
use renas_observe::rows::Schema;
use renas_report::range::Range;

const MODEL: &str = "model";
const PAIR: &str = "pair";
/// What the accuracy of a classifier is counted over: of the data set of fewer ones.
const IMAGE: &str = "validation image";

/// What all pairs together have one number of.
const EXPERIMENT: &str = "experiment of all pairs";

/// The tables, in the order in which `rows` fills them. What is cut is cut to +-`clip`.
pub(super) fn tables(clip: f64) -> [Schema; 17] {
    let cut = Range { low: Some(-clip), high: Some(clip) };
    let size = Range { low: Some(0.0), high: Some(clip) };
    // Shares that are not shown in percent: 0 or 1 of each row.
    let chances = |table: Schema, names: &[&str]| {
        names.iter().fold(table, |table, name| table.number(name, Unit::One, Range::SHARE))
    };
    let difference = Range::CORRELATION;
    let outputs = Schema::new("outputs")
        .of_studies(["exploration/*"])
        .unit("output", "output of a changed model")
        .unit("model", MODEL)
        // The model again, where its means at two kinds of places are compared.
        .unit("both", "model with both at relevant sub-networks")
        .word("operator")
        .word("form")
        .word("objective")
        // By the slope of the regression's loss, and by the relevance of the changed sub-network to it.
        .word("slope_half")
        .word("relevance_half")
        .flag("reached")
        // An operator of section V-B.
        .flag("structural")
        // One of three operators, at a place where both of its forms were applied; the regression there, where reached.
        .flag("paired")
        .flag("shown")
        .number("improvement", Unit::One, cut)
        .number("against_control", Unit::One, cut)
        .number("control", Unit::One, cut)
        .number("magnitude", Unit::One, size)
        // The improvement, cut, for differences of which no range is promised.
        .number("change", Unit::One, Range::ANY)
        .number("gain_per_compute", Unit::One, Range::ANY)
        // What the paper draws, cut where it cuts: how many times as large the measure is after the change, the slope per million
        // steps, and relevance. The paper draws logarithms on plain axes; these are for logarithmic ones.
        .number("drawn_ratio", Unit::One, Range::NOT_NEGATIVE)
        .number("drawn_slope", Unit::One, Range::ANY)
        .number("drawn_relevance", Unit::One, Range::NOT_NEGATIVE);
    [
        // One row per output of a changed model.
        chances(outputs, &["unreached", "unmoved", "decline_share", "gain_share", "marginal"]),
        // G: one row per place where both forms of one of three operators were applied and output that one of them reaches.
        chances(
            Schema::new("differences")
                .of_studies(["exploration/*"])
                .unit("place", "output at a place")
                .unit("model", MODEL)
                .word("operator")
                .word("objective")
                .flag("close")
                .number("g", Unit::One, cut)
                // -1, 0 or 1: the side of 0 that G is on, and the side of the cuts.
                .number("side", Unit::One, difference)
                .number("extreme", Unit::One, difference),
            &["aggressive", "aggressive_extreme"],
        ),
        // One row per random model, before any change; how strongly diagnoses tell, as pseudo-values of the jackknife.
        chances(
            Schema::new("models")
                .of_studies(["exploration/*"])
                .unit("model", MODEL)
                .share("classification")
                .number("regression", Unit::One, Range::NOT_NEGATIVE)
                .number("sampling", Unit::One, Range::NOT_NEGATIVE)
                .count("parameters"),
            &["learned_nothing", "slope", "module", "input", "dependency", "relative"],
        ),
        // The median improvement of the regression, of models where it is shown, numbered in their order.
        Schema::new("medians").of_studies(["exploration/*"]).unit("model", MODEL).number(
            "improvement",
            Unit::One,
            Range::ANY,
        ),
        Schema::new("networks")
            .of_studies(["exploration/*"])
            .unit("network", "sub-network")
            .unit("model", MODEL)
            .share("irrelevant")
            .share("irrelevant_to_one"),
        // What the losses of models do, by some thresholds.
        chances(
            Schema::new("losses")
                .of_studies(["exploration/*"])
                .unit("output", "output of a model")
                .unit("model", MODEL)
                .word("thresholds"),
            &["stuck", "moderate", "steep"],
        ),
        // One row per crossover and output; hosts are numbered in their order.
        Schema::new("crossovers")
            .of_studies([crossover_study().id(), "exploration/*"])
            .unit("host", "model that a subgraph was given to")
            .unit("model", MODEL)
            .word("objective")
            .number("improvement", Unit::One, cut)
            .number("against_control", Unit::One, cut),
        // Guidelines, and rules learned from other models; models are numbered in their order.
        Schema::new("guidelines")
            .of_studies(["exploration/*"])
            .unit("advised", "model with outputs for which some, not all mutations are advised")
            .unit("model", MODEL)
            .share("agreement")
            .number("advantage", Unit::One, difference),
        Schema::new("lessons")
            .of_studies(["exploration/*"])
            .unit("left_out", "model left out of the learning")
            .unit("model", MODEL)
            .number("gain", Unit::One, Range::ANY),
        // One row per form of an operator: admissible places in a model, and models that were changed.
        Schema::new("places")
            .of_studies([crossover_study().id(), "exploration/*"])
            .word("operator")
            .word("form")
            .number("admissible", Unit::One, Range::NOT_NEGATIVE)
            .count("changed"),
        // Validation images that the classifier of a study's samples was asked about.
        Schema::new("judges").of_studies(["judge/*"]).identity("study").count("right").count("asked"),
        // One row per search; the gain is over random search when both have spent what the cheaper one has in all.
        ["accepted", "early_reducers", "late_reducers", "fallback", "stuck", "moderate", "steep"]
            .into_iter()
            .fold(
                Schema::new("searches")
                    .of_studies(["search/{arm}/*", "search/random/*"])
                    .identity("arm")
                    .unit("pair", PAIR),
                Schema::share,
            )
            .number("compute", Unit::One, Range::NOT_NEGATIVE)
            .number("equal_compute_gain", Unit::One, difference),
        // One row per search and step at which it is measured; points on fronts minus those of random search.
        Schema::new("steps")
            .of_studies(["search/{arm}/*", "search/random/*"])
            .identity("arm")
            .unit("pair", PAIR)
            .count("step")
            .share("hypervolume")
            .number("lead", Unit::One, Range::ANY)
            .number("top_quarter_lead", Unit::One, difference)
            .number("pooled_lead", Unit::One, Range::ANY),
        // One row per search and step, from the start on; points on the front of its pair, and of random search on it.
        Schema::new("courses")
            .of_studies(["search/{arm}/*", "search/random/*"])
            .identity("arm")
            .unit("pair", PAIR)
            .count("step")
            .share("hypervolume")
            .count("points")
            .count("random_points"),
        // Points on the front of all pairs together, by step.
        Schema::new("fronts")
            .of_studies(["search/{arm}/*", "search/random/*"])
            .identity("arm")
            .count("step")
            .count("points")
            .count("random_points"),
        // How often G lies in each of some bins between the cuts.
        Schema::new("histogram")
            .of_studies(["exploration/*"])
            .word("operator")
            .number("middle", Unit::One, cut)
            .count("count"),
        // What happened at all, over all pairs of an arm and random search together.
        Schema::new("experiments")
            .of_studies(["search/{arm}/*", "search/random/*"])
            .identity("arm")
            .unit("experiment", EXPERIMENT)
            .number("largest_lead", Unit::One, Range::ANY)
            .count("outliers")
            .count("random_outliers")
            .count("sole_dominator_steps"),
    ]
}

/// The frame of these settings.
pub fn frame(settings: &Settings) -> Frame {
    let (study, search) = (&settings.operator_study, &settings.search);
    let tables = tables(settings.analysis.clip).to_vec();
    let mut frame = Frame { tables, data: study.data.name.clone(), ..Frame::default() };
    frame.dimension("objective", Objective::ALL.map(Objective::name).map(Member::from));
    frame.dimension("paired", PAIRED.map(Operator::name).map(Member::from));
    frame.dimension("changed", PAIRED.into_iter().flat_map(variants));
    frame.dimension("variant", Operator::ALL.into_iter().flat_map(variants));
    frame.dimension("diagnosis", DIAGNOSES.map(|(name, _)| Member::from(name)));
    let judge = |name: &str, data: &str| Member::from(name).with("data", data);
    frame.dimension("judge", [judge("exploration", &study.data.name), judge("search", &search.data.name)]);
    let arms = || search.arms.iter();
    frame.dimension("arm", arms().map(arm));
    frame.dimension("guided", arms().filter(|one| one.name != Arm::Random).map(arm));
    frame.dimension("late", arms().filter(|one| one.steps > FIRST_PHASE).map(arm));
    let both = || arms().filter_map(|one| Some((one, steps_of_both(settings, one)?)));
    frame.dimension("rival", both().map(|(one, _)| arm(one)));
    let reaches = |last: usize| last >= *NEAR_FIRST_PHASE.start();
    frame.dimension("near_first_phase", both().filter(|(_, last)| reaches(*last)).map(|(one, _)| arm(one)));
    frame.dimension("moment", arms().flat_map(|one| moments(one, one.steps)));
    frame.dimension("rival_moment", both().flat_map(|(one, last)| moments(one, last)));
    let shown = |one: &ArmSettings| {
        let equal = steps_of_both(settings, one).map(|_| moment(one, "equal_compute", "equal compute"));
        moments(one, one.steps).chain(equal).collect::<Vec<_>>()
    };
    frame.dimension("shown_moment", arms().flat_map(shown));
    frame.constants = constants(settings);
    // Of the arm that has most, as random search has.
    let pairs = arms().map(|one| one.pairs).max().unwrap_or(0);
    let judged = study.data.validation.min(search.data.validation);
    let units = [(MODEL, study.models), (PAIR, pairs), (EXPERIMENT, 1), (IMAGE, judged)];
    frame.units = units.map(|(name, count)| (name.to_owned(), count)).into();
    frame
}

/// Every form of an operator.
fn variants(operator: Operator) -> impl Iterator<Item = Member> {
    operator.forms().iter().map(move |form| {
        let member = Member::from(format!("{operator}.{form}").as_str()).with("operator", operator.name());
        member.with("form", form.to_string()).with("words", format!("{form} {operator}"))
    })
}

fn arm(arm: &ArmSettings) -> Member {
    Member::from(arm.name.name()).with("pairs", arm.pairs.to_string()).with("steps", arm.steps.to_string())
}

/// The steps that an arm and random search both have; none where they are not compared.
pub(super) fn steps_of_both(settings: &Settings, arm: &ArmSettings) -> Option<usize> {
    let random = settings.arm(Arm::Random).filter(|_| arm.name != Arm::Random)?;
    Some(arm.steps.min(random.steps))
}

/// The steps at which an arm is measured, up to a last one.
fn moments(arm: &ArmSettings, last: usize) -> impl Iterator<Item = Member> {
    let steps = KEY_STEPS.into_iter().filter(move |step| *step <= last);
    steps.map(|step| moment(arm, &format!("step{step}"), &format!("step {step}")).with("step", step.to_string()))
}

fn moment(arm: &ArmSettings, at: &str, words: &str) -> Member {
    let name = arm.name.name();
    Member::from(format!("{name}.{at}").as_str()).with("arm", name).with("at", at).with("words", words)
}

fn constants(settings: &Settings) -> BTreeMap<String, String> {
    let sampled = match settings.operator_study.components {
        Some(places) => format!("{places} of them, drawn at random, changed in each model"),
        None => "all of them changed in each model for the operators of section V-B, one for the others".to_owned(),
    };
    let constants = [
        ("models", settings.operator_study.models.to_string()),
        ("images", settings.sampling.images.to_string()),
        ("large", settings.analysis.large.to_string()),
        ("search_data", settings.search.data.name.clone()),
        ("sampled", sampled),
    ];
    constants.map(|(name, text)| (name.to_owned(), text)).into()
}
