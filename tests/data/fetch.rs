//! Downloads: from servers that break off, lie about the length, serve wrong bytes or ignore ranges.

use std::io::Write as _;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use flate2::{Compression, write::GzEncoder};
use renas::base::digest::Digest;
use renas::base::seed::Seed;
use renas::data::fetch::{Event, FetchError, fetch};
use renas::data::load::table_from;
use renas::data::locate::{Locations, Place};
use renas::data::registry::{Content, DataSet, File, Sources};

use super::server::{Behaviour, Server, unreachable};

/// A table of about 300 kB that gzip makes about half as long.
fn text() -> String {
    let mut stream = Seed::from_number(1).stream("text");
    (0..50_000).map(|_| format!("{:05}\n", stream.below(100_000))).collect()
}

/// The bytes compressed.
pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("in memory");
    encoder.finish().expect("in memory")
}

/// A registered table that only these addresses have.
fn table_set(urls: &[String]) -> DataSet {
    let bytes = text();
    let pin = Some(Digest::of(bytes.as_bytes()));
    DataSet {
        name: "numbers".to_owned(),
        title: "Numbers".to_owned(),
        folders: vec!["numbers".to_owned()],
        files: vec![File { name: "numbers.csv".to_owned(), length: bytes.len() as u64, pin }],
        sources: Sources::Files(urls.to_vec()),
        system: None,
        embedded: None,
        content: Content::Table,
        licence: "none needed".to_owned(),
        origin: "this test".to_owned(),
    }
}

/// A data folder, and everything that happened.
struct Fetched {
    root: tempfile::TempDir,
    events: Vec<Event>,
    result: Result<Place, FetchError>,
}

fn fetch_into(root: tempfile::TempDir, set: &DataSet) -> Fetched {
    let mut events = Vec::new();
    let locations = Locations::only(&[root.path().to_owned()]);
    let result = fetch(set, &locations, &[], &mut |event| {
        events.push(event);
        ControlFlow::Continue(())
    });
    Fetched { root, events, result }
}

fn fetch_new(set: &DataSet) -> Fetched {
    fetch_into(tempfile::tempdir().expect("a folder"), set)
}

impl Fetched {
    /// The data set is there, and nothing else: no part file, no temporary folder.
    fn assert_complete(&self, set: &DataSet, files: &[&str]) {
        let place = self.result.as_ref().expect("fetched");
        assert_eq!(table_from(set, place).expect("verified"), text());
        assert_eq!(self.files(), files);
    }

