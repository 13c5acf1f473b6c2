//! This machine, which all processes of renas on it share: one of them at a time takes times, and none computes beside it.
//!
//! Two files in a folder that every process finds are locked, never written. A process that computes holds `floor` shared;
//! one that takes times holds it alone. `gate` is held alone while somebody waits to be alone, so that others let them in.
//! The operating system gives locks back when their holder ends, however it ends.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::store::Surroundings;
use renas_base::files;

/// Names the folder of the locks.
const VARIABLE: &str = "RENAS_MACHINE_LOCKS";

/// Clock ticks of `/proc` in a second, on every Linux.
const TICKS_PER_SECOND: f64 = 100.0;

/// The right to compute on this machine, given back when dropped.
#[derive(Debug)]
pub(super) struct Turn {
    _gate: Option<File>,
    _floor: File,
}

/// The locks of a machine.
#[derive(Clone, Debug)]
pub(super) struct Machine {
    folder: PathBuf,
}

impl Machine {
    /// This machine. Its locks lie where every process finds them, or in the folder that `RENAS_MACHINE_LOCKS` names, by
    /// which containers of one machine can share them.
    pub(super) fn here() -> Self {
        if let Some(folder) = std::env::var_os(VARIABLE).filter(|folder| !folder.is_empty()) {
            return Self { folder: folder.into() };
        }
        Self::in_first_of(&["/run/lock", "/tmp"].map(Path::new))
    }

    /// With its locks in the first folder that lets this user open them, which is the last where none does.
    fn in_first_of(folders: &[&Path]) -> Self {
        let in_folder = |folder: &&Path| Self { folder: folder.to_path_buf() };
        let mut machines = folders.iter().map(in_folder);
        machines.find(|machine| machine.open("gate").is_ok()).unwrap_or_else(|| in_folder(&folders[folders.len() - 1]))
    }

    /// The right to compute beside others; nothing while somebody takes times, or waits to.
    pub(super) fn try_beside(&self) -> io::Result<Option<Turn>> {
        let (gate, floor) = (self.open("gate")?, self.open("floor")?);
        let is_free = taken(gate.try_lock_shared())? && taken(floor.try_lock_shared())?;
        Ok(is_free.then_some(Turn { _gate: None, _floor: floor }))
    }

    /// The first step towards being alone: nobody new begins while the answer is kept. Nothing while another waits.
    pub(super) fn try_gate(&self) -> io::Result<Option<File>> {
        let gate = self.open("gate")?;
        Ok(taken(gate.try_lock())?.then_some(gate))
    }

    /// The second: nothing is computed any more. The gate is handed back where somebody still computes.
    pub(super) fn try_alone(&self, gate: File) -> io::Result<Result<Turn, File>> {
        let floor = self.open("floor")?;
        Ok(if taken(floor.try_lock())? { Ok(Turn { _gate: Some(gate), _floor: floor }) } else { Err(gate) })
    }

    /// A lock file, which any user may have made: reading is enough to lock.
    fn open(&self, name: &str) -> io::Result<File> {
        let path = self.folder.join(format!("renas-timing-{name}.lock"));
        let read = || files::open(fs::OpenOptions::new().read(true), &path);
        match read() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let made = files::open(fs::OpenOptions::new().create(true).append(true), &path);
                // Where another user was faster, theirs is there to be read.
                made.or_else(|_| read())
            }
            opened => opened,
        }
    }
}

