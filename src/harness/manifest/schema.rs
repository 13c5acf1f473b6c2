//! What may stand in a manifest, as a JSON Schema (draft 2020-12): editors complete and check with it, and show what a key means.
//!
//! The reader of manifests says what is wrong in words, with lines; this says to other programs what may be there. The texts in
//! `schema/` are written beside the reader, and `tests/manifest/schema.rs` compares their keys and words with those that it looks
//! for (`load::asked`). Parameters come from the list by which they are read (`parameters!`).

use serde_json::{Map, Value, json};

use super::decode::Item;
use super::load::DECLARED;
use super::yaml;
use crate::paper::AnyPaper;

/// The whole manifest, and what it consists of but for what stands in `PARTS`.
const MANIFEST: &str = include_str!("schema/manifest.yaml");

/// Further definitions, by name.
const PARTS: [&str; 3] =
    [include_str!("schema/claims.yaml"), include_str!("schema/findings.yaml"), include_str!("schema/studies.yaml")];

/// The schema of manifests that these papers run.
pub fn schema(papers: &[&dyn AnyPaper]) -> Value {
    let mut definitions: Map<String, Value> = PARTS.iter().flat_map(|part| section(part)).collect();
    let mut rules = Vec::new();
    for paper in papers.iter().filter(|paper| paper.id() != DECLARED) {
        let name = format!("{}_parameters", paper.id());
        let parameters = json!({"$ref": format!("#/$defs/{name}")});
        definitions.insert(name, paper.parameters_schema());
        rules.push(json!({
            "if": {"required": ["id"], "properties": {"id": {"const": paper.id()}}},
            "then": {"properties": {
                "parameters": parameters,
                "profiles": {"additionalProperties": {"properties": {"parameters": parameters}}},
            }},
        }));
    }
    let mut schema = section(MANIFEST);
    if let Some(Value::Object(first)) = schema.get_mut("$defs") {
        first.extend(definitions);
    }
    if !rules.is_empty() {
        schema.insert("allOf".to_owned(), rules.into());
    }
    schema.into()
}

/// The keys of a text of ours.
fn section(text: &str) -> Map<String, Value> {
    let tree = yaml::parse(text).expect("a part of this program, which a test reads");
    match (Item { node: &tree, line: tree.line, path: String::new(), problems: None }).json() {
        Value::Object(section) => section,
        other => panic!("a part of the schema is a section, not {other}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reference_leads_to_one_definition() {
        let schema = schema(&[]);
        let definitions = schema["$defs"].as_object().expect("definitions");
        let named: usize = [MANIFEST].iter().chain(&PARTS).map(|text| text.matches("$ref: \"#/$defs/").count()).sum();
        let text = schema.to_string();
        let references = text.split("\"$ref\":\"#/$defs/").skip(1).filter_map(|rest| rest.split('"').next());
        let missing: Vec<&str> = references.clone().filter(|name| !definitions.contains_key(*name)).collect();
        assert_eq!(missing, [""; 0]);
        // Where two parts define one name, the references of one of them are lost.
        assert_eq!(references.count(), named);
    }
}
