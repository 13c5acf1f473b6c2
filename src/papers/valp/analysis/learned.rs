//! Beyond the paper: the rules that the measured outcomes teach, and whether they are the guidelines.
//!
//! The state of an output before a mutation is what its loss does and whether the changed sub-network is relevant to it.
//! For every state the rule that is learned names the operator form with the lowest mean improvement.

use std::collections::{BTreeMap, BTreeSet};

use super::family::{Variant, variants};
use super::observations::{Objective, Observation, cut};
use crate::diagnosis::intervention::Reading;
use crate::diagnosis::sub_loss::{Thresholds, Trend};
use crate::operator::edit::{Form, Operator};
use renas_stats::summary::mean;

/// Fewest observations that a mean of the learned rules rests on.
const FEWEST: usize = 3;

/// What an output's loss does, and whether the changed sub-network is relevant to it.
pub type State = (Trend, bool);

/// Improvements by state and operator form.
pub type Outcomes = BTreeMap<State, BTreeMap<Variant, Vec<f64>>>;

/// By model and objective: what was done, in which state, and how much it improved.
type Cases = BTreeMap<(usize, Objective), Vec<(State, Variant, f64)>>;

/// The observations as rules see them.
#[derive(Clone, Debug)]
pub struct Lessons {
    /// One per observation of an operator of section V-B whose state is known: model, objective, state, operator form,
    /// improvement, cut.
    lessons: Vec<(usize, Objective, State, Variant, f64)>,
}

/// Whether section VII-B advises an operator form in a state, as the guided search of this project reads it.
pub fn is_advised((trend, is_relevant): State, variant: Variant) -> bool {
    let by_slope = match trend {
        Trend::Steep => (Operator::CloneNetwork, Form::Gentle),
        Trend::Moderate => (Operator::AddConnection, Form::Gentle),
        Trend::Stuck => (Operator::InsertNetwork, Form::Aggressive),
    };
    let by_irrelevance = [
        (Operator::DeleteConnection, Form::Aggressive),
        (Operator::DeleteNetwork, Form::Aggressive),
        (Operator::InsertNetwork, Form::Aggressive),
        (Operator::CloneNetwork, Form::Aggressive),
    ];
    variant == by_slope || !is_relevant && by_irrelevance.contains(&variant)
}

impl Lessons {
    /// Of all observations whose state is known.
    pub fn of(observations: &[Observation], thresholds: Thresholds, clip: f64) -> Self {
        let known: BTreeSet<Variant> = variants().into_iter().collect();
        let lesson = |one: &Observation| {
            let variant = (one.operator(), one.form);
            let state = (thresholds.trend(one.known.slope?), Reading::Inverted.is_relevant(one.known.module?));
            known.contains(&variant).then(|| (one.model, one.objective, state, variant, cut(one.improvement, clip)))
        };
        Self { lessons: observations.iter().filter_map(lesson).collect() }
    }

    /// Improvements by state and operator form, without those of one model.
    pub fn outcomes(&self, left_out: Option<usize>) -> Outcomes {
        let mut outcomes = Outcomes::new();
        for (_, _, state, variant, improvement) in self.lessons.iter().filter(|one| Some(one.0) != left_out) {
            outcomes.entry(*state).or_default().entry(*variant).or_default().push(*improvement);
        }
        outcomes
    }

    fn cases(&self) -> Cases {
        let mut cases: Cases = BTreeMap::new();
        for (model, objective, state, variant, improvement) in &self.lessons {
            cases.entry((*model, *objective)).or_default().push((*state, *variant, *improvement));
        }
        cases
    }

    /// By model: whether the best of what was done to an output was advised, and the share of all that was done which is
    /// advised, the chance of a blind guess; means over its outputs. Outputs where all or nothing was advised are left out.
    pub fn agreement(&self) -> BTreeMap<usize, [f64; 2]> {
        let mut found: BTreeMap<usize, Vec<[f64; 2]>> = BTreeMap::new();
        for ((model, _), case) in self.cases() {
            let advised: Vec<bool> = case.iter().map(|(state, variant, _)| is_advised(*state, *variant)).collect();
            let share = advised.iter().filter(|advised| **advised).count() as f64 / case.len() as f64;
            let best = (1..case.len()).fold(0, |best, at| if case[at].2 < case[best].2 { at } else { best });
            if share > 0.0 && share < 1.0 {
                found.entry(model).or_default().push([f64::from(advised[best]), share]);
            }
        }
        let means = |rows: Vec<[f64; 2]>| [0, 1].map(|at| mean(&rows.iter().map(|row| row[at]).collect::<Vec<_>>()));
        found.into_iter().map(|(model, rows)| (model, means(rows))).collect()
    }

