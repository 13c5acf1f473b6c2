//! The figures of the report; the paper has none.

use super::evidence::Evidence;
use super::measures;
use crate::arm::Arm;
use crate::latency::front;
use crate::settings::Settings;
use renas_report::findings::{Figure, Form, Series};
use renas_report::range::Range;
use renas_report::summary::band;

/// All figures, in the order of the report.
pub fn all(settings: &Settings, evidence: &Evidence) -> Vec<Figure> {
    vec![fronts(evidence), hypervolumes(settings, evidence), rankings(evidence)]
}

fn figure(id: &str, title: &str, caption: &str, form: Form, labels: [&str; 2], series: Vec<Series>) -> Figure {
    let [x_label, y_label] = labels.map(str::to_owned);
    let [id, title, caption] = [id, title, caption].map(str::to_owned);
    Figure { id, title, caption, form, x_label, y_label, z_label: None, series, diagram: None }
}

fn fronts(evidence: &Evidence) -> Figure {
    let series = |arm: Arm| {
        let visits = evidence.searches(arm).iter().flat_map(|record| front(record));
        let points = visits.map(|visit| vec![visit.price.multiply_adds as f64 / 1e6, visit.accuracy]).collect();
        Series { name: arm.name().to_owned(), points }
    };
    figure(
        "front",
        "Fronts of the searches",
        "Networks that no other of the same search dominates in error, with inherited weights, multiply-adds and memory; all \
         seeds.",
        Form::Scatter,
        ["multiply-adds (million)", "validation accuracy (fraction)"],
        Arm::ALL.map(series).to_vec(),
    )
}

fn hypervolumes(settings: &Settings, evidence: &Evidence) -> Figure {
    let population = settings.search.population;
    let series = |arm: Arm| {
        let curves: Vec<Vec<f64>> = evidence
            .searches(arm)
            .iter()
            .map(|record| measures::hypervolumes(record, population, &evidence.unit))
            .collect();
        let ends = curves.iter().map(Vec::len).min().unwrap_or(0);
        let point = |end: usize| {
            let by_supernet = evidence.by_supernet(curves.iter().map(|curve| curve[end]))?;
            band(((end + 1) * population) as f64, &by_supernet, Range::SHARE, arm.name())
        };
        Series { name: arm.name().to_owned(), points: (0..ends).filter_map(point).collect() }
    };
    figure(
        "hypervolume",
        "Hypervolume over evaluations",
        "Share of the box of error, multiply-adds and memory that a search dominates: mean over supernets, with \
         its 95 % interval where there are three.",
        Form::Lines,
        ["evaluations", "hypervolume (share of the box)"],
        Arm::ALL.map(series).to_vec(),
    )
}

fn rankings(evidence: &Evidence) -> Figure {
    let series = |(seed, ranked): (usize, &Vec<_>)| {
        let point = |one: &crate::ranking::Ranked| vec![one.shared, one.alone];
        Series { name: format!("supernet {seed}"), points: ranked.iter().map(point).collect() }
    };
    figure(
        "ranking",
        "Accuracy with inherited and with own weights",
        "Random networks of the hierarchical space, judged with the weights of a supernet and after trainings of their own.",
        Form::Scatter,
        ["validation accuracy, inherited weights (fraction)", "validation accuracy, own weights (fraction)"],
        evidence.rankings.iter().enumerate().map(series).collect(),
    )
}
