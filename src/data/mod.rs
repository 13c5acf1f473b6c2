//! Registered data sets: where they come from, how they are read and checked, and how they are split.

mod catalogue; //    the entries of the registry
pub mod cifar; //    CIFAR-10 records, in ascending order of their SHA-256
pub mod digits; //   images as CSV
pub mod error; //    what can go wrong, and what to do then
pub mod fetch; //    bringing what is missing: sources, resume, verification
pub mod idx; //      IDX files (MNIST, Fashion-MNIST)
pub mod load; //     a data set in memory, every byte verified
pub mod locate; //   where data may lie, in the order of looking
mod read; //         files as bytes, decompressed and compared with their pins
pub mod registry; // names, files, pins, licences, sources
pub mod split; //    train, validation and test samples: named, seeded choices
