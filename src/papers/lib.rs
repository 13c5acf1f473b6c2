//! The papers: each is one folder here and one manifest, and uses no other paper.

pub use renas_declared as declared; // experiments whose studies a manifest declares: numbers handed in, commands of any kind
pub use renas_econas as econas; // evolutionary search of perceptrons on precomputed objectives
pub use renas_fashion_ga as fashion_ga; // aging evolution of sequential convolutional networks
pub use renas_hierarchical as hierarchical; // networks of a hierarchical space, judged with the shared weights of a supernet
pub use renas_popnas as popnas; // progressive search of cells on the front of predicted accuracy and time
pub use renas_valp as valp; //   models of several networks and outputs, varied by operators that rules choose

use renas_harness::manifest::load::DECLARED;
use renas_harness::manifest::model::Manifest;
use renas_harness::paper::AnyPaper;

/// All papers, in the order of lists.
pub fn all() -> [&'static dyn AnyPaper; 5] {
    [
        &econas::paper::Econas,
        &popnas::paper::Popnas,
        &valp::paper::ValpPaper,
        &fashion_ga::paper::FashionGa,
        &hierarchical::paper::Hierarchical,
    ]
}

/// All that a manifest may be run by: the papers, and what runs experiments whose studies are declared.
pub fn known() -> [&'static dyn AnyPaper; 6] {
    let [econas, popnas, valp, fashion_ga, hierarchical] = all();
    [econas, popnas, valp, fashion_ga, hierarchical, &declared::paper::Declared]
}

/// What runs the experiment of a manifest that was read with these papers.
///
/// Panics where no paper has its id, and it has no studies of its own: such a manifest is refused when it is read.
pub fn of(manifest: &Manifest) -> &'static dyn AnyPaper {
    let id = if manifest.brought.is_some() { DECLARED } else { &manifest.id };
    known().into_iter().find(|paper| paper.id() == id).expect("a manifest is refused unless its paper is known")
}

/// The paper of that id.
pub fn find(id: &str) -> Option<&'static dyn AnyPaper> {
    all().into_iter().find(|paper| paper.id() == id)
}

#[cfg(test)]
mod tests {
    use serde::Serialize;
    use serde::de::DeserializeOwned;

    use super::*;
    use renas_data::registry::Registry;
    use renas_harness::context::fake::manifest_of;

    fn inputs_read_back<I: Serialize + DeserializeOwned>(paper: &dyn AnyPaper) {
        for settings in manifest_of(paper).profiles.values() {
            for study in paper.plan(&settings.parameters, &Registry::default()).expect("a sound manifest") {
                let inputs: I = serde_json::from_value(study.inputs.clone()).expect("own inputs");
                assert_eq!(serde_json::to_value(inputs).expect("plain data"), study.inputs, "{}", study.id);
            }
        }
    }

    #[test]
    fn the_inputs_of_every_study_read_back() {
        inputs_read_back::<econas::plan::Inputs>(&econas::paper::Econas);
        inputs_read_back::<popnas::plan::Inputs>(&popnas::paper::Popnas);
        inputs_read_back::<valp::plan::Inputs>(&valp::paper::ValpPaper);
        inputs_read_back::<fashion_ga::plan::Inputs>(&fashion_ga::paper::FashionGa);
        inputs_read_back::<hierarchical::plan::Inputs>(&hierarchical::paper::Hierarchical);
    }
}
