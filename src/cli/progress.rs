//! Progress of a run on standard error: bars on a terminal, a line per finished group of studies elsewhere.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::AddAssign;
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use serde::{Deserialize, Serialize};

use ahead::Ahead;
use renas_base::parallel::lock;
use renas_harness::event::{Event, Observer, Source};
use renas_harness::study::Study;

mod ahead; // how long what is planned will still take

/// How much is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Say {
    /// Only what went wrong.
    Trouble,
    /// Studies as they end.
    Studies,
    /// Every trial.
    Trials,
}

/// Lines at least this far apart where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// Where progress is shown: bars on a terminal, which all that run at a time share, else lines.
#[derive(Clone)]
pub struct Screen {
    say: Say,
    bars: Option<MultiProgress>,
}

impl Screen {
    /// With bars where `draws`.
    pub fn new(say: Say, draws: bool) -> Self {
        Self { say, bars: (draws && say != Say::Trouble).then(MultiProgress::new) }
    }

    /// A line that stays, above the bars.
    fn line(&self, text: &str) {
        match &self.bars {
            Some(bars) => drop(bars.println(text)),
            None => errln!("{text}"),
        }
    }

    /// Do something that writes lines, without the bars.
    pub fn without_bars<R>(&self, writes: impl FnOnce() -> R) -> R {
        match &self.bars {
            Some(bars) => bars.suspend(writes),
            None => writes(),
        }
    }
}

/// Shows events as they come. Knows the plan, so that it can say what is left.
pub struct Progress {
    screen: Screen,
    /// What stands before the names of studies, where several experiments run.
    prefix: String,
    state: Mutex<State>,
}

struct State {
    studies: BTreeMap<String, Running>,
    overall: Option<ProgressBar>,
    planned_studies: usize,
    finished_studies: usize,
    ahead: Ahead,
    trials: Totals,
    started: Instant,
    last_line: Instant,
}

struct Running {
    bar: Option<ProgressBar>,
    planned: usize,
    trials: Totals,
}

/// What was done, for the closing line and the run record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Totals {
    /// Trials that workers computed.
    pub computed: usize,
    /// Trials that were in the store.
    pub from_store: usize,
    /// Trials that were in the evidence of a report, or of a run that was cut off.
    pub from_evidence: usize,
}

impl Totals {
    /// The same with one more.
    fn count(&mut self, source: Source) {
        *match source {
            Source::Worker => &mut self.computed,
            Source::Store => &mut self.from_store,
            Source::Evidence => &mut self.from_evidence,
        } += 1;
    }

    /// Trials in all.
    pub fn all(self) -> usize {
        self.computed + self.from_store + self.from_evidence
    }
}

impl AddAssign for Totals {
    fn add_assign(&mut self, other: Self) {
        self.computed += other.computed;
        self.from_store += other.from_store;
        self.from_evidence += other.from_evidence;
    }
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { computed, from_store, from_evidence } = self;
        write!(f, "{computed} trials computed, {from_store} from the store")?;
        if *from_evidence > 0 {
            write!(f, ", {from_evidence} from evidence")?;
        }
        Ok(())
    }
}

impl Progress {
    /// For a plan, on a screen; `prefix` stands before the names of its studies.
    pub fn new(plan: &[Study], screen: &Screen, prefix: &str) -> Self {
        let overall = screen.bars.as_ref().map(|bars| {
            let style = "{elapsed_precise} {prefix}{bar:30} {pos}/{len} studies  {msg}";
            let bar = ProgressBar::new(plan.len() as u64).with_style(style_of(style));
            bars.add(bar.with_prefix(prefix.replace('/', " ")))
        });
        let now = Instant::now();
        let state = State {
            studies: BTreeMap::new(),
            overall,
            planned_studies: plan.len(),
            finished_studies: 0,
            ahead: Ahead::of(plan),
            trials: Totals::default(),
            started: now,
            last_line: now,
        };
        Self { screen: screen.clone(), prefix: prefix.to_owned(), state: Mutex::new(state) }
    }

