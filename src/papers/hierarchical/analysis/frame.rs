//! What declarations of the manifest may name: tables of observations, dimensions, and what a unit of replication is.

use std::collections::BTreeMap;

use super::measures::Principle;
use super::result_set::{FinalNetwork, final_networks};
use super::times::{Difference, pairs};
use crate::arm::Arm;
use crate::baselines::Baseline;
use crate::plan::{DatasetRole, TIMED};
use crate::settings::{BUDGETS, Settings};
use renas_base::metric::Unit;
use renas_data::registry::Registry;
use renas_observe::frame::{Frame, Member};
use renas_observe::rows::Schema;
use renas_report::findings::EXACT;
use renas_report::range::Range;

/// What one search hangs on besides its supernet.
const SEARCH: &str = "search seed";
/// What searches share, and what networks that they choose share too: the outermost cluster of both.
const SUPERNET: &str = "supernet seed";
/// A random network that is judged with supernets and trained on its own.
const NETWORK: &str = "ranked network";
/// What a training of a hand-designed network hangs on.
const TRAINING: &str = "training seed";
/// What all times share: they are of one search's networks on one machine. Values of it are one cluster, however many pairs
/// of configurations it has.
const MACHINE: &str = "machine";

/// The tables, in the order in which `rows` fills them.
pub(super) fn tables() -> [Schema; 12] {
    let counts = |table: Schema| {
        let table = table.count("parameters").number("multiply_adds", Unit::MultiplyAdds, Range::NOT_NEGATIVE);
        table.count("memory_bytes")
    };
    let different = Range { low: Some(0.0), high: Some(BUDGETS as f64) };
    let (difference, positive) = (Range::CORRELATION, Range::NOT_NEGATIVE);
    [
        // One row per search.
        Schema::new("searches")
            .of_studies(["search/{arm}/*", "cost/*"])
            .identity("arm")
            .unit("seed", SEARCH)
            .unit("supernet", SUPERNET)
            .share("hypervolume")
            .share("anytime_hypervolume")
            .share("best_accuracy")
            .count("front")
            // Multiply-adds with trainings of their own for all networks, as a multiple of those with the supernet, at least.
            .number("work_ratio", Unit::One, positive)
            // Of `nsga2` alone: what it took, where that was measured, and what it chose.
            .time("device_hours", Unit::One, positive)
            .time("device_days", Unit::One, positive)
            .number("different_networks", Unit::Count, different),
        // The hypervolume of a search after each generation.
        Schema::new("generations")
            .of_studies(["search/{arm}/*"])
            .identity("arm")
            .unit("seed", SEARCH)
            .unit("supernet", SUPERNET)
            .count("evaluations")
            .share("hypervolume"),
        // The networks of a search that no other of it dominates in error, multiply-adds and memory.
        Schema::new("fronts")
            .of_studies(["search/{arm}/*"])
            .identity("arm")
            .unit("seed", SEARCH)
            .number("million_multiply_adds", Unit::One, positive)
            .share("accuracy"),
        // Shares of layers in the best network of `nsga2` within each budget, but for budgets that repeat a smaller one.
        Principle::ALL.into_iter().fold(
            Schema::new("principles")
                .of_studies(["search/nsga2/*"])
                .identity("budget")
                .unit("seed", SEARCH)
                .unit("supernet", SUPERNET),
            |table, principle| table.share(principle.name()),
        ),
        // The mean of the networks of a random search within each budget.
        Schema::new("random")
            .of_studies(["search/random/*"])
            .identity("budget")
            .unit("seed", SEARCH)
            .count("memory_bytes"),
        // One row per network that was judged with a supernet's weights and trained on its own.
        Schema::new("ranked")
            .of_studies(["ranking/*"])
            .unit("supernet", SUPERNET)
            .unit("network", NETWORK)
            .share("shared")
            .share("alone")
            .number("gap", Unit::Fraction, difference)
            .number("multiply_adds", Unit::MultiplyAdds, positive)
            .count("width")
            // What the genes and the own accuracies of the other networks let expect.
            .number("ridge", Unit::Fraction, Range::ANY)
            // At most 2 points above chance with the supernet's weights, with its own, and with neither.
            .flag("shared_nothing")
            .flag("alone_nothing")
            .flag("learned"),
        // One row per training of a network that a search chose.
        counts(
            Schema::new("chosen")
                .of_studies(["{study}/*", "search/nsga2/*"])
                .identity("network")
                .unit("seed", SEARCH)
                .unit("supernet", SUPERNET)
                .share("test_accuracy")
                .share("learned_nothing"),
        ),
        // One row per training of a hand-designed network.
        Schema::new("designed")
            .of_studies(["{study}/*"])
            .identity("network")
            .unit("training", TRAINING)
            .share("test_accuracy")
            .share("learned_nothing"),
        // Counts of hand-designed networks: arithmetic, which no training enters.
        counts(Schema::new("counts").of_studies(["{study}/*"]).identity("network").unit("exact", EXACT)),
        // A chosen network beside a hand-designed one of the same seed, but for budgets that repeat a smaller one.
        Schema::new("pairs")
            .of_studies(["{chosen_study}/*", "{designed_study}/*", "search/nsga2/*"])
            .identity("pair")
            .unit("seed", SEARCH)
            .unit("supernet", SUPERNET)
            .number("gain", Unit::Fraction, difference)
            .number("multiply_adds_ratio", Unit::One, positive)
            .number("memory_ratio", Unit::One, positive),
        // Kendall's tau of times in every two configurations of the machine, and in what alone they differ.
        Schema::new("latency_pairs")
            .of_studies(["latency/{arm}"])
            .identity("arm")
            .unit("pair", "pair of configurations")
            .unit("machine", MACHINE)
            .word("difference")
            .time("kendall", Unit::One, Range::CORRELATION),
        // One row per timed network and configuration.
        Schema::new("latencies")
            .of_studies(["latency/{arm}"])
            .identity("arm")
            .unit("configuration", "configuration")
            .unit("machine", MACHINE)
            .time("seconds", Unit::Seconds, positive)
            .number("multiply_adds", Unit::MultiplyAdds, positive),
    ]
}

