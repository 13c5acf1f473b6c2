//! `renas tables`: what a report says, in the form that the text of a paper needs: tables with intervals, numbers by name, the rows of a
//! checklist. `renas badge`: how many claims are reproduced, as a picture.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use serde_json::{Value, json};

use super::arguments::{Badge, TableFormat, Tables};
use super::exit::{Classify as _, Failure};
use super::progress::duration;
use super::say;
use super::session::Session;
use renas_base::files;
use renas_harness::manifest::problem::suggestion;
use renas_harness::pipeline::Selected;
use renas_harness::publish;
use renas_report::findings::{Findings, Table};
use renas_report::page::Fact;
use renas_report::render::read::Reported;
use renas_report::summary::Summaries;
use renas_report::{badge, checklist, judge, numbers, table};

/// Print what is asked for, or write it below `--out`.
pub fn tables(session: &Session<'_>, arguments: &Tables) -> Result<(), Failure> {
    let format = if session.common.json { TableFormat::Json } else { arguments.format };
    let (mut reports, mut lists) = (Vec::new(), Vec::new());
    for (selected, report) in reported(session, &arguments.reports)? {
        lists.push(of_checklist(session, selected, &report, &arguments.reports)?);
        reports.push(report);
    }
    refuse_unknown(&reports, arguments)?;
    if let Some(folder) = &arguments.out {
        return write(session, arguments, (folder, format), &reports, &lists);
    }
    let text = if arguments.numbers {
        numbers_as(format, &reports)
    } else if arguments.checklist {
        listed(format, reports.iter().zip(lists.into_iter().map(|list| vec![list])))
    } else {
        listed(format, reports.iter().map(|report| (report, chosen(report, arguments))))
    };
    outln!("{}", text.trim_end());
    Ok(())
}

/// The reports of the profile, of each experiment that has one.
fn reported<'s>(session: &'s Session<'_>, reports: &Path) -> Result<Vec<(&'s Selected, Reported)>, Failure> {
    let mut found = Vec::new();
    for selected in &session.experiments {
        let path = reports.join(session.profile.name()).join(&selected.manifest.id).join("findings.json");
        match files::read(&path) {
            Ok(bytes) => {
                let read = Reported::parse(&bytes).with_context(|| format!("cannot use {}", path.display()));
                found.push((selected, read.or_bad_input()?));
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => {
                return Err(error).with_context(|| format!("cannot read {}", path.display())).or_bad_input();
            }
        }
    }
    if found.is_empty() {
        let folder = reports.join(session.profile.name());
        let (profile, folder) = (session.profile, folder.display());
        return Err(anyhow!(
            "there is no report of these experiments in {folder}: `renas run --profile {profile}` makes it, and --profile names \
             another"
        ))
        .or_bad_input();
    }
    Ok(found)
}

/// The rows of the checklist, with what is known of the computers.
fn of_checklist(
    session: &Session<'_>,
    selected: &Selected,
    report: &Reported,
    reports: &Path,
) -> Result<Table, Failure> {
    let plan = selected.plan(selected.settings(session.profile)?)?;
    let trials: usize = plan.iter().map(|study| study.trials).sum();
    let seconds: f64 = plan.iter().map(|study| study.cpu_seconds).sum();
    let fact = |name: &str, value: String| Fact { name: name.to_owned(), value };
    let mut compute = vec![fact("trials", trials.to_string())];
    if seconds > 0.0 {
        compute.push(fact("CPU time as planned", duration(seconds)));
    }
    let run = publish::run_record(&reports.join(session.profile.name()), &selected.manifest.id).or_bad_input()?;
    compute.extend(run.into_iter().flat_map(|run| run.facts));
    Ok(checklist::table(report, &compute))
}

/// The tables of a report that are asked for.
fn chosen(report: &Reported, arguments: &Tables) -> Vec<Table> {
    let is_asked = |table: &&Table| arguments.table.as_ref().is_none_or(|asked| *asked == table.id);
    report.findings.tables.iter().filter(is_asked).cloned().collect()
}

fn refuse_unknown(reports: &[Reported], arguments: &Tables) -> Result<(), Failure> {
    let known: Vec<&str> =
        reports.iter().flat_map(|report| &report.findings.tables).map(|table| table.id.as_str()).collect();
    match &arguments.table {
        Some(asked) if !known.contains(&asked.as_str()) => {
            Err(anyhow!("no table `{asked}`; {}", suggestion(asked, &known))).or_bad_input()
        }
        _ => Ok(()),
    }
}

/// One table in a format.
fn in_format(format: TableFormat, one: &Table, findings: &Findings, summaries: &Summaries) -> String {
    match format {
        TableFormat::Csv => table::csv(one, findings, summaries),
        TableFormat::Latex => table::latex(one, findings, summaries),
        TableFormat::Json => format!("{:#}\n", table::json(one, findings, summaries)),
    }
}

/// Tables of several reports as one text.
fn listed<'r>(format: TableFormat, all: impl Iterator<Item = (&'r Reported, Vec<Table>)>) -> String {
    if format == TableFormat::Json {
        let of = |(report, tables): (&Reported, Vec<Table>)| {
            let tables = tables.iter().map(|one| table::json(one, &report.findings, &report.summaries));
            let tables: Vec<Value> = tables.collect();
            json!({"experiment": report.experiment, "profile": report.profile.name, "tables": tables})
        };
        return format!("{:#}\n", json!({"experiments": all.map(of).collect::<Vec<Value>>()}));
    }
    // CSV has no comments, but readers of it can be told to skip lines that begin so.
    let mark = if format == TableFormat::Latex { "%" } else { "#" };
    let mut text = String::new();
    for (report, tables) in all {
        for one in tables {
            text.push_str(&format!("{mark} {}/{}\n", report.experiment, one.id));
            text.push_str(&in_format(format, &one, &report.findings, &report.summaries));
            text.push('\n');
        }
    }
    text
}

