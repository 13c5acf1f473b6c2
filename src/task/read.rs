//! What an answer holds, for those who asked: typed, under the names of `names`, with one error.
//!
//! Whether an answer fits its task is looked at once, before it is stored (`answer`); a reader only says what it misses. It
//! does not look at the ending but to explain itself: a diverged network is data, and who reads decides what it counts as.

use std::collections::BTreeMap;
use std::fmt::Display;

use super::Split;
use super::kind::Kind;
use super::names;
use super::outcome::{Ending, Outcome};
use renas_base::digest::Digest;

/// An answer does not hold what its reader asks for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// It has no such part.
    #[error(
        "the answer of a worker has no {part} `{name}`; a task of kind {} has one where it is asked for",
        words(kinds)
    )]
    Missing {
        /// `scalar`, `curve` or `tensor`.
        part: &'static str,
        /// Its name.
        name: String,
        /// The kinds of tasks that answer it.
        kinds: &'static [Kind],
    },
    /// It has no such part, because its task diverged.
    #[error("the task diverged at step {step}: its answer has no {part} `{name}`")]
    Diverged {
        /// `scalar`, `curve` or `tensor`.
        part: &'static str,
        /// Its name.
        name: String,
        /// The step whose loss was not finite.
        step: usize,
    },
    /// A curve has another number of points.
    #[error(
        "the answer to a task of kind {} has {found} points in its curve `{name}`, {expected} were asked for",
        words(kinds)
    )]
    Points {
        /// The kinds of tasks that answer it.
        kinds: &'static [Kind],
        /// The curve.
        name: &'static str,
        /// As answered.
        found: usize,
        /// As asked.
        expected: usize,
    },
}

fn words(kinds: &[Kind]) -> String {
    kinds.iter().map(|kind| format!("`{}`", kind.name())).collect::<Vec<_>>().join(" or ")
}

/// Kinds of tasks with probes.
const PROBED: &[Kind] = &[Kind::Train, Kind::Evaluate, Kind::EvaluateSlice];

/// Of networks with one output, of sequence models and of supernets.
impl Outcome {
    /// The accuracy on a split, a fraction: of `Train`, `Evaluate` and `EvaluateSlice` with `Probe::Score`.
    pub fn accuracy(&self, split: Split) -> Result<f64, AnswerError> {
        self.scalar(names::accuracy(split), PROBED)
    }

    /// The same, and `diverged` where the task diverged.
    pub fn accuracy_or(&self, diverged: f64, split: Split) -> Result<f64, AnswerError> {
        if self.is_diverged() { Ok(diverged) } else { self.accuracy(split) }
    }

    /// The accuracy on a split of `Train::curves` after each epoch, fractions; those before it diverged, where it did.
    pub fn accuracy_curve(&self, split: Split) -> Result<&[f64], AnswerError> {
        self.epochs(names::accuracy(split), &[Kind::Train])
    }

    /// The mean loss of each epoch of a training, in nats (of a sequence model the mean squared error); of the epochs before
    /// it diverged, where it did.
    pub fn loss_curve(&self) -> Result<&[f64], AnswerError> {
        self.epochs(names::TRAIN_LOSS.to_owned(), &[Kind::Train, Kind::FitSequence, Kind::TrainPaths])
    }

    /// The object of the trained weights.
    pub fn weights(&self) -> Result<Digest, AnswerError> {
        let kinds = &[Kind::Train, Kind::FitSequence, Kind::TrainHeads, Kind::TrainPaths];
        self.tensor(names::WEIGHTS.to_owned(), kinds)
    }

    /// The object of the class means of nodes on a split: with `Probe::ClassMeans`.
    pub fn class_means(&self, split: Split) -> Result<Digest, AnswerError> {
        self.tensor(names::class_means(split), PROBED)
    }

    /// The object of the logits on a split: with `Probe::Logits`.
    pub fn logits(&self, split: Split) -> Result<Digest, AnswerError> {
        self.tensor(names::logits(split), PROBED)
    }

    /// What a sequence model says of each of so many sequences, from 0 to 1. Errors where it is not as many.
    pub fn predictions(&self, sequences: usize) -> Result<&[f64], AnswerError> {
        self.points(names::PREDICTIONS, &[Kind::PredictSequence], sequences)
    }
}

