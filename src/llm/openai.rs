//! Any provider that speaks the OpenAI form of chat completions, streamed; other models or providers behind it as fallbacks.
//!
//! A completion makes one call, or two when the first failed before any text and `breaker` allows it. What has been shown is never
//! asked for again: a stream that breaks off ends with an error, and the caller drops the half sentence.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, bail};
use async_openai::Client;
use async_openai::types::stream::StreamResponse;
use async_trait::async_trait;
use futures::StreamExt as _;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tokio::time::{Instant, sleep, timeout_at};

use super::breaker::{Breakers, Outcome};
use super::chunk::Reader;
use super::{Error, Llm, Piece, PieceStream, Prompt};
use crate::provider::failure::{Failure, Kind};
use crate::provider::{Expects, Reach, Wire, client, key};

/// After the model has said that it is done, this long is waited for the count of tokens.
const GRACE: Duration = Duration::from_millis(500);

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Up to and without `/chat/completions`.
    pub base_url: String,
    #[serde(skip_serializing)]
    pub api_key: Option<SecretString>,
    /// A file that holds the key, instead of `api_key`.
    pub api_key_file: Option<PathBuf>,
    pub model: String,
    /// Asked in this order while the ones before them fail.
    pub fallbacks: Vec<Fallback>,
    pub connect_ms: u64,
    /// From the request to the first chunk.
    pub first_byte_ms: u64,
    /// Between two chunks.
    pub idle_ms: u64,
    /// The whole completion, retries included. A turn may have less time left.
    pub total_ms: u64,
    /// The name under which the limit is sent; some newer models want `max_completion_tokens`.
    pub max_tokens_name: String,
    /// Some reasoning models refuse a temperature.
    pub send_temperature: bool,
    /// Added to each request as it is, for example `{ enable_thinking = false }`.
    pub extra: Map<String, Value>,
}

/// What is not set here is as in the settings around it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Fallback {
    pub base_url: Option<String>,
    #[serde(skip_serializing)]
    pub api_key: Option<SecretString>,
    pub api_key_file: Option<PathBuf>,
    pub model: String,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            base_url: "https://api.openai.com/v1".to_owned(),
            api_key: None,
            api_key_file: None,
            model: String::new(),
            fallbacks: Vec::new(),
            connect_ms: 3_000,
            first_byte_ms: 10_000,
            idle_ms: 8_000,
            total_ms: 30_000,
            max_tokens_name: "max_tokens".to_owned(),
            send_temperature: true,
            extra: Map::new(),
        }
    }
}

#[derive(Debug)]
pub struct OpenAi {
    providers: Vec<Provider>,
    breakers: Arc<Mutex<Breakers>>,
    first_byte: Duration,
    idle: Duration,
    total: Duration,
    max_tokens_name: String,
    send_temperature: bool,
    extra: Map<String, Value>,
}

#[derive(Debug)]
struct Provider {
    client: Client<Wire>,
    model: String,
}

impl OpenAi {
    pub fn new(config: &Config) -> anyhow::Result<Self> {
        if config.model.is_empty() {
            bail!("[llm.openai] needs `model`");
        }
        let first = Fallback { model: config.model.clone(), ..Fallback::default() };
        let providers = std::iter::once(&first).chain(&config.fallbacks).map(|provider| provider_of(config, provider));
        let providers = providers.collect::<anyhow::Result<Vec<Provider>>>()?;
        Ok(Self {
            breakers: Arc::new(Mutex::new(Breakers::new(providers.len()))),
            providers,
            first_byte: Duration::from_millis(config.first_byte_ms),
            idle: Duration::from_millis(config.idle_ms),
            total: Duration::from_millis(config.total_ms),
            max_tokens_name: config.max_tokens_name.clone(),
            send_temperature: config.send_temperature,
            extra: config.extra.clone(),
        })
    }

    /// One call. Returns when the first text is there (or the end), so that everything before it can still be retried.
    async fn call(&self, mut ticket: Ticket, prompt: &Prompt, until: Instant) -> Result<Open, Failure> {
        let provider = &self.providers[ticket.provider];
        let opened = self.open(provider, prompt, until).await;
        let failed = match opened {
            Ok(mut open) => match open.advance().await {
                Ok(()) => {
                    open.ticket = Some(ticket);
                    return Ok(open);
                }
                Err(failure) => failure,
            },
            Err(failure) => failure,
        };
        ticket.outcome = outcome(&failed);
        tracing::warn!(model = provider.model, failure = %failed, "the model did not answer");
        Err(failed)
    }

