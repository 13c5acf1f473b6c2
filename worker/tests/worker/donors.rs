//! Weights that a model takes from another one, its donor, bit for bit.

use std::path::PathBuf;

use renas_base::digest::Digest;
use renas_network::assembly::{Assembly, Block, Law, Source};
use renas_network::weights::Tensors;
use renas_task::Task;
use renas_task::heads::{Assembled, TrainHeads};
use renas_task::protocol::Reply;
use renas_task::recipe::Optimizer;

use crate::heads::linear;
use crate::heads_tasks::{block, drawn, train_task};
use crate::{Worker, object};

/// A model whose training is done.
struct Trained {
    digest: Digest,
    file: PathBuf,
    tensors: Tensors,
}

impl Trained {
    fn new(worker: &mut Worker, task: TrainHeads) -> Self {
        let (outcome, out) = worker.outcome(Task::TrainHeads(TrainHeads { steps: 20, ..task }), &[]);
        let (digest, tensors) = (outcome.tensors["weights"], object(&out, "weights"));
        Self { digest, file: out.join("weights.safetensors"), tensors }
    }

    /// The usual model.
    fn host(worker: &mut Worker) -> Self {
        Self::new(worker, train_task(1))
    }

    /// One whose trunk has 40 units instead of 32, so that rows of its tensors are longer.
    fn wide(worker: &mut Worker) -> Self {
        let mut task = train_task(2);
        task.network.nodes[0].operator = linear(40);
        task.start.assembly = drawn(&task.network, "", Law::Pytorch { fan_in: 64 });
        Self::new(worker, task)
    }

    /// Values of some columns of a row of a tensor.
    fn row(&self, name: &str, row: usize, from: usize, count: usize) -> &[f32] {
        let tensor = &self.tensors[name];
        let columns = tensor.shape[1..].iter().product::<usize>();
        &tensor.values[row * columns + from..][..count]
    }
}

fn taken(name: &str, at: [usize; 2], scale: f64) -> Source {
    Source::Tensor { name: name.to_owned(), at, scale }
}

fn assembly(tensors: &[(&str, Vec<Block>)]) -> Assembly {
    Assembly { tensors: tensors.iter().map(|(name, blocks)| ((*name).to_owned(), blocks.clone())).collect() }
}

/// Trunk and histogram from the donor, the class from both, half of the donor's bias for the image, all else kept.
fn mixed() -> Assembly {
    let from_donor = |name: &str, size, at| vec![block([0, 0], size, taken(&format!("donor/{name}"), at, 1.0))];
    assembly(&[
        ("trunk.weight", from_donor("trunk.weight", [32, 64], [8, 0])),
        ("histogram.weight", from_donor("histogram.weight", [8, 32], [0, 8])),
        ("histogram.bias", from_donor("histogram.bias", [8, 1], [0, 0])),
        (
            "class.weight",
            vec![
                block([0, 0], [4, 32], taken("class.weight", [6, 0], 1.0)),
                block([4, 0], [6, 32], taken("donor/class.weight", [1, 3], 1.0)),
            ],
        ),
        ("decode.bias", vec![block([0, 0], [64, 1], taken("donor/decode.bias", [0, 0], 0.5))]),
    ])
}

