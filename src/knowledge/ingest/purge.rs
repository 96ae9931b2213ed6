//! Deleted documents are kept for rolling back, until somebody wants them gone: their bytes, text and vectors then leave the
//! data folder, and old versions are without them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;

use crate::bus::Hint;
use crate::knowledge::ingest::{ChangeError, Ingest, PATIENCE};
use crate::model::id::WorkspaceId;
use crate::model::time::Timestamp;

/// What was removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Purged {
    pub documents: usize,
    /// Files in the data folder; what another document, a customer or an agent has as well stays.
    pub files: usize,
}

impl Ingest {
    /// Removes the documents for good that were deleted before `before`.
    ///
    /// The index lets go of them first, which the process that ingests does; their words leave its files when it merges them.
    /// Each document goes whole: a crash in between leaves the others deleted as they were.
    ///
    /// # Errors
    /// [`ChangeError::NobodyIngests`] when the index still holds them after a minute; the store or the disk failed.
    pub async fn purge(&self, workspace: WorkspaceId, before: Timestamp) -> anyhow::Result<Purged> {
        let documents = self.store.deleted_documents(workspace, before).await?;
        let waited = Instant::now();
        loop {
            let mut held = 0;
            for document in &documents {
                held += self.store.drop_from_index(*document).await?;
            }
            if held == 0 {
                break;
            }
            if waited.elapsed() > PATIENCE {
                return Err(ChangeError::NobodyIngests.into());
            }
            self.bus.publish(Arc::new(Hint::Uploaded));
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let mut purged = Purged::default();
        for document in documents {
            let Some(hashes) = self.store.forget_document(document).await? else { continue };
            purged.documents += 1;
            for hash in self.store.unnamed_blobs(&hashes).await? {
                let removed = self.blobs.remove(&hash).await;
                purged.files += usize::from(removed.with_context(|| format!("the file {hash} cannot be removed"))?);
            }
        }
        self.store.empty_log().await?;
        Ok(purged)
    }
}
