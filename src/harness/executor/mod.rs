//! Who computes trials: a pool of worker processes on this machine, behind a trait.

mod commands; // `Commands`: commands of any language, each in a folder of its own
mod crew; // what the pools of one run share: places, and idle workers
mod execute; // the trait, what is handed over, and what can go wrong
mod introduction; // what a worker says of itself, asked for nothing else
mod limits; //  how long workers are waited for
mod machine; // what processes on this machine share: one takes times, and none computes beside it
mod pipes; //   whole lines to and from a process, within limits
mod pool; //    `Pool`: as many workers as jobs, replaced when they die
mod process; // one process with all that it started: started, killed, waited for
mod worker; //  one worker: hello, ask, the end of its standard error

pub use commands::Commands;
pub use crew::Crew;
pub use execute::{ATTEMPTS, Answer, Execute, ExecuteError, Job};
pub use introduction::introduce;
pub use limits::Limits;
pub(crate) use machine::process_seconds;
pub use pool::{Canceller, Pool, Settings};