    /// Take the bars away and say what was done.
    pub fn finish(&self) -> Totals {
        let mut state = self.state();
        if let Some(bar) = state.overall.take() {
            bar.finish_and_clear();
        }
        state.trials
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    fn line(&self, text: &str) {
        self.screen.line(text);
    }

    fn study_started(&self, study: &str, trials: usize) {
        let bar = self.screen.bars.as_ref().filter(|_| trials > 0).map(|bars| {
            let style = "  {prefix:40!} {bar:24} {pos}/{len} trials  {msg}  {eta} left";
            let bar = ProgressBar::new(trials as u64)
                .with_style(style_of(style))
                .with_prefix(format!("{}{study}", self.prefix));
            bar.enable_steady_tick(Duration::from_millis(500));
            bars.insert_from_back(1, bar)
        });
        self.state().studies.insert(study.to_owned(), Running { bar, planned: trials, trials: Totals::default() });
    }

    fn trial_finished(&self, study: &str, trial: &str, source: Source, cpu_seconds: f64) {
        let mut state = self.state();
        state.trials.count(source);
        state.ahead.trial_finished(study, source);
        let mut line = None;
        if let Some(Running { bar, planned, trials }) = state.studies.get_mut(study) {
            trials.count(source);
            let done = trials.all();
            if let Some(bar) = bar {
                bar.set_position(done as u64);
                bar.set_message(known(*trials));
            }
            line = Some(format!("{}{study}: {done}/{planned} trials, {}", self.prefix, known(*trials)));
        }
        let is_due =
            self.screen.bars.is_none() && state.last_line.elapsed() >= LINE_EVERY && self.screen.say == Say::Studies;
        if is_due {
            state.last_line = Instant::now();
        }
        let left = state.time_left();
        drop(state);
        match line {
            _ if self.screen.say == Say::Trials => {
                let how = match source {
                    Source::Worker => format!("{cpu_seconds:.2} s"),
                    Source::Store => "from the store".to_owned(),
                    Source::Evidence => "from evidence".to_owned(),
                };
                self.line(&format!("{}{study}: {trial}, {how}", self.prefix));
            }
            Some(line) if is_due => self.line(&format!("renas: {line}{left}")),
            _ => {}
        }
    }

    fn study_finished(&self, study: &str, hit: bool) {
        let mut state = self.state();
        state.finished_studies += 1;
        state.ahead.study_finished(study);
        let running = state.studies.remove(study);
        if let Some(bar) = running.as_ref().and_then(|running| running.bar.as_ref()) {
            bar.finish_and_clear();
        }
        let trials = state.trials;
        if let Some(overall) = &state.overall {
            overall.set_position(state.finished_studies as u64);
            overall.set_message(trials.to_string());
        }
        drop(state);
        // Studies without trials end by the hundred: their count is in the closing line.
        if let Some(running) = running.filter(|running| running.planned > 0 && !hit && self.screen.say != Say::Trouble)
        {
            let (prefix, Running { trials, .. }) = (&self.prefix, running);
            self.line(&format!("renas: {prefix}{study}: {} trials, {}", trials.all(), known(trials)));
        }
    }
}

impl State {
    /// `, about 3 min left`; empty while nothing was computed.
    fn time_left(&self) -> String {
        let left = self.ahead.seconds_left(self.started.elapsed().as_secs_f64());
        left.map_or_else(String::new, |seconds| {
            format!(", {} of {} studies, about {} left", self.finished_studies, self.planned_studies, duration(seconds))
        })
    }
}

/// `3 from the store`, `3 from the store, 20 from evidence`: those that were not computed now.
fn known(trials: Totals) -> String {
    let Totals { from_store, from_evidence, .. } = trials;
    match from_evidence {
        0 => format!("{from_store} from the store"),
        _ => format!("{from_store} from the store, {from_evidence} from evidence"),
    }
}

/// `45 s`, `12 min`, `2.5 h`.
pub fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 1.0 => format!("{:.0} ms", 1000.0 * s),
        s if s < 90.0 => format!("{s:.0} s"),
        s if s < 5400.0 => format!("{:.0} min", s / 60.0),
        s => format!("{:.1} h", s / 3600.0),
    }
}

fn style_of(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).expect("the template is a constant that a test parses")
}

impl Observer for Progress {
    fn event(&self, event: &Event) {
        match event {
            Event::StudyStarted { study, trials } => self.study_started(study, *trials),
            Event::TrialFinished { study, trial, source, cpu_seconds } => {
                self.trial_finished(study, trial, *source, *cpu_seconds);
            }
            Event::StudyFinished { study, hit } => self.study_finished(study, *hit),
            Event::Waiting { study, trial } if self.screen.say == Say::Trials => {
                self.line(&format!("renas: {}{study}: another study or process computes {trial}; waiting for it", self.prefix));
            }
            Event::Waiting { .. } => {}
            Event::MachineBusy { trial } => self.line(&format!(
                "renas: {trial}: waiting for another process of renas on this machine: while one takes times, no other computes"
            )),
            Event::WorkerDied { trial, attempt, attempts, how, stderr_end } => {
                let words =
                    if stderr_end.is_empty() { String::new() } else { format!("; the end of its standard error:\n{stderr_end}") };
                self.line(&format!("renas: {trial}: a worker {how} (attempt {attempt} of {attempts}){words}"));
            }
            Event::SetAside { path, to, why } => {
                let (path, to) = (path.display(), to.display());
                self.line(&format!("renas: {path} was damaged ({why}); moved to {to}, and computed again"));
            }
            Event::Kept { path, records } => {
                let path = path.display();
                self.line(&format!("renas: {path}: {records} finished trials and steps; with this file any machine goes on from them"));
            }
            Event::NotKept { why } => self.line(&format!("renas: {why}; finished trials are in the store alone")),
            Event::Recomputed { trial } => {
                self.line(&format!("renas: {trial}: its objects are missing or damaged; computed again"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals_count_trials_by_where_they_came_from_and_every_style_parses() {
        let progress = Progress::new(&[], &Screen::new(Say::Trouble, true), "");
        assert!(progress.screen.bars.is_none());
        style_of("{elapsed_precise} {prefix}{bar:30} {pos}/{len} studies  {msg}");
        style_of("  {prefix:40!} {bar:24} {pos}/{len} trials  {msg}  {eta} left");
        for source in [Source::Store, Source::Worker, Source::Evidence, Source::Worker] {
            progress.event(&Event::TrialFinished { study: "s".into(), trial: "t".into(), source, cpu_seconds: 1.0 });
        }
        let trials = progress.finish();
        assert_eq!(trials, Totals { computed: 2, from_store: 1, from_evidence: 1 });
        assert_eq!(trials.to_string(), "2 trials computed, 1 from the store, 1 from evidence");
    }

    #[test]
    fn durations_are_short() {
        assert_eq!([0.02, 45.2, 130.0, 9000.0].map(duration), ["20 ms", "45 s", "2 min", "2.5 h"]);
    }
}
