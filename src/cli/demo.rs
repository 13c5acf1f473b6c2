//! `renas demo`: an experiment that is run, broken in three ways and restored, so that everybody sees how each is caught.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, anyhow};

use super::arguments::{Common, Demo};
use super::exit::{Classify as _, Failure};
use super::init;

/// The experiment's name.
const NAME: &str = "hill";

/// One way to break an experiment: what somebody does to which file, and which command must catch it.
struct Breakage {
    what: &'static str,
    file: &'static str,
    /// What stands there, and what is put in its place.
    change: [&'static str; 2],
    command: &'static [&'static str],
    /// What the command must say.
    caught_by: &'static str,
}

const BREAKAGES: [Breakage; 3] = [
    Breakage {
        what: "somebody polishes a number of the results that were handed in",
        file: "experiments/hill/results.csv",
        change: ["climbing,1,99.8,", "climbing,1,99.9,"],
        command: &["run"],
        caught_by: "SHA-256",
    },
    Breakage {
        what: "somebody turns a verdict of the committed report",
        file: "reports/small/hill/findings.json",
        change: ["\"verdict\": \"not_reproduced\"", "\"verdict\": \"reproduced\""],
        command: &["verify"],
        caught_by: "findings.json",
    },
    Breakage {
        what: "somebody softens a claim after the result is known",
        file: "experiments/hill/experiment.yaml",
        change: ["least: 0.1,", "least: 0.01,"],
        command: &["run", "--update-lock"],
        caught_by: "what is expected",
    },
];

/// Write the experiment, run it, break it and restore it; a failure where a breakage is not caught.
pub fn demo(common: &Common, arguments: &Demo) -> Result<(), Failure> {
    let folder = PathBuf::from(&arguments.folder);
    init::write(&folder, NAME).or_bad_input()?;
    outln!("{}: an experiment with a command and with results that were handed in\n", folder.display());
    shows(common, &folder, &["run", "--trust-commands", "--update-lock"], 0).or_run_failed()?;
    shows(common, &folder, &["verify"], 0).or_run_failed()?;
    for (place, breakage) in BREAKAGES.iter().enumerate() {
        outln!("\n{}. {}", place + 1, breakage.what);
        let path = folder.join(breakage.file);
        caught(common, &folder, &path, breakage).or_run_failed()?;
    }
    outln!("\nrestored:");
    shows(common, &folder, &["verify"], 0).or_run_failed()?;
    outln!("\nall three were caught; the report is {}", folder.join("reports/index.html").display());
    Ok(())
}

/// Break a file, see that it is caught, and put the file back.
fn caught(common: &Common, folder: &Path, path: &Path, breakage: &Breakage) -> anyhow::Result<()> {
    let before = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let [old, new] = breakage.change;
    if !before.contains(old) {
        return Err(anyhow!("{} does not hold `{old}`: this demonstration is of another version", path.display()));
    }
    fs::write(path, before.replacen(old, new, 1))?;
    outln!("   {}: `{old}` becomes `{new}`", breakage.file);
    let said = call(folder, breakage.command)?;
    fs::write(path, before)?;
    let line = said.text.lines().find(|line| line.contains(breakage.caught_by));
    match (said.code, line) {
        (Some(code), Some(line)) if code != 0 => {
            outln!("   renas {}: exit code {code}", breakage.command.join(" "));
            outln!("   {}", line.trim());
            if common.verbose {
                outln!("{}", said.text);
            }
            Ok(())
        }
        _ => Err(anyhow!("it was not caught (exit code {:?}):\n{}", said.code, said.text)),
    }
}

struct Said {
    code: Option<i32>,
    text: String,
}

/// What this program says in that folder.
fn call(folder: &Path, arguments: &[&str]) -> anyhow::Result<Said> {
    let program = std::env::current_exe().context("cannot find where this program lies")?;
    let mut command = Command::new(program);
    command.args(arguments).args(["--color", "never"]).current_dir(folder).stdin(Stdio::null());
    // What is set for other work is none of this folder's.
    command.env_remove("RENAS_STORE").env_remove("RENAS_DATA");
    let output = command.output().context("cannot start this program")?;
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    Ok(Said { code: output.status.code(), text })
}

/// Call this program, show what it said at its end, and see that it ended as it should.
fn shows(common: &Common, folder: &Path, arguments: &[&str], code: i32) -> anyhow::Result<()> {
    let said = call(folder, arguments)?;
    outln!("   renas {}", arguments.join(" "));
    let lines: Vec<&str> = said.text.lines().filter(|line| !line.trim().is_empty()).collect();
    let first = if common.verbose { 0 } else { lines.len().saturating_sub(4) };
    lines[first..].iter().for_each(|line| outln!("     {}", line.trim_end()));
    match said.code {
        Some(found) if found == code => Ok(()),
        found => {
            Err(anyhow!("`renas {}` ended with {found:?} and not with {code}:\n{}", arguments.join(" "), said.text))
        }
    }
}
