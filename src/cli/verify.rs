//! `renas verify`: every hash, every promise, and every report rebuilt from its evidence; with `--rerun`, trials computed
//! again, and with `--heal`, the store mended first.

mod agreement; // trials that the store or this machine computed, against those that are promised
mod found; //     what was found, told and counted
mod reported; //  the reports of a profile
mod stored; //    the store

use anyhow::anyhow;

use super::arguments::{Common, Verify};
use super::exit::{Classify as _, Failure};
use super::session::Session;
use found::Found;
use renas_harness::manifest::model::Profile;

/// Verify what the flags ask for: every profile that is committed or promised, or the one named.
///
/// Every item is judged, whatever the others are like; exit code 4 where any differs.
pub fn verify(common: &Common, arguments: &Verify) -> Result<(), Failure> {
    let mut found = Found::new(!common.json && !common.quiet);
    let failure = check_all(common, arguments, &mut found).err();
    if common.json {
        outln!("{}", found.json());
    } else if found.say {
        outln!("{}", found.summary());
    }
    match (found.count(), failure) {
        (0, None) => Ok(()),
        // What was asked for cannot be judged at all.
        (_, Some(failure @ Failure::BadInput(_))) | (0, Some(failure)) => Err(failure),
        (differences, failure) => {
            if let Some(failure) = failure {
                errln!("renas: {failure}");
            }
            Err(Failure::Differs(differences))
        }
    }
}

fn check_all(common: &Common, arguments: &Verify, found: &mut Found) -> Result<(), Failure> {
    let (session, mistakes) = Session::open_sound(common)?;
    reported::refuse_empty_selection(&session)?;
    let mended = if arguments.heal { stored::mend(&session, found) } else { Ok(()) };
    let store = stored::check(common, found);
    mistakes.iter().for_each(|mistake| found.differs(mistake.to_string()));
    let mut failures = Vec::from_iter(mended.err());
    for profile in Profile::ALL {
        if common.profile.is_none() || session.profile == profile {
            let of_profile = Common { profile: Some(profile.name().to_owned()), ..common.clone() };
            let checked = reported::check(&session.at(profile, &of_profile), arguments, store.as_ref(), found);
            failures.extend(checked.err());
            let folder = arguments.reports.join(profile.name());
            if common.profile.is_some() && !folder.exists() && found.count() == 0 {
                let folder = folder.display();
                let nothing = anyhow!("{folder}: there is no report of this profile, and none is promised");
                return Err(nothing).or_bad_input();
            }
        }
    }
    if let Some(failure) = failures.into_iter().next() {
        return Err(failure);
    }
    if found.is_nothing() {
        let (store, reports, experiments) =
            (common.store.display(), arguments.reports.display(), common.experiments.display());
        let nothing = anyhow!(
            "there is nothing to verify: no store at {store}, no report below {reports} and no lock file below \
             {experiments}/locks; run this in a checkout, or name folders with --store, --reports and --experiments"
        );
        return Err(nothing).or_bad_input();
    }
    if !arguments.reports.is_dir() && found.count() == 0 {
        let reports = arguments.reports.display();
        return Err(anyhow!("there is no folder {reports}, and so no report to verify; name it with --reports"))
            .or_bad_input();
    }
    Ok(())
}
