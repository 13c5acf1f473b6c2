//! Numbers that others published, shown beside ours.

/// Mean accuracy, introspectability and FLOPs of the paper's Table 2, by data set and generations.
pub const TABLE_2: [(&str, usize, [f64; 3]); 6] = [
    ("mnist", 8, [0.962, 0.327, 116_239.0]),
    ("mnist", 12, [0.968, 0.313, 105_764.0]),
    ("mnist", 15, [0.968, 0.289, 86_148.0]),
    ("cifar10", 8, [0.437, 0.565, 185_901.0]),
    ("cifar10", 12, [0.456, 0.569, 141_100.0]),
    ("cifar10", 15, [0.473, 0.581, 132_058.0]),
];

/// The row of the paper's Table 2; none for another data set or number of generations.
pub fn table_2(dataset: &str, generations: usize) -> Option<[f64; 3]> {
    let row = TABLE_2.iter().find(|(name, count, _)| (*name, *count) == (dataset, generations));
    row.map(|(_, _, numbers)| *numbers)
}

/// Median, 5 % and 95 % quantile of a statistic over searches.
pub type Band = [f64; 3];

/// An independent re-implementation of the author's loop on the author's tables, 24 searches per data set, made before
/// this project: accuracy, introspectability and multiply-adds of the final population's mean.
const EARLIER: [(&str, usize, [Band; 3]); 6] = [
    ("mnist", 8, [[0.963, 0.950, 0.970], [0.280, 0.18, 0.34], [108e3, 75e3, 132e3]]),
    ("mnist", 12, [[0.966, 0.954, 0.972], [0.285, 0.18, 0.44], [105e3, 71e3, 130e3]]),
    ("mnist", 15, [[0.967, 0.956, 0.976], [0.279, 0.17, 0.46], [107e3, 66e3, 148e3]]),
    ("cifar10", 8, [[0.459, 0.444, 0.480], [0.548, 0.53, 0.58], [169e3, 132e3, 225e3]]),
    ("cifar10", 12, [[0.472, 0.448, 0.493], [0.551, 0.47, 0.59], [157e3, 128e3, 238e3]]),
    ("cifar10", 15, [[0.475, 0.446, 0.493], [0.555, 0.46, 0.60], [157e3, 114e3, 243e3]]),
];

/// What the earlier re-implementation found.
pub fn earlier(dataset: &str, generations: usize) -> Option<[Band; 3]> {
    let row = EARLIER.iter().find(|(name, count, _)| (*name, *count) == (dataset, generations));
    row.map(|(_, _, bands)| *bands)
}
