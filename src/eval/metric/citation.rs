//! Citation precision and recall: does the answer rest on the right documents, and on the right words of them?

use crate::eval::case::Cite;
use crate::model::passage::Citation;
use crate::text::normalise::fold;

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Citations {
    /// Citations that are expected / citations. `None` when nothing was cited.
    pub precision: Option<f64>,
    /// Expected ones that were cited / expected ones.
    pub recall: f64,
    /// One of the expected ones was cited.
    pub any: bool,
}

/// Compares what was cited with what was expected; `None` when nothing was expected.
///
/// A document is met by its file name, a span by a quote that holds it or lies in it. Source: Gao et al. 2023, EMNLP
/// ("Enabling LLMs to Generate Text with Citations"), with labels in the place of an entailment model.
#[must_use]
pub fn citations(cited: &[Citation], expected: &[Cite]) -> Option<Citations> {
    if expected.is_empty() {
        return None;
    }
    let right = cited.iter().filter(|citation| expected.iter().any(|cite| meets(citation, cite))).count();
    let found = expected.iter().filter(|cite| cited.iter().any(|citation| meets(citation, cite))).count();
    Some(Citations {
        precision: (!cited.is_empty()).then(|| right as f64 / cited.len() as f64),
        recall: found as f64 / expected.len() as f64,
        any: found > 0,
    })
}

fn meets(citation: &Citation, cite: &Cite) -> bool {
    if citation.source != cite.document() {
        return false;
    }
    match cite {
        Cite::Document(_) => true,
        Cite::Span(span) => {
            let (quote, words) = (plain(&citation.quote), plain(&span.quote));
            !quote.is_empty() && (quote.contains(&words) || words.contains(&quote))
        }
    }
}

fn plain(text: &str) -> String {
    fold(text).chars().filter(|c| c.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::model::id::{ChunkName, DocumentId};

    fn citation(source: &str, quote: &str) -> Citation {
        Citation {
            number: 1,
            document: DocumentId(Uuid::nil()),
            chunk: ChunkName::of(&["x"]),
            title: String::new(),
            source: source.to_owned(),
            heading: Vec::new(),
            quote: quote.to_owned(),
            start: 0,
            end: 0,
        }
    }

    #[test]
    fn documents_and_spans_are_counted() {
        let expected: Vec<Cite> =
            serde_json::from_str(r#"["returns.md",{"document":"faq.csv","quote":"within 30 days"}]"#).unwrap();
        let cited =
            [citation("returns.md", "x"), citation("faq.csv", "Return it **within 30 days**."), citation("a.md", "x")];
        let found = citations(&cited, &expected).unwrap();
        assert_eq!((found.precision, found.recall, found.any), (Some(2.0 / 3.0), 1.0, true));
        let found = citations(&[citation("faq.csv", "within 60 days")], &expected).unwrap();
        assert_eq!((found.precision, found.recall, found.any), (Some(0.0), 0.0, false));
        assert_eq!(citations(&[], &expected).unwrap().precision, None);
        assert_eq!(citations(&cited, &[]), None);
    }
}
