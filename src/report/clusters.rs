//! What a profile says of its clusters before it runs: what one more costs, and at how many of them claims are looked at.

use std::collections::BTreeMap;

use super::number;
use super::summary::LEVEL;
use renas_base::metric::Unit;

/// Costs and looks, by what a cluster is (`search seed`).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Clusters {
    /// CPU seconds of one more, where they are known.
    pub seconds: BTreeMap<String, f64>,
    /// The numbers of clusters at which claims are looked at, ascending; what was published before counts. None where there is one
    /// look alone.
    pub looks: BTreeMap<String, Vec<usize>>,
}

/// The looks that a claim is given.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Looks<'c> {
    at: &'c [usize],
    of: &'c str,
}

impl Clusters {
    /// The looks at what has these clusters: the most of them.
    pub(super) fn looks<'c>(&'c self, clusters: impl Iterator<Item = &'c str>) -> Option<Looks<'c>> {
        let planned = clusters.filter_map(|of| Some(Looks { at: self.looks.get(of)?, of }));
        planned.max_by_key(|looks| looks.at.len())
    }
}

impl Looks<'_> {
    /// The level of intervals: of `m` looks each errs in a share of 0.05 / m, so that all of them together err in 0.05 at most
    /// (Bonferroni's inequality, whatever the looks have in common).
    pub(super) fn level(looks: Option<Self>) -> f64 {
        looks.map_or(LEVEL, |looks| 1.0 - (1.0 - LEVEL) / looks.at.len() as f64)
    }

    /// Why a look at so many clusters was not planned.
    pub(super) fn unplanned(&self, n: usize) -> Option<String> {
        let last = *self.at.last()?;
        (n > last).then(|| format!("{n} clusters are more than the last planned look has, {last} (unit: {})", self.of))
    }

    /// What they mean, for people.
    pub(super) fn in_words(&self) -> String {
        let at: Vec<String> = self.at.iter().map(ToString::to_string).collect();
        format!(
            "{} looks are planned, at {} (unit: {}): intervals are of {}, so that all looks together err in 5\u{a0}% at most",
            at.len(),
            at.join(", "),
            self.of,
            percent(Self::level(Some(*self)))
        )
    }
}

/// A level in percent, with two decimals at most.
pub(super) fn percent(level: f64) -> String {
    format!("{}\u{a0}%", number::exact((level * 10_000.0).round() / 100.0, Unit::One))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_looks_share_the_five_percent_of_one() {
        let looks = BTreeMap::from([("search seed".to_owned(), vec![3, 7, 10]), ("network".to_owned(), vec![5, 9])]);
        let clusters = Clusters { looks, ..Clusters::default() };
        let of = |names: &[&'static str]| clusters.looks(names.iter().copied());
        assert_eq!(Looks::level(of(&["model"])), 0.95);
        assert!((Looks::level(of(&["network"])) - 0.975).abs() < 1e-12);
        // The most looks of all that a claim rests on.
        assert!((Looks::level(of(&["network", "search seed"])) - (1.0 - 0.05 / 3.0)).abs() < 1e-12);
        let looks = of(&["search seed"]).expect("planned");
        assert_eq!([looks.unplanned(7), looks.unplanned(10)], [None, None]);
        assert!(looks.unplanned(11).is_some_and(|why| why.starts_with("11 clusters are more than")));
        assert!(looks.in_words().contains("intervals are of 98.33\u{a0}%"), "{}", looks.in_words());
        assert_eq!([percent(0.95), percent(0.975)], ["95\u{a0}%", "97.5\u{a0}%"]);
    }
}
