//! What declarations of the manifest may name: tables of observations, dimensions, and what a unit of replication is.

use std::collections::BTreeMap;

use super::measures::SWEET_SPOT;
use crate::arm::{self, Arm, RANDOM};
use crate::layer::{FILTER_LIMIT, FUNCTIONS};
use crate::mutation::Rules;
use crate::plan::{activations_study, best_study, filters_study};
use crate::settings::Settings;
use renas_base::metric::Unit;
use renas_data::registry::Registry;
use renas_network::spec::Activation;
use renas_observe::frame::{Frame, Member};
use renas_observe::rows::Schema;
use renas_report::range::Range;

/// The unit of replication of searches: arms of a seed start from the same random networks.
const SEED: &str = "search seed";
/// That of networks which nothing steers: each has a seed of its own, and all share one split of the images.
const NETWORK: &str = "random network";
/// That of activation functions: the same layers with each of them.
const GENOME: &str = "random genome";
/// What repetitions of one timing share: they are timings of one network on one machine, one after another, and no
/// replicates of what time depends on.
const SITTING: &str = "sitting on one machine";
/// The clusters of one named network's accuracy.
const IMAGE: &str = "test image";
/// What the one best network is found by: its size is a single sample, and not exact.
const ALL_SEARCHES: &str = "set of all searches";

/// The tables, in the order in which `rows` fills them.
pub(super) fn tables() -> [Schema; 7] {
    [
        // One row per evaluation of a search.
        Schema::new("visits")
            .of_studies(["search/{arm}/*", "times/{arm}/*"])
            .identity("arm")
            .unit("seed", SEED)
            // Its place among the networks of its arm.
            .unit("network", NETWORK)
            // Its place in its search, from 1.
            .count("evaluation")
            .word("genome")
            .share("accuracy")
            // The highest of its search so far.
            .share("best_so_far")
            .share("error")
            .count("parameters")
            // No network of any search is both as accurate and as small.
            .flag("on_front")
            // The logarithm of its parameters between the ends of the manifest's box: 0 to 1, or more.
            .number("size", Unit::One, Range::NOT_NEGATIVE)
            .count("layers")
            // `fewer` convolutions than the paper's sweet spot, as many, or `more`.
            .word("group")
            .flag("sigmoid")
            // More accurate than chance and 2 points, and not.
            .flag("learned")
            .flag("learned_nothing")
            .flag("breaks_constraint")
            .flag("is_first")
            .flag("is_revisit")
            .flag("is_changed_revisit")
            // Accuracy minus the parent's, of children that differ from their parents.
            .number("gain", Unit::Fraction, Range::CORRELATION)
            .flag("improves")
            .time("seconds", Unit::Seconds, Range::NOT_NEGATIVE),
        // Highest accuracy of an arm minus that of random search from the same seed, in the time of the shorter of the two.
        Schema::new("equal_time")
            .of_studies(["search/{arm}/*", "times/{arm}/*", "search/random/*", "times/random/*"])
            .identity("arm")
            .unit("seed", SEED)
            .time("gain", Unit::Fraction, Range::CORRELATION),
        // The highest accuracy of a search within some times, the same of all arms; a search that has ended keeps its value.
        Schema::new("in_time")
            .of_studies(["search/*", "times/*"])
            .identity("arm")
            .unit("seed", SEED)
            .time("spent", Unit::Seconds, Range::NOT_NEGATIVE)
            .time("best", Unit::Fraction, Range::SHARE),
        // One row per random genome and function that all its layers were given.
        Schema::new("activations")
            .of_studies([activations_study().id()])
            .identity("function")
            .unit("genome", GENOME)
            .share("accuracy")
            .flag("learned")
            .flag("learned_nothing"),
        // One row per timing of a network of three layers of so many filters.
        Schema::new("filters")
            .of_studies([filters_study().id()])
            .unit("sitting", SITTING)
            .unit("repetition", "repetition")
            .count("filters")
            .number("multiply_adds", Unit::MultiplyAdds, Range::NOT_NEGATIVE)
            .time("seconds", Unit::Seconds, Range::NOT_NEGATIVE)
            .time("seconds_per_multiply_add", Unit::Seconds, Range::NOT_NEGATIVE),
        // The one best network of all searches.
        Schema::new("best")
            .of_studies([best_study().id()])
            .unit("searches", ALL_SEARCHES)
            .word("genome")
            .word("found_by")
            .share("accuracy")
            .count("parameters")
            .count("layers")
            .number("multiply_adds", Unit::MultiplyAdds, Range::NOT_NEGATIVE)
            // Right answers of its one test, and images of that.
            .count("right")
            .count("images"),
        // The epochs of its full training.
        Schema::new("training")
            .of_studies([best_study().id()])
            .unit("searches", ALL_SEARCHES)
            .count("epoch")
            .share("validation")
            // In nats.
            .number("loss", Unit::One, Range::NOT_NEGATIVE),
    ]
}

