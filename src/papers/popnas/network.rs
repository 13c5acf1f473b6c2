//! The network of a cell: three stages of cells, halved in height and width between them, and a linear classifier.
//!
//! `paper` and `corrected`: N cells per stage, and a 3x3 convolution of stride 2 between stages. `reference`: the cell
//! itself at stride 2. Filters double at every halving. Every convolution is followed by batch normalisation and ReLU, as
//! in the code. Each operator of a cell reads the cell's input, and all outputs are concatenated.

use super::cell::Cell;
use super::operator::Operator as CellOperator;
use super::variant::Variant;
use renas_data::registry::Registry;
use renas_harness::manifest::decode::Section;
use renas_harness::parameters;
use renas_network::spec::{Activation, INPUT, NetworkSpec, Node, Operator};

/// Stages of cells of one size.
const STAGES: usize = 3;

parameters! {
    /// The size of the networks.
    pub struct Scale checked by check {
        /// Shape of one sample, `[channels, height, width]`.
        pub input: Vec<usize> = list(|item| item.integer(1..=4096)),
        /// Number of classes.
        pub classes: usize = integer(2..=1000),
        /// Height and width of the windows whose means the network reads; 1 reads the image itself.
        pub pooled: usize = integer(1..=16),
        /// F: filters of the first stage.
        pub filters: usize = integer(1..=512),
        /// N: cells per stage.
        pub repeats: usize = integer(1..=16),
    }
}

fn check(scale: &Scale, section: &Section<'_>, _: &Registry) {
    match scale.input[..] {
        [_, height, width] if height % scale.pooled == 0 && width % scale.pooled == 0 => {}
        _ => section.problem("input", "must be [channels, height, width], both divisible by `pooled`"),
    }
}

impl Scale {
    /// The network of a cell.
    pub fn network(&self, cell: &Cell, variant: Variant) -> NetworkSpec {
        let mut graph = Graph::new(self);
        let mut filters = self.filters;
        for stage in 0..STAGES {
            if stage > 0 {
                filters *= 2;
                if variant == Variant::Reference {
                    graph.cell(cell, filters, 2, variant);
                } else {
                    graph.convolution([3, 3], filters, 2, 1);
                }
            }
            for _ in 0..self.repeats {
                graph.cell(cell, filters, 1, variant);
            }
        }
        graph.classify(self.classes)
    }

    /// The network without any cell: pooling and the classifier alone. The paper's initial thrust.
    pub fn empty_network(&self) -> NetworkSpec {
        Graph::new(self).classify(self.classes)
    }
}

/// A network under construction.
struct Graph {
    input: Vec<usize>,
    nodes: Vec<Node>,
    /// What the next layer reads, and its channels.
    last: String,
    channels: usize,
    layers: usize,
}

impl Graph {
    fn new(scale: &Scale) -> Self {
        let mut graph = Self {
            input: scale.input.clone(),
            nodes: Vec::new(),
            last: INPUT.to_owned(),
            channels: scale.input[0],
            layers: 0,
        };
        // Deviation: the paper's networks read the images as they are.
        if scale.pooled > 1 {
            graph.add(Operator::AvgPool2d { kernel: scale.pooled, stride: scale.pooled, padding: 0 });
        }
        graph
    }

    /// A layer on what stands last.
    fn add(&mut self, operator: Operator) {
        let inputs = vec![self.last.clone()];
        self.add_on(operator, inputs);
    }

    fn add_on(&mut self, operator: Operator, inputs: Vec<String>) {
        self.layers += 1;
        let name = format!("layer_{}", self.layers);
        self.nodes.push(Node { name: name.clone(), operator, inputs });
        self.last = name;
    }

    fn normalise(&mut self) {
        self.add(Operator::BatchNorm);
        self.add(Operator::Activation { function: Activation::Relu });
    }

    /// Convolution, normalisation, ReLU; the image keeps its size but for the stride.
    fn convolution(&mut self, [height, width]: [usize; 2], filters: usize, stride: usize, dilation: usize) {
        if height == width {
            let padding = dilation * (height - 1) / 2;
            self.add(Operator::Conv2d { filters, kernel: height, stride, padding, dilation, groups: 1 });
        } else {
            let padding = [(height - 1) / 2, (width - 1) / 2];
            self.add(Operator::Conv2dRect { filters, kernel: [height, width], stride, padding });
        }
        self.channels = filters;
        self.normalise();
    }

    fn separable(&mut self, kernel: usize, filters: usize, stride: usize) {
        let channels = self.channels;
        let padding = (kernel - 1) / 2;
        self.add(Operator::Conv2d { filters: channels, kernel, stride, padding, dilation: 1, groups: channels });
        self.convolution([1, 1], filters, 1, 1);
    }

    fn operator(&mut self, operator: CellOperator, filters: usize, stride: usize) {
        match operator {
            CellOperator::Avg3 => self.add(Operator::AvgPool2d { kernel: 3, stride, padding: 1 }),
            CellOperator::Max3 => self.add(Operator::MaxPool2d { kernel: 3, stride, padding: 1 }),
            CellOperator::Identity if stride == 1 => {}
            CellOperator::Identity => self.convolution([1, 1], filters, stride, 1),
            CellOperator::Dil3 => self.convolution([3, 3], filters, stride, 2),
            CellOperator::Dw3 => self.separable(3, filters, stride),
            CellOperator::Dw5 => self.separable(5, filters, stride),
            CellOperator::Dw7 => self.separable(7, filters, stride),
            CellOperator::Conv1x7 => {
                self.convolution([1, 7], filters, stride, 1);
                self.convolution([7, 1], filters, 1, 1);
            }
            CellOperator::Conv3 => self.convolution([3, 3], filters, stride, 1),
        }
    }