#[test]
fn a_donors_tensors_arrive_bit_for_bit_where_the_assembly_says_so_and_nowhere_else() {
    let mut worker = Worker::start("avx2");
    let (host, donor) = (Trained::host(&mut worker), Trained::wide(&mut worker));
    let mut task = TrainHeads { steps: 0, ..train_task(3) };
    task.start = Assembled { weights: Some(host.digest), donor: Some(donor.digest), assembly: mixed() };
    let files = [host.file.as_path(), donor.file.as_path()];
    let (_, out) = worker.outcome(Task::TrainHeads(task.clone()), &files);
    let received = Trained { digest: host.digest, file: out.clone(), tensors: object(&out, "weights") };
    for row in 0..32 {
        assert_eq!(received.row("trunk.weight", row, 0, 64), donor.row("trunk.weight", row + 8, 0, 64));
    }
    for row in 0..8 {
        assert_eq!(received.row("histogram.weight", row, 0, 32), donor.row("histogram.weight", row, 8, 32));
    }
    for row in 0..4 {
        assert_eq!(received.row("class.weight", row, 0, 32), host.row("class.weight", row + 6, 0, 32));
    }
    for row in 4..10 {
        assert_eq!(received.row("class.weight", row, 0, 32), donor.row("class.weight", row - 3, 3, 32));
    }
    let halves: Vec<f32> = donor.tensors["decode.bias"].values.iter().map(|value| value / 2.0).collect();
    assert_eq!(received.tensors["decode.bias"].values, halves);
    assert_eq!(received.tensors["histogram.bias"], donor.tensors["histogram.bias"]);
    let kept = ["trunk.bias", "class.bias", "encode.weight", "encode.bias", "decode.weight"];
    for name in kept {
        assert_eq!(received.tensors[name], host.tensors[name], "{name}");
    }
    assert_eq!(received.tensors.len(), kept.len() + mixed().tensors.len(), "what nothing reads is left out");

    // In training they are weights like all others: what does not move stays the donor's.
    task.steps = 20;
    task.heads[1].optimizer = Some(Optimizer::Adam { learning_rate: 0.0 });
    let (_, out) = worker.outcome(Task::TrainHeads(task), &files);
    for (name, tensor) in object(&out, "weights") {
        assert_eq!(tensor == received.tensors[&name], name.starts_with("histogram."), "{name}");
    }
}

#[test]
fn a_model_may_be_put_together_from_a_donor_alone() {
    let mut worker = Worker::start("avx2");
    let donor = Trained::host(&mut worker);
    let whole = |name: &str, shape: &[usize]| {
        let size = [shape[0], shape[1..].iter().product()];
        vec![block([0, 0], size, taken(&format!("donor/{name}"), [0, 0], 1.0))]
    };
    let tensors = donor.tensors.iter().map(|(name, tensor)| (name.clone(), whole(name, &tensor.shape)));
    let mut task = TrainHeads { steps: 0, ..train_task(3) };
    let assembly = Assembly { tensors: tensors.collect() };
    task.start = Assembled { weights: None, donor: Some(donor.digest), assembly };
    let (outcome, _) = worker.outcome(Task::TrainHeads(task), &[&donor.file]);
    assert_eq!(outcome.tensors["weights"], donor.digest, "the same tensors are the same object");
}

#[test]
fn what_a_donor_cannot_give_is_refused_in_words() {
    let mut worker = Worker::start("avx2");
    let (host, donor) = (Trained::host(&mut worker), Trained::wide(&mut worker));
    let refused = |worker: &mut Worker, donor: Option<Digest>, assembly: Assembly, files: &[&std::path::Path]| {
        let start = Assembled { weights: Some(host.digest), donor, assembly };
        match worker.ask(Task::TrainHeads(TrainHeads { start, steps: 0, ..train_task(3) }), files).0 {
            Reply::Failed { message, .. } => message,
            done => panic!("{done:?} instead of a failure"),
        }
    };
    let both = [host.file.as_path(), donor.file.as_path()];
    let bias = |name: &str| assembly(&[("class.bias", vec![block([0, 0], [10, 1], taken(name, [0, 0], 1.0))])]);
    let message = refused(&mut worker, Some(donor.digest), bias("donor/clas.bias"), &both);
    assert!(message.contains("the old weights have no tensor `donor/clas.bias`"), "{message}");
    let message = refused(&mut worker, None, bias("donor/class.bias"), &both);
    assert!(message.contains("the old weights have no tensor `donor/class.bias`"), "{message}");
    let message = refused(&mut worker, Some(donor.digest), bias("donor/class.bias"), &both[..1]);
    assert!(message.contains("the request gives no path for the object"), "{message}");
    // A name that host and donor share is the host's, and nothing of the donor is inherited unasked.
    let mut without = assembly(&[]);
    let wide = block([0, 0], [10, 32], taken("class.weight", [0, 8], 1.0));
    without.tensors.insert("class.weight".to_owned(), vec![wide]);
    let message = refused(&mut worker, Some(donor.digest), without, &both);
    assert!(message.contains("not within the old tensor `class.weight`, 10 x 32"), "{message}");
}
