//! Group commit: appends of many conversations share one transaction, and so one wait for the disk.

use sqlx::sqlite::SqlitePool;
use tokio::sync::{mpsc, oneshot};

use super::events::{Append, Appended, append};
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
        let (done, outcome) = oneshot::channel();
        let gone = |_| Error::Unavailable("the writer has stopped".to_owned());
        self.appends
            .send(Waiting { append, done })
            .await
            .map_err(|_| Error::Unavailable("the writer has stopped".into()))?;
        outcome.await.map_err(gone)?
    }
}

/// Starts the writer. It ends when the last [`Store`] is gone.
pub(super) fn start(pool: SqlitePool) -> mpsc::Sender<Waiting> {
    let (sender, mut receiver) = mpsc::channel(QUEUE);
    tokio::spawn(async move {
        let mut group = Vec::with_capacity(GROUP);
        while receiver.recv_many(&mut group, GROUP).await > 0 {
            commit(&pool, &mut group).await;
        }
    });
    sender
}

async fn commit(pool: &SqlitePool, group: &mut Vec<Waiting>) {
    match write(pool, group).await {
        Ok(outcomes) => {
            for (waiting, outcome) in group.drain(..).zip(outcomes) {
                // Whoever asked may be gone; what was written stays.
                let _ = waiting.done.send(Ok(outcome));
            }
        }
        // One append may be at fault, for example by a workspace that is not there: each alone, so that the others pass.
        Err(Error::Unavailable(_) | Error::Corrupt(_)) if group.len() > 1 => {
            for waiting in group.drain(..) {
                let outcome = write(pool, std::slice::from_ref(&waiting)).await;
                let _ = waiting.done.send(outcome.map(|outcomes| outcomes[0]));
            }
        }
        Err(error) => {
            for waiting in group.drain(..) {
                let _ = waiting.done.send(Err(error.clone()));
            }
        }
    }
}

async fn write(pool: &SqlitePool, group: &[Waiting]) -> Result<Vec<Appended>, Error> {
    let mut transaction = pool.begin_with("begin immediate").await?;
    let mut outcomes = Vec::with_capacity(group.len());
    for waiting in group {
        outcomes.push(append(&mut transaction, &waiting.append).await?);
    }
    transaction.commit().await?;
    Ok(outcomes)
}
