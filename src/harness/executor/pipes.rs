//! Whole lines to and from a process, neither of which is waited for without a limit.

use std::io::{self, Read as _, Write as _};
use std::os::fd::BorrowedFd;
use std::process::{ChildStdin, ChildStdout};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{Errno, ioctl_fionbio};
use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

/// Longest line that is read from a worker; curves of a million numbers fit.
const LONGEST_LINE: usize = 64 << 20;

/// The standard input and output of a process.
///
/// A process that has ended is not waited for where others hold its pipes open: what it had said is read, and no more.
pub(super) struct Pipes {
    process: Option<Pid>,
    stdin: Option<ChildStdin>,
    stdout: ChildStdout,
    /// What it said and nobody took yet.
    said: Vec<u8>,
    /// How much of that holds no end of a line.
    searched: usize,
}

/// Why no line came or went.
#[derive(Debug)]
pub(super) enum Obstacle<L> {
    /// The other end is closed.
    Closed,
    /// The line is longer than any that is read.
    TooLong(usize),
    /// The limit has passed.
    Late(L),
}

impl Pipes {
    /// Of a process that was just started.
    pub(super) fn new(process: Option<Pid>, stdin: ChildStdin, stdout: ChildStdout) -> io::Result<Self> {
        // Only our end: the process sees ordinary pipes.
        ioctl_fionbio(&stdin, true)?;
        ioctl_fionbio(&stdout, true)?;
        Ok(Self { process, stdin: Some(stdin), stdout, said: Vec::new(), searched: 0 })
    }

    /// Say no more.
    pub(super) fn close_input(&mut self) {
        self.stdin = None;
    }

    /// The beginning of the line that it says.
    pub(super) fn half_line(&self) -> &[u8] {
        &self.said
    }

    /// Write all of it. `wait` says how long may be waited now, or why no longer.
    pub(super) fn write<L>(
        &mut self,
        mut bytes: &[u8],
        mut wait: impl FnMut() -> Result<Duration, L>,
    ) -> Result<(), Obstacle<L>> {
        let stdin = self.stdin.as_mut().ok_or(Obstacle::Closed)?;
        while !bytes.is_empty() {
            let is_over = has_ended(self.process);
            match stdin.write(bytes) {
                Ok(count) => bytes = &bytes[count..],
                Err(error) if error.kind() == io::ErrorKind::WouldBlock && !is_over => {
                    ready(rustix::fd::AsFd::as_fd(stdin), PollFlags::OUT, wait().map_err(Obstacle::Late)?);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return Err(Obstacle::Closed),
            }
        }
        Ok(())
    }

    /// The next line, without its end. `wait` as for `write`.
    pub(super) fn line<L>(&mut self, mut wait: impl FnMut() -> Result<Duration, L>) -> Result<Vec<u8>, Obstacle<L>> {
        let mut buffer = [0; 1 << 16];
        loop {
            if let Some(end) = self.said[self.searched..].iter().position(|byte| *byte == b'\n') {
                let rest = self.said.split_off(self.searched + end + 1);
                let mut line = std::mem::replace(&mut self.said, rest);
                self.searched = 0;
                line.pop();
                return Ok(line);
            }
            self.searched = self.said.len();
            if self.searched > LONGEST_LINE {
                return Err(Obstacle::TooLong(LONGEST_LINE));
            }
            // Also where there is always something to read: what never ends is late too.
            let patience = wait().map_err(Obstacle::Late)?;
            // Asked before reading: what it said until then is there to be read.
            let is_over = has_ended(self.process);
            match self.stdout.read(&mut buffer) {
                Ok(0) => return Err(Obstacle::Closed),
                Ok(count) => self.said.extend_from_slice(&buffer[..count]),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock && !is_over => {
                    ready(rustix::fd::AsFd::as_fd(&self.stdout), PollFlags::IN, patience);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return Err(Obstacle::Closed),
            }
        }
    }
}

/// Whether a child of ours has ended; it is not waited for, so that its number stays its own.
pub(super) fn has_ended(process: Option<Pid>) -> bool {
    let look = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
    process.is_none_or(|process| matches!(waitid(WaitId::Pid(process), look), Ok(Some(_)) | Err(_)))
}

/// Wait until a pipe is ready, or its other end closed, or for that long; the caller tries it and sees.
fn ready(pipe: BorrowedFd<'_>, how: PollFlags, patience: Duration) {
    let timeout = Timespec { tv_sec: patience.as_secs() as i64, tv_nsec: i64::from(patience.subsec_nanos()) };
    match poll(&mut [PollFd::new(&pipe, how)], Some(&timeout)) {
        Ok(_) | Err(Errno::INTR) => {}
        // Out of memory: it must not become a busy loop.
        Err(_) => std::thread::sleep(Duration::from_millis(1).min(patience)),
    }
}
