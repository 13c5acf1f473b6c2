//! Images that somebody packed: the worker knows them from the data folder that it is given.

use std::ops::ControlFlow;
use std::path::Path;
use std::process::Command;

use jpeg_encoder::{ColorType, Encoder};
use renas_base::seed::Seed;
use renas_data::pack::prepare::{Packed, Request, pack};
use renas_data::split::{DataChoice, Split, SplitChoice};
use renas_network::spec::{Activation, NetworkSpec};
use renas_task::outcome::Ending;
use renas_task::recipe::Stop;
use renas_task::{Probe, Task, Train};

use crate::{Worker, perceptron};

/// Dark and bright images as two of 260 classes, the others of one image each: labels of two bytes.
fn packed(folder: &Path) -> Packed {
    let write = |path: &str, value: u8| {
        let mut bytes = Vec::new();
        Encoder::new(&mut bytes, 90).encode(&[value; 16], 4, 4, ColorType::Luma).expect("in memory");
        let path = folder.join("tree").join(path);
        std::fs::create_dir_all(path.parent().expect("below the tree")).expect("a folder");
        std::fs::write(path, bytes).expect("a file");
    };
    for number in 0..20 {
        write(&format!("train/000/{number}.jpg"), 20 + number);
        write(&format!("train/259/{number}.jpg"), 220 + number);
        write(&format!("val/000/{number}.jpg"), 30 + number);
        write(&format!("val/259/{number}.jpg"), 210 + number);
    }
    (1..259).for_each(|class| write(&format!("train/{class:03}/1.jpg"), 128));
    let request = Request {
        tree: folder.join("tree"),
        name: "own".to_owned(),
        title: "Own".to_owned(),
        size: 4,
        out: folder.join("data"),
        licence: "not stated".to_owned(),
        origin: "this test".to_owned(),
        left_out: Vec::new(),
        jobs: 2,
    };
    pack(&request, &mut |_, _| ControlFlow::Continue(())).expect("whole images")
}

#[test]
fn a_network_trains_on_packed_images_with_labels_of_two_bytes() {
    let folder = tempfile::tempdir().expect("a folder");
    let packed = packed(folder.path());
    let start = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_renas-worker"));
        command.args(["--numerics", "portable", "--data"]).arg(folder.path().join("data"));
        Worker::spawn(command)
    };
    let split = SplitChoice { test: None, validation: 0, train: None, seed: Seed::from_number(1) };
    let data = DataChoice { name: "own".to_owned(), digest: packed.description.digest, split };
    let network = NetworkSpec::perceptron(&[3, 4, 4], &[16], Activation::Relu, 260);
    let probes = vec![Probe::Score { split: Split::Test }];
    let task = Train { network, data, curves: Vec::new(), probes, stop: Stop::Epochs(30), ..perceptron(1) };
    let (outcome, _) = start().outcome(Task::Train(task.clone()), &[]);
    assert_eq!(outcome.ending, Ending::Completed);
    let accuracy = outcome.scalars["test.accuracy"];
    assert!(accuracy > 0.9, "dark and bright are easy, but accuracy is {accuracy}");

    // A key that was made for other images.
    let mut other = task.clone();
    other.data.digest = renas_base::digest::Digest::of(b"other");
    let message = start().failure(Task::Train(other));
    assert!(message.contains("data set `own` found here has the ordered digest"), "{message}");

    let labels = folder.path().join("data/own/train-labels-idx1-short");
    let mut damaged = std::fs::read(&labels).expect("written");
    damaged[100] ^= 1;
    std::fs::write(&labels, damaged).expect("writable");
    let message = start().failure(Task::Train(task.clone()));
    assert!(message.contains("train-labels-idx1-short") && message.contains("bring it back"), "{message}");

    let message = Worker::start("portable").failure(Task::Train(task));
    assert!(message.contains("unknown data set `own`") && message.contains("renas data pack"), "{message}");
}
