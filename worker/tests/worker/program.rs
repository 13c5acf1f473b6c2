//! The program itself: its command line, what it says of itself, and that it says that it lives.

use std::time::Duration;

use renas_task::Task;
use renas_task::protocol::{Hello, PROTOCOL, Reply, Request};
use renas_task::recipe::Stop;
use renas_worker::data::DataSource;
use renas_worker::latency::Role;
use renas_worker::serve::serve;

use crate::{libtorch_alone, perceptron, run};

/// What a worker of this process says to a long training.
fn said(alive: Option<Duration>) -> Vec<Reply> {
    let _alone = libtorch_alone();
    let hello: Hello = serde_json::from_slice(&run(&["--numerics", "portable", "--doctor"]).stdout).expect("a hello");
    let folder = tempfile::tempdir().expect("a folder");
    let mut task = perceptron(1);
    task.stop = Stop::Epochs(20);
    let request =
        Request { number: 7, task: Task::Train(task), objects: Default::default(), out: folder.path().to_owned() };
    let requests = serde_json::to_string(&request).expect("JSON");
    let (mut data, mut said) = (DataSource::new(Vec::new(), tch::Device::Cpu), Vec::new());
    serve(&hello, Role::Ordinary, tch::Device::Cpu, &mut data, alive, requests.as_bytes(), &mut said).expect("it runs");
    let text = String::from_utf8(said).expect("text");
    text.lines().skip(1).map(|line| serde_json::from_str(line).expect("whole lines")).collect()
}

#[test]
fn a_worker_says_that_it_lives_until_it_answers_and_computes_the_same() {
    let mut said = [Some(Duration::from_micros(500)), None].map(said);
    let [Some(often), Some(never)] = said.each_mut().map(Vec::pop) else { panic!("an answer each") };
    let (Reply::Done { outcome: one, .. }, Reply::Done { outcome: other, .. }) = (&often, &never) else {
        panic!("{often:?} {never:?}")
    };
    assert_eq!(one, other);
    assert!(!said[0].is_empty() && said[1].is_empty(), "{said:?}");
    assert!(said[0].iter().all(|sign| *sign == Reply::Alive { number: 7 }), "{said:?}");
}

#[test]
fn the_command_line_is_checked_and_a_missing_device_is_named() {
    let failure = |arguments: &[&str], code| {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(code), "{output:?}");
        String::from_utf8(output.stderr).expect("text")
    };
    assert!(failure(&[], 2).contains("--numerics is missing"));
    assert!(failure(&["--numerics", "fast"], 2).contains("unknown numerics `fast`"));
    assert!(failure(&["--numerics"], 2).contains("--numerics needs a value"));
    assert!(failure(&["--numerics", "avx2", "--speed"], 2).contains("unknown argument `--speed`"));
    assert!(failure(&["--numerics", "avx2", "--device", "tpu"], 3).contains("--device tpu: known are `cpu`"));
    assert!(failure(&["--numerics", "avx2", "--device", "cuda"], 3).contains("a GPU needs --numerics cuda"));
    assert!(failure(&["--numerics", "cuda", "--device", "cpu"], 3).contains("does not fit --device cpu"));
    let help = run(&["--help"]);
    assert!(help.status.success() && String::from_utf8_lossy(&help.stdout).contains("Usage: renas-worker"));
}

#[test]
fn a_machine_without_a_gpu_is_told_what_is_missing() {
    let output = run(&["--numerics", "cuda", "--device", "cuda:99", "--doctor"]);
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    let message = String::from_utf8(output.stderr).expect("text");
    // Which of these depends on the machine: no CUDA libraries, no driver, or fewer GPUs.
    let known = ["set RENAS_LIBTORCH_CUDA to the folder", "no NVIDIA GPU answers", "counted from 0"];
    assert!(known.iter().any(|text| message.contains(text)), "{message}");
}

#[test]
fn the_doctor_says_what_the_worker_is_and_ends() {
    let output = run(&["--numerics", "portable", "--doctor"]);
    assert!(output.status.success());
    let hello: Hello = serde_json::from_slice(&output.stdout).expect("one JSON line");
    assert_eq!((hello.libtorch.as_str(), hello.numerics.as_str()), ("2.11.0", "portable"));
    assert_eq!(hello.protocol, PROTOCOL);
    assert!(hello.details["configuration"].contains("PyTorch built with"));
}