/// Of models with several outputs.
impl Outcome {
    /// The mean loss of a head over each `TrainHeads::every` steps; of the steps before it diverged, where it did.
    pub fn head_curve(&self, head: impl Display) -> Result<&[f64], AnswerError> {
        self.epochs(names::head_curve(head), &[Kind::TrainHeads])
    }

    /// The mean loss of a head on a split: under an intervention of `EvaluateHeads`, or, without one, of the model that
    /// `TrainHeads` has trained.
    pub fn head_loss(&self, intervention: Option<&str>, split: Split, head: impl Display) -> Result<f64, AnswerError> {
        self.scalar(names::head_loss(intervention, split, head), scored(intervention))
    }

    /// The share of the samples of a split whose class a head misses, likewise.
    pub fn head_error(&self, intervention: Option<&str>, split: Split, head: impl Display) -> Result<f64, AnswerError> {
        self.scalar(names::head_error(intervention, split, head), scored(intervention))
    }

    /// The object of the values of nodes on a split, as `EvaluateHeads::values` asks.
    pub fn values(&self, split: Split) -> Result<Digest, AnswerError> {
        self.tensor(names::values(split), &[Kind::EvaluateHeads])
    }

    /// The object of what `Generate` has drawn.
    pub fn generated(&self) -> Result<Digest, AnswerError> {
        self.tensor(names::GENERATED.to_owned(), &[Kind::Generate])
    }
}

/// Of times.
impl Outcome {
    /// Mean seconds of a training step that `Time` has timed.
    pub fn seconds_per_step(&self) -> Result<f64, AnswerError> {
        self.scalar(names::SECONDS_PER_STEP.to_owned(), &[Kind::Time])
    }

    /// Median seconds of a forward pass of each of so many networks that `Latency` has timed. Errors where it is not as
    /// many.
    pub fn pass_seconds(&self, networks: usize) -> Result<&[f64], AnswerError> {
        self.points(names::PASS_SECONDS, &[Kind::Latency], networks)
    }
}

fn scored(intervention: Option<&str>) -> &'static [Kind] {
    if intervention.is_some() { &[Kind::EvaluateHeads] } else { &[Kind::TrainHeads] }
}

impl Outcome {
    fn scalar(&self, name: String, kinds: &'static [Kind]) -> Result<f64, AnswerError> {
        self.part("scalar", &self.scalars, name, kinds).copied()
    }

    fn tensor(&self, name: String, kinds: &'static [Kind]) -> Result<Digest, AnswerError> {
        self.part("tensor", &self.tensors, name, kinds).copied()
    }

    /// A curve of a training, which has no points where that diverged before the first.
    fn epochs(&self, name: String, kinds: &'static [Kind]) -> Result<&[f64], AnswerError> {
        match self.ending {
            Ending::Diverged { .. } if !self.curves.contains_key(&name) => Ok(&[]),
            _ => self.part("curve", &self.curves, name, kinds).map(Vec::as_slice),
        }
    }

    fn points(&self, name: &'static str, kinds: &'static [Kind], expected: usize) -> Result<&[f64], AnswerError> {
        let points = self.part("curve", &self.curves, name.to_owned(), kinds)?;
        match points.len() {
            found if found == expected => Ok(points),
            found => Err(AnswerError::Points { kinds, name, found, expected }),
        }
    }

