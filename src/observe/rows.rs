//! Tables of observations: columns with a type, a unit and a range, and the cells by column.

use std::sync::Arc;

use renas_base::metric::Unit;
use renas_report::range::Range;

use super::template::Template;

/// What a column holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// Numbers, some of which may be absent.
    Number {
        /// Their unit.
        unit: Unit,
        /// What they can be.
        range: Range,
    },
    /// Yes or no.
    Flag,
    /// Words. Those of an identity (`arm`) say which study a row is of: a unit exists where it has rows of that identity.
    Word {
        /// Whether it says which study a row is of.
        is_identity: bool,
    },
    /// Numbers of units of replication or of clusters, from 0.
    Unit {
        /// What a unit is (`search seed`); `EXACT` where no seed, draw or sample enters the rows.
        over: String,
    },
}

impl Kind {
    /// What a mistake calls it.
    pub fn in_words(&self) -> &'static str {
        match self {
            Self::Number { .. } => "numbers",
            Self::Flag => "flags",
            Self::Word { .. } => "words",
            Self::Unit { .. } => "units of replication",
        }
    }
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its name in declarations.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
    /// Whether it derives from measured time: so does everything that is made of it.
    pub is_observed_time: bool,
}

/// The columns of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Schema {
    /// The table's name in declarations.
    pub name: String,
    /// Its columns, in the order of a row's cells.
    pub columns: Vec<Column>,
    /// The studies whose results its rows are made of, as patterns of their ids. For `{arm}` in `search/{arm}/*` stands what
    /// conditions say of it: a word of the column `arm`, or the attribute `arm` of a member that another column holds.
    pub studies: Vec<Template>,
    /// The data set that its rows are of, where that is not the experiment's own.
    pub data: Option<String>,
    /// Whether its rows were handed in: so was everything that is made of them, whatever a declaration calls its data set.
    pub is_imported: bool,
}

/// What a unit is that nothing but the place of its row in a file tells from others: units of two samples are no pairs.
pub const POSITION: &str = "position in a file";

impl Schema {
    /// A table without columns yet.
    pub fn new(name: &str) -> Self {
        let (columns, studies) = (Vec::new(), Vec::new());
        Self { name: name.to_owned(), columns, studies, data: None, is_imported: false }
    }

    /// The same whose rows are of this data set.
    #[must_use]
    pub fn of_data(self, data: &str) -> Self {
        Self { data: Some(data.to_owned()), ..self }
    }

    /// The same whose rows were handed in.
    #[must_use]
    pub fn imported(self) -> Self {
        Self { is_imported: true, ..self }
    }

    /// The same with a column more.
    #[must_use]
    pub fn column_of(self, name: &str, kind: Kind) -> Self {
        self.with(name, kind, false)
    }

    fn with(mut self, name: &str, kind: Kind, is_observed_time: bool) -> Self {
        self.columns.push(Column { name: name.to_owned(), kind, is_observed_time });
        self
    }

    /// The studies whose results its rows are made of: patterns as of `studies`. Panics where one is no template, which is a
    /// mistake of the paper's code.
    #[must_use]
    pub fn of_studies<const N: usize>(self, patterns: [&str; N]) -> Self {
        let template = |text: &str| Template::parse(text).unwrap_or_else(|why| panic!("table `{}`: {why}", self.name));
        let studies = patterns.map(template).to_vec();
        Self { studies, ..self }
    }

    /// With words that say which study a row is of.
    #[must_use]
    pub fn identity(self, name: &str) -> Self {
        self.with(name, Kind::Word { is_identity: true }, false)
    }

    /// With units of replication, or clusters of them, and what one is.
    #[must_use]
    pub fn unit(self, name: &str, over: &str) -> Self {
        self.with(name, Kind::Unit { over: over.to_owned() }, false)
    }

    /// With words.
    #[must_use]
    pub fn word(self, name: &str) -> Self {
        self.with(name, Kind::Word { is_identity: false }, false)
    }

    /// With flags.
    #[must_use]
    pub fn flag(self, name: &str) -> Self {
        self.with(name, Kind::Flag, false)
    }

    /// With numbers.
    #[must_use]
    pub fn number(self, name: &str, unit: Unit, range: Range) -> Self {
        self.with(name, Kind::Number { unit, range }, false)
    }

    /// With accuracies or shares.
    #[must_use]
    pub fn share(self, name: &str) -> Self {
        self.number(name, Unit::Fraction, Range::SHARE)
    }

    /// With counts.
    #[must_use]
    pub fn count(self, name: &str) -> Self {
        self.number(name, Unit::Count, Range::NOT_NEGATIVE)
    }

    /// With numbers that derive from measured time.
    #[must_use]
    pub fn time(self, name: &str, unit: Unit, range: Range) -> Self {
        self.with(name, Kind::Number { unit, range }, true)
    }

    /// The column of that name, with its place.
    pub fn column(&self, name: &str) -> Option<(usize, &Column)> {
        self.columns.iter().enumerate().find(|(_, column)| column.name == name)
    }
}

/// The cells of a column, one per row.
#[derive(Clone, Debug, PartialEq)]
pub enum Cells {
    /// Numbers, some of which may be absent.
    Numbers(Vec<Option<f64>>),
    /// Yes or no.
    Flags(Vec<bool>),
    /// Words.
    Words(Vec<Arc<str>>),
    /// Numbers of units.
    Units(Vec<usize>),
}

