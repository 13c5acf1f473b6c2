//! Registered data sets: where they come from, how they are read and checked, and how they are split.

mod catalogue; //    the entries of the registry
pub mod cifar; //    CIFAR-10 records, in ascending order of their SHA-256
mod data_set; //     what is known of a data set
pub mod described; // data sets that a description in a data folder makes known
pub mod description; // what is written beside packed images: names, sizes, digests
pub mod digits; //   images as CSV
pub mod error; //    what can go wrong, and what to do then
pub mod fetch; //    bringing what is missing: sources, resume, verification
pub mod idx; //      IDX files (MNIST, Fashion-MNIST, packed images)
pub mod load; //     a data set in memory, every byte verified
pub mod locate; //   where data may lie, in the order of looking
pub mod order; //    the ordered digest, which keys of trials hold
pub mod pack; //     a folder of JPEG files becomes a described data set
mod read; //         files as bytes, decompressed and compared with their pins
pub mod registry; // names, files, pins, licences, sources
pub mod split; //    train, validation and test samples: named, seeded choices
