//! Entries of the catalogue of quantities, and how those of the study of operators are built.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::observations::Observation;
use super::result_set::ResultSet;
use renas_base::metric::Unit;
use renas_report::catalogue::{self, clustered};
use renas_report::findings::Measured;
use renas_report::range::Range;
use renas_stats::summary::mean;

/// One entry of the catalogue.
pub(super) type Entry = catalogue::Entry<ResultSet>;

/// What one number is, and what it can be.
pub(super) type Kind = (Unit, Range);

/// A share of something.
pub(super) const SHARE: Kind = (Unit::One, Range::SHARE);

/// A difference of two shares, or a correlation.
pub(super) const DIFFERENCE: Kind = (Unit::One, Range::CORRELATION);

/// Builds the quantities of the study of operators on one data set.
pub(super) struct OperatorQuantities {
    data: String,
    pub(super) clip: f64,
    entries: Vec<Entry>,
}

impl OperatorQuantities {
    /// None yet. Numbers are cut to +-`clip`.
    pub(super) fn new(data: String, clip: f64) -> Self {
        Self { data, clip, entries: Vec::new() }
    }

    /// All that were added.
    pub(super) fn entries(self) -> Vec<Entry> {
        self.entries
    }

    /// A quantity whose clusters are the models: their outputs and places share all training.
    pub(super) fn add(
        &mut self,
        name: impl AsRef<str>,
        label: impl Into<String>,
        (unit, range): Kind,
        over: impl Into<Cow<'static, str>>,
        read: impl Fn(&ResultSet) -> Option<Measured> + 'static,
    ) {
        self.entries.push(Entry {
            name: format!("exploration.{}", name.as_ref()),
            label: label.into(),
            unit,
            data: Some(self.data.clone()),
            cluster: "model".into(),
            over: over.into(),
            range,
            // Nothing here derives from measured time: compute is counted in multiply-adds.
            observed_time: false,
            studies: renas_report::catalogue::all_studies(),
            read: Box::new(read),
        });
    }

    /// A number cut to +-`clip`.
    pub(super) fn cut(&self) -> Kind {
        (Unit::One, Range { low: Some(-self.clip), high: Some(self.clip) })
    }

    /// The size of such a number.
    pub(super) fn size(&self) -> Kind {
        (Unit::One, Range { low: Some(0.0), high: Some(self.clip) })
    }

    /// `value` of the differences that `is` keeps.
    pub(super) fn of_differences(
        &mut self,
        name: impl AsRef<str>,
        label: &str,
        kind: Kind,
        is: impl Fn(&Observation, f64) -> bool + 'static,
        value: impl Fn(f64) -> f64 + 'static,
    ) {
        self.add(
            name,
            format!("{label}, outputs that the change reaches"),
            kind,
            "output at a place",
            move |results| {
                let kept = results.differences.iter().filter(|(one, g)| is(one, *g));
                clustered(kept.map(|(one, g)| (one.model, value(*g))))
            },
        );
    }

    /// `value` of the observations that `is` keeps.
    pub(super) fn of_observations(
        &mut self,
        name: impl AsRef<str>,
        label: impl Into<String>,
        kind: Kind,
        is: impl Fn(&ResultSet, &Observation) -> bool + 'static,
        value: impl Fn(&Observation) -> f64 + 'static,
    ) {
        let label = format!("{}, outputs that the change reaches", label.into());
        self.add(name, label, kind, "output of a changed model", move |results| {
            let kept = results.observations.iter().filter(|one| is(results, one));
            clustered(kept.map(|one| (one.model, value(one))))
        });
    }
}

/// Means by model, or by whatever the first number names, in its order; none of nothing.
pub(super) fn means_by(values: impl IntoIterator<Item = (usize, f64)>) -> Option<Measured> {
    let mut groups: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
    values.into_iter().for_each(|(group, value)| groups.entry(group).or_default().push(value));
    (!groups.is_empty()).then(|| Measured::Samples(groups.into_values().map(|values| mean(&values)).collect()))
}
