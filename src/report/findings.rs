//! What the analysis of an experiment found: quantities, tables and figures, as plain data.
//!
//! Findings are computed before any page exists and written as `findings.json` first; rendering reads nothing else.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::range::Range;
use renas_base::metric::Unit;
use renas_stats::summary::mean;

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
    /// What one sample is, the unit of replication: `search seed`, `network`.
    pub over: String,
    /// What units share or are nested in; the same as `over` where every unit stands for itself.
    pub cluster: String,
    /// What it can be.
    #[serde(default, skip_serializing_if = "Range::is_any")]
    pub range: Range,
    /// The number itself.
    pub measured: Measured,
    /// It derives from measured time: an observation that will not repeat.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub observed_time: bool,
    /// It derives from numbers that are no runs of ours: from a table that others published, or from results that were handed in.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub imported: bool,
    /// Of what is imported: results that were handed in with the manifest.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub handed_in: bool,
    /// How it is made of rows of observations, in words; empty where it is made in Rust.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub definition: String,
}

impl Quantity {
    /// The unit in which people read it: what can be a negative fraction is a difference of fractions.
    pub fn shown_unit(&self) -> Unit {
        let is_difference = self.unit == Unit::Fraction && self.range.low.is_some_and(|low| low < 0.0);
        if is_difference { Unit::Points } else { self.unit }
    }

    /// What it rests on, in words, where that is no run of ours: a verdict on it is at most consistent.
    pub fn of_others(&self) -> Option<&'static str> {
        of_others(self.imported, self.handed_in)
    }
}

/// What a verdict rests on where it rests on a table of others.
pub const PUBLISHED: &str = "numbers that others published";

/// What a verdict rests on where it rests on a file that came with the manifest.
pub const HANDED_IN: &str = "results that were handed in, which renas did not compute";

/// What a quantity rests on, in words, where that is no run of ours.
pub(crate) fn of_others(imported: bool, handed_in: bool) -> Option<&'static str> {
    match (imported, handed_in) {
        (_, true) => Some(HANDED_IN),
        (true, false) => Some(PUBLISHED),
        (false, false) => None,
    }
}

/// What `over` and `cluster` are of a number that no seed, draw or sample enters.
pub const EXACT: &str = "none: exact";

/// A sample, or a number of its own kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measured {
    /// No seed, draw or sample enters it: a number of parameters, a deterministic cost. It has no interval, and is compared
    /// exactly.
    Exact(f64),
    /// Independent samples, one per unit, in the order of their seeds; quantities over the same units are paired by position.
    Samples(Vec<f64>),
    /// Samples of units that share clusters: networks of a search, searches with one supernet.
    Clustered {
        /// One per unit.
        samples: Vec<f64>,
        /// The cluster of each unit, by position.
        clusters: Vec<usize>,
    },
    /// A statistic of one whole sample (a correlation over networks, say).
    Estimate {
        /// The statistic.
        value: f64,
        /// Lower end of its 95 % interval.
        low: f64,
        /// Upper end of its 95 % interval.
        high: f64,
        /// Clusters in the sample.
        n: usize,
        /// How the interval was made (`studentised bootstrap of Fisher's z over networks`).
        interval: String,
    },
    /// What a test says: it can tell things apart, and never shows that they are alike.
    PValue {
        /// The p-value.
        p: f64,
        /// Clusters or blocks.
        n: usize,
        /// Which test it is.
        test: String,
    },
}

