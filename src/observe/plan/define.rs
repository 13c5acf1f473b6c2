//! How a quantity is made, in words: what the report prints beside it.

use crate::declare::Per;
use crate::plan::Planned;
use crate::plan::filter::Filter;

/// Of a quantity of rows: `for each search seed, max accuracy of the rows of visits where arm is all`.
pub(super) fn of_rows(filter: &Filter, take: &str, per: &Per, over: &str) -> String {
    let conditions = match filter.words.as_slice() {
        [] => String::new(),
        words => format!(" where {}", words.join(" and ")),
    };
    let rows = format!("{take} of the rows of {}{conditions}", filter.table);
    let complete =
        |is_complete: bool| if is_complete { format!("; absent unless every {over} has one") } else { String::new() };
    match per {
        Per::Unit { average: None, is_complete, .. } => format!("for each {over}, {rows}{}", complete(*is_complete)),
        Per::Unit { average: Some(column), is_complete, .. } => {
            format!("for each {over}, the mean over {column} of {rows}{}", complete(*is_complete))
        }
        Per::Whole { .. } => format!("{rows}, over all of them; one is a {over}"),
    }
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
