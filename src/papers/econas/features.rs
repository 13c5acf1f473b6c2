//! The five numbers from which the surrogates predict (section 3.1.2 of the paper).

use super::genotype::Genotype;

/// Number of features.
pub const FEATURES: usize = 5;

/// Number of hidden layers; mean, maximum, minimum and population variance of their sizes.
///
/// In the order of the author's code. The size of the first layer, which dominates the cost, is not among them.
pub fn features(genotype: &Genotype) -> [f64; FEATURES] {
    let sizes = &genotype.0;
    let count = sizes.len() as f64;
    let mean = sizes.iter().map(|&units| units as f64).sum::<f64>() / count;
    let variance = sizes.iter().map(|&units| (units as f64 - mean) * (units as f64 - mean)).sum::<f64>() / count;
    let narrowest = sizes.iter().copied().min().unwrap_or(0) as f64;
    [count, mean, genotype.widest() as f64, narrowest, variance]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// NumPy 2.4.6: `len(x), np.mean(x), max(x), min(x), np.var(x)` of x = [12, 102, 55, 40, 71, 55].
    #[test]
    fn features_equal_those_of_numpy() {
        let expected = [6.0, 55.833333333333336, 102.0, 12.0, 755.8055555555555];
        for (value, wanted) in features(&Genotype(vec![12, 102, 55, 40, 71, 55])).iter().zip(expected) {
            assert!((value / wanted - 1.0).abs() < 1e-14, "{value} {wanted}");
        }
    }

    #[test]
    fn one_layer_has_no_variance() {
        assert_eq!(features(&Genotype(vec![7])), [1.0, 7.0, 7.0, 7.0, 0.0]);
    }
}
