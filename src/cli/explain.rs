//! `renas explain A B`: why two results differ.

mod page; //  two reports side by side, as a page
mod side; //  what is named on the command line
mod study; // two studies: the first step whose question differs

use anyhow::anyhow;
use serde_json::json;

use super::arguments::{Common, Explain};
use super::exit::{Classify as _, Failure};
use renas_harness::explain::{self, Conflict, Difference, Flip, Overlap, Reason, tensors};
use renas_harness::lockfile;
use renas_harness::store::Record;
use side::{Found, Records, Side};

/// Most things of a kind that are written out.
const MOST: usize = 10;

/// Say why two results differ.
pub fn explain(common: &Common, arguments: &Explain) -> Result<(), Failure> {
    let [a, b] = [&arguments.a, &arguments.b].map(|name| Side::find(common, arguments, name));
    let (a, b) = (a?, b?);
    let (kind_a, kind_b) = (a.kind(), b.kind());
    if let Some(file) = &arguments.html {
        return match (a, b) {
            (Side::Reports(a), Side::Reports(b)) => page::write(arguments, file, (&a, &b)),
            _ => Err(anyhow!(
                "--html is about two reports of a profile, such as reports/quick; `{}` is {kind_a} and `{}` is {kind_b}",
                arguments.a,
                arguments.b
            ))
            .or_bad_input(),
        };
    }
    match (a, b) {
        (Side::Trial(a), Side::Trial(b)) => trials(common, &a, &b),
        (Side::Study(a), Side::Study(b)) => study::explain(common, &a, &b),
        (Side::Lock(a), Side::Lock(b)) => {
            let found = lockfile::compare(&a, &b).iter().map(ToString::to_string).collect();
            lines(common, "differences", found);
            Ok(())
        }
        (Side::Records(a), Side::Records(b)) => sets(common, "", &a, &b),
        (Side::Reports(a), Side::Reports(b)) => {
            let mut shared = 0;
            for (id, of_a) in &a {
                let Some(of_b) = b.get(id) else {
                    say(common, &format!("{id}: only the first has it"));
                    continue;
                };
                shared += 1;
                sets(common, id, of_a, of_b)?;
            }
            b.keys()
                .filter(|id| !a.contains_key(*id))
                .for_each(|id| say(common, &format!("{id}: only the second has it")));
            if shared == 0 { Err(anyhow!("the two reports share no experiment")).or_bad_input() } else { Ok(()) }
        }
        _ => Err(anyhow!(
            "`{}` is {kind_a} and `{}` is {kind_b}: name two of one kind (`renas explain --help`)",
            arguments.a,
            arguments.b
        ))
        .or_bad_input(),
    }
}

fn say(common: &Common, line: &str) {
    if !common.json {
        outln!("{line}");
    }
}

/// Lines, the first of them written out.
fn lines(common: &Common, what: &str, found: Vec<String>) {
    if common.json {
        outln!("{}", json!({ what: found }));
        return;
    }
    if found.is_empty() {
        outln!("the same");
    }
    found.iter().take(MOST).for_each(|line| outln!("{line}"));
    if found.len() > MOST {
        outln!("... and {} more", found.len() - MOST);
    }
}

/// Two trials, with their tensors where both sides have the objects.
fn trials(common: &Common, a: &Found, b: &Found) -> Result<(), Failure> {
    let reason = explain::records(&a.record, &b.record);
    let apart = apart(&reason, a, b)?;
    if common.json {
        let tensors: Vec<_> = apart.iter().map(|(object, apart)| json!({"object": object, "tensors": apart})).collect();
        outln!("{}", json!({"a": a.key, "b": b.key, "reason": reason, "tensors": tensors}));
        return Ok(());
    }
    outln!("A  {} {}, {}", a.record.identity.step, a.key, who(&a.record));
    outln!("B  {} {}, {}", b.record.identity.step, b.key, who(&b.record));
    told(&reason).iter().for_each(|line| outln!("{line}"));
    for (object, tensors) in apart {
        for one in tensors.iter().take(MOST) {
            match one.of {
                Some(of) => outln!(
                    "  {object}, `{}`: {} of {of} numbers differ, by {} units in the last place at most ({:.1e} of the number)",
                    one.name,
                    one.differing,
                    one.ulps,
                    one.relative
                ),
                None => outln!("  {object}, `{}`: another shape, or on one side only", one.name),
            }
        }
        if tensors.len() > MOST {
            outln!("  {object}: ... and {} more tensors", tensors.len() - MOST);
        }
    }
    Ok(())
}

fn who(record: &Record) -> String {
    let machine =
        record.observation.as_ref().map_or(String::new(), |one| format!(", machine {}", one.fingerprint.short(12)));
    match &record.identity.worker {
        Some(worker) => format!("by {} on {}, libtorch {}{machine}", worker.numerics, worker.device, worker.libtorch),
        None => "by pure Rust".to_owned(),
    }
}

