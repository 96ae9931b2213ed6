//! From when on: so long ago, or a day.

use std::str::FromStr;

use time::macros::format_description;
use time::{Date, UtcOffset};

use crate::model::time::Timestamp;

/// `30d`, `12h`, `45m`, or `2026-01-31` (its beginning, in UTC).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    Ago { ms: i64 },
    At(Timestamp),
}

impl Since {
    pub(super) fn before(self, now: Timestamp) -> Timestamp {
        match self {
            Self::Ago { ms } => now.plus_ms(-ms),
            Self::At(moment) => moment,
        }
    }
}

impl FromStr for Since {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let day = format_description!("[year]-[month]-[day]");
        if let Ok(date) = Date::parse(text, day) {
            let seconds = date.midnight().assume_offset(UtcOffset::UTC).unix_timestamp();
            return Ok(Self::At(Timestamp(seconds * 1_000)));
        }
        let unit = text.chars().last().unwrap_or_default();
        let minutes = match unit {
            'm' => 1,
            'h' => 60,
            'd' => 24 * 60,
            'w' => 7 * 24 * 60,
            _ => 0,
        };
        let count = text.strip_suffix(unit).and_then(|count| count.parse::<u32>().ok());
        match count {
            Some(count) if minutes > 0 => Ok(Self::Ago { ms: i64::from(count) * minutes * 60_000 }),
            _ => Err("expected 30d, 12h, 45m, 2w or a day such as 2026-01-31".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_and_days_are_read() {
        let at = |text: &str| text.parse::<Since>().unwrap().before(Timestamp(10 * 86_400_000));
        assert_eq!(at("2d"), Timestamp(8 * 86_400_000));
        assert_eq!(at("12h"), Timestamp(9 * 86_400_000 + 43_200_000));
        assert_eq!(at("1970-01-03"), Timestamp(2 * 86_400_000));
        for bad in ["", "d", "3", "3y", "2026-02-30", "-3d"] {
            assert!(bad.parse::<Since>().is_err(), "{bad}");
        }
    }
}
