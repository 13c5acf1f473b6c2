//! The accuracy predictor over sequences of tokens: what it is, how it is fitted, and what is asked of it.
//!
//! Each time step of a sequence has one token per vocabulary. Tokens are embedded, the embeddings of a step stand behind
//! one another, one LSTM layer reads the steps, and its last state gives one number through an affine map and a sigmoid.
//! PNAS (Liu et al. 2018, <https://arxiv.org/abs/1712.00559>) ranks its candidate cells so.

use serde::{Deserialize, Serialize};

use super::Start;
use renas_base::digest::Digest;
use renas_base::seed::Seed;
use renas_network::parameter::{Initial, Parameter};

/// Tokens of a vocabulary at most: one is written as one base-36 character.
pub const LARGEST_VOCABULARY: usize = 36;

/// Fit a model to examples: curve `train.loss`, one value per epoch, and the tensor object `weights`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FitSequence {
    /// The model.
    pub model: SequenceModel,
    /// What it is fitted to.
    pub examples: Vec<Example>,
    /// Where the weights come from; fresh ones as `SequenceModel::parameters` says.
    pub start: Start,
    /// Learning rate, epochs and batches.
    pub recipe: SequenceRecipe,
    /// Root of every draw of this fit: initial weights (`init`), order of examples (`order`).
    pub seed: Seed,
}

/// Ask a fitted model: curve `predictions`, one value in 0..=1 per sequence, in their order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PredictSequence {
    /// The model.
    pub model: SequenceModel,
    /// Its weights, a safetensors object.
    pub weights: Digest,
    /// The sequences, as text (`SequenceModel::tokens`).
    pub sequences: Vec<String>,
}

/// The sizes of a model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SequenceModel {
    /// Number of tokens of each vocabulary, `1..=LARGEST_VOCABULARY`; a time step has one token of each.
    pub vocabularies: Vec<usize>,
    /// Values that a token is embedded in.
    pub embedding: usize,
    /// Units of the LSTM.
    pub hidden: usize,
}

/// A sequence and the value that the model should give it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// Text, as `SequenceModel::tokens` reads it.
    pub sequence: String,
    /// The value, in 0..=1.
    pub target: f64,
}

/// How a model is fitted: mean squared error; Adam with betas .9 and .999, epsilon 1e-8 and a constant rate.
///
/// Each epoch visits every example once. The examples, shuffled from the task's seed, are dealt into one open batch per
/// length of sequence; a batch is a step as soon as it is full, and those still open at the end of the epoch are steps
/// too, shortest sequences first. So a batch holds sequences of one length, and batches of 1 keep the shuffled order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SequenceRecipe {
    /// Adam's rate.
    pub learning_rate: f64,
    /// Passes over the examples.
    pub epochs: usize,
    /// Examples per step, at most.
    pub batch_size: usize,
}

/// A text is not a sequence of the model, or a model is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SequenceError {
    /// A size is out of range.
    #[error("sequence model: {0}")]
    Model(String),
    /// There is no token.
    #[error("a sequence is empty; it needs at least one time step")]
    Empty,
    /// The last time step is not whole.
    #[error("sequence `{sequence}`: {characters} characters are no whole number of time steps of {vocabularies}")]
    Ragged {
        /// The text.
        sequence: String,
        /// Its length.
        characters: usize,
        /// Characters of a time step.
        vocabularies: usize,
    },
    /// A character is no token.
    #[error("sequence `{sequence}`: `{character}` at character {position} is no token; tokens are 0-9 and a-z")]
    Character {
        /// The text.
        sequence: String,
        /// The character.
        character: char,
        /// Its place, counted from 1.
        position: usize,
    },
    /// A token is not in its vocabulary.
    #[error(
        "sequence `{sequence}`: token {token} at character {position} is not in vocabulary {vocabulary}, which has \
         {tokens} tokens counted from 0"
    )]
    Token {
        /// The text.
        sequence: String,
        /// The token.
        token: usize,
        /// Its place, counted from 1.
        position: usize,
        /// Index of the vocabulary.
        vocabulary: usize,
        /// Size of the vocabulary.
        tokens: usize,
    },
}

impl SequenceModel {
    /// Whether all sizes are in range.
    pub fn check(&self) -> Result<(), SequenceError> {
        let Self { vocabularies, embedding, hidden } = self;
        let wrong = |what: String| Err(SequenceError::Model(what));
        if vocabularies.is_empty() {
            return wrong("it has no vocabulary".to_owned());
        }
        if let Some(size) = vocabularies.iter().find(|size| !(1..=LARGEST_VOCABULARY).contains(size)) {
            return wrong(format!("a vocabulary has {size} tokens; 1 to {LARGEST_VOCABULARY} are possible"));
        }
        for (name, size) in [("embedding", embedding), ("hidden", hidden)] {
            if !(1..=1 << 16).contains(size) {
                return wrong(format!("{name} is {size}; it must be in 1..=65536"));
            }
        }
        Ok(())
    }

