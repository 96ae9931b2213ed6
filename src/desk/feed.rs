//! What all open consoles hear: rows of conversations that changed, counts, who is there. Read once from the store for
//! everybody, however many consoles are open, and not at all while none is.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::broadcast;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::bus::{Bus, Hint, Topics};
use crate::model::id::{AgentId, ConversationId, CustomerId, WorkspaceId};
use crate::store::listing::{Listed, Tally};
use crate::store::{self, Store};

/// Changes within this time are read together.
const TOGETHER: Duration = Duration::from_millis(40);
/// Counts go over everything that is open, and are told this often at most.
const COUNTED_EVERY: Duration = Duration::from_millis(400);
/// News that a slow console may fall behind.
const BEHIND: usize = 256;
/// Rows that are read at a time.
const PAGE: usize = 200;
/// Conversations of a customer whose rows are told when something else is known of the customer.
const THEIRS: usize = 50;

/// Something for consoles.
#[derive(Clone, Debug)]
pub enum News {
    Row(Box<Listed>),
    Counts(WorkspaceId, Arc<Tally>),
    Presence(AgentId),
    Contact(WorkspaceId, CustomerId),
    Mention {
        conversation: ConversationId,
        agent: AgentId,
        by: AgentId,
        text: String,
    },
    Assigned {
        conversation: ConversationId,
        agent: AgentId,
    },
    /// Some news were lost: look at everything again.
    Lost,
}

/// A cheap handle to the news.
#[derive(Clone, Debug)]
pub struct Feed {
    store: Store,
    bus: Arc<dyn Bus>,
    news: broadcast::Sender<News>,
}

/// What came together since the last look.
#[derive(Debug, Default)]
struct Heard {
    changed: HashSet<ConversationId>,
    present: HashSet<AgentId>,
    contacts: HashSet<(WorkspaceId, CustomerId)>,
    /// Workspaces whose counts changed without a conversation that did.
    looked: HashSet<WorkspaceId>,
    other: Vec<News>,
}

impl Feed {
    #[must_use]
    pub fn new(store: Store, bus: Arc<dyn Bus>) -> Self {
        Self { store, bus, news: broadcast::channel(BEHIND).0 }
    }

    /// The news from now on. Who falls behind is told so by the receiver.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<News> {
        self.news.subscribe()
    }

    /// Spreads the news until the house closes.
    pub async fn run(self, closing: CancellationToken) {
        let mut hints = self.bus.subscribe(Topics::APPENDED.and(Topics::PRESENCE).and(Topics::NEWS));
        // Workspaces whose counts changed, and when some were last told.
        let (mut stale, mut counted) = (HashSet::new(), Instant::now());
        loop {
            let mut heard = Heard::default();
            tokio::select! {
                () = closing.cancelled() => return,
                hint = hints.recv() => match hint {
                    Ok(hint) if heard.take(&hint) => {}
                    Ok(_) => continue,
                    Err(RecvError::Lagged(_)) => heard.other.push(News::Lost),
                    Err(RecvError::Closed) => return,
                },
                () = tokio::time::sleep_until(counted + COUNTED_EVERY), if !stale.is_empty() => {
                    counted = Instant::now();
                    let homes: Vec<WorkspaceId> = stale.drain().collect();
                    self.told(self.count(&homes).await);
                    continue;
                }
            }
            tokio::time::sleep(TOGETHER).await;
            loop {
                match hints.try_recv() {
                    Ok(hint) => {
                        heard.take(&hint);
                    }
                    Err(TryRecvError::Lagged(_)) => heard.other.push(News::Lost),
                    Err(TryRecvError::Empty | TryRecvError::Closed) => break,
                }
            }
            if self.news.receiver_count() > 0 {
                self.told(self.spread(heard, &mut stale).await);
            }
        }
    }

    async fn spread(&self, heard: Heard, stale: &mut HashSet<WorkspaceId>) -> Result<(), store::Error> {
        let (mut changed, mut news) = (heard.changed, heard.other);
        for (home, contact) in heard.contacts {
            // Their rows show the name.
            changed.extend(self.store.conversations_of(home, contact, THEIRS).await?);
            news.push(News::Contact(home, contact));
        }
        stale.extend(heard.looked);
        let changed: Vec<ConversationId> = changed.into_iter().collect();
        for page in changed.chunks(PAGE) {
            for row in self.store.listed(page).await? {
                stale.insert(WorkspaceId(row.workspace));
                news.push(News::Row(Box::new(row)));
            }
        }
        news.extend(heard.present.into_iter().map(News::Presence));
        for one in news {
            // The last console may just have closed.
            let _ = self.news.send(one);
        }
        Ok(())
    }

    async fn count(&self, homes: &[WorkspaceId]) -> Result<(), store::Error> {
        for home in homes {
            let _ = self.news.send(News::Counts(*home, Arc::new(self.store.view_counts(*home).await?)));
        }
        Ok(())
    }

    /// What could not be told is lost, and consoles should look at everything again.
    fn told(&self, outcome: Result<(), store::Error>) {
        if let Err(error) = outcome {
            tracing::warn!(%error, "consoles could not be told what changed");
            let _ = self.news.send(News::Lost);
        }
    }
}

impl Heard {
    /// True when it was something for consoles.
    fn take(&mut self, hint: &Hint) -> bool {
        match hint {
            Hint::Appended { conversation, .. } => {
                self.changed.insert(*conversation);
            }
            Hint::Presence { agent } => {
                self.present.insert(*agent);
            }
            Hint::Mention { conversation, agent, by, text } => {
                let (conversation, agent, by) = (*conversation, *agent, *by);
                self.other.push(News::Mention { conversation, agent, by, text: text.clone() });
            }
            Hint::Contact { workspace, contact } => {
                self.contacts.insert((*workspace, *contact));
            }
            Hint::Looked { workspace } => {
                self.looked.insert(*workspace);
            }
            Hint::Assigned { conversation, agent } => {
                self.other.push(News::Assigned { conversation: *conversation, agent: *agent });
            }
            _ => return false,
        }
        true
    }
}
