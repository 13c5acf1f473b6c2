//! Times forward passes, in a process of the numerics and threads that are asked for.
//!
//! A worker's own settings are pinned for its life. So it starts its own program with the others, as a coordinator would,
//! has it answer this one request and sees it end. The flag `--threads` makes a worker one that measures: it answers
//! nothing else, and starts nobody. Hence no worker but a measuring one has another number of threads than 1.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use anyhow::{Context as _, Result, ensure};
use renas_network::spec::NetworkSpec;
use renas_task::latency::Latency;
use renas_task::numerics::Numerics;
use renas_task::protocol::{Hello, Reply, Request};
use tch::{Device, Tensor};

use crate::module::{Mode, Module};
use crate::parameters::Parameters;
use crate::stopwatch::Stopwatch;

/// What a worker was started for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Every task; latencies are measured by a process that it starts.
    Ordinary,
    /// Latencies under these settings, its own, and nothing else.
    Measuring {
        /// Its pinned settings.
        numerics: Numerics,
        /// Its threads.
        threads: usize,
    },
}

/// The outcome of the child that measures, as its reply to `request`, and the seconds that it took it.
///
/// The child runs on the CPU, or where the task's numerics are `cuda` on a GPU: that of `device`, where it is one.
pub fn have_measured(task: &Latency, request: &Request, device: Device) -> Result<Reply> {
    task.check()?;
    let device = match (task.numerics, device) {
        (Numerics::Cuda, Device::Cuda(index)) => format!("cuda:{index}"),
        (Numerics::Cuda, _) => "cuda".to_owned(),
        (Numerics::Portable | Numerics::Avx2 | Numerics::Native, _) => "cpu".to_owned(),
    };
    let program = std::env::current_exe().context("finding the worker's own program to start it once more")?;
    let threads = task.threads.to_string();
    let arguments = ["--numerics", task.numerics.name(), "--device", &device, "--threads", &threads];
    let mut command = Command::new(&program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    task.numerics.pin(task.threads, &mut command);
    let attempted = || format!("having a process measure, {} {}", program.display(), arguments.join(" "));
    let output = exchange(command, request).with_context(attempted)?;
    let reply = read(&output, request.number).with_context(attempted)?;
    match reply {
        Reply::Alive { .. } => Err(anyhow::anyhow!("it says that it lives, and no more")).with_context(attempted),
        Reply::Done { .. } => Ok(reply),
        Reply::Failed { message, .. } => Err(anyhow::anyhow!("it says: {message}")).with_context(attempted),
    }
}

/// All that the child says, once it has ended: its input is one request.
fn exchange(mut command: Command, request: &Request) -> Result<Output> {
    let mut line = serde_json::to_string(request).context("writing the request as JSON")?;
    line.push('\n');
    let mut child = command.spawn().context("it does not start")?;
    let mut stdin = child.stdin.take().context("it has no standard input")?;
    // A pipe that breaks is a child that died: its status and the end of its standard error say why.
    let _ = stdin.write_all(line.as_bytes());
    drop(stdin);
    child.wait_with_output().context("waiting for it to end")
}

/// The reply among what the child said, which begins with its hello.
fn read(output: &Output, number: u64) -> Result<Reply> {
    let words = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.success(),
        "it ended with {}; the end of its standard error:\n{}",
        output.status,
        words.trim()
    );
    let text = std::str::from_utf8(&output.stdout).context("it said something that is no text")?;
    let mut lines = text.lines();
    let hello = lines.next().context("it said nothing")?;
    let _: Hello = serde_json::from_str(hello).context("its first line is no hello")?;
    let reply: Reply = serde_json::from_str(lines.next().context("it gave no reply")?).context("it gave no reply")?;
    let answered = reply.number();
    ensure!(answered == number, "it answered request {answered} instead of {number}");
    Ok(reply)
}

/// Median wall seconds of a pass of each network, by this process, which must be one that measures with these settings.
pub fn measure(task: &Latency, role: Role, device: Device) -> Result<Vec<f64>> {
    task.check()?;
    let Latency { numerics, threads, .. } = *task;
    ensure!(
        role == Role::Measuring { numerics, threads },
        "this worker is {role:?}, and is asked to measure with numerics {} and {threads} threads",
        numerics.name()
    );
    let _no_grad = tch::no_grad_guard();
    let seconds = |(index, network)| {
        pass_seconds(network, task, device).with_context(|| format!("network {index}, counted from 0"))
    };
    task.networks.iter().enumerate().map(seconds).collect()
}

fn pass_seconds(network: &NetworkSpec, task: &Latency, device: Device) -> Result<f64> {
    let module = Module::new(network, &Parameters::fresh(network, &task.seed, device)?)?;
    let shape: Vec<i64> = std::iter::once(&task.batch_size).chain(&network.input).map(|&size| size as i64).collect();
    let values = task.batch_size * network.input.iter().product::<usize>();
    let mut stream = task.seed.stream("images");
    let values: Vec<f32> = (0..values).map(|_| stream.uniform() as f32).collect();
    let images = Tensor::from_slice(&values).f_view(shape.as_slice())?.f_to_device(device)?;
    let pass = || -> Result<f64> {
        let clock = Stopwatch::start_wall(device);
        let _output = module.forward(&images, Mode::Evaluation)?;
        Ok(clock.seconds())
    };
    for _ in 0..task.warm_up {
        pass()?;
    }
    let seconds = (0..task.steps).map(|_| pass()).collect::<Result<_>>()?;
    median(seconds).context("nothing was timed")
}

/// The middle value, or the mean of the two middle ones; absent where there are none.
fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let [low, high] = [values.len().saturating_sub(1) / 2, values.len() / 2];
    Some((values.get(low)? + values.get(high)?) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_median_is_the_middle_value_or_the_mean_of_the_two_middle_ones() {
        assert_eq!(median(vec![9.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(vec![9.0, 1.0, 2.0, 4.0]), Some(3.0));
        assert_eq!(median(vec![5.0]), Some(5.0));
        assert_eq!(median(Vec::new()), None);
    }
}
