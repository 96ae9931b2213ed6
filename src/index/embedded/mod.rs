//! The index inside the program: tantivy for words, an exact scan of int8 vectors, and the weighted sum of both.
//!
//! Each workspace has a folder of its own, so that the words of one business never weigh in the scores of another, and
//! forgetting a business is deleting a folder.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::{Change, Error, Found, Held, Index, Query};
use crate::model::id::WorkspaceId;

mod dense;
mod lexical;
mod proximity;
mod search;
mod shard;

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Memory that a change may use before it is written in parts, in MiB, from 15. Nothing is held between changes.
    pub writer_memory_mib: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self { writer_memory_mib: 32 }
    }
}

/// Up to so many chunks a search (0.2 ms) is cheaper than the walk to a thread where blocking is allowed, and holds up nobody.
const SMALL: usize = 4_000;

/// What a process may do to the index. One process writes; others may read beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    Write,
    Read,
}

/// All shards of a folder.
#[derive(Clone)]
pub struct Embedded(Arc<Shards>);

struct Shards {
    /// `None` keeps everything in memory.
    folder: Option<PathBuf>,
    access: Access,
    config: Config,
    /// Opened when first asked for.
    open: Mutex<HashMap<WorkspaceId, Arc<shard::Shard>>>,
}

impl Embedded {
    /// An index in `folder`. Nothing is read yet; a shard that turns out damaged is begun anew and says that it holds
    /// version 0.
    #[must_use]
    pub fn open(config: &Config, folder: &Path, access: Access) -> Self {
        let folder = Some(folder.to_owned());
        Self(Arc::new(Shards { folder, access, config: config.clone(), open: Mutex::default() }))
    }

    /// The same in memory, for tests and measurements.
    #[must_use]
    pub fn in_memory(config: &Config) -> Self {
        Self(Arc::new(Shards { folder: None, access: Access::Write, config: config.clone(), open: Mutex::default() }))
    }

    /// Runs work on a shard where blocking is allowed.
    async fn on<T: Send + 'static>(
        &self,
        workspace: WorkspaceId,
        work: impl FnOnce(&shard::Shard) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let shards = Arc::clone(&self.0);
        let done = tokio::task::spawn_blocking(move || work(&*shards.of(workspace)?)).await;
        done.map_err(|error| Error::Unavailable(error.to_string()))?
    }
}

impl Shards {
    /// A shard that was opened before.
    fn known(&self, workspace: WorkspaceId) -> Option<Arc<shard::Shard>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).get(&workspace).cloned()
    }

    fn of(&self, workspace: WorkspaceId) -> Result<Arc<shard::Shard>, Error> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(shard) = open.get(&workspace) {
            return Ok(Arc::clone(shard));
        }
        let shard = Arc::new(match &self.folder {
            Some(folder) => shard::Shard::open(&folder.join(workspace.to_string()), self.access, &self.config)?,
            None => shard::Shard::in_memory(&self.config)?,
        });
        open.insert(workspace, Arc::clone(&shard));
        Ok(shard)
    }
}

#[async_trait]
impl Index for Embedded {
    async fn held(&self, workspace: WorkspaceId) -> Result<Held, Error> {
        self.on(workspace, |shard| Ok(shard.snapshot()?.held())).await
    }

    async fn apply(&self, change: &Change) -> Result<(), Error> {
        let change = change.clone();
        self.on(change.workspace, move |shard| shard.apply(&change)).await
    }

    async fn search(&self, query: &Query) -> Result<Found, Error> {
        // A reader beside a writer looks at the disk first.
        let at_hand = self.0.known(query.workspace).filter(|_| self.0.access == Access::Write);
        if let Some(shard) = at_hand {
            let snapshot = shard.snapshot()?;
            if snapshot.alive() <= SMALL {
                return search::search(&snapshot, query);
            }
        }
        let query = query.clone();
        self.on(query.workspace, move |shard| search::search(&*shard.snapshot()?, &query)).await
    }
}

impl fmt::Debug for Embedded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Embedded")
            .field("folder", &self.0.folder)
            .field("access", &self.0.access)
            .finish_non_exhaustive()
    }
}