    fn files(&self) -> Vec<String> {
        let folder = self.root.path().join("numbers");
        let mut names: Vec<String> = std::fs::read_dir(folder)
            .expect("a folder")
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    fn error(&self) -> String {
        self.result.as_ref().expect_err("must fail").to_string()
    }

    fn failures(&self) -> usize {
        self.events.iter().filter(|event| matches!(event, Event::Failed { .. })).count()
    }
}

#[test]
fn a_good_server_gives_the_file_compressed_or_not() {
    let server = Server::start(&[
        ("/gz/numbers.csv.gz", Behaviour::Good(gzip(text().as_bytes()))),
        ("/plain/numbers.csv", Behaviour::Good(text().into_bytes())),
    ]);
    let compressed = table_set(&[server.url("/gz/{file}.gz")]);
    fetch_new(&compressed).assert_complete(&compressed, &["numbers.csv.gz"]);
    let plain = table_set(&[server.url("/plain/{file}")]);
    fetch_new(&plain).assert_complete(&plain, &["numbers.csv"]);
}

#[test]
fn a_transfer_that_breaks_off_goes_on_where_it_was() {
    let bytes = gzip(text().as_bytes());
    let server = Server::start(&[("/numbers.csv", Behaviour::BreaksOff(bytes.clone(), 40_000))]);
    let set = table_set(&[server.url("/{file}")]);
    fetch_new(&set).assert_complete(&set, &["numbers.csv.gz"]);
    let requests = server.requests();
    assert_eq!(requests.len(), bytes.len().div_ceil(40_000), "{requests:?}");
    assert_eq!(requests[..3], ["/numbers.csv", "/numbers.csv from 40000", "/numbers.csv from 80000"]);
}

#[test]
fn an_interrupted_fetch_goes_on_where_it_was() {
    let server = Server::start(&[("/numbers.csv", Behaviour::Good(text().into_bytes()))]);
    let set = table_set(&[server.url("/{file}")]);
    let root = tempfile::tempdir().expect("a folder");
    let locations = Locations::only(&[root.path().to_owned()]);
    let stopped = fetch(&set, &locations, &[], &mut |event| match event {
        Event::Received { bytes, .. } if bytes >= 100_000 => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    });
    assert!(matches!(stopped, Err(FetchError::Interrupted)), "{stopped:?}");
    let fetched = fetch_into(root, &set);
    fetched.assert_complete(&set, &["numbers.csv"]);
    let Event::Started { resumed, .. } = fetched.events[0] else { panic!("{:?}", fetched.events[0]) };
    assert!(resumed >= 100_000, "{resumed}");
    assert_eq!(server.requests()[1], format!("/numbers.csv from {resumed}"));
}

#[test]
fn a_server_that_ignores_ranges_is_read_from_the_beginning() {
    let server = Server::start(&[("/numbers.csv", Behaviour::IgnoresRange(text().into_bytes(), 50_000))]);
    let set = table_set(&[server.url("/{file}")]);
    fetch_new(&set).assert_complete(&set, &["numbers.csv"]);
    assert_eq!(server.requests(), ["/numbers.csv", "/numbers.csv from 50000"]);
}

#[test]
fn too_large_an_announcement_does_not_spoil_the_content() {
    let server = Server::start(&[("/numbers.csv", Behaviour::AnnouncesMore(text().into_bytes()))]);
    let set = table_set(&[server.url("/{file}")]);
    fetch_new(&set).assert_complete(&set, &["numbers.csv"]);
}

#[test]
fn every_kind_of_bad_source_is_passed_over_and_the_next_is_used() {
    let (plain, compressed) = (text().into_bytes(), gzip(text().as_bytes()));
    let mut altered = plain.clone();
    altered[77] ^= 1;
    let bad = [
        ("/wrong/numbers.csv", Behaviour::Good(altered), "sends other content: expected 300000 bytes with SHA-256"),
        ("/page/numbers.csv", Behaviour::Good(b"<html>Not here".to_vec()), "got 14 bytes with SHA-256"),
        ("/less/numbers.csv", Behaviour::AnnouncesLess(compressed.clone()), "then the compressed data breaks off"),
        ("/stuck/numbers.csv", Behaviour::BreaksOff(compressed.clone(), 0), "broke off after 0 bytes"),
        ("/busy/numbers.csv", Behaviour::Status(503), "answered with status 503"),
        ("/none/numbers.csv", Behaviour::Status(404), "answered with status 404"),
        ("/endless/numbers.csv", Behaviour::Endless, "sends more than the"),
        ("/range/numbers.csv", Behaviour::OtherRange(compressed, 10_000), "answered with another range"),
    ];
    let mut paths: Vec<(&str, Behaviour)> = bad.iter().map(|(path, behaviour, _)| (*path, behaviour.clone())).collect();
    paths.push(("/good/numbers.csv", Behaviour::Good(plain)));
    let server = Server::start(&paths);
    let mut urls = vec![format!("{}{{file}}", unreachable())];
    urls.extend(bad.iter().map(|(path, _, _)| server.url(path)));
    let failing = table_set(&urls);
    urls.push(server.url("/good/{file}"));
    let set = table_set(&urls);

    let fetched = fetch_new(&set);
    fetched.assert_complete(&set, &["numbers.csv"]);
    assert_eq!(fetched.failures(), 1 + bad.len(), "{:?}", fetched.events);

    let failed = fetch_new(&failing);
    let message = failed.error();
    assert!(message.starts_with("no source gave numbers.csv of `numbers`:\n"), "{message}");
    assert!(message.contains("cannot be reached"), "{message}");
    for (path, _, reason) in bad {
        let line = message.lines().find(|line| line.contains(path)).expect("each source is named");
        assert!(line.contains(reason), "{line}");
    }
    let [kept] = &failed.files()[..] else { panic!("{:?}", failed.files()) };
    assert!(kept.ends_with(".part"), "only the source that broke off after some bytes can be resumed: {kept}");
}

#[test]
fn what_a_broken_source_gave_is_kept_for_the_next_attempt() {
    let server = Server::start(&[("/numbers.csv", Behaviour::Outage(text().into_bytes(), 70_000))]);
    let set = table_set(&[server.url("/{file}")]);
    let Fetched { root, result, .. } = fetch_new(&set);
    assert!(result.expect_err("the server is out").to_string().contains("status 503"));
    fetch_into(root, &set).assert_complete(&set, &["numbers.csv"]);
    assert_eq!(server.requests(), ["/numbers.csv", "/numbers.csv from 70000", "/numbers.csv from 70000"]);
}

#[test]
fn a_server_whose_file_changed_is_read_again_as_a_whole() {
    let root = tempfile::tempdir().expect("a folder");
    let server = Server::start(&[("/numbers.csv", Behaviour::Good(text().into_bytes()))]);
    let set = table_set(&[server.url("/{file}")]);
    let part = part_path(root.path(), &server.url("/numbers.csv"));
    std::fs::create_dir(root.path().join("numbers")).expect("a folder");
    std::fs::write(part, vec![b'0'; 100_000]).expect("written");
    fetch_into(root, &set).assert_complete(&set, &["numbers.csv"]);
    assert_eq!(server.requests(), ["/numbers.csv from 100000", "/numbers.csv"]);
}

#[test]
fn a_part_that_is_already_whole_is_used() {
    let root = tempfile::tempdir().expect("a folder");
    let server = Server::start(&[("/numbers.csv", Behaviour::Good(text().into_bytes()))]);
    let set = table_set(&[server.url("/{file}")]);
    let part = part_path(root.path(), &server.url("/numbers.csv"));
    std::fs::create_dir(root.path().join("numbers")).expect("a folder");
    std::fs::write(part, text()).expect("written");
    fetch_into(root, &set).assert_complete(&set, &["numbers.csv"]);
    assert_eq!(server.requests(), ["/numbers.csv from 300000"]);
}

fn part_path(root: &Path, url: &str) -> PathBuf {
    root.join(format!("numbers/numbers.csv.{}.part", Digest::of(url.as_bytes()).short(8)))
}

#[test]
fn without_a_network_the_message_says_so() {
    let set = table_set(&[format!("{}{{file}}", unreachable())]);
    let message = fetch_new(&set).error();
    for part in ["cannot be reached", "is there a network?", "put the files of the official release into"] {
        assert!(message.contains(part), "no `{part}` in: {message}");
    }
}

#[test]
fn what_is_there_is_not_fetched_again() {
    let server = Server::start(&[("/numbers.csv", Behaviour::Good(text().into_bytes()))]);
    let set = table_set(&[server.url("/{file}")]);
    let Fetched { root, .. } = fetch_new(&set);
    let again = fetch_into(root, &set);
    assert!(matches!(again.events[..], [Event::Present { .. }]), "{:?}", again.events);
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn an_altered_file_is_set_aside_and_fetched_again() {
    let root = tempfile::tempdir().expect("a folder");
    let server = Server::start(&[("/numbers.csv", Behaviour::Good(gzip(text().as_bytes())))]);
    let set = table_set(&[server.url("/{file}")]);
    std::fs::create_dir(root.path().join("numbers")).expect("a folder");
    std::fs::write(root.path().join("numbers/numbers.csv"), "mine").expect("written");
    std::fs::write(root.path().join("numbers/numbers.csv.altered"), "set aside before").expect("written");
    let fetched = fetch_into(root, &set);
    assert!(matches!(fetched.events[0], Event::Altered { .. }), "{:?}", fetched.events);
    fetched.assert_complete(&set, &["numbers.csv.altered", "numbers.csv.altered.1", "numbers.csv.gz"]);
    for (name, content) in [("numbers.csv.altered.1", "mine"), ("numbers.csv.altered", "set aside before")] {
        let kept = std::fs::read_to_string(fetched.root.path().join("numbers").join(name));
        assert_eq!(kept.expect("kept"), content);
    }
}

#[test]
fn a_failed_fetch_leaves_an_altered_file_where_it_is() {
    let root = tempfile::tempdir().expect("a folder");
    let set = table_set(&[unreachable()]);
    std::fs::create_dir(root.path().join("numbers")).expect("a folder");
    std::fs::write(root.path().join("numbers/numbers.csv"), "mine").expect("written");
    let fetched = fetch_into(root, &set);
    assert!(fetched.result.is_err());
    assert!(fetched.files().contains(&"numbers.csv".to_owned()), "{:?}", fetched.files());
}

#[test]
fn a_mirror_is_asked_instead_of_the_registered_addresses() {
    let server = Server::start(&[("/mirror/numbers.csv", Behaviour::Good(text().into_bytes()))]);
    let set = table_set(&[unreachable()]);
    let root = tempfile::tempdir().expect("a folder");
    let locations = Locations::only(&[root.path().to_owned()]);
    let place = fetch(&set, &locations, &[server.url("/mirror/")], &mut |_| ControlFlow::Continue(()));
    assert_eq!(table_from(&set, &place.expect("fetched")).expect("verified"), text());
    assert_eq!(server.requests(), ["/mirror/numbers.csv.gz", "/mirror/numbers.csv"]);
}

#[test]
fn two_fetches_at_once_download_once() {
    let server = Server::start(&[("/numbers.csv", Behaviour::Good(text().into_bytes()))]);
    let set = table_set(&[server.url("/{file}")]);
    let root = tempfile::tempdir().expect("a folder");
    let locations = Locations::only(&[root.path().to_owned()]);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| fetch(&set, &locations, &[], &mut |_| ControlFlow::Continue(())).expect("fetched"));
        }
    });
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let root = tempfile::tempdir().expect("a folder");
    std::fs::write(root.path().join("numbers"), "a file where the folder should be").expect("written");
    let set = table_set(&[unreachable()]);
    let fetched = fetch_into(root, &set);
    let message = fetched.error();
    assert!(message.starts_with("cannot write ") && message.contains("numbers"), "{message}");
}

#[test]
fn a_full_disk_stops_the_fetch_and_names_the_file() {
    let root = tempfile::tempdir().expect("a folder");
    let server = Server::start(&[("/numbers.csv", Behaviour::Good(text().into_bytes()))]);
    let set = table_set(&[server.url("/{file}"), unreachable()]);
    let part = part_path(root.path(), &server.url("/numbers.csv"));
    std::fs::create_dir(root.path().join("numbers")).expect("a folder");
    std::os::unix::fs::symlink("/dev/full", &part).expect("a link");
    let message = fetch_into(root, &set).error();
    assert!(message.contains(&part.display().to_string()), "{message}");
    assert!(message.contains("No space left on device"), "{message}");
}
