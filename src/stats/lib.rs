//! Statistics of samples; a leaf that knows nothing of networks.
//!
//! Sums run in the order of the sample and transcendental functions are `libm`'s: the same bits on every machine.

pub mod blocks; //         tests within blocks: Friedman's, and permutations
pub mod bootstrap; //      percentile bootstrap intervals
mod bootstrap_t; //        studentised bootstrap intervals of means and correlations
pub mod correlation; //    Pearson, Spearman, Kendall's tau-b
pub mod distribution; //   tails of the normal, of Student's t and of chi-squared, quantiles of the first two
pub mod dunn; //           which of several groups differ, by ranks
pub mod frechet; //        distance of two samples taken for normal distributions
pub mod kruskal_wallis; // whether several groups differ, by ranks
pub mod multiple; //       Holm's correction of a family of p values
pub mod prediction; //     where one further run will fall
pub mod proportion; //     Wilson's interval of a proportion
pub mod quality; //        R squared and mean squared error of predictions
pub mod summary; //        mean, variance, quantiles, an interval; what a sample must be
pub mod t_interval; //     Student's t interval of a mean, Fieller's of a ratio of means
pub mod t_test; //         paired and Welch's t test
