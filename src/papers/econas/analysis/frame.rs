//! What declarations of the manifest may name: tables of observations, dimensions, and what a unit of replication is.
//!
//! Searches from different seeds are units; all of one arm and data set read one table of trained networks, and say nothing
//! about others. A network of a table stands for itself; since networks of two tables are no pairs, its cluster says of which
//! table it is, in a column of its own for the first and for the second data set.

use std::collections::BTreeMap;

use super::names::{Place, Search, Tree, WORDS, places, searches, trees};
use super::published;
use crate::objectives::OBJECTIVES;
use crate::plan::{AUTHOR, Arm, arms};
use crate::settings::{Dataset, Settings};
use renas_base::metric::Unit;
use renas_observe::frame::{Frame, Member};
use renas_observe::rows::Schema;
use renas_report::range::Range;

const SEARCH_SEED: &str = "search seed";
pub(super) const NETWORK: &str = "network";
/// The search whose final population was really trained: its networks are relatives.
const RETRAINED_SEARCH: &str = "retrained search";
/// One table of trained networks: however often it is split, it is one.
const TABLE: &str = "table";
/// Samples of the rows of one table.
pub(super) const SAMPLE_OF_ROWS: &str = "sample of rows";

/// What a network of a table is called as a cluster.
pub(super) fn network_of(data: &str) -> String {
    format!("network of {data}")
}

/// Units of accuracy, introspectability and multiply-adds.
pub(super) const UNITS: [Unit; 3] = [Unit::Fraction, Unit::One, Unit::MultiplyAdds];

/// What they can be; introspectability is a cosine of what is never negative.
pub(super) const RANGES: [Range; 3] = [Range::SHARE, Range::SHARE, Range::NOT_NEGATIVE];

/// What differences of them can be.
const DIFFERENCES: [Range; 3] = [Range::CORRELATION, Range::CORRELATION, Range::ANY];

/// With a column for each objective, whose name stands for `*`.
fn of_objectives(table: Schema, name: &str, ranges: [Range; 3]) -> Schema {
    let columns = OBJECTIVES.iter().zip(UNITS).zip(ranges);
    columns.fold(table, |table, ((objective, unit), range)| table.number(&name.replace('*', objective), unit, range))
}

