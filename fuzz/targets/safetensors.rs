//! Safetensors objects: what is read is written to bytes that read back bit for bit, and are the same when written again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use renas_network::weights::{Tensors, decode, encode};

fn bits(tensors: &Tensors) -> Vec<(&String, &Vec<usize>, Vec<u32>)> {
    let of = |(name, tensor)| {
        let tensor: &renas_network::weights::Tensor = tensor;
        (name, &tensor.shape, tensor.values.iter().map(|value| value.to_bits()).collect())
    };
    tensors.iter().map(of).collect()
}

fuzz_target!(|bytes: &[u8]| {
    let Ok(tensors) = decode(bytes) else { return };
    assert!(tensors.values().all(|tensor| tensor.shape.iter().product::<usize>() == tensor.values.len()));
    let written = encode(&tensors).expect("what was read can be written");
    let again = decode(&written).expect("what was written can be read");
    assert_eq!(bits(&again), bits(&tensors));
    assert_eq!(encode(&again).expect("it was written before"), written);
});
