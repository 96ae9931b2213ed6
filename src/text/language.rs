//! In which of our languages a text is written. A test of script is enough for two languages, and never guesses Swedish.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    #[default]
    En,
    Zh,
}

impl Language {
    /// BCP 47 tag.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh-CN",
        }
    }

    /// The language of a tag; a tag that is not ours is the default.
    #[must_use]
    pub fn from_tag(tag: &str) -> Self {
        if tag.starts_with("zh") { Self::Zh } else { Self::En }
    }
}

/// Whether a character belongs to the Chinese script (unified ideographs with extensions, compatibility forms).
#[must_use]
pub fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{323AF}' | '〇')
}

/// The language of a text: Chinese when Han characters weigh at least as much as Latin words. A Han character counts as
/// one word and so does a run of Latin letters, so that "iPhone 15 怎么退货" is Chinese.
#[must_use]
pub fn detect(text: &str) -> Language {
    let (mut han, mut words, mut in_word) = (0_usize, 0_usize, false);
    for c in text.chars() {
        let letter = c.is_alphabetic() && !is_han(c);
        if letter && !in_word {
            words += 1;
        }
        in_word = letter;
        han += usize::from(is_han(c));
    }
    if han > 0 && han >= words { Language::Zh } else { Language::En }
}

/// Whether a text says anything about its language: `12345`, `?` and `👍` do not.
#[must_use]
pub fn is_telling(text: &str) -> bool {
    text.chars().any(char::is_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_signs_tell_nothing() {
        assert!(!is_telling("12345") && !is_telling("？ 👍") && is_telling("ok") && is_telling("好"));
    }

    #[test]
    fn mixed_text_has_the_language_of_its_words() {
        for (text, language) in [
            ("How do I get a refund?", Language::En),
            ("怎么退货？", Language::Zh),
            ("iPhone 15 怎么退货", Language::Zh),
            ("What does 退货 mean in your policy?", Language::En),
            ("", Language::En),
            ("12345", Language::En),
        ] {
            assert_eq!(detect(text), language, "{text}");
        }
    }
}