/// The tables, in the order in which `rows` fills them. A search is an arm on a data set: `paper.mnist`.
pub(super) fn tables(settings: &Settings) -> [Schema; 10] {
    let (any, positive, correlation) = ([Range::ANY; 3], Range::NOT_NEGATIVE, Range::CORRELATION);
    let searched = |name: &str| Schema::new(name).of_studies(["search/{arm}/{dataset}/*"]).identity("search");
    let of_seed = |name: &str| searched(name).unit("seed", SEARCH_SEED);
    let of_network = |table: Schema| {
        let cluster = |index: usize| network_of(settings.datasets.get(index).map_or("none", |dataset| &dataset.name));
        table.identity("group").unit("network", NETWORK).unit("first", &cluster(0)).unit("second", &cluster(1))
    };
    let generations = of_objectives(of_seed("generations").count("generation"), "*", RANGES)
        .number("hypervolume", Unit::One, Range::SHARE)
        .number("spread", Unit::One, positive)
        .share("distinct")
        .number("depth", Unit::One, positive);
    let mut searches = of_seed("searches").count("evaluations");
    for objective in &OBJECTIVES[1..] {
        searches = searches
            .number(&format!("dispersion_{objective}"), Unit::One, positive)
            .number(&format!("pearson_{objective}"), Unit::One, correlation)
            .number(&format!("linear_{objective}"), Unit::One, Range::SHARE);
    }
    searches = of_objectives(of_objectives(searches, "late_slope_*", any), "slowdown_*", any);
    searches = OBJECTIVES.iter().fold(searches, |table, objective| table.share(&format!("steps_{objective}")));
    // What one more search would give after some generations, and what the searches gave.
    let ends = ["*_from", "*_to", "*_median", "*_low", "*_high"];
    let runs = searched("runs").count("generation");
    let runs = ends.into_iter().fold(runs, |table, name| of_objectives(table, name, any));
    // The members of the populations of one search that are recorded, before the selection of a generation.
    let members = searched("members").unit("member", "member").count("generation");
    let members = of_objectives(members.flag("shown").flag("last"), "*", RANGES);
    let trained = of_network(Schema::new("trained").of_studies(["table/{dataset}"]).identity("dataset"));
    let trained = trained.share("accuracy").number("similarity", Unit::One, Range::SHARE);
    let trained =
        trained.number("distance", Unit::One, Range::SHARE).number("multiply_adds", Unit::MultiplyAdds, positive);
    let retrained = Schema::new("retrained")
        .of_studies(["retrain/{arm}/{dataset}", "retrain/{arm}/{dataset}/*", "table/{dataset}"])
        .identity("search")
        .identity("group")
        .unit("network", NETWORK);
    let retrained = retrained.unit("source", RETRAINED_SEARCH).share("nothing_learned").share("test_accuracy");
    let retrained =
        [("predicted_*", RANGES), ("measured_*", RANGES), ("error_*", DIFFERENCES), ("gain_*", DIFFERENCES)]
            .into_iter()
            .fold(retrained.number("test_introspectability", Unit::One, Range::SHARE), |table, (name, ranges)| {
                of_objectives(table, name, ranges)
            });
    let splits = Schema::new("splits")
        .of_studies(["surrogates/{arm}/{dataset}"])
        .identity("tree")
        .unit("split", "random split")
        .unit("table", TABLE);
    let splits = splits.number("r2", Unit::One, Range::R_SQUARED).number("mse", Unit::One, positive);
    // The paper's Table 2, and what an earlier re-implementation found.
    let published = Schema::new("published").identity("dataset").count("generation");
    let published = ["*", "*_median", "*_low", "*_high"]
        .into_iter()
        .fold(published, |table, name| of_objectives(table, name, RANGES));
    [
        generations,
        searches,
        runs,
        members,
        trained,
        retrained,
        splits.number("tau", Unit::One, correlation),
        of_network(Schema::new("out_of_fold").of_studies(["table/{dataset}"]).identity("tree")).number(
            "square",
            Unit::One,
            positive,
        ),
        published,
        // Whether the paper's number is what one more search could give.
        searched("inside").count("generation").word("objective").word("inside"),
    ]
}