    fn part<'o, V>(
        &self,
        part: &'static str,
        all: &'o BTreeMap<String, V>,
        name: String,
        kinds: &'static [Kind],
    ) -> Result<&'o V, AnswerError> {
        all.get(&name).ok_or(match self.ending {
            Ending::Completed => AnswerError::Missing { part, name, kinds },
            Ending::Diverged { step } => AnswerError::Diverged { part, name, step },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One answer with a part of every kind.
    fn full() -> Outcome {
        let scalars = ["test.accuracy", "validation.class.error", "none.test.class.loss", "seconds_per_step"];
        let curves = ["validation.accuracy", "train.loss", "class.loss", "predictions", "pass.seconds"];
        let tensors =
            ["weights", "class_means.test", "logits.validation", "values.validation", "generated"].into_iter();
        Outcome {
            ending: Ending::Completed,
            scalars: scalars
                .into_iter()
                .zip([0.5, 0.25, 2.0, 0.125])
                .map(|(name, one)| (name.to_owned(), one))
                .collect(),
            curves: curves.into_iter().zip(1..).map(|(name, one)| (name.to_owned(), vec![f64::from(one); 2])).collect(),
            tensors: tensors.map(|name| (name.to_owned(), Digest::of(name.as_bytes()))).collect(),
        }
    }

    /// The names are in all answers that were ever stored.
    #[test]
    fn every_part_of_an_answer_is_read_under_the_name_that_it_is_stored_by() {
        let outcome = full();
        assert_eq!(outcome.accuracy(Split::Test), Ok(0.5));
        assert_eq!(outcome.head_error(None, Split::Validation, "class"), Ok(0.25));
        assert_eq!(outcome.head_loss(Some("none"), Split::Test, "class"), Ok(2.0));
        assert_eq!(outcome.seconds_per_step(), Ok(0.125));
        assert_eq!(outcome.accuracy_curve(Split::Validation), Ok(&[1.0; 2][..]));
        assert_eq!(outcome.loss_curve(), Ok(&[2.0; 2][..]));
        assert_eq!(outcome.head_curve("class"), Ok(&[3.0; 2][..]));
        assert_eq!(outcome.predictions(2), Ok(&[4.0; 2][..]));
        assert_eq!(outcome.pass_seconds(2), Ok(&[5.0; 2][..]));
        let of = |name: &str| Ok(Digest::of(name.as_bytes()));
        assert_eq!(outcome.weights(), of("weights"));
        assert_eq!(outcome.class_means(Split::Test), of("class_means.test"));
        assert_eq!(outcome.logits(Split::Validation), of("logits.validation"));
        assert_eq!(outcome.values(Split::Validation), of("values.validation"));
        assert_eq!(outcome.generated(), of("generated"));
    }

    #[test]
    fn what_is_missing_is_named_with_the_kinds_of_tasks_that_answer_it() {
        let message = |error: AnswerError| error.to_string();
        let outcome = Outcome::default();
        let error = message(outcome.predictions(3).expect_err("none"));
        assert!(error.contains("no curve `predictions`; a task of kind `predict_sequence` has one"), "{error}");
        let error = message(outcome.accuracy(Split::Test).expect_err("none"));
        let kinds = "`train` or `evaluate` or `evaluate_slice`";
        assert!(error.contains(&format!("no scalar `test.accuracy`; a task of kind {kinds} has one")), "{error}");
        let error = message(outcome.head_loss(Some("none"), Split::Test, "class").expect_err("none"));
        assert!(error.contains("no scalar `none.test.class.loss`; a task of kind `evaluate_heads`"), "{error}");
        assert!(message(full().class_means(Split::Train).expect_err("none")).contains("no tensor `class_means.train`"));
        assert!(outcome.loss_curve().is_err() && outcome.weights().is_err() && outcome.seconds_per_step().is_err());
    }

    #[test]
    fn a_curve_of_another_number_of_points_is_refused() {
        let error = full().pass_seconds(3).expect_err("there are two").to_string();
        assert_eq!(
            error,
            "the answer to a task of kind `latency` has 2 points in its curve `pass.seconds`, 3 were asked for"
        );
        assert!(full().predictions(1).is_err());
    }

    #[test]
    fn a_diverged_task_has_the_points_before_and_says_why_there_is_nothing_else() {
        let diverged = Outcome { ending: Ending::Diverged { step: 4 }, ..Outcome::default() };
        assert_eq!(diverged.loss_curve(), Ok(&[][..]));
        assert_eq!(diverged.accuracy_curve(Split::Test), Ok(&[][..]));
        let error = diverged.weights().expect_err("none").to_string();
        assert_eq!(error, "the task diverged at step 4: its answer has no tensor `weights`");
        assert!(diverged.predictions(0).is_err());
        let some = Outcome { ending: diverged.ending, scalars: BTreeMap::new(), tensors: BTreeMap::new(), ..full() };
        assert_eq!(some.loss_curve(), Ok(&[2.0; 2][..]));
    }
}
