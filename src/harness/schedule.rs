//! Running the studies of a plan: each after what it needs, independent ones in parallel.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::study::{Results, Study, StudyResult};
use anyhow::{Context as _, Result, anyhow, ensure};
use renas_base::parallel::{self, lock, unlocked};

/// What is done with a study and the results of what it needs.
type Run<'r> = dyn Fn(&Study, &Results) -> Result<Option<StudyResult>> + Sync + 'r;

/// Run every study of `plan` on up to `threads` threads and return their results by id.
///
/// `run` gets a study and the results of what it needs, and gives its result, or nothing where it cannot be finished: then
/// there is no such result among what later studies need. After the first error no further study starts; of the studies
/// that failed by then, the error of the one that stands first in the plan is returned.
pub fn run_in_order(plan: &[Study], threads: usize, run: &Run<'_>) -> Result<Results> {
    check(plan)?;
    let board = Board { state: Mutex::new(State::new(plan)), changed: Condvar::new() };
    parallel::together(threads.min(plan.len()), || board.work(plan, run));
    let state = unlocked(board.state);
    match state.errors.into_iter().next() {
        Some((index, error)) => Err(error).with_context(|| format!("study {}", plan[index].id)),
        None => Ok(state.results),
    }
}

/// The part of `plan` that `wanted` picks, together with all that it needs, in the plan's order.
pub fn with_needs(plan: &[Study], wanted: impl Fn(&Study) -> bool) -> Vec<Study> {
    let mut kept: BTreeSet<&str> = BTreeSet::new();
    for study in plan.iter().rev() {
        if wanted(study) || kept.contains(study.id.as_str()) {
            kept.insert(&study.id);
            kept.extend(study.needs.iter().map(String::as_str));
        }
    }
    plan.iter().filter(|study| kept.contains(study.id.as_str())).cloned().collect()
}

/// A plan names each study once, and a study needs only earlier ones: a violation is a bug of the paper's `plan`.
fn check(plan: &[Study]) -> Result<()> {
    let mut seen = BTreeSet::new();
    for study in plan {
        for need in &study.needs {
            ensure!(seen.contains(need.as_str()), "study {} needs {need}, which does not stand before it", study.id);
        }
        ensure!(seen.insert(study.id.as_str()), "duplicate study {} in the plan", study.id);
    }
    Ok(())
}

struct Board {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    /// Studies that nobody has begun.
    waiting: usize,
    /// Those whose needs are met.
    ready: BTreeSet<usize>,
    /// How many needs of each study are not met yet.
    unmet: Vec<usize>,
    /// The studies that need one, by its id, once for each time that they name it.
    needed_by: BTreeMap<String, Vec<usize>>,
    results: Results,
    errors: BTreeMap<usize, anyhow::Error>,
}

impl State {
    fn new(plan: &[Study]) -> Self {
        let mut needed_by: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (index, study) in plan.iter().enumerate() {
            study.needs.iter().for_each(|need| needed_by.entry(need.clone()).or_default().push(index));
        }
        let unmet: Vec<usize> = plan.iter().map(|study| study.needs.len()).collect();
        let ready = (0..plan.len()).filter(|&index| unmet[index] == 0).collect();
        let (results, errors) = (Results::default(), BTreeMap::new());
        Self { waiting: plan.len(), ready, unmet, needed_by, results, errors }
    }

    /// Note that a study ended, and its result: each of those that need it is looked at once, however many others wait.
    fn finish(&mut self, study: &Study, result: Option<StudyResult>) {
        if let Some(result) = result {
            self.results.insert(study.id.clone(), result);
        }
        for index in self.needed_by.remove(&study.id).into_iter().flatten() {
            self.unmet[index] -= 1;
            if self.unmet[index] == 0 {
                self.ready.insert(index);
            }
        }
    }
}

