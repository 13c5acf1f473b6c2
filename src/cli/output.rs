//! What the program says. A reader that went away is no reason to stop: what nobody reads is dropped, and the work goes on.
//!
//! `println!` panics where a pipe is closed or a disk is full, and a panic would lose the report of a run.

use std::fmt::Arguments;
use std::io::{self, Write};
use std::sync::Mutex;

use anyhow::anyhow;

use super::exit::{Classify as _, Failure};
use renas_base::parallel::lock;

/// Why the answer could not be written in full; not where its reader went away.
static FAILED: Mutex<Option<String>> = Mutex::new(None);

/// A line of the answer, on standard output.
macro_rules! outln {
    () => { $crate::output::out(format_args!("")) };
    ($($text:tt)*) => { $crate::output::out(format_args!($($text)*)) };
}

/// A line for people, on standard error.
macro_rules! errln {
    ($($text:tt)*) => { $crate::output::err(format_args!($($text)*)) };
}

/// A line of the answer.
pub fn out(line: Arguments<'_>) {
    if let Err(error) = writeln!(io::stdout().lock(), "{}", harmless(line))
        && error.kind() != io::ErrorKind::BrokenPipe
    {
        lock(&FAILED).get_or_insert_with(|| error.to_string());
    }
}

/// A line for people.
pub fn err(line: Arguments<'_>) {
    // There is nobody left to tell.
    let _ = writeln!(io::stderr().lock(), "{}", harmless(line));
}

/// The text with all control characters but line breaks and tabs escaped: names of files and words of workers, which may
/// hold anything, do not command the terminal.
fn harmless(line: Arguments<'_>) -> String {
    let text = line.to_string();
    match text.contains(commands) {
        false => text,
        true => text
            .chars()
            .map(|character| match commands(character) {
                true => character.escape_default().to_string(),
                false => character.to_string(),
            })
            .collect(),
    }
}

fn commands(character: char) -> bool {
    character.is_control() && !matches!(character, '\n' | '\t')
}

/// A failure where the answer could not be written in full; called once, at the end.
pub fn finished() -> Result<(), Failure> {
    let flushed = match io::stdout().lock().flush() {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Some(error.to_string()),
        _ => None,
    };
    match lock(&FAILED).take().or(flushed) {
        None => Ok(()),
        Some(why) => Err(anyhow!("the answer could not be written in full: {why}")).or_run_failed(),
    }
}
