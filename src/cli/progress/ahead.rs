//! How long what is planned will still take, by what the finished part of it took.
//!
//! Trials count as the CPU seconds that their study is expected to take for each: a plan may hold trainings of minutes and
//! thousands of judgements of a fraction of a second. Where a plan expects nothing of any study, each trial counts as one.

use std::collections::BTreeMap;

use renas_harness::event::Source;
use renas_harness::study::Study;

/// The studies that are not finished, and the work that workers did.
pub(super) struct Ahead {
    studies: BTreeMap<String, Share>,
    computed: f64,
}

/// The part of a study in the whole.
#[derive(Clone, Copy)]
struct Share {
    trials: usize,
    finished: usize,
    per_trial: f64,
}

impl Ahead {
    pub(super) fn of(plan: &[Study]) -> Self {
        let is_expected = plan.iter().any(|study| study.cpu_seconds > 0.0);
        let share = |study: &Study| {
            let trials = study.trials;
            let per_trial = if is_expected { study.cpu_seconds / trials.max(1) as f64 } else { 1.0 };
            (study.id.clone(), Share { trials, finished: 0, per_trial })
        };
        Self { studies: plan.iter().map(share).collect(), computed: 0.0 }
    }

    /// A trial of a study is there.
    pub(super) fn trial_finished(&mut self, study: &str, source: Source) {
        if let Some(share) = self.studies.get_mut(study) {
            share.finished += 1;
            if source == Source::Worker {
                self.computed += share.per_trial;
            }
        }
    }

    /// All of a study is there.
    pub(super) fn study_finished(&mut self, study: &str) {
        self.studies.remove(study);
    }

    /// Seconds that are left, where `elapsed` seconds did what is done; none while no work was done, or none is left.
    pub(super) fn seconds_left(&self, elapsed: f64) -> Option<f64> {
        let of = |share: &Share| share.per_trial * share.trials.saturating_sub(share.finished) as f64;
        let left: f64 = self.studies.values().map(of).sum();
        (self.computed > 0.0 && left > 0.0).then(|| elapsed * left / self.computed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn study(id: &str, trials: usize, seconds: f64) -> Study {
        let handle = renas_harness::study::Handle::<usize>::new(id);
        Study::new(&handle, &0).expect("inputs").asking(trials, seconds)
    }

    #[test]
    fn a_trial_counts_as_long_as_its_study_expects() {
        let mut ahead = Ahead::of(&[study("supernet", 1, 500.0), study("search", 300, 75.0), study("sums", 0, 0.0)]);
        assert_eq!(ahead.seconds_left(10.0), None, "nothing is done");
        ahead.trial_finished("supernet", Source::Worker);
        ahead.study_finished("supernet");
        assert_eq!(ahead.seconds_left(250.0), Some(37.5), "two tasks at a time: twice as fast as expected");
        // What is in the store or in evidence is left out of what is ahead, and took nobody's time.
        (0..150).for_each(|_| ahead.trial_finished("search", Source::Evidence));
        assert_eq!(ahead.seconds_left(250.0), Some(18.75));
        ahead.study_finished("search");
        assert_eq!(ahead.seconds_left(260.0), None, "nothing is left");
    }

    #[test]
    fn without_expectations_trials_are_counted() {
        let mut ahead = Ahead::of(&[study("a", 3, 0.0), study("b", 3, 0.0)]);
        ahead.trial_finished("a", Source::Worker);
        ahead.trial_finished("a", Source::Worker);
        ahead.trial_finished("unknown", Source::Worker);
        assert_eq!(ahead.seconds_left(10.0), Some(20.0));
    }
}
