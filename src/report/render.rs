//! From a `Report` to the files of its folder: a pure function.
//!
//! The same report gives the same bytes in any locale, time zone and order of experiments. The templates are compiled
//! in; a name that a template misspells is an error, never an empty place.

mod document; // findings.json
pub mod read; //  findings.json read back

use std::collections::BTreeMap;
use std::path::PathBuf;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, UndefinedBehavior};

use super::board::runs::Runs;
use super::board::{self, Board};
use super::checked::{self, Checked};
use super::findings::{Findings, Measured};
use super::page::{DataSet, Experiment, Report};
use super::view::View;
use super::{markup, plot, table};
use renas_base::digest::Digest;

/// The files of a report: path in the report's folder -> bytes.
pub type Files = BTreeMap<PathBuf, Vec<u8>>;

/// The file of an experiment's folder that holds its run record, in a `reduced` or `paper` report.
pub const RUN_RECORD: &str = "run.json";

/// Figures stand in a paper's page itself until it holds this much of them; the others are linked.
const MOST_FIGURE_BYTES: usize = 250_000;

/// The most claims of a paper that failed which a page about several papers lists.
const MOST_FAILED: usize = 60;

const TEMPLATES: [(&str, &str); 11] = [
    ("board.html", include_str!("../../reports/templates/board.html")),
    ("certificate.html", include_str!("../../reports/templates/certificate.html")),
    ("checked.html", include_str!("../../reports/templates/checked.html")),
    ("change.html", include_str!("../../reports/templates/change.html")),
    ("compare.html", include_str!("../../reports/templates/compare.html")),
    ("index.html", include_str!("../../reports/templates/index.html")),
    ("paper.html", include_str!("../../reports/templates/paper.html")),
    ("runs.html", include_str!("../../reports/templates/runs.html")),
    ("trial.html", include_str!("../../reports/templates/trial.html")),
    ("index.md", include_str!("../../reports/templates/index.md")),
    ("report.md", include_str!("../../reports/templates/report.md")),
];
const STYLE: &str = include_str!("../../reports/templates/style.css");
const SCRIPT: &str = include_str!("../../reports/templates/script.js");

