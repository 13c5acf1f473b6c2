//! `Commands`: commands of any language, each in a folder that holds nothing but the files which a manifest names.
//!
//! A command sees a cleared environment, a request and its files, and is killed with all that it started when it takes too
//! long. What it may do besides is what its user may do: there is no sandbox, which is why nothing runs that nobody trusts.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Resource, Rlimit, Signal, prlimit};

use super::crew::Crew;
use super::execute::{Answer, Execute, ExecuteError, Job};
use super::machine::process_seconds;
use super::pipes::has_ended;
use super::pool::{Canceller, Shared};
use super::process::{Children, last_lines, pid, shortage};
use crate::event::Observer;
use crate::manifest::brought::CommandLimits;
use crate::manifest::model::Manifest;
use crate::store::{Observation, Said, WorkerIdentity};
use renas_base::digest::Digest;
use renas_base::files;
use renas_task::Task;
use renas_task::command::{Command, REQUEST, ROWS};
use renas_task::outcome::Outcome;

/// Bytes that are kept of each of a command's outputs: the last ones.
const KEPT: u64 = 64 << 10;

/// Most bytes of rows that are read.
const MOST_ROWS: u64 = 1 << 30;

/// How often it is looked whether a command has ended, at first and at last.
const POLLS: [Duration; 2] = [Duration::from_millis(1), Duration::from_millis(20)];

/// What runs the commands of one experiment.
pub struct Commands {
    manifest: PathBuf,
    /// Where each file lies.
    files: BTreeMap<Digest, PathBuf>,
    limits: CommandLimits,
    is_trusted: bool,
    crew: Arc<Crew>,
    rank: usize,
    jobs: usize,
    identity: WorkerIdentity,
    shared: Arc<Shared>,
}

impl Commands {
    /// The commands of a manifest, with the places of a crew, which serves lower ranks first; none is run that is not trusted.
    pub fn of_crew(manifest: &Manifest, is_trusted: bool, crew: &Arc<Crew>, (rank, jobs): (usize, usize)) -> Self {
        let brought = manifest.brought.as_ref();
        let files = brought.iter().flat_map(|brought| &brought.files);
        Self {
            manifest: manifest.file.clone(),
            files: files.map(|(path, pin)| (*pin, manifest.folder().join(path))).collect(),
            limits: brought.map(|brought| brought.limits).unwrap_or_default(),
            is_trusted,
            crew: Arc::clone(crew),
            rank,
            jobs,
            identity: WorkerIdentity::none(),
            shared: Arc::default(),
        }
    }

    /// A handle that cancels the run.
    pub fn canceller(&self) -> Canceller {
        self.shared.canceller(&self.crew)
    }

    /// Put the files of a command and its request into its folder.
    fn stage(&self, trial: &str, command: &Command, folder: &Path) -> Result<(), ExecuteError> {
        let failed =
            |path: &Path, why: String| ExecuteError::Stage { trial: trial.to_owned(), path: path.to_owned(), why };
        for (name, pin) in &command.files {
            let from = self.files.get(pin).ok_or_else(|| {
                failed(Path::new(name), format!("{} brings no file of this SHA-256 any more", self.manifest.display()))
            })?;
            let put = || -> io::Result<Digest> {
                let bytes = files::read(from)?;
                let to = folder.join(name);
                fs::create_dir_all(to.parent().unwrap_or(folder))?;
                fs::write(&to, &bytes)?;
                fs::set_permissions(&to, fs::metadata(from)?.permissions())?;
                Ok(Digest::of(&bytes))
            };
            match put() {
                Ok(found) if found == *pin => {}
                Ok(found) => {
                    let why = format!(
                        "its SHA-256 is {found}, and the manifest says {pin}; put it there if the file is right"
                    );
                    return Err(failed(from, why));
                }
                Err(error) => return Err(failed(from, error.to_string())),
            }
        }
        let request = serde_json::to_vec(&command.request).expect("numbers, text and lists have JSON");
        let path = folder.join("request.json");
        fs::write(&path, request).map_err(|error| failed(&path, error.to_string()))
    }

    /// Run it to its end; how it ended, what it said and the CPU seconds that it took. An error in words where it did not end
    /// by itself.
    fn run(&self, command: &Command, folder: &Path, out: &Path) -> Result<(ExitStatus, f64), String> {
        let argument = |text: &String| text.replace(REQUEST, "request.json").replace(ROWS, "rows.jsonl");
        let argv: Vec<String> = command.argv.iter().map(argument).collect();
        let program = if argv[0].contains('/') { folder.join(&argv[0]) } else { PathBuf::from(&argv[0]) };
        let output = |name: &str| File::create(out.join(name)).map_err(|error| format!("cannot be heard: {error}"));
        let mut process = std::process::Command::new(program);
        process.args(&argv[1..]).current_dir(folder).env_clear().envs(environment(folder)).envs(&command.variables);
        process.stdin(Stdio::null()).stdout(output("stdout")?).stderr(output("stderr")?).process_group(0);
        let mut child = process.spawn().map_err(|error| {
            let remedy = shortage(&error).unwrap_or("is it installed, and are its letters right?");
            format!("does not start: {error}; {remedy}")
        })?;
        self.shared.children.add(child.id(), Signal::KILL);
        let limit = Rlimit { current: Some(self.limits.memory), maximum: Some(self.limits.memory) };
        let pid = pid(child.id());
        // It fails only where the process has ended.
        let _ = prlimit(pid, Resource::As, limit);
        let ended = self.wait(&child, pid);
        let seconds = process_seconds(child.id());
        let status = end(&mut child, &self.shared.children);
        ended?;
        status.map(|status| (status, seconds)).map_err(|error| format!("cannot be waited for: {error}"))
    }

