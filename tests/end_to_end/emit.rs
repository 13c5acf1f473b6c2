//! What other schedulers are given: held against their schema, and done here as they would.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::bench::{Answer, Bench, worker};

/// A bench with two experiments, and the programs in the places that a checkout has them in.
fn checkout() -> Bench {
    let bench = Bench::new();
    bench.add("experiments", "fashion_ga");
    fs::create_dir_all(bench.path("target/release")).expect("a folder");
    symlink(env!("CARGO_BIN_EXE_renas"), bench.path("target/release/renas")).expect("a link");
    symlink(worker(), bench.path("target/release/renas-worker")).expect("a link");
    bench
}

fn emitted(bench: &Bench, arguments: &[&str]) -> Value {
    let answer = bench.renas(&[&["emit", "k8s", "--image", "debian:12", "--claim", "checkout"], arguments].concat());
    answer.expect(0, "");
    serde_json::from_str(&answer.stdout).unwrap_or_else(|error| panic!("{error}: {}", answer.stdout))
}

#[test]
fn a_job_of_kubernetes_fits_the_schema_of_its_api() {
    let bench = checkout();
    let schema: Value = serde_json::from_str(include_str!("job.schema.json")).expect("JSON");
    let schema = jsonschema::draft202012::new(&schema).expect("a schema");
    let mistakes = |job: &Value| -> Vec<String> { schema.iter_errors(job).map(|error| error.to_string()).collect() };
    fs::create_dir(bench.path("it's $(here)")).expect("a folder");
    let flags = ["--jobs", "4", "--device", "cuda", "--node-label", "cpu=epyc", "--data", "it's $(here)"];
    for arguments in [&[][..], &["--only", "econas"], &flags, &["--profile", "reduced"]] {
        assert_eq!(mistakes(&emitted(&bench, arguments)), Vec::<String>::new(), "{arguments:?}");
    }
    let job = emitted(&bench, &flags);
    let pod = &job["spec"]["template"]["spec"];
    assert_eq!(job["spec"]["completions"], 2);
    assert_eq!(pod["nodeSelector"], json!({"cpu": "epyc"}));
    assert_eq!(pod["containers"][0]["resources"]["limits"], json!({"cpu": "4", "nvidia.com/gpu": "1"}));
    let change = |place: &str, value: Value| {
        let mut job = job.clone();
        *job.pointer_mut(place).expect("a place") = value;
        assert!(!mistakes(&job).is_empty(), "{place} may be anything");
    };
    change("/spec/completions", json!("2"));
    change("/spec/completionMode", json!("NonIndexed"));
    change("/spec/template/spec/restartPolicy", json!("OnFailure"));
    change("/metadata/name", json!("renas_quick"));
    change("/spec/template/spec/containers/0/command", json!("sh"));
    change("/spec/podFailurePolicy/rules/0/action", json!("Retry"));
    bench.renas(&["emit", "k8s", "--image", "i"]).expect(2, "--claim");
    let emit = ["emit", "k8s", "--image", "i", "--claim", "c"];
    bench.renas(&[&emit[..], &["--only", "econas/table*"]].concat()).expect(2, "whole experiment");
    bench.renas(&[&emit[..], &["--node-label", "epyc"]].concat()).expect(2, "`epyc` is no KEY=VALUE");
}

#[test]
fn all_indices_of_a_job_at_once_give_the_bytes_of_one_run() {
    let one = checkout();
    one.renas(&["run"]).expect(0, "report:");
    let bench = checkout();
    let job = emitted(&bench, &["--jobs", "1"]);
    let words: Vec<&str> = job["spec"]["template"]["spec"]["containers"][0]["command"]
        .as_array()
        .expect("words")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let start = |index: u64| {
        let mut pod = Command::new(words[0]);
        pod.args(&words[1..]).env("JOB_COMPLETION_INDEX", index.to_string()).current_dir(bench.path("."));
        pod.env_remove("RENAS_DATA").env_remove("RENAS_STORE").env("RENAS_MACHINE_LOCKS", bench.path("."));
        pod.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("a shell")
    };
    let pods: Vec<_> = (0..job["spec"]["completions"].as_u64().expect("a number")).map(start).collect();
    assert_eq!(pods.len(), 2);
    for pod in pods {
        Answer::of(&pod.wait_with_output().expect("our child")).expect(0, "report:");
    }
    bench.renas(&["run"]).expect(0, ": 0 trials computed");
    assert_eq!(bench.digests("reports"), one.digests("reports"));
}
