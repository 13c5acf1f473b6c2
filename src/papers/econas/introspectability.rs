//! Introspectability: how differently a network represents the classes, from class means of its activations.
//!
//! The paper defines it, after XNAS (Carmichael et al. 2021, <https://arxiv.org/abs/2112.08645>), as the mean cosine
//! DISTANCE between class means of hidden activations; its code measures the mean cosine SIMILARITY of the class means
//! of ReLU(logits). Both are computed for every network; a variant says which it maximises.

/// Mean cosine distance over the pairs of `classes`, each a vector of mean activations.
///
/// In 0..=1 for activations after ReLU. A class mean of zeros has no direction: its pairs are left out, as in XNAS;
/// without any pair the result is 0, the worst value.
pub fn mean_distance(classes: &[Vec<f32>]) -> f64 {
    let (mut total, mut pairs) = (0.0, 0usize);
    for_pairs(classes, |dot, norms| {
        if norms > 0.0 {
            total += 1.0 - dot / norms;
            pairs += 1;
        }
    });
    if pairs == 0 { 0.0 } else { total / pairs as f64 }
}

/// Mean cosine similarity over the pairs of `classes`, as the paper's code measures it.
///
/// A class mean of zeros has similarity 0 with every other: PyTorch's `cosine_similarity` divides by at least 1e-8.
pub fn mean_similarity(classes: &[Vec<f32>]) -> f64 {
    let (mut total, mut pairs) = (0.0, 0usize);
    for_pairs(classes, |dot, norms| {
        total += dot / norms.max(1e-8);
        pairs += 1;
    });
    if pairs == 0 { 0.0 } else { total / pairs as f64 }
}

/// Call `visit(dot product, product of the norms)` for every pair of classes.
fn for_pairs(classes: &[Vec<f32>], mut visit: impl FnMut(f64, f64)) {
    let norms: Vec<f64> = classes.iter().map(|class| libm::sqrt(dot(class, class))).collect();
    for (first, mean) in classes.iter().enumerate() {
        for second in first + 1..classes.len() {
            visit(dot(mean, &classes[second]), norms[first] * norms[second]);
        }
    }
}

fn dot(left: &[f32], right: &[f32]) -> f64 {
    left.iter().zip(right).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> Vec<Vec<f32>> {
        vec![vec![1.0, 2.0, 0.0, 4.0], vec![0.0, 1.5, 3.0, 0.0], vec![2.0; 4], vec![5.0, 0.0, 0.0, 0.5]]
    }

    /// SciPy 1.17.1: `d = pdist(x, 'cosine'); d.mean(), (1 - d).mean()`.
    #[test]
    fn distance_and_similarity_equal_those_of_scipy() {
        assert!((mean_distance(&example()) - 0.5864962731372209).abs() < 1e-15);
        assert!((mean_similarity(&example()) - 0.4135037268627791).abs() < 1e-15);
    }

    #[test]
    fn the_scale_of_a_class_mean_does_not_matter() {
        let mut scaled = example();
        scaled[1].iter_mut().for_each(|value| *value *= 64.0);
        assert_eq!(mean_distance(&scaled).to_bits(), mean_distance(&example()).to_bits());
    }

    #[test]
    fn a_class_that_nothing_responds_to_is_left_out_of_the_distance_and_dissimilar_in_the_similarity() {
        let classes = vec![vec![1.0, 0.0], vec![1.0, 0.0], vec![0.0, 0.0]];
        assert_eq!(mean_distance(&classes), 0.0);
        assert_eq!(mean_similarity(&classes), 1.0 / 3.0);
        assert_eq!(mean_distance(&vec![vec![0.0; 3]; 4]), 0.0);
    }
}
