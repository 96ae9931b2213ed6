//! Documents in.
//!
//! This file is the side that doors use: put a file in the queue, delete, roll back, ask how far it is. The work itself is done by the one process that holds the lock (`worker`), in steps that a crash at any instant repeats harmlessly:
//!
//! - `read`: a file becomes text and chunks · `publish`: chunks go into the index, then one pointer moves
//! - `embed`: chunks get vectors · `catch_up`: the index is made to hold what the store says
//! - `purge`: what was deleted leaves the data folder

use std::io;
use std::num::NonZero;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::Stream;
use serde::{Deserialize, Serialize};

use crate::bus::{Bus, Hint};
use crate::clock;
use crate::knowledge::blobs::{self, Blobs};
use crate::knowledge::progress::Progress;
use crate::knowledge::version;
use crate::model::id::{DocumentId, RevisionId, WorkspaceId};
use crate::model::time::Timestamp;
use crate::store;
use crate::store::Store;
use crate::store::documents::{Arrival, Arrived};
use crate::store::indexed::Indexed;
use crate::store::versions::{Cause, Step};

mod catch_up;
mod embed;
mod publish;
pub mod purge;
mod read;
pub mod worker;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Largest file that is accepted, in MiB.
    pub max_file_mib: u64,
    /// How many files may wait to be read; more are turned away until some are done.
    pub max_waiting: u64,
    /// Documents read at the same time; 0 means one for each core.
    pub readers: usize,
    /// Chunks given to the embedding model at once.
    pub embed_batch: usize,
    /// While more documents are being read, a new version is published at most this often, in milliseconds.
    pub publish_gap_ms: u64,
    /// A document whose reader has not been heard of for so many seconds is read again.
    pub lease_seconds: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            max_file_mib: 64,
            max_waiting: 10_000,
            readers: 0,
            embed_batch: 64,
            publish_gap_ms: 500,
            lease_seconds: 60,
        }
    }
}

impl Config {
    /// Number of documents read at the same time.
    #[must_use]
    pub fn readers(&self) -> usize {
        match self.readers {
            0 => std::thread::available_parallelism().map_or(2, NonZero::get),
            readers => readers,
        }
    }
}

/// A longer name is no file name on any system.
const LONGEST_NAME: usize = 1024;

/// How long a rollback or a purge waits for the ingesting process to bring hidden chunks back into the index, or out of it.
const PATIENCE: Duration = Duration::from_secs(60);

/// The queue's door. Any process on the data folder may have one.
#[derive(Clone, Debug)]
pub struct Ingest {
    store: Store,
    blobs: Blobs,
    bus: Arc<dyn Bus>,
    config: Config,
}

/// A file that is safe with us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Uploaded {
    pub document: DocumentId,
    pub revision: RevisionId,
    /// The document had this content already: nothing has to be done.
    pub unchanged: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    #[error("a document needs a name of at most {LONGEST_NAME} bytes without control characters")]
    BadName,
    #[error("the file is larger than {limit} bytes")]
    TooLarge { limit: u64 },
    #[error("{waiting} files wait to be read; try again when some are done")]
    QueueFull { waiting: u64 },
    #[error("the disk is full")]
    DiskFull,
    #[error("the upload broke off: {0}")]
    BrokeOff(io::Error),
    #[error("the file cannot be stored: {0}")]
    Disk(io::Error),
    #[error(transparent)]
    Store(store::Error),
}

