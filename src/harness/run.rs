//! From a plan to verdicts: the studies of one experiment, their analysis and the judgement of every claim.
//!
//! A run has a store and workers (`RunContext`) and stores what it computed; a replay has records alone, the evidence
//! of a committed report, and computes everything else from them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Mutex;

use anyhow::{Context as _, Result, anyhow};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::analysis::{Analysis, Unplanned};
use super::commits::{self, Commits};
use super::context::{MissingTrials, ReplayContext, RunContext};
use super::event::{Event, Observer};
use super::evidence::Evidence;
use super::paper::AnyPaper;
use super::schedule::run_in_order;
use super::store::{Address, Answer, Identity, Key, Record, Records, STUDY, StepResult, WorkerIdentity};
use super::study::{Context, Results, Study, StudyResult};
use super::timing::TimeSource;
use renas_base::digest::Digest;
use renas_base::parallel::{self, lock, unlocked};
use renas_data::locate::locate;
use renas_data::registry::{Content, DataSet, Registry};
use renas_observe::declare::Declarations;
use renas_report::claim::Claim;
use renas_report::clusters::Clusters;
use renas_report::findings::Findings;
use renas_report::judge::{JudgeContext, Judgement, judge};
use renas_report::page::Clock;
use renas_report::summary::{Summaries, summarize};

/// The form of what is stored of a study, part of its key; raised when `StudyRecord` changes.
const STUDY_RECORD_FORMAT: u32 = 2;

/// One experiment at one profile.
#[derive(Clone, Copy)]
pub struct Experiment<'a> {
    /// What runs it.
    pub paper: &'a dyn AnyPaper,
    /// The paper's parameters at this profile.
    pub parameters: &'a Value,
    /// The studies to run: the plan, or a part of it that holds all that it needs.
    pub plan: &'a [Study],
    /// What the manifest declares over the paper's observations.
    pub declarations: &'a Declarations,
    /// The claims to judge.
    pub claims: &'a [Claim],
    /// The profile's name.
    pub profile: &'a str,
    /// What one more cluster costs, and the planned looks.
    pub clusters: &'a Clusters,
    /// Where times come from.
    pub clock: Clock,
    /// What they are reckoned from: part of the keys of studies, where there is anything.
    pub time: TimeSource,
    /// What computes trials: part of their keys.
    pub worker: &'a WorkerIdentity,
    /// The known data sets.
    pub data: &'a Registry,
}

/// What an experiment gave.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StudyOutputs {
    /// Results of studies by id.
    pub results: Results,
    /// Digest of each study's result.
    pub digests: BTreeMap<String, Digest>,
    /// Keys of all trials and derived values that the studies used.
    pub used: BTreeSet<Key>,
    /// The same by study.
    pub used_by: BTreeMap<String, BTreeSet<Key>>,
    /// The studies that derive from measured times or from what trials took: another machine gives other results.
    pub observed: BTreeSet<String>,
    /// The studies that are not finished, and why, in the order of the plan; studies that need one of them have no reason.
    pub unfinished: Vec<(String, Option<String>)>,
}

/// What its analysis says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conclusions {
    /// Quantities, tables and figures.
    pub findings: Findings,
    /// Size, mean and intervals of every quantity.
    pub summaries: Summaries,
    /// The verdict on every claim, in the manifest's order.
    pub judgements: Vec<Judgement>,
    /// The studies that each claim is made of, by its id.
    #[serde(skip)]
    pub studies: BTreeMap<String, Vec<String>>,
}

/// A study's stored result: what it gave, and the steps that it used.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StudyRecord {
    /// The result's text: a fully cached run hashes hundreds of them and reads none into types.
    pub result: String,
    /// Keys of the trials and derived values that it used.
    pub used: BTreeSet<Key>,
    /// Digests of the measured times and of the seconds of trials among them: what was lost is never had again, nor is what
    /// derived from it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub observed: BTreeMap<Key, Digest>,
}

