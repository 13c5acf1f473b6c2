//! What the results say: quantities, tables and figures.

pub mod findings; //     all of them
pub mod quantities; //   one catalogue of names and how each is read

pub mod result_set; //   results of all studies, read once
pub mod observations; // improvements, with what was known before
pub mod builder; //      entries of the catalogue, and how those of the study of operators are built
pub mod operators; //    quantities of the study of operators
pub mod family; //       the tests of section VII-A
pub mod halves; //       the regression by slope and by relevance
pub mod diagnoses; //    what diagnoses tell, and thresholds
pub mod learned; //      rules learned from outcomes, and the guidelines
pub mod searches; //     quantities of the searches
pub mod climbing; //     numbers of searches: fronts, hypervolume, compute
pub mod figures; //      figures 5 to 9 and one beyond the paper
pub mod tables; //       the tests and what the paper leaves out