impl Board {
    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    fn work(&self, plan: &[Study], run: &Run<'_>) {
        while let Some((study, index, needs)) = self.take(plan) {
            // A panic is a bug, but one that must name its study and wake the other threads.
            let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run(study, &needs)))
                .unwrap_or_else(|panic| Err(anyhow!("a bug: {}", panic_text(panic.as_ref()))));
            let mut state = self.lock();
            match outcome {
                Ok(result) => state.finish(study, result),
                Err(error) => drop(state.errors.insert(index, error)),
            }
            self.changed.notify_all();
        }
    }

    /// The next study whose needs are met; waits for one, and gives none once all are done or one failed.
    fn take<'p>(&self, plan: &'p [Study]) -> Option<(&'p Study, usize, Results)> {
        let mut state = self.lock();
        loop {
            if !state.errors.is_empty() || state.waiting == 0 {
                return None;
            }
            if let Some(index) = state.ready.pop_first() {
                state.waiting -= 1;
                let needs = state.results.of_needs(&plan[index].needs);
                return Some((&plan[index], index, needs));
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("a panic without words")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::Handle;
    use anyhow::bail;

    fn study(id: &str, needs: &[&str]) -> Study {
        Study {
            id: id.to_owned(),
            inputs: id.into(),
            needs: needs.iter().map(|need| (*need).to_owned()).collect(),
            data: Vec::new(),
            trials: 0,
            cpu_seconds: 0.0,
        }
    }

    fn diamond() -> Vec<Study> {
        vec![study("a", &[]), study("b", &["a"]), study("c", &["a"]), study("d", &["b", "c"])]
    }

    #[test]
    fn every_study_sees_exactly_what_it_needs_with_any_number_of_threads() {
        for threads in [1, 2, 8] {
            let results = run_in_order(&diamond(), threads, &|study, needs| {
                assert_eq!(needs.studies().collect::<Vec<_>>(), study.needs.iter().collect::<Vec<_>>());
                let below: i64 =
                    needs.studies().map(|need| needs.read::<i64>(&Handle::new(need)).expect("a number")).sum();
                StudyResult::of(&(below + 1)).map(Some)
            })
            .expect("no study fails");
            assert_eq!(results.read::<i64>(&Handle::new("d")).expect("a number"), 5);
        }
    }

    #[test]
    fn the_first_failed_study_of_the_plan_is_named_and_nothing_that_needs_it_runs() {
        let error = run_in_order(&diamond(), 4, &|study, _| match study.id.as_str() {
            "a" => StudyResult::of(&1).map(Some),
            "d" => panic!("d must not run"),
            other => bail!("{other} broke"),
        })
        .expect_err("b and c fail");
        let text = format!("{error:#}");
        assert!(text == "study b: b broke" || text == "study c: c broke", "{text}");
    }

    #[test]
    fn what_cannot_be_finished_is_missing_where_it_is_needed_and_stops_nothing_else() {
        let results = run_in_order(&diamond(), 2, &|study, needs| {
            let is_whole = needs.studies().count() == study.needs.len();
            (is_whole && study.id != "b").then(|| StudyResult::of(&1)).transpose()
        });
        let results = results.expect("nothing failed");
        assert_eq!(results.studies().collect::<Vec<_>>(), ["a", "c"]);
    }

    #[test]
    fn one_thread_takes_what_is_ready_in_the_plans_order() {
        let plan = [study("z", &[]), study("a", &["z"]), study("m", &[]), study("b", &["a"])];
        let begun = Mutex::new(Vec::new());
        run_in_order(&plan, 1, &|study, _| {
            begun.lock().expect("no panic").push(study.id.clone());
            StudyResult::of(&1).map(Some)
        })
        .expect("no study fails");
        assert_eq!(begun.into_inner().expect("no panic"), ["z", "a", "m", "b"]);
    }

    #[test]
    fn studies_that_do_not_need_each_other_run_at_a_time() {
        // Each waits until all of them have begun: one after the other they would wait for ever.
        let all_begun = std::sync::Barrier::new(4);
        let plan = [study("a", &[]), study("b", &[]), study("c", &[]), study("d", &[])];
        let results = run_in_order(&plan, 4, &|_, _| {
            all_begun.wait();
            StudyResult::of(&1).map(Some)
        });
        assert_eq!(results.expect("no study fails").studies().count(), 4);
    }

    #[test]
    fn of_studies_that_fail_at_a_time_the_first_of_the_plan_is_named_and_nothing_begins_after_them() {
        let both_begun = std::sync::Barrier::new(2);
        let plan = [study("a", &[]), study("b", &[]), study("c", &[]), study("d", &[])];
        let others = Mutex::new(Vec::new());
        let error = run_in_order(&plan, 2, &|study, _| {
            match study.id.as_str() {
                "a" | "b" => both_begun.wait(),
                other => {
                    others.lock().expect("no panic").push(other.to_owned());
                    return StudyResult::of(&1).map(Some);
                }
            };
            bail!("{} broke", study.id)
        });
        assert_eq!(format!("{:#}", error.expect_err("both fail")), "study a: a broke");
        assert!(others.into_inner().expect("no panic").is_empty());
    }

    /// Looking at all that wait whenever a study ends would take the square of their number: each need is met once, and what was
    /// met is looked up no more.
    #[test]
    fn each_need_is_met_once() {
        let others: Vec<String> = (0..100).map(|number| format!("other/{number:03}")).collect();
        let mut plan: Vec<Study> = vec![study("a", &[])];
        plan.extend(others.iter().map(|id| study(id, &["a"])));
        plan.push(study("z", &others.iter().map(String::as_str).collect::<Vec<_>>()));
        let mut state = State::new(&plan);
        let needs_left = |state: &State| state.needed_by.values().map(Vec::len).sum::<usize>();
        assert_eq!((needs_left(&state), state.ready.len()), (200, 1));
        let result = || Some(StudyResult::of(&1).expect("a number"));
        state.finish(&plan[0], result());
        assert_eq!((needs_left(&state), state.ready.len()), (100, 101), "all that need `a` are ready");
        for (done, other) in plan[1..101].iter().enumerate() {
            assert!(!state.ready.contains(&101));
            state.finish(other, result());
            assert_eq!((needs_left(&state), state.unmet[101]), (99 - done, 99 - done));
        }
        assert!(state.ready.contains(&101) && state.needed_by.is_empty());
    }

    #[test]
    fn a_panic_becomes_an_error_with_the_studys_name() {
        let error = run_in_order(&[study("a", &[])], 1, &|_, _| panic!("index out of range")).expect_err("panics");
        assert_eq!(format!("{error:#}"), "study a: a bug: index out of range");
    }

    #[test]
    fn picking_a_study_brings_what_it_needs() {
        let picked = with_needs(&diamond(), |study| study.id == "c");
        assert_eq!(picked.iter().map(|study| study.id.as_str()).collect::<Vec<_>>(), ["a", "c"]);
    }

    #[test]
    fn a_plan_that_needs_a_later_study_is_refused() {
        let error = run_in_order(&[study("b", &["a"]), study("a", &[])], 1, &|_, _| Ok(None)).expect_err("order");
        assert_eq!(error.to_string(), "study b needs a, which does not stand before it");
    }
}
