//! How long a pool waits for its workers, so that no run hangs on a process that stopped.
//!
//! A worker says every `ALIVE_EVERY` that it lives, which tells a long task from a stopped process at any speed of the
//! machine. One that lives and never answers is told by a limit on the task: far more than what it should take.

use std::time::{Duration, Instant};

use renas_base::seed::Seed;
use renas_data::registry::Registry;
use renas_network::cost::{CostModel, cost, step_seconds};
use renas_network::spec::NetworkSpec;
use renas_task::recipe::{Recipe, Stop};
use renas_task::{DataChoice, Probe, Task};

/// Of the order of one core of an ordinary machine, as in the manifests.
const MODEL: CostModel = CostModel { overhead_seconds: 0.000_02, multiply_adds_per_second: 5e9, bytes_per_second: 4e9 };

/// How much longer than that a task may take.
const FACTOR: f64 = 50.0;

/// What a task may take of which nobody can say what it should.
const CEILING: Duration = Duration::from_secs(7 * 24 * 3600);

/// How long a launcher of workers may take to end once its worker has nothing more to do.
const LEAVE: Duration = Duration::from_secs(5);

/// Samples of a batch when networks are measured, for their cost.
const BATCH: usize = 256;

/// Paths of a supernet that are drawn to see what a step costs.
const PATHS: usize = 16;

/// How long a pool waits for its workers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// From a worker's start to its hello: libtorch loads slowly on a busy machine or from a slow disk.
    pub hello: Duration,
    /// For a request to be taken, and then between two signs of life.
    pub silence: Duration,
    /// For an answer, whatever the task; a task that should take long has 50 times that.
    pub task: Duration,
    /// Before a process is started again that the system had no room for; doubled each time.
    pub pause: Duration,
    /// For a process to end by itself that is not needed any more, before it is killed: one that only stands for a worker elsewhere
    /// must see that one end, or leaves it behind.
    pub leave: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            hello: Duration::from_secs(300),
            silence: Duration::from_secs(300),
            task: Duration::from_secs(1800),
            pause: Duration::from_millis(200),
            leave: Duration::ZERO,
        }
    }
}

impl Limits {
    /// The usual limits, so many times as long; `times` is at least 1.
    pub fn times(times: u32) -> Self {
        let Self { hello, silence, task, pause, leave } = Self::default();
        Self { hello: hello * times, silence: silence * times, task: task * times, pause, leave }
    }

    /// The same for workers that another program starts: they wait in its queue, for days if need be, and it is told when they are not
    /// needed any more.
    pub fn in_a_queue(self) -> Self {
        Self { hello: self.hello.max(CEILING), leave: LEAVE, ..self }
    }

    /// How long a task may take, on data of their sizes.
    pub fn of(&self, task: &Task, data: &Registry) -> Duration {
        let scale = self.task.as_secs_f64() / Self::default().task.as_secs_f64();
        let seconds = expected_seconds(task, data).map(|seconds| seconds * FACTOR * scale.max(1.0));
        let needed = seconds.map_or(CEILING, |seconds| Duration::try_from_secs_f64(seconds).unwrap_or(CEILING));
        needed.max(self.task)
    }
}

/// A limit that runs down while somebody waits.
///
/// The time in which this process itself was stopped (Ctrl-Z, a frozen container) does not count: no worker is to blame
/// for it.
#[derive(Debug)]
pub(super) struct Patience {
    left: Duration,
    last: Instant,
}

impl Patience {
    /// A waiting thread looks at its patience at least this often.
    pub(super) const SLICE: Duration = Duration::from_millis(200);

    /// From now on.
    pub(super) fn new(limit: Duration) -> Self {
        Self { left: limit, last: Instant::now() }
    }

    /// What is left of it now; nothing once it is over.
    pub(super) fn left(&mut self) -> Option<Duration> {
        let now = Instant::now();
        let waited = now.duration_since(std::mem::replace(&mut self.last, now));
        self.left = self.left.saturating_sub(waited.min(5 * Self::SLICE));
        Some(self.left).filter(|left| !left.is_zero())
    }
}

