//! What a paper's analysis measures: one catalogue says the name of every quantity and how it is read from the evidence,
//! so that the names promised to the manifest's claims are those that are found.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::findings::{Measured, Quantity};
use renas_base::metric::Unit;

/// Reads a quantity from the evidence; none where the evidence has nothing of it.
pub type Read<E> = Box<dyn Fn(&E) -> Option<Measured>>;

/// One quantity, of evidence `E`.
pub struct Entry<E> {
    /// The dotted name.
    pub name: String,
    /// What it is, for people.
    pub label: String,
    /// Its unit.
    pub unit: Unit,
    /// The data set that it was measured on, where that is not the experiment's own.
    pub data: Option<String>,
    /// What one sample is.
    pub over: Cow<'static, str>,
    /// Whether it derives from measured time.
    pub observed_time: bool,
    /// How it is read.
    pub read: Read<E>,
}

/// The names of all entries, in ascending order.
pub fn names<E>(catalogue: Vec<Entry<E>>) -> Vec<String> {
    let mut names: Vec<String> = catalogue.into_iter().map(|entry| entry.name).collect();
    names.sort_unstable();
    names
}

/// All quantities that the evidence holds, `own_data` being the experiment's own data set. One that nothing was observed of is
/// absent.
pub fn measure<E>(catalogue: Vec<Entry<E>>, own_data: &str, evidence: &E) -> BTreeMap<String, Quantity> {
    let quantity = |entry: Entry<E>| {
        let Entry { name, label, unit, data, over, observed_time, read } = entry;
        let (data, over) = (data.unwrap_or_else(|| own_data.to_owned()), over.into_owned());
        let measured = read(evidence)?;
        Some((name, Quantity { label, unit, data, over, measured, observed_time }))
    };
    catalogue.into_iter().filter_map(quantity).collect()
}

/// Samples, or nothing where there are none.
pub fn samples(values: impl IntoIterator<Item = f64>) -> Option<Measured> {
    let values: Vec<f64> = values.into_iter().collect();
    (!values.is_empty()).then_some(Measured::Samples(values))
}

/// A number of all `n` samples together that has no interval; `interval` says why.
pub fn exact(value: f64, n: usize, interval: &str) -> Measured {
    Measured::Estimate { value, low: value, high: value, n, interval: interval.to_owned() }
}

/// Why a count has no interval.
pub const OF_A_COUNT: &str = "a count, which has none";
