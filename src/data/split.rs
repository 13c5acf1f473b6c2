//! Which samples train, validate and test: named, seeded, recorded choices, part of every trial's key.

use serde::{Deserialize, Serialize};

use renas_base::digest::Digest;
use renas_base::seed::Seed;

/// Numbers of samples of a data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// The official training part, or the only part: the pool that splits are drawn from.
    pub train: usize,
    /// The official test part, where there is one.
    pub test: Option<usize>,
}

/// A registered data set in one fixed order, and its split.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataChoice {
    /// The name in the registry (`digits`, `mnist`, `cifar10`).
    pub name: String,
    /// The ordered digest: SHA-256 over the samples in the order of use. The worker refuses data that differs.
    pub digest: Digest,
    /// How train, validation and test are drawn.
    pub split: SplitChoice,
}

/// A named, seeded choice of train, validation and test samples.
///
/// Test is the data set's official test part where it has one; a data set without one gives `test` samples of its
/// pool. Validation is drawn from what remains, then training samples; the rest is unused.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SplitChoice {
    /// Samples drawn for the test split from a data set without an official one; absent where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<usize>,
    /// Samples drawn for validation.
    pub validation: usize,
    /// Training samples; absent means all that remain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub train: Option<usize>,
    /// Root of the draws.
    pub seed: Seed,
}

/// Positions of samples; each list ascends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Indices {
    /// In the official training part (the pool).
    pub train: Vec<usize>,
    /// In the official training part (the pool).
    pub validation: Vec<usize>,
    /// In the official test part where there is one, else in the pool.
    pub test: Vec<usize>,
}

/// A choice that a data set cannot satisfy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SplitError {
    /// More samples than there are.
    #[error(
        "the split asks for {test} test, {validation} validation and {train} training samples of {available}; \
         ask for fewer"
    )]
    TooMany {
        /// Test samples drawn from the pool.
        test: usize,
        /// Validation samples.
        validation: usize,
        /// Training samples; at least 1.
        train: usize,
        /// The size of the pool.
        available: usize,
    },
    /// A number of test samples where there is an official test part.
    #[error(
        "the split asks for {asked} test samples, but the official test part ({official} samples) is the test split; leave `test` out"
    )]
    OfficialTest {
        /// What was asked for.
        asked: usize,
        /// Samples of the official test part.
        official: usize,
    },
    /// No number of test samples where there is no official test part.
    #[error("there is no official test part; give `test`, a number of samples above 0")]
    NoTest,
    /// No sample to train on.
    #[error("the split asks for 0 training samples; leave `train` out for all that remain")]
    NoTrain,
}

/// Refuse a choice that a data set of these sizes cannot satisfy.
pub fn check(choice: &SplitChoice, sizes: Sizes) -> Result<(), SplitError> {
    let test = match (choice.test, sizes.test) {
        (Some(asked), Some(official)) => return Err(SplitError::OfficialTest { asked, official }),
        (None | Some(0), None) => return Err(SplitError::NoTest),
        (Some(asked), None) => asked,
        (None, Some(_)) => 0,
    };
    if choice.train == Some(0) {
        return Err(SplitError::NoTrain);
    }
    let (validation, train, available) = (choice.validation, choice.train.unwrap_or(1), sizes.train);
    match test.checked_add(validation).and_then(|sum| sum.checked_add(train)) {
        Some(sum) if sum <= available => Ok(()),
        _ => Err(SplitError::TooMany { test, validation, train, available }),
    }
}

/// The samples of each split.
///
/// One permutation of the pool (stream `split` of the choice's seed) is cut into test, validation and training samples,
/// in this order. So a longer training split contains a shorter one of the same seed, and the test samples do not
/// depend on the other numbers.
pub fn indices(choice: &SplitChoice, sizes: Sizes) -> Result<Indices, SplitError> {
    check(choice, sizes)?;
    let mut pool: Vec<usize> = (0..sizes.train).collect();
    choice.seed.stream("split").shuffle(&mut pool);
    let mut take = |count: usize| {
        let mut taken: Vec<usize> = pool.drain(..count).collect();
        taken.sort_unstable();
        taken
    };
    let test = match sizes.test {
        Some(official) => (0..official).collect(),
        None => take(choice.test.unwrap_or(0)),
    };
    let validation = take(choice.validation);
    let mut train = pool;
    train.truncate(choice.train.unwrap_or(usize::MAX));
    train.sort_unstable();
    Ok(Indices { train, validation, test })
}

