//! Who is signed in. A session is named by the hash of its token.

use super::{Error, Store};
use crate::model::id::AgentId;
use crate::model::time::Timestamp;

impl Store {
    /// Begins a session, and forgets those of everybody that ended before `ended_before`.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn insert_session(
        &self,
        hash: &str,
        agent: AgentId,
        now: Timestamp,
        ended_before: Timestamp,
    ) -> Result<(), Error> {
        let mut transaction = self.writing().await?;
        sqlx::query("delete from sessions where seen_at < $1").bind(ended_before.0).execute(&mut *transaction).await?;
        sqlx::query("insert into sessions (hash, agent, created_at, seen_at) values ($1, $2, $3, $3)")
            .bind(hash)
            .bind(agent.0)
            .bind(now.0)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Notes that a session is in use.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn session_seen(&self, hash: &str, now: Timestamp) -> Result<(), Error> {
        sqlx::query("update sessions set seen_at = $1 where hash = $2")
            .bind(now.0)
            .bind(hash)
            .execute(self.writer())
            .await?;
        Ok(())
    }

    /// Ends a session.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn delete_session(&self, hash: &str) -> Result<(), Error> {
        sqlx::query("delete from sessions where hash = $1").bind(hash).execute(self.writer()).await?;
        Ok(())
    }

    /// Ends every session of an agent.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn delete_sessions_of(&self, agent: AgentId) -> Result<(), Error> {
        sqlx::query("delete from sessions where agent = $1").bind(agent.0).execute(self.writer()).await?;
        Ok(())
    }
}
