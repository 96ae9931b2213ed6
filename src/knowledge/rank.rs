//! What of a chunk is indexed, and what of a conversation is asked: pure, and one place for indexing, searching and
//! measuring, so that they cannot drift apart.

use crate::embed::Vector;
use crate::index::Entry;
use crate::knowledge::document::Chunk;
use crate::text::terms::terms;

/// The index entry of a chunk of a document titled `title`.
#[must_use]
pub fn entry(title: &str, chunk: &Chunk, vector: Option<Vector>) -> Entry {
    let mut words = terms(title);
    for heading in chunk.heading.iter().chain(&chunk.question) {
        words.extend(terms(heading));
    }
    words.extend(terms(&chunk.text));
    Entry { chunk: chunk.name.clone(), terms: words, vector }
}

/// What an embedding model reads of a chunk: where it stands, then what it says.
#[must_use]
pub fn text_to_embed(title: &str, chunk: &Chunk) -> String {
    let above = std::iter::once(title).chain(chunk.heading.iter().map(String::as_str));
    let path: Vec<&str> = above.filter(|name| !name.is_empty()).collect();
    let question = chunk.question.as_deref().unwrap_or_default();
    let lines = [path.join(" > "), question.to_owned(), chunk.text.clone()];
    lines.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// The terms of weighted texts (the turns of a conversation). A term counts with its weight each time it occurs.
#[must_use]
pub fn query_terms(lexical: &[(String, f32)]) -> Vec<(String, f32)> {
    let mut query: Vec<(String, f32)> = Vec::new();
    for (text, weight) in lexical.iter().filter(|(_, weight)| *weight > 0.0) {
        for term in terms(text) {
            match query.iter_mut().find(|(known, _)| *known == term) {
                Some((_, sum)) => *sum += weight,
                None => query.push((term, *weight)),
            }
        }
    }
    query
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_terms_add_up() {
        let query =
            query_terms(&[("returns of returns".into(), 1.0), ("returning shoes".into(), 0.5), ("x".into(), 0.0)]);
        assert_eq!(query, [("return".to_owned(), 2.5), ("of".to_owned(), 1.0), ("shoe".to_owned(), 0.5)]);
    }
}
