//! Things that are named exactly or not at all: addresses, numbers to call, order numbers, product codes. One wrong
//! character makes another thing of them, so nothing here is ever compared approximately.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::text::pattern::pattern;

/// A name in a text. `place` is in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identifier {
    pub place: Range<usize>,
    pub kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Email,
    Url,
    /// Seven or more digits, with or without separators.
    Phone,
    /// Letters and digits in one word: `SKU-104`, `A4`, `ord_99x`.
    Code,
}

static EMAIL: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)[a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+"));
static URL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:https?://|www\.)[a-z0-9./?=&%#_~:@!$+*,;-]*[a-z0-9/=#_-]|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|cn|net|org|io|shop|example)(?:/[a-z0-9./?=&%#_~-]*[a-z0-9/=#_-])?",
    )
});
static PHONE: LazyLock<Regex> = LazyLock::new(|| pattern(r"\+?\(?[0-9]{2,}\)?(?:[ -][0-9]{2,}){0,4}"));
static CODE: LazyLock<Regex> = LazyLock::new(|| pattern(r"[A-Za-z0-9]+(?:[-_#/.][A-Za-z0-9]+)*"));
/// What looks like a code and is a quantity: `5GB`, `30d`, `9am`, `3rd`, `24/7`.
static MEASURED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:usd|rmb|cny|hkd|eur|gbp|us)?[0-9][0-9.,]*(?:-[0-9.,]+)?-?(?:k|m|g|kg|mg|km|cm|mm|ml|l|gb|mb|kb|tb|mah|w|kw|v|hz|am|pm|d|h|hr|hrs|min|mins|s|ms|st|nd|rd|th|x|px|usd|rmb|cny|eur|gbp|days?|weeks?|months?|years?|hours?|minutes?|business|working)?$",
    )
});

/// Every identifier of a text, in order, without overlap.
#[must_use]
pub fn identifiers(text: &str) -> Vec<Identifier> {
    let mut found: Vec<Identifier> = Vec::new();
    let free = |found: &[Identifier], place: &Range<usize>| {
        found.iter().all(|other| other.place.end <= place.start || place.end <= other.place.start)
    };
    let may = possible(text);
    let patterns = [(&EMAIL, Kind::Email), (&URL, Kind::Url), (&PHONE, Kind::Phone), (&CODE, Kind::Code)];
    for (pattern, kind) in patterns.into_iter().filter(|(_, kind)| may(*kind)) {
        for hit in pattern.find_iter(text) {
            let place = hit.range();
            if free(&found, &place) && is_kind(kind, text, &place) {
                found.push(Identifier { place, kind });
            }
        }
    }
    found.sort_by_key(|identifier| identifier.place.start);
    found
}

/// Which kinds a text can hold at all: most have neither digits nor addresses, and need no pattern.
fn possible(text: &str) -> impl Fn(Kind) -> bool {
    let digit = text.bytes().any(|byte| byte.is_ascii_digit());
    let at = text.contains('@');
    // A full stop ends a sentence; one inside an address goes on.
    let address =
        text.contains("://") || text.as_bytes().windows(2).any(|two| two[0] == b'.' && !two[1].is_ascii_whitespace());
    move |kind| match kind {
        Kind::Email => at,
        Kind::Url => address,
        Kind::Phone | Kind::Code => digit,
    }
}

/// The form in which identifiers are compared: lower case, without the separators that people add to numbers.
#[must_use]
pub fn canonical(kind: Kind, text: &str) -> String {
    match kind {
        Kind::Phone => text.chars().filter(char::is_ascii_digit).collect(),
        Kind::Url => text
            .to_lowercase()
            .trim_start_matches("https://")
            .trim_start_matches("http://")
            .trim_start_matches("www.")
            .trim_end_matches('/')
            .to_owned(),
        Kind::Email | Kind::Code => text.to_lowercase(),
    }
}

fn is_kind(kind: Kind, text: &str, place: &Range<usize>) -> bool {
    let word = &text[place.clone()];
    let before = text[..place.start].chars().next_back();
    let after = text[place.end..].chars().next();
    let touches = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_');
    match kind {
        Kind::Email | Kind::Url => !touches(before),
        Kind::Phone => {
            let digits = word.chars().filter(char::is_ascii_digit).count();
            let money = before.is_some_and(|c| "$¥￥€£.,".contains(c))
                || after.is_some_and(|c| "元%％.,万年".contains(c) && c != ',' && c != '.');
            digits >= 7 && !touches(before) && !touches(after) && !money && !looks_like_date(word)
        }
        Kind::Code => {
            let letters = word.chars().any(|c| c.is_ascii_alphabetic());
            let digits = word.chars().any(|c| c.is_ascii_digit());
            letters && digits && !MEASURED.is_match(word) && !touches(before) && !touches(after)
        }
    }
}

fn looks_like_date(word: &str) -> bool {
    let parts: Vec<&str> = word.split(['-', ' ']).collect();
    parts.len() == 3 && parts[0].len() == 4 && parts[1].len() == 2 && parts[2].len() == 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[(&str, Kind)]) {
        let found: Vec<_> = identifiers(text).into_iter().map(|i| (text[i.place].to_owned(), i.kind)).collect();
        let expected: Vec<_> = expected.iter().map(|(word, kind)| ((*word).to_owned(), *kind)).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn names_are_found_and_quantities_left_alone() {
        check(
            "Mail help@shop.example or see https://shop.example/returns.",
            &[("help@shop.example", Kind::Email), ("https://shop.example/returns", Kind::Url)],
        );
        check(
            "请拨打400-820-1234或访问www.example.cn。",
            &[("400-820-1234", Kind::Phone), ("www.example.cn", Kind::Url)],
        );
        check("Order 20260114001 with SKU-104", &[("20260114001", Kind::Phone), ("SKU-104", Kind::Code)]);
        check("3-5 days, 24/7, 9am, 5GB, 30-day, on 2026-01-14 for 1,200,000 or $1000000", &[]);
        check("型号X200支持5G和A4纸", &[("X200", Kind::Code), ("A4", Kind::Code)]);
    }

    #[test]
    fn separators_do_not_make_another_number() {
        assert_eq!(canonical(Kind::Phone, "400 820-1234"), canonical(Kind::Phone, "4008201234"));
        assert_eq!(canonical(Kind::Url, "https://www.Shop.example/"), "shop.example");
    }
}
