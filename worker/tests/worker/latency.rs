//! The `Latency` task: forward passes timed by a process of other numerics and more threads.

use std::process::Command;

use renas_base::seed::Seed;
use renas_network::spec::{Activation, NetworkSpec, Operator};
use renas_task::Task;
use renas_task::latency::Latency;
use renas_task::numerics::Numerics;
use renas_task::outcome::Ending;

use crate::{Worker, perceptron, run};

fn latency() -> Latency {
    let convolution = Operator::Conv2d { filters: 8, kernel: 3, stride: 1, padding: 1, dilation: 1, groups: 1 };
    let layers = [
        ("first", convolution),
        ("norm", Operator::BatchNorm),
        ("relu", Operator::Activation { function: Activation::Relu }),
        ("mean", Operator::GlobalMeanPool),
        ("logits", Operator::Linear { units: 10 }),
    ];
    let layers = layers.map(|(name, operator)| (name.to_owned(), operator)).to_vec();
    let small = NetworkSpec::perceptron(&[1, 8, 8], &[16], Activation::Relu, 10);
    Latency {
        networks: vec![NetworkSpec::sequential(vec![3, 16, 16], layers), small],
        batch_size: 5,
        threads: 2,
        numerics: Numerics::Portable,
        seed: Seed::from_number(1),
        warm_up: 1,
        steps: 4,
    }
}

/// A worker that measures with so many threads.
fn measuring(numerics: &str, threads: &str) -> Worker {
    let mut command = Command::new(env!("CARGO_BIN_EXE_renas-worker"));
    command.args(["--numerics", numerics, "--threads", threads]);
    Worker::spawn(command)
}

#[test]
fn networks_are_timed_in_other_settings_and_the_workers_own_results_stay_the_same() {
    let mut worker = Worker::start("avx2");
    let (before, _) = worker.outcome(Task::Train(perceptron(1)), &[]);
    for (threads, numerics) in [(2, Numerics::Portable), (1, Numerics::Avx2)] {
        let (outcome, _) = worker.outcome(Task::Latency(Latency { threads, numerics, ..latency() }), &[]);
        assert_eq!(outcome.ending, Ending::Completed);
        assert_eq!((outcome.scalars.len(), outcome.tensors.len(), outcome.curves.len()), (0, 0, 1));
        let seconds = &outcome.curves["pass.seconds"];
        assert_eq!(seconds.len(), 2);
        assert!(seconds.iter().all(|&seconds| seconds.is_finite() && seconds > 0.0), "{seconds:?}");
    }
    let (after, _) = worker.outcome(Task::Train(perceptron(1)), &[]);
    assert_eq!(before, after);
}

#[test]
fn a_worker_that_measures_has_the_threads_that_it_was_started_with_and_does_nothing_else() {
    let threads = |worker: &Worker| {
        let told = worker.hello.details["threads"].clone();
        told.lines().find_map(|line| line.trim().strip_prefix("at::get_num_threads() : ").map(str::to_owned))
    };
    let mut two = measuring("portable", "2");
    assert_eq!(threads(&two).as_deref(), Some("2"), "{:?}", two.hello);
    assert_eq!(threads(&Worker::start("portable")).as_deref(), Some("1"));
    assert_eq!(threads(&measuring("portable", "1")).as_deref(), Some("1"));
    let (outcome, _) = two.outcome(Task::Latency(latency()), &[]);
    assert_eq!(outcome.curves["pass.seconds"].len(), 2);

    let message = two.failure(Task::Train(perceptron(1)));
    assert!(message.contains("was started with --threads") && message.contains("does nothing else"), "{message}");
    for other in [Latency { threads: 1, ..latency() }, Latency { numerics: Numerics::Avx2, ..latency() }] {
        let message = two.failure(Task::Latency(other.clone()));
        let asked =
            format!("is asked to measure with numerics {} and {} threads", other.numerics.name(), other.threads);
        assert!(message.contains(&asked) && message.contains("threads: 2"), "{message}");
    }
}

#[test]
fn what_cannot_be_timed_is_refused_and_what_the_child_says_is_told_with_what_was_attempted() {
    let mut worker = Worker::start("portable");
    for (task, said) in [
        (Latency { networks: Vec::new(), ..latency() }, "networks must be at least one"),
        (Latency { batch_size: 0, ..latency() }, "batch_size must be at least 1"),
        (Latency { threads: 0, ..latency() }, "threads must be at least 1"),
        (Latency { steps: 0, ..latency() }, "steps must be at least 1"),
    ] {
        let message = worker.failure(Task::Latency(task));
        assert!(message.contains("timing forward passes") && message.contains(said), "{message}");
    }
    let mut impossible = latency();
    impossible.networks[1].nodes[1].inputs[0] = "pool".to_owned();
    let message = worker.failure(Task::Latency(impossible));
    for said in ["--numerics portable --device cpu --threads 2", "it says:", "network 1", "it reads `pool`"] {
        assert!(message.contains(said), "{message}");
    }
    let (outcome, _) = worker.outcome(Task::Latency(latency()), &[]);
    assert_eq!(outcome.ending, Ending::Completed);
}

/// A library that is not there ends the child before it says anything.
#[test]
fn a_child_that_does_not_come_up_is_told_with_its_last_words() {
    let nowhere = [("CUDA_VISIBLE_DEVICES", ""), ("RENAS_LIBTORCH_CUDA", "/nowhere")];
    let mut worker = Worker::start_with("portable", &nowhere);
    let message = worker.failure(Task::Latency(Latency { numerics: Numerics::Cuda, ..latency() }));
    for said in ["--numerics cuda --device cuda --threads 2", "it ended with exit status: 3", "renas-worker: "] {
        assert!(message.contains(said), "{message}");
    }
}

#[test]
fn a_number_of_threads_is_checked() {
    for (threads, said) in [("0", "at least 1"), ("many", "it is not a number")] {
        let output = run(&["--numerics", "portable", "--threads", threads]);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        let message = String::from_utf8(output.stderr).expect("text");
        assert!(message.contains(&format!("--threads {threads}")) && message.contains(said), "{message}");
    }
}
