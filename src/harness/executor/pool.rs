//! `Pool`: as many worker processes as jobs, started when first needed, replaced when they die.
//!
//! A task that times a network has the pool to itself: it waits until no worker is busy, and while it waits or runs, none
//! begins anything else. The same holds for all pools of all processes on this machine (`machine`).

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::execute::{ATTEMPTS, Answer, Execute, ExecuteError, Job};
use super::limits::Limits;
use super::machine::{Machine, Turn, Watch};
use super::process::{Children, lock, shortage};
use super::worker::{Death, NoWorker, Worker};
use crate::event::{Event, Observer};
use crate::store::{Observation, WorkerIdentity};
use renas_base::digest::Digest;
use renas_data::registry::Registry;
use renas_task::protocol::{Hello, PROTOCOL, Reply, Request};

/// How often locks of this machine that others hold are tried again, and after how long the user is told.
const POLL: Duration = Duration::from_millis(5);
const PATIENCE: Duration = Duration::from_secs(2);

/// What workers a pool has.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The worker's program.
    pub program: PathBuf,
    /// Its arguments, all of them: numerics, device, folders of data.
    pub arguments: Vec<OsString>,
    /// What each must say of itself in its hello.
    pub identity: WorkerIdentity,
    /// How many there are; at least 1.
    pub jobs: usize,
    /// How long they are waited for.
    pub limits: Limits,
    /// The known data sets: what a task may take depends on their sizes.
    pub data: Arc<Registry>,
}

/// A pool of worker processes; dropping it ends them.
pub struct Pool {
    settings: Settings,
    next_number: AtomicU64,
    machine: Machine,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    children: Arc<Children>,
    cancelled: AtomicBool,
}

#[derive(Default)]
struct State {
    idle: Vec<Worker>,
    /// Workers that are idle, busy or being started.
    slots: usize,
    /// Tasks that wait to run alone; while there are any, no other task begins.
    waiting_alone: usize,
    /// A task runs alone.
    is_reserved: bool,
    /// Of the first worker that said hello.
    fingerprint: Option<Digest>,
}

impl State {
    /// Workers that do something or are being started.
    fn busy(&self) -> usize {
        self.slots - self.idle.len()
    }
}

/// Cancels the run of a pool, from any thread (a handler of Ctrl-C, say).
#[derive(Clone)]
pub struct Canceller {
    shared: Arc<Shared>,
}

impl Canceller {
    /// Start nothing new, and kill all workers: unfinished trials are abandoned, finished ones are kept.
    pub fn cancel(&self) {
        self.shared.cancelled.store(true, Ordering::SeqCst);
        self.shared.children.kill();
        // The lock makes sure that nobody is between looking at the flag and falling asleep.
        drop(lock(&self.shared.state));
        self.shared.changed.notify_all();
    }
}

impl Pool {
    /// A pool without workers yet.
    pub fn new(settings: Settings) -> Self {
        Self { settings, next_number: AtomicU64::new(1), machine: Machine::here(), shared: Arc::default() }
    }

    /// A handle that cancels the run.
    pub fn canceller(&self) -> Canceller {
        Canceller { shared: Arc::clone(&self.shared) }
    }

    fn start_worker(&self) -> Result<Worker, Trouble> {
        let mut command = Command::new(&self.settings.program);
        // What it says last is told to the user: the reason must not drown in a stack.
        command.args(&self.settings.arguments).env("RUST_BACKTRACE", "0");
        let started = Worker::start(&mut command, &self.settings.limits, &self.shared.children);
        if self.is_cancelled() {
            // Also where the worker came up after everybody was killed: dropping it ends it.
            return Err(ExecuteError::Cancelled.into());
        }
        let worker = started.map_err(|trouble| match trouble {
            NoWorker::Start(why) => {
                let remedy =
                    shortage(&why).unwrap_or("build it with `cargo build --release`, or name it with $RENAS_WORKER");
                Trouble::Error(ExecuteError::Start { program: self.settings.program.clone(), why, remedy })
            }
            NoWorker::Died(death) => Trouble::Death(death),
            NoWorker::Stranger(protocol) => {
                let (asked, said) = (PROTOCOL.to_string(), protocol.to_string());
                other_worker(&self.settings.program, "protocol", &asked, &said).into()
            }
        })?;
        check_hello(&self.settings.program, &self.settings.identity, &worker.hello)?;
        let first = *lock(&self.shared.state).fingerprint.get_or_insert(worker.hello.fingerprint);
        if first != worker.hello.fingerprint {
            return Err(ExecuteError::TwoClasses { first, second: worker.hello.fingerprint }.into());
        }
        Ok(worker)
    }

