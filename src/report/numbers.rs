//! Every number of a report by its name, for the text of a paper: macros for LaTeX (`\renas{evolution.best}`), CSV, JSON.

use serde_json::{Map, Value, json};

use super::claim::Verdict;
use super::judge::counts;
use super::number;
use super::render::read::Reported;
use super::summary::Summary;
use super::table::csv_line;
use super::{markup, table};
use renas_base::metric::Unit;

/// What a LaTeX file of numbers begins with: `\renas{NAME}` is a number, and an unknown name an error of its line.
const PREAMBLE: &str = r"\providecommand{\renas}[1]{\ifcsname renas@#1\endcsname\csname renas@#1\endcsname\else
  \PackageError{renas}{No number is called `#1'}{`renas tables --numbers' writes them; was it renamed?}\fi}
\providecommand{\renasnumber}[2]{\expandafter\def\csname renas@#1\endcsname{#2}}
";

/// A file of macros: `\renas{NAME}` is a quantity with its unit, `NAME/interval` its 95 % interval, `NAME/n` the size of its sample,
/// `claim/ID` the verdict on a claim and `claims/VERDICT` how many have it. Of several experiments each name stands behind
/// `EXPERIMENT/`.
pub fn latex(reports: &[Reported]) -> String {
    let mut text = String::new();
    for report in reports {
        let name = &report.profile.name;
        text.push_str(&format!("% The numbers of {} under profile {name}, by `renas tables`.\n", report.experiment));
    }
    text.push_str(PREAMBLE);
    for report in reports {
        let before = if reports.len() > 1 { format!("{}/", report.experiment) } else { String::new() };
        let mut add = |name: &str, value: &str| {
            text.push_str(&format!("\\renasnumber{{{before}{name}}}{{{}}}\n", markup::latex(value)));
        };
        for (name, summary, unit) in all(report) {
            let written = table::measured(summary, unit);
            let (value, interval) = written.split_once(" [").unwrap_or((written.as_str(), ""));
            add(name, value);
            if !interval.is_empty() {
                add(&format!("{name}/interval"), &format!("[{interval}"));
            }
            if summary.n > 0 {
                add(&format!("{name}/n"), &number::exact(summary.n as f64, Unit::Count));
            }
        }
        for claim in &report.claims {
            add(&format!("claim/{}", claim.id), claim.verdict_in_words());
        }
        add("claims/all", &report.claims.len().to_string());
        let counts = counts(&report.claims);
        for verdict in Verdict::ALL {
            let count = counts.get(&verdict).copied().unwrap_or_default();
            add(&format!("claims/{}", verdict.name().replace(' ', "_")), &count.to_string());
        }
    }
    text
}

/// The same as CSV, with all digits; a line per quantity.
pub fn csv(reports: &[Reported]) -> String {
    let mut text = String::new();
    let head =
        ["experiment", "profile", "name", "label", "value", "low", "high", "n", "unit", "data", "over", "method"];
    csv_line(&mut text, &head.map(str::to_owned));
    for report in reports {
        for (name, summary, _) in all(report) {
            let quantity = &report.findings.quantities[name];
            let end = |end: Option<f64>| end.map_or(String::new(), number::plain);
            let unit = json!(quantity.unit).as_str().map_or_else(|| own_unit(quantity.unit), str::to_owned);
            csv_line(
                &mut text,
                &[
                    report.experiment.clone(),
                    report.profile.name.clone(),
                    name.to_owned(),
                    quantity.label.clone(),
                    number::plain(summary.mean),
                    end(summary.interval.map(|ends| ends.low)),
                    end(summary.interval.map(|ends| ends.high)),
                    summary.n.to_string(),
                    unit,
                    quantity.data.clone(),
                    quantity.over.clone(),
                    summary.method.clone(),
                ],
            );
        }
    }
    text
}

/// The same as JSON: what `findings.json` says of each quantity, without samples.
pub fn json(report: &Reported) -> Value {
    let one = |(name, summary, _): (&str, &Summary, Unit)| {
        let quantity = &report.findings.quantities[name];
        let ends = summary.interval;
        let value = json!({
            "label": quantity.label, "value": summary.mean, "low": ends.map(|ends| ends.low),
            "high": ends.map(|ends| ends.high), "n": summary.n, "unit": quantity.unit, "data": quantity.data,
            "over": quantity.over, "method": summary.method,
        });
        (name.to_owned(), value)
    };
    Value::Object(all(report).map(one).collect::<Map<String, Value>>())
}

fn all(report: &Reported) -> impl Iterator<Item = (&str, &Summary, Unit)> {
    let of = move |(name, summary)| (String::as_str(name), summary, report.findings.quantities[name].shown_unit());
    report.summaries.iter().map(of)
}

/// The word of a unit that a manifest names.
fn own_unit(unit: Unit) -> String {
    match unit {
        Unit::Own(word) => word.to_string(),
        Unit::Fraction | Unit::Points | Unit::One | Unit::Count | Unit::MultiplyAdds | Unit::Seconds => String::new(),
    }
}
