//! Tails of the normal, of Student's t and of the chi-squared distribution, and quantiles of the first two.

/// Probability that a standard normal number exceeds `z`.
pub fn normal_upper_tail(z: f64) -> f64 {
    0.5 * libm::erfc(z / std::f64::consts::SQRT_2)
}

/// Probability that a number of Student's t distribution exceeds `t`.
///
/// Panics where `degrees_of_freedom` is not above 0 or `t` is NaN.
pub fn student_t_upper_tail(t: f64, degrees_of_freedom: f64) -> f64 {
    assert!(degrees_of_freedom > 0.0, "{degrees_of_freedom} degrees of freedom");
    assert!(!t.is_nan(), "the tail from NaN on");
    let squared = t * t;
    let outside = if squared.is_infinite() { 0.0 } else { incomplete_beta(squared, degrees_of_freedom) };
    if t >= 0.0 { 0.5 * outside } else { 1.0 - 0.5 * outside }
}

/// Probability that a chi-squared number exceeds `x`: the finite sums for whole degrees of freedom, of which no term is
/// negative (Abramowitz and Stegun 26.4.4 and 26.4.5).
///
/// Panics where `degrees_of_freedom` is 0 or `x` is NaN.
pub fn chi_squared_upper_tail(x: f64, degrees_of_freedom: usize) -> f64 {
    assert!(degrees_of_freedom > 0, "no degrees of freedom");
    assert!(!x.is_nan(), "the tail from NaN on");
    let half = x / 2.0;
    if half <= 0.0 || half == f64::INFINITY {
        return f64::from(half <= 0.0);
    }
    let odd = degrees_of_freedom % 2 == 1;
    let start = if odd { libm::erfc(half.sqrt()) } else { 0.0 };
    let powers = (0..degrees_of_freedom / 2).map(|index| if odd { index as f64 + 0.5 } else { index as f64 });
    let terms = powers.map(|power| libm::exp(power * libm::log(half) - half - libm::lgamma(power + 1.0)));
    (start + terms.sum::<f64>()).min(1.0)
}

/// The number that a number of Student's t distribution does not exceed with probability `probability`.
///
/// The tail is inverted by bisection to the last bit, so the quantile is as exact as the tail. Panics where
/// `probability` is not between 0 and 1, both excluded, or `degrees_of_freedom` is not above 0.
pub fn student_t_quantile(probability: f64, degrees_of_freedom: f64) -> f64 {
    quantile(probability, |t| student_t_upper_tail(t, degrees_of_freedom))
}

/// The number that a standard normal number does not exceed with probability `probability`; see `student_t_quantile`.
pub fn normal_quantile(probability: f64) -> f64 {
    quantile(probability, normal_upper_tail)
}

/// The quantile of a distribution that is symmetric around 0, by its upper tail.
fn quantile(probability: f64, upper_tail: impl Fn(f64) -> f64) -> f64 {
    assert!(probability > 0.0 && probability < 1.0, "the quantile at {probability}");
    let tail = probability.min(1.0 - probability);
    if tail == 0.5 {
        return 0.0;
    }
    let (mut low, mut high) = (0.0, 1.0);
    while upper_tail(high) > tail {
        (low, high) = (high, 2.0 * high);
    }
    loop {
        let middle = low + (high - low) / 2.0;
        if middle <= low || high <= middle {
            return if probability < 0.5 { -high } else { high };
        }
        if upper_tail(middle) > tail { low = middle } else { high = middle }
    }
}

/// Probability that |t| exceeds the root of `squared`: the regularised incomplete beta function I_x(degrees_of_freedom / 2, 1 / 2)
/// at x = degrees_of_freedom / (degrees_of_freedom + squared).
fn incomplete_beta(squared: f64, degrees_of_freedom: f64) -> f64 {
    let (a, b) = (degrees_of_freedom / 2.0, 0.5);
    let sum = degrees_of_freedom + squared;
    let (x, rest) = (degrees_of_freedom / sum, squared / sum);
    if squared == 0.0 {
        return 1.0;
    }
    let log_beta = libm::lgamma(a) + libm::lgamma(b) - libm::lgamma(a + b);
    // Of x and 1 - x the smaller one is known to full precision.
    let log_x = if x < 0.5 { libm::log(x) } else { libm::log1p(-rest) };
    let front = libm::exp(a * log_x + b * libm::log(rest) - log_beta);
    // The fraction converges fast on one side of the mean; the other side is the complement.
    if x < (a + 1.0) / (a + b + 2.0) {
        front * beta_fraction(a, b, x) / a
    } else {
        1.0 - front * beta_fraction(b, a, rest) / b
    }
}

