//! Two quantities against each other, and several in a row: difference, ratio, slope, each with its interval.
//!
//! Samples over the same seeds are compared pair by pair: intervals by bootstrap over the pairs, p-values by the paired
//! t test. Where pairing is impossible (an estimate of one whole sample, or samples of different sizes) the interval of
//! a difference is recovered from the two intervals (Zou 2007, <https://doi.org/10.1037/1082-989X.12.4.399>; of a
//! ratio: the same on logarithms), and its p-values from their normal approximation.
//!
//! Three or four pairs cannot be resampled. Their differences and slopes have Student's t interval, which says what
//! the t test says, and their ratio of means has Fieller's, the inverted paired t test: the same quantity as from five
//! pairs on, where the t interval of the logarithms of single ratios would be that of a geometric mean of ratios.
//! Where one of two recovered intervals is of three or four samples, p-values follow Student's t with the smaller
//! sample's degrees of freedom, scaled so that they agree with the interval: for two small samples this is the
//! conservative solution of Hsu and Scheffe (Scheffe 1970, <https://doi.org/10.1080/01621459.1970.10481179>).

use super::findings::{Measured, Quantity};
use super::summary::{Summary, few, stream, students_t};
use renas_stats::bootstrap::Bootstrap;
use renas_stats::distribution::{normal_upper_tail, student_t_quantile, student_t_upper_tail};
use renas_stats::equivalence::equivalence_p_value;
use renas_stats::summary::{Interval, SampleError, mean};
use renas_stats::t_interval::{interval_of_mean, interval_of_ratio};
use renas_stats::t_test::MeanDifference;

/// Half width of a normal 95 % interval in standard errors.
const NORMAL_95: f64 = 1.959_963_984_540_054;

/// The level of every interval.
const LEVEL: f64 = 0.95;

const PAIRED: &str = "over paired runs";
const RECOVERED: &str = "recovered from the two intervals";

/// A quantity with its name and summary.
#[derive(Clone, Copy)]
pub(super) struct Side<'a> {
    pub(super) name: &'a str,
    pub(super) quantity: &'a Quantity,
    pub(super) summary: &'a Summary,
}

impl Side<'_> {
    /// The interval of the mean; callers look for one before they compare.
    pub(super) fn interval(&self) -> Interval {
        self.summary.interval.unwrap_or(Interval { low: f64::NEG_INFINITY, high: f64::INFINITY })
    }

    /// The size of the sample where its interval is Student's t.
    pub(super) fn few(&self) -> Option<usize> {
        match &self.quantity.measured {
            Measured::Samples(samples) => few(samples.len()).then_some(samples.len()),
            Measured::Estimate { .. } => None,
        }
    }
}

/// A difference, ratio or slope.
#[derive(Debug)]
pub(super) struct Contrast {
    /// Its value.
    pub(super) value: f64,
    /// Its 95 % interval.
    pub(super) interval: Interval,
    /// Pairs, or the size of the smaller sample.
    pub(super) n: usize,
    /// How the interval was made, for people.
    pub(super) method: String,
    /// Student's t is behind it, as samples are few.
    pub(super) few: bool,
}

/// What tells a difference of means from chance.
#[derive(Debug)]
pub(super) enum Test {
    /// The t test of the pairs.
    Pairs(MeanDifference),
    /// Two independent estimates: the value, the distances to the lower and upper end of its 95 % interval, and the
    /// degrees of freedom of Student's t where a sample is few.
    Recovered { value: f64, down: f64, up: f64, freedom: Option<f64> },
}

impl Test {
    /// Two-sided p-value against no difference.
    pub(super) fn p_different(&self) -> f64 {
        match self {
            Self::Pairs(difference) => difference.p_different(),
            Self::Recovered { .. } => (2.0 * self.p_above(0.0).min(self.p_below(0.0))).min(1.0),
        }
    }

    /// The larger p-value of two one-sided tests against a difference of `margin` or more.
    pub(super) fn p_equivalent(&self, margin: f64) -> f64 {
        match self {
            Self::Pairs(difference) => equivalence_p_value(difference, margin),
            Self::Recovered { .. } => self.p_above(-margin).max(self.p_below(margin)),
        }
    }

    fn p_above(&self, bound: f64) -> f64 {
        match self {
            Self::Pairs(difference) => difference.p_above(bound),
            Self::Recovered { value, down, freedom, .. } => one_sided(value - bound, *down, *freedom),
        }
    }

