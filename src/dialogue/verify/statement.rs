//! What a text states, clause by clause: the same reading for a sentence that wants out and for the passage that should
//! support it.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::dialogue::verify::lexicon::LEXICON;
use crate::text::identifiers::{Kind, canonical, identifiers};
use crate::text::language::is_han;
use crate::text::pattern::pattern;
use crate::text::quantities::quantities;
use crate::text::quantities::quantity::Quantity;

/// A part of a sentence that says one thing.
#[derive(Clone, Debug, Default)]
pub struct Clause {
    pub plain: String,
    /// Content terms.
    pub terms: BTreeSet<String>,
    /// Han characters of the content.
    pub signs: BTreeSet<char>,
    pub quantities: Vec<Quantity>,
    pub negations: usize,
    /// Groups of the lexicon.
    pub groups: BTreeSet<usize>,
    pub conditional: bool,
}

/// A text, read.
#[derive(Clone, Debug, Default)]
pub struct Statement {
    pub plain: String,
    pub clauses: Vec<Clause>,
    pub identifiers: Vec<(Kind, String)>,
    /// Proper names and words in quotation marks, folded.
    pub names: Vec<String>,
}

static BREAK: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)[,，;；。！？!?（）()\n—]|[:：](?:\s|$)|：|\.(?:\s|$)|\b(?:but|unless|if|except|while|whereas|provided that|as long as|although|because|however|otherwise)\b|但是?|除非|如果|否则|而且|不过",
    )
});
static VERB: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:is|are|was|were|be|can|cannot|will|would|may|must|do|does|did|has|have|had|shall|should|we|you|it|they|i|please|then|\w+n't)\b",
    )
});
static AND: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\band\b|\bor\b|和|或|、|/"));
static QUOTED: LazyLock<Regex> = LazyLock::new(|| pattern("[「『《“\"]([^」』》”\"]{1,40})[」』》”\"]"));
static NAME: LazyLock<Regex> = LazyLock::new(|| pattern(r"[A-Z][A-Za-z0-9]*(?:['’-][A-Za-z]+)*"));
static LATIN: LazyLock<Regex> = LazyLock::new(|| pattern(r"[A-Za-z][A-Za-z0-9+]{1,}"));

/// Reads a text.
#[must_use]
pub fn read(text: &str) -> Statement {
    let found = identifiers(text);
    let measured = quantities(text);
    let masked = mask(text, found.iter().map(|identifier| identifier.place.clone()));
    let places: Vec<Range<usize>> = measured.iter().map(|quantity| quantity.place.clone()).collect();
    let unmasked = if found.is_empty() { measured } else { quantities(&masked) };
    let clauses = clauses(&masked, &unmasked).into_iter();
    Statement {
        plain: LEXICON.plain(text),
        clauses: clauses.map(|(range, measured)| with_quantities(&masked[range], measured)).collect(),
        identifiers: found
            .iter()
            .map(|found| (found.kind, canonical(found.kind, &text[found.place.clone()])))
            .collect(),
        names: names(&masked, &places),
    }
}

/// Reads a text as one clause (a row of a table, a heading).
#[must_use]
pub fn clause(text: &str) -> Clause {
    with_quantities(text, quantities(text))
}

fn with_quantities(text: &str, measured: Vec<Quantity>) -> Clause {
    let plain = LEXICON.plain(text);
    let bare = LEXICON.plain(&mask(text, measured.iter().map(|quantity| quantity.place.clone())));
    let (groups, _) = LEXICON.grouped(&plain);
    let terms: BTreeSet<String> = LEXICON.content(&bare).into_iter().collect();
    Clause {
        signs: terms.iter().flat_map(|term| term.chars()).filter(|c| is_han(*c)).collect(),
        terms,
        quantities: measured,
        negations: LEXICON.negations(&plain),
        groups: groups.into_iter().collect(),
        conditional: LEXICON.condition.is_match(&plain),
        plain,
    }
}

impl Clause {
    /// How much of this clause stands in the other: shared words count one, shared Han characters a half.
    #[must_use]
    pub fn overlap(&self, other: &Self) -> f32 {
        let words = self.terms.iter().filter(|term| !term.chars().any(is_han) && other.terms.contains(*term)).count();
        let signs = self.signs.iter().filter(|sign| other.signs.contains(sign)).count();
        let pairs = self
            .terms
            .iter()
            .filter(|term| term.chars().count() > 1 && term.chars().all(is_han) && other.terms.contains(*term))
            .count();
        words as f32 + 0.25 * signs as f32 + 0.25 * pairs as f32
    }
}

