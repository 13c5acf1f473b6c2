//! Every operator at work: the edits that a model admits, and the model after one of them.

use super::edit::{Edit, Form, Operator, Variation};
use super::{
    add_connection, add_layer, clone_network, delete_connection, delete_network, extend_layer, hyper, insert_network,
    remove_layer,
};
use crate::model::component::Id;
use crate::model::graph::Valp;
use crate::model::space::Space;
use crate::model::validate::GraphError;
use renas_base::seed::Stream;

/// An edit that cannot be made; the model is as it was, and nothing was drawn.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// An operator has no admissible place in this model.
    #[error("{form} {operator}: this model has no admissible place for it")]
    NoPlace {
        /// The operator.
        operator: Operator,
        /// Its form.
        form: Form,
    },
    /// An edit is none of those that are admissible.
    #[error("{form} {operator} at {place}: not admissible in this model")]
    Inadmissible {
        /// The operator.
        operator: Operator,
        /// Its form.
        form: Form,
        /// The components that the edit names.
        place: String,
    },
    /// What the space lets be drawn does not fit.
    #[error("the varied model is not correct: {0}")]
    Graph(#[from] GraphError),
}

impl Operator {
    /// All admissible edits of a model, in the order of its components; none for a form that it does not have.
    pub fn edits(self, form: Form, valp: &Valp, space: &Space) -> Vec<Edit> {
        if !self.forms().contains(&form) {
            return Vec::new();
        }
        match self {
            Self::AddLayer => add_layer::edits(valp),
            Self::RemoveLayer => remove_layer::edits(valp),
            Self::ExtendLayer => extend_layer::edits(valp, space),
            Self::AddConnection => add_connection::edits(valp, form),
            Self::DeleteConnection => delete_connection::edits(valp),
            Self::InsertNetwork => insert_network::edits(valp, form, space),
            Self::DeleteNetwork => delete_network::edits(valp),
            Self::CloneNetwork => clone_network::edits(valp),
            Self::ChangeLr => hyper::learning_rate_edits(valp, space),
            Self::ChangeSgd => hyper::algorithm_edits(valp, space),
            Self::ChangeBs => hyper::batch_size_edits(valp, space),
        }
    }

    /// Make one of its admissible edits, drawn uniformly.
    pub fn vary(
        self,
        form: Form,
        valp: &Valp,
        space: &Space,
        stream: &mut Stream,
    ) -> Result<(Edit, Variation), EditError> {
        let edits = self.edits(form, valp, space);
        if edits.is_empty() {
            return Err(EditError::NoPlace { operator: self, form });
        }
        let edit = edits[stream.below(edits.len())];
        Ok((edit, edit.apply(form, valp, space, stream)?))
    }
}

impl Edit {
    /// The model after this edit. What the edit leaves open (sizes, kinds, the new value of a hyper-parameter) is drawn.
    pub fn apply(&self, form: Form, valp: &Valp, space: &Space, stream: &mut Stream) -> Result<Variation, EditError> {
        let operator = self.operator();
        if !operator.edits(form, valp, space).contains(self) {
            let place: Vec<String> = self.place().iter().map(Id::to_string).collect();
            return Err(EditError::Inadmissible { operator, form, place: place.join(" > ") });
        }
        let variation = match *self {
            Self::AddLayer { network, after } => add_layer::apply(valp, network, after, form, space, stream),
            Self::RemoveLayer { network, layer } => remove_layer::apply(valp, network, layer),
            Self::ExtendLayer { network, layer } => extend_layer::apply(valp, network, layer, form, space, stream),
            Self::AddConnection { from, to } => add_connection::apply(valp, from, to, form, stream),
            Self::DeleteConnection { from, to } => delete_connection::apply(valp, from, to),
            Self::InsertNetwork { from, to } => insert_network::apply(valp, from, to, form, space, stream),
            Self::DeleteNetwork { network } => delete_network::apply(valp, network),
            Self::CloneNetwork { network } => clone_network::apply(valp, network, form),
            Self::ChangeLr { output } => hyper::change_learning_rate(valp, output, space, stream),
            Self::ChangeSgd { output } => hyper::change_algorithm(valp, output, space, stream),
            Self::ChangeBs => hyper::change_batch_size(valp, space, stream),
        };
        Ok(variation?)
    }
}
