//! Several experiments beside each other: each begins when those before it leave a core idle, so that the last long study
//! of one does not hold up the next. One that takes times has the machine to itself.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use super::executor::{Crew, process_seconds};

/// How often it is looked whether the next may begin.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Cores that must be idle for that, at two looks one after the other: between two studies they are so for a moment.
const IDLE_CORES: f64 = 0.5;

/// Do `work` on each of `items`, and hand what came of each to `done`, on this thread, in the order in which they end.
///
/// They begin in their order: the next one when none runs, or when the crew leaves a core idle, and `may_share` says of it
/// and of those that run that they may be beside others. Once `done` answers `false`, none begins any more. Where the system
/// gives no thread, this one does the work. A panic of `work` goes on in the caller.
pub fn run<I: Sync, R: Send>(
    items: &[I],
    crew: &Arc<Crew>,
    may_share: impl Fn(&I) -> bool,
    work: impl Fn(&I) -> R + Sync,
    mut done: impl FnMut(&I, R) -> bool,
) {
    let (sender, ends) = channel();
    let work = &work;
    thread::scope(|scope| {
        let mut waiting = items.iter().enumerate().peekable();
        let mut running: Vec<usize> = Vec::new();
        let mut idleness = Idleness::of(crew);
        loop {
            let shares = |next: usize| running.iter().chain([&next]).all(|&index| may_share(&items[index]));
            let mut begins = |next: usize| running.is_empty() || (shares(next) && idleness.lasts());
            if let Some((index, item)) = waiting.next_if(|(index, _)| begins(*index)) {
                let answer = sender.clone();
                let body = move || drop(answer.send((index, catch_unwind(AssertUnwindSafe(|| work(item))))));
                running.push(index);
                idleness = Idleness::of(crew);
                if thread::Builder::new().spawn_scoped(scope, body.clone()).is_err() {
                    body();
                }
            }
            if running.is_empty() {
                return;
            }
            match ends.recv_timeout(LOOK_EVERY) {
                Ok((index, result)) => {
                    running.retain(|one| *one != index);
                    let result = result.unwrap_or_else(|panic| resume_unwind(panic));
                    if !done(&items[index], result) {
                        waiting = items[items.len()..].iter().enumerate().peekable();
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => unreachable!("this thread holds a sender"),
            }
        }
    });
}

/// Whether a crew leaves cores idle: places that nobody wants, less what this process computes itself.
struct Idleness<'a> {
    crew: &'a Crew,
    since: Instant,
    own_seconds: f64,
    /// At the last look.
    was_idle: bool,
}

impl<'a> Idleness<'a> {
    fn of(crew: &'a Crew) -> Self {
        Self { crew, since: Instant::now(), own_seconds: process_seconds(std::process::id()), was_idle: false }
    }

    /// Whether it was so at the last look and is so now. Looks follow each other no faster than `LOOK_EVERY`.
    fn lasts(&mut self) -> bool {
        let passed = self.since.elapsed();
        if passed < LOOK_EVERY {
            return false;
        }
        let own_seconds = process_seconds(std::process::id());
        let own_cores = (own_seconds - self.own_seconds) / passed.as_secs_f64();
        let is_idle = self.crew.free_places() as f64 - own_cores >= IDLE_CORES;
        let lasts = is_idle && self.was_idle;
        *self = Self { crew: self.crew, since: Instant::now(), own_seconds, was_idle: is_idle };
        lasts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;
    use std::sync::mpsc::sync_channel;

    #[test]
    fn the_next_begins_while_one_leaves_a_core_idle_and_its_end_is_told_first() {
        // The first waits for the second: one after the other they would never end.
        let (second_ended, wait) = sync_channel(1);
        let wait = Mutex::new(wait);
        let mut ends = Vec::new();
        let work = |item: &u32| {
            if *item == 1 {
                wait.lock().expect("no panic").recv().expect("the second ends");
            }
        };
        run(
            &[1, 2],
            &Crew::new(2),
            |_| true,
            work,
            |item, ()| {
                ends.push(*item);
                if *item == 2 {
                    second_ended.send(()).expect("the first waits");
                }
                true
            },
        );
        assert_eq!(ends, [2, 1]);
    }

    #[test]
    fn one_that_may_not_share_runs_alone_and_after_a_failure_none_begins() {
        let running = Mutex::new(Vec::new());
        let work = |item: &u32| {
            running.lock().expect("no panic").push(*item);
            thread::sleep(4 * LOOK_EVERY);
            std::mem::take(&mut *running.lock().expect("no panic"))
        };
        let mut seen = Vec::new();
        run(
            &[1, 2, 3],
            &Crew::new(2),
            |item| *item != 2,
            work,
            |item, beside| {
                seen.push((*item, beside));
                *item < 2
            },
        );
        assert_eq!(seen, [(1, vec![1]), (2, vec![2])]);
    }

    #[test]
    fn while_all_places_are_taken_none_begins_beside_another() {
        let crew = Crew::new(1);
        let running = Mutex::new(0);
        let work = |_: &u32| {
            let _place = crew.place(0, || false).expect("nobody cancels");
            *running.lock().expect("no panic") += 1;
            thread::sleep(3 * LOOK_EVERY);
            *running.lock().expect("no panic") -= 1;
        };
        run(
            &[1, 2],
            &crew,
            |_| true,
            work,
            |_, ()| {
                assert_eq!(*running.lock().expect("no panic"), 0, "beside another");
                true
            },
        );
    }
}
