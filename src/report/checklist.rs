//! The rows of a reproducibility checklist that a report can fill in: claims, seeds, error bars, compute, data.
//!
//! The questions are those of the NeurIPS paper checklist (<https://neurips.cc/public/guides/PaperChecklist>) that are about
//! experiments; every answer is counted from `findings.json`, and nothing in it is written by hand.

use std::collections::{BTreeMap, BTreeSet};

use super::clock::Clock;
use super::findings::{Cell, EXACT, Table};
use super::judge::counts;
use super::number;
use super::page::Fact;
use super::render::read::Reported;
use renas_base::metric::Unit;

/// The rows as a table of words; `compute` is what is known of the computers, by name.
pub fn table(report: &Reported, compute: &[Fact]) -> Table {
    let again = format!("`{}` makes the report again; `renas verify` compares every byte", report.profile.command);
    let rows = [
        ("Claims", claims(report)),
        ("Reproducibility", again),
        ("Seeds and replicates", seeds(report)),
        ("Error bars", error_bars(report)),
        ("Compute resources", compute_in_words(report, compute)),
        ("Data", data(report)),
        ("Licences", licences(report)),
    ];
    let row = |(question, answer): (&str, String)| vec![Cell::Text(question.to_owned()), Cell::Text(answer)];
    Table {
        id: "checklist".to_owned(),
        title: format!("Reproducibility checklist of {}", report.experiment),
        caption: format!("From the evidence of the report under profile `{}`.", report.profile.name),
        columns: ["Question", "Answer"].map(str::to_owned).into(),
        rows: rows.into_iter().map(row).collect(),
    }
}

fn claims(report: &Reported) -> String {
    let counts = counts(&report.claims);
    let said: Vec<String> = counts.iter().map(|(verdict, count)| format!("{count} {}", verdict.name())).collect();
    let late = report.claims.iter().filter(|claim| claim.added.is_some() || !claim.amended.is_empty()).count();
    let fixed = match late {
        0 => "each was fixed before the first result".to_owned(),
        late => format!("{late} of them added or amended after the first result, which they say"),
    };
    format!("{} claims: {}; {fixed}", report.claims.len(), said.join(", "))
}

/// The fewest and the most clusters that numbers of one kind rest on, by what a cluster is.
fn seeds(report: &Reported) -> String {
    let mut sizes: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    for (name, summary) in &report.summaries {
        let cluster = report.findings.quantities[name].cluster.as_str();
        if summary.n > 0 && cluster != EXACT {
            sizes.entry(cluster).or_default().insert(summary.n);
        }
    }
    let count = |count: usize| number::exact(count as f64, Unit::Count);
    let words = |(cluster, sizes): (&&str, &BTreeSet<usize>)| match (sizes.first(), sizes.last()) {
        (Some(least), Some(most)) if least < most => {
            format!("{} to {} (each a {cluster})", count(*least), count(*most))
        }
        _ => format!("{} (each a {cluster})", sizes.first().map_or(String::new(), |n| count(*n))),
    };
    let all: Vec<String> = sizes.iter().map(words).collect();
    match all.is_empty() {
        true => "No number rests on a sample".to_owned(),
        false => format!("n = {}; every draw comes from a named stream of its seed", all.join("; n = ")),
    }
}

/// How many quantities have which interval.
fn error_bars(report: &Reported) -> String {
    const NONE: &str = "no interval (fewer than three clusters, or a test)";
    let mut methods: BTreeMap<&str, usize> = BTreeMap::new();
    for summary in report.summaries.values().filter(|summary| summary.n > 0) {
        let method = summary.method.split([',', ';', ':']).next().filter(|_| summary.interval.is_some());
        *methods.entry(method.unwrap_or(NONE)).or_insert(0) += 1;
    }
    let exact = report.summaries.values().filter(|summary| summary.n == 0).count();
    let words: Vec<String> = methods.iter().map(|(method, count)| format!("{method}: {count}")).collect();
    match words.is_empty() {
        true => format!("{exact} exact numbers, which have none"),
        false => format!("95 % intervals of means over clusters, by quantities; {}; exact: {exact}", words.join("; ")),
    }
}

fn compute_in_words(report: &Reported, compute: &[Fact]) -> String {
    let profile = &report.profile;
    let mut said = match profile.clock {
        Clock::Unused => vec!["commands of the manifest, or results that were handed in".to_owned()],
        Clock::CostModel | Clock::Measured => {
            vec![format!("device {}, numerics {}, libtorch {}", profile.device, profile.numerics, profile.libtorch)]
        }
    };
    said.extend(compute.iter().map(|Fact { name, value }| format!("{name}: {value}")));
    said.join("; ")
}

fn data(report: &Reported) -> String {
    let set = |set: &super::page::DataSet| format!("{} ({}), SHA-256 {}", set.name, set.samples, set.digest);
    joined(report.data.iter().map(set))
}

fn licences(report: &Reported) -> String {
    joined(report.data.iter().map(|set| format!("{}: {}", set.name, set.licence)))
}

/// Each once, in order.
fn joined(all: impl Iterator<Item = String>) -> String {
    let all: BTreeSet<String> = all.collect();
    if all.is_empty() { "No data set is read".to_owned() } else { all.into_iter().collect::<Vec<_>>().join("; ") }
}
