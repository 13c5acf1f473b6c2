//! What is known of the quantities of a plan before anything runs.

use std::collections::{BTreeMap, BTreeSet};

use renas_report::catalogue::Promised;

use crate::plan::{Plan, Planned, PlannedHow, PlannedPer};

impl Plan {
    /// Those that are not only steps towards others.
    pub(super) fn shown(&self) -> impl Iterator<Item = &Planned> {
        self.quantities.iter().filter(|one| !one.is_hidden)
    }

    /// Every data set that the numbers of a declared quantity are of, by its name.
    pub fn measured_on(&self) -> BTreeMap<&str, &BTreeSet<String>> {
        self.quantities.iter().map(|one| (one.promised.name.as_str(), &one.measured_on)).collect()
    }

    /// Names of the quantities that are made of rows which were handed in.
    pub fn handed_in(&self) -> BTreeSet<&str> {
        self.quantities.iter().filter(|one| one.is_imported).map(|one| one.promised.name.as_str()).collect()
    }

    /// How each quantity is made, in words, with how each side of a difference or ratio is made behind it; hidden ones among them.
    pub fn definitions(&self) -> BTreeMap<&str, String> {
        let mut all: BTreeMap<&str, String> = BTreeMap::new();
        for one in &self.quantities {
            let mut text = one.definition.clone();
            if let PlannedHow::Minus(left, right) | PlannedHow::Divide(left, right) = &one.how {
                let sides = [left, right].map(|side| all.get(side.as_str()).cloned().unwrap_or_default());
                text.push_str(&format!(" [{}] [{}]", sides[0], sides[1]));
            }
            if let PlannedHow::Rows { per: PlannedPer::Unit { fewest: fewest @ 1.., .. }, .. } = &one.how {
                text.push_str(&format!("; of {fewest} rows at least"));
            }
            all.insert(&one.promised.name, text);
        }
        all
    }

    /// What is known of its quantities before anything runs, hidden ones apart.
    pub fn promised(&self) -> Vec<Promised> {
        self.shown().map(|one| one.promised.clone()).collect()
    }
}
