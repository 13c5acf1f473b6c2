//! Files that are no results: each is refused with one sentence that says why.

use crate::settings::Dialect;

/// The text of a file; an error in words where it is none, or no file of results.
pub(super) fn text(bytes: Vec<u8>, dialect: &Dialect) -> Result<String, String> {
    let start = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    if start.starts_with(b"version https://git-lfs") {
        return Err("this is a pointer of Git LFS and not the file: `git lfs pull` brings the file".to_owned());
    }
    if start.starts_with(b"/annex/objects") || start.starts_with(b"../.git/annex/objects") {
        return Err("this is a pointer of git-annex and not the file: `git annex get` brings the file".to_owned());
    }
    if start.trim_ascii_start().starts_with(b"<") {
        return Err("this is a page of the web (HTML) and no table: download the file itself".to_owned());
    }
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Err("this is UTF-16: save the file as UTF-8".to_owned());
    }
    if bytes.is_empty() {
        return Err("the file is empty".to_owned());
    }
    if matches!(dialect, Dialect::Csv(csv) if csv.is_latin) {
        return Ok(bytes.iter().map(|byte| char::from(*byte)).collect());
    }
    let has_mark = start.len() < bytes.len();
    match String::from_utf8(bytes) {
        Ok(text) => Ok(if has_mark { text['\u{feff}'.len_utf8()..].to_owned() } else { text }),
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let line = error.as_bytes()[..valid].iter().filter(|byte| **byte == b'\n').count() + 1;
            Err(format!("line {line} is not UTF-8; where the file is Latin-1, say `encoding: latin-1`"))
        }
    }
}

/// Why a header is refused.
pub(super) fn header(names: &[&str], wanted: &[String]) -> Option<String> {
    if let Some(name) = names.iter().find(|name| name.ends_with("__MIN") || name.ends_with("__MAX")) {
        return Some(format!(
            "`{name}`: this is an export of a chart, whose curves are means, least and greatest values of groups of runs, and no \
             single runs: export the runs themselves"
        ));
    }
    let is_smooth =
        |name: &&&str| name.to_ascii_lowercase().contains("smooth") && wanted.iter().any(|one| one == **name);
    let smooth = names.iter().find(is_smooth)?;
    Some(format!("`{smooth}`: smoothed curves are no results: export the numbers that were measured"))
}
