//! Places of the paper: tables, figures and sections, by what sources of claims say.

/// The table, figure or section of a source: what stands before the first mark of punctuation.
pub(super) fn of(source: &str) -> &str {
    source.split([',', ';', ':', '(']).next().unwrap_or(source).trim()
}

/// Whether a text speaks of the paper's figure that one of ours shows again, or of a part of it (`Figure 6a`). The number stands in
/// the id of ours: `figure5_popnas_b2` is of Figure 5.
pub(super) fn speaks_of_figure(text: &str, id: &str) -> bool {
    let Some((number, _)) = parted(id) else { return false };
    text.match_indices("Figure ").any(|(at, word)| {
        let rest = text[at + word.len()..].strip_prefix(number);
        rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()))
    })
}

/// A figure of ours by its id, for a link: `Figure 5 (popnas b2)`.
pub(super) fn in_words(id: &str) -> String {
    match parted(id) {
        Some((number, "")) => format!("Figure {number}"),
        Some((number, rest)) => format!("Figure {number} ({})", rest.trim_start_matches('_').replace('_', " ")),
        None => id.replace('_', " "),
    }
}

/// The number of the paper's figure in an id, and what follows it.
fn parted(id: &str) -> Option<(&str, &str)> {
    let rest = id.strip_prefix("figure")?;
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    (end > 0).then(|| rest.split_at(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_speaks_of_the_figure_of_its_number_and_of_no_longer_one() {
        assert!(speaks_of_figure("Section VII-A on Figure 6a", "figure6"));
        assert!(speaks_of_figure("Figure 1 and Figure 2", "figure2_mnist"));
        assert!(speaks_of_figure("Figure 12, left", "figure12"));
        assert!(!speaks_of_figure("Section 4.2 on Figure 12", "figure1_pnas"));
        assert!(!speaks_of_figure("Table 5", "figure5") && !speaks_of_figure("Figure 5", "hypervolume"));
        assert!(!speaks_of_figure("Figure 5", "figures"));
        assert_eq!(in_words("figure5_popnas_b2"), "Figure 5 (popnas b2)");
        assert_eq!([in_words("figure12"), in_words("best_network")], ["Figure 12", "best network"]);
        assert_eq!(of("Table 3, row 2 (B = 4)"), "Table 3");
    }
}
