//! The tests of section VII-A: do the forms of the five operators differ?
//!
//! As the paper did it, every place and output is an observation: Kruskal and Wallis over all, Dunn's test pair by pair
//! with Holm's correction. Those of one model are not independent, so that no claim rests on it. Here models are blocks:
//! Friedman's test of the means of models, and the paper's own statistic with forms exchanged within models.

use std::collections::BTreeMap;

use super::observations::{Observation, cut};
use super::result_set::ResultSet;
use crate::operator::edit::{Edit, Form, Operator};
use renas_base::seed::Seed;
use renas_stats::blocks::{friedman, permutation_p};
use renas_stats::correlation::ranks;
use renas_stats::dunn::{PairOfGroups, dunn};
use renas_stats::kruskal_wallis::{KruskalWallis, kruskal_wallis};
use renas_stats::multiple::holm;
use renas_stats::summary::{SampleError, mean};

/// Random exchanges, where there are more ways than that.
pub const EXCHANGES: usize = 9_999;

/// An operator in a form.
pub type Variant = (Operator, Form);

/// The pooled tests.
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

/// Whether a pair is of the two forms of adding a connection, which the paper excepts.
pub fn is_exception(pair: [Variant; 2]) -> bool {
    pair.iter().all(|(operator, _)| *operator == Operator::AddConnection)
}

impl Family {
    /// The tests of these observations; an error where a group is too small.
    pub fn of(observations: &[Observation]) -> Result<Self, SampleError> {
        let groups: Vec<(Variant, Vec<f64>)> = variants()
            .into_iter()
            .map(|variant| {
                let members = observations.iter().filter(|one| (one.operator(), one.form) == variant);
                (variant, members.map(|one| one.improvement).collect())
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

    /// The two forms that a pair compares.
    pub fn forms(&self, pair: &PairOfGroups) -> [Variant; 2] {
        pair.groups.map(|at| self.groups[at].0)
    }

    /// The adjusted p-value of the exception.
    pub fn exception_p(&self) -> Option<f64> {
        self.pairs.iter().find(|pair| is_exception(self.forms(pair))).map(|pair| pair.adjusted_p_value)
    }

    /// The largest adjusted p-value of all other pairs.
    pub fn largest_p(&self) -> Option<f64> {
        let others = self.pairs.iter().filter(|pair| !is_exception(self.forms(pair)));
        others.map(|pair| pair.adjusted_p_value).reduce(f64::max)
    }
}

/// Which outputs of a model a form is judged by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outputs {
    /// All: what a form does to the model. Those that it cannot reach add the control's improvement to every form alike.
    All,
    /// Those that the change reaches, by the improvement beyond the control's: which they are differs by form.
    Reached,
}

impl Outputs {
    /// Both readings.
    pub const BOTH: [Self; 2] = [Self::All, Self::Reached];

    /// The observations of the family that are meant, each with its value. An output that is not reached has the control's:
    /// from another order of sums it may differ by rounding, which ranks would take for an effect.
    fn values(self, results: &ResultSet) -> impl Iterator<Item = (&Observation, f64)> {
        let known = variants();
        let family = results.everything.iter().filter(move |one| known.contains(&(one.operator(), one.form)));
        family.filter_map(move |one| match (self, one.is_reached) {
            (Self::All, true) => Some((one, one.improvement)),
            (Self::All, false) => Some((one, one.control)),
            (Self::Reached, true) => Some((one, one.against_control())),
            (Self::Reached, false) => None,
        })
    }

    /// In the names of quantities.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::All => "",
            Self::Reached => "reached.",
        }
    }

    /// For people.
    pub fn words(self) -> &'static str {
        match self {
            Self::All => "mean improvement over all outputs of a model",
            Self::Reached => "mean improvement beyond the control's over the outputs that are reached",
        }
    }

    /// Of single observations, for people.
    pub fn values_in_words(self) -> &'static str {
        match self {
            Self::All => "improvements of all outputs",
            Self::Reached => "improvements beyond the control's of the outputs that are reached",
        }
    }
}

/// The mean of each model under each form, improvements being cut to +-`clip`.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelMeans(BTreeMap<usize, BTreeMap<Variant, f64>>);

/// A test of two forms on the models that have both.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PairWithin {
    /// The forms.
    pub forms: [Variant; 2],
    /// Models.
    pub n: usize,
    /// The share of exchanges with a mean difference at least as large.
    pub p: f64,
    /// The same after Holm's correction for all pairs.
    pub adjusted: f64,
}

