//! The quality of samples: how far generated images are from held-out ones in the logits of a classifier.
//!
//! The paper does not say how it judges them. Deviation: its code asks a MobileNet; we train a perceptron by a task of
//! the worker, so that its accuracy is known and the same everywhere.

use anyhow::{Context as _, Result, ensure};
use serde::{Deserialize, Serialize};

use crate::settings::ClassifierSettings;
use renas_base::digest::Digest;
use renas_base::seed::Seed;
use renas_harness::classifier::train_one;
use renas_harness::study::{Context, Step, Training, memoize};
use renas_network::spec::{Activation, NetworkSpec};
use renas_network::weights::{Tensor, decode};
use renas_stats::frechet::squared_frechet_distance;
use renas_task::recipe::{Recipe, Schedule};
use renas_task::{DataChoice, Probe, Split};

/// Raised whenever the same logits would give other numbers.
const QUALITY: Step = Step { name: "sampling_quality", version: 1 };

/// What the code subtracts its score from (intelligent_local.py 337).
const REFERENCE_OFFSET: f64 = 50.0;

/// A trained classifier, and what it says of held-out images.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Judge {
    /// Its graph.
    pub network: NetworkSpec,
    /// Its weights.
    pub weights: Digest,
    /// Its logits on the validation samples.
    pub held_out: Digest,
    /// Share of validation samples that it knows.
    pub accuracy: f64,
}

/// How good a sample of images is; both are lower where it is better.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quality {
    /// Squared Frechet distance to held-out images, in logits.
    pub distance: f64,
    /// 50 minus the code's score.
    pub reference: f64,
}

impl Judge {
    /// Train the classifier, or find it.
    pub fn trained(
        settings: &ClassifierSettings,
        input: &[usize],
        classes: usize,
        data: &DataChoice,
        seed: Seed,
        context: &dyn Context,
    ) -> Result<Self> {
        let network = NetworkSpec::perceptron(input, &settings.hidden, Activation::Relu, classes);
        let recipe = Recipe::classifier(settings.learning_rate, Schedule::Constant, settings.batch_size);
        let training = Training { network: network.clone(), data: data.clone(), recipe, epochs: settings.epochs, seed };
        let probes = [Probe::Score { split: Split::Validation }, Probe::Logits { split: Split::Validation }];
        let outcome = train_one(training, &[], &probes, context)?;
        ensure!(
            !outcome.is_diverged(),
            "the classifier that judges samples diverged: lower its learning rate in the manifest (`sampling`)"
        );
        Ok(Self {
            network,
            weights: outcome.weights()?,
            held_out: outcome.logits(Split::Validation)?,
            accuracy: outcome.accuracy(Split::Validation)?,
        })
    }

    /// The quality of a `generated` object that this classifier looked at, against the first held-out images.
    pub fn quality(&self, generated: Digest, images: usize, context: &dyn Context) -> Result<Quality> {
        memoize(context, QUALITY, &(generated, self.held_out, images), || {
            let ours = points(&generated, images, context).context("logits of generated images")?;
            let real = points(&self.held_out, images, context).context("logits of held-out images")?;
            let distance = squared_frechet_distance(&ours, &real).context("Frechet distance of samples")?;
            Ok(Quality { distance, reference: REFERENCE_OFFSET - score(&ours) })
        })
    }
}

/// The first `count` rows of the tensor `logits` of an object.
fn points(object: &Digest, count: usize, context: &dyn Context) -> Result<Vec<Vec<f64>>> {
    let tensors = decode(&context.object(object)?)?;
    let Tensor { shape, values } = tensors.get("logits").with_context(|| format!("{object} has no `logits`"))?;
    let [rows, classes] = shape[..] else { anyhow::bail!("`logits` of {object} has shape {shape:?}, not two sizes") };
    ensure!(rows >= count, "{count} images were to be judged, {object} has {rows}");
    Ok(values.chunks(classes).take(count).map(|row| row.iter().map(|value| f64::from(*value)).collect()).collect())
}

/// The score of the code (intelligent_local.py 69-92): the divergence of the histogram of predicted classes from the mean
/// of the class probabilities, which are sorted within each image, so that the first is the mean of the smallest.
fn score(logits: &[Vec<f64>]) -> f64 {
    let classes = logits.first().map_or(0, Vec::len);
    let n = logits.len() as f64;
    let (mut counts, mut means) = (vec![0.0; classes], vec![0.0; classes]);
    for row in logits {
        let best = (1..row.len()).fold(0, |best, class| if row[class] > row[best] { class } else { best });
        counts[best] += 1.0 / n;
        let mut probabilities = softmax(row);
        probabilities.sort_by(f64::total_cmp);
        means.iter_mut().zip(probabilities).for_each(|(mean, probability)| *mean += probability / n);
    }
    let terms = counts.iter().zip(&means).filter(|(count, _)| **count > 0.0);
    terms.map(|(count, mean)| count * libm::log(count / mean.max(f64::MIN_POSITIVE))).sum()
}

fn softmax(row: &[f64]) -> Vec<f64> {
    let largest = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let powers: Vec<f64> = row.iter().map(|value| libm::exp(value - largest)).collect();
    let sum: f64 = powers.iter().sum();
    powers.into_iter().map(|power| power / sum).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Worked out by hand: classes 1 and 1, so p = (0, 1); sorted probabilities (0.25, 0.75) and (0.25, 0.75), so q =
    /// (0.25, 0.75), and the score is ln(1 / 0.75).
    #[test]
    fn the_score_of_the_code_compares_classes_with_sorted_probabilities() {
        let log3 = libm::log(3.0);
        let same = score(&[vec![0.0, log3], vec![5.0, 5.0 + log3]]);
        assert!((same - libm::log(1.0 / 0.75)).abs() < 1e-12, "{same}");
        // One image of each class: p = (0.5, 0.5), and q as before.
        let both = score(&[vec![0.0, log3], vec![log3, 0.0]]);
        assert!((both - 0.5 * libm::log(2.0) - 0.5 * libm::log(0.5 / 0.75)).abs() < 1e-12, "{both}");
    }
}
