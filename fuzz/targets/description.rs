//! Descriptions of packed images in a data folder, with files beside them: what is described is read within what the
//! files can hold, and where every byte is as promised it is a data set that can be split.
//!
//! An input is a description, a line of `---`, and the content of the files, parted by the same.
#![no_main]

use std::fs;
use std::path::PathBuf;

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use renas_base::digest::Digest;
use renas_base::seed::Seed;
use renas_data::described::find;
use renas_data::description::{Description, FILE, layout};
use renas_data::error::DataError;
use renas_data::idx::{Kind, header};
use renas_data::load::load_from;
use renas_data::locate::{Locations, locate};
use renas_data::registry::Sizes;
use renas_data::split::SplitChoice;
use renas_fuzz::folder;
use serde_json::{Value, json};

const PARTED: &[u8] = b"\n---\n";

fn parts(mut input: &[u8]) -> Vec<&[u8]> {
    let mut parts = Vec::new();
    while let Some(at) = input.windows(PARTED.len()).position(|window| window == PARTED) {
        parts.push(&input[..at]);
        input = &input[at + PARTED.len()..];
    }
    parts.push(input);
    parts
}

/// The description with the names and lengths of files that its other numbers ask for: only by chance would a change of
/// one agree with the others.
fn consistent(text: &[u8]) -> Option<Vec<u8>> {
    let mut value: Value = serde_json::from_slice(text).ok()?;
    let number = |value: &Value| value.as_u64().and_then(|number| usize::try_from(number).ok());
    let shape: Vec<usize> = value["shape"].as_array()?.iter().map(number).collect::<Option<_>>()?;
    let sizes = Sizes { train: number(&value["train"])?, test: number(&value["test"]) };
    let files = layout(shape.try_into().ok()?, value["class_names"].as_array()?.len(), sizes).into_iter();
    let file = |(kind, dimensions, name): (Kind, Vec<u32>, String)| {
        let values =
            dimensions.iter().try_fold(kind.width() as u64, |product, size| product.checked_mul(u64::from(*size)));
        let bytes = values.unwrap_or(u64::MAX).saturating_add(header(kind, &dimensions).len() as u64);
        json!({"name": name, "bytes": bytes, "sha256": Digest::of(b"")})
    };
    value["files"] = files.map(file).collect();
    serde_json::to_vec(&value).ok()
}

/// What reading the described files gives; an error is fine.
fn load(description: &Description, locations: &Locations) -> Result<(), DataError> {
    let set = description.clone().into_data_set();
    let data = load_from(&set, &locate(&set, locations)?)?;
    assert_eq!(data.sizes(), description.sizes());
    let test = if data.test.is_some() { None } else { Some(1) };
    let _ = data.split(&SplitChoice { test, validation: 1, train: None, seed: Seed::from_number(1) });
    Ok(())
}

/// Look at the description and its files as they are, then with digests that are right.
fn look(text: &[u8], contents: &[&[u8]]) {
    let Ok(Some(mut description)) = Description::parse(text) else { return };
    assert_eq!(Description::parse(description.text().as_bytes()), Ok(Some(description.clone())));
    let own = folder().join(&description.name);
    fs::create_dir_all(&own).expect("memory takes a small folder");
    fs::write(own.join(FILE), text).expect("memory takes a small file");
    for (file, content) in description.files.iter_mut().zip(contents) {
        fs::write(own.join(&file.name), content).expect("memory takes a small file");
        file.sha256 = Digest::of(content);
    }
    let locations = Locations::only(&[PathBuf::from(folder())]);
    let found = find(&locations);
    assert_eq!(found.found.len() + found.unusable.len(), 1, "{found:?}");
    if let Err(DataError::Order { found, .. }) = load(&description, &locations) {
        description.digest = found;
        load(&description, &locations).expect("every digest is right");
    }
    fs::remove_dir_all(own).expect("it was made here");
}

fuzz_target!(|input: &[u8]| {
    if let [text, contents @ ..] = parts(input).as_slice() {
        look(text, contents);
        if let Some(text) = consistent(text) {
            look(&text, contents);
        }
    }
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    renas_fuzz::mutate(data, size, max_size, seed)
});
