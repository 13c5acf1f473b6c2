//! Who computes trials: a pool of worker processes on this machine, behind a trait.

mod execute; // the trait, what is handed over, and what can go wrong
mod machine; // what processes on this machine share: one takes times, and none computes beside it
mod pool; //    `Pool`: as many workers as jobs, replaced when they die
mod worker; //  one worker process: start, ask, last words

pub use execute::{ATTEMPTS, Answer, Execute, ExecuteError, Job};
pub use pool::{Canceller, Pool, Settings};
