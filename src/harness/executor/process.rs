//! One process of a worker with all that it started, and all such processes of a pool.
//!
//! Each leads a process group of its own: Ctrl-C on the terminal reaches the coordinator alone, which decides what becomes
//! of workers, and a script that runs the worker as its child ends together with it. What stands for a worker elsewhere
//! (`srun`) is asked before it is killed, since only it can end that one.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process_group};

use super::limits::Limits;
use super::pipes::{Pipes, has_ended};
use renas_base::parallel::lock;

/// Bytes of standard error that are kept, and lines of them that are told.
const KEPT_BYTES: usize = 8 << 10;
const TOLD_LINES: usize = 20;

/// How long a worker that stopped talking may take to end, before it is killed: a core dump takes its time.
const GRACE: Duration = Duration::from_secs(2);

/// How often a process is started that the system has no room for.
pub(super) const STARTS: u32 = 6;

/// All processes that were started and not yet waited for, so that they can be killed from any thread.
#[derive(Debug, Default)]
pub(super) struct Children {
    running: Mutex<Running>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Running {
    /// Process numbers, which are those of their groups too, and how they are ended. None of them was waited for, so none belongs to
    /// another.
    groups: BTreeMap<u32, Signal>,
    /// Nothing is to run any more.
    is_over: bool,
}

impl Children {
    /// Kill them all, and everything that is started later; those that are to be asked first are asked, and their owners kill them.
    pub(super) fn kill(&self) {
        let mut running = lock(&self.running);
        running.is_over = true;
        running.groups.iter().for_each(|(group, signal)| signal_group(*group, *signal));
        self.changed.notify_all();
    }

    /// Whether they were all killed.
    pub(super) fn is_over(&self) -> bool {
        lock(&self.running).is_over
    }

    fn has(&self, group: u32) -> bool {
        lock(&self.running).groups.contains_key(&group)
    }

    /// Sleep, but not beyond the end of it all; whether that has not come.
    fn pause(&self, pause: Duration) -> bool {
        let wait = self.changed.wait_timeout_while(lock(&self.running), pause, |running| !running.is_over);
        !wait.unwrap_or_else(PoisonError::into_inner).0.is_over
    }

    /// One more, which is ended by that signal.
    pub(super) fn add(&self, group: u32, signal: Signal) {
        let mut running = lock(&self.running);
        running.groups.insert(group, signal);
        if running.is_over {
            signal_group(group, signal);
        }
    }

    /// Let one of them go, alive, to be among others; whether they were not all killed.
    fn release(&self, group: u32) -> bool {
        let mut running = lock(&self.running);
        !running.is_over && running.groups.remove(&group).is_some()
    }

    /// Kill one, which may be waited for from now on.
    pub(super) fn remove(&self, group: u32) {
        let mut running = lock(&self.running);
        if running.groups.remove(&group).is_some() {
            signal_group(group, Signal::KILL);
        }
    }
}

pub(super) fn pid(number: u32) -> Option<Pid> {
    i32::try_from(number).ok().and_then(Pid::from_raw)
}

/// Send a signal to all processes of a group whose leader was not waited for.
fn signal_group(group: u32, signal: Signal) {
    if let Some(group) = pid(group) {
        // It fails only where nobody of it is left.
        let _ = kill_process_group(group, signal);
    }
}

/// A running process, killed with its group when dropped.
pub(super) struct Process {
    child: Child,
    /// How long it may take to end by itself before that.
    leave: Duration,
    children: Arc<Children>,
    /// Its process number.
    pub(super) id: u32,
    /// What it is told and says.
    pub(super) pipes: Pipes,
    listener: JoinHandle<()>,
    words: Arc<Mutex<Vec<u8>>>,
}

impl Process {
    /// Start it; tried again after a pause, and twice as much each time, where the system has no room for it now.
    pub(super) fn start(command: &mut Command, limits: &Limits, children: &Arc<Children>) -> io::Result<Self> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
        patiently(limits.pause, |pause| children.pause(pause), || Self::start_once(command, limits.leave, children))
    }

    fn start_once(command: &mut Command, leave: Duration, children: &Arc<Children>) -> io::Result<Self> {
        let mut child = command.spawn()?;
        let id = child.id();
        children.add(id, first_signal(leave));
        let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let words = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&words);
        let pipes = Pipes::new(pid(id), stdin.expect("it was asked for"), stdout.expect("it was asked for"));
        let listener = std::thread::Builder::new().name("stderr".to_owned());
        let stderr = stderr.expect("it was asked for");
        let parts = pipes.and_then(|pipes| Ok((pipes, listener.spawn(move || listen(stderr, &heard))?)));
        match parts {
            Ok((pipes, listener)) => {
                Ok(Self { child, leave, children: Arc::clone(children), id, pipes, listener, words })
            }
            Err(error) => {
                end(&mut child, children);
                Err(error)
            }
        }
    }

    /// Be one of these from now on; whether it was not killed with those that it belonged to.
    pub(super) fn belong_to(&mut self, children: &Arc<Children>) -> bool {
        if Arc::ptr_eq(&self.children, children) {
            return true;
        }
        let is_free = self.children.release(self.id);
        if is_free {
            children.add(self.id, first_signal(self.leave));
            self.children = Arc::clone(children);
        }
        is_free
    }

    /// How it ends by itself, where it does so soon; its input is closed.
    pub(super) fn ending(&mut self) -> Option<ExitStatus> {
        self.pipes.close_input();
        self.ends_within(GRACE.max(self.leave)).then(|| end(&mut self.child, &self.children)).flatten()
    }

    /// Whether it ends within that time.
    fn ends_within(&self, time: Duration) -> bool {
        let deadline = Instant::now() + time;
        while !has_ended(pid(self.id)) {
            if Instant::now() >= deadline {
                return false;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        true
    }

    /// Have it end by itself, where it is given time for that; else by a signal that it can answer.
    fn ask_to_end(&mut self) {
        // The number of one that was waited for may be another's.
        if self.leave.is_zero() || !self.children.has(self.id) {
            return;
        }
        self.pipes.close_input();
        if !self.ends_within(self.leave) {
            signal_group(self.id, Signal::TERM);
            self.ends_within(GRACE);
        }
    }

    /// Kill it with its group, and give the last lines that it wrote to standard error.
    pub(super) fn stderr_end(&mut self) -> String {
        self.ask_to_end();
        end(&mut self.child, &self.children);
        // Somebody else may hold the pipe open: wait a moment for the rest, not for ever.
        let deadline = Instant::now() + GRACE;
        while !self.listener.is_finished() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(1));
        }
        last_lines(&lock(&self.words))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.ask_to_end();
        end(&mut self.child, &self.children);
    }
}

