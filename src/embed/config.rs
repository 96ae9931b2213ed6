//! Which embedding model is used: the only file that names the adapters.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Embedder;
use super::fastembed::{self, Fastembed, LoadError};
use super::hashed::Hashed;
use super::manifest::NotSetUp;
use super::openai::{self, OpenAi};

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    pub kind: Kind,
    pub local: fastembed::Config,
    pub openai: openai::Config,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The local model where `make models` has set one up, otherwise none.
    #[default]
    Auto,
    Local,
    /// Any provider with an OpenAI-compatible `/embeddings`.
    Openai,
    /// The deterministic twin, for tests and demonstrations.
    Hashed,
    None,
}

/// What the settings came to: an embedder, or the reason for which there is none.
#[derive(Clone, Debug)]
pub enum Choice {
    Embedder(Arc<dyn Embedder>),
    /// Search works with words alone.
    None(Reason),
}

impl Choice {
    #[must_use]
    pub fn embedder(&self) -> Option<Arc<dyn Embedder>> {
        match self {
            Self::Embedder(embedder) => Some(Arc::clone(embedder)),
            Self::None(_) => None,
        }
    }

    #[must_use]
    pub fn reason(&self) -> Option<&Reason> {
        match self {
            Self::Embedder(_) => None,
            Self::None(reason) => Some(reason),
        }
    }
}

/// Why there is no embedding model, for `doctor`, the log and the console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    pub en: String,
    pub zh: String,
}

impl Config {
    /// Builds the embedder. Blocking (a local model is loaded). An error means that a model was asked for by name and cannot
    /// be had; with `kind = "auto"` there is none.
    pub fn build(&self) -> anyhow::Result<Choice> {
        match self.kind {
            Kind::Auto => Ok(self.local_or_none()),
            Kind::Local => {
                let local = Fastembed::load(&self.local).map_err(|error| anyhow::anyhow!("{}", reason(&error).en))?;
                Ok(Choice::Embedder(Arc::new(local)))
            }
            Kind::Openai => Ok(Choice::Embedder(Arc::new(OpenAi::new(&self.openai)?))),
            Kind::Hashed => Ok(Choice::Embedder(Arc::new(Hashed::default()))),
            Kind::None => Ok(Choice::None(Reason {
                en: "embeddings are switched off ([embed] kind = \"none\"); search uses words alone".to_owned(),
                zh: "向量检索已关闭（[embed] kind = \"none\"），仅使用关键词检索".to_owned(),
            })),
        }
    }

    fn local_or_none(&self) -> Choice {
        match Fastembed::load(&self.local) {
            Ok(local) => Choice::Embedder(Arc::new(local)),
            Err(error) => Choice::None(reason(&error)),
        }
    }
}

fn reason(error: &LoadError) -> Reason {
    match error {
        LoadError::NotSetUp(NotSetUp::Missing(folder)) => Reason {
            en: format!(
                "no embedding model in {}; search uses words alone. `make models` sets one up",
                folder.display()
            ),
            zh: format!("{} 中没有向量模型，仅使用关键词检索。运行 `make models` 可安装", folder.display()),
        },
        other => Reason {
            en: format!("the local embedding model cannot be used: {other}. `make models` repairs it"),
            zh: format!("本地向量模型无法使用：{other}。运行 `make models` 可修复"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(kind: Kind, folder: &std::path::Path) -> Config {
        Config {
            kind,
            local: fastembed::Config { folder: folder.to_owned(), ..fastembed::Config::default() },
            ..Config::default()
        }
    }

    #[test]
    fn without_a_model_auto_says_why_and_local_fails() {
        let empty = tempfile::tempdir().unwrap();
        let choice = config(Kind::Auto, empty.path()).build().unwrap();
        assert!(choice.embedder().is_none());
        let reason = choice.reason().unwrap();
        assert!(reason.en.contains("make models") && reason.zh.contains("make models"));
        let error = config(Kind::Local, empty.path()).build().unwrap_err();
        assert!(error.to_string().contains("make models"));
    }

    #[test]
    fn a_damaged_model_is_no_panic() {
        let folder = tempfile::tempdir().unwrap();
        let manifest = "name = 'x'\ndimensions = 4\nlanguages = ['en']\npooling = 'mean'\nmax_tokens = 8\nquestion_prefix = ''\n\
                        passage_prefix = ''\nlicence = ''\nfiles = [{ name = 'libonnxruntime.so', bytes = 4, sha256 = '' }]";
        std::fs::write(folder.path().join("model.toml"), manifest).unwrap();
        std::fs::write(folder.path().join("libonnxruntime.so"), "junk").unwrap();
        let choice = config(Kind::Auto, folder.path()).build().unwrap();
        assert!(choice.reason().unwrap().en.contains("cannot be used"));
    }

    #[test]
    fn settings_read_as_written() {
        let config: Config = toml::from_str("kind = 'none'\n[local]\nthreads = 2").unwrap();
        assert_eq!((config.kind, config.local.threads, config.local.waiting), (Kind::None, 2, 64));
        assert!(toml::from_str::<Config>("kind = 'magic'").is_err());
    }
}
