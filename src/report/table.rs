//! A table of findings, written once through one small trait: Markdown, HTML and LaTeX are its markups, CSV and JSON its data.
//!
//! People read a quantity as mean, interval and n in one cell, each number to at most three significant digits. The CSV file is
//! for machines: a column that holds a quantity gets three more, `low`, `high` and `n`, and every number keeps its full digits,
//! fractions as fractions.

mod latex; // as LaTeX
mod data; //  as JSON

use super::findings::{Cell, Findings, Table};
use super::marks::{Marks, html_of_marks};
use super::markup;
use super::number;
use super::summary::{Summaries, Summary};
pub use data::json;
pub use latex::latex;
use renas_base::metric::Unit;

/// How one format writes the pieces of a table.
trait Markup {
    /// The row of column headings; `numeric` tells which columns hold numbers.
    fn head(&self, text: &mut String, cells: &[Shown], numeric: &[bool]);
    /// One row.
    fn row(&self, text: &mut String, cells: &[Shown], numeric: &[bool]);
    /// What stands after the last row.
    fn end(&self, text: &mut String);
}

/// What one cell shows.
enum Shown {
    /// Words, in Markdown.
    Words(String),
    /// A number, written out.
    Number(String),
    /// An estimate: the value with its interval, and its n.
    Estimate(String, String),
    /// A number that claims are about, and what became of them.
    Judged(Box<Shown>, String),
    /// Nothing.
    Nothing,
}

/// The table in Markdown.
pub fn markdown(table: &Table, findings: &Findings, summaries: &Summaries) -> String {
    write(table, &|cell| shown(cell, findings, summaries), &Markdown)
}

/// The table in HTML: a `table` element without its title and caption. Cells that claims are about link to them.
pub fn html(table: &Table, findings: &Findings, summaries: &Summaries, marks: &Marks<'_>) -> String {
    let judged = |cell: &Cell| {
        let shown = shown(cell, findings, summaries);
        match (cell, &shown) {
            (Cell::Quantity(name), Shown::Number(_) | Shown::Estimate(..)) => match marks.get(name.as_str()) {
                Some(marks) => Shown::Judged(Box::new(shown), html_of_marks(marks)),
                None => shown,
            },
            _ => shown,
        }
    };
    write(table, &judged, &Html)
}

/// The table as CSV (RFC 4180, lines ending in a line feed).
pub fn csv(table: &Table, findings: &Findings, summaries: &Summaries) -> String {
    let mut text = String::new();
    let is_quantity = |cell: Option<&Cell>| matches!(cell, Some(Cell::Quantity(_)));
    let wide: Vec<bool> =
        (0..table.columns.len()).map(|column| table.rows.iter().any(|row| is_quantity(row.get(column)))).collect();
    let mut fields = Vec::new();
    for (heading, &wide) in table.columns.iter().zip(&wide) {
        fields.push(heading.clone());
        if wide {
            fields.extend(["low", "high", "n"].map(|end| format!("{heading} {end}")));
        }
    }
    csv_line(&mut text, &fields);
    for row in &table.rows {
        fields.clear();
        for (cell, &wide) in row.iter().zip(&wide) {
            let summary = summary_of(cell, findings, summaries);
            fields.push(match (cell, summary) {
                (Cell::Text(words), _) => words.clone(),
                (Cell::Empty, _) => String::new(),
                (Cell::Number { value, .. }, _) => number::plain(*value),
                (Cell::Quantity(_), Some((summary, _))) => number::plain(summary.mean),
                (Cell::Quantity(_), None) => String::new(),
            });
            if wide {
                let interval = summary.and_then(|(summary, _)| summary.interval);
                fields.push(interval.map_or(String::new(), |ends| number::plain(ends.low)));
                fields.push(interval.map_or(String::new(), |ends| number::plain(ends.high)));
                fields.push(summary.map_or(String::new(), |(summary, _)| summary.n.to_string()));
            }
        }
        csv_line(&mut text, &fields);
    }
    text
}