impl Experiment<'_> {
    /// Run the studies, as many at a time as `threads`; what is in the store already is not computed again.
    pub fn run(&self, run: &RunContext<'_>, observer: &dyn Observer, threads: usize) -> Result<StudyOutputs> {
        let finished = Mutex::new(Finished::default());
        let study = |study: &Study, needs: &Results, commits: &Commits<'_>| {
            let address = self.address(study, &lock(&finished).digests)?;
            let known = run.find(&address)?.map(|record| StudyRecord::of(&record.result)).transpose()?;
            let was_observed = known.as_ref().is_some_and(|known| !known.observed.is_empty());
            if let Some(stored) = known {
                // Where a trial was lost or damaged since, the study asks for it again.
                if run.are_intact(&stored.used)? && run.are_observed(&stored.observed)? {
                    observer.event(&Event::StudyFinished { study: study.id.clone(), hit: true });
                    return Ok(self.add(&finished, study, address.key(), stored));
                }
            }
            observer.event(&Event::StudyStarted { study: study.id.clone(), trials: study.trials });
            let context = run.study(&study.id).timed_by(self.time);
            let result = StudyResult::of(&self.paper.run(study, needs, &context)?)?;
            let record_of_study =
                StudyRecord { result: result.text().to_owned(), used: context.used(), observed: context.observed() };
            let result = StepResult::Value(serde_json::to_value(&record_of_study)?);
            let record = Record { identity: address.identity().clone(), result, observation: None };
            if run.replayed(&record_of_study.used).is_empty() {
                commits.store(commits::Finished { study: study.id.clone(), record, replaces: was_observed })?;
            } else {
                // A stored study promises records of the store.
                observer.event(&Event::StudyFinished { study: study.id.clone(), hit: false });
            }
            Ok(self.add(&finished, study, address.key(), record_of_study))
        };
        let results = Commits::during(run, observer, |commits| {
            run_in_order(self.plan, threads, &|one, needs| study(one, needs, commits).map(Some))
        })?;
        let finished = unlocked(finished);
        Ok(finished.with(results))
    }

    /// Compute every study again from the records of its trials; a trial that is not there is an error.
    pub fn replay(&self, records: &dyn Records, threads: usize) -> Result<StudyOutputs> {
        let studied = self.replay_available(records, threads)?;
        match studied.unfinished.iter().find_map(|(study, why)| Some((study, why.as_ref()?))) {
            Some((study, why)) => Err(anyhow!("{why}").context(format!("study {study}"))),
            None => Ok(studied),
        }
    }

    /// Compute every study again whose trials are there.
    ///
    /// A study that reads somebody else's table is computed again where the table is available, else its record is taken.
    pub fn replay_available(&self, records: &dyn Records, threads: usize) -> Result<StudyOutputs> {
        let finished = Mutex::new(Finished::default());
        let reasons: Mutex<BTreeMap<String, String>> = Mutex::default();
        let results = run_in_order(self.plan, threads, &|study, needs| {
            if study.needs.iter().any(|need| !needs.contains(need)) {
                return Ok(None);
            }
            let address = self.address(study, &lock(&finished).digests)?;
            if self.tables(study).iter().any(|table| locate(table, self.data.locations()).is_err()) {
                let found = study_record(records, &address)?;
                let missing = || {
                    let (source, tables) = (records.source().display(), study.data.join(", "));
                    format!("{source} does not hold its result, and {tables} is not available (`renas data list`)")
                };
                let found = found.with_context(missing)?;
                return Ok(Some(self.add(&finished, study, address.key(), found)));
            }
            let context = ReplayContext::new(records, self.worker, self.data).timed_by(self.time);
            let result = match self.paper.run(study, needs, &context as &dyn Context) {
                Err(error) if error.downcast_ref::<MissingTrials>().is_some() => {
                    lock(&reasons).insert(study.id.clone(), format!("{error:#}"));
                    return Ok(None);
                }
                result => StudyResult::of(&result?)?,
            };
            let record_of_study =
                StudyRecord { result: result.text().to_owned(), used: context.used(), observed: context.observed() };
            Ok(Some(self.add(&finished, study, address.key(), record_of_study)))
        })?;
        let finished = unlocked(finished);
        let mut reasons = unlocked(reasons);
        let unfinished = self.plan.iter().filter(|study| !results.contains(&study.id));
        let unfinished = unfinished.map(|study| (study.id.clone(), reasons.remove(&study.id))).collect();
        Ok(StudyOutputs { unfinished, ..finished.with(results) })
    }

    /// The studies whose results are in a store already, by id.
    pub fn finished(&self, records: &dyn Records) -> Result<BTreeMap<String, StudyRecord>> {
        let needed: BTreeSet<&String> = self.plan.iter().flat_map(|study| &study.needs).collect();
        let mut digests = BTreeMap::new();
        let mut finished = BTreeMap::new();
        for study in self.plan {
            if !study.needs.iter().all(|need| digests.contains_key(need)) {
                continue;
            }
            let Some(stored) = study_record(records, &self.address(study, &digests)?)? else { continue };
            if needed.contains(&study.id) {
                digests.insert(study.id.clone(), Digest::of(stored.result.as_bytes()));
            }
            finished.insert(study.id.clone(), stored);
        }
        Ok(finished)
    }

    /// What the results say. Pure.
    pub fn conclude(&self, studied: &StudyOutputs) -> Result<Conclusions> {
        let Self { paper, parameters, declarations, data, clock, .. } = *self;
        let analysis = Analysis { paper, parameters, declarations, data, clock };
        let promise = analysis.promise().map_err(Unplanned::into_error).context("the names of quantities")?;
        let findings = analysis.findings(&promise, &studied.results)?;
        let summaries = summarize(&findings);
        let data = self.data_read();
        let Self { profile, clusters, .. } = *self;
        let of_claim = |claim: &Claim| {
            let studies = promise.studies(&claim.quantities().into_iter().collect(), self.plan);
            (claim.id.clone(), studies.into_iter().map(|study| study.id).collect())
        };
        let studies = self.claims.iter().map(of_claim).collect();
        let promised: BTreeSet<String> = promise.quantities.into_iter().map(|one| one.name).collect();
        let context = JudgeContext { data: &data, profile, clock, promised: &promised, clusters };
        // Side by side: each draws from streams of its own.
        let judgements =
            parallel::map(self.claims, parallel::cores(), |claim| judge(claim, &findings, &summaries, context));
        Ok(Conclusions { findings, summaries, judgements, studies })
    }

    /// Names of the data sets that the plan reads, in order of name.
    pub fn data_read(&self) -> Vec<String> {
        let names: BTreeSet<&String> = self.plan.iter().flat_map(|study| &study.data).collect();
        names.into_iter().cloned().collect()
    }

    /// Note a finished study. Where it reads a table that others published its record is evidence, since the table is not ours to
    /// commit, and the reader who rebuilds the report may not have it.
    fn add(&self, finished: &Mutex<Finished>, study: &Study, key: Key, record: StudyRecord) -> StudyResult {
        lock(finished).add(study, (!self.tables(study).is_empty()).then_some(key), record)
    }

    /// The tables that others published and this study reads.
    fn tables(&self, study: &Study) -> Vec<&DataSet> {
        let sets = study.data.iter().filter_map(|name| self.data.find(name).ok());
        sets.filter(|set| matches!(set.content, Content::Table)).collect()
    }

    /// What a study's result depends on: its own description, what it reads, and what computes its trials.
    fn address(&self, study: &Study, digests: &BTreeMap<String, Digest>) -> Result<Address> {
        let needs: BTreeMap<&String, Digest> = study.needs.iter().map(|need| (need, digests[need])).collect();
        let mut inputs = json!({
            "paper": self.paper.id(),
            "study": study.id,
            "inputs": study.inputs,
            "needs": needs,
            "worker": self.worker,
            "format": STUDY_RECORD_FORMAT,
        });
        if let Some(time) = self.time.identity() {
            inputs["time"] = time;
        }
        Ok(Identity::new(STUDY, self.paper.version(), &inputs)?.address())
    }
}

