//! What is printed, and where: data on stdout, talk on stderr, each message in English and Chinese.

use std::io::{self, IsTerminal, Write};

use serde::Serialize;

use crate::cli::Globals;
use crate::config::layers::{self, Layers};
use crate::config::{self, Config};
use crate::text::language::Language;

/// The two ends of the terminal.
#[derive(Clone, Copy, Debug)]
pub struct Terminal {
    pub language: Language,
    pub json: bool,
}

impl Terminal {
    #[must_use]
    pub fn new(globals: &Globals) -> Self {
        let language = match globals.lang.as_deref() {
            Some("zh") => Language::Zh,
            Some(_) => Language::En,
            None => layers::language_of_process(),
        };
        Self { language, json: globals.json }
    }

    /// One of two texts.
    #[must_use]
    pub fn choose<'a>(&self, en: &'a str, zh: &'a str) -> &'a str {
        if self.language == Language::Zh { zh } else { en }
    }

    /// Says something to the person, on stderr.
    pub fn say(&self, en: impl AsRef<str>, zh: impl AsRef<str>) {
        // Nobody to hear it is no failure.
        let _ = writeln!(io::stderr(), "{}", self.choose(en.as_ref(), zh.as_ref()));
    }

    /// Says why the program ends.
    pub fn fail(&self, error: &anyhow::Error) {
        self.say(format!("error: {error:#}"), format!("错误：{error:#}"));
    }

    /// Prints a line of data, on stdout.
    ///
    /// # Errors
    /// Nobody reads it.
    pub fn print(&self, text: impl AsRef<str>) -> anyhow::Result<()> {
        Ok(writeln!(io::stdout(), "{}", text.as_ref())?)
    }

    /// Prints data without a line end, at once.
    ///
    /// # Errors
    /// Nobody reads it.
    pub fn write(&self, text: &str) -> anyhow::Result<()> {
        let mut out = io::stdout();
        out.write_all(text.as_bytes())?;
        Ok(out.flush()?)
    }

    /// Prints data as one line of JSON.
    ///
    /// # Errors
    /// Nobody reads it.
    pub fn print_json(&self, data: &impl Serialize) -> anyhow::Result<()> {
        self.print(serde_json::to_string(data)?)
    }

    /// Whether a person looks at stderr.
    #[must_use]
    pub fn is_watched(&self) -> bool {
        io::stderr().is_terminal()
    }
}

impl Globals {
    /// The sources of the settings, with our flags on top.
    #[must_use]
    pub fn layers(&self) -> Layers {
        let mut flags = self.set.clone();
        flags.extend(self.data.iter().map(|data| ("data".to_owned(), data.display().to_string())));
        Layers::of_process(self.config.clone(), flags)
    }

    /// The settings.
    ///
    /// # Errors
    /// Those of [`config::load`].
    pub fn settings(&self) -> Result<Config, config::Error> {
        config::load(&self.layers())
    }
}
