//! The ledger of claims in a lock file: for every claim, what was expected and which verdict came of it, append-only.
//!
//! Expectations are fixed before the first result. Correcting one is right where everybody sees it: an expectation that
//! changes, or a verdict that changes on the same evidence, needs an amendment in the manifest that names the verdict
//! before it, or an entry in the change log of judging. A claim that is new since the first result says when it was added.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::evidence::Evidence;
use super::run::Conclusions;
use super::store::STUDY;
use renas_base::digest::{CanonicalError, Digest};
use renas_report::claim::{Claim, Verdict};
use renas_report::findings::Quantity;
use renas_report::judge::{Judgement, rules};

/// What was expected of a claim, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Digest of the sentence, of what is expected, and of the definitions of the quantities that it names.
    pub expectation: Digest,
    /// The rules that judged.
    pub rules: u32,
    /// Digest of the outcomes that the verdict rests on.
    pub evidence: Digest,
    /// How many amendments the claim had.
    pub amendments: usize,
    /// The verdict.
    pub verdict: Verdict,
    /// Not all was measured yet: what is expected is its digest without the definitions of quantities, which come with results.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub as_stated: bool,
}

/// The histories of claims, by id; the oldest entry first.
pub type Ledger = BTreeMap<String, Vec<Entry>>;

/// What is expected of every claim now, and what became of it.
pub fn entries(
    claims: &[Claim],
    conclusions: &Conclusions,
    (evidence, is_declared): (&Evidence, bool),
    is_unfinished: bool,
) -> Result<BTreeMap<String, Entry>, CanonicalError> {
    let evidence = evidence_digest(evidence, is_declared)?;
    let entry = |(claim, judgement): (&Claim, &Judgement)| {
        let entry = Entry {
            expectation: expectation_digest(claim, (!is_unfinished).then_some(conclusions))?,
            rules: rules::VERSION,
            evidence,
            amendments: claim.amended.len(),
            verdict: judgement.verdict,
            as_stated: is_unfinished,
        };
        Ok((claim.id.clone(), entry))
    };
    claims.iter().zip(&conclusions.judgements).map(entry).collect()
}

/// What is expected of every claim before there is any result.
pub fn sealed(claims: &[Claim]) -> Result<Ledger, CanonicalError> {
    let evidence = Digest::of_value(&BTreeMap::<String, Digest>::new())?;
    let entry = |claim: &Claim| {
        let entry = Entry {
            expectation: stated_digest(claim)?,
            rules: rules::VERSION,
            evidence,
            amendments: claim.amended.len(),
            verdict: Verdict::NotTested,
            as_stated: true,
        };
        Ok((claim.id.clone(), vec![entry]))
    };
    claims.iter().map(entry).collect()
}

/// The digest of what a claim says and expects, without the definitions of its quantities.
pub(super) fn stated_digest(claim: &Claim) -> Result<Digest, CanonicalError> {
    expectation_digest(claim, None)
}

/// The digest of all outcomes, measured times among them; of an experiment that is declared, of results that were handed in too.
fn evidence_digest(evidence: &Evidence, is_declared: bool) -> Result<Digest, CanonicalError> {
    let mut outcomes = BTreeMap::new();
    for (key, kept) in evidence.kept() {
        // The key of such a result says which files it was read from, and how.
        let handed_in = || (is_declared && kept.step() == STUDY).then_some(key.0);
        outcomes.extend(kept.outcome().or_else(handed_in).map(|outcome| (key.0.to_string(), outcome)));
    }
    Digest::of_value(&outcomes)
}

/// With the definitions of its quantities, where there are conclusions.
fn expectation_digest(claim: &Claim, conclusions: Option<&Conclusions>) -> Result<Digest, CanonicalError> {
    let mut definitions = BTreeMap::new();
    for name in claim.expectation.quantities() {
        let quantity = conclusions.and_then(|conclusions| conclusions.findings.quantities.get(name));
        let definition = |one: &Quantity| {
            let mut text = json!({"label": one.label, "data": one.data, "over": one.over});
            if one.cluster != one.over {
                text["cluster"] = one.cluster.clone().into();
            }
            text
        };
        definitions.insert(name, quantity.map(definition));
    }
    // A text of its own, so that no quantity that was not measured is a `null`.
    let definitions = serde_json::to_string(&definitions)?;
    let Claim {
        id: _,
        source: _,
        sentence,
        expectation,
        data,
        profiles,
        beside,
        comparators,
        out_of_reach: _,
        added: _,
        amended: _,
    } = claim;
    let mut text = json!({
        "sentence": sentence,
        "expectation": expectation,
        "data": data,
        "profiles": profiles,
        "quantities": definitions,
    });
    // What did not exist when the first digests were taken stands there only where it says something.
    if let Some(beside) = beside {
        text["beside"] = serde_json::to_value(beside)?;
    }
    if !comparators.is_empty() {
        text["comparators"] = serde_json::to_value(comparators)?;
    }
    Digest::of_value(&text)
}