    fn p_below(&self, bound: f64) -> f64 {
        match self {
            Self::Pairs(difference) => difference.p_below(bound),
            Self::Recovered { value, up, freedom, .. } => one_sided(bound - value, *up, *freedom),
        }
    }
}

/// The p-value of an excess over a bound; 0 or 1 where nothing varies.
fn one_sided(excess: f64, reach: f64, freedom: Option<f64>) -> f64 {
    match freedom {
        _ if reach == 0.0 => f64::from(excess <= 0.0),
        None => normal_upper_tail(excess / reach * NORMAL_95),
        Some(freedom) => {
            let critical = student_t_quantile((1.0 + LEVEL) / 2.0, freedom);
            student_t_upper_tail(excess / reach * critical, freedom)
        }
    }
}

/// Left minus right.
pub(super) fn difference(left: Side, right: Side) -> Result<(Contrast, Test), SampleError> {
    if let Some((left_samples, right_samples)) = paired(left, right) {
        let pairs: Vec<f64> = left_samples.iter().zip(right_samples).map(|(left, right)| left - right).collect();
        let test = Test::Pairs(MeanDifference::paired(left_samples, right_samples)?);
        return Ok((of_pairs(&pairs, &format!("{} - {}", left.name, right.name))?, test));
    }
    let n = left.summary.n.min(right.summary.n);
    let (value, down, up) = recovered((left.summary.mean, left.interval()), (right.summary.mean, right.interval()));
    let interval = Interval { low: value - down, high: value + up };
    let fewest = fewest(left, right);
    let freedom = fewest.map(|n| (n - 1) as f64);
    let contrast = Contrast { value, interval, n, method: method(RECOVERED, fewest), few: fewest.is_some() };
    Ok((contrast, Test::Recovered { value, down, up, freedom }))
}

/// Left divided by right; none where a sample, a mean or an end of an interval is not above zero.
pub(super) fn ratio(left: Side, right: Side) -> Result<Option<Contrast>, SampleError> {
    let n = left.summary.n.min(right.summary.n);
    if let Some((above, below)) = paired(left, right) {
        if above.iter().chain(below).any(|sample| *sample <= 0.0) {
            return Ok(None);
        }
        let rows: Vec<[f64; 2]> = above.iter().zip(below).map(|(above, below)| [*above, *below]).collect();
        let ratio = |rows: &[[f64; 2]]| {
            let sum = |side: usize| rows.iter().map(|row| row[side]).sum::<f64>();
            Some(sum(0) / sum(1))
        };
        let name = format!("{} / {}", left.name, right.name);
        let few = few(n);
        let (interval, method) = if few {
            let method = format!("{PAIRED}, Fieller's method with {}", students_t(n));
            (interval_of_ratio(above, below, LEVEL)?, method)
        } else {
            (Bootstrap::default().of(&rows, ratio, &mut stream("ratio", &name))?, PAIRED.to_owned())
        };
        return Ok(Some(Contrast { value: left.summary.mean / right.summary.mean, interval, n, method, few }));
    }
    let logarithms = |side: Side| {
        let Interval { low, high } = side.interval();
        let positive = low > 0.0 && side.summary.mean > 0.0;
        let ends = Interval { low: libm::log(low), high: libm::log(high) };
        positive.then(|| (libm::log(side.summary.mean), ends))
    };
    let (Some(above), Some(below)) = (logarithms(left), logarithms(right)) else {
        return Ok(None);
    };
    let (value, down, up) = recovered(above, below);
    let interval = Interval { low: libm::exp(value - down), high: libm::exp(value + up) };
    let fewest = fewest(left, right);
    let method = method(RECOVERED, fewest);
    Ok(Some(Contrast { value: libm::exp(value), interval, n, method, few: fewest.is_some() }))
}

/// The mean over seeds of the least-squares slope against position 0, 1, 2, ...; none where the samples are not paired.
pub(super) fn slope(sides: &[Side]) -> Result<Option<Contrast>, SampleError> {
    let Some(first) = sides.first() else {
        return Ok(None);
    };
    let columns: Option<Vec<&[f64]>> =
        sides.iter().map(|side| paired(*first, *side).map(|(_, samples)| samples)).collect();
    let Some(columns) = columns else {
        return Ok(None);
    };
    let middle = (columns.len() - 1) as f64 / 2.0;
    let spread: f64 = (0..columns.len()).map(|place| (place as f64 - middle) * (place as f64 - middle)).sum();
    let slopes: Vec<f64> = (0..columns[0].len())
        .map(|seed| {
            let products = columns.iter().enumerate().map(|(place, column)| (place as f64 - middle) * column[seed]);
            products.sum::<f64>() / spread
        })
        .collect();
    let names: Vec<&str> = sides.iter().map(|side| side.name).collect();
    of_pairs(&slopes, &format!("slope of {}", names.join(", "))).map(Some)
}

