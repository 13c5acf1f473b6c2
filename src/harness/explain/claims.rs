//! Two `findings.json` of one experiment: the verdicts that differ, and the first number beneath each that does.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Difference;
use renas_report::claim::Verdict;

/// What is read of a `findings.json`.
#[derive(Deserialize)]
pub struct Verdicts {
    claims: Vec<Judged>,
    quantities: BTreeMap<String, Quantity>,
}

#[derive(Deserialize)]
struct Judged {
    id: String,
    verdict: Verdict,
    n: Option<usize>,
    #[serde(default)]
    evidence: Vec<Seen>,
}

#[derive(Deserialize)]
struct Seen {
    quantity: String,
    data: String,
}

#[derive(Deserialize)]
struct Quantity {
    #[serde(default)]
    samples: Vec<f64>,
    #[serde(default)]
    summary: Option<Summary>,
}

#[derive(Deserialize)]
struct Summary {
    mean: f64,
}

/// A claim that both sides judge differently.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Flip {
    /// Its id.
    pub claim: String,
    /// The verdict of the first side.
    pub a: Verdict,
    /// That of the second.
    pub b: Verdict,
    /// What differs beneath it: clusters, data, the first sample of a quantity, its mean; nothing where only the rules can differ.
    pub causes: Vec<Difference>,
}

/// The claims that both sides have and judge differently, in the order of the first.
pub fn verdicts(a: &Verdicts, b: &Verdicts) -> Vec<Flip> {
    let of_b: BTreeMap<&str, &Judged> = b.claims.iter().map(|claim| (claim.id.as_str(), claim)).collect();
    let pairs = a.claims.iter().filter_map(|claim| Some((claim, *of_b.get(claim.id.as_str())?)));
    pairs
        .filter(|(one, other)| one.verdict != other.verdict)
        .map(|(one, other)| Flip {
            claim: one.id.clone(),
            a: one.verdict,
            b: other.verdict,
            causes: causes((a, one), (b, other)),
        })
        .collect()
}

fn causes((a, one): (&Verdicts, &Judged), (b, other): (&Verdicts, &Judged)) -> Vec<Difference> {
    let mut causes = Vec::new();
    let mut compare = |place: String, a: String, b: String| {
        if a != b {
            causes.push(Difference { place, a, b });
        }
    };
    let n = |judged: &Judged| judged.n.map_or("none".to_owned(), |n| n.to_string());
    compare("n".to_owned(), n(one), n(other));
    for seen in &one.evidence {
        let Some(beside) = other.evidence.iter().find(|beside| beside.quantity == seen.quantity) else { continue };
        let name = &seen.quantity;
        compare(format!("data of {name}"), seen.data.clone(), beside.data.clone());
        let (Some(left), Some(right)) = (a.quantities.get(name), b.quantities.get(name)) else { continue };
        let pairs = left.samples.iter().zip(&right.samples);
        if let Some((at, (left, right))) = pairs.enumerate().find(|(_, (left, right))| left != right) {
            compare(format!("sample {at} of {name}"), left.to_string(), right.to_string());
        } else if let (Some(left), Some(right)) = (&left.summary, &right.summary) {
            compare(format!("mean of {name}"), left.mean.to_string(), right.mean.to_string());
        }
    }
    causes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(verdict: &str, n: usize, samples: &str) -> Verdicts {
        let text = format!(
            r#"{{"claims": [{{"id": "c", "verdict": "{verdict}", "n": {n}, "reason": "x",
                "evidence": [{{"quantity": "q", "data": "digits"}}]}}],
               "quantities": {{"q": {{"samples": {samples}, "summary": {{"mean": 1.0, "n": {n}}}}}}}}}"#
        );
        serde_json::from_str(&text).expect("what is read of a findings.json")
    }

    #[test]
    fn a_verdict_that_differs_is_named_with_the_first_sample_that_does() {
        let found = verdicts(&said("reproduced", 3, "[1.0, 2.0, 3.0]"), &said("inconclusive", 3, "[1.0, 2.5, 3.0]"));
        assert_eq!(found.len(), 1);
        let causes: Vec<String> = found[0].causes.iter().map(ToString::to_string).collect();
        assert_eq!(causes, ["sample 1 of q: 2 and 2.5"]);
        let found = verdicts(&said("reproduced", 3, "[1.0]"), &said("consistent", 2, "[1.0]"));
        assert_eq!(found[0].causes.iter().map(|cause| cause.place.as_str()).collect::<Vec<_>>(), ["n"]);
        assert_eq!(verdicts(&said("reproduced", 3, "[1.0]"), &said("reproduced", 2, "[2.0]")), []);
    }
}
