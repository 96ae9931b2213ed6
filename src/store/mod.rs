//! All SQL of the house. Rows in, rows out; nothing is decided here.
//!
//! Reads run on their own connections. Everything that writes goes through one connection, so that writers of this process
//! wait in line instead of fighting for the file; other processes are waited for by SQLite's busy timeout.

use std::path::Path;
use std::time::Duration;

use sqlx::ConnectOptions as _;
use sqlx::migrate::MigrateError;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use tokio::sync::mpsc;

use crate::model::id::WorkspaceId;
use crate::model::time::Timestamp;
use crate::store::lane::{Lane, Writing};

pub mod agents;
pub mod attachments;
pub mod audit;
pub mod canned;
pub mod chunks;
pub mod contacts;
pub mod conversations;
pub mod documents;
pub mod due;
pub mod events;
pub mod history;
pub mod inboxes;
pub mod indexed;
mod lane;
pub mod listing;
pub mod mentions;
pub mod passages;
pub mod purge;
pub mod revisions;
pub mod sessions;
pub mod staff_files;
pub mod teams;
pub mod vectors;
pub mod versions;
pub mod views;
pub mod work;
mod writer;

/// Connections that read at the same time.
const READERS: usize = 4;
/// Kilobytes of pages that a connection keeps; the system keeps the file in memory anyway.
const PAGES_KB: &str = "-512";
/// How long a write waits for another process.
const BUSY: Duration = Duration::from_secs(10);

/// A cheap handle to the database.
#[derive(Clone, Debug)]
pub struct Store {
    reading: Lane,
    writer: Lane,
    appends: mpsc::Sender<writer::Waiting>,
}

/// Why the database did not do it. Texts are for operators and hold no customer text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error("the disk is full; free some space and try again")]
    Full,
    #[error("the database is busy with another program")]
    Busy,
    #[error("the database cannot be used: {0}")]
    Unavailable(String),
    #[error("the database holds something that cannot be read: {0}")]
    Corrupt(String),
}

impl Store {
    /// Opens `frontdesk.db` in the data folder, makes it if it is missing, and brings its tables up to date.
    ///
    /// # Errors
    /// When the folder cannot be written, the disk is full or the file is no database of ours.
    pub async fn open(data: &Path) -> Result<Self, Error> {
        let options = SqliteConnectOptions::new()
            .filename(data.join("frontdesk.db"))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // `normal` may lose the last commits when the power goes; what was acknowledged must stay.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY)
            .pragma("cache_size", PAGES_KB)
            // They hold nothing that our own errors do not tell, and cost a look at the clock for each statement.
            .disable_statement_logging();
        let writer = Lane::new(options.clone(), 1);
        migrate(&writer).await?;
        let reading = Lane::new(options, READERS);
        let appends = writer::start(writer.clone());
        Ok(Self { reading, writer, appends })
    }

    /// Makes a workspace; nothing happens where it is there.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn insert_workspace(&self, id: WorkspaceId, name: &str, now: Timestamp) -> Result<(), Error> {
        workspace(&self.writer, id, name, now).await
    }

    fn reading(&self) -> &Lane {
        &self.reading
    }

    fn writer(&self) -> &Lane {
        &self.writer
    }

    /// Begins a transaction that is sure to be able to write, so that reading before writing cannot deadlock.
    async fn writing(&self) -> Result<Writing, Error> {
        Ok(self.writer.begin().await?)
    }
}

/// A pattern for `like … escape '\'` that finds texts which hold these words.
pub(super) fn containing(words: &str) -> String {
    let mut pattern = String::with_capacity(words.len() + 2);
    pattern.push('%');
    // SQLite reads a pattern up to the first NUL, and what comes before it may be everything.
    for c in words.chars().filter(|c| *c != '\0') {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

/// Brings the tables up to date. Two programs may meet on a fresh folder: the one that comes second finds the work done
/// when it looks again.
async fn migrate(writer: &Lane) -> Result<(), Error> {
    let migrator = sqlx::migrate!();
    for last in [false, false, true] {
        match migrator.run(&mut *writer.lend().await?).await {
            Ok(()) => break,
            Err(MigrateError::VersionMissing(version)) => {
                return Err(Error::Unavailable(format!(
                    "a newer Frontdesk made it (migration {version}); use that one, or restore a backup from before"
                )));
            }
            Err(error) if last => return Err(Error::Unavailable(error.to_string())),
            Err(_) => {}
        }
    }
    workspace(writer, WorkspaceId::DEFAULT, "default", Timestamp(0)).await
}

async fn workspace(writer: &Lane, id: WorkspaceId, name: &str, now: Timestamp) -> Result<(), Error> {
    sqlx::query("insert into workspaces (id, name, created_at) values ($1, $2, $3) on conflict (id) do nothing")
        .bind(id.0)
        .bind(name)
        .bind(now.0)
        .execute(writer)
        .await?;
    Ok(())
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(database) => match database.code().as_deref() {
                // SQLITE_FULL; writing the log fails as SQLITE_IOERR_WRITE on some file systems (sqlite.org/rescode.html).
                Some("13" | "778") => Self::Full,
                Some("5" | "6" | "261" | "517") => Self::Busy,
                Some("11" | "26") => Self::Corrupt(database.message().to_owned()),
                _ => Self::Unavailable(database.message().to_owned()),
            },
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) | sqlx::Error::TypeNotFound { .. } => {
                Self::Corrupt(error.to_string())
            }
            // The line for the writing connection was too long.
            sqlx::Error::PoolTimedOut => Self::Busy,
            _ => Self::Unavailable(error.to_string()),
        }
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Corrupt(error.to_string())
    }
}
