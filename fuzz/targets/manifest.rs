//! Manifests, read and planned as `renas plan` does: mistakes are named with their lines, and what has none is planned.
//!
//! An input is the text of a manifest or, where it begins with `@`, a paper's number and changes of that paper's manifest, a
//! line each: `LINE text` replaces a line, `LINE+text` puts one behind it, and a number alone takes it away.
#![no_main]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::OnceLock;

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use renas_base::digest::Digest;
use renas_data::registry::Registry;
use renas_harness::analysis::{Analysis, Promise};
use renas_harness::manifest::load::{Known, ManifestError, parse, text};
use renas_harness::manifest::model::Manifest;
use renas_harness::numbers;
use renas_harness::paper::AnyPaper;
use renas_papers::all;
use renas_report::catalogue::Promised;
use renas_report::outlook::{Planned, outlook};

/// Claims that are kept of a manifest, so that reading takes milliseconds.
const KEPT: usize = 8;

/// Studies above which planning what a few changed lines ask for is too much.
const MOST_STUDIES: usize = 1_000_000;

/// The registered data sets.
fn registry() -> &'static Registry {
    static REGISTRY: OnceLock<Registry> = OnceLock::new();
    REGISTRY.get_or_init(Registry::default)
}

fn manifests() -> &'static [Vec<String>] {
    static MANIFESTS: OnceLock<Vec<Vec<String>>> = OnceLock::new();
    MANIFESTS.get_or_init(|| all().iter().map(|paper| shortened(*paper)).collect())
}

/// A manifest of the checkout with the profile `quick` alone and the first claims about it, audit and deviations left out.
fn shortened(paper: &dyn AnyPaper) -> Vec<String> {
    let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../experiments");
    let path = dir.join(format!("{}.yaml", paper.id()));
    let text = text(&dir, paper.id()).expect("the manifests of the checkout");
    let (mut head, mut claims) = (Vec::new(), Vec::new());
    let (mut part, mut profile) = ("", "");
    for line in text.lines().filter(|line| !line.trim_start().starts_with('#') && !line.is_empty()) {
        match line.strip_prefix("  ") {
            None => (part, profile) = (line, ""),
            Some(name) if !name.starts_with(' ') => profile = name,
            Some(_) => {}
        }
        match part {
            "claims:" if line.starts_with("  - ") => claims.push(vec![line.to_owned()]),
            "claims:" => claims.last_mut().into_iter().for_each(|claim| claim.push(line.to_owned())),
            "audit:" | "deviations:" => {}
            "profiles:" if !["", "quick:"].contains(&profile) => {}
            _ => head.push(line.to_owned()),
        }
    }
    head.push("claims:".to_owned());
    let joined = |claims: &[Vec<String>]| [head.clone(), claims.concat()].concat();
    let is_sound = |claim: &Vec<String>| {
        parse(
            &path,
            joined(std::slice::from_ref(claim)).join("\n").as_bytes(),
            Known { papers: &all(), data: registry() },
        )
        .is_ok()
    };
    let claims: Vec<Vec<String>> = claims.into_iter().filter(is_sound).take(KEPT).collect();
    assert!(!claims.is_empty(), "no claim of {} is about `quick`", paper.id());
    joined(&claims)
}

fn changed(manifest: &[String], changes: &str) -> String {
    let mut lines: Vec<String> = manifest.to_vec();
    for change in changes.lines() {
        let digits = change.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(change.len());
        let Ok(number) = change[..digits].parse::<usize>() else { continue };
        let at = number % lines.len().max(1);
        match (lines.get_mut(at), change[digits..].chars().next()) {
            (Some(line), Some('+')) => *line = format!("{line}\n{}", &change[digits + 1..]),
            (Some(line), Some(' ')) => *line = change[digits + 1..].to_owned(),
            (Some(line), _) => line.clear(),
            (None, _) => {}
        }
    }
    lines.join("\n")
}

fn plan(manifest: &Manifest, paper: &dyn AnyPaper) {
    for (profile, settings) in &manifest.profiles {
        let parameters = &settings.parameters;
        Digest::of_value(parameters).expect("parameters enter keys");
        let studies =
            paper.plan(parameters, registry()).unwrap_or_else(|error| panic!("a sound manifest is planned: {error:#}"));
        assert!(studies.len() <= MOST_STUDIES, "{} studies", studies.len());
        let mut known = BTreeSet::new();
        for study in &studies {
            assert!(study.needs.iter().all(|need| known.contains(need.as_str())), "{}: {:?}", study.id, study.needs);
            assert!(known.insert(study.id.as_str()), "duplicate id {}", study.id);
            assert!(study.cpu_seconds.is_finite() && study.cpu_seconds >= 0.0, "{}", study.cpu_seconds);
            Digest::of_value(&study.inputs).expect("inputs enter keys");
        }
        let _: usize = studies.iter().map(|study| study.trials).sum();
        let analysis = Analysis { paper, parameters, declarations: &manifest.declarations, data: registry() };
        let Ok(Promise { quantities, clusters, .. }) = analysis.promise() else { panic!("it was asked before") };
        let promised: BTreeMap<String, Promised> = quantities.into_iter().map(|one| (one.name.clone(), one)).collect();
        let data: Vec<String> = studies.iter().flat_map(|study| study.data.clone()).collect();
        let planned = Planned { promised: &promised, clusters: &clusters, data: &data, profile: profile.name() };
        for claim in &manifest.claims {
            assert!(!outlook(claim, planned, None).in_words().is_empty());
        }
    }
}

fuzz_target!(init: { manifests(); }, |input: &[u8]| {
    let papers = all();
    let (number, text) = match input {
        [b'@', paper, changes @ ..] => {
            let number = usize::from(*paper) % papers.len();
            let changes = String::from_utf8_lossy(changes);
            (number, changed(&manifests()[number], &changes).into_bytes())
        }
        _ => (usize::from(input.first().copied().unwrap_or(0)) % papers.len(), input.to_vec()),
    };
    let paper = papers[number];
    let file = PathBuf::from(format!("experiments/{}.yaml", paper.id()));
    match parse(&file, &text, Known { papers: &papers, data: registry() }) {
        Ok(manifest) => {
            assert_eq!(manifest.id, paper.id());
            plan(&manifest, paper);
            let _ = numbers::parse(&file, &text, &manifest);
        }
        Err(ManifestError::Mistakes(mistakes)) => {
            assert!(!mistakes.0.is_empty());
            let lines = text.split(|byte| b"\n\r".contains(byte)).count();
            let placed = |(_, problem): &(PathBuf, renas_harness::manifest::problem::Problem)| problem.line <= lines + 1;
            assert!(mistakes.0.iter().all(placed), "{mistakes}");
        }
        Err(other) => panic!("{other}"),
    }
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    renas_fuzz::mutate(data, size, max_size, seed)
});
