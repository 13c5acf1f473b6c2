//! The worker as its coordinator sees it: a program that reads tasks as JSON lines and answers them.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

mod donors; //    models that take weights from another
mod heads; //     models with several outputs: their numbers
mod heads_tasks; // models with several outputs: what the worker answers
mod latency; //   how long forward passes take, in other settings
mod memory; //    no operator writes outside its memory
mod operators; // what runs, against what repeats on a GPU
mod packed; //    images that somebody packed
mod paths; //     supernets, and networks with slices of their weights
mod paths_together; // how paths of a supernet learn from each other, and in which order
mod perceptrons; // without autograd, the bits that autograd gives
mod pools; //     largest values of windows, against libtorch's own
mod program; //   its command line, and what it says of itself
mod pytorch; //   values of PyTorch
mod sequence; //  predictors over sequences of tokens
mod timing; //    how long steps take

use renas_base::digest::Digest;
use renas_base::seed::Seed;
use renas_data::registry::Registry;
use renas_data::split::{DataChoice, Split, SplitChoice};
use renas_network::spec::{Activation, NetworkSpec, Operator};
use renas_network::weights::{self, Tensors};
use renas_task::outcome::{Ending, Outcome};
use renas_task::protocol::{Hello, Reply, Request};
use renas_task::recipe::{Loss, Optimizer, Recipe, Schedule, Stop};
use renas_task::{Evaluate, Probe, Start, Task, Train};

/// libtorch for one test of this process alone: recording operators must not see those of another test.
fn libtorch_alone() -> MutexGuard<'static, ()> {
    static LIBTORCH: Mutex<()> = Mutex::new(());
    LIBTORCH.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A running worker.
struct Worker {
    child: Child,
    requests: Option<ChildStdin>,
    replies: BufReader<ChildStdout>,
    hello: Hello,
    folder: tempfile::TempDir,
    number: u64,
    /// A test has seen it die.
    dead: bool,
}

impl Worker {
    fn start(numerics: &str) -> Self {
        Self::start_with(numerics, &[])
    }

    fn start_with(numerics: &str, environment: &[(&str, &str)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_renas-worker"));
        command.args(["--numerics", numerics]).envs(environment.iter().copied());
        Self::spawn(command)
    }

    fn spawn(mut command: Command) -> Self {
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the worker's program starts");
        let requests = child.stdin.take();
        let mut replies = BufReader::new(child.stdout.take().expect("piped"));
        let mut line = String::new();
        replies.read_line(&mut line).expect("hello");
        let hello = serde_json::from_str(&line).expect("hello is JSON");
        let folder = tempfile::tempdir().expect("a folder");
        Self { child, requests, replies, hello, folder, number: 0, dead: false }
    }

    fn send(&mut self, line: &str) -> Reply {
        let requests = self.requests.as_mut().expect("open");
        writeln!(requests, "{line}").expect("the worker lives");
        loop {
            let mut line = String::new();
            self.replies.read_line(&mut line).expect("a reply");
            match serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}")) {
                // A busy machine may take that long.
                Reply::Alive { .. } => {}
                reply => return reply,
            }
        }
    }

    /// The answer to a task, and the folder with its tensor files.
    fn ask(&mut self, task: Task, objects: &[&Path]) -> (Reply, PathBuf) {
        self.number += 1;
        let out = self.folder.path().join(self.number.to_string());
        std::fs::create_dir(&out).expect("a new folder");
        let objects = objects.iter().map(|path| (digest_of(path), path.to_path_buf())).collect();
        let request = Request { number: self.number, task, objects, out: out.clone() };
        (self.send(&serde_json::to_string(&request).expect("JSON")), out)
    }

    fn outcome(&mut self, task: Task, objects: &[&Path]) -> (Outcome, PathBuf) {
        match self.ask(task, objects) {
            (Reply::Done { number, outcome, cpu_seconds }, out) => {
                assert_eq!(number, self.number);
                assert!(cpu_seconds > 0.0);
                (outcome, out)
            }
            (Reply::Failed { message, .. }, _) => panic!("{message}"),
            (Reply::Alive { .. }, _) => unreachable!("it is skipped"),
        }
    }

    fn failure(&mut self, task: Task) -> String {
        match self.ask(task, &[]) {
            (Reply::Failed { message, .. }, _) => message,
            (done, _) => panic!("{done:?} instead of a failure"),
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        drop(self.requests.take());
        if self.dead {
            return;
        }
        let status = self.child.wait().expect("the worker ends when its input does");
        assert!(status.success() || std::thread::panicking(), "{status}");
    }
}

