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
use renas_base::parallel::{lock, unlocked};

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
    run: &'a RunContext<'a>,
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
        run: &'a RunContext<'a>,
        observer: &'a dyn Observer,
        work: impl FnOnce(&Self) -> Result<R>,
    ) -> Result<R> {
        let commits = Self { run, observer, state: Mutex::default(), changed: Condvar::new() };
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
        let state = unlocked(commits.state);
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
        lock(&self.state)
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
        self.run.commit_all(records).with_context(|| match studies.as_slice() {
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

#[cfg(test)]
mod tests {
    use std::io;
    use std::path::Path;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::mpsc::{Receiver, Sender, channel};

    use super::*;
    use crate::executor::{Answer, Execute, ExecuteError, Job};
    use crate::store::{Access, Disk, Identity, OsDisk, StepResult, Store, WorkerIdentity};
    use renas_data::registry::Registry;

    /// A disk that waits within its first write, and from then on makes nothing durable.
    struct Breaking {
        is_broken: AtomicBool,
        begins: Mutex<Sender<()>>,
        goes_on: Mutex<Receiver<()>>,
    }

    impl Disk for Breaking {
        fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
            OsDisk.read(path)
        }

        fn list(&self, folder: &Path) -> io::Result<Vec<(String, bool)>> {
            OsDisk.list(folder)
        }

        fn make_folder(&self, folder: &Path) -> io::Result<()> {
            OsDisk.make_folder(folder)
        }

        fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
            OsDisk.write(path, bytes)
        }

        fn sync_file(&self, path: &Path) -> io::Result<()> {
            if self.is_broken.swap(true, Ordering::SeqCst) {
                return Err(io::Error::other("the disk is gone"));
            }
            self.begins.lock().expect("no panic").send(()).expect("the test waits for it");
            self.goes_on.lock().expect("no panic").recv().expect("the test says so");
            OsDisk.sync_file(path)
        }

        fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
            OsDisk.rename(from, to)
        }

        fn sync_folder(&self, folder: &Path) -> io::Result<()> {
            OsDisk.sync_folder(folder)
        }
    }

    /// Nothing here is a trial.
    struct Nobody(WorkerIdentity);

    impl Execute for Nobody {
        fn jobs(&self) -> usize {
            1
        }

        fn identity(&self) -> &WorkerIdentity {
            &self.0
        }

        fn execute(&self, _: Job<'_>, _: &dyn Observer) -> Result<Answer, ExecuteError> {
            Err(ExecuteError::Cancelled)
        }

        fn is_cancelled(&self) -> bool {
            false
        }
    }

    /// The studies that are told as finished.
    #[derive(Default)]
    struct Told(Mutex<Vec<String>>);

    impl Observer for Told {
        fn event(&self, event: &Event) {
            if let Event::StudyFinished { study, .. } = event {
                self.0.lock().expect("no panic").push(study.clone());
            }
        }
    }

    fn finished(study: &str) -> Finished {
        let identity = Identity::new("study", 1, study).expect("text");
        let record = Record { identity, result: StepResult::Value(1.into()), observation: None };
        Finished { study: study.to_owned(), record, replaces: false }
    }

    /// What comes of `work` on a disk that waits within the first record's write, and of its records which are told as finished.
    fn on_a_breaking_disk(
        work: impl FnOnce(&Commits<'_>, &Receiver<()>, Sender<()>) -> Result<()>,
    ) -> (Error, Vec<String>) {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().join("store");
        drop(Store::open(&root, Access::Write).expect("a store"));
        let ((begins, begun), (go_on, goes_on)) = (channel(), channel());
        let disk = Breaking { is_broken: false.into(), begins: begins.into(), goes_on: goes_on.into() };
        let store = Store::open_on(Box::new(disk), &root, Access::Write).expect("a store");
        let identity = WorkerIdentity { numerics: "avx2".into(), device: "cpu".into(), libtorch: "2".into() };
        let (nobody, data, told) = (Nobody(identity), Registry::default(), Told::default());
        let run = RunContext::new(&store, &nobody, &data, &told);
        let error = Commits::during(&run, &told, |commits| work(commits, &begun, go_on)).expect_err("the disk breaks");
        (error, told.0.into_inner().expect("no panic"))
    }

    #[test]
    fn a_disk_error_names_the_studies_of_its_batch_and_nothing_is_stored_after_it() {
        let (error, told) = on_a_breaking_disk(|commits, begun, go_on| {
            commits.store(finished("a"))?;
            begun.recv()?;
            commits.store(finished("b"))?;
            commits.store(finished("c"))?;
            go_on.send(())?;
            // Nobody has to wait for the error: it is there once what was written by then was taken up.
            let refused = (0..).find_map(|number| commits.store(finished(&number.to_string())).err()).expect("no end");
            assert_eq!(refused.to_string(), "an earlier study could not be stored");
            assert!(commits.store(finished("d")).is_err());
            Err(refused)
        });
        let text = format!("{error:#}");
        assert!(text.starts_with("studies b, c") && text.contains("the disk is gone"), "{text}");
        assert_eq!(told, ["a"]);
    }

    #[test]
    fn who_waits_for_room_is_told_of_the_error_and_waits_no_longer() {
        let (error, told) = on_a_breaking_disk(|commits, begun, go_on| {
            commits.store(finished("a"))?;
            begun.recv()?;
            (0..MOST).try_for_each(|number| commits.store(finished(&number.to_string())))?;
            thread::scope(|scope| {
                let waits = scope.spawn(|| commits.store(finished("one too many")));
                go_on.send(())?;
                // Taken up before the error or refused because of it; never left waiting.
                drop(waits.join().expect("no panic"));
                Ok(())
            })
        });
        assert!(format!("{error:#}").starts_with("studies 0, 1, 2, "), "{error:#}");
        assert_eq!(told, ["a"]);
    }
}
