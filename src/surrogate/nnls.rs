//! Non-negative least squares: no coefficient is below 0.
//!
//! The active-set method of Lawson and Hanson 1974 (chapter 23, <https://doi.org/10.1137/1.9781611971217>). The table is
//! first reduced to a triangle by Householder reflections, which changes no residual norm; then coefficients are freed one
//! by one, the steepest first, and every step solves a triangle again. Squares of columns are never formed, so that
//! the accuracy is that of a QR decomposition.

use serde::{Deserialize, Serialize};

use super::linear::{FittedLinear, Table};
use super::vectors::{dot, subtract, subtract_dot};
use super::{Features, FitError, Regressor};

/// A gradient below this share of the lengths of column and target is rounding; so is a difference of two gradients.
const NO_SLOPE: f64 = 1e-13;

/// A column whose distance from the span of the freed ones is below this share of its length depends on them.
const DEPENDENT: f64 = 1e-12;

/// Least squares with coefficients of at least 0.
///
/// Of collinear columns the one with the steepest gradient is taken, of equally steep ones the first; the others have
/// coefficient 0, as has a column of zeros (with an intercept: a constant column). With an intercept, a constant target
/// or a single row gives coefficients of 0 and that target as intercept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nnls {
    /// Whether an intercept, of any sign, is fitted: with it this is scikit-learn's `LinearRegression(positive=True)`,
    /// without it SciPy's `nnls`.
    pub fit_intercept: bool,
}

impl Default for Nnls {
    fn default() -> Self {
        Self { fit_intercept: true }
    }
}

impl Regressor for Nnls {
    type Fitted = FittedLinear;

    fn fit(&self, features: &Features<'_>, targets: &[f64]) -> Result<FittedLinear, FitError> {
        let mut table = Table::new(features, targets, self.fit_intercept)?;
        let mut values = table.targets.clone();
        let length = dot(&values, &values).sqrt();
        triangulate(&mut table.columns, &mut values); // what is left below the triangle is 0
        let rows = features.rows().min(features.columns());
        table.columns.iter_mut().chain([&mut values]).for_each(|column| column.truncate(rows));
        if !table.columns.iter().flatten().chain([&length]).all(|value| value.is_finite()) {
            return Err(FitError::Magnitude);
        }
        let coefficients = Triangle { columns: &table.columns, values: &values, length }.minimise()?;
        table.fitted(coefficients)
    }
}

/// Reflect columns and values so that column `k` ends at row `k`; the rows below what is left of the columns are 0.
///
/// Column by column, through all planes that the columns before it made: so it stays in the nearest cache meanwhile.
fn triangulate(columns: &mut [Vec<f64>], values: &mut [f64]) {
    let mut planes: Vec<Plane> = Vec::new();
    let made = columns.len().min(values.len());
    for k in 0..made {
        let (normals, rest) = columns.split_at_mut(k);
        reflect(&mut rest[0], &planes, normals);
        planes.extend(Plane::at(&mut rest[0], k));
    }
    let (normals, rest) = columns.split_at_mut(made);
    rest.iter_mut().map(Vec::as_mut_slice).chain([values]).for_each(|column| reflect(column, &planes, normals));
    for Plane { k, corner, .. } in planes {
        columns[k][k..].fill(0.0);
        columns[k][k] = corner;
    }
}

/// A plane through 0 at which columns are reflected from row `k` on; its normal stands in column `k`.
struct Plane {
    k: usize,
    /// Half of the square of the length of the normal.
    half: f64,
    /// Where the column ends that it was made for.
    corner: f64,
}

impl Plane {
    /// The plane that makes column `k` end at row `k`; the column becomes its normal. None where there are zeros only.
    fn at(column: &mut [f64], k: usize) -> Option<Self> {
        let normal = &mut column[k..];
        let square = dot(normal, normal);
        if square == 0.0 {
            return None;
        }
        let corner = -square.sqrt().copysign(normal[0]);
        let half = square - normal[0] * corner;
        normal[0] -= corner;
        Some(Self { k, half, corner })
    }

    fn normal<'a>(&self, normals: &'a [Vec<f64>]) -> &'a [f64] {
        &normals[self.k][self.k..]
    }
}

