//! What operators read: on stderr, as text or as JSON lines.

use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;

use crate::config::{self, Log, LogFormat, layers};

/// Starts logging. `quiet` is for commands whose person wants data, not a diary: only warnings, unless asked for more.
///
/// # Errors
/// The filter cannot be read.
pub fn start(log: &Log, verbose: u8, quiet: bool) -> anyhow::Result<()> {
    let wanted = match verbose {
        0 if quiet && log.filter == "info" => "warn",
        0 => log.filter.as_str(),
        1 => "info,frontdesk=debug",
        _ => "debug,frontdesk=trace",
    };
    let filter = EnvFilter::try_new(wanted)
        .map_err(|error| config::Error(vec![format!("log.filter: {wanted:?} is not a filter: {error}")]))?;
    // It writes the bodies of answers that it cannot read, and those may hold what customers wrote.
    let filter = filter.add_directive("async_openai=off".parse()?);
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    match log.format {
        LogFormat::Text => builder
            .with_ansi(io::stderr().is_terminal() && layers::colour_is_welcome())
            .with_target(false)
            .compact()
            .try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    }
    .map_err(|error| anyhow::anyhow!("logging cannot start: {error}"))
}