/// What a task takes on one core of an ordinary machine, rather more than less; absent where its network is none.
///
/// Counted in floating point: a task from a record of others may ask for any numbers, and their products have no end.
fn expected_seconds(task: &Task, data: &Registry) -> Option<f64> {
    match task {
        // No worker runs one.
        Task::Command(_) => None,
        Task::Train(train) => {
            let samples = samples(&train.data, data)?;
            let seconds = training(&train.network, samples, (train.stop, &train.recipe), train.curves.len())?;
            Some(seconds + passes(&train.network, samples * train.probes.len() as f64)?)
        }
        Task::Evaluate(evaluate) => {
            passes(&evaluate.network, samples(&evaluate.data, data)? * evaluate.probes.len() as f64)
        }
        Task::EvaluateSlice(evaluate) => {
            let probes: &[Probe] = &evaluate.probes;
            passes(
                &evaluate.network,
                samples(&evaluate.data, data)? * probes.len() as f64 + evaluate.calibration as f64,
            )
        }
        Task::TrainHeads(train) => {
            let scores = train.scores.len() as f64 * (1.0 + train.steps as f64 / train.every.max(1) as f64);
            let measured = passes(&train.network, samples(&train.data, data)? * scores)?;
            Some(step_seconds(&train.network, train.batch_size, &MODEL).ok()? * train.steps as f64 + measured)
        }
        Task::EvaluateHeads(evaluate) => {
            let times = (1 + evaluate.interventions.len()) * (evaluate.scores.len() + 1);
            passes(&evaluate.network, samples(&evaluate.data, data)? * times as f64)
        }
        Task::Generate(generate) => {
            let count = generate.count as f64;
            let through = generate.through.as_ref().map_or(Some(0.0), |one| passes(&one.network, count));
            Some(passes(&generate.network, count)? + through?)
        }
        Task::TrainPaths(train) => {
            train.supernet.tensors().ok()?;
            let mut stream = Seed::from_number(0).stream("path");
            let paths = (0..PATHS).map(|_| train.supernet.path(&train.supernet.draw(&mut stream)).ok());
            let paths: Vec<NetworkSpec> = paths.collect::<Option<_>>()?;
            let network = paths.iter().max_by_key(|path| cost(path).map_or(0, |cost| cost.total.multiply_adds))?;
            // Slices are copied out of the shared tensors and back: as often as a step moves the weights of a path.
            let samples = samples(&train.data, data)?;
            Some(2.0 * training(network, samples, (train.stop, &train.recipe), 0)?)
        }
        Task::Time(time) => {
            let seconds = step_seconds(&time.network, time.recipe.batch_size, &MODEL).ok()?;
            Some(seconds * (time.warm_up as f64 + time.steps as f64))
        }
        Task::Latency(latency) => {
            let images = latency.batch_size as f64 * (latency.warm_up as f64 + latency.steps as f64);
            latency.networks.iter().map(|network| passes(network, images)).sum()
        }
        Task::FitSequence(fit) => {
            let tokens: usize = fit.examples.iter().map(|example| example.sequence.len()).sum();
            Some(3.0 * tokens as f64 * fit.recipe.epochs as f64 * token_seconds(fit.model.hidden, fit.model.embedding))
        }
        Task::PredictSequence(predict) => {
            let tokens: usize = predict.sequences.iter().map(String::len).sum();
            Some(tokens as f64 * token_seconds(predict.model.hidden, predict.model.embedding))
        }
    }
}

/// A training, with so many curves that are measured after every epoch.
fn training(network: &NetworkSpec, samples: f64, (stop, recipe): (Stop, &Recipe), curves: usize) -> Option<f64> {
    let batch = recipe.batch_size.max(1);
    let in_epoch = (samples / batch as f64).ceil();
    let (steps, epochs) = match stop {
        Stop::Epochs(epochs) => (epochs as f64 * in_epoch, epochs as f64),
        Stop::Steps(steps) => (steps as f64, (steps as f64 / in_epoch).ceil()),
    };
    let step = step_seconds(network, batch, &MODEL).ok()?;
    Some(steps * step + epochs * curves as f64 * passes(network, samples)?)
}

/// Passes forward of so many samples; those backward, which a step counts too, are thrown in.
fn passes(network: &NetworkSpec, samples: f64) -> Option<f64> {
    Some(step_seconds(network, BATCH, &MODEL).ok()? * (samples / BATCH as f64).ceil())
}

/// A step in time of an LSTM: four gates over what comes in and what was kept.
fn token_seconds(hidden: usize, embedding: usize) -> f64 {
    let (hidden, embedding) = (hidden as f64, embedding as f64);
    MODEL.overhead_seconds + 4.0 * hidden * (hidden + embedding) / MODEL.multiply_adds_per_second
}

