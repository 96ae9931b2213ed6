//! Builds the house: the only place where rooms are joined. Knows no routes and no commands.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use futures::FutureExt;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::bus::Bus;
use crate::channel::token::Key;
use crate::channel::web::state::{self, Web};
use crate::clock;
use crate::config::layers;
use crate::config::{self, Config, Page};
use crate::copilot::Copilot;
use crate::copilot::watch::Watch;
use crate::desk::accounts::Accounts;
use crate::desk::closing::Closer;
use crate::desk::feed::Feed;
use crate::desk::inboxes::Inboxes;
use crate::desk::router::Router;
use crate::desk::shell::Desk;
use crate::dialogue::Dialogue;
use crate::dialogue::policy::kept;
use crate::embed::config::{Choice, Reason};
use crate::inbox::Inbox;
use crate::index::Index;
use crate::index::embedded::Access;
use crate::journal::Journal;
use crate::knowledge::blobs::Blobs;
use crate::knowledge::extract::child;
use crate::knowledge::extract::limits::Limits;
use crate::knowledge::ingest::Ingest;
use crate::knowledge::ingest::worker::{self, Reader, Worker};
use crate::knowledge::lock::WriterLock;
use crate::knowledge::retrieve::Retriever;
use crate::llm::Llm;
use crate::llm::{chosen, slot::Slot};
use crate::model::id::WorkspaceId;
use crate::model::inbox::InboxSettings;
use crate::store::Store;
use crate::switchboard::Switchboard;

/// What a process does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Roles {
    /// Answers HTTP.
    pub web: bool,
    /// Lets the bot answer.
    pub speak: bool,
    /// Reads documents and writes the index; one process of a data folder.
    pub ingest: bool,
}

impl Roles {
    pub const ALL: Self = Self { web: true, speak: true, ingest: true };
    /// A guest on the data folder, such as a command that looks something up.
    pub const NONE: Self = Self { web: false, speak: false, ingest: false };
    pub const INGEST: Self = Self { web: false, speak: false, ingest: true };
}

/// Parts of the outside world that stand in for those of the settings.
#[derive(Clone, Default)]
pub struct Seams {
    pub llm: Option<Arc<dyn Llm>>,
    pub reader: Option<Reader>,
}

impl std::fmt::Debug for Seams {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Seams").field("llm", &self.llm).finish_non_exhaustive()
    }
}

/// All rooms, joined.
#[derive(Debug)]
pub struct House {
    pub config: Arc<Config>,
    pub store: Store,
    pub index: Arc<dyn Index>,
    pub bus: Arc<dyn Bus>,
    pub journal: Journal,
    pub ingest: Ingest,
    pub retriever: Arc<Retriever>,
    pub dialogue: Arc<Dialogue>,
    pub switchboard: Switchboard,
    pub copilot: Copilot,
    pub inboxes: Inboxes,
    pub web: Web,
    pub accounts: Accounts,
    pub llm: Slot,
    pub desk: Desk,
    pub feed: Feed,
    pub router: Router,
    pub embedding: Choice,
    pub readiness: Readiness,
    /// Cancelled when the house closes.
    pub closing: CancellationToken,
    roles: Roles,
    worker: Option<Arc<Worker>>,
    loops: TaskTracker,
}

/// Another process has the right to ingest into the data folder.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "another process ingests into {data}; stop it, use another data folder, or leave the role out: --roles web,speak"
)]
pub struct Occupied {
    pub data: String,
}