    fn cell(&mut self, cell: &Cell, filters: usize, stride: usize, variant: Variant) {
        let (input, channels) = (self.last.clone(), self.channels);
        let (mut outputs, mut total) = (Vec::new(), 0);
        for operator in cell.operators() {
            (self.last, self.channels) = (input.clone(), channels);
            self.operator(operator, filters, stride);
            outputs.push(self.last.clone());
            total += self.channels;
        }
        self.add_on(Operator::Concat, outputs);
        self.channels = total;
        // Deviation: without it pooling and identity multiply the channels from cell to cell, to millions.
        if variant.projects() {
            self.convolution([1, 1], filters, 1, 1);
        }
    }

    fn classify(mut self, classes: usize) -> NetworkSpec {
        self.add(Operator::GlobalMeanPool);
        self.add(Operator::Linear { units: classes });
        NetworkSpec { input: self.input, nodes: self.nodes, output: self.last }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use renas_network::cost::cost;
    use renas_network::shape::shapes;

    fn scale(pooled: usize) -> Scale {
        Scale { input: vec![3, 8, 8], classes: 10, pooled, filters: 4, repeats: 1 }
    }

    fn count(text: &str, variant: Variant) -> (u64, u64) {
        let cell: Cell = text.parse().expect("a cell");
        let total = cost(&scale(1).network(&cell, variant)).expect("a sound network").total;
        (total.parameters, total.multiply_adds)
    }

    /// By hand. Per cell: nothing but the projection from twice its channels, `1x1` with bias and 2 values per filter of
    /// the normalisation: 3 -> 4: 6 x 4 + 4 + 8 = 36; 8 -> 8: 16 x 8 + 8 + 16 = 152; 16: 32 x 16 + 16 + 32 = 560.
    /// Reductions `3x3`: 4 -> 8: 36 x 8 + 8 + 16 = 312; 8 -> 16: 72 x 16 + 16 + 32 = 1200. Classifier 16 x 10 + 10 = 170.
    /// Multiply-adds: 64 x 24, 16 x 288, 16 x 128, 4 x 1152, 4 x 512, 160.
    #[test]
    fn a_cell_of_identity_and_pooling_costs_its_projections() {
        let parameters = 36 + 312 + 152 + 1200 + 560 + 170;
        let multiply_adds = 64 * 24 + 16 * 288 + 16 * 128 + 4 * 1152 + 4 * 512 + 160;
        assert_eq!(count("identity+max3", Variant::Paper), (parameters, multiply_adds));
        assert_eq!(count("avg3+avg3", Variant::Corrected), (parameters, multiply_adds));
    }

    /// By hand. `dw3` from c to f: depthwise 9 c + c, pointwise c f + f + 2 f. `dil3`: 9 c f + f + 2 f. Projection from 2 f
    /// to f: 2 f f + f + 2 f. Cells: (c, f) = (3, 4), (8, 8), (16, 16).
    #[test]
    fn a_cell_of_convolutions_costs_what_the_hand_count_says() {
        let cell = |c: u64, f: u64| 10 * c + (c * f + 3 * f) + (9 * c * f + 3 * f) + (2 * f * f + 3 * f);
        let parameters = cell(3, 4) + 312 + cell(8, 8) + 1200 + cell(16, 16) + 170;
        let adds = |c: u64, f: u64| 9 * c + c * f + 9 * c * f + 2 * f * f;
        let multiply_adds = 64 * adds(3, 4) + 16 * 288 + 16 * adds(8, 8) + 4 * 1152 + 4 * adds(16, 16) + 160;
        assert_eq!(count("dw3+dil3", Variant::Paper), (parameters, multiply_adds));
    }

    /// By hand: five cells, the second and the fourth of stride 2 with 8 and 16 filters. `conv3` from c to f: 9 c f + 3 f;
    /// `conv1x7`: 7 c f + 3 f + 7 f f + 3 f; the cell passes on 2 f channels.
    #[test]
    fn the_reference_reduces_by_cells_and_does_not_project() {
        let cell = |c: u64, f: u64| (9 * c * f + 3 * f) + (7 * c * f + 3 * f + 7 * f * f + 3 * f);
        let cells = cell(3, 4) + cell(8, 8) + cell(16, 8) + cell(16, 16) + cell(32, 16);
        assert_eq!(count("conv3+conv1x7", Variant::Reference).0, cells + 32 * 10 + 10);
    }

    #[test]
    fn pooling_doubles_the_channels_of_the_reference_from_cell_to_cell() {
        let cell: Cell = "avg3+max3".parse().expect("a cell");
        let network = scale(1).network(&cell, Variant::Reference);
        let shapes = shapes(&network).expect("a sound network");
        assert_eq!(shapes[network.nodes.len() - 2], [3 * 32]);
    }

    #[test]
    fn pooled_images_are_read_at_the_smaller_size() {
        let cell: Cell = "identity+dw5|dw7+conv1x7".parse().expect("a cell");
        let network = scale(2).network(&cell, Variant::Paper);
        let shapes = shapes(&network).expect("a sound network");
        assert_eq!((&shapes[0][..], network.nodes[0].name.as_str()), (&[3, 4, 4][..], "layer_1"));
        assert_eq!(cost(&scale(1).empty_network()).expect("sound").total.parameters, 40);
    }
}