fn digest_of(path: &Path) -> Digest {
    Digest::of(&std::fs::read(path).expect("an object"))
}

fn object(out: &Path, name: &str) -> Tensors {
    weights::decode(&std::fs::read(out.join(format!("{name}.safetensors"))).expect("a file")).expect("tensors")
}

fn digits() -> DataChoice {
    let split = SplitChoice { test: Some(400), validation: 200, train: Some(1000), seed: Seed::from_number(1) };
    Registry::default().choice("digits", split).expect("registered")
}

fn perceptron(seed: u64) -> Train {
    let hidden = ["relu_1", "relu_2"].map(str::to_owned).to_vec();
    Train {
        network: NetworkSpec::perceptron(&[1, 8, 8], &[32, 16], Activation::Relu, 10),
        data: digits(),
        start: Start::Fresh,
        stop: Stop::Epochs(5),
        recipe: Recipe {
            loss: Loss::CrossEntropy,
            optimizer: Optimizer::Adam { learning_rate: 0.01 },
            schedule: Schedule::Constant,
            batch_size: 64,
        },
        seed: Seed::from_number(seed),
        curves: vec![Split::Validation],
        probes: vec![
            Probe::Score { split: Split::Validation },
            Probe::Score { split: Split::Test },
            Probe::ClassMeans { split: Split::Test, nodes: hidden },
        ],
    }
}

#[test]
fn a_perceptron_trains_bit_equal_twice_in_one_process_and_in_another() {
    let mut worker = Worker::start("portable");
    let (first, out) = worker.outcome(Task::Train(perceptron(1)), &[]);
    let (second, _) = worker.outcome(Task::Train(perceptron(1)), &[]);
    let (third, _) = Worker::start("portable").outcome(Task::Train(perceptron(1)), &[]);
    assert_eq!(first, second);
    assert_eq!(first, third);
    let (other, _) = worker.outcome(Task::Train(perceptron(2)), &[]);
    assert_ne!(first.tensors["weights"], other.tensors["weights"]);

    assert_eq!(first.ending, Ending::Completed);
    assert_eq!(first.tensors["weights"], digest_of(&out.join("weights.safetensors")));
    assert_eq!(object(&out, "class_means.test")["relu_2"].shape, [10, 16]);
    assert_eq!(first.curves["train.loss"].len(), 5);
    assert_eq!(first.curves["validation.accuracy"][4], first.scalars["validation.accuracy"]);
    let accuracy = first.scalars["test.accuracy"];
    assert!(accuracy > 0.85, "digits are easy, but accuracy is {accuracy}");
}

#[test]
fn bad_requests_are_answered_with_their_reason_and_the_worker_survives() {
    let mut worker = Worker::start("avx2");
    match worker.send(r#"{"number": 7, "task": {"task": "paint"}}"#) {
        Reply::Failed { number: 7, message } => assert!(message.contains("unknown variant `paint`"), "{message}"),
        other => panic!("{other:?}"),
    }
    match worker.send("not JSON") {
        Reply::Failed { number: 0, message } => assert!(message.contains("expected"), "{message}"),
        other => panic!("{other:?}"),
    }
    let mut other_data = perceptron(1);
    other_data.data.digest = Digest::of(b"other samples");
    let message = worker.failure(Task::Train(other_data));
    assert!(message.contains("data set `digits` found here has the ordered digest"), "{message}");

    let mut unknown_data = perceptron(1);
    unknown_data.data.name = "digit".to_owned();
    let message = worker.failure(Task::Train(unknown_data));
    assert!(message.contains("did you mean `digits`?"), "{message}");

    let mut impossible = perceptron(1);
    impossible.network.nodes[1].inputs[0] = "pool".to_owned();
    let message = worker.failure(Task::Train(impossible));
    assert!(message.contains("network node `hidden_1`: it reads `pool`"), "{message}");

    let mut wrong_shape = perceptron(1);
    wrong_shape.network.input = vec![1, 28, 28];
    let message = worker.failure(Task::Train(wrong_shape));
    assert!(
        message.contains("the network reads [1, 28, 28], but a sample of `digits` has shape [1, 8, 8]"),
        "{message}"
    );

    let mut wrong_classes = perceptron(1);
    wrong_classes.network = NetworkSpec::perceptron(&[1, 8, 8], &[4], Activation::Relu, 9);
    let message = worker.failure(Task::Train(wrong_classes));
    assert!(message.contains("[9]") && message.contains("10 classes"), "{message}");

    let weights = Digest::of(b"nowhere");
    let Train { network, data, probes, .. } = perceptron(1);
    let message = worker.failure(Task::Evaluate(Evaluate { network, data, weights, probes }));
    assert!(message.contains("the request gives no path for the object"), "{message}");

    let (outcome, _) = worker.outcome(Task::Train(perceptron(1)), &[]);
    assert_eq!(outcome.ending, Ending::Completed);
}

