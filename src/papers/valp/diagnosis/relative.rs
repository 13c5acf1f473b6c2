//! Relative performance: rankings of several models, one per output (sections IV-B.5 and IV-E.5; described there and not
//! tested).

use renas_stats::correlation::ranks;

/// A crossover that the rankings advise: of a model that is good but for one output, and the model that is best in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AdvisedCrossover {
    /// The model that gets an exclusive subgraph.
    pub host: usize,
    /// The model that gives it.
    pub donor: usize,
    /// Position of the output.
    pub output: usize,
}

/// All crossovers that the rankings advise, by host. `losses[model][output]`: smaller is better; all models have as many
/// outputs.
///
/// A model is in the higher part of a ranking where no more than half of all models are better or as good.
pub fn advised_crossovers(losses: &[Vec<f64>]) -> Vec<AdvisedCrossover> {
    let outputs = losses.first().map_or(0, Vec::len);
    let columns = (0..outputs).map(|output| losses.iter().map(|model| model[output]).collect::<Vec<f64>>());
    let rankings: Vec<Vec<f64>> = columns.map(|column| ranks(&column)).collect();
    let middle = (losses.len() as f64 + 1.0) / 2.0;
    let mut advised = Vec::new();
    for host in 0..losses.len() {
        let mut weak = (0..outputs).filter(|output| rankings[*output][host] > middle);
        if let (Some(output), None) = (weak.next(), weak.next()) {
            let ranking = &rankings[output];
            let donor = (0..losses.len()).min_by(|a, b| ranking[*a].total_cmp(&ranking[*b]));
            advised.extend(donor.map(|donor| AdvisedCrossover { host, donor, output }));
        }
    }
    advised
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_that_is_weak_in_one_output_is_given_the_best_ones_subgraph() {
        let losses = [vec![0.1, 0.1, 0.9], vec![0.3, 0.3, 0.1], vec![0.2, 0.2, 0.2], vec![0.9, 0.9, 0.8]];
        let advised = advised_crossovers(&losses);
        assert_eq!(advised, [AdvisedCrossover { host: 0, donor: 1, output: 2 }]);
    }

    #[test]
    fn equal_models_and_single_ones_give_nothing() {
        assert!(advised_crossovers(&[vec![0.1, 0.2], vec![0.1, 0.2]]).is_empty());
        assert!(advised_crossovers(&[vec![0.1, 0.2]]).is_empty());
        assert!(advised_crossovers(&[]).is_empty());
    }
}
