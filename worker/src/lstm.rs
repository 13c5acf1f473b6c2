//! The LSTM of `task::sequence` in plain Rust: forward pass and gradient of one sequence.
//!
//! Not in libtorch, for two reasons. Its sequences are short and its steps many: one step of one sequence of ten time
//! steps (40 inputs, 100 units) took 1.7 to 2.7 ms there, most of it dispatch. And what is added in a fixed order, with
//! `libm` for the exponentials, has the same bits on every processor under every numerics.
//!
//! Hochreiter and Schmidhuber 1997, <https://doi.org/10.1162/neco.1997.9.8.1735>, with forget gates and PyTorch's order
//! of gates: input, forget, cell, output.

use std::ops::Range;

use renas_network::weights::{Tensor, Tensors};
use renas_task::sequence::SequenceModel;

/// Sums that a dot product keeps side by side, so that it can be vectorised without changing its order.
const LANES: usize = 16;

/// Where the tensors of a model lie in one flat buffer. The two matrices of the LSTM lie transposed, `[from, gates]`.
pub struct Layout {
    hidden: usize,
    embedding: usize,
    /// `[tokens, embedding]` each.
    embeddings: Vec<Range<usize>>,
    /// `[step_size, gates]`
    input: Range<usize>,
    /// `[hidden, gates]`
    recurrent: Range<usize>,
    /// Two of `[gates]`, which only their sum matters of.
    biases: [Range<usize>; 2],
    /// `[hidden]`
    linear: Range<usize>,
    /// The bias of the linear layer, the last value.
    offset: usize,
}

/// What the forward pass of one sequence leaves for its gradient: one row per time step.
#[derive(Default)]
pub struct Pass {
    /// `[steps, step_size]`
    inputs: Vec<f32>,
    /// `[steps, gates]`, after their functions.
    gates: Vec<f32>,
    /// `[steps + 1, hidden]`, zeros first.
    cells: Vec<f32>,
    /// `[steps + 1, hidden]`, zeros first.
    states: Vec<f32>,
}

impl Layout {
    /// The layout of a checked model.
    pub fn new(model: &SequenceModel) -> Self {
        let mut end = 0;
        let mut next = |size: usize| {
            end += size;
            end - size..end
        };
        let (hidden, embedding) = (model.hidden, model.embedding);
        let gates = 4 * hidden;
        Self {
            hidden,
            embedding,
            embeddings: model.vocabularies.iter().map(|tokens| next(tokens * embedding)).collect(),
            input: next(model.step_size() * gates),
            recurrent: next(hidden * gates),
            biases: [next(gates), next(gates)],
            linear: next(hidden),
            offset: next(1).start,
        }
    }

    /// Number of values.
    pub fn size(&self) -> usize {
        self.offset + 1
    }

    fn gates(&self) -> usize {
        4 * self.hidden
    }

    /// The buffer of tensors in PyTorch's shapes, which must be those of `SequenceModel::parameters`.
    pub fn flatten(&self, model: &SequenceModel, tensors: &Tensors) -> Vec<f32> {
        let mut flat = Vec::with_capacity(self.size());
        for parameter in model.parameters() {
            let values = &tensors[&parameter.name].values;
            match parameter.shape.as_slice() {
                [rows, columns] if is_transposed(&parameter.name) => flat.extend(transposed(values, *rows, *columns)),
                _ => flat.extend(values),
            }
        }
        flat
    }

    /// The tensors of a buffer in PyTorch's shapes.
    pub fn tensors(&self, model: &SequenceModel, flat: &[f32]) -> Tensors {
        let mut start = 0;
        let mut tensors = Tensors::new();
        for parameter in model.parameters() {
            let values = &flat[start..start + parameter.size()];
            start += parameter.size();
            let values = match parameter.shape.as_slice() {
                [rows, columns] if is_transposed(&parameter.name) => transposed(values, *columns, *rows),
                _ => values.to_vec(),
            };
            tensors.insert(parameter.name, Tensor { shape: parameter.shape, values });
        }
        tensors
    }

    /// The sum of the biases, `[gates]`.
    fn bias(&self, weights: &[f32]) -> Vec<f32> {
        let [first, second] = self.biases.clone().map(|range| &weights[range]);
        first.iter().zip(second).map(|(first, second)| first + second).collect()
    }

