//! A stand-in for `renas-worker` that speaks its protocol and trains nothing. Its first argument says how it misbehaves
//! (`killed:2`: at the first two requests that any of them gets; `well` does not), its second is a folder that remembers over
//! restarts. What it does not know is an error: a misspelt one would be a worker that is well.
//!
//! What it answers depends on the task alone. It is an example of the package, since tests find those and nobody installs
//! them.

use std::fs::OpenOptions;
use std::io::{self, Seek as _, Write as _};
use std::path::PathBuf;
use std::process::{Command, exit};
use std::thread::sleep;
use std::time::Duration;

use renas::base::digest::Digest;
use renas::task::outcome::Outcome;
use renas::task::protocol::{Hello, PROTOCOL, Reply, Request};
use renas::task::recipe::Stop;
use renas::task::{Probe, Task, names};
use rustix::process::{Signal, getpid, kill_process};

/// Longer than any test waits.
const FOREVER: Duration = Duration::from_secs(60);
const MOMENT: Duration = Duration::from_millis(5);

/// What it does at every start or request.
const ALWAYS: [&str; 12] = [
    "well",
    "works",
    "fails",
    "diary",
    "hangs",
    "lies",
    "older",
    "classes",
    "protocol-1",
    "protocol-3",
    "mute",
    "clings",
];

/// What it does at so many starts or requests, and then no more.
const SO_OFTEN: [&str; 19] = [
    "no-hello",
    "never-reads",
    "killed",
    "exits",
    "garbage",
    "cut",
    "leaves-a-child",
    "stopped",
    "silent",
    "half",
    "drips",
    "endless",
    "lives",
    "floods",
    "clings",
    "wrong-number",
    "misfits-accuracy",
    "misfits-missing",
    "misfits-seconds",
];

/// How it misbehaves.
struct Behaviour {
    name: String,
    /// At how many starts, or requests; absent for one that misbehaves always or never.
    times: Option<u64>,
    memory: PathBuf,
}

impl Behaviour {
    /// Nothing where the name is not known, or is not one for which a number is given.
    fn read(behaviour: &str, memory: PathBuf) -> Option<Self> {
        let (name, times) = match behaviour.split_once(':') {
            Some((name, times)) => (name, Some(times.parse().ok()?)),
            None => (behaviour, None),
        };
        let known = if times.is_some() { &SO_OFTEN[..] } else { &ALWAYS };
        known.contains(&name).then(|| Self { name: name.to_owned(), times, memory })
    }

    fn is(&self, name: &str) -> bool {
        self.name == name
    }

    /// Whether it misbehaves like that after so many starts or requests.
    fn does(&self, name: &str, before: u64) -> bool {
        self.is(name) && self.times.is_some_and(|times| before < times)
    }

    /// Append to a file that all workers share, in one write, and give the length that it had before.
    fn append(&self, file: &str, text: &str) -> u64 {
        let mut log = OpenOptions::new().append(true).create(true).open(self.memory.join(file)).expect("a shared file");
        log.write_all(text.as_bytes()).expect("a shared file");
        log.stream_position().expect("a shared file") - text.len() as u64
    }

