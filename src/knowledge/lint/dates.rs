//! Dates that have passed: offers that ended, pages that were revised long ago.

use std::sync::LazyLock;

use regex::Regex;

use super::{Finding, Kind, Severity, place};
use crate::model::passage::Passage;
use crate::text::normalise::fold;
use crate::text::quantities::quantities;
use crate::text::quantities::quantity::{Bound, Unit};
use crate::text::sentences::sentences;

static ENDS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b(?:until|till|through|ends?|ending|expires?|valid|by|before|no later than|deadline)\b|截止|截至|至|前有效|有效期|结束|到期|为止|之前")
        .expect("a constant pattern")
});
/// Directly before a date from which something holds.
static BEGINS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:\b(?:after|since|from|starting|beginning)|自|从)\s*(?:on\s*)?$").expect("a constant pattern")
});
static REVISED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b(?:as of|updated|revised|effective|last (?:changed|modified)|version of)\b|更新于|更新日期|修订|生效|最后更新|版本日期")
        .expect("a constant pattern")
});

/// Sentences that say until when something holds, or when a page was revised, with a date that is too old.
#[must_use]
pub fn find(passages: &[Passage], today: u32, stale_years: u32) -> Vec<Finding> {
    let mut findings = Vec::new();
    for passage in passages {
        for range in sentences(&passage.text) {
            let text = &passage.text[range];
            let folded = fold(text);
            // A whole date only: a year or a day alone says too little.
            let dates = quantities(text).into_iter().filter(|date| date.unit == Unit::Date && is_whole(date.high));
            let Some(date) = dates.max_by(|a, b| a.high.total_cmp(&b.high)) else { continue };
            let (words, late) = (&text[date.place.clone()], date.high < f64::from(today));
            if date.bound == Bound::AtLeast || BEGINS.is_match(&fold(&text[..date.place.start])) {
                continue;
            }
            if late && (date.bound == Bound::AtMost || ENDS.is_match(&folded)) && !REVISED.is_match(&folded) {
                findings.push(Finding {
                    kind: Kind::StaleDate,
                    severity: Severity::Error,
                    places: vec![place(passage, text)],
                    en: format!("“{words}” has passed"),
                    zh: format!("“{words}”已过期"),
                });
            } else if date.high < f64::from(today.saturating_sub(stale_years * 10_000)) && REVISED.is_match(&folded) {
                findings.push(Finding {
                    kind: Kind::StaleDate,
                    severity: Severity::Note,
                    places: vec![place(passage, text)],
                    en: format!("revised “{words}”, more than {stale_years} years ago"),
                    zh: format!("“{words}”修订，已超过 {stale_years} 年"),
                });
            }
        }
    }
    findings
}

fn is_whole(date: f64) -> bool {
    date >= 19_000_000.0 && (date / 100.0).floor() % 100.0 > 0.0 && date % 100.0 > 0.0
}

#[cfg(test)]
mod tests {
    use super::super::tests::passage;
    use super::*;

    fn found(text: &str) -> Vec<Severity> {
        find(&[passage("a.md", "x", text)], 20_260_601, 2).into_iter().map(|finding| finding.severity).collect()
    }

    #[test]
    fn what_ended_is_an_error_and_an_old_revision_a_note() {
        assert_eq!(found("The offer is valid until 31 December 2025."), [Severity::Error]);
        assert_eq!(found("活动截止 2025年12月31日。"), [Severity::Error]);
        assert_eq!(found("Last updated 2023-01-05."), [Severity::Note]);
        assert_eq!(found("本页更新于 2022-03-01。"), [Severity::Note]);
    }

    #[test]
    fn what_is_still_to_come_or_was_never_an_end_is_left_alone() {
        for text in [
            "The offer is valid until 31 December 2026.",
            "Last updated 2026-01-05.",
            "We opened our first shop on 3 May 2012.",
            "Points expire on 31 December.",
            "Valid for goods bought on or after 1 January 2025.",
            "自2025年1月1日起购买的商品有效。",
            "活动截止 2026年12月31日。",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }
}
