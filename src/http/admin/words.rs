//! What is checked of the short texts that administrators write.

use crate::problem::{Problem, Wrong};

/// Characters of one item of a list.
const ITEM: usize = 60;

/// What was found wrong so far.
#[derive(Debug, Default)]
pub(super) struct Words(Vec<Wrong>);

impl Words {
    pub(super) fn expect(&mut self, holds: bool, at: &str, en: &str, zh: &str) {
        if !holds {
            self.0.push(Wrong { at: at.to_owned(), en: en.to_owned(), zh: zh.to_owned() });
        }
    }

    /// Refuses the request when something is wrong.
    pub(super) fn sound(self) -> Result<(), Problem> {
        if self.0.is_empty() { Ok(()) } else { Err(Problem::invalid(self.0)) }
    }
}

/// A text of one line without spaces around it, between 1 and `most` characters.
pub(super) fn text(words: &mut Words, at: &str, text: &str, most: usize) -> String {
    let text = text.trim();
    let fits = (1..=most).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    words.expect(fits, at, &format!("1 to {most} characters."), &format!("1 到 {most} 个字符。"));
    text.to_owned()
}

/// A list of such texts, each once.
pub(super) fn list(words: &mut Words, at: &str, items: Vec<String>, most: usize) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    let fits = items.len() <= most
        && items.iter().all(|item| item.chars().count() <= ITEM && !item.contains(char::is_control));
    let (en, zh) = (format!("At most {most} of {ITEM} characters."), format!("最多 {most} 项，每项 {ITEM} 个字符。"));
    words.expect(fits, at, &en, &zh);
    for item in items.into_iter().map(|item| item.trim().to_owned()).filter(|item| !item.is_empty()) {
        if !kept.contains(&item) {
            kept.push(item);
        }
    }
    kept
}
