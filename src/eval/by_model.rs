//! Drafts cases with a model's help: it reads a passage and asks as a customer would. A fact that it claims and the passage does not
//! say is dropped, so that a draft cannot promise more than the documents.

use futures::StreamExt as _;
use serde::Serialize;

use crate::eval::case::{Case, Cite, Expect, Fact};
use crate::eval::draft;
use crate::llm::{Llm, Message, Piece, Prompt, Role};
use crate::model::passage::Passage;
use crate::prompts::Prompts;
use crate::text::normalise::fold;

const MAX_TOKENS: u32 = 300;

/// Drafts at most `per_document` cases for each document, spread over its passages.
///
/// # Errors
/// The model failed.
pub async fn draft(passages: &[Passage], per_document: usize, llm: &dyn Llm) -> anyhow::Result<Vec<Case>> {
    let mut cases: Vec<Case> = Vec::new();
    for document in passages.chunk_by(|one, next| one.source == next.source) {
        let step = document.len().div_ceil(per_document.max(1)).max(1);
        for passage in document.iter().step_by(step) {
            let written = ask(passage, llm).await?;
            for case in read(&written, passage).into_iter().take(1) {
                if !cases.iter().any(|known| known.id == case.id) {
                    cases.push(case);
                }
            }
        }
    }
    Ok(cases)
}

async fn ask(passage: &Passage, llm: &dyn Llm) -> anyhow::Result<String> {
    #[derive(Serialize)]
    struct Values<'a> {
        title: &'a str,
        heading: String,
        text: &'a str,
    }
    let prompts = Prompts::built_in();
    let values = Values { title: &passage.title, heading: passage.heading.join(" > "), text: &passage.text };
    let content = prompts.render("draft", passage.language, &values);
    let prompt = Prompt {
        version: "draft".to_owned(),
        messages: vec![Message { role: Role::User, content }],
        max_tokens: MAX_TOKENS,
        temperature: 0.0,
        deadline: None,
    };
    let mut pieces = llm.stream(&prompt).await?;
    let mut written = String::new();
    while let Some(piece) = pieces.next().await {
        match piece? {
            Piece::Begun { .. } => {}
            Piece::Text(text) => written.push_str(&text),
            Piece::Done { .. } => break,
        }
    }
    Ok(written)
}

/// Lines `question ||| words of the passage`; anything else is left out.
fn read(written: &str, passage: &Passage) -> Vec<Case> {
    let plain = fold(&passage.text);
    let line = |line: &str| {
        let (question, fact) = line.split_once("|||")?;
        let question = question.trim().trim_start_matches(['-', '*', ' ']).to_owned();
        let fact = fact.trim().trim_matches(['"', '“', '”']).to_owned();
        (!question.is_empty() && !fact.is_empty() && plain.contains(&fold(&fact))).then_some((question, fact))
    };
    written
        .lines()
        .filter_map(line)
        .map(|(question, fact)| {
            let cites = vec![Cite::Document(passage.source.clone())];
            let expect = Expect { facts: vec![Fact::Text(fact)], cites, ..draft::answer() };
            draft::case("by_model", passage, question, expect)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::llm::scripted::{Script, Scripted};
    use crate::model::id::{ChunkName, DocumentId};
    use crate::text::language::Language;
    use uuid::Uuid;

    fn passage(source: &str) -> Passage {
        let text = "You can return shoes within 30 days.".to_owned();
        Passage {
            chunk: ChunkName::of(&[source]),
            document: DocumentId(Uuid::nil()),
            title: "Returns".to_owned(),
            source: source.to_owned(),
            heading: Vec::new(),
            question: None,
            start: 0,
            end: text.len(),
            text,
            language: Language::En,
        }
    }

    #[tokio::test]
    async fn a_model_asks_and_only_what_the_passage_says_is_kept() {
        let invented = "How long can I return? ||| 60 days";
        let said = "Sure!\n- how long do i have to send shoes back ||| within 30 days\nWhat else? ||| call us";
        let llm = Scripted::new([Script::answer(invented), Script::answer(said)]);
        let cases = draft(&[passage("a.md"), passage("b.md")], 3, &llm).await.unwrap();
        assert_eq!(cases.len(), 1, "{cases:?}");
        assert_eq!(cases[0].question(), "how long do i have to send shoes back");
        assert!(cases[0].unreviewed && cases[0].complaints().is_empty());
        assert!(llm.asked()[0].messages[0].content.contains("return shoes within 30 days"));
    }
}
