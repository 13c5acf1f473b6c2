//! The paper that a manifest is about, and where the paper, its code and this project part.

use super::decode::{Item, Section};
use renas_report::page::{self, AuditEntry, Deviation};

pub(super) fn paper_reference(section: &mut Section<'_>) -> page::Paper {
    page::Paper {
        title: section.text("title"),
        authors: section.list("authors", Item::text).join(", "),
        year: section.optional("year", |item| item.integer(1900..=2100)),
        link: section.optional("link", link).unwrap_or_default(),
    }
}

fn link(item: &Item<'_>) -> String {
    let link = item.text();
    if !link.is_empty() && !link.starts_with("https://") {
        item.problem("is no address that begins with `https://`");
    }
    link
}

pub(super) fn audit_entry(section: &mut Section<'_>, id: String) -> AuditEntry {
    AuditEntry {
        id,
        subject: section.text("subject"),
        paper_says: section.text("paper_says"),
        code_does: section.text("code_does"),
        we_do: section.text("we_do"),
        source: section.text("source"),
        affects: section.optional("affects", |item| item.list(Item::text)).unwrap_or_default(),
    }
}

pub(super) fn deviation(section: &mut Section<'_>, id: String) -> Deviation {
    Deviation { id, what: section.text("what"), why: section.text("why") }
}
