//! EcoNAS (Ohene-Agyei 2023): NSGA-II searches perceptrons for accuracy, introspectability and cost, all predicted by
//! regression trees from a table of trained networks.

pub mod analysis; //          from results to findings: quantities, tables, figures
pub mod components; //        variance between searches, and between samples of the table's rows
pub mod features; //          the five numbers from which the surrogates predict
pub mod genotype; //          sizes of hidden layers, and the network they stand for
pub mod introspectability; // cosine distance and similarity of class means
pub mod objectives; //        what a search optimises: trees fitted to rows of the table
pub mod paper; //             how the harness sees all this
pub mod plan; //              the studies of a profile
pub mod population; //        what is recorded of a population
pub mod quality; //           surrogates on held-out networks
pub mod reference; //         who mates and who survives in the author's code
pub mod retrain; //           networks of final populations, really trained
pub mod search; //            one search
pub mod settings; //          what the manifest says
pub mod space; //             the search space of Table 1
pub mod table; //             the table of trained networks, and the author's
pub mod tradeoffs; //         correlations in trained networks
pub mod trial; //             one network really trained and measured
pub mod variant; //           reference, paper, corrected
pub mod variation; //         crossover and mutation

#[cfg(test)]
mod end_to_end; // all studies on a context that trains nothing
#[cfg(test)]
mod fixture; // that context, and a small experiment
