//! The progress bar that every measuring command shows.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::terminal::Terminal;

/// A bar without a length yet; hidden where nobody looks.
pub(super) fn new(terminal: &Terminal) -> anyhow::Result<ProgressBar> {
    let watched = terminal.is_watched() && !terminal.json;
    let target = if watched { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let style = ProgressStyle::with_template("{msg:>10} {bar:32} {pos}/{len} {per_sec}")?;
    Ok(ProgressBar::with_draw_target(Some(0), target).with_style(style.progress_chars("━╸─")))
}
