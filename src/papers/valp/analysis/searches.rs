//! Quantities of the searches.

use super::climbing::{
    FIRST_PHASE, KEY_STEPS, NEAR_FIRST_PHASE, Pair, PooledFront, hypervolume, hypervolume_within, is_reducer,
    pair_counts, share, spent,
};
use super::evidence::Evidence;
use super::quantities::{Entry, means_by};
use crate::arm::Arm;
use crate::diagnosis::sub_loss::Trend;
use crate::search::SearchRecord;
use crate::settings::{ArmSettings, Settings};
use renas_base::metric::Unit;
use renas_base::seed::Seed;
use renas_report::catalogue::exact;
use renas_report::findings::Measured;
use renas_stats::bootstrap::Bootstrap;
use renas_stats::summary::{quantile, sorted};

/// How intervals of fronts are made.
const RESAMPLED: &str = "percentile bootstrap over pairs, 2,000 resamples";

/// What a count of all pairs together is instead of a sample.
const NO_INTERVAL: &str = "none: a count over all pairs together";

/// Quantities of one arm in the making.
struct List<'a> {
    arm: ArmSettings,
    settings: &'a Settings,
    entries: Vec<Entry>,
}

impl List<'_> {
    fn add(
        &mut self,
        name: &str,
        label: &str,
        unit: Unit,
        over: &str,
        read: impl Fn(&Evidence) -> Option<Measured> + 'static,
    ) {
        let arm = self.arm.name;
        self.entries.push(Entry {
            name: format!("search.{arm}.{name}"),
            label: format!("{label} ({arm})"),
            unit,
            data: Some(self.settings.search.data.name.clone()),
            over: over.to_owned().into(),
            observed_time: false,
            read: Box::new(read),
        });
    }

    /// A number of each search.
    fn of_search(
        &mut self,
        name: &str,
        label: &str,
        unit: Unit,
        value: impl Fn(&SearchRecord) -> Option<f64> + 'static,
    ) {
        let arm = self.arm.name;
        self.add(name, label, unit, "pair", move |evidence| {
            let searches = evidence.searches(arm).iter().enumerate();
            means_by(searches.filter_map(|(pair, record)| Some((pair, value(record)?))))
        });
    }

    /// A number of each pair of searches.
    fn of_pair(&mut self, name: &str, label: &str, value: impl Fn(Pair<'_>) -> f64 + 'static) {
        let arm = self.arm.name;
        self.add(name, label, Unit::One, "pair", move |evidence| {
            means_by(evidence.pairs(arm).into_iter().map(&value).enumerate())
        });
    }

    /// A number of all pairs together, whose interval comes from drawing pairs again.
    fn of_pairs<T: 'static>(
        &mut self,
        name: &str,
        label: &str,
        prepare: impl Fn(&[Pair<'_>]) -> T + 'static,
        value: impl Fn(&T, &[usize]) -> f64 + 'static,
    ) {
        let arm = self.arm.name;
        let seed: Seed = self.settings.root().derive("bootstrap").derive(arm.name());
        let own = name.to_owned();
        self.add(name, label, Unit::One, "pair", move |evidence| {
            let pairs = evidence.pairs(arm);
            let all: Vec<usize> = (0..pairs.len()).collect();
            if all.len() < 2 {
                return None;
            }
            let prepared = prepare(&pairs);
            let interval =
                Bootstrap::default().of(&all, |drawn| Some(value(&prepared, drawn)), &mut seed.stream(&own)).ok()?;
            let n = all.len();
            let value = value(&prepared, &all);
            Some(Measured::Estimate {
                value,
                low: interval.low,
                high: interval.high,
                n,
                interval: RESAMPLED.to_owned(),
            })
        });
    }
}

/// Every quantity of the searches.
pub(super) fn catalogue(settings: &Settings) -> Vec<Entry> {
    let mut entries = Vec::new();
    for arm in &settings.search.arms {
        let mut list = List { arm: *arm, settings, entries: Vec::new() };
        alone(&mut list);
        match arm.name {
            Arm::Random => {}
            Arm::Guided | Arm::GuidedWritten | Arm::GuidedReference | Arm::GuidedPrinciples => {
                guided(&mut list);
                if let Some(random) = settings.arm(Arm::Random) {
                    against_random(&mut list, random);
                }
            }
        }
        entries.extend(list.entries);
    }
    entries
}

/// What is measured of every arm by itself.
fn alone(list: &mut List<'_>) {
    let corner = list.settings.analysis.corner;
    list.of_search("accepted_share", "share of candidates that were accepted", Unit::Fraction, |record| {
        share(&record.steps, |step| step.accepted)
    });
    let last = list.arm.steps;
    for step in KEY_STEPS.into_iter().filter(|step| *step <= last) {
        let label = format!("hypervolume of the start and {step} candidates, a share of the box around the start");
        list.of_search(&format!("step{step}.hypervolume"), &label, Unit::Fraction, move |record| {
            Some(hypervolume(record, step, corner))
        });
    }
    let label = "multiply-adds of all steps, in units of 10^12";
    list.of_search("compute", label, Unit::One, |record| Some(spent(record) / 1e12));
    let label = "share of reducers in the first 18 steps";
    list.of_search("reducers.early_share", label, Unit::Fraction, |record| {
        share(&record.steps[..record.steps.len().min(FIRST_PHASE)], is_reducer)
    });
    if list.arm.steps > FIRST_PHASE {
        let label = "share of reducers after the first 18 steps";
        list.of_search("reducers.late_share", label, Unit::Fraction, |record| {
            share(record.steps.get(FIRST_PHASE..)?, is_reducer)
        });
    }
}

/// What only guided searches have.
fn guided(list: &mut List<'_>) {
    let label = "share of steps that no rule advised";
    list.of_search("fallback_share", label, Unit::Fraction, |record| {
        share(&record.steps, |step| step.choice.candidate.is_none())
    });
    for (trend, name) in [(Trend::Stuck, "stuck"), (Trend::Moderate, "moderate"), (Trend::Steep, "steep")] {
        let label = format!("share of outputs, of all that were diagnosed, whose loss was {name}");
        list.of_search(&format!("state.{name}_share"), &label, Unit::Fraction, move |record| {
            let all: Vec<Trend> = record.steps.iter().flat_map(|step| step.trends.values().copied()).collect();
            let count = all.iter().filter(|one| **one == trend).count();
            (!all.is_empty()).then(|| count as f64 / all.len() as f64)
        });
    }
}

/// The arm against random search from the same starts.
fn against_random(list: &mut List<'_>, random: &ArmSettings) {
    let corner = list.settings.analysis.corner;
    let last = list.arm.steps.min(random.steps);
    for step in KEY_STEPS.into_iter().filter(|step| *step <= last) {
        let name = |name: &str| format!("step{step}.{name}");
        let label = format!("hypervolume minus that of random search, after {step} candidates each");
        list.of_pair(&name("gain"), &label, move |(arm, random)| {
            hypervolume(arm, step, corner) - hypervolume(random, step, corner)
        });
        let label = format!("points on the pair's front minus those of random search, step {step}");
        list.of_pair(&name("lead"), &label, move |pair| lead(pair_counts(pair, step)));
        for (name_of, words, level) in [("median_lead", "median", 0.5), ("upper_quartile_lead", "upper quartile", 0.75)]
        {
            let label = format!("{words} over pairs of points on the front minus that of random search, step {step}");
            let counts = move |pairs: &[Pair<'_>]| -> Vec<[usize; 2]> {
                pairs.iter().map(|pair| pair_counts(*pair, step)).collect()
            };
            list.of_pairs(&name(name_of), &label, counts, move |counts, drawn| {
                let of = |side: usize| -> Vec<f64> { drawn.iter().map(|pair| counts[*pair][side] as f64).collect() };
                quantile(&sorted(&of(0)), level) - quantile(&sorted(&of(1)), level)
            });
        }
        let label = format!("points on the front of all pairs together minus those of random search, step {step}");
        let front = move |pairs: &[Pair<'_>]| PooledFront::new(pairs, step);
        list.of_pairs(&format!("pooled.step{step}.lead"), &label, front, |front, drawn| lead(front.counts(drawn)));
    }
    let label = "hypervolume minus that of random search, when both have spent as much as the cheaper one in all";
    list.of_pair("equal_compute.gain", label, move |(arm, random)| {
        let budget = spent(arm).min(spent(random));
        hypervolume_within(arm, budget, corner) - hypervolume_within(random, budget, corner)
    });
    whole(list, last);
}

/// What happened at all, over all pairs together.
fn whole(list: &mut List<'_>, last: usize) {
    let arm = list.arm.name;
    let label = "most points of a run on its pair's front minus the most of a random run, last step";
    list.add("largest_lead", label, Unit::One, "pair", move |evidence| {
        let counts: Vec<[usize; 2]> = evidence.pairs(arm).into_iter().map(|pair| pair_counts(pair, last)).collect();
        let most = |side: usize| counts.iter().map(|count| count[side]).max();
        Some(exact(most(0)? as f64 - most(1)? as f64, counts.len(), NO_INTERVAL))
    });
    if last < *NEAR_FIRST_PHASE.start() {
        return;
    }
    let label = "steps from 16 to 20 at which the front of all pairs together is one point of the arm";
    list.add("sole_dominator_steps", label, Unit::Count, "pair", move |evidence| {
        let pairs = evidence.pairs(arm);
        let all: Vec<usize> = (0..pairs.len()).collect();
        let is_sole = |step: &usize| PooledFront::new(&pairs, *step).counts(&all) == [1, 0];
        let steps = NEAR_FIRST_PHASE.filter(|step| *step <= last).filter(is_sole).count();
        (!all.is_empty()).then(|| exact(steps as f64, all.len(), NO_INTERVAL))
    });
}

fn lead([arm, random]: [usize; 2]) -> f64 {
    arm as f64 - random as f64
}
