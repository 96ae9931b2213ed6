//! What the search index holds, as far as the store knows: announced before a change, confirmed after it.

use uuid::Uuid;

use super::versions::OPEN;
use super::{Error, Store};
use crate::model::id::{RevisionId, WorkspaceId};

/// Whether the index holds a revision's chunks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Indexed {
    No,
    /// Going in.
    Wanted,
    Yes,
    /// Going out.
    Drop,
}

/// A revision and its place in the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct IndexWork {
    #[sqlx(try_from = "Uuid")]
    pub workspace: WorkspaceId,
    #[sqlx(try_from = "Uuid")]
    pub revision: RevisionId,
}

/// What the index of a workspace should hold: between what is confirmed, and what is confirmed or under way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Expected {
    #[sqlx(try_from = "i64")]
    pub chunks: u64,
    #[sqlx(try_from = "i64")]
    pub chunks_at_most: u64,
    #[sqlx(try_from = "i64")]
    pub vectors: u64,
}

/// Chunks of revisions in the index, counted per revision: those that can be found and those that are kept for rolling back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Load {
    #[sqlx(try_from = "i64")]
    pub visible: u64,
    #[sqlx(try_from = "i64")]
    pub hidden: u64,
}

impl Indexed {
    fn word(self) -> &'static str {
        match self {
            Self::No => "no",
            Self::Wanted => "wanted",
            Self::Yes => "yes",
            Self::Drop => "drop",
        }
    }
}

impl Store {
    /// Notes a change for revisions that are in one of the states `from`.
    pub async fn mark_indexed(&self, revisions: &[RevisionId], from: [Indexed; 2], to: Indexed) -> Result<u64, Error> {
        let mut tx = self.writing().await?;
        let mut changed = 0;
        for revision in revisions {
            changed += sqlx::query("update revisions set indexed = $2 where id = $1 and indexed in ($3, $4)")
                .bind(revision.0)
                .bind(to.word())
                .bind(from[0].word())
                .bind(from[1].word())
                .execute(&mut *tx)
                .await?
                .rows_affected();
        }
        tx.commit().await?;
        Ok(changed)
    }

    /// Gives up revisions in the index, but for those that can be seen (again).
    pub async fn give_up_in_index(&self, revisions: &[RevisionId]) -> Result<(), Error> {
        let mut tx = self.writing().await?;
        for revision in revisions {
            sqlx::query(
                "update revisions set indexed = 'drop' where id = $1 and indexed = 'yes' and not exists (
                     select 1 from visibility v where v.revision = revisions.id and v.to_version = $2)",
            )
            .bind(revision.0)
            .bind(OPEN)
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Those of the revisions that the index does not hold for sure.
    pub async fn not_indexed(&self, revisions: &[RevisionId]) -> Result<Vec<RevisionId>, Error> {
        let mut missing = Vec::new();
        for some in revisions.chunks(500) {
            let mut query = sqlx::QueryBuilder::new("select id from revisions where indexed <> 'yes' and id in (");
            let mut ids = query.separated(", ");
            for revision in some {
                ids.push_bind(revision.0);
            }
            query.push(")");
            let rows: Vec<(Uuid,)> = query.build_query_as().fetch_all(self.reading()).await?;
            missing.extend(rows.into_iter().map(|(id,)| RevisionId(id)));
        }
        Ok(missing)
    }

    /// Revisions that go into the index again (not for being published the first time), or out of it.
    pub async fn index_work(&self, what: Indexed, limit: usize) -> Result<Vec<IndexWork>, Error> {
        let rows = sqlx::query_as(
            "select workspace, id as revision from revisions
             where indexed in ('wanted', 'drop') and indexed = $1 and state <> 'cut'
             order by workspace, id limit $2",
        )
        .bind(what.word())
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(self.reading())
        .await?;
        Ok(rows)
    }

    /// What the index should hold.
    pub async fn expected_in_index(&self, workspace: WorkspaceId, model: &str) -> Result<Expected, Error> {
        let row = sqlx::query_as(
            "select cast(coalesce(sum(confirmed), 0) as bigint) as chunks, count(*) as chunks_at_most,
                    cast(coalesce(sum(case when confirmed = 1 and length(x.vector) > 0 then 1 else 0 end), 0) as bigint) as vectors
             from (select p.workspace, p.chunk, max(case when r.indexed = 'yes' then 1 else 0 end) as confirmed
                   from revisions r join placements p on p.revision = r.id
                   where r.workspace = $1 and r.indexed <> 'no' group by p.workspace, p.chunk) as held
             left join vectors x on x.workspace = held.workspace and x.chunk = held.chunk and x.model = $2",
        )
        .bind(workspace.0)
        .bind(model)
        .fetch_one(self.reading())
        .await?;
        Ok(row)
    }

    /// How much of the index can be found and how much is only kept.
    pub async fn index_load(&self, workspace: WorkspaceId) -> Result<Load, Error> {
        let row = sqlx::query_as(
            "select cast(coalesce(sum(case when v.revision is null then 0 else r.chunks end), 0) as bigint) as visible,
                    cast(coalesce(sum(case when v.revision is null then r.chunks else 0 end), 0) as bigint) as hidden
             from revisions r left join visibility v on v.revision = r.id and v.to_version = $2
             where r.workspace = $1 and r.indexed = 'yes'",
        )
        .bind(workspace.0)
        .bind(OPEN)
        .fetch_one(self.reading())
        .await?;
        Ok(row)
    }

    /// Hidden revisions in the index with their number of chunks, those first that were hidden longest ago.
    pub async fn hidden_in_index(&self, workspace: WorkspaceId, limit: usize) -> Result<Vec<(RevisionId, u64)>, Error> {
        let rows: Vec<(Uuid, i64)> = sqlx::query_as(
            "select r.id, r.chunks from revisions r join visibility v on v.revision = r.id
             where r.workspace = $1 and r.indexed = 'yes'
             group by r.id, r.chunks having max(v.to_version) < $2
             order by max(v.to_version), r.id limit $3",
        )
        .bind(workspace.0)
        .bind(OPEN)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(self.reading())
        .await?;
        Ok(rows.into_iter().map(|(id, chunks)| (RevisionId(id), chunks.cast_unsigned())).collect())
    }

    /// The index was made again: it holds this version at least, with vectors of this model.
    pub async fn index_made(&self, workspace: WorkspaceId, version: u64, model: &str) -> Result<(), Error> {
        sqlx::query(
            "insert into published (workspace, version, index_version, index_model) values ($1, 0, $2, $3)
             on conflict (workspace) do update set index_version = excluded.index_version, index_model = excluded.index_model",
        )
        .bind(workspace.0)
        .bind(version.cast_signed())
        .bind(model)
        .execute(self.writer())
        .await?;
        Ok(())
    }
}
