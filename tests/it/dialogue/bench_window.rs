//! What a search is asked from a conversation: the right document and the right passage, over public dialogues.

use std::collections::HashSet;

use frontdesk::dialogue::window::{self, Said, Weights, Window};
use frontdesk::text::language::Language;
use serde_json::Value;

use super::bench::{Scratch, folder, lines, text};

fn window(turn: &Value) -> Window {
    let history: Vec<Said> = turn["history"]
        .as_array()
        .unwrap()
        .iter()
        .map(|said| Said {
            by_customer: said["role"].as_str().or(said["speaker"].as_str()) == Some("user"),
            text: text(said, "text"),
        })
        .collect();
    let question = text(turn, "user");
    Window {
        leaning: window::leaning(&question, &history),
        question,
        history,
        language: Language::En,
        offered: false,
        unanswered: 0,
    }
}

#[tokio::test]
async fn the_conversation_finds_the_right_document() {
    let Some(folder) = folder("dialogue_en") else { return };
    let corpus = lines(&folder.join("doc2dial_passages.jsonl"));
    let scratch = Scratch::fill(&corpus, &HashSet::new()).await;
    let turns: Vec<Value> = lines(&folder.join("doc2dial_conversations.jsonl"))
        .iter()
        .flat_map(|conversation| conversation["turns"].as_array().unwrap().clone())
        .filter(|turn| !turn["gold_passages"].as_array().unwrap().is_empty())
        .step_by(2)
        .collect();
    let documents: std::collections::HashMap<String, String> =
        corpus.iter().map(|line| (text(line, "text"), text(line, "doc"))).collect();
    let ids: std::collections::HashMap<String, String> =
        corpus.iter().map(|line| (text(line, "text"), text(line, "id"))).collect();
    let modes: Vec<(String, Option<Weights>)> = vec![
        ("last turn alone".to_owned(), Some(Weights { customer: 0.0, bot: 0.0, fade: 0.0 })),
        ("shipped".to_owned(), None),
    ];
    for (name, weights) in modes {
        let (mut document, mut first, mut fifth, mut leaning) = (0, 0, 0, [0; 4]);
        for turn in &turns {
            let window = window(turn);
            leaning[window.leaning as usize] += 1;
            let asked =
                weights.map_or_else(|| window::ask(&window, 5), |weights| window::ask_with(&window, 5, weights));
            let found = scratch.retrieve(&asked).await;
            let gold = text(turn, "gold_doc");
            let passages: HashSet<&str> =
                turn["gold_passages"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
            let place = found.passages.iter().position(|scored| passages.contains(ids[&scored.passage.text].as_str()));
            document +=
                usize::from(found.passages.first().is_some_and(|scored| documents[&scored.passage.text] == gold));
            first += usize::from(place == Some(0));
            fifth += usize::from(place.is_some());
        }
        if weights.is_none() {
            assert!(
                document * 100 >= turns.len() * 74 && fifth * 100 >= turns.len() * 74,
                "the conversation is of little help"
            );
        }
        let share = |count: usize| 100.0 * count as f32 / turns.len() as f32;
        println!(
            "window {name}: {} turns {leaning:?}, right document first {:.1} %, passage R@1 {:.1} %, R@5 {:.1} %",
            turns.len(),
            share(document),
            share(first),
            share(fifth)
        );
    }
}
