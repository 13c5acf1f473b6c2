//! Results on disk: every one absent or complete, durable before it is acknowledged, and verified whenever it is read.

mod check; //   re-hash everything and name what is wrong
mod disk; //    the few disk operations that durability rests on, behind a trait so that tests can fail each
mod error; //   what can go wrong, and what to do about it
mod format; //  the file that names the format
mod durable; // files get their places, durably, one or many at once
mod folder; //  `Store`: a folder of objects and step records
mod step_lock; //    one process at a time computes a step
mod key; // the names of step records
mod record; //  identity, result and observation of a step, and their exact form in a file
mod records; // what a report needs: records by address, from a store or from committed evidence
mod scratch; // a process's own corner for unfinished files
mod step; //    versions of what workers do

pub use check::{Absent, Check, Damaged, Lost, answers_its_question};
pub use disk::{Disk, OsDisk};
pub use error::StoreError;
pub use folder::{Access, Scratch, Store};
pub use record::{Address, FORMAT, Identity, Key, Observation, Record, StepResult, Surroundings, WorkerIdentity};
pub use records::{Evidence, Records};
pub use step_lock::StepLock;
