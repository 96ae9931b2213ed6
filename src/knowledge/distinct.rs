//! The same text is shown once.
//!
//! Two passages are the same when they differ only in spacing, punctuation, width, case or script variant, under the same headings and question. Similar is not the same: texts that differ in one number or in a
//! "not" are both kept, for which of them is right is not ours to guess.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::model::passage::Passage;
use crate::text::language::is_han;
use crate::text::normalise::fold;

/// What is compared of a passage: a hash of its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Print(u64);

/// The print of a passage. It is for comparing within one process; another build may hash differently.
#[must_use]
pub fn print(passage: &Passage) -> Print {
    let mut hasher = DefaultHasher::new();
    for heading in &passage.heading {
        words(heading).hash(&mut hasher);
    }
    words(passage.question.as_deref().unwrap_or_default()).hash(&mut hasher);
    words(&passage.text).hash(&mut hasher);
    Print(hasher.finish())
}

/// Keeps the first of each print.
pub fn keep_first<T>(items: &mut Vec<T>, print_of: impl Fn(&T) -> Print) {
    let mut seen = HashSet::new();
    items.retain(|item| seen.insert(print_of(item)));
}

/// Words, numbers whole, each Han character alone, and signs that change what a text says: a minus, a percent or a currency
/// sign is no decoration.
fn words(text: &str) -> Vec<String> {
    let text = fold(text);
    let mut words: Vec<String> = Vec::new();
    let mut open = false;
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        let in_number = open && matches!(c, '.' | ',') && characters.peek().is_some_and(char::is_ascii_digit);
        let in_word = in_number || (c.is_alphanumeric() && !is_han(c));
        if in_word && open {
            words.last_mut().expect("an open word is the last one").push(c);
        } else if in_word || is_han(c) || "-+%‰$€£¥<>=±".contains(c) {
            words.push(c.to_string());
        }
        open = in_word;
    }
    words
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::model::id::{ChunkName, DocumentId};
    use crate::text::language::Language;

    fn passage(heading: &str, text: &str) -> Passage {
        Passage {
            chunk: ChunkName::of(&[heading, text]),
            document: DocumentId(Uuid::from_u128(1)),
            title: String::new(),
            source: String::new(),
            heading: vec![heading.to_owned()],
            question: None,
            text: text.to_owned(),
            start: 0,
            end: text.len(),
            language: Language::En,
        }
    }

    fn check(one: (&str, &str), other: (&str, &str), same: bool) {
        let (one, other) = (passage(one.0, one.1), passage(other.0, other.1));
        assert_eq!(print(&one) == print(&other), same, "{one:?} {other:?}");
    }

    #[test]
    fn form_does_not_matter_and_content_does() {
        check(("Returns", "Within 30 days."), ("returns", "within  30 days"), true);
        check(("退货", "自签收起７天内可退貨。"), ("退货", "自签收起 7 天内可退货"), true);
        check(("Returns", "Within 30 days."), ("Returns", "Within 14 days."), false);
        check(("Returns", "It can be returned."), ("Returns", "It cannot be returned."), false);
        check(("Clothing", "Within 30 days."), ("Food", "Within 30 days."), false);
        check(("Fees", "1.5"), ("Fees", "15"), false);
        check(("Fees", "10 %"), ("Fees", "10"), false);
        check(("Fees", "1, 5"), ("Fees", "1,5"), false);
    }

    #[test]
    fn the_first_of_the_same_stays() {
        let mut numbers = vec![1_u64, 2, 1, 3, 2];
        keep_first(&mut numbers, |number| Print(*number));
        assert_eq!(numbers, [1, 2, 3]);
    }
}
