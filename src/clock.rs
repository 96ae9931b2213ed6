//! The only place that asks what time it is and makes ids; everything below and beside takes both as arguments.

use std::time::{SystemTime, UNIX_EPOCH};

use uuid::Uuid;

use crate::model::time::Timestamp;

/// Now, in UTC.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is the place that the ban points to")]
pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// A fresh id: `let turn: TurnId = clock::id();`.
#[must_use]
pub fn id<T: From<Uuid>>() -> T {
    T::from(Uuid::now_v7())
}
