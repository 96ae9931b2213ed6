//! How often somebody may knock: token buckets in bounded memory.

use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};

use lru::LruCache;
use serde::{Deserialize, Serialize};

use crate::model::time::Timestamp;

/// Callers that are remembered. The one that was silent longest is forgotten first, and then starts with a full bucket.
const REMEMBERED: usize = 20_000;

/// A rate: so many at once, so many per minute in the long run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// How many may come at once.
    pub burst: u32,
    pub per_minute: u32,
}

/// Who asks, as the outermost layer found out (behind a trusted proxy this is not the peer's address).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Caller(IpAddr);

impl Caller {
    /// A caller is one IPv4 address or one IPv6 network of 64 bits, because that is what one household gets.
    #[must_use]
    pub fn at(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V6(six) => {
                let network = u128::from(six) & !u128::from(u64::MAX);
                Self(IpAddr::V6(Ipv6Addr::from(network)))
            }
            four @ IpAddr::V4(_) => Self(four),
        }
    }

    /// The address, or that of the network.
    #[must_use]
    pub fn address(&self) -> IpAddr {
        self.0
    }
}

/// Buckets for everybody who came lately.
#[derive(Debug)]
pub struct Limiter<K: Hash + Eq> {
    rate: Rate,
    buckets: Mutex<LruCache<K, Bucket>>,
}

impl<K: Hash + Eq> Limiter<K> {
    #[must_use]
    pub fn new(rate: Rate) -> Self {
        // A cache with a limit of its own takes the room for all of them at once.
        Self { rate, buckets: Mutex::new(LruCache::unbounded()) }
    }

    /// Takes one from the caller's bucket.
    ///
    /// # Errors
    /// It is empty; one will be there after so many milliseconds.
    pub fn take(&self, caller: K, now: Timestamp) -> Result<(), u64> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = buckets.get_or_insert_mut(caller, || Bucket::full(self.rate, now)).take(self.rate, now);
        if buckets.len() > REMEMBERED {
            buckets.pop_lru();
        }
        taken
    }

    /// Whether one is there, without taking it.
    ///
    /// # Errors
    /// There is none; one will be there after so many milliseconds.
    pub fn has(&self, caller: &K, now: Timestamp) -> Result<(), u64> {
        let known = self.buckets.lock().unwrap_or_else(PoisonError::into_inner).peek(caller).copied();
        known.map_or(Ok(()), |mut bucket| bucket.take(self.rate, now))
    }
}

/// Thousandths of a token, so that nothing is lost by rounding.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    millitokens: u64,
    at: Timestamp,
}

impl Bucket {
    fn full(rate: Rate, now: Timestamp) -> Self {
        Self { millitokens: u64::from(rate.burst) * 1000, at: now }
    }

    fn take(&mut self, rate: Rate, now: Timestamp) -> Result<(), u64> {
        let per_minute = u64::from(rate.per_minute);
        // A clock that steps back earns nothing and costs nothing.
        let elapsed_ms = u64::try_from(now.ms_since(self.at)).unwrap_or(0);
        let earned = elapsed_ms.saturating_mul(per_minute) / 60;
        if earned > 0 {
            self.millitokens = self.millitokens.saturating_add(earned).min(u64::from(rate.burst) * 1000);
            self.at = now;
        }
        if self.millitokens >= 1000 {
            self.millitokens -= 1000;
            return Ok(());
        }
        Err(((1000 - self.millitokens) * 60).div_ceil(per_minute.max(1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate { burst: 2, per_minute: 60 };

    #[test]
    fn a_burst_passes_then_time_pays() {
        let limiter = Limiter::new(RATE);
        assert_eq!(limiter.has(&1, Timestamp(0)), Ok(()));
        assert_eq!(limiter.take(1, Timestamp(0)), Ok(()));
        assert_eq!(limiter.take(1, Timestamp(0)), Ok(()));
        assert_eq!(limiter.take(1, Timestamp(0)), Err(1000));
        assert_eq!(limiter.take(1, Timestamp(400)), Err(600));
        assert_eq!(limiter.take(1, Timestamp(1000)), Ok(()));
        assert_eq!(limiter.take(2, Timestamp(1000)), Ok(()), "callers do not share a bucket");
    }

    #[test]
    fn patience_does_not_pile_up_and_clocks_may_step_back() {
        let limiter = Limiter::new(RATE);
        assert_eq!(limiter.take(1, Timestamp(0)), Ok(()));
        assert_eq!(limiter.take(1, Timestamp(3_600_000)), Ok(()));
        assert_eq!(limiter.take(1, Timestamp(3_600_000)), Ok(()));
        assert_eq!(limiter.take(1, Timestamp(0)), Err(1000));
    }

    #[test]
    fn a_household_is_one_caller() {
        let [a, b, c] = ["2001:db8::1", "2001:db8::2", "2001:db8:0:1::1"].map(|ip| Caller::at(ip.parse().unwrap()));
        assert_eq!(a, b);
        assert_ne!(a, c);
        let mapped = Caller::at("::ffff:192.0.2.1".parse().unwrap());
        assert_eq!(mapped, Caller::at("192.0.2.1".parse().unwrap()));
    }
}