    /// What each token adds to the gates, `[tokens, gates]` per vocabulary; the first vocabulary's also hold the bias.
    pub fn contributions(&self, weights: &[f32]) -> Vec<Vec<f32>> {
        let mut start = self.bias(weights);
        let rows = self.embedding * self.gates();
        let mut all = Vec::with_capacity(self.embeddings.len());
        for (range, matrix) in self.embeddings.iter().zip(weights[self.input.clone()].chunks_exact(rows)) {
            let mut contributions = Vec::new();
            for embedding in weights[range.clone()].chunks_exact(self.embedding) {
                let mut gates = start.clone();
                add_rows(&mut gates, matrix, embedding);
                contributions.extend(gates);
            }
            all.push(contributions);
            start.fill(0.0);
        }
        all
    }

    /// State and cell after one more time step, from what its tokens contribute to the gates.
    pub fn advance(&self, weights: &[f32], gates: &mut [f32], state: &mut [f32], cell: &mut [f32]) {
        add_rows(gates, &weights[self.recurrent.clone()], state);
        self.apply_gates(gates, cell, state);
    }

    /// From sums to gates, and from a cell to the next one and its state.
    fn apply_gates(&self, gates: &mut [f32], cell: &mut [f32], state: &mut [f32]) {
        let (sigmoids, rest) = gates.split_at_mut(2 * self.hidden);
        let (candidates, outputs) = rest.split_at_mut(self.hidden);
        sigmoids.iter_mut().chain(outputs.iter_mut()).for_each(|gate| *gate = 1.0 / (1.0 + libm::expf(-*gate)));
        candidates.iter_mut().for_each(|gate| *gate = libm::tanhf(*gate));
        let (inputs, forgets) = sigmoids.split_at(self.hidden);
        for unit in 0..self.hidden {
            cell[unit] = forgets[unit] * cell[unit] + inputs[unit] * candidates[unit];
            state[unit] = outputs[unit] * libm::tanhf(cell[unit]);
        }
    }

    /// The model's answer from its last state; in f64, since candidates may differ by less than an f32 can show.
    pub fn answer(&self, weights: &[f32], state: &[f32]) -> f64 {
        let weighted = weights[self.linear.clone()].iter().zip(state);
        let sum: f64 = weighted.map(|(&weight, &state)| f64::from(weight) * f64::from(state)).sum();
        1.0 / (1.0 + libm::exp(-(sum + f64::from(weights[self.offset]))))
    }

    /// The model's answer for `tokens`, and what its gradient needs.
    pub fn forward(&self, weights: &[f32], tokens: &[u8], pass: &mut Pass) -> f64 {
        let (hidden, width) = (self.hidden, self.embeddings.len());
        let bias = self.bias(weights);
        let (mut state, mut cell) = (vec![0.0; hidden], vec![0.0; hidden]);
        pass.inputs.clear();
        pass.gates.clear();
        pass.states.clone_from(&state);
        pass.cells.clone_from(&cell);
        for step in tokens.chunks_exact(width) {
            for (&token, range) in step.iter().zip(&self.embeddings) {
                pass.inputs.extend(&weights[self.embedding_of(range, token)]);
            }
            let input = &pass.inputs[pass.inputs.len() - width * self.embedding..];
            let mut gates = bias.clone();
            add_rows(&mut gates, &weights[self.input.clone()], input);
            self.advance(weights, &mut gates, &mut state, &mut cell);
            pass.gates.extend(&gates);
            pass.states.extend(&state);
            pass.cells.extend(&cell);
        }
        self.answer(weights, &state)
    }

    /// Add to `gradient` what the sequence of `pass` adds, where `slope` is the derivative of the loss by the value that
    /// the last sigmoid is applied to.
    pub fn backward(&self, weights: &[f32], tokens: &[u8], pass: &Pass, slope: f32, gradient: &mut [f32]) {
        let (hidden, gates) = (self.hidden, self.gates());
        let steps = pass.gates.len() / gates;
        let mut by_sum = vec![0.0; pass.gates.len()];
        let mut by_state: Vec<f32> = weights[self.linear.clone()].iter().map(|weight| slope * weight).collect();
        let mut by_cell = vec![0.0; hidden];
        for step in (0..steps).rev() {
            let row = step * gates..(step + 1) * gates;
            let by_sum = &mut by_sum[row.clone()];
            let cells = &pass.cells[step * hidden..(step + 2) * hidden];
            gates_backward(&pass.gates[row], cells, &by_state, &mut by_cell, by_sum);
            for (by_state, weights) in by_state.iter_mut().zip(weights[self.recurrent.clone()].chunks_exact(gates)) {
                *by_state = dot(weights, by_sum);
            }
        }
        add_products(&mut gradient[self.input.clone()], &pass.inputs, &by_sum, gates);
        add_products(&mut gradient[self.recurrent.clone()], &pass.states[..steps * hidden], &by_sum, gates);
        for bias in &self.biases {
            add_rows(&mut gradient[bias.clone()], &by_sum, &vec![1.0; steps]);
        }
        add_rows(&mut gradient[self.linear.clone()], &pass.states[steps * hidden..], &[slope]);
        gradient[self.offset] += slope;
        self.embeddings_backward(weights, tokens, &by_sum, gradient);
    }

