//! Vectors by chunk and model. A row is written after the index has the vector, so that a crash between costs one batch of
//! embedding and never a vector that the index lacks.

use sqlx::QueryBuilder;
use uuid::Uuid;

use super::chunks::ChunkRow;
use super::versions::OPEN;
use super::{Error, Store, Writing};
use crate::model::id::{ChunkName, RevisionId, WorkspaceId};
use crate::model::time::Timestamp;

/// A visible revision whose vectors are not complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ToEmbed {
    #[sqlx(try_from = "Uuid")]
    pub workspace: WorkspaceId,
    #[sqlx(try_from = "Uuid")]
    pub revision: RevisionId,
}

/// Rows in one statement.
const ROWS: usize = 200;

/// Little-endian bytes of a vector.
#[must_use]
pub fn to_bytes(vector: &[f32]) -> Vec<u8> {
    vector.iter().flat_map(|number| number.to_le_bytes()).collect()
}

/// A vector from its bytes; `None` for a chunk that its model could not read.
#[must_use]
pub fn from_bytes(bytes: &[u8]) -> Option<Vec<f32>> {
    let (numbers, _) = bytes.as_chunks::<4>();
    Some(numbers.iter().map(|number| f32::from_le_bytes(*number)).collect())
        .filter(|vector: &Vec<f32>| !vector.is_empty())
}

impl Store {
    /// Visible revisions that wait for vectors, those of one workspace together, oldest first.
    pub async fn waiting_to_embed(&self, now: Timestamp, limit: usize) -> Result<Vec<ToEmbed>, Error> {
        let rows = sqlx::query_as(
            "select r.workspace, r.id as revision from revisions r
             where r.state = 'embedding' and r.due_at <= $1
               and exists (select 1 from visibility v where v.revision = r.id and v.to_version = $2)
             order by r.workspace, r.id limit $3",
        )
        .bind(now.0)
        .bind(OPEN)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(self.reading())
        .await?;
        Ok(rows)
    }

    /// Visible revisions that are complete for another model than `model` wait for vectors again.
    pub async fn demand_vectors(&self, model: &str) -> Result<u64, Error> {
        let done = sqlx::query(
            "update revisions set state = 'embedding'
             where state = 'ready' and (embedded_with is null or embedded_with <> $1)
               and exists (select 1 from visibility v where v.revision = revisions.id and v.to_version = $2)",
        )
        .bind(model)
        .bind(OPEN)
        .execute(self.writer())
        .await?;
        Ok(done.rows_affected())
    }

    /// Chunks of a revision that have no vector of a model and are written in one of these languages.
    pub async fn chunks_to_embed(
        &self,
        revision: RevisionId,
        model: &str,
        languages: &[&str],
        limit: usize,
    ) -> Result<Vec<ChunkRow>, Error> {
        let mut query = QueryBuilder::new(
            "select distinct c.name, c.title, c.heading, c.question, c.text, c.tokens, c.language
             from placements p join chunks c on c.workspace = p.workspace and c.name = p.chunk
             where p.revision = ",
        );
        query.push_bind(revision.0).push(" and c.language in (''");
        for language in languages {
            query.push(", ").push_bind(*language);
        }
        query.push(
            ") and not exists (
                 select 1 from vectors x where x.workspace = p.workspace and x.chunk = p.chunk and x.model = ",
        );
        query.push_bind(model).push(") limit ").push_bind(i64::try_from(limit).unwrap_or(i64::MAX));
        Ok(query.build_query_as().fetch_all(self.reading()).await?)
    }

    /// Keeps vectors; an empty one says that the model could not read the chunk.
    pub async fn keep_vectors(
        &self,
        workspace: WorkspaceId,
        model: &str,
        vectors: &[(ChunkName, Vec<f32>)],
    ) -> Result<(), Error> {
        for some in vectors.chunks(ROWS) {
            let mut query = QueryBuilder::new("insert into vectors (workspace, chunk, model, vector) ");
            query.push_values(some, |mut row, (chunk, vector)| {
                row.push_bind(workspace.0).push_bind(&chunk.0).push_bind(model).push_bind(to_bytes(vector));
            });
            query.push(" on conflict (workspace, chunk, model) do update set vector = excluded.vector");
            query.build().execute(self.writer()).await?;
        }
        Ok(())
    }

    /// How many chunks of a revision a model could not read.
    pub async fn refused_chunks(&self, revision: RevisionId, model: &str) -> Result<u64, Error> {
        let (refused,): (i64,) = sqlx::query_as(
            "select count(distinct p.chunk) from placements p
             join vectors x on x.workspace = p.workspace and x.chunk = p.chunk
             where p.revision = $1 and x.model = $2 and length(x.vector) = 0",
        )
        .bind(revision.0)
        .bind(model)
        .fetch_one(self.reading())
        .await?;
        Ok(refused.unsigned_abs())
    }

    /// Counts the vectors of revisions, of a model and in the languages that it reads. A revision that lacks none is ready.
    /// Returns how many became ready.
    pub async fn count_vectors(
        &self,
        revisions: &[RevisionId],
        model: &str,
        languages: &[&str],
        now: Timestamp,
    ) -> Result<usize, Error> {
        let mut tx = self.writing().await?;
        let mut became_ready = 0;
        for revision in revisions {
            let (goal, vectors) = goal_and_vectors(&mut tx, *revision, model, languages).await?;
            let ready = vectors == goal;
            let done = sqlx::query(
                "update revisions set vectors = $2, vectors_goal = $3,
                        state = case when $4 = 1 then 'ready' else state end,
                        embedded_with = case when $4 = 1 then $5 else embedded_with end,
                        finished_at = case when $4 = 1 then $6 else finished_at end
                 where id = $1 and state = 'embedding'",
            )
            .bind(revision.0)
            .bind(vectors)
            .bind(goal)
            .bind(i64::from(ready))
            .bind(model)
            .bind(now.0)
            .execute(&mut *tx)
            .await?;
            became_ready += usize::from(ready && done.rows_affected() == 1);
        }
        tx.commit().await?;
        Ok(became_ready)
    }
}

async fn goal_and_vectors(
    tx: &mut Writing,
    revision: RevisionId,
    model: &str,
    languages: &[&str],
) -> Result<(i64, i64), Error> {
    let mut query = QueryBuilder::new(
        "select count(*), count(x.chunk) from
           (select distinct p.workspace, p.chunk from placements p
            join chunks c on c.workspace = p.workspace and c.name = p.chunk
            where p.revision = ",
    );
    query.push_bind(revision.0).push(" and c.language in (''");
    for language in languages {
        query.push(", ").push_bind(*language);
    }
    query.push(
        ")) as needed left join vectors x on x.workspace = needed.workspace and x.chunk = needed.chunk and x.model = ",
    );
    query.push_bind(model);
    Ok(query.build_query_as().fetch_one(&mut **tx).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_survive_the_way_through_bytes() {
        let vector = vec![0.0, -1.5, f32::MIN_POSITIVE, 0.333];
        assert_eq!(from_bytes(&to_bytes(&vector)), Some(vector));
        assert_eq!(from_bytes(&[]), None);
    }
}
