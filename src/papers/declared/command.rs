//! The tasks of a declared command: one for each combination of keys.

use renas_task::Task;
use renas_task::command::{Bounds, Command, Request};
use serde_json::Value;

use super::settings::{Combination, DeclaredCommand, DeclaredStudy, Holds, Members};

/// The key whose members are seeds.
const SEED: &str = "seed";

/// The task of a combination of members.
pub(crate) fn task(study: &DeclaredStudy, command: &DeclaredCommand, combination: &Combination<'_>) -> Task {
    let mut config = command.config.clone();
    let mut seed = None;
    for (key, member) in combination {
        let label = key.label(*member);
        match label.parse::<u64>().ok().filter(|_| key.name == SEED && !matches!(key.members, Members::Words(_))) {
            Some(number) => seed = Some(number),
            None => drop(config.insert(key.name.clone(), said(label))),
        }
    }
    let bounds = study.rows.iter().map(|column| {
        let bounds = match &column.holds {
            Holds::Number { range, .. } => Bounds { low: range.low, high: range.high },
            Holds::Flag => Bounds { low: Some(0.0), high: Some(1.0) },
            Holds::Word => Bounds::default(),
        };
        (column.name.clone(), bounds)
    });
    Task::Command(Command {
        argv: command.argv.clone(),
        files: command.files.clone(),
        variables: command.variables.clone(),
        request: Request { config, data: command.reads.clone(), seed },
        columns: bounds.collect(),
    })
}

/// A label as a request says it: numbers as numbers.
fn said(label: &str) -> Value {
    match serde_json::from_str::<Value>(label) {
        Ok(number @ (Value::Number(_) | Value::Bool(_))) => number,
        _ => label.into(),
    }
}