impl ModelMeans {
    /// Of these results.
    pub fn of(results: &ResultSet, outputs: Outputs, clip: f64) -> Self {
        let mut values: BTreeMap<usize, BTreeMap<Variant, Vec<f64>>> = BTreeMap::new();
        for (one, value) in outputs.values(results) {
            let value = cut(value, clip);
            values.entry(one.model).or_default().entry((one.operator(), one.form)).or_default().push(value);
        }
        let means =
            |forms: BTreeMap<Variant, Vec<f64>>| forms.into_iter().map(|(form, all)| (form, mean(&all))).collect();
        Self(values.into_iter().map(|(model, forms)| (model, means(forms))).collect())
    }

    /// One row per model that has all of these forms.
    fn blocks(&self, forms: &[Variant]) -> Vec<Vec<f64>> {
        self.0.values().filter_map(|of| forms.iter().map(|form| of.get(form).copied()).collect()).collect()
    }

    /// The forms that every model has.
    fn common(&self) -> Vec<Variant> {
        variants().into_iter().filter(|form| self.0.values().all(|of| of.contains_key(form))).collect()
    }

    /// Friedman's p-value over the forms that every model has, and the number of models; none where it cannot be tested.
    pub fn friedman(&self) -> Option<(f64, usize)> {
        let blocks = self.blocks(&self.common());
        Some((friedman(&blocks).ok()?.p, blocks.len()))
    }

    /// The share of exchanges within models under which the means of these forms differ as much, and the number of models.
    /// Single large changes dominate it.
    pub fn exchanged(&self, seed: Seed) -> Option<(f64, usize)> {
        let blocks = self.blocks(&self.common());
        let p = permutation_p(&blocks, spread_of_sums, EXCHANGES, &mut seed.stream("all forms")).ok()?;
        Some((p, blocks.len()))
    }

    /// Every pair of forms; none where a pair cannot be tested.
    pub fn pairs(&self, seed: Seed) -> Option<Vec<PairWithin>> {
        let all = variants();
        let pairs = (0..all.len()).flat_map(|left| (left + 1..all.len()).map(move |right| [left, right]));
        let mut tested = Vec::new();
        for forms in pairs.map(|pair| pair.map(|at| all[at])) {
            let blocks = self.blocks(&forms);
            let purpose = forms.map(|(operator, form)| format!("{form} {operator}")).join(", ");
            let p = permutation_p(&blocks, spread_of_sums, EXCHANGES, &mut seed.stream(&purpose)).ok()?;
            tested.push(PairWithin { forms, n: blocks.len(), p, adjusted: p });
        }
        let adjusted = holm(&tested.iter().map(|pair| pair.p).collect::<Vec<_>>());
        tested.iter_mut().zip(adjusted).for_each(|(pair, adjusted)| pair.adjusted = adjusted);
        Some(tested)
    }
}

/// A changed model under the pooled ranks of all observations: its form by position, the sum of its outputs' ranks, and
/// their number.
type Ranked = (usize, f64, f64);

/// The share of exchanges of forms between the changed models of a model under which Kruskal and Wallis' statistic over all
/// observations is as large, and the number of models: the paper's statistic, its outputs of one model staying together.
pub fn exchanged_ranks(results: &ResultSet, outputs: Outputs, seed: Seed) -> Option<(f64, usize)> {
    let observations: Vec<(&Observation, f64)> = outputs.values(results).collect();
    if observations.is_empty() {
        return None;
    }
    let values: Vec<f64> = observations.iter().map(|(_, value)| *value).collect();
    let forms = variants();
    let mut changed: BTreeMap<usize, BTreeMap<(Edit, usize), [f64; 2]>> = BTreeMap::new();
    for ((one, _), rank) in observations.iter().zip(ranks(&values)) {
        let form = forms.iter().position(|form| *form == (one.operator(), one.form))?;
        let sums = changed.entry(one.model).or_default().entry((one.edit, form)).or_default();
        *sums = [sums[0] + rank, sums[1] + 1.0];
    }
    let flat =
        |of: BTreeMap<(Edit, usize), [f64; 2]>| of.into_iter().map(|((_, form), [sum, n])| (form, sum, n)).collect();
    let mut blocks: Vec<Vec<Ranked>> = changed.into_values().map(flat).collect();
    Some((exchange(&mut blocks, forms.len(), seed), blocks.len()))
}

