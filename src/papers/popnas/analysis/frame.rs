//! What declarations of the manifest may name: tables of observations, dimensions, and what a unit of replication is.
//!
//! A search is the unit, by its seed; arms of one seed share their cells of one block, their images and initial weights,
//! and are compared seed by seed.

use std::collections::BTreeMap;

use super::{nnls, rivals};
use crate::ablation::pairs;
use crate::arm::{self, RANDOM};
use crate::operator::Operator;
use crate::plan::{SHOWN_SEED, clock_study};
use crate::regressor::RegressorKind;
use crate::settings::{ArmSettings, Settings};
use crate::space::Space;
use renas_base::metric::Unit;
use renas_observe::frame::{Frame, Member};
use renas_observe::rows::Schema;
use renas_report::range::Range;

/// What one sample is, and the cluster.
const SEED: &str = "search seed";

/// What is timed again and again.
const CELL: &str = "cell";

/// The regressor that steers a search, in table `errors`.
pub(super) const OWN: &str = "own";

/// The three operators together that the paper says its front prefers.
pub(super) const PREFERRED: &str = "dw3_avg3_max3";

/// The arms whose hypervolume is drawn over time. A table has every arm's.
pub(super) const COMPARED: [&str; 4] = ["pnas", "popnas", "popnas_static", RANDOM];

/// The tables, in the order in which `rows` fills them.
///
/// What derives from measured time is a time. Predictions of a front follow from predicted times: under a measured clock
/// nothing of such a search repeats, but only what is itself a time is evidence about time.
pub(super) fn tables() -> [Schema; 11] {
    [
        // One row per trained cell.
        Schema::new("cells")
            .of_studies(["search/{arm}/*"])
            .identity("arm")
            // The cells of one number of blocks: `pnas.b2`.
            .identity("stage")
            .unit("seed", SEED)
            // Its blocks, joined by `; `.
            .word("cell")
            // Of the largest stage of its search.
            .flag("last")
            // More accurate than chance and 2 points.
            .flag("learned")
            // Nothing but pooling, nothing but convolutions; some 1x7-7x1 convolution.
            .flag("pooling")
            .flag("convolution")
            .flag("conv1x7")
            .share("accuracy")
            .share("error")
            .time("seconds", Unit::Seconds, Range::NOT_NEGATIVE)
            // Seconds as a multiple of the manifest's `hypervolume_seconds`.
            .time("size", Unit::One, Range::NOT_NEGATIVE)
            .share("predicted_accuracy")
            // A linear prediction may be 0 or less.
            .time("predicted_seconds", Unit::Seconds, Range::ANY)
            .time("time_error", Unit::Fraction, Range::NOT_NEGATIVE)
            .time("time_bias", Unit::One, Range::ANY),
        // What regressors say of training times: one row per stage, regressor and cell of two blocks and more up to the stage.
        Schema::new("errors")
            .of_studies(["search/{arm}/*", "ablation/{arm}/*"])
            .identity("stage")
            .identity("regressor")
            .unit("seed", SEED)
            // The arm of the stage.
            .word("arm")
            // The cell is of the stage itself, and not of one before.
            .flag("proper")
            .time("predicted", Unit::Seconds, Range::ANY)
            .time("seconds", Unit::Seconds, Range::NOT_NEGATIVE)
            .time("error", Unit::Fraction, Range::NOT_NEGATIVE)
            .time("bias", Unit::One, Range::ANY),
        // What the predictors say of every candidate of a stage, in the one search of each arm that records it.
        Schema::new("candidates")
            .of_studies(["search/{arm}/*"])
            .identity("stage")
            .unit("seed", SEED)
            // Of the K of highest predicted accuracy, which PNAS would train.
            .flag("most_accurate")
            .time("predicted_seconds", Unit::Seconds, Range::ANY)
            .share("predicted_accuracy"),
        // The hypervolume of a search within some times, the same of all arms that are compared.
        Schema::new("in_time")
            .of_studies(["search/*"])
            .identity("arm")
            .unit("seed", SEED)
            .time("spent", Unit::Seconds, Range::NOT_NEGATIVE)
            .time("hypervolume", Unit::Fraction, Range::SHARE),
        // One row per stage of a search; candidates are recorded of one search of each arm.
        Schema::new("stages")
            .of_studies(["search/{arm}/*"])
            .identity("stage")
            .unit("seed", SEED)
            .share("learned_nothing")
            // Trained cells short of K.
            .count("missing")
            .time("time_variation", Unit::One, Range::NOT_NEGATIVE)
            .time("time_range", Unit::One, Range::NOT_NEGATIVE)
            .share("candidates_accuracy")
            .time("time_columns", Unit::One, Range::NOT_NEGATIVE)
            .number("chosen_minus_rest", Unit::Fraction, Range::CORRELATION),
        // The share of an operator among all slots of a stage's cells.
        Schema::new("shares")
            .of_studies(["search/{arm}/*"])
            .identity("stage")
            .identity("operator")
            .unit("seed", SEED)
            .share("share"),
        // The expected mean accuracy of the best cells among as many as the smallest of some stages has.
        Schema::new("tops")
            .of_studies(["search/{arm}/*"])
            .identity("stage")
            .identity("top")
            .identity("sizes")
            .unit("seed", SEED)
            .share("accuracy"),
        // One row per search.
        Schema::new("searches")
            .of_studies(["search/{arm}/*"])
            .identity("arm")
            .unit("seed", SEED)
            .number("pool", Unit::One, Range::NOT_NEGATIVE)
            .time("times_by_blocks", Unit::Fraction, Range::SHARE)
            // Of the network without cells.
            .time("empty_seconds", Unit::Seconds, Range::NOT_NEGATIVE),
        // One arm beside another of the same seed, at equal counts.
        Schema::new("rivals")
            .of_studies(["search/{arm}/*", "search/{other}/*"])
            .identity("arm")
            .identity("other")
            .unit("seed", SEED)
            .share("accuracy")
            .time("seconds", Unit::Seconds, Range::NOT_NEGATIVE)
            .time("largest_error", Unit::Fraction, Range::NOT_NEGATIVE)
            .time("smallest_error", Unit::Fraction, Range::NOT_NEGATIVE)
            .time("total_seconds", Unit::Seconds, Range::NOT_NEGATIVE)
            // The highest accuracy of the other minus its own, at as many trainings and in the same training time.
            .number("regret", Unit::Fraction, Range::CORRELATION)
            .time("regret_in_time", Unit::Fraction, Range::CORRELATION),
        // How far repeated timings of one training lie apart, and the median over cells.
        Schema::new("clock").of_studies([clock_study().id()]).unit("cell", CELL).time(
            "spread",
            Unit::Fraction,
            Range::NOT_NEGATIVE,
        ),
        Schema::new("clock_noise").of_studies([clock_study().id()]).time("median", Unit::Fraction, Range::NOT_NEGATIVE),
    ]
}

