//! Documents in, passages out, over a data folder as a process has it: real store, real index, the twin of an embedder.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use frontdesk::bus::local::Local;
use frontdesk::clock;
use frontdesk::embed::hashed::Hashed;
use frontdesk::embed::{self, Embedder, Model, Side, Vector};
use frontdesk::index::Index;
use frontdesk::index::embedded::{self, Access, Embedded};
use frontdesk::knowledge::blobs::Blobs;
use frontdesk::knowledge::catalogue::{self, Document};
use frontdesk::knowledge::chunk::{self, chunk};
use frontdesk::knowledge::document::{Extracted, Prepared, Refusal};
use frontdesk::knowledge::ingest::worker::{Parts, Reader, Worker};
use frontdesk::knowledge::ingest::{Config, Ingest, UploadError, Uploaded};
use frontdesk::knowledge::lock::WriterLock;
use frontdesk::knowledge::retrieve::{self, Ask, Retrieved, Retriever};
use frontdesk::model::id::WorkspaceId;
use frontdesk::store::Store;
use frontdesk::text::language::{self, Language};
use tokio::sync::Semaphore;

mod changes;
mod crash;
mod index;
mod shop;
mod upload;
mod vectors;

pub(crate) const SHOP: WorkspaceId = WorkspaceId::DEFAULT;

/// A data folder with the process that ingests into it.
pub(crate) struct Library {
    pub(crate) data: PathBuf,
    pub(crate) store: Store,
    pub(crate) index: Arc<dyn Index>,
    pub(crate) ingest: Ingest,
    pub(crate) worker: Arc<Worker>,
    pub(crate) retriever: Retriever,
}

impl Library {
    pub(crate) async fn open(data: &Path, embedder: Option<Arc<dyn Embedder>>) -> Self {
        Self::with(data, embedder, Config::default()).await
    }

    pub(crate) async fn with(data: &Path, embedder: Option<Arc<dyn Embedder>>, config: Config) -> Self {
        Self::reading(data, embedder, config, reader()).await
    }

    pub(crate) async fn reading(
        data: &Path,
        embedder: Option<Arc<dyn Embedder>>,
        config: Config,
        reader: Reader,
    ) -> Self {
        let lock = WriterLock::try_take(data).unwrap().expect("nobody else ingests");
        let store = Store::open(data).await.unwrap();
        let (blobs, bus) = (Blobs::new(data), Arc::new(Local::default()));
        let index: Arc<dyn Index> = Arc::new(open_index(data, Access::Write));
        let ingest = Ingest::new(store.clone(), blobs.clone(), bus.clone(), config.clone());
        let parts = Parts {
            store: store.clone(),
            blobs,
            bus,
            index: Arc::clone(&index),
            embedder: embedder.clone(),
            reader,
            config,
        };
        let worker = Arc::new(Worker::new(parts, lock));
        worker.catch_up().await.unwrap();
        let retriever = Retriever::new(store.clone(), Arc::clone(&index), embedder, retrieve::Config::default());
        Self { data: data.to_owned(), store, index, ingest, worker, retriever }
    }

    /// Uploads a text and sees it through.
    pub(crate) async fn add(&self, name: &str, text: &str) -> Uploaded {
        let uploaded = self.upload(name, text).await.unwrap();
        self.worker.settle().await.unwrap();
        uploaded
    }

    pub(crate) async fn upload(&self, name: &str, text: &str) -> Result<Uploaded, UploadError> {
        self.ingest.upload(SHOP, name, once(text), clock::now()).await
    }

    pub(crate) async fn documents(&self) -> Vec<Document> {
        catalogue::documents(&self.store, SHOP, "", 10_000).await.unwrap()
    }

    /// What this process finds, as "document: text".
    pub(crate) async fn find(&self, question: &str) -> Vec<String> {
        lines(&ask(&self.retriever, question).await)
    }

    /// What another process finds that opens the same folder now.
    pub(crate) async fn find_elsewhere(&self, question: &str) -> Vec<String> {
        lines(&ask(&elsewhere(&self.data).await, question).await)
    }
}

/// A retriever as another process on the folder has it.
pub(crate) async fn elsewhere(data: &Path) -> Retriever {
    let store = Store::open(data).await.unwrap();
    let index = Arc::new(open_index(data, Access::Read));
    Retriever::new(store, index, Some(Arc::new(Hashed::default())), retrieve::Config::default())
}

fn open_index(data: &Path, access: Access) -> Embedded {
    Embedded::open(&embedded::Config::default(), &data.join("index"), access)
}

pub(crate) async fn ask(retriever: &Retriever, question: &str) -> Retrieved {
    let ask = Ask {
        lexical: vec![(question.to_owned(), 1.0)],
        dense: question.to_owned(),
        language: language::detect(question),
        limit: 5,
        version: None,
    };
    retriever.retrieve(SHOP, &ask).await.unwrap()
}

fn lines(retrieved: &Retrieved) -> Vec<String> {
    let passages = retrieved.passages.iter().map(|scored| &scored.passage);
    passages.map(|passage| format!("{}: {}", passage.source, passage.text)).collect()
}

pub(crate) fn once(text: &str) -> impl futures::Stream<Item = std::io::Result<Bytes>> + Send + Unpin + use<> {
    futures::stream::iter([Ok(Bytes::from(text.to_owned()))])
}

/// Reads Markdown in this process.
fn reader() -> Reader {
    Arc::new(|_, file| {
        Box::pin(async move {
            let bytes = tokio::fs::read(file).await.map_err(|error| Refusal::Broken(error.to_string()))?;
            let text = String::from_utf8(bytes).map_err(|error| Refusal::Broken(error.to_string()))?;
            let language = language::detect(&text);
            let extracted = Extracted { text, ..Extracted::default() };
            let chunks = chunk(&extracted, &chunk::Limits::default());
            Ok(Prepared { extracted, chunks, language })
        })
    })
}

/// The twin of an embedder, which remembers what it was asked and can be held back.
#[derive(Debug)]
pub(crate) struct Watched {
    model: Model,
    twin: Hashed,
    pub(crate) passages: Mutex<Vec<String>>,
    /// One permit for each call.
    pub(crate) calls: Semaphore,
}

impl Watched {
    pub(crate) fn new(name: &str, languages: &[Language]) -> Arc<Self> {
        let twin = Hashed::default();
        let model = Model { name: name.to_owned(), languages: languages.to_vec(), ..twin.model().clone() };
        Arc::new(Self { model, twin, passages: Mutex::default(), calls: Semaphore::new(1000) })
    }

    pub(crate) fn taken(&self) -> Vec<String> {
        std::mem::take(&mut self.passages.lock().unwrap())
    }
}

#[async_trait]
impl Embedder for Watched {
    fn model(&self) -> &Model {
        &self.model
    }

    async fn embed(&self, texts: &[String], side: Side) -> Result<Vec<Vector>, embed::Error> {
        self.calls.acquire().await.unwrap().forget();
        if side == Side::Passage {
            self.passages.lock().unwrap().extend_from_slice(texts);
        }
        self.twin.embed(texts, side).await
    }
}
