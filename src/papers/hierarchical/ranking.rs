//! How well the supernet ranks: the same random networks with its weights and with weights of their own.

use anyhow::Result;
use serde::{Deserialize, Serialize};

use super::objectives::Price;
use super::supernet::{Judging, SupernetRecord};
use super::trainer::Trainer;
use super::variation::HierarchicalVariation;
use renas_base::seed::Seed;
use renas_harness::study::{Context, Handle, Results};
use renas_network::supernet::Choice;
use renas_search::evolution::Variation as _;

/// What the study depends on besides the supernet that it needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RankingInputs {
    /// How networks are judged with shared weights.
    pub judging: Judging,
    /// How they are trained on their own.
    pub trainer: Trainer,
    /// The supernet.
    pub supernet: Handle<SupernetRecord>,
    /// Random networks of the hierarchical space.
    pub networks: usize,
    /// Root of their draws.
    pub seed: Seed,
}

/// One network, judged twice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ranked {
    /// The network.
    pub choice: Choice,
    /// What it costs.
    pub price: Price,
    /// Validation accuracy with the supernet's weights, a fraction.
    pub shared: f64,
    /// Validation accuracy after a training of its own, a fraction.
    pub alone: f64,
}

/// Judge the networks both ways.
pub fn rank(inputs: &RankingInputs, results: &Results, context: &dyn Context) -> Result<Vec<Ranked>> {
    let space = &inputs.judging.space;
    let weights = results.read(&inputs.supernet)?.weights;
    let supernet = space.supernet();
    let variation = HierarchicalVariation { space: space.clone() };
    let mut stream = inputs.seed.stream("ranking");
    let mut choices: Vec<Choice> = Vec::new();
    while choices.len() < inputs.networks {
        let choice = space.choice(&variation.sample(&mut stream).flat(space.depth));
        if !choices.contains(&choice) {
            choices.push(choice);
        }
    }
    let shared = inputs.judging.accuracies(&supernet, weights, &choices, context)?;
    let networks = choices.iter().map(|choice| supernet.path(choice)).collect::<Result<Vec<_>, _>>()?;
    let alone = inputs.trainer.train(&networks, context)?;
    let ranked = |((choice, shared), alone): ((Choice, f64), _)| {
        let super::trainer::Trained { price, validation, .. } = alone;
        Ranked { choice, price, shared, alone: validation }
    };
    Ok(choices.into_iter().zip(shared).zip(alone).map(ranked).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::arm::Arm;
    use crate::family::Family;
    use crate::fixture::{FakeContext, settings};
    use crate::paper::Hierarchical;
    use crate::plan::{Inputs, flat_supernet_study, plan, ranking_study, search_study, supernet_study};
    use crate::settings::{Settings, SupernetSettings};
    use crate::supernet::Together;
    use renas_data::registry::Registry;
    use renas_harness::context::fake::results_of;

    fn together() -> Settings {
        let settings = settings();
        Settings { supernet: SupernetSettings { paths: Some(4), ..settings.supernet.clone() }, ..settings }
    }

    fn inputs(settings: &Settings, id: &str) -> Inputs {
        let studies = plan(settings, &Registry::default()).expect("a sound experiment");
        let study = studies.into_iter().find(|study| study.id == id).unwrap_or_else(|| panic!("no study {id}"));
        serde_json::from_value(study.inputs).expect("own inputs")
    }

    #[test]
    fn all_supernets_rank_the_networks_that_are_trained_once() {
        let settings = together();
        let results = results_of(&Hierarchical, &json!(settings), &FakeContext);
        let all: Vec<Vec<Ranked>> =
            (0..2).map(|seed| results.read(&ranking_study(seed)).expect("own results")).collect();
        let of = |ranked: &[Ranked]| -> Vec<(Choice, f64)> {
            ranked.iter().map(|one| (one.choice.clone(), one.alone)).collect()
        };
        assert_eq!(of(&all[0]), of(&all[1]));
        let [Inputs::Ranking(first), Inputs::Ranking(second)] =
            [0, 1].map(|seed| inputs(&settings, ranking_study(seed).id()))
        else {
            panic!("rankings")
        };
        assert_eq!((first.trainer, first.seed), (second.trainer, second.seed));
        assert_ne!(first.supernet, second.supernet);
        // Without `paths` each supernet has networks of its own, as it always had.
        let results = results_of(&Hierarchical, &json!(crate::fixture::settings()), &FakeContext);
        let own = |seed| of(&results.read(&ranking_study(seed)).expect("own results"));
        assert_ne!(own(0), own(1));
        assert_eq!(own(0), of(&all[0]));
    }

    #[test]
    fn the_flat_arm_has_supernets_of_its_own_where_paths_are_trained_together() {
        let settings = together();
        for arm in Arm::ALL {
            let Inputs::Search(inputs) = inputs(&settings, search_study(arm, 1).id()) else { panic!("a search") };
            let expected = if arm == Arm::Nsga2Flat { flat_supernet_study(1) } else { supernet_study(1) };
            assert_eq!(inputs.supernet, expected, "{arm:?}");
        }
        let families = [(supernet_study(0), Family::Hierarchical), (flat_supernet_study(0), Family::Flat)];
        for (study, family) in families {
            let Inputs::Supernet(inputs) = inputs(&settings, study.id()) else { panic!("a supernet") };
            assert_eq!(inputs.together, Some(Together { family, paths: 4, standard_epochs: 0, distillation: 0.0 }));
        }
        let Inputs::Search(inputs) = inputs(&crate::fixture::settings(), search_study(Arm::Nsga2Flat, 1).id()) else {
            panic!("a search")
        };
        assert_eq!(inputs.supernet, supernet_study(1));
    }
}
