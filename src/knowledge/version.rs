//! Which revisions can be seen.
//!
//! Publishing, replacing, deleting and rolling back differ only in the set that they ask for;
//! each becomes the same kind of step, computed here from what is seen now and committed only if that is still so.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::model::id::{DocumentId, RevisionId};
use crate::model::time::Timestamp;
use crate::store::versions::Seen;

/// What has to close and open for another set to be seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Turnover {
    pub close: Vec<Seen>,
    pub open: Vec<Seen>,
    /// Read, but a newer revision of the same document is seen or opens: they never will be.
    pub superseded: Vec<RevisionId>,
}

impl Turnover {
    /// Whether nothing that can be seen changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.close.is_empty() && self.open.is_empty()
    }
}

/// Revisions that were read become visible. Of several revisions of one document the one with the highest number wins, and
/// none replaces a revision with a higher number.
#[must_use]
pub fn publish(seen: &[Seen], waiting: &[Seen]) -> Turnover {
    let seen_of: HashMap<DocumentId, Seen> = seen.iter().map(|seen| (seen.document, *seen)).collect();
    let mut winners: HashMap<DocumentId, Seen> = HashMap::new();
    for candidate in waiting {
        let winner = winners.entry(candidate.document).or_insert(*candidate);
        if candidate.number > winner.number {
            *winner = *candidate;
        }
    }
    let mut turnover = Turnover::default();
    for candidate in waiting {
        let wins = winners.get(&candidate.document).is_some_and(|winner| winner.revision == candidate.revision);
        match seen_of.get(&candidate.document) {
            Some(older) if wins && older.number < candidate.number => {
                turnover.close.push(*older);
                turnover.open.push(*candidate);
            }
            None if wins => turnover.open.push(*candidate),
            _ => turnover.superseded.push(candidate.revision),
        }
    }
    turnover
}

/// What can be seen, in 16 hexadecimal digits: the same documents with the same contents give the same in every house. Takes
/// names with the hashes of their contents, by name.
#[must_use]
pub fn fingerprint(contents: &[(String, String)]) -> String {
    let mut hash = Sha256::new();
    for (name, content) in contents {
        for part in [name, content] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
    }
    hash.finalize()[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A document disappears.
#[must_use]
pub fn delete(seen: &[Seen], document: DocumentId) -> Turnover {
    let close = seen.iter().filter(|seen| seen.document == document).copied().collect();
    Turnover { close, ..Turnover::default() }
}

/// What could be seen at another time is seen again, and nothing else.
#[must_use]
pub fn restore(seen: &[Seen], wanted: &[Seen]) -> Turnover {
    let has: HashSet<RevisionId> = seen.iter().map(|seen| seen.revision).collect();
    let wants: HashSet<RevisionId> = wanted.iter().map(|seen| seen.revision).collect();
    Turnover {
        close: seen.iter().filter(|seen| !wants.contains(&seen.revision)).copied().collect(),
        open: wanted.iter().filter(|seen| !has.contains(&seen.revision)).copied().collect(),
        superseded: Vec::new(),
    }
}

/// How long a revision that was read waits for company before it is published; zero means now.
///
/// The first goes at once. While
/// more are being read, at most one version per `gap` is made, so that a folder of a thousand files is tens of versions.
#[must_use]
pub fn wait_for_company(now: Timestamp, last: Option<Timestamp>, still_reading: bool, gap: Duration) -> Duration {
    let Some(last) = last.filter(|_| still_reading) else { return Duration::ZERO };
    let since = Duration::from_millis(u64::try_from(now.ms_since(last)).unwrap_or(0));
    gap.saturating_sub(since)
}

/// Hidden chunks stay in the index while they are at most this share of the visible ones, or [`KEEP_AT_LEAST`].
///
/// Keeping them makes rolling back to a recent version instant; a search pays for what nobody can see.
const KEEP_SHARE: f64 = 0.25;
const KEEP_AT_LEAST: u64 = 2000;

/// How many chunks the index should forget.
#[must_use]
pub fn to_forget(visible: u64, hidden: u64) -> u64 {
    let keep = KEEP_AT_LEAST.max((visible as f64 * KEEP_SHARE) as u64);
    hidden.saturating_sub(keep)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    /// Document `d` in its revision `number`.
    fn seen(d: u128, number: u64) -> Seen {
        Seen {
            document: DocumentId(Uuid::from_u128(d)),
            revision: RevisionId(Uuid::from_u128(d * 1000 + u128::from(number))),
            number,
        }
    }

    #[test]
    fn the_newest_revision_wins_and_never_yields_to_an_older_one() {
        let turnover = publish(&[seen(1, 1), seen(2, 5)], &[seen(1, 2), seen(1, 3), seen(2, 4), seen(3, 1)]);
        assert_eq!(turnover.close, [seen(1, 1)]);
        assert_eq!(turnover.open, [seen(1, 3), seen(3, 1)]);
        assert_eq!(turnover.superseded, [seen(1, 2).revision, seen(2, 4).revision]);
    }

    #[test]
    fn publishing_what_is_seen_changes_nothing() {
        let turnover = publish(&[seen(1, 1)], &[seen(1, 1)]);
        assert!(turnover.is_empty());
    }

    #[test]
    fn deleting_closes_one_document() {
        assert_eq!(delete(&[seen(1, 1), seen(2, 1)], seen(2, 1).document).close, [seen(2, 1)]);
        assert!(delete(&[seen(1, 1)], seen(9, 1).document).is_empty());
    }

    #[test]
    fn restoring_brings_back_the_deleted_and_the_replaced_and_takes_away_the_new() {
        let turnover = restore(&[seen(1, 2), seen(3, 1), seen(4, 1)], &[seen(1, 1), seen(2, 1), seen(4, 1)]);
        assert_eq!(turnover.close, [seen(1, 2), seen(3, 1)]);
        assert_eq!(turnover.open, [seen(1, 1), seen(2, 1)]);
        assert!(restore(&[seen(1, 1)], &[seen(1, 1)]).is_empty());
    }

    #[test]
    fn one_file_is_published_at_once_and_many_in_company() {
        let gap = Duration::from_millis(500);
        let at = Timestamp(10_000);
        assert_eq!(wait_for_company(at, None, true, gap), Duration::ZERO);
        assert_eq!(wait_for_company(at, Some(at), false, gap), Duration::ZERO);
        assert_eq!(wait_for_company(at, Some(Timestamp(9_800)), true, gap), Duration::from_millis(300));
        assert_eq!(wait_for_company(at, Some(Timestamp(9_000)), true, gap), Duration::ZERO);
        assert_eq!(wait_for_company(at, Some(Timestamp(11_000)), true, gap), gap, "a clock that went back");
    }

    #[test]
    fn the_index_keeps_some_of_what_is_hidden() {
        assert_eq!(to_forget(10, 1500), 0);
        assert_eq!(to_forget(10, 2500), 500);
        assert_eq!(to_forget(100_000, 26_000), 1000);
    }
}
