//! Bad days: failing disks, altered files, killed processes. Each test says how many cases it tried (`--nocapture`).

mod answers; // answers that do not fit their questions
mod hangs; //   workers that stop, keep silent or never end
mod kit; //     trials, workers and disks for these tests
mod power; //   what a power failure leaves of a disk
mod process; // several processes on one store, and kill -9
mod replay; //  what is computed again after damage, and reports without workers
mod disk_full; //   a full and a read-only file system
mod cpu_time; //   what trials took
mod resume; //  what a run takes from evidence of earlier ones, and leaves
mod store; //   the promises of the store
mod timing; //  times that are computed, measured, lost and compared
mod synthetic_paper; //     an experiment of studies that a test writes itself
mod worker; //  workers that die, babble and lie
mod wrapped; // workers behind a script, and what ends them
