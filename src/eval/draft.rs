//! Drafts cases from documents, without a model: listed questions, headings, and sentences with a number to ask for. A draft is
//! marked unreviewed: no run takes it before a person has looked at it, unless it is asked for.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use crate::eval::case::{Case, Cite, Context, Expect, Fact, Measured, Span, Turn};
use crate::model::decision::Action;
use crate::model::passage::Passage;
use crate::text::language::Language;
use crate::text::quantities::quantities;
use crate::text::quantities::quantity::{Quantity, Unit};
use crate::text::sentences::sentences;
use crate::text::terms::terms;

/// Facts of one case: an answer may be right without every number of the passage.
const FACTS: usize = 2;
/// Words that a sentence must have besides its number, and characters that it may have.
const WORDS: usize = 4;
const LONGEST: usize = 160;

/// Drafts at most `per_document` cases for each document: listed questions first, then numbers, then headings.
#[must_use]
pub fn draft(passages: &[Passage], per_document: usize) -> Vec<Case> {
    let mut drafts: BTreeMap<&str, [Vec<Case>; 3]> = BTreeMap::new();
    for passage in passages {
        let of = drafts.entry(&passage.source).or_default();
        if let Some(question) = &passage.question {
            of[0].push(listed(passage, question));
            continue;
        }
        of[1].extend(sentences(&passage.text).into_iter().filter_map(|range| number(passage, &passage.text[range])));
        of[2].extend(passage.heading.last().map(|heading| headed(passage, heading)));
    }
    let mut cases = Vec::new();
    for kinds in drafts.into_values() {
        let mut asked = BTreeSet::new();
        let drafts = kinds.into_iter().flat_map(|kind| spread(kind, per_document));
        let fresh = drafts.filter(|case| asked.insert(case.question().to_owned()));
        cases.extend(fresh.take(per_document).collect::<Vec<_>>());
    }
    cases
}

/// So many of a list, from its beginning to its end.
fn spread(cases: Vec<Case>, most: usize) -> Vec<Case> {
    let step = cases.len().div_ceil(most.max(1)).max(1);
    cases.into_iter().step_by(step).collect()
}

/// Numbers of a text that a right answer states, each readable by itself.
#[must_use]
pub fn facts(text: &str) -> Vec<Fact> {
    let mut facts: Vec<Fact> = Vec::new();
    for found in quantities(text).iter().filter(|found| found.unit != Unit::Count) {
        let fact = Fact::Quantity(Measured { quantity: text[found.place.clone()].trim().to_owned(), within: None });
        let alone = matches!(&fact, Fact::Quantity(measured) if quantities(&measured.quantity).len() == 1);
        if alone && !facts.contains(&fact) && facts.len() < FACTS {
            facts.push(fact);
        }
    }
    facts
}

fn listed(passage: &Passage, question: &str) -> Case {
    let expect =
        Expect { facts: facts(&passage.text), answers: vec![passage.text.trim().to_owned()], ..cites(passage, "") };
    case("listed", passage, question.trim().to_owned(), expect)
}

fn headed(passage: &Passage, heading: &str) -> Case {
    let heading = heading.trim();
    let question = match passage.language {
        _ if heading.ends_with(['?', '？']) => heading.to_owned(),
        Language::En => format!("What should I know about “{heading}”?"),
        Language::Zh => format!("关于“{heading}”有什么规定？"),
    };
    case("heading", passage, question, cites(passage, ""))
}

/// A sentence with one number becomes the question for it.
fn number(passage: &Passage, sentence: &str) -> Option<Case> {
    let sentence = sentence.trim().trim_start_matches(['-', '*', ' ']);
    let found = quantities(sentence);
    let [asked] = found.as_slice() else { return None };
    let facts = facts(sentence);
    if facts.len() != 1 || sentence.contains(['|', ':', '：']) || sentence.chars().count() > LONGEST {
        return None;
    }
    let (before, after) = (&sentence[..asked.place.start], &sentence[asked.place.end..]);
    if terms(&format!("{before} {after}")).len() < WORDS {
        return None;
    }
    let word = question_word(asked, passage.language);
    let plain = after.trim_end_matches(['.', '。', '!', '！', ';', '；', ' ']);
    let question = match passage.language {
        Language::En => format!("{before}{word}{plain}?"),
        Language::Zh => format!("{}{word}{}？", before.trim_end(), plain.trim_start()),
    };
    let expect = Expect { facts, ..cites(passage, sentence) };
    Some(case("number", passage, question.replace("**", ""), expect))
}

