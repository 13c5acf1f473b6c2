//! What an expectation is about, as one number with its interval: a quantity, a difference, a ratio or a slope.
//!
//! Quantities over the same clusters are compared pair by pair: the interval is that of the differences (or slopes), by
//! the method that their number asks for (`summary`); of a ratio it is Fieller's. Independent samples are compared by
//! Welch's t interval, from ten clusters each by the studentised bootstrap. Where one side is an estimate of one whole
//! sample, the interval is recovered from the two intervals (Zou 2007,
//! <https://doi.org/10.1037/1082-989X.12.4.399>; of a ratio: the same on logarithms). Exact numbers shift an interval,
//! and two of them are compared exactly.

use std::borrow::Cow;

use super::findings::{Measured, Quantity};
use super::range::Range;
use super::summary::{
    FEWEST_FOR_BOOTSTRAP, LEVEL, Summary, bootstrap_t, cut, enough_for_interval, interval_of, stream,
};
use renas_stats::bootstrap::Bootstrap;
use renas_stats::distribution::normal_quantile;
use renas_stats::summary::{Interval, SampleError, mean, variance};
use renas_stats::t_interval::{interval_of_difference, interval_of_ratio};

/// A quantity with its name and summary.
#[derive(Clone, Copy)]
pub(super) struct Side<'a> {
    pub(super) name: &'a str,
    pub(super) quantity: &'a Quantity,
    pub(super) summary: &'a Summary,
}

impl<'a> Side<'a> {
    pub(super) fn exact(&self) -> Option<f64> {
        match self.quantity.measured {
            Measured::Exact(value) => Some(value),
            _ => None,
        }
    }

    pub(super) fn values(&self) -> Option<Cow<'a, [f64]>> {
        self.quantity.measured.cluster_values()
    }

    /// The interval of an estimate, or of the mean; the number itself where it is exact.
    fn ends(&self, level: f64) -> Result<Interval, SampleError> {
        if let Some(value) = self.exact() {
            return Ok(Interval { low: value, high: value });
        }
        match self.values() {
            Some(values) => Ok(interval_of(&values, level, self.name)?.0),
            None => Ok(at_level(self.summary.mean, self.summary.interval.ok_or(NO_INTERVAL)?, level)),
        }
    }
}

/// The 95 % interval of an estimate as one of a higher level, its ends moved as those of a normal estimate would be; at a lower
/// level it is left as it is, which errs on the safe side.
fn at_level(value: f64, ends: Interval, level: f64) -> Interval {
    if level <= LEVEL {
        return ends;
    }
    let reach = normal_quantile((1.0 + level) / 2.0) / normal_quantile((1.0 + LEVEL) / 2.0);
    Interval { low: value - (value - ends.low) * reach, high: value + (ends.high - value) * reach }
}

const NO_INTERVAL: SampleError = SampleError::Argument("a p-value has no interval");

/// One number with its interval.
#[derive(Clone, Debug)]
pub(super) struct Contrast {
    /// Its value.
    pub(super) value: f64,
    /// Its interval, cut to what it can be.
    pub(super) interval: Interval,
    /// Clusters behind it, or those of the smaller sample; 0 where it is exact.
    pub(super) n: usize,
    /// Units in these clusters, where they are more.
    pub(super) units: Option<usize>,
    /// What a cluster is.
    pub(super) cluster: String,
    /// How the interval was made, for people; empty where it is exact.
    pub(super) method: String,
    /// One value per cluster, where there are: a difference, a slope.
    pub(super) values: Option<Vec<f64>>,
    /// The standard deviation of one cluster, as the interval tells it.
    pub(super) deviation: f64,
    /// It rests on an estimate that has its 95 % interval alone.
    pub(super) is_estimate: bool,
}

impl Contrast {
    /// No seed, draw or sample enters it.
    pub(super) fn is_exact(&self) -> bool {
        self.n == 0
    }

    fn exact(value: f64) -> Self {
        Self {
            value,
            interval: Interval { low: value, high: value },
            n: 0,
            units: None,
            cluster: super::findings::EXACT.to_owned(),
            method: String::new(),
            values: None,
            deviation: 0.0,
            is_estimate: false,
        }
    }
}

fn of_values(
    values: Vec<f64>,
    level: f64,
    name: &str,
    range: Range,
    about: (Option<usize>, &str),
) -> Result<Contrast, SampleError> {
    let (interval, method) = interval_of(&values, level, name)?;
    let (interval, method) = cut(interval, range, method);
    let (n, value, deviation) = (values.len(), mean(&values), variance(&values).sqrt());
    let (units, cluster) = (about.0.filter(|units| *units != n), about.1.to_owned());
    Ok(Contrast { value, interval, n, units, cluster, method, values: Some(values), deviation, is_estimate: false })
}

