//! Paths at random: slot by slot, or groups of slots as one; one alone, or several that are fair to all kinds.
//!
//! Fairness among the paths of one update: Chu et al. 2021, <https://doi.org/10.1109/ICCV48922.2021.01202>. The largest
//! width among them: Yu and Huang 2019, section 3.1, <https://doi.org/10.1109/ICCV.2019.00189>.

use serde::{Deserialize, Serialize};

use super::{Choice, Slot, Supernet, SupernetError};
use renas_base::seed::Stream;

/// Slots whose ways a path chooses as one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Indices of the slots, each in this group alone.
    pub slots: Vec<usize>,
    /// What they choose from; at least one.
    pub layouts: Vec<Layout>,
}

/// One way through all slots of a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layout {
    /// Index of the alternative of every slot of the group.
    pub ways: Vec<usize>,
    /// Paths that are drawn together have different kinds, as far as there are some. Counted from 0, without gaps.
    pub kind: usize,
    /// How often it is drawn, relative to the others of its kind; positive.
    pub share: usize,
}

impl Supernet {
    /// A path at random: every width is as likely as any other, and so is every kind of a group; the layouts of a kind, and
    /// the ways of a slot in no group, are drawn as their shares say.
    ///
    /// Panics where there is nothing to draw from; `tensors` checks that there is.
    pub fn draw(&self, stream: &mut Stream) -> Choice {
        let width = stream.below(self.widths.len());
        self.draw_at(width, &self.kinds(1, stream), 0, stream)
    }

    /// Paths at random for one update. One is a `draw`. Of several the first has the largest width, and the others any; and
    /// in every group each kind is as frequent as any other, but for a remainder where their number is no multiple of
    /// that of the kinds. Which path has which kind is drawn for every group.
    ///
    /// Panics as `draw`.
    pub fn draw_together(&self, paths: usize, stream: &mut Stream) -> Vec<Choice> {
        if paths == 1 {
            return vec![self.draw(stream)];
        }
        let kinds = self.kinds(paths, stream);
        self.draw_of(&kinds, paths, stream)
    }

    /// As `draw_together` of several, but every path takes the first kind of every group.
    pub fn draw_of_first_kind(&self, paths: usize, stream: &mut Stream) -> Vec<Choice> {
        self.draw_of(&vec![vec![0; paths]; self.groups.len()], paths, stream)
    }

    /// As `draw_together` of several, but the first path, a teacher, takes the first kind of every group, and the others are
    /// fair among themselves.
    ///
    /// Panics where `paths` is 0.
    pub fn draw_taught(&self, paths: usize, stream: &mut Stream) -> Vec<Choice> {
        let mut kinds = self.kinds(paths - 1, stream);
        kinds.iter_mut().for_each(|kinds| kinds.insert(0, 0));
        self.draw_of(&kinds, paths, stream)
    }

    /// Paths of these kinds, by group and path; the first has the largest width, the others any.
    fn draw_of(&self, kinds: &[Vec<usize>], paths: usize, stream: &mut Stream) -> Vec<Choice> {
        let draw = |path: usize| {
            let width = if path == 0 { self.widths.len() - 1 } else { stream.below(self.widths.len()) };
            self.draw_at(width, kinds, path, stream)
        };
        (0..paths).map(draw).collect()
    }

    /// The kinds of so many paths, for every group.
    fn kinds(&self, paths: usize, stream: &mut Stream) -> Vec<Vec<usize>> {
        let of_group = |group: &Group| {
            let mut kinds = Vec::new();
            while kinds.len() < paths {
                let mut round: Vec<usize> = (0..group.kinds()).collect();
                stream.shuffle(&mut round);
                kinds.extend(round);
            }
            kinds
        };
        self.groups.iter().map(of_group).collect()
    }

    fn draw_at(&self, width: usize, kinds: &[Vec<usize>], path: usize, stream: &mut Stream) -> Choice {
        let grouped = |index: &usize| self.groups.iter().any(|group| group.slots.contains(index));
        let alone = |(index, slot): (usize, &Slot)| if grouped(&index) { 0 } else { slot.draw(stream) };
        let mut slots: Vec<usize> = self.slots.iter().enumerate().map(alone).collect();
        for (group, kinds) in self.groups.iter().zip(kinds) {
            for (&slot, &way) in group.slots.iter().zip(&group.draw(kinds[path], stream).ways) {
                slots[slot] = way;
            }
        }
        Choice { width, slots }
    }

    /// The first mistake of the groups.
    pub(super) fn check_groups(&self) -> Result<(), SupernetError> {
        let mut taken = vec![false; self.slots.len()];
        for (number, group) in self.groups.iter().enumerate() {
            let wrong = |rule: String| Err(SupernetError::Group { group: number, rule });
            for &slot in &group.slots {
                match taken.get_mut(slot) {
                    None => return wrong(format!("slot {slot} is none of {}", self.slots.len())),
                    Some(true) => return wrong(format!("slot {slot} is in it twice, or in another group too")),
                    Some(taken) => *taken = true,
                }
            }
            for (index, layout) in group.layouts.iter().enumerate() {
                let is_way = |(&slot, &way): (&usize, &usize)| way < self.slots[slot].alternatives.len();
                if layout.ways.len() != group.slots.len() || !group.slots.iter().zip(&layout.ways).all(is_way) {
                    let ways = &layout.ways;
                    return wrong(format!("layout {index} has the ways {ways:?}, which are not one of every slot"));
                }
            }
            let kinds = group.kinds();
            let of_kind = |kind| group.layouts.iter().filter(move |layout| layout.kind == kind);
            // Checked before they are counted: a kind of any size may be asked for.
            if kinds > group.layouts.len() || kinds == 0 || !(0..kinds).all(|kind| of_kind(kind).next().is_some()) {
                return wrong("its layouts have no kinds that are counted from 0 without gaps".to_owned());
            }
            let sum = |kind| of_kind(kind).try_fold(0usize, |sum, layout| sum.checked_add(layout.share));
            if group.layouts.iter().any(|layout| layout.share == 0) || (0..kinds).any(|kind| sum(kind).is_none()) {
                return wrong("shares of layouts are positive, and those of a kind have a sum".to_owned());
            }
        }
        Ok(())
    }
}

impl Slot {
    /// The index of a way, drawn.
    fn draw(&self, stream: &mut Stream) -> usize {
        if self.shares.is_empty() {
            return stream.below(self.alternatives.len());
        }
        drawn(self.shares.iter().copied(), stream)
    }
}

impl Group {
    /// How many kinds its layouts have.
    fn kinds(&self) -> usize {
        self.layouts.iter().map(|layout| layout.kind.saturating_add(1)).max().unwrap_or_default()
    }

    /// A layout of a kind.
    fn draw(&self, kind: usize, stream: &mut Stream) -> &Layout {
        let of_kind: Vec<&Layout> = self.layouts.iter().filter(|layout| layout.kind == kind).collect();
        of_kind[drawn(of_kind.iter().map(|layout| layout.share), stream)]
    }
}

/// An index, each as likely as its share says.
fn drawn(shares: impl Iterator<Item = usize> + Clone, stream: &mut Stream) -> usize {
    let mut left = stream.below(shares.clone().sum());
    let is_drawn = |share: usize| {
        let is_here = left < share;
        left = left.saturating_sub(share);
        is_here
    };
    let mut shares = shares;
    shares.position(is_drawn).expect("what is drawn lies below the sum")
}

#[cfg(test)]
mod tests;
