//! Canonical JSON as text, without a tree of it: put in order, and recognised.
//!
//! Nine tenths of all stored text are networks, which are hashed more often than they are looked at. Whatever is not plain (an
//! escaped key, `null`, deep nesting) is left to the caller, who has the slow way through `serde_json::Value`.

/// Deeper values are left to serde_json, which refuses them.
const DEEPEST: usize = 120;

/// The canonical form of compact JSON as serde_json writes it; nothing where that is left to the caller.
pub(crate) fn sorted(text: &[u8]) -> Option<Vec<u8>> {
    let mut sorter = Sorter { text, at: 0, out: Vec::with_capacity(text.len()) };
    sorter.value(0)?;
    (sorter.at == text.len()).then_some(sorter.out)
}

struct Sorter<'t> {
    text: &'t [u8],
    at: usize,
    out: Vec<u8>,
}

impl Sorter<'_> {
    fn value(&mut self, depth: usize) -> Option<()> {
        match *self.text.get(self.at)? {
            b'{' if depth < DEEPEST => self.object(depth + 1),
            b'[' if depth < DEEPEST => self.array(depth + 1),
            b'"' => self.string().map(drop),
            b't' | b'f' | b'-' | b'0'..=b'9' => {
                let rest = &self.text[self.at..];
                let end = rest.iter().position(|byte| matches!(byte, b',' | b']' | b'}')).unwrap_or(rest.len());
                self.copy(end);
                Some(())
            }
            _ => None,
        }
    }

    fn copy(&mut self, count: usize) {
        self.out.extend_from_slice(&self.text[self.at..self.at + count]);
        self.at += count;
    }

    /// Copy a byte; whether it is `wanted`.
    fn take(&mut self, wanted: u8) -> bool {
        let is_there = self.text.get(self.at) == Some(&wanted);
        if is_there {
            self.copy(1);
        }
        is_there
    }

    /// Copy a string; whether nothing in it is escaped.
    fn string(&mut self) -> Option<bool> {
        let (mut end, mut is_plain) = (self.at + 1, true);
        loop {
            match *self.text.get(end)? {
                b'"' => break,
                b'\\' => {
                    is_plain = false;
                    end += 2;
                }
                _ => end += 1,
            }
        }
        self.copy(end + 1 - self.at);
        Some(is_plain)
    }

    fn array(&mut self, depth: usize) -> Option<()> {
        self.copy(1);
        if self.take(b']') {
            return Some(());
        }
        loop {
            self.value(depth)?;
            if self.take(b']') {
                return Some(());
            }
            self.take(b',').then_some(())?;
        }
    }

    fn object(&mut self, depth: usize) -> Option<()> {
        self.copy(1);
        if self.take(b'}') {
            return Some(());
        }
        let begin = self.out.len();
        // Where each member begins, where its key ends, and where the member ends, its comma left out.
        let mut members: Vec<[usize; 3]> = Vec::with_capacity(8);
        let mut is_sorted = true;
        loop {
            let start = self.out.len();
            (self.text.get(self.at) == Some(&b'"') && self.string()?).then_some(())?;
            let key = self.out.len();
            self.take(b':').then_some(())?;
            self.value(depth)?;
            if let Some([before, end, _]) = members.last() {
                // Of two equal keys the last would count: left to the caller.
                match self.name(*before, *end).cmp(self.name(start, key)) {
                    std::cmp::Ordering::Less => {}
                    std::cmp::Ordering::Equal => return None,
                    std::cmp::Ordering::Greater => is_sorted = false,
                }
            }
            members.push([start, key, self.out.len()]);
            if self.take(b'}') {
                break;
            }
            self.take(b',').then_some(())?;
        }
        if is_sorted { Some(()) } else { self.sort(begin, members) }
    }

    /// The text of a key, without its quotes.
    fn name(&self, start: usize, end: usize) -> &[u8] {
        &self.out[start + 1..end - 1]
    }

    fn sort(&mut self, begin: usize, mut members: Vec<[usize; 3]>) -> Option<()> {
        members.sort_by(|a, b| self.name(a[0], a[1]).cmp(self.name(b[0], b[1])));
        let is_double = |pair: &[[usize; 3]]| self.name(pair[0][0], pair[0][1]) == self.name(pair[1][0], pair[1][1]);
        if members.windows(2).any(is_double) {
            return None;
        }
        let mut text = Vec::with_capacity(self.out.len() - begin);
        for [start, _, end] in members {
            if !text.is_empty() {
                text.push(b',');
            }
            text.extend_from_slice(&self.out[start..end]);
        }
        text.push(b'}');
        self.out.truncate(begin);
        self.out.extend_from_slice(&text);
        Some(())
    }
}

/// Where the canonical value that begins at `at` ends; nothing where it is not seen at once to be canonical.
pub fn end_of_value(text: &[u8], at: usize) -> Option<usize> {
    value_end(text, at, 0)
}

fn value_end(text: &[u8], at: usize, depth: usize) -> Option<usize> {
    match *text.get(at)? {
        b'{' if depth < DEEPEST => {
            if text.get(at + 1) == Some(&b'}') {
                return Some(at + 2);
            }
            let (mut place, mut before): (usize, &[u8]) = (at + 1, &[]);
            loop {
                let end = string_end(text, place)?;
                let key = &text[place + 1..end - 1];
                // The first may be empty.
                let ascends = place == at + 1 || before < key;
                (ascends && !key.contains(&b'\\') && text.get(end) == Some(&b':')).then_some(())?;
                before = key;
                place = value_end(text, end + 1, depth + 1)?;
                match text.get(place)? {
                    b'}' => return Some(place + 1),
                    b',' => place += 1,
                    _ => return None,
                }
            }
        }
        b'[' if depth < DEEPEST => {
            if text.get(at + 1) == Some(&b']') {
                return Some(at + 2);
            }
            let mut place = at + 1;
            loop {
                place = value_end(text, place, depth + 1)?;
                match text.get(place)? {
                    b']' => return Some(place + 1),
                    b',' => place += 1,
                    _ => return None,
                }
            }
        }
        b'"' => string_end(text, at),
        b't' => text[at..].starts_with(b"true").then_some(at + 4),
        b'f' => text[at..].starts_with(b"false").then_some(at + 5),
        b'-' | b'0'..=b'9' => number_end(text, at),
        _ => None,
    }
}

