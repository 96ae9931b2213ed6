//! Chunks get vectors, after they can be found by their words. What was embedded once, in any revision of any document of the
//! workspace, is not embedded again.

use anyhow::{Context, bail};

use crate::clock;
use crate::embed::{Embedder, Error, Side, Vector};
use crate::index::Change;
use crate::knowledge::document::Warning;
use crate::knowledge::ingest::worker::{Worker, chunk};
use crate::knowledge::rank;
use crate::model::id::{ChunkName, RevisionId};
use crate::store::chunks::ChunkRow;

/// Revisions that are completed together, so that a thousand short documents are few batches.
const REVISIONS: usize = 32;
/// What no model refuses that works at all.
const HARMLESS: &str = "Hello!";

impl Worker {
    /// Embeds one batch of what can be found but has no vector. Returns how many chunks and revisions were dealt with.
    ///
    /// # Errors
    /// The embedder, the index or the store failed; what waits still waits.
    pub async fn embed_waiting(&self) -> anyhow::Result<usize> {
        let store = &self.parts.store;
        let waiting = store.waiting_to_embed(clock::now(), REVISIONS).await?;
        let Some(workspace) = waiting.first().map(|waiting| waiting.workspace) else { return Ok(0) };
        let (model, languages) = (self.model(), self.languages());
        let room = self.parts.config.embed_batch.max(1);
        let (mut rows, mut revisions) = (Vec::<ChunkRow>::new(), Vec::<RevisionId>::new());
        for waiting in waiting.iter().filter(|waiting| waiting.workspace == workspace) {
            if rows.len() >= room {
                break;
            }
            revisions.push(waiting.revision);
            for row in store.chunks_to_embed(waiting.revision, model, &languages, room - rows.len()).await? {
                // Documents may share chunks.
                if !rows.iter().any(|known| known.name == row.name) {
                    rows.push(row);
                }
            }
        }
        if let Some(embedder) = self.parts.embedder.as_ref().filter(|_| !rows.is_empty()) {
            let vectors = embed(embedder.as_ref(), &rows).await?;
            let _gate = self.index_gate.lock().await;
            let add = rows.iter().zip(&vectors).filter(|(_, (_, vector))| !vector.is_empty());
            let add =
                add.map(|(row, (_, vector))| rank::entry(&row.title, &chunk(row), Some(vector.clone()))).collect();
            self.parts.index.apply(&Change { workspace, reset: false, add, remove: Vec::new(), version: None }).await?;
            store.keep_vectors(workspace, model, &vectors).await?;
        }
        for revision in &revisions {
            self.tell_of_refused(*revision).await?;
        }
        Ok(rows.len() + store.count_vectors(&revisions, model, &languages, clock::now()).await?)
    }
}

impl Worker {
    /// People should know which documents are partly found by words alone, also where a piece was refused long ago, in another
    /// document.
    async fn tell_of_refused(&self, revision: RevisionId) -> anyhow::Result<()> {
        let store = &self.parts.store;
        let refused = store.refused_chunks(revision, self.model()).await?;
        if refused == 0 {
            return Ok(());
        }
        let message =
            format!("{refused} passages were refused by the embedding model; they are found by their words alone");
        let warning = Warning { code: "passages_without_vectors".to_owned(), message };
        let mut warnings: Vec<Warning> = serde_json::from_str(&store.warnings_of(revision).await?).unwrap_or_default();
        if !warnings.contains(&warning) {
            warnings.retain(|known| known.code != warning.code);
            warnings.push(warning);
            store.keep_warnings(revision, &serde_json::to_string(&warnings)?).await?;
        }
        Ok(())
    }
}

/// A vector for each chunk; an empty one for a chunk that the model refuses, so that it holds up nobody else.
async fn embed(embedder: &dyn Embedder, rows: &[ChunkRow]) -> anyhow::Result<Vec<(ChunkName, Vector)>> {
    let texts: Vec<String> = rows.iter().map(|row| rank::text_to_embed(&row.title, &chunk(row))).collect();
    let vectors = match embedder.embed(&texts, Side::Passage).await {
        Ok(vectors) => vectors,
        Err(Error::Refused(why)) => {
            let mut vectors = Vec::with_capacity(texts.len());
            for text in &texts {
                vectors.push(match embedder.embed(std::slice::from_ref(text), Side::Passage).await {
                    Ok(mut one) => one.pop().unwrap_or_default(),
                    Err(Error::Refused(_)) => Vector::new(),
                    Err(error) => return Err(error.into()),
                });
            }
            // All of them refused may be no matter of the chunks (a wrong key, a wrong name), which a harmless text shows: then
            // wait until somebody mends it.
            let helpless = vectors.iter().all(Vec::is_empty)
                && embedder.embed(&[HARMLESS.to_owned()], Side::Passage).await.is_err();
            if helpless {
                return Err(Error::Refused(why)).context("no chunk could be embedded");
            }
            vectors
        }
        Err(error) => return Err(error.into()),
    };
    if vectors.len() != rows.len() {
        bail!("the embedding model gave {} vectors for {} texts", vectors.len(), rows.len());
    }
    let expected = embedder.model().dimensions;
    if let Some(odd) = vectors.iter().find(|vector| !vector.is_empty() && vector.len() != expected) {
        return Err(Error::Mismatched { expected, got: odd.len() }.into());
    }
    Ok(rows.iter().map(|row| ChunkName(row.name.clone())).zip(vectors).collect())
}
