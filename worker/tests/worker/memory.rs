//! No operator writes outside its memory, whatever the number of channels: libtorch's kernels handle a few channels, or
//! a few more than a multiple of eight, on ways of their own, and a write past the end may show only trials later.

use std::path::Path;

use super::*;
use renas_network::spec::{INPUT, Node};

/// glibc's own checks of the heap: they end a program that wrote past what it was given.
const CHECKER: &str = "/lib/x86_64-linux-gnu/libc_malloc_debug.so.0";

/// A convolution to so many channels, then every operator on images side by side, with gradients through all of them.
fn every_operator(channels: usize, stride: usize) -> NetworkSpec {
    let more = channels + 5;
    let convolution = |filters, kernel: usize, dilation, groups| Operator::Conv2d {
        filters,
        kernel,
        stride,
        padding: dilation * (kernel - 1) / 2,
        dilation,
        groups,
    };
    let branches = [
        convolution(more, 1, 1, 1),
        convolution(more, 3, 1, 1),
        convolution(more, 3, 2, 1),
        convolution(channels, 3, 1, channels),
        convolution(channels, 5, 1, channels),
        convolution(channels, 7, 1, channels),
        Operator::Conv2dRect { filters: more, kernel: [1, 7], stride, padding: [0, 3] },
        Operator::Conv2dRect { filters: more, kernel: [7, 1], stride, padding: [3, 0] },
        Operator::MaxPool2d { kernel: 3, stride, padding: 1 },
        Operator::AvgPool2d { kernel: 3, stride, padding: 1 },
    ];
    let stem = Operator::Conv2d { filters: channels, kernel: 3, stride: 1, padding: 1, dilation: 1, groups: 1 };
    let mut layers = vec![(stem, vec![INPUT.to_owned()])];
    layers.extend(branches.into_iter().map(|operator| (operator, vec!["layer_0".to_owned()])));
    // Each branch's channels times their means, and its image again.
    let branches = layers.len();
    for branch in 1..branches {
        let source = format!("layer_{branch}");
        layers.push((Operator::GlobalMeanPool, vec![source.clone()]));
        layers.push((Operator::Multiply, vec![source, format!("layer_{}", layers.len() - 1)]));
    }
    let joined = (1..branches).map(|branch| format!("layer_{}", branches + 2 * branch - 1)).collect();
    layers.push((Operator::Concat, joined));
    for operator in [Operator::BatchNorm, Operator::GlobalMeanPool, Operator::Linear { units: 10 }] {
        let last = format!("layer_{}", layers.len() - 1);
        layers.push((operator, vec![last]));
    }
    let output = format!("layer_{}", layers.len() - 1);
    let node = |(index, (operator, inputs))| Node { name: format!("layer_{index}"), operator, inputs };
    NetworkSpec { input: vec![1, 8, 8], nodes: layers.into_iter().enumerate().map(node).collect(), output }
}

fn task(channels: usize, stride: usize) -> Task {
    Task::Train(Train {
        network: every_operator(channels, stride),
        stop: Stop::Steps(3),
        curves: Vec::new(),
        probes: Vec::new(),
        ..perceptron(1)
    })
}

/// One worker for all of them, so that later networks are given what earlier ones left.
#[test]
fn kept_memory_changes_no_bit() {
    for numerics in ["portable", "avx2", "native"] {
        let mut keeping = Worker::start(numerics);
        let mut plain = Worker::start_with(numerics, &[("RENAS_PLAIN_MEMORY", "1")]);
        assert_eq!(keeping.hello.fingerprint, plain.hello.fingerprint);
        for channels in [3, 8, 9, 3] {
            let (kept, _) = keeping.outcome(task(channels, 1), &[]);
            assert_eq!(kept, plain.outcome(task(channels, 1), &[]).0, "{channels} channels under {numerics}");
        }
    }
}

#[test]
fn no_operator_writes_outside_its_memory_on_any_number_of_channels() {
    if !Path::new(CHECKER).exists() {
        eprintln!("skipped: {CHECKER} is not there");
        return;
    }
    for numerics in ["portable", "avx2", "native"] {
        let mut worker = Worker::start_with(
            numerics,
            &[("LD_PRELOAD", CHECKER), ("MALLOC_CHECK_", "3"), ("RENAS_PLAIN_MEMORY", "1")],
        );
        for channels in [1, 2, 3, 4, 5, 7, 8, 9, 15, 22] {
            for stride in [1, 2] {
                worker.outcome(task(channels, stride), &[]);
            }
        }
    }
}