/// Bytes of each clause, with the quantities in it. A row of a table is one clause, because its cells mean nothing apart.
/// `measured` are the quantities of the text.
fn clauses(text: &str, measured: &[Quantity]) -> Vec<(Range<usize>, Vec<Quantity>)> {
    if text.trim_start().starts_with('|') {
        return vec![(0..text.len(), measured.to_vec())];
    }
    let mut ranges: Vec<Range<usize>> = Vec::new();
    let mut start = 0;
    for hit in BREAK.find_iter(text) {
        let inside_quantity =
            measured.iter().any(|quantity| quantity.place.start < hit.start() && hit.end() < quantity.place.end);
        if inside_quantity || hit.start() <= start {
            continue;
        }
        // An item of a list stays with what is said of the list.
        if hit.as_str() == "," && is_list_item(text, hit.end()) {
            continue;
        }
        // A word that opens a clause belongs to it; punctuation belongs to neither.
        let word = hit.as_str().chars().next().is_some_and(char::is_alphabetic);
        ranges.push(start..hit.start());
        start = if word { hit.start() } else { hit.end() };
    }
    ranges.push(start..text.len());
    ranges.retain(|range| text[range.clone()].chars().any(char::is_alphanumeric));
    ranges.into_iter().flat_map(|range| apart(text, range)).collect()
}

/// Whether what follows a comma, up to the next break, has neither a verb nor a quantity of its own.
fn is_list_item(text: &str, start: usize) -> bool {
    let rest = &text[start..];
    let end = BREAK.find(rest).map_or(rest.len(), |next| next.start());
    !VERB.is_match(&rest[..end]) && quantities(&rest[..end]).is_empty()
}

/// Cuts "standard takes 5 days and express 2 days" between its two facts.
fn apart(text: &str, range: Range<usize>) -> Vec<(Range<usize>, Vec<Quantity>)> {
    let part = &text[range.clone()];
    let measured = quantities(part);
    if measured.len() < 2 {
        return vec![(range, measured)];
    }
    for hit in AND.find_iter(part) {
        let (left, right) = (&part[..hit.start()], &part[hit.end()..]);
        let says = |side: &str| {
            let measured = quantities(side);
            let bare = mask(side, measured.iter().map(|quantity| quantity.place.clone()));
            !measured.is_empty() && !LEXICON.content(&LEXICON.plain(&bare)).is_empty()
        };
        if says(left) && says(right) {
            let first = (range.start..range.start + hit.start(), quantities(left));
            let rest = range.start + hit.end()..range.end;
            return std::iter::once(first).chain(apart(text, rest)).collect();
        }
    }
    vec![(range, measured)]
}

fn mask(text: &str, places: impl Iterator<Item = Range<usize>>) -> String {
    let mut masked = text.to_owned();
    for place in places {
        masked.replace_range(place.clone(), &" ".repeat(place.len()));
    }
    masked
}

/// Names in a text: in quotation marks, Latin words in Chinese text, capitalised words inside an English sentence.
fn names(text: &str, measured: &[Range<usize>]) -> Vec<String> {
    let mut found: Vec<String> = QUOTED.captures_iter(text).map(|hit| LEXICON.plain(&hit[1])).collect();
    let free = |place: &Range<usize>| measured.iter().all(|taken| taken.end <= place.start || place.end <= taken.start);
    let chinese =
        text.chars().filter(|c| is_han(*c)).count() * 2 > text.chars().filter(char::is_ascii_alphabetic).count();
    if chinese {
        found.extend(LATIN.find_iter(text).filter(|hit| free(&hit.range())).map(|hit| LEXICON.plain(hit.as_str())));
        return found;
    }
    for hit in NAME.find_iter(text) {
        let before = text[..hit.start()].trim_end().chars().next_back();
        let opens = before.is_none_or(|c| ".!?:;\"“(-•*|".contains(c));
        let shout = hit.len() > 1 && hit.as_str().chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
        let word = LEXICON.plain(hit.as_str());
        if (!opens || shout) && free(&hit.range()) && !LEXICON.content(&word).is_empty() && word.len() > 1 {
            found.push(word);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_cut_where_they_say_another_thing() {
        let parts = |text: &str| {
            clauses(text, &quantities(text))
                .into_iter()
                .map(|(range, _)| text[range].trim().to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            parts("Standard takes 5 days and express takes 2 days."),
            ["Standard takes 5 days", "express takes 2 days"]
        );
        assert_eq!(parts("We pay 1,299 dollars if it is faulty."), ["We pay 1,299 dollars", "if it is faulty"]);
        assert_eq!(parts("退货需7天内申请，但定制商品除外。"), ["退货需7天内申请", "但定制商品除外"]);
        assert_eq!(parts("| Standard | 3-5 days | $5 |"), ["| Standard | 3-5 days | $5 |"]);
    }

    #[test]
    fn names_are_what_must_stand_in_the_passage() {
        assert_eq!(read("Returns go to Acme Logistics in Berlin.").names, ["acme", "logistics", "berlin"]);
        assert_eq!(read("请在「我的订单」中使用PayPal付款").names, ["我的订单", "paypal"]);
        assert_eq!(read("Monday to Friday you can call us.").names, Vec::<String>::new());
    }
}
