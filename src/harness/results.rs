//! What finished studies gave, as the text that is stored and hashed; read into types only where it is used.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;

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
    /// The result of the study of that id, as its type.
    pub fn read<T: DeserializeOwned>(&self, study: &str) -> Result<T> {
        let result = self.get(study).with_context(|| format!("no result of study {study}"))?;
        serde_json::from_str(result.text()).with_context(|| format!("result of study {study}"))
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
    pub fn insert(&mut self, study: String, result: StudyResult) {
        self.0.insert(study, result);
    }

    /// Ids of the finished studies, in order.
    pub fn studies(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The part of these results that a study reads.
    pub fn of_needs(&self, needs: &[String]) -> Self {
        Self(needs.iter().map(|need| (need.clone(), self.0[need].clone())).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_reads_back_exactly_and_a_missing_or_other_one_is_named() {
        let mut results = Results::default();
        results.insert("search/a".to_owned(), StudyResult::of(&vec![0.1 + 0.2, 1e-300]).expect("finite"));
        assert_eq!(results.read::<Vec<f64>>("search/a").expect("a list"), [0.1 + 0.2, 1e-300]);
        let other = results.read::<String>("search/a").expect_err("a list is no text").to_string();
        assert_eq!(other, "result of study search/a");
        assert_eq!(results.read::<u8>("b").expect_err("none").to_string(), "no result of study b");
    }
}
