//! Group commit: appends of many conversations share one transaction, and so one wait for the disk.

use std::fmt::Write as _;

use futures::TryStreamExt as _;
use sqlx::{AssertSqlSafe, Executor as _, SqliteConnection};
use tokio::sync::{mpsc, oneshot};

use super::conversations::{INSERT, MOVE, PARAMETERS, UPDATE, bound};
use super::events::{Append, Appended, number};
use super::lane::Lane;
use super::{Error, Store};

/// Appends that may wait for the writer; more callers wait in line.
const QUEUE: usize = 1024;
/// Appends that share a transaction at most.
const GROUP: usize = 256;

/// An append and the one who waits for it.
#[derive(Debug)]
pub(super) struct Waiting {
    append: Append,
    done: oneshot::Sender<Result<Appended, Error>>,
}

impl Store {
    /// Appends events to a conversation if it is still at the seq that the caller saw. Durable when it returns.
    ///
    /// # Errors
    /// When the transaction failed; nothing was written then.
    pub async fn append(&self, append: Append) -> Result<Appended, Error> {
        let closed = || Error::Unavailable("the writer has stopped".to_owned());
        let (done, outcome) = oneshot::channel();
        self.appends.send(Waiting { append, done }).await.map_err(|_| closed())?;
        outcome.await.map_err(|_| closed())?
    }
}

/// Starts the writer. It ends when the last [`Store`] is gone.
pub(super) fn start(lane: Lane) -> mpsc::Sender<Waiting> {
    let (sender, mut receiver) = mpsc::channel(QUEUE);
    tokio::spawn(async move {
        let mut group = Vec::with_capacity(GROUP);
        while receiver.recv_many(&mut group, GROUP).await > 0 {
            commit(&lane, &mut group).await;
        }
    });
    sender
}

async fn commit(lane: &Lane, group: &mut Vec<Waiting>) {
    match write(lane, group).await {
        Ok(outcomes) => {
            for (waiting, outcome) in group.drain(..).zip(outcomes) {
                // Whoever asked may be gone; what was written stays.
                let _ = waiting.done.send(outcome);
            }
        }
        // One append may be at fault, for example by a workspace that is not there: each alone, so that the others pass.
        Err(Error::Unavailable(_) | Error::Corrupt(_)) if group.len() > 1 => {
            for waiting in group.drain(..) {
                let outcome = write(lane, std::slice::from_ref(&waiting)).await;
                let _ = waiting.done.send(outcome.and_then(|mut outcomes| outcomes.remove(0)));
            }
        }
        Err(error) => {
            for waiting in group.drain(..) {
                let _ = waiting.done.send(Err(error.clone()));
            }
        }
    }
}

/// One transaction for all of them, and one walk to SQLite's thread for each: the first walk begins the transaction on its way,
/// the last one commits it.
///
/// # Errors
/// Nothing of the group was written. An append whose refusal could not be explained has an error of its own.
async fn write(lane: &Lane, group: &[Waiting]) -> Result<Vec<Result<Appended, Error>>, Error> {
    let mut lent = lane.lend().await?;
    let mut changed = Vec::with_capacity(group.len());
    for (place, Waiting { append, .. }) in group.iter().enumerate() {
        match step(&mut lent, append, place == 0, place + 1 == group.len()).await {
            Ok(done) => changed.push(done),
            Err(error) => {
                lent.roll_back().await;
                return Err(error);
            }
        }
    }
    let mut outcomes = Vec::with_capacity(group.len());
    for (Waiting { append, .. }, changed) in group.iter().zip(changed) {
        outcomes.push(if changed { Ok(Appended::Done) } else { refused(&mut lent, append).await });
    }
    Ok(outcomes)
}

/// One append within the transaction; false when the conversation was not where it was expected. Then it has written nothing and
/// lets the others pass.
async fn step(connection: &mut SqliteConnection, append: &Append, first: bool, last: bool) -> Result<bool, Error> {
    let mut bodies = Vec::with_capacity(append.events.len());
    for recorded in append.events.iter() {
        bodies.push(serde_json::to_string(&recorded.event)?);
    }
    let fresh = append.fresh_mentions();
    let row = match append.expected {
        0 => INSERT,
        _ if append.after.only_moved(&append.before) => MOVE,
        _ => UPDATE,
    };
    let sql = statements(row, bodies.len(), fresh.len(), first, last);
    let query = sqlx::query(AssertSqlSafe(sql));
    let mut query = bound(query, append.conversation, &append.after, append.expected, append.lease);
    for (recorded, body) in append.events.iter().zip(bodies) {
        query = query.bind(number(recorded.seq)).bind(recorded.at.0).bind(recorded.event.name()).bind(body);
    }
    for mention in fresh {
        query = query.bind(mention.agent.0).bind(number(mention.seq)).bind(mention.at.0);
    }
    let done: Vec<_> = connection.execute_many(query).try_collect().await?;
    let of_row = usize::from(first);
    Ok(done.get(of_row).is_some_and(|done| done.rows_affected() > 0))
}

/// The statements of one append. Events and mentions are written only where the row has moved to their end; where it was there
/// before, they were too. Their parameters follow those of the row: `seq, at, type, body` of each event, `agent, seq, at` of
/// each mention.
fn statements(row: &str, events: usize, mentions: usize, first: bool, last: bool) -> String {
    const MOVED: &str =
        "where exists (select 1 from conversations where id = $32 and seq = $33) on conflict do nothing";
    let mut sql = String::with_capacity(2048);
    if first {
        sql.push_str("begin immediate;\n");
    }
    sql.push_str(row);
    let mut next = PARAMETERS;
    let mut number = || {
        next += 1;
        next
    };
    for _ in 0..events {
        let [seq, at, kind, body] = std::array::from_fn(|_| number());
        let _ = write!(
            sql,
            ";\ninsert into events (conversation, seq, workspace, at, type, body)
             select $32, ${seq}, $1, ${at}, ${kind}, ${body} {MOVED}"
        );
    }
    for _ in 0..mentions {
        let [agent, seq, at] = std::array::from_fn(|_| number());
        let _ = write!(
            sql,
            ";\ninsert into mentions (workspace, conversation, agent, seq, at)
             select $1, $32, ${agent}, ${seq}, ${at} {MOVED}"
        );
    }
    if last {
        sql.push_str(";\ncommit");
    }
    sql
}

/// Why nothing was written.
async fn refused(connection: &mut SqliteConnection, append: &Append) -> Result<Appended, Error> {
    let actual: Option<(i64,)> = sqlx::query_as("select seq from conversations where id = $1")
        .bind(append.conversation.0)
        .fetch_optional(connection)
        .await?;
    let actual = actual.map_or(0, |(seq,)| seq.unsigned_abs());
    let leased = append.lease.is_some() && actual == append.expected;
    Ok(if leased { Appended::Leased } else { Appended::Conflict { actual } })
}
