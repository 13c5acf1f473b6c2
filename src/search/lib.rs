//! Search algorithms that ask for evaluations and are told their results; they evaluate nothing themselves.

pub mod aging; //       aging evolution: tournaments, and the oldest dies
pub mod evolution; //   the frame: ask, tell, survive, breed; variation and scheme are its parts
pub mod hypervolume; // how much of objective space a set dominates, exactly, for 2 and 3 objectives
pub mod nsga2; //       NSGA-II as a scheme of that frame, and the parts its variants use
pub mod pareto; //      dominance, non-dominated sorting, crowding distance
pub mod progressive_front; // accuracy against time, from the most accurate candidate on, as POPNAS takes it

mod staircase; // minimal points of a plane: what sorting and hypervolume in 3 dimensions sweep with

#[cfg(test)]
mod fixture; // points to compare with other libraries
