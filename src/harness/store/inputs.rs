//! What a step is computed from, as the text that is hashed.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use renas_base::canonical::end_of_value;
use renas_base::digest::{CanonicalError, canonical_json, canonical_text};

/// What a step is computed from: canonical JSON, shared by all who hold it. Networks of a thousand nodes are a tenth of the size
/// of their tree, and are looked into only where a task is done again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inputs(Arc<str>);

impl Inputs {
    /// The inputs `value`; an error where it has no canonical JSON (a number that is not finite).
    pub fn of<T: Serialize + ?Sized>(value: &T) -> Result<Self, CanonicalError> {
        Ok(Self(canonical_json(value)?.into()))
    }

    /// Inputs whose text was seen to be canonical.
    pub(super) fn canonical(text: &str) -> Self {
        Self(text.into())
    }

    /// The canonical JSON.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// The canonical JSON of a member, where they are an object that has it.
    pub fn member(&self, name: &str) -> Option<Cow<'_, str>> {
        let text = self.0.as_bytes();
        let mut at = 1;
        // Members stand in ascending order.
        while text.first() == Some(&b'{') && text.get(at) == Some(&b'"') {
            let Some(end) = end_of_value(text, at) else { break };
            let Some(after) = end_of_value(text, end + 1) else { break };
            let key = &self.0[at + 1..end - 1];
            if key.contains('\\') {
                break;
            }
            match key.cmp(name) {
                Ordering::Less => at = after + 1,
                Ordering::Equal => return Some(Cow::Borrowed(&self.0[end + 1..after])),
                Ordering::Greater => return None,
            }
        }
        // Not plain, or none.
        let value: Value = self.read().ok()?;
        canonical_text(value.get(name)?).ok().map(Cow::Owned)
    }

    /// They as a type (`renas_task::Task`).
    pub fn read<T: DeserializeOwned>(&self) -> serde_json::Result<T> {
        serde_json::from_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_member_is_the_one_that_a_tree_has() {
        let values = [
            json!({"a": 1, "data": {"name": "digits", "split": [1, 2]}, "z": "data"}),
            json!({"data\n": 1, "data": "x\ny"}),
            json!({"a": {"data": 1}, "z": 2}),
            json!({"data": true}),
            json!({}),
            json!("data"),
            json!(["data", 1]),
        ];
        for value in values {
            let inputs = Inputs::of(&value).expect("no null");
            for name in ["data", "a", "z", "", "data\n"] {
                let expected = value.get(name).map(|member| canonical_text(member).expect("no null"));
                assert_eq!(inputs.member(name).map(Cow::into_owned), expected, "{name} of {value}");
            }
        }
    }
}