    /// By model: the improvement that rules learned from the other models choose for its outputs, minus the mean of what
    /// the guidelines advise there; below 0 where the learned rules are better.
    pub fn learned_gain(&self) -> BTreeMap<usize, f64> {
        let mut found: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
        let mut others: BTreeMap<usize, Outcomes> = BTreeMap::new();
        for ((model, _), case) in self.cases() {
            let others = others.entry(model).or_insert_with(|| self.outcomes(Some(model)));
            let expected = |state: &State, variant: &Variant| {
                let values = others.get(state)?.get(variant)?;
                (values.len() >= FEWEST).then(|| mean(values))
            };
            let rated = case.iter().filter_map(|one| Some((expected(&one.0, &one.1)?, one.2)));
            let chosen = rated.reduce(|best, one| if one.0 < best.0 { one } else { best });
            let advised: Vec<f64> = case.iter().filter(|one| is_advised(one.0, one.1)).map(|one| one.2).collect();
            if let (Some((_, improvement)), false) = (chosen, advised.is_empty()) {
                found.entry(model).or_default().push(improvement - mean(&advised));
            }
        }
        found.into_iter().map(|(model, gains)| (model, mean(&gains))).collect()
    }
}

/// The operator form with the lowest mean in a state, of those with enough observations.
pub fn best(outcomes: &BTreeMap<Variant, Vec<f64>>) -> Option<(Variant, f64)> {
    let means = outcomes.iter().filter(|(_, values)| values.len() >= FEWEST);
    let means = means.map(|(variant, values)| (*variant, mean(values)));
    means.reduce(|best, one| if one.1 < best.1 { one } else { best })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::observations::Known;
    use crate::operator::edit::Edit;
    use crate::test_support::models::id;

    fn observation(model: usize, operator: Operator, form: Form, slope: f64, improvement: f64) -> Observation {
        let edit = if operator == Operator::CloneNetwork {
            Edit::CloneNetwork { network: id("n1") }
        } else {
            Edit::AddConnection { from: id("n1"), to: id("n2") }
        };
        Observation {
            model,
            edit,
            form,
            is_paired: true,
            is_reached: true,
            objective: Objective::Regression,
            improvement,
            control: 0.0,
            multiply_adds: 1.0,
            known: Known { slope: Some(slope), module: Some(2.0), ..Known::default() },
        }
    }

    /// Steep slopes: gentle clones are advised, and best for models 0 to 3; adding a connection gently is for model 4.
    fn lessons() -> Lessons {
        let mut observations = Vec::new();
        for model in 0..5 {
            let clone = if model == 4 { 0.1 } else { -0.5 };
            observations.push(observation(model, Operator::CloneNetwork, Form::Gentle, -1.0, clone));
            observations.push(observation(model, Operator::AddConnection, Form::Gentle, -1.0, -0.2));
        }
        Lessons::of(&observations, Thresholds::PAPER, 1.0)
    }

    #[test]
    fn the_guidelines_agree_where_the_best_outcome_was_advised() {
        let agreement = lessons().agreement();
        assert_eq!(agreement[&0], [1.0, 0.5]);
        assert_eq!(agreement[&4], [0.0, 0.5]);
    }

    #[test]
    fn rules_learned_from_other_models_are_judged_on_the_one_left_out() {
        let lessons = lessons();
        let outcomes = lessons.outcomes(None);
        let (variant, improvement) = best(&outcomes[&(Trend::Steep, true)]).expect("five observations each");
        assert_eq!(variant, (Operator::CloneNetwork, Form::Gentle));
        assert!((improvement + 0.38).abs() < 1e-12);
        // The learned rule and the guideline are the same: nothing is gained, and nothing lost.
        assert!(lessons.learned_gain().values().all(|gain| gain.abs() < 1e-12));
    }

    #[test]
    fn the_guidelines_are_those_of_section_vii_b() {
        let clone = |form| (Operator::CloneNetwork, form);
        assert!(is_advised((Trend::Steep, true), clone(Form::Gentle)));
        assert!(!is_advised((Trend::Moderate, true), clone(Form::Gentle)));
        assert!(is_advised((Trend::Moderate, false), clone(Form::Aggressive)));
        assert!(!is_advised((Trend::Stuck, true), (Operator::DeleteNetwork, Form::Aggressive)));
    }
}
