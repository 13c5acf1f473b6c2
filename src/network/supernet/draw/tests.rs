//! Draws of groups: fair to all kinds, as shares say, and what a group must not be.

use super::*;
use crate::spec::{Node, Operator};
use crate::supernet::PREVIOUS;
use renas_base::digest::canonical_json;
use renas_base::seed::Seed;

/// A stem, two layers with four ways each, one of which is nothing, and a head; two widths.
fn plain() -> Supernet {
    let linear =
        |name: String, units| Node { name, operator: Operator::Linear { units }, inputs: vec![PREVIOUS.to_owned()] };
    let slot = |name: &str, alternatives| Slot { name: name.to_owned(), alternatives, shares: Vec::new() };
    let layer = |name: &str| {
        let ways = (1..4).map(|way| vec![linear(format!("{name}/{way}"), 4)]);
        slot(name, std::iter::once(Vec::new()).chain(ways).collect())
    };
    let stem = slot("stem", vec![vec![linear("stem".to_owned(), 4)]]);
    let head = slot("head", vec![vec![linear("head".to_owned(), 10)]]);
    let slots = vec![stem, layer("first"), layer("second"), head];
    Supernet { input: vec![8], widths: vec![1, 2], denominator: 2, slots, groups: Vec::new() }
}

/// Both layers are drawn as one: both of the first way, or of the others, which have three layouts.
fn grouped() -> Supernet {
    let layout = |ways: [usize; 2], kind, share| Layout { ways: ways.to_vec(), kind, share };
    let layouts = vec![layout([1, 1], 0, 1), layout([2, 2], 1, 1), layout([3, 3], 1, 2), layout([3, 0], 1, 1)];
    Supernet { groups: vec![Group { slots: vec![1, 2], layouts }], ..plain() }
}

