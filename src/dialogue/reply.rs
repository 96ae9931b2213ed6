//! How sentences become one text.

use tokio::sync::mpsc;

use crate::dialogue::Sentence;
use crate::dialogue::write::Passed;
use crate::model::passage::Citation;
use crate::text::language::Language;

/// Shows a sentence early. It is a hint: where nobody looks, or cannot keep up, the final text says it all the same.
pub(super) fn show(shown: &mpsc::Sender<Sentence>, number: u32, text: String, citations: Vec<Citation>) {
    shown.try_send(Sentence { number, text, citations }).ok();
}

/// Sentences as one text; items of a list stand on lines of their own.
#[must_use]
pub fn join(passed: &[Passed], language: Language) -> String {
    let mut text = String::new();
    for (at, sentence) in passed.iter().enumerate() {
        let after_item = at > 0 && passed[at - 1].item;
        let space = if language == Language::Zh { "" } else { " " };
        match (at, sentence.item || after_item) {
            (0, _) => {}
            (_, true) => text.push('\n'),
            (_, false) => text.push_str(space),
        }
        text.push_str(if sentence.item { "- " } else { "" });
        text.push_str(&sentence.text);
    }
    text
}

/// Citations once each, in order of their numbers.
#[must_use]
pub fn distinct<'a>(citations: impl Iterator<Item = &'a Citation>) -> Vec<Citation> {
    let mut found: Vec<Citation> = Vec::new();
    for citation in citations {
        if !found.iter().any(|known| known.number == citation.number) {
            found.push(citation.clone());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_runs_on_and_items_stand_alone() {
        let passed = |text: &str, item| Passed { text: text.to_owned(), citations: Vec::new(), item };
        let steps = [
            passed("Do this: [1]", false),
            passed("Open it [1]", true),
            passed("Close it [1]", true),
            passed("Done. [1]", false),
        ];
        assert_eq!(join(&steps, Language::En), "Do this: [1]\n- Open it [1]\n- Close it [1]\nDone. [1]");
        let prose = [passed("退货[1]。", false), passed("退款[1]。", false)];
        assert_eq!(join(&prose, Language::Zh), "退货[1]。退款[1]。");
    }
}