/// The frame of these settings.
pub fn frame(settings: &Settings) -> Frame {
    let mut frame = Frame { tables: tables().to_vec(), data: settings.data.name.clone(), ..Frame::default() };
    let arms = || settings.search.arms.iter();
    let named = |arm: &ArmSettings| Member::from(arm.name.as_str());
    let plain = |names: Vec<String>| names.into_iter().map(|name| Member::from(name.as_str()));
    let stages = |first: usize| arms().flat_map(move |arm| (first..=arm.blocks).map(move |blocks| stage(arm, blocks)));
    frame.dimension("arm", arms().map(named));
    frame.dimension("grown", arms().filter(|arm| arm.blocks > 1).map(named));
    frame.dimension("ablated", settings.ablated().map(named));
    frame.dimension("rival", rivals::of_random(settings).map(named));
    frame.dimension("stage", stages(1));
    frame.dimension("later", stages(2));
    let popnas = || arms().filter(|arm| arm.name.starts_with("popnas"));
    frame.dimension("timed", popnas().flat_map(|arm| (2..=arm.blocks).map(|blocks| stage(arm, blocks))));
    let grown = || popnas().filter(|arm| arm.blocks > 1);
    let second = grown().map(|arm| stage(arm, 2).with("figure", "5"));
    let last = grown().filter(|arm| arm.blocks > 2).map(|arm| stage(arm, arm.blocks).with("figure", "7"));
    frame.dimension("shown", second.chain(last));
    let compared = |name: &&str| *name != RANDOM && arms().any(|arm| arm.name == **name);
    frame.dimension("compared", COMPARED.into_iter().filter(compared).map(Member::from));
    let asked = settings.ablated().flat_map(|arm| (2..=arm.blocks).map(|blocks| stage(arm, blocks)));
    frame.dimension("asked", asked);
    frame.dimension("top", plain(tops(settings).map(|top| top.to_string()).collect()));
    frame.dimension("equal_top", equal_tops(settings).iter().map(EqualTop::member));
    frame.dimension("share", arms().flat_map(shares));
    let used = |arm: &ArmSettings| operators(arm).map(|operator| used(&arm.name, operator.name())).collect::<Vec<_>>();
    frame.dimension("used", arms().flat_map(used));
    frame.dimension("regressor", regressors());
    frame.dimension("nnls_fit", plain(nnls::names().collect()));
    for (name, pairs) in [
        ("best_pair", rivals::running(settings, &rivals::BEST, 1)),
        ("error_pair", rivals::running(settings, &rivals::ERRORS, 2)),
        ("time_pair", rivals::running(settings, &rivals::TIMES, 1)),
    ] {
        let member = |(arm, other): (&str, &str)| Member::from(arm).with("other", other);
        frame.dimension(name, pairs.into_iter().map(member));
    }
    let lost = 2..=rivals::blocks_of_both(settings, "popnas", "pnas").unwrap_or(1);
    frame.dimension("lost", plain(lost.map(|blocks| blocks.to_string()).collect()));
    frame.constants = BTreeMap::from([
        ("hypervolume_seconds".to_owned(), settings.search.hypervolume_seconds.to_string()),
        ("clock_repeats".to_owned(), settings.clock.repeats.to_string()),
        ("shown_seed".to_owned(), SHOWN_SEED.to_string()),
    ]);
    frame.units = BTreeMap::from([(SEED.to_owned(), settings.search.seeds), (CELL.to_owned(), settings.clock.cells)]);
    frame
}

