//! The index holds what the store says.
//!
//! It is a projection: one that was lost, that is older than the store or that has
//! vectors of another model is made again; content that a rollback wants goes in, content that nobody can see goes out.

use crate::clock;
use crate::index::{Change, Entry};
use crate::knowledge::ingest::publish::ENTRIES;
use crate::knowledge::ingest::worker::Worker;
use crate::knowledge::past::entry;
use crate::knowledge::version;
use crate::model::id::{RevisionId, WorkspaceId};
use crate::store::indexed::Indexed;
use crate::store::versions::Published;

/// Revisions that go into or out of the index in one step.
const REVISIONS: usize = 64;

impl Worker {
    /// What is done once, at the start, by the process that ingests: whoever ingested before is dead.
    ///
    /// # Errors
    /// The store or the index failed.
    pub async fn catch_up(&self) -> anyhow::Result<()> {
        let store = &self.parts.store;
        store.end_leases_of_others(self.holder).await?;
        self.parts.blobs.tidy_up(clock::now()).await?;
        for workspace in store.publishing_workspaces().await? {
            let published = store.published(workspace).await?;
            if let Some(why) = self.index_lags(workspace, &published).await? {
                tracing::info!(%workspace, why, "the index of workspace {workspace} is made again: {why}");
                self.make_index_again(workspace, &published).await?;
            }
        }
        if self.parts.embedder.is_some() {
            store.demand_vectors(self.model()).await?;
        }
        self.sweep_blobs().await
    }

    /// Removes bytes that no row names: their process died before it wrote one.
    async fn sweep_blobs(&self) -> anyhow::Result<()> {
        let blobs = &self.parts.blobs;
        let settled = blobs.settled(clock::now()).await?;
        let orphans = self.parts.store.unnamed_blobs(&settled).await?;
        for hash in &orphans {
            blobs.remove(hash).await?;
        }
        if !orphans.is_empty() {
            tracing::info!(files = orphans.len(), "{} stored files belonged to nobody and were removed", orphans.len());
        }
        Ok(())
    }

    /// Why the index is not what the store says, if it is not.
    async fn index_lags(&self, workspace: WorkspaceId, published: &Published) -> anyhow::Result<Option<&'static str>> {
        let store = &self.parts.store;
        let held = self.parts.index.held(workspace).await?;
        let model = self.index_model(workspace).await?;
        if held.version < published.index_version {
            return Ok(Some("it was lost or is older than the documents"));
        }
        match published.index_model.as_deref() {
            Some(other) if !other.is_empty() && other != model => {
                return Ok(Some("its vectors are of another model"));
            }
            Some(same) if same == model => {}
            _ => store.index_made(workspace, published.index_version, &model).await?,
        }
        let expected = store.expected_in_index(workspace, &model).await?;
        if held.chunks < expected.chunks || held.vectors < expected.vectors {
            return Ok(Some("it holds less than the documents"));
        }
        if held.chunks > expected.chunks_at_most {
            return Ok(Some("it holds more than the documents"));
        }
        Ok(None)
    }

    /// An index that is lost while the house is open (somebody removed it from its server) is made again before anything is
    /// added: it would say that it holds the new version, and have the new documents alone.
    pub(super) async fn regain_index(&self, workspace: WorkspaceId) -> anyhow::Result<()> {
        let published = self.parts.store.published(workspace).await?;
        if self.parts.index.held(workspace).await?.version < published.index_version {
            tracing::warn!(%workspace, "the index of workspace {workspace} was lost and is made again");
            self.make_index_again(workspace, &published).await?;
        }
        Ok(())
    }

    async fn make_index_again(&self, workspace: WorkspaceId, published: &Published) -> anyhow::Result<()> {
        let (store, index) = (&self.parts.store, &self.parts.index);
        let _gate = self.index_gate.lock().await;
        let model = self.index_model(workspace).await?;
        // Version 0 until all of it is there: a crash on the way makes it again.
        let mut change = Change { workspace, reset: true, add: Vec::new(), remove: Vec::new(), version: Some(0) };
        let mut after = String::new();
        loop {
            let rows = store.chunks_of_index(workspace, &model, &after, ENTRIES).await?;
            let Some(last) = rows.last() else { break };
            after.clone_from(&last.chunk.name);
            change.add = rows.iter().map(entry).collect::<Vec<Entry>>();
            index.apply(&change).await?;
            change.reset = false;
        }
        let version = published.version.max(published.index_version);
        change.add.clear();
        change.version = Some(version);
        index.apply(&change).await?;
        store.index_made(workspace, version, &model).await?;
        Ok(())
    }

    /// Brings into the index what rollbacks want, and takes out what was given up. Returns how many revisions.
    ///
    /// # Errors
    /// The store or the index failed; what is announced stays announced.
    pub async fn serve_index(&self) -> anyhow::Result<usize> {
        let store = &self.parts.store;
        let mut done = 0;
        for work in store.index_work(Indexed::Wanted, REVISIONS).await? {
            let _gate = self.index_gate.lock().await;
            self.add_to_index(work.workspace, &[work.revision], None).await?;
            store.mark_indexed(&[work.revision], [Indexed::Wanted; 2], Indexed::Yes).await?;
            done += 1;
        }
        for work in store.index_work(Indexed::Drop, REVISIONS).await? {
            let _gate = self.index_gate.lock().await;
            let remove = store.chunks_to_forget(work.revision).await?;
            let change = Change { workspace: work.workspace, reset: false, add: Vec::new(), remove, version: None };
            if !change.remove.is_empty() {
                self.parts.index.apply(&change).await?;
            }
            store.mark_indexed(&[work.revision], [Indexed::Drop; 2], Indexed::No).await?;
            done += 1;
        }
        Ok(done)
    }

    /// Announces that the index forgets what was hidden longest ago, when it holds too much that nobody can see.
    pub(super) async fn forget_hidden(&self, workspace: WorkspaceId) -> anyhow::Result<()> {
        let store = &self.parts.store;
        let load = store.index_load(workspace).await?;
        let mut to_forget = version::to_forget(load.visible, load.hidden);
        if to_forget == 0 {
            return Ok(());
        }
        let mut going: Vec<RevisionId> = Vec::new();
        for (revision, chunks) in store.hidden_in_index(workspace, REVISIONS).await? {
            if to_forget == 0 {
                break;
            }
            going.push(revision);
            to_forget = to_forget.saturating_sub(chunks);
        }
        store.give_up_in_index(&going).await?;
        Ok(())
    }
}
