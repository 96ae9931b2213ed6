//! What questions and documents have to do with each other: documents that no question reaches, questions that none answers.

use std::collections::{BTreeMap, BTreeSet};

use super::{Finding, Kind, Place, Severity};
use crate::text::terms::terms;

/// A question that was asked, by a customer or by a suite.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    pub question: String,
    /// Names of the documents that were among those considered.
    pub reached: Vec<String>,
    /// The documents were no answer.
    pub unanswered: bool,
}

/// Fewer questions than this tell nothing about a document that none of them reaches.
const FEWEST: usize = 30;
/// Share of words that two questions have in common to be one.
const SAME: f64 = 0.6;

/// Compares what was asked with the documents.
#[must_use]
pub fn find(documents: &BTreeSet<String>, asked: &[Asked]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let reached: BTreeSet<&String> = asked.iter().flat_map(|asked| &asked.reached).collect();
    if asked.len() >= FEWEST {
        for document in documents.iter().filter(|document| !reached.contains(document)) {
            let count = asked.len();
            findings.push(Finding {
                kind: Kind::Orphan,
                severity: Severity::Note,
                places: vec![Place { document: document.clone(), heading: Vec::new(), quote: String::new() }],
                en: format!("none of {count} questions reaches it"),
                zh: format!("{count} 个问题都没有检索到它"),
            });
        }
    }
    let mut groups: Vec<(BTreeSet<String>, &str, usize)> = Vec::new();
    for asked in asked.iter().filter(|asked| asked.unanswered) {
        let words: BTreeSet<String> = terms(&asked.question).into_iter().collect();
        let alike = |known: &BTreeSet<String>| {
            let shared = known.intersection(&words).count() as f64;
            shared / (known.len() + words.len()).max(1) as f64 * 2.0
        };
        match groups.iter_mut().find(|(known, _, _)| alike(known) >= SAME) {
            Some(group) => group.2 += 1,
            None => groups.push((words, &asked.question, 1)),
        }
    }
    groups.sort_by_key(|group| std::cmp::Reverse(group.2));
    for (_, question, count) in groups {
        findings.push(Finding {
            kind: Kind::Unanswered,
            severity: Severity::Note,
            places: vec![Place { document: String::new(), heading: Vec::new(), quote: question.to_owned() }],
            en: format!("no document answers it; asked {count} times"),
            zh: format!("没有文档能回答；被问过 {count} 次"),
        });
    }
    findings
}

/// How many findings of each kind there are.
#[must_use]
pub fn count(findings: &[Finding]) -> BTreeMap<Kind, usize> {
    let mut counts = BTreeMap::new();
    for finding in findings {
        *counts.entry(finding.kind).or_default() += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(question: &str, reached: &[&str], unanswered: bool) -> Asked {
        let reached = reached.iter().map(|name| (*name).to_owned()).collect();
        Asked { question: question.to_owned(), reached, unanswered }
    }

    #[test]
    fn unreached_documents_and_unanswered_questions_are_counted() {
        let documents = ["a.md", "b.md"].map(str::to_owned).into();
        let mut all =
            vec![asked("Do you ship to Mars?", &["a.md"], true), asked("do you ship to mars", &["a.md"], true)];
        let few = find(&documents, &all);
        assert_eq!(few.iter().map(|finding| finding.kind).collect::<Vec<_>>(), [Kind::Unanswered]);
        assert!(few[0].en.contains("2 times"), "{}", few[0].en);
        all.extend((0..40).map(|_| asked("How long do refunds take?", &["a.md"], false)));
        assert_eq!(count(&find(&documents, &all)), BTreeMap::from([(Kind::Orphan, 1), (Kind::Unanswered, 1)]));
    }
}
