//! How a quantity is made, in words: what the report prints beside it.

use crate::declare::Per;
use crate::plan::Planned;
use crate::plan::filter::Filter;

/// Of a quantity of rows: `for each search seed, max accuracy of the rows of visits where arm is all`.
pub(super) fn of_rows(filter: &Filter, take: &str, per: &Per, over: &str) -> String {
    // One text of thousands, written in one piece.
    let mut text = String::with_capacity(192);
    let mut say = |words: &[&str]| words.iter().for_each(|word| text.push_str(word));
    match per {
        Per::Unit { average: None, .. } => say(&["for each ", over, ", "]),
        Per::Unit { average: Some(column), .. } => say(&["for each ", over, ", the mean over ", column, " of "]),
        Per::Whole { .. } => {}
    }
    say(&[take, " of the rows of ", &filter.table]);
    for (at, words) in filter.words.iter().enumerate() {
        say(&[if at == 0 { " where " } else { " and " }, words]);
    }
    match per {
        Per::Unit { is_complete: true, .. } => say(&["; absent unless every ", over, " has one"]),
        Per::Unit { is_complete: false, .. } => {}
        Per::Whole { .. } => say(&[", over all of them; one is a ", over]),
    }
    text
}

/// Of two quantities that are paired by unit; what is hidden is defined here, since it is shown nowhere else.
pub(super) fn of_pair(one: &Planned, sign: &str, other: &Planned) -> String {
    let (name, beside, over) = (&one.promised.name, &other.promised.name, &one.promised.over);
    let hidden = |side: &Planned| match side.is_hidden {
        true => format!("; {} is {}", side.promised.name, side.definition),
        false => String::new(),
    };
    let both = format!("for each {over}, {name} {sign} {beside}{}", hidden(one));
    if name == beside { both } else { both + &hidden(other) }
}
