//! A folder of JPEG files becomes a data set that is loaded, compared and refused like a registered one.

use std::ops::ControlFlow;
use std::path::Path;

use jpeg_encoder::{ColorType, Encoder};
use renas::base::digest::Digest;
use renas::data::described::find;
use renas::data::load::{Dataset, Part, load_from};
use renas::data::locate::{Locations, locate};
use renas::data::pack::error::PackError;
use renas::data::pack::prepare::{Packed, Request, beside, pack};

use super::images::{Images, contents, encoded, jpeg, make_pipe};

fn go_on(_: usize, _: usize) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn packed(request: &Request) -> Packed {
    pack(request, &mut go_on).unwrap_or_else(|error| panic!("{error}"))
}

/// What packing says that must not work, and that it leaves nothing in the data folder.
fn refused(images: &Images, change: impl FnOnce(&mut Request)) -> String {
    let mut request = images.request("data");
    change(&mut request);
    let error = pack(&request, &mut go_on).expect_err("must be refused").to_string();
    let left = std::fs::read_dir(images.path("data")).into_iter().flatten().count();
    assert_eq!(left, 0, "something was left behind: {error}");
    error
}

/// The only described data set of a data folder, loaded.
fn loaded(folder: &Path) -> Result<Dataset, String> {
    let locations = Locations::only(&[folder.to_owned()]);
    let set = find(&locations).found.remove(0).description.into_data_set();
    let place = locate(&set, &locations).map_err(|error| error.to_string())?;
    load_from(&set, &place).map_err(|error| error.to_string())
}

/// The red of each image's first pixel, to the nearest ten: JPEG changes it a little.
fn reds(part: &Part) -> Vec<u8> {
    part.pixels.chunks_exact(48).map(|image| (image[0] + 5) / 10 * 10).collect()
}

#[test]
fn classes_and_files_come_in_the_order_of_their_names_and_val_becomes_the_test_part() {
    let images = Images::tiny();
    images.write("train/cat/notes.txt", b"not an image");
    images.write("train/README", b"not a class");
    images.write("train/.cache/a.jpg", b"not a class either");
    let packed = packed(&images.request("data"));
    assert_eq!((packed.ignored, packed.first_ignored), (3, Some(images.path("tree/train/.cache"))));
    let names: Vec<String> = contents(&images.path("data/tiny")).into_iter().map(|(name, _)| name).collect();
    let files =
        ["test-images-idx4-ubyte", "test-labels-idx1-ubyte", "train-images-idx4-ubyte", "train-labels-idx1-ubyte"];
    assert_eq!(names[0], "dataset.json");
    assert_eq!(names[1..], files);

    let data = loaded(&images.path("data")).expect("just packed");
    assert_eq!((data.name.as_str(), data.shape.as_slice(), data.classes), ("tiny", [3, 4, 4].as_slice(), 2));
    assert_eq!((data.train.labels.as_slice(), reds(&data.train)), ([0, 0, 1, 1].as_slice(), vec![20, 40, 120, 140]));
    let test = data.test.as_ref().expect("val");
    assert_eq!((test.labels.as_slice(), reds(test)), ([0, 1].as_slice(), vec![60, 160]));
    // Channels first: red, green and blue planes of 16 pixels.
    let blue = &data.train.pixels[32..48];
    assert!(
        blue.iter().all(|value| value.abs_diff(200) < 4) && data.train.pixels[16..32].iter().all(|value| *value < 4)
    );
    assert_eq!(data.ordered_digest(), packed.description.digest);
    assert_eq!(packed.description.class_names, ["cat", "dog"]);
}

#[test]
fn a_tree_without_val_has_no_test_part() {
    let images = Images::new();
    images.write("train/only/1.jpg", &jpeg(4, 4, [9, 9, 9]));
    packed(&images.request("data"));
    assert_eq!(loaded(&images.path("data")).expect("just packed").test, None);
    assert_eq!(contents(&images.path("data/tiny")).len(), 3);
}

#[test]
fn two_runs_give_equal_bytes_whatever_runs_at_a_time() {
    let images = Images::tiny();
    packed(&images.request("first"));
    packed(&Request { jobs: 7, ..images.request("second") });
    assert_eq!(contents(&images.path("first/tiny")), contents(&images.path("second/tiny")));
}

