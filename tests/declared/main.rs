//! Experiments of one's own, as a user meets them: in a folder outside of any checkout, with the program alone.

mod contrasts; // contrasts by step and by pairs, printed means
mod commands; // commands that do what they should, and those that do not
mod examples; // what `examples/` holds
mod folder; //   a folder of a user's
mod handed_in; // results that are handed in
mod start; //    `renas` alone, and the schema that editors read
