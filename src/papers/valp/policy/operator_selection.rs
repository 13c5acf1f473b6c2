//! Which edit a search makes next: guided by rules (section VII-D), or at random.
//!
//! Reducers before aggressive expanders before gentle ones; within a class every candidate is as likely as any other.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::rules::{Advice, Candidate, Class};
use crate::model::component::Id;
use crate::model::graph::Valp;
use crate::model::space::Space;
use crate::operator::edit::{Edit, Form, Operator};
use renas_base::seed::Stream;

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// The operator at a place.
    pub edit: Edit,
    /// Its form.
    pub form: Form,
    /// The candidate of the rules that it carries out; absent where it was drawn at random.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub candidate: Option<Candidate>,
}

/// No operator has an admissible place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no operator has an admissible place in this model")]
pub struct NoChoice;

/// The memory of a guided search: candidates that did not improve the present model.
///
/// A candidate that failed stays excluded until the model changes: section VII-D speaks of "the next step", and of all
/// candidates having failed, which can only come about if none is forgotten before.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OperatorSelector {
    failed: BTreeSet<Candidate>,
}

impl OperatorSelector {
    /// One of the candidates of the first class that has one that did not fail, and one of its edits, both uniform; where
    /// there is none, a random gentle operator on a random sub-network.
    pub fn choose(&self, advice: &Advice, valp: &Valp, space: &Space, stream: &mut Stream) -> Result<Choice, NoChoice> {
        let open: Vec<&Candidate> = advice.keys().filter(|candidate| !self.failed.contains(candidate)).collect();
        let Some(first) = open.iter().map(|candidate| candidate.class()).min() else {
            return random_gentle(valp, space, stream);
        };
        let open: Vec<&Candidate> = open.into_iter().filter(|candidate| candidate.class() == first).collect();
        let candidate = *open[stream.below(open.len())];
        let edits: Vec<Edit> = advice[&candidate].iter().copied().collect();
        Ok(Choice { edit: edits[stream.below(edits.len())], form: candidate.form, candidate: Some(candidate) })
    }

    /// Remember what became of a choice.
    pub fn record(&mut self, choice: &Choice, improved: bool) {
        if improved {
            self.failed.clear();
        } else {
            self.failed.extend(choice.candidate);
        }
    }

    /// The class of a choice; none where it was drawn at random.
    pub fn class(choice: &Choice) -> Option<Class> {
        choice.candidate.map(|candidate| candidate.class())
    }
}

/// A choice of the blind search: an operator of section V-B in one of its forms, uniform among those with an admissible
/// place, then a place, uniform.
pub fn random(valp: &Valp, space: &Space, stream: &mut Stream) -> Result<Choice, NoChoice> {
    let all = Operator::STRUCTURAL.into_iter();
    let forms = all.flat_map(|operator| operator.forms().iter().map(move |form| (operator, *form)));
    let possible = forms.map(|(operator, form)| (form, operator.edits(form, valp, space)));
    let possible: Vec<(Form, Vec<Edit>)> = possible.filter(|(_, edits)| !edits.is_empty()).collect();
    if possible.is_empty() {
        return Err(NoChoice);
    }
    let (form, edits) = &possible[stream.below(possible.len())];
    Ok(Choice { edit: edits[stream.below(edits.len())], form: *form, candidate: None })
}

