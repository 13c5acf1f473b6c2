//! Images of which a part is missing are told from whole ones, whatever stands in place of it.

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use renas::data::pack::decode::{Rgb, image};
use renas::data::pack::prepare::pack;

use super::images::{Images, jpeg};

const WIDTH: u16 = 75;
const HEIGHT: u16 = 61;

/// Pixels that need many coefficients.
fn pixels() -> Vec<u8> {
    let (width, height) = (u32::from(WIDTH), u32::from(HEIGHT));
    let colour = |at: u32| [at * at % 251, at * 7 % 256, at / width * 4].map(|value| value as u8);
    (0..width * height).flat_map(colour).collect()
}

/// One image in the ways in which programs write it.
fn written() -> Vec<(&'static str, Vec<u8>)> {
    type Change = fn(&mut Encoder<&mut Vec<u8>>);
    let ways: [(&str, Change); 8] = [
        ("sequential", |_| {}),
        ("sequential, small colours", |encoder| encoder.set_sampling_factor(SamplingFactor::F_2_2)),
        ("sequential, own tables", |encoder| encoder.set_optimized_huffman_tables(true)),
        ("restart markers", |encoder| encoder.set_restart_interval(3)),
        ("restart markers, small colours", |encoder| {
            encoder.set_sampling_factor(SamplingFactor::F_2_1);
            encoder.set_restart_interval(2);
        }),
        ("progressive", |encoder| encoder.set_progressive(true)),
        ("progressive, small colours", |encoder| {
            encoder.set_progressive(true);
            encoder.set_sampling_factor(SamplingFactor::F_2_2);
        }),
        ("progressive, restart markers", |encoder| {
            encoder.set_progressive(true);
            encoder.set_restart_interval(5);
        }),
    ];
    let encoded = |(name, change): (&'static str, Change)| {
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes, 90);
        change(&mut encoder);
        encoder.encode(&pixels(), WIDTH, HEIGHT, ColorType::Rgb).expect("in memory");
        (name, bytes)
    };
    ways.into_iter().map(encoded).chain(stored()).collect()
}

/// The files of other programs that stand in the tests: by Pillow, which is to say libjpeg-turbo.
fn stored() -> Vec<(&'static str, Vec<u8>)> {
    let all: serde_json::Value = serde_json::from_str(include_str!("pillow.json")).expect("JSON");
    let bytes = |case: &serde_json::Value| super::pillow::bytes(&case["jpeg"]);
    all["jpegs"].as_array().expect("a list").iter().map(|case| ("by Pillow", bytes(case))).collect()
}

/// Where the coded data of the first scan begins.
fn data(bytes: &[u8]) -> usize {
    let mut at = 2;
    loop {
        let length = usize::from(u16::from_be_bytes([bytes[at + 2], bytes[at + 3]]));
        if bytes[at + 1] == 0xda {
            return at + 2 + length;
        }
        at += 2 + length;
    }
}

/// Ten places in the coded data, from its first byte to shortly before the end marker.
fn places(bytes: &[u8]) -> impl Iterator<Item = usize> + use<> {
    let (start, end) = (data(bytes), bytes.len() - 2);
    (0..10).map(move |tenth| start + (end - start) * tenth / 10)
}

fn rgb(bytes: &[u8]) -> Result<Rgb, String> {
    image(bytes).map(|image| image.pixels)
}

fn assert_refused(name: &str, at: usize, bytes: &[u8]) -> String {
    rgb(bytes).map(|_| ()).expect_err(&format!("{name}, from byte {at} of {} on", bytes.len()))
}

