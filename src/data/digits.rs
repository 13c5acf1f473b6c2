//! Images as CSV (the embedded digits): a line per image, its pixels row by row, then its label.

/// Images and labels in the order of the lines.
#[derive(Debug, PartialEq, Eq)]
pub struct Samples {
    /// Pixels, image after image.
    pub pixels: Vec<u8>,
    /// Labels, one per image.
    pub labels: Vec<u8>,
}

/// Text that is not such a table.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum CsvError {
    /// It is not even text.
    #[error("it is not text in UTF-8")]
    Encoding,
    /// A line does not have a column for each pixel and one for the label.
    #[error("line {line} has {found} columns instead of {expected}")]
    Columns {
        /// Counted from 1.
        line: usize,
        /// Pixels and one label.
        expected: usize,
        /// As counted.
        found: usize,
    },
    /// A value is not a whole number within its range.
    #[error("line {line}, column {column}: `{value}` is not a whole number from 0 to {max}")]
    Value {
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
        /// What stands there.
        value: String,
        /// The largest that is possible there.
        max: u8,
    },
}

/// Read images of `pixels` values up to `pixel_max`, with labels below `classes`.
pub fn parse(bytes: &[u8], pixels: usize, pixel_max: u8, classes: u8) -> Result<Samples, CsvError> {
    let text = std::str::from_utf8(bytes).map_err(|_| CsvError::Encoding)?;
    let mut samples = Samples { pixels: Vec::new(), labels: Vec::new() };
    for (index, row) in text.lines().enumerate() {
        let line = index + 1;
        let found = row.split(',').count();
        if found != pixels + 1 {
            return Err(CsvError::Columns { line, expected: pixels + 1, found });
        }
        for (column, value) in row.split(',').enumerate() {
            let (max, values) =
                if column < pixels { (pixel_max, &mut samples.pixels) } else { (classes - 1, &mut samples.labels) };
            match value.parse() {
                Ok(number) if number <= max => values.push(number),
                _ => return Err(CsvError::Value { line, column: column + 1, value: value.to_owned(), max }),
            }
        }
    }
    Ok(samples)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn pixels_and_labels_are_told_apart() {
        let samples = parse(b"0,16,3\n5,0,9\n", 2, 16, 10).expect("well formed");
        assert_eq!(samples, Samples { pixels: vec![0, 16, 5, 0], labels: vec![3, 9] });
    }

    #[test]
    fn a_mistake_is_named_with_its_line_and_column() {
        let message = |text: &[u8]| parse(text, 2, 16, 10).expect_err("malformed").to_string();
        assert_eq!(message(b"0,1,3\n0,1\n"), "line 2 has 2 columns instead of 3");
        assert_eq!(message(b"0,17,3\n"), "line 1, column 2: `17` is not a whole number from 0 to 16");
        assert_eq!(message(b"0,1,10\n"), "line 1, column 3: `10` is not a whole number from 0 to 9");
        assert_eq!(message(b"0,1.5,1\n"), "line 1, column 2: `1.5` is not a whole number from 0 to 16");
        assert_eq!(message(&[0xff]), "it is not text in UTF-8");
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = parse(&bytes, 2, 16, 10);
        }
    }
}
