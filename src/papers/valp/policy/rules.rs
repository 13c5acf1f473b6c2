//! Which operators the diagnosis of a model advises: two rule sets of the paper that contradict each other.
//!
//! Section IV-E: leave what descends steeply, extend gently what descends moderately, change aggressively what is stuck.
//! Section VII-B, on which the experiments rest: clone gently what descends steeply, add a connection to what descends
//! moderately, divide a connection of what is stuck. Both delete what is not relevant.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::diagnosis::intervention::Reading;
use crate::diagnosis::sub_loss::{Thresholds, Trend};
use crate::model::component::Id;
use crate::model::graph::Valp;
use crate::model::space::Space;
use crate::model::subgraph::outputs_of;
use crate::operator::edit::{Edit, Effect, Form, Operator};

/// Which rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleSet {
    /// Section IV-E.
    Principles,
    /// Section VII-B.
    Operators,
}

/// Rules, and what the paper leaves open about them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// Which rules.
    pub set: RuleSet,
    /// When a sub-network counts as relevant.
    pub reading: Reading,
    /// When an output counts as stuck or steeply descending.
    pub thresholds: Thresholds,
    /// The form of `add_connection` in section VII-B, which does not say it; section VII-A praises the gentle one.
    pub connection: Form,
    /// The form of `insert_network` in section VII-B, which does not say it; section VII-A says that a dramatic loss
    /// would not hurt an output that is stuck.
    pub insertion: Form,
}

/// What is known of a trained model.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Diagnosis {
    /// Slope of the loss per output; where one is absent, no rule on slopes speaks of that output.
    pub slopes: BTreeMap<Id, f64>,
    /// By sub-network or input, then output of its subgraph: the factor by which the output suffers from an
    /// intervention. Where one is absent, it counts as relevant.
    pub relevance: BTreeMap<Id, BTreeMap<Id, f64>>,
}

/// An operator for a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Candidate {
    /// What the rule speaks of: a sub-network, or an input.
    pub component: Id,
    /// What to do.
    pub operator: Operator,
    /// How.
    pub form: Form,
}

/// The order in which candidates are tried: reducers first (section VII-D).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// What is not valuable is deleted.
    Reducer,
    /// What does not work is shaken.
    AggressiveExpander,
    /// What works gets more units.
    GentleExpander,
}

/// What rules advise: candidates, each with the edits that carry it out; none without.
pub type Advice = BTreeMap<Candidate, BTreeSet<Edit>>;

impl Candidate {
    /// Its place in the hierarchy.
    pub fn class(&self) -> Class {
        match (self.operator.effect(), self.form) {
            (Effect::Reducer, _) => Class::Reducer,
            (Effect::Expander | Effect::Neither, Form::Aggressive) => Class::AggressiveExpander,
            (Effect::Expander | Effect::Neither, Form::Gentle) => Class::GentleExpander,
        }
    }
}

/// All that the rules advise for a model, of the operators of section V-B.
pub fn advice(valp: &Valp, diagnosis: &Diagnosis, rules: &Rules, space: &Space) -> Advice {
    let mut adviser = Adviser { valp, space, advice: Advice::new(), known: BTreeMap::new() };
    for network in valp.networks().iter().map(|network| network.id) {
        let state = State::of(valp, diagnosis, rules, network);
        match rules.set {
            RuleSet::Operators => adviser.by_operators(network, &state, rules),
            RuleSet::Principles => adviser.by_principles(network, &state),
        }
        adviser.reduce(network, &state);
    }
    // Section IV-E.3 speaks of inputs; section VII-B does not.
    for input in valp.inputs().iter().map(|input| input.id).filter(|_| rules.set == RuleSet::Principles) {
        let state = State::of(valp, diagnosis, rules, input);
        adviser.towards(input, Operator::DeleteConnection, Form::Aggressive, &state.irrelevant, Only::These);
    }
    adviser.advice
}

/// The outputs that a component belongs to, sorted by what is known of them.
struct State {
    trends: BTreeMap<Trend, BTreeSet<Id>>,
    relevant: BTreeSet<Id>,
    irrelevant: BTreeSet<Id>,
}

