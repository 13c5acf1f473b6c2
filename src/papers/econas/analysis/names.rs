//! Data sets, searches and trees as quantities name them: by their own names, and where claims about the method name them,
//! by a stand-in for the first and for the second data set, since the method is judged on every data set that a profile
//! runs.

use crate::plan::{Arm, arms};
use crate::settings::{Dataset, Settings};
use crate::variant::Variant;

/// Stand for the first and the second data set.
const STAND_INS: [&str; 2] = ["any", "second"];

/// Words for accuracy, introspectability and multiply-adds.
pub const WORDS: [&str; 3] = ["accuracy", "introspectability", "multiply-adds"];

/// A data set under one of its names.
#[derive(Clone, Debug)]
pub struct Place<'s> {
    /// The name.
    pub name: &'s str,
    /// The data set.
    pub dataset: &'s Dataset,
    /// Which data set of the profile it is, from 0.
    pub index: usize,
}

impl Place<'_> {
    fn is_stand_in(&self) -> bool {
        self.name != self.dataset.name
    }
}

/// Every data set under every name.
pub fn places<'s>(settings: &'s Settings) -> Vec<Place<'s>> {
    let names = |(index, dataset): (usize, &'s Dataset)| {
        let names = [dataset.name.as_str()].into_iter().chain(STAND_INS.get(index).copied());
        names.map(move |name| Place { name, dataset, index })
    };
    settings.datasets.iter().enumerate().flat_map(names).collect()
}

/// The searches of an arm under one of their names.
#[derive(Clone, Debug)]
pub struct Search {
    /// The name: `paper.any`.
    pub name: String,
    /// The arm.
    pub arm: Arm,
    /// Which data set of the profile it is on, from 0.
    pub index: usize,
}

/// Every arm on every data set; those of the method under every name.
pub fn searches(settings: &Settings) -> Vec<Search> {
    of_arms(settings, |arm| arm.variant != Variant::Reference)
}

fn of_arms(settings: &Settings, has_stand_in: fn(&Arm) -> bool) -> Vec<Search> {
    let mut found = Vec::new();
    for place in places(settings) {
        let named = arms(place.dataset).into_iter().filter(|arm| !place.is_stand_in() || has_stand_in(arm));
        let search = |arm: Arm| Search { name: format!("{}.{}", arm.name, place.name), arm, index: place.index };
        found.extend(named.map(search));
    }
    found
}

/// The trees that predict one objective in the searches of an arm, under one of their names.
#[derive(Clone, Debug)]
pub struct Tree {
    /// Whose they are.
    pub search: Search,
    /// The objective.
    pub axis: usize,
}

/// Every predicted objective of every arm; those of the arm `paper` under every name.
pub fn trees(settings: &Settings) -> Vec<Tree> {
    let of_search = |search: Search| {
        let predicted = if search.arm.variant.counts_cost() { 2 } else { 3 };
        (0..predicted).map(move |axis| Tree { search: search.clone(), axis })
    };
    of_arms(settings, |arm| arm.variant == Variant::Paper).into_iter().flat_map(of_search).collect()
}
