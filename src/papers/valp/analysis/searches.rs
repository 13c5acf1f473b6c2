//! Quantities of the searches: pairs from one start are the clusters.

use super::builder::{Entry, Kind, means_by};
use super::climbing::{
    FIRST_PHASE, KEY_STEPS, NEAR_FIRST_PHASE, Pair, front_counts, hypervolume, hypervolume_within, is_reducer,
    outliers, pair_counts, share, spent, top_quarter_leads, total,
};
use super::result_set::ResultSet;
use crate::diagnosis::sub_loss::Trend;
use crate::policy::arm::Arm;
use crate::settings::{ArmSettings, Settings};
use crate::study::search::SearchRecord;
use renas_base::metric::Unit;
use renas_report::catalogue::samples;
use renas_report::findings::Measured;
use renas_report::range::Range;

/// What all pairs together have one number of.
pub const EXPERIMENT: &str = "experiment of all pairs";

/// A share, shown in percent.
const SHARE: Kind = (Unit::Fraction, Range::SHARE);

/// A difference of two shares.
const DIFFERENCE: Kind = (Unit::One, Range::CORRELATION);

/// A difference of two counts.
const LEAD: Kind = (Unit::One, Range::ANY);

/// Builds the quantities of one arm.
struct ArmQuantities<'a> {
    arm: ArmSettings,
    settings: &'a Settings,
    entries: Vec<Entry>,
}

