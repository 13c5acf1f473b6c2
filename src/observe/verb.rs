//! What is taken of some rows, as declarations say it: `mean accuracy`, `parameters at max accuracy min parameters`.

use renas_base::metric::Unit;
use renas_report::range::Range;
use renas_search::hypervolume::hypervolume_2d;
use renas_stats::correlation::{kendall_tau_b, pearson, spearman};
use renas_stats::summary::mean;

use super::rows::{Kind, Rows, Schema};

/// What is taken; columns by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Take {
    /// The one value of the one row: `accuracy`.
    Value(String),
    /// `mean accuracy`; rows without a number do not count, here and below.
    Mean(String),
    /// `sum seconds`; of flags, how many are set.
    Sum(String),
    /// `max accuracy`.
    Max(String),
    /// `min accuracy`.
    Min(String),
    /// `count`: how many rows there are.
    Count,
    /// `share improves`: of flags, the share that is set.
    Share(String),
    /// `proportion right of asked`: the sum of one column as a share of that of another.
    Proportion(String, String),
    /// `top 10 accuracy`: the mean of the highest ones; nothing where there are fewer.
    Top(usize, String),
    /// `parameters at max accuracy min parameters`: of the row that has the most of one column, of equal ones the least of
    /// another, of equal ones the first.
    At {
        /// What is taken of the row.
        column: String,
        /// What it has the most of.
        most: String,
        /// What it then has the least of.
        least: Option<String>,
    },
    /// `pearson x y`, `spearman x y`, `kendall x y`.
    Correlation(Coefficient, String, String),
    /// `hypervolume error size`: the area that the rows dominate below (1, 1), both minimised.
    Hypervolume(String, String),
}

/// Which correlation coefficient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coefficient {
    /// Pearson's.
    Pearson,
    /// Spearman's, of ranks.
    Spearman,
    /// Kendall's tau-b.
    Kendall,
}

/// The words of all verbs, for mistakes.
pub const VERBS: &str = "`COLUMN`, `mean|sum|max|min|share COLUMN`, `count`, `top N COLUMN`, `proportion COLUMN of COLUMN`, \
     `COLUMN at max COLUMN [min COLUMN]`, `pearson|spearman|kendall COLUMN COLUMN`, `hypervolume COLUMN COLUMN`";

impl Take {
    /// What the words say; nothing where they say nothing.
    pub fn parse(words: &str) -> Option<Self> {
        let words: Vec<&str> = words.split_whitespace().collect();
        let own = |word: &str| word.to_owned();
        Some(match words.as_slice() {
            ["count"] => Self::Count,
            ["mean", column] => Self::Mean(own(column)),
            ["sum", column] => Self::Sum(own(column)),
            ["max", column] => Self::Max(own(column)),
            ["min", column] => Self::Min(own(column)),
            ["share", column] => Self::Share(own(column)),
            ["top", count, column] => Self::Top(count.parse().ok().filter(|count| *count > 0)?, own(column)),
            ["proportion", part, "of", whole] => Self::Proportion(own(part), own(whole)),
            ["pearson", x, y] => Self::Correlation(Coefficient::Pearson, own(x), own(y)),
            ["spearman", x, y] => Self::Correlation(Coefficient::Spearman, own(x), own(y)),
            ["kendall", x, y] => Self::Correlation(Coefficient::Kendall, own(x), own(y)),
            ["hypervolume", x, y] => Self::Hypervolume(own(x), own(y)),
            [column, "at", "max", most] => Self::At { column: own(column), most: own(most), least: None },
            [column, "at", "max", most, "min", least] => {
                Self::At { column: own(column), most: own(most), least: Some(own(least)) }
            }
            [column] => Self::Value(own(column)),
            _ => return None,
        })
    }

    /// Its columns, and whether each may hold flags.
    pub fn columns(&self) -> Vec<(&str, bool)> {
        match self {
            Self::Count => Vec::new(),
            Self::Sum(column) => vec![(column, true)],
            Self::Share(column) => vec![(column, true)],
            Self::Value(column) | Self::Mean(column) | Self::Max(column) | Self::Min(column) | Self::Top(_, column) => {
                vec![(column, false)]
            }
            Self::Proportion(x, y) | Self::Correlation(_, x, y) | Self::Hypervolume(x, y) => {
                vec![(x, false), (y, false)]
            }
            Self::At { column, most, least } => {
                let least = least.as_ref().map(|least| (least.as_str(), false));
                [(column.as_str(), false), (most.as_str(), false)].into_iter().chain(least).collect()
            }
        }
    }

