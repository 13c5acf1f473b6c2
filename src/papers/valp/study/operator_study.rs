//! The study of operators (section VI-B): one random model trained, diagnosed, changed by every operator in all its forms,
//! and trained further.
//!
//! All changed models of a model see the same samples in the same order, so that forms differ by nothing else.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use super::diagnostics::{Depth, Diagnostics, run_diagnostics};
use super::training_protocol::{Job, Objectives, Trained, TrainingProtocol};
use crate::model::component::Id;
use crate::model::generate::generate;
use crate::model::graph::Valp;
use crate::model::initial::initial;
use crate::operator::edit::{Edit, Form, Operator, Variation};
use renas_base::digest::Digest;
use renas_base::seed::Seed;
use renas_harness::study::Context;
use renas_network::assembly::Assembly;

/// What the study of one model depends on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperatorStudyInputs {
    /// How models are trained and judged.
    #[serde(rename = "laboratory")]
    pub protocol: TrainingProtocol,
    /// Sub-networks of the model.
    pub networks: usize,
    /// Steps before a change.
    pub steps: usize,
    /// Steps after it.
    pub retraining_steps: usize,
    /// Places at which each operator of section V-B is applied; absent: all that are admissible.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub components: Option<usize>,
    /// Root of every draw of this model.
    pub seed: Seed,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperatorStudyRecord {
    /// The model before any change.
    pub before: Trained,
    /// What was seen of it. Absent, like all that follows, where its training diverged.
    #[serde(rename = "examination", default, skip_serializing_if = "Option::is_none")]
    pub diagnostics: Option<Diagnostics>,
    /// The same further training without a change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub control: Option<After>,
    /// Changed models, by operator, form and place.
    pub mutations: Vec<Mutation>,
    /// Admissible places by operator and form.
    pub admissible: Vec<Places>,
}

/// Admissible places of an operator's form.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Places {
    /// The operator.
    pub operator: Operator,
    /// Its form.
    pub form: Form,
    /// How many there are.
    pub count: usize,
}

/// A model after further training.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct After {
    /// How good it is.
    pub objectives: Objectives,
    /// Whether that training diverged.
    pub diverged: bool,
    /// Multiply-adds of that training and of judging its result.
    pub multiply_adds: f64,
}

/// A changed model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mutation {
    /// The operator at its place.
    pub edit: Edit,
    /// Its form.
    pub form: Form,
    /// The sub-network that it changes: the receiver of a connection, or its source where an output receives; none for
    /// hyper-parameters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub touched: Option<Id>,
    /// Whether every form of the operator was applied at this place.
    pub is_paired: bool,
    /// What became of it.
    pub after: After,
}

/// An edit in a form, to be made.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Planned {
    edit: Edit,
    form: Form,
    is_paired: bool,
}

impl After {
    /// A trained model without what only the model itself is needed for.
    pub fn of(trained: &Trained) -> Self {
        let Trained { objectives, multiply_adds, .. } = *trained;
        Self { objectives, diverged: trained.weights.is_none(), multiply_adds }
    }
}

/// Run the study of one model.
pub fn study_operators(inputs: &OperatorStudyInputs, context: &dyn Context) -> Result<OperatorStudyRecord> {
    let OperatorStudyInputs { protocol, seed, .. } = inputs;
    let judge = protocol.judge(context)?;
    let valp = generate(&protocol.space, inputs.networks, &mut seed.stream("model"))?;
    let start = Job {
        valp: &valp,
        weights: None,
        donor: None,
        assembly: initial(&valp),
        steps: inputs.steps,
        seed: seed.derive("training"),
    };
    let trained = protocol.train(&[start], &judge, context).context("the model before any change")?;
    let before = trained.into_iter().next().context("one model was trained")?;
    let Some(weights) = before.weights else {
        return Ok(OperatorStudyRecord {
            before,
            diagnostics: None,
            control: None,
            mutations: Vec::new(),
            admissible: Vec::new(),
        });
    };
    let diagnostics = run_diagnostics(protocol, &valp, weights, Depth::All, seed.derive("examination"), context)?;
    let (planned, admissible) = plan(inputs, &valp);
    let variations = planned.iter().map(|one| vary(inputs, &valp, one)).collect::<Result<Vec<Variation>>>()?;
    let control = Variation { valp, assembly: Assembly::default() };
    let jobs: Vec<Job<'_>> = [&control].into_iter().chain(&variations).map(|one| job(inputs, one, weights)).collect();
    let mut trained = protocol.train(&jobs, &judge, context).context("changed models")?.into_iter();
    let control_after = After::of(&trained.next().context("the control was trained")?);
    let mutation = |(one, trained): (Planned, Trained)| Mutation {
        edit: one.edit,
        form: one.form,
        touched: touched(&one.edit),
        is_paired: one.is_paired,
        after: After::of(&trained),
    };
    Ok(OperatorStudyRecord {
        before,
        diagnostics: Some(diagnostics),
        control: Some(control_after),
        mutations: planned.into_iter().zip(trained).map(mutation).collect(),
        admissible,
    })
}

fn job<'a>(inputs: &OperatorStudyInputs, variation: &'a Variation, weights: Digest) -> Job<'a> {
    Job {
        valp: &variation.valp,
        weights: Some(weights),
        donor: None,
        assembly: variation.assembly.clone(),
        steps: inputs.retraining_steps,
        seed: inputs.seed.derive("retraining"),
    }
}

