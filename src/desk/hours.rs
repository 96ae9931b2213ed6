//! When people are there: the week, the days that differ from it, and the zone's own changes of the clock. Pure.
//!
//! A day that stands among the holidays is only what they say of it: closed, or open at other times. That is how a working
//! Saturday (调休) and a short Christmas Eve are written.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Span as Shift, Timestamp as Instant, ToSpan as _};

use crate::model::inbox::{Hours, Span};
use crate::model::time::Timestamp;
use crate::model::wording::Wording;

/// Days after which the next opening is not looked for any more.
const FURTHEST: i32 = 400;
const MINUTES: u16 = 24 * 60;
/// Spans of one day, and days that differ.
const SPANS: usize = 8;
const HOLIDAYS: usize = 400;

/// Hours that were read and make sense.
#[derive(Clone, Debug)]
pub struct Schedule {
    zone: TimeZone,
    /// Minutes of each day, Monday first; `None` when it is always open.
    week: Option<[Vec<Part>; 7]>,
    holidays: BTreeMap<Date, Vec<Part>>,
}

/// Open from one minute of the day up to another, which may be the end of the day.
type Part = (u16, u16);

/// How it stands at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    pub open_now: bool,
    /// When it opens next; nothing while it is open, or when it does not within a year.
    pub opens_at: Option<Timestamp>,
    /// When it closes next; nothing while it is closed, or when it does not within a year.
    pub closes_at: Option<Timestamp>,
}

/// Something that cannot be: where, and what is expected instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// Path of the setting, such as `hours.week[0][1].to`.
    pub at: String,
    pub expected: Wording,
}

impl Complaint {
    #[must_use]
    pub fn new(at: impl Into<String>, en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self { at: at.into(), expected: Wording::of(en, zh) }
    }
}

impl Schedule {
    /// Reads hours as people write them.
    ///
    /// # Errors
    /// Everything that cannot be.
    pub fn read(hours: &Hours) -> Result<Self, Vec<Complaint>> {
        let mut complaints = Vec::new();
        let zone = TimeZone::get(&hours.zone).unwrap_or_else(|_| {
            let zh = "请填写 IANA 时区名称，例如 Asia/Shanghai。";
            complaints.push(Complaint::new("hours.zone", "Give the zone's IANA name, such as Asia/Shanghai.", zh));
            TimeZone::UTC
        });
        if hours.week.len() != 7 {
            let en = "Give seven days, Monday first; a day that is closed is an empty list.";
            complaints.push(Complaint::new("hours.week", en, "请填写从周一开始的七天；休息日为空列表。"));
        }
        let mut week: [Vec<Part>; 7] = Default::default();
        for (day, (parts, spans)) in week.iter_mut().zip(&hours.week).enumerate() {
            *parts = day_of(spans, &format!("hours.week[{day}]"), &mut complaints);
        }
        let holidays = holidays(hours, &mut complaints);
        if !complaints.is_empty() {
            return Err(complaints);
        }
        Ok(Self { zone, week: (!hours.always).then_some(week), holidays })
    }

    /// Whether it is open at a moment, and when that changes.
    #[must_use]
    pub fn at(&self, now: Timestamp) -> Standing {
        let (Some(week), Ok(moment)) = (&self.week, Instant::from_millisecond(now.0)) else {
            return Standing { open_now: true, opens_at: None, closes_at: None };
        };
        let today = moment.to_zoned(self.zone.clone()).date();
        // The end of an opening that goes on past midnight, as far as it is known.
        let mut closes: Option<Instant> = None;
        for ahead in -1..=FURTHEST {
            let Ok(day) = today.checked_add(Shift::new().days(ahead)) else { break };
            for (opens_at, closes_at) in self.instants(week, day) {
                match closes {
                    _ if closes_at <= moment => {}
                    // It goes on without a break.
                    Some(end) if opens_at <= end => closes = Some(end.max(closes_at)),
                    Some(end) => return open(Some(end)),
                    None if opens_at <= moment => closes = Some(closes_at),
                    None => return Standing { open_now: false, opens_at: Some(stamp(opens_at)), closes_at: None },
                }
            }
            // Nothing of a later day can begin before this one is over.
            if let Some(end) = closes.filter(|end| end.to_zoned(self.zone.clone()).date() < day) {
                return open(Some(end));
            }
        }
        match closes {
            Some(_) => open(None),
            None => Standing { open_now: false, opens_at: None, closes_at: None },
        }
    }

