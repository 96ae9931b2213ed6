//! What is wrong with documents before a customer finds out: the same text twice, numbers that contradict each other, dates that
//! have passed, documents that no question reaches and questions that no document answers. Pure: passages in, findings out.

pub mod contradictions;
pub mod dates;
pub mod duplicates;
pub mod reach;

use serde::Serialize;

use crate::model::passage::Passage;

/// Something that a person should look at.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    pub kind: Kind,
    pub severity: Severity,
    /// Where it stands; the first place is the one that is named.
    pub places: Vec<Place>,
    /// In a few words.
    pub en: String,
    pub zh: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Contradiction,
    StaleDate,
    Duplicate,
    Orphan,
    Unanswered,
}

/// What `frontdesk kb lint` does about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Customers may get a wrong answer: the check fails.
    Error,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// Name of the document.
    pub document: String,
    /// Headings above, and the question of a listed one.
    pub heading: Vec<String>,
    /// Words of the document.
    pub quote: String,
}

/// Finds what documents alone can tell. `today` is `yyyymmdd`; a page that says it was revised more than `stale_years` ago is stale.
#[must_use]
pub fn lint(passages: &[Passage], today: u32, stale_years: u32) -> Vec<Finding> {
    let mut findings = contradictions::find(passages);
    findings.extend(dates::find(passages, today, stale_years));
    findings.extend(duplicates::find(passages));
    findings
}

fn place(passage: &Passage, quote: &str) -> Place {
    Place {
        document: passage.source.clone(),
        heading: passage.heading.iter().chain(&passage.question).cloned().collect(),
        quote: quote.split_whitespace().collect::<Vec<_>>().join(" "),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::model::id::{ChunkName, DocumentId};
    use crate::text::language::detect;

    pub(super) fn passage(document: &str, heading: &str, text: &str) -> Passage {
        Passage {
            chunk: ChunkName::of(&[document, heading, text]),
            document: DocumentId(Uuid::from_u128(document.len() as u128)),
            title: document.to_owned(),
            source: document.to_owned(),
            heading: vec![heading.to_owned()],
            question: None,
            text: text.to_owned(),
            start: 0,
            end: text.len(),
            language: detect(text),
        }
    }

    #[test]
    fn all_kinds_are_found_together() {
        let passages = [
            passage("a.md", "Returns", "You can return shoes within 30 days. Valid until 2025-01-31."),
            passage("bb.md", "Returns", "You can return shoes within 14 days."),
            passage("ccc.md", "Returns", "You can return shoes within 14 days."),
        ];
        let kinds: Vec<Kind> = lint(&passages, 20_260_601, 2).into_iter().map(|finding| finding.kind).collect();
        assert_eq!(kinds, [Kind::Contradiction, Kind::Contradiction, Kind::StaleDate, Kind::Duplicate]);
    }
}
