//! What pairing two quantities by unit left out: units that only one side has, and those whose ratio is none.

use std::collections::BTreeMap;

use renas_base::metric::Unit;
use renas_report::findings::{Cell, Table};

/// Two quantities, paired by unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pairing {
    /// The quantity that they make.
    pub name: String,
    /// The sides, and what was done with them: `a`, `minus`, `b`.
    pub of: [String; 3],
    /// What a unit is.
    pub over: String,
    /// Units of the first and of the second side, and those that have a number of both.
    pub counts: [usize; 3],
    /// Units that only the first side has, units that only the second one has, and units of both that give no finite number.
    pub left_out: [Vec<usize>; 3],
}

/// Most units of a cell that are named.
const MOST_NAMED: usize = 5;

/// The pairings that left something out, with the units by name (by number where nobody named them); nothing where none did.
pub fn table(pairings: &[Pairing], names: &BTreeMap<String, Vec<String>>) -> Option<Table> {
    let count = |count: usize| Cell::Number { value: count as f64, unit: Unit::Count };
    let named = |over: &str, units: &[usize]| {
        let name = |unit: &usize| match names.get(over).and_then(|names| names.get(*unit)) {
            Some(name) => name.clone(),
            None => unit.to_string(),
        };
        let shown: Vec<String> = units.iter().take(MOST_NAMED).map(name).collect();
        match units.len().saturating_sub(MOST_NAMED) {
            _ if units.is_empty() => Cell::Empty,
            0 => Cell::Text(shown.join(", ")),
            more => Cell::Text(format!("{} and {more} more", shown.join(", "))),
        }
    };
    let row = |pairing: &Pairing| {
        let Pairing { name, of: [one, verb, other], over, counts, left_out } = pairing;
        let mut cells = vec![Cell::Text(format!("`{name}`: `{one}` {verb} `{other}`")), Cell::Text(over.clone())];
        cells.extend(counts.map(count));
        cells.extend(left_out.iter().map(|units| named(over, units)));
        cells
    };
    let rows: Vec<Vec<Cell>> =
        pairings.iter().filter(|one| one.left_out.iter().any(|units| !units.is_empty())).map(row).collect();
    let columns = [
        "Contrast",
        "Paired by",
        "n of the first",
        "n of the second",
        "Pairs",
        "Only in the first",
        "Only in the second",
        "No finite number",
    ];
    (!rows.is_empty()).then(|| Table {
        id: "left_out_of_pairs".to_owned(),
        title: "What pairing left out".to_owned(),
        caption: "A contrast is made of the units that both sides have; these others say nothing in it.".to_owned(),
        columns: columns.map(str::to_owned).into(),
        rows,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_that_are_left_out_are_named_with_n_per_side_and_what_is_whole_is_not_listed() {
        let pairing = |left_out: [Vec<usize>; 3]| Pairing {
            name: "gain".to_owned(),
            of: ["new", "minus", "old"].map(str::to_owned),
            over: "run".to_owned(),
            counts: [9, 3, 2],
            left_out,
        };
        let none = || [Vec::new(), Vec::new(), Vec::new()];
        assert_eq!(table(&[pairing(none())], &BTreeMap::new()), None);
        let names = BTreeMap::from([("run".to_owned(), ["a", "b", "c"].map(str::to_owned).to_vec())]);
        let lost = pairing([(0..7).collect(), vec![9], Vec::new()]);
        let table = table(&[pairing(none()), lost], &names).expect("something was left out");
        assert_eq!(table.rows.len(), 1);
        let text = |place: usize| match &table.rows[0][place] {
            Cell::Text(words) => words.clone(),
            Cell::Number { value, .. } => value.to_string(),
            other => format!("{other:?}"),
        };
        assert_eq!((0..5).map(text).collect::<Vec<_>>(), ["`gain`: `new` minus `old`", "run", "9", "3", "2"]);
        assert_eq!((5..8).map(text).collect::<Vec<_>>(), ["a, b, c, 3, 4 and 2 more", "9", "Empty"]);
        assert_eq!(table.columns.len(), table.rows[0].len());
    }
}
