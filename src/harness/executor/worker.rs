//! One worker: start it, ask it, and read the end of its standard error when it dies.

use std::io;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, ExitStatus};
use std::sync::Arc;
use std::time::Duration;

use super::limits::{Limits, Patience};
use super::pipes::Obstacle;
use super::process::{Children, Process};
use renas_task::protocol::{ALIVE_EVERY, Hello, PROTOCOL, Reply, Request};

/// A running worker that said hello.
pub(super) struct Worker {
    process: Process,
    /// What it said of itself.
    pub(super) hello: Hello,
}

/// How a worker ended.
#[derive(Debug)]
pub(super) struct Death {
    /// A phrase that follows `the worker`.
    pub(super) how: String,
    /// The last lines of its standard error.
    pub(super) stderr_end: String,
}

/// A worker did not come up.
pub(super) enum NoWorker {
    /// The operating system does not start it.
    Start(io::Error),
    /// It died before it said hello.
    Died(Death),
    /// It speaks a later protocol, of that version.
    Stranger(u32),
}

impl Worker {
    /// Start a worker and wait for its hello.
    pub(super) fn start(command: &mut Command, limits: &Limits, children: &Arc<Children>) -> Result<Self, NoWorker> {
        let mut process = Process::start(command, limits, children).map_err(NoWorker::Start)?;
        let mut patience = Patience::new(limits.hello);
        let wait = || within(children, &mut patience, Late::Hello(limits.hello));
        let line = process.pipes.line(wait).map_err(Fault::from).and_then(text);
        match line.and_then(|line| parse(&line, "hello").map_err(|fault| (stranger(&line), fault).into())) {
            Ok(hello) => Ok(Self { process, hello }),
            Err(Fault::Stranger(protocol)) => Err(NoWorker::Stranger(protocol)),
            Err(fault) => Err(NoWorker::Died(end(&mut process, fault))),
        }
    }

    /// Have a request answered within the limits and in the time that fits it; the worker is handed back with the reply, and is lost with a death.
    pub(super) fn ask(
        mut self,
        request: &Request,
        limits: &Limits,
        answer: Duration,
        children: &Children,
    ) -> Result<(Self, Reply), Death> {
        match self.exchange(request, limits, answer, children) {
            Ok(reply) => Ok((self, reply)),
            Err(fault) => Err(end(&mut self.process, fault)),
        }
    }

    /// Be one of these from now on; whether it was not killed with those that it belonged to.
    pub(super) fn belong_to(&mut self, children: &Arc<Children>) -> bool {
        self.process.belong_to(children)
    }

    /// Tell it that nothing more is asked.
    pub(super) fn close_input(&mut self) {
        self.process.pipes.close_input();
    }

    /// Its process.
    pub(super) fn id(&self) -> u32 {
        self.process.id
    }

    fn exchange(
        &mut self,
        request: &Request,
        limits: &Limits,
        limit: Duration,
        children: &Children,
    ) -> Result<Reply, Fault> {
        let mut line = serde_json::to_string(request).expect("a request has only text keys and finite numbers");
        line.push('\n');
        let pipes = &mut self.process.pipes;
        let mut taking = Patience::new(limits.silence);
        pipes.write(line.as_bytes(), || within(children, &mut taking, Late::Request(limits.silence)))?;
        let mut answering = Patience::new(limit);
        loop {
            let mut hearing = Patience::new(limits.silence);
            let line = pipes.line(|| {
                let answer = within(children, &mut answering, Late::Answer(limit))?;
                Ok(answer.min(within(children, &mut hearing, Late::Sign(limits.silence))?))
            })?;
            let reply: Reply = parse(&text(line)?, "reply")?;
            if reply.number() != request.number {
                let (said, asked) = (reply.number(), request.number);
                return Err(Fault::Garbage(format!("answered request {said} instead of {asked}")));
            }
            match reply {
                Reply::Alive { .. } => {}
                Reply::Done { .. } | Reply::Failed { .. } => return Ok(reply),
            }
        }
    }
}

/// Why a worker is not listened to any longer.
enum Fault {
    /// Its output ended, or the run did.
    Silence,
    /// It said something that it must not say; a phrase that follows `the worker`.
    Garbage(String),
    /// A limit has passed.
    Late(Late),
    /// It speaks a protocol of that version.
    Stranger(u32),
}

/// What a worker did not do in time.
enum Late {
    /// Nothing: the run ended.
    Over,
    /// Say hello.
    Hello(Duration),
    /// Read its request.
    Request(Duration),
    /// Say that it lives.
    Sign(Duration),
    /// Answer.
    Answer(Duration),
}

