//! Commands: run in a folder of their own, kept, verified, and refused where they do not do what was declared.

use std::fs;

use super::folder::Folder;

/// The experiment of `renas init` with another script.
fn with_script(script: &str) -> Folder {
    let folder = Folder::init("hill");
    folder.replace("trial.py", script);
    folder
}

#[test]
fn what_init_writes_runs_at_once_and_is_verified_without_running_anything() {
    let folder = Folder::init("hill");
    let said = folder.renas(&["run", "--trust-commands", "--update-lock"]);
    said.expect(0, "16 trials computed");
    let verdicts: Vec<String> = folder.verdicts("small/hill").into_iter().map(|(_, verdict)| verdict).collect();
    assert_eq!(verdicts, ["reproduced", "not_reproduced", "consistent"]);
    folder.renas(&["verify"]).expect(0, "0 differences");
    folder.renas(&["why", "climbing-wins", "--evidence"]).expect(0, "search/climbing/seed-000");
    // Everything is there: nothing is run, and nobody has to be trusted.
    folder.renas(&["run"]).expect(0, "");
    fs::remove_dir_all(folder.path("artifacts")).expect("removed");
    folder.renas(&["run"]).expect(0, "");
    folder.renas(&["verify"]).expect(0, "0 differences");
}

#[test]
fn nothing_runs_that_nobody_trusts() {
    let folder = with_script("raise SystemExit('it ran')\n");
    let said = folder.renas(&["run"]);
    said.expect(2, "read the manifest and the files that it names, then add --trust-commands")
        .expect(2, "python3 trial.py");
    assert!(!said.text.contains("it ran"), "{}", said.text);
}

#[test]
fn a_command_sees_its_files_and_no_environment_of_the_user() {
    let script = "import json, os, sys\n\
                  here = sorted(os.listdir('.'))\n\
                  names = sorted(os.environ)\n\
                  print('said on the way')\n\
                  assert here == ['request.json', 'trial.py'], here\n\
                  assert 'SECRET_OF_A_USER' not in names, names\n\
                  assert os.environ['HOME'] == os.getcwd(), os.environ['HOME']\n\
                  request = json.load(open(sys.argv[1]))\n\
                  assert sorted(request) == ['config', 'data', 'seed'], request\n\
                  rows = open(sys.argv[2], 'w')\n\
                  for step in range(2):\n    \
                      rows.write(json.dumps({'step': step, 'height': request['seed'] / 7, 'best': 0.5}) + chr(10))\n";
    let folder = with_script(script);
    folder.renas(&["run", "--trust-commands", "--only", "hill/search/*"]).expect(0, "16");
    let kept = walkdir::WalkDir::new(folder.path("artifacts/steps")).into_iter();
    let records = kept.map(|entry| entry.expect("a store")).filter(|entry| entry.file_type().is_file());
    let texts: String = records.map(|entry| fs::read_to_string(entry.path()).expect("text")).collect();
    assert!(texts.contains("said on the way"), "what it said is kept with the trial");
}

#[test]
fn a_command_that_fails_is_a_clear_error_and_nothing_of_it_is_stored() {
    let begin = "import json, os, signal, sys, time\nrows = open(sys.argv[2], 'w')\n";
    let good = "rows.write(json.dumps({'step': 0, 'height': 0.5, 'best': 0.5}) + chr(10))\n";
    for (body, said) in [
        ("sys.exit('no bench')\n".to_owned(), "ended with exit code 1"),
        ("sys.exit('no bench')\n".to_owned(), "no bench"),
        ("os.kill(os.getpid(), signal.SIGKILL)\n".to_owned(), "was killed by signal 9"),
        ("time.sleep(60)\n".to_owned(), "was still running after 1 s and was killed"),
        ("x = bytearray(1 << 31)\n".to_owned(), "MemoryError"),
        ("rows.write('{\"step\": 0, ')\n".to_owned(), "its row 1 is cut off"),
        (String::new(), "it wrote no row"),
        ("os.remove(sys.argv[2])\n".to_owned(), "wrote no rows"),
        ("rows.write(json.dumps({'step': 0, 'height': float('nan'), 'best': 0}) + chr(10))\n".to_owned(), "holds NaN"),
        ("rows.write(json.dumps({'step': 0, 'height': 0}) + chr(10))\n".to_owned(), "its row 1 has no `best`"),
        (good.replace("'best'", "'bets': 1, 'best'"), "a column `bets`, which the manifest does not declare"),
    ] {
        let folder = with_script(&format!("{begin}{body}"));
        let seconds = if body.contains("sleep") { 1 } else { 60 };
        let limits = format!("seconds: {seconds}, megabytes: 1024");
        folder.edit("experiments/hill/experiment.yaml", "seconds: 60, megabytes: 2048", &limits);
        let run = folder.renas(&["run", "--trust-commands", "--only", "hill/search/random/seed-000"]);
        run.expect(3, said).expect(3, "nothing of it was stored");
        assert_eq!(folder.records(), 0, "{body}");
    }
}

#[test]
fn a_file_that_is_not_the_one_of_the_manifest_is_not_run() {
    let folder = Folder::init("hill");
    folder.edit("experiments/hill/trial.py", "best, place = 0.0, (0.0, 0.0)", "best, place = 0.1, (0.0, 0.0)");
    folder.renas(&["run", "--trust-commands"]).expect(2, "its SHA-256 is").expect(2, "trial.py");
    assert_eq!(folder.records(), 0);
}

#[test]
fn trials_are_run_again_and_compared_column_by_column_by_the_tolerances() {
    let folder = Folder::init("hill");
    folder.renas(&["run", "--trust-commands", "--update-lock"]).expect(0, "");
    folder.renas(&["verify", "--rerun", "--sample", "2"]).expect(2, "add --trust-commands");
    folder.renas(&["verify", "--rerun", "--sample", "2", "--trust-commands"]).expect(0, "2 trials were computed again");
}

#[test]
fn a_command_whose_numbers_do_not_repeat_is_found_by_running_it_again() {
    let folder = with_script(
        "import json, os, sys\nrows = open(sys.argv[2], 'w')\n\
         for step in range(3):\n    \
             height = int.from_bytes(os.urandom(4), 'big') / 2**32\n    \
             rows.write(json.dumps({'step': step, 'height': height, 'best': 0.5}) + chr(10))\n",
    );
    folder.renas(&["run", "--trust-commands", "--update-lock"]).expect(0, "");
    folder.renas(&["verify", "--rerun", "--sample", "2", "--trust-commands"]).expect(4, "height of row");
}

#[test]
fn the_bytes_are_the_same_with_one_job_and_with_several() {
    let page = |jobs: &str| {
        let folder = Folder::init("hill");
        folder.renas(&["run", "--trust-commands", "--jobs", jobs]).expect(0, "");
        folder.read("reports/small/SHA256SUMS")
    };
    assert_eq!(page("1"), page("3"));
}

#[test]
fn the_demonstration_catches_all_three_breakages_and_restores_them() {
    let folder = Folder::new();
    folder.renas(&["demo"]).expect(0, "all three were caught");
    folder.renas(&["demo"]).expect(2, "is there already");
}
