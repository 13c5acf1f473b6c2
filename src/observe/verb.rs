//! What is taken of some rows, as declarations say it: `mean accuracy`, `parameters at max accuracy min parameters`.

use renas_base::metric::Unit;
use renas_report::range::Range;
use renas_search::hypervolume::hypervolume_2d;
use renas_stats::correlation::{kendall_tau_b, pearson, spearman};
use renas_stats::summary::mean;

use super::rows::{Kind, Rows, Schema};

/// What is taken; columns by name.
#[derive(Clone, Debug, PartialEq)]
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
    /// `last 10 accuracy by epoch`: the mean over the rows with the largest steps; nothing where there are fewer, or where one of
    /// them lacks its number, since the rows before it are no substitute (a condition `accuracy: present` leaves such rows out).
    Last {
        /// How many rows.
        count: usize,
        /// What is taken of them.
        column: String,
        /// What orders them.
        step: String,
    },
    /// `accuracy at or before epoch 100`: of the row with the largest step that is not beyond; nothing where there is none, or
    /// where that row lacks its number.
    AtOrBefore {
        /// What is taken of the row.
        column: String,
        /// What orders the rows.
        step: String,
        /// The largest step that counts.
        most: f64,
    },
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
     `last N COLUMN by STEP`, `COLUMN at or before STEP NUMBER`, `COLUMN at max COLUMN [min COLUMN]`, \
     `pearson|spearman|kendall COLUMN COLUMN`, `hypervolume COLUMN COLUMN`";

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
            ["last", count, column, "by", step] => {
                let count = count.parse().ok().filter(|count| *count > 0)?;
                Self::Last { count, column: own(column), step: own(step) }
            }
            [column, "at", "or", "before", step, most] => {
                let most = most.parse().ok().filter(|most: &f64| most.is_finite())?;
                Self::AtOrBefore { column: own(column), step: own(step), most }
            }
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
            Self::Last { column, step, .. } | Self::AtOrBefore { column, step, .. } => {
                vec![(column, false), (step, false)]
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
            | Self::Last { column, .. }
            | Self::AtOrBefore { column, .. }
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
            Self::At { column: name, .. } | Self::AtOrBefore { column: name, .. } => {
                rows.number(column(name), self.row(rows, places)?)
            }
            Self::Last { count, column: name, step } => {
                let mut steps = steps(rows, column(step), places);
                steps.sort_by(|one, other| other.0.total_cmp(&one.0));
                let last = steps.get(..*count)?;
                let values: Option<Vec<f64>> = last.iter().map(|(_, row)| rows.number(column(name), *row)).collect();
                values.map(|values| mean(&values))
            }
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

    /// Two rows that have one step, of a verb that goes by steps: which of them comes first nobody can say. In words.
    pub(crate) fn same_step(&self, rows: &Rows, places: &[usize]) -> Option<String> {
        let (Self::Last { step: name, .. } | Self::AtOrBefore { step: name, .. }) = self else { return None };
        let (column, _) = rows.schema().column(name)?;
        let mut steps: Vec<f64> = steps(rows, column, places).into_iter().map(|(step, _)| step).collect();
        steps.sort_by(f64::total_cmp);
        let twice = steps.windows(2).find(|pair| pair[0] == pair[1])?[0];
        Some(format!("two rows of `{}` have `{name}` {twice}, and steps must tell them apart", rows.schema().name))
    }

    /// The row that `At` and `AtOrBefore` take from, or the only row of `Value`.
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
            Self::AtOrBefore { step, most, .. } => {
                let steps = steps(rows, column(step), places).into_iter().filter(|(step, _)| step <= most);
                steps.max_by(|one, other| one.0.total_cmp(&other.0)).map(|(_, row)| row)
            }
            _ => None,
        }
    }
}

/// The rows that have a step, each behind it.
fn steps(rows: &Rows, column: usize, places: &[usize]) -> Vec<(f64, usize)> {
    places.iter().filter_map(|&row| Some((rows.number(column, row)?, row))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A run whose accuracy was not measured at step 20.
    fn run() -> Rows {
        let schema = Schema::new("run").count("step").share("accuracy");
        let mut rows = Rows::new(schema);
        for (step, accuracy) in [(0_usize, Some(0.1)), (10, Some(0.5)), (20, None), (30, Some(0.75)), (40, Some(0.25))]
        {
            rows.push([step.into(), accuracy.into()]);
        }
        rows
    }

    fn taken(words: &str, places: &[usize]) -> Option<f64> {
        Take::parse(words).expect("a verb").of(&run(), places)
    }

    #[test]
    fn the_row_at_or_before_a_step_is_the_last_one_that_is_not_beyond_it() {
        // By hand; the order of rows in a file says nothing.
        let places = [3, 0, 4, 2, 1];
        for (words, value) in [
            ("accuracy at or before step 40", Some(0.25)),
            ("accuracy at or before step 39.5", Some(0.75)),
            ("accuracy at or before step 10", Some(0.5)),
            ("accuracy at or before step 20", None),
            ("accuracy at or before step -1", None),
        ] {
            assert_eq!(taken(words, &places), value, "{words}");
        }
        assert_eq!(taken("accuracy at or before step 20", &[0, 1, 3, 4]), Some(0.5), "where such rows are left out");
    }

    #[test]
    fn the_mean_of_the_last_rows_is_none_of_fewer_and_skips_no_row_without_a_number() {
        let places = [4, 0, 3, 1, 2];
        assert_eq!(taken("last 1 accuracy by step", &places), Some(0.25));
        assert_eq!(taken("last 2 accuracy by step", &places), Some(0.5));
        assert_eq!(taken("last 3 accuracy by step", &places), None, "step 20 has no number");
        assert_eq!(taken("last 3 accuracy by step", &[0, 1, 3, 4]), Some(0.5));
        assert_eq!(taken("last 6 accuracy by step", &places), None, "there are five");
        for words in ["last 0 accuracy by step", "last x accuracy by step", "accuracy at or before step soon"] {
            assert_eq!(Take::parse(words), None, "{words}");
        }
    }

    #[test]
    fn two_rows_of_one_step_are_found_by_the_verbs_that_go_by_steps_alone() {
        let same = |words: &str| Take::parse(words).expect("a verb").same_step(&run(), &[0, 1, 1]);
        let why = Some("two rows of `run` have `step` 10, and steps must tell them apart".to_owned());
        assert_eq!(same("last 2 accuracy by step"), why);
        assert_eq!(same("accuracy at or before step 5"), why);
        assert_eq!(same("mean accuracy"), None);
    }
}
