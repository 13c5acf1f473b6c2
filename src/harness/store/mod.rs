//! Results on disk: every one absent or complete, durable before it is acknowledged, and verified whenever it is read.

mod answer; //  what came of a step, apart from what it is
mod check; //   re-hash everything and name what is wrong
mod disk; //    the few disk operations that durability rests on, behind a trait so that tests can fail each
mod error; //   what can go wrong, and what to do about it
mod format; //  the file that names the format
mod durable; // files get their places, durably, one or many at once
mod folder; //  `Store`: a folder of objects and step records
mod garbage; // what nothing reaches
mod merge; // one store in another
mod step_lock; //    one process at a time computes a step
mod identity; // what a step is, and its key
mod inputs; //  what a step is computed from, as the text that is hashed
mod key; // the names of step records
mod record; //  identity, result and observation of a step, and their exact form in a file
mod records; // what a report needs: answers by address, from a store or from committed evidence
mod scratch; // a process's own corner for unfinished files
mod step; //    versions of what workers do

pub use answer::{Answer, Observation, Said, StepResult, Surroundings};
pub use check::{Absent, Check, Damaged, Lost, answers_its_question};
pub use disk::{Disk, OsDisk};
pub use error::StoreError;
pub use folder::{Access, Scratch, Store};
pub use garbage::Garbage;
pub(crate) use identity::observed_digest;
pub use identity::{Address, Identity, STUDY, WorkerIdentity};
pub use inputs::Inputs;
pub use merge::{Conflict, MergeError, Merged};
pub use record::{FORMAT, Key, Record};
pub use records::Records;
pub use step_lock::StepLock;
