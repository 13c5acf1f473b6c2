//! One worker process: start it, ask it, and hear its last words when it dies.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use renas_task::protocol::{Hello, Reply, Request};

/// Bytes of standard error that are kept, and lines of them that are told.
const KEPT_BYTES: usize = 8 << 10;
const TOLD_LINES: usize = 20;

/// Longest line that is read from a worker; curves of a million numbers fit.
const LONGEST_LINE: u64 = 64 << 20;

/// How long a worker that stopped talking may take to end, before it is killed: a core dump takes its time.
const GRACE: Duration = Duration::from_secs(2);

/// Lock a mutex whose holder may have panicked: what it guards here is valid at every step.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// All processes that were started and not yet waited for, so that they can be killed from any thread.
#[derive(Debug, Default)]
pub(super) struct Children {
    running: Mutex<BTreeMap<u32, Arc<Mutex<Child>>>>,
}

impl Children {
    /// Kill them all.
    pub(super) fn kill(&self) {
        for child in lock(&self.running).values() {
            // It fails only where the process has ended already.
            let _ = lock(child).kill();
        }
    }
}

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
    pub(super) last_words: String,
}

/// A worker did not come up.
pub(super) enum NoWorker {
    /// The operating system does not start it.
    Start(io::Error),
    /// It died before it said hello.
    Died(Death),
}

impl Worker {
    /// Start a worker and wait for its hello.
    pub(super) fn start(command: &mut Command, children: &Arc<Children>) -> Result<Self, NoWorker> {
        let mut process = Process::start(command, children).map_err(NoWorker::Start)?;
        let hello = process.line().and_then(|line| parse(&line, "hello"));
        match hello {
            Ok(hello) => Ok(Self { process, hello }),
            Err(fault) => Err(NoWorker::Died(process.end(fault))),
        }
    }

    /// Have a request answered; the worker is handed back with the reply, and is lost with a death.
    pub(super) fn ask(mut self, request: &Request) -> Result<(Self, Reply), Death> {
        match self.exchange(request) {
            Ok(reply) => Ok((self, reply)),
            Err(fault) => Err(self.process.end(fault)),
        }
    }

    /// Its process.
    pub(super) fn id(&self) -> u32 {
        self.process.id
    }

    fn exchange(&mut self, request: &Request) -> Result<Reply, Fault> {
        let mut line = serde_json::to_string(request).expect("a request has only text keys and finite numbers");
        line.push('\n');
        let stdin = self.process.stdin.as_mut().expect("it is open until the worker ends");
        // A broken pipe is a dead worker: what its output and status say is better than the pipe's error.
        stdin.write_all(line.as_bytes()).and_then(|()| stdin.flush()).map_err(|_| Fault::Silence)?;
        let line = self.process.line()?;
        let reply: Reply = parse(&line, "reply")?;
        let number = match &reply {
            Reply::Done { number, .. } | Reply::Failed { number, .. } => *number,
        };
        if number != request.number {
            return Err(Fault::Garbage(format!("answered request {number} instead of {}", request.number)));
        }
        Ok(reply)
    }
}

/// Why a worker is not listened to any longer.
enum Fault {
    /// Its output ended.
    Silence,
    /// It said something that it must not say; a phrase that follows `the worker`.
    Garbage(String),
}

fn parse<T: serde::de::DeserializeOwned>(line: &str, what: &str) -> Result<T, Fault> {
    serde_json::from_str(line).map_err(|error| {
        let start: String = line.chars().take(80).collect();
        Fault::Garbage(format!("said `{}`, which is no {what} ({error})", start.trim_end()))
    })
}

struct Process {
    child: Arc<Mutex<Child>>,
    children: Arc<Children>,
    id: u32,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
    listener: JoinHandle<()>,
    words: Arc<Mutex<Vec<u8>>>,
}

impl Process {
    fn start(command: &mut Command, children: &Arc<Children>) -> io::Result<Self> {
        // A group of its own: Ctrl-C on the terminal reaches the coordinator, which decides what becomes of workers.
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
        let mut child = command.spawn()?;
        let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let words = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&words);
        let stderr = stderr.expect("it was asked for");
        let listener = std::thread::spawn(move || listen(stderr, &heard));
        let id = child.id();
        let child = Arc::new(Mutex::new(child));
        lock(&children.running).insert(id, Arc::clone(&child));
        Ok(Self {
            child,
            children: Arc::clone(children),
            id,
            stdin,
            stdout: BufReader::new(stdout.expect("it was asked for")),
            listener,
            words,
        })
    }

    fn line(&mut self) -> Result<String, Fault> {
        let mut line = Vec::new();
        match self.stdout.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line) {
            Ok(_) if line.ends_with(b"\n") => {}
            Ok(count) if count as u64 == LONGEST_LINE => {
                return Err(Fault::Garbage(format!("said a line of more than {LONGEST_LINE} bytes")));
            }
            Ok(_) | Err(_) => return Err(Fault::Silence),
        }
        String::from_utf8(line).map_err(|_| Fault::Garbage("said something that is no text".to_owned()))
    }

    /// See the process end, by force if need be, and say how it did.
    fn end(&mut self, fault: Fault) -> Death {
        let how = match fault {
            Fault::Silence => {
                self.stdin = None;
                match self.wait(GRACE) {
                    Some(status) => describe(status),
                    None => "stopped answering without ending, and was killed".to_owned(),
                }
            }
            Fault::Garbage(how) => how,
        };
        self.kill();
        // Somebody else may hold the pipe open: wait a moment for the last words, not for ever.
        let deadline = Instant::now() + GRACE;
        while !self.listener.is_finished() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(1));
        }
        Death { how, last_words: last_lines(&lock(&self.words)) }
    }

    fn wait(&self, patience: Duration) -> Option<ExitStatus> {
        let deadline = Instant::now() + patience;
        loop {
            if let Ok(Some(status)) = lock(&self.child).try_wait() {
                return Some(status);
            }
            if Instant::now() >= deadline {
                return None;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    fn kill(&mut self) {
        lock(&self.children.running).remove(&self.id);
        let mut child = lock(&self.child);
        // Both fail only where the process has ended already.
        let _ = child.kill();
        let _ = child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
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

fn last_lines(words: &[u8]) -> String {
    let text = String::from_utf8_lossy(words);
    let lines: Vec<&str> = text.trim().lines().collect();
    lines[lines.len().saturating_sub(TOLD_LINES)..].join("\n")
}

fn describe(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(127), _) => {
            "exited with status 127: its program, or a library that it needs, is not there (`make setup` brings libtorch)"
                .to_owned()
        }
        (Some(code), _) => format!("exited with status {code}"),
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
