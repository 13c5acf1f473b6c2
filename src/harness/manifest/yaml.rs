//! YAML text as a tree that remembers the line of every key and value.
//!
//! The only file that knows the YAML library, so that another one can take its place. Positions are kept because a
//! mistake in a manifest is reported with its line, and all mistakes in one pass: this tree is read by `decode`, which
//! goes on after the first. `yes` and `on` are text, not truth values.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::options::{DuplicateKeyPolicy, MergeKeyPolicy};
use serde_saphyr::{DefaultMessageFormatter, MessageFormatter as _, Spanned};

/// Nested deeper than this, a text is no manifest; the limit keeps the recursive reader within its stack.
const DEEPEST: usize = 24;

/// A value and where it begins.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// The value itself.
    pub value: Value,
}

/// What a node holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing (`key:`), or `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number; wide enough for every seed.
    Integer(i128),
    /// Any other finite number.
    Float(f64),
    /// Text, quoted or not.
    Text(String),
    /// A list.
    Sequence(Vec<Node>),
    /// Keys with values, in the order of the text. A key may stand twice: `decode` reports it.
    Mapping(Vec<Entry>),
}

/// A key of a mapping, where it stands, and its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Line of the key, from 1.
    pub line: usize,
    /// Column of the key in characters, from 1.
    pub column: usize,
    /// The value.
    pub value: Node,
}

/// The text is not YAML.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{line}:{column}: {message}")]
pub struct SyntaxError {
    /// Line, from 1; 0 where the fault has no place (an empty text).
    pub line: usize,
    /// Column in characters, from 1; 0 where the fault has no place.
    pub column: usize,
    /// What is wrong.
    pub message: String,
}

/// The tree of one YAML document.
pub fn parse(text: &str) -> Result<Node, SyntaxError> {
    let options = serde_saphyr::options! {
        strict_booleans: true,
        with_snippet: false,
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        merge_keys: MergeKeyPolicy::Error,
        budget: serde_saphyr::budget! { max_depth: DEEPEST },
    };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let place = error.location();
        SyntaxError {
            line: place.map_or(0, |place| place.line() as usize),
            column: place.map_or(0, |place| place.column() as usize),
            message: match error.without_snippet() {
                serde_saphyr::Error::MultipleDocuments { .. } => {
                    "a second YAML document begins; one is expected".to_owned()
                }
                error => DefaultMessageFormatter.format_message(error).into_owned(),
            },
        }
    })
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Spanned { value, referenced, .. } = Spanned::<Value>::deserialize(deserializer)?;
        Ok(Self { line: referenced.line() as usize, column: referenced.column() as usize, value })
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text, a number, a truth value, a list or a section")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Bool(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Integer(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Integer(number.into()))
    }

    fn visit_i128<E>(self, number: i128) -> Result<Value, E> {
        Ok(Value::Integer(number))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Value::Float(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut nodes = Vec::new();
        while let Some(node) = items.next_element()? {
            nodes.push(node);
        }
        Ok(Value::Sequence(nodes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(key) = map.next_key::<Spanned<String>>()? {
            let value = map.next_value()?;
            let place = key.referenced;
            entries.push(Entry { key: key.value, line: place.line() as usize, column: place.column() as usize, value });
        }
        Ok(Value::Mapping(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(node: &Node) -> &[Entry] {
        match &node.value {
            Value::Mapping(entries) => entries,
            other => panic!("a mapping was expected, found {other:?}"),
        }
    }

    #[test]
    fn keys_and_values_keep_their_places_in_block_and_flow_style() {
        let tree = parse("# comment\na: 1\nb:\n  - x\n  - {c: 2.5, d: true}\n").expect("valid");
        let top = entries(&tree);
        assert_eq!((top[0].key.as_str(), top[0].line, top[0].column), ("a", 2, 1));
        assert_eq!(top[0].value, Node { line: 2, column: 4, value: Value::Integer(1) });
        let Value::Sequence(items) = &top[1].value.value else { panic!("a list was expected") };
        assert_eq!(items[0], Node { line: 4, column: 5, value: Value::Text("x".to_owned()) });
        let inner = entries(&items[1]);
        assert_eq!((inner[1].key.as_str(), inner[1].line, inner[1].column), ("d", 5, 14));
        assert_eq!(inner[1].value.value, Value::Bool(true));
    }

    #[test]
    fn scalars_are_what_yaml_1_2_says() {
        let tree =
            parse("[1e-3, -7, 18446744073709551615, yes, on, 'no', ~, 1.10, \"5\", 2024-01-02, 0x10]").expect("valid");
        let Value::Sequence(items) = tree.value else { panic!("a list was expected") };
        let values: Vec<Value> = items.into_iter().map(|item| item.value).collect();
        let text = |word: &str| Value::Text(word.to_owned());
        assert_eq!(
            values,
            [
                Value::Float(1e-3),
                Value::Integer(-7),
                Value::Integer(u64::MAX.into()),
                text("yes"),
                text("on"),
                text("no"),
                Value::Null,
                Value::Float(1.1),
                text("5"),
                text("2024-01-02"),
                Value::Integer(16),
            ]
        );
    }

    #[test]
    fn a_key_that_stands_twice_is_kept_twice_with_both_lines() {
        let tree = parse("a: 1\nb: 2\na: 3\n").expect("valid");
        let places: Vec<_> = entries(&tree).iter().map(|entry| (entry.key.as_str(), entry.line)).collect();
        assert_eq!(places, [("a", 1), ("b", 2), ("a", 3)]);
    }

    #[test]
    fn an_alias_stands_where_it_is_used() {
        let tree = parse("a: &x {p: 1}\nb: *x\n").expect("valid");
        assert_eq!(entries(&tree)[1].value.line, 2);
        assert_eq!(entries(&entries(&tree)[1].value)[0].value.value, Value::Integer(1));
    }

    #[test]
    fn faults_of_syntax_have_a_place() {
        let texts = [
            "a: [1, 2\nb: 3\n",
            "a:\n\t- 1\n",
            "a: 1\n---\nb: 2\n",
            "a: *nothing\n",
            "a: .nan\n",
            "base: &b {a: 1}\nc:\n  <<: *b\n",
            "? [a]\n: 1\n",
            "a: \"open\n",
        ];
        let faults: Vec<String> = texts.map(|text| parse(text).expect_err("faulty").to_string()).into();
        assert_eq!(
            faults,
            [
                "2:2: illegal placement of ':' indicator",
                "2:2: tabs disallowed within this context (block indentation)",
                "3:1: a second YAML document begins; one is expected",
                "1:4: alias references unknown anchor",
                "1:4: non-finite float `.nan` rejected by the configured policy",
                "3:3: YAML merge keys are not allowed by configured policy",
                "1:3: expected string scalar",
                "1:4: unclosed quote",
            ]
        );
    }

    #[test]
    fn a_text_nested_without_end_is_refused_and_does_not_exhaust_the_stack() {
        assert!(parse(&"[".repeat(100_000)).is_err());
        let deep: String = (0..2000).map(|level| format!("{}a:\n", " ".repeat(level))).collect();
        assert!(parse(&deep).is_err());
    }
}
