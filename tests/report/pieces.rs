//! Pieces of made-up reports: a profile, a trial with a page, and the claim that rests on it.

use std::collections::BTreeMap;

use renas::report::page::{Carried, Clock, Profile, Trial};

pub(crate) fn carried() -> BTreeMap<String, Carried> {
    let rests = Carried { trials: 40, cpu_seconds: 90.0, trial: Some("0123456789ab".to_owned()) };
    [("accuracy".to_owned(), rests)].into()
}

pub(crate) fn trials() -> Vec<Trial> {
    vec![Trial {
        key: "0123456789abcdef".to_owned(),
        study: "table/digits".to_owned(),
        step: "train".to_owned(),
        asked: "{\"seed\": \"<7>\"}".to_owned(),
        outcome: "00ff".to_owned(),
        ending: "completed".to_owned(),
        scalars: [("test.accuracy".to_owned(), 0.9)].into(),
        curves: [("train.loss".to_owned(), vec![2.0, 1.0, 0.5])].into(),
        tensors: [("weights".to_owned(), "ff00".to_owned())].into(),
        cpu_seconds: None,
    }]
}

pub(crate) fn profile(name: &str) -> Profile {
    Profile {
        name: str::to_owned(name),
        purpose: str::to_owned("A first look: the whole pipeline on the embedded digits, the same bytes on every run."),
        numerics: str::to_owned("portable"),
        device: str::to_owned("cpu"),
        libtorch: str::to_owned("2.11.0"),
        clock: Clock::CostModel,
        command: format!("make reproduce PROFILE={name}"),
    }
}
