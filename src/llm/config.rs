//! Which language model is used: the only file that names the adapters.

use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Llm;
use super::cassette::Cassette;
use super::openai::{self, OpenAi};

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    pub kind: Kind,
    pub openai: openai::Config,
    pub cassette: CassetteConfig,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A provider where `[llm.openai]` names a model, otherwise none.
    #[default]
    Auto,
    /// Answers are quotes.
    None,
    /// Any provider that speaks the OpenAI form.
    Openai,
    /// Recorded answers, for tests and evaluations.
    Cassette,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CassetteConfig {
    pub folder: PathBuf,
    /// Ask the provider for what is not recorded, and record it. Otherwise that is an error.
    pub record: bool,
}

impl Default for CassetteConfig {
    fn default() -> Self {
        Self { folder: PathBuf::from("cassettes"), record: false }
    }
}

impl Config {
    /// Builds the model, if there is to be one. Needs the process's TLS provider to be installed.
    pub fn build(&self) -> anyhow::Result<Option<Arc<dyn Llm>>> {
        Ok(match self.kind {
            Kind::Auto if self.openai.model.is_empty() => None,
            Kind::None => None,
            Kind::Auto | Kind::Openai => Some(Arc::new(OpenAi::new(&self.openai)?)),
            Kind::Cassette if self.cassette.record => {
                let source = Arc::new(OpenAi::new(&self.openai)?);
                Some(Arc::new(Cassette::record(self.cassette.folder.clone(), source)?))
            }
            Kind::Cassette => Some(Arc::new(Cassette::replay(self.cassette.folder.clone()))),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn build(text: &str) -> anyhow::Result<Option<String>> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let config: Config = toml::from_str(text)?;
        Ok(config.build()?.map(|llm| llm.name().to_owned()))
    }

    #[test]
    fn a_model_is_used_where_one_is_named() {
        assert_eq!(build("").unwrap(), None);
        assert_eq!(build("[openai]\nmodel = 'small'").unwrap().as_deref(), Some("small"));
        assert_eq!(build("kind = 'none'\n[openai]\nmodel = 'small'").unwrap(), None);
        assert_eq!(build("kind = 'cassette'").unwrap().as_deref(), Some("cassette"));
        assert!(build("kind = 'openai'").unwrap_err().to_string().contains("needs `model`"));
        assert!(build("kind = 'gpt'").is_err());
    }

    #[test]
    fn providers_are_read_with_their_fallbacks_and_no_key_is_written_back() {
        let text = "[openai]\nmodel = 'large'\nbase_url = 'http://localhost:8000/v1'\napi_key = 'sk-one'\n\
                    extra = { enable_thinking = false }\n\
                    [[openai.fallbacks]]\nmodel = 'small'\n\
                    [[openai.fallbacks]]\nmodel = 'other'\nbase_url = 'http://localhost:9000/v1'\napi_key = 'sk-two'";
        let config: Config = toml::from_str(text).unwrap();
        assert_eq!(config.openai.fallbacks.len(), 2);
        let written = toml::to_string(&config).unwrap();
        assert!(!written.contains("sk-") && written.contains("enable_thinking"), "{written}");
        assert!(!format!("{config:?}").contains("sk-"));
        assert!(build(text).is_ok());
        assert!(build("[openai]\nmodel = 'a'\n[[openai.fallbacks]]\nbase_url = 'http://x/v1'").is_err());
        assert!(build("[openai]\nmodel = 'a'\nbase_url = 'localhost'").is_err());
    }
}
