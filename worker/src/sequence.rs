//! Fits predictors over sequences of tokens and asks them; what they compute is in `lstm`.
//!
//! On the CPU under every numerics and device, with the same bits: nothing here comes from libtorch.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use renas_network::weights::Tensors;
use renas_task::outcome::Ending;
use renas_task::sequence::{FitSequence, PredictSequence, SequenceModel, SequenceRecipe};

use crate::lstm::{Layout, Pass};
use crate::parameters::{check_tensors, initial_values};

/// What a fit leaves.
pub struct Fitted {
    /// How it ended.
    pub ending: Ending,
    /// Mean squared error of each epoch, every example's before the step that it is part of.
    pub losses: Vec<f64>,
    /// The weights; those of the last step.
    pub weights: Tensors,
}

/// Fit a model, from the given weights or from fresh ones.
pub fn fit(task: &FitSequence, start: Option<Tensors>) -> Result<Fitted> {
    let FitSequence { model, recipe, .. } = task;
    model.check()?;
    check_recipe(recipe)?;
    let examples = examples(task)?;
    let layout = Layout::new(model);
    let mut weights = layout.flatten(model, &start_weights(task, start)?);
    let (mut gradient, mut pass) = (vec![0.0; layout.size()], Pass::default());
    let mut adam = Adam::new(layout.size(), recipe.learning_rate);
    let (mut losses, mut steps_taken) = (Vec::with_capacity(recipe.epochs), 0);
    let mut ending = Ending::Completed;
    'epochs: for epoch in 0..recipe.epochs {
        let mut errors = 0.0;
        for batch in batches(task, &examples, epoch) {
            gradient.fill(0.0);
            let mut batch_errors = 0.0;
            for &index in &batch {
                let (tokens, target) = &examples[index];
                let answer = layout.forward(&weights, tokens, &mut pass);
                batch_errors += (answer - target) * (answer - target);
                let slope = 2.0 * (answer - target) * answer * (1.0 - answer) / batch.len() as f64;
                layout.backward(&weights, tokens, &pass, slope as f32, &mut gradient);
            }
            if !batch_errors.is_finite() {
                ending = Ending::Diverged { step: steps_taken };
                break 'epochs;
            }
            errors += batch_errors;
            adam.step(&mut weights, &gradient);
            steps_taken += 1;
        }
        losses.push(errors / examples.len() as f64);
    }
    if ending == Ending::Completed && !weights.iter().all(|weight| weight.is_finite()) {
        ending = Ending::Diverged { step: steps_taken };
    }
    Ok(Fitted { ending, losses, weights: layout.tensors(model, &weights) })
}

/// The model's answers in the order of the sequences; they may not be finite where the weights are not.
///
/// The sequences are walked in ascending order, so that what two neighbours begin with alike is computed once: a search
/// asks for all extensions of a few hundred cells. An answer does not depend on what else is asked.
pub fn predict(task: &PredictSequence, weights: Tensors) -> Result<Vec<f64>> {
    let model = &task.model;
    model.check()?;
    let layout = Layout::new(model);
    let weights = layout.flatten(model, &checked(model, weights)?);
    let sequences: Vec<Vec<u8>> = task.sequences.iter().map(|text| model.tokens(text)).collect::<Result<_, _>>()?;
    let mut order: Vec<usize> = (0..sequences.len()).collect();
    order.sort_by(|&left, &right| sequences[left].cmp(&sequences[right]));
    let mut walk = Walk::new(model, &layout, &weights);
    let mut predictions = vec![0.0; sequences.len()];
    for index in order {
        predictions[index] = walk.answer(&sequences[index]);
    }
    Ok(predictions)
}

/// The states along the last sequence that was asked for.
struct Walk<'a> {
    layout: &'a Layout,
    weights: &'a [f32],
    /// What each token adds to the gates, per vocabulary.
    contributions: Vec<Vec<f32>>,
    hidden: usize,
    /// The last sequence.
    tokens: Vec<u8>,
    /// State and cell before each of its time steps, and after the last.
    states: Vec<(Vec<f32>, Vec<f32>)>,
    /// The answer for it.
    last: f64,
}

impl<'a> Walk<'a> {
    fn new(model: &SequenceModel, layout: &'a Layout, weights: &'a [f32]) -> Self {
        let states = vec![(vec![0.0; model.hidden], vec![0.0; model.hidden])];
        let contributions = layout.contributions(weights);
        Self { layout, weights, contributions, hidden: model.hidden, tokens: Vec::new(), states, last: 0.0 }
    }

