//! Units as manifests name them: those that reports know how to write, and words of one's own.

use super::decode::Item;
use super::yaml::Value;
use renas_base::metric::Unit;
use renas_base::nearest::nearest;
use renas_base::word::Word;

const KNOWN: [(&str, Unit); 6] = [
    ("fraction", Unit::Fraction),
    ("points", Unit::Points),
    ("one", Unit::One),
    ("count", Unit::Count),
    ("multiply_adds", Unit::MultiplyAdds),
    ("seconds", Unit::Seconds),
];

/// A unit. A word that is not known is one of the manifest's own (`joules`), unless it is near a known one. Stand-in: `fraction`.
pub fn unit(item: &Item<'_>) -> Unit {
    let Value::Text(text) = &item.node.value else { return item.choice(&KNOWN) };
    let known = KNOWN.iter().find(|(word, _)| word == text);
    let is_slip = || nearest(text, KNOWN.iter().map(|(word, _)| *word)).is_some();
    match (known, text.parse::<Word>()) {
        (Some((_, unit)), _) => *unit,
        (None, Ok(word)) if !is_slip() => Unit::Own(word),
        _ => item.choice(&KNOWN),
    }
}