/// The frame of these settings.
pub fn frame(settings: &Settings, data: &Registry) -> Frame {
    let (search, [fewest, most]) = (&settings.search, settings.space.layers);
    let mut frame = Frame { tables: tables().to_vec(), data: settings.data.name.clone(), ..Frame::default() };
    let named = |names: Vec<String>| names.into_iter().map(|name| Member::from(name.as_str()));
    let functions = || FUNCTIONS.map(Activation::name);
    let groups = groups(settings);
    frame.dimension("arm", settings.arms().map(Member::from));
    frame.dimension("evolution", settings.arms().filter(|arm| *arm != RANDOM).map(Member::from));
    frame.dimension("lawful", named(lawful(settings)));
    frame.dimension("lawful_evolution", named(lawful(settings)).filter(|arm| arm.name != RANDOM));
    frame.dimension("depth", (fewest..=most).map(|depth| Member::from(depth.to_string().as_str())));
    frame.dimension("group", groups.clone());
    frame.dimension("other_group", groups.into_iter().filter(|group| group.name != "sweet_spot"));
    frame.dimension("function", functions().map(Member::from));
    frame.dimension("classic", functions().into_iter().take(3).map(Member::from));
    frame.dimension("modern", functions().into_iter().skip(3).map(Member::from));
    let sweep = &settings.filter_sweep.filters;
    frame.dimension("filters", sweep.iter().map(|filters| Member::from(filters.to_string().as_str())));
    frame.constants = constants(settings);
    frame.units = BTreeMap::from([
        (SEED.to_owned(), search.seeds),
        (NETWORK.to_owned(), search.seeds * search.cycles),
        (GENOME.to_owned(), settings.activations.genomes),
        (SITTING.to_owned(), 1),
        (ALL_SEARCHES.to_owned(), 1),
    ]);
    frame.units.extend(settings.data.test_samples(data).map(|tests| (IMAGE.to_owned(), tests)));
    frame
}

/// Names of the arms whose children are meant to keep the constraints.
fn lawful(settings: &Settings) -> Vec<String> {
    let keeps = |arm: &&str| match arm::find(arm) {
        Some(Arm::Evolution(evolution)) => evolution.rules == Rules::Kept,
        Some(Arm::Random) | None => true,
    };
    settings.arms().filter(keeps).map(str::to_owned).collect()
}

/// Fewer convolutions than the sweet spot, as many, and more, where the space has any.
fn groups(settings: &Settings) -> Vec<Member> {
    let [fewest, most] = settings.space.layers;
    let [from, to] = SWEET_SPOT;
    let groups = [("fewer", [fewest, from - 1]), ("sweet_spot", [from, to]), ("more", [to + 1, most])];
    let populated = groups.into_iter().filter(|(_, [low, high])| low <= high);
    populated
        .map(|(name, [low, high])| Member::from(name).with("words", format!("{low} to {high} convolutions")))
        .collect()
}

fn constants(settings: &Settings) -> BTreeMap<String, String> {
    let Settings { training, data, search, filter_sweep, .. } = settings;
    let images = data.train.map_or("all".to_owned(), |train| train.to_string());
    let scale = format!(
        "{} searches per arm of {} evaluations each; every network is trained on {images} images of {} for {} epochs \
         and scored on {} validation images.",
        search.seeds, search.cycles, data.name, training.epochs, data.validation
    );
    let [low, high] = settings.analysis.parameters;
    let sweep = || filter_sweep.filters.iter().copied();
    let counts = [
        // Half the limit, or the nearest below it: what networks above the limit are compared with.
        ("half_filters", sweep().filter(|&count| 2 * count <= FILTER_LIMIT).max()),
        ("filters_below", sweep().filter(|&count| count < FILTER_LIMIT).max()),
        ("filters_above", sweep().filter(|&count| count >= FILTER_LIMIT).min()),
        ("best_epochs", Some(settings.best.epochs)),
    ];
    let texts = [("scale", scale), ("fewest_parameters", low.to_string()), ("most_parameters", high.to_string())];
    let counts = counts.into_iter().filter_map(|(name, count)| Some((name, count?.to_string())));
    texts.into_iter().chain(counts).map(|(name, text)| (name.to_owned(), text)).collect()
}
