//! Missing, double and extra rows, and results that are equal where they should not be.

use std::collections::{BTreeMap, BTreeSet};

use super::collect::{Collector, mixed};
use super::found::{Arm, Found, Named};
use super::mistake::MOST_SHOWN;
use crate::settings::Members;

/// Most examples that are named.
const MOST_EXAMPLES: usize = 3;

/// Most keys that are gone through where all are declared.
const MOST_KEYS: u64 = 10_000_000;

/// Rows of one key, one after another.
struct Groups {
    /// The number of each row's key.
    keys: Vec<u64>,
    /// The rows in the order of their keys, those of one in that of the files.
    order: Vec<u32>,
    /// How many members each key has.
    sizes: Vec<u64>,
}

/// What is to be said of the rows; what is wrong goes to the mistakes of the collector.
pub(super) fn check(all: &mut Collector<'_>) -> Found {
    let rows = all.lines.len();
    let sizes = all.keys.iter().zip(&all.plan.keys).map(|(labels, key)| match key.members {
        Members::Position => rows.max(1) as u64,
        _ => labels.len().max(1) as u64,
    });
    let sizes: Vec<u64> = sizes.collect();
    if sizes.iter().try_fold(1_u64, |product, size| product.checked_mul(*size)).is_none() {
        all.mistakes.add_of_all("there are more combinations of keys than 64 bits count");
        return Found::default();
    }
    let keys: Vec<u64> = (0..rows)
        .map(|row| {
            all.keys.iter().zip(&sizes).fold(0, |number, (labels, size)| number * size + u64::from(labels.codes[row]))
        })
        .collect();
    let mut order: Vec<u32> = (0..rows as u32).collect();
    if !keys.is_sorted() {
        order.sort_by_key(|row| keys[*row as usize]);
    }
    let groups = Groups { keys, order, sizes };
    doubles(all, &groups);
    if all.mistakes.is_empty() {
        missing(all, &groups);
        unused(all);
    }
    let mut named = lost(all, &groups);
    named.extend(equal(all, &groups));
    Found { arms: arms(all, &groups), named }
}

impl Groups {
    fn each(&self) -> impl Iterator<Item = (u64, &[u32])> {
        self.order
            .chunk_by(|one, other| self.keys[*one as usize] == self.keys[*other as usize])
            .map(|rows| (self.keys[rows[0] as usize], rows))
    }

    /// The members of a key, by number.
    fn members(&self, mut key: u64) -> Vec<u64> {
        let mut members: Vec<u64> = self
            .sizes
            .iter()
            .rev()
            .map(|size| {
                let member = key % size;
                key /= size;
                member
            })
            .collect();
        members.reverse();
        members
    }

    /// A key in words: `method=random seed=3`.
    fn in_words(&self, all: &Collector<'_>, key: u64) -> String {
        let words = self.members(key).into_iter().enumerate().map(|(place, member)| {
            let label = all.keys[place].label(member as u32).map_or_else(|| member.to_string(), str::to_owned);
            format!("{}={label}", all.plan.keys[place].name)
        });
        words.collect::<Vec<_>>().join(" ")
    }

    /// The part of a key that is words: which arm it is.
    fn arm(&self, all: &Collector<'_>, key: u64) -> Vec<u64> {
        let members = self.members(key);
        let is_word = |place: &usize| matches!(all.plan.keys[*place].members, Members::Words(_));
        (0..members.len()).filter(is_word).map(|place| members[place]).collect()
    }
}

fn at(all: &Collector<'_>, row: u32) -> String {
    let (file, line) = (all.files[row as usize], all.lines[row as usize]);
    format!("{}:{line}", all.plan.import.files[usize::from(file)].0)
}