    /// The tokens of a text, a time step after the other: one base-36 character each, vocabularies in their order.
    ///
    /// With two vocabularies `0c1d` is two steps: tokens 0 and 12, then 1 and 13. Panics where there is no vocabulary.
    pub fn tokens(&self, sequence: &str) -> Result<Vec<u8>, SequenceError> {
        let width = self.vocabularies.len();
        let mut tokens = Vec::with_capacity(sequence.len());
        for (index, character) in sequence.chars().enumerate() {
            let (text, position) = (|| sequence.to_owned(), index + 1);
            let digit = character.to_digit(36).filter(|_| !character.is_ascii_uppercase());
            let Some(token) = digit.map(|digit| digit as usize) else {
                return Err(SequenceError::Character { sequence: text(), character, position });
            };
            let vocabulary = index % width;
            let tokens_of_it = self.vocabularies[vocabulary];
            if token >= tokens_of_it {
                let sequence = text();
                return Err(SequenceError::Token { sequence, token, position, vocabulary, tokens: tokens_of_it });
            }
            tokens.push(token as u8);
        }
        match tokens.len() {
            0 => Err(SequenceError::Empty),
            characters if characters % width != 0 => {
                let sequence = sequence.to_owned();
                Err(SequenceError::Ragged { sequence, characters, vocabularies: width })
            }
            _ => Ok(tokens),
        }
    }

    /// Values that the LSTM reads at a time step.
    pub fn step_size(&self) -> usize {
        self.vocabularies.len() * self.embedding
    }

    /// The model's tensors, with PyTorch's shapes, order of gates (input, forget, cell, output) and initial values:
    /// standard normal embeddings, all else uniform in +-1/sqrt(hidden).
    pub fn parameters(&self) -> Vec<Parameter> {
        let (gates, hidden) = (4 * self.hidden, self.hidden);
        let uniform = Initial::Uniform { fan_in: hidden };
        let embeddings = self.vocabularies.iter().enumerate();
        let mut all: Vec<(String, Vec<usize>, Initial)> = embeddings
            .map(|(index, &tokens)| {
                (format!("embedding_{index}.weight"), vec![tokens, self.embedding], Initial::Normal)
            })
            .collect();
        for (name, shape) in [
            ("lstm.weight_ih", vec![gates, self.step_size()]),
            ("lstm.weight_hh", vec![gates, hidden]),
            ("lstm.bias_ih", vec![gates]),
            ("lstm.bias_hh", vec![gates]),
            ("linear.weight", vec![1, hidden]),
            ("linear.bias", vec![1]),
        ] {
            all.push((name.to_owned(), shape, uniform));
        }
        let parameter = |(node, (name, shape, initial))| Parameter { name, node, shape, initial, trainable: true };
        all.into_iter().enumerate().map(parameter).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model() -> SequenceModel {
        SequenceModel { vocabularies: vec![2, 14], embedding: 20, hidden: 100 }
    }

    #[test]
    fn a_text_is_read_time_step_by_time_step() {
        assert_eq!(model().tokens("0c1d").expect("two steps"), [0, 12, 1, 13]);
    }

    #[test]
    fn what_is_no_sequence_is_refused_by_text_and_position() {
        let refused = |text: &str| model().tokens(text).expect_err("no sequence").to_string();
        assert!(refused("").contains("a sequence is empty"));
        assert!(refused("0c1").contains("sequence `0c1`: 3 characters are no whole number of time steps of 2"));
        assert!(refused("0c1D").contains("sequence `0c1D`: `D` at character 4 is no token"));
        assert!(refused("0 1d").contains("` ` at character 2 is no token"));
        assert!(refused("0é1d").contains("`é` at character 2 is no token"));
        let message = refused("0c2d");
        assert!(message.contains("token 2 at character 3 is not in vocabulary 0, which has 2 tokens"), "{message}");
        assert!(refused("0e").contains("token 14 at character 2 is not in vocabulary 1, which has 14"));
    }

    #[test]
    fn sizes_out_of_range_are_refused_by_name() {
        let refused = |model: SequenceModel| model.check().expect_err("out of range").to_string();
        assert!(refused(SequenceModel { vocabularies: vec![], ..model() }).contains("it has no vocabulary"));
        assert!(refused(SequenceModel { vocabularies: vec![2, 37], ..model() }).contains("has 37 tokens; 1 to 36"));
        assert!(refused(SequenceModel { embedding: 0, ..model() }).contains("embedding is 0"));
        assert!(refused(SequenceModel { hidden: 0, ..model() }).contains("hidden is 0"));
        assert_eq!(model().check(), Ok(()));
    }

    /// PyTorch 2.11: the sum of `numel` over Embedding(2, 20), Embedding(14, 20), LSTM(40, 100) and Linear(100, 1).
    #[test]
    fn the_model_owns_as_many_values_as_pytorchs() {
        let sizes: usize = model().parameters().iter().map(Parameter::size).sum();
        assert_eq!(sizes, 320 + 56_800 + 101);
    }
}