    fn ticket(&self, provider: usize) -> Ticket {
        Ticket { breakers: Arc::clone(&self.breakers), provider, outcome: Outcome::Unknown }
    }

    async fn open(&self, provider: &Provider, prompt: &Prompt, until: Instant) -> Result<Open, Failure> {
        let first_by = until.min(Instant::now() + self.first_byte);
        let chat = provider.client.chat();
        let chunks = chat.create_stream_byot::<_, Value>(self.request(&provider.model, prompt));
        let chunks = timeout_at(first_by, chunks).await.map_err(|_| Failure::timed_out())??;
        Ok(Open {
            chunks,
            reader: Reader::default(),
            ready: VecDeque::new(),
            next_by: first_by,
            idle: self.idle,
            until,
            ticket: None,
        })
    }

    /// A stream with the name of who answers in front.
    fn begun(&self, provider: usize, calls: u32, pieces: PieceStream) -> PieceStream {
        let begun = Piece::Begun { model: self.providers[provider].model.clone(), calls };
        futures::stream::once(async { Ok(begun) }).chain(pieces).boxed()
    }

    fn request(&self, model: &str, prompt: &Prompt) -> Value {
        let mut request = json!({
            "model": model,
            "messages": prompt.messages,
            "stream": true,
            "stream_options": { "include_usage": true },
            (self.max_tokens_name.as_str()): prompt.max_tokens,
        });
        if self.send_temperature {
            // Through text, so that 0.1 is not sent as 0.10000000149011612.
            request["temperature"] = prompt.temperature.to_string().parse::<f64>().unwrap_or_default().into();
        }
        for (name, value) in &self.extra {
            request[name] = value.clone();
        }
        request
    }
}

fn provider_of(config: &Config, fallback: &Fallback) -> anyhow::Result<Provider> {
    let model = &fallback.model;
    if model.is_empty() {
        bail!("each of [[llm.openai.fallbacks]] needs `model`");
    }
    let own_key = key(fallback.api_key.as_ref(), fallback.api_key_file.as_deref())?;
    let key = match (own_key, &fallback.base_url) {
        (Some(key), _) => Some(key),
        // A key never goes to another provider than the one that it was written for.
        (None, Some(base_url)) if *base_url != config.base_url => None,
        (None, _) => key(config.api_key.as_ref(), config.api_key_file.as_deref())?,
    };
    let reach = Reach {
        base_url: fallback.base_url.clone().unwrap_or_else(|| config.base_url.clone()),
        key,
        connect: Duration::from_millis(config.connect_ms),
        first_byte: Duration::from_millis(config.first_byte_ms),
        expects: Expects::EventStream,
    };
    let client = client(&reach).with_context(|| format!("model {model:?}"))?;
    Ok(Provider { client, model: model.clone() })
}

#[async_trait]
impl Llm for OpenAi {
    fn name(&self) -> &str {
        &self.providers[0].model
    }

    fn names(&self) -> Vec<&str> {
        self.providers.iter().map(|provider| provider.model.as_str()).collect()
    }

    async fn stream(&self, prompt: &Prompt) -> Result<PieceStream, Error> {
        let started = Instant::now();
        let until = started + prompt.deadline.unwrap_or(self.total).min(self.total);
        let Some(first) = lock(&self.breakers).first(started.into_std()) else {
            return Err(Error::Unavailable("it is given a rest after it failed".to_owned()));
        };
        let failed = match self.call(self.ticket(first), prompt, until).await {
            Ok(open) => return Ok(self.begun(first, 1, open.into_stream())),
            Err(failure) => failure,
        };
        let broken = |provider, calls, failed: Failure| {
            self.begun(provider, calls, futures::stream::once(async { Err(failed.into()) }).boxed())
        };
        if failed.kind == Kind::Rejected {
            return Ok(broken(first, 1, failed));
        }
        let now = Instant::now();
        // Half of the time that is left must remain for the answer itself.
        let patience = until.saturating_duration_since(now) / 2;
        let again = lock(&self.breakers).again(first, outcome(&failed), patience, now.into_std());
        let Some(again) = again.filter(|_| !patience.is_zero()) else {
            return Ok(broken(first, 1, failed));
        };
        let ticket = self.ticket(again.provider);
        sleep(again.after).await;
        Ok(match self.call(ticket, prompt, until).await {
            Ok(open) => self.begun(again.provider, 2, open.into_stream()),
            Err(failed) => broken(again.provider, 2, failed),
        })
    }
}

