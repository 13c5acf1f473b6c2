//! A badge: a small SVG that says how many claims are reproduced. The same counts are the same bytes.

use std::collections::BTreeMap;

use super::claim::Verdict;
use super::markup;

/// The colour of what stands left, and of every word.
const LEFT: &str = "#1c2024";
const WORDS: &str = "#ffffff";

/// Colours of the right side: all reproduced, some and none failed, some failed, none decided.
const TONES: [&str; 4] = ["#14622d", "#0b5f6b", "#a01228", "#4d5761"];

/// About how wide a letter of the badge is; the words are drawn to that width in whatever font there is.
const LETTER: usize = 7;

/// An SVG of 20 pixels' height: `renas | 12 of 14 claims reproduced`; what is consistent is counted beside it. A reader that shows no
/// pictures says all counts, and `of`, what they are of.
pub fn svg(counts: &BTreeMap<Verdict, usize>, of: &str) -> String {
    let count = |verdict: Verdict| counts.get(&verdict).copied().unwrap_or(0);
    let all: usize = counts.values().sum();
    let [reproduced, consistent, failed] =
        [Verdict::Reproduced, Verdict::Consistent, Verdict::NotReproduced].map(count);
    let claims = if all == 1 { "claim" } else { "claims" };
    let beside = if consistent > 0 { format!(", {consistent} consistent") } else { String::new() };
    let words = format!("{reproduced} of {all} {claims} reproduced{beside}");
    let tone = match (reproduced, failed) {
        (reproduced, 0) if reproduced == all && all > 0 => TONES[0],
        (_, 1..) => TONES[2],
        (reproduced, 0) if reproduced + consistent > 0 => TONES[1],
        (_, 0) => TONES[3],
    };
    let told: Vec<String> = counts.iter().map(|(verdict, count)| format!("{count} {}", verdict.name())).collect();
    let title = markup::escaped(&format!("renas, {of}: {}", told.join(", ")));
    let [left, right] = ["renas", words.as_str()].map(|words| LETTER * words.chars().count());
    let (split, width) = (left + 12, left + right + 24);
    let text = |x: usize, length: usize, words: &str| {
        let words = markup::escaped(words);
        format!("<text x=\"{x}\" y=\"14\" textLength=\"{length}\" lengthAdjust=\"spacingAndGlyphs\">{words}</text>\n")
    };
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"20\" role=\"img\" aria-label=\"{title}\">\n\
         <title>{title}</title>\n\
         <rect width=\"{split}\" height=\"20\" fill=\"{LEFT}\"/>\n\
         <rect x=\"{split}\" width=\"{}\" height=\"20\" fill=\"{tone}\"/>\n\
         <g fill=\"{WORDS}\" font-family=\"Verdana, DejaVu Sans, sans-serif\" font-size=\"12\">\n{}{}</g>\n</svg>\n",
        width - split,
        text(6, left, "renas"),
        text(split + 6, right, &words),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn badge(counts: &[(Verdict, usize)]) -> String {
        svg(&counts.iter().copied().collect(), "profile quick")
    }

    #[test]
    fn it_says_how_many_of_all_claims_are_reproduced_and_counts_what_is_consistent_apart() {
        let text = badge(&[(Verdict::Reproduced, 12), (Verdict::NotTested, 2)]);
        assert!(text.contains(">12 of 14 claims reproduced</text>") && text.contains(TONES[1]), "{text}");
        assert!(text.contains("<title>renas, profile quick: 12 reproduced, 2 not tested</title>"), "{text}");
        assert_eq!(
            text,
            badge(&[(Verdict::NotTested, 2), (Verdict::Reproduced, 12)]),
            "the same counts, the same bytes"
        );
        assert!(badge(&[(Verdict::Consistent, 1)]).contains(">0 of 1 claim reproduced, 1 consistent</text>"));
        assert!(badge(&[(Verdict::Reproduced, 3)]).contains(TONES[0]));
        assert!(badge(&[(Verdict::Reproduced, 3), (Verdict::NotReproduced, 1)]).contains(TONES[2]));
        assert!(badge(&[]).contains(">0 of 0 claims reproduced</text>") && badge(&[]).contains(TONES[3]));
    }

    /// The relative luminance of WCAG 2.2, <https://www.w3.org/TR/WCAG22/#dfn-relative-luminance>.
    fn luminance(colour: &str) -> f64 {
        let part = |place: usize| {
            let value = f64::from(u8::from_str_radix(&colour[place..place + 2], 16).expect("two digits")) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { libm::pow((value + 0.055) / 1.055, 2.4) }
        };
        0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
    }

    /// WCAG 2.2 asks for 4.5 : 1; #767676 on white is known to have 4.54 (WebAIM's contrast checker).
    #[test]
    fn words_can_be_read_on_every_colour() {
        let contrast = |colour: &str| (luminance(WORDS) + 0.05) / (luminance(colour) + 0.05);
        assert!((contrast("#767676") - 4.54).abs() < 0.005, "{}", contrast("#767676"));
        for colour in TONES.into_iter().chain([LEFT]) {
            assert!(contrast(colour) > 4.5, "{colour}: {}", contrast(colour));
        }
    }
}