fn of_interval(value: f64, interval: Interval, n: usize, cluster: &str, method: String) -> Contrast {
    // The half width of a 95 % interval of a normal mean is 1.96 standard errors.
    let deviation = (interval.high - interval.low) / (2.0 * 1.959_963_984_540_054) * (n as f64).sqrt();
    Contrast {
        value,
        interval,
        n,
        units: None,
        cluster: cluster.to_owned(),
        method,
        values: None,
        deviation,
        is_estimate: true,
    }
}

/// One quantity.
pub(super) fn single(side: Side, level: f64) -> Result<Contrast, SampleError> {
    if let Some(value) = side.exact() {
        return Ok(Contrast::exact(value));
    }
    let cluster = &side.quantity.cluster;
    match side.values() {
        Some(values) => {
            let units = side.quantity.measured.unit_values().map(<[f64]>::len);
            of_values(values.into_owned(), level, side.name, side.quantity.range, (units, cluster))
        }
        None => {
            let ends = side.ends(level)?;
            Ok(of_interval(side.summary.mean, ends, side.summary.n, cluster, side.summary.method.clone()))
        }
    }
}

/// Left minus right.
pub(super) fn difference(left: Side, right: Side, level: f64) -> Result<Contrast, SampleError> {
    if let (Some(left), Some(right)) = (left.exact(), right.exact()) {
        return Ok(Contrast::exact(left - right));
    }
    let range = left.quantity.range.minus(&right.quantity.range);
    let name = format!("{} - {}", left.name, right.name);
    let cluster = if left.exact().is_some() { &right.quantity.cluster } else { &left.quantity.cluster };
    if let Some((left_values, right_values)) = with_constants(left, right) {
        let pairs = left_values.iter().zip(&right_values).map(|(left, right)| left - right).collect();
        let units = [left, right].iter().find_map(|side| Some(side.quantity.measured.unit_values()?.len()));
        let mut contrast = of_values(pairs, level, &name, range, (units, cluster))?;
        contrast.method = format!("paired, {}", contrast.method);
        return Ok(contrast);
    }
    if let (Some(left), Some(right)) = (left.values(), right.values()) {
        return independent((&left, &right), level, &name, range, cluster);
    }
    let (value, down, up) = recovered((left.summary.mean, left.ends(level)?), (right.summary.mean, right.ends(level)?));
    let ends = Interval { low: value - down, high: value + up };
    let (interval, method) = cut(ends, range, RECOVERED.to_owned());
    Ok(of_interval(value, interval, fewest(left, right), cluster, method))
}

fn independent(
    (left, right): (&[f64], &[f64]),
    level: f64,
    name: &str,
    range: Range,
    cluster: &str,
) -> Result<Contrast, SampleError> {
    let n = left.len().min(right.len());
    enough_for_interval(n)?;
    let (interval, method) = if n < FEWEST_FOR_BOOTSTRAP {
        (interval_of_difference(left, right, level)?, format!("Welch's t, n = {} and {}", left.len(), right.len()))
    } else {
        let bootstrap = Bootstrap { level, ..Bootstrap::default() };
        let interval = bootstrap.studentized_difference(left, right, &mut stream("difference", name))?;
        (interval, format!("{} and {}", bootstrap_t(left.len()), right.len()))
    };
    let (interval, method) = cut(interval, range, method);
    let deviation = ((variance(left) / left.len() as f64 + variance(right) / right.len() as f64) * n as f64).sqrt();
    let value = mean(left) - mean(right);
    Ok(Contrast {
        value,
        interval,
        n,
        units: None,
        cluster: cluster.to_owned(),
        method,
        values: None,
        deviation,
        is_estimate: false,
    })
}

/// Left divided by right; none where a sample, a mean or an end of an interval is not above zero.
pub(super) fn ratio(left: Side, right: Side, level: f64) -> Result<Option<Contrast>, SampleError> {
    if let (Some(left), Some(right)) = (left.exact(), right.exact()) {
        return Ok((left > 0.0 && right > 0.0).then(|| Contrast::exact(left / right)));
    }
    let value = left.summary.mean / right.summary.mean;
    let cluster = if left.exact().is_some() { &right.quantity.cluster } else { &left.quantity.cluster };
    if let Some((above, below)) = with_constants(left, right) {
        if above.iter().chain(&below).any(|value| *value <= 0.0) {
            return Ok(None);
        }
        let n = above.len();
        enough_for_interval(n)?;
        let interval = interval_of_ratio(&above, &below, level)?;
        let method = format!("paired, Fieller's method, n = {n}");
        // By the delta method: a ratio's standard error is that of its residuals over the divisor.
        let residuals: Vec<f64> = above.iter().zip(&below).map(|(above, below)| above - value * below).collect();
        let deviation = variance(&residuals).sqrt() / mean(&below);
        let (units, cluster) = (None, cluster.clone());
        return Ok(Some(Contrast {
            value,
            interval,
            n,
            units,
            cluster,
            method,
            values: None,
            deviation,
            is_estimate: false,
        }));
    }
    let logarithms = |side: Side| -> Result<Option<(f64, Interval)>, SampleError> {
        let Interval { low, high } = side.ends(level)?;
        let positive = low > 0.0 && side.summary.mean > 0.0;
        let ends = Interval { low: libm::log(low), high: libm::log(high) };
        Ok(positive.then(|| (libm::log(side.summary.mean), ends)))
    };
    let (Some(above), Some(below)) = (logarithms(left)?, logarithms(right)?) else {
        return Ok(None);
    };
    let (value, down, up) = recovered(above, below);
    let interval = Interval { low: libm::exp(value - down), high: libm::exp(value + up) };
    Ok(Some(of_interval(libm::exp(value), interval, fewest(left, right), cluster, RECOVERED.to_owned())))
}

