//! What a worker says of itself, asked for nothing else.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use super::execute::told;
use super::limits::Limits;
use super::process::{Children, shortage};
use super::worker::{Death, NoWorker, Worker};
use renas_task::protocol::{Hello, PROTOCOL};

/// The hello of a worker that is started for it and ended again, within the limits of every worker; else why there is
/// none, in words.
pub fn introduce(program: &Path, arguments: &[&str], limits: &Limits) -> Result<Hello, String> {
    let mut command = Command::new(program);
    command.args(arguments).env("RUST_BACKTRACE", "0");
    match Worker::start(&mut command, limits, &Arc::<Children>::default()) {
        Ok(worker) => Ok(worker.hello),
        Err(NoWorker::Start(why)) => {
            let remedy = shortage(&why).map(|remedy| format!("; {remedy}")).unwrap_or_default();
            Err(format!("cannot start {}: {why}{remedy}", program.display()))
        }
        Err(NoWorker::Died(Death { how, stderr_end })) => Err(format!("the worker {how}{}", told(&stderr_end))),
        Err(NoWorker::Stranger(protocol)) => Err(format!(
            "the worker speaks protocol {protocol}, and this program {PROTOCOL}: build both anew (`make build`)"
        )),
    }
}
