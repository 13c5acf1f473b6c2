//! The entries of the registry, data only.

use renas_base::digest::Digest;

use super::data_set::{Content, DataSet, File, Format, Images, Sizes, Sources, SystemCopy};

/// All registered data sets.
pub(super) fn catalogue() -> Vec<DataSet> {
    vec![digits(), mnist(), fashion_mnist(), cifar10(), econas_mnist(), econas_cifar10()]
}

fn digits() -> DataSet {
    DataSet {
        name: "digits".to_owned(),
        title: "UCI handwritten digits".to_owned(),
        folders: texts(&["digits"]),
        files: vec![file("digits.csv", 264_712, "6ebb3d2fee246a4e99363262ddf8a00a3c41bee6014c373ed9d9216ba7f651b8")],
        sources: Sources::Embedded,
        system: None,
        embedded: Some(include_bytes!("../../data/digits/digits.csv.gz")),
        content: Content::Images(Images {
            format: Format::Csv,
            shape: [1, 8, 8],
            classes: 10,
            pixel_max: 16,
            sizes: Sizes { train: 1_797, test: None },
            digest: Digest::literal("da9dbb18a9fd892fb59b5b1b9f752f7c5cd828292ca72ab1aed170937d4c6002"),
        }),
        licence: "CC BY 4.0".to_owned(),
        origin:
            "E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, \
             1998, https://archive.ics.uci.edu/dataset/80; its test part, as packaged in scikit-learn 1.5.2"
                .to_owned(),
    }
}

fn mnist() -> DataSet {
    DataSet {
        name: "mnist".to_owned(),
        title: "MNIST".to_owned(),
        folders: texts(&["mnist", "MNIST/raw"]),
        files: mnist_files([
            "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
            "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
            "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
            "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
        ]),
        sources: Sources::Files(texts(&[
            "https://ossci-datasets.s3.amazonaws.com/mnist/{file}.gz",
            "https://storage.googleapis.com/cvdf-datasets/mnist/{file}.gz",
        ])),
        system: None,
        embedded: None,
        content: mnist_images("01b3047ca15d857ddbced99d5845a719e9d1c8a43999dbca445370979dcbe17b"),
        licence: "CC BY-SA 3.0, as commonly stated".to_owned(),
        origin:
            "Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, Gradient-based learning applied to document recognition, \
             Proceedings of the IEEE 86, 1998, https://doi.org/10.1109/5.726791"
                .to_owned(),
    }
}

fn fashion_mnist() -> DataSet {
    DataSet {
        name: "fashion_mnist".to_owned(),
        title: "Fashion-MNIST".to_owned(),
        folders: texts(&["fashion-mnist", "FashionMNIST/raw"]),
        files: mnist_files([
            "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
            "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
            "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
            "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
        ]),
        sources: Sources::Files(texts(&[
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/{file}.gz",
            "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/{file}.gz",
        ])),
        system: Some(SystemCopy {
            folder: "fashion-mnist",
            install: "on Debian: apt-get install dataset-fashion-mnist",
        }),
        embedded: None,
        content: mnist_images("7fea4bec4fc97f2bdaea7cde2c018d196926eff6b6b1d2f1c7bd5851db98a487"),
        licence: "MIT".to_owned(),
        origin:
            "H. Xiao, K. Rasul and R. Vollgraf, Fashion-MNIST: a novel image dataset for benchmarking machine learning \
             algorithms, 2017, https://arxiv.org/abs/1708.07747"
                .to_owned(),
    }
}

/// The files of MNIST's release, and of those made in its form: images and labels to train on, then those to test on.
fn mnist_files(pins: [&str; 4]) -> Vec<File> {
    let files = [
        ("train-images-idx3-ubyte", 47_040_016),
        ("train-labels-idx1-ubyte", 60_008),
        ("t10k-images-idx3-ubyte", 7_840_016),
        ("t10k-labels-idx1-ubyte", 10_008),
    ];
    files.into_iter().zip(pins).map(|((name, length), pin)| file(name, length, pin)).collect()
}

