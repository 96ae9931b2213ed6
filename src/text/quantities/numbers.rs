//! Values of numbers in digits, English words and Chinese numerals.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::text::language::is_han;
use crate::text::pattern::pattern;

/// A number that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Read {
    pub place: Range<usize>,
    pub value: f64,
    /// It is a number only when a unit or a counted thing follows (`one`, `一`).
    pub needs_unit: bool,
    /// It is a number only when a real measure follows (`a week`, `半小时`).
    pub needs_measure: bool,
}

static DIGITS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:[0-9０-９]{1,3}(?:[,，][0-9０-９]{3})+|[0-9０-９]+)(?:[.．][0-9０-９]+)?(?P<scale>\s?(?:million|thousand|billion)\b|\s?[万萬千百亿億](?:[万萬亿億])?|[kK]\b)?",
    )
});
static HAN: LazyLock<Regex> = LazyLock::new(|| pattern("[零〇一二两兩三四五六七八九十百千万萬亿億半]+"));
static WORDS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:(?:a|an|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|half|dozen)(?:(?:[ -]and)?[ -])?)+\b",
    )
});

/// Every number of a text, in order. Dates and codes are in here too: the caller masks them.
#[must_use]
pub fn numbers(text: &str) -> Vec<Read> {
    let mut reads: Vec<Read> = Vec::new();
    let digits = text.chars().any(|c| half_width(c).is_ascii_digit()).then(|| DIGITS.captures_iter(text));
    for hit in digits.into_iter().flatten() {
        let whole = hit.get(0).expect("a match has a whole");
        let scale = hit.name("scale").map_or("", |scale| scale.as_str());
        let digits: String =
            whole.as_str()[..whole.len() - scale.len()].chars().map(half_width).filter(|c| *c != ',').collect();
        let Ok(value) = digits.parse::<f64>() else { continue };
        let touched = text[..whole.start()].chars().next_back().is_some_and(|c| c.is_ascii_alphabetic());
        if !touched {
            reads.push(Read {
                place: whole.range(),
                value: value * factor(scale),
                needs_unit: false,
                needs_measure: false,
            });
        }
    }
    let chinese = (!text.is_ascii()).then(|| HAN.find_iter(text));
    for hit in chinese.into_iter().flatten() {
        let after_digit = text[..hit.start()].chars().next_back().is_some_and(|c| half_width(c).is_ascii_digit());
        if after_digit {
            continue;
        }
        if let Some(value) = han_value(hit.as_str()) {
            let signs = hit.as_str().chars().count();
            let plain = signs >= 2 && !matches!(hit.as_str(), "千万" | "万一" | "百万" | "一一");
            reads.push(Read {
                place: hit.range(),
                value,
                needs_unit: !plain,
                needs_measure: matches!(hit.as_str(), "半" | "千" | "万" | "百" | "千万" | "一"),
            });
        }
    }
    for hit in WORDS.find_iter(text) {
        let words = hit.as_str().trim_end_matches([' ', '-']);
        if let Some(value) = word_value(words) {
            let article =
                matches!(words.to_ascii_lowercase().as_str(), "a" | "an" | "half" | "half a" | "half an" | "one");
            reads.push(Read {
                place: hit.start()..hit.start() + words.len(),
                value,
                needs_unit: article,
                needs_measure: article,
            });
        }
    }
    reads.sort_by_key(|read| read.place.start);
    reads
}

fn half_width(c: char) -> char {
    match c {
        '０'..='９' => char::from_u32(c as u32 - '０' as u32 + '0' as u32).unwrap_or(c),
        '，' => ',',
        '．' => '.',
        _ => c,
    }
}

fn factor(scale: &str) -> f64 {
    match scale.trim() {
        "" => 1.0,
        "million" => 1e6,
        "thousand" | "k" | "K" => 1e3,
        "billion" => 1e9,
        signs => signs.chars().map(|sign| han_digit(sign).map_or(1.0, |(_, power)| power)).product(),
    }
}

