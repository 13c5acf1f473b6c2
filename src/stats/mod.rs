//! Statistics of samples; a leaf that knows nothing of networks.
//!
//! Sums run in the order of the sample and transcendental functions are `libm`'s: the same bits on every machine.

pub mod bootstrap; //    percentile bootstrap intervals
pub mod correlation; //  Pearson, Spearman, Kendall's tau-b
pub mod distribution; // tails of the normal and of Student's t distribution, quantile of the latter
pub mod equivalence; //  two one-sided tests: do two means differ by less than a margin?
pub mod multiple; //     Holm's correction of a family of p values
pub mod prediction; //   where one further run will fall
pub mod quality; //      R squared and mean squared error of predictions
pub mod summary; //      mean, variance, quantiles, an interval; what a sample must be
pub mod t_interval; //   Student's t interval of a mean, Fieller's of a ratio of means
pub mod t_test; //       paired and Welch's t test
