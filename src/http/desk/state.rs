//! What the console's handlers share.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio_util::sync::CancellationToken;

use crate::app::House;
use crate::bus::Bus;
use crate::desk::accounts::Accounts;
use crate::desk::actions::Refusal;
use crate::desk::feed::Feed;
use crate::desk::shell::{self, Desk};
use crate::http::desk::wire::Names;
use crate::http::staff::Staff;
use crate::journal::Journal;
use crate::knowledge::blobs::Blobs;
use crate::knowledge::retrieve::Retriever;
use crate::model::conversation::Conversation;
use crate::model::id::{ConversationId, WorkspaceId};
use crate::problem::{Code, Problem};
use crate::store::Store;

/// The console's side of the house.
#[derive(Clone, Debug)]
pub(super) struct Console {
    pub(super) desk: Desk,
    pub(super) accounts: Accounts,
    pub(super) feed: Feed,
    pub(super) store: Store,
    pub(super) journal: Journal,
    pub(super) bus: Arc<dyn Bus>,
    pub(super) retriever: Arc<Retriever>,
    pub(super) blobs: Blobs,
    pub(super) closing: CancellationToken,
    names: Arc<Mutex<HashMap<WorkspaceId, Arc<Names>>>>,
}

impl Console {
    pub(super) fn new(house: &House) -> Self {
        Self {
            desk: house.desk.clone(),
            accounts: house.accounts.clone(),
            feed: house.feed.clone(),
            store: house.store.clone(),
            journal: house.journal.clone(),
            bus: Arc::clone(&house.bus),
            retriever: Arc::clone(&house.retriever),
            blobs: Blobs::new(&house.config.data),
            closing: house.closing.clone(),
            names: Arc::default(),
        }
    }

    /// A conversation that the caller may see.
    pub(super) async fn conversation(&self, staff: &Staff, id: &str) -> Result<Arc<Conversation>, Problem> {
        let id = named::<ConversationId>(id)?;
        self.desk.conversation(staff.agent.workspace, id).await.map_err(refused)
    }

    /// The names of agents, as they were known a moment ago.
    pub(super) async fn names(&self, home: WorkspaceId) -> Result<Arc<Names>, Problem> {
        if let Some(known) = self.names.lock().unwrap_or_else(PoisonError::into_inner).get(&home) {
            return Ok(Arc::clone(known));
        }
        self.fresh_names(home).await
    }

    /// The names of agents, as they are now.
    pub(super) async fn fresh_names(&self, home: WorkspaceId) -> Result<Arc<Names>, Problem> {
        let agents = self.store.agents(home).await.map_err(Problem::internal)?;
        let names: Arc<Names> = Arc::new(agents.into_iter().map(|agent| (agent.id, agent.name)).collect());
        self.names.lock().unwrap_or_else(PoisonError::into_inner).insert(home, Arc::clone(&names));
        Ok(names)
    }
}

/// An id of a path; one that cannot be read names nothing.
pub(super) fn named<T: std::str::FromStr>(id: &str) -> Result<T, Problem> {
    id.parse().map_err(|_| Code::NotFound.into())
}

/// What the desk refuses, as the outside hears it.
pub(super) fn refused(error: shell::Error) -> Problem {
    match error {
        shell::Error::NoSuchConversation => Code::NotFound.into(),
        shell::Error::NoSuchTarget => {
            let en = "This colleague or team does not exist, or cannot take conversations.";
            Problem::saying(Code::Unacceptable, en, "该同事或团队不存在，或不能接待会话。")
        }
        shell::Error::Refused(Refusal::Taken { .. }) => Code::Taken.into(),
        shell::Error::Refused(Refusal::MovedOn) => Code::MovedOn.into(),
        shell::Error::Refused(Refusal::Conflict | Refusal::Repeated { .. }) => Code::Conflict.into(),
        shell::Error::Refused(Refusal::TooManyLabels) => {
            let en = "Remove a label before you add another one.";
            Problem::saying(Code::Unacceptable, en, "标签数量已达上限，请先移除再添加。")
        }
        shell::Error::Busy => Problem::from(Code::Busy).retry_after(1),
        shell::Error::Store(error) => Problem::internal(error),
    }
}
