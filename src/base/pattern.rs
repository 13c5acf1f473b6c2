//! Patterns of names, with stars.

/// Whether `text` matches `pattern`, in which `*` stands for any characters, `/` included: in the time of one pass per star.
pub fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let head = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(head) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    // Without a star the head is all; else the last part must end the text, and those between stand as early as they can.
    let Some(tail) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        let Some(place) = rest.find(part) else { return false };
        rest = &rest[place + part.len()..];
    }
    rest.ends_with(tail)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_stands_for_any_characters() {
        assert!(matches("search/*/mnist/*", "search/paper/mnist/seed-007"));
        assert!(matches("*", "table/digits"));
        assert!(matches("table/digits", "table/digits"));
        assert!(!matches("table", "table/digits"));
        assert!(!matches("*/mnist", "table/digits"));
    }
}
