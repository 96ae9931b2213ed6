//! The value that every reader of quantities gives, and when two of them say the same.

use std::ops::Range;

/// A quantity in a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantity {
    /// Bytes of the text.
    pub place: Range<usize>,
    pub unit: Unit,
    /// In the unit's base; equal to `high` unless the text gives a range. A date is `yyyymmdd` with zeros for what is not
    /// said; a time of day is in minutes.
    pub low: f64,
    pub high: f64,
    pub bound: Bound,
}

/// Which side of the number is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    Exact,
    /// Within, up to, at most, before.
    AtMost,
    /// From, at least, more than, after.
    AtLeast,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    /// Things, times, or nothing said.
    Count,
    Percent,
    /// Tenths of the price that remain, as Chinese shops write discounts.
    Zhe,
    Usd,
    Cny,
    Eur,
    Gbp,
    Hkd,
    /// Seconds.
    Time,
    /// Days on which the business works.
    Workdays,
    Months,
    Grams,
    Metres,
    Litres,
    Bytes,
    Points,
    Degrees,
    Date,
    /// Minutes after midnight.
    Clock,
    /// 1 is Monday.
    Weekday,
}

impl Unit {
    /// Units that are compared with each other: a month contradicts a week.
    #[must_use]
    pub fn family(self) -> Self {
        match self {
            Self::Workdays | Self::Months | Self::Time => Self::Time,
            Self::Cny | Self::Eur | Self::Gbp | Self::Hkd | Self::Usd => Self::Usd,
            Self::Zhe | Self::Percent => Self::Percent,
            other => other,
        }
    }
}

impl Quantity {
    /// Whether the other quantity says the same: the same value of the same kind, and not the other side of it. A count
    /// without a unit matches only a count.
    #[must_use]
    pub fn agrees_with(&self, other: &Self) -> bool {
        self.same_value(other) && !self.opposes(other)
    }

    /// The same value of the same kind, whichever side is meant.
    #[must_use]
    pub fn same_value(&self, other: &Self) -> bool {
        if self.unit != other.unit {
            return false;
        }
        if self.unit == Unit::Date {
            return same_date(self.low, other.low);
        }
        let close = |a: f64, b: f64| (a - b).abs() <= 1e-6 * a.abs().max(b.abs()).max(1.0);
        if close(self.low, other.low) && close(self.high, other.high) {
            return true;
        }
        // One end of a range is the range's bound: "up to 5 days" is what "3–5 days" says.
        let (single, range) = if self.low < self.high { (other, self) } else { (self, other) };
        single.low == single.high
            && range.low < range.high
            && (single.bound == Bound::AtMost && close(single.low, range.high)
                || single.bound == Bound::AtLeast && close(single.low, range.low))
    }

    /// Whether both are compared with something of the same kind, so that different values contradict each other.
    #[must_use]
    pub fn competes_with(&self, other: &Self) -> bool {
        self.unit.family() == other.unit.family() && !self.same_value(other)
    }

    /// Whether one means at most and the other at least.
    #[must_use]
    pub fn opposes(&self, other: &Self) -> bool {
        matches!((self.bound, other.bound), (Bound::AtMost, Bound::AtLeast) | (Bound::AtLeast, Bound::AtMost))
    }
}

/// Whether two dates agree in all that both of them say.
fn same_date(a: f64, b: f64) -> bool {
    let parts = |date: f64| [(date / 10_000.0).floor(), (date / 100.0).floor() % 100.0, date % 100.0];
    let (a, b) = (parts(a), parts(b));
    let said = |part: f64| part > 0.0;
    let shared = (0..3).filter(|&at| said(a[at]) && said(b[at])).count();
    shared > 0 && (0..3).all(|at| !said(a[at]) || !said(b[at]) || a[at] == b[at])
}
