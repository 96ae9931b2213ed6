//! Refusing: how well the evidence tells questions that the documents answer from those that they do not.

use std::collections::{BTreeMap, HashSet};

use frontdesk::dialogue::{calibration, gate};
use frontdesk::model::decision::Mode;
use frontdesk::text::language::Language;

use super::bench::{Scratch, ask, folder, lines, text};

#[tokio::test]
async fn unanswerable_questions_are_told_apart() {
    for (set, corpus, language, floor) in [
        ("unanswerable_en", "retrieval_en", Language::En, 0.92),
        ("unanswerable_zh", "retrieval_zh", Language::Zh, 0.975),
    ] {
        let (Some(set), Some(corpus)) = (folder(set), folder(corpus)) else { return };
        let removed: HashSet<String> =
            lines(&set.join("absent_removed_passages.jsonl")).iter().map(|line| text(line, "id")).collect();
        let source = if language == Language::En { "squad" } else { "cmrc" };
        let all: Vec<_> =
            lines(&corpus.join("corpus.jsonl")).into_iter().filter(|line| text(line, "source") == source).collect();
        let scratch = Scratch::fill(&all, &removed).await;
        let shipped = calibration::built_in();
        let mut scored: BTreeMap<String, Vec<(f32, bool)>> = BTreeMap::new();
        for line in lines(&set.join("absent.jsonl")) {
            let ask = ask(&text(&line, "question"));
            let evidence = gate::evidence(&ask, &scratch.retrieve(&ask).await);
            let confidence = calibration::confidence(&shipped, &evidence, language, Mode::Quote);
            let answerable = line["answerable"].as_bool().unwrap();
            let kinds = if answerable { vec!["all", "absent-topic", "absent-passage"] } else { vec!["all"] };
            for kind in kinds {
                scored.entry(kind.to_owned()).or_default().push((confidence, answerable));
            }
            if !answerable {
                scored.entry(text(&line, "kind")).or_default().push((confidence, false));
            }
        }
        for (kind, scored) in scored.iter().filter(|(_, scored)| scored.iter().any(|one| !one.1)) {
            println!("gate {language:?} {kind}: AUROC {:.3} over {}", calibration::auroc(scored), scored.len());
        }
        assert!(calibration::auroc(&scored["all"]) >= floor);
    }
}