/// The name of the cells of so many blocks.
pub(super) fn stage_name(arm: &str, blocks: usize) -> String {
    format!("{arm}.b{blocks}")
}

fn stage(arm: &ArmSettings, blocks: usize) -> Member {
    Member::from(stage_name(&arm.name, blocks).as_str())
        .with("arm", &arm.name)
        .with("blocks", blocks.to_string())
        .with("words", format!("cells of {blocks} blocks ({})", arm.name))
}

/// The operators of an arm, in the order of its variant.
pub(super) fn operators(arm: &ArmSettings) -> impl Iterator<Item = Operator> + use<> {
    arm::find(&arm.name).map(|found| Space::new(found.variant, 1).operators()).into_iter().flatten()
}

/// Every operator of every stage of an arm, and the three preferred ones together.
fn shares(arm: &ArmSettings) -> Vec<Member> {
    let mut members = Vec::new();
    for blocks in 1..=arm.blocks {
        let alone = operators(arm).map(|one| (one.name(), format!("{one} among all operators")));
        for (operator, words) in alone.chain([(PREFERRED, "dw3, avg3 and max3 together".to_owned())]) {
            let stage = stage(arm, blocks);
            let name = format!("{}.{operator}", stage.name);
            let words = format!("{words}, {}", stage.attributes["words"]);
            members.push(
                Member::from(name.as_str()).with("stage", stage.name).with("operator", operator).with("words", words),
            );
        }
    }
    members
}

fn used(arm: &str, operator: &str) -> Member {
    Member::from(format!("{arm}, {operator}").as_str()).with("arm", arm).with("operator", operator)
}

/// Every regressor that is judged on cells that an arm selected. NNLS is fitted anew, over folds of whole networks.
fn regressors() -> Vec<Member> {
    let judged = pairs().into_iter().filter(|(kind, _)| *kind != RegressorKind::Nnls);
    let names = judged.map(|(kind, features)| regressor_name(Some((kind, features)))).chain(nnls::names());
    let names = std::iter::once(regressor_name(None)).chain(names);
    let chosen =
        |name: &str| if name.starts_with("nnls.") { ", its fit chosen over folds of whole networks," } else { "" };
    names.map(|name| Member::from(name.as_str()).with("words", format!("{name}{}", chosen(&name)))).collect()
}

/// The name of a judged regressor in quantities.
pub(super) fn regressor_name(kind: Option<(RegressorKind, crate::ablation::FeatureSet)>) -> String {
    kind.map_or("block_sum".to_owned(), |(kind, features)| format!("{}.{}", kind.name(), features.name()))
}

/// The sizes of groups of best cells in Table 7 that the profile's stages can hold.
fn tops(settings: &Settings) -> impl Iterator<Item = usize> {
    let beam = settings.search.beam;
    [1, 5, 25].into_iter().filter(move |&count| count == 1 || beam >= count)
}

/// A row of Table 7 among as many cells of each of some sizes.
pub(super) struct EqualTop {
    pub(super) arm: String,
    pub(super) blocks: usize,
    pub(super) top: usize,
    pub(super) sizes: Vec<usize>,
}

/// Rows of Table 7 at equal counts: those of one block beside each other size, and sizes 2 to 4.
pub(super) fn equal_tops(settings: &Settings) -> Vec<EqualTop> {
    let mut found = Vec::new();
    for arm in &settings.search.arms {
        let with_first = (2..=arm.blocks).map(|blocks| vec![1, blocks]);
        let later = (arm.blocks >= 4).then(|| vec![2, 3, 4]);
        for sizes in with_first.chain(later) {
            for (&blocks, top) in sizes.iter().flat_map(|blocks| tops(settings).map(move |top| (blocks, top))) {
                found.push(EqualTop { arm: arm.name.clone(), blocks, top, sizes: sizes.clone() });
            }
        }
    }
    found
}

impl EqualTop {
    /// The sizes as names have them: `2_3_4`.
    pub(super) fn sizes(&self) -> String {
        self.sizes.iter().map(usize::to_string).collect::<Vec<_>>().join("_")
    }

    fn member(&self) -> Member {
        let (stage, sizes) = (stage_name(&self.arm, self.blocks), self.sizes());
        Member::from(format!("{stage}.{}.{sizes}", self.top).as_str())
            .with("arm", &self.arm)
            .with("stage", stage)
            .with("blocks", self.blocks.to_string())
            .with("top", self.top.to_string())
            .with("words", sizes.replace('_', ", "))
            .with("sizes", sizes)
    }
}
