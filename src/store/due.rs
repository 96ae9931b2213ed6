//! Conversations in which the bot owes an answer, and who has taken them.

use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::{Error, Store};
use crate::model::id::ConversationId;
use crate::model::time::Timestamp;

/// A conversation in which the bot owes an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owed {
    pub conversation: ConversationId,
    /// The end of its quiet time, or of somebody's lease.
    pub due: Timestamp,
}

/// A turn belongs to whoever started it, until then. Nobody else may start one; when its owner dies, it runs out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    pub holder: Uuid,
    pub until: Timestamp,
}

impl Store {
    /// Conversations in which the bot owes an answer, the one that is due first in front. `quiet_ms` is how long a customer has to
    /// be silent.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn owed(&self, quiet_ms: i64, limit: usize) -> Result<Vec<Owed>, Error> {
        // The limit is written out: SQLite prepares a statement again whenever a limit is bound to it.
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let sql = format!(
            "select id, case when awaits_since + $1 > lease_until then awaits_since + $1 else lease_until end as due
             from conversations where awaits is not null order by due, awaits_since limit {limit}"
        );
        let rows: Vec<(Uuid, i64)> =
            sqlx::query_as(AssertSqlSafe(sql)).bind(quiet_ms).fetch_all(self.reading()).await?;
        let owed = |(id, due)| Owed { conversation: ConversationId(id), due: Timestamp(due) };
        Ok(rows.into_iter().map(owed).collect())
    }

    /// Gives a lease back, if `holder` still has it.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn release_lease(&self, conversation: ConversationId, holder: Uuid) -> Result<(), Error> {
        sqlx::query(
            "update conversations set lease_until = 0, lease_holder = null where id = $1 and lease_holder = $2",
        )
        .bind(conversation.0)
        .bind(holder)
        .execute(self.writer())
        .await?;
        Ok(())
    }

    /// Gives every lease back: those who held them are dead.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn forget_leases(&self) -> Result<u64, Error> {
        let done = sqlx::query("update conversations set lease_until = 0, lease_holder = null where lease_until > 0")
            .execute(self.writer())
            .await?;
        Ok(done.rows_affected())
    }
}
