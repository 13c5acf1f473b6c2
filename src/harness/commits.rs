//! Results of studies on their way to the disk: the next study begins while the last one's record is written.
//!
//! A record of a study names no objects and nothing waits for it: what later studies read is the result, which this process
//! has, and after a kill the same bytes are computed again from trials, which are durable before anything uses them. So one
//! thread stores what has gathered, and each study is told as finished when its record is durable.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use anyhow::{Context as _, Error, Result, anyhow};

use super::context::RunContext;
use super::event::{Event, Observer};
use super::store::Record;

/// More records than this are not held back: who computes faster than the disk writes, waits.
const MOST: usize = 64;

/// One finished study.
pub(super) struct Finished {
    pub(super) study: String,
    pub(super) record: Record,
    /// It takes the place of a record whose measured times were lost.
    pub(super) replaces: bool,
}

/// Records that wait to be stored.
pub(super) struct Commits<'a> {
    bench: &'a RunContext<'a>,
    observer: &'a dyn Observer,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    waiting: Vec<Finished>,
    /// The thread that stores them is there.
    has_writer: bool,
    /// No more will come.
    is_over: bool,
    /// What went wrong first.
    error: Option<Error>,
}

impl<'a> Commits<'a> {
    /// Do `work`, which may `store` records; when it ends, all of them are durable, or it is an error.
    pub(super) fn during<R>(
        bench: &'a RunContext<'a>,
        observer: &'a dyn Observer,
        work: impl FnOnce(&Self) -> Result<R>,
    ) -> Result<R> {
        let commits = Self { bench, observer, state: Mutex::default(), changed: Condvar::new() };
        let done = thread::scope(|scope| {
            commits.lock().has_writer = true;
            // Where the system gives no thread, each study stores its own.
            if thread::Builder::new().spawn_scoped(scope, || commits.write()).is_err() {
                commits.lock().has_writer = false;
            }
            // Also where the work panics: else its thread would wait for ever.
            let _end = End(&commits);
            work(&commits)
        });
        let state = commits.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        match (done, state.error) {
            (Ok(_) | Err(_), Some(error)) => Err(error),
            (done, None) => done,
        }
    }

    /// Have a record stored soon. An error where storing one has failed before.
    pub(super) fn store(&self, finished: Finished) -> Result<()> {
        let mut state = self.lock();
        while state.has_writer && state.error.is_none() && state.waiting.len() >= MOST {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if state.error.is_some() {
            return Err(anyhow!("an earlier study could not be stored"));
        }
        if state.has_writer {
            state.waiting.push(finished);
            self.changed.notify_all();
            return Ok(());
        }
        drop(state);
        self.write_all(vec![finished])
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Store what comes, until no more will.
    fn write(&self) {
        let mut state = self.lock();
        loop {
            if !state.waiting.is_empty() {
                let batch = std::mem::take(&mut state.waiting);
                drop(state);
                self.changed.notify_all();
                let written = self.write_all(batch);
                state = self.lock();
                if let Err(error) = written {
                    state.error.get_or_insert(error);
                    self.changed.notify_all();
                }
            } else if state.is_over {
                return;
            } else {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
        }
    }

    fn write_all(&self, batch: Vec<Finished>) -> Result<()> {
        let (studies, records): (Vec<String>, Vec<(Record, bool)>) =
            batch.into_iter().map(|one| (one.study, (one.record, one.replaces))).unzip();
        self.bench.commit_all(records).with_context(|| match studies.as_slice() {
            [study] => format!("study {study}"),
            studies => format!("studies {}", studies.join(", ")),
        })?;
        studies.into_iter().for_each(|study| self.observer.event(&Event::StudyFinished { study, hit: false }));
        Ok(())
    }
}

struct End<'c, 'a>(&'c Commits<'a>);

impl Drop for End<'_, '_> {
    fn drop(&mut self) {
        self.0.lock().is_over = true;
        self.0.changed.notify_all();
    }
}
