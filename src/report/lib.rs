//! From findings to verdicts to pages.

pub mod badge; //             a small SVG that says how many claims are reproduced
pub mod board; //             all profiles side by side
pub mod catalogue; //         what an analysis measures, by name
pub mod checked; //           a certificate that somebody verified a commit
pub mod checklist; //         the rows of a reproducibility checklist
pub mod claim; //             the claims of a paper, what is expected of them, and their verdicts
mod clock; //                 where training times come from
pub mod clusters; //          what a profile says of its clusters beforehand
mod compare; //               two quantities against each other, with the interval of their difference
pub mod expectation; //       an expectation in words
pub mod findings; //          what an analysis found: quantities, tables, figures
pub mod findings_contract; // what the findings of every paper keep to
mod json; //                  JSON that people can read
pub mod judge; //             from a claim and the findings to a verdict
pub mod marks; //             links from the cells of tables to the claims about them
pub mod markup; //            texts of manifests as HTML and as Markdown
pub mod number; //            numbers as people read them
pub mod numbers; //           every number of a report by its name, for the text of a paper
pub mod outlook; //           before a run: can the planned clusters decide a claim?
pub mod page; //              what a report is made of: the input of rendering
pub mod plot; //              a figure as SVG
pub mod range; //             what a quantity can be
pub mod render; //            the files of a report
pub mod sentence; //          a sentence about what was found, with its numbers filled in
pub mod summary; //           size, mean and intervals of every quantity
pub mod table; //             a table as Markdown, HTML, LaTeX, CSV and JSON
mod view; //                  the report as the templates see it
