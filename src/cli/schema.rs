//! `renas schema`: what may stand in a manifest, for editors and other programs.

use renas_harness::manifest::schema::schema;
use renas_papers as papers;

/// The file that `renas init` writes, and that its manifest names to editors.
pub(super) const FILE: &str = "manifest.schema.json";

/// Print the JSON Schema of manifests (draft 2020-12).
pub fn print() {
    outln!("{}", text());
}

/// The JSON Schema of manifests, in lines.
pub(super) fn text() -> String {
    serde_json::to_string_pretty(&schema(&papers::known())).expect("JSON has text")
}