    fn answer(&mut self, tokens: &[u8]) -> f64 {
        if self.tokens == tokens {
            return self.last;
        }
        let width = self.contributions.len();
        let steps = tokens.chunks_exact(width);
        let shared = steps.clone().zip(self.tokens.chunks_exact(width)).take_while(|(new, old)| new == old).count();
        self.states.truncate(shared + 1);
        for step in steps.skip(shared) {
            let (mut state, mut cell) = self.states.last().cloned().expect("the state before the first step stays");
            self.layout.advance(self.weights, &mut self.gates(step), &mut state, &mut cell);
            self.states.push((state, cell));
        }
        self.tokens = tokens.to_vec();
        let (state, _) = self.states.last().expect("the state before the first step stays");
        self.last = self.layout.answer(self.weights, state);
        self.last
    }

    /// What the tokens of a time step add up to.
    fn gates(&self, step: &[u8]) -> Vec<f32> {
        let size = 4 * self.hidden;
        let mut gates = vec![0.0; size];
        for (&token, contributions) in step.iter().zip(&self.contributions) {
            let row = &contributions[usize::from(token) * size..][..size];
            gates.iter_mut().zip(row).for_each(|(gate, value)| *gate += value);
        }
        gates
    }
}

/// Tokens and target of each example.
fn examples(task: &FitSequence) -> Result<Vec<(Vec<u8>, f64)>> {
    ensure!(!task.examples.is_empty(), "a sequence model needs at least one example");
    let read = |(index, example): (usize, &renas_task::sequence::Example)| {
        let target = example.target;
        ensure!((0.0..=1.0).contains(&target), "examples[{index}]: the target is {target}; it must be in 0..=1");
        let tokens = task.model.tokens(&example.sequence).with_context(|| format!("examples[{index}]"))?;
        Ok((tokens, target))
    };
    task.examples.iter().enumerate().map(read).collect()
}

fn check_recipe(recipe: &SequenceRecipe) -> Result<()> {
    let SequenceRecipe { learning_rate, batch_size, .. } = *recipe;
    ensure!(learning_rate.is_finite() && learning_rate >= 0.0, "recipe.learning_rate is {learning_rate}");
    ensure!(batch_size > 0, "recipe.batch_size must be at least 1");
    Ok(())
}

fn start_weights(task: &FitSequence, start: Option<Tensors>) -> Result<Tensors> {
    if let Some(weights) = start {
        return checked(&task.model, weights);
    }
    let seed = task.seed.derive("init");
    let fresh = task.model.parameters().into_iter().map(|parameter| {
        let values = initial_values(&parameter, &seed);
        (parameter.name, renas_network::weights::Tensor { shape: parameter.shape, values })
    });
    Ok(fresh.collect())
}

fn checked(model: &SequenceModel, weights: Tensors) -> Result<Tensors> {
    check_tensors(&model.parameters(), &weights)?;
    Ok(weights)
}

/// Indices of the examples of each step of an epoch, as `SequenceRecipe` says.
fn batches(task: &FitSequence, examples: &[(Vec<u8>, f64)], epoch: usize) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..examples.len()).collect();
    task.seed.derive_indexed("order", epoch as u64).stream("shuffle").shuffle(&mut order);
    let mut open: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut batches = Vec::new();
    for index in order {
        let batch = open.entry(examples[index].0.len()).or_default();
        batch.push(index);
        if batch.len() == task.recipe.batch_size {
            batches.push(std::mem::take(batch));
        }
    }
    batches.extend(open.into_values().filter(|batch| !batch.is_empty()));
    batches
}

/// Kingma and Ba 2015, algorithm 1, <https://arxiv.org/abs/1412.6980>, with PyTorch's place of epsilon.
struct Adam {
    rate: f64,
    means: Vec<f32>,
    squares: Vec<f32>,
    /// The powers of the two decays after the steps taken.
    decays: [f64; 2],
}

impl Adam {
    const BETAS: [f64; 2] = [0.9, 0.999];
    const EPSILON: f32 = 1e-8;

    fn new(size: usize, rate: f64) -> Self {
        Self { rate, means: vec![0.0; size], squares: vec![0.0; size], decays: [1.0; 2] }
    }

    fn step(&mut self, weights: &mut [f32], gradient: &[f32]) {
        for (decay, beta) in self.decays.iter_mut().zip(Self::BETAS) {
            *decay *= beta;
        }
        let [beta1, beta2] = Self::BETAS.map(|beta| beta as f32);
        let [rest1, rest2] = Self::BETAS.map(|beta| (1.0 - beta) as f32);
        let rate = (self.rate / (1.0 - self.decays[0])) as f32;
        let root = libm::sqrt(1.0 - self.decays[1]) as f32;
        let moments = self.means.iter_mut().zip(&mut self.squares);
        for ((weight, &slope), (mean, square)) in weights.iter_mut().zip(gradient).zip(moments) {
            *mean = beta1 * *mean + rest1 * slope;
            *square = beta2 * *square + rest2 * slope * slope;
            *weight -= rate * *mean / (square.sqrt() / root + Self::EPSILON);
        }
    }
}