/// A line of CSV.
pub(super) fn csv_line(text: &mut String, fields: &[String]) {
    for (index, field) in fields.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        if field.contains([',', '"', '\n', '\r']) {
            text.push_str(&format!("\"{}\"", field.replace('"', "\"\"")));
        } else {
            text.push_str(field);
        }
    }
    text.push('\n');
}

fn summary_of<'a>(cell: &Cell, findings: &Findings, summaries: &'a Summaries) -> Option<(&'a Summary, Unit)> {
    match cell {
        Cell::Quantity(name) => Some((summaries.get(name)?, findings.quantities.get(name)?.shown_unit())),
        Cell::Text(_) | Cell::Empty | Cell::Number { .. } => None,
    }
}

fn shown(cell: &Cell, findings: &Findings, summaries: &Summaries) -> Shown {
    match cell {
        Cell::Text(words) => Shown::Words(words.clone()),
        Cell::Empty => Shown::Nothing,
        Cell::Number { value, unit } => Shown::Number(number::short(*value, *unit)),
        Cell::Quantity(_) => match summary_of(cell, findings, summaries) {
            None => Shown::Nothing,
            // No sample: an exact number.
            Some((Summary { n: 0, mean, .. }, unit)) => Shown::Number(number::short(*mean, unit)),
            Some((summary, unit)) => {
                Shown::Estimate(number::brief(summary.mean, summary.interval, unit), number::sample_size(summary.n))
            }
        },
    }
}

/// A summary as people read it, without its n: `96.71 % [96.52, 96.90]`.
pub fn measured(summary: &Summary, unit: Unit) -> String {
    match summary.interval {
        Some(interval) => number::estimate(summary.mean, interval, unit),
        None => number::exact(summary.mean, unit),
    }
}

/// Whether the cell holds a number that is none.
pub(super) fn is_not_finite(cell: &Cell) -> bool {
    match cell {
        Cell::Number { value, .. } => !value.is_finite(),
        Cell::Text(_) | Cell::Empty | Cell::Quantity(_) => false,
    }
}

fn write(table: &Table, shown: &dyn Fn(&Cell) -> Shown, markup: &dyn Markup) -> String {
    let is_number = |cell: &Cell| matches!(cell, Cell::Number { .. } | Cell::Quantity(_));
    let numeric: Vec<bool> = (0..table.columns.len())
        .map(|column| table.rows.iter().filter_map(|row| row.get(column)).any(is_number))
        .collect();
    let head: Vec<Shown> = table.columns.iter().map(|heading| Shown::Words(heading.clone())).collect();
    let mut text = String::new();
    markup.head(&mut text, &head, &numeric);
    for row in &table.rows {
        let cells: Vec<Shown> = row.iter().map(shown).collect();
        markup.row(&mut text, &cells, &numeric);
    }
    markup.end(&mut text);
    text
}

struct Markdown;

impl Markup for Markdown {
    fn head(&self, text: &mut String, cells: &[Shown], numeric: &[bool]) {
        self.row(text, cells, numeric);
        for &numeric in numeric {
            text.push_str(if numeric { "|---:" } else { "|---" });
        }
        text.push_str("|\n");
    }

    fn row(&self, text: &mut String, cells: &[Shown], _: &[bool]) {
        for cell in cells {
            let cell = match cell {
                Shown::Words(words) => markup::cell(words),
                Shown::Number(number) => number.clone(),
                Shown::Estimate(value, n) => format!("{value}, {n}"),
                Shown::Nothing | Shown::Judged(..) => "–".to_owned(),
            };
            text.push_str(&format!("| {cell} "));
        }
        text.push_str("|\n");
    }

    fn end(&self, _: &mut String) {}
}

struct Html;

/// So many columns find room on a printed page.
const FEW_COLUMNS: usize = 6;

impl Markup for Html {
    fn head(&self, text: &mut String, cells: &[Shown], numeric: &[bool]) {
        // Many columns are printed smaller.
        text.push_str(if cells.len() > FEW_COLUMNS { "<table class=\"wide\">\n" } else { "<table>\n" });
        text.push_str("<thead><tr>");
        for (cell, &numeric) in cells.iter().zip(numeric) {
            let class = if numeric { " class=\"number\"" } else { "" };
            text.push_str(&format!("<th scope=\"col\"{class}>{}</th>", html_of(cell)));
        }
        text.push_str("</tr></thead>\n<tbody>\n");
    }

