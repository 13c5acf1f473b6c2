//! `renas certify`: a commit of a repository, verified in a fresh clone, with a certificate of what was checked.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, anyhow};
use serde::Deserialize;

use super::arguments::{Certify, Common};
use super::exit::{Classify as _, Failure};
use renas_base::digest::Digest;
use renas_harness::report_folder::SUMS;
use renas_report::checked::{Checked, Checksum, text};
use renas_report::judge::rules;
use renas_report::render;

/// The names of both forms of a certificate.
const FILES: [&str; 2] = ["certificate.md", "certificate.html"];

/// Clone, verify and write.
pub fn certify(common: &Common, arguments: &Certify) -> Result<(), Failure> {
    if let Some(taken) = FILES.map(|name| arguments.to.join(name)).iter().find(|path| path.exists()) {
        return Err(anyhow!("{} is there already: name another folder with --to", taken.display())).or_bad_input();
    }
    let clone = tempfile::tempdir().context("cannot make a folder for the clone").or_run_failed()?;
    let (repository, commit) = cloned(&arguments.repository, clone.path()).or_bad_input()?;
    let answer = verified(common, clone.path()).or_run_failed()?;
    let checked = Checked {
        by: arguments.by.clone().or_else(git_name).unwrap_or_else(|| "somebody who gave no name".to_owned()),
        on: today(),
        repository,
        commit,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        rules: rules::VERSION,
        reports: reports(clone.path()).or_run_failed()?,
        summary: answer.summary,
        differences: answer.differences,
    };
    fs::create_dir_all(&arguments.to).with_context(|| arguments.to.display().to_string()).or_bad_input()?;
    let page = render::checked(&checked).context("the page cannot be made").or_run_failed()?;
    let forms = [text(&checked).into_bytes(), page];
    for (name, form) in FILES.iter().zip(forms) {
        let path = arguments.to.join(name);
        fs::write(&path, form).with_context(|| format!("cannot write {}", path.display())).or_run_failed()?;
        outln!("{}", path.display());
    }
    match checked.differences.len() {
        0 => Ok(()),
        count => {
            checked.differences.iter().for_each(|line| outln!("DIFFERS {line}"));
            Err(Failure::Differs(count))
        }
    }
}

/// Clone what is named, at its commit: the repository and the commit's full digest.
fn cloned(named: &str, folder: &Path) -> Result<(String, String)> {
    // An address may hold an `@` before its host, and a commit is after the last slash.
    let at = named.rfind('@').filter(|at| !named[*at..].contains(['/', ':']) && *at > 0);
    let (repository, commit) = at.map_or((named, None), |at| (&named[..at], Some(&named[at + 1..])));
    // A name that begins with a dash would be a flag of git's.
    if [Some(repository), commit].into_iter().flatten().any(|name| name.starts_with('-') || name.is_empty()) {
        return Err(anyhow!("`{named}` names no repository and commit: write `path/to/repository@commit`"));
    }
    git(Path::new("."), &["clone", "--quiet", "--no-checkout", "--", repository, &folder.to_string_lossy()])
        .with_context(|| format!("cannot clone {repository}"))?;
    let wanted = commit.unwrap_or("HEAD");
    // What is a branch elsewhere is `origin/...` in a clone.
    let found = git(folder, &["rev-parse", "--verify", "--quiet", &format!("{wanted}^{{commit}}")])
        .or_else(|_| git(folder, &["rev-parse", "--verify", "--quiet", &format!("origin/{wanted}^{{commit}}")]))
        .with_context(|| format!("{repository} has no commit {wanted}"))?;
    let digest = found.trim().to_owned();
    git(folder, &["checkout", "--quiet", "--detach", &digest]).with_context(|| format!("cannot check out {digest}"))?;
    Ok((repository.to_owned(), digest))
}

/// What git says; hooks of the user's templates do not run.
fn git(folder: &Path, arguments: &[&str]) -> Result<String> {
    let mut command = Command::new("git");
    command.args(["-c", "core.hooksPath=/dev/null", "-c", "advice.detachedHead=false"]).args(arguments);
    command.current_dir(folder).stdin(Stdio::null()).env("GIT_TERMINAL_PROMPT", "0").env("GIT_LFS_SKIP_SMUDGE", "1");
    let output = command.output().context("cannot start git")?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(anyhow!("git {}: {}", arguments[0], said.trim().replace('\n', "; ")));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn git_name() -> Option<String> {
    let name = git(Path::new("."), &["config", "user.name"]).ok()?.trim().to_owned();
    (!name.is_empty()).then_some(name)
}

/// What `renas verify --json` says.
#[derive(Deserialize)]
struct Answer {
    summary: Vec<String>,
    differences: Vec<String>,
}

/// What this program says of the clone.
fn verified(common: &Common, folder: &Path) -> Result<Answer> {
    let program = std::env::current_exe().context("cannot find where this program lies")?;
    let mut command = Command::new(program);
    command.args(["verify", "--json", "--color", "never"]).current_dir(folder).stdin(Stdio::null());
    if let Some(jobs) = common.jobs {
        command.args(["--jobs", &jobs.to_string()]);
    }
    // What is set for other work is none of this clone's.
    command.env_remove("RENAS_STORE");
    let output = command.output().context("cannot start this program")?;
    let said = String::from_utf8_lossy(&output.stderr);
    serde_json::from_slice(&output.stdout).with_context(|| format!("`renas verify` judged nothing: {}", said.trim()))
}

/// The digest of the sums of each report, and so of the digests of all its files.
fn reports(folder: &Path) -> Result<Vec<Checksum>> {
    let entries = fs::read_dir(folder.join("reports")).context("cannot list reports")?;
    let mut folders: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    folders.sort();
    let sums = folders.into_iter().filter(|folder| folder.join(SUMS).is_file());
    let checksum = |path: PathBuf| -> Result<Checksum> {
        let bytes = fs::read(path.join(SUMS))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let files = bytes.iter().filter(|byte| **byte == b'\n').count();
        Ok(Checksum { name: format!("reports/{name}/{SUMS}"), files, digest: Digest::of(&bytes).to_string() })
    };
    sums.map(checksum).collect()
}

/// The day, in Greenwich.
fn today() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    day(seconds / 86_400)
}

/// The day so many days after 1 January 1970 (Howard Hinnant's `civil_from_days`, for days from 1970 on).
fn day(days: u64) -> String {
    let shifted = days + 719_468;
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Python 3.11, `date(1970, 1, 1) + timedelta(days)`.
    #[test]
    fn days_are_those_of_the_calendar() {
        for (days, expected) in [
            (0, "1970-01-01"),
            (59, "1970-03-01"),
            (11_016, "2000-02-29"),
            (20_787, "2026-11-30"),
            (47_541, "2100-03-01"),
        ] {
            assert_eq!(day(days), expected);
        }
    }
}
