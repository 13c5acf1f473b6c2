//! What a profile's clock reckons from: `cost_model` or `timing`.

use renas::harness::manifest::model::Profile;
use renas::harness::timing::{TimeSource, Timing};
use renas::network::cost::CostModel;

use crate::{mistakes, parse, with};

#[test]
fn what_a_clock_reckons_from_is_read_where_it_is_that_clock() {
    let model = "    cost_model: {overhead_seconds: 0, multiply_adds_per_second: 2e9, bytes_per_second: 8e9}\n";
    let timing = "    timing: {warm_up: 5, steps: 50}\n";
    let clocks = ["    clock: cost_model\n", "    clock: measured\n"];
    let both = |added: [&str; 2]| {
        let [quick, reduced] = [0, 1].map(|index| clocks[index].to_owned() + added[index]);
        with(&[(clocks[0], &quick), (clocks[1], &reduced)])
    };
    let manifest = parse(both([model, timing]).as_bytes()).expect("no mistakes");
    let source = |profile| TimeSource::of(manifest.profile(profile).expect("it is there"));
    let model_read = CostModel { overhead_seconds: 0.0, multiply_adds_per_second: 2e9, bytes_per_second: 8e9 };
    assert_eq!(source(Profile::Quick), TimeSource::CostModel(model_read));
    assert_eq!(source(Profile::Reduced), TimeSource::Measured(Timing { warm_up: 5, steps: 50 }));
    assert_eq!(
        mistakes(both([timing, model])),
        [
            "19: profiles.quick.timing: is of no use where the clock is `cost_model`",
            "26: profiles.reduced.cost_model: is of no use where the clock is `measured`",
        ]
    );
}
