//! What a run takes from evidence of earlier ones, and what it leaves where it is cut off.

use std::fs;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::Duration;

use renas::base::digest::Digest;
use renas::data::registry::Registry;
use renas::harness::context::RunContext;
use renas::harness::event::{Event, Source};
use renas::harness::evidence;
use renas::harness::manifest::model::Profile;
use renas::harness::resume::{self, Resume};
use renas::harness::store::{Access, StepResult, Store};
use renas::harness::study::Context;
use renas::report::page::Clock;
use renas::task::outcome::Outcome;
use tempfile::TempDir;

use crate::kit::{Diary, Instant, key, record, store_with, task, tasks, weights};

/// A folder with reports and a store.
struct Machine(TempDir);

impl Machine {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn reports(&self) -> std::path::PathBuf {
        self.0.path().join("reports")
    }

    fn store(&self) -> Store {
        Store::open(&self.0.path().join("store"), Access::Write).expect("a store")
    }

    fn lose_store(&self) {
        fs::remove_dir_all(self.0.path().join("store")).expect("it is ours");
    }

    fn unfinished(&self) -> std::path::PathBuf {
        self.reports().join(resume::name(Profile::Quick, "toy"))
    }

    fn resume(&self) -> Resume {
        let (resume, notes) = Resume::of(&self.reports(), Profile::Quick, "toy", Clock::CostModel);
        assert_eq!(notes, Vec::<String>::new());
        resume
    }

    /// Something done in a run that knows what earlier runs left; also how many trials were computed, and what was told.
    fn work<T>(&self, resume: &Resume, work: impl FnOnce(&RunContext<'_>) -> T) -> (T, usize, Vec<Event>) {
        let (executor, diary, data, store) = (Instant::default(), Diary::default(), Registry::default(), self.store());
        let result = work(&RunContext::new(&store, &executor, &data, &diary).resuming(resume));
        (result, executor.computed.load(Ordering::SeqCst), diary.read())
    }

    /// The first trials, and what was used kept as unfinished.
    fn cut_off_after(&self, trials: u64) -> (Vec<Outcome>, usize, Vec<Event>) {
        let resume = self.resume();
        self.work(&resume, |run| {
            let outcomes = run.study("study").outcomes(&tasks(trials)).expect("they are computed");
            resume.keep(run.evidence_so_far()).expect("it is written");
            outcomes
        })
    }
}

fn sources(events: &[Event]) -> Vec<Source> {
    let source = |event: &Event| match event {
        Event::TrialFinished { source, .. } => Some(*source),
        _ => None,
    };
    events.iter().filter_map(source).collect()
}

#[test]
fn a_machine_that_lost_its_store_goes_on_from_what_is_unfinished() {
    let machine = Machine::new();
    let (first, computed, _) = machine.cut_off_after(4);
    assert_eq!(computed, 4);
    machine.lose_store();
    let (second, computed, events) = machine.cut_off_after(6);
    assert_eq!((&second[..4], computed), (&first[..], 2));
    let mut sources = sources(&events);
    sources.sort_by_key(|source| *source == Source::Worker);
    assert_eq!(sources, [[Source::Evidence; 4].as_slice(), &[Source::Worker; 2]].concat());
    // The store promises what it holds, and no weights of a trial that was replayed.
    let check = machine.store().verify_all();
    assert!(check.is_clean());
    assert_eq!(check.steps, 2);
    machine.lose_store();
    assert_eq!(machine.cut_off_after(6).1, 0, "nothing that was kept is lost when it is written again");
}

#[test]
fn a_fresh_run_takes_nothing_from_evidence_and_loses_nothing_of_it() {
    let machine = Machine::new();
    machine.cut_off_after(5);
    machine.lose_store();
    let before = fs::read(machine.unfinished()).expect("it is there");
    let resume = machine.resume().fresh();
    let (_, computed, _) = machine.work(&resume, |run| {
        run.study("study").outcomes(&tasks(2)).expect("they are computed");
        resume.keep(run.evidence_so_far()).expect("it is written")
    });
    assert_eq!(computed, 2);
    assert_eq!(fs::read(machine.unfinished()).expect("it is there"), before);
}

#[test]
fn weights_of_a_replayed_trial_are_made_again_only_where_something_reads_them() {
    let machine = Machine::new();
    machine.cut_off_after(5);
    machine.lose_store();
    let object = Digest::of(&weights(&task(3)));
    let resume = machine.resume();
    let (bytes, computed, events) = machine.work(&resume, |run| {
        let study = run.study("study");
        study.outcomes(&tasks(5)).expect("they are replayed");
        assert_eq!(run.restore_objects(&study.used()).expect("nothing is promised"), 0);
        study.object(&object)
    });
    assert_eq!((bytes.expect("it is made again"), computed), (weights(&task(3)), 1));
    assert!(events.iter().any(|event| matches!(event, Event::Recomputed { .. })));
    let check = machine.store().verify_all();
    assert!(check.is_clean());
    assert_eq!(check.steps, 1, "its record is there with its weights");
}

#[test]
fn a_replayed_trial_that_comes_out_otherwise_here_is_stored_and_stops_the_run_once() {
    let machine = Machine::new();
    let mut foreign = record(&task(0));
    let object = Digest::of(b"weights of another machine");
    let mut outcome = foreign.outcome().expect("a worker's answer").clone();
    outcome.tensors.insert("weights".into(), object);
    foreign.result = StepResult::Outcome(outcome);
    let records = [(key(&task(0)), foreign.into())].into();
    machine.resume().keep(records).expect("it is written");
    let resume = machine.resume();
    let read = |run: &RunContext<'_>| {
        let study = run.study("study");
        let outcomes = study.outcomes(&tasks(1))?;
        study.object(&outcomes[0].tensors["weights"])
    };
    let (bytes, ..) = machine.work(&resume, read);
    let message = format!("{:#}", bytes.expect_err("it has other weights here"));
    assert!(message.contains("start the same command again"), "{message}");
    assert_eq!(machine.work(&resume, read).0.expect("the store comes first"), weights(&task(0)));
    assert!(machine.store().verify_all().is_clean());
}

