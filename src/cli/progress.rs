//! Progress of a run on standard error: bars on a terminal, a line per finished group of studies elsewhere.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use serde::{Deserialize, Serialize};

use renas_harness::event::{Event, Observer};
use renas_harness::study::Study;

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
    /// Trials of the studies that are not finished yet, as planned.
    ahead: BTreeMap<String, usize>,
    computed: usize,
    hits: usize,
    started: Instant,
    last_line: Instant,
}

struct Running {
    bar: Option<ProgressBar>,
    trials: usize,
    done: usize,
    hits: usize,
}

/// What was done, for the closing line and the run record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Totals {
    /// Trials that workers computed.
    pub computed: usize,
    /// Trials that were in the store.
    pub hits: usize,
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} trials computed, {} from the store", self.computed, self.hits)
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
            ahead: plan.iter().map(|study| (study.id.clone(), study.trials)).collect(),
            computed: 0,
            hits: 0,
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
        Totals { computed: state.computed, hits: state.hits }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
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
        self.state().studies.insert(study.to_owned(), Running { bar, trials, done: 0, hits: 0 });
    }

    fn trial_finished(&self, study: &str, trial: &str, hit: bool, cpu_seconds: f64) {
        let mut state = self.state();
        if hit {
            state.hits += 1
        } else {
            state.computed += 1
        }
        let mut line = None;
        if let Some(running) = state.studies.get_mut(study) {
            running.done += 1;
            running.hits += usize::from(hit);
            if let Some(bar) = &running.bar {
                bar.set_position(running.done as u64);
                bar.set_message(format!("{} from the store", running.hits));
            }
            line = Some(format!(
                "{}{study}: {}/{} trials, {} from the store",
                self.prefix, running.done, running.trials, running.hits
            ));
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
                let how = if hit { "from the store".to_owned() } else { format!("{cpu_seconds:.2} s") };
                self.line(&format!("{}{study}: {trial}, {how}", self.prefix));
            }
            Some(line) if is_due => self.line(&format!("renas: {line}{left}")),
            _ => {}
        }
    }

    fn study_finished(&self, study: &str, hit: bool) {
        let mut state = self.state();
        state.finished_studies += 1;
        state.ahead.remove(study);
        let running = state.studies.remove(study);
        if let Some(bar) = running.as_ref().and_then(|running| running.bar.as_ref()) {
            bar.finish_and_clear();
        }
        let (computed, hits) = (state.computed, state.hits);
        if let Some(overall) = &state.overall {
            overall.set_position(state.finished_studies as u64);
            overall.set_message(format!("{computed} trials computed, {hits} from the store"));
        }
        drop(state);
        // Studies without trials end by the hundred: their count is in the closing line.
        if let Some(running) = running.filter(|running| running.trials > 0 && !hit && self.screen.say != Say::Trouble) {
            let (prefix, Running { done, hits, .. }) = (&self.prefix, running);
            self.line(&format!("renas: {prefix}{study}: {done} trials, {hits} of them from the store"));
        }
    }
}

impl State {
    /// `, about 3 min left`; empty while nothing was computed.
    fn time_left(&self) -> String {
        let planned: usize = self.ahead.values().sum();
        let done: usize = self.studies.values().map(|running| running.done).sum();
        if self.computed == 0 || done >= planned {
            return String::new();
        }
        let per_trial = self.started.elapsed().as_secs_f64() / self.computed as f64;
        let seconds = per_trial * (planned - done) as f64;
        format!(", {} of {} studies, about {} left", self.finished_studies, self.planned_studies, duration(seconds))
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
            Event::TrialFinished { study, trial, hit, cpu_seconds } => {
                self.trial_finished(study, trial, *hit, *cpu_seconds);
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
    fn totals_count_hits_and_computed_trials_and_every_style_parses() {
        let progress = Progress::new(&[], &Screen::new(Say::Trouble, true), "");
        assert!(progress.screen.bars.is_none());
        style_of("{elapsed_precise} {prefix}{bar:30} {pos}/{len} studies  {msg}");
        style_of("  {prefix:40!} {bar:24} {pos}/{len} trials  {msg}  {eta} left");
        for hit in [true, false, false] {
            progress.event(&Event::TrialFinished { study: "s".into(), trial: "t".into(), hit, cpu_seconds: 1.0 });
        }
        assert_eq!(progress.finish(), Totals { computed: 2, hits: 1 });
    }

    #[test]
    fn durations_are_short() {
        assert_eq!([0.02, 45.2, 130.0, 9000.0].map(duration), ["20 ms", "45 s", "2 min", "2.5 h"]);
    }
}
