//! Files of results as people have them, read as manifests declare them.

use std::path::Path;

use renas_base::digest::Digest;
use renas_data::registry::Registry;
use renas_harness::manifest::load::{Known, parse};
use serde::Deserialize as _;

use super::*;
use crate::paper::Declared;
use crate::settings::{Settings, Source};

/// What a manifest with this study says, or its mistakes.
fn settings(study: &str) -> Result<Settings, String> {
    let text = format!(
        "id: toy\ntitle: T\npaper: {{title: P, authors: [A], year: 2026}}\nsummary: S\nfailure_rule: F\n\
         profiles: {{small: {{purpose: P, parameters: {{seeds: 2}}}}}}\nstudies:\n  runs:\n{study}"
    );
    let known = Known { papers: &[&Declared], data: &Registry::default() };
    let manifest = parse(Path::new("toy.yaml"), text.as_bytes(), known).map_err(|error| error.to_string())?;
    let profile = manifest.profiles.values().next().expect("one profile");
    Ok(Settings::deserialize(&profile.parameters).expect("own JSON"))
}

/// The columns of files under such a study.
fn read_files(study: &str, files: &[&str]) -> Result<Stored, String> {
    let settings = settings(study)?;
    let Source::Import(import) = &settings.studies[0].source else { panic!("an import") };
    read(&settings.studies[0], import, files.iter().map(|text| text.as_bytes().to_vec()).collect())
        .map_err(|mistakes| mistakes.to_string())
}

fn pin() -> Digest {
    Digest::of(b"any")
}

/// A study of one CSV file whose import has these further lines.
fn csv(over: &str, rows: &str, more: &str) -> String {
    let more: String = more.lines().map(|line| format!("      {line}\n")).collect();
    format!(
        "    over: {over}\n    rows: {rows}\n    import:\n      form: csv\n      separator: \",\"\n      files: {{r.csv: {}}}\n{more}",
        pin()
    )
}

const OVER: &str = "{arm: [a, b], seed: \"{seeds}\"}";
const SOUND: &str = "arm,seed,test\na,0,0.5\na,1,0.25\nb,0,0.125\nb,1,1\n";

fn numbers_of(stored: &Stored, column: usize) -> Vec<Option<f64>> {
    match &stored.columns[column] {
        stored::StoredColumn::Numbers(text) => stored::numbers(text, stored.rows).expect("own text"),
        other => panic!("{other:?} holds no numbers"),
    }
}

#[test]
fn rows_are_read_by_key_and_counted_by_arm() {
    let stored = read_files(&csv(OVER, "{test: fraction}", ""), &[SOUND]).expect("sound");
    assert_eq!(numbers_of(&stored, 0), [0.5, 0.25, 0.125, 1.0].map(Some));
    assert_eq!(stored.keys[0].codes(4).expect("codes"), [0, 0, 1, 1]);
    let arms: Vec<(&str, usize, usize)> =
        stored.found.arms.iter().map(|arm| (arm.name.as_str(), arm.units, arm.rows)).collect();
    assert_eq!(arms, [("a", 2, 2), ("b", 2, 2)]);
    assert_eq!(stored.found.named, []);
}

#[test]
fn every_mistake_of_a_file_is_named_in_one_pass_with_line_and_column() {
    let text = "arm,seed,test\na,0,half\nc,1,0.25\nb,0\nb,7,\"1.5\"\nb,1,\n";
    let mistakes = read_files(&csv(OVER, "{test: fraction}", ""), &[text]).expect_err("many");
    let lines: Vec<&str> = mistakes.lines().map(str::trim).collect();
    assert_eq!(lines[0], "6 mistakes");
    assert!(lines[1].starts_with("r.csv:2:5: test: `half` is no number"), "{mistakes}");
    assert!(lines[2].starts_with("r.csv:3:1: arm: `c` is none of its members (a, b"), "{mistakes}");
    assert_eq!(lines[3], "r.csv:4:1: 2 fields, and 3 were to be expected");
    assert!(lines[4].starts_with("r.csv:5:3: seed: `7` is none of its members"), "{mistakes}");
    assert!(lines[5].starts_with("r.csv:5:5: test: 1.5 lies outside of its range, 0 to 1"), "{mistakes}");
    assert!(lines[6].starts_with("r.csv:6:5: test: an empty cell is no number"), "{mistakes}");
}