/// Every number of some reports as one text.
fn numbers_as(format: TableFormat, reports: &[Reported]) -> String {
    match format {
        TableFormat::Csv => numbers::csv(reports),
        TableFormat::Latex => numbers::latex(reports),
        TableFormat::Json => {
            let of = |report: &Reported| json!({"experiment": report.experiment, "profile": report.profile.name, "numbers": numbers::json(report)});
            format!("{:#}\n", json!({"experiments": reports.iter().map(of).collect::<Vec<Value>>()}))
        }
    }
}

/// A file per table, `numbers` and `checklist`, in a folder per experiment.
fn write(
    session: &Session<'_>,
    arguments: &Tables,
    (folder, format): (&PathBuf, TableFormat),
    reports: &[Reported],
    lists: &[Table],
) -> Result<(), Failure> {
    let end = match format {
        TableFormat::Csv => "csv",
        TableFormat::Latex => "tex",
        TableFormat::Json => "json",
    };
    let is_all = !arguments.numbers && !arguments.checklist && arguments.table.is_none();
    let mut count = 0;
    for (report, list) in reports.iter().zip(lists) {
        let mut texts: Vec<(String, String)> = Vec::new();
        let of_table = |one: &Table| (one.id.clone(), in_format(format, one, &report.findings, &report.summaries));
        if !arguments.numbers && !arguments.checklist {
            texts.extend(chosen(report, arguments).iter().map(of_table));
        }
        if arguments.numbers || is_all {
            texts.push(("numbers".to_owned(), numbers_as(format, std::slice::from_ref(report))));
        }
        if arguments.checklist || is_all {
            texts.push(of_table(list));
        }
        let folder = folder.join(&report.experiment);
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display())).or_run_failed()?;
        for (name, text) in texts {
            let path = folder.join(format!("{name}.{end}"));
            fs::write(&path, text).with_context(|| format!("cannot write {}", path.display())).or_run_failed()?;
            count += 1;
        }
    }
    say(session.common, &format!("{}: {count} files are written", folder.display()));
    Ok(())
}

/// Print a badge of the claims that are asked for, or write it.
pub fn badge(session: &Session<'_>, arguments: &Badge) -> Result<(), Failure> {
    let reports: Vec<Reported> = reported(session, &arguments.reports)?.into_iter().map(|(_, report)| report).collect();
    let counts = judge::counts(reports.iter().flat_map(|report| &report.claims));
    let svg = badge::svg(&counts, &format!("profile {}", session.profile));
    let text = match session.common.json {
        true => format!("{}\n", json!({"profile": session.profile, "verdicts": counts, "svg": svg})),
        false => svg,
    };
    match &arguments.out {
        Some(path) => {
            fs::write(path, text).with_context(|| format!("cannot write {}", path.display())).or_run_failed()?;
            say(session.common, &format!("{} is written", path.display()));
        }
        None => outln!("{}", text.trim_end()),
    }
    Ok(())
}