/// The frame of these settings.
pub fn frame(settings: &Settings) -> Frame {
    let own = settings.datasets.first().map_or_else(String::new, |dataset| dataset.name.clone());
    let mut frame = Frame { tables: tables(settings).to_vec(), data: own, ..Frame::default() };
    let (places, searches, trees) = (places(settings), searches(settings), trees(settings));
    let datasets = |holds: &dyn Fn(&Dataset) -> bool| -> Vec<Member> {
        settings.datasets.iter().filter(|one| holds(one)).map(of_dataset).collect()
    };
    let is_printed = |one: &Dataset| published::TABLE_2.iter().any(|(name, ..)| *name == one.name);
    frame.dimension("dataset", datasets(&|_| true));
    frame.dimension("printed", datasets(&is_printed));
    frame.dimension("unprinted", datasets(&|one| !is_printed(one)));
    frame.dimension("authored", datasets(&|one| one.author_table.is_some()));
    frame.dimension("unauthored", datasets(&|one| one.author_table.is_none()));
    // The data set with the most arms has all of them.
    let named = settings.datasets.iter().map(arms).max_by_key(Vec::len).unwrap_or_default();
    let arm = |holds: fn(&Arm) -> bool| named.iter().filter(move |arm| holds(arm)).map(of_arm);
    frame.dimension("arm", arm(|_| true));
    frame.dimension("ours", arm(Arm::is_retrained));
    frame.dimension("resampled", arm(Arm::has_components));
    let search = |holds: fn(&Arm) -> bool| searches.iter().filter(move |one| holds(&one.arm)).map(of_search);
    frame.dimension("search", search(|_| true));
    frame.dimension("retrained", search(Arm::is_retrained));
    frame.dimension("tested", search(|arm| arm.is_retrained() && arm.reports_test()));
    let tree = |holds: &dyn Fn(&Search) -> bool| -> Vec<Member> {
        trees.iter().filter(|one| holds(&one.search)).map(of_tree).collect()
    };
    frame.dimension("tree", tree(&|_| true));
    frame.dimension("author_tree", tree(&|one| one.arm.is_imported()));
    for (index, name) in ["first", "second"].into_iter().enumerate() {
        let place = |one: &Place<'_>| Member::from(one.name).with("dataset", &one.dataset.name);
        frame.dimension(name, places.iter().filter(|one| one.index == index).map(place));
        frame.dimension(&format!("{name}_tree"), tree(&|one| one.index == index && !one.arm.is_imported()));
    }
    let number = |count: &usize| Member::from(count.to_string().as_str());
    frame.dimension("generation", settings.search.generations.iter().map(number));
    frame.dimension("recorded", [0].iter().chain(&settings.search.generations).map(number));
    frame.constants = constants(settings);
    let units = [
        (SEARCH_SEED, settings.search.seeds),
        (RETRAINED_SEARCH, 1),
        (TABLE, 1),
        (SAMPLE_OF_ROWS, settings.studies.row_samples),
    ];
    let networks = settings.datasets.iter().map(|dataset| (network_of(&dataset.name), settings.table.networks));
    frame.units = units.into_iter().map(|(name, count)| (name.to_owned(), count)).chain(networks).collect();
    frame
}

fn of_dataset(dataset: &Dataset) -> Member {
    let range = |[low, high]: [usize; 2]| format!("{low} to {high}");
    Member::from(dataset.name.as_str())
        .with("inputs", dataset.space().inputs.to_string())
        .with("classes", dataset.classes.to_string())
        .with("depth", range(dataset.depth))
        .with("width", range(dataset.width))
}

fn of_arm(arm: &Arm) -> Member {
    let words = if arm.name == AUTHOR { "author (the code's rules on the author's table)" } else { arm.shown() };
    Member::from(arm.name).with("shown", arm.shown()).with("words", words)
}

fn of_search(search: &Search) -> Member {
    let Search { name, arm, .. } = search;
    let on = format!("{} on {}", arm.name, arm.dataset);
    let member = Member::from(name.as_str()).with("of", arm.key()).with("on", on).with("data", &arm.data);
    member.with("arm", arm.name).with("dataset", &arm.dataset)
}

fn of_tree(tree: &Tree) -> Member {
    let Tree { search, axis } = tree;
    let search = of_search(search);
    let [name, of] = [&search.name, &search.attributes["of"]].map(|of| format!("{of}.{}", OBJECTIVES[*axis]));
    Member { name, ..search }.with("of", of).with("words", WORDS[*axis])
}

fn constants(settings: &Settings) -> BTreeMap<String, String> {
    let counts = [
        ("batch_size", settings.training.batch_size),
        ("networks", settings.table.networks),
        ("fitted", settings.table.fitted),
        ("population", settings.search.population),
        ("searches", settings.search.seeds),
        ("length", settings.length()),
        ("retrained_networks", settings.studies.retrained),
        ("row_samples", settings.studies.row_samples),
        ("searches_per_sample", settings.studies.searches_per_sample),
        ("first_generations", settings.search.generations.first().copied().unwrap_or(0)),
        ("generations_before", settings.search.generations.iter().nth_back(1).copied().unwrap_or(0)),
    ];
    let mut constants: BTreeMap<String, String> =
        counts.into_iter().map(|(name, count)| (name.to_owned(), count.to_string())).collect();
    let searches = match settings.studies.retrained_searches {
        1 => "one search".to_owned(),
        many => format!("each of {many} searches"),
    };
    constants.insert("retrained_searches".to_owned(), searches);
    constants
}
