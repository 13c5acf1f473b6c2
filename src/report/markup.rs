//! Texts of manifests and findings, as HTML, as Markdown and as LaTeX.
//!
//! Such a text is plain but for two marks: `` `code` `` and `[words](https://...)`. All else stands for itself: all
//! formats escape it, so a text with `*`, `_` or `<script>` reads the same everywhere and can do nothing.

/// A piece of a text.
enum Piece<'a> {
    Plain(&'a str),
    Code(&'a str),
    Link { words: &'a str, target: &'a str },
}

/// The text as HTML, to stand within an element.
pub fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for piece in pieces(text) {
        match piece {
            Piece::Plain(words) => push_escaped(&mut out, words),
            Piece::Code(code) => {
                out.push_str("<code>");
                push_escaped(&mut out, code);
                out.push_str("</code>");
            }
            Piece::Link { words, target } => {
                out.push_str("<a href=\"");
                push_escaped(&mut out, target);
                out.push_str("\">");
                push_escaped(&mut out, words);
                out.push_str("</a>");
            }
        }
    }
    out
}

/// The text as one line of Markdown.
pub fn line(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for piece in pieces(text) {
        match piece {
            Piece::Plain(words) => push_markdown(&mut out, words),
            Piece::Code(code) => out.push_str(&format!("`{}`", code.split_whitespace().collect::<Vec<_>>().join(" "))),
            Piece::Link { words, target } => out.push_str(&format!("[{words}]({target})")),
        }
    }
    out
}

/// The text as a cell of a Markdown table: `line` with its bars escaped, or a dash where it is empty.
pub fn cell(text: &str) -> String {
    let text = line(text).replace('|', "\\|");
    if text.is_empty() { "–".to_owned() } else { text }
}

/// The text as one line of LaTeX; of a link its words.
pub fn latex(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for piece in pieces(text) {
        match piece {
            Piece::Plain(words) | Piece::Link { words, target: _ } => push_latex(&mut out, words),
            Piece::Code(code) => {
                out.push_str("\\texttt{");
                push_latex(&mut out, code);
                out.push('}');
            }
        }
    }
    out
}

/// The words of the text in one line, without its marks: for drawings and titles, which have none.
pub fn plain(text: &str) -> String {
    let mut words = String::with_capacity(text.len());
    for piece in pieces(text) {
        let (Piece::Plain(more) | Piece::Code(more) | Piece::Link { words: more, .. }) = piece;
        words.push_str(more);
    }
    let is_gap = |c: char| (c.is_whitespace() || c.is_control()) && c != '\u{a0}';
    words.split(is_gap).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The text of an HTML element or attribute, with nothing marked.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    push_escaped(&mut out, text);
    out
}

/// A name that can stand in an `id` attribute and in a link to it.
pub fn anchor(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c.to_ascii_lowercase() } else { '-' }).collect()
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text.trim();
    let mut plain = rest;
    // `plain` starts where the last piece ended, `rest` where the search goes on.
    while let Some(found) = rest.find(['`', '[']) {
        match marked(&rest[found..]) {
            Some((piece, length)) => {
                let before = &plain[..plain.len() - rest.len() + found];
                if !before.is_empty() {
                    pieces.push(Piece::Plain(before));
                }
                pieces.push(piece);
                rest = &rest[found + length..];
                plain = rest;
            }
            None => rest = &rest[found + 1..],
        }
    }
    if !plain.is_empty() {
        pieces.push(Piece::Plain(plain));
    }
    pieces
}

/// The mark that the text starts with, and its length.
fn marked(text: &str) -> Option<(Piece<'_>, usize)> {
    if let Some(code) = text.strip_prefix('`') {
        let code = &code[..code.find('`')?];
        return (!code.trim().is_empty()).then_some((Piece::Code(code), code.len() + 2));
    }
    let (words, after) = text.strip_prefix('[')?.split_once("](")?;
    let target = &after[..after.find(')')?];
    let safe = target.starts_with("https://") || target.starts_with("http://") || target.starts_with('#');
    let whole = !words.contains(['[', ']', '`']) && !target.contains([' ', '<', '>', '"', '\n']);
    (safe && whole).then_some((Piece::Link { words, target }, words.len() + target.len() + 4))
}

fn push_escaped(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
}

