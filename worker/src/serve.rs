//! The worker's side of the protocol: one JSON line in, one JSON line out, until standard input ends, and between the two
//! signs of life.

use std::collections::BTreeMap;
use std::io::{BufRead, Write};
use std::sync::Mutex;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use renas_base::parallel;
use renas_task::latency::Latency;
use renas_task::outcome::{Ending, Outcome};
use renas_task::paths::{EvaluateSlice, TrainPaths};
use renas_task::protocol::{Hello, Reply, Request};
use renas_task::sequence::{FitSequence, PredictSequence};
use renas_task::{Evaluate, Start, Task, Time, Train, names};
use tch::Device;

use crate::alive;
use crate::data::DataSource;
use crate::evaluate::{Measured, measure};
use crate::heads::answer;
use crate::latency::{self, Role};
use crate::module::Module;
use crate::objects::{finish, read_object};
use crate::parameters::Parameters;
use crate::paths::{evaluate_slice, train_paths};
use crate::sequence::{self, Fitted};
use crate::shim;
use crate::stopwatch::Stopwatch;
use crate::timing::time;
use crate::train::{Trained, train};

/// Bytes that are kept from one task to the next for tensors of the same sizes.
const KEPT_MEMORY: usize = 256 << 20;

/// Say hello, then answer requests until `requests` ends: those that are for a worker of this role; say that it lives
/// every `alive` meanwhile, where that is given.
///
/// Errors where a reply cannot be written, and where memory runs out: the coordinator then tries the task again on a
/// fresh worker, which an answer would keep it from.
pub fn serve(
    hello: &Hello,
    role: Role,
    device: Device,
    data: &mut DataSource,
    alive: Option<Duration>,
    requests: impl BufRead,
    replies: impl Write + Send,
) -> Result<()> {
    let replies = Mutex::new(replies);
    say(&replies, hello)?;
    for line in requests.lines() {
        let line = line.context("reading a request from standard input")?;
        let reply = match read(&line) {
            Ok(request) => {
                let number = request.number;
                // Where nobody listens any more, the reply's own error says so.
                let sign = || drop(say(&replies, &Reply::Alive { number }));
                let worked = alive::during(alive, sign, || reply(&request, role, device, data));
                worked.context("starting the thread that says that this worker lives")??
            }
            Err(refusal) => refusal,
        };
        say(&replies, &reply)?;
        shim::release_memory(KEPT_MEMORY);
    }
    Ok(())
}

/// Say a message in one line, which no other comes between.
fn say(replies: &Mutex<impl Write>, message: &impl serde::Serialize) -> Result<()> {
    let mut line = serde_json::to_string(message).context("writing a reply as JSON")?;
    line.push('\n');
    // A thread that panicked while it wrote ends the process.
    let mut replies = parallel::lock(replies);
    replies.write_all(line.as_bytes()).and_then(|()| replies.flush()).context("writing a reply to standard output")
}

/// The request in a line, or what to answer where it is none.
fn read(line: &str) -> Result<Request, Reply> {
    serde_json::from_str(line).map_err(|error| {
        let number = serde_json::from_str(line).ok().and_then(|value: serde_json::Value| value["number"].as_u64());
        let message = format!("the request is not one that this worker understands: {error}");
        Reply::Failed { number: number.unwrap_or_default(), message }
    })
}

/// The answer to a request; whatever is wrong with it is an answer too.
fn reply(request: &Request, role: Role, device: Device, data: &mut DataSource) -> Result<Reply> {
    match answer_as(role, request, device, data) {
        Ok(reply) => Ok(reply),
        Err(error) if is_out_of_memory(&error) => Err(error),
        Err(error) => Ok(Reply::Failed { number: request.number, message: format!("{error:#}") }),
    }
}

/// What a worker of that role answers.
fn answer_as(role: Role, request: &Request, device: Device, data: &mut DataSource) -> Result<Reply> {
    match (&request.task, role) {
        (Task::Latency(task), Role::Ordinary) => {
            return latency::have_measured(task, request, device).context("timing forward passes");
        }
        (Task::Latency(_), Role::Measuring { .. }) | (_, Role::Ordinary) => {}
        (_, Role::Measuring { .. }) => {
            bail!("this worker was started with --threads: it times forward passes, and does nothing else")
        }
    }
    let clock = Stopwatch::start(device);
    let outcome = run(role, request, device, data)?;
    Ok(Reply::Done { number: request.number, outcome, cpu_seconds: clock.seconds() })
}

/// libtorch has no error type for it: these are the words of its allocators for a CPU and for a GPU.
fn is_out_of_memory(error: &anyhow::Error) -> bool {
    let text = format!("{error:#}");
    ["DefaultCPUAllocator: ", "CUDA out of memory"].iter().any(|words| text.contains(words))
}