    /// Count something, and give how often it was counted before.
    fn count(&self, what: &str) -> u64 {
        self.append(what, ".")
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let behaviour = arguments.next().expect("how it misbehaves");
    let memory = arguments.next().expect("a folder that remembers").into();
    let Some(worker) = Behaviour::read(&behaviour, memory) else {
        eprintln!("the fake worker knows no misbehaviour `{behaviour}`: {ALWAYS:?}, and with a number {SO_OFTEN:?}");
        exit(2);
    };
    worker.append(&format!("pid-{}", std::process::id()), "");
    let start = worker.count("starts");
    if worker.is("mute") {
        eprintln!("libtorch_cpu.so: cannot open shared object file");
        exit(127);
    }
    if worker.does("no-hello", start) {
        sleep(FOREVER);
    }
    greet(&worker, start);
    if worker.does("never-reads", start) {
        sleep(FOREVER);
    }
    while let Some(line) = next_line() {
        serve(&worker, &serde_json::from_str(&line).expect("a request"));
    }
    if worker.is("clings") {
        sleep(FOREVER);
    }
}

/// The next line of the input; nothing at its end.
fn next_line() -> Option<String> {
    let mut line = String::new();
    (io::stdin().read_line(&mut line).expect("text") > 0).then_some(line)
}

fn put(bytes: &[u8]) {
    let mut out = io::stdout().lock();
    // A coordinator that went away reads no more.
    if out.write_all(bytes).and_then(|()| out.flush()).is_err() {
        exit(1);
    }
}

fn say(message: &impl serde::Serialize) {
    put((serde_json::to_string(message).expect("JSON") + "\n").as_bytes());
}

fn greet(worker: &Behaviour, start: u64) {
    let fingerprint = if worker.is("classes") { start.to_string() } else { "one".to_owned() };
    let hello = Hello {
        protocol: PROTOCOL,
        worker: "0.0.0".to_owned(),
        libtorch: if worker.is("older") { "2.10.0" } else { "2.11.0" }.to_owned(),
        numerics: "portable".to_owned(),
        device: "cpu".to_owned(),
        fingerprint: Digest::of(fingerprint.as_bytes()),
        details: Default::default(),
    };
    let mut hello = serde_json::to_value(hello).expect("JSON");
    let said = hello.as_object_mut().expect("a hello");
    match worker.name.as_str() {
        // The first protocol did not say which it was.
        "protocol-1" => drop(said.remove("protocol")),
        "protocol-3" => {
            said.insert("protocol".to_owned(), 3.into());
            said.insert("mood".to_owned(), "fine".into());
        }
        _ => {}
    }
    say(&hello);
}

fn serve(worker: &Behaviour, request: &Request) {
    let number = request.number;
    let asked = worker.count("asked");
    if worker.times.is_some_and(|times| asked < times) {
        misbehave(worker, request);
    }
    match worker.name.as_str() {
        "works" => {
            for _ in 0..40 {
                say(&Reply::Alive { number });
                sleep(4 * MOMENT);
            }
        }
        "fails" => return say(&Reply::Failed { number, message: "no such layer".to_owned() }),
        "diary" => {
            let task = format!(
                "{} {}-{number}
",
                request.task.kind().name(),
                std::process::id()
            );
            worker.append("diary", &format!("begin {task}"));
            sleep(2 * MOMENT);
            worker.append("diary", &format!("end {task}"));
        }
        "hangs" => {
            worker.count("hanging");
            // No more comes: this returns when the input ends.
            next_line();
            exit(0);
        }
        _ => {}
    }
    let misfits = |how: &str| worker.does(&format!("misfits-{how}"), asked);
    let mut outcome = answer(request);
    if worker.is("lies") {
        outcome.tensors.insert("weights".to_owned(), Digest::of(b"other bytes"));
    }
    if misfits("accuracy") {
        outcome.scalars.insert("test.accuracy".to_owned(), 17.0);
    }
    if misfits("missing") {
        outcome.scalars.remove("test.loss").expect("a loss");
    }
    let number = if worker.does("wrong-number", asked) { number + 1 } else { number };
    say(&Reply::Done { number, outcome, cpu_seconds: if misfits("seconds") { -1.0 } else { 0.25 } });
}

/// What it does in the place of an answer, where it does: it dies, hangs or babbles.
fn misbehave(worker: &Behaviour, request: &Request) {
    let alive = Reply::Alive { number: request.number };
    match worker.name.as_str() {
        "killed" => {
            eprintln!("about to use a lot of memory");
            std::fs::write(request.out.join("weights.safetensors"), "half of the wei").expect("written");
            kill_process(getpid(), Signal::KILL).expect("killed");
        }
        "exits" => {
            eprintln!("first line\nterminate called: out of cheese");
            exit(3);
        }
        "garbage" => {
            put(b"Segmentation fault, perhaps?\n");
            sleep(FOREVER);
        }
        "cut" => {
            put(br#"{"reply":"do"#);
            exit(0);
        }
        "leaves-a-child" => {
            Command::new("sleep").arg("1000").spawn().expect("a child");
            exit(3);
        }
        "stopped" => kill_process(getpid(), Signal::STOP).expect("stopped"),
        "silent" => sleep(FOREVER),
        "half" => {
            put(br#"{"reply":"do"#);
            sleep(FOREVER);
        }
        "drips" => loop {
            put(b"x");
            sleep(MOMENT);
        },
        "endless" => loop {
            put(&[b'x'; 1 << 20]);
        },
        "lives" => loop {
            say(&alive);
            sleep(MOMENT);
        },
        "floods" => loop {
            say(&alive);
        },
        "clings" => {
            worker.count("hanging");
            sleep(FOREVER);
        }
        _ => {}
    }
}

/// The answer to a task, the tensors of which it writes.
fn answer(request: &Request) -> Outcome {
    let mut outcome = Outcome::default();
    let curve = |name: &str, value: f64, length: usize| (name.to_owned(), vec![value; length]);
    match &request.task {
        Task::Time(time) => {
            outcome.curves.extend([curve(names::STEP_SECONDS, 0.25, time.steps)]);
            outcome.scalars.insert(names::SECONDS_PER_STEP.to_owned(), 0.25);
        }
        Task::Latency(latency) => outcome.curves.extend([curve(names::PASS_SECONDS, 0.25, latency.networks.len())]),
        Task::Train(train) => {
            let identity = Digest::of_value(&request.task).expect("JSON");
            let weights = identity.bytes().repeat(8);
            std::fs::write(request.out.join("weights.safetensors"), &weights).expect("written");
            outcome.tensors.insert("weights".to_owned(), Digest::of(&weights));
            let Stop::Epochs(epochs) = train.stop else { panic!("tests train for epochs") };
            outcome.curves.extend([curve(names::TRAIN_LOSS, 2.0, epochs)]);
            let draw = identity.bytes()[..6].iter().fold(0.0, |sum, byte| sum * 256.0 + f64::from(*byte));
            for probe in &train.probes {
                let Probe::Score { split } = probe else { panic!("tests ask for scores") };
                outcome.scalars.insert(names::accuracy(*split), draw / (1_u64 << 48) as f64);
                outcome.scalars.insert(names::loss(*split), 1.5);
            }
        }
        other => panic!("tests ask for no {other:?}"),
    }
    outcome
}