/// The samples of both, where position by position they belong together.
fn paired<'a>(left: Side<'a>, right: Side<'a>) -> Option<(&'a [f64], &'a [f64])> {
    match (&left.quantity.measured, &right.quantity.measured) {
        (Measured::Samples(l), Measured::Samples(r)) => {
            (l.len() == r.len() && left.quantity.over == right.quantity.over).then_some((l.as_slice(), r.as_slice()))
        }
        (Measured::Estimate { .. }, _) | (_, Measured::Estimate { .. }) => None,
    }
}

fn of_pairs(samples: &[f64], name: &str) -> Result<Contrast, SampleError> {
    let n = samples.len();
    let few = few(n);
    let interval = if few {
        interval_of_mean(samples, LEVEL)?
    } else {
        Bootstrap::default().of_mean(samples, &mut stream("contrast", name))?
    };
    Ok(Contrast { value: mean(samples), interval, n, method: method(PAIRED, few.then_some(n)), few })
}

/// The size of the smaller of the samples whose interval is Student's t.
fn fewest(left: Side, right: Side) -> Option<usize> {
    left.few().into_iter().chain(right.few()).min()
}

fn method(base: &str, few: Option<usize>) -> String {
    few.map_or(base.to_owned(), |n| format!("{base}, {}", students_t(n)))
}

/// `left` minus `right`, and the distances to the ends of its interval, from two independent estimates with theirs.
fn recovered(left: (f64, Interval), right: (f64, Interval)) -> (f64, f64, f64) {
    let down = libm::hypot(left.0 - left.1.low, right.1.high - right.0);
    let up = libm::hypot(left.1.high - left.0, right.0 - right.1.low);
    (left.0 - right.0, down, up)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Zou 2007, the interval of a difference of two independent estimates, worked out with Python's `math.hypot`.
    #[test]
    fn the_interval_of_a_difference_is_recovered_from_the_two_intervals() {
        let (value, down, up) =
            recovered((0.49, Interval { low: 0.355, high: 0.605 }), (0.36, Interval { low: 0.209, high: 0.494 }));
        assert!((value - 0.13).abs() < 1e-12);
        // hypot(0.135, 0.134) and hypot(0.115, 0.151)
        assert!((down - 0.190_213_038_459_512_56).abs() < 1e-12, "{down}");
        assert!((up - 0.189_805_163_259_591).abs() < 1e-12, "{up}");
    }

    /// SciPy 1.17.1: `2 * norm.sf(2.5 / sqrt(2))` = 0.07709987174354177 and `norm.sf(0.5 / sqrt(2))` =
    /// 0.36183680491588155: two estimates with standard error 1.
    #[test]
    fn the_p_values_are_those_of_the_normal_test_for_symmetric_intervals() {
        let around = |value: f64| (value, Interval { low: value - NORMAL_95, high: value + NORMAL_95 });
        let test = |left, right| {
            let (value, down, up) = recovered(around(left), around(right));
            Test::Recovered { value, down, up, freedom: None }
        };
        assert!((test(2.5, 0.0).p_different() - 0.077_099_871_743_541_77).abs() < 1e-14);
        assert!((test(0.0, 2.5).p_different() - 0.077_099_871_743_541_77).abs() < 1e-14);
        assert!((test(2.5, 0.0).p_equivalent(3.0) - 0.361_836_804_915_881_55).abs() < 1e-14);
        let none = Test::Recovered { value: 0.0, down: 0.0, up: 0.0, freedom: None };
        assert_eq!(none.p_different(), 1.0);
    }

    /// SciPy 1.17.1: `scipy.stats.t.sf(3, 2)` = 0.04773298313335456, a one-sided p-value at three standard errors.
    #[test]
    fn the_p_values_of_few_samples_are_students_t_and_agree_with_the_interval() {
        let reach = 4.302_652_729_749_462;
        let test = |value| Test::Recovered { value, down: reach, up: reach, freedom: Some(2.0) };
        assert!((test(3.0).p_above(0.0) - 0.047_732_983_133_354_56).abs() < 1e-14);
        assert!((test(3.0).p_different() - 2.0 * 0.047_732_983_133_354_56).abs() < 1e-14);
        assert!((test(reach).p_different() - 0.05).abs() < 1e-14);
    }
}
