//! Groundedness: does every sentence of the answer stand in what it cites?

use crate::dialogue::verify::checks::Why;
use crate::dialogue::verify::ground::{Ground, prepare};
use crate::dialogue::verify::statement::read;
use crate::dialogue::verify::{Verdict, verify};
use crate::model::passage::{Citation, Passage};
use crate::text::language::detect;
use crate::text::sentences::sentences;

/// Sentences that the product's own verification finds in the cited words / sentences that claim something. `None` when nothing is
/// claimed or cited.
///
/// Source: the "faithfulness" of Es et al. 2024, EACL (RAGAS), by `dialogue::verify` in the place of a model.
#[must_use]
pub fn grounded(text: &str, citations: &[Citation], question: &str) -> Option<f64> {
    if citations.is_empty() {
        return None;
    }
    let passages: Vec<Passage> = citations.iter().map(passage).collect();
    let grounds: Vec<Ground<'_>> = passages.iter().map(prepare).collect();
    let question = read(question);
    let (mut supported, mut claimed) = (0.0, 0.0);
    for place in sentences(text) {
        match verify(&text[place], &grounds, &question) {
            Verdict::Passes(_) => {
                supported += 1.0;
                claimed += 1.0;
            }
            Verdict::Declines | Verdict::Fails { why: Why::SaysNothing, .. } => {}
            Verdict::Fails { .. } => claimed += 1.0,
        }
    }
    (claimed > 0.0).then_some(supported / claimed)
}

fn passage(citation: &Citation) -> Passage {
    Passage {
        chunk: citation.chunk.clone(),
        document: citation.document,
        title: citation.title.clone(),
        source: citation.source.clone(),
        heading: citation.heading.clone(),
        question: None,
        text: citation.quote.clone(),
        start: citation.start,
        end: citation.end,
        language: detect(&citation.quote),
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::model::id::{ChunkName, DocumentId};

    #[test]
    fn sentences_that_the_quote_does_not_say_are_counted() {
        let citation = Citation {
            number: 1,
            document: DocumentId(Uuid::nil()),
            chunk: ChunkName::of(&["x"]),
            title: "Returns".to_owned(),
            source: "returns.md".to_owned(),
            heading: Vec::new(),
            quote: "You can return an item within 30 days of delivery.".to_owned(),
            start: 0,
            end: 50,
        };
        let share = |text: &str| grounded(text, std::slice::from_ref(&citation), "How long can I return an item?");
        assert_eq!(share("You can return an item within 30 days of delivery."), Some(1.0));
        assert_eq!(share("You can return an item within 60 days of delivery."), Some(0.0));
        assert_eq!(grounded("Anything.", &[], ""), None);
    }
}
