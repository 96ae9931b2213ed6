//! The journal's rows: events in their order, and the conditional append.

use std::sync::Arc;

use sqlx::AssertSqlSafe;

use super::{Error, Store};
use crate::model::conversation::Mention;
use crate::model::event::{Event, Recorded};
use crate::model::id::ConversationId;
use crate::model::time::Timestamp;
use crate::store::conversations::Row;
use crate::store::due::Lease;

/// Events to append, and what the conversation is after them.
#[derive(Clone, Debug)]
pub struct Append {
    pub conversation: ConversationId,
    /// Seq of the last event that the caller saw; 0 for a new conversation.
    pub expected: u64,
    /// Follow `expected` without a gap.
    pub events: Arc<[Recorded]>,
    pub after: Row,
    /// What it was before, as far as the one who appends knows: then little has to be written where little changed.
    pub before: Row,
    /// A lease that is taken with it, and the time: one of somebody else must have ended.
    pub lease: Option<(Lease, Timestamp)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Appended {
    Done,
    /// Somebody appended before; the last event is `actual` now.
    Conflict {
        actual: u64,
    },
    /// Somebody else has the lease.
    Leased,
}

impl Store {
    /// Events of a conversation after `after`, in order, at most `limit`.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn events_after(
        &self,
        conversation: ConversationId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Recorded>, Error> {
        // The limit is written out: SQLite prepares a statement again whenever a limit is bound to it.
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let sql =
            format!("select seq, at, body from events where conversation = $1 and seq > $2 order by seq limit {limit}");
        let rows: Vec<(i64, i64, String)> = sqlx::query_as(AssertSqlSafe(sql))
            .bind(conversation.0)
            .bind(number(after))
            .fetch_all(self.reading())
            .await?;
        rows.into_iter()
            .map(|(seq, at, body)| {
                let event: Event = serde_json::from_str(&body)
                    .map_err(|error| Error::Corrupt(format!("conversation {conversation}, event {seq}: {error}")))?;
                Ok(Recorded { seq: seq.unsigned_abs(), at: Timestamp(at), event })
            })
            .collect()
    }
}

impl Append {
    /// Mentions that its events bring.
    pub(super) fn fresh_mentions(&self) -> &[Mention] {
        let mentions = &self.after.mentions;
        &mentions[mentions.partition_point(|mention| mention.seq <= self.expected)..]
    }
}

/// A seq as the database counts.
pub(super) fn number(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}
