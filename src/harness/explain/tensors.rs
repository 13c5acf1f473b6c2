//! How far two tensor objects are apart, number by number.

use std::collections::BTreeSet;

use serde::Serialize;

use renas_network::weights::{WeightsError, raw};

/// How far a tensor of two objects is apart.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Apart {
    /// Its name.
    pub name: String,
    /// Its numbers; none where shapes differ, or one object lacks it.
    pub of: Option<usize>,
    /// How many of them differ.
    pub differing: usize,
    /// The largest distance, in units of the last place: how many 32-bit numbers lie between the two, and one more. The largest there is
    /// where one of them is no number.
    pub ulps: u32,
    /// The largest difference as a share of the larger of the two.
    pub relative: f64,
}

/// The tensors of two safetensors objects that differ, those that are furthest apart first.
///
/// `a` and `b`: the bytes of two objects of 32-bit floats.
pub fn tensors(a: &[u8], b: &[u8]) -> Result<Vec<Apart>, WeightsError> {
    let [a, b] = [raw(a)?, raw(b)?];
    let names: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    let mut found = Vec::new();
    for name in names {
        match (a.get(name), b.get(name)) {
            (Some((shape, one)), Some((other_shape, other))) if shape == other_shape => {
                let apart = compared(name, one, other);
                found.extend(Some(apart).filter(|apart| apart.differing > 0));
            }
            _ => found.push(Apart { name: name.clone(), of: None, differing: 0, ulps: u32::MAX, relative: 1.0 }),
        }
    }
    found.sort_by(|one, other| other.ulps.cmp(&one.ulps).then_with(|| one.name.cmp(&other.name)));
    Ok(found)
}

/// Both in little-endian bytes, four a number, as many as each other.
fn compared(name: &str, a: &[u8], b: &[u8]) -> Apart {
    let (mut differing, mut ulps, mut relative) = (0, 0, 0.0f64);
    // Most numbers are equal in most pairs: blocks that are need no look at each.
    for (one, other) in a.chunks(4096).zip(b.chunks(4096)).filter(|(one, other)| one != other) {
        for (one, other) in one.chunks_exact(4).zip(other.chunks_exact(4)) {
            let [x, y] = [one, other].map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]]));
            if x.to_bits() == y.to_bits() {
                continue;
            }
            differing += 1;
            ulps = ulps.max(distance(x, y));
            let (x, y) = (f64::from(x), f64::from(y));
            let larger = x.abs().max(y.abs());
            let share = if larger > 0.0 { (x - y).abs() / larger } else { 0.0 };
            relative = if share.is_finite() { relative.max(share) } else { f64::MAX };
        }
    }
    Apart { name: name.to_owned(), of: Some(a.len() / 4), differing, ulps, relative }
}

/// How many steps from one 32-bit number to the next lie between two of them.
fn distance(x: f32, y: f32) -> u32 {
    if x.is_nan() || y.is_nan() {
        return u32::MAX;
    }
    // In the order of the numbers: negative ones count down from zero.
    let place = |value: f32| {
        let bits = i64::from(value.to_bits() & 0x7fff_ffff);
        if value.is_sign_negative() { -bits } else { bits }
    };
    u32::try_from((place(x) - place(y)).abs()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use renas_network::weights::{Tensor, encode};

    fn object(tensors: &[(&str, Vec<f32>)]) -> Vec<u8> {
        let tensor = |values: &Vec<f32>| Tensor { shape: vec![values.len()], values: values.clone() };
        encode(&tensors.iter().map(|(name, values)| ((*name).to_owned(), tensor(values))).collect()).expect("tensors")
    }

    #[test]
    fn distances_are_those_of_numpy() {
        // numpy 2.4: np.nextafter(np.float32(1), 2) is 1 away; (np.float32(1).view(np.int32) - np.float32(0.5).view(np.int32)) is 8388608;
        // from -0 to 0 there is no step, from the smallest denormal to its negative are two.
        assert_eq!(distance(1.0, f32::from_bits(1.0f32.to_bits() + 1)), 1);
        assert_eq!(distance(1.0, 0.5), 8_388_608);
        assert_eq!(distance(-0.0, 0.0), 0);
        assert_eq!(distance(f32::from_bits(1), -f32::from_bits(1)), 2);
        assert_eq!(distance(1.0, f32::NAN), u32::MAX);
        assert_eq!(distance(f32::MAX, f32::INFINITY), 1);
    }

    #[test]
    fn the_tensors_that_differ_are_named_and_the_furthest_comes_first() {
        let next = f32::from_bits(0.25f32.to_bits() + 1);
        let a =
            object(&[("bias", vec![0.25, 2.0]), ("same", vec![1.0]), ("weight", vec![1.0; 3]), ("gone", vec![1.0])]);
        let b = object(&[("bias", vec![next, 2.0]), ("same", vec![1.0]), ("weight", vec![1.0, 1.5, 1.0])]);
        let found = tensors(&a, &b).expect("objects");
        let names: Vec<(&str, usize, u32)> =
            found.iter().map(|apart| (apart.name.as_str(), apart.differing, apart.ulps)).collect();
        assert_eq!(names, [("gone", 0, u32::MAX), ("weight", 1, 4_194_304), ("bias", 1, 1)]);
        assert!((found[1].relative - 1.0 / 3.0).abs() < 1e-12);
        assert_eq!(tensors(&a, &a).expect("objects"), []);
    }
}