#[test]
fn mistakes_that_are_alike_are_counted_and_hide_no_other() {
    let words: String = (0..100).map(|row| format!("a,0,w{row}\n")).collect();
    let text = format!("arm,seed,test\n{words}b,9,0.5\n");
    let mistakes = read_files(&csv(OVER, "{test: fraction}", ""), &[&text]).expect_err("many");
    let lines: Vec<&str> = mistakes.lines().map(str::trim).collect();
    assert_eq!(lines[0], "101 mistakes");
    assert!(lines[3].starts_with("r.csv:4:5: test: `w2` is no number"), "{mistakes}");
    assert_eq!(lines[4], "and 97 more like it");
    assert!(lines[5].starts_with("r.csv:102:3: seed: `9` is none of its members"), "{mistakes}");
    assert_eq!(lines.len(), 6);
    let doubles = SOUND.to_owned() + &"a,1,0.75\n".repeat(200);
    let mistakes = read_files(&csv(OVER, "{test: fraction}", ""), &[&doubles]).expect_err("many");
    let lines: Vec<&str> = mistakes.lines().map(str::trim).collect();
    assert_eq!((lines[0], lines[51], lines.len()), ("200 mistakes", "and 150 more like it", 52), "{mistakes}");
}

#[test]
fn each_of_a_few_wrong_words_is_shown_however_often_it_stands_there() {
    let text = "arm,seed,test\n".to_owned() + &"Ours,0,0.5\n".repeat(50) + "Theirs,0,0.5\n";
    let mistakes = read_files(&csv(OVER, "{test: fraction}", ""), &[&text]).expect_err("many");
    let lines: Vec<&str> = mistakes.lines().map(str::trim).collect();
    assert!(lines[1].starts_with("r.csv:2:1: arm: `Ours` is none of its members"), "{mistakes}");
    assert!(lines[2].starts_with("r.csv:52:1: arm: `Theirs` is none of its members"), "{mistakes}");
    assert_eq!((lines[0], lines[3], lines.len()), ("51 mistakes", "and 49 more like it", 4), "{mistakes}");
}

#[test]
fn mistakes_of_columns_that_differ_in_a_digit_are_two_kinds_and_every_missing_key_is_named() {
    let text = "arm,seed,top1,top5\n".to_owned() + &"a,0,x,0.5\n".repeat(4) + "b,0,0.5,y\n";
    let mistakes = read_files(&csv(OVER, "{top1: fraction, top5: fraction}", ""), &[&text]).expect_err("many");
    let lines: Vec<&str> = mistakes.lines().map(str::trim).collect();
    assert_eq!((lines[0], lines[2]), ("5 mistakes", "and 3 more like it"), "{mistakes}");
    assert!(lines[3].starts_with("r.csv:6:9: top5: `y` is no number"), "{mistakes}");
    let over = "{arm: [a, b], seed: 10}";
    let mistakes = read_files(&csv(over, "{test: fraction}", ""), &["arm,seed,test\na,0,0.5\n"]).expect_err("many");
    assert_eq!(mistakes.lines().filter(|line| line.contains(": there is no row")).count(), 19, "{mistakes}");
}

#[test]
fn a_reason_that_takes_no_row_is_a_mistake() {
    let more = "failed: [{where: {test: [OOM]}, because: out of memory}]";
    let read = |text: &str| read_files(&csv(OVER, "{test: fraction}", more), &[text]);
    assert!(read(&SOUND.replace("0.125", "OOM")).is_ok());
    let mistakes = read(SOUND).expect_err("no row is so");
    assert!(mistakes.contains("failed (out of memory): no row is so"), "{mistakes}");
}

