//! The figures of the report.

use anyhow::Result;

use super::evidence::Evidence;
use crate::papers::econas::settings::Settings;
use crate::report::findings::Figure;

/// All figures, in the order of the report.
pub fn all(_settings: &Settings, _evidence: &Evidence) -> Result<Vec<Figure>> {
    Ok(Vec::new())
}
