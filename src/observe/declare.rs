//! What a manifest declares, as it was read: templates, with the place of each for mistakes.

use std::collections::BTreeSet;

use renas_base::metric::Unit;
use renas_report::findings::{Form, Scales};

use super::frame::Member;
pub use super::place::Place;
use super::printed::Published;
use super::template::{Binding, Template};

/// A mistake of a declaration.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mistake {
    /// Where.
    pub place: Place,
    /// What, and what to do.
    pub message: String,
}

/// Everything that a manifest declares.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Declarations {
    /// Dimensions beside those of the paper, and attributes for members of the paper's.
    pub dimensions: Vec<Dimension>,
    /// Quantities; each may refer to earlier ones.
    pub quantities: Vec<Quantity>,
    /// Tables, in the order of the report.
    pub tables: Vec<Table>,
    /// Figures, in the order of the report.
    pub figures: Vec<Figure>,
    /// Means that somebody printed, to be checked against the rows.
    pub published: Vec<Published>,
}

/// A dimension whose members a manifest lists.
#[derive(Clone, Debug, PartialEq)]
pub struct Dimension {
    /// Where.
    pub place: Place,
    /// Its name.
    pub name: String,
    /// Its members.
    pub members: Vec<DeclaredMember>,
}

/// A member of a dimension, and the rows that it keeps wherever it is bound.
#[derive(Clone, Debug, PartialEq)]
pub struct DeclaredMember {
    /// Its name and attributes.
    pub member: Member,
    /// The conditions that it brings.
    pub conditions: Vec<Condition>,
}

/// A condition on rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// Where.
    pub place: Place,
    /// The column.
    pub column: String,
    /// What its cell must be.
    pub test: Test,
}

/// What a cell must be.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// One of these.
    OneOf(Vec<Template>),
    /// There (`present`), of numbers that may be absent.
    Present,
}

/// A quantity, or many by the members of the dimensions that its name has places for.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantity {
    /// Where.
    pub place: Place,
    /// The dotted name.
    pub name: Template,
    /// What it is, for people. Hidden ones need none.
    pub label: Option<Template>,
    /// Whether it is only a step towards others: no claim, table or page may name it.
    pub is_hidden: bool,
    /// The data set that it is measured on, where that is not the experiment's own.
    pub data: Option<Template>,
    /// Its unit, where that does not follow from its columns.
    pub unit: Option<Unit>,
    /// How it is made.
    pub how: How,
}

/// How a quantity is made.
#[derive(Clone, Debug, PartialEq)]
pub enum How {
    /// Of rows.
    Rows(OfRows),
    /// A number that the manifest states: one that the paper prints, or what chance gives. Exact.
    Number(Template),
    /// One earlier quantity minus another, paired by unit; an exact one goes with every unit.
    Minus([Template; 2]),
    /// One earlier quantity divided by another, paired alike.
    Divide([Template; 2]),
}

impl How {
    /// Whether it is made of one of these quantities.
    pub(crate) fn refers_to(&self, names: &BTreeSet<String>, binding: &Binding<'_>) -> bool {
        let (Self::Minus(pair) | Self::Divide(pair)) = self else { return false };
        pair.iter().any(|template| template.fill(binding).is_ok_and(|name| names.contains(&name)))
    }
}

/// A quantity of rows.
#[derive(Clone, Debug, PartialEq)]
pub struct OfRows {
    /// The table.
    pub from: String,
    /// Which of its rows.
    pub conditions: Vec<Condition>,
    /// What is taken of them: words as of `Take::parse`, with places.
    pub take: Template,
    /// Of which rows together.
    pub per: Per,
}

/// Of which rows together something is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Per {
    /// Of the rows of each unit: one number per unit.
    Unit {
        /// The column of units.
        unit: String,
        /// The column of what units share, where they share something.
        cluster: Option<String>,
        /// A column of words within whose rows it is taken first; the unit has the mean over the words.
        average: Option<String>,
        /// Whether it is absent unless every planned unit has one.
        is_complete: bool,
        /// Of fewer rows nothing is taken; 0 for no such limit.
        fewest: usize,
    },
    /// Of all rows, which are a sample of such units: an estimate with an interval.
    Whole {
        /// The column of units.
        over: String,
    },
}

/// A table of the report, or many by the members of the dimensions that its id has places for.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Where.
    pub place: Place,
    /// File name without extension.
    pub id: Template,
    /// Whether a quantity that only other members have is a dash and no mistake, and a row of nothing but those is left out.
    pub is_sparse: bool,
    /// Title.
    pub title: Template,
    /// Caption.
    pub caption: Template,
    /// Headings.
    pub columns: Vec<String>,
    /// Groups of rows.
    pub rows: Vec<RowGroup>,
}