#[test]
fn three_hundred_classes_go_into_labels_of_two_bytes_and_come_back() {
    let images = Images::new();
    for class in 0..300u16 {
        images.write(&format!("train/{class:03}/1.jpg"), &jpeg(2, 2, [(class % 256) as u8, 0, 0]));
    }
    let packed = packed(&Request { size: 2, ..images.request("data") });
    let labels = std::fs::read(images.path("data/tiny/train-labels-idx1-short")).expect("written");
    assert_eq!(labels[..8], [0, 0, 11, 1, 0, 0, 1, 44]);
    assert_eq!(labels[8 + 2 * 258..][..2], [1, 2]);
    let data = loaded(&images.path("data")).expect("just packed");
    assert_eq!(data.train.labels, (0..300).collect::<Vec<u16>>());
    // The digest as `OrderedDigest` describes it: two bytes of label, the smaller one first, then the pixels.
    let mut bytes = b"renas samples 1\nshape 3x2x2\nclasses 300\npixel maximum 255\ntrain 300\ntest none\n".to_vec();
    for (label, pixels) in data.train.labels.iter().zip(data.train.pixels.chunks_exact(12)) {
        bytes.extend(label.to_le_bytes());
        bytes.extend(pixels);
    }
    assert_eq!(Digest::of(&bytes), packed.description.digest);
}

#[test]
fn a_damaged_byte_of_any_file_is_noticed() {
    let images = Images::tiny();
    packed(&images.request("data"));
    for (name, whole) in contents(&images.path("data/tiny")).into_iter().filter(|(name, _)| name != "dataset.json") {
        let path = images.path("data/tiny").join(&name);
        let mut damaged = whole.clone();
        *damaged.last_mut().expect("not empty") ^= 1;
        std::fs::write(&path, damaged).expect("writable");
        let error = loaded(&images.path("data")).expect_err("damaged");
        assert!(error.contains(&name) && error.contains("bring it back from a copy"), "{error}");
        std::fs::write(&path, &whole[..whole.len() - 1]).expect("writable");
        assert!(loaded(&images.path("data")).expect_err("cut").contains(&name));
        std::fs::remove_file(&path).expect("it is ours");
        let error = loaded(&images.path("data")).expect_err("lost");
        assert!(error.contains(&format!("(without {name})")) && error.contains("renas data pack"), "{error}");
        std::fs::write(&path, whole).expect("writable");
    }
    // The description promises another order than the files have.
    let path = images.path("data/tiny/dataset.json");
    let text = std::fs::read_to_string(&path).expect("written");
    let digest = loaded(&images.path("data")).expect("whole again").digest.to_string();
    std::fs::write(&path, text.replace(&digest, &"0".repeat(64))).expect("writable");
    assert!(loaded(&images.path("data")).expect_err("another digest").contains("ordered digest"));
}

#[test]
fn grey_becomes_three_equal_channels_and_the_centre_of_a_wide_image_is_kept() {
    let images = Images::new();
    images.write("train/a/grey.jpg", &encoded(8, 8, ColorType::Luma, &[77; 64]));
    // 24 x 8 pixels: the outer thirds are black, the centre white; blocks of JPEG are 8 x 8.
    let row: Vec<u8> = (0..24).flat_map(|x| [if (8..16).contains(&x) { 255 } else { 0 }; 3]).collect();
    images.write("train/a/wide.jpg", &encoded(24, 8, ColorType::Rgb, &row.repeat(8)));
    packed(&images.request("data"));
    let pixels = loaded(&images.path("data")).expect("just packed").train.pixels;
    assert_eq!(pixels[..48], [77; 48]);
    let row = &pixels[48..52];
    assert!(row[1..3].iter().all(|value| *value > 250) && row[0] > 200 && row[3] > 200, "{row:?}");
}