#[test]
fn what_the_committed_report_holds_is_taken_from_it_and_not_kept_twice() {
    let machine = Machine::new();
    machine.cut_off_after(3);
    let committed = machine.reports().join("quick/toy").join(evidence::FILE);
    fs::create_dir_all(committed.parent().expect("a folder")).expect("made");
    fs::rename(machine.unfinished(), &committed).expect("both are ours");
    machine.lose_store();
    assert_eq!(machine.cut_off_after(3).1, 0);
    assert!(!machine.unfinished().exists());
    assert_eq!(machine.cut_off_after(4).1, 1);
    let bytes = fs::read(machine.unfinished()).expect("it is there");
    let kept = evidence::read(&machine.unfinished(), bytes).expect("sound");
    assert_eq!(kept.kept().keys().collect::<Vec<_>>(), [&key(&task(3))]);
}

#[test]
fn an_answer_that_does_not_fit_its_task_is_not_taken_from_evidence() {
    let machine = Machine::new();
    let mut odd = record(&task(0));
    let mut outcome = odd.outcome().expect("a worker's answer").clone();
    outcome.scalars.remove("test.accuracy");
    odd.result = StepResult::Outcome(outcome);
    machine.resume().keep([(key(&task(0)), odd.into())].into()).expect("it is written");
    let (outcomes, computed, _) = machine.cut_off_after(1);
    assert_eq!(computed, 1);
    assert!(outcomes[0].scalars.contains_key("test.accuracy"));
}

#[test]
fn under_a_measured_clock_only_records_are_taken_that_say_how_long_they_took() {
    let machine = Machine::new();
    let mut silent = record(&task(0));
    silent.observation = None;
    let records = [(key(&task(0)), silent.into()), (key(&task(1)), record(&task(1)).into())].into();
    machine.resume().keep(records).expect("it is written");
    let (resume, _) = Resume::of(&machine.reports(), Profile::Quick, "toy", Clock::Measured);
    let (_, computed, _) =
        machine.work(&resume, |run| run.study("study").outcomes(&tasks(2)).expect("they are there").len());
    assert_eq!(computed, 1);
}

#[test]
fn a_damaged_file_is_said_gives_nothing_and_is_set_aside_when_there_is_something_to_keep() {
    let machine = Machine::new();
    machine.cut_off_after(3);
    let whole = fs::read(machine.unfinished()).expect("it is there");
    fs::write(machine.unfinished(), &whole[..whole.len() - 3]).expect("written");
    machine.lose_store();
    let (resume, notes) = Resume::of(&machine.reports(), Profile::Quick, "toy", Clock::CostModel);
    assert!(
        notes.len() == 1 && notes[0].contains("toy.jsonl.zst") && notes[0].contains("nothing is taken"),
        "{notes:?}"
    );
    let (_, computed, _) = machine.work(&resume, |run| {
        run.study("study").outcomes(&tasks(1)).expect("it is computed");
        resume.keep(run.evidence_so_far()).expect("it is written")
    });
    assert_eq!(computed, 1);
    let aside = machine.unfinished().with_file_name("toy.jsonl.zst.damaged");
    assert_eq!(fs::read(aside).expect("it was kept"), &whole[..whole.len() - 3]);
    assert_eq!(machine.resume().find(&record(&task(0)).identity.address()), Some(record(&task(0))));
}

#[test]
fn what_is_unfinished_is_written_while_the_work_goes_on_and_removed_with_its_empty_folders() {
    let machine = Machine::new();
    let resume = machine.resume();
    let written = |run: &RunContext<'_>| {
        run.study("study").outcomes(&tasks(2)).expect("they are computed");
        let mut looks = 0;
        while !machine.unfinished().exists() && looks < 3_000 {
            std::thread::sleep(Duration::from_millis(10));
            looks += 1;
        }
        machine.unfinished().exists()
    };
    let (was_written, ..) = machine
        .work(&resume, |run| resume.during(Duration::from_millis(20), || run.evidence_so_far(), || written(run)));
    assert!(was_written);
    assert!(resume.remove().expect("it is ours") && !resume.remove().expect("nothing is there"));
    assert!(!machine.reports().join(resume::FOLDER).exists());
}

#[test]
fn nothing_is_kept_or_removed_through_a_link() {
    let (machine, elsewhere) = (Machine::new(), tempfile::tempdir().expect("a folder"));
    fs::create_dir_all(machine.reports()).expect("made");
    std::os::unix::fs::symlink(elsewhere.path(), machine.reports().join(resume::FOLDER)).expect("a link");
    let records = [(key(&task(0)), record(&task(0)).into())].into();
    let message = format!("{:#}", machine.resume().keep(records).expect_err("it is a link"));
    assert!(message.contains("is a link"), "{message}");
    assert!(machine.resume().remove().is_err());
    assert_eq!(fs::read_dir(elsewhere.path()).expect("listable").count(), 0);
}

#[test]
fn a_store_comes_before_evidence() {
    let machine = Machine::new();
    machine.cut_off_after(3);
    drop(store_with(&machine.0.path().join("store"), 3));
    let (_, computed, events) = machine.cut_off_after(3);
    assert_eq!((computed, sources(&events)), (0, vec![Source::Store; 3]));
    assert!(Path::new(&machine.unfinished()).exists());
}
