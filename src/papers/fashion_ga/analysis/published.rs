//! The paper's own numbers: its only table.

/// Accuracy and parameters of the best network by mutation, in the paper's order.
pub const TABLE_1: [(&str, f64, f64); 4] = [
    ("filter", 0.7471, 1_692_572.0),
    ("inversion", 0.7448, 170_818.0),
    ("swap", 0.8228, 60_542.0),
    ("add_layer", 0.8995, 220_858.0),
];
