//! Which operator a search makes next: sections IV-E, VII-B and VII-D of the paper.

pub mod rules; //              which operators a diagnosis advises
pub mod operator_selection; // which of them is made next
pub mod arm; //                the ways to search
