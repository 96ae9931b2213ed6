//! Connections to the database, each lent to one caller at a time.
//!
//! This is not the pool of sqlx: whenever something is given back, that one starts a task which asks the connection whether it
//! lives. Over a network this is wise; here it is one more walk to SQLite's thread and back for every statement.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::future::BoxFuture;
use futures::stream::{self, BoxStream};
use futures::{TryFutureExt as _, TryStreamExt as _};
use sqlx::sqlite::{Sqlite, SqliteTypeInfo};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteQueryResult, SqliteRow, SqliteStatement};
use sqlx::{ConnectOptions as _, Describe, Either, Execute, Executor, SqlStr};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How long a caller waits in line before the database counts as busy.
const PATIENCE: Duration = Duration::from_secs(30);

/// A cheap handle to some connections; whoever comes when all are lent waits in line.
#[derive(Clone, Debug)]
pub(super) struct Lane(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    options: SqliteConnectOptions,
    places: Arc<Semaphore>,
    /// The one that was used last is on top: few connections stay warm, and the others are never made.
    idle: Mutex<Vec<SqliteConnection>>,
}

/// A connection on loan.
#[derive(Debug)]
pub(super) struct Lent {
    connection: Option<SqliteConnection>,
    lane: Arc<Parts>,
    _place: OwnedSemaphorePermit,
}

/// A transaction that may write. Without [`Writing::commit`] nothing of it stays.
#[derive(Debug)]
pub(super) struct Writing(Option<Lent>);

impl Lane {
    /// A lane of so many connections, which are made when they are needed.
    pub(super) fn new(options: SqliteConnectOptions, connections: usize) -> Self {
        let (places, idle) = (Arc::new(Semaphore::new(connections)), Mutex::default());
        Self(Arc::new(Parts { options, places, idle }))
    }

    /// A connection, when it is this caller's turn.
    ///
    /// # Errors
    /// The line is too long, or the database cannot be opened.
    pub(super) async fn lend(&self) -> Result<Lent, sqlx::Error> {
        let place = match Arc::clone(&self.0.places).try_acquire_owned() {
            Ok(place) => place,
            Err(_) => {
                let waiting = tokio::time::timeout(PATIENCE, Arc::clone(&self.0.places).acquire_owned());
                let place = waiting.await.map_err(|_| sqlx::Error::PoolTimedOut)?;
                place.map_err(|_| sqlx::Error::PoolClosed)?
            }
        };
        let idle = self.0.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => self.0.options.connect().await?,
        };
        Ok(Lent { connection: Some(connection), lane: Arc::clone(&self.0), _place: place })
    }

    /// Begins a transaction that is sure to be able to write, so that reading before writing cannot deadlock.
    ///
    /// # Errors
    /// As [`Lane::lend`], or another program holds the database for too long.
    pub(super) async fn begin(&self) -> Result<Writing, sqlx::Error> {
        // From here on whatever happens rolls back.
        let mut writing = Writing(Some(self.lend().await?));
        sqlx::query("begin immediate").execute(&mut *writing).await?;
        Ok(writing)
    }
}

impl Deref for Lent {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        self.connection.as_ref().expect("it is given back at the end only")
    }
}

impl DerefMut for Lent {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        self.connection.as_mut().expect("it is given back at the end only")
    }
}

impl Lent {
    /// Gives the connection back with what came of its use. One whose thread is dead is not used again.
    fn back<T>(mut self, came: Result<T, sqlx::Error>) -> Result<T, sqlx::Error> {
        if matches!(came, Err(sqlx::Error::WorkerCrashed)) {
            self.connection = None;
        }
        came
    }

    /// Undoes what was begun and not committed. A connection that cannot do that is not used again, and what it held ends with it.
    pub(super) async fn roll_back(mut self) {
        match sqlx::query("rollback").execute(&mut *self).await {
            // No transaction was open: then it ended by itself, for example when the disk was full.
            Ok(_) | Err(sqlx::Error::Database(_)) => {}
            Err(_) => self.connection = None,
        }
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        // What a caller left half-way, SQLite's thread ends before it hears the next one.
        let connection = self.connection.take();
        self.lane.idle.lock().unwrap_or_else(PoisonError::into_inner).extend(connection);
    }
}

impl Writing {
    /// Makes it last.
    ///
    /// # Errors
    /// The disk is full or fails; nothing of it stays then.
    pub(super) async fn commit(mut self) -> Result<(), sqlx::Error> {
        sqlx::query("commit").execute(&mut *self).await?;
        self.0 = None;
        Ok(())
    }
}

impl Deref for Writing {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        self.0.as_ref().expect("it is given back at the end only")
    }
}

impl DerefMut for Writing {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        self.0.as_mut().expect("it is given back at the end only")
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        let Some(mut lent) = self.0.take() else { return };
        match Handle::try_current() {
            // The place in the lane goes with it: the next writer waits until it is undone.
            Ok(handle) => drop(handle.spawn(lent.roll_back())),
            // Closing it undoes it too.
            Err(_) => lent.connection = None,
        }
    }
}

/// Each statement on whatever connection is free.
impl<'c> Executor<'c> for &'c Lane {
    type Database = Sqlite;

    fn fetch_many<'e, 'q: 'e, E>(
        self,
        query: E,
    ) -> BoxStream<'e, Result<Either<SqliteQueryResult, SqliteRow>, sqlx::Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Sqlite>,
    {
        let all = async move {
            let mut lent = self.lend().await?;
            let all: Result<Vec<_>, _> = lent.fetch_many(query).try_collect().await;
            // Given back before anybody looks at the rows.
            Ok(stream::iter(lent.back(all)?.into_iter().map(Ok)))
        };
        Box::pin(all.try_flatten_stream())
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<Option<SqliteRow>, sqlx::Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Sqlite>,
    {
        Box::pin(async move {
            let mut lent = self.lend().await?;
            let found = lent.fetch_optional(query).await;
            lent.back(found)
        })
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [SqliteTypeInfo],
    ) -> BoxFuture<'e, Result<SqliteStatement, sqlx::Error>>
    where
        'c: 'e,
    {
        Box::pin(async move {
            let mut lent = self.lend().await?;
            let prepared = lent.prepare_with(sql, parameters).await;
            lent.back(prepared)
        })
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, Result<Describe<Sqlite>, sqlx::Error>>
    where
        'c: 'e,
    {
        Box::pin(async move {
            let mut lent = self.lend().await?;
            let described = lent.describe(sql).await;
            lent.back(described)
        })
    }
}
