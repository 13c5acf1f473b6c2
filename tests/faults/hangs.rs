//! Workers that stop, keep silent or never end: each is told, killed and replaced within a limit.

use std::path::Path;
use std::time::Duration;

use anyhow::Error;
use renas::harness::event::Event;
use renas::harness::executor::{Limits, introduce};
use renas::harness::study::Context;
use renas::network::spec::{Activation, NetworkSpec};
use renas::task::Task;
use renas::task::outcome::Outcome;

use crate::kit::{in_a_run, task, tasks};
use crate::worker::{Scene, deaths, limited, lives, outcomes, until};

/// Long for what answers, short for a test.
const SHORT: Duration = Duration::from_millis(600);

fn silence() -> Limits {
    Limits { silence: SHORT, ..Limits::default() }
}

fn within(scene: &Scene, behaviour: &str, limits: Limits, tasks: &[Task]) -> (Result<Vec<Outcome>, Error>, Vec<Event>) {
    let pool = limited(scene.path(), behaviour, 1, limits);
    in_a_run(&scene.store(), &pool, |run| run.study("study").outcomes(tasks))
}

/// One worker misbehaves: that is told with its process and the limit, it is killed, and the next one does the task.
fn is_replaced(behaviour: &str, limits: Limits, said: &str, tasks: &[Task]) {
    let scene = Scene::new();
    let (results, events) = within(&scene, &format!("{behaviour}:1"), limits, tasks);
    assert_eq!(results.expect("the next worker does it").len(), tasks.len(), "{behaviour}");
    let deaths = deaths(&events);
    assert_eq!(deaths.len(), 1, "{behaviour}: {deaths:?}");
    assert!(deaths[0].1.contains(said), "{behaviour}: {deaths:?}");
    assert!(scene.workers().iter().all(|process| !lives(*process)), "{behaviour}: all are gone");
    if limits != Limits::default() {
        let is_told = |process: &u32| deaths[0].1.contains(&format!("killed (process {process})"));
        assert!(scene.workers().iter().any(is_told) && deaths[0].1.contains("RENAS_PATIENCE"), "{deaths:?}");
    }
}

#[test]
fn a_worker_that_is_stopped_is_replaced() {
    is_replaced("stopped", silence(), "did not say that it lives, as it should every 10s, after 600ms", &tasks(2));
}

#[test]
fn a_worker_that_never_answers_is_replaced() {
    is_replaced("silent", silence(), "did not say that it lives", &tasks(2));
}

#[test]
fn a_worker_that_answers_half_a_line_is_replaced() {
    is_replaced("half", silence(), "it began to say `{\"reply\":\"do`", &tasks(2));
}

#[test]
fn a_worker_that_says_a_line_byte_by_byte_is_no_more_alive_than_one_that_says_none() {
    is_replaced("drips", silence(), "it began to say `xxx", &tasks(2));
}

#[test]
fn a_line_that_never_ends_is_not_read_to_its_end() {
    is_replaced("endless", Limits::default(), "said a line of more than 67108864 bytes", &tasks(2));
}

#[test]
fn a_worker_that_never_reads_its_request_is_replaced() {
    // More than a pipe holds.
    let Task::Train(mut train) = task(0) else { unreachable!("it is a training") };
    train.network = NetworkSpec::perceptron(&[1, 8, 8], &[1; 3000], Activation::Relu, 10);
    let large = Task::Train(train);
    assert!(serde_json::to_vec(&large).expect("JSON").len() > 200_000);
    is_replaced("never-reads", silence(), "did not read its request after 600ms", &[large]);
}

#[test]
fn a_worker_that_lives_and_never_answers_is_replaced() {
    let limits = Limits { task: SHORT, ..Limits::default() };
    is_replaced("lives", limits, "lives and has no answer after", &tasks(2));
    is_replaced("floods", limits, "lives and has no answer after", &tasks(2));
}

#[test]
fn a_worker_that_works_longer_than_it_may_be_silent_is_left_to_work() {
    let scene = Scene::new();
    let (results, events) = within(&scene, "works", silence(), &tasks(1));
    assert_eq!((results.expect("it answers").len(), deaths(&events)), (1, Vec::new()));
}

#[test]
fn a_trial_whose_workers_say_no_hello_is_given_up_and_the_next_run_completes() {
    let scene = Scene::new();
    let limits = Limits { hello: Duration::from_millis(50), ..Limits::default() };
    let (results, events) = within(&scene, "no-hello:1000", limits, &tasks(1));
    let message = format!("{:#}", results.expect_err("nobody says hello"));
    for part in ["3 workers died on it", "said no hello after 50ms, and was killed (process "] {
        assert!(message.contains(part), "{message} does not say {part}");
    }
    assert_eq!(deaths(&events).len(), 3);
    until("all workers are gone", || scene.workers().iter().all(|process| !lives(*process)));
    assert_eq!(outcomes(&scene, "well", 1, 2).0.expect("the next run completes").len(), 2);
}

#[test]
fn a_worker_that_says_no_hello_does_not_delay_a_cancellation() {
    let scene = Scene::new();
    let pool = limited(scene.path(), "no-hello:1000", 1, Limits::default());
    let canceller = pool.canceller();
    let (results, _) = in_a_run(&scene.store(), &pool, |run| {
        std::thread::scope(|scope| {
            scope.spawn(|| {
                until("a worker was started", || scene.counted("starts") == 1);
                canceller.cancel();
            });
            run.study("study").outcomes(&tasks(1))
        })
    });
    assert!(format!("{:#}", results.expect_err("it was cancelled")).contains("interrupted"));
    assert!(scene.workers().iter().all(|process| !lives(*process)));
}

/// What it started holds its pipes open for as long as it lives.
#[test]
fn a_worker_that_died_is_not_waited_for_because_its_child_lives() {
    is_replaced("leaves-a-child", Limits::default(), "exited with status 3", &tasks(2));
}

/// What `renas doctor` asks of each numerics.
#[test]
fn a_worker_that_says_nothing_of_itself_is_not_waited_for() {
    let limits = Limits { hello: SHORT, ..Limits::default() };
    let said = introduce(Path::new("sleep"), &["1000"], &limits).expect_err("it says nothing");
    assert!(said.contains("said no hello after 600ms"), "{said}");
    let said = introduce(Path::new("sh"), &["-c", "echo no GPU here >&2; exit 3"], &limits).expect_err("it ends");
    assert!(said.contains("exited with status 3") && said.contains("no GPU here"), "{said}");
}
