//! Exact counts of the hand-designed networks at their full size: arithmetic, which no training enters.

use super::published::TABLE_1;
use super::quantities::{Entry, Read};
use crate::baselines::baseline::Baseline;
use crate::objectives::Price;
use renas_base::metric::Unit;
use renas_network::spec::NetworkSpec;
use renas_report::findings::{EXACT, Measured};
use renas_report::range::Range;

/// A count of a price.
type OfPrice = fn(&Price) -> f64;

const COUNTS: [(&str, &str, Unit, OfPrice); 3] = [
    ("parameters", "parameters", Unit::Count, |price| price.parameters as f64),
    ("multiply_adds", "multiply-adds of one image", Unit::MultiplyAdds, |price| price.multiply_adds as f64),
    ("memory_bytes", "bytes of parameters and of the values held at once", Unit::Count, |price| {
        price.memory_bytes() as f64
    }),
];

/// All of them, whatever the profile.
pub(super) fn catalogue() -> Vec<Entry> {
    let mut entries = Vec::new();
    for baseline in Baseline::ALL {
        let name = format!("full.{}", baseline.name());
        let words = format!("{} at full size on images of 32 x 32", baseline.name());
        entries.extend(of(&name, &words, "cifar10", move || Some(baseline.on_cifar())));
        if baseline.on_imagenet().is_some() {
            let name = format!("full.imagenet.{}", baseline.name());
            let words = format!("{} as published for ImageNet", baseline.name());
            entries.extend(of(&name, &words, "imagenet", move || baseline.on_imagenet()));
        }
    }
    entries.extend(budgets());
    entries
}

/// How many times fewer the FLOPs are that the paper's table prints for its budgets, by the counts of the networks that it
/// compares with.
fn budgets() -> Vec<Entry> {
    let mut entries = Vec::new();
    for row in TABLE_1 {
        let Some(budget) = row.ours.filter(|name| name.starts_with("budget")) else { continue };
        for designed in [Baseline::ResNet56, Baseline::DenseNetBc] {
            let read: Read = Box::new(move |_| {
                let count = Price::of(&designed.on_cifar()).ok()?.multiply_adds as f64;
                Some(Measured::Exact(count / row.multiply_adds))
            });
            let (name, other) = (format!("full.{budget}.multiply_adds_ratio.{}", designed.name()), designed.name());
            let label = format!("multiply-adds of {other} at full size over those that table 1 prints for {budget}");
            entries.push(exact((name, label), Unit::One, "cifar10", read));
        }
    }
    entries
}

fn exact((name, label): (String, String), unit: Unit, data: &str, read: Read) -> Entry {
    Entry {
        name,
        label,
        unit,
        range: Range::NOT_NEGATIVE,
        data: Some(data.to_owned()),
        over: EXACT.into(),
        cluster: EXACT.into(),
        observed_time: false,
        read,
    }
}

fn of<F: Fn() -> Option<NetworkSpec> + Copy + 'static>(name: &str, words: &str, data: &str, network: F) -> Vec<Entry> {
    let entry = |(count, what, unit, value): (&str, &str, Unit, OfPrice)| {
        let read: Read = Box::new(move |_| Some(Measured::Exact(value(&Price::of(&network()?).ok()?))));
        exact((format!("{name}.{count}"), format!("{what} ({words})")), unit, data, read)
    };
    COUNTS.map(entry).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::evidence::Evidence;
    use crate::analysis::quantities::{measure, promised};
    use crate::fixture::{results, settings};

    /// The audit's finding: the paper's table has 253 M for DenseNet-BC, the network has 288 M; 300 M and 833 M are right.
    #[test]
    fn counts_at_full_size_are_exact_in_every_profile() {
        let (settings, (_, results)) = (settings(), results());
        let found = measure(&settings, &Evidence::read(&settings, &results).expect("own results"));
        let millions = |name: &str| match found[name].measured {
            Measured::Exact(value) => (value / 1e6).round(),
            _ => panic!("{name} is exact"),
        };
        assert_eq!(millions("full.dense_net_bc.multiply_adds"), 288.0);
        assert_eq!(millions("full.res_net56.multiply_adds"), 126.0, "with 0.26 M of skips that have weights here");
        assert_eq!(millions("full.imagenet.squeeze_net.multiply_adds"), 833.0);
        assert!((millions("full.imagenet.mobile_net_v2.multiply_adds") - 300.0).abs() <= 1.0);
        // 125 / 78 = 1.60 and 253 / 78 = 3.24 are the paper's own.
        for (name, expected) in [("res_net56", 1.612), ("dense_net_bc", 3.691)] {
            match found[&format!("full.budget_1.multiply_adds_ratio.{name}")].measured {
                Measured::Exact(value) => assert!((value - expected).abs() < 1e-3, "{name}: {value}"),
                _ => panic!("{name} is exact"),
            }
        }
        let full = promised(&settings).into_iter().filter(|one| one.name.starts_with("full."));
        assert!(full.clone().count() == 27 && full.clone().all(|one| one.is_exact()));
    }
}