impl ArmQuantities<'_> {
    fn add(
        &mut self,
        name: &str,
        label: &str,
        (unit, range): Kind,
        over: &'static str,
        read: impl Fn(&ResultSet) -> Option<Measured> + 'static,
    ) {
        let arm = self.arm.name;
        self.entries.push(Entry {
            name: format!("search.{arm}.{name}"),
            label: format!("{label} ({arm})"),
            unit,
            data: Some(self.settings.search.data.name.clone()),
            over: over.into(),
            cluster: over.into(),
            range,
            observed_time: false,
            studies: renas_report::catalogue::all_studies(),
            read: Box::new(read),
        });
    }

    /// A number of each search.
    fn of_search(
        &mut self,
        name: &str,
        label: &str,
        kind: Kind,
        value: impl Fn(&SearchRecord) -> Option<f64> + 'static,
    ) {
        let arm = self.arm.name;
        self.add(name, label, kind, "pair", move |results| {
            let searches = results.searches(arm).iter().enumerate();
            means_by(searches.filter_map(|(pair, record)| Some((pair, value(record)?))))
        });
    }

    /// A number of each pair of searches.
    fn of_pair(&mut self, name: &str, label: &str, kind: Kind, value: impl Fn(Pair<'_>) -> f64 + 'static) {
        let arm = self.arm.name;
        self.add(name, label, kind, "pair", move |results| samples(results.pairs(arm).into_iter().map(&value)));
    }

    /// A number of each pair that hangs on all pairs. Where the labels of a pair are exchanged, its sign turns and all
    /// else stays: that is what makes it a sample.
    fn of_pairs(&mut self, name: &str, label: &str, kind: Kind, values: impl Fn(&[Pair<'_>]) -> Vec<f64> + 'static) {
        let arm = self.arm.name;
        self.add(name, label, kind, "pair", move |results| samples(values(&results.pairs(arm))));
    }

    /// One number of all pairs together, which has no spread.
    fn of_all(&mut self, name: &str, label: &str, kind: Kind, value: impl Fn(&[Pair<'_>]) -> f64 + 'static) {
        let arm = self.arm.name;
        self.add(name, label, kind, EXPERIMENT, move |results| {
            let pairs = results.pairs(arm);
            (!pairs.is_empty()).then(|| Measured::Samples(vec![value(&pairs)]))
        });
    }
}

/// Every quantity of the searches.
pub(super) fn catalogue(settings: &Settings) -> Vec<Entry> {
    let mut entries = Vec::new();
    for arm in &settings.search.arms {
        let mut list = ArmQuantities { arm: *arm, settings, entries: Vec::new() };
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
fn alone(list: &mut ArmQuantities<'_>) {
    let corner = list.settings.analysis.corner;
    list.of_search("accepted_share", "share of candidates that were accepted", SHARE, |record| {
        share(&record.steps, |step| step.accepted)
    });
    let last = list.arm.steps;
    for step in KEY_STEPS.into_iter().filter(|step| *step <= last) {
        let label = format!("hypervolume of the start and {step} candidates, a share of the box around the start");
        list.of_search(&format!("step{step}.hypervolume"), &label, SHARE, move |record| {
            Some(hypervolume(record, step, corner))
        });
    }
    let label = "multiply-adds of all steps, in units of 10^12";
    list.of_search("compute", label, (Unit::One, Range::NOT_NEGATIVE), |record| Some(spent(record) / 1e12));
    let label = "share of reducers in the first 18 steps";
    list.of_search("reducers.early_share", label, SHARE, |record| {
        share(&record.steps[..record.steps.len().min(FIRST_PHASE)], is_reducer)
    });
    if list.arm.steps > FIRST_PHASE {
        let label = "share of reducers after the first 18 steps";
        list.of_search("reducers.late_share", label, SHARE, |record| {
            share(record.steps.get(FIRST_PHASE..)?, is_reducer)
        });
    }
}

/// What only guided searches have.
fn guided(list: &mut ArmQuantities<'_>) {
    let label = "share of steps that no rule advised";
    list.of_search("fallback_share", label, SHARE, |record| {
        share(&record.steps, |step| step.choice.candidate.is_none())
    });
    for (trend, name) in [(Trend::Stuck, "stuck"), (Trend::Moderate, "moderate"), (Trend::Steep, "steep")] {
        let label = format!("share of outputs, of all that were diagnosed, whose loss was {name}");
        list.of_search(&format!("state.{name}_share"), &label, SHARE, move |record| {
            let all: Vec<Trend> = record.steps.iter().flat_map(|step| step.trends.values().copied()).collect();
            let count = all.iter().filter(|one| **one == trend).count();
            (!all.is_empty()).then(|| count as f64 / all.len() as f64)
        });
    }
}

/// The arm against random search from the same starts.
fn against_random(list: &mut ArmQuantities<'_>, random: &ArmSettings) {
    let corner = list.settings.analysis.corner;
    let last = list.arm.steps.min(random.steps);
    for step in KEY_STEPS.into_iter().filter(|step| *step <= last) {
        let name = |name: &str| format!("step{step}.{name}");
        let label = format!("hypervolume minus that of random search, after {step} candidates each");
        list.of_pair(&name("gain"), &label, DIFFERENCE, move |(arm, random)| {
            hypervolume(arm, step, corner) - hypervolume(random, step, corner)
        });
        let label = format!("points on the pair's front minus those of random search, step {step}");
        list.of_pair(&name("lead"), &label, LEAD, move |pair| lead(pair_counts(pair, step)));
        let label = format!(
            "whether a run is among the best quarter of the runs of both searches by points on the pair's front, step \
             {step}, minus whether that of random search is"
        );
        list.of_pairs(&name("top_quarter_lead"), &label, DIFFERENCE, move |pairs| {
            top_quarter_leads(&pairs.iter().map(|pair| pair_counts(*pair, step)).collect::<Vec<_>>())
        });
        let label = format!(
            "points of a pair on the front of all pairs together, those of random search subtracted, step {step}"
        );
        list.of_pairs(&format!("pooled.step{step}.lead"), &label, LEAD, move |pairs| {
            front_counts(pairs, step).into_iter().map(lead).collect()
        });
    }
    let label = "hypervolume minus that of random search, when both have spent as much as the cheaper one in all";
    list.of_pair("equal_compute.gain", label, DIFFERENCE, move |(arm, random)| {
        let budget = spent(arm).min(spent(random));
        hypervolume_within(arm, budget, corner) - hypervolume_within(random, budget, corner)
    });
    whole(list, last);
}

/// What happened at all, over all pairs together.
fn whole(list: &mut ArmQuantities<'_>, last: usize) {
    let side = move |pairs: &[Pair<'_>], side: usize| -> Vec<f64> {
        pairs.iter().map(|pair| pair_counts(*pair, last)[side] as f64).collect()
    };
    let most = move |pairs: &[Pair<'_>], at: usize| side(pairs, at).into_iter().fold(0.0, f64::max);
    let label = "most points of a run on its pair's front minus the most of a random run, last step";
    list.of_all("largest_lead", label, LEAD, move |pairs| most(pairs, 0) - most(pairs, 1));
    for (at, name, words) in [(0, "outliers", "runs"), (1, "random_outliers", "random runs")] {
        let label = format!(
            "{words} whose points on the pair's front lie more than 1.5 interquartile ranges above the upper quartile, \
             last step"
        );
        let kind = (Unit::Count, Range::NOT_NEGATIVE);
        list.of_all(name, &label, kind, move |pairs| outliers(&side(pairs, at)) as f64);
    }
    if last < *NEAR_FIRST_PHASE.start() {
        return;
    }
    let label = "steps from 16 to 20 at which the front of all pairs together is one point of the arm";
    list.of_all("sole_dominator_steps", label, (Unit::Count, Range::NOT_NEGATIVE), move |pairs| {
        let is_sole = |step: &usize| total(&front_counts(pairs, *step)) == [1, 0];
        NEAR_FIRST_PHASE.filter(|step| *step <= last).filter(is_sole).count() as f64
    });
}

fn lead([arm, random]: [usize; 2]) -> f64 {
    arm as f64 - random as f64
}
