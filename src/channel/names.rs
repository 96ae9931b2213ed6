//! The names of those who answer, as customers see them. Looked up once, because a conversation names the same few people often.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use lru::LruCache;
use tokio::time::Instant;

use crate::model::id::{AgentId, WorkspaceId};
use crate::store::Store;

const KEPT: NonZeroUsize = NonZeroUsize::new(1000).expect("is not zero");
/// A new name is seen after this long.
const OLD: Duration = Duration::from_secs(60);

/// A cheap handle to the names.
#[derive(Clone, Debug)]
pub struct Names {
    store: Store,
    kept: Arc<Mutex<LruCache<AgentId, (Instant, String)>>>,
}

impl Names {
    #[must_use]
    pub fn new(store: Store) -> Self {
        Self { store, kept: Arc::new(Mutex::new(LruCache::new(KEPT))) }
    }

    /// The name of an agent; empty when nobody knows it, because a missing name must not hold up a message.
    pub async fn of(&self, workspace: WorkspaceId, agent: AgentId) -> String {
        let now = Instant::now();
        if let Some((_, name)) = self.lock().get(&agent).filter(|(at, _)| now.duration_since(*at) < OLD) {
            return name.clone();
        }
        match self.store.agent(workspace, agent).await {
            Ok(found) => {
                let name = found.map(|row| row.name).unwrap_or_default();
                self.lock().put(agent, (now, name.clone()));
                name
            }
            Err(error) => {
                tracing::warn!(%agent, %error, "the name of an agent cannot be read");
                String::new()
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, LruCache<AgentId, (Instant, String)>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
