//! A file becomes text and chunks. What a reader placed before it died is placed again by the next one.

use std::time::Duration;

use anyhow::Context;

use crate::clock;
use crate::knowledge::document::{Prepared, Refusal};
use crate::knowledge::ingest::worker::Worker;
use crate::knowledge::reasons;
use crate::model::id::RevisionId;
use crate::store::chunks::{ChunkRow, Placed};
use crate::store::revisions::{Cut, Due};

/// How often a document is tried whose reader fails, over about four minutes.
const ATTEMPTS: u64 = 8;

impl Worker {
    /// Takes one revision that is due and reads it. Returns how many were taken: one or none.
    ///
    /// # Errors
    /// The queue cannot be read.
    pub async fn read_next(&self) -> anyhow::Result<usize> {
        let now = clock::now();
        if !self.parts.store.revision_is_due(now).await? {
            return Ok(0);
        }
        let Some(due) = self.parts.store.take_revision(now, self.lease(now)).await? else { return Ok(0) };
        let outcome = tokio::select! {
            outcome = self.read(&due) => outcome,
            () = self.keep_lease(due.revision) => {
                tracing::warn!(document = %due.document, "the lease on document {} was lost while it was read", due.document);
                return Ok(1);
            }
        };
        if let Err(error) = outcome {
            let pause_ms = (1000_i64 << due.attempts.min(8)).min(300_000);
            tracing::warn!(document = %due.document, pause_ms, "document {} is tried again later: {error:#}", due.document);
            self.parts.store.put_back_revision(due.revision, self.holder, clock::now().plus_ms(pause_ms)).await?;
        }
        self.to_publish.notify_one();
        Ok(1)
    }

    async fn read(&self, due: &Due) -> anyhow::Result<()> {
        let file = self.parts.blobs.path(&due.hash);
        if !tokio::fs::try_exists(&file).await.context("looking for the file")? {
            return self.fail(due, ("missing", None)).await;
        }
        match (self.parts.reader)(due.name.clone(), file).await {
            Ok(prepared) if prepared.chunks.is_empty() => self.fail(due, reasons::code_of(&Refusal::Empty)).await,
            Ok(prepared) => self.place(due, prepared).await,
            Err(refusal @ Refusal::ReaderFailed(_)) if due.attempts < ATTEMPTS => Err(refusal.into()),
            Err(refusal) => self.fail(due, reasons::code_of(&refusal)).await,
        }
    }

    async fn fail(&self, due: &Due, reason: (&str, Option<&str>)) -> anyhow::Result<()> {
        let (id, code) = (due.document, reason.0);
        tracing::info!(document = %id, code, "document {id} cannot be read: {code}");
        self.parts.store.fail_revision(due.revision, self.holder, reason, clock::now()).await?;
        Ok(())
    }

    async fn place(&self, due: &Due, prepared: Prepared) -> anyhow::Result<()> {
        let Prepared { extracted, chunks, language } = prepared;
        let title = extracted.title.clone().unwrap_or_default();
        let readable = |language| self.parts.embedder.as_ref().is_some_and(|embedder| embedder.model().reads(language));
        let cut = Cut {
            title: extracted.title,
            language: language.tag().to_owned(),
            warnings: serde_json::to_string(&extracted.warnings)?,
            text_bytes: extracted.text.len() as u64,
            chunks: chunks.len() as u64,
            vectors_goal: chunks.iter().filter(|chunk| readable(chunk.language)).count() as u64,
        };
        let mut placed = Vec::with_capacity(chunks.len());
        for chunk in chunks {
            let row = ChunkRow {
                name: chunk.name.0,
                title: title.clone(),
                heading: serde_json::to_string(&chunk.heading)?,
                question: chunk.question,
                text: chunk.text,
                tokens: i64::from(chunk.tokens),
                language: chunk.language.tag().to_owned(),
            };
            let (start, end) = (chunk.place.start as u64, chunk.place.end as u64);
            placed.push(Placed { chunk: row, ordinal: chunk.ordinal, start, end });
        }
        self.parts.store.place(due, self.holder, &extracted.text, &placed, &cut).await?;
        Ok(())
    }

    /// Renews a lease again and again; returns when it was lost.
    async fn keep_lease(&self, revision: RevisionId) {
        let pause = Duration::from_millis(self.parts.config.lease_seconds * 1000 / 3);
        loop {
            tokio::time::sleep(pause).await;
            let kept = self.parts.store.renew_revision(revision, self.lease(clock::now())).await;
            // A store that does not answer has not given the lease to anybody else either.
            if matches!(kept, Ok(false)) {
                return;
            }
        }
    }
}
