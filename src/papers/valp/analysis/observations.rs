//! What the study of operators observed: one improvement per changed model and output, with what was known before.

use std::collections::BTreeMap;

use anyhow::Result;

use crate::model::component::{Id, OutputKind};
use crate::model::generate::generate;
use crate::model::graph::Valp;
use crate::operator::edit::{Edit, Form, Operator};
use crate::operator::reach::reached_outputs;
use crate::plan::operator_study_inputs;
use crate::settings::Settings;
use crate::study::operator_study::{Mutation, OperatorStudyInputs, OperatorStudyRecord};
use crate::study::training_protocol::Objectives;
use renas_stats::correlation::ranks;
use renas_stats::summary::median;

/// Smallest loss or distance that a logarithm is taken of.
const SMALLEST: f64 = 1e-12;

/// The operators that have both forms in section V-B.
pub const PAIRED: [Operator; 3] = [Operator::AddConnection, Operator::InsertNetwork, Operator::CloneNetwork];

/// What a model is judged by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Objective {
    /// Error of the classes.
    Classification,
    /// Squared error of the histogram.
    Regression,
    /// Distance of generated images.
    Sampling,
}

impl Objective {
    /// All, in the order of outputs.
    pub const ALL: [Self; 3] = [Self::Classification, Self::Regression, Self::Sampling];

    /// The name in quantities.
    pub fn name(self) -> &'static str {
        match self {
            Self::Classification => "classification",
            Self::Regression => "regression",
            Self::Sampling => "sampling",
        }
    }

    fn kind(self) -> OutputKind {
        match self {
            Self::Classification => OutputKind::Discrete,
            Self::Regression => OutputKind::Values,
            Self::Sampling => OutputKind::Samples,
        }
    }

    /// The value of it.
    pub fn of(self, objectives: &Objectives) -> f64 {
        match self {
            Self::Classification => objectives.error,
            Self::Regression => objectives.squared_error,
            Self::Sampling => objectives.distance,
        }
    }

    /// ln(after / before): below 0 is better. Errors count as at least `floor`.
    pub fn improvement(self, before: &Objectives, after: &Objectives, floor: f64) -> f64 {
        let floor = match self {
            Self::Classification => floor,
            Self::Regression | Self::Sampling => SMALLEST,
        };
        libm::log(self.of(after).max(floor) / self.of(before).max(floor))
    }
}

/// What is known of a mutation before it is made; absent where it was not measured.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Known {
    /// Slope of the output's loss.
    pub slope: Option<f64>,
    /// Factor by which the output suffers when the changed sub-network is disturbed; 1 where it does not depend on it.
    pub module: Option<f64>,
    /// The same, mean over bands of features.
    pub input: Option<f64>,
    /// Share of the output's variance that the changed sub-network's value explains linearly.
    pub dependency: Option<f64>,
    /// Rank of the model among all in this objective, 1 the best.
    pub relative: Option<f64>,
}

/// The improvement of one objective by one mutation of one model.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Observation {
    /// The model.
    pub model: usize,
    /// What was done, where.
    pub edit: Edit,
    /// Its form.
    pub form: Form,
    /// Whether every form of the operator was applied there.
    pub is_paired: bool,
    /// Whether the change could reach the output at all, be it through joint training.
    pub is_reached: bool,
    /// Of what.
    pub objective: Objective,
    /// ln(after / before), not cut.
    pub improvement: f64,
    /// The same of the control.
    pub control: f64,
    /// Multiply-adds of the further training.
    pub multiply_adds: f64,
    /// What was known before.
    pub known: Known,
}

impl Observation {
    /// The operator.
    pub fn operator(&self) -> Operator {
        self.edit.operator()
    }

    /// The improvement beyond that of the same further training without a change.
    pub fn against_control(&self) -> f64 {
        self.improvement - self.control
    }

    /// Whether it is of Figures 6 and 7: the regression, where the change reaches it, at a place where both forms of one of
    /// three operators were applied.
    pub fn is_shown(&self) -> bool {
        let is_paired = self.is_paired && PAIRED.contains(&self.operator());
        self.is_reached && is_paired && self.objective == Objective::Regression
    }
}

