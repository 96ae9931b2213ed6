//! How far ingesting is, in numbers that a terminal and a page show.

use std::time::Duration;

use serde::Serialize;

/// Where documents are on their way. Each document counts once, by its newest revision.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Progress {
    pub queued: u64,
    pub reading: u64,
    /// Read and cut; the next published version holds them.
    pub cut: u64,
    /// Found by their words; their vectors are being made.
    pub embedding: u64,
    pub ready: u64,
    pub failed: u64,
    /// Bytes of all these documents, and of those that were read (or gave nothing).
    pub bytes: u64,
    pub bytes_read: u64,
    pub chunks: u64,
    pub vectors: u64,
    pub vectors_goal: u64,
}

impl Progress {
    /// Number of documents.
    #[must_use]
    pub fn documents(&self) -> u64 {
        self.queued + self.reading + self.cut + self.embedding + self.ready + self.failed
    }

    /// Documents that can be found.
    #[must_use]
    pub fn searchable(&self) -> u64 {
        self.embedding + self.ready
    }

    /// Whether nothing is left to do.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.queued + self.reading + self.cut + self.embedding == 0
    }

    /// Speed from an earlier state to this one.
    #[must_use]
    pub fn since(&self, earlier: &Self, elapsed: Duration) -> Rate {
        let seconds = elapsed.as_secs_f64().max(0.001);
        let per_second = |now: u64, before: u64| now.saturating_sub(before) as f64 / seconds;
        Rate {
            megabytes: per_second(self.bytes_read, earlier.bytes_read) / 1_000_000.0,
            chunks: per_second(self.chunks, earlier.chunks),
            vectors: per_second(self.vectors, earlier.vectors),
        }
    }
}

/// Per second of wall time; a megabyte is 10⁶ bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Rate {
    pub megabytes: f64,
    pub chunks: f64,
    pub vectors: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speed_is_what_was_added_over_time() {
        let before = Progress { bytes_read: 1_000_000, chunks: 10, vectors: 50, ..Progress::default() };
        let after = Progress { bytes_read: 5_000_000, chunks: 30, vectors: 40, ready: 2, failed: 1, ..before };
        let rate = after.since(&before, Duration::from_secs(2));
        assert_eq!(rate, Rate { megabytes: 2.0, chunks: 10.0, vectors: 0.0 });
        assert!(after.since(&before, Duration::ZERO).megabytes.is_finite());
    }

    #[test]
    fn finished_means_that_nobody_waits() {
        let mut progress = Progress { ready: 3, failed: 1, ..Progress::default() };
        assert!(progress.is_finished());
        assert_eq!((progress.documents(), progress.searchable()), (4, 3));
        progress.embedding = 1;
        assert!(!progress.is_finished());
        assert_eq!((progress.documents(), progress.searchable()), (5, 4));
    }
}
