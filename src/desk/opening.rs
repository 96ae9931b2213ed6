//! When the doors open next, in words for a customer. Pure.

use jiff::tz::TimeZone;
use jiff::{Timestamp as Instant, Zoned};

use crate::model::time::Timestamp;

const DAYS: [(&str, &str); 7] = [
    ("Monday", "周一"),
    ("Tuesday", "周二"),
    ("Wednesday", "周三"),
    ("Thursday", "周四"),
    ("Friday", "周五"),
    ("Saturday", "周六"),
    ("Sunday", "周日"),
];

/// A moment as people of the zone would say it, in English and Chinese; nothing when the zone is unknown.
#[must_use]
pub fn words(at: Timestamp, now: Timestamp, zone: &str) -> Option<[String; 2]> {
    let zone = TimeZone::get(zone).ok()?;
    let local = |moment: Timestamp| Some(Instant::from_millisecond(moment.0).ok()?.to_zoned(zone.clone()));
    let (at, now): (Zoned, Zoned) = (local(at)?, local(now)?);
    let time = at.strftime("%H:%M");
    let days = at.date().since(now.date()).ok()?.get_days();
    let weekday = usize::try_from(at.weekday().to_monday_zero_offset()).ok()?;
    let (en, zh) = match days {
        0 => (format!("today at {time}"), format!("今天 {time}")),
        1 => (format!("tomorrow at {time}"), format!("明天 {time}")),
        2..=6 => (format!("on {} at {time}", DAYS[weekday].0), format!("{} {time}", DAYS[weekday].1)),
        _ => (format!("on {} at {time}", at.strftime("%-d %B")), format!("{}月{}日 {time}", at.month(), at.day())),
    };
    Some([en, zh])
}

/// A moment on the clocks of the zone, `2026-01-02 20:00`; nothing when the zone is unknown.
#[must_use]
pub fn on_the_clock(at: Timestamp, zone: &str) -> Option<String> {
    let zone = TimeZone::get(zone).ok()?;
    let moment = Instant::from_millisecond(at.0).ok()?.to_zoned(zone);
    Some(moment.strftime("%Y-%m-%d %H:%M").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_days_have_names_and_far_ones_dates() {
        // Friday, 2 January 2026, 20:00 in Shanghai.
        let now = Timestamp(1_767_355_200_000);
        let hour_ms = 3_600_000;
        for (hours, en, zh) in [
            (3, "today at 23:00", "今天 23:00"),
            (13, "tomorrow at 09:00", "明天 09:00"),
            (61, "on Monday at 09:00", "周一 09:00"),
            (13 + 24 * 10, "on 13 January at 09:00", "1月13日 09:00"),
        ] {
            let words = words(now.plus_ms(hours * hour_ms), now, "Asia/Shanghai").unwrap();
            assert_eq!(words, [en.to_owned(), zh.to_owned()]);
        }
        assert_eq!(words(now, now, "Nowhere/Else"), None);
        assert_eq!(on_the_clock(now, "Asia/Shanghai").as_deref(), Some("2026-01-02 20:00"));
        assert_eq!(on_the_clock(now, "Nowhere/Else"), None);
    }
}
