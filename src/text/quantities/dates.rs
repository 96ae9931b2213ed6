//! Dates, times of day and days of the week.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::text::pattern::pattern;
use crate::text::quantities::quantity::{Bound, Quantity, Unit};

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const HAN_DAYS: [char; 7] = ['一', '二', '三', '四', '五', '六', '日'];
const MONTH: &str = r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b";

type Reader = fn(&Captures<'_>) -> Option<(Unit, f64)>;

/// What a text must have for a pattern to be worth a try: most have neither digits nor Chinese.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Needs {
    Digit,
    Chinese,
    DigitAndChinese,
    Nothing,
}

static READERS: LazyLock<Vec<(Needs, Regex, Reader)>> = LazyLock::new(|| {
    vec![
        (Needs::Digit, pattern(r"(?P<y>[0-9]{4})[-/.](?P<m>[0-9]{1,2})[-/.](?P<d>[0-9]{1,2})"), ymd as Reader),
        (
            Needs::DigitAndChinese,
            pattern(r"(?:(?P<y>[0-9]{4})\s?年\s?)?(?P<m>[0-9]{1,2})\s?月\s?(?P<d>[0-9]{1,2})\s?[日号號]"),
            ymd,
        ),
        (Needs::DigitAndChinese, pattern(r"(?P<y>[0-9]{4})\s?年\s?(?P<m>[0-9]{1,2})\s?月份?"), ymd),
        (Needs::DigitAndChinese, pattern(r"(?P<y>(?:19|20)[0-9]{2})\s?年"), ymd),
        (
            Needs::Digit,
            pattern(&format!(r"(?i)\b{MONTH}\.?\s+(?P<d>[0-9]{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s+(?P<y>[0-9]{{4}}))?")),
            named,
        ),
        (
            Needs::Digit,
            pattern(&format!(
                r"(?i)\b(?P<d>[0-9]{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?{MONTH}(?:,?\s+(?P<y>[0-9]{{4}}))?"
            )),
            named,
        ),
        (Needs::Digit, pattern(&format!(r"(?i)\b{MONTH}\.?,?\s+(?P<y>[0-9]{{4}})\b")), named),
        (
            Needs::Digit,
            pattern(r"(?i)(?P<h>[0-9]{1,2})[:：](?P<min>[0-9]{2})(?:[:：][0-9]{2})?\s?(?P<half>a\.?m\b|p\.?m\b)?"),
            clock,
        ),
        (Needs::Digit, pattern(r"(?i)\b(?P<h>[0-9]{1,2})\s?(?P<half>a\.?m|p\.?m)\b"), clock),
        (
            Needs::Chinese,
            pattern(
                r"(?P<half>早上|上午|中午|下午|晚上|晚|早|凌晨)?\s?(?P<h>[0-9]{1,2}|十[一二]?|[一二两三四五六七八九])\s?[点點](?:(?P<min>[0-9]{1,2})分?|(?P<thirty>半)|整|钟)?",
            ),
            clock,
        ),
        (
            Needs::Nothing,
            pattern(r"(?i)\b(?P<day>mon|tue|wed|thu|fri|sat|sun)(?:day|sday|nesday|rsday|urday|s|rs|nes)?s?\b"),
            weekday,
        ),
        (Needs::Chinese, pattern(r"(?:周|星期|礼拜)(?P<han>[一二三四五六日天])"), weekday),
    ]
});

/// Every date, time of day and weekday of a text, in order. [`Quantity::low`] says how they are written as numbers.
#[must_use]
pub fn dates(text: &str) -> Vec<Quantity> {
    let mut found: Vec<Quantity> = Vec::new();
    let (digit, chinese) = (text.bytes().any(|byte| byte.is_ascii_digit()), !text.is_ascii());
    let may = |needs: Needs| match needs {
        Needs::Digit => digit,
        Needs::Chinese => chinese,
        Needs::DigitAndChinese => digit && chinese,
        Needs::Nothing => true,
    };
    for (_, pattern, read) in READERS.iter().filter(|(needs, ..)| may(*needs)) {
        for hit in pattern.captures_iter(text) {
            let place = hit.get(0).expect("a match has a whole").range();
            let touched = text[..place.start].chars().next_back().is_some_and(|c| c.is_ascii_digit());
            let free = found.iter().all(|other| other.place.end <= place.start || place.end <= other.place.start);
            if touched || !free {
                continue;
            }
            if let Some((unit, value)) = read(&hit) {
                found.push(Quantity { place, unit, low: value, high: value, bound: Bound::Exact });
            }
        }
    }
    found.sort_by_key(|quantity| quantity.place.start);
    found
}

fn number(hit: &Captures<'_>, name: &str) -> Option<f64> {
    hit.name(name).and_then(|part| part.as_str().parse().ok())
}

fn date(year: Option<f64>, month: f64, day: Option<f64>) -> Option<(Unit, f64)> {
    let day = day.unwrap_or(0.0);
    ((0.0..=12.0).contains(&month) && (0.0..=31.0).contains(&day))
        .then(|| (Unit::Date, year.unwrap_or(0.0) * 10_000.0 + month * 100.0 + day))
}

fn ymd(hit: &Captures<'_>) -> Option<(Unit, f64)> {
    date(number(hit, "y"), number(hit, "m").unwrap_or(0.0), number(hit, "d"))
}

fn named(hit: &Captures<'_>) -> Option<(Unit, f64)> {
    let name = hit.name("month")?.as_str().to_ascii_lowercase();
    let month = MONTHS.iter().position(|month| name.starts_with(month))? + 1;
    date(number(hit, "y"), f64::from(u8::try_from(month).ok()?), number(hit, "d"))
}

fn clock(hit: &Captures<'_>) -> Option<(Unit, f64)> {
    let written = hit.name("h")?.as_str();
    let hour = written.parse().ok().or_else(|| {
        let signs: Vec<char> = written.chars().collect();
        let digit = |sign: char| {
            "一二三四五六七八九".chars().position(|c| c == sign || sign == '两' && c == '二').map(|at| at + 1)
        };
        let value = match signs.as_slice() {
            ['十'] => 10,
            ['十', ones] => 10 + digit(*ones)?,
            [ones] => digit(*ones)?,
            _ => return None,
        };
        u8::try_from(value).ok().map(f64::from)
    })?;
    let half = hit.name("half").map(|half| half.as_str().to_lowercase()).unwrap_or_default();
    let afternoon = half.starts_with('p') || matches!(half.as_str(), "下午" | "晚上" | "晚");
    let minutes = number(hit, "min").unwrap_or(if hit.name("thirty").is_some() { 30.0 } else { 0.0 });
    let hour = match (afternoon, half.starts_with('a')) {
        (true, _) if hour < 12.0 => hour + 12.0,
        (_, true) if hour >= 12.0 => 0.0,
        _ => hour,
    };
    (hour <= 24.0 && minutes < 60.0).then_some((Unit::Clock, hour * 60.0 + minutes))
}

fn weekday(hit: &Captures<'_>) -> Option<(Unit, f64)> {
    let day = match (hit.name("day"), hit.name("han")) {
        (Some(day), _) => DAYS.iter().position(|known| day.as_str().to_ascii_lowercase() == **known)?,
        (None, Some(han)) => {
            let sign = han.as_str().chars().next()?;
            HAN_DAYS.iter().position(|known| sign == *known || sign == '天' && *known == '日')?
        }
        (None, None) => return None,
    };
    Some((Unit::Weekday, f64::from(u8::try_from(day + 1).ok()?)))
}