/// Rows that say the same key twice, and steps that fall.
fn doubles(all: &mut Collector<'_>, groups: &Groups) {
    let has_steps = all.plan.step.is_some();
    let (mut wrong, mut more) = (Vec::new(), 0);
    for (key, rows) in groups.each() {
        for pair in rows.windows(2) {
            let [one, other] = [pair[0] as usize, pair[1] as usize];
            let is_same = all.prints[one] == all.prints[other];
            if has_steps && all.steps[one] < all.steps[other] {
                continue;
            }
            if wrong.len() >= MOST_SHOWN {
                more += 1;
                continue;
            }
            let (place, before) = (at(all, pair[1]), at(all, pair[0]));
            let words = groups.in_words(all, key);
            wrong.push(match (has_steps && all.steps[one] > all.steps[other], is_same) {
                (true, _) => format!(
                    "{place}: {words}: step {} follows step {} ({before}): a second run was appended without an id of its own",
                    all.steps[other], all.steps[one]
                ),
                (false, true) => format!("{place}: {words}: the row of {before} stands here again, an identical row"),
                (false, false) => format!("{place}: {words}: another row of {before}'s key, with other values"),
            });
        }
    }
    wrong.into_iter().for_each(|one| all.mistakes.add_of_all(one));
    all.mistakes.add_alike(more);
}

/// Declared keys without rows.
fn missing(all: &mut Collector<'_>, groups: &Groups) {
    let declared = all.plan.keys.iter().all(|key| key.members.declared().is_some());
    let product: u64 = groups.sizes.iter().product();
    let mut excused = vec![false; all.plan.import.absent.len()];
    let present: BTreeSet<u64> = groups.each().map(|(key, _)| key).collect();
    let (mut wrong, mut more) = (Vec::new(), 0);
    let is_excused = |key: u64| {
        let members = groups.members(key);
        let holds = |(name, label): (&String, &String)| {
            let place = all.plan.keys.iter().position(|key| key.name == *name);
            place.is_some_and(|place| all.keys[place].label(members[place] as u32) == Some(label))
        };
        all.plan.import.absent.iter().position(|absent| absent.keys.iter().all(holds))
    };
    if declared && product <= MOST_KEYS {
        for key in (0..product).filter(|key| !present.contains(key)) {
            match is_excused(key) {
                Some(reason) => excused[reason] = true,
                None if wrong.len() >= MOST_SHOWN => more += 1,
                None => wrong.push(format!("{}: there is no row (say why under `absent`)", groups.in_words(all, key))),
            }
        }
    }
    wrong.into_iter().for_each(|one| all.mistakes.add_of_all(one));
    all.mistakes.add_alike(more);
    for (absent, _) in all.plan.import.absent.iter().zip(excused).filter(|(_, is_used)| declared && !is_used) {
        all.mistakes.add_of_all(format!("absent ({}): there are rows of all of it", absent.because));
    }
}

/// Reasons for which no row lost anything: a word that is written otherwise there, or one that is not there any more.
fn unused(all: &mut Collector<'_>) {
    let mut is_used = vec![false; all.plan.import.lost.len()];
    all.lost.iter().for_each(|(_, reason)| is_used[usize::from(*reason)] = true);
    for (lost, _) in all.plan.import.lost.iter().zip(is_used).filter(|(_, is_used)| !is_used) {
        let word = if lost.failed { "failed" } else { "missing" };
        all.mistakes.add_of_all(format!("{word} ({}): no row is so; the whole text of a cell counts", lost.because));
    }
}

/// What was lost and why, with its keys.
fn lost(all: &Collector<'_>, groups: &Groups) -> Vec<Named> {
    let mut named = Vec::new();
    for (reason, lost) in all.plan.import.lost.iter().enumerate() {
        let rows: Vec<u32> =
            all.lost.iter().filter(|(_, of)| usize::from(*of) == reason).map(|(row, _)| *row).collect();
        let keys: BTreeSet<u64> = rows.iter().map(|row| groups.keys[*row as usize]).collect();
        let word = if lost.failed { "failed" } else { "missing" };
        named.push(Named {
            what: format!("{word}: {}", lost.because),
            count: rows.len(),
            examples: examples(keys.iter().map(|key| groups.in_words(all, *key)), keys.len()),
        });
    }
    for absent in &all.plan.import.absent {
        let words: Vec<String> = absent.keys.iter().map(|(key, label)| format!("{key}={label}")).collect();
        named.push(Named { what: format!("no row: {}", absent.because), count: 1, examples: words.join(" ") });
    }
    named
}