fn run(role: Role, request: &Request, device: Device, data: &mut DataSource) -> Result<Outcome> {
    match &request.task {
        Task::Train(task) => run_train(task, request, device, data).context("training a network"),
        Task::Evaluate(task) => run_evaluate(task, request, device, data).context("evaluating a network"),
        Task::FitSequence(task) => run_fit(task, request).context("fitting a sequence model"),
        Task::PredictSequence(task) => run_predict(task, request).context("asking a sequence model"),
        Task::TrainHeads(task) => answer::run_train(task, request, device, data).context("training a model"),
        Task::EvaluateHeads(task) => answer::run_evaluate(task, request, device, data).context("scoring a model"),
        Task::Generate(task) => answer::run_generate(task, request, device, data).context("drawing from a model"),
        Task::TrainPaths(task) => run_train_paths(task, request, device, data).context("training a supernet"),
        Task::EvaluateSlice(task) => {
            run_evaluate_slice(task, request, device, data).context("evaluating a network with slices of weights")
        }
        Task::Time(task) => run_time(task, device, data).context("timing a network"),
        Task::Command(_) => anyhow::bail!("a command is run by the coordinator, not by a worker"),
        Task::Latency(task) => run_latency(task, role, device).context("timing forward passes"),
    }
}

fn run_train(task: &Train, request: &Request, device: Device, data: &mut DataSource) -> Result<Outcome> {
    let samples = data.samples(&task.data, &task.network)?;
    let mut parameters = match &task.start {
        Start::Fresh => Parameters::fresh(&task.network, &task.seed, device)?,
        Start::Weights { weights } => Parameters::from_tensors(&task.network, read_object(weights, request)?, device)?,
    };
    let module = Module::new(&task.network, &parameters)?;
    let Trained { ending, curves, steps } = train(task, &samples, &module, &mut parameters)?;
    if ending != Ending::Completed {
        return Ok(Outcome { ending, curves, ..Outcome::default() });
    }
    let mut measured = measure(&task.probes, &task.network, &samples, &module)?;
    measured.objects.insert(names::WEIGHTS.to_owned(), parameters.to_tensors()?);
    // Where the last step destroyed the weights, the loss of the step after it would not be finite.
    finish(measured, curves, steps, &request.out)
}

fn run_evaluate(task: &Evaluate, request: &Request, device: Device, data: &mut DataSource) -> Result<Outcome> {
    let samples = data.samples(&task.data, &task.network)?;
    let parameters = Parameters::from_tensors(&task.network, read_object(&task.weights, request)?, device)?;
    let module = Module::new(&task.network, &parameters)?;
    let measured = measure(&task.probes, &task.network, &samples, &module)?;
    finish(measured, BTreeMap::new(), 0, &request.out)
}

fn run_train_paths(task: &TrainPaths, request: &Request, device: Device, data: &mut DataSource) -> Result<Outcome> {
    let (Trained { ending, curves, steps }, weights) = train_paths(task, device, data)?;
    if ending != Ending::Completed {
        return Ok(Outcome { ending, curves, ..Outcome::default() });
    }
    let objects = BTreeMap::from([(names::WEIGHTS.to_owned(), weights)]);
    finish(Measured { scalars: BTreeMap::new(), objects }, curves, steps, &request.out)
}

fn run_evaluate_slice(
    task: &EvaluateSlice,
    request: &Request,
    device: Device,
    data: &mut DataSource,
) -> Result<Outcome> {
    let measured = evaluate_slice(task, &read_object(&task.weights, request)?, device, data)?;
    finish(measured, BTreeMap::new(), 0, &request.out)
}

fn run_fit(task: &FitSequence, request: &Request) -> Result<Outcome> {
    let start = match &task.start {
        Start::Fresh => None,
        Start::Weights { weights } => Some(read_object(weights, request)?),
    };
    let Fitted { ending, losses, weights } = sequence::fit(task, start)?;
    let curves = BTreeMap::from([(names::TRAIN_LOSS.to_owned(), losses)]);
    if ending != Ending::Completed {
        return Ok(Outcome { ending, curves, ..Outcome::default() });
    }
    let objects = BTreeMap::from([(names::WEIGHTS.to_owned(), weights)]);
    // `fit` has looked at the weights: they are finite.
    finish(Measured { scalars: BTreeMap::new(), objects }, curves, 0, &request.out)
}

fn run_predict(task: &PredictSequence, request: &Request) -> Result<Outcome> {
    let predictions = sequence::predict(task, read_object(&task.weights, request)?)?;
    if !predictions.iter().all(|prediction| prediction.is_finite()) {
        return Ok(Outcome { ending: Ending::Diverged { step: 0 }, ..Outcome::default() });
    }
    Ok(Outcome { curves: BTreeMap::from([(names::PREDICTIONS.to_owned(), predictions)]), ..Outcome::default() })
}

fn run_time(task: &Time, device: Device, data: &mut DataSource) -> Result<Outcome> {
    let samples = data.samples(&task.data, &task.network)?;
    let seconds = time(task, &samples, device)?;
    let mean = seconds.iter().sum::<f64>() / seconds.len() as f64;
    Ok(Outcome {
        scalars: BTreeMap::from([(names::SECONDS_PER_STEP.to_owned(), mean)]),
        curves: BTreeMap::from([(names::STEP_SECONDS.to_owned(), seconds)]),
        ..Outcome::default()
    })
}

fn run_latency(task: &Latency, role: Role, device: Device) -> Result<Outcome> {
    let seconds = latency::measure(task, role, device)?;
    Ok(Outcome { curves: BTreeMap::from([(names::PASS_SECONDS.to_owned(), seconds)]), ..Outcome::default() })
}
