//! What could be seen in any version, as passages or as an index of its own: the store forgets nothing.

use crate::index::{Change, Entry, Index};
use crate::knowledge::ingest::worker::chunk;
use crate::knowledge::rank;
use crate::knowledge::retrieve::{Error, passage};
use crate::model::id::{ChunkName, WorkspaceId};
use crate::model::passage::Passage;
use crate::store::Store;
use crate::store::chunks::ToIndex;
use crate::store::vectors;

/// Chunks that are read at a time.
const PAGE: usize = 500;

/// Fills an empty index with what could be seen in a version, and nothing else. `model` names the vectors that go in.
///
/// # Errors
/// The store cannot be read, or the index not written.
pub async fn fill(
    store: &Store,
    workspace: WorkspaceId,
    version: u64,
    model: &str,
    index: &dyn Index,
) -> Result<(), Error> {
    let mut after = String::new();
    loop {
        let rows = store.chunks_of_version(workspace, version, model, &after, PAGE).await?;
        let Some(last) = rows.last() else { break };
        after.clone_from(&last.chunk.name);
        let add = rows.iter().map(entry).collect();
        let change = Change { workspace, reset: false, add, remove: Vec::new(), version: Some(version) };
        index.apply(&change).await?;
    }
    Ok(())
}

/// Every passage that could be seen in a version, by document and place.
///
/// # Errors
/// The store cannot be read.
pub async fn passages(store: &Store, workspace: WorkspaceId, version: u64) -> Result<Vec<Passage>, Error> {
    let (mut after, mut passages) = (String::new(), Vec::new());
    loop {
        let rows = store.chunks_of_version(workspace, version, "", &after, PAGE).await?;
        let Some(last) = rows.last() else { break };
        after.clone_from(&last.chunk.name);
        let names: Vec<ChunkName> = rows.into_iter().map(|row| ChunkName(row.chunk.name)).collect();
        let names: Vec<&ChunkName> = names.iter().collect();
        passages.extend(store.passages(workspace, version, &names).await?.into_iter().map(passage));
    }
    passages.sort_by(|a: &Passage, b| (&a.source, a.start, &a.chunk.0).cmp(&(&b.source, b.start, &b.chunk.0)));
    Ok(passages)
}

/// A stored chunk as the index sees it.
pub(in crate::knowledge) fn entry(row: &ToIndex) -> Entry {
    rank::entry(&row.chunk.title, &chunk(&row.chunk), row.vector.as_deref().and_then(vectors::from_bytes))
}
