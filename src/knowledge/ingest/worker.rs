//! The process that ingests: it holds the lock of the data folder, takes what is due, and is the only writer of the index.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use tokio::sync::{Mutex, Notify};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::bus::{Bus, Hint, Topics};
use crate::clock;
use crate::embed::Embedder;
use crate::index::Index;
use crate::knowledge::blobs::Blobs;
use crate::knowledge::document::{Chunk, Prepared, Refusal};
use crate::knowledge::ingest::Config;
use crate::knowledge::lock::WriterLock;
use crate::model::id::{ChunkName, WorkspaceId};
use crate::model::time::Timestamp;
use crate::store::Store;
use crate::store::chunks::ChunkRow;
use crate::store::revisions::Lease;
use crate::sweep;
use crate::text::language::Language;

/// Reads and cuts the file at a path that was uploaded under a name: in production in a child process.
pub type Reader = Arc<dyn Fn(String, PathBuf) -> BoxFuture<'static, Result<Prepared, Refusal>> + Send + Sync>;

/// How often the queue is looked at when nobody says that something is new: rows may come from another process.
const IDLE: Duration = Duration::from_millis(500);

/// What the ingesting process is built of.
pub struct Parts {
    pub store: Store,
    pub blobs: Blobs,
    pub bus: Arc<dyn Bus>,
    pub index: Arc<dyn Index>,
    pub embedder: Option<Arc<dyn Embedder>>,
    pub reader: Reader,
    pub config: Config,
}

/// The one that ingests into a data folder.
pub struct Worker {
    pub(super) parts: Parts,
    /// Names this process on the leases that it takes.
    pub(super) holder: Uuid,
    /// Whoever changes the index holds this; inside is when each workspace was published last.
    pub(super) index_gate: Mutex<HashMap<WorkspaceId, Timestamp>>,
    pub(super) to_read: Arc<Notify>,
    pub(super) to_publish: Arc<Notify>,
    pub(super) to_embed: Arc<Notify>,
    _lock: WriterLock,
}

impl std::fmt::Debug for Parts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Parts").field("config", &self.config).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Worker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Worker").field("holder", &self.holder).finish_non_exhaustive()
    }
}

impl Worker {
    #[must_use]
    pub fn new(parts: Parts, lock: WriterLock) -> Self {
        Self {
            parts,
            holder: clock::id(),
            index_gate: Mutex::new(HashMap::new()),
            to_read: Arc::new(Notify::new()),
            to_publish: Arc::new(Notify::new()),
            to_embed: Arc::new(Notify::new()),
            _lock: lock,
        }
    }

    /// Works until `shutdown`. What is interrupted is repeated by the next one that ingests.
    pub async fn run(self: Arc<Self>, shutdown: CancellationToken) {
        let starting = Arc::clone(&self);
        let caught_up = CancellationToken::new();
        let done = caught_up.clone();
        // Until the index is what the store says, nothing is added to it.
        let catching_up = sweep::run("catch up", Arc::new(Notify::new()), IDLE, caught_up, move || {
            let (worker, done) = (Arc::clone(&starting), done.clone());
            async move {
                worker.catch_up().await?;
                done.cancel();
                Ok(0)
            }
        });
        tokio::select! {
            () = catching_up => {}
            () = shutdown.cancelled() => return,
        }
        let mut loops = JoinSet::new();
        for _ in 0..self.parts.config.readers() {
            let worker = Arc::clone(&self);
            loops.spawn(sweep::run("read", Arc::clone(&self.to_read), IDLE, shutdown.clone(), move || {
                let worker = Arc::clone(&worker);
                async move { worker.read_next().await }
            }));
        }
        let worker = Arc::clone(&self);
        loops.spawn(sweep::run("publish", Arc::clone(&self.to_publish), IDLE, shutdown.clone(), move || {
            let worker = Arc::clone(&worker);
            async move { Ok(worker.serve_index().await? + worker.publish_waiting().await?) }
        }));
        let worker = Arc::clone(&self);
        loops.spawn(sweep::run("embed", Arc::clone(&self.to_embed), IDLE, shutdown.clone(), move || {
            let worker = Arc::clone(&worker);
            async move { worker.embed_waiting().await }
        }));
        loops.spawn(Arc::clone(&self).listen(shutdown));
        while loops.join_next().await.is_some() {}
    }

    /// Works until nothing is due any more, for commands and tests that do one thing after the other.
    ///
    /// # Errors
    /// The first step that failed; what was due still is.
    pub async fn settle(&self) -> anyhow::Result<()> {
        loop {
            let mut done = self.read_next().await?;
            if done == 0 {
                done = self.serve_index().await? + self.publish_waiting().await? + self.embed_waiting().await?;
            }
            if done == 0 {
                return Ok(());
            }
        }
    }

    /// Turns hints of other rooms into wake-ups.
    async fn listen(self: Arc<Self>, shutdown: CancellationToken) {
        let mut hints = self.parts.bus.subscribe(Topics::KNOWLEDGE);
        loop {
            let hint = tokio::select! {
                hint = hints.recv() => hint,
                () = shutdown.cancelled() => return,
            };
            match hint.as_deref() {
                Ok(Hint::Uploaded) => {
                    self.to_read.notify_one();
                    self.to_publish.notify_one();
                }
                Ok(Hint::Published { .. }) => self.to_embed.notify_one(),
                Ok(_) => {}
                // Hints were lost: whatever they said, looking is cheap.
                Err(tokio::sync::broadcast::error::RecvError::Lagged(_)) => self.to_read.notify_one(),
                Err(tokio::sync::broadcast::error::RecvError::Closed) => return,
            }
        }
    }

    pub(super) fn lease(&self, now: Timestamp) -> Lease {
        let length = i64::try_from(self.parts.config.lease_seconds * 1000).unwrap_or(i64::MAX);
        Lease { holder: self.holder, until: now.plus_ms(length) }
    }

    /// The model of the vectors that are made now; nothing when there is no embedder.
    pub(super) fn model(&self) -> &str {
        self.parts.embedder.as_ref().map_or("", |embedder| embedder.model().name.as_str())
    }

    /// Tags of the languages that the embedder reads.
    pub(super) fn languages(&self) -> Vec<&'static str> {
        let languages = self.parts.embedder.as_ref().map_or(&[][..], |embedder| &embedder.model().languages);
        languages.iter().map(|language| language.tag()).collect()
    }
}

/// A stored chunk as it was cut. Its place is not part of it: it may stand in many.
pub(in crate::knowledge) fn chunk(row: &ChunkRow) -> Chunk {
    Chunk {
        name: ChunkName(row.name.clone()),
        ordinal: 0,
        heading: serde_json::from_str(&row.heading).unwrap_or_default(),
        question: row.question.clone(),
        text: row.text.clone(),
        place: 0..row.text.len(),
        tokens: u32::try_from(row.tokens).unwrap_or(u32::MAX),
        language: Language::from_tag(&row.language),
    }
}