    /// The openings of a day as instants, in order. An hour that the clock skips is not there, one that it repeats is there twice.
    fn instants(&self, week: &[Vec<Part>; 7], day: Date) -> Vec<(Instant, Instant)> {
        let weekday = usize::from(day.weekday().to_monday_zero_offset().unsigned_abs());
        let parts = self.holidays.get(&day).unwrap_or(&week[weekday]);
        let begin = |minute: u16| self.zone.to_ambiguous_timestamp(moment(day, minute)?).compatible().ok();
        let end = |minute: u16| self.zone.to_ambiguous_timestamp(moment(day, minute)?).later().ok();
        parts.iter().filter_map(|(from, to)| Some((begin(*from)?, end(*to)?))).filter(|(from, to)| from < to).collect()
    }
}

fn open(closes: Option<Instant>) -> Standing {
    Standing { open_now: true, opens_at: None, closes_at: closes.map(stamp) }
}

fn stamp(instant: Instant) -> Timestamp {
    Timestamp(instant.as_millisecond())
}

fn moment(day: Date, minute: u16) -> Option<DateTime> {
    if minute == MINUTES {
        return Some(day.checked_add(1.day()).ok()?.to_datetime(Time::midnight()));
    }
    let (hour, minute) = (i8::try_from(minute / 60).ok()?, i8::try_from(minute % 60).ok()?);
    Some(day.to_datetime(Time::new(hour, minute, 0, 0).ok()?))
}

/// The spans of a day in order, without overlaps.
fn day_of(spans: &[Span], at: &str, complaints: &mut Vec<Complaint>) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::with_capacity(spans.len());
    if spans.len() > SPANS {
        let (en, zh) = (format!("A day has at most {SPANS} spans."), format!("一天最多 {SPANS} 个时段。"));
        complaints.push(Complaint::new(at, en, zh));
        return parts;
    }
    for (number, span) in spans.iter().enumerate() {
        parts.extend(part(&span.from, &span.to, &format!("{at}[{number}]"), complaints));
    }
    parts.sort_unstable();
    if parts.windows(2).any(|pair| pair[1].0 < pair[0].1) {
        complaints.push(Complaint::new(at, "The spans of a day must not overlap.", "同一天的时段不能重叠。"));
    }
    parts
}

fn part(from: &str, to: &str, at: &str, complaints: &mut Vec<Complaint>) -> Option<Part> {
    let mut read = |text: &str, side: &str| {
        let found = minute(text);
        if found.is_none() {
            let en = "Give a time such as 09:00; the day ends at 24:00.";
            complaints.push(Complaint::new(format!("{at}.{side}"), en, "请填写时间，例如 09:00；一天结束写作 24:00。"));
        }
        found
    };
    let (from, to) = (read(from, "from"), read(to, "to"));
    let (from, to) = (from?, to?);
    if from >= to {
        let en = "It must end after it begins. What goes past midnight is two spans: to 24:00, and from 00:00 on the next day.";
        let zh = "结束时间必须晚于开始时间。跨过午夜请分成两段：当天到 24:00，次日从 00:00 开始。";
        complaints.push(Complaint::new(at, en, zh));
        return None;
    }
    Some((from, to))
}

fn minute(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let two = |part: &str| {
        (part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit())).then(|| part.parse::<u16>().ok()).flatten()
    };
    let (hours, minutes) = (two(hours)?, two(minutes)?);
    let total = hours * 60 + minutes;
    (minutes < 60 && total <= MINUTES).then_some(total)
}

