//! The sum of every room's settings: load, check, explain. Rooms own their settings; nothing below knows this file.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::channel::limit::Rate;
use crate::channel::web::state as web;
use crate::config::layers::Layers;
use crate::knowledge::extract::limits::Limits;
use crate::knowledge::{ingest, retrieve};
use crate::model::wording::{Suggestions, Wording};
use crate::{bus, copilot, desk, dialogue, embed, index, llm, switchboard};

pub mod layers;
pub mod show;

/// All settings, with their explanations. Embedded, and the lowest layer.
pub const DEFAULTS: &str = include_str!("../../config.default.toml");

/// What the house is built from.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where everything that must last is kept.
    pub data: PathBuf,
    pub log: Log,
    pub server: Server,
    pub page: Page,
    pub web: web::Config,
    pub switchboard: switchboard::Config,
    pub desk: desk::config::Config,
    pub bus: bus::config::Config,
    pub llm: llm::config::Config,
    pub embed: embed::config::Config,
    pub index: index::config::Config,
    pub extract: Limits,
    pub ingest: ingest::Config,
    pub retrieve: retrieve::Config,
    pub dialogue: dialogue::config::Config,
    pub copilot: copilot::config::Config,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data: "data".into(),
            log: Log::default(),
            server: Server::default(),
            page: Page::default(),
            web: web::Config::default(),
            switchboard: switchboard::Config::default(),
            desk: desk::config::Config::default(),
            bus: bus::config::Config::default(),
            llm: llm::config::Config::default(),
            embed: embed::config::Config::default(),
            index: index::config::Config::default(),
            extract: Limits::default(),
            ingest: ingest::Config::default(),
            retrieve: retrieve::Config::default(),
            dialogue: dialogue::config::Config::default(),
            copilot: copilot::config::Config::default(),
        }
    }
}

/// What operators read.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// Which messages, in the notation of `tracing`, for example `info,frontdesk=debug`.
    pub filter: String,
    pub format: LogFormat,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

impl Default for Log {
    fn default() -> Self {
        Self { filter: "info".to_owned(), format: LogFormat::default() }
    }
}

/// The HTTP side.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Server {
    pub listen: SocketAddr,
    /// Websites that may call the API from a browser, as `https://shop.example`.
    pub origins: Vec<String>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Token of the documents API; without one the house makes one at its first start.
    #[serde(skip_serializing)]
    pub admin_token: Option<SecretString>,
    /// Tries with a wrong admin token that one caller has.
    pub admin_tries: Rate,
    /// Tries to sign in that one caller has, and that one address has.
    pub sign_in_tries: Rate,
    /// Seconds that requests under way have when the house closes.
    pub close_within_s: u64,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            origins: Vec::new(),
            trusted_proxies: Vec::new(),
            admin_token: None,
            admin_tries: Rate { burst: 10, per_minute: 10 },
            sign_in_tries: Rate { burst: 20, per_minute: 20 },
            close_within_s: 10,
        }
    }
}

/// The words of the first inbox, and what the front page shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Page {
    pub name: Wording,
    pub greeting: Wording,
    pub suggestions: Suggestions,
    /// `#rrggbb`; empty: the standing one.
    pub colour: String,
    /// Show the page of an invented shop at `/demo`.
    pub demo: bool,
}

/// Why the settings cannot be used; one line per problem, each with its source, its key and what is expected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct Error(pub Vec<String>);

/// Reads all layers and checks what they say together.
///
/// # Errors
/// Every problem that was found.
pub fn load(layers: &Layers) -> Result<Config, Error> {
    let config: Config = layers.figment()?.extract().map_err(|error| layers::explain(&error))?;
    let problems = check(&config);
    if problems.is_empty() { Ok(config) } else { Err(Error(problems)) }
}

