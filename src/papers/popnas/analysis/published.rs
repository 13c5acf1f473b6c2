//! The paper's own numbers, for the tables that show ours beside them.

/// Table 3: proper and progressive errors at two, three and four blocks.
pub const TABLE_3: [(&str, [f64; 6]); 4] = [
    ("block_sum", [0.1821, 0.2758, 0.2390, 0.1821, 0.2290, 0.2323]),
    ("ridge.standard", [0.3465, 0.0524, 0.0353, 0.3465, 0.1995, 0.1444]),
    ("nnls.standard", [0.3660, 0.0524, 0.0355, 0.3660, 0.2092, 0.1510]),
    ("xgboost.standard", [0.5778, 0.4849, 0.3893, 0.5778, 0.5314, 0.4838]),
];

/// Table 4: the same, for ridge and then for NNLS.
pub const TABLE_4: [(&str, [f64; 6]); 8] = [
    ("ridge.standard", [0.3270, 0.0524, 0.0353, 0.3270, 0.1897, 0.1380]),
    ("ridge.reordered", [0.3126, 0.0613, 0.0637, 0.3126, 0.1869, 0.1456]),
    ("ridge.no_inputs", [0.4018, 0.0522, 0.0388, 0.4018, 0.2270, 0.1639]),
    ("ridge.reordered_no_inputs", [0.3028, 0.0470, 0.0709, 0.3028, 0.1749, 0.1401]),
    ("nnls.standard", [0.3483, 0.0524, 0.0355, 0.3483, 0.2003, 0.1451]),
    ("nnls.reordered", [0.2580, 0.0469, 0.0625, 0.2580, 0.1524, 0.1223]),
    ("nnls.no_inputs", [0.3483, 0.0522, 0.0388, 0.3483, 0.2002, 0.1461]),
    ("nnls.reordered_no_inputs", [0.2580, 0.0469, 0.0709, 0.2580, 0.1524, 0.1251]),
];

/// Table 5: mean, largest and smallest error, static and dynamic.
pub const TABLE_5: [(&str, [f64; 3]); 2] =
    [("popnas_static", [0.237973999, 0.60435179, 0.017062738]), ("popnas", [0.212871771, 0.348979024, 0.081329244])];

/// Table 6: proper and progressive errors at two, three and four blocks, static and dynamic.
pub const TABLE_6: [(&str, [f64; 6]); 2] = [
    ("popnas_static", [0.2018, 0.2450, 0.2642, 0.2018, 0.2248, 0.2380]),
    ("popnas", [0.1869, 0.1958, 0.2547, 0.1869, 0.1916, 0.2128]),
];

/// Table 7: accuracies at one to five blocks of the best, the best 5, the best 25 and all.
pub const TABLE_7: [(&str, [f64; 5]); 4] = [
    ("top1", [0.694, 0.673, 0.685, 0.701, 0.741]),
    ("top5", [0.686, 0.659, 0.672, 0.680, 0.723]),
    ("top25", [0.662, 0.457, 0.492, 0.635, 0.675]),
    ("accuracy", [0.541, 0.305, 0.380, 0.488, 0.637]),
];

/// Table 8: accuracy and seconds of the best cells of PNAS and of POPNAS.
pub const TABLE_8: [(&str, [f64; 2]); 2] = [("pnas", [0.8223, 3960.0]), ("popnas", [0.7433, 2280.0])];