#[test]
fn another_numerics_name_is_another_numeric_class() {
    let hello = |numerics| Worker::start(numerics).hello.clone();
    let (portable, avx2) = (hello("portable"), hello("avx2"));
    assert_eq!(portable, hello("portable"));
    assert_ne!(portable.fingerprint, avx2.fingerprint);
    assert_eq!((portable.numerics.as_str(), portable.device.as_str()), ("portable", "cpu"));
    assert_eq!(portable.libtorch, "2.11.0");
    assert_eq!(portable.details["capability"], "DEFAULT");
}

#[test]
fn settings_of_the_callers_environment_do_not_reach_the_numbers() {
    let plain = Worker::start("avx2").hello.clone();
    let meddled = [("ATEN_CPU_CAPABILITY", "default"), ("MKL_CBWR", "COMPATIBLE"), ("OMP_NUM_THREADS", "2")];
    let mut meddled: Vec<(&str, &str)> = meddled.to_vec();
    meddled.push(("DNNL_MAX_CPU_ISA", "SSE41"));
    assert_eq!(Worker::start_with("avx2", &meddled).hello, plain);
}

#[test]
fn a_network_that_diverges_is_an_outcome_with_the_step_of_its_end() {
    let mut worker = Worker::start("avx2");
    let mut task = perceptron(1);
    task.recipe.optimizer = Optimizer::Sgd { learning_rate: 1e30, momentum: 0.0 };
    let (outcome, _) = worker.outcome(Task::Train(task.clone()), &[]);
    assert_eq!(outcome.ending, Ending::Diverged { step: 1 });
    assert!(outcome.scalars.is_empty() && outcome.tensors.is_empty() && outcome.curves.is_empty());

    // The first step's loss is finite; what it leaves behind is not.
    task.stop = Stop::Steps(1);
    task.curves.clear();
    let (outcome, _) = worker.outcome(Task::Train(task), &[]);
    assert_eq!(outcome.ending, Ending::Diverged { step: 1 });
    assert_eq!(outcome.curves["train.loss"].len(), 1);
}

#[test]
fn stored_weights_score_as_they_did_at_the_end_of_training_and_train_on() {
    let mut worker = Worker::start("avx2");
    let mut task = perceptron(1);
    task.probes.push(Probe::Logits { split: Split::Validation });
    let (trained, out) = worker.outcome(Task::Train(task.clone()), &[]);
    let file = out.join("weights.safetensors");
    let Train { network, data, probes, .. } = task.clone();
    let weights = trained.tensors["weights"];
    let evaluate = Evaluate { network, data, weights, probes };
    let (evaluated, out) = worker.outcome(Task::Evaluate(evaluate), &[&file]);
    assert_eq!(evaluated.scalars, trained.scalars);
    assert_eq!(evaluated.tensors["class_means.test"], trained.tensors["class_means.test"]);
    assert_eq!(evaluated.tensors["logits.validation"], trained.tensors["logits.validation"]);
    assert_eq!(object(&out, "logits.validation")["logits"].shape, [200, 10]);

    task.start = Start::Weights { weights };
    task.stop = Stop::Steps(20);
    let (continued, _) = worker.outcome(Task::Train(task.clone()), &[&file]);
    assert!(continued.curves["train.loss"][0] < trained.curves["train.loss"][0] / 2.0);
    // 16 steps are an epoch of 1,000 samples in batches of 64: the second epoch is cut short after 4.
    assert_eq!(continued.curves["train.loss"].len(), 2);

    let altered = worker.folder.path().join("altered");
    std::fs::write(&altered, b"other bytes").expect("written");
    worker.number += 1;
    let objects = [(weights, altered)].into_iter().collect();
    let out = worker.folder.path().to_owned();
    let request = Request { number: worker.number, task: Task::Train(task), objects, out };
    match worker.send(&serde_json::to_string(&request).expect("JSON")) {
        Reply::Failed { message, .. } => assert!(message.contains("it was altered"), "{message}"),
        done => panic!("{done:?}"),
    }
}