/// All samples of a data set, which no split is larger than.
fn samples(choice: &DataChoice, data: &Registry) -> Option<f64> {
    let sizes = data.images(&choice.name).ok()?.sizes;
    Some(sizes.train as f64 + sizes.test.unwrap_or(0) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use renas_base::digest::Digest;
    use renas_network::spec::Activation;
    use renas_network::supernet::Supernet;
    use renas_task::latency::Latency;
    use renas_task::numerics::Numerics;
    use renas_task::paths::{EvaluateSlice, TrainPaths};
    use renas_task::recipe::{Loss, Optimizer, Schedule};
    use renas_task::sequence::{PredictSequence, SequenceModel};
    use renas_task::{SplitChoice, Start, Time, Train};

    fn train(epochs: usize, width: usize) -> Task {
        let split = SplitChoice { test: Some(300), validation: 200, train: None, seed: Seed::from_number(1) };
        Task::Train(Train {
            network: NetworkSpec::perceptron(&[1, 8, 8], &[width; 4], Activation::Relu, 10),
            data: Registry::default().choice("digits", split).expect("a possible split"),
            start: Start::Fresh,
            stop: Stop::Epochs(epochs),
            recipe: Recipe {
                loss: Loss::CrossEntropy,
                optimizer: Optimizer::Adam { learning_rate: 0.001 },
                schedule: Schedule::Constant,
                batch_size: 32,
            },
            seed: Seed::from_number(1),
            curves: Vec::new(),
            probes: Vec::new(),
        })
    }

    #[test]
    fn a_small_task_has_half_an_hour_and_a_large_one_fifty_times_what_it_should_take() {
        let (limits, data) = (Limits::default(), Registry::default());
        assert_eq!(limits.of(&train(2, 16), &data), Duration::from_secs(1800));
        // 57 steps of three passes over 12.8 million multiply-adds for 32 samples at 5e9 in a second, and the moving of
        // 12.8 million weights thrice at 4e9 bytes: 14 s an epoch and 2.2 s.
        let seconds = expected_seconds(&train(100, 2048), &data).expect("a network") / 100.0;
        assert!((14.0..20.0).contains(&seconds), "{seconds}");
        assert_eq!(limits.of(&train(100, 2048), &data), Duration::from_secs_f64(seconds * 100.0 * FACTOR));
        assert_eq!(Limits::times(3).of(&train(2, 16), &data), Duration::from_secs(3 * 1800));
    }

    #[test]
    fn a_task_of_unknown_size_has_a_week() {
        let Task::Train(mut unknown) = train(1, 16) else { unreachable!("it is a training") };
        unknown.data.name = "unknown".to_owned();
        assert_eq!(Limits::default().of(&Task::Train(unknown), &Registry::default()), CEILING);
    }

    /// `renas verify --rerun` asks what the records of others say.
    #[test]
    fn a_task_of_numbers_whose_products_have_no_end_has_a_week_or_more() {
        let Task::Train(Train { network, data, recipe, seed, .. }) = train(1, 16) else { unreachable!("a training") };
        let (warm_up, steps, most) = (usize::MAX, usize::MAX, usize::MAX);
        let calm = Recipe { batch_size: most, ..recipe };
        let time = Time { network: network.clone(), data: data.clone(), recipe: calm.clone(), seed, warm_up, steps };
        let (networks, numerics) = (vec![network.clone()], Numerics::Avx2);
        let latency = Latency { networks, batch_size: most, threads: 1, numerics, seed, warm_up, steps };
        let model = SequenceModel { vocabularies: vec![2], embedding: most, hidden: most };
        let (weights, sequences) = (Digest::of(b"weights"), vec!["01".to_owned()]);
        let slice = EvaluateSlice { network, data: data.clone(), weights, calibration: most, probes: Vec::new() };
        let supernet =
            Supernet { input: vec![1], widths: Vec::new(), denominator: 0, slots: Vec::new(), groups: Vec::new() };
        let paths = TrainPaths {
            supernet,
            data,
            stop: Stop::Steps(most),
            recipe: calm,
            seed,
            paths: 1,
            first_kind_epochs: 0,
            distillation: 0.0,
        };
        for task in [
            Task::Time(time),
            Task::Latency(latency),
            Task::PredictSequence(PredictSequence { model, weights, sequences }),
            Task::EvaluateSlice(slice),
            Task::TrainPaths(paths),
        ] {
            assert!(Limits::default().of(&task, &Registry::default()) >= CEILING, "{task:?}");
        }
    }

    #[test]
    fn patience_runs_down_while_one_waits_but_not_while_one_is_stopped() {
        let mut patience = Patience::new(Duration::from_secs(100));
        let before = patience.left().expect("it has just begun");
        // As after an hour in which this process was stopped.
        patience.last = Instant::now().checked_sub(Duration::from_secs(3600)).unwrap_or(patience.last);
        assert!(patience.left().expect("it did not wait") >= before - 6 * Patience::SLICE);
        let mut short = Patience::new(Duration::from_millis(1));
        std::thread::sleep(Duration::from_millis(2));
        assert_eq!(short.left(), None);
    }
}
