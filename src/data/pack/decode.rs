//! A JPEG file as red, green and blue, with the same values on every machine.
//!
//! The decoder is built without its vector instructions, and its version is pinned in `Cargo.toml`: what it computes is
//! part of the content of packed data sets. A file that breaks off is an error and not a grey rest: the decoder is strict,
//! and what it lets pass, `whole` finds.

use std::panic::{AssertUnwindSafe, catch_unwind};

use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::{exif, whole};

/// The decoder and its version, for descriptions.
pub const DECODER: &str = "zune-jpeg 0.5.15";

/// An image of three channels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rgb {
    /// Pixels in a row, at least 1.
    pub width: usize,
    /// Rows, at least 1.
    pub height: usize,
    /// Row by row, each pixel as red, green and blue.
    pub values: Vec<u8>,
}

/// What a JPEG file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// The pixels as they are stored.
    pub pixels: Rgb,
    /// Whether its EXIF data says that it must be turned or mirrored to be seen upright, which is not done.
    pub is_turned: bool,
}

/// The image in the bytes of a JPEG file, at most 16,384 pixels wide and high; the error says why there is none, or what
/// of it is missing.
///
/// Grey becomes red, green and blue alike. Four inks (CMYK, YCCK) are taken as Adobe's programs store them, inverted, and
/// become c times k and so on; no colour profile is looked at.
pub fn image(bytes: &[u8]) -> Result<Image, String> {
    // A file is the world's, and may break the decoder: that is no reason to lose all others.
    catch_unwind(AssertUnwindSafe(|| decode(bytes))).unwrap_or_else(|_| Err("the decoder fails on it".to_owned()))
}

fn decode(bytes: &[u8]) -> Result<Image, String> {
    if !bytes.starts_with(&[0xff, 0xd8, 0xff]) {
        let start: Vec<String> = bytes.iter().take(3).map(|byte| format!("{byte:02x}")).collect();
        return Err(format!("it is no JPEG file: it begins with [{}], not with [ff d8 ff]", start.join(" ")));
    }
    whole::can_be(bytes)?;
    let options = DecoderOptions::default().jpeg_set_out_colorspace(ColorSpace::RGB).set_strict_mode(true);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options.set_use_unsafe(false));
    let values = decoder.decode().map_err(|error| error.to_string().trim().to_owned())?;
    let info = decoder.info().ok_or("it has no header")?;
    let (width, height) = (usize::from(info.width), usize::from(info.height));
    if width == 0 || values.len() != 3 * width * height {
        return Err(format!("its {width} x {height} pixels have {} values", values.len()));
    }
    whole::check(bytes)?;
    let is_turned = decoder.exif().is_some_and(|exif| exif::is_turned(exif));
    Ok(Image { pixels: Rgb { width, height, values }, is_turned })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What packed data sets hold depends on the decoder's version.
    #[test]
    fn the_decoder_of_the_descriptions_is_the_one_that_is_built() {
        let lock = include_str!("../../../Cargo.lock");
        let [name, version] = DECODER.split(' ').collect::<Vec<_>>()[..] else { panic!("{DECODER}") };
        assert!(lock.contains(&format!("name = \"{name}\"\nversion = \"{version}\"")), "raise DECODER with Cargo.toml");
    }

    #[test]
    fn what_is_no_jpeg_file_is_refused_with_how_it_begins() {
        assert_eq!(
            image(b"hello"),
            Err("it is no JPEG file: it begins with [68 65 6c], not with [ff d8 ff]".to_owned())
        );
        assert_eq!(image(&[]), Err("it is no JPEG file: it begins with [], not with [ff d8 ff]".to_owned()));
        assert!(image(&[0xff, 0xd8, 0xff, 0xd9]).is_err());
    }
}