/// A sub-network, uniform among those that a gentle operator of section V-B can change or connect; then such an operator,
/// uniform; then its place, uniform.
pub fn random_gentle(valp: &Valp, space: &Space, stream: &mut Stream) -> Result<Choice, NoChoice> {
    let edits: Vec<Edit> =
        Operator::STRUCTURAL.into_iter().flat_map(|operator| operator.edits(Form::Gentle, valp, space)).collect();
    let touching = |network: Id| edits.iter().copied().filter(move |edit| edit.place().contains(&network));
    let networks = valp.networks().iter().map(|network| network.id);
    let networks: Vec<Id> = networks.filter(|network| touching(*network).next().is_some()).collect();
    if networks.is_empty() {
        return Err(NoChoice);
    }
    let network = networks[stream.below(networks.len())];
    let operators: BTreeSet<Operator> = touching(network).map(|edit| edit.operator()).collect();
    let operators: Vec<Operator> = operators.into_iter().collect();
    let operator = operators[stream.below(operators.len())];
    let edits: Vec<Edit> = touching(network).filter(|edit| edit.operator() == operator).collect();
    Ok(Choice { edit: edits[stream.below(edits.len())], form: Form::Gentle, candidate: None })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::test_support::models::{id, space, three_outputs};
    use renas_base::seed::Seed;

    fn candidate(component: &str, operator: Operator, form: Form) -> Candidate {
        Candidate { component: id(component), operator, form }
    }

    /// A reducer, two aggressive expanders and a gentle one, each with one edit but the first of the second class.
    fn advised() -> Advice {
        let clone = |network: &str| Edit::CloneNetwork { network: id(network) };
        let insert = |to: &str| Edit::InsertNetwork { from: id("n0"), to: id(to) };
        BTreeMap::from([
            (candidate("n1", Operator::CloneNetwork, Form::Gentle), BTreeSet::from([clone("n1")])),
            (candidate("n0", Operator::CloneNetwork, Form::Aggressive), BTreeSet::from([clone("n0")])),
            (candidate("n0", Operator::InsertNetwork, Form::Aggressive), BTreeSet::from([insert("n1"), insert("n2")])),
            (
                candidate("n2", Operator::DeleteNetwork, Form::Aggressive),
                BTreeSet::from([Edit::DeleteNetwork { network: id("n2") }]),
            ),
        ])
    }

    #[test]
    fn classes_are_exhausted_in_their_order_and_then_chance_decides() {
        let (valp, mut stream) = (three_outputs(), Seed::from_number(1).stream("guide"));
        let mut selector = OperatorSelector::default();
        let mut classes = Vec::new();
        for _ in 0..5 {
            let choice = selector.choose(&advised(), &valp, &space(), &mut stream).expect("always something");
            classes.push(OperatorSelector::class(&choice));
            selector.record(&choice, false);
        }
        let (aggressive, gentle) = (Some(Class::AggressiveExpander), Some(Class::GentleExpander));
        assert_eq!(classes, [Some(Class::Reducer), aggressive, aggressive, gentle, None]);
        let choice = selector.choose(&advised(), &valp, &space(), &mut stream).expect("chance");
        assert_eq!((choice.form, choice.candidate), (Form::Gentle, None));
        // A better model is another one: nothing has failed on it.
        selector.record(&choice, true);
        let choice = selector.choose(&advised(), &valp, &space(), &mut stream).expect("a reducer");
        assert_eq!(OperatorSelector::class(&choice), Some(Class::Reducer));
    }

    /// 2000 draws of two candidates, one with two edits: half for each candidate, within five standard deviations.
    #[test]
    fn candidates_of_a_class_are_equally_likely_whatever_their_places() {
        let (valp, mut stream) = (three_outputs(), Seed::from_number(2).stream("guide"));
        let mut advice = advised();
        advice.retain(|candidate, _| candidate.class() == Class::AggressiveExpander);
        let draw =
            |_| OperatorSelector::default().choose(&advice, &valp, &space(), &mut stream).expect("a candidate").edit;
        let clones = (0..2000).map(draw).filter(|edit| edit.operator() == Operator::CloneNetwork).count();
        assert!((888..=1112).contains(&clones), "{clones} of 2000");
    }

    #[test]
    fn random_choices_reach_every_operator_and_are_all_admissible() {
        let (valp, mut stream) = (three_outputs(), Seed::from_number(3).stream("guide"));
        let mut seen = BTreeSet::new();
        for _ in 0..300 {
            let choice = random(&valp, &space(), &mut stream).expect("a choice");
            choice.edit.apply(choice.form, &valp, &space(), &mut stream).expect("admissible");
            seen.insert((choice.edit.operator(), choice.form));
            let gentle = random_gentle(&valp, &space(), &mut stream).expect("a choice");
            gentle.edit.apply(Form::Gentle, &valp, &space(), &mut stream).expect("admissible");
        }
        // Three operators in two forms, and two reducers.
        assert_eq!(seen.len(), 8);
    }
}