#[test]
fn every_unreadable_image_is_named_with_the_reason() {
    let images = Images::tiny();
    let whole = encoded(16, 16, ColorType::Rgb, &(0..768).map(|at| (at * 37 % 251) as u8).collect::<Vec<u8>>());
    images.write("train/cat/text.jpg", b"hello");
    images.write("train/dog/cut.jpg", &whole[..whole.len() / 2]);
    images.write("val/dog/empty.jpg", b"");
    images.write("val/dog/picture.jpg", b"\x89PNG\r\n\x1a\n");
    let error = refused(&images, |_| {});
    for part in [
        "4 images cannot be read as JPEG:\n",
        "\n  train/cat/text.jpg: it is no JPEG file: it begins with [68 65 6c]",
        "\n  train/dog/cut.jpg: ",
        "\n  val/dog/empty.jpg: it is no JPEG file",
        "\n  val/dog/picture.jpg: it is no JPEG file: it begins with [89 50 4e]",
        "--leave-out 'train/cat/text.jpg'",
    ] {
        assert!(error.contains(part), "no `{part}` in: {error}");
    }
    for number in 0..30 {
        images.write(&format!("train/cat/text{number}.jpg"), b"hello");
    }
    let error = refused(&images, |_| {});
    assert!(error.contains("34 images") && error.contains("\n  and 14 more"), "{error}");
}

#[test]
fn what_is_left_out_is_written_into_the_description_and_must_be_there() {
    let images = Images::tiny();
    images.write("train/cat/text.jpg", b"hello");
    let left_out = vec!["train/cat/text.jpg".to_owned()];
    let error = refused(&images, |request| request.left_out = vec!["cat/text.jpg".to_owned()]);
    assert!(error.contains("not among the images: cat/text.jpg"), "{error}");
    let packed = packed(&Request { left_out: left_out.clone(), ..images.request("data") });
    assert_eq!((packed.description.train, &packed.description.left_out), (4, &left_out));
    assert_eq!(loaded(&images.path("data")).expect("just packed").train.len(), 4);
}

#[test]
fn trees_of_another_form_are_refused_with_what_they_should_be() {
    let images = Images::tiny();
    images.write("val/bird/1.jpg", &jpeg(4, 4, [1, 2, 3]));
    let error = refused(&images, |_| {});
    assert!(error.contains("val has 1 class that train does not have: bird"), "{error}");
    images.write("train/bird/notes.txt", b"no image");
    let error = refused(&images, |_| {});
    assert!(error.contains("1 class is without an image") && error.contains("train/bird"), "{error}");
    let error = refused(&images, |request| request.tree.push("train"));
    assert!(error.contains("is not a folder; a tree of images has train/<class>/*.jpg"), "{error}");

    let flat = Images::new();
    flat.write("train/cat/1.jpg", &jpeg(4, 4, [1, 2, 3]));
    flat.write("val/1.jpg", &jpeg(4, 4, [1, 2, 3]));
    let error = refused(&flat, |_| {});
    assert!(error.contains("must be put into folders of their classes first"), "{error}");
}

#[test]
fn names_texts_and_sizes_that_do_not_fit_are_refused() {
    let images = Images::tiny();
    for (name, said) in [("Tiny", "lower-case letters"), ("../x", "lower-case"), ("mnist", "registered data set")] {
        let error = refused(&images, |request| request.name = name.to_owned());
        assert!(error.contains(said), "{error}");
    }
    assert!(refused(&images, |request| request.licence = "a\nb".to_owned()).contains("licence `a\\nb`: a text is one"));
    assert!(refused(&images, |request| request.size = 0).contains("1 to 4096"));
}

#[test]
fn a_folder_that_is_there_is_not_replaced() {
    let images = Images::tiny();
    std::fs::create_dir_all(images.path("data/tiny")).expect("a folder");
    std::fs::write(images.path("data/tiny/mine"), "x").expect("writable");
    let error = pack(&images.request("data"), &mut go_on).expect_err("it is there");
    assert!(matches!(error, PackError::Exists(_)) && error.to_string().contains("not replaced"), "{error}");
    assert_eq!(contents(&images.path("data/tiny")), [("mine".to_owned(), b"x".to_vec())]);
}

#[test]
fn a_stop_leaves_nothing_behind() {
    let images = Images::tiny();
    let error = pack(&images.request("data"), &mut |_, _| ControlFlow::Break(())).expect_err("stopped");
    assert!(matches!(error, PackError::Interrupted), "{error}");
    assert_eq!(contents(&images.path("data")), []);
}