#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    #[error("there is no such document")]
    NoSuchDocument,
    #[error("there is no version {0}")]
    NoSuchVersion(u64),
    /// The index has to be changed first, and no process that ingests does it.
    #[error("the search index has to be changed first, and no process that ingests is running")]
    NobodyIngests,
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl Ingest {
    #[must_use]
    pub fn new(store: Store, blobs: Blobs, bus: Arc<dyn Bus>, config: Config) -> Self {
        Self { store, blobs, bus, config }
    }

    /// Receives a file and makes it due to be read.
    ///
    /// When it returns, a crash loses nothing: first the bytes are on the disk, then the row is. The same content under the same name changes nothing; other content is a new revision.
    ///
    /// # Errors
    /// See [`UploadError`]; in each case nothing is queued.
    pub async fn upload<S>(
        &self,
        workspace: WorkspaceId,
        name: &str,
        content: S,
        now: Timestamp,
    ) -> Result<Uploaded, UploadError>
    where
        S: Stream<Item = io::Result<Bytes>> + Send + Unpin,
    {
        let name = name.trim();
        if name.is_empty() || name.len() > LONGEST_NAME || name.chars().any(char::is_control) {
            return Err(UploadError::BadName);
        }
        // Asked before the bytes are received as well: a full queue should not cost the sender an upload.
        let waiting = self.store.revisions_waiting().await?;
        if waiting >= self.config.max_waiting {
            return Err(UploadError::QueueFull { waiting });
        }
        let blob = self.blobs.receive(content, self.config.max_file_mib * 1024 * 1024).await?;
        let arrival = Arrival {
            workspace,
            name: name.to_owned(),
            hash: blob.hash,
            bytes: blob.bytes,
            at: now,
            document: clock::id(),
            revision: clock::id(),
            room: self.config.max_waiting,
        };
        match self.store.take_in(&arrival).await? {
            Arrived::Full { waiting } => Err(UploadError::QueueFull { waiting }),
            Arrived::Unchanged { document, revision } => Ok(Uploaded { document, revision, unchanged: true }),
            Arrived::Taken { document, revision } => {
                self.bus.publish(Arc::new(Hint::Uploaded));
                Ok(Uploaded { document, revision, unchanged: false })
            }
        }
    }

    /// Takes a document out of what can be found, from the next question on, and returns the version without it. Its
    /// content stays for rolling back.
    ///
    /// # Errors
    /// [`ChangeError::NoSuchDocument`] when there is none, or it was deleted before.
    pub async fn delete(
        &self,
        workspace: WorkspaceId,
        document: DocumentId,
        now: Timestamp,
    ) -> Result<u64, ChangeError> {
        loop {
            if self.store.document(workspace, document).await?.is_none() {
                return Err(ChangeError::NoSuchDocument);
            }
            let from = self.store.published(workspace).await?.version;
            let seen: Vec<_> = self.store.seen_of(document).await?.into_iter().collect();
            let turnover = version::delete(&seen, document);
            let cause = Cause::Delete(document);
            let step = Step { workspace, from, cause, close: &turnover.close, open: &[], superseded: &[], at: now };
            if let Some(version) = self.store.step_version(&step).await? {
                self.bus.publish(Arc::new(Hint::Published { version }));
                return Ok(version);
            }
        }
    }

    /// Reads a document again whose newest revision failed; false when it did not fail.
    ///
    /// # Errors
    /// The store cannot be written.
    pub async fn retry(
        &self,
        workspace: WorkspaceId,
        document: DocumentId,
        now: Timestamp,
    ) -> Result<bool, store::Error> {
        let due = self.store.retry_document(workspace, document, now).await?;
        if due {
            self.bus.publish(Arc::new(Hint::Uploaded));
        }
        Ok(due)
    }

    /// Makes a new version in which exactly the content of version `to` can be found, from the next question on, and returns
    /// it. Version 0 is empty; documents that were purged do not come back.
    ///
    /// # Errors
    /// [`ChangeError::NoSuchVersion`] for one that never was; [`ChangeError::NobodyIngests`] when the index has forgotten
    /// content of that version and nobody brings it back within a minute.
    pub async fn rollback(&self, workspace: WorkspaceId, to: u64, now: Timestamp) -> Result<u64, ChangeError> {
        let waited = std::time::Instant::now();
        loop {
            let from = self.store.published(workspace).await?.version;
            if to > from {
                return Err(ChangeError::NoSuchVersion(to));
            }
            let seen = self.store.seen_in(workspace, from).await?;
            let wanted = self.store.seen_in(workspace, to).await?;
            let turnover = version::restore(&seen, &wanted);
            if turnover.is_empty() {
                return Ok(from);
            }
            let opens: Vec<RevisionId> = turnover.open.iter().map(|seen| seen.revision).collect();
            let missing = self.store.not_indexed(&opens).await?;
            if !missing.is_empty() {
                if waited.elapsed() > PATIENCE {
                    return Err(ChangeError::NobodyIngests);
                }
                // The process that ingests sees what is wanted, here or elsewhere; it says nothing when it is done.
                self.store.mark_indexed(&missing, [Indexed::No, Indexed::Drop], Indexed::Wanted).await?;
                self.bus.publish(Arc::new(Hint::Uploaded));
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
            let cause = Cause::Rollback(to);
            let step =
                Step { workspace, from, cause, close: &turnover.close, open: &turnover.open, superseded: &[], at: now };
            if let Some(version) = self.store.step_version(&step).await? {
                self.bus.publish(Arc::new(Hint::Published { version }));
                return Ok(version);
            }
        }
    }

    /// How far documents are that were uploaded (or tried again) at `since` or later; all of them with the zero time.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn progress(&self, workspace: WorkspaceId, since: Timestamp) -> Result<Progress, store::Error> {
        let mut progress = Progress::default();
        for tally in self.store.tally(workspace, since).await? {
            let count = match tally.state.as_str() {
                "queued" => &mut progress.queued,
                "reading" => &mut progress.reading,
                "cut" => &mut progress.cut,
                "embedding" => &mut progress.embedding,
                "failed" => &mut progress.failed,
                _ => &mut progress.ready,
            };
            *count += tally.documents;
            progress.bytes += tally.bytes;
            progress.chunks += tally.chunks;
            progress.vectors += tally.vectors;
            progress.vectors_goal += tally.vectors_goal;
            if !matches!(tally.state.as_str(), "queued" | "reading") {
                progress.bytes_read += tally.bytes;
            }
        }
        Ok(progress)
    }
}

impl From<store::Error> for UploadError {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Full => Self::DiskFull,
            other => Self::Store(other),
        }
    }
}

impl From<blobs::Error> for UploadError {
    fn from(error: blobs::Error) -> Self {
        match error {
            blobs::Error::TooLarge { limit } => Self::TooLarge { limit },
            blobs::Error::DiskFull => Self::DiskFull,
            blobs::Error::BrokeOff(error) => Self::BrokeOff(error),
            blobs::Error::Disk(error) => Self::Disk(error),
        }
    }
}
