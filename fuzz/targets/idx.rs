//! IDX files: what is read has the length that its header says, and its header writes back to the same bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use renas_data::idx::{header, parse};

fuzz_target!(|bytes: &[u8]| {
    let Ok(idx) = parse(bytes) else { return };
    let count: usize = idx.dimensions.iter().product();
    assert_eq!(count * idx.kind.width(), idx.values.len());
    assert_eq!(idx.numbers().len(), count);
    let sizes: Vec<u32> =
        idx.dimensions.iter().map(|&size| u32::try_from(size).expect("32 bits in the file")).collect();
    assert_eq!([header(idx.kind, &sizes), idx.values.to_vec()].concat(), bytes);
});
