//! Lines between coordinator and worker: what parses is written to a line that parses equal, and nothing that is asked of
//! a task or an answer before it is believed fails otherwise than with a reason.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use renas_base::seed::Seed;
use renas_data::registry::Registry;
use renas_harness::executor::Limits;
use renas_network::spec::NetworkSpec;
use renas_network::{cost, memory, parameter, shape};
use renas_task::Task;
use renas_task::head_check::{SampleSizes, check_evaluate, check_generate, check_train};
use renas_task::outcome::Outcome;
use renas_task::protocol::{Hello, Reply, Request};
use serde::Serialize;
use serde::de::DeserializeOwned;

fn parsed<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(line: &[u8]) -> Option<T> {
    let message: T = serde_json::from_slice(line).ok()?;
    let text = serde_json::to_string(&message).expect("what was read can be written");
    assert_eq!(serde_json::from_str::<T>(&text).expect("what was written can be read"), message);
    Some(message)
}

fn look_at_network(network: &NetworkSpec) {
    let valid = shape::shapes(network).is_ok();
    assert_eq!(cost::cost(network).is_ok(), valid);
    assert_eq!(parameter::parameters(network).is_ok(), valid);
    assert_eq!(memory::peak_activations(network).is_ok(), valid);
}

fn look_at(task: &Task) {
    const SIZES: SampleSizes = SampleSizes { classes: 10, pixels: 64 };
    let _ = (task.objects(), task.data(), task.kind().is_observation());
    match task {
        Task::Train(task) => look_at_network(&task.network),
        Task::Evaluate(task) => look_at_network(&task.network),
        Task::EvaluateSlice(task) => look_at_network(&task.network),
        Task::Time(task) => look_at_network(&task.network),
        Task::TrainHeads(task) => {
            look_at_network(&task.network);
            let _ = check_train(task, SIZES);
        }
        Task::EvaluateHeads(task) => {
            look_at_network(&task.network);
            let _ = check_evaluate(task, SIZES);
        }
        Task::Generate(task) => {
            look_at_network(&task.network);
            let _ = check_generate(task, SIZES, 100);
        }
        Task::TrainPaths(task) => {
            if task.supernet.tensors().is_ok() {
                let mut stream = Seed::from_number(1).stream("path");
                let path = task.supernet.path(&task.supernet.draw(&mut stream)).expect("every path is valid");
                look_at_network(&path);
            }
        }
        Task::Latency(task) => {
            let _ = task.check();
            task.networks.iter().for_each(look_at_network);
        }
        Task::FitSequence(task) => {
            if task.model.check().is_ok() {
                let _ = task.model.parameters();
                task.examples.iter().for_each(|example| drop(task.model.tokens(&example.sequence)));
            }
        }
        Task::PredictSequence(task) => {
            if task.model.check().is_ok() {
                let _ = task.model.parameters();
                task.sequences.iter().for_each(|sequence| drop(task.model.tokens(sequence)));
            }
        }
    }
    static REGISTRY: LazyLock<Registry> = LazyLock::new(Registry::default);
    let _ = Limits::default().of(task, &REGISTRY);
}

fuzz_target!(|lines: &[u8]| {
    let mut task = None;
    for line in lines.split(|byte| *byte == b'\n') {
        parsed::<Hello>(line);
        if let Some(Request { task: asked, .. }) = parsed::<Request>(line) {
            look_at(&asked);
            let _ = asked.check_answer(&Outcome::default(), 0.0);
            task = Some(asked);
        }
        match (parsed::<Reply>(line), &task) {
            (Some(Reply::Done { outcome, cpu_seconds, .. }), Some(task)) => {
                let _ = task.check_answer(&outcome, cpu_seconds);
            }
            (Some(reply), _) => drop(reply.number()),
            (None, _) => {}
        }
    }
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    renas_fuzz::mutate(data, size, max_size, seed)
});
