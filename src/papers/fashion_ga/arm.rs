//! The ways to search.

use serde::{Deserialize, Serialize};

use super::mutation::{Mutation, Rules};
use renas_search::aging::Tournament;

/// One way to search.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Arm {
    /// As many random genomes.
    Random,
    /// Aging evolution.
    Evolution(Evolution),
}

/// What an evolution varies, and who becomes a parent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evolution {
    /// The mutations that it draws from.
    pub mutations: Vec<Mutation>,
    /// Whether children keep the constraints.
    pub rules: Rules,
    /// Who wins a tournament.
    pub tournament: Tournament,
}

/// Name of the arm that the others are compared with.
pub const RANDOM: &str = "random";

/// Name of the arm with all mutations.
pub const ALL: &str = "all";

/// All arms by name, in the order of tables: the four of the paper's table in its order, then ours.
pub const NAMES: [&str; 9] =
    ["filter", "inversion", "swap", "add_layer", "replace", ALL, "pareto", "all_reference", RANDOM];

/// The arm of that name.
pub fn find(name: &str) -> Option<Arm> {
    let every = || Mutation::ALL.to_vec();
    let evolution =
        |mutations: Vec<Mutation>, rules, tournament| Some(Arm::Evolution(Evolution { mutations, rules, tournament }));
    match name {
        RANDOM => Some(Arm::Random),
        ALL => evolution(every(), Rules::Kept, Tournament::Best),
        "pareto" => evolution(every(), Rules::Kept, Tournament::Front),
        "all_reference" => evolution(every(), Rules::Unchecked, Tournament::Best),
        single => {
            let mutation = Mutation::ALL.into_iter().find(|mutation| mutation.name() == single)?;
            evolution(vec![mutation], Rules::Kept, Tournament::Best)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_name_is_an_arm_and_no_two_are_the_same() {
        let arms: BTreeSet<String> = NAMES.iter().map(|name| format!("{:?}", find(name).expect("an arm"))).collect();
        assert_eq!(arms.len(), NAMES.len());
        assert_eq!(find("crossover"), None);
    }
}
