//! A table as LaTeX: a `tabular` with the rules of `booktabs`, to stand in a `table` of the paper's own.

use super::{Markup, Shown, shown, write};
use crate::findings::{Findings, Table};
use crate::markup;
use crate::summary::Summaries;

/// The table in LaTeX, its title and caption in comments above it. It needs `\usepackage{booktabs}`.
pub fn latex(table: &Table, findings: &Findings, summaries: &Summaries) -> String {
    let comments = [&table.title, &table.caption].map(|text| format!("% {}\n", markup::plain(text)));
    comments.concat() + &write(table, &|cell| shown(cell, findings, summaries), &Latex)
}

struct Latex;

impl Markup for Latex {
    fn head(&self, text: &mut String, cells: &[Shown], numeric: &[bool]) {
        let columns: String = numeric.iter().map(|numeric| if *numeric { 'r' } else { 'l' }).collect();
        text.push_str(&format!("\\begin{{tabular}}{{{columns}}}\n\\toprule\n"));
        self.row(text, cells, numeric);
        text.push_str("\\midrule\n");
    }

    fn row(&self, text: &mut String, cells: &[Shown], _: &[bool]) {
        let cell = |cell: &Shown| match cell {
            Shown::Words(words) if words.is_empty() => "--".to_owned(),
            Shown::Words(words) => markup::latex(words),
            Shown::Number(number) => markup::latex(number),
            Shown::Estimate(value, n) => format!("{}, {}", markup::latex(value), markup::latex(n)),
            Shown::Nothing | Shown::Judged(..) => "--".to_owned(),
        };
        let cells: Vec<String> = cells.iter().map(cell).collect();
        // A bracket behind the end of a line would be taken for its argument.
        text.push_str(if cells.first().is_some_and(|first| first.starts_with('[')) { "{}" } else { "" });
        text.push_str(&cells.join(" & "));
        text.push_str(" \\\\\n");
    }

    fn end(&self, text: &mut String) {
        text.push_str("\\bottomrule\n\\end{tabular}\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Cell;
    use renas_base::metric::Unit;

    #[test]
    fn cells_are_escaped_and_a_bracket_that_begins_a_row_is_no_argument_of_the_row_before() {
        let text = |words: &str| Cell::Text(words.to_owned());
        let number = Cell::Number { value: 0.437, unit: Unit::Fraction };
        let table = Table {
            id: "t".to_owned(),
            title: "T & `U`".to_owned(),
            caption: "100 %".to_owned(),
            columns: ["a_b", "paper"].map(str::to_owned).to_vec(),
            rows: vec![vec![text("R&D `x_1` {$}"), number], vec![text("[1]"), Cell::Empty]],
        };
        let expected = "% T & U\n% 100 %\n\\begin{tabular}{lr}\n\\toprule\na\\_b & paper \\\\\n\\midrule\n\
                        R\\&D \\texttt{x\\_1} \\{\\$\\} & 43.7~\\% \\\\\n{}[1] & -- \\\\\n\\bottomrule\n\\end{tabular}\n";
        assert_eq!(latex(&table, &Findings::default(), &Summaries::new()), expected);
    }
}