#[test]
fn missing_double_and_extra_rows_are_four_different_mistakes() {
    let refused = |text: &str| read_files(&csv(OVER, "{test: fraction}", ""), &[text]).expect_err(text);
    let missing = refused("arm,seed,test\na,0,0.5\na,1,0.25\nb,0,0.125\n");
    assert!(missing.contains("arm=b seed=1: there is no row"), "{missing}");
    let identical = refused(&format!("{SOUND}a,1,0.25\n"));
    assert!(
        identical.contains("r.csv:6: arm=a seed=1: the row of r.csv:3 stands here again, an identical row"),
        "{identical}"
    );
    let other = refused(&format!("{SOUND}a,1,0.75\n"));
    assert!(other.contains("r.csv:6: arm=a seed=1: another row of r.csv:3's key, with other values"), "{other}");
    let extra = refused(&format!("{SOUND}a,2,0.75\n"));
    assert!(extra.contains("seed: `2` is none of its members"), "{extra}");
}

#[test]
fn equal_results_are_named_apart_by_whether_they_are_of_one_arm() {
    let text = "arm,seed,test\na,0,0.5\na,1,0.5\nb,0,0.125\nb,1,0.25\n";
    let stored = read_files(&csv(OVER, "{test: fraction}", ""), &[text]).expect("sound");
    assert_eq!(stored.found.named[0].what, "the same numbers in different runs of an arm");
    assert_eq!(stored.found.named[0].examples, "arm=a seed=0 and arm=a seed=1");
    let text = "arm,seed,test\na,0,0.5\na,1,0.75\nb,0,0.5\nb,1,0.25\n";
    let stored = read_files(&csv(OVER, "{test: fraction}", ""), &[text]).expect("sound");
    assert_eq!(
        stored.found.named[0].what,
        "the same numbers in different arms: one measurement under two configurations"
    );
}

#[test]
fn what_failed_or_is_missing_is_lost_only_where_the_manifest_says_so_and_is_counted() {
    let text = "arm,seed,status,test\na,0,FINISHED,0.5\na,1,FAILED,0\nb,0,FINISHED,N/A\nb,1,FINISHED,1\n";
    let plain = csv(OVER, "{test: fraction}", "");
    assert!(read_files(&plain, &[text]).expect_err("undeclared").contains("`N/A` is no number"));
    let declared = csv(
        OVER,
        "{test: fraction}",
        "failed: [{where: {status: [FAILED, RUNNING]}, because: the run crashed}]\n\
         missing: [{where: {test: [\"\", N/A]}, because: it was not evaluated}]",
    );
    let stored = read_files(&declared, &[text]).expect("declared");
    assert_eq!(numbers_of(&stored, 0), [Some(0.5), None, None, Some(1.0)]);
    let arms: Vec<(usize, usize)> = stored.found.arms.iter().map(|arm| (arm.failed, arm.missing)).collect();
    assert_eq!(arms, [(1, 0), (0, 1)]);
    assert_eq!(stored.found.named[0].what, "failed: the run crashed");
    assert_eq!(stored.found.named[0].examples, "arm=a seed=1");
}

#[test]
fn a_key_without_rows_is_excused_by_a_reason_that_is_used() {
    let text = "arm,seed,test\na,0,0.5\na,1,0.25\nb,0,0.125\n";
    let absent = |seed: u8| {
        csv(OVER, "{test: fraction}", &format!("absent: [{{where: {{arm: b, seed: {seed}}}, because: lost}}]"))
    };
    assert_eq!(read_files(&absent(1), &[text]).expect("excused").rows, 3);
    let unused = read_files(&absent(0), &[text]).expect_err("there is a row");
    assert!(
        unused.contains("absent (lost): there are rows of all of it") && unused.contains("arm=b seed=1"),
        "{unused}"
    );
}

