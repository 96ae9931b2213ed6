//! Reaching an OpenAI-compatible provider over HTTP: key, deadlines, and errors that keep their status.
//!
//! `llm` and `embed` both stand on this. The client library is used with raw JSON, since its typed layer refuses the answers of several
//! vendors, and with a layer of ours that looks at each answer before the library does: the library loses the status of errors
//! whose body it does not know, and writes bodies to the log. What is kept of an error holds neither keys nor customer text.

use std::path::Path;
use std::task::{Context, Poll};
use std::time::Duration;

use anyhow::{Context as _, bail};
use async_openai::Client;
use async_openai::config::Config;
use async_openai::error::OpenAIError;
use async_openai::middleware::{HttpRequestFactory, ReqwestService};
use futures::future::BoxFuture;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Response, Url};
use secrecy::{ExposeSecret, SecretString};
use tower::Service;

use failure::Failure;

pub mod failure;

/// More of an error's body is not read.
const LONGEST_ERROR: usize = 64 * 1024;
const ERROR_BODY_DEADLINE: Duration = Duration::from_secs(2);

/// Everything that is needed to reach a provider.
#[derive(Clone, Debug)]
pub struct Reach {
    /// Up to and without `/chat/completions`.
    pub base_url: String,
    pub key: Option<SecretString>,
    pub connect: Duration,
    /// From the request to the head of the answer.
    pub first_byte: Duration,
    pub expects: Expects,
}

/// What a successful answer must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expects {
    Json,
    EventStream,
}

/// The key as configured: written down, or in a file of its own (as secret stores mount them).
pub fn key(written: Option<&SecretString>, file: Option<&Path>) -> anyhow::Result<Option<SecretString>> {
    let key = match (written, file) {
        (Some(_), Some(_)) => bail!("api_key and api_key_file are both set; keep one"),
        (Some(written), None) => written.expose_secret().trim().to_owned(),
        (None, Some(file)) => {
            let text = std::fs::read_to_string(file).with_context(|| format!("api_key_file {}", file.display()))?;
            text.trim().to_owned()
        }
        (None, None) => String::new(),
    };
    Ok((!key.is_empty()).then(|| SecretString::from(key)))
}

/// A client without retries of its own. Needs the process's TLS provider to be installed.
pub fn client(reach: &Reach) -> anyhow::Result<Client<Wire>> {
    let base_url = reach.base_url.trim().trim_end_matches('/');
    let url = Url::parse(base_url).with_context(|| format!("base_url {base_url:?} is not a URL"))?;
    if !matches!(url.scheme(), "http" | "https") {
        bail!("base_url {base_url:?} must begin with http:// or https://");
    }
    if base_url.ends_with("/completions") || base_url.ends_with("/embeddings") {
        bail!("base_url {base_url:?} must end before the path of the request, usually with /v1");
    }
    let mut headers = HeaderMap::new();
    if let Some(key) = &reach.key {
        let mut value = HeaderValue::from_str(&format!("Bearer {}", key.expose_secret()))
            .context("the API key holds characters that no key has")?;
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
    }
    let http = reqwest::Client::builder()
        .user_agent(concat!("frontdesk/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(reach.connect)
        // A redirected POST loses its body, and a key must not follow it.
        .redirect(Policy::none())
        .build()
        .context("the HTTP client cannot be built")?;
    let checked = Checked {
        inner: ReqwestService::new(http.clone()),
        first_byte: reach.first_byte,
        expects: reach.expects,
        key: reach.key.clone(),
    };
    let key = reach.key.clone().unwrap_or_else(|| SecretString::from(String::new()));
    let wire = Wire { base_url: base_url.to_owned(), key, headers };
    Ok(Client::build(http, wire).with_http_service(checked))
}

/// The library's idea of a configuration. Its own one reads the environment behind our back.
#[derive(Clone, Debug)]
pub struct Wire {
    base_url: String,
    key: SecretString,
    headers: HeaderMap,
}

impl Config for Wire {
    fn headers(&self) -> HeaderMap {
        self.headers.clone()
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base_url)
    }

    fn query(&self) -> Vec<(&str, &str)> {
        Vec::new()
    }

    fn api_base(&self) -> &str {
        &self.base_url
    }

    fn api_key(&self) -> &SecretString {
        &self.key
    }
}

/// Looks at the head of each answer; lets through only what the caller expects.
#[derive(Clone, Debug)]
struct Checked {
    inner: ReqwestService,
    first_byte: Duration,
    expects: Expects,
    key: Option<SecretString>,
}

impl Service<HttpRequestFactory> for Checked {
    type Response = Response;
    type Error = OpenAIError;
    type Future = BoxFuture<'static, Result<Response, OpenAIError>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), OpenAIError>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: HttpRequestFactory) -> Self::Future {
        let Self { first_byte, expects, key, .. } = self.clone();
        let answer = self.inner.call(request);
        Box::pin(async move {
            let answer = tokio::time::timeout(first_byte, answer).await;
            let answer = answer.map_err(|_| boxed(Failure::timed_out()))??;
            match refusal(answer, expects, key.as_ref()).await {
                Ok(answer) => Ok(answer),
                Err(failure) => Err(boxed(failure)),
            }
        })
    }
}

