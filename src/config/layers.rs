//! Where settings come from, the later the stronger: the embedded file, the operator's file, the environment, flags.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use figment::providers::{Format, Toml};
use figment::value::{Dict, Map, Value};
use figment::{Error as FigmentError, Figment, Metadata, Profile, Provider};

use crate::config::{DEFAULTS, Error};
use crate::text::language::Language;

/// The file that is read when none is named.
pub const FILE: &str = "frontdesk.toml";
const PREFIX: &str = "FRONTDESK_";

/// The sources, gathered before anything is read from them.
#[derive(Clone, Debug, Default)]
pub struct Layers {
    /// A file whose settings everything else overrides: those of a sample.
    pub below: Option<PathBuf>,
    /// The operator's file.
    pub file: Option<PathBuf>,
    /// Names and values of environment variables; others than ours are ignored.
    pub environment: Vec<(String, String)>,
    /// `server.listen` and the like, with values in TOML notation or as plain words.
    pub flags: Vec<(String, String)>,
}

impl Layers {
    /// The sources of this process: the named file, or `frontdesk.toml` of the working directory where there is one.
    #[must_use]
    pub fn of_process(file: Option<PathBuf>, flags: Vec<(String, String)>) -> Self {
        let found = file.or_else(|| Some(PathBuf::from(FILE)).filter(|path| path.is_file()));
        Self { below: None, file: found, environment: environment().collect(), flags }
    }

    /// All layers, merged but not yet understood.
    ///
    /// # Errors
    /// A file that was named cannot be read.
    pub fn figment(&self) -> Result<Figment, Error> {
        let mut figment = Figment::from(Toml::string(DEFAULTS));
        for path in self.below.iter().chain(&self.file) {
            let text = read(path, "the configuration file")?;
            figment = figment.merge(Named { source: path.display().to_string(), inner: Toml::string(&text) });
        }
        for (name, value) in &self.environment {
            if let Some(setting) = Setting::of_variable(name, value)? {
                figment = figment.merge(setting);
            }
        }
        for (key, value) in &self.flags {
            figment = figment.merge(Setting::new(&format!("flag for {key}"), key.split('.').collect(), value));
        }
        Ok(figment)
    }
}

/// The language of the person at this terminal: `FRONTDESK_LANG`, else what the locale says.
#[must_use]
pub fn language_of_process() -> Language {
    let value =
        |name: &str| environment().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value);
    let locale = ["FRONTDESK_LANG", "LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(value);
    if locale.is_some_and(|locale| locale.to_ascii_lowercase().starts_with("zh")) { Language::Zh } else { Language::En }
}

/// The environment, without what is no text: a stray byte in a variable of somebody else's must not keep us from starting.
fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}

/// Whether a terminal may be written to in colours: `NO_COLOR` with any value says no.
#[must_use]
pub fn colour_is_welcome() -> bool {
    !environment().any(|(name, value)| name == "NO_COLOR" && !value.is_empty())
}

/// What the program was called with, its own name first.
#[must_use]
pub fn arguments_of_process() -> Vec<OsString> {
    std::env::args_os().collect()
}

/// The path of this program, for the processes that it starts of itself.
///
/// # Errors
/// The system does not tell.
pub fn program() -> std::io::Result<PathBuf> {
    std::env::current_exe()
}

/// Whether a key holds something that must not be shown.
#[must_use]
pub fn is_secret(key: &str) -> bool {
    ["api_key", "token", "secret", "password"].iter().any(|word| key == *word || key.ends_with(&format!("_{word}")))
}

/// Figment's complaints in our words: where, which key, what is expected.
#[must_use]
pub fn explain(error: &FigmentError) -> Error {
    let lines = error.clone().into_iter().map(|one| {
        let source = one.metadata.as_ref().map_or_else(|| "settings".to_owned(), |metadata| metadata.name.to_string());
        let key = if one.path.is_empty() { String::new() } else { format!("{}: ", one.path.join(".")) };
        format!("{source}: {key}{}", one.kind)
    });
    Error(lines.collect())
}

fn read(path: &Path, what: &str) -> Result<String, Error> {
    std::fs::read_to_string(path)
        .map_err(|error| Error(vec![format!("{what} {} cannot be read: {error}", path.display())]))
}

/// A provider under the name that people know it by.
struct Named<P> {
    source: String,
    inner: P,
}

impl<P: Provider> Provider for Named<P> {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.source.clone())
    }

    fn data(&self) -> Result<Map<Profile, Dict>, FigmentError> {
        self.inner.data()
    }
}

/// One value from the environment or the command line.
struct Setting {
    source: String,
    path: Vec<String>,
    value: Value,
}

