//! Archives: CIFAR-10's release is one `tar.gz` whose records may come in any order.

use std::ops::ControlFlow;

use renas::base::digest::Digest;
use renas::base::seed::Seed;
use renas::data::cifar;
use renas::data::fetch::fetch;
use renas::data::load::{Dataset, Part, load_from};
use renas::data::locate::Locations;
use renas::data::registry::{Content, DataSet, File, Format, Images, Sizes, Sources};

use super::fetch::gzip;
use super::server::{Behaviour, Server};

/// Twelve records in three files, in the order that `shuffle` gives them.
fn cifar_files(shuffle: u64) -> [(&'static str, Vec<u8>); 3] {
    let mut stream = Seed::from_number(2).stream("records");
    let mut record = || -> Vec<u8> {
        (0..cifar::RECORD).map(|index| stream.below(if index == 0 { 10 } else { 256 }) as u8).collect()
    };
    let mut train: Vec<Vec<u8>> = (0..8).map(|_| record()).collect();
    let mut test: Vec<Vec<u8>> = (0..4).map(|_| record()).collect();
    let mut order = Seed::from_number(shuffle).stream("order");
    order.shuffle(&mut train);
    order.shuffle(&mut test);
    [("a.bin", train[..4].concat()), ("b.bin", train[4..].concat()), ("test.bin", test.concat())]
}

fn cifar_part(files: &[&[u8]]) -> (Part, Digest) {
    let records: Vec<_> = files.iter().map(|bytes| cifar::records(bytes).expect("records")).collect();
    let sorted = cifar::sort(&records);
    (Part { pixels: sorted.pixels, labels: sorted.labels.into_iter().map(u16::from).collect() }, sorted.content)
}

fn cifar_set(url: String) -> DataSet {
    let [(_, a), (_, b), (_, last)] = cifar_files(0);
    let ((train, train_pin), (test, test_pin)) = (cifar_part(&[&a, &b]), cifar_part(&[&last]));
    let (shape, digest) = ([3, 32, 32], Digest::of(&[]));
    let (train, test) = (train, Some(test));
    let data =
        Dataset { name: "tiny".to_owned(), shape: shape.to_vec(), classes: 10, pixel_max: 255, train, test, digest };
    let file = |name| File { name: str::to_owned(name), length: 4 * cifar::RECORD as u64, pin: None };
    DataSet {
        name: "tiny".to_owned(),
        title: "Tiny".to_owned(),
        folders: vec!["tiny".to_owned()],
        files: ["a.bin", "b.bin", "test.bin"].map(file).to_vec(),
        sources: Sources::Archive(vec![url]),
        system: None,
        embedded: None,
        content: Content::Images(Images {
            format: Format::Cifar { train: train_pin, test: test_pin },
            shape,
            classes: 10,
            pixel_max: 255,
            sizes: Sizes { train: 8, test: Some(4) },
            digest: data.ordered_digest(),
        }),
        licence: "none needed".to_owned(),
        origin: "this test".to_owned(),
    }
}

fn archive(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, format!("release/{name}"), bytes.as_slice()).expect("in memory");
    }
    gzip(&archive.into_inner().expect("in memory"))
}

#[test]
fn an_archive_is_unpacked_and_its_records_may_come_in_any_order() {
    let mut digests = Vec::new();
    for shuffle in [0, 1] {
        let mut files = cifar_files(shuffle).to_vec();
        files.push(("readme.html", b"not registered".to_vec()));
        let server = Server::start(&[("/tiny.tar.gz", Behaviour::BreaksOff(archive(&files), 20_000))]);
        let set = cifar_set(server.url("/tiny.tar.gz"));
        let root = tempfile::tempdir().expect("a folder");
        let locations = Locations::only(&[root.path().to_owned()]);
        let place = fetch(&set, &locations, &[], &mut |_| ControlFlow::Continue(())).expect("fetched");
        digests.push(load_from(&set, &place).expect("verified").digest);
        let count = std::fs::read_dir(root.path().join("tiny")).expect("a folder").count();
        assert_eq!(count, 3, "only the three files of the data set stay");
    }
    assert_eq!(digests[0], digests[1]);
}

#[test]
fn an_archive_with_altered_missing_or_cut_records_is_refused_and_nothing_of_it_stays() {
    let mut altered = cifar_files(0).to_vec();
    altered[1].1[5_000] ^= 1;
    let missing = cifar_files(0)[..2].to_vec();
    let mut cut = cifar_files(0).to_vec();
    cut[0].1.truncate(5_000);
    let mut longer = cifar_files(0).to_vec();
    longer[0].1.extend([0; 100]);
    let whole = archive(&cifar_files(0));
    let cases = [
        (archive(&altered), "train records with the content digest"),
        (archive(&missing), "there is no test.bin in the archive"),
        (archive(&cut), "got 5000 bytes"),
        (archive(&longer), "got 12293 bytes"),
        (whole[..whole.len() / 2].to_vec(), "the archive cannot be unpacked"),
        (b"<html>".to_vec(), "the archive cannot be unpacked"),
    ];
    for (bytes, reason) in cases {
        let server = Server::start(&[("/tiny.tar.gz", Behaviour::Good(bytes))]);
        let set = cifar_set(server.url("/tiny.tar.gz"));
        let root = tempfile::tempdir().expect("a folder");
        let locations = Locations::only(&[root.path().to_owned()]);
        let error = fetch(&set, &locations, &[], &mut |_| ControlFlow::Continue(())).expect_err("refused");
        assert!(error.to_string().contains(reason), "no `{reason}` in: {error}");
        assert_eq!(std::fs::read_dir(root.path().join("tiny")).expect("a folder").count(), 0);
    }
}
