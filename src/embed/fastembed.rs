//! A local model from disk, run by ONNX Runtime through fastembed. Nothing is downloaded here (`make models` does that).
//!
//! The model lives in a thread of its own and takes one text at a time. That was measured to be the best choice in every respect on a
//! CPU: no padding, so most passages per CPU-second; memory bounded by the longest text, not by a batch; a question waits only for
//! the passage that is being embedded; and a text's vector does not depend on its neighbours (an int8 model takes its
//! scale from all the rows of a batch). One thread, because memory that many threads take in turn is not given back.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use ::fastembed::{
    InitOptionsUserDefined, Pooling as FastembedPooling, TextEmbedding, TokenizerFiles, UserDefinedEmbeddingModel,
};
use async_trait::async_trait;
use ort::environment::Environment;
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

use super::manifest::{Manifest, NotSetUp, Pooling};
use super::{Embedder, Error, Model, Side, Vector, unit};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The folder that `make models` filled.
    pub folder: PathBuf,
    /// Threads that work on one text; 0 = half of the processors.
    pub threads: usize,
    /// Calls that may wait. One more is refused at once, and its question is searched by words alone.
    pub waiting: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self { folder: PathBuf::from("models"), threads: 0, waiting: 64 }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error(transparent)]
    NotSetUp(#[from] NotSetUp),
    #[error("ONNX Runtime does not load: {0}")]
    Runtime(String),
    #[error("the model does not load: {0}")]
    Model(String),
}

/// A loaded model. Each call has one text in the queue at a time, so that calls take turns.
#[derive(Debug)]
pub struct Fastembed {
    model: Model,
    question_prefix: String,
    passage_prefix: String,
    queue: SyncSender<Job>,
}

struct Job {
    text: String,
    answer: oneshot::Sender<Result<Vector, Error>>,
}

impl Fastembed {
    /// Loads the model in `config.folder`. Takes about 0.1 s; blocking.
    pub fn load(config: &Config) -> Result<Self, LoadError> {
        let manifest = Manifest::read(&config.folder)?;
        let environment = environment(&manifest.library(&config.folder)?)?;
        let read = |name: &str| {
            fs::read(config.folder.join(name)).map_err(|error| LoadError::Model(format!("{name}: {error}")))
        };
        let tokenizer = TokenizerFiles {
            tokenizer_file: read("tokenizer.json")?,
            config_file: read("config.json")?,
            special_tokens_map_file: read("special_tokens_map.json")?,
            tokenizer_config_file: read("tokenizer_config.json")?,
        };
        let pooling = match manifest.pooling {
            Pooling::Mean => FastembedPooling::Mean,
            Pooling::Cls => FastembedPooling::Cls,
        };
        let defined = UserDefinedEmbeddingModel::new(read("model.onnx")?, tokenizer).with_pooling(pooling);
        let options = InitOptionsUserDefined::new()
            .with_environment(environment)
            // The arena keeps what the longest text ever needed; the allocator gives it back.
            .with_execution_providers(vec![ort::ep::CPU::default().with_arena_allocator(false).build()])
            .with_max_length(manifest.max_tokens)
            .with_intra_threads(threads(config.threads))
            // The weights stand in a file beside the graph and are mapped, not read: what no text has touched takes no memory.
            .with_session_config(
                "session.model_external_initializers_file_folder_path",
                config.folder.to_string_lossy(),
            )
            // Idle threads of the model must sleep: this is a server, and the processors belong to everybody.
            .with_session_config("session.intra_op.allow_spinning", "0");
        let session = TextEmbedding::try_new_from_user_defined(defined, options)
            .map_err(|error| LoadError::Model(error.to_string()))?;
        let (queue, jobs) = sync_channel(config.waiting.max(1));
        thread::Builder::new()
            .name("embedder".to_owned())
            .spawn(move || work(session, &jobs))
            .map_err(|error| LoadError::Model(error.to_string()))?;
        Ok(Self {
            model: Model { name: manifest.name, dimensions: manifest.dimensions, languages: manifest.languages },
            question_prefix: manifest.question_prefix,
            passage_prefix: manifest.passage_prefix,
            queue,
        })
    }

    async fn one(&self, text: String) -> Result<Vector, Error> {
        let (answer, vector) = oneshot::channel();
        self.queue.try_send(Job { text, answer }).map_err(|error| match error {
            TrySendError::Full(_) => Error::Unavailable("too many calls are waiting for it".to_owned()),
            TrySendError::Disconnected(_) => stopped(),
        })?;
        let vector = vector.await.map_err(|_| stopped())??;
        if vector.len() != self.model.dimensions {
            return Err(Error::Mismatched { expected: self.model.dimensions, got: vector.len() });
        }
        Ok(vector)
    }
}

/// The model's thread: lives until the last handle is gone.
fn work(mut session: TextEmbedding, jobs: &Receiver<Job>) {
    for Job { text, answer } in jobs {
        // The caller may have given up while it waited.
        if answer.is_closed() {
            continue;
        }
        let embedded = catch_unwind(AssertUnwindSafe(|| session.embed([text], None)));
        let vector = match embedded {
            Ok(Ok(vectors)) => Ok(unit(vectors.into_iter().next().unwrap_or_default())),
            Ok(Err(error)) => Err(Error::Unavailable(error.to_string())),
            Err(_) => Err(Error::Unavailable("the model panicked over a text".to_owned())),
        };
        // Nobody may be listening any more.
        let _ = answer.send(vector);
    }
}

fn stopped() -> Error {
    Error::Unavailable("the model has stopped".to_owned())
}

#[async_trait]
impl Embedder for Fastembed {
    fn model(&self) -> &Model {
        &self.model
    }

    async fn embed(&self, texts: &[String], side: Side) -> Result<Vec<Vector>, Error> {
        let prefix = match side {
            Side::Question => &self.question_prefix,
            Side::Passage => &self.passage_prefix,
        };
        let mut vectors = Vec::with_capacity(texts.len());
        for text in texts {
            vectors.push(self.one(format!("{prefix}{text}")).await?);
        }
        Ok(vectors)
    }
}

/// The runtime is one per process (a C library), so its handle is too. It is loaded by path, and before anything else of it is
/// touched: the lazy loader would panic where the library is missing.
fn environment(library: &Path) -> Result<Environment, LoadError> {
    static LOADED: Mutex<Option<Environment>> = Mutex::new(None);
    let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(environment) = &*loaded {
        return Ok(environment.clone());
    }
    // The loader resolves a relative path against the executable; ours is relative to the working directory.
    let library = library.canonicalize().map_err(|error| LoadError::Runtime(error.to_string()))?;
    let builder = ort::init_from(&library).map_err(|error| LoadError::Runtime(error.to_string()))?;
    let environment = builder.with_telemetry(false).build().map_err(|error| LoadError::Runtime(error.to_string()))?;
    Ok(loaded.insert(environment).clone())
}

fn threads(configured: usize) -> usize {
    match configured {
        0 => std::thread::available_parallelism().map_or(1, |processors| (processors.get() / 2).max(1)),
        chosen => chosen,
    }
}