#[test]
fn whole_images_are_read_however_they_are_written() {
    for (name, bytes) in written() {
        rgb(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

#[test]
fn images_that_are_cut_anywhere_are_refused_with_an_end_marker_and_without() {
    for (name, bytes) in written() {
        for at in places(&bytes) {
            assert_refused(name, at, &bytes[..at]);
            assert_refused(name, at, &[&bytes[..at], &[0xff, 0xd9]].concat());
        }
    }
}

#[test]
fn images_whose_rest_is_zero_bytes_are_refused_with_an_end_marker_and_without() {
    for (name, bytes) in written() {
        for at in places(&bytes) {
            let mut filled = bytes.clone();
            filled[at..].fill(0);
            assert_refused(name, at, &filled);
            let end = filled.len() - 2;
            filled[end..].copy_from_slice(&[0xff, 0xd9]);
            // A few zero bytes may stand for the last blocks by chance.
            if at + 40 < end {
                assert_refused(name, at, &filled);
            }
        }
    }
}

/// A download in pieces of which one did not come.
#[test]
fn images_with_a_hole_of_zero_bytes_are_refused() {
    for (name, bytes) in written() {
        for at in places(&bytes).filter(|at| at + 300 < bytes.len()) {
            let mut holed = bytes.clone();
            holed[at..at + 256].fill(0);
            assert_refused(name, at, &holed);
        }
    }
}

#[test]
fn the_message_says_how_much_is_there() {
    let (_, bytes) = &written()[0];
    let half = [&bytes[..(data(bytes) + bytes.len()) / 2], &[0xff, 0xd9]].concat();
    let error = assert_refused("half", 0, &half);
    assert!(error.starts_with("it breaks off: scan 1 ends after ") && error.ends_with(" of 80 blocks"), "{error}");
    let (_, bytes) = &written()[5];
    let next = bytes.windows(2).skip(data(bytes)).position(|pair| pair == [0xff, 0xda]).expect("a second scan");
    let first = [&bytes[..data(bytes) + next], &[0xff, 0xd9]].concat();
    assert_eq!(assert_refused("first scan", 0, &first), "it breaks off: scans are missing after the first 1");
}

/// A decoder would take a gigabyte and seconds for it, and so would each thread that reads images.
#[test]
fn a_short_file_that_announces_a_huge_image_is_refused_before_it_is_decoded() {
    for (name, bytes) in written() {
        let frame = bytes.windows(2).position(|pair| matches!(pair, [0xff, 0xc0..=0xc2])).expect("a frame");
        let mut huge = bytes.clone();
        huge[frame + 5..frame + 9].copy_from_slice(&[0x40, 0, 0x40, 0]);
        let said = format!("it breaks off: {} bytes are too few for its 16384 x 16384 pixels", bytes.len());
        assert_eq!(assert_refused(name, 0, &huge), said);
    }
}

/// A plain picture may consist of zero bits alone where a program makes its own Huffman tables.
#[test]
fn plain_images_that_are_long_runs_of_zero_bytes_are_read() {
    for progressive in [false, true] {
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes, 90);
        encoder.set_optimized_huffman_tables(true);
        encoder.set_progressive(progressive);
        let mut pixels = vec![200; 3 * 1600 * 1200];
        pixels[3000..3300].fill(7);
        encoder.encode(&pixels, 1600, 1200, ColorType::Rgb).expect("in memory");
        assert!(bytes.windows(500).any(|run| run.iter().all(|byte| *byte == 0)), "no run of zero bytes");
        rgb(&bytes).unwrap_or_else(|error| panic!("progressive {progressive}: {error}"));
    }
}

#[test]
fn whole_images_may_have_metadata_fill_bytes_padding_and_bytes_behind_their_end() {
    for (name, bytes) in written() {
        let expected = rgb(&bytes).expect("whole");
        let check = |what: &str, bytes: &[u8]| {
            assert_eq!(rgb(bytes).as_ref(), Ok(&expected), "{name}, {what}");
        };
        let (start, end) = bytes.split_at(bytes.len() - 2);
        check("text behind the end", &[&bytes, b"some program's notes".as_slice()].concat());
        check("another image behind the end", &[bytes.as_slice(), &jpeg(8, 8, [1, 2, 3])].concat());
        check("zeros behind the end", &[bytes.as_slice(), &[0; 5000]].concat());
        check("fill bytes", &[start, &[0xff; 5], end].concat());
        check("filled up to a word", &[start, &[0; 3], end].concat());
        let mut thumbnail = vec![0xff, 0xe1, 0, 0];
        thumbnail.extend(b"Exif\0\0II\x2a\0\x08\0\0\0\0\0\0\0\0\0");
        thumbnail.extend(jpeg(16, 16, [9, 9, 9]));
        let length = (thumbnail.len() - 2) as u16;
        thumbnail[2..4].copy_from_slice(&length.to_be_bytes());
        check("a small image in EXIF data", &[&bytes[..2], &thumbnail, &bytes[2..]].concat());
    }
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, 90);
    encoder.add_icc_profile(&[0; 3000]).expect("it fits");
    encoder.encode(&pixels(), WIDTH, HEIGHT, ColorType::Rgb).expect("in memory");
    assert!(rgb(&bytes).is_ok(), "a colour profile of zero bytes");
}

#[test]
fn half_images_are_named_like_other_unreadable_ones_and_nothing_is_written() {
    let images = Images::tiny();
    let (_, whole) = &written()[0];
    images.write("train/cat/whole.jpg", whole);
    let mut zeros = whole.clone();
    let half = zeros.len() / 2;
    zeros[half..].fill(0);
    images.write("train/cat/zeros.jpg", &zeros);
    images.write("train/dog/ended.jpg", &[&whole[..half], &[0xff, 0xd9]].concat());
    let error = pack(&images.request("data"), &mut |_, _| std::ops::ControlFlow::Continue(())).expect_err("halves");
    let error = error.to_string();
    for part in ["2 images cannot be read", "\n  train/cat/zeros.jpg: ", "\n  train/dog/ended.jpg: it breaks off: "] {
        assert!(error.contains(part), "no `{part}` in: {error}");
    }
    assert_eq!(super::images::contents(&images.path("data")), []);
}
