//! The arms: which reading of the method, how the next cells are chosen, and with what time regressor.

use serde::{Deserialize, Serialize};

use super::regressor::RegressorKind;
use super::variant::Variant;
use renas_search::progressive_front::FrontRule;

/// One way to search.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arm {
    /// The reading.
    pub variant: Variant,
    /// How the cells of the next stage are chosen among the candidates.
    pub choice: Choice,
    /// What predicts training times.
    pub regressor: RegressorKind,
    /// Whether operators are re-indexed by the times of their one-block cells, or by the paper's fixed order.
    pub dynamic: bool,
    /// L, the limit on predicted training time, as a quantile of the times of stage 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<f64>,
}

/// How the cells of the next stage are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// The K of highest predicted accuracy: PNAS.
    Accuracy,
    /// The front of predicted accuracy and time, at most K: POPNAS.
    Front(FrontRule),
    /// K drawn uniformly.
    Random,
}

/// Name of the arm that searches at random, without predictors.
pub const RANDOM: &str = "random";

/// All arms by name, in the order of tables.
pub const ARMS: [(&str, Arm); 10] = [
    ("pnas", paper(Choice::Accuracy)),
    ("popnas_static", Arm { dynamic: false, ..paper(Choice::Front(FrontRule::Strict)) }),
    ("popnas", paper(Choice::Front(FrontRule::Strict))),
    ("popnas_nonstrict", paper(Choice::Front(FrontRule::NonStrict))),
    ("popnas_limit", Arm { limit: Some(0.75), ..paper(Choice::Front(FrontRule::Strict)) }),
    ("pnas_reference", reference(Choice::Accuracy)),
    ("popnas_reference", reference(Choice::Front(FrontRule::NonStrict))),
    ("pnas_corrected", Arm { variant: Variant::Corrected, ..paper(Choice::Accuracy) }),
    ("popnas_corrected", Arm { variant: Variant::Corrected, ..paper(Choice::Front(FrontRule::Strict)) }),
    (RANDOM, paper(Choice::Random)),
];

const fn paper(choice: Choice) -> Arm {
    Arm { variant: Variant::Paper, choice, regressor: RegressorKind::Nnls, dynamic: true, limit: None }
}

const fn reference(choice: Choice) -> Arm {
    Arm { variant: Variant::Reference, choice, regressor: RegressorKind::Lasso, dynamic: true, limit: None }
}

/// The arm of that name.
pub fn find(name: &str) -> Option<Arm> {
    ARMS.iter().find(|(known, _)| *known == name).map(|(_, arm)| *arm)
}

/// Names of all arms.
pub fn names() -> [&'static str; ARMS.len()] {
    ARMS.map(|(name, _)| name)
}
