//! What is no manifest at all, and manifests with something in them changed at random.

use proptest::prelude::*;

use super::*;

#[test]
fn what_is_no_yaml_is_refused_with_its_place() {
    assert_eq!(mistakes("id: [toy\n"), ["1: not YAML at column 5: unclosed bracket '['"]);
    assert_eq!(mistakes(b"id: toy\ntitle: \xff\n"), ["2: not UTF-8 text"]);
    assert_eq!(mistakes("- a\n- b\n"), ["1: expected a section, found a list"]);
    assert_eq!(mistakes(""), ["1: expected a section, found nothing"]);
    assert_eq!(
        mistakes("id: toy\n---\nid: toy\n"),
        ["3: not YAML at column 1: a second YAML document begins; one is expected"]
    );
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse(&bytes);
    }

    #[test]
    fn no_change_of_a_good_manifest_makes_the_reader_panic(
        at in 0..GOOD.len(), length in 0_usize..40, new in "[ -~\n\t]{0,12}"
    ) {
        let end = (at + length).min(GOOD.len());
        let _ = parse(format!("{}{new}{}", &GOOD[..at], &GOOD[end..]).as_bytes());
    }

    #[test]
    fn no_change_of_a_manifest_of_this_project_makes_a_paper_panic(
        at in 0.0..1.0_f64, length in 0_usize..40, new in "[ -~\n]{0,12}"
    ) {
        for paper in papers::all() {
            let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("experiments");
            let file = dir.join(format!("{}.yaml", paper.id()));
            let mut bytes = load::text(&dir, paper.id()).expect("every paper has a manifest").into_bytes();
            let start = (at * bytes.len() as f64) as usize;
            bytes.splice(start..(start + length).min(bytes.len()), new.bytes());
            let _ = load::parse(&file, &bytes, known(&papers::all()));
        }
    }
}
