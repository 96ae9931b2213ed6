//! Which provider is asked, if any: a circuit breaker for each, and one budget for everything beyond the first call of a turn.
//!
//! Pure: the time is an argument. Whatever is configured, any ten turns or more make at most 1.1 calls each: a turn's second call
//! costs twenty turns of saving, and no more than one such call is saved.

use std::time::{Duration, Instant};

/// Failures in a row until a provider rests, when there is no other one to ask.
const PATIENCE: u32 = 2;
const FIRST_REST: Duration = Duration::from_secs(5);
const LONGEST_REST: Duration = Duration::from_secs(60);
/// A provider that is over its limit and does not say for how long.
const LIMITED_REST: Duration = Duration::from_secs(2);
/// The price of a turn's second call, in turns.
const EXTRA_CALL: u32 = 20;

/// How a call ended, as far as the provider's health goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Answered,
    /// It may be over in a moment.
    Failed,
    /// It did not answer in time: asking it again would only take more of it.
    Slow,
    /// Nothing will change until a person acts.
    Forbidden,
    RateLimited(Option<Duration>),
    /// We stopped listening, or the request itself was at fault: nothing is known about the provider.
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Breaker {
    Closed {
        failures: u32,
    },
    /// Nobody calls until `until`; the rest before that was `rest` long.
    Open {
        until: Instant,
        rest: Duration,
    },
    /// One call is out to see whether the provider is back.
    Probing {
        rest: Duration,
    },
}

/// The second call of a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Again {
    pub provider: usize,
    /// Wait this long before it.
    pub after: Duration,
}

#[derive(Debug)]
pub struct Breakers {
    breakers: Vec<Breaker>,
    /// Turns since the last second call, up to the price of the next.
    saved: u32,
}

impl Breakers {
    /// Breakers for this many providers, in order of preference.
    #[must_use]
    pub fn new(providers: usize) -> Self {
        Self { breakers: vec![Breaker::Closed { failures: 0 }; providers], saved: EXTRA_CALL }
    }

    /// The provider for a turn's first call, or `None` while all of them rest. Every `Some` must be followed by one `ended`.
    pub fn first(&mut self, now: Instant) -> Option<usize> {
        let closed = self.breakers.iter().position(|breaker| matches!(breaker, Breaker::Closed { .. }));
        let rested = self.breakers.iter().position(|breaker| rested(*breaker, now));
        self.saved = (self.saved + 1).min(EXTRA_CALL);
        // A preferred provider is tried again at a turn's expense only if another call could still save that turn.
        let probe = match (rested, closed) {
            (Some(rested), Some(closed)) => (rested < closed && self.saved >= EXTRA_CALL).then_some(rested),
            (Some(rested), None) => Some(rested),
            (None, _) => None,
        };
        if let Some(provider) = probe {
            self.probe(provider);
        }
        probe.or(closed)
    }

    /// The provider for a turn's second call after `failed` has failed with nothing shown yet. A wait is never longer than `patience`.
    /// Call `ended` for the first call before this, and again for the second if there is one.
    pub fn again(&mut self, failed: usize, outcome: Outcome, patience: Duration, now: Instant) -> Option<Again> {
        if self.saved < EXTRA_CALL {
            return None;
        }
        let others = self.breakers.iter().enumerate().filter(|(provider, _)| *provider != failed);
        let mut closed = others.filter(|(_, breaker)| matches!(breaker, Breaker::Closed { .. }));
        let again = match (closed.next(), outcome, self.breakers[failed]) {
            (Some((provider, _)), ..) => Again { provider, after: Duration::ZERO },
            (None, Outcome::Failed, Breaker::Closed { .. }) => Again { provider: failed, after: Duration::ZERO },
            (None, Outcome::RateLimited(_), Breaker::Open { until, rest: LIMITED_REST }) => {
                let after = until.saturating_duration_since(now);
                if after > patience {
                    return None;
                }
                self.probe(failed);
                Again { provider: failed, after }
            }
            _ => return None,
        };
        self.saved -= EXTRA_CALL;
        Some(again)
    }

    /// Records how a call ended.
    pub fn ended(&mut self, provider: usize, outcome: Outcome, now: Instant) {
        let patience = if self.breakers.len() > 1 { 1 } else { PATIENCE };
        let outcome = if outcome == Outcome::Slow { Outcome::Failed } else { outcome };
        let open = |rest| Breaker::Open { until: now + rest, rest };
        let before = self.breakers[provider];
        self.breakers[provider] = match (before, outcome) {
            // A call from before the rest says nothing about its end.
            (Breaker::Open { .. }, _) => before,
            (_, Outcome::Answered) => Breaker::Closed { failures: 0 },
            (_, Outcome::Forbidden) => open(LONGEST_REST),
            (_, Outcome::RateLimited(wait)) => {
                Breaker::Open { until: now + wait.unwrap_or(LIMITED_REST), rest: LIMITED_REST }
            }
            (Breaker::Closed { failures }, Outcome::Failed) if failures + 1 < patience => {
                Breaker::Closed { failures: failures + 1 }
            }
            (Breaker::Closed { .. }, Outcome::Failed) => open(FIRST_REST),
            (Breaker::Closed { .. }, _) => before,
            (Breaker::Probing { rest }, Outcome::Failed) => open((rest * 2).clamp(FIRST_REST, LONGEST_REST)),
            (Breaker::Probing { rest }, _) => Breaker::Open { until: now, rest },
        };
    }

