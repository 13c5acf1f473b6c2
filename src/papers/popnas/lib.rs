//! POPNAS against PNAS: progressive search of convolutional cells, with predicted accuracy and predicted training time.
//!
//! Lomurno, Samele, Matteucci and Ardagna 2021, <https://doi.org/10.1145/3449726.3463146>.

pub mod paper; //      how the harness sees it
pub mod settings; //   the manifest's parameters
pub mod plan; //       the studies of a profile
pub mod variant; //    three readings: the text, the code, the text without its faults
pub mod arm; //        the ways to search
pub mod operator; //   what a block does to its inputs
pub mod cell; //       blocks side by side
pub mod space; //      all cells of one block, and all that follow from a cell
pub mod network; //    the network of a cell
pub mod child; //      networks trained and timed
pub mod controller; // the accuracy predictor
pub mod features; //   what a time regressor sees
pub mod regressor; //  the time regressors
pub mod search; //     one progressive search
pub mod ablation; //   regressors compared on the cells of a search
pub mod clock; //      the noise of the clock
pub mod analysis; //   rows of observations, and figures

#[cfg(test)]
mod fixture; // a small experiment without workers
