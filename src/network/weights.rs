//! Named tensors as safetensors bytes: weights, class means and logits in the store.
//!
//! The bytes are a function of the tensors alone (names in ascending order, no metadata), so their digest identifies
//! them; a test pins it.

use std::collections::BTreeMap;

use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

/// Tensors by name, in ascending order of the names.
pub type Tensors = BTreeMap<String, Tensor>;

/// Numbers and their shape; the last index runs fastest.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    /// Sizes.
    pub shape: Vec<usize>,
    /// As many values as the product of the sizes.
    pub values: Vec<f32>,
}

/// Bytes are not a safetensors object of ours, or tensors cannot be written as one.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    /// The format is broken.
    #[error("not a valid safetensors object: {0}")]
    Format(#[from] safetensors::SafeTensorError),
    /// A tensor has another type of number.
    #[error("tensor `{name}` holds {kind:?}, not f32")]
    Kind {
        /// The tensor.
        name: String,
        /// Its type of number.
        kind: Dtype,
    },
    /// The number of values differs from the product of the sizes.
    #[error("tensor `{name}` has {values} values, but shape {shape:?}")]
    Size {
        /// The tensor.
        name: String,
        /// Its shape.
        shape: Vec<usize>,
        /// Its number of values.
        values: usize,
    },
}

/// The safetensors bytes of `tensors`; equal tensors give equal bytes.
pub fn encode(tensors: &Tensors) -> Result<Vec<u8>, WeightsError> {
    let mut bytes = BTreeMap::new();
    for (name, tensor) in tensors {
        if tensor.shape.iter().product::<usize>() != tensor.values.len() {
            let (shape, values) = (tensor.shape.clone(), tensor.values.len());
            return Err(WeightsError::Size { name: name.clone(), shape, values });
        }
        let raw: Vec<u8> = tensor.values.iter().flat_map(|value| value.to_le_bytes()).collect();
        bytes.insert(name, (tensor.shape.clone(), raw));
    }
    let views = bytes
        .iter()
        .map(|(name, (shape, raw))| TensorView::new(Dtype::F32, shape.clone(), raw).map(|view| (name.as_str(), view)));
    let views: Vec<_> = views.collect::<Result<_, _>>()?;
    Ok(safetensors::serialize(views, None)?)
}

/// A tensor's shape, and its numbers in little-endian bytes.
pub type Raw<'b> = (Vec<usize>, &'b [u8]);

/// The tensors of safetensors bytes as they lie there, by name; all must be f32.
pub fn raw(bytes: &[u8]) -> Result<BTreeMap<String, Raw<'_>>, WeightsError> {
    let mut tensors = BTreeMap::new();
    for (name, view) in SafeTensors::deserialize(bytes)?.iter() {
        if view.dtype() != Dtype::F32 {
            return Err(WeightsError::Kind { name: name.to_owned(), kind: view.dtype() });
        }
        tensors.insert(name.to_owned(), (view.shape().to_vec(), view.data()));
    }
    Ok(tensors)
}

/// The tensors of safetensors bytes; all must be f32.
pub fn decode(bytes: &[u8]) -> Result<Tensors, WeightsError> {
    let mut tensors = Tensors::new();
    for (name, (shape, numbers)) in raw(bytes)? {
        // A size of 0 hides others of any number, which readers multiply.
        if shape.iter().try_fold(1usize, |product, size| product.checked_mul((*size).max(1))).is_none() {
            return Err(WeightsError::Size { name, shape, values: numbers.len() / 4 });
        }
        let numbers = numbers.as_chunks::<4>().0.iter().map(|four| f32::from_le_bytes(*four));
        tensors.insert(name, Tensor { values: numbers.collect(), shape });
    }
    Ok(tensors)
}

#[cfg(test)]
mod tests {
    use super::*;
    use renas_base::digest::Digest;

    fn example() -> Tensors {
        let tensor = |shape: &[usize], values: &[f32]| Tensor { shape: shape.to_vec(), values: values.to_vec() };
        Tensors::from([
            ("b.weight".to_owned(), tensor(&[2, 2], &[1.0, -0.0, f32::MIN_POSITIVE, 3.5])),
            ("a.bias".to_owned(), tensor(&[1], &[0.1])),
            ("a.weight".to_owned(), tensor(&[2, 1], &[1e30, -7.25])),
        ])
    }

    #[test]
    fn tensors_read_back_bit_for_bit() {
        let tensors = example();
        let back = decode(&encode(&tensors).expect("valid")).expect("own bytes");
        assert_eq!(back, tensors);
        assert!(back["b.weight"].values[1].is_sign_negative());
    }

    /// Objects are found by this digest for ever: it may never change.
    #[test]
    fn the_bytes_of_tensors_are_pinned() {
        let digest = Digest::of(&encode(&example()).expect("valid")).to_string();
        assert_eq!(digest, "f983bbe7a1fa416140bd0fc40028a7f36abbe303f3d21d29f4bba49808e3818c");
    }

    #[test]
    fn broken_bytes_and_wrong_sizes_are_errors() {
        let bytes = encode(&example()).expect("valid");
        assert!(decode(&bytes[..bytes.len() - 1]).is_err());
        let header = br#"{"x":{"dtype":"F32","shape":[0,1099511627776,1099511627776],"data_offsets":[0,0]}}      "#;
        let hidden = [(header.len() as u64).to_le_bytes().as_slice(), header].concat();
        let error = decode(&hidden).expect_err("2^80 behind a zero").to_string();
        assert!(error.contains("`x` has 0 values, but shape [0, "), "{error}");
        let wrong = Tensors::from([("x".to_owned(), Tensor { shape: vec![3], values: vec![1.0] })]);
        let error = encode(&wrong).expect_err("one value for shape [3]").to_string();
        assert!(error.contains("`x` has 1 values, but shape [3]"), "{error}");
    }
}
