//! Places of a JSON Schema: which parts of it speak about a value of a manifest.

use std::collections::BTreeSet;

use serde_json::Value;

/// A step from a value into it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Key(String),
    Element,
}

/// The steps of a path as mistakes name it (`claims[2].expectation`), in a manifest whose keys may hold dots.
pub(crate) fn steps(path: &str, manifest: &Value) -> Vec<Step> {
    if path.is_empty() {
        return Vec::new();
    }
    if let Some(rest) = path.strip_prefix('[') {
        let (index, rest) = rest.split_once(']').expect("an index ends");
        let element = manifest.get(index.parse::<usize>().expect("a number")).unwrap_or(&Value::Null);
        return [Step::Element].into_iter().chain(steps(rest, element)).collect();
    }
    let path = path.strip_prefix('.').unwrap_or(path);
    let ends = |key: &&String| {
        path.strip_prefix(key.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    // Of keys of which one begins with another, the longest.
    let known = manifest.as_object().and_then(|keys| keys.keys().filter(ends).max_by_key(|key| key.len()));
    // A section whose keys stand in the section for all profiles need not be there.
    let key = known.map_or_else(|| path.split(['.', '[']).next().unwrap_or(path), String::as_str);
    let inner = manifest.get(key).unwrap_or(&Value::Null);
    [Step::Key(key.to_owned())].into_iter().chain(steps(&path[key.len()..], inner)).collect()
}

/// A JSON Schema.
pub(crate) struct Schema(pub(crate) Value);

/// A part of it, and where it stands; a part that is referred to stands where it is defined.
#[derive(Clone, Debug)]
pub(crate) struct Place<'s> {
    pub(crate) pointer: String,
    node: &'s Value,
}

impl<'s> Place<'s> {
    fn at(&self, key: &str, node: &'s Value) -> Self {
        Self { pointer: format!("{}/{key}", self.pointer), node }
    }

    /// Whether it is about sections that have no other keys.
    pub(crate) fn is_closed(&self) -> bool {
        self.node.get("additionalProperties") == Some(&Value::Bool(false))
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.node["properties"].get(key).is_some()
    }

    /// The words of which one must stand there.
    pub(crate) fn words(&self) -> BTreeSet<&'s str> {
        self.node["enum"].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
    }

    /// The parts that speak about what a step leads to.
    fn child(&self, step: &Step) -> Option<Self> {
        match step {
            Step::Element => Some(self.at("items", self.node.get("items")?)),
            Step::Key(key) => match self.node["properties"].get(key) {
                Some(node) => Some(self.at(&format!("properties/{key}"), node)),
                None => {
                    let node = self.node.get("additionalProperties").filter(|node| node.is_object())?;
                    Some(self.at("additionalProperties", node))
                }
            },
        }
    }
}

impl Schema {
    /// The parts that speak about a value of the manifest of that id.
    pub(crate) fn places(&self, id: &str, steps: &[Step]) -> Vec<Place<'_>> {
        let mut places = self.with_what_it_means(Place { pointer: "#".to_owned(), node: &self.0 }, id);
        for step in steps {
            let children = places.iter().filter_map(|place| place.child(step));
            places = children.flat_map(|place| self.with_what_it_means(place, id)).collect();
        }
        places
    }

    /// The part, what it refers to, its alternatives and its consequences.
    fn with_what_it_means<'s>(&'s self, place: Place<'s>, id: &str) -> Vec<Place<'s>> {
        let mut found = Vec::new();
        for combined in ["allOf", "anyOf", "oneOf"] {
            for (index, node) in place.node[combined].as_array().into_iter().flatten().enumerate() {
                found.extend(self.with_what_it_means(place.at(&format!("{combined}/{index}"), node), id));
            }
        }
        if let Some(pointer) = place.node.get("$ref").and_then(Value::as_str) {
            let node = self.0.pointer(pointer.trim_start_matches('#')).unwrap_or_else(|| panic!("no {pointer}"));
            found.extend(self.with_what_it_means(Place { pointer: pointer.to_owned(), node }, id));
        }
        // Of conditions on the id, those of other papers say nothing about this manifest.
        let is_of_another = place.node["if"].pointer("/properties/id/const").is_some_and(|other| other != id);
        for consequence in ["then", "else"].into_iter().filter(|_| !is_of_another) {
            if let Some(node) = place.node.get(consequence) {
                found.extend(self.with_what_it_means(place.at(consequence, node), id));
            }
        }
        found.push(place);
        found
    }

    /// The keys of all closed sections, each with where its section stands.
    pub(crate) fn all_keys(&self) -> BTreeSet<(String, String)> {
        let mut keys = BTreeSet::new();
        visit(&Place { pointer: "#".to_owned(), node: &self.0 }, &mut |place| {
            if place.is_closed() {
                let of_section = place.node["properties"].as_object().into_iter().flat_map(|keys| keys.keys());
                keys.extend(of_section.map(|key| (place.pointer.clone(), key.clone())));
            }
        });
        keys
    }

    /// Where a key has no description, neither itself nor where it refers to.
    pub(crate) fn keys_without_a_sentence(&self) -> Vec<String> {
        let mut silent = Vec::new();
        visit(&Place { pointer: "#".to_owned(), node: &self.0 }, &mut |place| {
            for (key, node) in place.node["properties"].as_object().into_iter().flatten().filter(|_| place.is_closed())
            {
                let meant =
                    node.get("$ref").and_then(Value::as_str).and_then(|to| self.0.pointer(to.trim_start_matches('#')));
                let mut said =
                    [Some(node), meant].into_iter().flatten().filter_map(|one| one.get("description")?.as_str());
                if !said.any(|said| said.len() > 2) {
                    silent.push(format!("{}/{key}", place.pointer));
                }
            }
        });
        silent
    }
}

/// Look at every section of a schema, each once.
fn visit<'s>(place: &Place<'s>, look: &mut impl FnMut(&Place<'s>)) {
    look(place);
    match place.node {
        Value::Object(keys) => keys.iter().for_each(|(key, node)| visit(&place.at(key, node), look)),
        Value::Array(nodes) => {
            nodes.iter().enumerate().for_each(|(at, node)| visit(&place.at(&at.to_string(), node), look))
        }
        _ => {}
    }
}

#[test]
fn a_path_is_split_where_its_keys_end() {
    let manifest = serde_json::json!({"quantities": {"a.b": {"take": 1}, "a": {}}, "list": [{"x": 1}]});
    let key = |name: &str| Step::Key(name.to_owned());
    assert_eq!(steps("", &manifest), []);
    assert_eq!(steps("quantities.a.b.take", &manifest), [key("quantities"), key("a.b"), key("take")]);
    assert_eq!(steps("list[0].x", &manifest), [key("list"), Step::Element, key("x")]);
    assert_eq!(steps("profiles.quick.parameters", &manifest), [key("profiles"), key("quick"), key("parameters")]);
}
