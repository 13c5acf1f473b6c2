//! The same work on many items at a time.

use std::sync::{Mutex, MutexGuard, PoisonError};

use rayon::prelude::*;

/// `work` on each item, on as many threads as `threads`, in the order of the items. Where the system gives no threads
/// (`ulimit -u`, the pids limit of a container), this one does it all. Within the work of another `map` its threads are shared.
/// A panic of `work` goes on in the caller.
pub fn map<T: Sync, R: Send>(items: &[T], threads: usize, work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    if rayon::current_thread_index().is_some() {
        return items.par_iter().map(&work).collect();
    }
    let pool = match threads.min(items.len()) {
        0 | 1 => None,
        threads => rayon::ThreadPoolBuilder::new().num_threads(threads).build().ok(),
    };
    match pool {
        Some(pool) => pool.install(|| items.par_iter().map(&work).collect()),
        None => items.iter().map(work).collect(),
    }
}

/// The cores of this machine that this process may use.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// `work` on this thread and on `threads - 1` others, or fewer where the system gives no more; back when all are done.
pub fn together(threads: usize, work: impl Fn() + Sync) {
    std::thread::scope(|scope| {
        let start = || std::thread::Builder::new().spawn_scoped(scope, &work);
        let _others: Vec<_> = (1..threads).map_while(|_| start().ok()).collect();
        work();
    });
}

/// Lock a mutex whose holder may have panicked: for what is valid at every step of its holders.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What such a mutex guarded, when nobody holds it any more.
pub fn unlocked<T>(mutex: Mutex<T>) -> T {
    mutex.into_inner().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn results_come_in_the_order_of_the_items_for_any_number_of_threads() {
        let items: Vec<usize> = (0..100).collect();
        for threads in [0, 1, 2, 7, 200] {
            assert_eq!(
                map(&items, threads, |item| item * item),
                items.iter().map(|item| item * item).collect::<Vec<_>>()
            );
        }
        assert!(map(&[0_u8; 0], 3, |_| ()).is_empty());
        let nested = map(&items, 2, |item| map(&items, 2, |other| item * other).iter().sum::<usize>());
        assert_eq!(nested, items.iter().map(|item| item * 4950).collect::<Vec<_>>());
    }

    #[test]
    fn all_threads_work_and_are_waited_for() {
        for threads in [0, 1, 5] {
            let done = AtomicUsize::new(0);
            together(threads, || {
                done.fetch_add(1, Ordering::SeqCst);
            });
            assert_eq!(done.into_inner(), threads.max(1));
        }
    }

    #[test]
    fn a_panic_goes_on_in_the_caller() {
        let fails = || map(&[1, 2, 3], 2, |item| assert!(*item != 2, "two"));
        assert!(std::panic::catch_unwind(fails).is_err());
    }
}