/// The share of exchanges with as large a statistic; that of the blocks as they are counts as one of them.
fn exchange(blocks: &mut [Vec<Ranked>], forms: usize, seed: Seed) -> f64 {
    let found = sums_of_ranks(blocks, forms);
    let border = found - 1e-12 * found.abs();
    let mut stream = seed.stream("ranks");
    let mut large = 1_u32;
    for _ in 0..EXCHANGES {
        for block in blocks.iter_mut() {
            let mut labels: Vec<usize> = block.iter().map(|one| one.0).collect();
            stream.shuffle(&mut labels);
            block.iter_mut().zip(labels).for_each(|(one, label)| one.0 = label);
        }
        large += u32::from(sums_of_ranks(blocks, forms) >= border);
    }
    f64::from(large) / (EXCHANGES + 1) as f64
}

/// Kruskal and Wallis' H but for what no exchange alters.
fn sums_of_ranks(blocks: &[Vec<Ranked>], forms: usize) -> f64 {
    let mut sums = vec![[0.0, 0.0]; forms];
    for (form, sum, n) in blocks.iter().flatten() {
        sums[*form] = [sums[*form][0] + sum, sums[*form][1] + n];
    }
    sums.iter().filter(|[_, n]| *n > 0.0).map(|[sum, n]| sum * sum / n).sum()
}

/// How much the sums of the columns differ. Their total never changes: that of squares is as good as a variance.
fn spread_of_sums(blocks: &[Vec<f64>]) -> f64 {
    let columns = 0..blocks[0].len();
    columns.map(|column| blocks.iter().map(|row| row[column]).sum::<f64>()).map(|sum| sum * sum).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn means(rows: &[[f64; 8]]) -> ModelMeans {
        let row = |row: &[f64; 8]| variants().into_iter().zip(row.iter().copied()).collect();
        ModelMeans(rows.iter().map(row).enumerate().collect())
    }

    /// Models that differ by far more than the forms do: within models the forms stand in one order, pooled they do not.
    #[test]
    fn models_are_blocks() {
        let rows: Vec<[f64; 8]> =
            (0..6).map(|model| std::array::from_fn(|form| 10.0 * f64::from(model) + form as f64)).collect();
        let means = means(&rows);
        let (p, n) = means.friedman().expect("six models");
        // SciPy 1.17.1, `friedmanchisquare` of the columns: statistic 42, p = 5.199964130736562e-07.
        assert!((p - 5.199964130736562e-7).abs() < 1e-18 && n == 6, "{p}");
        let (p, _) = means.exchanged(Seed::from_number(1)).expect("six models");
        assert!((p - 1e-4).abs() < 1e-12, "the least that 9,999 exchanges can say: {p}");
        // Of 2^6 exchanges of two forms two leave the difference as large: all or none.
        let pairs = means.pairs(Seed::from_number(1)).expect("six models");
        assert!(pairs.len() == 28 && pairs.iter().all(|pair| pair.p == 2.0 / 64.0 && pair.adjusted > 0.05));
    }

    #[test]
    fn a_model_without_some_form_is_no_block_of_all_and_one_of_the_pairs_that_it_has() {
        let mut means = means(&[[0.0; 8], [1.0; 8], [2.0; 8]]);
        means.0.get_mut(&2).expect("three models").remove(&(Operator::DeleteNetwork, Form::Aggressive));
        assert_eq!((means.blocks(&variants()).len(), means.common().len()), (2, 7));
        let both = [(Operator::AddConnection, Form::Aggressive), (Operator::AddConnection, Form::Gentle)];
        assert_eq!(means.blocks(&both).len(), 3);
        assert!(is_exception(both));
    }

    /// Two models, each with two changed models of two outputs: ranks 1, 2 and 3, 4; 5, 6 and 7, 8. Of the four exchanges two
    /// are as extreme: forms as they are, and both turned. SciPy 1.17.1: `kruskal([1, 2, 5, 6], [3, 4, 7, 8])` has H = 4/3.
    #[test]
    fn ranks_of_the_outputs_of_a_changed_model_move_together() {
        let mut blocks = vec![vec![(0, 3.0, 2.0), (1, 7.0, 2.0)], vec![(0, 11.0, 2.0), (1, 15.0, 2.0)]];
        let h = 12.0 / (8.0 * 9.0) * sums_of_ranks(&blocks, 2) - 3.0 * 9.0;
        assert!((h - 4.0 / 3.0).abs() < 1e-12, "{h}");
        let p = exchange(&mut blocks, 2, Seed::from_number(1));
        assert!((p - 0.5).abs() < 0.03, "{p}");
    }
}
