//! What the committed reports say of claims: the beginning of each `findings.json`, without the megabytes behind it.

use std::fmt;
use std::io::{self, Read};
use std::path::Path;

use serde::Deserialize;
use serde::de::{Deserializer as _, IgnoredAny, MapAccess, Visitor};

use super::manifest::model::Profile;
use renas_base::files;

/// Bytes that are read at first: more than the claims of any report take.
const FIRST: u64 = 1 << 19;

/// The claims of the committed report of an experiment, in its order; nothing where there is no report, or one whose claims
/// cannot be read.
pub fn claims<T: for<'de> Deserialize<'de>>(reports: &Path, profile: Profile, id: &str) -> Option<Vec<T>> {
    let path = reports.join(profile.name()).join(id).join("findings.json");
    claims_in(files::open_to_read(&path).ok()?, FIRST).ok()?
}

/// The claims in the text of a `findings.json`, in which they stand first: `first` bytes are read, and more only where claims
/// do not end within them.
fn claims_in<T: for<'de> Deserialize<'de>>(mut text: impl Read, first: u64) -> io::Result<Option<Vec<T>>> {
    let (mut bytes, mut more) = (Vec::new(), first);
    loop {
        bytes.reserve(more as usize);
        let is_all = text.by_ref().take(more).read_to_end(&mut bytes)? < more as usize;
        let mut found = None;
        // Stopping early is an error to the reader of JSON; so is a text that is broken before the end of the claims.
        let stopped = serde_json::Deserializer::from_slice(&bytes).deserialize_map(FirstClaims(&mut found));
        let is_cut = stopped.is_err_and(|error| error.is_eof());
        if found.is_some() || is_all || !is_cut {
            return Ok(found);
        }
        more = bytes.len() as u64;
    }
}

/// Reads an object up to its `claims`, which it leaves in the place that it was given, and then stops.
struct FirstClaims<'a, T>(&'a mut Option<Vec<T>>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for FirstClaims<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with claims")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if key == "claims" {
                *self.0 = Some(map.next_value()?);
                return Err(serde::de::Error::custom("the rest is not needed"));
            }
            map.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Judged {
        verdict: String,
    }

    fn verdicts_in(text: &str, first: u64) -> Option<Vec<String>> {
        let claims: Option<Vec<Judged>> = claims_in(text.as_bytes(), first).expect("bytes");
        claims.map(|claims| claims.into_iter().map(|claim| claim.verdict).collect())
    }

    #[test]
    fn claims_are_read_wherever_they_stand_and_nothing_behind_them_is() {
        let claims = r#""claims": [{"id": "a", "verdict": "reproduced"}, {"n": null, "verdict": "not_tested"}]"#;
        let expected = Some(vec!["reproduced".to_owned(), "not_tested".to_owned()]);
        for first in [1, 7, 50, 1000] {
            assert_eq!(verdicts_in(&format!("{{{claims}, \"figures\": broken"), first), expected, "{first}");
            assert_eq!(verdicts_in(&format!("{{\"audit\": [1, {{}}], {claims}}}"), first), expected, "{first}");
            for broken in ["", "[]", "{}", "{\"audit\": x, \"claims\": []}", r#"{"claims": [{"id": "a"}]}"#] {
                assert_eq!(verdicts_in(broken, first), None, "{broken}");
            }
            assert_eq!(verdicts_in(r#"{"claims": [{"verdict": "reproduced"}"#, first), None, "cut");
        }
    }

    #[test]
    fn no_more_is_read_than_is_asked_for_at_first_where_the_claims_end_within_it() {
        let mut text = io::Cursor::new(format!("{{\"claims\": [], \"quantities\": \"{}\"}}", "x".repeat(1000)));
        assert_eq!(claims_in::<Judged>(&mut text, 20).expect("bytes"), Some(Vec::new()));
        assert_eq!(text.position(), 20);
    }
}