/// One line; what LaTeX would obey, and what its older fonts lack, is escaped.
fn push_latex(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '\u{a0}' => out.push('~'),
            c if c.is_whitespace() && (out.is_empty() || out.ends_with(' ')) => {}
            c if c.is_whitespace() => out.push(' '),
            c if c.is_control() => {}
            '{' | '}' | '$' | '&' | '#' | '%' | '_' => {
                out.push('\\');
                out.push(c);
            }
            '\\' => out.push_str("\\textbackslash{}"),
            '~' => out.push_str("\\textasciitilde{}"),
            '^' => out.push_str("\\textasciicircum{}"),
            '|' => out.push_str("\\textbar{}"),
            '<' => out.push_str("\\textless{}"),
            '>' => out.push_str("\\textgreater{}"),
            '–' => out.push_str("--"),
            '“' => out.push_str("``"),
            '”' => out.push_str("''"),
            '…' => out.push_str("\\dots{}"),
            '×' => out.push_str("$\\times$"),
            '±' => out.push_str("$\\pm$"),
            c => out.push(c),
        }
    }
}

/// One line: white space of any length is one space; what Markdown would obey is escaped.
fn push_markdown(out: &mut String, text: &str) {
    let mut previous = ' ';
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        let word = |c: char| c.is_alphanumeric();
        match c {
            // A no-break space stays what it is.
            c if c.is_whitespace() && c != '\u{a0}' => {
                if !out.is_empty() && !out.ends_with(' ') {
                    out.push(' ');
                }
                previous = ' ';
                continue;
            }
            '_' if word(previous) && characters.peek().copied().is_some_and(word) => out.push('_'),
            // Brackets alone are text: an interval stays readable in the source.
            ']' if characters.peek() != Some(&'(') => out.push(']'),
            '\\' | '*' | '_' | '<' | '`' | ']' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
        previous = c;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_and_safe_links_are_marked_and_all_else_is_text() {
        let text = "see `a<b` and [the code](https://example.org/x?a=1&b=2), not [x](javascript:1) or <script>";
        assert_eq!(
            html(text),
            "see <code>a&lt;b</code> and <a href=\"https://example.org/x?a=1&amp;b=2\">the code</a>, \
             not [x](javascript:1) or &lt;script&gt;"
        );
        assert_eq!(
            line(text),
            "see `a<b` and [the code](https://example.org/x?a=1&b=2), not [x\\](javascript:1) or \\<script>"
        );
    }

    #[test]
    fn folded_lines_become_one_and_words_keep_their_underscores() {
        assert_eq!(line("a\n  cost_model *b*\u{a0}%  c\n"), "a cost_model \\*b\\*\u{a0}% c");
        assert_eq!(line("one `code` two"), "one `code` two");
    }

    #[test]
    fn bars_are_escaped_in_cells_even_in_code_and_an_empty_cell_is_a_dash() {
        assert_eq!(cell("a|b `c|d`"), "a\\|b `c\\|d`");
        assert_eq!(cell("  "), "–");
    }

    #[test]
    fn plain_words_have_no_marks_no_lines_and_nothing_that_xml_forbids() {
        assert_eq!(
            plain("see `a<b` and\n [the code](https://example.org)\u{1}\u{0}, 5\u{a0}%"),
            "see a<b and the code , 5\u{a0}%"
        );
    }

    #[test]
    fn nothing_of_a_text_commands_latex() {
        assert_eq!(
            latex("50\u{a0}% of a_b & `c_d`, [e](https://example.org/#f) \\input{x} ~^|<>\n $5"),
            "50~\\% of a\\_b \\& \\texttt{c\\_d}, e \\textbackslash{}input\\{x\\} \\textasciitilde{}\\textasciicircum{}\\textbar{}\
             \\textless{}\\textgreater{} \\$5"
        );
        assert_eq!(latex("“1 – 2” × 3 ± 4…"), "``1 -- 2'' $\\times$ 3 $\\pm$ 4\\dots{}");
    }

    #[test]
    fn an_unclosed_mark_is_text() {
        assert_eq!(html("a ` b [c"), "a ` b [c");
        assert_eq!(html("[a](https://x"), "[a](https://x");
    }

    #[test]
    fn an_anchor_holds_only_letters_digits_and_hyphens() {
        assert_eq!(anchor("Table 2, a_b"), "table-2--a_b");
    }
}