    /// One attempt at a job; the worker stays in the slot if it lives.
    fn attempt(&self, slot: &mut Slot, job: Job) -> Result<Answer, Trouble> {
        let worker = match slot.worker.take() {
            Some(worker) => worker,
            None => self.start_worker()?,
        };
        let number = self.next_number.fetch_add(1, Ordering::Relaxed);
        let request = Request { number, task: job.task.clone(), objects: job.objects.clone(), out: job.out.to_owned() };
        let watch = slot.is_alone.then(|| Watch::begin(worker.id()));
        let Settings { limits, data, .. } = &self.settings;
        let (worker, reply) = worker
            .ask(&request, limits, limits.of(&request.task, data), &self.shared.children)
            .map_err(Trouble::Death)?;
        let worker = slot.worker.insert(worker);
        let surroundings = watch.map(|watch| watch.end(slot.turn.is_some()));
        match reply {
            Reply::Done { outcome, cpu_seconds, .. } => {
                let (fingerprint, worker) = (worker.hello.fingerprint, worker.hello.worker.clone());
                Ok(Answer { outcome, observation: Observation { cpu_seconds, fingerprint, worker, surroundings } })
            }
            Reply::Alive { .. } => unreachable!("a worker that lives is waited for"),
            Reply::Failed { message, .. } => {
                Err(Trouble::Error(ExecuteError::Failed { trial: job.trial.to_owned(), message }))
            }
        }
    }

    /// The right to one of the pool's workers; waits until there is one.
    fn slot(&self) -> Result<Slot<'_>, ExecuteError> {
        let mut state = lock(&self.shared.state);
        loop {
            if self.is_cancelled() {
                return Err(ExecuteError::Cancelled);
            }
            let is_free = !state.is_reserved && state.waiting_alone == 0;
            if is_free && state.busy() < self.settings.jobs.max(1) {
                return Ok(self.occupy(&mut state));
            }
            state = self.shared.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The right to the whole pool; waits until nobody is busy, and lets nobody else begin meanwhile.
    fn slot_alone(&self) -> Result<Slot<'_>, ExecuteError> {
        let mut state = lock(&self.shared.state);
        state.waiting_alone += 1;
        while !self.is_cancelled() && (state.is_reserved || state.busy() > 0) {
            state = self.shared.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.waiting_alone -= 1;
        if self.is_cancelled() {
            return Err(ExecuteError::Cancelled);
        }
        state.is_reserved = true;
        let mut slot = self.occupy(&mut state);
        slot.is_alone = true;
        Ok(slot)
    }

    fn occupy(&self, state: &mut State) -> Slot<'_> {
        let worker = state.idle.pop();
        if worker.is_none() {
            state.slots += 1;
        }
        Slot { shared: &self.shared, worker, is_alone: false, turn: None }
    }

    /// The right to compute on this machine, alone or beside others; waits while others hold it. Nothing where the machine
    /// has no place for its locks: then what is timed is recorded as not exclusive.
    fn turn(&self, is_alone: bool, trial: &str, observer: &dyn Observer) -> Result<Option<Turn>, ExecuteError> {
        let started = Instant::now();
        let (mut gate, mut is_told) = (None, false);
        loop {
            if self.is_cancelled() {
                return Err(ExecuteError::Cancelled);
            }
            let tried = match (is_alone, gate.take()) {
                (false, _) => self.machine.try_beside(),
                (true, None) => self.machine.try_gate().map(|passed| {
                    gate = passed;
                    None
                }),
                (true, Some(held)) => {
                    self.machine.try_alone(held).map(|tried| tried.map_err(|held| gate = Some(held)).ok())
                }
            };
            match tried {
                Ok(Some(turn)) => return Ok(Some(turn)),
                Err(_) => return Ok(None),
                Ok(None) => {}
            }
            if started.elapsed() >= PATIENCE && !std::mem::replace(&mut is_told, true) {
                observer.event(&Event::MachineBusy { trial: trial.to_owned() });
            }
            // Right after the gate was passed, nobody may be there.
            if gate.is_none() || started.elapsed() >= POLL {
                std::thread::sleep(POLL);
            }
        }
    }
}