impl Setting {
    fn new(source: &str, path: Vec<&str>, text: &str) -> Self {
        let secret = path.last().is_some_and(|key| is_secret(key));
        // A key made of digits is still a text.
        let value = if secret { Value::from(text) } else { text.parse().unwrap_or_else(|_| Value::from(text)) };
        Self { source: source.to_owned(), path: path.into_iter().map(str::to_owned).collect(), value }
    }

    /// `FRONTDESK_LLM__API_KEY=…` is `llm.api_key`; for secrets `FRONTDESK_LLM__API_KEY_FILE=/run/secrets/key` names a
    /// file that holds the value.
    fn of_variable(name: &str, value: &str) -> Result<Option<Self>, Error> {
        let Some(rest) = name.strip_prefix(PREFIX) else { return Ok(None) };
        let key = rest.to_ascii_lowercase();
        // Not settings: the file's own place, and what only tests read.
        if key == "config" || key == "lang" || key.starts_with("test_") {
            return Ok(None);
        }
        let source = format!("environment variable {name}");
        if let Some(held) = key.strip_suffix("_file").filter(|held| held.rsplit("__").next().is_some_and(is_secret)) {
            let text = read(Path::new(value), &format!("the file that {name} names,"))?;
            return Ok(Some(Self::new(&source, held.split("__").collect(), text.trim())));
        }
        Ok(Some(Self::new(&source, key.split("__").collect(), value)))
    }
}

impl Provider for Setting {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.source.clone())
    }

    fn data(&self) -> Result<Map<Profile, Dict>, FigmentError> {
        let (first, rest) = self.path.split_first().expect("splitting a text gives at least one part");
        let value =
            rest.iter().rev().fold(self.value.clone(), |inner, key| Value::from(Dict::from([(key.clone(), inner)])));
        Ok(Map::from([(Profile::Default, Dict::from([(first.clone(), value)]))]))
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;
    use crate::config::load;

    fn layers(file: Option<&Path>, environment: &[(&str, &str)], flags: &[(&str, &str)]) -> Layers {
        let owned = |pairs: &[(&str, &str)]| pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        Layers { below: None, file: file.map(Path::to_owned), environment: owned(environment), flags: owned(flags) }
    }

    #[test]
    fn flags_win_over_the_environment_over_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(FILE);
        std::fs::write(
            &file,
            "data = 'file'\n[log]\nfilter = 'file'\n[page.name]\nen = 'file'\n[web]\nkeep_alive_s = 20\n",
        )
        .unwrap();
        let environment = [("FRONTDESK_PAGE__NAME__EN", "env"), ("FRONTDESK_LOG__FILTER", "env"), ("PATH", "/bin")];
        let config = load(&layers(Some(&file), &environment, &[("log.filter", "flag")])).unwrap();
        assert_eq!(config.data, Path::new("file"));
        assert_eq!(config.page.name.en, "env");
        assert_eq!(config.log.filter, "flag");
        assert_eq!(config.web.keep_alive_s, 20);
    }

    #[test]
    fn secrets_may_stand_in_files_and_digits_stay_text() {
        let folder = tempfile::tempdir().unwrap();
        let secret = folder.path().join("secret");
        std::fs::write(&secret, "01234567890123456789\n").unwrap();
        let environment = [("FRONTDESK_SERVER__ADMIN_TOKEN_FILE", secret.to_str().unwrap())];
        let config = load(&layers(None, &environment, &[])).unwrap();
        assert_eq!(config.server.admin_token.unwrap().expose_secret(), "01234567890123456789");
        let missing = load(&layers(None, &[("FRONTDESK_SERVER__ADMIN_TOKEN_FILE", "/no/such")], &[])).unwrap_err();
        assert!(missing.to_string().contains("FRONTDESK_SERVER__ADMIN_TOKEN_FILE"), "{missing}");
    }

    #[test]
    fn a_mistake_is_named_with_its_place_its_key_and_what_is_expected() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("mine.toml");
        std::fs::write(&file, "[web]\nkeep_alive_s = 'soon'\n").unwrap();
        let told = load(&layers(Some(&file), &[], &[])).unwrap_err().to_string();
        for part in ["mine.toml", "web.keep_alive_s", "soon", "u64"] {
            assert!(told.contains(part), "{told}");
        }
        let told = load(&layers(None, &[("FRONTDESK_SERVER__LISTENS", "x")], &[])).unwrap_err().to_string();
        for part in ["FRONTDESK_SERVER__LISTENS", "listens", "listen"] {
            assert!(told.contains(part), "{told}");
        }
        let told = load(&layers(None, &[], &[("web.max_streams", "0")])).unwrap_err().to_string();
        assert_eq!(told, "web.max_streams: expected more than 0");
    }
}
