//! A whole house for a test: real HTTP on a free port, a data folder of its own, search by words, and no model
//! unless the test brings one. Closing it asserts that no work is left over.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use frontdesk::app::{self, Roles, Seams};
use frontdesk::bus::Topics;
use frontdesk::config::Config;
use frontdesk::embed;
use frontdesk::http::{self, auth::Admin};
use frontdesk::knowledge::chunk;
use frontdesk::knowledge::document::{Prepared, Refusal};
use frontdesk::knowledge::extract;
use frontdesk::knowledge::ingest::worker::Reader;
use frontdesk::llm::Llm;
use frontdesk::model::id::WorkspaceId;
use frontdesk::model::time::Timestamp;
use frontdesk::text::language;
use futures::FutureExt as _;
use reqwest::multipart::{Form, Part};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::frames::Frames;

/// Nothing in a test may take longer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct House {
    pub(crate) app: Arc<app::House>,
    pub(crate) address: SocketAddr,
    pub(crate) admin: String,
    client: Client,
    data: TempDir,
    serving: Option<JoinHandle<anyhow::Result<()>>>,
}

/// A conversation as a customer's browser knows it.
#[derive(Clone, Debug)]
pub(crate) struct Door {
    pub(crate) id: String,
    pub(crate) token: String,
}

impl House {
    /// A house with the settings of a test.
    pub(crate) async fn start() -> Self {
        Self::with(None, |_| ()).await
    }

    /// A house in which a model writes.
    pub(crate) async fn with_model(llm: Arc<dyn Llm>) -> Self {
        Self::with(Some(llm), |_| ()).await
    }

    pub(crate) async fn with(llm: Option<Arc<dyn Llm>>, change: impl FnOnce(&mut Config)) -> Self {
        let data = tempfile::tempdir().unwrap();
        let mut config = Config { data: data.path().to_owned(), ..Config::default() };
        config.embed.kind = embed::config::Kind::None;
        config.switchboard.quiet_ms = 20;
        config.ingest.publish_gap_ms = 10;
        change(&mut config);
        let tries = config.server.admin_tries;
        let seams = Seams { llm, reader: Some(in_process()) };
        let app = Arc::new(app::House::open(config, Roles::ALL, seams).await.unwrap());
        app.start();
        let (admin, token) = Admin::open(None, data.path(), tries).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let house = Arc::clone(&app);
        let serving = tokio::spawn(async move { http::serve(&house, admin, listener).await });
        let client = Client::builder().no_proxy().build().unwrap();
        Self { app, address, admin: token.unwrap(), client, data, serving: Some(serving) }
    }

    pub(crate) fn data(&self) -> &Path {
        self.data.path()
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("http://{}{path}", self.address)).timeout(PATIENCE)
    }

    pub(crate) fn get(&self, path: &str) -> RequestBuilder {
        self.request(Method::GET, path)
    }

    pub(crate) fn as_admin(&self, method: Method, path: &str) -> RequestBuilder {
        self.request(method, path).bearer_auth(&self.admin)
    }

    /// Uploads documents through the API and waits until they can be found.
    pub(crate) async fn learn(&self, documents: &[(&str, &str)]) {
        let mut form = Form::new();
        for (name, text) in documents {
            form = form.part("file", Part::bytes((*text).as_bytes().to_vec()).file_name((*name).to_owned()));
        }
        let response = self.as_admin(Method::POST, "/api/v1/documents").multipart(form).send().await.unwrap();
        assert_eq!(response.status(), 202, "{}", response.text().await.unwrap());
        self.settled().await;
    }

    /// Learns a part of the sample shop's help centre: enough for the shipped calibration to hold.
    pub(crate) async fn learn_sample(&self) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("knowledge");
        let mut texts = Vec::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|kind| kind == "md") {
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                texts.push((name, std::fs::read_to_string(&path).unwrap()));
            }
        }
        let documents: Vec<_> = texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        self.learn(&documents).await;
    }

    /// Waits until every document is ready or failed.
    pub(crate) async fn settled(&self) {
        let mut hints = self.app.bus.subscribe(Topics::ALL);
        let finished = async {
            while !self.app.ingest.progress(WorkspaceId::DEFAULT, Timestamp::default()).await.unwrap().is_finished() {
                // A hint makes it quick; the pause is for steps that give none.
                let _ = tokio::time::timeout(Duration::from_millis(20), hints.recv()).await;
            }
        };
        tokio::time::timeout(PATIENCE, finished).await.expect("documents are ready in time");
    }

    pub(crate) async fn open(&self) -> Door {
        let response = self.request(Method::POST, "/api/v1/conversations").send().await.unwrap();
        assert_eq!(response.status(), 201);
        let started: Value = response.json().await.unwrap();
        let text = |key: &str| started[key].as_str().unwrap().to_owned();
        Door { id: text("id"), token: text("token") }
    }

    /// Sends a message and returns status and body.
    pub(crate) async fn say(&self, door: &Door, client_id: &str, text: &str) -> (u16, Value) {
        let path = format!("/api/v1/conversations/{}/messages", door.id);
        let body = json!({ "client_id": client_id, "text": text });
        let sent = self.request(Method::POST, &path).bearer_auth(&door.token).json(&body).send().await.unwrap();
        (sent.status().as_u16(), sent.json().await.unwrap())
    }

    /// Follows a conversation after an event.
    pub(crate) async fn follow(&self, door: &Door, after: u64) -> Frames {
        let path = format!("/api/v1/conversations/{}/events", door.id);
        // Streams are open for as long as the test reads them.
        let request = self.client.get(format!("http://{}{path}", self.address)).bearer_auth(&door.token);
        let response = request.header("last-event-id", after).send().await.unwrap();
        assert_eq!(response.status(), 200);
        Frames::of(response)
    }

    /// Asks in a conversation of its own and returns what the bot said.
    pub(crate) async fn ask(&self, question: &str) -> Value {
        let door = self.open().await;
        assert_eq!(self.say(&door, "1", question).await.0, 202);
        self.follow(&door, 0).await.until("bot_said").await.last().unwrap().data.clone()
    }

    /// Closes the house and asserts that nothing is left undone.
    pub(crate) async fn close(mut self) {
        let waiting = self.app.ingest.progress(WorkspaceId::DEFAULT, Timestamp::default()).await.unwrap();
        assert!(waiting.is_finished(), "documents are left over: {waiting:?}");
        assert_eq!(self.app.journal.owed(0, 1).await.unwrap(), [], "an answer is still owed");
        let serving = self.serving.take().unwrap();
        self.app.closing.cancel();
        tokio::time::timeout(PATIENCE, self.app.close()).await.expect("the loops end");
        tokio::time::timeout(PATIENCE, serving).await.expect("the server ends").unwrap().unwrap();
    }
}

impl Drop for House {
    fn drop(&mut self) {
        assert!(
            self.serving.is_none() || std::thread::panicking(),
            "end the test with house.close().await, which looks for work that is left over"
        );
    }
}

/// Documents are read in the process of the test; reading in a child has its own tests.
fn in_process() -> Reader {
    Arc::new(|name, path| {
        async move {
            let bytes = std::fs::read(&path).map_err(|error| Refusal::Broken(error.to_string()))?;
            let extracted = extract::read(&name, &bytes)?;
            let chunks = chunk::chunk(&extracted, &chunk::Limits::default());
            let language = language::detect(&extracted.text);
            Ok(Prepared { extracted, chunks, language })
        }
        .boxed()
    })
}