/// The frame of these settings.
pub fn frame(settings: &Settings, data: &Registry) -> Frame {
    let mut frame = Frame { tables: tables().to_vec(), data: settings.data.name.clone(), ..Frame::default() };
    frame.dimension("arm", Arm::ALL.map(Arm::name).map(Member::from));
    frame.dimension("other", Arm::ALL.map(Arm::name).into_iter().filter(|arm| *arm != "nsga2").map(Member::from));
    frame.dimension("timed", TIMED.map(Arm::name).map(Member::from));
    frame.dimension("principle", Principle::ALL.map(Principle::name).map(Member::from));
    let budget = |number: usize| Member::from(&*format!("budget_{number}")).with("number", number.to_string());
    frame.dimension("budget", (1..=settings.budgets.len()).map(budget));
    let searched = Networks::on(settings, DatasetRole::Searched);
    let transfer = Networks::on(settings, DatasetRole::Transfer);
    let full = full_size();
    frame.dimension("transferred", [transfer.chosen.clone(), transfer.designed.clone()].concat());
    frame.dimension("counted", [searched.designed.clone(), full.clone()].concat());
    frame.dimension("pair", [searched.pairs(), transfer.pairs()].concat());
    let all = [&searched.chosen, &searched.designed, &transfer.chosen, &transfer.designed, &full];
    frame.dimension("network", all.into_iter().flatten().cloned());
    frame.dimension("full", full);
    frame.dimension("chosen_anywhere", [searched.chosen.clone(), transfer.chosen].concat());
    frame.dimension("designed_anywhere", [searched.designed.clone(), transfer.designed].concat());
    frame.dimension("chosen", searched.chosen);
    frame.dimension("designed", searched.designed);
    let supernets = settings.supernet.seeds.min(settings.search.seeds);
    frame.dimension("supernet", (0..settings.supernet.seeds).map(|seed| Member::from(seed.to_string().as_str())));
    frame.dimension("difference", Difference::ALL.map(|one| Member::from(one.name()).with("words", one.words())));
    frame.dimension("configured", configured(settings));
    frame.constants = constants(settings, settings.data.training_samples(data).unwrap_or_default());
    let units = [
        (SUPERNET, supernets),
        (NETWORK, settings.ranking.networks),
        (SEARCH, settings.search.seeds),
        (TRAINING, settings.training.seeds),
        (MACHINE, 1),
    ];
    frame.units = units.map(|(name, count)| (name.to_owned(), count)).into();
    frame
}

/// What a network is called in names of quantities.
pub(super) fn name_on(role: DatasetRole, network: FinalNetwork) -> String {
    match role {
        DatasetRole::Searched => network.name(),
        DatasetRole::Transfer => format!("transfer.{}", network.name()),
    }
}

