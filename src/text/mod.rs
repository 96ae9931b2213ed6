//! Words: folding, terms, sentences, languages. Plain functions on text; no room above is known here.

pub mod identifiers;
pub mod language;
pub mod normalise;
pub mod pattern;
pub mod patterns;
pub mod quantities;
pub mod sentences;
pub mod synonyms;
pub mod terms;
