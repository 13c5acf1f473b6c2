//! Writes the inputs that fuzzing begins with to `fuzz/corpus/<target>/`, from the files of the checkout.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use renas_base::digest::Digest;
use renas_base::seed::Seed;
use renas_data::cifar::RECORD;
use renas_data::description::{DescribedFile, Description, Words, layout};
use renas_data::idx::header;
use renas_data::registry::Sizes;
use renas_fuzz::unsealed;
use renas_harness::store::Record;
use renas_network::weights::{Tensor, Tensors, encode};
use renas_task::Task;
use renas_task::outcome::Outcome;
use renas_task::protocol::{Hello, LIBTORCH_VERSION, PROTOCOL, Reply, Request};

/// Records longer than this are left out: short inputs are tried more often.
const LONGEST: usize = 6_000;
/// Records of one kind of step, paper and profile.
const EACH: usize = 3;

struct Corpus {
    root: PathBuf,
}

impl Corpus {
    /// A seed is named by its content, as the fuzzer names its own.
    fn add(&self, target: &str, bytes: &[u8]) {
        let folder = self.root.join("fuzz/corpus").join(target);
        fs::create_dir_all(&folder).expect("a folder of the checkout");
        fs::write(folder.join(format!("seed-{}", Digest::of(bytes).short(16))), bytes).expect("a seed");
    }

