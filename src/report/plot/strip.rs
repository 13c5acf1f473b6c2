//! One comparison on a line of numbers, as HTML: zone, dots and marks keep their size at any width of the page.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::axis::Axis;
use crate::judge::strip::{Mark, Strip};
use crate::number;
use renas_base::metric::Unit;
use renas_stats::summary::Interval;

/// The marks of a strip in a drawing of 1,000 by 32, and where they stand.
const WIDTH: f64 = 1000.0;
const MIDDLE: f64 = 16.0;

/// A number of the paper or of a foil further away than this many times the range of all else stands at the edge, with an arrow.
const FAR: f64 = 4.0;

/// The strip, above the ticks of its axis.
pub fn html(strip: &Strip) -> String {
    drawn_on(strip, core(strip), &axis_of(&[strip], core(strip)))
}

/// Strips of one unit, each drawn on the axis of all of them.
pub fn together(strips: &[&Strip]) -> Vec<String> {
    let core = strips
        .iter()
        .map(|strip| core(strip))
        .reduce(|all, one| Interval { low: all.low.min(one.low), high: all.high.max(one.high) });
    let Some(core) = core else { return Vec::new() };
    let axis = axis_of(strips, core);
    strips.iter().map(|strip| drawn_on(strip, core, &axis)).collect()
}

/// An axis for all that must be seen, and for what is near it.
fn axis_of(strips: &[&Strip], core: Interval) -> Axis {
    let marks = strips.iter().flat_map(|strip| strip.paper.iter().chain(strip.foil.iter().map(|foil| &foil.value)));
    let near = marks.copied().filter(|value| !is_far(*value, core));
    let unit = strips.first().map_or(Unit::One, |strip| strip.unit);
    Axis::over([core.low, core.high].into_iter().chain(near).map(|value| number::scaled(value, unit)), 0.07, 4)
}

fn drawn_on(strip: &Strip, core: Interval, axis: &Axis) -> String {
    let unit = strip.unit;
    let shown = |value: f64| number::scaled(value, unit);
    let place = |value: f64| axis.share(shown(value)).clamp(0.0, 1.0);
    let mut text = String::from("<div class=\"strip\">");
    let Interval { low, high } = strip.accepted;
    if low.is_finite() || high.is_finite() {
        let (from, to) = (place(low), place(high));
        let ends = [(low, " low"), (high, " high")].into_iter().filter(|(end, _)| end.is_finite());
        let ends: String = ends.map(|(_, class)| class).collect();
        let _ = write!(
            text,
            "<i class=\"zone{ends}\" style=\"left:{}%;width:{}%\"></i>",
            percent(from),
            percent((to - from).max(0.0))
        );
    }
    let _ = write!(text, "<svg viewBox=\"0 0 1000 32\" preserveAspectRatio=\"none\" aria-hidden=\"true\">");
    if !strip.samples.is_empty() {
        let mut path = String::new();
        for (index, value) in dots(&strip.samples).iter().enumerate() {
            // Equal values stand above each other.
            let height = MIDDLE + [0.0, -5.0, 5.0, -9.0, 9.0][index % 5];
            let _ = write!(path, "M{} {height}h0", drawn(place(*value)));
        }
        let _ = write!(text, "<path class=\"dots\" d=\"{path}\"/>");
    }
    if let Some(Interval { low, high }) = strip.interval {
        let _ = write!(text, "<path class=\"ends\" d=\"M{} 16H{}\"/>", drawn(place(low)), drawn(place(high)));
    }
    if let Some(value) = strip.value {
        let _ = write!(text, "<path class=\"mean\" d=\"M{} 16h0\"/>", drawn(place(value)));
    }
    text.push_str("</svg>");
    let mut mark = |value: f64, class: &str, sign: &str| {
        let sign = match is_far(value, core) {
            true if value < core.low => "←",
            true => "→",
            false => sign,
        };
        let left = if is_far(value, core) && value < core.low { 0.02 } else { place(value).min(0.98) };
        let _ = write!(text, "<b class=\"{class}\" style=\"left:{}%\" aria-hidden=\"true\">{sign}</b>", percent(left));
    };
    if let Some(paper) = strip.paper {
        mark(paper, "paper-mark", "◆");
    }
    if let Some(Mark { value, .. }) = &strip.foil {
        mark(*value, "foil-mark", "○");
    }
    let sign = if matches!(unit, Unit::Fraction) { "\u{a0}%" } else { "" };
    for (value, label) in &axis.ticks {
        let _ = write!(
            text,
            "<span style=\"left:{}%\" aria-hidden=\"true\">{label}{sign}</span>",
            percent(axis.share(*value))
        );
    }
    text.push_str("</div>");
    text
}

/// The most values that are drawn: more are a smear, and a page of megabytes.
const MOST_DOTS: usize = 100;

/// The values that are drawn: all, or so many order statistics from the smallest to the largest.
fn dots(samples: &[f64]) -> Cow<'_, [f64]> {
    if samples.len() <= MOST_DOTS {
        return Cow::Borrowed(samples);
    }
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len() - 1;
    Cow::Owned((0..MOST_DOTS).map(|dot| sorted[(dot * last).div_ceil(MOST_DOTS - 1)]).collect())
}

