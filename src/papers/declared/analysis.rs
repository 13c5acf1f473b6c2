//! The tables of observations of declared studies, their rows, and what the page says of an import.

use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use renas_base::metric::Unit;
use renas_harness::paper::Observed;
use renas_harness::study::Results;
use renas_observe::frame::{Frame, Member};
use renas_observe::rows::{Cells, Kind, POSITION, Rows, Schema, Value};
use renas_observe::template::Template;
use renas_report::findings::{Cell, Table};

use super::import::stored::{Arm, Coded, Found, Named, Stored, StoredColumn, numbers};
use super::results::{imported, ran};
use super::settings::{DeclaredStudy, Holds, Key, Members, Settings, Source, combinations};

/// What is known before anything runs.
pub(crate) fn frame(settings: &Settings) -> Frame {
    let mut frame = Frame { tables: settings.studies.iter().map(schema).collect(), ..Frame::default() };
    if let Some(first) = settings.studies.first() {
        frame.data.clone_from(&first.data);
    }
    for study in &settings.studies {
        for Key { name, members } in keys(study) {
            match members {
                Members::Words(labels) => {
                    // Studies may share a dimension: it has the members of all of them.
                    let known = frame.dimensions.entry(name).or_default();
                    for label in labels {
                        if known.iter().all(|one| one.name != label) {
                            known.push(Member::from(label.as_str()));
                        }
                    }
                }
                Members::Units(labels) => {
                    frame.units.insert(study.unit_of(&name), labels.len());
                }
                Members::Any | Members::Position => {}
            }
        }
    }
    for (name, value) in &settings.parameters {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        frame.constants.insert(name.clone(), text);
    }
    frame
}

fn keys(study: &DeclaredStudy) -> Vec<Key> {
    study.keys().expect("keys are looked at when the manifest is read")
}

/// The table of a study.
fn schema(study: &DeclaredStudy) -> Schema {
    let mut schema = Schema::new(&study.name).of_data(&study.data);
    for Key { name, members } in keys(study) {
        let kind = match members {
            Members::Words(_) => Kind::Word { is_identity: true },
            Members::Units(_) | Members::Any => Kind::Unit { over: study.unit_of(&name) },
            Members::Position => Kind::Unit { over: POSITION.to_owned() },
        };
        schema = schema.column_of(&name, kind);
    }
    for column in &study.rows {
        let kind = match &column.holds {
            Holds::Number { unit, range, .. } => Kind::Number { unit: *unit, range: *range },
            Holds::Flag => Kind::Flag,
            Holds::Word => Kind::Word { is_identity: false },
        };
        schema = schema.column_of(&column.name, kind);
    }
    match study.source {
        Source::Import(_) => {
            schema.studies.push(Template::parse(&study.name).expect("a name of letters, digits and `_`"));
            schema.imported()
        }
        Source::Command(_) => {
            schema.studies.push(pattern(study));
            schema
        }
    }
}

/// The ids of the studies of a command: of each arm those of its words.
fn pattern(study: &DeclaredStudy) -> Template {
    let part = |key: &Key| match key.members {
        Members::Words(_) => format!("/{{{}}}", key.name),
        _ => "/*".to_owned(),
    };
    let text = format!("{}{}", study.name, keys(study).iter().map(part).collect::<String>());
    Template::parse(&text).expect("names of letters, digits and `_`")
}

/// The rows of the studies that are finished, and what is said of imports.
pub(crate) fn observed(settings: &Settings, results: &Results) -> Result<Observed> {
    let mut observed = Observed::default();
    for study in &settings.studies {
        for Key { name, members } in keys(study) {
            if let Members::Units(labels) = members {
                observed.named_units.insert(study.unit_of(&name), labels);
            }
        }
        let rows = match &study.source {
            Source::Command(_) => ran_rows(study, results)?,
            Source::Import(_) => match results.find(&imported(&study.name))? {
                Some(Stored { rows, keys: of_keys, columns, found }) => {
                    for (key, coded) in keys(study).into_iter().zip(&of_keys) {
                        if key.members == Members::Any {
                            observed.named_units.insert(study.unit_of(&key.name), coded.labels());
                        }
                    }
                    observed.own.tables.extend(tables(study, &found));
                    imported_rows(study, rows, (of_keys, columns))?
                }
                None => Rows::new(schema(study)),
            },
        };
        observed.rows.push(rows);
    }
    Ok(observed)
}

