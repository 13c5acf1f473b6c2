//! A paper with two parameters, and quantities for each data set, that runs nothing.

use std::collections::BTreeMap;

use renas::base::metric::Unit;
use renas::harness::manifest::decode::Section;
use renas::harness::paper::Paper;
use renas::harness::study::{Context, Results, Study};
use renas::observe::rows::Rows;
use renas::report::catalogue::{Promised, all_studies};
use renas::report::findings::EXACT;
use renas::report::range::Range;
use serde_json::{Value, json};

/// A paper with two parameters, and a quantity for each data set.
pub(crate) struct Toy;

impl Paper for Toy {
    type Settings = Value;
    type Inputs = Value;
    type Evidence = ();

    const ID: &'static str = "toy";
    const VERSION: u32 = 1;

    fn settings(section: &mut Section<'_>) -> Value {
        let networks = section.integer("networks", 10..=1000_usize);
        let data = section.list("data", |item| item.known("data set", &["digits", "mnist", "cifar10"]));
        if networks < 20 * data.len() {
            section.problem("networks", "at least 20 per data set");
        }
        json!({"networks": networks, "data": data})
    }

    fn quantities(parameters: &Value) -> Vec<Promised> {
        let promise = |name: String, unit, range, cluster: &str| {
            let (over, cluster) = (cluster.to_owned(), cluster.to_owned());
            Promised { name, unit, range, over, cluster, studies: all_studies() }
        };
        let data = parameters["data"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let of = |name: &str| {
            [
                promise(format!("{name}.accuracy"), Unit::Fraction, Range::SHARE, "toy"),
                promise(format!("{name}.flops"), Unit::MultiplyAdds, Range::NOT_NEGATIVE, EXACT),
                promise(format!("{name}.gain"), Unit::Fraction, Range::CORRELATION, "toy"),
                promise(format!("{name}.final"), Unit::Fraction, Range::SHARE, "final"),
            ]
        };
        data.flat_map(of).collect()
    }

    fn clusters(_: &Value) -> BTreeMap<String, usize> {
        BTreeMap::from([("toy".to_owned(), 5), ("final".to_owned(), 2)])
    }

    fn plan(_: &Value) -> anyhow::Result<Vec<Study>> {
        anyhow::bail!("the toy paper plans nothing")
    }

    fn run(_: Value, _: &Results, _: &dyn Context) -> anyhow::Result<Value> {
        anyhow::bail!("the toy paper runs nothing")
    }

    fn evidence(_: &Value, _: &Results) -> anyhow::Result<()> {
        anyhow::bail!("the toy paper finds nothing")
    }

    fn observe(_: &Value, (): &()) -> Vec<Rows> {
        Vec::new()
    }
}
