//! A paper of its own, as short as one is: a search of a synthetic function, and a manifest that declares what is measured.

use anyhow::Result;
use renas::base::metric::Unit;
use renas::base::seed::Seed;
use renas::harness::manifest::decode::Section;
use renas::harness::study::{Context, Paper, Results, Study};
use renas::observe::frame::{Frame, Member};
use renas::observe::rows::{Rows, Schema};
use renas::report::findings::Findings;
use renas::report::range::Range;
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

fn count(parameters: &Value, name: &str) -> usize {
    parameters[name].as_u64().and_then(|count| count.try_into().ok()).unwrap_or_default()
}

impl Paper for Synthetic {
    fn id(&self) -> &'static str {
        "synthetic"
    }

    fn version(&self) -> u32 {
        1
    }

    fn parameters(&self, section: &mut Section<'_>) -> Value {
        json!({
            "seeds": section.integer("seeds", 1..=1000_usize),
            "evaluations": section.integer("evaluations", 1..=1000_usize),
        })
    }

    fn plan(&self, parameters: &Value) -> Result<Vec<Study>> {
        let study = |arm: &str, seed: usize| Study {
            id: format!("search/{arm}/seed-{seed:03}"),
            inputs: json!({"arm": arm, "seed": seed, "evaluations": parameters["evaluations"]}),
            needs: Vec::new(),
            data: vec!["digits".to_owned()],
            trials: 0,
            cpu_seconds: 0.0,
        };
        let seeds = count(parameters, "seeds");
        Ok(ARMS.into_iter().flat_map(|arm| (0..seeds).map(move |seed| study(arm, seed))).collect())
    }

    fn run(&self, study: &Study, _: &Results, _: &dyn Context) -> Result<Value> {
        let seed = Seed::from_number(count(&study.inputs, "seed") as u64);
        let (mut stream, mut best, mut heights) = (seed.stream("search"), [0.0, 0.0], Vec::new());
        for evaluation in 0..count(&study.inputs, "evaluations") {
            let step = [stream.uniform(), stream.uniform()];
            let climbs = study.inputs["arm"] == "climbing" && evaluation > 0;
            let place = if climbs { [0, 1].map(|axis| best[axis] + 0.2 * (step[axis] - 0.5)) } else { step };
            if evaluation == 0 || height(place) > height(best) {
                best = place;
            }
            heights.push(height(place));
        }
        Ok(json!(heights))
    }

    fn frame(&self, parameters: &Value) -> Result<Frame> {
        let mut frame = Frame { tables: vec![table()], data: "digits".to_owned(), ..Frame::default() };
        frame.dimension("arm", ARMS.map(Member::from));
        frame.constants.insert("evaluations".to_owned(), count(parameters, "evaluations").to_string());
        frame.units.insert("search seed".to_owned(), count(parameters, "seeds"));
        Ok(frame)
    }

    fn observe(&self, parameters: &Value, results: &Results) -> Result<Vec<Rows>> {
        let mut rows = Rows::new(table());
        for study in self.plan(parameters)? {
            let arm = study.inputs["arm"].as_str().unwrap_or_default();
            for height in results.read::<Vec<f64>>(&study.id)? {
                rows.push([arm.into(), count(&study.inputs, "seed").into(), height.into()]);
            }
        }
        Ok(vec![rows])
    }

    fn analyze(&self, _: &Value, _: &Results) -> Result<Findings> {
        Ok(Findings::default())
    }
}

fn height(place: [f64; 2]) -> f64 {
    (1.0 - place.iter().map(|axis| (axis - 0.3) * (axis - 0.3)).sum::<f64>()).max(0.0)
}
