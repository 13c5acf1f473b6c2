//! Historic sub-loss information: the slope of an output's loss over the training steps (sections IV-E.1 and VII-C).

use serde::{Deserialize, Serialize};

/// Where a slope begins to be one or the other; both in units of the loss per step, and both below 0.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thresholds {
    /// Above it an output is stuck.
    pub stuck: f64,
    /// Below it an output descends steeply.
    pub steep: f64,
}

/// What the loss of an output does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trend {
    /// It falls fast.
    Steep,
    /// It falls.
    Moderate,
    /// It has converged, or rises.
    Stuck,
}

impl Trend {
    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Steep => "steep",
            Self::Moderate => "moderate",
            Self::Stuck => "stuck",
        }
    }
}

impl Thresholds {
    /// Those of section VII-C. They depend on how a loss is normalised.
    pub const PAPER: Self = Self { stuck: -1e-10, steep: -2e-5 };

    /// What a slope says; one that is exactly a threshold is moderate.
    pub fn trend(&self, slope: f64) -> Trend {
        if slope > self.stuck {
            Trend::Stuck
        } else if slope < self.steep {
            Trend::Steep
        } else {
            Trend::Moderate
        }
    }
}

/// The slope per step of the least-squares line through the last `window` points of a loss curve whose points are
/// `every` steps apart; none for fewer than two points or a loss that is not finite.
///
/// The paper does not say over how many steps the line goes: the window is a setting.
pub fn slope(curve: &[f64], every: usize, window: usize) -> Option<f64> {
    let points = &curve[curve.len().saturating_sub(window)..];
    if points.len() < 2 || every == 0 || points.iter().any(|loss| !loss.is_finite()) {
        return None;
    }
    let n = points.len() as f64;
    let (middle, mean) = ((n - 1.0) / 2.0, points.iter().sum::<f64>() / n);
    let (mut products, mut squares) = (0.0, 0.0);
    for (place, loss) in points.iter().enumerate() {
        let step = place as f64 - middle;
        products += step * (loss - mean);
        squares += step * step;
    }
    Some(products / squares / every as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// NumPy 2.4.6: `polyfit(arange(5) * 50, [2.0, 1.5, 1.4, 1.1, 1.05], 1)[0]`, and of the last three points.
    #[test]
    fn the_slope_is_that_of_numpys_line() {
        let curve = [2.0, 1.5, 1.4, 1.1, 1.05];
        let close = |slope: Option<f64>, expected: f64| {
            let slope = slope.expect("enough points");
            assert!((slope / expected - 1.0).abs() < 1e-12, "{slope} is not {expected}");
        };
        close(slope(&curve, 50, 100), -0.0046);
        close(slope(&curve, 50, 3), -0.0035);
    }

    #[test]
    fn too_few_points_and_diverged_losses_have_no_slope() {
        assert_eq!(slope(&[1.0], 50, 10), None);
        assert_eq!(slope(&[1.0, 2.0, 3.0], 50, 1), None);
        assert_eq!(slope(&[1.0, f64::NAN], 50, 10), None);
    }

    #[test]
    fn thresholds_are_those_of_the_paper() {
        let trend = |slope| Thresholds::PAPER.trend(slope);
        assert_eq!([trend(1e-3), trend(0.0), trend(-9e-11)], [Trend::Stuck; 3]);
        assert_eq!([trend(-2e-10), trend(-1e-5), trend(-2e-5)], [Trend::Moderate; 3]);
        assert_eq!(trend(-3e-5), Trend::Steep);
    }
}
