//! What every command starts from: the profile, the manifests it is about, where data lie, who computes.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, anyhow, ensure};

use super::arguments::Common;
use super::exit::{Classify as _, Failure};
use renas_base::parallel;
use renas_base::pattern::matches;
use renas_data::locate::Locations;
use renas_data::registry::Registry;
use renas_harness::executor::{Canceller, Commands, Crew, Execute, Limits, Pool, Settings};
use renas_harness::manifest::load::{self, Known, ManifestError};
use renas_harness::manifest::model::{Outline, Profile, ProfileSettings};
use renas_harness::manifest::problem::suggestion;
use renas_harness::pipeline::{Part, Selected};
use renas_harness::store::WorkerIdentity;
use renas_papers as papers;
use renas_report::page::Clock;
use renas_task::numerics::Numerics;
use renas_task::protocol::LIBTORCH_VERSION;

/// What a command works on.
pub struct Session<'a> {
    /// The flags.
    pub common: &'a Common,
    /// The profile that was asked for, `quick` where none was.
    pub profile: Profile,
    /// The experiments that were asked for, all where none was, in the order of their ids.
    pub experiments: Vec<Selected>,
    /// The known data sets.
    pub data: Arc<Registry>,
    /// Tasks at a time.
    pub jobs: usize,
    /// Whether there are experiments beside these.
    is_part: bool,
}

/// What of the manifests a command needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// All of it: every mistake is seen.
    Everything,
    /// What studies are made of: claims and declarations are not read, nor names of quantities looked up.
    Studies,
}

impl<'a> Session<'a> {
    /// Read the manifests and check the flags.
    pub fn open(common: &'a Common) -> Result<Self, Failure> {
        Self::open_with(common, None, Arc::new(registry(common)), Need::Everything)
    }

    /// The same about one claim, where one is named: `CLAIM` or `EXPERIMENT/CLAIM`.
    pub fn open_at(common: &'a Common, claim: Option<&str>, need: Need) -> Result<Self, Failure> {
        Self::open_with(common, claim, Arc::new(registry(common)), need)
    }

    /// The same with data sets that are known already.
    pub fn open_with(
        common: &'a Common,
        claim: Option<&str>,
        data: Arc<Registry>,
        need: Need,
    ) -> Result<Self, Failure> {
        let (papers, dir) = (papers::known(), &common.experiments);
        let known = Known { papers: &papers, data: &data };
        let one = |id: &str| match need {
            Need::Everything => load::load(dir, id, known),
            Need::Studies => load::load_for_studies(dir, id, known),
        };
        let all = || match need {
            Need::Everything => load::load_all(dir, known),
            Need::Studies => load::load_all_for_studies(dir, known),
        };
        let (id, part) = match claim.map(|claim| claim.split_once('/').unwrap_or(("", claim))) {
            None => selection(common),
            Some(("", claim)) => (None, Part::Claim(claim.to_owned())),
            Some((id, claim)) => (Some(id), Part::Claim(claim.to_owned())),
        };
        let manifests = asked_for(common, id, one, all, |manifest| &manifest.id)?;
        let mut experiments = Vec::new();
        for manifest in manifests {
            let paper = papers::of(&manifest);
            experiments.push(Selected::new(manifest, paper, part.clone(), &data));
        }
        if let Part::Claim(id) = &part {
            let all: Vec<String> = experiments.iter().flat_map(Selected::claim_ids).collect();
            experiments.retain(|selected| selected.manifest.claims.iter().any(|claim| claim.id == *id));
            ensure_or(!experiments.is_empty(), || format!("no claim `{id}`; {}", suggestion(id, &all)))?;
        }
        let profile = profile_of(common, experiments.iter().map(|one| &one.manifest.profiles))?;
        Ok(Self { common, profile, experiments, data, jobs: common.jobs(), is_part: common.only.is_some() })
    }

    /// The same about the experiments that have the profile, where any has.
    pub fn at_profile(mut self) -> Self {
        let has_it = |selected: &Selected| selected.manifest.profiles.contains_key(&self.profile);
        if self.experiments.iter().any(has_it) && !self.experiments.iter().all(has_it) {
            self.experiments.retain(|selected| selected.manifest.profiles.contains_key(&self.profile));
            self.is_part = true;
        }
        self
    }

