//! What the analysis of an experiment found: quantities, tables and figures, as plain data.
//!
//! Findings are computed before any page exists and written as `findings.json` first; rendering reads nothing else.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use renas_base::metric::Unit;

/// Everything that an experiment found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Findings {
    /// Measured quantities by dotted name (`reference.mnist.g15.accuracy`); claims refer to them.
    pub quantities: BTreeMap<String, Quantity>,
    /// Tables in the order of the report.
    pub tables: Vec<Table>,
    /// Figures in the order of the report.
    pub figures: Vec<Figure>,
}

/// A measured number with all that is needed to believe it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quantity {
    /// What was measured, for people.
    pub label: String,
    /// Its unit.
    pub unit: Unit,
    /// The data set (registry name) that it was measured on.
    pub data: String,
    /// What one sample is: `search seed`, `network`.
    pub over: String,
    /// The number itself.
    pub measured: Measured,
    /// It derives from measured time: an observation that will not repeat.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub observed_time: bool,
}

/// A sample, or an estimate that carries its own interval.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measured {
    /// Independent samples, in the order of their seeds; quantities over the same seeds are paired by position.
    Samples(Vec<f64>),
    /// A statistic of one whole sample (a correlation over networks, say).
    Estimate {
        /// The statistic.
        value: f64,
        /// Lower end of its 95 % interval.
        low: f64,
        /// Upper end of its 95 % interval.
        high: f64,
        /// Size of the sample.
        n: usize,
        /// How the interval was made (`percentile bootstrap over networks`).
        interval: String,
    },
}

/// A table of the report; also written as CSV.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// File name without extension, unique in the experiment (`table2_mnist`).
    pub id: String,
    /// Title.
    pub title: String,
    /// What is shown: data set, n, what an interval is; one or two sentences.
    pub caption: String,
    /// Column headings, with units where the column has one.
    pub columns: Vec<String>,
    /// Rows of as many cells as there are columns.
    pub rows: Vec<Vec<Cell>>,
}

/// One cell of a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cell {
    /// Words.
    Text(String),
    /// Nothing to show; rendered as a dash.
    Empty,
    /// A number quoted from elsewhere (the paper) or exact by nature (a count).
    Number {
        /// The number; fractions as fractions.
        value: f64,
        /// Its unit, which decides how it is written.
        unit: Unit,
    },
    /// The quantity of that name: written as mean, interval and n.
    Quantity(String),
}

/// A figure of the report, as data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    /// File name without extension, unique in the experiment (`figure1a`).
    pub id: String,
    /// Title.
    pub title: String,
    /// What is shown, and what it says; also the text alternative of the image.
    pub caption: String,
    /// How the series are drawn.
    pub form: Form,
    /// Label of the horizontal axis, with unit.
    pub x_label: String,
    /// Label of the vertical axis, with unit.
    pub y_label: String,
    /// Label of the third axis (`Form::Scatter3d` only), with unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub z_label: Option<String>,
    /// The data, in the order of the legend.
    pub series: Vec<Series>,
    /// What is drawn (`Form::Diagram` only, which has no series and no axes).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub diagram: Option<Diagram>,
}

/// Boxes and the arrows between them, without cycles; it reads from left to right.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Diagram {
    /// The boxes. Their order is that from top to bottom, where arrows leave a choice.
    pub boxes: Vec<DiagramBox>,
    /// From which box to which, by position.
    pub arrows: Vec<[usize; 2]>,
}

/// A box of a diagram.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DiagramBox {
    /// Its words, one line each; a few short ones.
    pub lines: Vec<String>,
    /// What kind of thing it stands for: boxes of one kind have one colour; 0 is neutral.
    pub kind: usize,
}

/// How a figure draws its series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// Lines through `[x, y]`; a point `[x, y, low, high]` also draws its interval as a band.
    Lines,
    /// Points `[x, y]`. Above 2,000 points in all, the largest series become density bins until the others (the front,
    /// say), which are drawn on top, have no more together.
    Scatter,
    /// Points `[x, y, z]` in perspective, coloured by z.
    Scatter3d,
    /// Boxes and arrows.
    Diagram,
}

/// One series of a figure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Series {
    /// Legend entry.
    pub name: String,
    /// Points as `Form` says.
    pub points: Vec<Vec<f64>>,
}