/// A report that cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The analysis found a number that is none.
    #[error("experiment {experiment}: {place} is not a finite number; its analysis must leave it out or say why")]
    NotFinite {
        /// The experiment.
        experiment: String,
        /// Where in its findings.
        place: String,
    },
    /// Two files of one experiment, or two experiments, have one name; or a name is no file name.
    #[error("experiment {experiment}: `{name}` {problem}")]
    Name {
        /// The experiment.
        experiment: String,
        /// The name.
        name: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A table's row has more or fewer cells than the table has columns.
    #[error("experiment {experiment}: row {row} of table `{table}` has {cells} cells for {columns} columns")]
    Row {
        /// The experiment.
        experiment: String,
        /// The table.
        table: String,
        /// The row, from 0.
        row: usize,
        /// Its cells.
        cells: usize,
        /// The table's columns.
        columns: usize,
    },
    /// A figure could not be drawn.
    #[error("experiment {experiment}: figure `{figure}`: {problem}")]
    Figure {
        /// The experiment.
        experiment: String,
        /// The figure.
        figure: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A template is wrong.
    #[error("a template of the report is wrong")]
    Template(#[from] minijinja::Error),
    /// A value has no JSON.
    #[error("experiment {experiment}: findings.json cannot be written")]
    Json {
        /// The experiment.
        experiment: String,
        /// Why.
        #[source]
        error: serde_json::Error,
    },
}

/// All files of the report's folder, `SHA256SUMS` included.
pub fn render(report: &Report) -> Result<Files, RenderError> {
    let mut experiments: Vec<&Experiment> = report.experiments.iter().collect();
    experiments.sort_by(|a, b| a.id.cmp(&b.id));
    let mut files = Files::new();
    let mut figures = Vec::new();
    for experiment in &experiments {
        check(experiment)?;
        let mut drawings = write_exhibits(report, experiment, &mut files)?;
        let mut room = MOST_FIGURE_BYTES;
        for svg in &mut drawings {
            match room.checked_sub(svg.len()) {
                Some(rest) => room = rest,
                None => svg.clear(),
            }
        }
        figures.push(drawings);
    }
    let view = View::new(report, &experiments, figures);
    let environment = environment()?;
    let context = Value::from(Serde(&view));
    for name in ["index.html", "index.md"] {
        files.insert(name.into(), environment.get_template(name)?.render(context.clone())?.into_bytes());
    }
    let [markdown, page, certificate, of_trial] =
        ["report.md", "paper.html", "certificate.html", "trial.html"].map(|name| environment.get_template(name));
    let (markdown, page, certificate, of_trial) = (markdown?, page?, certificate?, of_trial?);
    for section in &view.experiments {
        let context = minijinja::context! { e => Value::from(Serde(section)), ..context.clone() };
        for (name, template) in [("report.md", &markdown), ("index.html", &page), ("certificate.html", &certificate)] {
            files.insert(format!("{}/{name}", section.id).into(), template.render(context.clone())?.into_bytes());
        }
        for trial in &section.trials {
            let context = minijinja::context! { t => Value::from(Serde(trial)), ..context.clone() };
            let name = format!("{}/trials/{}.html", section.id, trial.name);
            files.insert(name.into(), of_trial.render(context)?.into_bytes());
        }
    }
    files.insert("SHA256SUMS".into(), sums(&files).into_bytes());
    Ok(files)
}

impl Experiment {
    /// The data sets in the order of their names.
    pub(super) fn sorted_data(&self) -> Vec<&DataSet> {
        let mut data: Vec<&DataSet> = self.data.iter().collect();
        data.sort_by(|a, b| (&a.name, &a.samples).cmp(&(&b.name, &b.samples)));
        data
    }
}

/// Findings, tables, figures and evidence of one experiment; returns the drawings.
fn write_exhibits(report: &Report, experiment: &Experiment, files: &mut Files) -> Result<Vec<String>, RenderError> {
    let Experiment { id, findings, summaries, .. } = experiment;
    let mut add = |name: String, bytes: Vec<u8>| match files.insert(format!("{id}/{name}").into(), bytes) {
        None => Ok(()),
        Some(_) => Err(RenderError::Name { experiment: id.clone(), name, problem: "stands for two files" }),
    };
    add("findings.json".to_owned(), document::findings_json(&report.profile, experiment)?.into_bytes())?;
    for exhibit in &findings.tables {
        add(format!("tables/{}.csv", exhibit.id), table::csv(exhibit, findings, summaries).into_bytes())?;
    }
    let mut drawings = Vec::new();
    for figure in &findings.figures {
        let failed = |error: plot::PlotError| RenderError::Figure {
            experiment: id.clone(),
            figure: figure.id.clone(),
            problem: error.to_string(),
        };
        let svg = plot::svg(figure, &format!("{id}-{}", figure.id)).map_err(failed)?;
        add(format!("figures/{}.svg", figure.id), svg.clone().into_bytes())?;
        drawings.push(svg);
    }
    if let Some(evidence) = &experiment.evidence {
        add("outcomes.jsonl.zst".to_owned(), evidence.clone())?;
    }
    if let Some(run) = &experiment.run {
        // Read back when the report is rebuilt: a run record cannot be computed again.
        let text = serde_json::to_string_pretty(run).expect("text has JSON") + "\n";
        add(RUN_RECORD.to_owned(), text.into_bytes())?;
    }
    Ok(drawings)
}

/// The pages about all profiles: the first to read, and what changes from scale to scale.
pub fn board(board: &Board) -> Result<[Vec<u8>; 2], RenderError> {
    let view = board::View::new(board);
    let context = minijinja::context! { b => Value::from(Serde(&view)) };
    let environment = environment()?;
    let page = |name| Ok::<_, RenderError>(environment.get_template(name)?.render(context.clone())?.into_bytes());
    Ok([page("board.html")?, page("compare.html")?])
}

/// The page of a certificate.
pub fn checked(checked: &Checked) -> Result<Vec<u8>, RenderError> {
    let (outcome, unchecked) = (checked::outcome(checked), checked::UNCHECKED);
    let context = minijinja::context! { c => Value::from(Serde(checked)), outcome, unchecked };
    Ok(environment()?.get_template("checked.html")?.render(context)?.into_bytes())
}

/// The page about two runs.
pub fn runs(runs: &Runs) -> Result<Vec<u8>, RenderError> {
    let view = board::runs::View::new(runs);
    let context = minijinja::context! { r => Value::from(Serde(&view)) };
    Ok(environment()?.get_template("runs.html")?.render(context)?.into_bytes())
}

fn environment() -> Result<Environment<'static>, RenderError> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment
        .set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build()?);
    environment.set_auto_escape_callback(|name| match name.ends_with(".html") {
        true => AutoEscape::Html,
        false => AutoEscape::None,
    });
    environment.add_global("most_failed", MOST_FAILED);
    environment.add_global("style", Value::from_safe_string(STYLE.to_owned()));
    environment.add_global("script", Value::from_safe_string(SCRIPT.to_owned()));
    environment.add_filter("text", |text: &str| Value::from_safe_string(markup::html(text)));
    environment.add_filter("line", markup::line);
    environment.add_filter("cell", markup::cell);
    environment.add_filter("anchor", markup::anchor);
    for (name, source) in TEMPLATES {
        environment.add_template(name, source)?;
    }
    Ok(environment)
}

