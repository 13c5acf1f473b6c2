//! What became of the claims about the number of a cell: links to them, shown as their verdicts.

use std::collections::BTreeMap;

use super::claim::Verdict;
use super::markup;

/// What became of a claim about a quantity.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// The claim's id.
    pub claim: String,
    /// Its verdict.
    pub verdict: Verdict,
    /// What the paper has, and how far ours lies above it, in words; empty where the claim compares with no number of the paper.
    pub paper: String,
}

/// The marks of quantities, by name.
pub type Marks<'a> = BTreeMap<&'a str, Vec<Mark>>;

/// Most verdicts that one cell shows.
const MOST_MARKS: usize = 3;

/// The paper's number where there is one, and a link to each claim, shown as its verdict.
pub(crate) fn html_of_marks(marks: &[Mark]) -> String {
    let mut text = String::new();
    if let Some(Mark { paper, .. }) = marks.iter().find(|mark| !mark.paper.is_empty()) {
        text.push_str(&format!("<span class=\"n\">{paper}</span>"));
    }
    text.push_str("<span class=\"marks\">");
    for Mark { claim, verdict, .. } in marks.iter().take(MOST_MARKS) {
        let (word, sign, class) = (verdict.name(), verdict.sign(), verdict.name().replace(' ', "-"));
        let claim = markup::anchor(claim);
        text.push_str(&format!(
            "<a class=\"{class} sign\" href=\"#{claim}\" aria-label=\"{word}: the claim\">{sign}</a> "
        ));
    }
    if marks.len() > MOST_MARKS {
        text.push_str(&format!("<span class=\"n\">+{}</span>", marks.len() - MOST_MARKS));
    }
    text.push_str("</span>");
    text
}