fn examples(words: impl Iterator<Item = String>, count: usize) -> String {
    let shown: Vec<String> = words.take(MOST_EXAMPLES).collect();
    let more = if count > MOST_EXAMPLES { format!("; and {} more", count - MOST_EXAMPLES) } else { String::new() };
    format!("{}{more}", shown.join("; "))
}

/// Keys all of whose numbers are those of another key: of another arm, or of another run of the same.
fn equal(all: &Collector<'_>, groups: &Groups) -> Vec<Named> {
    let print =
        |rows: &[u32]| rows.iter().fold(rows.len() as u64, |print, row| mixed(print, all.prints[*row as usize]));
    let lost: BTreeSet<u32> = all.lost.iter().map(|(row, _)| *row).collect();
    let has_numbers = |rows: &[u32]| lost.is_empty() || rows.iter().any(|row| !lost.contains(row));
    let with_numbers = groups.each().filter(|(_, rows)| has_numbers(rows));
    let mut prints: Vec<(u64, u64)> = with_numbers.map(|(key, rows)| (print(rows), key)).collect();
    prints.sort_unstable();
    let (mut stored_twice, mut equal_runs) = (Vec::new(), Vec::new());
    for same in prints.chunk_by(|one, other| one.0 == other.0).filter(|same| same.len() > 1) {
        let first = groups.arm(all, same[0].1);
        let is_of_two = same[1..].iter().any(|(_, key)| groups.arm(all, *key) != first);
        if is_of_two { &mut stored_twice } else { &mut equal_runs }.push(same);
    }
    let named = |what: &str, found: Vec<&[(u64, u64)]>| Named {
        what: what.to_owned(),
        count: found.iter().map(|same| same.len()).sum(),
        examples: examples(
            found.iter().map(|same| {
                let words: Vec<String> = same.iter().take(2).map(|(_, key)| groups.in_words(all, *key)).collect();
                words.join(" and ")
            }),
            found.len(),
        ),
    };
    let all = [
        named("the same numbers in different arms: one measurement under two configurations", stored_twice),
        named("the same numbers in different runs of an arm", equal_runs),
    ];
    all.into_iter().filter(|one| one.count > 0).collect()
}

/// What each arm has.
fn arms(all: &Collector<'_>, groups: &Groups) -> Vec<Arm> {
    let mut arms: BTreeMap<Vec<u64>, Arm> = BTreeMap::new();
    for (key, rows) in groups.each() {
        let members = groups.arm(all, key);
        let arm = arms.entry(members).or_insert_with_key(|members| {
            let words = all.plan.keys.iter().enumerate().filter(|(_, key)| matches!(key.members, Members::Words(_)));
            let words = words.zip(members).filter_map(|((place, _), member)| all.keys[place].label(*member as u32));
            let name = words.collect::<Vec<_>>().join(", ");
            Arm {
                name: if name.is_empty() { "all".to_owned() } else { name },
                units: 0,
                rows: 0,
                failed: 0,
                missing: 0,
            }
        });
        arm.units += 1;
        arm.rows += rows.len();
    }
    let mut seen: BTreeSet<(u32, bool)> = BTreeSet::new();
    for (row, reason) in &all.lost {
        let failed = all.plan.import.lost[usize::from(*reason)].failed;
        let arm = arms.get_mut(&groups.arm(all, groups.keys[*row as usize]));
        if let Some(arm) = arm.filter(|_| seen.insert((*row, failed))) {
            if failed {
                arm.failed += 1;
            } else {
                arm.missing += 1;
            }
        }
    }
    arms.into_values().collect()
}
