//! The `Time` task: steps with a clock beside each.

use renas_network::spec::{Activation, NetworkSpec};
use renas_task::outcome::Ending;
use renas_task::recipe::Optimizer;
use renas_task::{Task, Time, Train};

use crate::{Worker, perceptron};

#[test]
fn timed_steps_are_answered_one_by_one_beyond_an_epoch_and_whether_or_not_losses_are_finite() {
    let Train { network, data, recipe, seed, .. } = perceptron(1);
    let steps_per_epoch = 1000_usize.div_ceil(64);
    let time = Time { network, data, recipe, seed, warm_up: 3, steps: 2 * steps_per_epoch };
    let mut worker = Worker::start("portable");
    let mut larger = time.clone();
    larger.network = NetworkSpec::perceptron(&[1, 8, 8], &[1024, 1024], Activation::Relu, 10);
    larger.recipe.optimizer = Optimizer::Sgd { learning_rate: 1e30, momentum: 0.0 };
    let mut means = Vec::new();
    for task in [time.clone(), larger] {
        let (outcome, _) = worker.outcome(Task::Time(task), &[]);
        assert_eq!(outcome.ending, Ending::Completed);
        let seconds = &outcome.curves["step.seconds"];
        assert_eq!(seconds.len(), 2 * steps_per_epoch);
        assert!(seconds.iter().all(|&seconds| seconds > 0.0), "{seconds:?}");
        let mean = outcome.scalars["seconds_per_step"];
        assert_eq!(mean, seconds.iter().sum::<f64>() / seconds.len() as f64);
        means.push(mean);
    }
    // Five hundred times the multiply-adds.
    assert!(means[1] > 2.0 * means[0], "{means:?}");
    let message = worker.failure(Task::Time(Time { steps: 0, ..time }));
    assert!(message.contains("timing a network") && message.contains("steps must be at least 1"), "{message}");
}
