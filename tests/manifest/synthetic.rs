//! A paper of its own, as short as one is: a search of a synthetic function, and a manifest that declares what is measured.

use anyhow::Result;
use renas::base::metric::Unit;
use renas::base::seed::Seed;
use renas::data::registry::Registry;
use renas::harness::paper::Paper;
use renas::harness::parameters;
use renas::harness::study::{Context, Handle, Results, Study};
use renas::observe::frame::{Frame, Member};
use renas::observe::rows::{Rows, Schema};
use renas::report::range::Range;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub(crate) struct Synthetic;

const ARMS: [&str; 2] = ["random", "climbing"];

fn table() -> Schema {
    Schema::new("places").of_studies(["search/{arm}/*"]).identity("arm").unit("seed", "search seed").number(
        "height",
        Unit::One,
        Range::SHARE,
    )
}

parameters! {
    /// What a profile sets.
    pub(crate) struct Settings {
        seeds: usize = integer(1..=1000),
        evaluations: usize = integer(1..=1000),
    }
}

#[derive(Deserialize, Serialize)]
pub(crate) struct Inputs {
    arm: String,
    seed: u64,
    evaluations: usize,
}

impl Paper for Synthetic {
    type Settings = Settings;
    type Inputs = Inputs;
    type ResultSet = Vec<(&'static str, usize, Vec<f64>)>;

    const ID: &'static str = "synthetic";
    const VERSION: u32 = 1;

    fn plan(settings: &Settings, _: &Registry) -> Result<Vec<Study>> {
        let study = |arm: &str, seed: usize| {
            let inputs = Inputs { arm: arm.to_owned(), seed: seed as u64, evaluations: settings.evaluations };
            Ok(Study::new(&search(arm, seed), &inputs)?.reading("digits"))
        };
        ARMS.into_iter().flat_map(|arm| (0..settings.seeds).map(move |seed| study(arm, seed))).collect()
    }

    fn run(inputs: Inputs, _: &Results, _: &dyn Context) -> Result<Value> {
        let seed = Seed::from_number(inputs.seed);
        let (mut stream, mut best, mut heights) = (seed.stream("search"), [0.0, 0.0], Vec::new());
        for evaluation in 0..inputs.evaluations {
            let step = [stream.uniform(), stream.uniform()];
            let climbs = inputs.arm == "climbing" && evaluation > 0;
            let place = if climbs { [0, 1].map(|axis| best[axis] + 0.2 * (step[axis] - 0.5)) } else { step };
            if evaluation == 0 || height(place) > height(best) {
                best = place;
            }
            heights.push(height(place));
        }
        Ok(json!(heights))
    }

    fn frame(settings: &Settings, _: &Registry) -> Frame {
        let mut frame = Frame { tables: vec![table()], data: "digits".to_owned(), ..Frame::default() };
        frame.dimension("arm", ARMS.map(Member::from));
        frame.constants.insert("evaluations".to_owned(), settings.evaluations.to_string());
        frame.units.insert("search seed".to_owned(), settings.seeds);
        frame
    }

    fn result_set(settings: &Settings, _: &Registry, results: &Results) -> Result<Self::ResultSet> {
        let mut found = Vec::new();
        for arm in ARMS {
            let heights = results.leading((0..settings.seeds).map(|seed| search(arm, seed)))?;
            found.extend(heights.into_iter().enumerate().map(|(seed, heights)| (arm, seed, heights)));
        }
        Ok(found)
    }

    fn observe(_: &Settings, results: &Self::ResultSet) -> Vec<Rows> {
        let mut rows = Rows::new(table());
        for (arm, seed, heights) in results {
            heights.iter().for_each(|&height| rows.push([(*arm).into(), (*seed).into(), height.into()]));
        }
        vec![rows]
    }
}

fn search(arm: &str, seed: usize) -> Handle<Vec<f64>> {
    Handle::new(format!("search/{arm}/seed-{seed:03}"))
}

fn height(place: [f64; 2]) -> f64 {
    (1.0 - place.iter().map(|axis| (axis - 0.3) * (axis - 0.3)).sum::<f64>()).max(0.0)
}