async fn refusal(answer: Response, expects: Expects, key: Option<&SecretString>) -> Result<Response, Failure> {
    let status = answer.status();
    if status.is_success() {
        if is(&answer, "html") {
            return Err(Failure::web_page());
        }
        // JSON in place of a stream is an error object, or a server that cannot stream.
        if expects == Expects::Json || !is(&answer, "json") {
            return Ok(answer);
        }
    }
    let wait = failure::retry_after(answer.headers(), crate::clock::now());
    let body = tokio::time::timeout(ERROR_BODY_DEADLINE, start_of_body(answer)).await.unwrap_or_default();
    Err(Failure::of_answer(status.as_u16(), wait, &body, key.map(ExposeSecret::expose_secret)))
}

fn is(answer: &Response, kind: &str) -> bool {
    let media_type = answer.headers().get(reqwest::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    media_type.is_some_and(|media_type| media_type.to_ascii_lowercase().contains(kind))
}

async fn start_of_body(mut answer: Response) -> Vec<u8> {
    let mut body = Vec::new();
    while let Ok(Some(part)) = answer.chunk().await {
        body.extend_from_slice(&part);
        if body.len() >= LONGEST_ERROR {
            break;
        }
    }
    body
}

fn boxed(failure: Failure) -> OpenAIError {
    OpenAIError::Boxed(Box::new(failure))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reach(base_url: &str, key: Option<&str>) -> Reach {
        Reach {
            base_url: base_url.to_owned(),
            key: key.map(SecretString::from),
            connect: Duration::from_secs(1),
            first_byte: Duration::from_secs(1),
            expects: Expects::Json,
        }
    }

    #[test]
    fn a_wrong_base_url_is_explained() {
        let explain = |url: &str| client(&reach(url, None)).unwrap_err().to_string();
        assert!(explain("api.example.test/v1").contains("is not a URL"));
        assert!(explain("ftp://api.example.test").contains("http://"));
        assert!(explain("https://api.example.test/v1/chat/completions").contains("usually with /v1"));
        assert!(client(&reach("https://api.example.test", Some("two\nlines"))).is_err());
    }

    #[test]
    fn the_key_is_never_printed() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = client(&reach(" http://localhost:1/v1/ ", Some("sk-secret"))).unwrap();
        assert_eq!(client.config().url("/embeddings"), "http://localhost:1/v1/embeddings");
        assert!(!format!("{client:?}").contains("sk-secret"));
    }

    #[test]
    fn a_key_comes_from_one_place() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key");
        std::fs::write(&file, "sk-from-file\n").unwrap();
        let read = |written: Option<&SecretString>, file: Option<&Path>| {
            key(written, file).map(|key| key.map(|key| key.expose_secret().to_owned()))
        };
        assert_eq!(read(None, Some(&file)).unwrap().as_deref(), Some("sk-from-file"));
        let written = SecretString::from("sk-written");
        assert_eq!(read(Some(&written), None).unwrap().as_deref(), Some("sk-written"));
        assert_eq!(read(None, None).unwrap(), None);
        assert!(read(Some(&written), Some(&file)).is_err());
        assert!(read(None, Some(Path::new("/nowhere/key"))).unwrap_err().to_string().contains("/nowhere/key"));
    }
}
