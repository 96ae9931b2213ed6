//! The only place that asks what time it is, makes ids and draws random bytes; everything below and beside takes them as
//! arguments.

use std::io;
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

/// Random bytes from the system's generator, fit for secrets.
///
/// # Errors
/// The system has none.
pub fn random<const N: usize>() -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    rustls::crypto::ring::default_provider()
        .secure_random
        .fill(&mut bytes)
        .map_err(|_| io::Error::other("the system's random number generator failed"))?;
    Ok(bytes)
}