/// What is known of the studies that are done.
#[derive(Default)]
struct Finished {
    digests: BTreeMap<String, Digest>,
    used_by: BTreeMap<String, BTreeSet<Key>>,
    /// Records of studies that are evidence themselves.
    studies: BTreeSet<Key>,
    observed: BTreeSet<String>,
}

impl Finished {
    /// Note a study; its key where its record is evidence.
    fn add(&mut self, study: &Study, key: Option<Key>, record_of_study: StudyRecord) -> StudyResult {
        let result = StudyResult::from_text(record_of_study.result);
        self.digests.insert(study.id.clone(), result.digest());
        self.used_by.insert(study.id.clone(), record_of_study.used);
        if !record_of_study.observed.is_empty() || study.needs.iter().any(|need| self.observed.contains(need)) {
            self.observed.insert(study.id.clone());
        }
        self.studies.extend(key);
        result
    }

    fn with(self, results: Results) -> StudyOutputs {
        let Self { digests, used_by, studies, observed } = self;
        let used = used_by.values().flatten().copied().chain(studies).collect();
        StudyOutputs { results, digests, used, used_by, observed, unfinished: Vec::new() }
    }
}

impl StudyRecord {
    fn of(result: &StepResult) -> Result<Self> {
        let value = result.value().context("its record holds an outcome instead of a result")?;
        Self::deserialize(value).context("its record is not a study's")
    }
}

/// A study's record, where there is one.
fn study_record(records: &dyn Records, address: &Address) -> Result<Option<StudyRecord>> {
    let found: Option<Answer> = records.find(address)?;
    found.map(|answer| StudyRecord::of(&answer.result)).transpose()
}

/// The evidence of an experiment: the records that its studies used.
pub fn evidence_of(run: &RunContext<'_>, studied: &StudyOutputs, path: &Path) -> Result<Evidence> {
    Evidence::gather(path, studied.used.iter().map(|&key| anyhow::Ok((key, run.record(key)?))))
}