/// What the types alone cannot say.
fn check(config: &Config) -> Vec<String> {
    let mut problems = Vec::new();
    let mut expect = |holds: bool, key: &str, expected: &str| {
        if !holds {
            problems.push(format!("{key}: expected {expected}"));
        }
    };
    let server = &config.server;
    for origin in &server.origins {
        let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
        let bare = host.is_some_and(|host| !host.is_empty() && !host.contains(['/', '*', ' ']));
        expect(bare, "server.origins", &format!("scheme and host, such as https://shop.example, found {origin:?}"));
    }
    let strong = server.admin_token.as_ref().is_none_or(|token| token.expose_secret().len() >= 20);
    expect(strong, "server.admin_token", "at least 20 characters, for example from `openssl rand -base64 32`");
    let colour = config.page.colour.strip_prefix('#').unwrap_or(&config.page.colour);
    let hex = colour.is_empty() || (colour.len() == 6 && colour.bytes().all(|byte| byte.is_ascii_hexdigit()));
    expect(hex, "page.colour", "#rrggbb, such as #12614f");
    let web = &config.web;
    expect((1..=8000).contains(&web.max_message_chars), "web.max_message_chars", "1 to 8000");
    expect(web.max_streams > 0, "web.max_streams", "more than 0");
    expect(web.max_streams_per_conversation > 0, "web.max_streams_per_conversation", "more than 0");
    expect((1..1 << 40).contains(&web.files_in_all_mib), "web.files_in_all_mib", "at least 1 MiB");
    expect((1..=300).contains(&web.keep_alive_s), "web.keep_alive_s", "1 to 300 seconds");
    for (key, rate) in [
        ("server.admin_tries", server.admin_tries),
        ("server.sign_in_tries", server.sign_in_tries),
        ("web.new_conversations", web.new_conversations),
        ("web.messages", web.messages),
        ("web.messages_per_caller", web.messages_per_caller),
        ("web.uploads", web.uploads),
        ("web.signs", web.signs),
    ] {
        expect(rate.burst > 0 && rate.per_minute > 0, key, "a burst and a rate of more than 0");
    }
    let dialogue = &config.dialogue;
    for (key, confidence) in [("answer_from", dialogue.answer_from), ("offer_from", dialogue.offer_from)] {
        let shares = confidence.is_none_or(|confidence| (0.0..=1.0).contains(&confidence));
        expect(shares, &format!("dialogue.{key}"), "a confidence from 0 to 1");
    }
    expect((0.0..=2.0).contains(&dialogue.temperature), "dialogue.temperature", "0 to 2");
    expect(dialogue.passages > 0, "dialogue.passages", "more than 0");
    expect(dialogue.prompt_passages > 0, "dialogue.prompt_passages", "more than 0");
    expect(dialogue.prompt_tokens > 0, "dialogue.prompt_tokens", "more than 0");
    expect(dialogue.max_tokens > 0, "dialogue.max_tokens", "more than 0");
    let ingest = &config.ingest;
    expect((1..1 << 20).contains(&ingest.max_file_mib), "ingest.max_file_mib", "1 to 1048575 MiB");
    expect(ingest.max_waiting > 0, "ingest.max_waiting", "more than 0, or no file is ever taken");
    expect((1..=86_400).contains(&ingest.lease_seconds), "ingest.lease_seconds", "1 to 86400 seconds");
    expect(config.extract.file_bytes > 0, "extract.file_bytes", "more than 0");
    let cut = &config.extract.chunk;
    expect(cut.tokens >= 32, "extract.chunk.tokens", "at least 32");
    expect(cut.overlap <= cut.tokens / 2, "extract.chunk.overlap", "at most half of extract.chunk.tokens");
    let writer = config.index.embedded.writer_memory_mib;
    expect((15..1 << 20).contains(&writer), "index.embedded.writer_memory_mib", "at least 15 MiB");
    let copilot = &config.copilot;
    expect(copilot.help_ms >= 100 && copilot.summary_ms >= 100, "copilot", "times of at least 100 milliseconds");
    expect((1..=64).contains(&copilot.at_once), "copilot.at_once", "1 to 64");
    let switchboard = &config.switchboard;
    expect((1..=1000).contains(&switchboard.turns_at_once), "switchboard.turns_at_once", "1 to 1000");
    expect(switchboard.deadline_ms >= 100, "switchboard.deadline_ms", "at least 100 milliseconds");
    expect(switchboard.lease_ms > switchboard.deadline_ms, "switchboard.lease_ms", "more than switchboard.deadline_ms");
    let above = u64::from(switchboard.deadline_ms) > config.dialogue.deadline_ms;
    expect(above, "switchboard.deadline_ms", "more than dialogue.deadline_ms, so that a late model ends as a quote");
    let desk = &config.desk;
    expect((1..=720).contains(&desk.session_idle_hours), "desk.session_idle_hours", "1 to 720 hours");
    expect((1..=3600).contains(&desk.handle_minutes), "desk.handle_minutes", "1 to 3600 minutes");
    expect((10..=86_400).contains(&desk.vanish_after_s), "desk.vanish_after_s", "10 to 86400 seconds");
    let within = desk.answer_within_s == 0 || (30..=86_400).contains(&desk.answer_within_s);
    expect(within, "desk.answer_within_s", "30 to 86400 seconds, or 0 for never");
    expect((1..=365).contains(&desk.session_days), "desk.session_days", "1 to 365 days");
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_file_is_what_the_code_does_without_one() {
        let read = load(&Layers::default()).expect("the embedded file can be read");
        assert_eq!(format!("{read:#?}"), format!("{:#?}", Config::default()));
    }

    #[test]
    fn every_setting_stands_in_the_documented_file_with_a_comment() {
        let written: toml::Table = toml::from_str(DEFAULTS).unwrap();
        let known = toml::Table::try_from(Config::default()).unwrap();
        assert_eq!(leaves("", &written), leaves("", &known));
        let mut commented = false;
        for line in DEFAULTS.lines() {
            let setting = line.contains('=') && !line.starts_with('#') && !line.starts_with(' ');
            assert!(!setting || commented, "no comment above: {line}");
            commented = line.starts_with('#') || (commented && !line.is_empty());
        }
    }

    fn leaves(prefix: &str, table: &toml::Table) -> std::collections::BTreeSet<String> {
        table
            .iter()
            .flat_map(|(key, value)| match value {
                toml::Value::Table(inner) => leaves(&format!("{prefix}{key}."), inner),
                _ => [format!("{prefix}{key}")].into(),
            })
            .collect()
    }

    #[test]
    fn every_kind_can_be_chosen_over_the_shipped_settings() {
        for (key, kinds) in [
            ("bus.kind", &["local"][..]),
            ("embed.kind", &["auto", "local", "openai", "hashed", "none"]),
            ("index.kind", &["embedded", "qdrant"]),
            ("llm.kind", &["auto", "none", "openai", "cassette"]),
        ] {
            for kind in kinds {
                let flags = vec![(key.to_owned(), (*kind).to_owned())];
                let read = load(&Layers { flags, ..Layers::default() });
                assert!(read.is_ok(), "{key} = {kind}: {read:?}");
            }
        }
    }

    #[test]
    fn settings_that_contradict_each_other_are_refused_together() {
        let mut config = Config::default();
        config.switchboard.lease_ms = 1;
        config.server.origins = vec!["https://*.example".to_owned()];
        config.server.admin_token = Some("secret".to_owned().into());
        let problems = check(&config);
        assert_eq!(problems.len(), 3, "{problems:?}");
    }

    #[test]
    fn a_value_outside_its_range_is_refused_by_its_name() {
        for (key, value) in [
            ("dialogue.answer_from", "7"),
            ("dialogue.offer_from", "-0.1"),
            ("dialogue.temperature", "3"),
            ("dialogue.passages", "0"),
            ("ingest.max_waiting", "0"),
            ("ingest.max_file_mib", "0"),
            ("extract.chunk.tokens", "8"),
            ("extract.chunk.overlap", "200"),
            ("index.embedded.writer_memory_mib", "1"),
        ] {
            let flags = vec![(key.to_owned(), value.to_owned())];
            let told = load(&Layers { flags, ..Layers::default() }).unwrap_err().to_string();
            assert!(told.starts_with(&format!("{key}: expected")), "{key} = {value}: {told}");
        }
    }
}
