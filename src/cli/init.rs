//! `renas init`: a folder with an experiment of one's own, which runs at once.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, ensure};

use super::arguments::{Common, Init};
use super::exit::{Classify as _, Failure};
use super::{say, schema};
use renas_base::digest::Digest;

const MANIFEST: &str = include_str!("init/experiment.yaml");
const TRIAL: &str = include_str!("init/trial.py");
const RESULTS: &str = include_str!("init/results.csv");
const README: &str = include_str!("init/README.md");

/// Write the folder, beside nothing that is there.
pub fn init(common: &Common, arguments: &Init) -> Result<(), Failure> {
    let folder = PathBuf::from(&arguments.name);
    write(&folder, &arguments.name).or_bad_input()?;
    say(common, &format!("{} is written; next: cd {} && renas run --trust-commands", folder.display(), arguments.name));
    Ok(())
}

/// Write an experiment of that name into a folder, which must not be there or be empty.
pub(super) fn write(folder: &Path, name: &str) -> anyhow::Result<()> {
    let may_stand = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || "-_".contains(letter);
    ensure!(
        name.chars().all(may_stand) && name.starts_with(|letter: char| letter.is_ascii_lowercase()),
        "`{name}` is no name of an experiment: lower-case letters, digits, `-` and `_`, and a letter first"
    );
    match fs::read_dir(folder).map(|mut entries| entries.next().is_some()) {
        Ok(true) => return Err(anyhow!("{} is there already and holds files: name another folder", folder.display())),
        Ok(false) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error).with_context(|| format!("cannot look into {}", folder.display())),
    }
    let pin = |text: &str| Digest::of(text.as_bytes()).to_string();
    let filled =
        |text: &str| text.replace("{NAME}", name).replace("{TRIAL}", &pin(TRIAL)).replace("{RESULTS}", &pin(RESULTS));
    let experiment = Path::new("experiments").join(name);
    let files = [
        (PathBuf::from("README.md"), filled(README)),
        (PathBuf::from(".gitignore"), "artifacts/\n".to_owned()),
        (experiment.join("experiment.yaml"), filled(MANIFEST)),
        (experiment.join("trial.py"), TRIAL.to_owned()),
        (PathBuf::from(schema::FILE), schema::text() + "\n"),
        (experiment.join("results.csv"), RESULTS.to_owned()),
    ];
    for (path, text) in files {
        let path = folder.join(path);
        let parent = path.parent().expect("each lies in the folder");
        fs::create_dir_all(parent)
            .and_then(|()| fs::write(&path, text))
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}
