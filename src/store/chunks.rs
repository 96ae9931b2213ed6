//! Chunks by name, and where they stand in revisions.

use sqlx::QueryBuilder;

use super::{Error, Store};
use crate::model::id::{ChunkName, RevisionId, WorkspaceId};

/// A chunk as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ChunkRow {
    pub name: String,
    /// The title of its document, or nothing.
    pub title: String,
    /// JSON list of headings, outermost first.
    pub heading: String,
    pub question: Option<String>,
    pub text: String,
    pub tokens: i64,
    pub language: String,
}

/// A chunk in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    pub chunk: ChunkRow,
    pub ordinal: u32,
    /// Byte offsets into the revision's text.
    pub start: u64,
    pub end: u64,
}

/// A chunk on its way into the index, with its vector if there is one.
#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub struct ToIndex {
    #[sqlx(flatten)]
    pub chunk: ChunkRow,
    /// Little-endian f32.
    pub vector: Option<Vec<u8>>,
}

/// Rows in one statement: few enough for each database's limit of parameters.
const ROWS: usize = 200;

impl Store {
    /// Starts placing the chunks of a revision: keeps its text, and forgets what an earlier attempt placed.
    pub async fn place_text(&self, revision: RevisionId, text: &str) -> Result<(), Error> {
        let mut tx = self.writing().await?;
        sqlx::query("delete from placements where revision = $1").bind(revision.0).execute(&mut *tx).await?;
        sqlx::query(
            "insert into texts (revision, text) values ($1, $2) on conflict (revision) do update set text = excluded.text",
        )
        .bind(revision.0)
        .bind(text)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Places chunks, in transactions that are short enough not to hold up anybody's message.
    pub async fn place_chunks(
        &self,
        workspace: WorkspaceId,
        revision: RevisionId,
        placed: &[Placed],
    ) -> Result<(), Error> {
        for some in placed.chunks(ROWS) {
            let mut tx = self.writing().await?;
            let mut chunks = QueryBuilder::new(
                "insert into chunks (workspace, name, title, heading, question, text, tokens, language) ",
            );
            chunks.push_values(some, |mut row, placed| {
                row.push_bind(workspace.0)
                    .push_bind(&placed.chunk.name)
                    .push_bind(&placed.chunk.title)
                    .push_bind(&placed.chunk.heading)
                    .push_bind(&placed.chunk.question)
                    .push_bind(&placed.chunk.text)
                    .push_bind(placed.chunk.tokens)
                    .push_bind(&placed.chunk.language);
            });
            chunks.push(" on conflict (workspace, name) do nothing");
            chunks.build().execute(&mut *tx).await?;
            let mut places = QueryBuilder::new(
                "insert into placements (revision, ordinal, workspace, chunk, start_byte, end_byte) ",
            );
            places.push_values(some, |mut row, placed| {
                row.push_bind(revision.0)
                    .push_bind(i64::from(placed.ordinal))
                    .push_bind(workspace.0)
                    .push_bind(&placed.chunk.name)
                    .push_bind(placed.start.cast_signed())
                    .push_bind(placed.end.cast_signed());
            });
            places.build().execute(&mut *tx).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Chunks of a revision that the index does not hold for another one, after the name `after`, in the order of names.
    pub async fn chunks_to_index(
        &self,
        revision: RevisionId,
        model: &str,
        after: &str,
        limit: usize,
    ) -> Result<Vec<ToIndex>, Error> {
        let rows = sqlx::query_as(
            "select distinct c.name, c.title, c.heading, c.question, c.text, c.tokens, c.language, x.vector
             from placements p
             join chunks c on c.workspace = p.workspace and c.name = p.chunk
             left join vectors x on x.workspace = p.workspace and x.chunk = p.chunk and x.model = $2
             where p.revision = $1 and p.chunk > $3 and not exists (
                 select 1 from placements q join revisions r on r.id = q.revision
                 where q.workspace = p.workspace and q.chunk = p.chunk and q.revision <> p.revision and r.indexed = 'yes')
             order by c.name limit $4",
        )
        .bind(revision.0)
        .bind(model)
        .bind(after)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(self.reading())
        .await?;
        Ok(rows)
    }

    /// All chunks that the index should hold, after the name `after`, in the order of names: what it is made from again.
    pub async fn chunks_of_index(
        &self,
        workspace: WorkspaceId,
        model: &str,
        after: &str,
        limit: usize,
    ) -> Result<Vec<ToIndex>, Error> {
        let rows = sqlx::query_as(
            "select c.name, c.title, c.heading, c.question, c.text, c.tokens, c.language, x.vector
             from chunks c
             left join vectors x on x.workspace = c.workspace and x.chunk = c.name and x.model = $2
             where c.workspace = $1 and c.name > $3 and exists (
                 select 1 from placements p join revisions r on r.id = p.revision
                 where p.workspace = c.workspace and p.chunk = c.name and r.indexed in ('yes', 'wanted'))
             order by c.name limit $4",
        )
        .bind(workspace.0)
        .bind(model)
        .bind(after)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(self.reading())
        .await?;
        Ok(rows)
    }

    /// Names of a revision's chunks that no indexed revision has: what the index can forget with it.
    pub async fn chunks_to_forget(&self, revision: RevisionId) -> Result<Vec<ChunkName>, Error> {
        let rows: Vec<(String,)> = sqlx::query_as(
            "select distinct p.chunk from placements p
             where p.revision = $1 and not exists (
                 select 1 from placements q join revisions r on r.id = q.revision
                 where q.workspace = p.workspace and q.chunk = p.chunk and q.revision <> p.revision
                   and r.indexed in ('yes', 'wanted'))",
        )
        .bind(revision.0)
        .fetch_all(self.reading())
        .await?;
        Ok(rows.into_iter().map(|(name,)| ChunkName(name)).collect())
    }
}