/// `(digit, power)`: a digit has power 1 and a power has digit 0.
fn han_digit(sign: char) -> Option<(f64, f64)> {
    Some(match sign {
        '零' | '〇' => (0.0, 1.0),
        '一' => (1.0, 1.0),
        '二' | '两' | '兩' => (2.0, 1.0),
        '三' => (3.0, 1.0),
        '四' => (4.0, 1.0),
        '五' => (5.0, 1.0),
        '六' => (6.0, 1.0),
        '七' => (7.0, 1.0),
        '八' => (8.0, 1.0),
        '九' => (9.0, 1.0),
        '十' => (0.0, 1e1),
        '百' => (0.0, 1e2),
        '千' => (0.0, 1e3),
        '万' | '萬' => (0.0, 1e4),
        '亿' | '億' => (0.0, 1e8),
        _ => return None,
    })
}

fn han_value(signs: &str) -> Option<f64> {
    if signs == "半" {
        return Some(0.5);
    }
    let body = signs.strip_suffix('半').unwrap_or(signs);
    let half = if body.len() < signs.len() { 0.5 } else { 0.0 };
    let powers = body.chars().any(|sign| han_digit(sign).is_some_and(|(_, power)| power > 1.0));
    if !powers {
        // Digits one after the other, as in a year: 二〇二六.
        return body
            .chars()
            .try_fold(0.0, |value, sign| Some(value * 10.0 + han_digit(sign)?.0))
            .map(|value| value + half);
    }
    let (mut total, mut section, mut digit) = (0.0, 0.0, 0.0);
    for sign in body.chars() {
        let (value, power) = han_digit(sign)?;
        if power >= 1e4 {
            let below: f64 = section + digit;
            total = (total + if below == 0.0 && total == 0.0 { 1.0 } else { below }) * power;
            (section, digit) = (0.0, 0.0);
        } else if power > 1.0 {
            section += if digit == 0.0 { 1.0 } else { digit } * power;
            digit = 0.0;
        } else {
            digit = value;
        }
    }
    Some(total + section + digit + half)
}

fn word_value(words: &str) -> Option<f64> {
    let (mut total, mut current, mut any) = (0.0_f64, 0.0_f64, false);
    for word in words.to_ascii_lowercase().split([' ', '-']) {
        let value = match word {
            "" | "and" => continue,
            "a" | "an" => {
                current = if any { current } else { 1.0 };
                any = true;
                continue;
            }
            "half" => {
                current = 0.5;
                any = true;
                continue;
            }
            "dozen" => {
                current = current.max(1.0) * 12.0;
                any = true;
                continue;
            }
            "hundred" => {
                current = current.max(1.0) * 100.0;
                any = true;
                continue;
            }
            "thousand" | "million" => {
                total += current.max(1.0) * if word == "million" { 1e6 } else { 1e3 };
                current = 0.0;
                any = true;
                continue;
            }
            _ => small(word)?,
        };
        current += value;
        any = true;
    }
    any.then_some(total + current)
}

fn small(word: &str) -> Option<f64> {
    const WORDS: [&str; 20] = [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ];
    const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
    let index = |list: &[&str]| list.iter().position(|entry| *entry == word);
    let value = index(&WORDS).or_else(|| index(&TENS).map(|tens| (tens + 2) * 10))?;
    u8::try_from(value).ok().map(f64::from)
}

/// Whether a Chinese numeral stands inside a longer word at these bytes, so that it may not be a number at all.
#[must_use]
pub fn inside_han_word(text: &str, place: &Range<usize>) -> bool {
    text[place.end..].chars().next().is_some_and(is_han) && text[..place.start].chars().next_back().is_some_and(is_han)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_numerals_have_their_value() {
        for (signs, value) in [
            ("十五", 15.0),
            ("二十", 20.0),
            ("一百零八", 108.0),
            ("两万三千", 23_000.0),
            ("二〇二六", 2026.0),
            ("一千五百", 1500.0),
            ("三亿", 3e8),
        ] {
            assert_eq!(han_value(signs), Some(value), "{signs}");
        }
    }

    #[test]
    fn english_words_have_their_value() {
        for (words, value) in
            [("twenty-four", 24.0), ("one hundred and five", 105.0), ("two thousand", 2000.0), ("half a", 0.5)]
        {
            assert_eq!(word_value(words), Some(value), "{words}");
        }
    }
}