impl House {
    /// Opens everything that the roles need. Starts nothing.
    ///
    /// # Errors
    /// [`Occupied`], or a part that cannot be opened, with its name.
    pub async fn open(config: Config, roles: Roles, seams: Seams) -> anyhow::Result<Self> {
        // Whoever came first has installed the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let data = config.data.clone();
        std::fs::create_dir_all(&data).with_context(|| format!("data folder {} cannot be made", data.display()))?;
        let lock = if roles.ingest { Some(take_lock(&data)?) } else { None };
        let store = Store::open(&data).await.context("the database cannot be opened")?;
        let bus = config.bus.build();
        let access = if roles.ingest { Access::Write } else { Access::Read };
        let index = config.index.build(&data.join("index"), access).context("the search index cannot be opened")?;
        let embed = config.embed.clone();
        let embedding = tokio::task::spawn_blocking(move || embed.build()).await?.map_err(unusable("embed"))?;
        let embedder = embedding.embedder();
        if let Some(embedder) = &embedder {
            let fits = config.index.fits(embedder.model().dimensions);
            fits.context("index.qdrant.dimensions has to be the width of the embedding model's vectors")?;
        }
        let llm = Slot::from(match seams.llm {
            Some(llm) => Some(llm),
            None => chosen::load(&data)?
                .map_or_else(|| config.llm.clone(), |chosen| chosen.over(&config.llm))
                .build()
                .map_err(unusable("llm"))?,
        });
        let retriever =
            Arc::new(Retriever::new(store.clone(), Arc::clone(&index), embedder.clone(), config.retrieve.clone()));
        let blobs = Blobs::new(&data);
        let ingest = Ingest::new(store.clone(), blobs.clone(), Arc::clone(&bus), config.ingest.clone());
        let program = layers::program().context("the program does not know its own path")?;
        let worker = lock.map(|lock| {
            let reader = seams.reader.unwrap_or_else(|| in_child(config.extract.clone(), program));
            let parts = worker::Parts {
                store: store.clone(),
                blobs,
                bus: Arc::clone(&bus),
                index: Arc::clone(&index),
                embedder,
                reader,
                config: config.ingest.clone(),
            };
            Arc::new(Worker::new(parts, lock))
        });
        let dialogue = Dialogue::new(config.dialogue.clone(), Arc::clone(&retriever), llm.clone());
        let dialogue = Arc::new(dialogue.map_err(unusable("dialogue"))?);
        dialogue.follow(kept::load(&data).context("the edited rules cannot be used")?);
        let journal = Journal::new(store.clone(), Arc::clone(&bus));
        recover(&journal, roles).await.context("the conversations cannot be made ready")?;
        let desk = Desk::new(config.desk.clone(), journal.clone(), store.clone(), Arc::clone(&bus));
        let copilot = Copilot::new(config.copilot.clone(), Arc::clone(&dialogue), llm.clone());
        let inboxes = Inboxes::new(store.clone(), WorkspaceId::DEFAULT);
        let router = Router::new(
            config.desk.clone(),
            desk.clone(),
            journal.clone(),
            store.clone(),
            Arc::clone(&bus),
            inboxes.clone(),
        );
        let switchboard = Switchboard::new(
            config.switchboard.clone(),
            journal.clone(),
            Arc::clone(&bus),
            Arc::clone(&dialogue),
            router.clone(),
        );
        let closing = CancellationToken::new();
        if roles.web {
            let (name, settings) = first_inbox(&config.page);
            inboxes.begin(&name, settings, clock::now()).await.context("the first inbox cannot be made")?;
        }
        let key = Key::load_or_create(&data.join("secret.key")).context("the signing key cannot be read")?;
        let web = Web::new(
            config.web.clone(),
            state::Rooms {
                journal: journal.clone(),
                inbox: Inbox::new(journal.clone()),
                inboxes: inboxes.clone(),
                blobs: Blobs::new(&data),
                store: store.clone(),
                bus: Arc::clone(&bus),
                desk: desk.clone(),
            },
            key,
            closing.clone(),
        );
        let accounts = Accounts::new(store.clone(), &config.desk);
        let feed = Feed::new(store.clone(), Arc::clone(&bus));
        let readiness = Readiness { store: store.clone(), index: Arc::clone(&index) };
        Ok(Self {
            config: Arc::new(config),
            store,
            index,
            bus,
            journal,
            ingest,
            retriever,
            dialogue,
            switchboard,
            copilot,
            inboxes,
            web,
            accounts,
            desk,
            feed,
            router,
            llm,
            embedding,
            readiness,
            closing,
            roles,
            worker,
            loops: TaskTracker::new(),
        })
    }

    /// Starts the loops of the roles. They end some time after `closing` is cancelled; see [`House::close`].
    pub fn start(&self) {
        if self.roles.speak {
            let (switchboard, closing) = (self.switchboard.clone(), self.closing.clone());
            self.loops.spawn(async move { switchboard.run(closing).await });
            let watch = Watch::new(self.copilot.clone(), self.journal.clone(), self.bus.as_ref());
            self.loops.spawn(watch.run(self.closing.clone()));
        }
        if self.roles.web {
            self.loops.spawn(self.feed.clone().run(self.closing.clone()));
            self.loops.spawn(self.desk.clone().keep_attendance(self.closing.clone()));
            self.loops.spawn(self.router.clone().run(self.closing.clone()));
            let closer = Closer::new(self.journal.clone(), self.store.clone(), self.inboxes.clone());
            self.loops.spawn(closer.run(WorkspaceId::DEFAULT, self.closing.clone()));
        }
        if let Some(worker) = &self.worker {
            let (worker, closing) = (Arc::clone(worker), self.closing.clone());
            self.loops.spawn(worker.run(closing));
        }
    }