/// A completion that is being read.
struct Open {
    chunks: StreamResponse<Value>,
    reader: Reader,
    ready: VecDeque<Piece>,
    /// When the next chunk must be there.
    next_by: Instant,
    idle: Duration,
    until: Instant,
    /// Gone when the end is known.
    ticket: Option<Ticket>,
}

impl Open {
    /// Reads until a piece is ready.
    async fn advance(&mut self) -> Result<(), Failure> {
        while self.ready.is_empty() {
            let chunk = timeout_at(self.next_by, self.chunks.next()).await;
            let read = match chunk {
                Ok(Some(Ok(chunk))) => self.reader.read(&chunk),
                Ok(Some(Err(error))) => Err(error.into()),
                Ok(None) => {
                    self.finish()?;
                    continue;
                }
                Err(_) => Err(Failure::timed_out()),
            };
            match read {
                Ok(text) => self.ready.extend(text.map(Piece::Text)),
                // Whatever happens after the model has said that it is done takes nothing from the answer.
                Err(_) if self.reader.is_finished() => self.finish()?,
                Err(failure) => return Err(failure),
            }
            let patience = if self.reader.is_finished() { GRACE.min(self.idle) } else { self.idle };
            self.next_by = self.until.min(Instant::now() + patience);
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), Failure> {
        let (rest, done) = self.reader.end()?;
        self.ready.extend(rest.map(Piece::Text));
        self.ready.push_back(done);
        Ok(())
    }

    fn into_stream(self) -> PieceStream {
        futures::stream::unfold(Some(self), |open| async {
            let mut open = open?;
            if let Err(failure) = open.advance().await {
                if let Some(ticket) = &mut open.ticket {
                    ticket.outcome = outcome(&failure);
                }
                tracing::warn!(failure = %failure, "the model's answer broke off");
                return Some((Err(failure.into()), None));
            }
            let piece = open.ready.pop_front()?;
            if !matches!(piece, Piece::Done { .. }) {
                return Some((Ok(piece), Some(open)));
            }
            if let Some(ticket) = &mut open.ticket {
                ticket.outcome = Outcome::Answered;
            }
            Some((Ok(piece), None))
        })
        .boxed()
    }
}

/// A place at a provider. However its holder ends (a caller may stop listening at any point), the breaker hears of it.
#[derive(Debug)]
struct Ticket {
    breakers: Arc<Mutex<Breakers>>,
    provider: usize,
    outcome: Outcome,
}

impl Drop for Ticket {
    fn drop(&mut self) {
        lock(&self.breakers).ended(self.provider, self.outcome, Instant::now().into_std());
        let outcome = match self.outcome {
            Outcome::Answered => "answered",
            Outcome::Unknown => "dropped",
            _ => "failed",
        };
        metrics::counter!("frontdesk_model_requests_total", "outcome" => outcome).increment(1);
    }
}

fn lock(breakers: &Mutex<Breakers>) -> std::sync::MutexGuard<'_, Breakers> {
    breakers.lock().unwrap_or_else(PoisonError::into_inner)
}

fn outcome(failure: &Failure) -> Outcome {
    match failure.kind {
        Kind::RateLimited { retry_after } => Outcome::RateLimited(retry_after),
        Kind::Forbidden => Outcome::Forbidden,
        Kind::Rejected => Outcome::Unknown,
        Kind::TimedOut => Outcome::Slow,
        Kind::Unavailable | Kind::Cut | Kind::Garbled => Outcome::Failed,
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        match failure.kind {
            Kind::RateLimited { retry_after } => Self::RateLimited { retry_after },
            Kind::Forbidden | Kind::Rejected => Self::Refused(failure.message),
            Kind::Unavailable => Self::Unavailable(failure.message),
            Kind::TimedOut => Self::TimedOut,
            Kind::Cut => Self::Cut,
            Kind::Garbled => Self::Garbled(failure.message),
        }
    }
}
