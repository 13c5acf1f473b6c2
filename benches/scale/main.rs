//! How time and memory grow with the number of trials: `plan`, `status`, `verify` and `report` of one simulated paper with 10^3,
//! 10^4 and 10^5 trials, each in a process of its own, as the pipeline does them (the manifests of five papers, which every
//! command reads too, do not grow).
//!
//! `cargo bench --bench scale` prints a table and writes `reports/bench/scale.md`; `-- 3` as an argument stops at 10^3. A store of
//! 10^5 trials takes 0.5 GB in the folder for temporary files.
//!
//! What was found and mended: evidence was read whole and kept as trees of JSON, ten times its text; every experiment read the
//! whole store again to compare its trials; the schedule looked at all waiting studies whenever one was done.

mod simulated;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use renas::cli::report::machine;
use renas::data::registry::Registry;
use renas::harness::event::Unobserved;
use renas::harness::lockfile::{self, Lock};
use renas::harness::manifest::load::{self, Known};
use renas::harness::manifest::model::Profile;
use renas::harness::pipeline::verify::{Found, Line, Verification};
use renas::harness::pipeline::{Came, Done, Origin, Part, Selected, Work, pages, rebuild_each};
use renas::harness::resume::Resume;
use renas::harness::store::{Access, Store};
use renas::harness::{publish, report_folder};
use simulated::{Nobody, Simulated, WEIGHTS, manifest, records, worker};

const COMMANDS: [&str; 4] = ["plan", "status", "verify", "report"];
const PROFILE: Profile = Profile::Quick;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if let [command, folder] = arguments.as_slice() {
        return command_in(command, Path::new(folder));
    }
    let most =
        arguments.first().map_or(Ok(5), |exponent| exponent.parse::<u32>()).context("an exponent from 3 to 5")?;
    let mut measured: Vec<Vec<(f64, f64)>> = vec![Vec::new(); COMMANDS.len()];
    for exponent in 3..=most {
        let folder = tempfile::tempdir()?;
        fs::create_dir_all(folder.path().join("experiments"))?;
        fs::write(folder.path().join("experiments/simulated.yaml"), manifest(10_usize.pow(exponent)))?;
        let (seconds, _) = measure("make", folder.path())?;
        println!("10^{exponent} trials: made and run in {seconds:.1} s");
        for (command, measured) in COMMANDS.iter().zip(&mut measured) {
            let (seconds, megabytes) = measure(command, folder.path())?;
            println!("10^{exponent} trials: {command} took {seconds:.2} s and {megabytes:.0} MB");
            measured.push((seconds, megabytes));
        }
    }
    let table = table(&measured);
    println!("{table}");
    if most == 5 {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../reports/bench/scale.md");
        fs::write(&path, table).with_context(|| path.display().to_string())?;
    }
    Ok(())
}

/// Seconds and most megabytes of a command in a process of its own.
fn measure(command: &str, folder: &Path) -> Result<(f64, f64)> {
    let output = Command::new(std::env::current_exe()?).arg(command).arg(folder).output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    ensure!(output.status.success(), "{command}: {}{text}", String::from_utf8_lossy(&output.stderr));
    let numbers = text.lines().last().and_then(|line| line.split_once(' ')).context("two numbers")?;
    Ok((numbers.0.parse()?, numbers.1.parse()?))
}

fn table(measured: &[Vec<(f64, f64)>]) -> String {
    let machine = machine();
    let [processor, cores] = ["processor", "cores"].map(|name| machine.get(name).map_or("unknown", String::as_str));
    let mut text = format!(
        "# Scale\n\nOne simulated paper, searches of 250 trials each; wall seconds and peak memory of each command, and the \
         exponent with which\nseconds grow from each size to the next (`make bench-scale`; `benches/scale/`; n = 1; {processor}, \
         {cores} cores).\n\n| command | trials | seconds | MB | exponent |\n|---|---|---|---|---|\n"
    );
    for (command, measured) in COMMANDS.iter().zip(measured) {
        for (place, (seconds, megabytes)) in measured.iter().enumerate() {
            let before = place.checked_sub(1).map(|before| measured[before].0);
            let exponent = before.map_or_else(|| "-".to_owned(), |before| format!("{:.2}", (seconds / before).log10()));
            let trials = 10_usize.pow(place as u32 + 3);
            writeln!(text, "| {command} | {trials} | {seconds:.3} | {megabytes:.0} | {exponent} |")
                .expect("text can be written");
        }
    }
    text
}