    fn row(&self, text: &mut String, cells: &[Shown], numeric: &[bool]) {
        text.push_str("<tr>");
        for (index, (cell, &numeric)) in cells.iter().zip(numeric).enumerate() {
            let class = if numeric { " class=\"number\"" } else { "" };
            // What stands first says what the row is about, a number of layers too; it stays in view.
            let (open, close) = if index == 0 { ("th scope=\"row\"", "th") } else { ("td", "td") };
            text.push_str(&format!("<{open}{class}>{}</{close}>", html_of(cell)));
        }
        text.push_str("</tr>\n");
    }

    fn end(&self, text: &mut String) {
        text.push_str("</tbody></table>");
    }
}

fn html_of(cell: &Shown) -> String {
    match cell {
        Shown::Words(words) => markup::html(words),
        Shown::Number(number) => number.clone(),
        // The style keeps an interval in one line but in print, where it may break between its ends.
        Shown::Estimate(value, n) => format!("{}<span class=\"n\"> {n}</span>", value.replace(",\u{a0}", ", ")),
        Shown::Judged(shown, marks) => html_of(shown) + marks,
        Shown::Nothing => "–".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claim::Verdict;
    use crate::findings::{Measured, Quantity};
    use crate::marks::Mark;
    use renas_stats::summary::Interval;

    fn example() -> (Table, Findings, Summaries) {
        let quantity = Quantity {
            label: "accuracy".to_owned(),
            unit: Unit::Fraction,
            data: "digits".to_owned(),
            over: "search seed".to_owned(),
            cluster: "seed".to_owned(),
            range: crate::range::Range::ANY,
            imported: false,
            handed_in: false,
            definition: String::new(),
            measured: Measured::Samples(vec![0.9, 0.91]),
            observed_time: false,
        };
        let summary = Summary {
            units: None,
            n: 2,
            mean: 0.905,
            interval: Some(Interval { low: 0.9, high: 0.91 }),
            prediction: None,
            method: "made up".to_owned(),
        };
        let table = Table {
            id: "t".to_owned(),
            title: "T".to_owned(),
            caption: "C".to_owned(),
            columns: ["variant", "accuracy", "paper"].map(str::to_owned).to_vec(),
            rows: vec![
                vec![
                    Cell::Text("a \"b\", <c> | d".to_owned()),
                    Cell::Quantity("q".to_owned()),
                    Cell::Number { value: 0.437, unit: Unit::Fraction },
                ],
                vec![Cell::Text("none".to_owned()), Cell::Quantity("absent".to_owned()), Cell::Empty],
            ],
        };
        let findings = Findings { quantities: [("q".to_owned(), quantity)].into(), ..Findings::default() };
        (table, findings, [("q".to_owned(), summary)].into())
    }

    #[test]
    fn csv_keeps_full_digits_and_quotes_what_needs_it() {
        let (table, findings, summaries) = example();
        let expected = "variant,accuracy,accuracy low,accuracy high,accuracy n,paper\n\
            \"a \"\"b\"\", <c> | d\",0.905,0.9,0.91,2,0.437\nnone,,,,,\n";
        assert_eq!(csv(&table, &findings, &summaries), expected);
    }

    #[test]
    fn markdown_escapes_bars_and_shows_the_interval_and_n() {
        let (table, findings, summaries) = example();
        let expected = "| variant | accuracy | paper |\n|---|---:|---:|\n\
            | a \"b\", \\<c> \\| d | 90.5\u{a0}% [90.0,\u{a0}91.0], n\u{a0}=\u{a0}2 | 43.7\u{a0}% |\n| none | – | – |\n";
        assert_eq!(markdown(&table, &findings, &summaries), expected);
    }

    /// Of what runs or papers may give: marks in names, numbers that are none, fifty columns, numbers of any size.
    #[test]
    fn whatever_a_table_holds_its_cells_are_short_and_its_rows_whole() {
        let name = "`a` <b>bold</b> | [x](https://e.org) ".repeat(20);
        let numbers = [f64::NAN, f64::INFINITY, -1e300, 1e-300, 0.123_456_789, 98_765.432_1, 0.0, -0.0, 12_345_678.0];
        let cell = |value: f64| Cell::Number { value, unit: Unit::One };
        let row = |first: &str| {
            std::iter::once(Cell::Text(first.to_owned())).chain((0..49).map(|at| cell(numbers[at % 9]))).collect()
        };
        let columns = std::iter::once("arm".to_owned())
            .chain((0..49).map(|at| format!("arm_{at}_{}", "long".repeat(20))))
            .collect();
        let table = Table { columns, rows: vec![row(&name), row("")], ..example().0 };
        let (findings, summaries) = (Findings::default(), Summaries::new());
        let html = html(&table, &findings, &summaries, &Marks::new());
        assert!(html.starts_with("<table class=\"wide\">") && !html.contains("<b>") && !html.contains("NaN"), "{html}");
        assert_eq!(
            (html.matches("<th scope=\"row\">").count(), html.matches("<td class=\"number\">").count()),
            (2, 98)
        );
        for shown in html.split("<td class=\"number\">").skip(1).filter_map(|rest| rest.split('<').next()) {
            let digits: String = shown.split('e').next().unwrap_or("").chars().filter(char::is_ascii_digit).collect();
            let digits = digits.trim_start_matches('0').trim_end_matches('0');
            assert!(digits.len() <= 3 && shown.chars().count() <= 12, "{shown}");
        }
        let markdown = markdown(&table, &findings, &summaries);
        assert!(markdown.lines().all(|line| line.replace("\\|", "").matches('|').count() == 51), "{markdown}");
    }

    #[test]
    fn a_row_that_begins_with_a_number_is_named_by_it_and_an_exact_number_has_no_n() {
        let (mut table, mut findings, summaries) = example();
        let exact = Quantity { measured: Measured::Exact(0.5), ..findings.quantities["q"].clone() };
        findings.quantities.insert("e".to_owned(), exact);
        let summary = Summary { n: 0, mean: 0.5, interval: None, ..summaries["q"].clone() };
        table.rows =
            vec![vec![Cell::Number { value: 512.0, unit: Unit::Count }, Cell::Quantity("e".to_owned()), Cell::Empty]];
        let text = html(&table, &findings, &[("e".to_owned(), summary)].into(), &Marks::new());
        assert!(
            text.contains("<th scope=\"row\" class=\"number\">512</th><td class=\"number\">50\u{a0}%</td>"),
            "{text}"
        );
    }

    #[test]
    fn a_cell_that_a_claim_is_about_links_to_it_and_shows_its_verdict_and_the_papers_number() {
        let (table, findings, summaries) = example();
        let mark = |claim: &str, paper: &str| Mark {
            claim: claim.to_owned(),
            verdict: Verdict::NotReproduced,
            paper: paper.to_owned(),
        };
        let marks = vec![mark("a", ""), mark("b", "paper 95"), mark("c", ""), mark("d", "")];
        let text = html(&table, &findings, &summaries, &[("q", marks)].into());
        for part in ["paper 95</span>", "href=\"#a\"", "aria-label=\"not reproduced: the claim\"", "+1</span>"] {
            assert!(text.contains(part), "no {part} in {text}");
        }
        assert!(!text.contains("href=\"#d\""), "{text}");
    }

    #[test]
    fn html_escapes_words_and_names_rows_and_columns() {
        let (table, findings, summaries) = example();
        let text = html(&table, &findings, &summaries, &Marks::new());
        assert!(text.contains("<th scope=\"row\">a &quot;b&quot;, &lt;c&gt; | d</th>"), "{text}");
        assert!(text.contains("<th scope=\"col\" class=\"number\">accuracy</th>"), "{text}");
    }
}