/// What the strip shows, in words: ours, the paper's, what is accepted, the foil.
pub fn words(strip: &Strip) -> Vec<(&'static str, String)> {
    let Strip { unit, accepted: Interval { low, high }, .. } = *strip;
    let mut words = Vec::new();
    if let Some(value) = strip.value {
        let ours = match strip.interval {
            Some(interval) => number::estimate_beside(value, interval, unit, &strip.clear_borders()),
            None => number::exact(number::rounded(value), unit),
        };
        let ours = match strip.samples.len() {
            many if many > MOST_DOTS => format!("{ours}; of {many} values {MOST_DOTS} are drawn, evenly by rank"),
            _ => ours,
        };
        words.push(("ours", ours));
    }
    if let Some(paper) = strip.paper {
        words.push(("paper", number::exact(paper, unit)));
    }
    let zone = match (low.is_finite(), high.is_finite()) {
        (true, true) if strip.is_of_one_run => Some(number::interval(strip.accepted, unit)),
        (true, true) => Some(format!("{} to {}", number::border(low, unit), number::border(high, unit))),
        (true, false) => Some(format!("above {}", number::border(low, unit))),
        (false, true) => Some(format!("below {}", number::border(high, unit))),
        (false, false) => None,
    };
    words.extend(zone.map(|zone| (if strip.is_of_one_run { "run" } else { "zone" }, zone)));
    if let Some(Mark { label, value }) = &strip.foil {
        words.push(("foil", format!("{label}: {}", number::exact(number::rounded(*value), unit))));
    }
    words
}

/// The range of all that must be seen: samples, interval, borders.
fn core(strip: &Strip) -> Interval {
    let ends = strip.interval.iter().flat_map(|ends| [ends.low, ends.high]);
    let borders = [strip.accepted.low, strip.accepted.high].into_iter().filter(|border| border.is_finite());
    let all = strip.samples.iter().copied().chain(strip.value).chain(ends).chain(borders);
    let (low, high) =
        all.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
    if low <= high { Interval { low, high } } else { Interval { low: 0.0, high: 1.0 } }
}

fn is_far(value: f64, core: Interval) -> bool {
    let range = (core.high - core.low).max(core.high.abs().max(core.low.abs()) * 1e-3);
    range > 0.0 && (value < core.low - FAR * range || value > core.high + FAR * range)
}

/// A share of the width, in percent, to a hundredth.
fn percent(share: f64) -> String {
    number::fixed(share * 100.0, 2)
}

/// A share of the width, in units of the drawing, to a tenth.
fn drawn(share: f64) -> String {
    number::plain((share * WIDTH * 10.0).round() / 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strip() -> Strip {
        Strip {
            label: "accuracy".to_owned(),
            unit: Unit::Fraction,
            accepted: Interval { low: 0.5, high: f64::INFINITY },
            is_of_one_run: false,
            paper: Some(0.9),
            value: Some(0.6),
            interval: Some(Interval { low: 0.55, high: 0.65 }),
            samples: vec![0.58, 0.6, 0.62],
            foil: Some(Mark { label: "chance".to_owned(), value: 0.1 }),
        }
    }

    #[test]
    fn a_strip_shows_every_mark_within_its_width() {
        let html = html(&strip());
        for part in ["zone low\"", "class=\"dots\"", "class=\"ends\"", "class=\"mean\"", "◆", "○", "%</span>"] {
            assert!(html.contains(part), "no {part} in {html}");
        }
        assert!(!html.contains("NaN") && !html.contains("inf"), "{html}");
        let words: Vec<String> = words(&strip()).into_iter().map(|(what, words)| format!("{what} {words}")).collect();
        let expected =
            ["ours 60.0\u{a0}% [55.0,\u{a0}65.0]", "paper 90\u{a0}%", "zone above 50\u{a0}%", "foil chance: 10\u{a0}%"];
        assert_eq!(words, expected);
    }

    #[test]
    fn no_written_end_says_of_the_border_what_the_interval_does_not() {
        let near = Strip { value: Some(0.9), interval: Some(Interval { low: 0.5004, high: 1.3 }), ..strip() };
        let (_, ours) = words(&near).remove(0);
        assert!(!ours.contains("[50,") && ours.contains("[50.0"), "{ours}");
        assert!(near.clear_borders() == [0.5]);
        let touching = Strip { interval: Some(Interval { low: 0.5, high: 1.3 }), ..near };
        assert_eq!(touching.clear_borders(), Vec::<f64>::new());
    }

    #[test]
    fn a_number_far_away_stands_at_the_edge_with_an_arrow_and_squeezes_nothing() {
        let far = Strip { paper: Some(50.0), foil: None, ..strip() };
        let html = html(&far);
        assert!(html.contains("→") && !html.contains("◆"), "{html}");
        let near = Strip { paper: None, foil: None, ..strip() };
        let zone = |html: &str| html.split("</i>").next().map(str::to_owned);
        assert_eq!(zone(&html), zone(&super::html(&near)));
    }

    #[test]
    fn nothing_but_equal_values_is_drawn_too() {
        let flat = Strip {
            accepted: Interval { low: f64::NEG_INFINITY, high: f64::INFINITY },
            paper: None,
            foil: None,
            value: None,
            interval: None,
            samples: vec![2.0; 3],
            ..strip()
        };
        let html = html(&flat);
        assert!(!html.contains("NaN") && !html.contains("zone"), "{html}");
    }

    #[test]
    fn of_many_values_a_hundred_are_drawn_from_the_smallest_to_the_largest() {
        let many: Vec<f64> = (0..400).map(|index| f64::from(index * 7 % 400)).collect();
        let drawn = dots(&many);
        assert_eq!((drawn.len(), drawn[0], drawn[MOST_DOTS - 1]), (MOST_DOTS, 0.0, 399.0));
        assert!(drawn.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(dots(&many[..100]).as_ref(), &many[..100]);
    }
}
