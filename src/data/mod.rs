//! Registered data sets: where they come from, how they are read and checked, and how they are split.

pub mod split; // train, validation and test samples: named, seeded choices