const RECOVERED: &str = "recovered from the two intervals";

/// The mean over clusters of the least-squares slope against the positions `at` (0, 1, 2, ... where there are none); none
/// where the quantities are not over the same clusters.
pub(super) fn slope(sides: &[Side], at: &[f64], level: f64) -> Result<Option<Contrast>, SampleError> {
    let Some(columns) = columns(sides) else { return Ok(None) };
    let names: Vec<&str> = sides.iter().map(|side| side.name).collect();
    let units = sides[0].quantity.measured.unit_values().map(<[f64]>::len);
    let slopes = slopes(&columns, at);
    let name = format!("slope of {}", names.join(", "));
    of_values(slopes, level, &name, Range::ANY, (units, &sides[0].quantity.cluster)).map(Some)
}

/// One slope per cluster.
pub(super) fn slopes(columns: &[Vec<f64>], at: &[f64]) -> Vec<f64> {
    let at: Vec<f64> = if at.is_empty() { (0..columns.len()).map(|place| place as f64).collect() } else { at.to_vec() };
    let middle = mean(&at);
    let spread: f64 = at.iter().map(|place| (place - middle) * (place - middle)).sum();
    let slope = |cluster: usize| {
        let products = columns.iter().zip(&at).map(|(column, place)| (place - middle) * column[cluster]);
        products.sum::<f64>() / spread
    };
    (0..columns[0].len()).map(slope).collect()
}

/// The cluster values of several quantities over the same clusters.
pub(super) fn columns(sides: &[Side]) -> Option<Vec<Vec<f64>>> {
    let first = sides.first()?;
    sides.iter().map(|side| Some(paired(*first, *side)?.1.into_owned())).collect()
}

/// Values by cluster of two quantities.
type Pairs<'a> = (Cow<'a, [f64]>, Cow<'a, [f64]>);

/// The cluster values of both, where position by position they belong together.
fn paired<'a>(left: Side<'a>, right: Side<'a>) -> Option<Pairs<'a>> {
    let same = |of: fn(&Quantity) -> &String| of(left.quantity) == of(right.quantity);
    let clusters = |side: Side| side.quantity.measured.cluster_names();
    let belong = same(|one| &one.over) && same(|one| &one.cluster) && clusters(left) == clusters(right);
    if !belong {
        return None;
    }
    Some((left.values()?, right.values()?))
}

/// The cluster values of both, an exact number standing in every cluster of the other.
fn with_constants(left: Side, right: Side) -> Option<(Vec<f64>, Vec<f64>)> {
    match (left.exact(), right.exact()) {
        (Some(constant), _) => right.values().map(|values| (vec![constant; values.len()], values.into_owned())),
        (_, Some(constant)) => left.values().map(|values| (values.to_vec(), vec![constant; values.len()])),
        (None, None) => paired(left, right).map(|(left, right)| (left.into_owned(), right.into_owned())),
    }
}

/// The clusters of the smaller sample, an exact number left out.
fn fewest(left: Side, right: Side) -> usize {
    let sizes = [left, right].into_iter().filter(|side| side.exact().is_none()).map(|side| side.summary.n);
    sizes.min().unwrap_or(0)
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

    /// NumPy 2.4.6, `numpy.polyfit([8, 12, 15], [1, 2, 4], 1)[0]` = 0.4189189: unequal steps use the middle value.
    #[test]
    fn a_slope_is_taken_against_the_positions_that_are_given() {
        let columns = [vec![1.0], vec![2.0], vec![4.0]];
        assert!((slopes(&columns, &[8.0, 12.0, 15.0])[0] - 0.418_918_918_918_918_9).abs() < 1e-12);
        assert_eq!(slopes(&columns, &[]), [1.5]);
    }
}
