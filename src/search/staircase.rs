//! The minimal points of a growing set in the plane.
//!
//! Points that arrive in ascending order of a third coordinate are compared in the other two only: a staircase answers
//! in logarithmic time whether an earlier point is at least as good (Kung, Luccio and Preparata 1975,
//! <https://doi.org/10.1145/321906.321910>).

/// Minimal points in ascending `x`, hence descending `y`.
#[derive(Clone, Debug, Default)]
pub(super) struct Staircase {
    steps: Vec<[f64; 2]>,
}

impl Staircase {
    /// Whether a step is at most `point` in both coordinates.
    pub(super) fn covers(&self, [x, y]: [f64; 2]) -> bool {
        let after = self.steps.partition_point(|step| step[0] <= x);
        after > 0 && self.steps[after - 1][1] <= y
    }

    /// Add a `point` that no step covers; the steps that it covers go.
    ///
    /// Returns the area between the old and the new stairs, within `corner`, the upper bound of both coordinates. The
    /// area is a sum of positive rectangles in ascending `x`, so nothing cancels.
    pub(super) fn insert(&mut self, [x, y]: [f64; 2], corner: [f64; 2]) -> f64 {
        let start = self.steps.partition_point(|step| step[0] < x);
        let ceiling = if start == 0 { corner[1] } else { self.steps[start - 1][1] };
        let (mut area, mut left, mut top, mut end) = (0.0, x, ceiling, start);
        while let Some(step) = self.steps.get(end).filter(|step| step[1] >= y) {
            area += (step[0] - left) * (top - y);
            [left, top] = *step;
            end += 1;
        }
        let right = self.steps.get(end).map_or(corner[0], |step| step[0]);
        area += (right - left) * (top - y);
        if end == start {
            self.steps.insert(start, [x, y]);
        } else {
            self.steps[start] = [x, y];
            self.steps.drain(start + 1..end);
        }
        area
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CORNER: [f64; 2] = [10.0, 10.0];

    #[test]
    fn the_areas_of_the_steps_add_up_to_the_area_under_the_stairs() {
        let mut stairs = Staircase::default();
        assert_eq!(stairs.insert([4.0, 4.0], CORNER), 36.0);
        assert_eq!(stairs.insert([2.0, 8.0], CORNER), 4.0);
        assert_eq!(stairs.insert([8.0, 1.0], CORNER), 6.0);
        // Covers all three: the whole is 9 x 9 less the corner that the last step keeps outside.
        assert_eq!(stairs.insert([1.0, 1.0], CORNER), 81.0 - 36.0 - 4.0 - 6.0);
        assert_eq!(stairs.steps, [[1.0, 1.0]]);
    }

    #[test]
    fn a_step_covers_itself_and_what_is_above_it_only() {
        let mut stairs = Staircase::default();
        stairs.insert([2.0, 3.0], CORNER);
        assert!(stairs.covers([2.0, 3.0]) && stairs.covers([5.0, 3.5]));
        assert!(!stairs.covers([1.9, 9.0]) && !stairs.covers([9.0, 2.9]));
    }
}
