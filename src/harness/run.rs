//! From a plan to verdicts: the studies of one experiment, their analysis and the judgement of every claim.
//!
//! A run has a workbench (a store and workers) and remembers what it computed; a replay has records alone, the evidence
//! of a committed report, and computes everything else from them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::context::{ReplayContext, Workbench};
use super::event::{Event, Observer};
use super::schedule::run_in_order;
use super::store::{Evidence, Identity, Key, Record, Records, StepResult, WorkerIdentity};
use super::study::{Context, Paper, Results, Study};
use crate::base::digest::Digest;
use crate::data::locate::Locations;
use crate::report::claim::Claim;
use crate::report::findings::Findings;
use crate::report::judge::{Judgement, Setting, judge};
use crate::report::page::Clock;
use crate::report::summary::{Summaries, summarize};

/// Version of summarising and judging; raised when the same findings would give other verdicts.
const JUDGING_VERSION: u32 = 2;

/// One experiment at one profile.
#[derive(Clone, Copy)]
pub struct Experiment<'a> {
    /// What runs it.
    pub paper: &'a dyn Paper,
    /// The paper's parameters at this profile.
    pub parameters: &'a Value,
    /// The studies to run: the plan, or a part of it that holds all that it needs.
    pub plan: &'a [Study],
    /// The claims to judge.
    pub claims: &'a [Claim],
    /// Where training times come from.
    pub clock: Clock,
    /// What computes trials: part of their keys.
    pub worker: &'a WorkerIdentity,
}

/// What an experiment gave.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Studied {
    /// Results of studies by id.
    pub results: Results,
    /// Digest of each study's result.
    pub digests: BTreeMap<String, Digest>,
    /// Keys of all trials and derived values that the studies used.
    pub used: BTreeSet<Key>,
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
}

/// A study's stored result: what it gave, and the steps that it used.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Remembered {
    /// The result.
    pub result: Value,
    /// Keys of the trials and derived values that it used.
    pub used: BTreeSet<Key>,
}

