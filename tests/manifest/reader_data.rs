//! Data sets that claims are about and that readers bring.

use super::{mistakes, parse, with};

/// A claim may be about data that no program can bring, where the manifest says that readers may.
#[test]
fn a_claim_may_be_about_data_that_readers_bring() {
    let about = ("    data: [mnist, cifar10]\n    profiles", "    data: [mnist, imagenet]\n    profiles");
    let brought = ("summary: Toys are trained.\n", "summary: Toys are trained.\nreaders_data: [imagenet]\n");
    let manifest = parse(with(&[about, brought]).as_bytes()).expect("readers bring it");
    assert_eq!(manifest.claims[1].data, ["mnist", "imagenet"]);
    let refused = mistakes(with(&[about]));
    assert!(refused.len() == 1 && refused[0].contains("imagenet"), "{refused:?}");
}