/// The ledger with `now` appended where something changed; or every change that nobody declared.
pub fn extended(
    ledger: &Ledger,
    claims: &[Claim],
    now: &BTreeMap<String, Entry>,
    profile: &str,
) -> Result<Ledger, Vec<String>> {
    let mut next = ledger.clone();
    let mut problems = Vec::new();
    for claim in claims {
        let Some(entry) = now.get(&claim.id) else { continue };
        let history = next.entry(claim.id.clone()).or_default();
        let before = history.last().cloned();
        match before {
            // What was measured whole before is compared when it is whole again.
            Some(before) if before == *entry || (entry.as_stated && !before.as_stated) => continue,
            Some(before) => problems.extend(undeclared(claim, &before, entry, profile)),
            None if ledger.is_empty() || claim.added.is_some() => {}
            None => problems
                .push(format!("claim `{}` is new since the first result; say so in it: `added: <the day>`", claim.id)),
        }
        history.push(entry.clone());
    }
    problems.extend(gone(ledger, claims));
    if problems.is_empty() { Ok(next) } else { Err(problems) }
}

/// What is wrong with a ledger that was committed: entries that do not follow from each other, claims that are gone.
pub fn problems(ledger: &Ledger, claims: &[Claim], profile: &str) -> Vec<String> {
    let mut problems = gone(ledger, claims);
    for claim in claims {
        let history = ledger.get(&claim.id).map_or(&[][..], Vec::as_slice);
        for pair in history.windows(2) {
            problems.extend(undeclared(claim, &pair[0], &pair[1], profile));
        }
    }
    problems
}

fn gone(ledger: &Ledger, claims: &[Claim]) -> Vec<String> {
    let is_known = |id: &&String| claims.iter().any(|claim| claim.id == **id);
    let gone = ledger.keys().filter(|id| !is_known(id));
    gone.map(|id| {
        format!("claim `{id}` was judged and is gone: a claim stays; amend it, to `untestable` if it must be")
    })
    .collect()
}

