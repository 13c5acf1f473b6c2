//! The kinds of tasks: what each is called in keys, records and messages.

use super::Task;

/// What a task is, without what it is asked of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// `Train`
    Train,
    /// `Evaluate`
    Evaluate,
    /// `FitSequence`
    FitSequence,
    /// `PredictSequence`
    PredictSequence,
    /// `TrainHeads`
    TrainHeads,
    /// `EvaluateHeads`
    EvaluateHeads,
    /// `Generate`
    Generate,
    /// `TrainPaths`
    TrainPaths,
    /// `EvaluateSlice`
    EvaluateSlice,
    /// `Time`
    Time,
    /// `Latency`
    Latency,
    /// `Command`
    Command,
}

impl Kind {
    /// Those whose answer is an observation of the machine, which never repeats.
    const OBSERVATIONS: [Self; 2] = [Self::Time, Self::Latency];

    /// The word for it, which is in the keys of all that was ever computed: the `task` of a task's JSON, the step of records.
    pub fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Evaluate => "evaluate",
            Self::FitSequence => "fit_sequence",
            Self::PredictSequence => "predict_sequence",
            Self::TrainHeads => "train_heads",
            Self::EvaluateHeads => "evaluate_heads",
            Self::Generate => "generate",
            Self::TrainPaths => "train_paths",
            Self::EvaluateSlice => "evaluate_slice",
            Self::Time => "time",
            Self::Latency => "latency",
            Self::Command => "command",
        }
    }

    /// Whether its answer is an observation of the machine: nothing else may be computed beside it, and it never repeats.
    pub fn is_observation(self) -> bool {
        Self::OBSERVATIONS.contains(&self)
    }

    /// Whether the word is that of a kind whose answer is an observation.
    pub fn names_observation(name: &str) -> bool {
        Self::OBSERVATIONS.into_iter().any(|kind| kind.name() == name)
    }
}

impl Task {
    /// Its kind.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Train(_) => Kind::Train,
            Self::Evaluate(_) => Kind::Evaluate,
            Self::FitSequence(_) => Kind::FitSequence,
            Self::PredictSequence(_) => Kind::PredictSequence,
            Self::TrainHeads(_) => Kind::TrainHeads,
            Self::EvaluateHeads(_) => Kind::EvaluateHeads,
            Self::Generate(_) => Kind::Generate,
            Self::TrainPaths(_) => Kind::TrainPaths,
            Self::EvaluateSlice(_) => Kind::EvaluateSlice,
            Self::Time(_) => Kind::Time,
            Self::Latency(_) => Kind::Latency,
            Self::Command(_) => Kind::Command,
        }
    }
}