fn mnist_images(digest: &str) -> Content {
    Content::Images(Images {
        format: Format::Idx,
        shape: [1, 28, 28],
        classes: 10,
        pixel_max: 255,
        sizes: Sizes { train: 60_000, test: Some(10_000) },
        digest: Digest::literal(digest),
    })
}

fn cifar10() -> DataSet {
    DataSet {
        name: "cifar10".to_owned(),
        title: "CIFAR-10".to_owned(),
        folders: texts(&["cifar10", "cifar-10-batches-bin"]),
        files: vec![
            cifar_file("data_batch_1.bin"),
            cifar_file("data_batch_2.bin"),
            cifar_file("data_batch_3.bin"),
            cifar_file("data_batch_4.bin"),
            cifar_file("data_batch_5.bin"),
            cifar_file("test_batch.bin"),
        ],
        sources: Sources::Archive(texts(&["https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"])),
        system: None,
        embedded: None,
        content: Content::Images(Images {
            format: Format::Cifar {
                train: Digest::literal("55a61f79a40ece2ceda9fb5f9f7078f6ea2fc4952489cef56682bcf92cfcc260"),
                test: Digest::literal("325704b01eb92e1e2a6215ae6a916bb7db7de054af0c496be1c7be2e0fcfbf5f"),
            },
            shape: [3, 32, 32],
            classes: 10,
            pixel_max: 255,
            sizes: Sizes { train: 50_000, test: Some(10_000) },
            digest: Digest::literal("4212c9311a4bcf29deacb5bdfa3e4aa86c14b6495a97e0cad9cc319a05c48101"),
        }),
        licence: "none stated; cite the technical report".to_owned(),
        origin:
            "A. Krizhevsky, Learning Multiple Layers of Features from Tiny Images, technical report, University of \
             Toronto, 2009, https://www.cs.toronto.edu/~kriz/learning-features-2009-TR.pdf"
                .to_owned(),
    }
}

fn econas_mnist() -> DataSet {
    econas_table(
        "econas_mnist",
        "EcoNAS: 250 networks trained on MNIST",
        file("trained_mnist_dataset.csv", 18_473, "1deece1ca2ca84b753ef011f8499b39a76fc46884a0a5d149cfb60fb766b9eb1"),
    )
}

fn econas_cifar10() -> DataSet {
    econas_table(
        "econas_cifar10",
        "EcoNAS: 250 networks trained on CIFAR-10",
        file("trained_cifar10_dataset.csv", 18_161, "86d60fb4fa7ed27aedaefe234a6ca95e9533a786015f19ccbad5bfcaca13fb34"),
    )
}

fn econas_table(name: &str, title: &str, file: File) -> DataSet {
    DataSet {
        name: name.to_owned(),
        title: title.to_owned(),
        folders: texts(&["econas"]),
        files: vec![file],
        sources: Sources::Files(texts(&["https://raw.githubusercontent.com/jeanine5/UofT-ProjectX-2023/\
             96f5bae4a305bd6173cdd4beb95837df3d2d864c/EcoNAS/SearchSpace/precomputed_datasets/{file}"])),
        system: None,
        embedded: None,
        content: Content::Table,
        licence: "none stated: never copy it into a repository".to_owned(),
        origin: "published by the author of EcoNAS in github.com/jeanine5/UofT-ProjectX-2023, commit 96f5bae"
            .to_owned(),
    }
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn file(name: &str, length: u64, pin: &str) -> File {
    File { name: name.to_owned(), length, pin: Some(Digest::literal(pin)) }
}

/// 10,000 records of one label and 3,072 pixels; pinned with the other files of its part.
fn cifar_file(name: &str) -> File {
    File { name: name.to_owned(), length: 10_000 * 3_073, pin: None }
}
