//! Evidence, as compressed bytes and as the lines in them: what is read is written to bytes that read back equal.
#![no_main]

use std::path::Path;

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use renas_fuzz::sealed;
use renas_harness::evidence::{read, write};

/// What zstd's frames begin with; anything else is taken for lines.
const MAGIC: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];

fuzz_target!(|input: &[u8]| {
    let packed;
    let bytes = if input.starts_with(MAGIC) {
        input
    } else {
        let lines: Vec<u8> = input.split(|byte| *byte == b'\n').flat_map(sealed).collect();
        packed = zstd::bulk::compress(&lines, 3).expect("memory into memory");
        &packed
    };
    let path = Path::new("evidence");
    let Ok(evidence) = read(path, bytes.to_vec()) else { return };
    let written = write(&evidence, true).expect("what was read can be written");
    let again = read(path, written.clone()).expect("what was written can be read");
    assert_eq!(again.kept(), evidence.kept());
    assert_eq!(write(&again, true).expect("it was written before"), written);
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    renas_fuzz::mutate(data, size, max_size, seed)
});
