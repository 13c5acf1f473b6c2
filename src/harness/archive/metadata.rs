//! What other programs read of an archive: RO-Crate 1.1, <https://w3id.org/ro/crate/1.1>.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::METADATA;

/// What an archive is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// Its title.
    pub name: String,
    /// What it holds, in a sentence.
    pub description: String,
    /// A day, `2026-11-30`: of the selection, not of the packing.
    pub day: String,
    /// The papers that it is about: title and address, which may be empty.
    pub papers: Vec<(String, String)>,
    /// The version of renas.
    pub version: String,
}

/// The text of `ro-crate-metadata.json` for members of these sizes, by name.
pub fn ro_crate(about: &About, members: &BTreeMap<String, u64>) -> String {
    const LICENCES: [&str; 2] = ["https://spdx.org/licenses/MIT.html", "https://spdx.org/licenses/Apache-2.0.html"];
    let identity = |id: &str| json!({"@id": id});
    let papers: Vec<(String, &str)> = about
        .papers
        .iter()
        .enumerate()
        .map(|(at, (title, link))| {
            (if link.is_empty() { format!("#paper-{at}") } else { link.clone() }, title.as_str())
        })
        .collect();
    let mut graph = vec![
        json!({
            "@id": METADATA, "@type": "CreativeWork", "about": identity("./"),
            "conformsTo": identity("https://w3id.org/ro/crate/1.1"),
        }),
        json!({
            "@id": "./", "@type": "Dataset", "name": about.name, "description": about.description,
            "datePublished": about.day, "license": LICENCES.map(identity), "creator": identity("#renas"),
            "hasPart": members.keys().map(|name| identity(name)).collect::<Vec<_>>(),
            "about": papers.iter().map(|(id, _)| identity(id)).collect::<Vec<_>>(),
        }),
        json!({"@id": "#renas", "@type": "SoftwareApplication", "name": "renas", "softwareVersion": about.version}),
    ];
    graph.extend(LICENCES.map(|id| json!({"@id": id, "@type": "CreativeWork", "name": licence(id)})));
    graph.extend(papers.iter().map(|(id, title)| json!({"@id": id, "@type": "ScholarlyArticle", "name": title})));
    graph.extend(members.iter().map(|(name, size)| {
        json!({"@id": name, "@type": "File", "contentSize": size.to_string(), "encodingFormat": format_of(name)})
    }));
    let document: Value = json!({"@context": "https://w3id.org/ro/crate/1.1/context", "@graph": graph});
    serde_json::to_string_pretty(&document).expect("text has JSON") + "\n"
}

fn licence(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or(id).trim_end_matches(".html")
}

fn format_of(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("html") => "text/html",
        Some("md") => "text/markdown",
        Some("json") => "application/json",
        Some("yaml" | "cff") => "application/yaml",
        Some("csv") => "text/csv",
        Some("svg") => "image/svg+xml",
        Some("zst") => "application/zstd",
        _ if name.starts_with("store/objects/") => "application/octet-stream",
        _ => "text/plain",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_member_is_a_part_and_is_described() {
        let about = About {
            name: "Reports".to_owned(),
            description: "What was found.".to_owned(),
            day: "2026-11-30".to_owned(),
            papers: vec![("A paper".to_owned(), String::new())],
            version: "0.1.0".to_owned(),
        };
        let members = [("reports/quick/index.md".to_owned(), 9), ("store/objects/ab".to_owned(), 4)].into();
        let document: Value = serde_json::from_str(&ro_crate(&about, &members)).expect("JSON");
        let graph = document["@graph"].as_array().expect("a list");
        let named = |id: &str| graph.iter().find(|one| one["@id"] == id).unwrap_or_else(|| panic!("no {id}"));
        assert_eq!(named("./")["hasPart"].as_array().map(Vec::len), Some(2));
        assert_eq!(named("store/objects/ab")["encodingFormat"], "application/octet-stream");
        assert_eq!(named("./")["about"][0]["@id"], "#paper-0");
        assert_eq!(named(METADATA)["about"]["@id"], "./");
    }
}