/// The continued fraction of the incomplete beta function, from the front by Lentz's method
/// (Abramowitz and Stegun 26.5.8; Thompson and Barnett 1986, <https://doi.org/10.1016/0021-9991(86)90046-X>).
fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    const MOST_TERMS: usize = 10_000;
    let nonzero = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut numerator = 1.0;
    let mut denominator = 1.0 / nonzero(1.0 - (a + b) * x / (a + 1.0));
    let mut fraction = denominator;
    for m in 1..MOST_TERMS {
        let m = m as f64;
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut factor = 1.0;
        for term in [even, odd] {
            denominator = 1.0 / nonzero(1.0 + term * denominator);
            numerator = nonzero(1.0 + term / numerator);
            factor = numerator * denominator;
            fraction *= factor;
        }
        if (factor - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    fraction
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_tail(ours: f64, theirs: f64) {
        assert!((ours / theirs - 1.0).abs() < 2e-13, "{ours} is not {theirs}");
    }

    /// SciPy 1.17.1, `scipy.stats.t.sf(t, df)`.
    #[test]
    fn the_tail_of_students_t_is_that_of_scipy() {
        let expected = [
            (0.5, 3.0, 0.3257239824240755),
            (2.0, 7.3, 0.041970519667051565),
            (-1.3, 12.0, 0.8909914144582429),
            (4.5, 1.0, 0.06960448727306395),
            (10.0, 30.0, 2.287625704114809e-11),
            (0.0, 5.0, 0.5),
            (2.2, 250.5, 0.014360223611901403),
            (30.0, 4.0, 3.6764280488306595e-06),
        ];
        for (t, degrees_of_freedom, tail) in expected {
            assert_tail(student_t_upper_tail(t, degrees_of_freedom), tail);
        }
        assert_eq!(student_t_upper_tail(f64::INFINITY, 3.0), 0.0);
        assert_eq!(student_t_upper_tail(f64::NEG_INFINITY, 3.0), 1.0);
    }

    /// SciPy 1.17.1, `scipy.stats.norm.ppf`.
    #[test]
    fn the_quantile_of_the_normal_distribution_is_that_of_scipy() {
        let expected = [
            (0.975, 1.959963984540054),
            (0.5, 0.0),
            (0.01, -2.3263478740408408),
            (0.9999, 3.719016485455709),
            (0.3, -0.5244005127080409),
        ];
        for (probability, quantile) in expected {
            assert!((normal_quantile(probability) - quantile).abs() < 2e-14, "{probability}");
        }
    }

    /// SciPy 1.17.1, `scipy.stats.t.ppf(p, df)`.
    #[test]
    fn the_quantile_of_students_t_is_that_of_scipy() {
        let expected = [
            (0.975, 1.0, 12.706204736174694),
            (0.975, 2.0, 4.302652729749462),
            (0.975, 3.0, 3.1824463052837078),
            (0.95, 2.0, 2.9199855803537242),
            (0.025, 4.0, -2.7764451051977943),
            (0.6, 7.3, 0.2627568052507191),
            (0.975, 250.5, 1.969479272051676),
            (1e-10, 5.0, -156.82559270889433),
        ];
        for (probability, degrees_of_freedom, quantile) in expected {
            assert_tail(student_t_quantile(probability, degrees_of_freedom), quantile);
        }
        assert_eq!(student_t_quantile(0.5, 2.0), 0.0);
    }

    /// SciPy 1.17.1, `scipy.stats.chi2.sf(x, df)`.
    #[test]
    fn the_tail_of_chi_squared_is_that_of_scipy() {
        let expected = [
            (0.5, 1, 0.47950012218695337),
            (3.2, 2, 0.2018965179946554),
            (7.81, 3, 0.05010605635000589),
            (12.5, 4, 0.013995792487650894),
            (40.0, 9, 7.598525229464264e-06),
            (0.001, 5, 0.9999999983185123),
            (150.0, 12, 5.669857731738041e-26),
            (30.0, 40, 0.8752187849674751),
            (1e-8, 1, 0.9999202115440526),
        ];
        for (x, degrees_of_freedom, tail) in expected {
            assert_tail(chi_squared_upper_tail(x, degrees_of_freedom), tail);
        }
        assert_eq!((chi_squared_upper_tail(0.0, 3), chi_squared_upper_tail(f64::INFINITY, 3)), (1.0, 0.0));
    }

    /// SciPy 1.17.1, `scipy.stats.norm.sf(z)`.
    #[test]
    fn the_tail_of_the_normal_distribution_is_that_of_scipy() {
        let expected = [
            (0.0, 0.5),
            (1.0, 0.15865525393145707),
            (1.959963984540054, 0.025),
            (5.0, 2.866515718791933e-07),
            (-2.0, 0.9772498680518208),
        ];
        for (z, tail) in expected {
            assert_tail(normal_upper_tail(z), tail);
        }
    }
}