    /// The same for a command that judges each experiment by itself: sound manifests, and what is wrong with the others.
    /// An experiment that was named must have a sound one.
    pub fn open_sound(common: &'a Common) -> Result<(Self, Vec<anyhow::Error>), Failure> {
        if common.only.is_some() {
            return Ok((Self::open(common)?, Vec::new()));
        }
        let (papers, data) = (papers::known(), Arc::new(registry(common)));
        let known = Known { papers: &papers, data: &data };
        let (mut experiments, mut mistakes) = (Vec::new(), Vec::new());
        match load::names(&common.experiments) {
            Ok(names) => {
                let load = |name: &String| load::load(&common.experiments, name, known);
                for manifest in parallel::map(&names, parallel::cores(), load) {
                    match manifest {
                        Ok(manifest) => {
                            let paper = papers::of(&manifest);
                            experiments.push(Selected::new(manifest, paper, Part::Whole, &data));
                        }
                        Err(error) => mistakes.push(explained(error)),
                    }
                }
            }
            Err(error) => mistakes.push(error.into()),
        }
        // A profile of a manifest that cannot be read is not known.
        let profiles = experiments.iter().map(|one| &one.manifest.profiles);
        let profile = match (&common.profile, mistakes.is_empty()) {
            (Some(name), false) => Profile::named(name).map_or_else(|| profile_of(common, profiles), Ok)?,
            _ => profile_of(common, profiles)?,
        };
        Ok((Self { common, profile, experiments, data, jobs: common.jobs(), is_part: false }, mistakes))
    }

    /// The experiments that were not asked for: they keep their places in reports.
    pub fn others(&self) -> Result<Vec<Selected>, Failure> {
        if !self.is_part {
            return Ok(Vec::new());
        }
        let all = Common { only: None, profile: None, ..self.common.clone() };
        let mut experiments = Session::open_with(&all, None, Arc::clone(&self.data), Need::Everything)?.experiments;
        experiments.retain(|one| self.experiments.iter().all(|asked| asked.manifest.id != one.manifest.id));
        Ok(experiments)
    }

    /// What computes the trials of a profile with these settings: on a GPU where one is asked for, or is there.
    ///
    /// `auto` leaves `quick` on the CPU, where its bytes can be compared with the committed ones.
    pub fn worker(
        &self,
        settings: &ProfileSettings,
        numerics: Option<Numerics>,
    ) -> Result<(WorkerIdentity, String), Failure> {
        if settings.clock == Clock::Unused {
            return Ok((WorkerIdentity::none(), "none".to_owned()));
        }
        let device = self.common.device.as_str();
        let device = match device {
            "auto" if self.profile != Profile::Quick && Path::new("/dev/nvidia0").exists() => "cuda",
            "auto" => "cpu",
            other => other,
        };
        let kind = match device.split_once(':') {
            None if device == "cpu" || device == "cuda" => device,
            Some(("cuda", number)) if number.parse::<u8>().is_ok() => "cuda",
            _ => return Err(anyhow!("--device {device}: expected auto, cpu, cuda or cuda:N")).or_bad_input(),
        };
        let numerics = if kind == "cuda" { Numerics::Cuda } else { numerics.unwrap_or(settings.numerics) };
        let (numerics, libtorch) = (numerics.name().to_owned(), LIBTORCH_VERSION.to_owned());
        Ok((WorkerIdentity { numerics, device: kind.to_owned(), libtorch }, device.to_owned()))
    }

    /// Who computes the trials of an experiment, as one of a crew which serves lower ranks first; nobody is started before that is
    /// needed.
    pub fn executor(
        &self,
        selected: &Selected,
        (crew, rank): (&Arc<Crew>, usize),
        (identity, device): (&WorkerIdentity, &str),
    ) -> Result<(Box<dyn Execute>, Canceller), Failure> {
        if selected.manifest.brought.is_some() {
            let commands = Commands::of_crew(&selected.manifest, self.common.trust_commands, crew, (rank, self.jobs));
            let canceller = commands.canceller();
            return Ok((Box::new(commands), canceller));
        }
        let pool = self.pool_of(crew, rank, identity, device)?;
        let canceller = pool.canceller();
        Ok((Box::new(pool), canceller))
    }

    /// A pool of workers of that identity; none is started before it is needed.
    pub fn pool(&self, identity: &WorkerIdentity, device: &str) -> Result<Pool, Failure> {
        self.pool_of(&Crew::new(self.jobs), 0, identity, device)
    }

    /// The same as one of a crew, which serves lower ranks first.
    fn pool_of(&self, crew: &Arc<Crew>, rank: usize, identity: &WorkerIdentity, device: &str) -> Result<Pool, Failure> {
        let mut arguments: Vec<OsString> = vec!["--numerics".into(), identity.numerics.clone().into()];
        arguments.extend(["--device".into(), device.into()]);
        for folder in &self.common.data {
            arguments.extend(["--data".into(), folder.into()]);
        }
        let program = worker_program().or_bad_input()?;
        let launcher: Vec<OsString> =
            self.common.launch.iter().flat_map(|words| words.split_whitespace()).map(OsString::from).collect();
        let usual = limits().or_bad_input()?;
        let limits = if launcher.is_empty() { usual } else { usual.in_a_queue() };
        let data = Arc::clone(&self.data);
        let (identity, jobs) = (identity.clone(), self.jobs);
        let settings = Settings { launcher, program, arguments, identity, jobs, limits, data };
        Ok(Pool::of_crew(settings, crew, rank))
    }
}

