//! What the parts of answers are called: written by workers, checked by `answer`, read by `read`, stored for ever.

use std::fmt::Display;

use super::Split;

/// The curve of the mean loss of each epoch, as the training saw it, in nats (squared error for a sequence model).
pub const TRAIN_LOSS: &str = "train.loss";

/// The tensor object of trained weights.
pub const WEIGHTS: &str = "weights";

/// The curve of what a sequence model says of each sequence, from 0 to 1.
pub const PREDICTIONS: &str = "predictions";

/// The tensor object of what was drawn from a model.
pub const GENERATED: &str = "generated";

/// The curve of the seconds of each timed training step.
pub const STEP_SECONDS: &str = "step.seconds";

/// The scalar that is its mean.
pub const SECONDS_PER_STEP: &str = "seconds_per_step";

/// The curve of the median seconds of a forward pass of each network.
pub const PASS_SECONDS: &str = "pass.seconds";

/// The scalar or curve of the accuracy on a split, a fraction.
pub fn accuracy(split: Split) -> String {
    format!("{}.accuracy", split.name())
}

/// The scalar of the mean loss on a split, in nats.
pub fn loss(split: Split) -> String {
    format!("{}.loss", split.name())
}

/// The curve of the mean loss on a split after each epoch, in nats: `TRAIN_LOSS` is the loss that an epoch saw.
pub fn loss_after_epoch(split: Split) -> String {
    match split {
        Split::Train => "train.loss_after_epoch".to_owned(),
        Split::Validation | Split::Test => loss(split),
    }
}

/// The tensor object of the class means of a split.
pub fn class_means(split: Split) -> String {
    format!("class_means.{}", split.name())
}

/// The tensor object of the logits on a split.
pub fn logits(split: Split) -> String {
    format!("logits.{}", split.name())
}

/// The tensor object of the values of nodes on a split.
pub fn values(split: Split) -> String {
    format!("values.{}", split.name())
}

/// The curve of the loss of a head (or of `latent`) over the steps of a training.
pub fn head_curve(head: impl Display) -> String {
    format!("{head}.loss")
}

/// The scalar of the mean loss of a head (or of `latent`) on a split: of the model that was trained, or under the
/// intervention of that name.
pub fn head_loss(intervention: Option<&str>, split: Split, head: impl Display) -> String {
    format!("{}.{head}.loss", scored(intervention, split))
}

/// The scalar of the share of samples whose class a head misses, likewise.
pub fn head_error(intervention: Option<&str>, split: Split, head: impl Display) -> String {
    format!("{}.{head}.error", scored(intervention, split))
}

fn scored(intervention: Option<&str>, split: Split) -> String {
    let name = intervention.map(|name| format!("{name}."));
    format!("{}{}", name.unwrap_or_default(), split.name())
}
