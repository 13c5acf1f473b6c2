//! The Frechet distance of two samples, each taken for a normal distribution: how alike are generated and real data?

use super::summary::SampleError;

/// Most dimensions; what is above wants a library of linear algebra.
pub const MOST_DIMENSIONS: usize = 16;

/// Sweeps of Jacobi rotations; a symmetric matrix of this size needs about six.
const MOST_SWEEPS: usize = 64;

/// A square matrix, row by row.
type Matrix = Vec<Vec<f64>>;

/// The squared Frechet distance `|m1 - m2|^2 + tr(S1 + S2 - 2 (S1 S2)^(1/2))` of the normal distributions with the
/// means and covariances (divisor n - 1) of two samples: 0 where these agree, else above 0.
///
/// `left`, `right`: at least two points each, all of the same 1 to `MOST_DIMENSIONS` dimensions. It is what is called
/// FID where the points are features of images. Dowson and Landau 1982, <https://doi.org/10.1016/0047-259X(82)90077-X>;
/// Heusel et al. 2017, <https://arxiv.org/abs/1706.08500>.
pub fn squared_frechet_distance(left: &[Vec<f64>], right: &[Vec<f64>]) -> Result<f64, SampleError> {
    let dimensions = check(left, right)?;
    let (mean_left, mean_right) = (mean_point(left, dimensions), mean_point(right, dimensions));
    let (covariance_left, covariance_right) = (covariance(left, &mean_left), covariance(right, &mean_right));
    // The eigenvalues of S1 S2 are those of the symmetric S1^(1/2) S2 S1^(1/2).
    let root = square_root(&covariance_left);
    let product = multiply(&multiply(&root, &covariance_right), &root);
    let (eigenvalues, _) = eigen(symmetric(&product));
    let cross: f64 = eigenvalues.iter().map(|value| value.max(0.0).sqrt()).sum();
    let between: f64 = mean_left.iter().zip(&mean_right).map(|(a, b)| (a - b) * (a - b)).sum();
    let traces: f64 = (0..dimensions).map(|i| covariance_left[i][i] + covariance_right[i][i]).sum();
    Ok((between + traces - 2.0 * cross).max(0.0))
}

fn check(left: &[Vec<f64>], right: &[Vec<f64>]) -> Result<usize, SampleError> {
    for sample in [left, right] {
        if sample.len() < 2 {
            return Err(SampleError::TooFew { statistic: "the Frechet distance", least: 2, n: sample.len() });
        }
        if let Some(position) = sample.iter().position(|point| point.iter().any(|value| !value.is_finite())) {
            return Err(SampleError::NotFinite { position });
        }
    }
    let dimensions = left[0].len();
    if left.iter().chain(right).any(|point| point.len() != dimensions) {
        return Err(SampleError::Argument("the Frechet distance compares points of the same number of dimensions"));
    }
    if !(1..=MOST_DIMENSIONS).contains(&dimensions) {
        return Err(SampleError::Argument("the Frechet distance is computed for 1 to 16 dimensions"));
    }
    Ok(dimensions)
}

fn mean_point(sample: &[Vec<f64>], dimensions: usize) -> Vec<f64> {
    (0..dimensions).map(|i| sample.iter().map(|point| point[i]).sum::<f64>() / sample.len() as f64).collect()
}

fn covariance(sample: &[Vec<f64>], mean: &[f64]) -> Matrix {
    let entry = |i: usize, j: usize| {
        let products = sample.iter().map(|point| (point[i] - mean[i]) * (point[j] - mean[j]));
        products.sum::<f64>() / (sample.len() - 1) as f64
    };
    (0..mean.len()).map(|i| (0..mean.len()).map(|j| entry(i, j)).collect()).collect()
}

/// The positive root of a positive semi-definite matrix; eigenvalues below 0 are rounding and count as 0.
fn square_root(matrix: &Matrix) -> Matrix {
    let (values, vectors) = eigen(matrix.clone());
    let roots: Vec<f64> = values.iter().map(|value| value.max(0.0).sqrt()).collect();
    let entry = |i: usize, j: usize| (0..roots.len()).map(|k| vectors[i][k] * roots[k] * vectors[j][k]).sum();
    (0..roots.len()).map(|i| (0..roots.len()).map(|j| entry(i, j)).collect()).collect()
}

fn multiply(left: &Matrix, right: &Matrix) -> Matrix {
    let entry = |row: &[f64], j: usize| row.iter().zip(right).map(|(value, other)| value * other[j]).sum();
    left.iter().map(|row| (0..right.len()).map(|j| entry(row, j)).collect()).collect()
}

/// The mean of a matrix and its transpose.
fn symmetric(matrix: &Matrix) -> Matrix {
    let entry = |i: usize, j: usize| 0.5 * (matrix[i][j] + matrix[j][i]);
    (0..matrix.len()).map(|i| (0..matrix.len()).map(|j| entry(i, j)).collect()).collect()
}

