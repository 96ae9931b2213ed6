//! `frontdesk eval retrieval`: the ranked list alone, on passages that are already cut.

use std::path::PathBuf;

use anyhow::Context;

use crate::cli::eval::bar;
use crate::cli::exit::Exit;
use crate::cli::terminal::Terminal;
use crate::cli::{Globals, log};
use crate::eval::retrieval::{self, Figures, Files, Progress};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// JSON lines {id, title?, text}.
    #[arg(long, value_name = "FILE")]
    corpus: PathBuf,
    /// JSON lines {id, text, source?}.
    #[arg(long, value_name = "FILE")]
    queries: PathBuf,
    /// JSON lines {query_id, doc_id, score?}.
    #[arg(long, value_name = "FILE")]
    qrels: PathBuf,
    /// Search with words alone, also where there is an embedder.
    #[arg(long)]
    lexical: bool,
    /// Fail (exit code 6) when recall@5 over all questions, in percent, is below this.
    #[arg(long, value_name = "PERCENT")]
    min_recall_5: Option<f64>,
}

pub(super) async fn run(arguments: &Arguments, globals: &Globals, terminal: &Terminal) -> anyhow::Result<Exit> {
    let config = globals.settings()?;
    log::start(&config.log, globals.verbose, true)?;
    // The embedder may be a provider behind TLS.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let embedder = if arguments.lexical {
        None
    } else {
        let choice = tokio::task::spawn_blocking(move || config.embed.build()).await??;
        if let Some(reason) = choice.reason() {
            terminal.say(format!("Note: {}.", reason.en), format!("提示：{}。", reason.zh));
        }
        choice.embedder()
    };
    let files = Files { corpus: &arguments.corpus, queries: &arguments.queries, qrels: &arguments.qrels };
    let bar = bar::new(terminal)?;
    let report = retrieval::run(files, embedder, &|progress| {
        let (name, done, of) = match progress {
            Progress::Embedded { done, of } => (terminal.choose("embedded", "向量"), done, of),
            Progress::Indexed { done, of } => (terminal.choose("indexed", "索引"), done, of),
            Progress::Asked { done, of } => (terminal.choose("asked", "提问"), done, of),
        };
        bar.set_message(name.to_owned());
        bar.set_length(of as u64);
        bar.set_position(done as u64);
    })
    .await
    .context("retrieval cannot be measured")?;
    bar.finish_and_clear();
    if terminal.json {
        terminal.print_json(&report)?;
    } else {
        let model = report.model.as_deref().unwrap_or("–");
        terminal.say(
            format!("{} passages, {} vectors, model {model}", report.passages, report.vectors),
            format!("{} 个段落，{} 个向量，模型 {model}", report.passages, report.vectors),
        );
        terminal.print(format!(
            "{:<24} {:>7} {:>7} {:>7} {:>7} {:>7} {:>8} {:>7}",
            "source", "n", "R@1", "R@5", "R@10", "MRR@10", "nDCG@10", "MAP@10"
        ))?;
        for (source, figures) in &report.sources {
            terminal.print(row(source, figures))?;
        }
        terminal.print(row("all", &report.overall))?;
    }
    let gate = arguments.min_recall_5.is_none_or(|least| report.overall.recall_5 * 100.0 >= least);
    Ok(if gate { Exit::Done } else { Exit::BelowGate })
}

fn row(source: &str, figures: &Figures) -> String {
    let percent = |value: f64| value * 100.0;
    format!(
        "{source:<24} {:>7} {:>7.1} {:>7.1} {:>7.1} {:>7.1} {:>8.1} {:>7.1}",
        figures.questions,
        percent(figures.recall_1),
        percent(figures.recall_5),
        percent(figures.recall_10),
        percent(figures.mrr_10),
        percent(figures.ndcg_10),
        percent(figures.map_10),
    )
}
