//! CIFAR records, and the CSV of the digits, which is read beside them: every order of records gives the same samples.
#![no_main]

use libfuzzer_sys::fuzz_target;
use renas_data::{cifar, digits};

fuzz_target!(|bytes: &[u8]| {
    if let Some((&pixels, text)) = bytes.split_first() {
        csv(usize::from(pixels % 65), text);
    }
    // Inputs are far shorter than a record of 3,073 bytes: each byte stands for 439 equal ones, seven for a record.
    let long: Vec<u8> = bytes.iter().flat_map(|byte| [*byte; cifar::RECORD / 7]).collect();
    for bytes in [bytes, &long] {
        let Ok(records) = cifar::records(bytes) else { continue };
        let sorted = cifar::sort(&[records]);
        assert_eq!(records.len() * cifar::RECORD, bytes.len());
        assert_eq!((sorted.labels.len(), sorted.pixels.len()), (records.len(), records.len() * cifar::PIXELS));
        assert!(sorted.labels.iter().all(|label| *label < 10));
        let mut other = records.to_vec();
        other.reverse();
        let (first, second) = other.split_at(other.len() / 2);
        assert_eq!(cifar::sort(&[second, first]), sorted);
    }
});

fn csv(pixels: usize, text: &[u8]) {
    let Ok(samples) = digits::parse(text, pixels, 16, 10) else { return };
    assert_eq!(samples.pixels.len(), samples.labels.len() * pixels);
    let row = |(index, label): (usize, &u8)| {
        let values = samples.pixels[index * pixels..(index + 1) * pixels].iter().chain([label]);
        values.map(u8::to_string).collect::<Vec<_>>().join(",") + "\n"
    };
    let written: String = samples.labels.iter().enumerate().map(row).collect();
    assert_eq!(digits::parse(written.as_bytes(), pixels, 16, 10), Ok(samples));
}
