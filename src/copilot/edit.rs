//! The agent's text in other words, and texts of both sides in the other language. What a model changed in numbers and names is
//! told, so that the agent looks there first.

use serde_json::json;
use tokio::time::Instant;

use super::prompt;
use crate::llm::{Error, Llm};
use crate::text::identifiers::identifiers;
use crate::text::language::{Language, detect};
use crate::text::normalise::fold;
use crate::text::quantities::quantities;
use crate::text::quantities::quantity::Quantity;

/// Characters of a text that may be edited.
pub const LONGEST: usize = 8_000;

/// How a text is to be rewritten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    Shorter,
    Friendlier,
    Formal,
    /// Spelling, grammar and punctuation only.
    Fix,
}

/// A text that a model edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edited {
    pub text: String,
    /// Numbers, dates, amounts and names that stand in only one of both texts, in the words of that text.
    pub differs: Vec<String>,
}

/// Says a text in other words.
///
/// # Errors
/// The model failed.
pub async fn rewrite(llm: &dyn Llm, text: &str, how: How, until: Instant) -> Result<Edited, Error> {
    let language = detect(text);
    let values = json!({ "text": text, "how": order(how, language) });
    edited(llm, "rewrite", language, &values, text, until).await
}

/// Says a text in another language.
///
/// # Errors
/// The model failed.
pub async fn translate(llm: &dyn Llm, text: &str, to: Language, until: Instant) -> Result<Edited, Error> {
    edited(llm, "translate", to, &json!({ "text": text }), text, until).await
}

async fn edited(
    llm: &dyn Llm,
    name: &str,
    language: Language,
    values: &serde_json::Value,
    text: &str,
    until: Instant,
) -> Result<Edited, Error> {
    let length = text.chars().count();
    // A Han character is about a token and becomes up to four Latin letters, and the other way round.
    let max_tokens = u32::try_from(length * 2 + 200).unwrap_or(u32::MAX).min(8_000);
    let prompt = prompt::build(name, language, values, &[text], max_tokens);
    let written = prompt::ask(llm, prompt, length * 8 + 400, until).await?;
    Ok(Edited { differs: differences(text, &written), text: written })
}

fn order(how: How, language: Language) -> &'static str {
    match (how, language) {
        (How::Shorter, Language::En) => {
            "Make it shorter: half as long where that loses nothing that the customer needs."
        }
        (How::Shorter, Language::Zh) => "写得更短：在不丢失客户所需信息的前提下，长度减半。",
        (How::Friendlier, Language::En) => "Make it warmer and friendlier, without exaggeration.",
        (How::Friendlier, Language::Zh) => "语气更亲切友好，但不要夸张。",
        (How::Formal, Language::En) => "Make it more formal and polite, as in a letter of a business.",
        (How::Formal, Language::Zh) => "语气更正式得体，符合商务书面语。",
        (How::Fix, Language::En) => "Correct only spelling, grammar and punctuation. Change nothing else.",
        (How::Fix, Language::Zh) => "只修正错别字、语法和标点，其他一律不改。",
    }
}

/// What of the exact things in one text has no counterpart in the other.
#[must_use]
pub fn differences(before: &str, after: &str) -> Vec<String> {
    let mut told = unmatched(after, before);
    for lost in unmatched(before, after) {
        if !told.contains(&lost) {
            told.push(lost);
        }
    }
    told
}

/// Exact things (numbers with their units, dates, addresses, codes) of a text that do not stand in another.
pub(super) fn unmatched(text: &str, other: &str) -> Vec<String> {
    let (folded, known) = (fold(other), quantities(other));
    let name = |place: std::ops::Range<usize>| text[place].trim().to_owned();
    let names = identifiers(text).into_iter().map(|identifier| identifier.place);
    let names = names.filter(|place| !folded.contains(&fold(&text[place.clone()]))).map(name);
    let numbers = quantities(text).into_iter().filter(|quantity| !known.iter().any(|known| same(known, quantity)));
    let numbers = numbers.map(|quantity| name(quantity.place));
    names.chain(numbers).filter(|told| !told.is_empty()).collect()
}

fn same(one: &Quantity, other: &Quantity) -> bool {
    one.unit == other.unit && one.low == other.low && one.high == other.high
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changed_in_substance_is_told_and_words_are_not() {
        let before = "You can return order SO-4411 within 30 days; we refund 25% of $80.";
        assert_eq!(
            differences(before, "Order SO-4411 can be returned within thirty days. We pay back 25 % of $80."),
            [""; 0]
        );
        assert_eq!(
            differences(before, "You can return order SO-4412 within 30 days; we refund 50% of $80."),
            ["SO-4412", "50%", "SO-4411", "25%"]
        );
        assert_eq!(differences("退货期限为7天", "You may return it within 7 days."), [""; 0]);
        assert_eq!(differences("退货期限为7天", "You may return it within 14 days."), ["14 days", "7天"]);
    }
}