    fn read(&self, path: impl AsRef<Path>) -> Vec<u8> {
        let path = self.root.join(path);
        fs::read(&path).unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()))
    }

    fn names(&self, folder: &str) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.root.join(folder)).expect("a folder of the checkout");
        let mut names: Vec<PathBuf> = entries.map(|entry| entry.expect("listable").path()).collect();
        names.sort();
        names
    }

    fn manifests(&self) {
        for number in 0..5_u8 {
            self.add("manifest", &[b'@', number]);
            for change in ["7 x: 1", "20+  y: 2", "30", "40     seeds: 3", "50     data: [digits]", "60  - 1e9"] {
                self.add("manifest", &[&[b'@', number], change.as_bytes()].concat());
            }
        }
        self.add("manifest", b"id: econas\ntitle: t\nprofiles:\n  quick: {purpose: p, numerics: portable}\n");
    }

    /// Records, evidence and messages, all from the evidence of `quick`.
    fn evidence(&self) {
        let reports = self.names("reports/quick").into_iter().chain(self.names("reports/reduced"));
        for path in reports.filter(|path| path.is_dir()) {
            let mut text = Vec::new();
            let bytes = self.read(path.join("outcomes.jsonl.zst"));
            zstd::Decoder::new(bytes.as_slice()).and_then(|mut all| all.read_to_end(&mut text)).expect("our evidence");
            let mut few: Vec<&[u8]> = Vec::new();
            let mut steps: Vec<(String, usize)> = Vec::new();
            let mut lines: Vec<&[u8]> = text.split_inclusive(|byte| *byte == b'\n').collect();
            lines.sort_by_key(|line| line.len());
            for line in lines.into_iter().filter(|line| line.len() < LONGEST) {
                let (_, record) = Record::parse_line(line).expect("our evidence");
                let step = record.identity.step.clone();
                let count = match steps.iter_mut().find(|(name, _)| *name == step) {
                    Some((_, count)) => {
                        *count += 1;
                        *count
                    }
                    None => {
                        steps.push((step, 1));
                        1
                    }
                };
                if count <= EACH {
                    let body = unsealed(line).expect("a record of ours");
                    self.add("step_record", body);
                    few.push(body);
                    self.message(&record);
                }
            }
            self.add("evidence", &few.join(&b'\n'));
            few.iter().for_each(|body| self.add("evidence", body));
            let sealed: Vec<u8> = few.iter().flat_map(|body| renas_fuzz::sealed(body)).collect();
            self.add("evidence", &zstd::bulk::compress(&sealed, 3).expect("memory into memory"));
        }
    }

    fn message(&self, record: &Record) {
        let (Ok(task), Some(outcome)) = (record.identity.inputs.read::<Task>(), record.outcome()) else { return };
        let objects = task.objects().into_iter().map(|object| (object, PathBuf::from("object"))).collect();
        let request = Request { number: 7, task, objects, out: PathBuf::from("out") };
        let done = |outcome: Outcome| Reply::Done { number: 7, outcome, cpu_seconds: record.cpu_seconds() };
        let request = serde_json::to_string(&request).expect("a message");
        let reply = serde_json::to_string(&done(outcome.clone())).expect("a message");
        self.add("worker_message", format!("{request}\n{reply}").as_bytes());
    }

    fn messages(&self) {
        let hello = Hello {
            protocol: PROTOCOL,
            worker: "0.1.0".to_owned(),
            libtorch: LIBTORCH_VERSION.to_owned(),
            numerics: "portable".to_owned(),
            device: "cpu".to_owned(),
            fingerprint: Digest::of(b"machine"),
            details: [("threads".to_owned(), "1".to_owned())].into(),
        };
        self.add("worker_message", &serde_json::to_vec(&hello).expect("a message"));
        for reply in [Reply::Alive { number: 7 }, Reply::Failed { number: 7, message: "no".to_owned() }] {
            self.add("worker_message", &serde_json::to_vec(&reply).expect("a message"));
        }
    }

    fn promises(&self) {
        let text = String::from_utf8(self.read("experiments/locks/quick/fashion_ga.json")).expect("text");
        let mut lock: serde_json::Value = serde_json::from_str(&text).expect("a lock file");
        for list in ["studies", "trials", "files", "claims"] {
            if let Some(map) = lock[list].as_object_mut() {
                let keys: Vec<String> = map.keys().skip(2).cloned().collect();
                keys.iter().for_each(|key| drop(map.remove(key)));
            }
        }
        let lock: renas_harness::lockfile::Lock = serde_json::from_value(lock).expect("still a lock file");
        self.add("promises", lock.to_text().as_bytes());
        let digest = Digest::of(b"file");
        let receipt = format!(
            r#"{{"question":{{"profile":"quick"}},"program":{{"path":"/p","bytes":1,"modified_nanoseconds":2}},"files":{{"/a":"{digest}","/b":null}},"folders":{{"/c":["d"]}},"answer":1}}"#
        );
        self.add("promises", receipt.as_bytes());
        let sums = self.read("reports/quick/SHA256SUMS");
        self.add("promises", &sums[..sums.len().min(400)]);
    }

    fn data(&self) {
        use renas_data::idx::Kind;
        for (kind, dimensions, values) in [
            (Kind::Bytes, &[2, 2, 3][..], vec![7; 12]),
            (Kind::Shorts, &[3], vec![0, 1, 0, 2, 1, 0]),
            (Kind::Bytes, &[0, 3, 4, 4], Vec::new()),
            (Kind::Bytes, &[1, 3, 2, 2], vec![9; 12]),
        ] {
            self.add("idx", &[header(kind, dimensions), values].concat());
        }
        self.add("cifar", &[0; 7]);
        self.add("cifar", &[[3; 7], [9; 7]].concat());
        self.add("cifar", b"\x020,16,3\n5,0,9\n");
        let mut record = vec![8; RECORD];
        record[1..].iter_mut().zip(0..).for_each(|(byte, at)| *byte = at as u8);
        self.add("cifar", &record);
        let tensor = |shape: &[usize]| Tensor { shape: shape.to_vec(), values: vec![0.5; shape.iter().product()] };
        for shapes in [&[&[2, 2][..], &[1]][..], &[&[]], &[&[0, 3]], &[]] {
            let named = shapes.iter().enumerate().map(|(index, shape)| (format!("t{index}.weight"), tensor(shape)));
            self.add("safetensors", &encode(&named.collect::<Tensors>()).expect("a small object"));
        }
        self.descriptions();
    }

    fn descriptions(&self) {
        for (shape, classes, test) in [([3, 2, 2], 2, Some(1)), ([1, 2, 1], 300, None), ([1, 1, 1], 3, Some(2))] {
            let sizes = Sizes { train: 3, test };
            let [name, title, licence, origin, preparation] =
                ["tiny", "Tiny", "not stated", "a seed", "none"].map(str::to_owned);
            let words = Words { name, title, licence, origin, preparation, left_out: Vec::new() };
            let content = |(kind, dimensions, name): (_, Vec<u32>, String)| {
                let kind: renas_data::idx::Kind = kind;
                let values: u32 = dimensions.iter().product();
                (name, [header(kind, &dimensions), vec![0; values as usize * kind.width()]].concat())
            };
            let files: Vec<(String, Vec<u8>)> = layout(shape, classes, sizes).into_iter().map(content).collect();
            let described = files.iter().map(|(name, bytes)| DescribedFile {
                name: name.clone(),
                bytes: bytes.len() as u64,
                sha256: Digest::of(bytes),
            });
            let names = (0..classes).map(|class| format!("c{class}")).collect();
            let text = Description::new(words, shape, names, sizes, Digest::of(b""), described.collect()).text();
            let parts: Vec<&[u8]> =
                std::iter::once(text.as_bytes()).chain(files.iter().map(|(_, bytes)| bytes.as_slice())).collect();
            self.add("description", &parts.join(&b"\n---\n"[..]));
        }
    }

    /// Descriptions of more than any file holds, which no change of one number gives.
    fn huge_descriptions(&self) {
        for (train, side) in [(u32::MAX, 4096), (1 << 20, 256), (400_000_000, 2)] {
            let text = format!(
                concat!(
                    r#"{{"renas_data_set":1,"name":"tiny","title":"t","shape":[3,{},{}],"class_names":["a"],"train":{},"#,
                    r#""digest":"{}","files":[],"licence":"l","origin":"o","preparation":"p"}}"#
                ),
                side,
                side,
                train,
                Digest::of(b"")
            );
            self.add("description", &[text.as_bytes(), b"x", b"y"].join(&b"\n---\n"[..]));
        }
    }

    fn images(&self) {
        let mut stream = Seed::from_number(1).stream("pixels");
        for (number, (width, height)) in [(1, 1), (8, 8), (17, 9), (33, 20)].into_iter().cycle().take(32).enumerate() {
            let colours = if number % 5 == 4 { ColorType::Luma } else { ColorType::Rgb };
            let channels = if number % 5 == 4 { 1 } else { 3 };
            let pixels: Vec<u8> = (0..width * height * channels).map(|_| stream.below(256) as u8).collect();
            let mut bytes = Vec::new();
            let mut encoder = Encoder::new(&mut bytes, 60);
            encoder.set_progressive(number & 4 > 0);
            encoder.set_optimized_huffman_tables(number & 8 > 0);
            encoder.set_sampling_factor([SamplingFactor::F_1_1, SamplingFactor::F_2_2][number / 16]);
            if number % 3 == 0 {
                encoder.set_restart_interval(2);
            }
            encoder.encode(&pixels, width as u16, height as u16, colours).expect("in memory");
            self.add("jpeg_tree", &bytes);
        }
        // The small images of other programs in the tests.
        let all: serde_json::Value = serde_json::from_slice(&self.read("tests/data/pillow.json")).expect("JSON");
        for case in all["jpegs"].as_array().into_iter().flatten() {
            let digits = case["jpeg"].as_str().expect("text").as_bytes();
            let byte = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).expect("digits"), 16).expect("digits");
            self.add("jpeg_tree", &digits.chunks_exact(2).map(byte).collect::<Vec<_>>());
        }
    }
}

fn main() {
    let corpus = Corpus { root: PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..") };
    corpus.manifests();
    corpus.evidence();
    corpus.messages();
    corpus.promises();
    corpus.data();
    corpus.huge_descriptions();
    corpus.images();
}
