//! The change log of judging: what changed in the rules that turn findings into verdicts, and when.
//!
//! A verdict that changes on the same evidence is an amendment of its claim, or follows from an entry of this log.

/// One change of the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RulesChange {
    /// The version of the rules that it made: each is one more than the last.
    pub version: u32,
    /// The day.
    pub on: &'static str,
    /// What changed, and why.
    pub what: &'static str,
}

/// All changes since verdicts are recorded, the oldest first.
pub const CHANGES: [RulesChange; 1] = [RulesChange {
    version: 3,
    on: "2026-11-27",
    what: "percentile bootstrap from five samples on, Student's t of three or four; Holm-corrected neighbours in orders",
}];

/// The version of the rules by which verdicts are made now.
pub const VERSION: u32 = CHANGES[CHANGES.len() - 1].version;