/// Names that are files and anchors, whole rows, finite numbers.
fn check(experiment: &Experiment) -> Result<(), RenderError> {
    let Findings { quantities, tables, figures } = &experiment.findings;
    let experiment = &experiment.id;
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
    let ids = tables.iter().map(|table| &table.id).chain(figures.iter().map(|figure| &figure.id));
    for name in ids.chain([experiment]) {
        if name.is_empty() || !name.chars().all(plain) {
            let problem = "is no name of lower-case letters, digits, `_` and `-`";
            return Err(RenderError::Name { experiment: experiment.clone(), name: name.clone(), problem });
        }
    }
    let not_finite = |place: String| RenderError::NotFinite { experiment: experiment.clone(), place };
    for (name, quantity) in quantities {
        match &quantity.measured {
            Measured::Samples(samples) | Measured::Clustered { samples, .. } => {
                if let Some(index) = samples.iter().position(|sample| !sample.is_finite()) {
                    return Err(not_finite(format!("sample {index} of quantity `{name}`")));
                }
            }
            Measured::Exact(value) | Measured::PValue { p: value, .. } => {
                if !value.is_finite() {
                    return Err(not_finite(format!("quantity `{name}`")));
                }
            }
            Measured::Estimate { value, low, high, .. } => {
                if ![value, low, high].iter().all(|number| number.is_finite()) {
                    return Err(not_finite(format!("quantity `{name}`")));
                }
            }
        }
    }
    for table in tables {
        for (row, cells) in table.rows.iter().enumerate() {
            if cells.len() != table.columns.len() {
                let (table, columns) = (table.id.clone(), table.columns.len());
                return Err(RenderError::Row {
                    experiment: experiment.clone(),
                    table,
                    row,
                    cells: cells.len(),
                    columns,
                });
            }
            if let Some(column) = cells.iter().position(table::is_not_finite) {
                return Err(not_finite(format!("row {row}, column {column} of table `{}`", table.id)));
            }
        }
    }
    for figure in figures {
        for series in &figure.series {
            if let Some(index) = series.points.iter().position(|point| point.iter().any(|value| !value.is_finite())) {
                return Err(not_finite(format!("point {index} of `{}` in figure `{}`", series.name, figure.id)));
            }
        }
    }
    Ok(())
}

/// The digests of all files in the form that `sha256sum -c` reads, sorted by path.
fn sums(files: &Files) -> String {
    let mut lines: Vec<(String, Digest)> =
        files.iter().map(|(path, bytes)| (path.to_string_lossy().replace('\\', "/"), Digest::of(bytes))).collect();
    lines.sort();
    lines.iter().map(|(path, digest)| format!("{digest}  {path}\n")).collect()
}
