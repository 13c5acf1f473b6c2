//! How the camera was held: the orientation that an image's EXIF data tells.

/// The tag of the orientation.
const ORIENTATION: u16 = 0x0112;

/// Whether EXIF data (from its byte order on) says that the image must be turned or mirrored to be seen upright.
///
/// EXIF 2.3, section 4.6.4 A: values 2 to 8. What cannot be read says nothing.
pub(super) fn is_turned(exif: &[u8]) -> bool {
    orientation(exif).is_some_and(|value| (2..=8).contains(&value))
}

fn orientation(exif: &[u8]) -> Option<u16> {
    let is_little = match exif.first_chunk()? {
        b"II" => true,
        b"MM" => false,
        _ => return None,
    };
    let short = |at: usize| {
        let pair = *exif.get(at..)?.first_chunk()?;
        Some(if is_little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) })
    };
    let long = |at: usize| {
        let four = *exif.get(at..)?.first_chunk()?;
        Some(if is_little { u32::from_le_bytes(four) } else { u32::from_be_bytes(four) } as usize)
    };
    let start = long(4)?;
    let entries = usize::from(short(start)?);
    let entry = (0..entries).map(|index| start + 2 + 12 * index).find(|at| short(*at) == Some(ORIENTATION))?;
    short(entry + 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_orientation_is_found_in_either_byte_order_behind_other_tags() {
        let little = b"II\x2a\0\x08\0\0\0\x02\0\x0f\x01\x02\0\x01\0\0\0\0\0\0\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0";
        let big = b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0";
        assert_eq!((orientation(little), orientation(big)), (Some(6), Some(6)));
        assert!(is_turned(little) && is_turned(big));
        assert!(!is_turned(&[&big[..19], &[1, 0, 0]].concat()), "1 is upright");
        for end in 0..20 {
            assert!(!is_turned(&big[..end]), "cut after {end} bytes");
        }
        assert!(!is_turned(b"no EXIF data, whatever it is"));
    }
}
