//! A paper with two parameters, and quantities for each data set, that runs nothing.

use std::collections::BTreeMap;

use renas::base::metric::Unit;
use renas::harness::manifest::decode::Section;
use renas::harness::study::{Context, Paper, Results, Study};
use renas::report::catalogue::{Promised, all_studies};
use renas::report::findings::{EXACT, Findings};
use renas::report::range::Range;
use serde_json::{Value, json};

/// A paper with two parameters, and a quantity for each data set.
pub(crate) struct Toy;

impl Paper for Toy {
    fn id(&self) -> &'static str {
        "toy"
    }

    fn version(&self) -> u32 {
        1
    }

    fn parameters(&self, section: &mut Section<'_>) -> Value {
        let networks = section.integer("networks", 10..=1000_usize);
        let data = section.list("data", |item| item.known("data set", &["digits", "mnist", "cifar10"]));
        if networks < 20 * data.len() {
            section.problem("networks", "at least 20 per data set");
        }
        json!({"networks": networks, "data": data})
    }

    fn quantities(&self, parameters: &Value) -> anyhow::Result<Vec<Promised>> {
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
        Ok(data.flat_map(of).collect())
    }

    fn clusters(&self, _: &Value) -> anyhow::Result<BTreeMap<String, usize>> {
        Ok(BTreeMap::from([("toy".to_owned(), 5), ("final".to_owned(), 2)]))
    }

    fn plan(&self, _: &Value) -> anyhow::Result<Vec<Study>> {
        anyhow::bail!("the toy paper plans nothing")
    }

    fn run(&self, _: &Study, _: &Results, _: &dyn Context) -> anyhow::Result<Value> {
        anyhow::bail!("the toy paper runs nothing")
    }

    fn analyze(&self, _: &Value, _: &Results) -> anyhow::Result<Findings> {
        anyhow::bail!("the toy paper finds nothing")
    }
}