    /// The unit and the range of what is taken, from those of its columns.
    pub fn kind(&self, schema: &Schema) -> (Unit, Range) {
        let of = |name: &str| match schema.column(name).map(|(_, column)| &column.kind) {
            Some(Kind::Number { unit, range }) => (*unit, *range),
            _ => (Unit::Count, Range::NOT_NEGATIVE),
        };
        match self {
            Self::Value(column)
            | Self::Mean(column)
            | Self::Max(column)
            | Self::Min(column)
            | Self::Top(_, column)
            | Self::At { column, .. } => of(column),
            Self::Sum(column) => {
                let (unit, range) = of(column);
                let is_positive = range.low.is_some_and(|low| low >= 0.0);
                (unit, if is_positive { Range::NOT_NEGATIVE } else { Range::ANY })
            }
            Self::Count => (Unit::Count, Range::NOT_NEGATIVE),
            Self::Share(_) | Self::Proportion(..) => (Unit::Fraction, Range::SHARE),
            Self::Correlation(..) => (Unit::One, Range::CORRELATION),
            Self::Hypervolume(..) => (Unit::One, Range::SHARE),
        }
    }

    /// Whether it has a value of no rows: a count or a sum of nothing is 0.
    pub fn counts(&self) -> bool {
        matches!(self, Self::Count | Self::Sum(_))
    }

    /// The number of these rows; nothing where it is not defined on them. Panics where a column is not there, which `Plan::of`
    /// refuses.
    pub(crate) fn of(&self, rows: &Rows, places: &[usize]) -> Option<f64> {
        let column = |name: &str| rows.schema().column(name).expect("a planned column").0;
        let numbers = |name: &str| -> Vec<f64> {
            let column = column(name);
            places.iter().filter_map(|&row| rows.number(column, row)).collect()
        };
        let pairs = |x: &str, y: &str| -> Vec<(f64, f64)> {
            let (x, y) = (column(x), column(y));
            places.iter().filter_map(|&row| Some((rows.number(x, row)?, rows.number(y, row)?))).collect()
        };
        let some = |values: Vec<f64>| Some(values).filter(|values| !values.is_empty());
        match self {
            Self::Count => Some(places.len() as f64),
            Self::Sum(name) => Some(numbers(name).iter().sum()),
            Self::Mean(name) => some(numbers(name)).map(|values| mean(&values)),
            Self::Max(name) => some(numbers(name))?.into_iter().reduce(f64::max),
            Self::Min(name) => some(numbers(name))?.into_iter().reduce(f64::min),
            Self::Share(name) => {
                let flags = some(numbers(name))?;
                Some(flags.iter().filter(|flag| **flag > 0.0).count() as f64 / flags.len() as f64)
            }
            Self::Top(count, name) => {
                let mut values = some(numbers(name))?;
                values.sort_by(|one, other| other.total_cmp(one));
                values.truncate(*count);
                (values.len() == *count).then(|| mean(&values))
            }
            Self::Proportion(part, whole) => {
                let whole: f64 = numbers(whole).iter().sum();
                (whole > 0.0).then(|| numbers(part).iter().sum::<f64>() / whole)
            }
            Self::Value(name) => match places {
                [] => None,
                [row] => rows.number(column(name), *row),
                // Which of them is meant nobody can say.
                _ => None,
            },
            Self::At { column: name, .. } => rows.number(column(name), self.row(rows, places)?),
            Self::Correlation(coefficient, x, y) => {
                let (x, y): (Vec<f64>, Vec<f64>) = pairs(x, y).into_iter().unzip();
                match coefficient {
                    Coefficient::Pearson => pearson(&x, &y),
                    Coefficient::Spearman => spearman(&x, &y),
                    Coefficient::Kendall => kendall_tau_b(&x, &y),
                }
                .ok()
            }
            Self::Hypervolume(x, y) => {
                let points: Vec<[f64; 2]> = pairs(x, y).into_iter().map(|(x, y)| [x, y]).collect();
                (!points.is_empty()).then(|| hypervolume_2d(&points, &[1.0, 1.0]))
            }
        }
    }

    /// The row that `At` takes from, or the only row of `Value`.
    pub(crate) fn row(&self, rows: &Rows, places: &[usize]) -> Option<usize> {
        let column = |name: &str| rows.schema().column(name).expect("a planned column").0;
        match self {
            Self::Value(_) => Some(places).filter(|places| places.len() == 1).map(|places| places[0]),
            Self::At { most, least, .. } => {
                let (most, least) = (column(most), least.as_deref().map(column));
                // What is absent is neither the most nor the least.
                let of = |column: usize, row: usize, absent: f64| rows.number(column, row).unwrap_or(absent);
                let is_better = |row: usize, best: usize| {
                    let high = |row: usize| of(most, row, f64::NEG_INFINITY);
                    let most = high(row).total_cmp(&high(best));
                    let least = least.map_or(std::cmp::Ordering::Equal, |least| {
                        let low = |row: usize| of(least, row, f64::INFINITY);
                        low(best).total_cmp(&low(row))
                    });
                    most.then(least).is_gt()
                };
                places.iter().copied().reduce(|best, row| if is_better(row, best) { row } else { best })
            }
            _ => None,
        }
    }
}