/// Do a command on the store and the report in `folder`, and say what it took.
fn command_in(command: &str, folder: &Path) -> Result<()> {
    let begun = Instant::now();
    let data = Arc::new(Registry::default());
    let manifest = load::load(&folder.join("experiments"), "simulated", Known { papers: &[&Simulated], data: &data })?;
    let selected = Selected { manifest, paper: &Simulated, part: Part::Whole, data: Arc::clone(&data) };
    let all = std::slice::from_ref(&selected);
    match command {
        "make" => make(folder, &selected)?,
        "plan" => {
            let settings = selected.settings(PROFILE)?;
            let plan = selected.plan(settings)?;
            let promise = selected.analysis(settings).promise().map_err(|error| error.into_error())?;
            ensure!(!plan.is_empty() && !promise.quantities.is_empty(), "there is nothing to do");
        }
        "status" => {
            let store = Store::open(&folder.join("store"), Access::Read)?;
            let settings = selected.settings(PROFILE)?;
            let (plan, worker) = (selected.plan(settings)?, worker());
            let finished = selected.experiment(settings, &plan, &worker).finished(&store)?;
            ensure!(finished.len() == plan.len() && store.keys().len() > plan.len(), "all studies are finished");
        }
        "verify" => verify(folder, all, &data)?,
        "report" => {
            let reports = folder.join("reports/quick");
            let rebuilt =
                rebuild_each(all, PROFILE, (&reports, Origin::Report), 2).into_iter().next().context("one")??;
            write_pages(folder, &selected, vec![rebuilt.context("evidence")?.section])?;
        }
        other => anyhow::bail!("no command {other}"),
    }
    let seconds = begun.elapsed().as_secs_f64();
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"));
    println!("{seconds} {}", peak.and_then(|kilobytes| kilobytes.parse::<f64>().ok()).unwrap_or(f64::NAN) / 1024.0);
    Ok(())
}

/// A store with all trials, the run of it, its report and its lock file.
fn make(folder: &Path, selected: &Selected) -> Result<()> {
    let root = folder.join("store");
    let store = Store::open(&root, Access::Write)?;
    store.add_object(WEIGHTS)?;
    let settings = selected.settings(PROFILE)?;
    let plan = selected.plan(settings)?;
    // Written at once: a store that syncs each of 10^5 records takes minutes.
    for seed in 0..plan.len() / 2 {
        for record in records(seed, &selected.data)? {
            let path = store.step_path(record.identity.clone().address().key());
            fs::create_dir_all(path.parent().context("a folder")?)?;
            fs::write(path, record.to_text()?)?;
        }
    }
    let (worker, executor) = (worker(), Nobody(worker()));
    let (resume, _) = Resume::of(&folder.join("reports"), PROFILE, "simulated", settings.clock);
    let (plan, worker, executor) = (&plan, &worker, &executor);
    let work = Work { selected, settings, plan, worker, executor, store: &store, resume: &resume, threads: 2 };
    let (_, Came::Whole(done)) = work.run(&Unobserved)? else { anyhow::bail!("it is not whole") };
    let Done { conclusions, studied, evidence, mut lock, .. } = *done;
    let experiment = selected.experiment(settings, plan, worker);
    let section =
        publish::section(&selected.manifest, settings, &experiment, conclusions, (&studied, &evidence), None)?;
    let files = write_pages(folder, selected, vec![section])?;
    lock.files = Lock::files_of("simulated", &publish::digests(&files));
    lock.write(&lockfile::path(&folder.join("experiments"), PROFILE, "simulated"))?;
    Ok(())
}

fn write_pages(
    folder: &Path,
    selected: &Selected,
    sections: Vec<renas::report::page::Experiment>,
) -> Result<renas::report::render::Files> {
    let reports = folder.join("reports/quick");
    let profile = publish::profile(PROFILE, selected.settings(PROFILE)?, &worker());
    let files = pages(profile, sections, (&[], PROFILE, &reports), 2)?;
    report_folder::write(&reports, &files)?;
    Ok(files)
}

fn verify(folder: &Path, all: &[Selected], data: &Registry) -> Result<()> {
    let mut tell = |line: Line<'_>| {
        if let Line::Differs(line) = line {
            println!("{line}");
        }
    };
    let mut found = Found::new(&mut tell);
    let verification = Verification {
        experiments: all,
        mistakes: &[],
        is_part: false,
        profile: Some(PROFILE),
        manifests: &folder.join("experiments"),
        reports: &folder.join("reports"),
        store: &folder.join("store"),
        data,
        heal: false,
        rerun: None,
        workers: &Nobody(worker()),
        threads: 2,
    };
    verification.run(&mut found)?;
    ensure!(found.count() == 0, "{}", found.summary().join("; "));
    ensure!(found.checked.trials >= 1_000, "{}", found.summary().join("; "));
    Ok(())
}