impl Measured {
    /// One value per cluster, in the order of the clusters: the mean of its units. Nothing where there is no sample.
    pub fn cluster_values(&self) -> Option<Cow<'_, [f64]>> {
        match self {
            Self::Samples(samples) => Some(Cow::Borrowed(samples)),
            Self::Clustered { samples, clusters } => {
                let mut groups: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
                for (cluster, sample) in clusters.iter().zip(samples) {
                    groups.entry(*cluster).or_default().push(*sample);
                }
                Some(groups.into_values().map(|units| mean(&units)).collect())
            }
            Self::Exact(_) | Self::Estimate { .. } | Self::PValue { .. } => None,
        }
    }

    /// One value per unit, where there is a sample.
    pub fn unit_values(&self) -> Option<&[f64]> {
        match self {
            Self::Samples(samples) | Self::Clustered { samples, .. } => Some(samples),
            Self::Exact(_) | Self::Estimate { .. } | Self::PValue { .. } => None,
        }
    }

    /// The clusters of the units, in ascending order and once each; positions where every unit stands for itself.
    pub fn cluster_names(&self) -> Vec<usize> {
        match self {
            Self::Samples(samples) => (0..samples.len()).collect(),
            Self::Clustered { clusters, .. } => clusters.iter().copied().collect::<BTreeSet<_>>().into_iter().collect(),
            Self::Exact(_) | Self::Estimate { .. } | Self::PValue { .. } => Vec::new(),
        }
    }
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
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
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
    /// Label of the horizontal axis, with unit. Of `Form::Bars` and `Form::Strips` this is the axis of values.
    pub x_label: String,
    /// Label of the vertical axis, with unit.
    pub y_label: String,
    /// Label of the third axis (`Form::Scatter3d` only), with unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub z_label: Option<String>,
    /// How values become places.
    #[serde(default, skip_serializing_if = "Scales::are_plain")]
    pub scales: Scales,
    /// What stands at 0, 1, 2, ... of the vertical axis, from the top (`Form::Bars` and `Form::Strips` only).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<String>,
    /// The data, in the order of the legend.
    pub series: Vec<Series>,
    /// Lines across the plane: numbers that the paper prints, and borders that it names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<Reference>,
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

/// How values become places on the axes of a plane.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Scales {
    /// Both axes have the same range, and the line of equal coordinates is drawn: what is predicted against what is measured.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub equal: bool,
    /// The horizontal axis is logarithmic; all values are above 0.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub log_x: bool,
    /// The vertical axis is.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub log_y: bool,
}

impl Scales {
    /// Whether both axes are linear, each with a range of its own.
    pub fn are_plain(&self) -> bool {
        *self == Self::default()
    }
}

/// How a figure draws its series.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// Lines through `[x, y]`; a point `[x, y, low, high]` also draws its interval as a band.
    #[default]
    Lines,
    /// Points `[x, y]`. Above 2,000 points in all, the largest series become density bins until the others (the front,
    /// say), which are drawn on top, have no more together.
    Scatter,
    /// Points `[x, y]` as density bins, however few they are.
    Density,
    /// Points `[x, y, z]`, two of the three at a time: a perspective would hide where a point stands.
    Scatter3d,
    /// Bars from 0 to `[category, value]`, with an interval where the point is `[category, value, low, high]`.
    Bars,
    /// Samples `[category, value]` as dots, and their mean with its interval as `[category, mean, low, high]`.
    Strips,
    /// Boxes and arrows.
    Diagram,
}

impl Form {
    /// Whether it draws points of so many numbers.
    pub fn draws(self, numbers: usize) -> bool {
        match self {
            Self::Lines | Self::Bars | Self::Strips => numbers == 2 || numbers == 4,
            Self::Scatter | Self::Density => numbers == 2,
            Self::Scatter3d => numbers == 3,
            Self::Diagram => false,
        }
    }

    /// Whether its points stand at categories.
    pub fn has_categories(self) -> bool {
        matches!(self, Self::Bars | Self::Strips)
    }
}

/// One series of a figure.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Series {
    /// Legend entry. Series of one name, in different panels, have one entry and one colour.
    pub name: String,
    /// The panel that it is drawn in, by its heading; panels stand beside each other in the order of their first series, with
    /// the same axes. Empty in a figure of one plane.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub panel: String,
    /// Points as `Form` says.
    pub points: Vec<Vec<f64>>,
    /// How many units each point is of, by place; empty where a point is one thing. 0 says nothing of a point.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub n: Vec<usize>,
    /// Whether its points are numbers that the paper prints: diamonds, which nothing joins.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_papers: bool,
}

/// A number of the paper as a line across the plane.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    /// What it is (`the paper's`).
    pub name: String,
    /// The panel that it is drawn in; empty for all of them.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub panel: String,
    /// Where it stands.
    pub at: Across,
}

/// Where a line across the plane stands.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Across {
    /// Upright, at a number of the horizontal axis.
    X(f64),
    /// Level, at a number of the vertical axis.
    Y(f64),
}

impl Default for Across {
    fn default() -> Self {
        Self::Y(0.0)
    }
}

impl Series {
    /// A series of a figure of one plane.
    pub fn new(name: impl Into<String>, points: Vec<Vec<f64>>) -> Self {
        Self { name: name.into(), points, ..Self::default() }
    }
}
