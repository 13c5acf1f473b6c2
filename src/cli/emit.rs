//! `renas emit`: what another scheduler is given so that it does a run.

use std::collections::BTreeMap;

use anyhow::anyhow;
use serde_json::{Value, json};

use super::arguments::{Common, EmitCommand, KubernetesJob};
use super::exit::{Classify as _, Failure};
use super::session::Session;

/// Print it.
pub fn emit(session: &Session<'_>, command: &EmitCommand) -> Result<(), Failure> {
    match command {
        EmitCommand::K8s(arguments) => {
            outln!("{:#}", kubernetes(session, arguments)?);
            Ok(())
        }
    }
}

/// Where the volume with the checkout is in every pod.
const CHECKOUT: &str = "/renas";

/// The container's name, which rules about its exit codes repeat.
const CONTAINER: &str = "renas";

/// An Indexed Job: index by index one experiment, as `renas run --only` does it on one machine.
fn kubernetes(session: &Session<'_>, arguments: &KubernetesJob) -> Result<Value, Failure> {
    let ids: Vec<&str> = session.experiments.iter().map(|selected| selected.manifest.id.as_str()).collect();
    let common = session.common;
    if common.only.as_ref().is_some_and(|only| only.contains('/')) {
        return Err(anyhow!("an index of the job is a whole experiment: name no studies with --only")).or_bad_input();
    }
    let cores = common.jobs.unwrap_or(1);
    let mut resources = json!({"cpu": cores.to_string()});
    if common.device.starts_with("cuda") {
        resources["nvidia.com/gpu"] = json!("1");
    }
    // Each pod has a folder of reports of its own: a report that another one writes meanwhile is not to be lost.
    // The index picks one of the experiments that follow the script; no name is ever read by the shell as anything else.
    let script =
        "shift \"$JOB_COMPLETION_INDEX\"; exec target/release/renas run --only \"$1\" --reports \"reports-of-pods/$1\"";
    let flags = flags(common, session.profile.name(), cores);
    let script = flags.iter().fold(script.to_owned(), |script, flag| format!("{script} {}", quoted(flag)));
    let mut words = vec!["sh", "-ec", script.as_str(), CONTAINER];
    words.extend(&ids);
    let labels: BTreeMap<&str, &str> = arguments.node_label.iter().map(|(key, value)| (&key[..], &value[..])).collect();
    Ok(json!({
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": label(&format!("renas-{}", session.profile))},
        "spec": {
            "completionMode": "Indexed",
            "completions": ids.len(),
            "parallelism": ids.len(),
            "backoffLimitPerIndex": 3,
            // Bad input stays bad; a pod that had to make place for others did nothing wrong.
            "podFailurePolicy": {"rules": [
                {"action": "FailIndex", "onExitCodes": {"containerName": CONTAINER, "operator": "In", "values": [2]}},
                {"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]},
            ]},
            "template": {"spec": {
                "restartPolicy": "Never",
                // Time to write down what is finished.
                "terminationGracePeriodSeconds": 120,
                "nodeSelector": labels,
                "containers": [{
                    "name": CONTAINER,
                    "image": arguments.image,
                    "command": words,
                    "workingDir": CHECKOUT,
                    "resources": {"requests": resources, "limits": resources},
                    "volumeMounts": [{"name": "checkout", "mountPath": CHECKOUT}],
                }],
                "volumes": [{"name": "checkout", "persistentVolumeClaim": {"claimName": arguments.claim}}],
            }},
        },
    }))
}

/// What the run in a pod is told of what this command was told.
fn flags(common: &Common, profile: &str, cores: u16) -> Vec<String> {
    let mut flags =
        vec![format!("--profile={profile}"), format!("--jobs={cores}"), format!("--device={}", common.device)];
    flags.push(format!("--store={}", common.store.display()));
    flags.push(format!("--experiments={}", common.experiments.display()));
    flags.extend(common.data.iter().map(|folder| format!("--data={}", folder.display())));
    flags.extend(common.trust_commands.then(|| "--trust-commands".to_owned()));
    flags
}

/// A word as a shell reads it literally; Kubernetes too, which replaces what stands in `$()`.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''").replace("$(", "$$("))
}

/// A name that Kubernetes takes: at most 63 small letters, digits and dashes, with no dash at its ends.
fn label(name: &str) -> String {
    let letter = |letter: char| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '-' };
    let name: String = name.chars().map(letter).take(63).collect();
    name.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_literally_and_names_are_those_that_kubernetes_takes() {
        assert_eq!(quoted("--data=/a b/it's/$(HOME)"), r"'--data=/a b/it'\''s/$$(HOME)'");
        assert_eq!(label("renas-My_Profile_"), "renas-my-profile");
        assert_eq!(label(&"a".repeat(99)).len(), 63);
    }
}