/// Reflect a column at one plane after the other.
fn reflect(column: &mut [f64], planes: &[Plane], normals: &[Vec<f64>]) {
    let mut product = planes.first().map_or(0.0, |first| dot(first.normal(normals), &column[first.k..]));
    for (place, plane) in planes.iter().enumerate() {
        let (share, column) = (product / plane.half, &mut column[plane.k..]);
        match planes.get(place + 1) {
            // In one pass over the column.
            Some(next) => product = subtract_dot(column, share, plane.normal(normals), next.normal(normals)),
            None => subtract(column, share, plane.normal(normals)),
        }
    }
}

/// The reduced problem, of as many rows as columns at most.
struct Triangle<'a> {
    columns: &'a [Vec<f64>],
    values: &'a [f64],
    /// Length of the target before the reduction.
    length: f64,
}

impl Triangle<'_> {
    /// The coefficients of the least residual.
    fn minimise(&self) -> Result<Vec<f64>, FitError> {
        /// Every round frees a column or rejects one; each freed set has a smaller residual than those before it.
        const ROUNDS: usize = 100;
        let n = self.columns.len();
        let lengths: Vec<f64> = self.columns.iter().map(|column| dot(column, column).sqrt()).collect();
        let mut coefficients = vec![0.0; n];
        let (mut free, mut rejected): (Vec<usize>, Vec<bool>) = (Vec::new(), vec![false; n]);
        for _ in 0..ROUNDS * n {
            let Some(column) = self.steepest(&coefficients, &lengths, &free, &rejected) else {
                return Ok(coefficients);
            };
            free.push(column);
            let Some(solution) = self.solve(&free, &lengths).filter(|solution| solution[free.len() - 1] > 0.0) else {
                free.pop();
                rejected[column] = true;
                continue;
            };
            rejected.fill(false);
            self.walk(&mut coefficients, &mut free, solution, &lengths);
        }
        Err(FitError::Magnitude)
    }

    /// The column along which the residual falls fastest; none where it falls along none.
    fn steepest(&self, coefficients: &[f64], lengths: &[f64], free: &[usize], rejected: &[bool]) -> Option<usize> {
        let mut residual = self.values.to_vec();
        for &column in free {
            let rows = residual.iter_mut().zip(&self.columns[column]);
            rows.for_each(|(residual, value)| *residual -= coefficients[column] * value);
        }
        let mut best = None;
        for column in (0..lengths.len()).filter(|column| !rejected[*column] && !free.contains(column)) {
            let slope = dot(&self.columns[column], &residual);
            let rounding = NO_SLOPE * lengths[column] * self.length;
            if slope > best.map_or(0.0, |(_, slope)| slope) + rounding {
                best = Some((column, slope));
            }
        }
        best.map(|(column, _)| column)
    }

    /// Move to the solution for the free columns; those that reach 0 on the way are fixed there, and what is left is
    /// solved again.
    fn walk(&self, coefficients: &mut [f64], free: &mut Vec<usize>, mut solution: Vec<f64>, lengths: &[f64]) {
        while solution.iter().any(|&value| value <= 0.0) {
            let ratio = |place: usize| coefficients[free[place]] / (coefficients[free[place]] - solution[place]);
            let blocked = (0..free.len()).filter(|&place| solution[place] <= 0.0);
            let first = blocked.min_by(|&a, &b| ratio(a).total_cmp(&ratio(b))).expect("one is blocked");
            let (step, fixed) = (ratio(first), free[first]);
            for (&column, value) in free.iter().zip(&solution) {
                coefficients[column] += step * (value - coefficients[column]);
            }
            coefficients[fixed] = 0.0;
            free.retain(|&column| {
                let positive = coefficients[column] > 0.0;
                if !positive {
                    coefficients[column] = 0.0;
                }
                positive
            });
            solution = self.solve(free, lengths).expect("a part of independent columns is independent");
        }
        for (&column, value) in free.iter().zip(solution) {
            coefficients[column] = value;
        }
    }

    /// The unconstrained solution for the free columns; none where the last depends on those before it.
    fn solve(&self, free: &[usize], lengths: &[f64]) -> Option<Vec<f64>> {
        let (n, rows) = (free.len(), self.values.len());
        if n > rows {
            return None;
        }
        let mut columns: Vec<Vec<f64>> = free.iter().map(|&column| self.columns[column].clone()).collect();
        let mut solution = self.values.to_vec();
        triangulate(&mut columns, &mut solution);
        solution.truncate(n);
        if columns.last().is_some_and(|last| last[n - 1].abs() <= DEPENDENT * lengths[free[n - 1]]) {
            return None;
        }
        for k in (0..n).rev() {
            solution[k] /= columns[k][k];
            for row in 0..k {
                solution[row] -= columns[k][row] * solution[k];
            }
        }
        Some(solution)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Predictor as _;
    use super::super::fixture::{assert_close, cells, congruence};
    use super::super::oracle::{self, bits, tables};
    use super::*;

    const FREE: Nnls = Nnls { fit_intercept: true };
    const THROUGH_ZERO: Nnls = Nnls { fit_intercept: false };

    fn fit(settings: Nnls, table: &[f64], columns: usize, targets: &[f64]) -> FittedLinear {
        settings.fit(&Features::new(table, columns).expect("a table"), targets).expect("can be fitted")
    }

    /// Length of the residual.
    fn error(fitted: &FittedLinear, table: &[f64], targets: &[f64]) -> f64 {
        let rows = table.chunks(fitted.coefficients.len()).zip(targets);
        rows.map(|(row, target)| (fitted.predict(row) - target) * (fitted.predict(row) - target)).sum::<f64>().sqrt()
    }

    /// SciPy 1.17.1, `nnls`; scikit-learn 1.9.1, `LinearRegression(positive=True)`.
    #[test]
    fn coefficients_are_those_of_scipy_and_scikit_learn() {
        let (table, targets) = cells(60);
        let fitted = fit(THROUGH_ZERO, &table, 5, &targets);
        assert_close(
            &fitted.coefficients,
            &[2.9006837830530396, 1.018126552057705, 0.0, 1.4333250244427194, 0.6184313839395699],
            1e-13,
        );
        assert_eq!((fitted.coefficients[2], fitted.intercept), (0.0, 0.0));
        let fitted = fit(FREE, &table, 5, &targets);
        assert_close(
            &fitted.coefficients,
            &[2.5450398650769803, 0.5921959223649798, 0.0, 0.8440596245977006, 0.10302095443513856],
            1e-13,
        );
        assert_close(&[fitted.intercept], &[8.768132518965967], 1e-13);
    }

    /// SciPy 1.17.1, `nnls`: its residual of a table with more columns than rows, where many solutions are equally good.
    #[test]
    fn more_columns_than_rows_have_the_residual_of_scipy() {
        let mut draw = congruence(11);
        let table: Vec<f64> = (0..48).map(|_| draw(64) - 40.0).collect();
        let targets: Vec<f64> = (0..6).map(|_| draw(64) - 20.0).collect();
        let fitted = fit(THROUGH_ZERO, &table, 8, &targets);
        assert!(fitted.coefficients.iter().all(|&coefficient| coefficient >= 0.0));
        assert_close(&[error(&fitted, &table, &targets)], &[29.290337133659715], 1e-12);
    }

    /// SciPy 1.17.1, `nnls` on the second column, the same again, the fourth, and the sum of both.
    #[test]
    fn collinear_columns_have_the_residual_of_scipy_and_of_equal_ones_the_first_takes_all() {
        let (table, targets) = cells(30);
        let table: Vec<f64> = table.chunks(5).flat_map(|row| [row[1], row[1], row[3], row[1] + row[3]]).collect();
        let fitted = fit(THROUGH_ZERO, &table, 4, &targets);
        assert_close(&[error(&fitted, &table, &targets)], &[61.856562928441356], 1e-12);
        let twins: Vec<f64> = table.chunks(4).flat_map(|row| [row[0], row[1]]).collect();
        for settings in [FREE, THROUGH_ZERO] {
            let fitted = fit(settings, &twins, 2, &targets);
            assert!(fitted.coefficients[0] > 0.0 && fitted.coefficients[1] == 0.0, "{fitted:?}");
        }
    }

    #[test]
    fn columns_of_zeros_and_constants_beside_an_intercept_have_no_weight() {
        let (table, targets) = cells(30);
        let padded: Vec<f64> = table.chunks(5).flat_map(|row| [0.0, row[0], 0.1, row[3]]).collect();
        let plain: Vec<f64> = table.chunks(5).flat_map(|row| [row[0], row[3]]).collect();
        let (padded, plain) = (fit(FREE, &padded, 4, &targets), fit(FREE, &plain, 2, &targets));
        assert_eq!((padded.coefficients[0], padded.coefficients[2]), (0.0, 0.0));
        assert_close(&[padded.coefficients[1], padded.coefficients[3]], &plain.coefficients, 1e-14);
        assert_eq!(fit(THROUGH_ZERO, &[0.0; 6], 2, &[1.0, 2.0, 3.0]).coefficients, [0.0; 2]);
    }

    #[test]
    fn a_constant_target_or_a_single_row_is_the_intercept() {
        let (table, _) = cells(10);
        assert_eq!(fit(FREE, &table, 5, &[0.1; 10]), FittedLinear { coefficients: vec![0.0; 5], intercept: 0.1 });
        assert_eq!(fit(FREE, &[3.0, 4.0], 2, &[7.5]), FittedLinear { coefficients: vec![0.0; 2], intercept: 7.5 });
    }

    /// SciPy 1.17.1, `nnls([[3, 4]], [7.5])` is [0, 1.875].
    #[test]
    fn a_single_row_without_intercept_is_met_by_its_largest_feature() {
        assert_eq!(fit(THROUGH_ZERO, &[3.0, 4.0], 2, &[7.5]).coefficients, [0.0, 1.875]);
        assert_eq!(fit(THROUGH_ZERO, &[3.0, 4.0], 2, &[-7.5]).coefficients, [0.0, 0.0]);
    }

    /// Fits are part of recorded results: this sum may change only with a version of what records it.
    #[test]
    fn a_fit_is_pinned_to_the_bit() {
        let (table, targets) = cells(60);
        assert_eq!(fit(FREE, &table, 5, &targets).coefficients.iter().sum::<f64>().to_bits(), 4616284549843917683);
    }

    #[test]
    fn what_cannot_be_fitted_is_named() {
        let features = Features::new(&[1.0, 2.0], 1).expect("a table");
        assert_eq!(FREE.fit(&features, &[1.0]), Err(FitError::Targets { rows: 2, targets: 1 }));
        let huge = Features::new(&[1e200, -1e200], 1).expect("a table");
        assert_eq!(FREE.fit(&huge, &[1.0, 2.0]), Err(FitError::Magnitude));
    }

    /// With columns of zeros, which have no plane.
    #[test]
    fn a_triangle_has_the_bits_of_reflections_over_all_columns() {
        for (table, count, mut values) in tables("triangle", 300, 60) {
            let mut columns: Vec<Vec<f64>> =
                (0..count).map(|column| table[column..].iter().step_by(count).copied().collect()).collect();
            if count > 3 {
                columns[2].fill(0.0);
            }
            let (mut expected, mut expected_values) = (columns.clone(), values.clone());
            oracle::triangulate(&mut expected, &mut expected_values);
            triangulate(&mut columns, &mut values);
            assert_eq!((bits(&columns.concat()), bits(&values)), (bits(&expected.concat()), bits(&expected_values)));
        }
    }

    /// The conditions of Karush, Kuhn and Tucker, which only a minimum meets.
    fn check_minimum(
        table: &[f64],
        columns: usize,
        targets: &[f64],
        fitted: &FittedLinear,
    ) -> Result<(), TestCaseError> {
        let rows: Vec<&[f64]> = table.chunks(columns).collect();
        let residual: Vec<f64> = rows.iter().zip(targets).map(|(row, target)| target - fitted.predict(row)).collect();
        let scale = 1.0 + targets.iter().map(|target| target.abs()).sum::<f64>();
        for (column, &coefficient) in fitted.coefficients.iter().enumerate() {
            let slope: f64 = rows.iter().zip(&residual).map(|(row, residual)| row[column] * residual).sum();
            prop_assert!(coefficient >= 0.0 && slope <= 1e-9 * scale, "{} {}", coefficient, slope);
            prop_assert!(coefficient == 0.0 || slope.abs() <= 1e-9 * scale, "{} {}", coefficient, slope);
        }
        Ok(())
    }

    proptest! {
        /// Few levels, so that collinear and empty columns are frequent.
        #[test]
        fn every_fit_is_a_minimum(
            columns in 1..6usize, draws in prop::collection::vec((prop::array::uniform5(-2..3i8), -20..20i8), 1..12),
        ) {
            let table: Vec<f64> = draws.iter().flat_map(|(row, _)| row[..columns].iter().map(|&v| f64::from(v))).collect();
            let targets: Vec<f64> = draws.iter().map(|(_, target)| f64::from(*target)).collect();
            check_minimum(&table, columns, &targets, &fit(THROUGH_ZERO, &table, columns, &targets))?;
            let fitted = fit(FREE, &table, columns, &targets);
            check_minimum(&table, columns, &targets, &fitted)?;
            let sum: f64 = table.chunks(columns).zip(&targets).map(|(row, target)| target - fitted.predict(row)).sum();
            prop_assert!(sum.abs() < 1e-9);
        }
    }
}
