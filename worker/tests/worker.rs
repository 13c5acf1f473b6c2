//! The worker as its coordinator sees it: a program that reads tasks as JSON lines and answers them.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use renas::base::digest::Digest;
use renas::base::seed::Seed;
use renas::data::registry;
use renas::data::split::{DataChoice, Split, SplitChoice};
use renas::network::spec::{Activation, NetworkSpec};
use renas::network::weights::{self, Tensors};
use renas::task::outcome::{Ending, Outcome};
use renas::task::protocol::{Hello, Reply, Request};
use renas::task::recipe::{Loss, Optimizer, Recipe, Schedule, Stop};
use renas::task::{Evaluate, Probe, Start, Task, Train};

/// A running worker.
struct Worker {
    child: Child,
    requests: Option<ChildStdin>,
    replies: BufReader<ChildStdout>,
    hello: Hello,
    folder: tempfile::TempDir,
    number: u64,
}

impl Worker {
    fn start(numerics: &str) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_renas-worker"))
            .args(["--numerics", numerics])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the worker starts");
        let requests = child.stdin.take();
        let mut replies = BufReader::new(child.stdout.take().expect("piped"));
        let mut line = String::new();
        replies.read_line(&mut line).expect("hello");
        let hello = serde_json::from_str(&line).expect("hello is JSON");
        let folder = tempfile::tempdir().expect("a folder");
        Self { child, requests, replies, hello, folder, number: 0 }
    }

    fn send(&mut self, line: &str) -> Reply {
        let requests = self.requests.as_mut().expect("open");
        writeln!(requests, "{line}").expect("the worker lives");
        let mut reply = String::new();
        self.replies.read_line(&mut reply).expect("a reply");
        serde_json::from_str(&reply).unwrap_or_else(|error| panic!("{error}: {reply}"))
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
    registry::choice("digits", split).expect("registered")
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
