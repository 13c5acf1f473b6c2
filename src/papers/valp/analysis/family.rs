//! The tests of section VII-A: do the forms of the five operators differ? Kruskal and Wallis over all, Dunn's test pair
//! by pair with Holm's correction.

use std::collections::BTreeMap;

use super::observations::Observation;
use crate::operator::edit::{Form, Operator};
use renas_stats::dunn::{PairOfGroups, dunn};
use renas_stats::kruskal_wallis::{KruskalWallis, kruskal_wallis};
use renas_stats::summary::{SampleError, mean};

/// What one observation of a test is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grain {
    /// Every place and output, as the paper seems to take them; those of one model are not independent.
    Pooled,
    /// The mean of each model.
    PerModel,
}

/// An operator in a form.
pub type Variant = (Operator, Form);

/// The tests of one grain.
#[derive(Clone, Debug, PartialEq)]
pub struct Family {
    /// The groups, in the order of operators, each with its sample.
    pub groups: Vec<(Variant, Vec<f64>)>,
    /// Over all groups.
    pub overall: KruskalWallis,
    /// Of all pairs of groups, by position.
    pub pairs: Vec<PairOfGroups>,
}

/// The forms of the operators of section V-B.
pub fn variants() -> Vec<Variant> {
    let forms = |operator: Operator| operator.forms().iter().map(move |form| (operator, *form));
    Operator::STRUCTURAL.into_iter().flat_map(forms).collect()
}

impl Family {
    /// The tests of these observations; an error where a group is too small.
    pub fn of(observations: &[Observation], grain: Grain) -> Result<Self, SampleError> {
        let groups: Vec<(Variant, Vec<f64>)> = variants()
            .into_iter()
            .map(|variant| {
                let members = observations.iter().filter(|one| (one.operator(), one.form) == variant);
                let sample = match grain {
                    Grain::Pooled => members.map(|one| one.improvement).collect(),
                    Grain::PerModel => {
                        let mut by_model: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
                        members.for_each(|one| by_model.entry(one.model).or_default().push(one.improvement));
                        by_model.into_values().map(|values| mean(&values)).collect()
                    }
                };
                (variant, sample)
            })
            .filter(|(_, sample): &(Variant, Vec<f64>)| !sample.is_empty())
            .collect();
        let samples: Vec<&[f64]> = groups.iter().map(|(_, sample)| sample.as_slice()).collect();
        let (overall, pairs) = (kruskal_wallis(&samples)?, dunn(&samples)?);
        Ok(Self { groups, overall, pairs })
    }

    /// Observations in all groups.
    pub fn n(&self) -> usize {
        self.groups.iter().map(|(_, sample)| sample.len()).sum()
    }

    /// Whether a pair is of the two forms of adding a connection, which the paper excepts.
    pub fn is_exception(&self, pair: &PairOfGroups) -> bool {
        pair.groups.iter().all(|at| self.groups[*at].0.0 == Operator::AddConnection)
    }

    /// The adjusted p-value of the exception.
    pub fn exception_p(&self) -> Option<f64> {
        self.pairs.iter().find(|pair| self.is_exception(pair)).map(|pair| pair.adjusted_p_value)
    }

    /// The largest adjusted p-value of all other pairs.
    pub fn largest_p(&self) -> Option<f64> {
        let others = self.pairs.iter().filter(|pair| !self.is_exception(pair));
        others.map(|pair| pair.adjusted_p_value).reduce(f64::max)
    }
}