/// What ends a process that is not waited for: what may take its time is asked.
fn first_signal(leave: Duration) -> Signal {
    if leave.is_zero() { Signal::KILL } else { Signal::TERM }
}

/// Kill a process with its group and wait for it; how it ended, which nobody can say of one that is stuck in the kernel.
fn end(child: &mut Child, children: &Children) -> Option<ExitStatus> {
    children.remove(child.id());
    // Where it left its group. It fails only where the process has ended already.
    let _ = child.kill();
    let deadline = Instant::now() + GRACE;
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if Instant::now() < deadline => std::thread::sleep(Duration::from_millis(1)),
            Ok(None) | Err(_) => return None,
        }
    }
}

/// Try something until it succeeds or fails for good: `STARTS` times, with pauses that double, unless one is cut short.
fn patiently<T>(
    mut pause: Duration,
    sleep: impl Fn(Duration) -> bool,
    mut attempt: impl FnMut() -> io::Result<T>,
) -> io::Result<T> {
    for _ in 1..STARTS {
        match attempt() {
            Err(error) if shortage(&error).is_some() && sleep(pause) => pause *= 2,
            other => return other,
        }
    }
    attempt()
}

/// What to do where the system has no room for another process; absent for errors that another attempt does not cure.
pub(super) fn shortage(error: &io::Error) -> Option<&'static str> {
    match Errno::from_io_error(error)? {
        Errno::AGAIN => Some(
            "there are too many processes: end other programs, use fewer `--jobs`, or allow more (`ulimit -u`, or the \
             pids limit of the container)",
        ),
        Errno::NOMEM => Some("memory ran out: end other programs, or use fewer `--jobs`"),
        Errno::MFILE | Errno::NFILE => Some("too many files are open: use fewer `--jobs`, or allow more (`ulimit -n`)"),
        Errno::TXTBSY => Some("another program is writing this file: wait for it to end"),
        _ => None,
    }
}

/// Keep the end of what a worker writes to standard error.
fn listen(mut stderr: ChildStderr, words: &Mutex<Vec<u8>>) {
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = stderr.read(&mut buffer) {
        let mut words = lock(words);
        words.extend_from_slice(&buffer[..count]);
        let excess = words.len().saturating_sub(KEPT_BYTES);
        words.drain(..excess);
    }
}

pub(super) fn last_lines(words: &[u8]) -> String {
    let text = String::from_utf8_lossy(words);
    let lines: Vec<&str> = text.trim().lines().collect();
    lines[lines.len().saturating_sub(TOLD_LINES)..].join("\n")
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    fn full() -> io::Error {
        Errno::AGAIN.into()
    }

    #[test]
    fn a_start_without_room_is_tried_again_with_growing_pauses_and_given_up_in_the_end() {
        let pauses = RefCell::new(Vec::new());
        let sleep = |pause: Duration| {
            pauses.borrow_mut().push(pause.as_millis());
            true
        };
        let second = Duration::from_secs(1);
        let mut failures = 2;
        let room_later = || {
            failures -= 1;
            if failures >= 0 { Err(full()) } else { Ok("started") }
        };
        assert_eq!(patiently(second, sleep, room_later).expect("there is room later"), "started");
        assert_eq!(pauses.take(), [1000, 2000]);
        assert_eq!(patiently(second, sleep, || Err::<(), _>(full())).expect_err("never").raw_os_error(), Some(11));
        assert_eq!(pauses.take(), [1000, 2000, 4000, 8000, 16000]);
        let missing = || Err::<(), _>(Errno::NOENT.into());
        assert!(patiently(second, sleep, missing).is_err() && pauses.take().is_empty(), "it stays missing");
        let mut tried = 0;
        let count = || {
            tried += 1;
            Err::<(), _>(full())
        };
        assert!(patiently(second, |_| false, count).is_err());
        assert_eq!(tried, 1, "a cancelled run tries nothing again");
    }

    #[test]
    fn what_is_started_after_the_end_of_it_all_is_killed_at_once() {
        let children = Arc::new(Children::default());
        children.kill();
        let limits = Limits { pause: Duration::from_millis(1), ..Limits::default() };
        let start = |script: &str| Process::start(Command::new("sh").args(["-c", script]), &limits, &children);
        let mut process = start("sleep 60").expect("there is a shell");
        let status = process.ending().expect("it was killed");
        assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(9));
    }
}
