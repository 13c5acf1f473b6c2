//! Files of results, read into columns: nothing is guessed, filled in or averaged, and every mistake is named in one pass.

mod plan; //    which fields are wanted, and what each is for
mod refuse; //  files that are no results
mod csv; //     lines of fields
mod lines; //   a JSON object a line
mod number; //  numbers as they are written
pub(crate) mod collect; // records become columns
mod check; //   missing, double and extra rows; equal results
mod found; //   what checks name and the page shows
pub(crate) mod mistake; // what is wrong, with file, line and column
pub(crate) mod stored; //  columns as a study's result holds them

#[cfg(test)]
mod tests;

use super::settings::{DeclaredStudy, Dialect, Import};
use collect::Collector;
use mistake::Mistakes;
use plan::Plan;
use stored::Stored;

/// The columns of all files; or every mistake.
pub(crate) fn read(study: &DeclaredStudy, import: &Import, files: Vec<Vec<u8>>) -> Result<Stored, Mistakes> {
    let plan = Plan::of(study, import);
    let mut collector = Collector::new(&plan);
    for (index, bytes) in files.into_iter().enumerate() {
        let path = &import.files[index].0;
        let mut mistakes = Mistakes::of(path);
        match refuse::text(bytes, &import.dialect) {
            Err(why) => mistakes.add(1, 1, why),
            Ok(text) => {
                let constants = import.constants.get(path);
                collector.begin(index);
                match &import.dialect {
                    Dialect::Csv(dialect) => csv::read(&text, dialect, &plan, constants, &mut collector, &mut mistakes),
                    Dialect::Lines => lines::read(&text, &plan, constants, &mut collector, &mut mistakes),
                }
            }
        }
        collector.mistakes.join(mistakes);
    }
    let found = check::check(&mut collector);
    collector.finish(found)
}