/// The outlines of the experiments that were asked for, all where none was, in the order of their ids; the flags are checked.
pub fn outlines(common: &Common) -> Result<Vec<Outline>, Failure> {
    let (papers, data, dir) = (papers::known(), registry(common), &common.experiments);
    let known = Known { papers: &papers, data: &data };
    let (one, all) = (|id: &str| load::outline(dir, id, known), || load::outline_all(dir, known));
    let outlines = asked_for(common, selection(common).0, one, all, |outline| &outline.id)?;
    if let Some(name) = &common.profile
        && !outlines.iter().any(|outline| outline.profiles.iter().any(|profile| profile.name() == name))
    {
        name.parse::<Profile>().or_bad_input()?;
    }
    Ok(outlines)
}

/// The profile that was asked for: a common one, or one of a manifest. Where none was: `quick`, or the first of the manifests
/// where none of them has that.
fn profile_of<'p>(
    common: &Common,
    mut profiles: impl Iterator<Item = &'p BTreeMap<Profile, ProfileSettings>> + Clone,
) -> Result<Profile, Failure> {
    let of_manifests = || profiles.clone().flat_map(BTreeMap::keys).copied();
    match &common.profile {
        Some(name) => match of_manifests().find(|profile| profile.name() == name) {
            Some(profile) => Ok(profile),
            None => name.parse().or_bad_input(),
        },
        None if of_manifests().any(|profile| profile == Profile::Quick) => Ok(Profile::Quick),
        None => Ok(profiles.find_map(|profiles| profiles.keys().next().copied()).unwrap_or(Profile::Quick)),
    }
}

/// The data sets that are registered, or described in the data folders.
pub(super) fn registry(common: &Common) -> Registry {
    Registry::open(Locations::from_environment(&common.data))
}

/// The experiment that `--only` names, and what of it.
fn selection(common: &Common) -> (Option<&str>, Part) {
    match common.only.as_deref().map(|only| only.split_once('/').unwrap_or((only, ""))) {
        None => (None, Part::Whole),
        Some((id, "")) => (Some(id), Part::Whole),
        Some((id, pattern)) => (Some(id), Part::Studies(pattern.to_owned())),
    }
}

/// What manifests that were asked for say: `one` reads that of an experiment, `all` reads all.
fn asked_for<T>(
    common: &Common,
    id: Option<&str>,
    one: impl Fn(&str) -> Result<T, ManifestError>,
    all: impl Fn() -> Result<Vec<T>, ManifestError>,
    id_of: impl Fn(&T) -> &String,
) -> Result<Vec<T>, Failure> {
    let manifests = match id {
        Some(id) if !id.contains('*') => one(id).map(|manifest| vec![manifest]),
        _ => all(),
    };
    let mut manifests = manifests.map_err(explained).or_bad_input()?;
    let dir = common.experiments.display();
    if manifests.is_empty() {
        let words = "is it the folder `experiments` of a checkout (--experiments DIR)?";
        return Err(anyhow!("there is no manifest (`*.yaml`) in {dir}: {words}")).or_bad_input();
    }
    if let Some(id) = id {
        manifests.retain(|manifest| matches(id, id_of(manifest)));
        if manifests.is_empty() {
            return Err(anyhow!("no experiment in {dir} matches `{id}` (`renas list` shows them)")).or_bad_input();
        }
    }
    Ok(manifests)
}

/// The error, with what to do where a manifest names a data set that is not known: it may be one of the user's own.
fn explained(error: ManifestError) -> anyhow::Error {
    let names_unknown_data = match &error {
        ManifestError::Mistakes(mistakes) => mistakes.0.iter().any(|(_, problem)| problem.unknown == Some("data set")),
        _ => false,
    };
    if !names_unknown_data {
        return error.into();
    }
    anyhow!(
        "{error}\n`renas data list` shows the known data sets; images of your own become known by `renas data pack`, and are \
         looked for in --data, $RENAS_DATA and data/"
    )
}

/// The worker's program: `$RENAS_WORKER`, else `renas-worker` beside this program.
pub fn worker_program() -> anyhow::Result<PathBuf> {
    if let Some(program) = std::env::var_os("RENAS_WORKER").filter(|program| !program.is_empty()) {
        return Ok(program.into());
    }
    let own = std::env::current_exe().context("cannot find where this program lies")?;
    Ok(own.with_file_name("renas-worker"))
}

/// How long workers are waited for: `$RENAS_PATIENCE` times as long as usual.
pub(super) fn limits() -> anyhow::Result<Limits> {
    let Some(times) = std::env::var_os("RENAS_PATIENCE").filter(|times| !times.is_empty()) else {
        return Ok(Limits::default());
    };
    let number = times.to_str().and_then(|times| times.parse::<u16>().ok()).filter(|times| *times > 0);
    let mistake = || anyhow!("RENAS_PATIENCE={}: expected a whole number from 1 to 65535", times.display());
    Ok(Limits::times(number.with_context(mistake)?.into()))
}

fn ensure_or(holds: bool, message: impl FnOnce() -> String) -> Result<(), Failure> {
    let check = || -> anyhow::Result<()> {
        ensure!(holds, "{}", message());
        Ok(())
    };
    check().or_bad_input()
}
