//! The journal's rows: events in their order, and the conditional append.

use std::sync::Arc;

use sqlx::QueryBuilder;

use super::{Error, Store, Writing};
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
        let rows: Vec<(i64, i64, String)> = sqlx::query_as(
            "select seq, at, body from events where conversation = $1 and seq > $2 order by seq limit $3",
        )
        .bind(conversation.0)
        .bind(number(after))
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
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

/// One append within the writer's transaction. A conflict writes nothing and lets the others pass.
pub(super) async fn append(transaction: &mut Writing, append: &Append) -> Result<Appended, Error> {
    let changed = if append.expected == 0 {
        super::conversations::insert(transaction, append.conversation, &append.after).await?
    } else {
        super::conversations::update(transaction, append.conversation, append.expected, &append.after, append.lease)
            .await?
    };
    if !changed {
        let actual: Option<(i64,)> = sqlx::query_as("select seq from conversations where id = $1")
            .bind(append.conversation.0)
            .fetch_optional(&mut **transaction)
            .await?;
        let actual = actual.map_or(0, |(seq,)| seq.unsigned_abs());
        let leased = append.lease.is_some() && actual == append.expected;
        return Ok(if leased { Appended::Leased } else { Appended::Conflict { actual } });
    }
    let mut bodies = Vec::with_capacity(append.events.len());
    for recorded in append.events.iter() {
        bodies.push((recorded.seq, recorded.at, recorded.event.name(), serde_json::to_string(&recorded.event)?));
    }
    let mut insert = QueryBuilder::new("insert into events (conversation, seq, workspace, at, type, body) ");
    insert.push_values(bodies, |mut row, (seq, at, kind, body)| {
        row.push_bind(append.conversation.0)
            .push_bind(number(seq))
            .push_bind(append.after.workspace.0)
            .push_bind(at.0)
            .push_bind(kind)
            .push_bind(body);
    });
    insert.build().execute(&mut **transaction).await?;
    let Row { workspace, mentions, .. } = &append.after;
    let fresh = &mentions[mentions.partition_point(|mention| mention.seq <= append.expected)..];
    super::mentions::insert(transaction, *workspace, append.conversation, fresh).await?;
    Ok(Appended::Done)
}

/// A seq as the database counts.
pub(super) fn number(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}
