//! The two programs as a user meets them: miniature experiments run to verdicts, and every bad day of the catalogue.

mod agreement; // the levels at which two machines agree
mod interruptions; // kills, interruptions, full disks, damaged stores, two runs at once
mod archives; // reports in one file, merged stores, what nothing reaches
mod bad_input; // manifests, flags, data and installations that cannot be worked with
mod bench; // a miniature experiment in a folder of its own, and the programs run in it
mod claims; // what verdicts rest on, and that no correction stays unseen
mod emit; // what other schedulers are given
mod explain; // why two results differ
mod expected; // what miniature experiments must find
mod fashion_ga; // evolutions of convolutional networks, on modelled and on measured times
mod hierarchical; // searches with the weights of a supernet
mod hostile; // readers that go away, full disks, odd folders and odd names
mod packed; // somebody's own images, from JPEG files to a report
mod popnas; // searches of cells, on modelled and on measured times
mod reports; // what commands replace, remove, leave and refuse in the folder of reports
mod slurm; // a real scheduler, where there is one
mod timing; // two coordinators on one machine, and workers of a dead one
mod unfinished; // runs that are cut off, and what goes on from them
mod valp; // models of several outputs, changed and searched
mod verification; // what verification compares with what was promised, and how a store is mended
mod whole_runs; // the same bytes on every path, and what verification finds
