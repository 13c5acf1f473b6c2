//! The paper's own numbers: table 1.

/// A row of table 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row {
    /// First column.
    pub architecture: &'static str,
    /// The name of our quantities; absent where nothing of it is measured here.
    pub ours: Option<&'static str>,
    /// Accuracy on CIFAR-10, a fraction.
    pub accuracy: f64,
    /// "FLOPs": multiply-adds, as its row of ResNet-56 shows.
    pub multiply_adds: f64,
    /// Parameters.
    pub parameters: f64,
    /// Search cost in GPU-days; absent for "Manual".
    pub gpu_days: Option<f64>,
}

const fn row(
    architecture: &'static str,
    ours: Option<&'static str>,
    [accuracy, multiply_adds, parameters]: [f64; 3],
    gpu_days: Option<f64>,
) -> Row {
    Row { architecture, ours, accuracy, multiply_adds, parameters, gpu_days }
}

/// Table 1.
pub const TABLE_1: [Row; 7] = [
    row("ResNet-56", Some("res_net56"), [0.9303, 125e6, 0.85e6], None),
    row("DenseNet-BC", Some("dense_net_bc"), [0.9363, 253e6, 0.80e6], None),
    row("NASNet-A", None, [0.9735, 564e6, 3.3e6], Some(2000.0)),
    row("AmoebaNet-B", None, [0.9745, 555e6, 2.8e6], Some(3150.0)),
    row("Ours (Budget 1)", Some("budget_1"), [0.9682, 78e6, 0.45e6], Some(1.5)),
    row("Ours (Budget 2)", Some("budget_2"), [0.9718, 156e6, 0.92e6], Some(1.5)),
    row("Ours (Budget 3)", Some("budget_3"), [0.9741, 312e6, 1.85e6], Some(1.5)),
];
