//! What a paper of the synthetic kind takes: at most 150 lines of Rust and YAML, from parameters to verdicts.

use std::path::Path;

use renas::harness::context::fake::{FakeOutcomes, results_of};
use renas::harness::manifest::load;
use renas::harness::manifest::model::Profile;
use renas::harness::run::{Experiment, StudyOutputs};
use renas::harness::store::WorkerIdentity;
use renas::harness::timing::TimeSource;
use renas::report::claim::Verdict;
use renas::report::findings::Cell;
use renas::task::Task;
use renas::task::outcome::Outcome;

use super::known;
use super::synthetic::Synthetic;

const MANIFEST: &str = include_str!("synthetic.yaml");

/// Nobody is asked to train anything.
struct Nobody;

impl FakeOutcomes for Nobody {
    fn outcome(&self, task: &Task) -> anyhow::Result<Outcome> {
        anyhow::bail!("nothing was to be asked: {task:?}")
    }
}

#[test]
fn a_paper_of_the_synthetic_kind_is_short_and_its_claims_are_judged() {
    let lines = |text: &str| text.lines().filter(|line| !line.trim().is_empty()).count();
    let written = lines(include_str!("synthetic.rs")) + lines(MANIFEST);
    assert!(written <= 150, "{written} lines");

    let file = Path::new("synthetic.yaml");
    let manifest =
        load::parse(file, MANIFEST.as_bytes(), known(&[&Synthetic])).unwrap_or_else(|error| panic!("{error}"));
    let settings = &manifest.profiles[&Profile::Quick];
    let studied =
        StudyOutputs { results: results_of(&Synthetic, &settings.parameters, &Nobody), ..StudyOutputs::default() };
    let worker = WorkerIdentity { numerics: "portable".to_owned(), device: "cpu".to_owned(), libtorch: String::new() };
    let experiment = Experiment {
        paper: &Synthetic,
        parameters: &settings.parameters,
        plan: &[],
        declarations: &manifest.declarations,
        claims: &manifest.claims,
        profile: "quick",
        clusters: &settings.clusters,
        clock: settings.clock,
        time: TimeSource::of(settings),
        worker: &worker,
        data: known(&[]).data,
    };
    let concluded = experiment.conclude(&studied).expect("own results");
    let verdicts: Vec<Verdict> = concluded.judgements.iter().map(|one| one.verdict).collect();
    assert_eq!(verdicts, [Verdict::Reproduced, Verdict::NotReproduced], "{:?}", concluded.judgements);
    assert_eq!(concluded.findings.tables[0].rows[1][1], Cell::Quantity("climbing.best".to_owned()));
    assert_eq!(concluded.findings.tables[0].caption, "30 evaluations.");
}
