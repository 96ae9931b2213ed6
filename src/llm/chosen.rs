//! The model that was chosen in the house, in a file of the data folder that only its owner may read. It wins over the settings.

use std::path::{Path, PathBuf};
use std::{fs, io};

use anyhow::Context as _;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::config::{Config, Kind};

/// What can be chosen; everything else stays as the settings say.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Chosen {
    /// `none` or `openai`.
    pub kind: Kind,
    pub base_url: String,
    pub model: String,
    /// Nothing: that of the settings where the address is theirs, otherwise none.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "written")]
    pub api_key: Option<SecretString>,
}

/// The file is the one place where the key is written down.
fn written<S: serde::Serializer>(key: &Option<SecretString>, serializer: S) -> Result<S::Ok, S::Error> {
    key.as_ref().map(|key| key.expose_secret()).serialize(serializer)
}

/// Where the choice lies.
#[must_use]
pub fn path(data: &Path) -> PathBuf {
    data.join("model.json")
}

/// The choice, if one was made.
///
/// # Errors
/// The file cannot be read.
pub fn load(data: &Path) -> anyhow::Result<Option<Chosen>> {
    let path = path(data);
    match fs::read_to_string(&path) {
        Ok(text) => {
            let fix = || format!("{}: correct it, or remove it to go back to the settings", path.display());
            serde_json::from_str(&text).map(Some).with_context(fix)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

impl Chosen {
    /// What the settings come to with this choice.
    #[must_use]
    pub fn over(&self, settings: &Config) -> Config {
        let mut config = Config { kind: self.kind, ..settings.clone() };
        let provider = &mut config.openai;
        let moved = provider.base_url != self.base_url;
        if moved || provider.model != self.model {
            // They were written for another model, and a key never goes to another address than the one it was written for.
            provider.fallbacks.clear();
        }
        if moved {
            provider.extra.clear();
        }
        if moved || self.api_key.is_some() {
            provider.api_key_file = None;
            provider.api_key.clone_from(&self.api_key);
        }
        provider.base_url.clone_from(&self.base_url);
        provider.model.clone_from(&self.model);
        config
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key_of(config: &Config) -> Option<&str> {
        config.openai.api_key.as_ref().map(ExposeSecret::expose_secret)
    }

    #[test]
    fn a_key_stays_with_the_address_that_it_was_written_for() {
        let settings: Config = toml::from_str(
            "[openai]\nmodel = 'large'\nbase_url = 'https://one.example/v1'\napi_key = 'sk-one'\n\
             extra = { enable_thinking = false }\n[[openai.fallbacks]]\nmodel = 'small'",
        )
        .unwrap();
        let chosen = |base_url: &str, api_key: Option<&str>| Chosen {
            kind: Kind::Openai,
            base_url: base_url.to_owned(),
            model: "other".to_owned(),
            api_key: api_key.map(SecretString::from),
        };
        let same = chosen("https://one.example/v1", None).over(&settings);
        assert_eq!((key_of(&same), same.openai.extra.len(), same.openai.fallbacks.len()), (Some("sk-one"), 1, 0));
        let moved = chosen("https://two.example/v1", None).over(&settings);
        assert_eq!((key_of(&moved), moved.openai.extra.len()), (None, 0));
        assert_eq!(key_of(&chosen("https://two.example/v1", Some("sk-two")).over(&settings)), Some("sk-two"));
    }

    #[test]
    fn a_choice_is_read_as_it_was_written_and_never_printed() {
        let data = tempfile::tempdir().unwrap();
        assert!(load(data.path()).unwrap().is_none());
        let chosen = Chosen { api_key: Some("sk-secret".into()), kind: Kind::Openai, ..Chosen::default() };
        assert!(!format!("{chosen:?}").contains("sk-secret"));
        fs::write(path(data.path()), serde_json::to_string(&chosen).unwrap()).unwrap();
        let read = load(data.path()).unwrap().unwrap();
        assert_eq!(read.api_key.unwrap().expose_secret(), "sk-secret");
        fs::write(path(data.path()), "{").unwrap();
        assert!(load(data.path()).unwrap_err().to_string().contains("model.json"));
    }
}
