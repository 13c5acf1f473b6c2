//! The registered data sets, as studies ask for them.

use anyhow::Result;

use crate::task::{DataChoice, SplitChoice};

/// Where studies get data sets from; a trait so that tests need no data.
pub trait Datasets: Sync {
    /// A registered data set with a split; the data itself need not be at hand.
    fn choice(&self, name: &str, split: SplitChoice) -> Result<DataChoice>;

    /// The verified content of a registered data set that is a table.
    fn table(&self, name: &str) -> Result<String>;
}
