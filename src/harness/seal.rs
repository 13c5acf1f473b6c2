//! A seal: what is claimed, how it is measured and which files it is made of, as digests from before the first result.
//!
//! It stands in the lock file, whose ledger holds the claims to it: one that changes afterwards needs an amendment. What else is
//! another one than was sealed is named: a quantity that is made otherwise changes what its claims say, and asks for their amendments.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::analysis::Promise;
use super::ledger::{Ledger, stated_digest};
use super::manifest::brought::Brought;
use super::manifest::model::Manifest;
use renas_base::digest::{CanonicalError, Digest};
use renas_report::claim::Claim;

/// What was sealed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seal {
    /// Of each claim, by its id: its sentence and what is expected.
    pub claims: BTreeMap<String, Digest>,
    /// Of each quantity, by its name: how it is made of rows, its unit, what one sample is and what samples share.
    pub quantities: BTreeMap<String, Digest>,
    /// Of each file that the manifest pins, by its path: its bytes.
    pub files: BTreeMap<String, Digest>,
}

impl Seal {
    /// What a manifest says now, of which this will be measured.
    pub fn of(manifest: &Manifest, promise: &Promise) -> Result<Self, CanonicalError> {
        let definitions = promise.plan.definitions();
        let quantity = |one: &renas_report::catalogue::Promised| {
            let definition = definitions.get(one.name.as_str()).map_or("", String::as_str);
            let text = json!({"definition": definition, "unit": one.unit, "over": one.over, "cluster": one.cluster});
            Ok((one.name.clone(), Digest::of_value(&text)?))
        };
        let claim = |claim: &Claim| Ok((claim.id.clone(), stated_digest(claim)?));
        Ok(Self {
            claims: manifest.claims.iter().map(claim).collect::<Result<_, CanonicalError>>()?,
            quantities: promise.quantities.iter().map(quantity).collect::<Result<_, CanonicalError>>()?,
            files: manifest
                .brought
                .iter()
                .flat_map(Brought::all_files)
                .map(|(path, pin)| (path.to_owned(), pin))
                .collect(),
        })
    }

    /// What is another one now than was sealed, a line each.
    pub fn differences(&self, now: &Self) -> Vec<String> {
        let kinds = [
            ("claim", &self.claims, &now.claims),
            ("quantity", &self.quantities, &now.quantities),
            ("file", &self.files, &now.files),
        ];
        let of_kind = |(kind, sealed, now): (&'static str, &BTreeMap<String, Digest>, &BTreeMap<String, Digest>)| {
            let names: BTreeSet<String> = sealed.keys().chain(now.keys()).cloned().collect();
            let said = names.into_iter().filter_map(|name| match (sealed.get(&name), now.get(&name)) {
                (Some(sealed), Some(now)) if sealed == now => None,
                (Some(_), Some(_)) => Some(format!("{kind} `{name}` is another one than was sealed")),
                (Some(_), None) => Some(format!("{kind} `{name}` was sealed and is gone")),
                (None, _) => Some(format!("{kind} `{name}` is new since the seal")),
            });
            said.collect::<Vec<String>>()
        };
        kinds.into_iter().flat_map(of_kind).collect()
    }

    /// Claims that rest on a quantity which is made otherwise than it was sealed, and that do not say so: mistakes, a line each.
    pub fn undeclared(&self, now: &Self, claims: &[Claim], ledger: &Ledger) -> Vec<String> {
        let is_other = |name: &&str| match (self.quantities.get(*name), now.quantities.get(*name)) {
            (Some(sealed), Some(now)) => sealed != now,
            (Some(_), None) | (None, _) => false,
        };
        let mistake = |claim: &Claim| {
            let sealed = ledger.get(&claim.id).and_then(|history| history.first());
            let is_amended = claim.amended.len() > sealed.map_or(0, |entry| entry.amendments);
            let name = claim.quantities().into_iter().find(is_other).filter(|_| sealed.is_some() && !is_amended)?;
            Some(format!(
                "claim `{}` rests on `{name}`, which is made otherwise than was sealed; add `amended: {{on, was, because, \
                 verdict_before}}` to it",
                claim.id
            ))
        };
        claims.iter().filter_map(mistake).collect()
    }

    /// How much is sealed, in words.
    pub fn in_words(&self) -> String {
        let [claims, quantities, files] = [self.claims.len(), self.quantities.len(), self.files.len()];
        format!("{claims} claims, {quantities} quantities and {files} files")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger;
    use renas_report::claim::{Amendment, Expectation, Verdict};

    fn sealed(quantity: &str, file: &str) -> Seal {
        let of = |name: &str, text: &str| BTreeMap::from([(name.to_owned(), Digest::of(text.as_bytes()))]);
        Seal { claims: of("a", "claim"), quantities: of("gain", quantity), files: of("trial.py", file) }
    }

    fn claim(amendments: usize) -> Claim {
        let expectation = Expectation::Every { quantity: "gain".to_owned(), least: Some(0.0), most: None };
        let amendment = Amendment {
            on: "2026-11-30".to_owned(),
            was: "of all rows".to_owned(),
            because: "a mistake".to_owned(),
            verdict_before: BTreeMap::from([("all".to_owned(), Verdict::NotTested)]),
        };
        Claim { amended: vec![amendment; amendments], ..Claim::new("a", "", "", expectation) }
    }

    #[test]
    fn what_is_another_one_than_was_sealed_is_named() {
        let seal = sealed("max of rows", "print(1)");
        assert_eq!(seal.differences(&seal), Vec::<String>::new());
        let mut now = sealed("mean of rows", "print(2)");
        now.claims.insert("b".to_owned(), Digest::of(b"new"));
        let said = [
            "claim `b` is new since the seal",
            "quantity `gain` is another one than was sealed",
            "file `trial.py` is another one than was sealed",
        ];
        assert_eq!(seal.differences(&now), said);
        assert_eq!(now.differences(&seal)[0], "claim `b` was sealed and is gone");
    }

    #[test]
    fn a_quantity_that_is_made_otherwise_asks_its_claims_for_an_amendment() {
        let (seal, now) = (sealed("max of rows", ""), sealed("mean of rows", ""));
        let ledger = ledger::sealed(&[claim(0)]).expect("text");
        assert_eq!(seal.undeclared(&seal, &[claim(0)], &ledger), Vec::<String>::new());
        let said = seal.undeclared(&now, &[claim(0)], &ledger);
        assert!(said[0].contains("claim `a` rests on `gain`") && said.len() == 1, "{said:?}");
        assert_eq!(seal.undeclared(&now, &[claim(1)], &ledger), Vec::<String>::new(), "it says so");
    }
}