#[test]
fn what_stands_beside_the_parts_is_named_and_what_looks_like_a_part_is_refused() {
    for name in ["test", "valid", "validation", "Val", "Train", "TEST"] {
        let images = Images::tiny();
        images.write(&format!("{name}/cat/1.jpg"), &jpeg(4, 4, [1, 2, 3]));
        let error = refused(&images, |_| {});
        let said = format!("a folder that looks like a part: {name}; ");
        assert!(error.contains(&said) && error.contains(&format!("--leave-out {name}")), "{error}");
        let request = Request { left_out: vec![name.to_owned()], ..images.request("data") };
        assert_eq!(packed(&request).description.left_out, [name]);
    }
    let images = Images::tiny();
    images.write("extra/cat/1.jpg", &jpeg(4, 4, [1, 2, 3]));
    images.write("test.txt", b"a list of files");
    assert_eq!(beside(&images.request("data")).expect("no part"), ["extra", "test.txt"]);
    assert_eq!(packed(&images.request("data")).description.left_out, [""; 0]);

    let images = Images::new();
    images.write("train/cat/1.jpg", &jpeg(4, 4, [1, 2, 3]));
    images.write("val", b"no folder");
    let error = refused(&images, |_| {});
    assert!(error.contains("tree/val is not a folder") && error.contains("--leave-out val"), "{error}");
    std::fs::remove_file(images.path("tree/val")).expect("it is ours");
    std::os::unix::fs::symlink("nowhere", images.path("tree/val")).expect("a link");
    assert!(refused(&images, |_| {}).contains("tree/val is not a folder"));
}

/// An image with EXIF data that has this orientation.
fn held(orientation: u8) -> Vec<u8> {
    let exif =
        [b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".as_slice(), &[orientation, 0, 0, 0, 0, 0, 0]].concat();
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, 95);
    encoder.add_exif_metadata(&exif).expect("it fits");
    encoder.encode(&[9; 3 * 24], 6, 4, ColorType::Rgb).expect("in memory");
    bytes
}

#[test]
fn exif_orientations_are_not_applied_and_the_description_says_of_how_many_images() {
    let images = Images::tiny();
    images.write("train/cat/upright.jpg", &held(1));
    let plain = packed(&images.request("plain"));
    assert_eq!(plain.turned, 0);
    assert!(
        plain.description.preparation.ends_with("decoded by zune-jpeg 0.5.15"),
        "{}",
        plain.description.preparation
    );
    images.write("train/cat/upright.jpg", &held(6));
    images.write("val/dog/y.jpg", &held(2));
    let turned = packed(&images.request("turned"));
    assert_eq!(turned.turned, 2);
    let said = "; the EXIF orientation of 2 of the images was not applied";
    assert!(turned.description.preparation.ends_with(said), "{}", turned.description.preparation);
    let train =
        |folder: &str| std::fs::read(images.path(folder).join("tiny/train-images-idx4-ubyte")).expect("written");
    assert!(train("plain") == train("turned"), "the bytes are those of the stored pixels");
}

#[test]
fn what_is_no_regular_file_is_named_and_nothing_waits_for_it() {
    let images = Images::tiny();
    make_pipe(&images.path("tree/train/cat/pipe.jpg"));
    std::os::unix::fs::symlink("/dev/zero", images.path("tree/val/cat/device.jpg")).expect("a link");
    let error = refused(&images, |_| {});
    assert!(error.contains("train/cat/pipe.jpg: it is a named pipe (FIFO), not a regular file"), "{error}");
    assert!(error.contains("val/cat/device.jpg: it is a device, not a regular file"), "{error}");

    let images = Images::tiny();
    std::os::unix::fs::symlink("a.JPG", images.path("tree/train/cat/link.jpg")).expect("a link");
    assert_eq!(packed(&images.request("data")).description.train, 5);
    for (name, bytes) in contents(&images.path("data/tiny")).into_iter().filter(|(name, _)| name != "dataset.json") {
        let path = images.path("data/tiny").join(&name);
        std::fs::remove_file(&path).expect("it is ours");
        make_pipe(&path);
        let error = loaded(&images.path("data")).expect_err("a pipe");
        assert!(error.contains(&name) && error.contains("it is a named pipe (FIFO)"), "{error}");
        std::fs::remove_file(&path).expect("it is ours");
        std::fs::write(&path, bytes).expect("writable");
    }
    assert!(loaded(&images.path("data")).is_ok());
}
