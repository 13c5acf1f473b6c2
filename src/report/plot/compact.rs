//! What plotters writes in fewer bytes: what SVG takes for granted is left out, and what neighbours have in common is said once.

/// Attributes of a point that say where it is; all others are its look.
const OF_A_PLACE: [&str; 4] = ["cx", "cy", "r", "points"];

/// The elements, one a line, with points of one look in a group, and without the fonts, which the whole drawing names.
pub(super) fn compact(content: &str, fonts: &str) -> String {
    let family = format!(" font-family=\"{fonts}\"");
    let plain = content
        .replace(" opacity=\"1\"", "")
        .replace(" stroke=\"none\" stroke-width=\"1\"", "")
        .replace(" stroke=\"none\"", "")
        .replace(" \"/>", "\"/>")
        .replace(&family, "");
    let mut text = String::with_capacity(plain.len());
    let mut lines = plain.lines().peekable();
    while let Some(line) = lines.next() {
        let Some((name, look, place)) = parted(line) else {
            text.push_str(line);
            text.push('\n');
            continue;
        };
        let is_alike = |other: &&str| parted(other).is_some_and(|(other, alike, _)| (other, &alike) == (name, &look));
        let mut places = vec![place];
        while let Some(next) = lines.next_if(is_alike) {
            places.extend(parted(next).map(|(_, _, place)| place));
        }
        match places.as_slice() {
            [_] => text.push_str(line),
            places => {
                text.push_str(&format!("<g{look}>"));
                places.iter().for_each(|place| text.push_str(&format!("<{name}{place}/>")));
                text.push_str("</g>");
            }
        }
        text.push('\n');
    }
    text
}

/// Name, look and place of an element that is a point or a line; nothing of another.
fn parted(line: &str) -> Option<(&str, String, String)> {
    let (name, attributes) = line.strip_prefix('<')?.strip_suffix("/>")?.split_once(' ')?;
    if !matches!(name, "circle" | "polyline" | "polygon") {
        return None;
    }
    let (mut look, mut place) = (String::new(), String::new());
    // Values hold no quotes: they are numbers and colours.
    for attribute in attributes.split_inclusive("\" ") {
        let attribute = attribute.trim_end();
        let key = attribute.split('=').next()?;
        let side = if OF_A_PLACE.contains(&key) { &mut place } else { &mut look };
        side.push(' ');
        side.push_str(attribute);
    }
    Some((name, look, place))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_of_one_look_are_a_group_and_words_stay_as_they_are() {
        let circle = |x: u32, colour: &str| {
            format!(
                "<circle cx=\"{x}\" cy=\"2\" r=\"6\" opacity=\"1\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"3\"/>\n"
            )
        };
        let words = "<text x=\"1\" y=\"2\">\n&lt;circle/&gt; \"x\"\n</text>\n";
        let text = [circle(1, "#1"), circle(5, "#1"), words.to_owned(), circle(7, "#1"), circle(8, "#2")].concat();
        assert_eq!(
            compact(&text, "serif"),
            "<g fill=\"none\" stroke=\"#1\" stroke-width=\"3\"><circle cx=\"1\" cy=\"2\" r=\"6\"/><circle cx=\"5\" cy=\"2\" r=\"6\"/></g>\n\
             <text x=\"1\" y=\"2\">\n&lt;circle/&gt; \"x\"\n</text>\n\
             <circle cx=\"7\" cy=\"2\" r=\"6\" fill=\"none\" stroke=\"#1\" stroke-width=\"3\"/>\n\
             <circle cx=\"8\" cy=\"2\" r=\"6\" fill=\"none\" stroke=\"#2\" stroke-width=\"3\"/>\n"
        );
    }
}