/// Eigenvalues of a symmetric matrix, unsorted, and its eigenvectors as columns in the same order: cyclic Jacobi
/// rotations (Golub and Van Loan, section 8.5), which only add, multiply, divide and take roots.
fn eigen(mut a: Matrix) -> (Vec<f64>, Matrix) {
    let n = a.len();
    let mut vectors: Matrix = (0..n).map(|i| (0..n).map(|j| f64::from(i == j)).collect()).collect();
    for _ in 0..MOST_SWEEPS {
        let off: f64 = (0..n).flat_map(|i| (0..i).map(move |j| (i, j))).map(|(i, j)| a[i][j] * a[i][j]).sum();
        let on: f64 = (0..n).map(|i| a[i][i] * a[i][i]).sum();
        if off <= f64::EPSILON * f64::EPSILON * on {
            break;
        }
        for p in 0..n {
            for q in p + 1..n {
                rotate(&mut a, &mut vectors, p, q);
            }
        }
    }
    ((0..n).map(|i| a[i][i]).collect(), vectors)
}

/// The rotation in the plane of `p` and `q` that makes `a[p][q]` zero.
fn rotate(a: &mut Matrix, vectors: &mut Matrix, p: usize, q: usize) {
    if a[p][q] == 0.0 {
        return;
    }
    let theta = (a[q][q] - a[p][p]) / (2.0 * a[p][q]);
    let tangent = theta.signum() / (theta.abs() + (theta * theta + 1.0).sqrt());
    let cosine = 1.0 / (tangent * tangent + 1.0).sqrt();
    let sine = tangent * cosine;
    let turn = |first: f64, second: f64| (cosine * first - sine * second, sine * first + cosine * second);
    for row in a.iter_mut().chain(vectors.iter_mut()) {
        (row[p], row[q]) = turn(row[p], row[q]);
    }
    let (upper, lower) = a.split_at_mut(q);
    for (first, second) in upper[p].iter_mut().zip(&mut lower[0]) {
        (*first, *second) = turn(*first, *second);
    }
    (a[p][q], a[q][p]) = (0.0, 0.0);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Points whose coordinates are small whole multiples of a quarter, less thirds.
    fn points(count: usize, dimensions: usize, a: usize, b: usize) -> Vec<Vec<f64>> {
        let coordinate = |i: usize, j: usize| ((i * a + j * b + i * j) % 17) as f64 / 4.0 - j as f64 / 3.0;
        (0..count).map(|i| (0..dimensions).map(|j| coordinate(i, j)).collect()).collect()
    }

    fn assert_distance(left: &[Vec<f64>], right: &[Vec<f64>], expected: f64) {
        let distance = squared_frechet_distance(left, right).expect("two samples");
        assert!((distance - expected).abs() < 1e-10, "{distance} is not {expected}");
        let back = squared_frechet_distance(right, left).expect("two samples");
        assert!((back - expected).abs() < 1e-10, "{back} is not {expected} the other way round");
    }

    /// NumPy 2.4.6 and SciPy 1.17.1: `m @ m + trace(s1 + s2 - 2 sqrtm(s1 @ s2).real)` with `np.cov`.
    #[test]
    fn the_distance_equals_that_of_scipys_matrix_root() {
        let column = |values: &[f64]| values.iter().map(|value| vec![*value]).collect::<Vec<_>>();
        assert_distance(&column(&[1.0, 2.0, 4.0]), &column(&[0.0, 3.0, 5.0, 5.5]), 2.022683288645862);
        assert_distance(&points(12, 2, 5, 3), &points(9, 2, 7, 4), 0.33351800049890756);
        assert_distance(&points(20, 3, 5, 3), &points(25, 3, 7, 4), 0.18259853593343506);
        assert_distance(&points(40, 10, 5, 3), &points(30, 10, 7, 4), 3.3035737449346607);
    }

    #[test]
    fn a_sample_is_at_no_distance_from_itself_and_a_shift_counts_squared() {
        let sample = points(30, 4, 5, 3);
        let shifted: Vec<Vec<f64>> = sample.iter().map(|p| p.iter().map(|value| value + 0.5).collect()).collect();
        assert_distance(&sample, &sample, 0.0);
        assert_distance(&sample, &shifted, 4.0 * 0.25);
    }

    /// Covariances without full rank: the root of their product is taken all the same.
    #[test]
    fn points_on_a_line_and_points_that_never_vary_have_a_distance() {
        let line: Vec<Vec<f64>> = (0..5).map(|i| vec![f64::from(i), 2.0 * f64::from(i)]).collect();
        assert_distance(&line, &line, 0.0);
        // Of a constant sample only means and the other's variances count: (2.5 + 10) + 0.
        assert_distance(&line, &vec![vec![2.0, 4.0]; 3], 12.5);
    }

    #[test]
    fn samples_that_cannot_be_compared_are_errors() {
        let error = |left: &[Vec<f64>], right: &[Vec<f64>]| {
            squared_frechet_distance(left, right).expect_err("no distance").to_string()
        };
        let good = points(3, 2, 5, 3);
        assert!(error(&good, &good[..1]).contains("at least 2 values, not 1"));
        assert!(error(&good, &points(3, 3, 5, 3)).contains("same number of dimensions"));
        assert!(error(&points(3, 17, 5, 3), &points(3, 17, 5, 3)).contains("1 to 16 dimensions"));
        assert!(error(&good, &[vec![0.0, 0.0], vec![0.0, f64::INFINITY]]).contains("value 1 of the sample"));
    }
}