#[test]
fn several_files_are_one_study_with_keys_of_their_names_and_stated_ones() {
    let study = format!(
        "    over: {{arm: [rea, rs], seed: \"{{seeds}}\"}}\n    rows: {{step: count, test: fraction}}\n    import:\n      \
         form: csv\n      separator: \";\"\n      decimal: \",\"\n      step: step\n      named: \"runs/{{arm}}_s{{seed}}.csv\"\n      \
         names: {{arm: {{random: rs}}}}\n      files:\n        runs/rea_s0.csv: {0}\n        runs/rea_s1.csv: {0}\n        \
         runs/random_s0.csv: {0}\n        runs/random_s1.csv: {0}\n",
        pin()
    );
    let file = |numbers: [&str; 2]| format!("step;test\n0;{}\n1;{}\n", numbers[0], numbers[1]);
    let files = [file(["0,5", "0,6"]), file(["0,1", "0,2"]), file(["0,3", "0,4"]), file(["0,7", "0,8"])];
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let stored = read_files(&study, &files).expect("sound");
    assert_eq!((stored.rows, stored.keys[0].codes(8).expect("codes")), (8, vec![0, 0, 0, 0, 1, 1, 1, 1]));
    assert_eq!(numbers_of(&stored, 1)[7], Some(0.8));
}

#[test]
fn a_step_that_falls_inside_a_key_is_a_second_run_without_an_id() {
    let study = csv(OVER, "{step: count, test: fraction}", "step: step");
    let rows = |steps: [u8; 3]| {
        let of = |arm: &str, seed: u8| steps.map(|step| format!("{arm},{seed},{step},0.{seed}{step}\n")).concat();
        format!("arm,seed,step,test\n{}{}{}{}", of("a", 0), of("a", 1), of("b", 0), of("b", 1))
    };
    assert_eq!(read_files(&study, &[&rows([0, 2, 5])]).expect("they rise").rows, 12);
    let falls = read_files(&study, &[&rows([3, 4, 0])]).expect_err("it falls");
    assert!(
        falls.contains("r.csv:4: arm=a seed=0: step 0 follows step 4 (r.csv:3): a second run was appended"),
        "{falls}"
    );
}

#[test]
fn a_wide_table_becomes_long_by_a_pattern_of_headers() {
    let study = csv(OVER, "{step: count, test: fraction, loss: one}", "step: step\nwide: \"{arm}_{seed}/{column}\"");
    let text = "step,a_0/test,a_0/loss,a_1/test,a_1/loss,b_0/test,b_0/loss,b_1/test,b_1/loss,note\n\
                0,0.1,9,0.2,8,0.3,7,0.4,6,x\n1,0.5,5,0.6,4,0.7,3,0.8,2,y\n";
    let stored = read_files(&study, &[text]).expect("sound");
    assert_eq!((stored.rows, numbers_of(&stored, 1)[..4].to_vec()), (8, [0.1, 0.2, 0.3, 0.4].map(Some).to_vec()));
    assert_eq!(numbers_of(&stored, 2)[4..], [5.0, 4.0, 3.0, 2.0].map(Some));
}

#[test]
fn fields_of_json_are_found_by_path_and_lists_become_steps() {
    let study = |more: &str| {
        format!(
            "    over: {OVER}\n    rows: {{step: count, test: {{unit: fraction, written: percent}}}}\n    import:\n      form: lines\n      \
             files: {{r.jsonl: {}}}\n      step: step\n      columns: {{arm: config.method, test: metrics.test}}\n{more}",
            pin()
        )
    };
    let line = |arm: &str, seed: u8, test: &str| {
        format!("{{\"config\": {{\"method\": \"{arm}\"}}, \"seed\": {seed}, \"metrics\": {{\"test\": {test}}}}}\n")
    };
    let lists =
        |last: &str| [line("a", 0, "[93.4, 95]"), line("a", 1, "[1, 2, 3]"), line("b", 0, "[5]"), line("b", 1, last)];
    let stored = read_files(&study("      arrays: true\n"), &[&lists("[6]").concat()]).expect("sound");
    assert_eq!(stored.rows, 7);
    assert_eq!(numbers_of(&stored, 1), [0.934, 0.95, 0.01, 0.02, 0.03, 0.05, 0.06].map(Some));
    assert_eq!(numbers_of(&stored, 0)[2..5], [0.0, 1.0, 2.0].map(Some), "steps are counted from 0");
    let broken = read_files(&study("      arrays: true\n"), &[&lists("[NaN]").concat()]).expect_err("NaN");
    assert!(broken.contains("r.jsonl:4:") && broken.contains("NaN and Infinity are no numbers of JSON"), "{broken}");
}

