//! Conversations in which the bot owes an answer, and who has taken them.

use uuid::Uuid;

use super::{Error, Store};
use crate::model::id::ConversationId;
use crate::model::time::Timestamp;

impl Store {
    /// Takes conversations in which the bot owes an answer, the customer has been quiet since `quiet_since` and nobody
    /// holds a lease; the one who waits longest first. The lease runs until `lease_until`, or until nothing is owed any more.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn take_due(
        &self,
        now: Timestamp,
        quiet_since: Timestamp,
        limit: usize,
        lease_until: Timestamp,
        holder: Uuid,
    ) -> Result<Vec<ConversationId>, Error> {
        let mut taken: Vec<(Uuid, i64)> = sqlx::query_as(
            "update conversations set lease_until = $1, lease_holder = $2 where id in (
                select id from conversations
                where awaits is not null and awaits_since <= $3 and lease_until <= $4
                order by awaits_since limit $5)
             returning id, awaits_since",
        )
        .bind(lease_until.0)
        .bind(holder)
        .bind(quiet_since.0)
        .bind(now.0)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(self.writer())
        .await?;
        taken.sort_by_key(|(_, since)| *since);
        Ok(taken.into_iter().map(|(id, _)| ConversationId(id)).collect())
    }

    /// When the next conversation is due that is not yet: the end of its quiet time or of a lease.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn next_due(&self, quiet_ms: i64) -> Result<Option<Timestamp>, Error> {
        let due: Option<(Option<i64>,)> = sqlx::query_as(
            "select min(case when awaits_since + $1 > lease_until then awaits_since + $1 else lease_until end)
             from conversations where awaits is not null",
        )
        .bind(quiet_ms)
        .fetch_optional(self.reading())
        .await?;
        Ok(due.and_then(|(at,)| at).map(Timestamp))
    }

    /// Keeps a lease until `until`; false when `holder` has lost it, or nothing is owed any more.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn renew_lease(
        &self,
        conversation: ConversationId,
        until: Timestamp,
        holder: Uuid,
    ) -> Result<bool, Error> {
        let done = sqlx::query(
            "update conversations set lease_until = $1 where id = $2 and lease_holder = $3 and lease_until > 0",
        )
        .bind(until.0)
        .bind(conversation.0)
        .bind(holder)
        .execute(self.writer())
        .await?;
        Ok(done.rows_affected() > 0)
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
