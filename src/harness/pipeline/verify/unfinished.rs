//! What runs that were cut off left of a profile: no report promises it, and each record has its digest.

use super::Verification;
use super::found::Found;
use crate::evidence;
use crate::manifest::model::Profile;
use crate::report_folder::listing;
use crate::resume;
use renas_base::files;

/// Read every file of unfinished evidence, and each answer in it against its task.
pub(super) fn check(verification: &Verification<'_>, profile: Profile, found: &mut Found<'_>) {
    let folder = verification.reports.join(resume::FOLDER).join(profile.name());
    let names = match listing(&folder) {
        Ok(names) => names,
        Err(error) => return found.differs(error.to_string()),
    };
    for path in names.into_iter().map(|name| folder.join(name)) {
        let shown = files::shown(&path);
        let read = files::read(&path).map_err(|error| format!("{shown}: {error}"));
        match read.and_then(|bytes| evidence::read(&path, bytes).map_err(|error| error.to_string())) {
            Ok(evidence) => {
                let records = evidence.kept().len();
                found.checked.unfinished += records;
                for (key, why) in evidence.misfits() {
                    found.differs(format!("{shown}: step {}..: {why}", key.0.short(12)));
                }
                if evidence.misfits().is_empty() {
                    found.fine(format!("{shown}: {records} records of an unfinished run have their digests"));
                }
            }
            Err(why) => found.differs(why),
        }
    }
}