    fn wait(&self, child: &Child, pid: Option<Pid>) -> Result<(), String> {
        let (begun, limit) = (Instant::now(), Duration::from_secs(self.limits.seconds));
        let mut poll = POLLS[0];
        while !has_ended(pid) {
            if self.shared.is_cancelled() {
                return Err(format!("was cancelled (process {})", child.id()));
            }
            if begun.elapsed() >= limit {
                return Err(format!(
                    "was still running after {} s and was killed (`limits: seconds`)",
                    limit.as_secs()
                ));
            }
            std::thread::sleep(poll);
            poll = (poll * 2).min(POLLS[1]);
        }
        Ok(())
    }

    fn command<'j>(&self, job: &Job<'j>) -> Result<&'j Command, ExecuteError> {
        let trial = || job.trial.to_owned();
        let Task::Command(command) = job.task else {
            let message = "this experiment has commands, and a worker's task was asked for".to_owned();
            return Err(ExecuteError::Failed { trial: trial(), message });
        };
        match self.is_trusted {
            true => Ok(command),
            false => Err(ExecuteError::Untrusted {
                trial: trial(),
                argv: command.argv.join(" "),
                manifest: self.manifest.display().to_string(),
            }),
        }
    }
}

impl Execute for Commands {
    fn jobs(&self) -> usize {
        self.jobs
    }

    fn identity(&self) -> &WorkerIdentity {
        &self.identity
    }

    fn execute(&self, job: Job, _: &dyn Observer) -> Result<Answer, ExecuteError> {
        let command = self.command(&job)?;
        let _place = self.crew.place(self.rank, || self.is_cancelled()).ok_or(ExecuteError::Cancelled)?;
        let folder = job.out.join("work");
        fs::create_dir(&folder).map_err(|why| ExecuteError::Scratch { path: folder.clone(), why })?;
        self.stage(job.trial, command, &folder)?;
        let ran = self.run(command, &folder, job.out);
        if self.is_cancelled() {
            return Err(ExecuteError::Cancelled);
        }
        let said = Said { stdout: tail(&job.out.join("stdout")), stderr: tail(&job.out.join("stderr")) };
        let answered = ran.and_then(|(status, seconds)| {
            ended(status, self.limits)?;
            let rows = rows(&folder.join("rows.jsonl"))?;
            Ok((command.rows(&rows).map_err(|why| format!("did not do what was declared: {why}"))?, seconds))
        });
        match answered {
            Ok((curves, cpu_seconds)) => {
                let fingerprint = Digest::of(b"commands have no numeric class");
                let worker = env!("CARGO_PKG_VERSION").to_owned();
                let observation =
                    Observation { cpu_seconds, fingerprint, worker, surroundings: None, said: Some(said) };
                Ok(Answer { outcome: Outcome { curves, ..Outcome::default() }, observation })
            }
            Err(why) => Err(ExecuteError::Command {
                trial: job.trial.to_owned(),
                argv: command.argv.join(" "),
                why,
                stderr_end: last_lines(said.stderr.as_bytes()),
            }),
        }
    }

    fn is_cancelled(&self) -> bool {
        self.shared.is_cancelled()
    }
}

impl Drop for Commands {
    fn drop(&mut self) {
        self.shared.children.kill();
    }
}

/// What every command has in its environment: where programs are, a home and a place for temporary files in its own folder, and
/// no language or time zone of this machine.
fn environment(folder: &Path) -> BTreeMap<&'static str, std::ffi::OsString> {
    let path = std::env::var_os("PATH").unwrap_or_else(|| "/usr/local/bin:/usr/bin:/bin".into());
    BTreeMap::from([
        ("PATH", path),
        ("HOME", folder.into()),
        ("TMPDIR", folder.into()),
        ("LANG", "C.UTF-8".into()),
        ("LC_ALL", "C.UTF-8".into()),
        ("TZ", "UTC".into()),
    ])
}

/// Kill a process with its group and wait for it.
fn end(child: &mut Child, children: &Children) -> io::Result<ExitStatus> {
    children.remove(child.id());
    // Where it left its group. It fails only where the process has ended already.
    let _ = child.kill();
    child.wait()
}

/// An error in words where it ended otherwise than well.
fn ended(status: ExitStatus, limits: CommandLimits) -> Result<(), String> {
    let memory = limits.memory >> 20;
    match (status.code(), status.signal()) {
        (Some(0), _) => Ok(()),
        (Some(code), _) => {
            Err(format!("ended with exit code {code} (it may take {memory} MiB of memory: `limits: megabytes`)"))
        }
        (None, Some(9)) => {
            Err("was killed by signal 9 (SIGKILL): by somebody, or by the system where memory ran out".to_owned())
        }
        (None, signal) => Err(format!("was killed by signal {}", signal.unwrap_or_default())),
    }
}

/// The bytes of the rows.
fn rows(path: &Path) -> Result<Vec<u8>, String> {
    let is_long = fs::metadata(path).is_ok_and(|found| found.len() > MOST_ROWS);
    if is_long {
        return Err(format!("wrote more than {MOST_ROWS} bytes of rows"));
    }
    files::read(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => format!("ended well and wrote no rows to the path that it was given as `{ROWS}`"),
        _ => format!("wrote rows that cannot be read: {error}"),
    })
}

/// The end of what was written to a file.
fn tail(path: &Path) -> String {
    let read = || -> io::Result<Vec<u8>> {
        let mut file = File::open(path)?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(KEPT)))?;
        let mut bytes = Vec::new();
        file.take(KEPT).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    String::from_utf8_lossy(&read().unwrap_or_default()).into_owned()
}
