//! Step records: one that is believed is named by its identity, and is written to a text that says the same.
#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use renas_fuzz::sealed;
use renas_harness::store::{Record, answers_its_question};

fuzz_target!(|body: &[u8]| {
    let _ = Record::parse_line(body);
    let line = sealed(body);
    let Ok((key, record)) = Record::parse_line(&line) else { return };
    assert_eq!(Record::parse(&line, key).as_ref(), Ok(&record));
    assert_eq!(record.identity.clone().address().key(), key);
    let _ = (answers_its_question(&record), record.observed_digest(), record.objects().count());
    let text = record.to_text().expect("what was read can be written");
    assert_eq!(Record::parse_line(text.as_bytes()), Ok((key, record.clone())));
    let unobserved = record.to_unobserved_text().expect("less than what was written");
    let (_, without) = Record::parse_line(unobserved.as_bytes()).expect("what was written can be read");
    assert_eq!((&without.identity, &without.result, without.observation), (&record.identity, &record.result, None));
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    renas_fuzz::mutate(data, size, max_size, seed)
});