    fn probe(&mut self, provider: usize) {
        if let Breaker::Open { rest, .. } = self.breakers[provider] {
            self.breakers[provider] = Breaker::Probing { rest };
        }
    }
}

fn rested(breaker: Breaker, now: Instant) -> bool {
    matches!(breaker, Breaker::Open { until, .. } if until <= now)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// One turn as the adapter takes it; `health` says how a provider answers. Returns who was called.
    fn turn(breakers: &mut Breakers, now: Instant, health: impl Fn(usize) -> Outcome) -> Vec<usize> {
        let mut called = Vec::new();
        let Some(first) = breakers.first(now) else { return called };
        called.push(first);
        breakers.ended(first, health(first), now);
        if health(first) == Outcome::Answered {
            return called;
        }
        if let Some(again) = breakers.again(first, health(first), SECOND, now) {
            called.push(again.provider);
            breakers.ended(again.provider, health(again.provider), now + again.after);
        }
        called
    }

    #[test]
    fn an_outage_is_met_with_one_retry_then_with_rests_that_grow() {
        let (mut breakers, start) = (Breakers::new(1), Instant::now());
        let calls: Vec<usize> =
            (0..120).map(|s| turn(&mut breakers, start + SECOND * s, |_| Outcome::Failed).len()).collect();
        let called: Vec<usize> = (0..120).filter(|second| calls[*second] > 0).collect();
        assert_eq!(calls[0], 2, "one retry while nothing is known yet");
        assert_eq!(called, [0, 5, 15, 35, 75]);
        assert_eq!(calls.iter().sum::<usize>(), 6);
        // The provider comes back: the next probe finds it, and turns are answered again.
        let later = start + SECOND * 200;
        assert_eq!(turn(&mut breakers, later, |_| Outcome::Answered), [0]);
        assert_eq!(turn(&mut breakers, later, |_| Outcome::Answered), [0]);
    }

    #[test]
    fn a_fallback_takes_over_and_the_preferred_one_returns() {
        let (mut breakers, start) = (Breakers::new(2), Instant::now());
        let first_down = |provider| if provider == 0 { Outcome::Failed } else { Outcome::Answered };
        assert_eq!(turn(&mut breakers, start, first_down), [0, 1]);
        let mut calls = 0;
        for second in 1..200 {
            let called = turn(&mut breakers, start + SECOND * second, first_down);
            assert_eq!(called.last(), Some(&1), "every turn is answered");
            calls += called.len();
        }
        assert!(calls <= 209, "{calls} calls in 199 turns");
        let back: Vec<_> = (300..330).map(|s| turn(&mut breakers, start + SECOND * s, |_| Outcome::Answered)).collect();
        assert_eq!(back.last(), Some(&vec![0]));
    }

    #[test]
    fn a_short_limit_is_waited_for_and_a_long_one_is_not() {
        let now = Instant::now();
        let limited = |wait| move |_| Outcome::RateLimited(Some(wait));
        assert_eq!(turn(&mut Breakers::new(1), now, limited(SECOND / 2)).len(), 2);
        let mut breakers = Breakers::new(1);
        assert_eq!(turn(&mut breakers, now, limited(SECOND * 600)).len(), 1);
        assert_eq!(turn(&mut breakers, now + SECOND * 599, limited(SECOND)).len(), 0);
        assert_eq!(turn(&mut breakers, now + SECOND * 600, |_| Outcome::Answered).len(), 1);
    }

    #[test]
    fn a_refused_key_rests_at_once_and_a_call_nobody_waited_for_frees_its_place() {
        let (mut breakers, now) = (Breakers::new(1), Instant::now());
        assert_eq!(turn(&mut breakers, now, |_| Outcome::Forbidden).len(), 1);
        assert_eq!(breakers.first(now + SECOND * 59), None);
        assert_eq!(breakers.first(now + SECOND * 60), Some(0));
        assert_eq!(breakers.first(now + SECOND * 60), None, "one probe at a time");
        breakers.ended(0, Outcome::Unknown, now + SECOND * 61);
        assert_eq!(breakers.first(now + SECOND * 61), Some(0));
    }

    proptest! {
        /// Over any outage of ten turns or more, at any pace, with any number of providers: at most 1.1 calls a turn.
        #[test]
        fn an_outage_costs_at_most_a_tenth_more_calls_than_turns(
            providers in 1_usize..4,
            healthy_before in 0_usize..50,
            gaps in prop::collection::vec(0_u64..200, 10..80),
            kinds in prop::collection::vec(0_u8..4, 80),
        ) {
            let mut breakers = Breakers::new(providers);
            let mut now = Instant::now();
            for _ in 0..healthy_before {
                turn(&mut breakers, now, |_| Outcome::Answered);
            }
            let mut calls = 0;
            for (gap, kind) in gaps.iter().zip(&kinds) {
                now += SECOND * u32::try_from(*gap).unwrap();
                let outcomes = [Outcome::Failed, Outcome::RateLimited(Some(SECOND / 2)), Outcome::Forbidden, Outcome::Slow];
                let outcome = outcomes[usize::from(*kind)];
                calls += turn(&mut breakers, now, |_| outcome).len();
            }
            let allowed = gaps.len() as f64 * 1.1 + 1e-9;
            prop_assert!(calls as f64 <= allowed, "{calls} calls in {} turns", gaps.len());
        }
    }
}
