//! Ctrl-C and termination: what is finished is kept, so a process may end at any moment.
//!
//! The first signal cancels what can be cancelled and gives the rest a moment; a search or an analysis that computes on is
//! then ended where it is. The second one ends at once. Every write of a store or a report survives that.

use std::path::{Path, PathBuf};
use std::process::exit;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, Once};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result};
use renas_base::parallel::lock;

/// How long the first signal waits for an orderly end.
const GRACE: Duration = Duration::from_secs(2);

/// The exit code of an interrupted command.
const INTERRUPTED: i32 = 130;

/// What is done at the first signal.
type Action = Box<dyn Fn() + Send>;

static ACTIONS: Mutex<Vec<Action>> = Mutex::new(Vec::new());
static FOLDERS: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());
static SEEN: AtomicBool = AtomicBool::new(false);
static LISTENING: Once = Once::new();

/// From now on, do this too at the first signal, and end soon after it; `words` say what becomes of the work. Where that signal
/// came already, it is done at once.
pub fn on_interrupt(words: &'static str, action: impl Fn() + Send + 'static) -> Result<()> {
    let mut actions = lock(&ACTIONS);
    if SEEN.load(Ordering::SeqCst) {
        action();
        return Ok(());
    }
    actions.push(Box::new(action));
    drop(actions);
    let mut listening = Ok(());
    LISTENING.call_once(|| listening = ctrlc::set_handler(move || handle(words)));
    listening.context("cannot listen for Ctrl-C")
}

/// Once so much time has passed, do what the first signal would; `why` is said before.
pub fn interrupt_after(budget: Duration, why: String, words: &'static str) -> Result<()> {
    let wait = move || {
        thread::sleep(budget);
        errln!("renas: {why}");
        handle(words);
    };
    thread::Builder::new().name("budget".to_owned()).spawn(wait).context("cannot start a thread")?;
    Ok(())
}

/// A folder that is removed where a signal ends the process.
pub fn remove_on_interrupt(folder: &Path) {
    lock(&FOLDERS).push(folder.to_owned());
}

fn handle(words: &'static str) {
    if SEEN.swap(true, Ordering::SeqCst) {
        end(words);
    }
    lock(&ACTIONS).iter().for_each(|action| action());
    let last = thread::Builder::new().spawn(move || {
        thread::sleep(GRACE);
        end(words);
    });
    if last.is_err() {
        // Nobody else would end a process that does not end by itself.
        end(words);
    }
}

fn end(words: &str) -> ! {
    for folder in lock(&FOLDERS).iter() {
        let _ = std::fs::remove_dir_all(folder);
    }
    errln!("renas: interrupted; {words}");
    exit(INTERRUPTED)
}
