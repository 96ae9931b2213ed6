//! A shop with documents, a customer with messages, and a dialogue between them.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use frontdesk::bus::local::Local;
use frontdesk::clock;
use frontdesk::dialogue::config::Config;
use frontdesk::dialogue::{Dialogue, Outcome, Reply, Sentence};
use frontdesk::embed::Embedder;
use frontdesk::index::Index;
use frontdesk::index::embedded::{self, Access, Embedded};
use frontdesk::knowledge::blobs::Blobs;
use frontdesk::knowledge::chunk::{self, chunk};
use frontdesk::knowledge::document::{Prepared, Refusal};
use frontdesk::knowledge::extract;
use frontdesk::knowledge::ingest::worker::{Parts, Reader, Worker};
use frontdesk::knowledge::ingest::{self, Ingest};
use frontdesk::knowledge::lock::WriterLock;
use frontdesk::knowledge::retrieve::{self, Retriever};
use frontdesk::llm::Llm;
use frontdesk::model::conversation::Conversation;
use frontdesk::model::decision::Mode;
use frontdesk::model::event::{Event, Recorded};
use frontdesk::model::id::{ConversationId, CustomerId, WorkspaceId};
use frontdesk::model::passage::Citation;
use frontdesk::store::Store;
use frontdesk::text::language;
use tokio::sync::mpsc;
use uuid::Uuid;

/// Knowledge that is published.
pub(crate) struct House {
    _data: tempfile::TempDir,
    pub(crate) retriever: Arc<Retriever>,
}

impl House {
    /// A house with these `(name, bytes)` documents.
    pub(crate) async fn with(documents: &[(String, Vec<u8>)], embedder: Option<Arc<dyn Embedder>>) -> Self {
        let data = tempfile::tempdir().unwrap();
        let lock = WriterLock::try_take(data.path()).unwrap().unwrap();
        let store = Store::open(data.path()).await.unwrap();
        let (blobs, bus) = (Blobs::new(data.path()), Arc::new(Local::default()));
        let index: Arc<dyn Index> =
            Arc::new(Embedded::open(&embedded::Config::default(), &data.path().join("index"), Access::Write));
        let config = ingest::Config::default();
        let ingest = Ingest::new(store.clone(), blobs.clone(), bus.clone(), config.clone());
        let parts = Parts {
            store: store.clone(),
            blobs,
            bus,
            index: Arc::clone(&index),
            embedder: embedder.clone(),
            reader: reader(),
            config,
        };
        let worker = Arc::new(Worker::new(parts, lock));
        worker.catch_up().await.unwrap();
        for (name, bytes) in documents {
            let stream = futures::stream::iter([Ok::<_, std::io::Error>(Bytes::from(bytes.clone()))]);
            ingest.upload(WorkspaceId::DEFAULT, name, stream, clock::now()).await.unwrap();
        }
        worker.settle().await.unwrap();
        let retriever = Retriever::new(store, index, embedder, retrieve::Config::default());
        Self { _data: data, retriever: Arc::new(retriever) }
    }

    pub(crate) async fn of_texts(documents: &[(&str, &str)]) -> Self {
        let documents: Vec<_> =
            documents.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect();
        Self::with(&documents, None).await
    }

    /// The sample shop of this repository.
    pub(crate) async fn sample(embedder: Option<Arc<dyn Embedder>>) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("knowledge");
        let mut documents: Vec<(String, Vec<u8>)> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap())
            .filter(|entry| entry.path().extension().is_some_and(|kind| kind != "toml"))
            .map(|entry| (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap()))
            .collect();
        documents.sort();
        Self::with(&documents, embedder).await
    }

    pub(crate) fn dialogue(&self, config: Config, llm: Option<Arc<dyn Llm>>) -> Dialogue {
        Dialogue::new(config, Arc::clone(&self.retriever), llm).unwrap()
    }
}

fn reader() -> Reader {
    Arc::new(|name, file| {
        Box::pin(async move {
            let bytes = tokio::fs::read(file).await.map_err(|error| Refusal::Broken(error.to_string()))?;
            let extracted = extract::read(&name, &bytes)?;
            let chunks = chunk(&extracted, &chunk::Limits::default());
            let language = language::detect(&extracted.text);
            Ok(Prepared { extracted, chunks, language })
        })
    })
}

/// A conversation that grows.
pub(crate) struct Talk {
    events: Vec<Event>,
}

impl Talk {
    pub(crate) fn new() -> Self {
        let customer = CustomerId(Uuid::nil());
        let opened = Event::Opened {
            workspace: WorkspaceId::DEFAULT,
            inbox: "shop".to_owned(),
            channel: "web".to_owned(),
            customer,
        };
        Self { events: vec![opened] }
    }

    pub(crate) fn customer(&mut self, text: &str) {
        let client_id = self.events.len().to_string();
        self.events.push(Event::CustomerSaid {
            client_id,
            text: text.to_owned(),
            language: language::detect(text),
            attachments: Vec::new(),
        });
    }

    pub(crate) fn conversation(&self) -> Conversation {
        let recorded =
            self.events.iter().cloned().zip(1..).map(|(event, seq)| Recorded { seq, at: clock::now(), event });
        Conversation::fold(ConversationId(Uuid::nil()), &recorded.collect::<Vec<_>>()).unwrap()
    }

    /// Lets the bot answer; what it says becomes part of the conversation. Returns the outcome and what was shown early.
    pub(crate) async fn answer(&mut self, dialogue: &Dialogue) -> (Outcome, Vec<Sentence>) {
        let (shown, mut sentences) = mpsc::channel(64);
        let turn = clock::id();
        let before = self.conversation();
        self.events.push(Event::TurnStarted { turn, through: before.seq });
        let outcome = dialogue.respond(&self.conversation(), turn, clock::now(), &shown).await;
        let (text, mode, citations, offers_human) = match &outcome.reply {
            Reply::Say { text, mode, citations, offers_human } => {
                (text.clone(), *mode, citations.clone(), *offers_human)
            }
            Reply::Escalate { say, .. } => (say.clone(), Mode::Fixed, Vec::new(), false),
        };
        self.events.push(Event::Decided { decision: Box::new(outcome.decision.clone()) });
        self.events.push(Event::BotSaid { turn, text, mode, citations, offers_human });
        self.conversation();
        let mut seen = Vec::new();
        while let Ok(sentence) = sentences.try_recv() {
            seen.push(sentence);
        }
        (outcome, seen)
    }
}

/// Text and citations of a reply.
pub(crate) fn said(outcome: &Outcome) -> (&str, &[Citation]) {
    match &outcome.reply {
        Reply::Say { text, citations, .. } => (text, citations),
        Reply::Escalate { say, .. } => (say, &[]),
    }
}