#[test]
fn files_that_are_no_results_are_refused_with_one_sentence() {
    let refused = |text: &str| read_files(&csv(OVER, "{test: fraction}", ""), &[text]).expect_err(text);
    for (text, words) in [
        ("version https://git-lfs.github.com/spec/v1\noid sha256:1\n", "pointer of Git LFS"),
        ("<!DOCTYPE html>\n<html></html>\n", "a page of the web"),
        ("Step,arm - test,arm - test__MIN,arm - test__MAX\n1,2,3,4\n", "export of a chart"),
        ("arm,seed,test\n,,mean\na,0,0.5\n", "a file has one line of headers"),
        (",arm,seed,test\n0,a,0,0.5\n", "say what it is called"),
        ("arm,seed,test,test\na,0,1,1\n", "2 columns are called `test`"),
        ("arm,seed,tset\na,0,1\n", "no column `test`; did you mean `tset`?"),
        ("", "the file is empty"),
        ("arm,seed,test\na,0,\"0.5\n", "a quote is opened here and never closed"),
    ] {
        let error = refused(text);
        assert!(error.starts_with("1 mistake\n") && error.contains(words), "{error}");
    }
}

#[test]
fn cells_in_quotes_units_and_signs_are_read_as_declared() {
    let study = csv(
        "{task: [auc, loss], seed: 2}",
        "{score: {unit: one, negated: {task: loss}}, time: {unit: seconds, written: clock}, note: word, ok: flag}",
        "index: row",
    );
    let text = ",task,seed,score,time,note,ok\n0,auc,0,0.9,1:00,\"said \"\"no\"\", twice\",True\n1,auc,1,0.8,1:00:01,b,0\r\n\
                2,loss,0,0.3,0:10.5,\"two\nlines\",1\n3,loss,1,0.4,0:09,b,false\n";
    let error = read_files(&study, &[text]).expect_err("a word of two lines");
    assert!(error.contains("r.csv:4:21: note: no word of one line"), "{error}");
    let stored = read_files(&study, &[&text.replace("two\nlines", "two lines")]).expect("sound");
    assert_eq!(numbers_of(&stored, 0), [0.9, 0.8, -0.3, -0.4].map(Some));
    assert_eq!(numbers_of(&stored, 1), [60.0, 3601.0, 10.5, 9.0].map(Some));
    let stored::StoredColumn::Words(words) = &stored.columns[2] else { panic!("words") };
    assert_eq!(&*words.words(4).expect("own text")[0], "said \"no\", twice");
}

#[test]
fn rows_without_identity_are_positions() {
    let study = csv("{arm: [a, b], run: position}", "{test: fraction}", "");
    let stored = read_files(&study, &["arm,test\na,0.5\na,0.25\nb,0.5\n"]).expect("sound");
    assert_eq!(stored.keys[1].codes(3).expect("codes"), [0, 1, 2]);
    assert_eq!(stored.found.arms[0].units, 2);
}

#[test]
fn a_manifest_that_declares_too_little_is_refused_with_its_line() {
    let refused = |study: String| settings(&study).expect_err("a mistake");
    let error = refused(csv("{arm: [a, a], seed: \"{seeds}\"}", "{test: fraction}", ""));
    assert!(error.contains("studies.runs.over.arm: `a` is a duplicate"), "{error}");
    let error = refused(csv("{seed: \"{sedes}\"}", "{test: fraction}", ""));
    assert!(error.contains("no parameter `sedes`"), "{error}");
    let error = refused(csv(OVER, "{test: fractoin}", "stpe: test"));
    assert!(error.contains("did you mean `fraction`?") && error.contains("did you mean `step`?"), "{error}");
    let error = refused(csv(OVER, "{test: fraction}", "").replace(&pin().to_string(), "abc"));
    assert!(error.contains("`sha256sum r.csv` prints it"), "{error}");
    let error = refused(csv(OVER, "{test: fraction}", "").replace("r.csv", "../r.csv"));
    assert!(error.contains("a file lies beside the manifest or below it"), "{error}");
}