fn ran_rows(study: &DeclaredStudy, results: &Results) -> Result<Rows> {
    let mut rows = Rows::new(schema(study));
    let keys = keys(study);
    for one in combinations(&keys) {
        let Some(columns) = results.find(&ran(&study.id_of(&one)))? else { continue };
        let members: Vec<Value> = one
            .iter()
            .map(|(key, member)| match key.members {
                Members::Words(_) => Value::from(key.label(*member)),
                _ => Value::Count(*member),
            })
            .collect();
        let cells: Vec<&Vec<f64>> = study.rows.iter().filter_map(|column| columns.get(&column.name)).collect();
        ensure!(cells.len() == study.rows.len(), "{}: columns are missing", study.id_of(&one));
        for row in 0..cells.first().map_or(0, |cells| cells.len()) {
            let values = cells.iter().zip(&study.rows).map(|(cells, column)| match column.holds {
                Holds::Flag => Value::Flag(cells[row] != 0.0),
                Holds::Number { .. } | Holds::Word => Value::Number(Some(cells[row])),
            });
            rows.push_cells(members.iter().cloned().chain(values).collect::<Vec<_>>());
        }
    }
    Ok(rows)
}

/// The rows of an import, column by column: no text is kept longer than it takes to read it.
fn imported_rows(study: &DeclaredStudy, count: usize, texts: (Vec<Coded>, Vec<StoredColumn>)) -> Result<Rows> {
    let mut cells = Vec::new();
    for (key, coded) in keys(study).into_iter().zip(texts.0) {
        let codes = coded.codes(count)?.into_iter().map(|code| code as usize);
        cells.push(match key.members {
            Members::Words(labels) => {
                let labels: Vec<Arc<str>> = labels.iter().map(|label| Arc::from(label.as_str())).collect();
                let word = |code: usize| labels.get(code).cloned().context("a member of the manifest");
                Cells::Words(codes.map(word).collect::<Result<_>>()?)
            }
            Members::Units(_) | Members::Any | Members::Position => Cells::Units(codes.collect()),
        });
    }
    for column in texts.1 {
        cells.push(match column {
            StoredColumn::Numbers(text) => Cells::Numbers(numbers(&text, count)?),
            StoredColumn::Flags(flags) => {
                ensure!(flags.len() == count, "{} flags of {count} rows", flags.len());
                Cells::Flags(flags.bytes().map(|flag| flag == b'1').collect())
            }
            StoredColumn::Words(coded) => Cells::Words(coded.words(count)?),
        });
    }
    Ok(Rows::of_columns(schema(study), cells, count))
}

/// What an import holds, arm by arm, and what was named of it.
fn tables(study: &DeclaredStudy, found: &Found) -> Vec<Table> {
    let count = |count: usize| Cell::Number { value: count as f64, unit: Unit::Count };
    let arm = |arm: &Arm| {
        let Arm { name, units, rows, failed, missing } = arm;
        vec![Cell::Text(name.clone()), count(*units), count(*rows), count(*failed), count(*missing)]
    };
    let named = |one: &Named| vec![Cell::Text(one.what.clone()), count(one.count), Cell::Text(one.examples.clone())];
    let table = |id: &str, title: String, caption: &str, columns: &[&str], rows: Vec<Vec<Cell>>| Table {
        id: format!("{id}_{}", study.name),
        title,
        caption: caption.to_owned(),
        columns: columns.iter().map(|column| (*column).to_owned()).collect(),
        rows,
    };
    let mut tables = vec![table(
        "import",
        format!("What was handed in as {}", study.name),
        "Rows as they were read; nothing is filled in or averaged. Failed and missing are rows that lost a number.",
        &["Arm", "Units", "Rows", "Failed", "Missing"],
        found.arms.iter().map(arm).collect(),
    )];
    if !found.named.is_empty() {
        tables.push(table(
            "named",
            format!("What is to be said of {}", study.name),
            "What was declared lost, and numbers that are equal where chance would hardly make them so.",
            &["What", "How many", "For example"],
            found.named.iter().map(named).collect(),
        ));
    }
    tables
}