fn vary(inputs: &OperatorStudyInputs, valp: &Valp, planned: &Planned) -> Result<Variation> {
    let Planned { edit, form, .. } = planned;
    let place: Vec<String> = edit.place().iter().map(Id::to_string).collect();
    let purpose = format!("{form} {} {}", edit.operator(), place.join(" "));
    let mut stream = inputs.seed.derive("variation").stream(&purpose);
    edit.apply(*form, valp, &inputs.protocol.space, &mut stream).with_context(|| purpose)
}

/// What is to be done to a model: each operator in all its forms, at drawn places or at all.
fn plan(inputs: &OperatorStudyInputs, valp: &Valp) -> (Vec<Planned>, Vec<Places>) {
    let (mut planned, mut admissible) = (Vec::new(), Vec::new());
    for operator in Operator::ALL {
        let edits = |form: Form| operator.edits(form, valp, &inputs.protocol.space);
        let forms: BTreeMap<Form, Vec<Edit>> = operator.forms().iter().map(|form| (*form, edits(*form))).collect();
        let counts = forms.iter().map(|(form, edits)| Places { operator, form: *form, count: edits.len() });
        admissible.extend(counts);
        // Operators outside of section V-B are extra: one place, whatever the profile.
        let wanted = if Operator::STRUCTURAL.contains(&operator) { inputs.components } else { Some(1) };
        let mut stream = inputs.seed.derive("places").stream(operator.name());
        let mut draw = |edits: &[Edit]| match wanted {
            None => edits.to_vec(),
            Some(count) => {
                let places = stream.distinct(count.min(edits.len()), edits.len());
                places.into_iter().map(|at| edits[at]).collect()
            }
        };
        let is_common = |edit: &Edit| forms.values().all(|edits| edits.contains(edit));
        let all: Vec<Edit> = forms.values().flatten().copied().collect();
        let mut common: Vec<Edit> = all.into_iter().filter(is_common).collect();
        common.sort_unstable();
        common.dedup();
        // All places, or places where every form may act; where there is none, each form has its own.
        let chosen = draw(&common);
        for (form, edits) in &forms {
            let alone: Vec<Edit> = match wanted {
                None => edits.iter().copied().filter(|edit| !common.contains(edit)).collect(),
                Some(_) if common.is_empty() => draw(edits),
                Some(_) => Vec::new(),
            };
            let one = |edit: Edit, is_paired| Planned { edit, form: *form, is_paired };
            planned.extend(chosen.iter().map(|edit| one(*edit, forms.len() > 1)));
            planned.extend(alone.into_iter().map(|edit| one(edit, false)));
        }
    }
    (planned, admissible)
}

fn touched(edit: &Edit) -> Option<Id> {
    let mut networks = edit.place().into_iter().filter(|id| matches!(id, Id::Network(_)));
    networks.next_back()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::experiment::operator_study_inputs;
    use crate::test_support::fake_context::FakeContext;
    use crate::test_support::models::id;

    fn record(components: Option<usize>) -> OperatorStudyRecord {
        let inputs = OperatorStudyInputs { components, ..operator_study_inputs(0) };
        study_operators(&inputs, &FakeContext::default()).unwrap_or_else(|error| panic!("{error:#}"))
    }

    #[test]
    fn every_operator_acts_once_in_each_form_and_forms_at_the_same_place() {
        let record = record(Some(1));
        for operator in Operator::ALL {
            let of = |form: Form| -> Vec<&Mutation> {
                let mutations = record.mutations.iter();
                mutations.filter(|one| one.edit.operator() == operator && one.form == form).collect()
            };
            for form in [Form::Aggressive, Form::Gentle] {
                let places = record.admissible.iter().find(|one| one.operator == operator && one.form == form);
                assert_eq!(of(form).len(), places.map_or(0, |places| places.count.min(1)), "{form} {operator}");
            }
            let (aggressive, gentle) = (of(Form::Aggressive), of(Form::Gentle));
            if let (Some(aggressive), Some(gentle)) = (aggressive.first(), gentle.first()) {
                assert!(!aggressive.is_paired || aggressive.edit == gentle.edit, "{operator}");
                assert_eq!(aggressive.is_paired, gentle.is_paired, "{operator}");
            }
        }
    }

    #[test]
    fn without_a_number_of_components_every_admissible_place_is_changed() {
        let record = record(None);
        for places in record.admissible.iter().filter(|one| Operator::STRUCTURAL.contains(&one.operator)) {
            let mutations = record.mutations.iter();
            let count = mutations.filter(|one| one.edit.operator() == places.operator && one.form == places.form);
            assert_eq!(count.count(), places.count, "{} {}", places.form, places.operator);
        }
    }

    #[test]
    fn a_model_that_diverges_is_a_record_without_changes() {
        let context = FakeContext::diverging();
        let record = study_operators(&operator_study_inputs(0), &context).expect("data, not an error");
        assert!(record.mutations.is_empty() && record.control.is_none());
        assert_eq!(record.before.objectives.error, 1.0);
    }

    #[test]
    fn a_connection_touches_its_receiver_or_where_an_output_receives_its_source() {
        let edit = |from: &str, to: &str| Edit::InsertNetwork { from: id(from), to: id(to) };
        assert_eq!(touched(&edit("i0", "n1")), Some(id("n1")));
        assert_eq!(touched(&edit("n1", "n2")), Some(id("n2")));
        assert_eq!(touched(&edit("n1", "o1")), Some(id("n1")));
        assert_eq!(touched(&Edit::ChangeBs), None);
    }
}