impl Cells {
    fn len(&self) -> usize {
        match self {
            Self::Numbers(cells) => cells.len(),
            Self::Flags(cells) => cells.len(),
            Self::Words(cells) => cells.len(),
            Self::Units(cells) => cells.len(),
        }
    }
}

/// One cell of a row that is added.
#[derive(Clone, Debug)]
pub enum Value {
    /// A number, or none.
    Number(Option<f64>),
    /// A count, or the number of a unit.
    Count(usize),
    /// Yes or no.
    Flag(bool),
    /// A word.
    Word(Arc<str>),
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Number(Some(number))
    }
}

impl From<Option<f64>> for Value {
    fn from(number: Option<f64>) -> Self {
        Self::Number(number)
    }
}

impl From<usize> for Value {
    fn from(count: usize) -> Self {
        Self::Count(count)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<&str> for Value {
    fn from(word: &str) -> Self {
        Self::Word(word.into())
    }
}

/// A table of observations.
#[derive(Clone, Debug, PartialEq)]
pub struct Rows {
    schema: Schema,
    cells: Vec<Cells>,
    count: usize,
}

impl Rows {
    /// A table without rows yet.
    pub fn new(schema: Schema) -> Self {
        let empty = |column: &Column| match column.kind {
            Kind::Number { .. } => Cells::Numbers(Vec::new()),
            Kind::Flag => Cells::Flags(Vec::new()),
            Kind::Word { .. } => Cells::Words(Vec::new()),
            Kind::Unit { .. } => Cells::Units(Vec::new()),
        };
        let cells = schema.columns.iter().map(empty).collect();
        Self { schema, cells, count: 0 }
    }

    /// A table of whole columns of `count` cells each, in the order of the schema. Panics where a column does not fit its kind or has
    /// other than `count` cells, which is a mistake of the paper's code.
    pub fn of_columns(schema: Schema, cells: Vec<Cells>, count: usize) -> Self {
        assert_eq!(cells.len(), schema.columns.len(), "a table of `{}` has all of its columns", schema.name);
        for (cells, column) in cells.iter().zip(&schema.columns) {
            let fits = match (&column.kind, cells) {
                (Kind::Number { .. }, Cells::Numbers(_)) | (Kind::Flag, Cells::Flags(_)) => true,
                (Kind::Word { .. }, Cells::Words(_)) | (Kind::Unit { .. }, Cells::Units(_)) => true,
                (Kind::Number { .. } | Kind::Flag | Kind::Word { .. } | Kind::Unit { .. }, _) => false,
            };
            assert!(
                fits && cells.len() == count,
                "{}.{}: {count} {}",
                schema.name,
                column.name,
                column.kind.in_words()
            );
        }
        Self { schema, cells, count }
    }

    /// Add a row: one cell per column, in their order. Panics where a cell does not fit its column, which is a mistake of the
    /// paper's code.
    pub fn push<const N: usize>(&mut self, row: [Value; N]) {
        self.push_cells(row);
    }

    /// `push` of a row whose number of cells is known when it is made.
    pub fn push_cells(&mut self, row: impl IntoIterator<Item = Value, IntoIter: ExactSizeIterator>) {
        let Schema { name, columns, .. } = &self.schema;
        let row = row.into_iter();
        assert_eq!(row.len(), columns.len(), "a row of `{name}` has a cell for every column");
        for ((value, cells), column) in row.zip(&mut self.cells).zip(columns) {
            match (cells, value) {
                (Cells::Numbers(cells), Value::Number(number)) => cells.push(number),
                (Cells::Numbers(cells), Value::Count(count)) => cells.push(Some(count as f64)),
                (Cells::Flags(cells), Value::Flag(flag)) => cells.push(flag),
                (Cells::Words(cells), Value::Word(word)) => cells.push(word),
                (Cells::Units(cells), Value::Count(unit)) => cells.push(unit),
                (_, value) => panic!("{name}.{}: {value:?} is none of its {}", column.name, column.kind.in_words()),
            }
        }
        self.count += 1;
    }

    /// Its columns.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether it has no row.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The number in a row of a column of numbers or flags (0 or 1).
    pub(crate) fn number(&self, column: usize, row: usize) -> Option<f64> {
        match &self.cells[column] {
            Cells::Numbers(cells) => cells[row],
            Cells::Flags(cells) => Some(f64::from(u8::from(cells[row]))),
            Cells::Units(cells) => Some(cells[row] as f64),
            Cells::Words(_) => None,
        }
    }

    /// The flag in a row of a column of flags.
    pub(crate) fn flag(&self, column: usize, row: usize) -> Option<bool> {
        match &self.cells[column] {
            Cells::Flags(cells) => Some(cells[row]),
            _ => None,
        }
    }

    /// The word in a row of a column of words.
    pub(crate) fn word(&self, column: usize, row: usize) -> Option<&Arc<str>> {
        match &self.cells[column] {
            Cells::Words(cells) => Some(&cells[row]),
            _ => None,
        }
    }

    /// The unit in a row of a column of units.
    pub(crate) fn unit(&self, column: usize, row: usize) -> Option<usize> {
        match &self.cells[column] {
            Cells::Units(cells) => Some(cells[row]),
            _ => None,
        }
    }
}
