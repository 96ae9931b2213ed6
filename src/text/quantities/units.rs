//! What numbers count, and from which side. Equal measures share a base: weeks are seconds, years are months.

use std::ops::Range;
use std::sync::LazyLock;

use regex::{Regex, RegexSet};

use crate::text::pattern::{latin, pattern};
use crate::text::quantities::quantity::{Bound, Unit};

/// A unit beside a number.
#[derive(Clone, Debug, PartialEq)]
pub struct Beside {
    pub unit: Unit,
    /// From the written unit to the base.
    pub factor: f64,
    pub start: usize,
    pub end: usize,
}

/// `(words, unit, factor)`; the longest word wins.
const UNITS: &[(&str, Unit, f64)] = &[
    ("%|％|percent|per cent|个百分点|percentage points?", Unit::Percent, 1.0),
    ("折", Unit::Zhe, 1.0),
    ("usd|us dollars?|dollars?|美元|美金|bucks", Unit::Usd, 1.0),
    ("cents?", Unit::Usd, 0.01),
    ("元|块钱|块|圆|人民币|rmb|cny|yuan", Unit::Cny, 1.0),
    ("euros?|eur|€|欧元", Unit::Eur, 1.0),
    ("gbp|pounds? sterling|£|英镑", Unit::Gbp, 1.0),
    ("hkd|港币|港元", Unit::Hkd, 1.0),
    ("seconds?|secs?|秒钟?", Unit::Time, 1.0),
    ("minutes?|mins?|分钟", Unit::Time, 60.0),
    ("hours?|hrs?|小时|个小时|个钟头|h", Unit::Time, 3600.0),
    ("(?:calendar |natural )?days?|天|日|个?自然日|d", Unit::Time, 86_400.0),
    ("weeks?|周|个?星期|个?礼拜", Unit::Time, 604_800.0),
    ("(?:business|working|work) days?|workdays?|个?工作日|个?工作天", Unit::Workdays, 1.0),
    ("(?:calendar )?months?|个月|月", Unit::Months, 1.0),
    ("years?|yrs?|年", Unit::Months, 12.0),
    ("kg|kilograms?|kilos?|公斤|千克", Unit::Grams, 1000.0),
    ("grams?|g|克", Unit::Grams, 1.0),
    ("lbs?|pounds?|磅", Unit::Grams, 453.592_37),
    ("斤", Unit::Grams, 500.0),
    ("km|kilomet(?:re|er)s?|公里|千米", Unit::Metres, 1000.0),
    ("met(?:re|er)s?|m|米", Unit::Metres, 1.0),
    ("cm|centimet(?:re|er)s?|厘米|公分", Unit::Metres, 0.01),
    ("mm|millimet(?:re|er)s?|毫米", Unit::Metres, 0.001),
    ("lit(?:re|er)s?|l|升", Unit::Litres, 1.0),
    ("ml|millilit(?:re|er)s?|毫升", Unit::Litres, 0.001),
    ("tb", Unit::Bytes, 1e12),
    ("gb", Unit::Bytes, 1e9),
    ("mb", Unit::Bytes, 1e6),
    ("kb", Unit::Bytes, 1e3),
    ("points?|积分|分", Unit::Points, 1.0),
    ("°c|℃|摄氏度|degrees?|度", Unit::Degrees, 1.0),
    (
        "items?|pieces?|times?|orders?|attempts?|个|件|次|种|项|条|位|名|台|张|款|笔|单|封|份|倍|部|套|瓶|双",
        Unit::Count,
        1.0,
    ),
];

static AFTER: LazyLock<Vec<(Regex, Unit, f64)>> =
    LazyLock::new(|| UNITS.iter().map(|(words, unit, factor)| (pattern(&follows(words)), *unit, *factor)).collect());
/// All of them in one pass: which are worth a look of their own.
static ANY_AFTER: LazyLock<RegexSet> = LazyLock::new(|| {
    RegexSet::new(UNITS.iter().map(|(words, ..)| latin(&follows(words)))).expect("a constant pattern")
});

fn follows(words: &str) -> String {
    format!(r"(?i)^[\s\u{{a0}}-]{{0,2}}(?:{words})")
}

