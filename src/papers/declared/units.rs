//! Units of several studies that are called alike: quantities of one unit are paired by its members, so these must be the same.

use super::settings::{DeclaredStudy, Key, Members};

/// Every two keys whose units have one name and not the same list of members, in words.
pub(crate) fn conflicts(studies: &[DeclaredStudy]) -> Vec<String> {
    let keys = |study: &DeclaredStudy| study.keys().unwrap_or_default();
    let units = studies.iter().flat_map(|study| keys(study).into_iter().map(move |key| (study, key)));
    let units: Vec<(&DeclaredStudy, Key)> =
        units.filter(|(_, key)| matches!(key.members, Members::Units(_) | Members::Any)).collect();
    let mut found = Vec::new();
    for (place, (study, key)) in units.iter().enumerate() {
        let word = study.unit_of(&key.name);
        let differs = |(other, its): &&(&DeclaredStudy, Key)| {
            let is_listed = matches!(key.members, Members::Units(_)) && key.members == its.members;
            other.unit_of(&its.name) == word && (other.name == study.name || !is_listed)
        };
        if let Some((other, its)) = units[..place].iter().find(differs) {
            found.push(format!(
                "studies.{}.units.{}: `{word}` is what `{}` of study `{}` is, too, and quantities of one unit are paired by its \
                 members: call one of them otherwise, or list the same members in both studies",
                study.name, key.name, its.name, other.name
            ));
        }
    }
    found
}
