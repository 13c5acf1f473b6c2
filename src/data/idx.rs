//! IDX files (MNIST, Fashion-MNIST): a header of big-endian numbers, then bytes.
//!
//! The header: two zero bytes, the type of the values (8: unsigned bytes, the only one read here), the number of
//! dimensions, then each dimension as 32 bits. The first dimension counts samples.

/// An IDX file of unsigned bytes, read in place.
#[derive(Debug, PartialEq, Eq)]
pub struct Idx<'a> {
    /// The size of each dimension; their product is the length of `values`.
    pub dimensions: Vec<usize>,
    /// The values, the last dimension varying fastest.
    pub values: &'a [u8],
}

/// Bytes that are not an IDX file of unsigned bytes.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdxError {
    /// The file ends before its header does.
    #[error("it ends within its header, after {0} bytes")]
    Short(usize),
    /// It does not begin with two zero bytes and a known type.
    #[error("it begins with {0:02x?}, not with 00 00 08 (unsigned bytes)")]
    Magic([u8; 3]),
    /// Its dimensions do not agree with its length.
    #[error("its header announces {dimensions:?} values, but {found} bytes follow")]
    Length {
        /// The header's dimensions.
        dimensions: Vec<usize>,
        /// Bytes after the header.
        found: usize,
    },
}

/// Read an IDX file; nothing may follow its values.
pub fn parse(bytes: &[u8]) -> Result<Idx<'_>, IdxError> {
    let short = || IdxError::Short(bytes.len());
    let (&[zero, zero_too, kind, rank], rest) = bytes.split_first_chunk::<4>().ok_or_else(short)?;
    if [zero, zero_too, kind] != [0, 0, 8] {
        return Err(IdxError::Magic([zero, zero_too, kind]));
    }
    let (sizes, values) = rest.split_at_checked(4 * usize::from(rank)).ok_or_else(short)?;
    let (sizes, _) = sizes.as_chunks::<4>();
    let dimensions: Vec<usize> = sizes.iter().map(|size| u32::from_be_bytes(*size) as usize).collect();
    let count = dimensions.iter().try_fold(1usize, |product, &size| product.checked_mul(size));
    if count != Some(values.len()) {
        return Err(IdxError::Length { dimensions, found: values.len() });
    }
    Ok(Idx { dimensions, values })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn two_images_of_two_by_three_are_read() {
        let mut bytes = vec![0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3];
        bytes.extend(1..=12);
        let idx = parse(&bytes).expect("well formed");
        assert_eq!(idx.dimensions, [2, 2, 3]);
        assert_eq!(idx.values, (1..=12).collect::<Vec<u8>>());
    }

    #[test]
    fn malformed_files_are_refused_with_the_reason() {
        assert_eq!(parse(&[0, 0]), Err(IdxError::Short(2)));
        assert_eq!(parse(&[0, 0, 8, 2, 0, 0, 0, 1]), Err(IdxError::Short(8)));
        assert_eq!(parse(&[0x1f, 0x8b, 8, 0]), Err(IdxError::Magic([0x1f, 0x8b, 8])));
        assert_eq!(parse(&[0, 0, 13, 0, 1]), Err(IdxError::Magic([0, 0, 13])));
        let missing = parse(&[0, 0, 8, 1, 0, 0, 0, 3, 7, 7]);
        assert_eq!(missing, Err(IdxError::Length { dimensions: vec![3], found: 2 }));
        let excess = parse(&[0, 0, 8, 1, 0, 0, 0, 1, 7, 7]);
        assert_eq!(excess, Err(IdxError::Length { dimensions: vec![1], found: 2 }));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = parse(&bytes);
        }

        #[test]
        fn no_header_makes_it_panic_or_disagree_with_its_length(
            rank in 0u8..8,
            rest in proptest::collection::vec(prop_oneof![Just(0u8), Just(1), Just(255), any::<u8>()], 0..48),
        ) {
            let bytes = [&[0, 0, 8, rank], rest.as_slice()].concat();
            if let Ok(idx) = parse(&bytes) {
                prop_assert_eq!(idx.dimensions.len(), usize::from(rank));
                prop_assert_eq!(idx.dimensions.iter().product::<usize>(), idx.values.len());
            }
        }
    }
}
