//! Any provider with an OpenAI-compatible `/embeddings`.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::bail;
use async_openai::Client;
use async_trait::async_trait;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Embedder, Error, Model, Side, Vector, unit};
use crate::provider::failure::{Failure, Kind};
use crate::provider::{Expects, Reach, Wire, client, key};
use crate::text::language::Language;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Up to and without `/embeddings`.
    pub base_url: String,
    #[serde(skip_serializing)]
    pub api_key: Option<SecretString>,
    /// A file that holds the key, instead of `api_key`.
    pub api_key_file: Option<PathBuf>,
    pub model: String,
    /// The width of the model's vectors. An answer of another width is refused: it would ruin the index silently.
    pub dimensions: usize,
    /// Languages that the model was trained to read.
    pub languages: Vec<Language>,
    /// What the model wants to see before a question, and before a passage (many want nothing).
    pub question_prefix: String,
    pub passage_prefix: String,
    /// Texts in one request.
    pub batch: usize,
    pub connect_ms: u64,
    /// One request, from start to end.
    pub total_ms: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            base_url: "https://api.openai.com/v1".to_owned(),
            api_key: None,
            api_key_file: None,
            model: String::new(),
            dimensions: 0,
            languages: vec![Language::En, Language::Zh],
            question_prefix: String::new(),
            passage_prefix: String::new(),
            batch: 32,
            connect_ms: 3_000,
            total_ms: 20_000,
        }
    }
}

#[derive(Debug)]
pub struct OpenAi {
    client: Client<Wire>,
    model: Model,
    question_prefix: String,
    passage_prefix: String,
    batch: usize,
    total: Duration,
}

impl OpenAi {
    pub fn new(config: &Config) -> anyhow::Result<Self> {
        if config.model.is_empty() || config.dimensions == 0 {
            bail!("[embed.openai] needs `model` and `dimensions` (the width of the model's vectors)");
        }
        let total = Duration::from_millis(config.total_ms);
        let reach = Reach {
            base_url: config.base_url.clone(),
            key: key(config.api_key.as_ref(), config.api_key_file.as_deref())?,
            connect: Duration::from_millis(config.connect_ms),
            first_byte: total,
            expects: Expects::Json,
        };
        Ok(Self {
            client: client(&reach)?,
            model: Model {
                name: config.model.clone(),
                dimensions: config.dimensions,
                languages: config.languages.clone(),
            },
            question_prefix: config.question_prefix.clone(),
            passage_prefix: config.passage_prefix.clone(),
            batch: config.batch.max(1),
            total,
        })
    }

    async fn request(&self, texts: &[String], prefix: &str) -> Result<Vec<Vector>, Error> {
        let input: Vec<String> = texts.iter().map(|text| format!("{prefix}{text}")).collect();
        let request = json!({ "model": self.model.name, "input": input, "encoding_format": "float" });
        let embeddings = self.client.embeddings();
        let answer = embeddings.create_byot::<_, Value>(request);
        let answer = match tokio::time::timeout(self.total, answer).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => return Err(Failure::from(error).into()),
            Err(_) => return Err(Failure::timed_out().into()),
        };
        vectors(&answer, texts.len(), self.model.dimensions)
    }
}

#[async_trait]
impl Embedder for OpenAi {
    fn model(&self) -> &Model {
        &self.model
    }

    async fn embed(&self, texts: &[String], side: Side) -> Result<Vec<Vector>, Error> {
        let prefix = match side {
            Side::Question => &self.question_prefix,
            Side::Passage => &self.passage_prefix,
        };
        let mut vectors = Vec::with_capacity(texts.len());
        for batch in texts.chunks(self.batch) {
            vectors.extend(self.request(batch, prefix).await?);
        }
        Ok(vectors)
    }
}

/// The vectors of an answer in the order of the texts. Entries may come in any order (their `index` counts) or without one.
fn vectors(answer: &Value, texts: usize, dimensions: usize) -> Result<Vec<Vector>, Error> {
    let entries = answer["data"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut vectors = vec![Vector::new(); texts];
    for (place, entry) in entries.iter().enumerate() {
        let index = entry["index"].as_u64().and_then(|index| usize::try_from(index).ok()).unwrap_or(place);
        let numbers = entry["embedding"].as_array().map(Vec::as_slice).unwrap_or_default();
        let vector: Option<Vector> = numbers.iter().map(|number| number.as_f64().map(|number| number as f32)).collect();
        let (Some(slot), Some(vector)) = (vectors.get_mut(index), vector) else {
            return Err(Error::Unavailable("the answer holds no vectors that can be read".to_owned()));
        };
        if vector.len() != dimensions {
            return Err(Error::Mismatched { expected: dimensions, got: vector.len() });
        }
        *slot = unit(vector);
    }
    if vectors.iter().any(Vec::is_empty) {
        return Err(Error::Unavailable(format!("{} vectors came back for {texts} texts", entries.len())));
    }
    Ok(vectors)
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        match failure.kind {
            Kind::Forbidden | Kind::Rejected => Self::Refused(failure.message),
            _ => Self::Unavailable(failure.message),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_are_put_in_the_order_of_the_texts() {
        let answer = json!({ "data": [{ "index": 1, "embedding": [0, 2] }, { "index": 0, "embedding": [3.0, 4.0] }] });
        assert_eq!(vectors(&answer, 2, 2).unwrap(), [vec![0.6, 0.8], vec![0.0, 1.0]]);
        let unnumbered = json!({ "data": [{ "embedding": [1.0, 0.0] }, { "embedding": [0.0, 1.0] }] });
        assert_eq!(vectors(&unnumbered, 2, 2).unwrap(), [vec![1.0, 0.0], vec![0.0, 1.0]]);
    }

    #[test]
    fn an_answer_of_another_shape_is_refused() {
        let check = |answer: Value| vectors(&answer, 2, 2).unwrap_err();
        let one = json!({ "embedding": [1.0, 0.0] });
        assert!(matches!(check(json!({ "data": [one] })), Error::Unavailable(text) if text.contains("1 vectors")));
        assert!(matches!(check(json!({ "data": [one, one, one] })), Error::Unavailable(_)));
        assert!(matches!(check(json!({ "data": [{ "embedding": "AACAPw==" }] })), Error::Mismatched { got: 0, .. }));
        assert!(matches!(
            check(json!({ "data": [{ "embedding": [1, 2, 3] }] })),
            Error::Mismatched { expected: 2, got: 3 }
        ));
        assert!(matches!(check(json!({ "data": [{ "embedding": [1, null] }] })), Error::Unavailable(_)));
        assert!(matches!(check(json!("nonsense")), Error::Unavailable(_)));
    }

    #[test]
    fn what_is_missing_in_the_settings_is_named() {
        let error = OpenAi::new(&Config { model: "m".to_owned(), ..Config::default() }).unwrap_err();
        assert!(error.to_string().contains("dimensions"));
    }
}
