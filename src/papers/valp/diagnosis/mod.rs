//! What a trained model says of its parts: sections IV-B and IV-E of the paper.

pub mod sub_loss; //     is the loss of an output still falling?
pub mod intervention; // which outputs suffer when a sub-network or an input is disturbed
pub mod dependency; //   how much the value of a sub-network tells of an output
pub mod relative; //     which model of several is weak in one output alone