/// Why the step from one entry of a claim to the next is no amendment and follows from no change of the rules.
fn undeclared(claim: &Claim, before: &Entry, after: &Entry, profile: &str) -> Option<String> {
    let id = &claim.id;
    let changed = match (before.as_stated, after.as_stated) {
        // The first whole results: the claim itself says what was stated, unless it was amended since.
        (true, false) => {
            let is_of_now = claim.amended.len() == after.amendments;
            is_of_now && expectation_digest(claim, None).map_or(true, |now| now != before.expectation)
        }
        _ => before.expectation != after.expectation,
    };
    let verdict_changed = before.verdict != after.verdict;
    let (was, is) = (before.verdict.name(), after.verdict.name());
    if after.amendments < before.amendments {
        return Some(format!("claim `{id}` lost an amendment: what was said of a correction stays"));
    }
    if after.amendments > before.amendments && !changed && !verdict_changed && after.verdict != Verdict::NotTested {
        return Some(format!(
            "claim `{id}`: the amendment changes neither what is expected nor the verdict; take it out"
        ));
    }
    if after.amendments > before.amendments {
        let Some(amendment) = claim.amended.get(before.amendments) else {
            return Some(format!("claim `{id}` has not the amendments that its ledger counts"));
        };
        return match amendment.verdict_before.get(profile) {
            Some(said) if *said == before.verdict => None,
            Some(said) => Some(format!(
                "claim `{id}`, amendment of {}: `verdict_before` says {} under {profile}, the ledger says {was}",
                amendment.on,
                said.name()
            )),
            None => Some(format!(
                "claim `{id}`, amendment of {}: `verdict_before` does not say what it was under {profile}: {was}",
                amendment.on
            )),
        };
    }
    if changed {
        return Some(format!(
            "claim `{id}`: what is expected or what its quantities are changed (the verdict was {was}, is {is}); add `amended: \
             {{on, was, because, verdict_before}}` to it"
        ));
    }
    (verdict_changed && before.rules >= after.rules && before.evidence == after.evidence).then(|| {
        format!(
            "claim `{id}`: the verdict was {was} and is {is} on the same evidence; add an amendment to it, or an entry to the \
             change log of judging"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use renas_report::claim::{Amendment, Expectation};

    fn claim(id: &str, verdicts_before: &[Verdict]) -> Claim {
        let amendment = |verdict: &Verdict| Amendment {
            on: "2026-11-28".to_owned(),
            was: "at least 0".to_owned(),
            because: "a share cannot be less".to_owned(),
            verdict_before: BTreeMap::from([("quick".to_owned(), *verdict)]),
        };
        let expectation = Expectation::Untestable { reason: "a test".to_owned() };
        Claim { amended: verdicts_before.iter().map(amendment).collect(), ..Claim::new(id, "", "", expectation) }
    }

    fn entry(expectation: &str, verdict: Verdict, amendments: usize) -> Entry {
        let digest = |text: &str| Digest::of(text.as_bytes());
        Entry {
            expectation: digest(expectation),
            rules: 3,
            evidence: digest("evidence"),
            amendments,
            verdict,
            as_stated: false,
        }
    }

    fn extend(before: &Entry, claim: &Claim, after: &Entry) -> Result<Ledger, Vec<String>> {
        let ledger = Ledger::from([(claim.id.clone(), vec![before.clone()])]);
        let next =
            extended(&ledger, std::slice::from_ref(claim), &BTreeMap::from([("a".to_owned(), after.clone())]), "quick");
        let found = Ledger::from([("a".to_owned(), vec![before.clone(), after.clone()])]);
        let is_sound = problems(&found, std::slice::from_ref(claim), "quick").is_empty();
        assert_eq!(next.is_ok(), is_sound, "what may be written is what verification accepts");
        next
    }

    const R: Verdict = Verdict::Reproduced;
    const N: Verdict = Verdict::NotReproduced;

    #[test]
    fn an_expectation_that_changes_needs_an_amendment_with_the_verdict_before() {
        let before = entry("old", N, 0);
        let refused = extend(&before, &claim("a", &[]), &entry("new", R, 0)).expect_err("hidden");
        assert!(refused[0].contains("the verdict was not reproduced, is reproduced"), "{refused:?}");
        let refused = extend(&before, &claim("a", &[R]), &entry("new", R, 1)).expect_err("the wrong verdict");
        assert!(refused[0].contains("says reproduced under quick, the ledger says not reproduced"), "{refused:?}");
        let next = extend(&before, &claim("a", &[N]), &entry("new", R, 1)).expect("declared");
        assert_eq!(next["a"].len(), 2, "the entry before stays");
        let refused = extend(&before, &claim("a", &[N]), &entry("old", N, 1)).expect_err("of nothing");
        assert!(refused[0].contains("changes neither what is expected nor the verdict"), "{refused:?}");
    }

    #[test]
    fn a_verdict_that_changes_on_the_same_evidence_needs_an_amendment_or_other_rules() {
        let before = entry("same", N, 0);
        let refused = extend(&before, &claim("a", &[]), &entry("same", R, 0)).expect_err("hidden");
        assert!(refused[0].contains("on the same evidence"), "{refused:?}");
        assert!(extend(&before, &claim("a", &[]), &Entry { rules: 4, ..entry("same", R, 0) }).is_ok());
        let other = Entry { evidence: Digest::of(b"more"), ..entry("same", R, 0) };
        assert!(extend(&before, &claim("a", &[]), &other).is_ok());
    }

    #[test]
    fn nothing_is_appended_where_nothing_changed_and_nothing_is_taken_back() {
        let same = entry("same", N, 1);
        assert_eq!(extend(&same, &claim("a", &[R]), &same).expect("the same")["a"].len(), 1);
        let refused = extend(&same, &claim("a", &[]), &entry("same", N, 0)).expect_err("taken back");
        assert!(refused[0].contains("lost an amendment"), "{refused:?}");
    }

    #[test]
    fn a_claim_that_is_new_says_when_it_was_added_and_one_that_was_judged_stays() {
        let old = Ledger::from([("old".to_owned(), vec![entry("old", R, 0)])]);
        let now = BTreeMap::from([("a".to_owned(), entry("new", R, 0))]);
        let refused = extended(&old, &[claim("a", &[])], &now, "quick").expect_err("both");
        assert!(refused[0].contains("`added: <the day>`") && refused[1].contains("`old` was judged and is gone"));
        let added = Claim { added: Some("2026-11-28".to_owned()), ..claim("a", &[]) };
        let next = extended(&old, &[claim("old", &[]), added], &now, "quick").expect("declared");
        assert_eq!(next.len(), 2);
        assert!(extended(&Ledger::new(), &[claim("a", &[])], &now, "quick").is_ok(), "the first results of all");
    }

    /// A profile whose studies are not all finished yet: what is expected is fixed all the same.
    #[test]
    fn a_claim_that_was_recorded_before_all_was_measured_is_held_to_what_it_stated() {
        let stated = claim("a", &[]);
        let digest = expectation_digest(&stated, None).expect("text");
        let early = |verdict| Entry { expectation: digest, as_stated: true, ..entry("", verdict, 0) };
        let other = Entry { evidence: Digest::of(b"more"), ..entry("with definitions", R, 0) };
        assert_eq!(extend(&early(Verdict::NotTested), &stated, &other).expect("as it was stated")["a"].len(), 2);
        let softer = Claim { sentence: "Perhaps.".to_owned(), ..stated.clone() };
        let refused = extend(&early(N), &softer, &other).expect_err("changed after the first results");
        assert!(refused[0].contains("the verdict was not reproduced, is reproduced"), "{refused:?}");
        let amended = Claim { sentence: "Perhaps.".to_owned(), ..claim("a", &[N]) };
        assert!(extend(&early(N), &amended, &Entry { amendments: 1, ..other.clone() }).is_ok(), "declared");
        let whole = Ledger::from([("a".to_owned(), vec![other.clone()])]);
        let now = BTreeMap::from([("a".to_owned(), early(N))]);
        assert_eq!(extended(&whole, &[stated], &now, "quick"), Ok(whole), "what is whole stays what is compared");
    }
}