/// Half of the observations of one objective.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Half {
    /// Models whose loss falls faster than that of the median model.
    Steep,
    /// All others.
    Flat,
    /// Changed sub-networks more relevant than the median one.
    Relevant,
    /// All others.
    Irrelevant,
}

impl Half {
    /// The name in quantities.
    pub fn name(self) -> &'static str {
        match self {
            Self::Steep => "steep",
            Self::Flat => "flat",
            Self::Relevant => "relevant",
            Self::Irrelevant => "irrelevant",
        }
    }
}

/// Medians that halve the observations of the regression at places where both forms of an operator were applied.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Medians {
    slope: Option<f64>,
    module: Option<f64>,
}

impl Medians {
    /// Of these observations.
    pub fn of(observations: &[Observation]) -> Self {
        let regression = observations.iter().filter(|one| one.is_paired && one.objective == Objective::Regression);
        let by_model: BTreeMap<usize, f64> =
            regression.clone().filter_map(|one| Some((one.model, one.known.slope?))).collect();
        let slopes: Vec<f64> = by_model.into_values().collect();
        // Each place once, not once per form.
        let aggressive = regression.filter(|one| one.form == Form::Aggressive);
        let modules: Vec<f64> = aggressive.filter_map(|one| one.known.module).collect();
        let middle = |values: &[f64]| (!values.is_empty()).then(|| median(values));
        Self { slope: middle(&slopes), module: middle(&modules) }
    }

    /// Whether an observation belongs to a half; to none where what decides was not measured.
    pub fn is_in(&self, half: Half, one: &Observation) -> bool {
        let compare = |value: Option<f64>, middle: Option<f64>| Some(value?.total_cmp(&middle?));
        match half {
            Half::Steep => compare(one.known.slope, self.slope).is_some_and(|order| order.is_lt()),
            Half::Flat => compare(one.known.slope, self.slope).is_some_and(|order| order.is_ge()),
            Half::Relevant => compare(one.known.module, self.module).is_some_and(|order| order.is_gt()),
            Half::Irrelevant => compare(one.known.module, self.module).is_some_and(|order| order.is_le()),
        }
    }
}

/// All observations, model by model, in the order of mutations; those that the change cannot reach among them.
pub fn observe(settings: &Settings, models: &[OperatorStudyRecord]) -> Result<Vec<Observation>> {
    // What was random about the models is drawn again: their graphs are in no record.
    let graph = |index: usize| {
        let OperatorStudyInputs { protocol, networks, seed, .. } = operator_study_inputs(settings, index);
        generate(&protocol.space, networks, &mut seed.stream("model"))
    };
    let graphs: Vec<Valp> = (0..models.len()).map(graph).collect::<Result<_, _>>()?;
    let floor = settings.floor(&settings.operator_study.data);
    let space = settings.space(&settings.operator_study.data);
    let mut observations = Vec::new();
    for objective in Objective::ALL {
        let Some(output) = space.outputs.iter().find(|output| output.kind == objective.kind()) else { continue };
        let standing = ranks(&models.iter().map(|model| objective.of(&model.before.objectives)).collect::<Vec<_>>());
        for (index, model) in models.iter().enumerate() {
            let Some(control) = &model.control else { continue };
            let improvement = |after: &Objectives| objective.improvement(&model.before.objectives, after, floor);
            // A training that diverges is a failure of the whole model.
            let is_reached = |mutation: &Mutation, output: Id| {
                let fails = control.diverged || mutation.after.diverged;
                fails || reached_outputs(&graphs[index], &mutation.edit).contains(&output)
            };
            observations.extend(model.mutations.iter().map(|mutation| Observation {
                model: index,
                edit: mutation.edit,
                form: mutation.form,
                is_paired: mutation.is_paired,
                is_reached: is_reached(mutation, output.id),
                objective,
                improvement: improvement(&mutation.after.objectives),
                control: improvement(&control.objectives),
                multiply_adds: mutation.after.multiply_adds,
                known: known(model, mutation, output.id, standing[index]),
            }));
        }
    }
    Ok(observations)
}