#[test]
fn a_convolutional_network_trains_bit_equal_twice() {
    let mut task = perceptron(1);
    let convolution =
        |filters, groups| Operator::Conv2d { filters, kernel: 3, stride: 1, padding: 1, dilation: 1, groups };
    let layers = [
        ("first", convolution(8, 1)),
        ("norm", Operator::BatchNorm),
        ("relu_1", Operator::Activation { function: Activation::Relu }),
        ("pool", Operator::MaxPool2d { kernel: 2, stride: 2, padding: 0 }),
        ("second", convolution(16, 8)),
        ("relu_2", Operator::Activation { function: Activation::Relu }),
        ("mean", Operator::GlobalMeanPool),
        ("logits", Operator::Linear { units: 10 }),
    ];
    let layers = layers.map(|(name, operator)| (name.to_owned(), operator)).to_vec();
    task.network = NetworkSpec::sequential(vec![1, 8, 8], layers);
    let (first, out) = Worker::start("portable").outcome(Task::Train(task.clone()), &[]);
    let (second, _) = Worker::start("portable").outcome(Task::Train(task.clone()), &[]);
    assert_eq!(first, second);
    drop(out);
    assert!(first.scalars["test.accuracy"] > 0.6, "{:?}", first.scalars);

    // 1,000 samples in batches of 999 leave one alone: fine for 64 pixels, not for a vector.
    task.recipe.batch_size = 999;
    let mut worker = Worker::start("portable");
    task.stop = Stop::Epochs(1);
    worker.outcome(Task::Train(task.clone()), &[]);
    task.network = NetworkSpec::sequential(
        vec![64],
        vec![("logits".to_owned(), Operator::Linear { units: 10 }), ("norm".to_owned(), Operator::BatchNorm)],
    );
    task.probes.clear();
    let message = worker.failure(Task::Train(task));
    assert!(message.contains("network node `norm`: batch normalisation needs 2 values"), "{message}");
}

fn run(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_renas-worker"));
    command.args(arguments).stdin(Stdio::null()).output().expect("the worker starts")
}

/// The coordinator tries a trial again where its worker died; it would not where the worker answered.
#[test]
fn a_worker_that_runs_out_of_memory_dies_and_says_so() {
    let mut command = Command::new("sh");
    let worker = env!("CARGO_BIN_EXE_renas-worker");
    command.args(["-c", "ulimit -v 3000000; exec \"$0\" --numerics avx2", worker]).stderr(Stdio::piped());
    let mut worker = Worker::spawn(command);
    let mut task = perceptron(1);
    // The values of the hidden layer for 1,000 samples take 4 GB.
    task.network = NetworkSpec::perceptron(&[1, 8, 8], &[1_000_000], Activation::Relu, 10);
    task.recipe.batch_size = 1_000;
    task.curves.clear();
    task.probes.clear();
    let request = Request { number: 1, task: Task::Train(task), objects: Default::default(), out: PathBuf::new() };
    writeln!(worker.requests.as_mut().expect("open"), "{}", serde_json::to_string(&request).expect("JSON"))
        .expect("the worker reads");
    let mut reply = String::new();
    // On a busy machine it may say first that it lives.
    while worker.replies.read_line(&mut reply).expect("the end of the output") > 0 && reply.contains("\"alive\"") {
        reply.clear();
    }
    let mut words = String::new();
    worker.child.stderr.take().expect("piped").read_to_string(&mut words).expect("its standard error");
    let status = worker.child.wait().expect("the worker ends");
    assert_eq!(reply, "", "{words}");
    assert!(!status.success() && words.contains("memory"), "{status}: {words}");
    worker.dead = true;
}
