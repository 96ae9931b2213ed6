//! Chunks by name, and where they stand in revisions.

use sqlx::QueryBuilder;
use uuid::Uuid;

use super::revisions::{Cut, Due, cut};
use super::{Error, Store, Writing};
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
    /// Keeps what a revision became; it waits to be published then. False when the lease was lost.
    ///
    /// A short document is one transaction. A long one is several, each short enough not to hold up anybody's message; a
    /// crash between them leaves the revision due, and what was placed is forgotten by the next attempt.
    pub async fn place(
        &self,
        due: &Due,
        holder: Uuid,
        text: &str,
        placed: &[Placed],
        known: &Cut,
    ) -> Result<bool, Error> {
        let mut tx = self.writing().await?;
        forget_placements(&mut tx, due.revision).await?;
        keep_text(&mut tx, due.revision, text).await?;
        for (number, some) in placed.chunks(ROWS).enumerate() {
            if number > 0 {
                tx.commit().await?;
                tx = self.writing().await?;
            }
            keep_chunks(&mut tx, due.workspace, some).await?;
            keep_placements(&mut tx, due, some).await?;
        }
        let held = cut(&mut tx, due.revision, holder, known).await?;
        tx.commit().await?;
        Ok(held)
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

    /// All chunks that can be seen in a version, after the name `after`, in the order of names.
    pub async fn chunks_of_version(
        &self,
        workspace: WorkspaceId,
        version: u64,
        model: &str,
        after: &str,
        limit: usize,
    ) -> Result<Vec<ToIndex>, Error> {
        let rows = sqlx::query_as(
            "select c.name, c.title, c.heading, c.question, c.text, c.tokens, c.language, x.vector
             from chunks c
             left join vectors x on x.workspace = c.workspace and x.chunk = c.name and x.model = $2
             where c.workspace = $1 and c.name > $3 and exists (
                 select 1 from placements p
                 join visibility v on v.revision = p.revision and v.from_version <= $5 and v.to_version > $5
                 where p.workspace = c.workspace and p.chunk = c.name)
             order by c.name limit $4",
        )
        .bind(workspace.0)
        .bind(model)
        .bind(after)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .bind(version.cast_signed())
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

async fn forget_placements(tx: &mut Writing, revision: RevisionId) -> Result<(), Error> {
    sqlx::query("delete from placements where revision = $1").bind(revision.0).execute(&mut **tx).await?;
    Ok(())
}

async fn keep_text(tx: &mut Writing, revision: RevisionId, text: &str) -> Result<(), Error> {
    sqlx::query(
        "insert into texts (revision, text) values ($1, $2) on conflict (revision) do update set text = excluded.text",
    )
    .bind(revision.0)
    .bind(text)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn keep_chunks(tx: &mut Writing, workspace: WorkspaceId, placed: &[Placed]) -> Result<(), Error> {
    let mut query =
        QueryBuilder::new("insert into chunks (workspace, name, title, heading, question, text, tokens, language) ");
    query.push_values(placed, |mut row, placed| {
        row.push_bind(workspace.0)
            .push_bind(&placed.chunk.name)
            .push_bind(&placed.chunk.title)
            .push_bind(&placed.chunk.heading)
            .push_bind(&placed.chunk.question)
            .push_bind(&placed.chunk.text)
            .push_bind(placed.chunk.tokens)
            .push_bind(&placed.chunk.language);
    });
    query.push(" on conflict (workspace, name) do nothing");
    query.build().execute(&mut **tx).await?;
    Ok(())
}

async fn keep_placements(tx: &mut Writing, due: &Due, placed: &[Placed]) -> Result<(), Error> {
    let mut query =
        QueryBuilder::new("insert into placements (revision, ordinal, workspace, chunk, start_byte, end_byte) ");
    query.push_values(placed, |mut row, placed| {
        row.push_bind(due.revision.0)
            .push_bind(i64::from(placed.ordinal))
            .push_bind(due.workspace.0)
            .push_bind(&placed.chunk.name)
            .push_bind(placed.start.cast_signed())
            .push_bind(placed.end.cast_signed());
    });
    query.build().execute(&mut **tx).await?;
    Ok(())
}
