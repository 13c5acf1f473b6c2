//! What diagnoses tell: their rank correlation with improvements.

use std::collections::BTreeSet;

use super::family::{Variant, variants};
use super::observations::{Objective, Observation};
use super::result_set::ResultSet;
use crate::operator::edit::{Form, Operator};
use renas_stats::correlation::spearman;

/// Fewest models that a rank correlation is computed of, one being left out.
const FEWEST_FOR_CORRELATION: usize = 5;

/// Correlations of all diagnoses.
type Correlations = [f64; DIAGNOSES.len()];

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

/// The changed models of one form whose output has all diagnoses.
fn complete(results: &ResultSet, (operator, form): Variant, objective: Objective) -> Vec<&Observation> {
    let is_it = |one: &&Observation| one.operator() == operator && one.form == form && one.objective == objective;
    let is_complete = |one: &&Observation| DIAGNOSES.iter().all(|(_, read)| read(one).is_some());
    results.observations.iter().filter(is_it).filter(is_complete).collect()
}

fn models_of(kept: &[&Observation]) -> BTreeSet<usize> {
    kept.iter().map(|one| one.model).collect()
}

fn of_kept(kept: &[&Observation]) -> Option<Correlations> {
    let improvements: Vec<f64> = kept.iter().map(|one| one.improvement).collect();
    let mut found = [0.0; DIAGNOSES.len()];
    for (correlation, (_, read)) in found.iter_mut().zip(DIAGNOSES) {
        let known: Vec<f64> = kept.iter().filter_map(|one| read(one)).collect();
        *correlation = spearman(&known, &improvements).ok().filter(|value| value.is_finite())?;
    }
    Some(found)
}

/// Spearman's correlation of each diagnosis with the improvement, for one operator form and output; none where too few
/// models have all diagnoses, or one of them never varies.
pub fn correlations(results: &ResultSet, operator: Operator, form: Form, objective: Objective) -> Option<Correlations> {
    let kept = complete(results, (operator, form), objective);
    if models_of(&kept).len() < FEWEST_FOR_CORRELATION { None } else { of_kept(&kept) }
}

/// The mean size of the correlations of each diagnosis over operator forms and outputs, as one value per model: the
/// jackknife's pseudo-values, n times the mean size of all n models less n - 1 times that without the model. All forms and
/// outputs rest on the same models, so that they are no sample.
///
/// Tukey 1958; Miller 1974, <https://doi.org/10.1093/biomet/61.1.1>.
pub(super) fn strengths(results: &ResultSet) -> Option<Vec<(usize, Correlations)>> {
    let all = variants().into_iter().flat_map(|variant| Objective::ALL.map(|objective| (variant, objective)));
    let groups: Vec<Vec<&Observation>> = all
        .filter(|((operator, form), objective)| correlations(results, *operator, *form, *objective).is_some())
        .map(|(variant, objective)| complete(results, variant, objective))
        .collect();
    let models: BTreeSet<usize> = groups.iter().flat_map(|group| models_of(group)).collect();
    let mean_sizes = |left_out: Option<usize>| -> Correlations {
        let mut sums = [0.0; DIAGNOSES.len()];
        for group in &groups {
            let kept: Vec<&Observation> = group.iter().filter(|one| Some(one.model) != left_out).copied().collect();
            // Where a diagnosis is constant without that model, it tells nothing.
            let found = of_kept(&kept).unwrap_or_default();
            sums.iter_mut().zip(found).for_each(|(sum, one)| *sum += one.abs());
        }
        sums.map(|sum| sum / groups.len() as f64)
    };
    (!models.is_empty()).then(|| pseudo_values(&models, mean_sizes))
}

/// The jackknife's pseudo-values of statistics, of which one model may be left out.
fn pseudo_values<const N: usize>(
    models: &BTreeSet<usize>,
    statistics: impl Fn(Option<usize>) -> [f64; N],
) -> Vec<(usize, [f64; N])> {
    let (n, whole) = (models.len() as f64, statistics(None));
    let pseudo = |model: usize| {
        let without = statistics(Some(model));
        (model, std::array::from_fn(|at| n * whole[at] - (n - 1.0) * without[at]))
    };
    models.iter().map(|model| pseudo(*model)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use renas_stats::summary::mean;

    /// Pseudo-values of a mean are the values; those of the variance over n have the variance over n - 1 as their mean
    /// (NumPy 2.4.6, `var([1, 2, 4, 8], ddof=1)` = 9.583333333333334).
    #[test]
    fn pseudo_values_are_those_of_the_jackknife() {
        let values = [1.0, 2.0, 4.0, 8.0];
        let statistics = |left_out: Option<usize>| {
            let kept: Vec<f64> = (0..4).filter(|at| Some(*at) != left_out).map(|at| values[at]).collect();
            let middle = mean(&kept);
            [middle, mean(&kept.iter().map(|value| (value - middle) * (value - middle)).collect::<Vec<_>>())]
        };
        let found = pseudo_values(&(0..4).collect(), statistics);
        assert!(found.iter().all(|(model, [middle, _])| (middle - values[*model]).abs() < 1e-12));
        let variances: Vec<f64> = found.iter().map(|(_, [_, variance])| *variance).collect();
        assert!((mean(&variances) - 9.583_333_333_333_334).abs() < 1e-12, "{variances:?}");
    }
}
