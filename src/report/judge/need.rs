//! How many clusters would decide what is undecided, and at what cost.
//!
//! For the effect between the border and the paper's value, else for the margin, else for the effect that was observed;
//! with the observed variance and 80 % power, by Student's t: the smallest n for which n >= ((t + t') s / effect)^2.

use serde::{Deserialize, Serialize};

use renas_stats::distribution::student_t_quantile;

/// The most clusters that are reckoned with.
const MOST: usize = 100_000;

/// The clusters that would decide a claim.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Need {
    /// Clusters in all; none where even 100,000 would not do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clusters: Option<usize>,
    /// How many of them there are.
    pub have: usize,
    /// What a cluster is.
    pub of: String,
    /// For which effect: `between the border and the paper's value`.
    pub effect: String,
    /// CPU seconds of those that are missing, where the manifest says what one costs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
}

impl Need {
    /// In words: `about 23 more of search seed would decide the effect observed (80 % power)`.
    pub fn in_words(&self) -> String {
        let cost = self.seconds.map_or(String::new(), |seconds| format!(", about {}", duration(seconds)));
        match self.clusters {
            Some(clusters) => format!(
                "about {} in all (unit: {}; {} more{cost}) would decide the effect {} (80\u{a0}% power)",
                clusters,
                self.of,
                clusters.saturating_sub(self.have),
                self.effect
            ),
            None => format!("more than 100,000 (unit: {}) would be needed for the effect {}", self.of, self.effect),
        }
    }
}

/// CPU time, roughly.
pub(crate) fn duration(seconds: f64) -> String {
    match seconds {
        seconds if seconds < 120.0 => format!("{seconds:.0} CPU-s"),
        seconds if seconds < 7_200.0 => format!("{:.0} CPU-min", seconds / 60.0),
        seconds => format!("{:.0} CPU-h", seconds / 3_600.0),
    }
}

/// The number of clusters at which an interval of `tails` tail probability excludes the border with 80 % power, where the
/// true value is `effect` beyond it and one cluster deviates by `deviation`.
pub(super) fn clusters(effect: f64, deviation: f64, tail: f64, power: f64) -> Option<usize> {
    if effect.abs() <= 0.0 || !effect.is_finite() || !deviation.is_finite() {
        return None;
    }
    let ratio = deviation / effect.abs();
    let enough = |n: usize| {
        let degrees_of_freedom = (n - 1) as f64;
        let reach = student_t_quantile(1.0 - tail, degrees_of_freedom) + student_t_quantile(power, degrees_of_freedom);
        n as f64 >= (reach * ratio) * (reach * ratio)
    };
    let (mut low, mut high) = (3, MOST);
    if !enough(high) {
        return None;
    }
    while low < high {
        let middle = low.midpoint(high);
        if enough(middle) { high = middle } else { low = middle + 1 }
    }
    Some(low)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// statsmodels 0.15.0, `TTestPower().solve_power(effect_size=0.5, alpha=0.05, power=0.8)` = 33.37, and of 1.0: 9.94;
    /// the approximation by quantiles has 34 and 10 or one more.
    #[test]
    fn the_number_is_that_of_the_power_of_a_t_test() {
        assert!(matches!(clusters(0.5, 1.0, 0.025, 0.8), Some(34 | 35)), "{:?}", clusters(0.5, 1.0, 0.025, 0.8));
        assert!(matches!(clusters(1.0, 1.0, 0.025, 0.8), Some(10 | 11)), "{:?}", clusters(1.0, 1.0, 0.025, 0.8));
        assert_eq!(clusters(0.0, 1.0, 0.025, 0.8), None);
        assert_eq!(clusters(1e-6, 1.0, 0.025, 0.8), None);
    }

    #[test]
    fn the_cost_is_that_of_what_is_missing() {
        let need = Need {
            clusters: Some(34),
            have: 5,
            of: "search seed".to_owned(),
            effect: "observed".to_owned(),
            seconds: Some(29.0 * 2_040.0),
        };
        let words = "about 34 in all (unit: search seed; 29 more, about 16 CPU-h) would decide the effect observed (80\u{a0}% power)";
        assert_eq!(need.in_words(), words);
    }
}