/// Where the string at `at` ends, its quotes included.
fn string_end(text: &[u8], at: usize) -> Option<usize> {
    (text.get(at) == Some(&b'"')).then_some(())?;
    let (mut end, mut is_plain) = (at + 1, true);
    loop {
        match *text.get(end)? {
            b'"' => break,
            b'\\' => {
                is_plain = false;
                end += 2;
            }
            0..=0x1f => return None,
            _ => end += 1,
        }
    }
    let token = &text[at..=end];
    // There are several ways to escape a character, and serde_json has one.
    let is_canonical = is_plain || {
        let string: String = serde_json::from_slice(token).ok()?;
        serde_json::to_string(&string).is_ok_and(|text| text.as_bytes() == token)
    };
    is_canonical.then_some(end + 1)
}

fn number_end(text: &[u8], at: usize) -> Option<usize> {
    let rest = &text[at..];
    let is_part = |byte: &u8| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
    let token = &rest[..rest.iter().position(|byte| !is_part(byte)).unwrap_or(rest.len())];
    let is_small = token.len() < 19 && token[0] != b'0' && token.iter().all(u8::is_ascii_digit);
    let is_canonical = is_small || token == b"0" || {
        let number: serde_json::Number = serde_json::from_slice(token).ok()?;
        number.to_string().as_bytes() == token
    };
    is_canonical.then_some(at + token.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::canonical_text;
    use crate::seed::{Seed, Stream};
    use serde_json::{Map, Value, json};

    fn text(stream: &mut Stream) -> String {
        let letters = ["a", "b", "é", "\"", "\\", "\n", "/", "\u{7f}", "\u{1}", "𝄞"];
        (0..stream.below(4)).map(|_| letters[stream.below(letters.len())]).collect()
    }

    fn value(stream: &mut Stream, depth: usize) -> Value {
        match stream.below(if depth > 4 { 4 } else { 6 }) {
            0 => json!(stream.chance(0.5)),
            1 => json!(stream.bits() as i64 >> stream.below(64)),
            2 => {
                Some(f64::from_bits(stream.bits())).filter(|number| number.is_finite()).map_or(json!(-0.0), Value::from)
            }
            3 => json!(text(stream)),
            4 => (0..stream.below(4)).map(|_| value(stream, depth + 1)).collect(),
            _ => Value::Object(
                (0..stream.below(4)).map(|_| (text(stream), value(stream, depth + 1))).collect::<Map<_, _>>(),
            ),
        }
    }

    #[test]
    fn what_is_sorted_or_recognised_is_what_the_tree_gives() {
        let mut stream = Seed::from_number(1).stream("values");
        let (mut sorted_count, mut recognised) = (0, 0);
        for _ in 0..20_000 {
            let value = value(&mut stream, 0);
            let canonical = canonical_text(&value).expect("no null");
            // In an order that serde_json's own map does not have.
            let mixed = reversed(&value);
            if let Some(sorted) = sorted(mixed.as_bytes()) {
                assert_eq!(String::from_utf8(sorted).expect("text"), canonical);
                sorted_count += 1;
            }
            if let Some(end) = end_of_value(canonical.as_bytes(), 0) {
                assert_eq!(end, canonical.len());
                recognised += 1;
            }
            if mixed != canonical {
                assert_ne!(end_of_value(mixed.as_bytes(), 0), Some(mixed.len()), "{mixed}");
            }
        }
        assert!(sorted_count > 15_000 && recognised > 15_000, "{sorted_count} {recognised}");
    }

    /// Compact JSON with the keys of objects in descending order.
    fn reversed(value: &Value) -> String {
        match value {
            Value::Array(items) => format!("[{}]", items.iter().map(reversed).collect::<Vec<_>>().join(",")),
            Value::Object(map) => {
                let mut members: Vec<_> = map.iter().collect();
                members.sort_by(|a, b| b.0.cmp(a.0));
                let member = |(key, value): (&String, &Value)| format!("{}:{}", json!(key), reversed(value));
                format!("{{{}}}", members.into_iter().map(member).collect::<Vec<_>>().join(","))
            }
            other => other.to_string(),
        }
    }

    #[test]
    fn what_is_not_canonical_is_not_recognised() {
        let others = [
            r#"{"b":1,"a":2}"#,
            r#"{"a":1,"a":2}"#,
            r#"{"a": 1}"#,
            "[1, 2]",
            "1.50",
            "1e2",
            "-0",
            "01",
            "1E5",
            "null",
            "[null]",
            "tru",
            "[1,]",
            "{\"a\":1,}",
            "[1",
            "\"a",
            r#""\u0041""#,
            r#""\/""#,
            "+1",
            "--1",
            "1.",
            "",
            "{\"a\"}",
            "\"\t\"",
        ];
        for text in others {
            assert_ne!(end_of_value(text.as_bytes(), 0), Some(text.len()), "{text}");
        }
        let deep = "[".repeat(200) + &"]".repeat(200);
        assert_eq!(end_of_value(deep.as_bytes(), 0), None);
        assert_eq!(sorted(deep.as_bytes()), None);
    }
}
