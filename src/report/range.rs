//! What a quantity can be: the ends that no measurement of it goes beyond.

use serde::{Deserialize, Serialize};

use renas_stats::summary::Interval;

/// The values that a quantity can have, ends included; an end that is absent does not exist.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// The least value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low: Option<f64>,
    /// The greatest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high: Option<f64>,
}

impl Range {
    /// Any number (a slope, a logarithm, R squared less one's own).
    pub const ANY: Self = Self { low: None, high: None };
    /// A share or an accuracy.
    pub const SHARE: Self = Self { low: Some(0.0), high: Some(1.0) };
    /// A correlation, or a difference of two shares.
    pub const CORRELATION: Self = Self { low: Some(-1.0), high: Some(1.0) };
    /// A count, a time, a distance, a ratio of such.
    pub const NOT_NEGATIVE: Self = Self { low: Some(0.0), high: None };
    /// A coefficient of determination.
    pub const R_SQUARED: Self = Self { low: None, high: Some(1.0) };

    /// Whether it is all numbers.
    pub fn is_any(&self) -> bool {
        *self == Self::ANY
    }

    /// Whether values of either sign are possible and zero stands between them.
    pub fn has_both_signs(&self) -> bool {
        self.low.is_none_or(|low| low < 0.0) && self.high.is_none_or(|high| high > 0.0)
    }

    /// The part of an interval that the quantity can be, and whether that is less than all of it.
    pub fn cut(&self, interval: Interval) -> (Interval, bool) {
        let low = self.low.map_or(interval.low, |least| interval.low.max(least));
        let high = self.high.map_or(interval.high, |most| interval.high.min(most));
        (Interval { low, high }, low != interval.low || high != interval.high)
    }

    /// What a difference of two such quantities can be: this one less the other.
    pub fn minus(&self, other: &Self) -> Self {
        Self {
            low: self.low.zip(other.high).map(|(low, high)| low - high),
            high: self.high.zip(other.low).map(|(high, low)| high - low),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_is_cut_to_what_the_quantity_can_be() {
        let beyond = Interval { low: -9.0, high: 28.0 };
        assert_eq!(Range::NOT_NEGATIVE.cut(beyond), (Interval { low: 0.0, high: 28.0 }, true));
        assert_eq!(Range::SHARE.cut(Interval { low: 0.53, high: 1.02 }), (Interval { low: 0.53, high: 1.0 }, true));
        assert_eq!(Range::ANY.cut(beyond), (beyond, false));
    }

    #[test]
    fn the_difference_of_two_shares_lies_between_minus_one_and_one() {
        assert_eq!(Range::SHARE.minus(&Range::SHARE), Range::CORRELATION);
        assert_eq!(Range::NOT_NEGATIVE.minus(&Range::NOT_NEGATIVE), Range::ANY);
        assert!(Range::CORRELATION.has_both_signs() && Range::R_SQUARED.has_both_signs());
        assert!(!Range::SHARE.has_both_signs() && !Range::NOT_NEGATIVE.has_both_signs());
    }
}
