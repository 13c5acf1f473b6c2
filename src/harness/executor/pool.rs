//! `Pool`: as many worker processes as jobs, started when first needed, replaced when they die.
//!
//! A task that times a network has the pool to itself, and its crew: it waits until no worker is busy, and while it waits or
//! runs, none begins anything else. The same holds for all pools of all processes on this machine (`machine`).

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant};

use super::crew::{Call, Crew, Place};
use super::execute::{ATTEMPTS, Answer, Execute, ExecuteError, Job};
use super::limits::Limits;
use super::machine::{Machine, Turn, Watch};
use super::process::{Children, shortage};
use super::worker::{Death, NoWorker, Worker};
use crate::event::{Event, Observer};
use crate::store::{Observation, WorkerIdentity};
use renas_base::digest::Digest;
use renas_base::parallel::lock;
use renas_data::registry::Registry;
use renas_task::protocol::{Hello, PROTOCOL, Reply, Request};

/// How often locks of this machine that others hold are tried again, and after how long the user is told.
const POLL: Duration = Duration::from_millis(5);
const PATIENCE: Duration = Duration::from_secs(2);

/// What workers a pool has.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What starts each worker: a command that is given the worker's program and arguments as its last arguments, and passes its own
    /// standard input and output on (`srun`, `ssh host`). Empty where workers are started here.
    pub launcher: Vec<OsString>,
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

/// A pool of worker processes; they end with the last pool of its crew.
pub struct Pool {
    settings: Settings,
    /// How its workers are started.
    call: Call,
    crew: Arc<Crew>,
    /// Its place in the order of the pools of its crew.
    rank: usize,
    next_number: AtomicU64,
    machine: Machine,
    shared: Arc<Shared>,
}

#[derive(Default)]
pub(super) struct Shared {
    /// Of the first worker that said hello.
    fingerprint: Mutex<Option<Digest>>,
    pub(super) children: Arc<Children>,
    cancelled: AtomicBool,
}

impl Shared {
    /// A handle that cancels the run.
    pub(super) fn canceller(self: &Arc<Self>, crew: &Arc<Crew>) -> Canceller {
        Canceller { shared: Arc::clone(self), crew: Arc::downgrade(crew) }
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::SeqCst)
    }
}

/// Cancels the run of a pool, from any thread (a handler of Ctrl-C, say).
#[derive(Clone)]
pub struct Canceller {
    shared: Arc<Shared>,
    /// It may outlive the pool, and must not keep idle workers alive.
    crew: Weak<Crew>,
}

impl Canceller {
    /// Start nothing new, and kill all workers: unfinished trials are abandoned, finished ones are kept.
    pub fn cancel(&self) {
        self.shared.cancelled.store(true, Ordering::SeqCst);
        self.shared.children.kill();
        if let Some(crew) = self.crew.upgrade() {
            crew.wake();
        }
    }
}

impl Pool {
    /// A pool without workers yet.
    pub fn new(settings: Settings) -> Self {
        let crew = Crew::new(settings.jobs);
        Self::of_crew(settings, &crew, 0)
    }

    /// A pool that shares the places and the idle workers of a crew, which serves lower ranks first.
    pub fn of_crew(settings: Settings, crew: &Arc<Crew>, rank: usize) -> Self {
        let mut words = settings.launcher.iter().cloned().chain([settings.program.clone().into_os_string()]);
        let first = words.next().expect("at least the worker's program");
        let call = (PathBuf::from(first), words.chain(settings.arguments.iter().cloned()).collect());
        let (next_number, machine) = (AtomicU64::new(1), Machine::here());
        Self { settings, call, crew: Arc::clone(crew), rank, next_number, machine, shared: Arc::default() }
    }

    /// A handle that cancels the run.
    pub fn canceller(&self) -> Canceller {
        self.shared.canceller(&self.crew)
    }

