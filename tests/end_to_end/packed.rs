//! Somebody's own images, from a folder of JPEG files to a report.

use std::fs;

use jpeg_encoder::{ColorType, Encoder};

use crate::bench::Bench;

/// Ten classes of 12 training images and 3 test images, each class with a brightness of its own.
fn write_tree(bench: &Bench) {
    for (part, images) in [("train", 12), ("val", 3)] {
        for class in 0..10u8 {
            for number in 0..images {
                let mut bytes = Vec::new();
                let pixels = [10 + 25 * class + number; 12 * 9];
                Encoder::new(&mut bytes, 90).encode(&pixels, 12, 9, ColorType::Luma).expect("in memory");
                let path = bench.path(&format!("tree/{part}/class-{class}/{number}.jpg"));
                fs::create_dir_all(path.parent().expect("a folder of a class")).expect("a folder");
                fs::write(path, bytes).expect("a file");
            }
        }
    }
}

#[test]
fn a_folder_of_images_is_packed_listed_verified_and_searched_on() {
    let bench = Bench::of("fashion_ga");
    for (from, to) in [
        ("data: {name: digits, train: 64, validation: 40, test: 360}", "data: {name: own, train: 64, validation: 40}"),
        ("input: [1, 8, 8]", "input: [3, 8, 8]"),
    ] {
        bench.edit("fashion_ga/experiment.yaml", from, to);
    }
    write_tree(&bench);
    // Before it is packed, the manifest says what to do.
    bench.renas(&["plan"]).expect(2, "no data set `own`").expect(2, "become known by `renas data pack`");
    let pack = ["data", "pack", "tree", "--name", "own", "--size", "8", "--title", "Own images", "--licence", "mine"];
    let answer = bench.renas(&pack);
    answer.expect(0, "own: 120 train, 30 test; 10 classes, 3x8x8; in data/own; digest ");
    assert_eq!(answer.stderr, "", "a pipe is no terminal: there is no bar");
    bench.renas(&pack).expect(2, "data/own is there already and is not replaced");
    bench.renas(&["data", "list"]).expect(0, "Own images").expect(0, "120 train, 30 test; 3x8x8");
    bench.renas(&["data", "verify", "own"]).expect(0, "verified");
    bench.renas(&["data", "fetch", "own"]).expect(0, "own: in data/own, verified");
    bench.renas(&["plan"]).expect(0, "");

    bench.renas(&["run", "--update-lock"]).expect(0, "report:");
    let expected = bench.digests("reports");
    let page = fs::read_to_string(bench.path("reports/quick/fashion_ga/report.md")).expect("a page");
    assert!(page.contains("Own images") && page.contains("mine"), "{page}");
    bench.renas(&["run"]).expect(0, "every digest is as promised").expect(0, "0 trials computed");
    // Another folder of data is found by its flag, and the report depends on the content alone.
    fs::rename(bench.path("data"), bench.path("elsewhere")).expect("it is ours");
    bench.renas(&["run"]).expect(2, "no data set `own`");
    bench.renas(&["run", "--data", "elsewhere", "--store", "other"]).expect(0, "every digest is as promised");
    assert_eq!(bench.digests("reports"), expected);

    // A report is rebuilt where nothing but the description is; running needs the images.
    for name in
        ["train-images-idx4-ubyte", "train-labels-idx1-ubyte", "test-images-idx4-ubyte", "test-labels-idx1-ubyte"]
    {
        fs::remove_file(bench.path(&format!("elsewhere/own/{name}"))).expect("written");
    }
    bench.renas(&["verify", "--data", "elsewhere"]).expect(0, "");
    let run = ["run", "--data", "elsewhere", "--store", "third"];
    bench.renas(&run).expect(2, "only its description is").expect(2, "renas data pack");
    bench.renas(&["data", "fetch", "own", "--data", "elsewhere"]).expect(2, "only its description is");
}

#[test]
fn a_damaged_byte_and_a_broken_description_are_named() {
    let bench = Bench::new();
    write_tree(&bench);
    bench.renas(&["data", "pack", "tree", "--name", "own", "--size", "8", "--out", "mine"]).expect(0, "--data mine");
    let path = bench.path("mine/own/test-images-idx4-ubyte");
    let mut bytes = fs::read(&path).expect("written");
    bytes[1_000] ^= 4;
    fs::write(&path, bytes).expect("writable");
    let verify = ["data", "verify", "own", "--data", "mine"];
    bench.renas(&verify).expect(4, "test-images-idx4-ubyte").expect(4, "bring it back from a copy");
    bench.write("mine/own/dataset.json", "{\"renas_data_set\": 1, ");
    bench.renas(&verify).expect(2, "mine/own/dataset.json is not a description of a data set");
    bench.renas(&["data", "list"]).expect(0, "digits");
}