/// Rows for every combination of members of some dimensions.
#[derive(Clone, Debug, PartialEq)]
pub struct RowGroup {
    /// Where.
    pub place: Place,
    /// The dimensions, the last one fastest; none for a single row.
    pub each: Vec<String>,
    /// The rows: one cell per column, and where each is.
    pub rows: Vec<Vec<(Place, Cell)>>,
}

/// A cell of a table.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Words.
    Text(Template),
    /// A dash.
    Empty,
    /// A number that a template says: one of the paper's, an attribute of a member.
    Number {
        /// The number.
        number: Template,
        /// Its unit.
        unit: Unit,
    },
    /// A quantity.
    Quantity(Template),
    /// A number or words of one row.
    Row {
        /// The table.
        from: String,
        /// Which of its rows.
        conditions: Vec<Condition>,
        /// What is taken of them: `COLUMN` or `COLUMN at max COLUMN`, with places.
        take: Template,
    },
}

/// A figure of the report, or many by the members of the dimensions that its id has places for.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// Where.
    pub place: Place,
    /// File name without extension.
    pub id: Template,
    /// Title.
    pub title: Template,
    /// Caption.
    pub caption: Template,
    /// How its series are drawn.
    pub form: Form,
    /// Labels of the axes: across, up, and of points in space a third one.
    pub labels: [Option<Template>; 3],
    /// How values become places.
    pub scales: Scales,
    /// Groups of series.
    pub series: Vec<SeriesGroup>,
    /// What a dot is (`a trained cell`), of points of rows.
    pub dot: Option<Template>,
    /// What it shows, which is then its title.
    pub finding: Option<Finding>,
    /// Numbers of the paper as lines across it.
    pub references: Vec<ReferenceGroup>,
}

/// A sentence about some quantities, chosen by where their intervals lie.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Where.
    pub place: Place,
    /// The dimensions; none for one quantity.
    pub each: Vec<String>,
    /// The quantity.
    pub quantity: Template,
    /// Where an interval lies above or below; 0 where it is not said.
    pub border: Option<Template>,
    /// What is said where all lie above, all lie below, and all hold the border.
    pub sides: [Option<Template>; 3],
    /// What is said otherwise.
    pub say: Option<Template>,
}

/// A line for every combination of members of some dimensions.
#[derive(Clone, Debug, PartialEq)]
pub struct ReferenceGroup {
    /// Where.
    pub place: Place,
    /// The dimensions; none for a single line.
    pub each: Vec<String>,
    /// What it is.
    pub name: Template,
    /// The panel; all of them where it is not said.
    pub panel: Option<Template>,
    /// Its number across, for an upright line.
    pub x: Option<Template>,
    /// Its number up, for a level line.
    pub y: Option<Template>,
}

/// A series for every combination of members of some dimensions.
#[derive(Clone, Debug, PartialEq)]
pub struct SeriesGroup {
    /// Where.
    pub place: Place,
    /// The dimensions, the last one fastest; none for a single series.
    pub each: Vec<String>,
    /// Legend entry.
    pub name: Template,
    /// Heading of the panel that it is drawn in.
    pub panel: Option<Template>,
    /// Its points.
    pub points: Points,
    /// Whether they are numbers that the paper prints.
    pub is_papers: bool,
}

/// Where the points of a series come from.
#[derive(Clone, Debug, PartialEq)]
pub enum Points {
    /// Rows of a table: a point per row, or per number across.
    Rows(PointRows),
    /// One point that the manifest states, across and up: what the paper prints.
    Stated([Template; 2]),
    /// A quantity per member of dimensions along an axis: its mean and interval, or its samples.
    Quantities {
        /// The dimensions along the axis, the last one fastest.
        along: Vec<String>,
        /// The number across, or the name of the category.
        at: Template,
        /// The quantity.
        quantity: Template,
    },
}

/// The rows of a table that points are made of.
#[derive(Clone, Debug, PartialEq)]
pub struct PointRows {
    /// The table.
    pub from: String,
    /// Which of its rows.
    pub conditions: Vec<Condition>,
    /// The columns of a point: across, up, and of points in space a third one.
    pub columns: Vec<Template>,
    /// One point per number across, of all units that have a row there; none for a point per row.
    pub over_units: Option<OverUnits>,
}

/// What a point of several units shows.
#[derive(Clone, Debug, PartialEq)]
pub struct OverUnits {
    /// The column of units.
    pub unit: String,
    /// The column of what units share, where they share something: their mean is one number.
    pub cluster: Option<String>,
    /// Whether there is a point only where every unit of the series has a row.
    pub is_complete: bool,
    /// The middle of the units' numbers.
    pub centre: Centre,
    /// The band around it.
    pub band: Band,
}

/// The middle of numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Centre {
    /// Their mean.
    #[default]
    Mean,
    /// Their median.
    Median,
}

/// A band around a line.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Band {
    /// The 95 % interval of the mean, from three units on.
    #[default]
    Interval,
    /// Between two quantiles of the units' numbers.
    Quantiles([f64; 2]),
}
