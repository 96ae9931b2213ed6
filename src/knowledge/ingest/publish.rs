//! Documents that were read can be found. First the index holds their chunks, then the pointer moves: a question in between
//! sees the old version whole.

use std::sync::Arc;

use crate::bus::Hint;
use crate::clock;
use crate::index::Change;
use crate::knowledge::ingest::worker::Worker;
use crate::knowledge::past::entry;
use crate::knowledge::version;
use crate::model::id::{RevisionId, WorkspaceId};
use crate::store::indexed::Indexed;
use crate::store::versions::{Cause, Seen, Step};

/// Revisions in one version, and chunks in one (unless a single document has more): what waits longer than this for its
/// first company would rather be found.
const REVISIONS: usize = 256;
const CHUNKS: u64 = 20_000;

/// Entries in one change of the index.
pub(super) const ENTRIES: usize = 1000;

impl Worker {
    /// Publishes what was read, as one version. Returns how many revisions were dealt with.
    ///
    /// # Errors
    /// The store or the index failed; what waits still waits.
    pub async fn publish_waiting(&self) -> anyhow::Result<usize> {
        let Some(workspace) = self.wait_for_company().await? else { return Ok(0) };
        self.regain_index(workspace).await?;
        let store = &self.parts.store;
        let mut published_at = self.index_gate.lock().await;
        let Some((workspace, waiting)) = self.batch().await? else { return Ok(0) };
        let published = store.published(workspace).await?;
        if published.index_model.is_none() {
            store.index_made(workspace, published.index_version, self.model()).await?;
        }
        let mut seen = Vec::new();
        for candidate in &waiting {
            seen.extend(store.seen_of(candidate.document).await?);
        }
        let turnover = version::publish(&seen, &waiting);
        let opens: Vec<RevisionId> = turnover.open.iter().map(|seen| seen.revision).collect();
        store.mark_indexed(&opens, [Indexed::No, Indexed::Drop], Indexed::Wanted).await?;
        let next = (!opens.is_empty()).then_some(published.version + 1);
        self.add_to_index(workspace, &opens, next).await?;
        let now = clock::now();
        let step = Step {
            workspace,
            from: published.version,
            cause: Cause::Publish,
            close: &turnover.close,
            open: &turnover.open,
            superseded: &turnover.superseded,
            at: now,
        };
        let Some(version) = store.step_version(&step).await? else {
            // Somebody deleted or rolled back in between: what still waits is looked at again.
            return Ok(1);
        };
        if !opens.is_empty() {
            published_at.insert(workspace, now);
            tracing::info!(
                version,
                documents = opens.len(),
                "version {version} is published with {} new documents",
                opens.len()
            );
            self.parts.bus.publish(Arc::new(Hint::Published { version }));
            self.to_embed.notify_one();
            self.forget_hidden(workspace).await?;
        }
        Ok(waiting.len())
    }

    /// Waits while more documents are about to be read, and says whose; `None` when nothing waits to be published.
    async fn wait_for_company(&self) -> anyhow::Result<Option<WorkspaceId>> {
        let Some((workspace, _)) = self.batch().await? else { return Ok(None) };
        let last = self.index_gate.lock().await.get(&workspace).copied();
        let still_reading = self.parts.store.revisions_waiting().await? > 0;
        let gap = std::time::Duration::from_millis(self.parts.config.publish_gap_ms);
        let wait = version::wait_for_company(clock::now(), last, still_reading, gap);
        tokio::time::sleep(wait).await;
        Ok(Some(workspace))
    }

    /// Revisions of one workspace that wait to be published.
    async fn batch(&self) -> anyhow::Result<Option<(WorkspaceId, Vec<Seen>)>> {
        let waiting = self.parts.store.waiting_to_publish(REVISIONS).await?;
        let Some(first) = waiting.first() else { return Ok(None) };
        let (workspace, mut chunks) = (first.workspace, 0);
        let batch = waiting.iter().filter(|waiting| waiting.workspace == workspace).take_while(|waiting| {
            let fits = chunks == 0 || chunks + waiting.chunks <= CHUNKS;
            chunks += waiting.chunks;
            fits
        });
        Ok(Some((workspace, batch.map(|waiting| waiting.seen).collect())))
    }

    /// Adds the chunks of revisions that the index does not hold for others. The caller holds the gate.
    pub(super) async fn add_to_index(
        &self,
        workspace: WorkspaceId,
        revisions: &[RevisionId],
        version: Option<u64>,
    ) -> anyhow::Result<()> {
        let model = self.index_model(workspace).await?;
        let mut change = Change { workspace, reset: false, add: Vec::new(), remove: Vec::new(), version: None };
        for revision in revisions {
            let mut after = String::new();
            loop {
                let rows = self.parts.store.chunks_to_index(*revision, &model, &after, ENTRIES).await?;
                let Some(last) = rows.last() else { break };
                after.clone_from(&last.chunk.name);
                change.add.extend(rows.iter().map(entry));
                if change.add.len() >= ENTRIES {
                    self.parts.index.apply(&change).await?;
                    change.add.clear();
                }
            }
        }
        change.version = version;
        if !change.add.is_empty() || version.is_some() {
            self.parts.index.apply(&change).await?;
        }
        Ok(())
    }

    /// The model whose vectors are in the index: a process without an embedder leaves those of another in place.
    pub(super) async fn index_model(&self, workspace: WorkspaceId) -> anyhow::Result<String> {
        if self.parts.embedder.is_some() {
            return Ok(self.model().to_owned());
        }
        Ok(self.parts.store.published(workspace).await?.index_model.unwrap_or_default())
    }
}