fn holidays(hours: &Hours, complaints: &mut Vec<Complaint>) -> BTreeMap<Date, Vec<Part>> {
    let mut days: BTreeMap<Date, Vec<Part>> = BTreeMap::new();
    let mut closed = BTreeSet::new();
    if hours.holidays.len() > HOLIDAYS {
        let (en, zh) = (format!("At most {HOLIDAYS} days."), format!("最多 {HOLIDAYS} 天。"));
        complaints.push(Complaint::new("hours.holidays", en, zh));
        return days;
    }
    for (number, holiday) in hours.holidays.iter().enumerate() {
        let at = format!("hours.holidays[{number}]");
        let Some(date) = holiday.date.parse::<Date>().ok().filter(|date| date.to_string() == holiday.date) else {
            let en = "Give a date such as 2026-10-01.";
            complaints.push(Complaint::new(format!("{at}.date"), en, "请填写日期，例如 2026-10-01。"));
            continue;
        };
        let parts = match (holiday.closed, &holiday.from, &holiday.to) {
            (true, None, None) => {
                closed.insert(date);
                None
            }
            (false, Some(from), Some(to)) => part(from, to, &at, complaints),
            _ => {
                let en = "Say either that the day is closed, or from when to when it is open.";
                complaints.push(Complaint::new(&at, en, "请注明当天休息，或填写营业的起止时间。"));
                continue;
            }
        };
        let day = days.entry(date).or_default();
        day.extend(parts);
        day.sort_unstable();
        let overlaps = day.windows(2).any(|pair| pair[1].0 < pair[0].1);
        if overlaps || (closed.contains(&date) && !day.is_empty()) {
            let en = "This day stands there with times that contradict each other.";
            complaints.push(Complaint::new(&at, en, "这一天的设置互相矛盾。"));
        }
    }
    days
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::inbox::Holiday;

    fn hours(zone: &str, spans: &[(usize, &str, &str)]) -> Hours {
        let mut week = vec![Vec::new(); 7];
        for (day, from, to) in spans {
            week[*day].push(Span { from: (*from).to_owned(), to: (*to).to_owned() });
        }
        Hours { zone: zone.to_owned(), always: false, week, holidays: Vec::new() }
    }

    fn workdays(zone: &str) -> Hours {
        hours(zone, &[0, 1, 2, 3, 4].map(|day| (day, "09:00", "18:00")))
    }

    /// `open until …`, `closed until …`, in UTC.
    fn at(hours: &Hours, now: &str) -> String {
        let now: Instant = now.parse().unwrap();
        let standing = Schedule::read(hours).unwrap().at(stamp(now));
        let (word, change) =
            if standing.open_now { ("open", standing.closes_at) } else { ("closed", standing.opens_at) };
        let told = change.map_or("further notice".to_owned(), |change| {
            Instant::from_millisecond(change.0).unwrap().strftime("%Y-%m-%dT%H:%MZ").to_string()
        });
        format!("{word} until {told}")
    }

    #[test]
    fn a_week_opens_and_closes_in_its_own_zone() {
        let shanghai = workdays("Asia/Shanghai");
        // 2026-03-02 is a Monday; Shanghai is eight hours ahead of UTC.
        for (now, expected) in [
            ("2026-03-02T00:59:59Z", "closed until 2026-03-02T01:00Z"),
            ("2026-03-02T01:00:00Z", "open until 2026-03-02T10:00Z"),
            ("2026-03-02T09:59:59Z", "open until 2026-03-02T10:00Z"),
            ("2026-03-02T10:00:00Z", "closed until 2026-03-03T01:00Z"),
            ("2026-03-06T10:00:00Z", "closed until 2026-03-09T01:00Z"),
            ("2026-03-07T12:00:00Z", "closed until 2026-03-09T01:00Z"),
        ] {
            assert_eq!(at(&shanghai, now), expected, "{now}");
        }
        // It is Tuesday in Kiritimati while it is Monday in Honolulu.
        assert_eq!(at(&workdays("Pacific/Kiritimati"), "2026-03-01T19:00:00Z"), "open until 2026-03-02T04:00Z");
        assert_eq!(at(&workdays("Pacific/Honolulu"), "2026-03-07T03:59:00Z"), "open until 2026-03-07T04:00Z");
        assert_eq!(at(&workdays("Asia/Kolkata"), "2026-03-02T00:00:00Z"), "closed until 2026-03-02T03:30Z");
    }

    #[test]
    fn the_clock_that_is_changed_is_followed() {
        let berlin = workdays("Europe/Berlin");
        assert_eq!(at(&berlin, "2026-03-27T17:00:00Z"), "closed until 2026-03-30T07:00Z", "summer time came");
        assert_eq!(at(&berlin, "2026-10-23T16:00:00Z"), "closed until 2026-10-26T08:00Z", "and went");
        // New York skips 02:00 to 03:00 on 8 March 2026 and repeats 01:00 to 02:00 on 1 November.
        let night = hours("America/New_York", &[(6, "01:30", "02:30")]);
        assert_eq!(at(&night, "2026-03-08T06:00:00Z"), "closed until 2026-03-08T06:30Z");
        assert_eq!(at(&night, "2026-03-08T06:30:00Z"), "open until 2026-03-08T07:30Z");
        assert_eq!(
            at(&night, "2026-11-01T05:30:00Z"),
            "open until 2026-11-01T07:30Z",
            "the hour that comes twice is open twice"
        );
        let skipped = hours("America/New_York", &[(6, "02:00", "02:30")]);
        assert_eq!(
            at(&skipped, "2026-03-08T05:00:00Z"),
            "closed until 2026-03-08T07:00Z",
            "moved on by the skipped hour"
        );
    }

    #[test]
    fn a_holiday_may_close_a_workday_and_open_a_sunday() {
        let mut hours = workdays("Asia/Shanghai");
        let closed = |date: &str| Holiday { date: date.to_owned(), closed: true, from: None, to: None };
        let open = |date: &str, from: &str, to: &str| Holiday {
            date: date.to_owned(),
            closed: false,
            from: Some(from.to_owned()),
            to: Some(to.to_owned()),
        };
        // The National Day week of 2026 with a working Sunday before it and a working Saturday after it.
        hours.holidays = (1..=7).map(|day| closed(&format!("2026-10-0{day}"))).collect();
        hours.holidays.push(open("2026-09-20", "09:00", "12:00"));
        hours.holidays.push(open("2026-09-20", "13:00", "17:00"));
        hours.holidays.push(open("2026-10-10", "10:00", "16:00"));
        for (now, expected) in [
            ("2026-09-19T12:00:00Z", "closed until 2026-09-20T01:00Z"),
            ("2026-09-20T02:00:00Z", "open until 2026-09-20T04:00Z"),
            ("2026-09-20T04:30:00Z", "closed until 2026-09-20T05:00Z"),
            ("2026-09-30T10:00:00Z", "closed until 2026-10-08T01:00Z"),
            ("2026-10-01T02:00:00Z", "closed until 2026-10-08T01:00Z"),
            ("2026-10-09T10:00:00Z", "closed until 2026-10-10T02:00Z"),
            ("2026-10-10T08:00:00Z", "closed until 2026-10-12T01:00Z"),
        ] {
            assert_eq!(at(&hours, now), expected, "{now}");
        }
    }

    #[test]
    fn midnight_is_no_break() {
        let bar = hours("UTC", &[(4, "20:00", "24:00"), (5, "00:00", "03:00"), (5, "20:00", "24:00")]);
        assert_eq!(at(&bar, "2026-03-06T23:00:00Z"), "open until 2026-03-07T03:00Z");
        assert_eq!(at(&bar, "2026-03-07T01:00:00Z"), "open until 2026-03-07T03:00Z");
        assert_eq!(at(&bar, "2026-03-07T23:59:59Z"), "open until 2026-03-08T00:00Z");
        let round: Vec<_> = (0..7).map(|day| (day, "00:00", "24:00")).collect();
        assert_eq!(at(&hours("Europe/Berlin", &round), "2026-03-06T23:00:00Z"), "open until further notice");
        assert_eq!(at(&hours("UTC", &[]), "2026-03-06T23:00:00Z"), "closed until further notice");
        assert_eq!(at(&Hours::default(), "2026-03-06T23:00:00Z"), "open until further notice");
    }

    #[test]
    fn what_cannot_be_is_said_in_both_languages() {
        let mut wrong = hours("Asia/Peking", &[(0, "9:00", "18:00"), (1, "18:00", "09:00"), (2, "08:00", "24:01")]);
        wrong.week[3] = [("08:00", "12:00"), ("11:00", "15:00")]
            .map(|(from, to)| Span { from: from.to_owned(), to: to.to_owned() })
            .to_vec();
        wrong.week.pop();
        let day = |date: &str, closed: bool, from: Option<&str>| Holiday {
            date: date.to_owned(),
            closed,
            from: from.map(str::to_owned),
            to: from.map(|_| "20:00".to_owned()),
        };
        wrong.holidays = vec![
            day("2026-02-30", true, None),
            day("2026-05-01", false, None),
            day("2026-05-02", true, None),
            day("2026-05-02", false, Some("10:00")),
        ];
        let complaints = Schedule::read(&wrong).unwrap_err();
        let places: Vec<&str> = complaints.iter().map(|complaint| complaint.at.as_str()).collect();
        assert_eq!(
            places,
            [
                "hours.zone",
                "hours.week",
                "hours.week[0][0].from",
                "hours.week[1][0]",
                "hours.week[2][0].to",
                "hours.week[3]",
                "hours.holidays[0].date",
                "hours.holidays[1]",
                "hours.holidays[3]",
            ]
        );
        assert!(complaints.iter().all(|complaint| {
            !complaint.expected.en.is_empty() && complaint.expected.zh.chars().any(crate::text::language::is_han)
        }));
    }
}