impl State {
    fn of(valp: &Valp, diagnosis: &Diagnosis, rules: &Rules, component: Id) -> Self {
        let outputs = outputs_of(valp, component);
        let mut trends: BTreeMap<Trend, BTreeSet<Id>> = BTreeMap::new();
        for output in &outputs {
            if let Some(slope) = diagnosis.slopes.get(output) {
                trends.entry(rules.thresholds.trend(*slope)).or_default().insert(*output);
            }
        }
        let measured = diagnosis.relevance.get(&component);
        let is_relevant = |output: &Id| {
            let relevance = measured.and_then(|relevance| relevance.get(output));
            relevance.is_none_or(|relevance| rules.reading.is_relevant(*relevance))
        };
        let (relevant, irrelevant) = outputs.into_iter().partition(is_relevant);
        Self { trends, relevant, irrelevant }
    }
}

/// Whether a connection may lead to other outputs too.
#[derive(Clone, Copy)]
enum Only {
    /// It leads to at least one of the outputs.
    Among,
    /// All that it leads to are of the outputs.
    These,
}

struct Adviser<'a> {
    valp: &'a Valp,
    space: &'a Space,
    advice: Advice,
    /// Admissible edits by operator and form.
    known: BTreeMap<(Operator, Form), Vec<Edit>>,
}

impl Adviser<'_> {
    /// Section VII-B, first list.
    fn by_operators(&mut self, network: Id, state: &State, rules: &Rules) {
        if state.trends.contains_key(&Trend::Steep) {
            self.at(network, Operator::CloneNetwork, Form::Gentle);
        }
        if state.trends.contains_key(&Trend::Moderate) {
            self.at(network, Operator::AddConnection, rules.connection);
        }
        if let Some(stuck) = state.trends.get(&Trend::Stuck) {
            self.towards(network, Operator::InsertNetwork, rules.insertion, stuck, Only::Among);
        }
        if !state.relevant.is_empty() && !state.irrelevant.is_empty() {
            self.towards(network, Operator::InsertNetwork, rules.insertion, &state.irrelevant, Only::These);
            self.at(network, Operator::CloneNetwork, Form::Aggressive);
        }
    }

    /// Sections IV-E.1 and IV-E.2. Reducers are aggressive too, but only irrelevance asks for them; with a relevant
    /// sub-network nothing is done, one of the two things that the section offers.
    fn by_principles(&mut self, network: Id, state: &State) {
        let every = state.trends.iter().map(|(trend, outputs)| (*trend, outputs.clone())).collect::<Vec<_>>();
        for (trend, outputs) in every {
            let form = match trend {
                Trend::Steep => continue,
                Trend::Moderate => Form::Gentle,
                Trend::Stuck => Form::Aggressive,
            };
            self.at(network, Operator::AddConnection, form);
            self.towards(network, Operator::InsertNetwork, form, &outputs, Only::Among);
            self.at(network, Operator::CloneNetwork, form);
        }
    }

    /// What both sections say of sub-networks that are not relevant: to all outputs, or to one.
    fn reduce(&mut self, network: Id, state: &State) {
        self.towards(network, Operator::DeleteConnection, Form::Aggressive, &state.irrelevant, Only::These);
        if state.relevant.is_empty() {
            self.at(network, Operator::DeleteNetwork, Form::Aggressive);
        }
    }

    /// Advise the operator's edits that change `network` itself; a connection changes the one that receives it.
    fn at(&mut self, network: Id, operator: Operator, form: Form) {
        self.advise(network, operator, form, |edit| edit.place().last() == Some(&network));
    }

    /// Advise the operator's edits of connections that leave `component` towards the outputs.
    fn towards(&mut self, component: Id, operator: Operator, form: Form, outputs: &BTreeSet<Id>, only: Only) {
        let valp = self.valp;
        self.advise(component, operator, form, |edit| {
            let [from, to] = edit.place()[..] else { return false };
            let reached = match to {
                Id::Output(_) => BTreeSet::from([to]),
                Id::Input(_) | Id::Network(_) => outputs_of(valp, to),
            };
            let fits = match only {
                Only::Among => !reached.is_disjoint(outputs),
                Only::These => reached.is_subset(outputs),
            };
            from == component && fits
        });
    }

    fn advise(&mut self, component: Id, operator: Operator, form: Form, fits: impl Fn(&Edit) -> bool) {
        let (valp, space) = (self.valp, self.space);
        let known = self.known.entry((operator, form)).or_insert_with(|| operator.edits(form, valp, space));
        let edits: BTreeSet<Edit> = known.iter().copied().filter(fits).collect();
        if !edits.is_empty() {
            self.advice.entry(Candidate { component, operator, form }).or_default().extend(edits);
        }
    }
}

#[cfg(test)]
mod tests;