fn known(model: &OperatorStudyRecord, mutation: &Mutation, output: Id, rank: f64) -> Known {
    let slope = model.before.slopes.get(&output).copied();
    let Some(diagnostics) = &model.diagnostics else { return Known { slope, ..Known::default() } };
    let bands: Vec<f64> = diagnostics.bands.iter().filter_map(|band| band.get(&output).copied()).collect();
    let of_touched = |table: &BTreeMap<Id, BTreeMap<Id, f64>>| {
        mutation.touched.and_then(|network| table.get(&network)).map(|outputs| outputs.get(&output).copied())
    };
    Known {
        slope,
        module: of_touched(&diagnostics.modules).map(|relevance| relevance.unwrap_or(1.0)),
        input: (!bands.is_empty()).then(|| bands.iter().sum::<f64>() / bands.len() as f64),
        dependency: of_touched(&diagnostics.dependency).flatten(),
        relative: Some(rank),
    }
}

/// G of every place where both forms of one of the three operators were applied, of outputs that one of them reaches: by model, place and
/// objective, the improvement of the aggressive form minus that of the gentle one.
pub fn differences(everything: &[Observation]) -> Vec<(Observation, f64)> {
    let is_of_three = |one: &&Observation| one.is_paired && PAIRED.contains(&one.operator());
    let of = |form: Form| everything.iter().filter(is_of_three).filter(move |one| one.form == form);
    let gentle: BTreeMap<(usize, Edit, Objective), &Observation> =
        of(Form::Gentle).map(|one| ((one.model, one.edit, one.objective), one)).collect();
    let difference = |one: &Observation| {
        let gentle = gentle.get(&(one.model, one.edit, one.objective))?;
        (one.is_reached || gentle.is_reached).then_some((*one, one.improvement - gentle.improvement))
    };
    of(Form::Aggressive).filter_map(difference).collect()
}

/// A value cut to `-clip..=clip`.
pub fn cut(value: f64, clip: f64) -> f64 {
    value.clamp(-clip, clip)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ln(0.1 / 0.2), and an error of 0 that counts as half a sample of 100.
    #[test]
    fn an_improvement_is_a_logarithm_of_a_ratio_with_a_floor_for_zero_errors() {
        let of = |error: f64| Objectives { error, squared_error: error, distance: error };
        let improvement = |objective: Objective, before, after| objective.improvement(&of(before), &of(after), 0.005);
        assert!((improvement(Objective::Regression, 0.2, 0.1) - libm::log(0.5)).abs() < 1e-15);
        assert!((improvement(Objective::Classification, 0.2, 0.0) - libm::log(0.005 / 0.2)).abs() < 1e-15);
        assert!(improvement(Objective::Sampling, 1.0, 1e6) > 13.0);
        assert_eq!((cut(13.0, 1.0), cut(-0.5, 1.0)), (1.0, -0.5));
    }

    /// What the audit of the pooled tests found: an output that no form reaches is no draw, it is no observation.
    #[test]
    fn g_is_of_outputs_that_a_form_reaches_by_the_three_operators() {
        let edit = |network: u32| Edit::CloneNetwork { network: Id::Network(network) };
        let one = |edit: Edit, form: Form, is_reached: bool, improvement: f64| Observation {
            model: 0,
            edit,
            form,
            is_paired: true,
            is_reached,
            objective: Objective::Regression,
            improvement,
            control: 0.0,
            multiply_adds: 1.0,
            known: Known::default(),
        };
        let extra = Edit::AddLayer { network: Id::Network(1), after: 1 };
        let everything = [
            one(edit(1), Form::Aggressive, true, 0.3),
            one(edit(1), Form::Gentle, true, 0.1),
            one(edit(2), Form::Aggressive, false, 0.0),
            one(edit(2), Form::Gentle, false, 0.0),
            one(extra, Form::Aggressive, true, 0.5),
            one(extra, Form::Gentle, true, 0.1),
        ];
        let found: Vec<f64> = differences(&everything).into_iter().map(|(_, g)| g).collect();
        assert_eq!(found.len(), 1);
        assert!((found[0] - 0.2).abs() < 1e-12);
    }
}
