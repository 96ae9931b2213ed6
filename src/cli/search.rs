//! `frontdesk search`: the hit test. What would be found, with the score of each leg and the words that matched.

use serde_json::json;

use crate::app::{House, Roles, Seams};
use crate::cli::exit::Exit;
use crate::cli::terminal::Terminal;
use crate::cli::{Globals, log, talk};
use crate::model::id::WorkspaceId;

/// Characters of a passage that are printed.
const EXCERPT: usize = 160;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// What a customer might ask.
    #[arg(required = true)]
    query: Vec<String>,
    /// How many passages.
    #[arg(short = 'n', long, default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..=100))]
    limit: u8,
}

pub(super) async fn run(arguments: &Arguments, globals: &Globals, terminal: &Terminal) -> anyhow::Result<Exit> {
    let config = globals.settings()?;
    log::start(&config.log, globals.verbose, true)?;
    let house = House::open(config, Roles::NONE, Seams::default()).await?;
    talk::note_when_empty(&house, terminal).await?;
    let query = arguments.query.join(" ");
    let (retrieved, explained) = house.retriever.explain(WorkspaceId::DEFAULT, &query, arguments.limit.into()).await?;
    if terminal.json {
        terminal.print_json(&json!({
            "query": query, "version": retrieved.version, "terms": retrieved.idf,
            "dense_asked": retrieved.dense_asked, "dense_fault": retrieved.dense_fault, "passages": explained,
        }))?;
        return Ok(Exit::Done);
    }
    let terms: Vec<String> = retrieved.idf.iter().map(|(term, idf)| format!("{term} {idf:.1}")).collect();
    let (en, zh) = match (&retrieved.dense_fault, retrieved.dense_asked) {
        (Some(fault), _) => (format!("words alone: {fault}"), format!("仅按关键词：{fault}")),
        (None, true) => ("words and meaning".to_owned(), "按关键词和语义".to_owned()),
        (None, false) => match house.lexical_only() {
            Some(reason) => (format!("words alone: {}", reason.en), format!("仅按关键词：{}", reason.zh)),
            None => {
                let en = "words alone: no embedder reads this language".to_owned();
                (en, "仅按关键词：没有支持该语言的向量模型".to_owned())
            }
        },
    };
    terminal.say(
        format!("version {} · {en}\nterms: {}", retrieved.version, terms.join(", ")),
        format!("版本 {} · {zh}\n检索词：{}", retrieved.version, terms.join("，")),
    );
    if explained.is_empty() {
        terminal.say("Nothing was found.", "没有找到内容。");
    }
    for hit in &explained {
        let passage = &hit.scored.passage;
        let scores = &hit.scored.scores;
        let score = |value: Option<f32>| value.map_or_else(|| "–".to_owned(), |value| format!("{value:.3}"));
        let place = [std::slice::from_ref(&passage.title), &passage.heading].concat().join(" › ");
        terminal.print(format!(
            "\n{}. {place}  ({})\n   bm25 {}  cosine {}  fused {:.4}  {} {}\n   {}",
            hit.rank,
            passage.source,
            score(scores.bm25),
            score(scores.cosine),
            scores.fused,
            terminal.choose("matched:", "命中："),
            hit.matched.join(", "),
            excerpt(&passage.text),
        ))?;
    }
    Ok(Exit::Done)
}

fn excerpt(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(EXCERPT) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
