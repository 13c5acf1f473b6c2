//! Decoding and resizing against Pillow 13.0.0 and PyTorch 2.11.0 (`pillow.json`, written by `pillow.py`).

use renas::base::digest::Digest;
use renas::data::pack::decode::{Rgb, image};
use renas::data::pack::resize::square;
use serde_json::Value;

fn expected() -> Value {
    let all: Value = serde_json::from_str(include_str!("pillow.json")).expect("JSON");
    assert_eq!((&all["pillow"], &all["pytorch"]["torch"]), (&"13.0.0".into(), &"2.11.0".into()));
    all
}

pub(crate) fn bytes(value: &Value) -> Vec<u8> {
    let digits = value.as_str().expect("text").as_bytes();
    let byte = |pair: &[u8; 2]| u8::from_str_radix(std::str::from_utf8(pair).expect("digits"), 16).expect("digits");
    digits.as_chunks::<2>().0.iter().map(byte).collect()
}

fn number(value: &Value) -> usize {
    value.as_u64().expect("a number") as usize
}

/// Largest and mean difference of two images.
fn differences(found: &[u8], expected: &[u8]) -> (u8, f64) {
    assert_eq!(found.len(), expected.len());
    let each = || found.iter().zip(expected).map(|(found, expected)| found.abs_diff(*expected));
    (each().max().unwrap_or(0), each().map(f64::from).sum::<f64>() / found.len() as f64)
}

/// libjpeg-turbo, which Pillow uses, and our decoder round differently in the inverse transform, in colours that were
/// stored at half the size, and in inks.
#[test]
fn jpeg_files_decode_and_shrink_as_in_pillow() {
    let all = expected();
    let size = number(&all["size"]);
    for case in all["jpegs"].as_array().expect("a list") {
        let image = image(&bytes(&case["jpeg"])).unwrap_or_else(|error| panic!("{}: {error}", case["name"])).pixels;
        assert_eq!((image.width, image.height), (number(&case["width"]), number(&case["height"])), "{}", case["name"]);
        let decoded = differences(&image.values, &bytes(&case["decoded"]));
        let small = differences(&square(&image, size), &bytes(&case["square"]));
        assert!(decoded.0 <= 4 && decoded.1 < 0.5, "{}: {decoded:?}", case["name"]);
        assert!(small.0 <= 2 && small.1 < 0.5, "{}: {small:?}", case["name"]);
    }
}

/// Digests of packed data sets depend on every bit of the decoder and the filter: they may never change unnoticed.
#[test]
fn the_bits_of_decoded_and_shrunk_images_are_pinned() {
    let all = expected();
    let mut squares = Vec::new();
    for case in all["jpegs"].as_array().expect("a list") {
        squares.extend(square(&image(&bytes(&case["jpeg"])).expect("a JPEG file").pixels, number(&all["size"])));
    }
    let pin = Digest::literal("eeb764703a48b37bb449a018a661a040006edfe96972285497d19a0cdc289f9a");
    assert_eq!(Digest::of(&squares), pin);
}

/// PyTorch's values in f64, not rounded: ours are the nearest whole numbers.
#[test]
fn pixels_are_pytorchs_antialiased_interpolation_rounded() {
    let all = expected();
    let size = number(&all["size"]);
    for case in all["pytorch"]["cases"].as_array().expect("a list") {
        let (width, height) = (number(&case["width"]), number(&case["height"]));
        let found = square(&Rgb { width, height, values: bytes(&case["pixels"]) }, size);
        let expected = case["square"].as_array().expect("a list");
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            let expected = expected.as_f64().expect("a number");
            assert!((f64::from(*found) - expected).abs() <= 0.5 + 2e-6, "{found} instead of {expected}");
        }
    }
}
