//! Reports that nobody wrote with care: very many claims, very long names, markup everywhere.

use renas::report::findings::{Cell, Table};
use renas::report::judge::Judgement;
use renas::report::page::Report;

use crate::fixture;

/// Ten thousand claims about one paper.
pub(crate) fn many_claims() -> Report {
    let mut report = fixture::tiny();
    let known = report.experiments[0].judgements.clone();
    let copy = |index: usize| Judgement { id: format!("claim-{index}"), ..known[index % known.len()].clone() };
    report.experiments[0].judgements = (0..10_000).map(copy).collect();
    report
}

/// Names without a place to break, and markup, in every text that a manifest holds.
pub(crate) fn long_and_marked_up() -> Report {
    let mut report = fixture::tiny();
    let long = "a_very_long_name_without_a_place_to_break_".repeat(8);
    let marked = format!("<b>{long}</b> & *{long}* `{long}` \"quoted\" </title></style><script>alert(1)</script>");
    let experiment = &mut report.experiments[0];
    experiment.title = marked.clone();
    experiment.summary = marked.clone();
    experiment.found = vec![marked.clone()];
    for judgement in &mut experiment.judgements {
        judgement.sentence = marked.clone();
        judgement.source = format!("{marked}, somewhere");
        judgement.reason = marked.clone();
        judgement.severity = marked.clone();
        for strip in &mut judgement.strips {
            strip.label = marked.clone();
        }
        for seen in &mut judgement.evidence {
            (seen.label, seen.data, seen.over) = (marked.clone(), long.clone(), long.clone());
        }
    }
    for fact in &mut experiment.settings {
        fact.value = marked.clone();
    }
    experiment.as_written = experiment.settings.clone();
    experiment.as_written.iter_mut().for_each(|fact| fact.value.push('!'));
    for figure in &mut experiment.findings.figures {
        (figure.title, figure.caption) = (marked.clone(), marked.clone());
    }
    experiment.findings.tables.push(Table {
        id: "wide".to_owned(),
        title: marked.clone(),
        caption: marked.clone(),
        columns: (0..40).map(|column| format!("{long} {column}")).collect(),
        rows: vec![vec![Cell::Text(marked); 40]],
    });
    report
}
