//! Lock files, receipts and `SHA256SUMS`, told apart by the first byte: what is believed is what is written.
#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use renas_base::digest::Digest;
use renas_fuzz::file;
use renas_harness::lockfile::{Lock, compare, compare_runs};
use renas_harness::receipt::Receipt;
use renas_harness::report_folder::Sums;

fn lock(text: &[u8]) {
    let Ok(Some(lock)) = Lock::read(&file("lock.json", text)) else { return };
    assert_eq!(lock.to_text().as_bytes(), text);
    assert!(compare(&lock, &lock).is_empty() && compare_runs(&lock, &lock).is_empty());
}

fn receipt(body: &[u8]) {
    let text = [Digest::of(body).to_string().as_bytes(), b"\n", body].concat();
    let Some(receipt) = Receipt::read(&file("receipt.json", &text)) else { return };
    let written = serde_json::to_vec(&receipt).expect("what was read can be written");
    let text = [Digest::of(&written).to_string().as_bytes(), b"\n", &written].concat();
    assert_eq!(Receipt::read(&file("receipt.json", &text)), Some(receipt));
}

fn sums(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes).replace('\r', "");
    let sums = Sums::parse(&text);
    let lines = sums.promised.iter().map(|(path, digest)| format!("{digest}  {}\n", path.display()));
    let written: String = lines.chain(sums.odd_lines.iter().map(|line| format!("{line}\n"))).collect();
    assert_eq!(Sums::parse(&written), sums);
}

fuzz_target!(|input: &[u8]| {
    match input {
        [b'{', ..] => {
            lock(input);
            receipt(input);
        }
        other => sums(other),
    }
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    renas_fuzz::mutate(data, size, max_size, seed)
});