static CURRENCY: LazyLock<Vec<(Regex, Unit)>> = LazyLock::new(|| {
    [
        (r"(?i)(?:us\$|usd|\$)\s?$", Unit::Usd),
        (r"(?i)(?:¥|￥|rmb|cny|人民币)\s?$", Unit::Cny),
        (r"(?i)(?:€|eur)\s?$", Unit::Eur),
        (r"(?i)(?:£|gbp)\s?$", Unit::Gbp),
        (r"(?i)(?:hk\$|hkd)\s?$", Unit::Hkd),
    ]
    .into_iter()
    .map(|(text, unit)| (pattern(text), unit))
    .collect()
});
static AT_MOST_BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:within|up to|at most|no more than|not more than|no later than|not exceed(?:ing)?|no longer than|maximum(?: of)?|max\.?|less than|fewer than|under|below|lower than|before|by|until|不超过|不超過|不得超过|不多于|最多|至多|最长|最晚|最迟|不满|未满|不足|低于|少于|小于|不到|上限(?:为|是)?|(?:最多|至多|最长|不超过)(?:可|能|可以)?\p{Han}{0,4})\s*(?:the |a |an |about |of )?$",
    )
});
static AT_LEAST_BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:at least|no less than|not less than|no fewer than|more than|over|above|exceed(?:s|ing)?|minimum(?: of)?|min\.?|after|longer than|greater than|from|since|starting(?: at| from)?|不少于|不低于|至少|最少|最低|满|滿|超过|超過|大于|高于|多于|起码|下限(?:为|是)?|(?:最少|至少|起码)(?:可|能|可以|需|需要|要)?\p{Han}{0,4})\s*(?:the |a |an |about |of )?$",
    )
});
static AT_MOST_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)^\s*(?:or (?:less|fewer|below|under|sooner)|at most|以内|之内|内|以下|及以下|之前|以前|前)")
});
static AT_LEAST_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^\s*(?:or (?:more|above|over|longer|later)|at least|and (?:above|over|up)|以上|及以上|之后|以后|后|起|开外|\+)",
    )
});

/// The unit that follows a number which ends at byte `end`.
#[must_use]
pub fn unit_after(text: &str, end: usize) -> Option<Beside> {
    let rest = &text[end..];
    let mut best: Option<Beside> = None;
    for (pattern, unit, factor) in ANY_AFTER.matches(rest).into_iter().map(|at| &AFTER[at]) {
        let Some(hit) = pattern.find(rest) else { continue };
        let word = hit.as_str();
        let latin = word.chars().next_back().is_some_and(|c| c.is_ascii_alphabetic());
        let next = rest[hit.end()..].chars().next();
        if latin && next.is_some_and(|c| c.is_ascii_alphanumeric()) {
            continue;
        }
        // 一分 as a unit of points is too rare beside 十分 ("very").
        if word.trim() == "分" && next != Some('。') && next.is_some_and(char::is_alphanumeric) {
            continue;
        }
        if best.as_ref().is_none_or(|found| end + hit.end() > found.end) {
            best = Some(Beside { unit: *unit, factor: *factor, start: end, end: end + hit.end() });
        }
    }
    best
}

/// The currency sign that stands before a number which starts at byte `start`.
#[must_use]
pub fn currency_before(text: &str, start: usize) -> Option<Beside> {
    let before = tail(text, start, 8);
    let percent = before.ends_with("百分之").then_some((Unit::Percent, "百分之".len()));
    let found = CURRENCY
        .iter()
        .filter_map(|(pattern, unit)| pattern.find(before).map(|hit| (*unit, hit.len())))
        .max_by_key(|(_, length)| *length)
        .or(percent);
    found.map(|(unit, length)| Beside { unit, factor: 1.0, start: start - length, end: start })
}

/// From which side the number at `place` is meant, as the words around it say.
#[must_use]
pub fn bound(text: &str, place: &Range<usize>) -> Bound {
    let (before, after) = (tail(text, place.start, 24), &text[place.end..]);
    if AT_MOST_BEFORE.is_match(before) || AT_MOST_AFTER.is_match(after) {
        return Bound::AtMost;
    }
    if AT_LEAST_BEFORE.is_match(before) || AT_LEAST_AFTER.is_match(after) {
        return Bound::AtLeast;
    }
    Bound::Exact
}

/// At most the last `characters` characters before byte `end`.
fn tail(text: &str, end: usize, characters: usize) -> &str {
    let start = text[..end].char_indices().rev().take(characters).last().map_or(end, |(index, _)| index);
    &text[start..end]
}