/// What the ids of its trainings begin with.
fn study_of(role: DatasetRole, network: FinalNetwork) -> String {
    format!("{}/{}", role.name(), network.name())
}

/// What a pair of two networks is called in the rows.
pub(super) fn pair_on(role: DatasetRole, chosen: FinalNetwork, designed: FinalNetwork) -> String {
    format!("{} and {}", name_on(role, chosen), designed.name())
}

/// The networks that are trained on a data set.
struct Networks {
    role: DatasetRole,
    data: String,
    final_networks: Vec<FinalNetwork>,
    chosen: Vec<Member>,
    designed: Vec<Member>,
}

impl Networks {
    fn on(settings: &Settings, role: DatasetRole) -> Self {
        let (final_networks, data) = (final_networks(settings, role), settings.data_on(role).name.clone());
        let member = |network: &FinalNetwork| {
            let member = Member::from(&*name_on(role, *network)).with("study", study_of(role, *network));
            member.with("words", network.name()).with("data", &data)
        };
        let (chosen, designed): (Vec<FinalNetwork>, Vec<FinalNetwork>) =
            final_networks.iter().partition(|one| one.is_chosen());
        let [chosen, designed] = [chosen, designed].map(|some| some.iter().map(member).collect());
        Self { role, final_networks, chosen, designed, data }
    }

    fn pairs(&self) -> Vec<Member> {
        let mut pairs = Vec::new();
        for &chosen in self.final_networks.iter().filter(|one| one.is_chosen()) {
            for &designed in self.final_networks.iter().filter(|one| !one.is_chosen()) {
                let pair = Member::from(&*pair_on(self.role, chosen, designed)).with("data", &self.data);
                let pair = pair.with("chosen", name_on(self.role, chosen)).with("words", chosen.name());
                let pair = pair.with("chosen_study", study_of(self.role, chosen));
                let pair = pair.with("designed_study", study_of(self.role, designed));
                pairs.push(pair.with("designed", designed.name()));
            }
        }
        pairs
    }
}

/// Hand-designed networks as they were published.
fn full_size() -> Vec<Member> {
    let member = |prefix: &str, network: Baseline, words: &str, images: &str, data: &str| {
        let name = network.name();
        let member = Member::from(&*format!("{prefix}{name}")).with("words", format!("{name} {words}"));
        member.with("network", name).with("images", images).with("data", data)
    };
    let cifar = |one| member("full.", one, "at full size on images of 32 x 32", "32 x 32, as in table 1", "cifar10");
    let imagenet = Baseline::PUBLISHED.into_iter().filter(|one| one.on_imagenet().is_some());
    let imagenet = imagenet
        .map(|one| member("full.imagenet.", one, "as published for ImageNet", "ImageNet, as published", "imagenet"));
    Baseline::PUBLISHED.into_iter().map(cifar).chain(imagenet).collect()
}

/// Every two configurations that differ in one thing, by what that is.
fn configured(settings: &Settings) -> Vec<Member> {
    let configurations = settings.latency.configurations();
    let mut members = Vec::new();
    for difference in Difference::ALL {
        for (place, pair) in pairs(&configurations).iter().enumerate() {
            if pair.difference == Some(difference) {
                let [one, other] = [pair.one, pair.other].map(|index| configurations[index].words());
                let member = Member::from(&*place.to_string()).with("difference", difference.words());
                members.push(member.with("one", one).with("other", other));
            }
        }
    }
    members
}

fn constants(settings: &Settings, training_samples: usize) -> BTreeMap<String, String> {
    let Settings { data, supernet, ranking, search, training, baselines, transfer, latency, .. } = settings;
    let counts = [
        ("training_images", training_samples),
        ("supernets", supernet.seeds),
        ("ranked_networks", ranking.networks),
        ("searches", search.seeds),
        ("evaluations", search.evaluations()),
        ("epochs", training.epochs),
        ("ranking_epochs", ranking.epochs.unwrap_or(training.epochs)),
        ("trainings", training.seeds),
        ("divisor", baselines.divisor),
        ("timed_networks", latency.networks),
        ("configurations", latency.configurations().len()),
    ];
    let texts = [("data", data.name.clone()), ("second_data", transfer.data.name.clone())];
    let counts = counts.map(|(name, count)| (name, count.to_string()));
    counts.into_iter().chain(texts).map(|(name, text)| (name.to_owned(), text)).collect()
}
