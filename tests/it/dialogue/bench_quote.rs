//! Answers without a model: how often the chosen sentence, and what is shown around it, holds the answer.

use std::collections::HashSet;

use frontdesk::dialogue::asked;
use frontdesk::dialogue::quote::{self, Weights};
use frontdesk::knowledge::retrieve::{Ask, Retrieved};
use frontdesk::model::passage::Scored;
use frontdesk::text::language::Language;
use frontdesk::text::normalise::fold;

use super::bench::{Scratch, ask, folder, lines, text};

struct Case {
    answers: Vec<String>,
    ask: Ask,
    retrieved: Retrieved,
}

async fn cases(set: &str, source: &str, every: usize) -> Option<Vec<Case>> {
    let folder = folder(set)?;
    let scratch = Scratch::fill(&lines(&folder.join("corpus.jsonl")), &HashSet::new()).await;
    let mut cases = Vec::new();
    let queries = lines(&folder.join("queries.jsonl"));
    for query in queries.iter().filter(|query| text(query, "source") == source).step_by(every) {
        let answers: Vec<String> =
            query["answers"].as_array().unwrap().iter().map(|answer| fold(answer.as_str().unwrap())).collect();
        let ask = ask(&text(query, "text"));
        let retrieved = scratch.retrieve(&ask).await;
        cases.push(Case { answers, ask, retrieved });
    }
    Some(cases)
}

/// Shares (0–1): the best sentence holds the answer, what is shown holds it, and the characters that are shown.
fn measure(cases: &[Case], by: &Weights) -> (f32, f32, f32) {
    let (mut best, mut shown, mut length) = (0, 0, 0);
    for case in cases {
        let asked = asked::of(&case.ask, &case.retrieved.idf);
        let passages: Vec<&Scored> = case.retrieved.passages.iter().collect();
        let quotes = quote::choose_with(&asked, &passages, by);
        let Some(first) = quotes.first() else { continue };
        let passage = &case.retrieved.passages[first.passage].passage;
        let holds = |part: &str| case.answers.iter().any(|answer| fold(part).contains(answer.as_str()));
        best += usize::from(holds(&passage.text[first.best.clone()]));
        shown += usize::from(holds(&passage.text[first.place.clone()]));
        length += passage.text[first.place.clone()].chars().count();
    }
    let share = |count: usize| count as f32 / cases.len() as f32;
    (share(best), share(shown), share(length))
}

#[tokio::test]
async fn the_chosen_sentence_holds_the_answer() {
    for (set, source, every, floor) in [("retrieval_en", "squad", 2, 0.72), ("retrieval_zh", "cmrc", 3, 0.75)] {
        let Some(cases) = cases(set, source, every).await else { return };
        let (best, shown, length) =
            measure(&cases, &quote::weights(if set == "retrieval_en" { Language::En } else { Language::Zh }));
        println!(
            "quote {set}/{source}: {} questions, best sentence {:.1} %, what is shown {:.1} % ({length:.0} characters)",
            cases.len(),
            best * 100.0,
            shown * 100.0
        );
        assert!(best >= floor, "{set}: {best}");
    }
}