fn taken(tried: Result<(), TryLockError>) -> io::Result<bool> {
    match tried {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// What else runs on the machine beside one worker, from its beginning on; the coordinator's own work is among it.
pub(super) struct Watch {
    started: Instant,
    busy: Option<f64>,
    worker: u32,
    own: f64,
}

impl Watch {
    /// From now on, beside the process `worker`.
    pub(super) fn begin(worker: u32) -> Self {
        Self { started: Instant::now(), busy: machine_seconds(), worker, own: process_seconds(worker) }
    }

    /// What was seen until now, with this machine's lock or without it.
    pub(super) fn end(self, exclusive: bool) -> Surroundings {
        let own = process_seconds(self.worker) - self.own;
        let busy = machine_seconds().zip(self.busy).map(|(now, before)| now - before);
        Surroundings {
            wall_seconds: self.started.elapsed().as_secs_f64(),
            other_cpu_seconds: busy.map(|busy| (busy - own).max(0.0)),
            exclusive,
        }
    }
}

/// CPU seconds that all processors were busy since the machine started; nothing where the system does not tell.
fn machine_seconds() -> Option<f64> {
    let text = fs::read_to_string("/proc/stat").ok()?;
    let ticks = text.lines().next()?.strip_prefix("cpu ")?.split_whitespace().map(str::parse::<f64>);
    let ticks: Vec<f64> = ticks.collect::<Result<_, _>>().ok()?;
    // user, nice, system, idle, waiting, interrupts (two kinds), stolen; guests are counted as users already.
    let busy = [0, 1, 2, 5, 6, 7].into_iter().filter_map(|place| ticks.get(place)).sum::<f64>();
    Some(busy / TICKS_PER_SECOND)
}

/// CPU seconds that a process took, with those of its children that it waited for; 0 where it is not there.
pub(crate) fn process_seconds(id: u32) -> f64 {
    let text = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    // The name, in parentheses, may hold anything; of what follows, four numbers count.
    let rest = text.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks = rest.split_whitespace().skip(11).take(4).filter_map(|word| word.parse::<f64>().ok());
    ticks.sum::<f64>() / TICKS_PER_SECOND
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine() -> (tempfile::TempDir, Machine) {
        let folder = tempfile::tempdir().expect("a folder");
        let machine = Machine { folder: folder.path().to_owned() };
        (folder, machine)
    }

    #[test]
    fn many_compute_side_by_side_one_takes_times_alone_and_who_waits_is_let_in() {
        let (_folder, machine) = machine();
        let one = machine.try_beside().expect("lockable").expect("nobody takes times");
        let two = machine.try_beside().expect("lockable").expect("others only compute");
        let gate = machine.try_gate().expect("lockable").expect("nobody waits");
        assert!(machine.try_beside().expect("lockable").is_none(), "somebody waits to be alone");
        assert!(machine.try_gate().expect("lockable").is_none(), "one waits at a time");
        drop(one);
        let gate = machine.try_alone(gate).expect("lockable").expect_err("two still computes");
        drop(two);
        let alone = machine.try_alone(gate).expect("lockable").expect("nobody computes");
        assert!(machine.try_beside().expect("lockable").is_none(), "somebody takes times");
        assert!(machine.try_gate().expect("lockable").is_none(), "somebody takes times");
        drop(alone);
        machine.try_beside().expect("lockable").expect("it is over");
    }

    #[test]
    fn a_folder_that_cannot_hold_locks_is_passed_over_and_none_at_all_is_an_error_to_whoever_asks() {
        let folder = tempfile::tempdir().expect("a folder");
        let nowhere = folder.path().join("nowhere");
        let machine = Machine::in_first_of(&[&nowhere, folder.path()]);
        machine.try_beside().expect("lockable").expect("nobody takes times");
        assert_eq!(machine.folder, folder.path());
        assert!(Machine::in_first_of(&[&nowhere]).try_beside().is_err());
    }

    #[test]
    fn what_others_compute_meanwhile_is_seen_and_what_we_compute_is_not() {
        let (ours, all) = (|| process_seconds(std::process::id()), || machine_seconds().expect("Linux tells"));
        let (own, busy) = (ours(), all());
        let watch = Watch::begin(std::process::id());
        // However busy the machine is.
        while ours() - own < 0.2 {
            std::hint::black_box(own);
        }
        let seen = watch.end(true);
        assert!(seen.wall_seconds > 0.0 && seen.exclusive, "{seen:?}");
        let others = seen.other_cpu_seconds.expect("Linux tells");
        assert!(others <= all() - busy - 0.15, "{others}: what this process did is among it");
        let watch = Watch::begin(std::process::id());
        let mut other = std::process::Command::new("sh").args(["-c", "while :; do :; done"]).spawn().expect("a shell");
        // Not waited for until it was seen: then its time would be ours.
        while process_seconds(other.id()) < 0.1 {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        let seen = watch.end(false).other_cpu_seconds.expect("Linux tells");
        other.kill().and_then(|()| other.wait()).expect("our child");
        assert!(seen >= 0.09, "{seen}");
    }
}