/// Keys of trials contain this text: it may never change.
#[test]
fn the_canonical_json_of_groups_is_pinned() {
    let mut groups = grouped().groups;
    groups[0].layouts.truncate(1);
    let text = canonical_json(&groups).expect("no floating-point numbers");
    assert_eq!(text, r#"[{"layouts":[{"kind":0,"share":1,"ways":[1,1]}],"slots":[1,2]}]"#);
    assert_eq!(serde_json::from_str::<Vec<Group>>(&text).expect("own text"), groups);
}

#[test]
fn paths_that_are_drawn_together_have_each_kind_as_often_and_the_largest_width() {
    let supernet = grouped();
    supernet.tensors().expect("groups that can be drawn");
    let kind = |choice: &Choice| usize::from(choice.slots[1] != 1);
    let mut stream = Seed::from_number(3).stream("path");
    let mut firsts = 0;
    for _ in 0..200 {
        let four = supernet.draw_together(4, &mut stream);
        assert_eq!(four.iter().map(kind).sum::<usize>(), 2, "each of two kinds twice");
        assert_eq!(four[0].width, 1);
        firsts += kind(&four[0]);
        let three = supernet.draw_together(3, &mut stream);
        assert!([1, 2].contains(&three.iter().map(kind).sum()), "a remainder of one");
        assert!(
            four.iter()
                .chain(&three)
                .all(|one| supernet.groups[0].layouts.iter().any(|all| all.ways == one.slots[1..3]))
        );
    }
    // Four standard deviations of 200 draws with chance 1/2 are 28.
    assert!(usize::abs_diff(firsts, 100) < 28, "which path has which kind is drawn: {firsts}");
}

#[test]
fn paths_of_the_first_kind_are_of_no_other_and_the_first_has_the_largest_width() {
    let supernet = grouped();
    let mut stream = Seed::from_number(3).stream("path");
    let all: Vec<Vec<Choice>> = (0..50).map(|_| supernet.draw_of_first_kind(3, &mut stream)).collect();
    assert!(all.iter().all(|paths| paths.len() == 3 && paths[0].width == 1));
    assert!(all.iter().flatten().all(|path| path.slots == [0, 1, 1, 0]), "the one layout of the first kind");
    assert!(all.iter().any(|paths| paths[1].width == 0), "the others have any width");
}

#[test]
fn a_teacher_is_of_the_first_kind_and_what_it_teaches_is_fair() {
    let supernet = grouped();
    let mut stream = Seed::from_number(3).stream("path");
    let mut narrow = 0;
    for _ in 0..50 {
        let paths = supernet.draw_taught(5, &mut stream);
        let is_first = |choice: &&Choice| choice.slots[1..3] == [1, 1];
        assert!(is_first(&&paths[0]) && paths[0].width == 1);
        assert_eq!(paths[1..].iter().filter(is_first).count(), 2, "each of two kinds twice");
        narrow += paths[1..].iter().filter(|path| path.width == 0).count();
    }
    // Four standard deviations of 200 draws with chance 1/2 are 28.
    assert!(narrow.abs_diff(100) < 28, "{narrow}");
}

/// Each layout of a kind as often as its share, each width of the other paths as often, within four standard deviations.
#[test]
fn layouts_and_widths_of_paths_that_are_drawn_together_are_as_their_shares_say() {
    let supernet = grouped();
    let mut stream = Seed::from_number(4).stream("path");
    let all: Vec<Choice> = (0..2000).flat_map(|_| supernet.draw_together(2, &mut stream)).collect();
    let count = |is: &dyn Fn(&Choice) -> bool| all.iter().filter(|choice| is(choice)).count() as f64;
    let close =
        |count: f64, chance: f64| (count - 2000.0 * chance).abs() < 4.0 * (2000.0 * chance * (1.0 - chance)).sqrt();
    assert_eq!(count(&|choice| choice.slots[1..3] == [1, 1]), 2000.0);
    assert!(close(count(&|choice| choice.slots[1..3] == [3, 3]), 0.5));
    assert!(close(count(&|choice| choice.slots[1..3] == [3, 0]), 0.25));
    assert!(close(count(&|choice| choice.width == 1) - 2000.0, 0.5), "the second path has any width");
}

#[test]
fn one_path_is_a_draw_and_without_groups_slots_are_drawn_by_themselves() {
    for supernet in [plain(), grouped()] {
        let draws = |together: bool| -> Vec<Choice> {
            let mut stream = Seed::from_number(1).stream("path");
            let draw = |_| {
                if together { supernet.draw_together(1, &mut stream)[0].clone() } else { supernet.draw(&mut stream) }
            };
            (0..50).map(draw).collect()
        };
        assert_eq!(draws(true), draws(false));
    }
    let mut stream = Seed::from_number(1).stream("path");
    let all: Vec<usize> =
        (0..100).flat_map(|_| plain().draw_together(4, &mut stream)).map(|one| one.slots[1]).collect();
    for way in 0..4 {
        // Four standard deviations of 400 draws with chance 1/4 are 35.
        let count = all.iter().filter(|&&one| one == way).count();
        assert!(count.abs_diff(100) < 35, "{way}: {count}");
    }
}

#[test]
fn every_mistake_of_a_group_is_named() {
    let contains = |change: &dyn Fn(&mut Group), expected: &str| {
        let mut supernet = grouped();
        change(&mut supernet.groups[0]);
        let message = supernet.tensors().expect_err("wrong").to_string();
        assert!(message.contains("supernet group 0") && message.contains(expected), "{message}");
    };
    contains(&|group| group.slots[0] = 4, "slot 4 is none of 4");
    contains(&|group| group.slots[0] = 2, "slot 2 is in it twice, or in another group too");
    contains(&|group| group.layouts[2].ways[1] = 4, "layout 2 has the ways [3, 4], which are not one of every slot");
    contains(&|group| group.layouts[1].ways.truncate(1), "layout 1 has the ways [2]");
    contains(&|group| group.layouts[0].kind = usize::MAX, "no kinds that are counted from 0 without gaps");
    contains(&|group| group.layouts.iter_mut().for_each(|layout| layout.kind = 1), "no kinds that are counted from 0");
    contains(&|group| group.layouts.clear(), "no kinds");
    contains(&|group| group.layouts[0].share = 0, "shares of layouts are positive");
    contains(&|group| group.layouts[1].share = usize::MAX, "and those of a kind have a sum");
}