    /// Closes the house and waits until its loops have ended.
    pub async fn close(&self) {
        self.closing.cancel();
        self.loops.close();
        self.loops.wait().await;
    }

    /// Why search works with words alone, if it does.
    #[must_use]
    pub fn lexical_only(&self) -> Option<&Reason> {
        self.embedding.reason()
    }
}

/// Looks at the parts that must work before customers are let in.
#[derive(Clone, Debug)]
pub struct Readiness {
    store: Store,
    index: Arc<dyn Index>,
}

/// Whether one part is ready: how it is, or what is missing.
#[derive(Clone, Debug)]
pub struct Check {
    pub name: &'static str,
    pub state: Result<String, String>,
}

impl Readiness {
    /// One check for each part.
    pub async fn checks(&self) -> Vec<Check> {
        let published = self.store.published(WorkspaceId::DEFAULT).await;
        let held = self.index.held(WorkspaceId::DEFAULT).await;
        let index = match (&published, &held) {
            // Where nothing was ever published there may not even be an index.
            (Ok(published), _) if published.version == 0 => Ok("empty".to_owned()),
            // A change reaches the index before it is published; deleting and going back publish a version without one.
            (Ok(published), Ok(held)) if published.index_version <= held.version => {
                Ok(format!("version {}", published.version))
            }
            (Ok(published), Ok(held)) => Err(format!("holds version {} of {}", held.version, published.index_version)),
            (_, Err(error)) => Err(error.to_string()),
            (Err(_), Ok(_)) => Err("the database does not say what it should hold".to_owned()),
        };
        let database = published.map(|_| "open".to_owned()).map_err(|error| error.to_string());
        vec![Check { name: "database", state: database }, Check { name: "index", state: index }]
    }
}

/// What an earlier process left behind.
async fn recover(journal: &Journal, roles: Roles) -> Result<(), crate::store::Error> {
    // Whoever has the lock is the first to start here, and customers need not wait until the leases of the dead run out.
    // Were somebody alive after all, a turn would be done twice, and its second reply refused.
    if roles.ingest && roles.speak {
        journal.forget_leases().await?;
    }
    if roles.web || roles.speak {
        let renewed = journal.renew_projections().await?;
        if renewed > 0 {
            tracing::info!(renewed, "{renewed} conversations of an earlier version were made ready");
        }
    }
    Ok(())
}

/// Settings that can be read and yet not be used: a file that they name is missing or says something wrong, or one of them asks
/// for another.
fn unusable(table: &'static str) -> impl Fn(anyhow::Error) -> config::Error {
    move |error| config::Error(vec![format!("{table}: {error:#}")])
}

fn take_lock(data: &Path) -> anyhow::Result<WriterLock> {
    let lock =
        WriterLock::try_take(data).with_context(|| format!("data folder {} cannot be locked", data.display()))?;
    Ok(lock.ok_or_else(|| Occupied { data: data.display().to_string() })?)
}

/// What the first inbox says: the words of the chat page, where the settings have some.
fn first_inbox(page: &Page) -> (String, InboxSettings) {
    let mut settings = InboxSettings { suggestions: page.suggestions.clone(), ..InboxSettings::default() };
    if !page.colour.is_empty() {
        settings.colour.clone_from(&page.colour);
    }
    for (text, own) in [(&mut settings.title, &page.name), (&mut settings.greeting, &page.greeting)] {
        for (text, own) in [(&mut text.en, &own.en), (&mut text.zh, &own.zh)] {
            if !own.is_empty() {
                text.clone_from(own);
            }
        }
    }
    let name = if page.name.en.is_empty() { "Website" } else { &page.name.en };
    (name.to_owned(), settings)
}

/// Reads documents in child processes of the same program, so that no document can take the house down.
fn in_child(limits: Limits, program: PathBuf) -> Reader {
    let shared = Arc::new((limits, program));
    Arc::new(move |name, path| {
        let shared = Arc::clone(&shared);
        async move { child::prepare_in_child(&shared.1, &shared.0, &name, &path).await }.boxed()
    })
}