impl Execute for Pool {
    fn jobs(&self) -> usize {
        self.settings.jobs.max(1)
    }

    fn identity(&self) -> &WorkerIdentity {
        &self.settings.identity
    }

    fn execute(&self, job: Job, observer: &dyn Observer) -> Result<Answer, ExecuteError> {
        let is_alone = job.task.kind().is_observation();
        let mut slot = if is_alone { self.slot_alone()? } else { self.slot()? };
        slot.turn = self.turn(is_alone, job.trial, observer)?;
        for attempt in 1.. {
            let death = match self.attempt(&mut slot, job) {
                Ok(answer) => return Ok(answer),
                // Whatever goes wrong after a cancellation is its consequence.
                Err(_) if self.is_cancelled() => return Err(ExecuteError::Cancelled),
                Err(Trouble::Error(error)) => return Err(error),
                Err(Trouble::Death(death)) => death,
            };
            let Death { how, stderr_end } = death;
            let trial = job.trial.to_owned();
            observer.event(&Event::WorkerDied {
                trial: trial.clone(),
                attempt,
                attempts: ATTEMPTS,
                how: how.clone(),
                stderr_end: stderr_end.clone(),
            });
            if attempt == ATTEMPTS {
                return Err(ExecuteError::Died { trial, how, stderr_end });
            }
            empty(job.out)?;
        }
        unreachable!("the last attempt returns")
    }

    fn is_cancelled(&self) -> bool {
        self.shared.cancelled.load(Ordering::SeqCst)
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        // A canceller may outlive the pool, and must not keep its workers alive.
        let idle = std::mem::take(&mut lock(&self.shared.state).idle);
        drop(idle);
        self.shared.children.kill();
    }
}

enum Trouble {
    /// The worker died: another one may do better.
    Death(Death),
    /// Trying again is pointless.
    Error(ExecuteError),
}

impl From<ExecuteError> for Trouble {
    fn from(error: ExecuteError) -> Self {
        Self::Error(error)
    }
}

/// A place in the pool, given back when dropped.
struct Slot<'a> {
    shared: &'a Shared,
    worker: Option<Worker>,
    /// It is the only one that is taken.
    is_alone: bool,
    /// The right to compute on this machine.
    turn: Option<Turn>,
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        self.turn = None;
        let mut state = lock(&self.shared.state);
        match self.worker.take() {
            Some(worker) => state.idle.push(worker),
            None => state.slots -= 1,
        }
        state.is_reserved &= !self.is_alone;
        drop(state);
        // All: those who wait do not wait for the same thing.
        self.shared.changed.notify_all();
    }
}

fn check_hello(program: &Path, asked: &WorkerIdentity, said: &Hello) -> Result<(), ExecuteError> {
    let protocols = (PROTOCOL.to_string(), said.protocol.to_string());
    let parts = [
        ("numerics", &asked.numerics, &said.numerics),
        ("device", &asked.device, &said.device),
        ("libtorch", &asked.libtorch, &said.libtorch),
        ("protocol", &protocols.0, &protocols.1),
    ];
    match parts.into_iter().find(|(_, asked, said)| asked != said) {
        None => Ok(()),
        Some((what, asked, said)) => Err(other_worker(program, what, asked, said)),
    }
}

fn other_worker(program: &Path, what: &'static str, asked: &str, said: &str) -> ExecuteError {
    ExecuteError::OtherWorker { program: program.to_owned(), what, said: said.to_owned(), asked: asked.to_owned() }
}

/// Remove what a dead worker left.
fn empty(folder: &Path) -> Result<(), ExecuteError> {
    let emptied = std::fs::remove_dir_all(folder).and_then(|()| std::fs::create_dir(folder));
    emptied.map_err(|why| ExecuteError::Scratch { path: folder.to_owned(), why })
}