fn question_word(quantity: &Quantity, language: Language) -> &'static str {
    let (en, zh) = match quantity.unit {
        Unit::Time | Unit::Workdays | Unit::Months => ("how long", "多久"),
        Unit::Usd | Unit::Cny | Unit::Eur | Unit::Gbp | Unit::Hkd => ("how much", "多少钱"),
        Unit::Percent => ("what percentage", "百分之几"),
        Unit::Zhe => ("what discount", "几折"),
        Unit::Date | Unit::Clock | Unit::Weekday => ("when", "什么时候"),
        _ => ("how many", "多少"),
    };
    if language == Language::Zh { zh } else { en }
}

fn cites(passage: &Passage, quote: &str) -> Expect {
    let document = passage.source.clone();
    let cite = match quote {
        "" => Cite::Document(document),
        quote => Cite::Span(Span { document, quote: quote.to_owned() }),
    };
    Expect { cites: vec![cite], ..answer() }
}

/// An answer, of which nothing more is demanded.
#[must_use]
pub fn answer() -> Expect {
    Expect {
        decision: Action::Answer,
        accept: Vec::new(),
        reason: None,
        rule: None,
        facts: Vec::new(),
        cites: Vec::new(),
        must_not: Vec::new(),
        language: None,
        answers: Vec::new(),
        tools: Vec::new(),
        max_latency_ms: None,
        max_cost: None,
        summary: Vec::new(),
    }
}

/// A draft. Its id follows from what it asks, so that drafting again gives the same.
#[must_use]
pub fn case(kind: &str, passage: &Passage, question: String, expect: Expect) -> Case {
    let digest = Sha256::digest(format!("{}\n{question}", passage.source).as_bytes());
    let short: String = digest[..5].iter().map(|byte| format!("{byte:02x}")).collect();
    Case {
        id: format!("{}-draft-{short}", passage.language.tag()),
        language: passage.language,
        turns: vec![Turn::Customer(question)],
        context: Context::default(),
        expect,
        tags: vec!["draft".to_owned(), kind.to_owned()],
        zero_tolerance: false,
        known_failure: false,
        source: Some(passage.source.clone()),
        unreviewed: true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::id::{ChunkName, DocumentId};
    use crate::text::language::detect;
    use uuid::Uuid;

    fn passage(question: Option<&str>, heading: &str, text: &str) -> Passage {
        Passage {
            chunk: ChunkName::of(&[heading, text]),
            document: DocumentId(Uuid::nil()),
            title: "Returns".to_owned(),
            source: "returns.md".to_owned(),
            heading: vec![heading.to_owned()],
            question: question.map(str::to_owned),
            text: text.to_owned(),
            start: 0,
            end: text.len(),
            language: detect(text),
        }
    }

    #[test]
    fn documents_become_questions_with_their_answers() {
        let passages = [
            passage(Some("Can I return a gift?"), "FAQ", "Yes, within 30 days of delivery."),
            passage(None, "Refunds", "We refund credit cards within 5 working days. Call us."),
            passage(None, "运费", "港澳地区每单运费 38 元起。"),
        ];
        let cases = draft(&passages, 9);
        let questions: Vec<&str> = cases.iter().map(Case::question).collect();
        assert_eq!(
            questions,
            [
                "Can I return a gift?",
                "We refund credit cards within how long?",
                "港澳地区每单运费多少钱起？",
                "What should I know about “Refunds”?",
                "关于“运费”有什么规定？"
            ]
        );
        assert!(cases.iter().all(|case| case.unreviewed && case.complaints().is_empty()), "{cases:?}");
        assert_eq!(cases[1].expect.facts.len(), 1);
        assert_eq!(draft(&passages, 9), cases);
        assert_eq!(draft(&passages, 2).len(), 2);
    }
}
