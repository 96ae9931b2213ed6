//! The same text in two documents: one of them will be forgotten when the other changes.

use std::collections::BTreeMap;

use super::{Finding, Kind, Severity, place};
use crate::model::passage::Passage;
use crate::text::normalise::fold;

/// Shorter texts may stand twice: a phone number, a greeting.
const SHORTEST: usize = 24;

/// Passages that say the same in every letter and number, in different documents.
#[must_use]
pub fn find(passages: &[Passage]) -> Vec<Finding> {
    let mut same: BTreeMap<String, Vec<&Passage>> = BTreeMap::new();
    for passage in passages {
        let plain: String = fold(&passage.text).chars().filter(|c| c.is_alphanumeric()).collect();
        if plain.len() >= SHORTEST {
            same.entry(plain).or_default().push(passage);
        }
    }
    let mut findings = Vec::new();
    for passages in same.into_values() {
        let mut documents: Vec<&Passage> = passages;
        documents.dedup_by(|a, b| a.source == b.source);
        if documents.len() > 1 {
            let count = documents.len();
            let beginning: String = documents[0].text.chars().take(160).collect();
            findings.push(Finding {
                kind: Kind::Duplicate,
                severity: Severity::Note,
                places: documents.iter().map(|passage| place(passage, &beginning)).collect(),
                en: format!("the same text stands in {count} documents"),
                zh: format!("同一段文字出现在 {count} 份文档中"),
            });
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::tests::passage;
    use super::*;

    #[test]
    fn the_same_words_in_two_documents_are_found_once() {
        let text = "Standard delivery takes three working days.";
        let found = find(&[
            passage("a.md", "x", text),
            passage("bb.md", "y", "STANDARD delivery takes three working days"),
            passage("ccc.md", "y", "Standard delivery takes four working days."),
            passage("ccc.md", "z", "Call us."),
            passage("dddd.md", "z", "Call us."),
        ]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].places.len(), 2);
        assert!(find(&[passage("a.md", "x", text), passage("a.md", "y", text)]).is_empty());
    }
}
