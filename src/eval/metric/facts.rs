//! Fact recall: how much of what must be stated is stated.

use time::{Date, Month};

use crate::eval::case::{Fact, Measured};
use crate::text::normalise::fold;
use crate::text::quantities::quantities;
use crate::text::quantities::quantity::{Quantity, Unit};

/// Stated facts / facts. `None` when nothing must be stated.
///
/// Source: the "nugget recall" of TREC question answering (Voorhees 2003, Overview of the TREC 2003 QA Track), with every
/// nugget vital and the judging done by [`stated`].
#[must_use]
pub fn recall(facts: &[Fact], text: &str) -> Option<f64> {
    let found = facts.iter().filter(|fact| stated(fact, text)).count();
    (!facts.is_empty()).then(|| found as f64 / facts.len() as f64)
}

/// Whether a text states a fact.
///
/// Words are compared without width, case, white space and the marks of Markdown; a number at
/// either end of them must be a whole number of the text (30 is not in 300 or 1,300). Quantities are compared by value.
#[must_use]
pub fn stated(fact: &Fact, text: &str) -> bool {
    match fact {
        Fact::Text(words) => says(words, text),
        Fact::Any(any) => any.any.iter().any(|words| says(words, text)),
        Fact::Quantity(measured) => measures(measured, text),
    }
}

/// The characters that are compared, each with whether white space stood before it.
fn telling(text: &str) -> Vec<(char, bool)> {
    let mut spaced = true;
    let mut kept = Vec::new();
    for c in fold(text).chars() {
        if c.is_whitespace() || "*_`|\\".contains(c) {
            spaced |= c.is_whitespace() || c == '|';
        } else {
            kept.push((c, spaced));
            spaced = false;
        }
    }
    kept
}

fn says(words: &str, text: &str) -> bool {
    let (words, text) = (telling(words), telling(text));
    let (Some(first), Some(last)) = (words.first(), words.last()) else { return false };
    text.windows(words.len()).enumerate().any(|(at, window)| {
        let same = window.iter().zip(&words).all(|(there, wanted)| there.0 == wanted.0);
        let after = &text[at + words.len()..];
        same && !(first.0.is_ascii_digit() && continues_before(&text[..at], window[0].1))
            && !(last.0.is_ascii_digit() && continues_after(after))
    })
}

/// Whether what stands before belongs to the same number.
fn continues_before(before: &[(char, bool)], spaced: bool) -> bool {
    match before {
        _ if spaced => false,
        [.., (c, _)] if c.is_ascii_digit() => true,
        [.., (digit, _), (mark, false)] => digit.is_ascii_digit() && matches!(mark, '.' | ','),
        _ => false,
    }
}

fn continues_after(after: &[(char, bool)]) -> bool {
    match after {
        [(c, false), ..] if c.is_ascii_digit() => true,
        [('.' | ',', false), (digit, false), ..] => digit.is_ascii_digit(),
        _ => false,
    }
}

fn measures(measured: &Measured, text: &str) -> bool {
    let read = |text: &str| quantities(text).into_iter().next();
    let Some(wanted) = read(&measured.quantity) else { return false };
    let within = measured.span();
    quantities(text).iter().any(|there| match &within {
        None => there.agrees_with(&wanted),
        Some(within) => there.agrees_with(&wanted) || near(there, &wanted, within),
    })
}

fn near(there: &Quantity, wanted: &Quantity, within: &Quantity) -> bool {
    if there.unit != wanted.unit || there.opposes(wanted) {
        return false;
    }
    if wanted.unit == Unit::Date {
        let days = if within.unit == Unit::Time { within.high / 86_400.0 } else { within.high };
        let (Some(one), Some(other)) = (date(there.low, wanted.low), date(wanted.low, there.low)) else { return false };
        return (one - other).whole_days().abs() as f64 <= days;
    }
    let allowed = |value: f64| match within.unit {
        Unit::Percent if wanted.unit != Unit::Percent => value.abs() * within.high / 100.0,
        _ => within.high,
    };
    let close = |a: f64, b: f64| (a - b).abs() <= allowed(b) + 1e-9;
    close(there.low, wanted.low) && close(there.high, wanted.high)
}

/// The day of `yyyymmdd`; a year that is not said is the other one's.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "parts of a date are small")]
fn date(value: f64, other: f64) -> Option<Date> {
    let year = |value: f64| (value / 10_000.0).floor() as i32;
    let said = if year(value) == 0 { year(other) } else { year(value) };
    let month = Month::try_from(((value / 100.0).floor() % 100.0) as u8).ok()?;
    Date::from_calendar_date(if said == 0 { 2_000 } else { said }, month, (value % 100.0) as u8).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fact(json: &str) -> Fact {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn words_are_found_however_they_are_set() {
        for (wanted, text) in [
            ("30 days", "You have **30 days** [1]."),
            ("30 days", "３０　DAYS"),
            ("12 月 31 日", "积分在12月31日清零。"),
            ("45", "| 45 | yes |"),
            ("45", "it is 45."),
            ("退货", "可以退貨"),
        ] {
            assert!(stated(&Fact::Text(wanted.to_owned()), text), "{wanted} in {text}");
        }
        for (wanted, text) in [
            ("30 days", "You have 130 days."),
            ("300", "It costs 1,300 yuan."),
            ("30", "300"),
            ("1.5", "1.55"),
            ("30 days", "thirty days"),
        ] {
            assert!(!stated(&Fact::Text(wanted.to_owned()), text), "{wanted} in {text}");
        }
    }

    #[test]
    fn quantities_are_compared_by_value() {
        for (wanted, text, expected) in [
            (r#"{"quantity":"7 days"}"#, "within one week", true),
            (r#"{"quantity":"7 days"}"#, "八天", false),
            (r#"{"quantity":"100 yuan","within":"5 %"}"#, "It costs ¥104.", true),
            (r#"{"quantity":"100 yuan","within":"5 %"}"#, "It costs ¥106.", false),
            (r#"{"quantity":"10 kg","within":"500 g"}"#, "weighs 10.4 kg", true),
            (r#"{"quantity":"30 days","within":"2"}"#, "You have 31 days.", true),
            (r#"{"quantity":"30 days","within":"2"}"#, "You have 33 days.", false),
            (r#"{"quantity":"10 kg","within":"1"}"#, "weighs 10.4 kg", true),
            (r#"{"quantity":"¥128","within":"5"}"#, "¥130", true),
            (r#"{"quantity":"2026-01-14","within":"2 days"}"#, "on 16 January 2026", true),
            (r#"{"quantity":"2026-01-14","within":"2 days"}"#, "1月17日", false),
            (r#"{"quantity":"2026-01-14","within":"2 days"}"#, "1月12日", true),
            (r#"{"any":["a week","7 days"]}"#, "It takes 7 days.", true),
        ] {
            assert_eq!(stated(&fact(wanted), text), expected, "{wanted} in {text}");
        }
    }

    #[test]
    fn recall_is_a_share() {
        let facts = [fact("\"30 days\""), fact("\"free\"")];
        assert_eq!(recall(&facts, "Free for 30 days"), Some(1.0));
        assert_eq!(recall(&facts, "30 days"), Some(0.5));
        assert_eq!(recall(&[], "30 days"), None);
    }
}