/// How long may be waited now, under one limit.
fn within(children: &Children, patience: &mut Patience, late: Late) -> Result<Duration, Late> {
    if children.is_over() {
        return Err(Late::Over);
    }
    patience.left().map(|left| left.min(Patience::SLICE)).ok_or(late)
}

impl From<Obstacle<Late>> for Fault {
    fn from(obstacle: Obstacle<Late>) -> Self {
        match obstacle {
            // A broken pipe is a dead worker: what its output and status say is better than the pipe's error.
            Obstacle::Closed | Obstacle::Late(Late::Over) => Self::Silence,
            Obstacle::TooLong(bytes) => Self::Garbage(format!("said a line of more than {bytes} bytes")),
            Obstacle::Late(late) => Self::Late(late),
        }
    }
}

impl From<(Option<u32>, Fault)> for Fault {
    fn from((stranger, fault): (Option<u32>, Fault)) -> Self {
        stranger.map_or(fault, Self::Stranger)
    }
}

fn text(line: Vec<u8>) -> Result<String, Fault> {
    String::from_utf8(line).map_err(|_| Fault::Garbage("said something that is no text".to_owned()))
}

fn parse<T: serde::de::DeserializeOwned>(line: &str, what: &str) -> Result<T, Fault> {
    serde_json::from_str(line)
        .map_err(|error| Fault::Garbage(format!("said `{}`, which is no {what} ({error})", start(line))))
}

/// The start of a line, for messages.
fn start(line: &str) -> String {
    let start: String = line.chars().take(80).collect();
    start.trim_end().to_owned()
}

/// The version of the protocol in a hello that this one cannot read otherwise.
fn stranger(line: &str) -> Option<u32> {
    let said: serde_json::Value = serde_json::from_str(line).ok()?;
    u32::try_from(said.get("protocol")?.as_u64()?).ok().filter(|protocol| *protocol != PROTOCOL)
}

/// See a process end, by force if need be, and say how it did.
fn end(process: &mut Process, fault: Fault) -> Death {
    let how = match fault {
        Fault::Silence => match process.ending() {
            Some(status) => describe(status),
            None => "stopped answering without ending, and was killed".to_owned(),
        },
        Fault::Garbage(how) => how,
        Fault::Late(late) => belated(&late, process),
        Fault::Stranger(protocol) => format!("speaks protocol {protocol}"),
    };
    Death { how, stderr_end: process.stderr_end() }
}

/// What was not done in time, by whom, and what to do.
fn belated(late: &Late, process: &Process) -> String {
    let (what, limit) = match late {
        Late::Over => ("was not needed any more".to_owned(), Duration::ZERO),
        Late::Hello(limit) => ("said no hello".to_owned(), *limit),
        Late::Request(limit) => ("did not read its request".to_owned(), *limit),
        Late::Sign(limit) => (format!("did not say that it lives, as it should every {ALIVE_EVERY:?},"), *limit),
        Late::Answer(limit) => ("lives and has no answer".to_owned(), *limit),
    };
    let half = match process.pipes.half_line() {
        [] => String::new(),
        half => format!("; it began to say `{}`", start(&String::from_utf8_lossy(&half[..half.len().min(320)]))),
    };
    format!(
        "{what} after {limit:?}, and was killed (process {id}){half}; if this machine is so slow, set RENAS_PATIENCE to 10: \
         it is given ten times as long",
        id = process.id
    )
}

fn describe(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(127), _) => {
            "exited with status 127: its program, or a library that it needs, is not there (`make setup` brings libtorch)"
                .to_owned()
        }
        (Some(code), _) => match signal_name(code - 128) {
            Some(name) => format!("exited with status {code} (in a shell: killed by signal {}, {name})", code - 128),
            None => format!("exited with status {code}"),
        },
        (None, Some(signal)) => match signal_name(signal) {
            Some(name) => format!("was killed by signal {signal} ({name})"),
            None => format!("was killed by signal {signal}"),
        },
        (None, None) => "ended".to_owned(),
    }
}

/// Names of the signals that end programs, with what usually sends them.
fn signal_name(signal: i32) -> Option<&'static str> {
    [
        (2, "SIGINT"),
        (4, "SIGILL: the processor lacks an instruction"),
        (6, "SIGABRT: it gave up by itself"),
        (7, "SIGBUS"),
        (8, "SIGFPE"),
        (9, "SIGKILL: by hand, or by the kernel when memory ran out"),
        (11, "SIGSEGV"),
        (15, "SIGTERM"),
    ]
    .into_iter()
    .find_map(|(number, name)| (number == signal).then_some(name))
}