/// The tensors of objects that differ and that both sides hold.
fn apart(reason: &Reason, a: &Found, b: &Found) -> Result<Vec<(String, Vec<explain::Apart>)>, Failure> {
    let Reason::Answers(answers) = reason else { return Ok(Vec::new()) };
    let digest = |found: &Found, name: &str| found.record.outcome()?.tensors.get(name).copied();
    let mut all = Vec::new();
    for Difference { place, .. } in &answers.tensors {
        let objects =
            (digest(a, place).and_then(|one| a.object(&one)), digest(b, place).and_then(|one| b.object(&one)));
        if let (Some(one), Some(other)) = objects {
            all.push((place.clone(), tensors(&one, &other).or_run_failed()?));
        }
    }
    Ok(all)
}

/// A reason in lines.
fn told(reason: &Reason) -> Vec<String> {
    match reason {
        Reason::Same => vec!["the same, digest by digest".to_owned()],
        Reason::Inputs { first, count } => {
            let others = if *count > 1 { format!(" ({count} inputs differ)") } else { String::new() };
            vec![format!("the first input that differs{others}: {first}")]
        }
        Reason::Values(first) => {
            vec![format!(
                "one question, two values that pure Rust computed, which must not be; they differ first in {first}"
            )]
        }
        Reason::Answers(answers) => {
            let mut lines = vec!["the same question, two answers".to_owned()];
            lines.extend(answers.curves.iter().map(|one| format!("  the first epoch that differs: {one}")));
            lines.extend(answers.ending.iter().map(|one| format!("  {one}")));
            lines.extend(answers.scalars.iter().take(MOST).map(|one| format!("  {one}")));
            lines.extend(answers.tensors.iter().map(|one| format!("  tensors {}: other bytes", one.place)));
            lines
        }
    }
}

/// What two sets of records have in common, and what their reports say.
struct Compared {
    overlap: Overlap,
    /// The first question that both answer differently: the keys on both sides, and why.
    first: Option<(Conflict, Reason)>,
    /// The claims that both judge differently, where both have a report.
    flips: Option<Vec<Flip>>,
}

impl Compared {
    fn new(a: &Records, b: &Records) -> Result<Self, Failure> {
        let overlap = explain::overlap(&a.entries()?, &b.entries()?);
        let first = overlap.conflicts.first().cloned();
        let reason = |one: Conflict| {
            let reason = explain::records(&a.record(one.a)?, &b.record(one.b)?);
            Ok::<_, Failure>((one, reason))
        };
        let first = first.map(reason).transpose()?;
        let flips = match (a.verdicts()?, b.verdicts()?) {
            (Some(a), Some(b)) => Some(explain::verdicts(&a, &b)),
            _ => None,
        };
        Ok(Self { overlap, first, flips })
    }

    /// What differs in the first trial that does, in lines; none where none does.
    fn first_in_lines(&self) -> Vec<String> {
        let Some((one, reason)) = &self.first else { return Vec::new() };
        let of = format!("the first is {} and {}:", one.a.0.short(12), one.b.0.short(12));
        std::iter::once(of).chain(told(reason).into_iter().map(|line| format!("  {line}"))).collect()
    }
}

/// Two sets of records, and the verdicts of their reports where both have one.
fn sets(common: &Common, id: &str, a: &Records, b: &Records) -> Result<(), Failure> {
    let compared = Compared::new(a, b)?;
    if common.json {
        let Compared { overlap, first, flips } = compared;
        let first = first.map(|(one, reason)| json!({"a": one.a, "b": one.b, "reason": reason}));
        outln!("{}", json!({"experiment": id, "records": overlap, "first_conflict": first, "claims": flips}));
        return Ok(());
    }
    let name = if id.is_empty() { String::new() } else { format!("{id}: ") };
    let Overlap { only_a, only_b, equal, conflicts } = &compared.overlap;
    outln!(
        "{name}{equal} trials are answered alike, {} differently; only the first has {only_a}, only the second {only_b}",
        conflicts.len()
    );
    let count = |is_expected: Option<bool>| conflicts.iter().filter(|one| one.is_expected == is_expected).count();
    for (is_expected, what) in [
        (Some(true), "come of two numeric classes, as is to be expected"),
        (Some(false), "come of machines of one class: non-determinism, or damage"),
        (None, "come of machines whose numeric fingerprints were not kept"),
    ] {
        let count = count(is_expected);
        if count > 0 {
            outln!("  {count} of the different answers {what}");
        }
    }
    compared.first_in_lines().iter().for_each(|line| outln!("  {line}"));
    if let Some(flips) = &compared.flips {
        outln!("  {} verdicts differ", flips.len());
        flips.iter().take(MOST).for_each(flip);
        if flips.len() > MOST {
            outln!("    ... and {} more", flips.len() - MOST);
        }
    }
    Ok(())
}

fn flip(Flip { claim, a, b, causes }: &Flip) {
    outln!("    {claim}: {} and {}", a.name(), b.name());
    match causes.as_slice() {
        [] => outln!("      on the same numbers: rules, expectation or settings differ"),
        causes => causes.iter().take(3).for_each(|cause| outln!("      {cause}")),
    }
}
