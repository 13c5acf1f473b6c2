//! What a newcomer meets: `renas` alone, the schema that editors read, and the paper of ten lines in README.

use std::path::Path;

use renas::base::digest::Digest;

use super::folder::Folder;

#[test]
fn renas_alone_says_what_to_do_next_by_what_it_finds() {
    Folder::new().renas(&[]).expect(0, "renas demo").expect(0, "renas init NAME");
    let folder = Folder::init("hill");
    folder.renas(&[]).expect(0, "nothing was run yet").expect(0, "renas run --trust-commands");
    folder.renas(&["run", "--trust-commands"]).expect(0, "");
    folder.renas(&[]).expect(0, "The last run (profile small) is finished").expect(0, "renas verify --profile small");
    folder.renas(&["--json"]).expect(0, "\"found\":\"finished_run\"");
}

#[test]
fn an_experiment_of_ones_own_names_its_schema_to_editors() {
    let folder = Folder::init("hill");
    folder.renas(&["schema"]).expect(0, folder.read("manifest.schema.json").trim_end());
    let manifest = folder.read("experiments/hill/experiment.yaml");
    assert!(manifest.starts_with("# yaml-language-server: $schema=../../manifest.schema.json\n"), "{manifest}");
}

#[test]
fn the_paper_of_ten_lines_in_readme_is_judged_as_it_stands_there() {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(readme).expect("README");
    let (_, rest) = readme.split_once("```yaml\n").expect("a manifest begins");
    let (manifest, _) = rest.split_once("```").expect("it ends");
    assert!(manifest.lines().count() <= 10, "{manifest}");
    let row =
        |(seed, [baseline, ours]): (usize, &[f64; 2])| format!("baseline,{seed},{baseline}\nours,{seed},{ours}\n");
    let pairs = [[0.90, 0.93], [0.91, 0.95], [0.89, 0.94], [0.92, 0.955], [0.90, 0.945]];
    let table = format!("method,seed,accuracy\n{}", pairs.iter().enumerate().map(row).collect::<String>());
    let folder = Folder::new();
    folder.write("experiments/mine/runs.csv", &table);
    let pinned = manifest.replace("SHA-256", &Digest::of(table.as_bytes()).to_string());
    folder.write("experiments/mine/experiment.yaml", &pinned);
    folder.renas(&["run"]).expect(0, "");
    assert_eq!(folder.verdicts("all/mine"), [("better".to_owned(), "consistent".to_owned())]);
}
