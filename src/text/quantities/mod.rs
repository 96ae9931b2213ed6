//! Numbers with what they count: money, spans of time, shares, measures, dates, times of day.
//!
//! Digits, English words and Chinese numerals give the same value, and equal spans written differently are equal (`7 days` and `一周`).

use std::ops::Range;

pub mod dates;
pub mod numbers;
pub mod quantity;
pub mod units;

use crate::text::identifiers::identifiers;
use crate::text::quantities::numbers::Read;
use crate::text::quantities::quantity::{Bound, Quantity, Unit};

/// Every quantity of a text, in order.
#[must_use]
pub fn quantities(text: &str) -> Vec<Quantity> {
    let mut taken: Vec<Range<usize>> = identifiers(text).into_iter().map(|identifier| identifier.place).collect();
    let mut found = dates::dates(text);
    found.retain(|quantity| taken.iter().all(|place| apart(place, &quantity.place)));
    taken.extend(found.iter().map(|quantity| quantity.place.clone()));
    let reads: Vec<Read> =
        numbers::numbers(text).into_iter().filter(|read| taken.iter().all(|place| apart(place, &read.place))).collect();
    let mut next = 0;
    while next < reads.len() {
        let read = &reads[next];
        let after = units::unit_after(text, read.place.end);
        let before = units::currency_before(text, read.place.start);
        if let Some(second) = reads.get(next + 1) {
            let gap_start = after.as_ref().map_or(read.place.end, |found| found.end);
            let gap = text.get(
                gap_start..units::currency_before(text, second.place.start).map_or(second.place.start, |c| c.start),
            );
            if gap.is_some_and(is_range_mark) && second.value > read.value {
                let ending = units::unit_after(text, second.place.end);
                let unit = ending.as_ref().map(|found| found.unit).or(before.as_ref().map(|found| found.unit));
                if let Some(unit) = unit.or(after.as_ref().map(|found| found.unit)) {
                    let place = before.as_ref().map_or(read.place.start, |found| found.start)
                        ..ending.as_ref().map_or(second.place.end, |found| found.end);
                    let (first_factor, _) = after.as_ref().map_or((None, ()), |found| (Some(found.factor), ()));
                    let factor = ending.as_ref().map_or(1.0, |found| found.factor);
                    found.push(Quantity {
                        bound: Bound::Exact,
                        unit,
                        low: read.value * first_factor.unwrap_or(factor),
                        high: second.value * factor,
                        place,
                    });
                    next += 2;
                    continue;
                }
            }
        }
        next += 1;
        let measured = after.as_ref().is_some_and(|found| found.unit != Unit::Count);
        let unit = match (&before, &after) {
            (Some(currency), _) => currency.unit,
            (None, Some(found)) => found.unit,
            (None, None) => Unit::Count,
        };
        if read.needs_unit && before.is_none() && after.is_none() || read.needs_measure && !measured {
            continue;
        }
        let factor = if before.is_some() { 1.0 } else { after.as_ref().map_or(1.0, |found| found.factor) };
        let place = before.as_ref().map_or(read.place.start, |found| found.start)..if before.is_some() {
            read.place.end
        } else {
            after.as_ref().map_or(read.place.end, |found| found.end)
        };
        found.push(Quantity { unit, low: read.value * factor, high: read.value * factor, bound: Bound::Exact, place });
    }
    found.sort_by_key(|quantity| quantity.place.start);
    for quantity in &mut found {
        quantity.bound = units::bound(text, &quantity.place);
    }
    found
}

fn apart(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.end <= b.start || b.end <= a.start
}

fn is_range_mark(gap: &str) -> bool {
    matches!(gap.trim(), "-" | "–" | "—" | "~" | "～" | "至" | "到" | "to" | "or" | "或" | "and")
        && !(gap.trim() == "and" && gap.len() < 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        quantities(text)
            .iter()
            .map(|q| {
                let value = if q.low == q.high { format!("{}", q.low) } else { format!("{}..{}", q.low, q.high) };
                let bound = match q.bound {
                    Bound::Exact => "",
                    Bound::AtMost => "≤",
                    Bound::AtLeast => "≥",
                };
                format!("{bound}{value} {:?}", q.unit)
            })
            .collect()
    }

    fn check(text: &str, expected: &[&str]) {
        assert_eq!(shown(text), expected, "{text}");
    }

    #[test]
    fn the_same_value_is_read_from_every_writing() {
        check("within 7 days", &["≤604800 Time"]);
        check("七天内", &["≤604800 Time"]);
        check("within one week", &["≤604800 Time"]);
        check("3-5 business days", &["3..5 Workdays"]);
        check("3至5个工作日", &["3..5 Workdays"]);
        check("三到五个工作日", &["3..5 Workdays"]);
        check("at least $1,299.50", &["≥1299.5 Usd"]);
        check("满99元包邮", &["≥99 Cny"]);
        check("不满99元", &["≤99 Cny"]);
        check("￥１２８", &["128 Cny"]);
        check("1.5万元", &["15000 Cny"]);
        check("百分之二十", &["20 Percent"]);
        check("20％ 折扣", &["20 Percent"]);
        check("twenty-four months", &["24 Months"]);
        check("2年", &["24 Months"]);
        check("十二个月", &["12 Months"]);
        check("半小时", &["1800 Time"]);
        check("five attempts", &["5 Count"]);
        check("up to 10 items", &["≤10 Count"]);
    }

    #[test]
    fn dates_and_times_are_no_bare_numbers() {
        check("2026年1月14日", &["20260114 Date"]);
        check("January 14, 2026", &["20260114 Date"]);
        check("on 14 Jan 2026 at 9:30 am", &["20260114 Date", "570 Clock"]);
        check("9:00-18:00", &["540 Clock", "1080 Clock"]);
        check("下午3点", &["900 Clock"]);
        check("Monday to Friday", &["1 Weekday", "5 Weekday"]);
        check("周一至周日", &["1 Weekday", "7 Weekday"]);
    }

    #[test]
    fn words_that_only_look_like_numbers_are_left_alone() {
        for text in ["十分感谢", "一般情况下", "统一处理", "someone and one of us", "万一丢失", "SKU-104"]
        {
            check(text, &[]);
        }
    }
}
