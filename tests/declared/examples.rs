//! What `examples/` holds, run from a folder outside of the checkout.

use std::fs;
use std::path::Path;

use super::folder::Folder;

/// A folder with that example.
fn example(name: &str) -> Folder {
    let folder = Folder::new();
    let place = Path::new("experiments").join(name);
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name).join(&place);
    fs::create_dir_all(folder.path(place.to_str().expect("text"))).expect("a folder");
    for entry in fs::read_dir(&from).expect("it is there") {
        let path = entry.expect("readable").path();
        let name = path.file_name().expect("a name").to_str().expect("text").to_owned();
        fs::copy(&path, folder.path(place.join(name).to_str().expect("text"))).expect("a copy");
    }
    folder
}

/// Run it, verify it, and give its verdicts.
fn verdicts(name: &str, report: &str) -> Vec<(String, String)> {
    let folder = example(name);
    folder.renas(&["run", "--trust-commands", "--update-lock"]).expect(0, "");
    folder.renas(&["verify"]).expect(0, "0 differences");
    folder.verdicts(&format!("{report}/{name}"))
}

fn pairs(found: &[(String, String)]) -> Vec<(&str, &str)> {
    found.iter().map(|(id, verdict)| (id.as_str(), verdict.as_str())).collect()
}

#[test]
fn evolution_is_searched_in_python_and_judged() {
    let found = verdicts("evolution", "quick");
    assert_eq!(
        pairs(&found),
        [
            ("evolution-wins", "reproduced"),
            ("by-a-point", "inconclusive"),
            ("same-cost", "inconclusive"),
            ("evolution-repeats", "reproduced")
        ]
    );
}

#[test]
fn a_published_table_is_judged_and_is_at_most_consistent() {
    let found = verdicts("imagenetv2", "published");
    assert_eq!(
        pairs(&found),
        [
            ("all-fall", "consistent"),
            ("by-11-to-14", "not_reproduced"),
            ("better-fall-less", "consistent"),
            ("larger-fall-less", "consistent")
        ]
    );
}

#[test]
fn a_study_in_shell_and_awk_is_run_and_judged() {
    let found = verdicts("roots", "all");
    assert_eq!(pairs(&found), [("newton-is-faster", "reproduced"), ("never-more-than-ten", "reproduced")]);
}
