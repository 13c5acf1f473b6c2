//! Signs of life: what a worker says at intervals while it is busy, from a thread of its own.
//!
//! A process that is stopped, or whose machine is frozen, says nothing; one that trains for hours does.

use std::io;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

/// The value of `work`; `sign` is called every so often until it is there, never after.
///
/// Without an interval it is not called at all. Errors where the system gives no thread.
pub fn during<T>(every: Option<Duration>, sign: impl Fn() + Send, work: impl FnOnce() -> T) -> io::Result<T> {
    let Some(every) = every else { return Ok(work()) };
    let (busy, signing) = channel::<()>();
    thread::scope(|scope| {
        thread::Builder::new().name("alive".to_owned()).spawn_scoped(scope, move || {
            while signing.recv_timeout(every) == Err(RecvTimeoutError::Timeout) {
                sign();
            }
        })?;
        // Also where the work panics: the other thread ends when this is dropped, and is waited for.
        let _busy = busy;
        Ok(work())
    })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn signs_come_while_there_is_work_and_none_after() {
        let signs = AtomicUsize::new(0);
        let sign = || {
            signs.fetch_add(1, Ordering::SeqCst);
        };
        let worked = during(Some(Duration::from_millis(1)), sign, || {
            while signs.load(Ordering::SeqCst) < 3 {
                thread::yield_now();
            }
            "done"
        });
        assert_eq!(worked.expect("there are threads"), "done");
        let before = signs.load(Ordering::SeqCst);
        thread::sleep(Duration::from_millis(5));
        assert_eq!(signs.load(Ordering::SeqCst), before);
        assert_eq!(during(None, || unreachable!("no interval"), || 7).expect("it needs no thread"), 7);
    }

    #[test]
    fn work_that_panics_is_not_waited_for() {
        let panics = || during(Some(Duration::from_secs(3600)), || {}, || -> () { panic!("a bug") });
        assert!(std::panic::catch_unwind(panics).is_err());
    }
}
