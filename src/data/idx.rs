//! IDX files (MNIST, Fashion-MNIST, packed images): a header of big-endian numbers, then the values.
//!
//! The header: two zero bytes, the type of the values (8: unsigned bytes; 11: 16-bit numbers, big-endian, read as
//! unsigned here), the number of dimensions, then each dimension as 32 bits. The first dimension counts samples.

/// The type of the values of an IDX file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Type 8: unsigned bytes.
    Bytes,
    /// Type 11: 16-bit numbers, big-endian. The format calls them signed; ours stay below 32,768, where that is the same.
    Shorts,
}

impl Kind {
    /// Bytes of one value.
    pub fn width(self) -> usize {
        match self {
            Self::Bytes => 1,
            Self::Shorts => 2,
        }
    }

    /// The byte that stands for it in a header.
    fn code(self) -> u8 {
        match self {
            Self::Bytes => 8,
            Self::Shorts => 11,
        }
    }
}

/// An IDX file, read in place.
#[derive(Debug, PartialEq, Eq)]
pub struct Idx<'a> {
    /// The type of the values.
    pub kind: Kind,
    /// The size of each dimension; their product times the type's width is the length of `values`.
    pub dimensions: Vec<usize>,
    /// The values as bytes, the last dimension varying fastest.
    pub values: &'a [u8],
}

/// Bytes that are not an IDX file of a type that is read here.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdxError {
    /// The file ends before its header does.
    #[error("it ends within its header, after {0} bytes")]
    Short(usize),
    /// It does not begin with two zero bytes and a known type.
    #[error("it begins with {0:02x?}, not with 00 00 08 (unsigned bytes) or 00 00 0b (16-bit numbers)")]
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
    let (&[zero, zero_too, code, rank], rest) = bytes.split_first_chunk::<4>().ok_or_else(short)?;
    let kind = match [zero, zero_too, code] {
        [0, 0, 8] => Kind::Bytes,
        [0, 0, 11] => Kind::Shorts,
        other => return Err(IdxError::Magic(other)),
    };
    let (sizes, values) = rest.split_at_checked(4 * usize::from(rank)).ok_or_else(short)?;
    let (sizes, _) = sizes.as_chunks::<4>();
    let dimensions: Vec<usize> = sizes.iter().map(|size| u32::from_be_bytes(*size) as usize).collect();
    let count = dimensions.iter().try_fold(kind.width(), |product, &size| product.checked_mul(size));
    if count != Some(values.len()) {
        return Err(IdxError::Length { dimensions, found: values.len() });
    }
    Ok(Idx { kind, dimensions, values })
}

/// The header of an IDX file with these dimensions, at most 255, the first of which counts samples.
pub fn header(kind: Kind, dimensions: &[u32]) -> Vec<u8> {
    let rank = u8::try_from(dimensions.len()).expect("a file of images or labels has few dimensions");
    let mut header = vec![0, 0, kind.code(), rank];
    header.extend(dimensions.iter().flat_map(|size| size.to_be_bytes()));
    header
}

impl Idx<'_> {
    /// The values as numbers, whatever their type.
    pub fn numbers(&self) -> Vec<u16> {
        match self.kind {
            Kind::Bytes => self.values.iter().map(|&byte| u16::from(byte)).collect(),
            Kind::Shorts => self.values.as_chunks::<2>().0.iter().map(|pair| u16::from_be_bytes(*pair)).collect(),
        }
    }
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

    /// By hand: 2 x 3 numbers, of which 258 is 1 x 256 + 2.
    #[test]
    fn numbers_of_two_bytes_are_read_the_larger_byte_first_and_headers_read_back() {
        let bytes = [0, 0, 11, 2, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 7, 1, 2, 0x7f, 0xff, 0, 255, 1, 0];
        let idx = parse(&bytes).expect("well formed");
        assert_eq!((idx.kind, idx.dimensions.as_slice()), (Kind::Shorts, [2, 3].as_slice()));
        assert_eq!(idx.numbers(), [0, 7, 258, 32_767, 255, 256]);
        assert_eq!(header(Kind::Shorts, &[2, 3]), bytes[..12]);
        assert_eq!(parse(&header(Kind::Bytes, &[0, 3, 4, 4])).expect("no samples").dimensions, [0, 3, 4, 4]);
        let odd = parse(&[0, 0, 11, 1, 0, 0, 0, 1, 7]);
        assert_eq!(odd, Err(IdxError::Length { dimensions: vec![1], found: 1 }));
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
