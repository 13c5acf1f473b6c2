//! The change log of judging: what changed in the rules that turn findings into verdicts, and when.
//!
//! A verdict that changes on the same evidence is an amendment of its claim, or follows from an entry of this log.

use renas_base::digest::Digest;

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
pub const CHANGES: [RulesChange; 3] = [
    RulesChange {
        version: 3,
        on: "2026-11-27",
        what: "percentile bootstrap from five samples on, Student's t of three or four; Holm-corrected neighbours in orders",
    },
    RulesChange {
        version: 4,
        on: "2026-11-28",
        what: "an outside audit refuted dozens of verdicts: n counts clusters; Student's t to nine of them and the studentised \
               bootstrap from ten, as the percentile bootstrap covers 84 % at five; a bound within 1e-9 of its border touches it; \
               an interval of no width decides nothing; something known to be false is put to every test, and what it would pass \
               is at most consistent, as is what rests on fewer than four clusters or on numbers of others; alike needs a margin; \
               one contradicted part refutes a statement, and every single case a universal one; exact numbers are compared exactly",
    },
    RulesChange {
        version: 5,
        on: "2026-11-30",
        what: "more data are looked at in planned looks, and what was published before counts as one: of m looks the intervals \
               are of 1 - 0.05 / m, as those of any one of m statements are; the page says of which level an interval is, and \
               draws what decided",
    },
];

/// The version of the rules by which verdicts are made now.
pub const VERSION: u32 = CHANGES[CHANGES.len() - 1].version;

/// The digest of these changes: reports of one digest were judged by the same rules.
pub fn digest() -> Digest {
    let lines = CHANGES.iter().map(|change| format!("{}\t{}\t{}\n", change.version, change.on, change.what));
    Digest::of(lines.collect::<String>().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_follow_each_other_and_every_change_says_what_it_is() {
        assert!(CHANGES.windows(2).all(|pair| pair[1].version == pair[0].version + 1 && pair[0].on <= pair[1].on));
        assert!(CHANGES.iter().all(|change| !change.what.is_empty()));
    }
}