    fn embeddings_backward(&self, weights: &[f32], tokens: &[u8], by_sum: &[f32], gradient: &mut [f32]) {
        let gates = self.gates();
        for (step, by_sum) in tokens.chunks_exact(self.embeddings.len()).zip(by_sum.chunks_exact(gates)) {
            let mut rows = weights[self.input.clone()].chunks_exact(gates);
            for (&token, range) in step.iter().zip(&self.embeddings) {
                for (value, row) in gradient[self.embedding_of(range, token)].iter_mut().zip(&mut rows) {
                    *value += dot(row, by_sum);
                }
            }
        }
    }

    fn embedding_of(&self, range: &Range<usize>, token: u8) -> Range<usize> {
        let start = range.start + usize::from(token) * self.embedding;
        start..start + self.embedding
    }
}

fn is_transposed(name: &str) -> bool {
    matches!(name, "lstm.weight_ih" | "lstm.weight_hh")
}

/// `[rows, columns]` to `[columns, rows]`.
fn transposed(values: &[f32], rows: usize, columns: usize) -> Vec<f32> {
    (0..columns).flat_map(|column| (0..rows).map(move |row| values[row * columns + column])).collect()
}

/// One time step backwards: `by_cell` is replaced by that of the step before; `by_sum` is written.
///
/// `cells`: the cells before and after the step.
fn gates_backward(gates: &[f32], cells: &[f32], by_state: &[f32], by_cell: &mut [f32], by_sum: &mut [f32]) {
    let hidden = by_cell.len();
    let (before, after) = cells.split_at(hidden);
    for unit in 0..hidden {
        let [input, forget, candidate, output] = [0, 1, 2, 3].map(|gate| gates[gate * hidden + unit]);
        let tanh = libm::tanhf(after[unit]);
        let by_this = by_cell[unit] + by_state[unit] * output * (1.0 - tanh * tanh);
        by_sum[unit] = by_this * candidate * input * (1.0 - input);
        by_sum[hidden + unit] = by_this * before[unit] * forget * (1.0 - forget);
        by_sum[2 * hidden + unit] = by_this * input * (1.0 - candidate * candidate);
        by_sum[3 * hidden + unit] = by_state[unit] * tanh * output * (1.0 - output);
        by_cell[unit] = by_this * forget;
    }
}

/// Add the rows of a matrix, each times its scale, in their order.
fn add_rows(sum: &mut [f32], matrix: &[f32], scales: &[f32]) {
    let size = sum.len();
    let (fours, rest) = scales.as_chunks::<4>();
    for (rows, &[a, b, c, d]) in matrix.chunks_exact(4 * size).zip(fours) {
        let (first, last) = rows.split_at(2 * size);
        let ((first, second), (third, fourth)) = (first.split_at(size), last.split_at(size));
        for ((((sum, first), second), third), fourth) in sum.iter_mut().zip(first).zip(second).zip(third).zip(fourth) {
            *sum = *sum + a * first + b * second + c * third + d * fourth;
        }
    }
    let done = 4 * fours.len() * size;
    for (row, scale) in matrix[done..].chunks_exact(size).zip(rest) {
        sum.iter_mut().zip(row).for_each(|(sum, value)| *sum += scale * value);
    }
}

/// Add to the matrix `[from, to]` the products of all pairs of values, over the rows of `from` and `to` together.
fn add_products(matrix: &mut [f32], from: &[f32], to: &[f32], size: usize) {
    let count = matrix.len() / size;
    let mut column = Vec::new();
    for (index, row) in matrix.chunks_exact_mut(size).enumerate() {
        column.clear();
        column.extend(from.iter().skip(index).step_by(count));
        add_rows(row, to, &column);
    }
}

/// The dot product, as `LANES` sums side by side, added up in their order at the end.
fn dot(left: &[f32], right: &[f32]) -> f32 {
    let (left, left_rest) = left.as_chunks::<LANES>();
    let (right, right_rest) = right.as_chunks::<LANES>();
    let mut lanes = [0.0; LANES];
    for (left, right) in left.iter().zip(right) {
        for lane in 0..LANES {
            lanes[lane] += left[lane] * right[lane];
        }
    }
    let rest: f32 = left_rest.iter().zip(right_rest).map(|(left, right)| left * right).sum();
    lanes.iter().sum::<f32>() + rest
}