impl Experiment<'_> {
    /// Run the studies, as many at a time as `threads`; what is in the store already is not computed again.
    pub fn run(&self, bench: &Workbench<'_>, observer: &dyn Observer, threads: usize) -> Result<Studied> {
        let finished = Mutex::new(Finished::default());
        let results = run_in_order(self.plan, threads, &|study, needs| {
            let identity = self.identity(study, &lock(&finished).digests);
            let address = identity.address()?;
            if let Some(record) = bench.find(&address)? {
                let value = record.value().context("its record holds an outcome instead of a result")?;
                let remembered = Remembered::deserialize(value).context("its record is not a study's")?;
                // Where a trial was lost or damaged since, the study asks for it again.
                if bench.are_intact(&remembered.used)? {
                    observer.event(&Event::StudyFinished { study: study.id.clone(), hit: true });
                    return lock(&finished).add(study, remembered);
                }
            }
            observer.event(&Event::StudyStarted { study: study.id.clone(), trials: study.trials });
            let context = bench.study(&study.id);
            let result = self.paper.run(study, needs, &context)?;
            let remembered = Remembered { result, used: context.used() };
            let result = StepResult::Value(serde_json::to_value(&remembered)?);
            bench.commit(Record { identity: address.identity().clone(), result, observation: None })?;
            observer.event(&Event::StudyFinished { study: study.id.clone(), hit: false });
            lock(&finished).add(study, remembered)
        })?;
        let Finished { digests, used } = finished.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok(Studied { results, digests, used })
    }

    /// Compute every study again from the records of its trials; a trial that is not there is an error.
    pub fn replay(&self, records: &dyn Records, data: &Locations, threads: usize) -> Result<Studied> {
        let finished = Mutex::new(Finished::default());
        let results = run_in_order(self.plan, threads, &|study, needs| {
            let context = ReplayContext::new(records, self.worker, data);
            let result = self.paper.run(study, needs, &context as &dyn Context)?;
            lock(&finished).add(study, Remembered { result, used: context.used() })
        })?;
        let Finished { digests, used } = finished.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok(Studied { results, digests, used })
    }

    /// The studies whose results are in a store already, by id.
    pub fn finished(&self, records: &dyn Records) -> Result<BTreeMap<String, Remembered>> {
        let mut digests = BTreeMap::new();
        let mut finished = BTreeMap::new();
        for study in self.plan {
            if !study.needs.iter().all(|need| digests.contains_key(need)) {
                continue;
            }
            let Some(record) = records.find(&self.identity(study, &digests).address()?)? else { continue };
            let value = record.value().context("a study's record holds an outcome instead of a result")?;
            let remembered = Remembered::deserialize(value).context("a study's record")?;
            digests.insert(study.id.clone(), Digest::of_value(&remembered.result)?);
            finished.insert(study.id.clone(), remembered);
        }
        Ok(finished)
    }

    /// What the results say; remembered, since resampling takes time.
    pub fn conclude_remembered(&self, bench: &Workbench<'_>, studied: &Studied) -> Result<Conclusions> {
        let inputs = json!({
            "paper": self.paper.id(),
            "parameters": self.parameters,
            "results": studied.digests,
            "claims": self.claims,
            "clock": self.clock,
            "judging": JUDGING_VERSION,
        });
        let identity = Identity { step: "conclude".to_owned(), version: self.paper.version(), inputs, worker: None };
        let address = identity.address()?;
        if let Some(record) = bench.find(&address)? {
            let text = record.value().and_then(Value::as_str).context("the record of the conclusions is no text")?;
            return serde_json::from_str(text).context("the record of the conclusions");
        }
        let conclusions = self.conclude(studied)?;
        // As text: a claim that was not tested has no interval, and a record holds no `null`.
        let result = StepResult::Value(serde_json::to_string(&conclusions)?.into());
        bench.commit(Record { identity: address.identity().clone(), result, observation: None })?;
        Ok(conclusions)
    }

    /// What the results say. Pure.
    pub fn conclude(&self, studied: &Studied) -> Result<Conclusions> {
        let findings = self.paper.analyze(self.parameters, &studied.results).context("analysis")?;
        let summaries = summarize(&findings);
        let data = self.data();
        let setting = Setting { data: &data, clock: self.clock };
        let judgements = self.claims.iter().map(|claim| judge(claim, &findings, &summaries, setting)).collect();
        Ok(Conclusions { findings, summaries, judgements })
    }

    /// Names of the data sets that the plan reads, in order of name.
    pub fn data(&self) -> Vec<String> {
        let names: BTreeSet<&String> = self.plan.iter().flat_map(|study| &study.data).collect();
        names.into_iter().cloned().collect()
    }

    /// What a study's result depends on: its own description, what it reads, and what computes its trials.
    fn identity(&self, study: &Study, digests: &BTreeMap<String, Digest>) -> Identity {
        let needs: BTreeMap<&String, Digest> = study.needs.iter().map(|need| (need, digests[need])).collect();
        let inputs = json!({
            "paper": self.paper.id(),
            "study": study.id,
            "inputs": study.inputs,
            "needs": needs,
            "worker": self.worker,
        });
        Identity { step: "study".to_owned(), version: self.paper.version(), inputs, worker: None }
    }
}

/// What is known of the studies that are done.
#[derive(Default)]
struct Finished {
    digests: BTreeMap<String, Digest>,
    used: BTreeSet<Key>,
}

impl Finished {
    fn add(&mut self, study: &Study, remembered: Remembered) -> Result<Value> {
        self.digests.insert(study.id.clone(), Digest::of_value(&remembered.result)?);
        self.used.extend(remembered.used);
        Ok(remembered.result)
    }
}

fn lock(finished: &Mutex<Finished>) -> std::sync::MutexGuard<'_, Finished> {
    finished.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The evidence of an experiment: the records that its studies used.
pub fn evidence_of(bench: &Workbench<'_>, studied: &Studied, path: &Path) -> Result<Evidence> {
    let records = studied.used.iter().map(|key| Ok(bench.record(*key)?.as_ref().clone()));
    Ok(Evidence::new(path, records.collect::<Result<Vec<_>>>()?)?)
}
