//! A paper with two parameters, and quantities for each data set, that runs nothing.

use std::collections::{BTreeMap, BTreeSet};

use renas::base::metric::Unit;
use renas::data::registry::Registry;
use renas::harness::manifest::decode::Section;
use renas::harness::paper::Paper;
use renas::harness::parameters;
use renas::harness::study::{Context, Results, Study};
use renas::observe::rows::Rows;
use renas::report::catalogue::Promised;
use renas::report::findings::EXACT;
use renas::report::range::Range;
use serde_json::Value;

parameters! {
    /// What a profile sets.
    pub(crate) struct Settings checked by check {
        /// Networks that are trained.
        networks: usize = integer(10..=1000),
        /// Data sets.
        data: Vec<String> = list(|item| item.known("data set", &["digits", "mnist", "cifar10"])),
    }
}

fn check(settings: &Settings, section: &Section<'_>, _: &Registry) {
    if settings.networks < 20 * settings.data.len() {
        section.problem("networks", "at least 20 per data set");
    }
}

/// A paper with two parameters, and a quantity for each data set.
pub(crate) struct Toy;

impl Paper for Toy {
    type Settings = Settings;
    type Inputs = Value;
    type ResultSet = ();

    const ID: &'static str = "toy";
    const VERSION: u32 = 1;

    fn quantities(settings: &Settings) -> Vec<Promised> {
        let promise = |name: String, unit, range, cluster: &str| {
            let (over, cluster) = (cluster.to_owned(), cluster.to_owned());
            Promised { name, unit, range, over, cluster, studies: BTreeSet::from(["*".to_owned()]) }
        };
        let of = |name: &str| {
            [
                promise(format!("{name}.accuracy"), Unit::Fraction, Range::SHARE, "toy"),
                promise(format!("{name}.flops"), Unit::MultiplyAdds, Range::NOT_NEGATIVE, EXACT),
                promise(format!("{name}.gain"), Unit::Fraction, Range::CORRELATION, "toy"),
                promise(format!("{name}.final"), Unit::Fraction, Range::SHARE, "final"),
            ]
        };
        settings.data.iter().flat_map(|name| of(name)).collect()
    }

    fn clusters(_: &Settings, _: &Registry) -> BTreeMap<String, usize> {
        BTreeMap::from([("toy".to_owned(), 5), ("final".to_owned(), 2)])
    }

    fn plan(_: &Settings, _: &Registry) -> anyhow::Result<Vec<Study>> {
        anyhow::bail!("the toy paper plans nothing")
    }

    fn run(_: Value, _: &Results, _: &dyn Context) -> anyhow::Result<Value> {
        anyhow::bail!("the toy paper runs nothing")
    }

    fn result_set(_: &Settings, _: &Registry, _: &Results) -> anyhow::Result<()> {
        anyhow::bail!("the toy paper finds nothing")
    }

    fn observe(_: &Settings, (): &()) -> Vec<Rows> {
        Vec::new()
    }
}
