//! Where an interval lies beside a border: wholly beyond it, or touching or across it.

use renas_stats::summary::Interval;

/// The relative distance at which a bound still touches a border: rounding noise of sums, never evidence.
const TOUCH: f64 = 1e-9;

/// Whether two numbers are one but for rounding: relative to them, and to one unit of the quantity.
pub fn touches(a: f64, b: f64) -> bool {
    (a - b).abs() <= TOUCH * a.abs().max(b.abs()).max(1.0)
}

/// Whether `value` lies beyond `border`, upward; touching is not beyond.
pub fn above(value: f64, border: f64) -> bool {
    value > border && !touches(value, border)
}

/// Whether the interval has no width but rounding noise.
pub(super) fn is_point(interval: Interval) -> bool {
    touches(interval.low, interval.high)
}

/// Where an interval lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Inside,
    Outside,
    Across,
}

/// Where an interval lies beside what is accepted.
pub(super) fn place(interval: Interval, accepted: Interval) -> Place {
    let inside_low = accepted.low == f64::NEG_INFINITY || above(interval.low, accepted.low);
    let inside_high = accepted.high == f64::INFINITY || above(accepted.high, interval.high);
    if inside_low && inside_high {
        return Place::Inside;
    }
    if above(accepted.low, interval.high) || above(interval.low, accepted.high) {
        return Place::Outside;
    }
    Place::Across
}

/// Where an exact number lies: a border belongs to what is accepted.
pub(super) fn place_exactly(value: f64, accepted: Interval) -> Place {
    let below = above(accepted.low, value);
    let beyond = above(value, accepted.high);
    if below || beyond { Place::Outside } else { Place::Inside }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ABOVE_ZERO: Interval = Interval { low: 0.0, high: f64::INFINITY };

    /// VALP `gentle-wins-more-often`: a lower bound of 3.7e-18, from samples that are multiples of 1/15, was taken as
    /// above 0.
    #[test]
    fn rounding_noise_is_no_evidence() {
        assert_eq!(place(Interval { low: 3.68e-18, high: 0.118 }, ABOVE_ZERO), Place::Across);
        assert_eq!(place(Interval { low: 1e-6, high: 0.118 }, ABOVE_ZERO), Place::Inside);
        assert_eq!(place(Interval { low: -0.2, high: -1e-17 }, ABOVE_ZERO), Place::Across);
        assert_eq!(place(Interval { low: -0.2, high: -0.1 }, ABOVE_ZERO), Place::Outside);
    }

    #[test]
    fn large_numbers_touch_relative_to_their_size() {
        let above = Interval { low: 78e6, high: f64::INFINITY };
        assert_eq!(place(Interval { low: 78e6 + 0.01, high: 80e6 }, above), Place::Across);
        assert_eq!(place(Interval { low: 78e6 + 10.0, high: 80e6 }, above), Place::Inside);
    }

    #[test]
    fn an_exact_number_may_stand_on_its_border() {
        let range = Interval { low: 2.1, high: 3.2 };
        assert_eq!(place_exactly(3.2, range), Place::Inside);
        assert_eq!(place_exactly(3.2 + 1e-12, range), Place::Inside);
        assert_eq!(place_exactly(3.21, range), Place::Outside);
        assert_eq!(place_exactly(2.0, range), Place::Outside);
    }
}