/// A part of a data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Split {
    /// What weights are fitted on.
    Train,
    /// What searches look at.
    Validation,
    /// What only final reports look at.
    Test,
}

impl Split {
    /// The name as it stands in scalars and curves.
    pub fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Validation => "validation",
            Self::Test => "test",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use renas_base::digest::Digest;

    fn split(test: Option<usize>, validation: usize, train: Option<usize>) -> SplitChoice {
        SplitChoice { test, validation, train, seed: Seed::from_number(42) }
    }

    const OFFICIAL: Sizes = Sizes { train: 100, test: Some(20) };
    const POOL: Sizes = Sizes { train: 100, test: None };

    /// Splits are part of every key and result: these values may never change.
    #[test]
    fn the_splits_of_seed_42_are_pinned() {
        let sizes = Sizes { train: 20, test: None };
        let indices = indices(&split(Some(4), 3, Some(5)), sizes).expect("12 of 20");
        assert_eq!(
            (indices.test, indices.validation, indices.train),
            (vec![1, 3, 5, 12], vec![4, 10, 13], vec![2, 6, 8, 15, 18])
        );
        let large = super::indices(&split(None, 10_000, None), Sizes { train: 60_000, test: Some(10_000) });
        let digest = Digest::of_value(&large.expect("10,000 of 60,000").validation).expect("numbers");
        assert_eq!(digest, Digest::literal("1df33253d605cd945fe4769c9651d19af0ca947a648d0c5ee73adb14df46fe32"));
    }

    #[test]
    fn the_official_test_part_is_the_test_split() {
        let indices = indices(&split(None, 10, None), OFFICIAL).expect("10 of 100");
        assert_eq!(indices.test, (0..20).collect::<Vec<_>>());
        assert_eq!((indices.validation.len(), indices.train.len()), (10, 90));
    }

    #[test]
    fn a_longer_training_split_contains_a_shorter_one_and_the_same_test_samples() {
        let short = indices(&split(Some(10), 20, Some(30)), POOL).expect("60 of 100");
        let long = indices(&split(Some(10), 20, None), POOL).expect("all");
        assert!(short.train.iter().all(|index| long.train.contains(index)));
        assert_eq!((short.test, short.validation), (long.test.clone(), long.validation));
        assert_eq!(indices(&split(Some(10), 5, None), POOL).expect("all").test, long.test);
    }

    #[test]
    fn another_seed_gives_other_samples() {
        let choice = split(Some(10), 20, None);
        let other = SplitChoice { seed: Seed::from_number(43), ..choice.clone() };
        assert_ne!(indices(&choice, POOL), indices(&other, POOL));
    }

    #[test]
    fn impossible_splits_are_refused() {
        let error = |choice, sizes| check(&choice, sizes).expect_err("impossible");
        assert_eq!(error(split(Some(5), 0, None), OFFICIAL), SplitError::OfficialTest { asked: 5, official: 20 });
        assert_eq!(error(split(None, 5, None), POOL), SplitError::NoTest);
        assert_eq!(error(split(Some(0), 5, None), POOL), SplitError::NoTest);
        assert_eq!(error(split(None, 5, Some(0)), OFFICIAL), SplitError::NoTrain);
        let too_many = SplitError::TooMany { test: 0, validation: 100, train: 1, available: 100 };
        assert_eq!(error(split(None, 100, None), OFFICIAL), too_many);
        assert!(matches!(error(split(Some(1), usize::MAX, None), POOL), SplitError::TooMany { .. }));
        assert_eq!(check(&split(None, 99, Some(1)), OFFICIAL), Ok(()));
    }

    proptest! {
        #[test]
        fn splits_are_disjoint_ascending_and_complete(
            (test, validation, train) in (1usize..35, 0usize..36, 1usize..30),
            all in any::<bool>(),
            number in any::<u64>(),
        ) {
            let train = (!all).then_some(train);
            let choice = SplitChoice { seed: Seed::from_number(number), ..split(Some(test), validation, train) };
            let Indices { train: chosen, validation: held, test: kept } = indices(&choice, POOL).expect("at most 100");
            prop_assert_eq!((kept.len(), held.len()), (test, validation));
            prop_assert_eq!(chosen.len(), train.unwrap_or(100 - test - validation));
            prop_assert!(kept.is_sorted() && held.is_sorted() && chosen.is_sorted());
            let union: std::collections::BTreeSet<_> = [kept, held, chosen].concat().into_iter().collect();
            prop_assert_eq!(union.len(), test + validation + train.unwrap_or(100 - test - validation));
            prop_assert!(union.iter().all(|&index| index < 100));
        }
    }
}
