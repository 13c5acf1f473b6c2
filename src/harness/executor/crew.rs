//! `Crew`: what the pools of one run share, so that several experiments can run beside each other: the places in which
//! workers compute, and workers that have nothing to do.
//!
//! All pools of a crew together have as many busy workers as it has places. Of those who wait for one, the pool of the
//! lowest rank is served first: an experiment that began earlier is not held up by a later one, which takes what is left.
//! A worker that was started for one pool serves another that would start the same, since a worker knows no experiment.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use super::process::Children;
use super::worker::Worker;
use renas_base::parallel::lock;

/// How a worker was started: two of the same are interchangeable.
pub(super) type Call = (PathBuf, Vec<OsString>);

/// Places for workers, and idle workers; shared by the pools of one run.
pub struct Crew {
    places: usize,
    state: Mutex<State>,
    changed: Condvar,
    /// The processes of idle workers.
    children: Arc<Children>,
}

#[derive(Default)]
struct State {
    /// Workers that do something or are being started.
    busy: usize,
    /// Tasks that wait to run alone; while there are any, no other task begins.
    waiting_alone: usize,
    /// A task runs alone.
    is_reserved: bool,
    /// How many tasks wait for a place, by the rank of their pool; none is 0.
    waiting: BTreeMap<usize, usize>,
    idle: Vec<(Call, Worker)>,
}

/// The right to one place, given back when dropped.
pub(crate) struct Place {
    crew: Arc<Crew>,
    is_alone: bool,
}

impl Crew {
    /// A crew with so many places, at least 1.
    pub fn new(places: usize) -> Arc<Self> {
        let places = places.max(1);
        Arc::new(Self { places, state: Mutex::default(), changed: Condvar::new(), children: Arc::default() })
    }

    /// Places that nobody takes, though none is asked for in vain.
    pub fn free_places(&self) -> usize {
        let state = lock(&self.state);
        let is_wanted = state.is_reserved || state.waiting_alone > 0 || !state.waiting.is_empty();
        if is_wanted { 0 } else { self.places - state.busy }
    }

    /// A place for a task of a pool of that rank; waits for it until `is_cancelled`, then nothing.
    pub(crate) fn place(self: &Arc<Self>, rank: usize, is_cancelled: impl Fn() -> bool) -> Option<Place> {
        let mut state = lock(&self.state);
        *state.waiting.entry(rank).or_default() += 1;
        let has_place = loop {
            if is_cancelled() {
                break false;
            }
            let is_open = !state.is_reserved && state.waiting_alone == 0 && state.busy < self.places;
            if is_open && state.waiting.range(..rank).next().is_none() {
                break true;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        };
        if let Some(waiting) = state.waiting.get_mut(&rank) {
            *waiting -= 1;
            if *waiting == 0 {
                // Those who let this rank go first may go now.
                state.waiting.remove(&rank);
                self.changed.notify_all();
            }
        }
        has_place.then(|| self.occupy(&mut state, false))
    }

    /// All places for one task, once nobody is busy; nobody else begins meanwhile. Nothing where it `is_cancelled`.
    pub(super) fn alone(self: &Arc<Self>, is_cancelled: impl Fn() -> bool) -> Option<Place> {
        let mut state = lock(&self.state);
        state.waiting_alone += 1;
        while !is_cancelled() && (state.is_reserved || state.busy > 0) {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.waiting_alone -= 1;
        if is_cancelled() {
            self.changed.notify_all();
            return None;
        }
        state.is_reserved = true;
        Some(self.occupy(&mut state, true))
    }

    fn occupy(self: &Arc<Self>, state: &mut State, is_alone: bool) -> Place {
        state.busy += 1;
        Place { crew: Arc::clone(self), is_alone }
    }

    /// Have everybody who waits look again whether they are cancelled.
    pub(super) fn wake(&self) {
        // The lock makes sure that nobody is between looking and falling asleep.
        drop(lock(&self.state));
        self.changed.notify_all();
    }

    /// An idle worker that was started by `call`, which now belongs to `children`. Where there is none, others are ended, so
    /// that there are never more workers than places.
    pub(super) fn hire(&self, call: &Call, children: &Arc<Children>) -> Option<Worker> {
        let mut ended = Vec::new();
        let mut state = lock(&self.state);
        let found = state.idle.iter().rposition(|(known, _)| known == call);
        let hired = found.map(|place| state.idle.swap_remove(place).1);
        while hired.is_none() && !state.idle.is_empty() && state.busy + state.idle.len() > self.places {
            ended.push(state.idle.remove(0));
        }
        drop(state);
        let mut hired = hired?;
        hired.belong_to(children).then_some(hired)
    }

    /// Keep a worker for the next pool that needs one.
    pub(super) fn dismiss(&self, call: Call, mut worker: Worker) {
        if worker.belong_to(&self.children) {
            lock(&self.state).idle.push((call, worker));
        }
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        // All are told before the first is waited for.
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        state.idle.iter_mut().for_each(|(_, worker)| worker.close_input());
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = lock(&self.crew.state);
        state.busy -= 1;
        state.is_reserved &= !self.is_alone;
        drop(state);
        // All: those who wait do not wait for the same thing.
        self.crew.changed.notify_all();
    }
}
