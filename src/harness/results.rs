//! What finished studies gave, as the text that is stored and hashed; read into types only where it is used.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::handle::Handle;
use renas_base::digest::{Digest, canonical_json};

/// A study's result: canonical JSON, shared by all who read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StudyResult(Arc<str>);

impl StudyResult {
    /// The result `value`; an error where it has no canonical JSON (a number that is not finite).
    pub fn of<T: Serialize + ?Sized>(value: &T) -> Result<Self> {
        Ok(Self(canonical_json(value)?.into()))
    }

    /// The text of a result that was stored.
    pub fn from_text(text: String) -> Self {
        Self(text.into())
    }

    /// Its canonical JSON.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// SHA-256 of the text.
    pub fn digest(&self) -> Digest {
        Digest::of(self.0.as_bytes())
    }
}

/// Results of finished studies by id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Results(BTreeMap<String, StudyResult>);

impl Results {
    /// The result of a study.
    pub fn read<T: DeserializeOwned>(&self, study: &Handle<T>) -> Result<T> {
        let result = self.get(study.id()).with_context(|| format!("no result of study {study}"))?;
        serde_json::from_str(result.text()).with_context(|| format!("result of study {study}"))
    }

    /// The same where the study is finished: a run of a part of the studies has no other results.
    pub fn find<T: DeserializeOwned>(&self, study: &Handle<T>) -> Result<Option<T>> {
        if self.contains(study.id()) { self.read(study).map(Some) } else { Ok(None) }
    }

    /// The results of the first of these studies, up to one that is not finished: those of an arm by its seeds, so that the
    /// place of a result is its seed.
    pub fn leading<T: DeserializeOwned>(&self, studies: impl IntoIterator<Item = Handle<T>>) -> Result<Vec<T>> {
        studies.into_iter().map_while(|study| self.find(&study).transpose()).collect()
    }

    /// The part of these results whose studies `keeps` keeps.
    pub fn part(&self, keeps: impl Fn(&str) -> bool) -> Self {
        Self(self.0.iter().filter(|(study, _)| keeps(study)).map(|(study, one)| (study.clone(), one.clone())).collect())
    }

    /// The result of the study of that id.
    pub fn get(&self, study: &str) -> Option<&StudyResult> {
        self.0.get(study)
    }

    /// Whether that study is finished.
    pub fn contains(&self, study: &str) -> bool {
        self.0.contains_key(study)
    }

    /// Add a study's result, in place of one that it had.
    pub fn insert(&mut self, study: impl Into<String>, result: StudyResult) {
        self.0.insert(study.into(), result);
    }

    /// Ids of the finished studies, in order.
    pub fn studies(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The part of these results that a study reads.
    pub fn of_needs(&self, needs: &[String]) -> Self {
        Self(needs.iter().filter_map(|need| Some((need.clone(), self.0.get(need)?.clone()))).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leading_results_end_where_one_is_missing() {
        let mut results = Results::default();
        for seed in [0, 1, 3] {
            results.insert(format!("seed-{seed}"), StudyResult::of(&seed).expect("a number"));
        }
        let leading = |seeds: [u8; 4]| {
            results.leading(seeds.map(|seed| Handle::<u8>::new(format!("seed-{seed}")))).expect("numbers")
        };
        assert_eq!(
            (leading([0, 1, 2, 3]), leading([3, 1, 0, 2]), leading([2, 0, 1, 3])),
            (vec![0, 1], vec![3, 1, 0], vec![])
        );
        assert_eq!(results.part(|study| study != "seed-1").studies().collect::<Vec<_>>(), ["seed-0", "seed-3"]);
    }

    #[test]
    fn a_result_reads_back_exactly_and_a_missing_or_other_one_is_named() {
        let mut results = Results::default();
        results.insert("search/a".to_owned(), StudyResult::of(&vec![0.1 + 0.2, 1e-300]).expect("finite"));
        assert_eq!(results.read::<Vec<f64>>(&Handle::new("search/a")).expect("a list"), [0.1 + 0.2, 1e-300]);
        let other = results.read::<String>(&Handle::new("search/a")).expect_err("a list is no text").to_string();
        assert_eq!(other, "result of study search/a");
        assert_eq!(results.read::<u8>(&Handle::new("b")).expect_err("none").to_string(), "no result of study b");
        assert_eq!(results.find::<u8>(&Handle::new("b")).expect("none is no error"), None);
        assert!(results.find::<u8>(&Handle::new("search/a")).is_err(), "another type is");
    }
}