    fn start_worker(&self) -> Result<Worker, Trouble> {
        let (program, arguments) = &self.call;
        let mut command = Command::new(program);
        // What it says last is told to the user: the reason must not drown in a stack.
        command.args(arguments).env("RUST_BACKTRACE", "0");
        let started = Worker::start(&mut command, &self.settings.limits, &self.shared.children);
        if self.is_cancelled() {
            // Also where the worker came up after everybody was killed: dropping it ends it.
            return Err(ExecuteError::Cancelled.into());
        }
        let worker = started.map_err(|trouble| match trouble {
            NoWorker::Start(why) => {
                let usual = match self.settings.launcher.is_empty() {
                    true => "build it with `cargo build --release`, or name it with $RENAS_WORKER",
                    false => "it is what --launch names: is it installed here?",
                };
                let remedy = shortage(&why).unwrap_or(usual);
                Trouble::Error(ExecuteError::Start { program: program.clone(), why, remedy })
            }
            NoWorker::Died(death) => Trouble::Death(death),
            NoWorker::Stranger(protocol) => {
                let (asked, said) = (PROTOCOL.to_string(), protocol.to_string());
                other_worker(&self.settings.program, "protocol", &asked, &said).into()
            }
        })?;
        self.admit(&worker)?;
        Ok(worker)
    }

    /// An error where a worker is not one of those that were asked for, or of another numeric class than the first one.
    fn admit(&self, worker: &Worker) -> Result<(), ExecuteError> {
        check_hello(&self.settings.program, &self.settings.identity, &worker.hello)?;
        let second = worker.hello.fingerprint;
        let first = *lock(&self.shared.fingerprint).get_or_insert(second);
        if first != second {
            return Err(ExecuteError::TwoClasses { first, second });
        }
        Ok(())
    }

    /// One attempt at a job; the worker stays in the slot if it lives.
    fn attempt(&self, slot: &mut Slot, job: Job) -> Result<Answer, Trouble> {
        let worker = match slot.worker.take() {
            Some(worker) => worker,
            None => self.start_worker()?,
        };
        let number = self.next_number.fetch_add(1, Ordering::Relaxed);
        let request = Request { number, task: job.task.clone(), objects: job.objects.clone(), out: job.out.to_owned() };
        // What else runs on another machine cannot be seen from here.
        let is_watched = slot.is_alone && self.settings.launcher.is_empty();
        let watch = is_watched.then(|| Watch::begin(worker.id()));
        let Settings { limits, data, .. } = &self.settings;
        let (worker, reply) = worker
            .ask(&request, limits, limits.of(&request.task, data), &self.shared.children)
            .map_err(Trouble::Death)?;
        let worker = slot.worker.insert(worker);
        let surroundings = watch.map(|watch| watch.end(slot.turn.is_some()));
        match reply {
            Reply::Done { outcome, cpu_seconds, .. } => {
                let (fingerprint, worker) = (worker.hello.fingerprint, worker.hello.worker.clone());
                Ok(Answer {
                    outcome,
                    observation: Observation { cpu_seconds, fingerprint, worker, surroundings, said: None },
                })
            }
            Reply::Alive { .. } => unreachable!("a worker that lives is waited for"),
            Reply::Failed { message, .. } => {
                Err(Trouble::Error(ExecuteError::Failed { trial: job.trial.to_owned(), message }))
            }
        }
    }

    /// The right to one of the crew's places, or to all of them; waits for it.
    fn slot(&self, is_alone: bool) -> Result<Slot<'_>, ExecuteError> {
        let is_cancelled = || self.is_cancelled();
        let place = match is_alone {
            true => self.crew.alone(is_cancelled),
            false => self.crew.place(self.rank, is_cancelled),
        };
        let place = place.ok_or(ExecuteError::Cancelled)?;
        let worker = self.crew.hire(&self.call, &self.shared.children);
        worker.iter().try_for_each(|worker| self.admit(worker))?;
        Ok(Slot { pool: self, worker, is_alone, turn: None, _place: place })
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
        let mut slot = self.slot(is_alone)?;
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
        self.shared.is_cancelled()
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        // None of its own is left but where a thread was lost.
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

/// A place with a worker, given back when dropped.
struct Slot<'a> {
    pool: &'a Pool,
    worker: Option<Worker>,
    /// It is the only one that is taken.
    is_alone: bool,
    /// The right to compute on this machine.
    turn: Option<Turn>,
    _place: Place,
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        self.turn = None;
        if let Some(worker) = self.worker.take() {
            self.pool.crew.dismiss(self.pool.call.clone(), worker);
        }
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
