//! What is printed, and where: data on stdout, talk on stderr, each message in English and Chinese.

use std::borrow::Cow;
use std::io::{self, IsTerminal, Write};

use serde::Serialize;

use crate::cli::{Globals, failure};
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
        let text = self.choose(en.as_ref(), zh.as_ref());
        let _ = writeln!(io::stderr(), "{}", harmless(text, self.is_watched()));
    }

    /// Says why the program ends.
    pub fn fail(&self, error: &anyhow::Error) {
        let zh = failure::chinese(error).unwrap_or_else(|| format!("{error:#}"));
        self.say(format!("error: {error:#}"), format!("错误：{zh}"));
    }

    /// Prints a line of data, on stdout.
    ///
    /// # Errors
    /// Nobody reads it.
    pub fn print(&self, text: impl AsRef<str>) -> anyhow::Result<()> {
        let mut out = io::stdout();
        Ok(writeln!(out, "{}", harmless(text.as_ref(), out.is_terminal()))?)
    }

    /// Prints data without a line end, at once.
    ///
    /// # Errors
    /// Nobody reads it.
    pub fn write(&self, text: &str) -> anyhow::Result<()> {
        let mut out = io::stdout();
        out.write_all(harmless(text, out.is_terminal()).as_bytes())?;
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

/// What a terminal shows as it is. Documents, their names and customers' words may hold orders to a terminal (colours, a cleared
/// screen, letters in another order than they stand in); programs that read our output get every character.
fn harmless(text: &str, for_terminal: bool) -> Cow<'_, str> {
    let orders = |c: char| {
        let turns = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        turns || (c.is_control() && c != '\n' && c != '\t')
    };
    if for_terminal && text.contains(orders) { text.replace(orders, "\u{fffd}").into() } else { text.into() }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_document_says_gives_no_orders_to_a_terminal() {
        let text = "Zebra \u{1b}[31mred\u{1b}[0m\u{7} \u{202e}fdp.exe\r\n\t退货 ✓";
        assert_eq!(harmless(text, true), "Zebra \u{fffd}[31mred\u{fffd}[0m\u{fffd} \u{fffd}fdp.exe\u{fffd}\n\t退货 ✓");
        assert_eq!(harmless(text, false), text, "a program reads what is there");
    }
}
