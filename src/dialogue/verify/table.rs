//! The adversarial table: hundreds of sentences beside passages, and how many are told apart.

use serde::Deserialize;

use crate::dialogue::verify::ground::prepare;
use crate::dialogue::verify::statement::read;
use crate::dialogue::verify::{Verdict, verify};
use crate::model::id::{ChunkName, DocumentId};
use crate::model::passage::Passage;
use crate::text::language::detect;

#[derive(Debug, Deserialize)]
struct Table {
    case: Vec<Case>,
}

#[derive(Debug, Deserialize)]
struct Case {
    passage: String,
    #[serde(default)]
    question: String,
    pass: Vec<String>,
    fail: Vec<String>,
}

fn passage(text: &str) -> Passage {
    Passage {
        chunk: ChunkName::of(&[text]),
        document: DocumentId(uuid::Uuid::nil()),
        title: String::new(),
        source: "test.md".to_owned(),
        heading: Vec::new(),
        question: None,
        text: text.to_owned(),
        start: 100,
        end: 100 + text.len(),
        language: detect(text),
    }
}

/// Shares (0–1) of true sentences that pass and of altered ones that are caught, and all sentences.
fn measure(name: &str, cases: &str) -> (f32, f32, usize) {
    let table: Table = toml::from_str(cases).expect("the table is TOML");
    let (mut passed, mut wrongly_cut, mut caught, mut leaked) = (0, Vec::new(), 0, Vec::new());
    for case in &table.case {
        let passage = passage(&case.passage);
        let grounds = [prepare(&passage)];
        let question = read(&case.question);
        for sentence in &case.pass {
            match verify(sentence, &grounds, &question) {
                Verdict::Passes(_) => passed += 1,
                other => wrongly_cut.push(format!("{sentence} → {other:?}")),
            }
        }
        for sentence in &case.fail {
            match verify(sentence, &grounds, &question) {
                Verdict::Passes(supported) => leaked.push(format!("{sentence} ← {:?}", &passage.text[supported.place])),
                _ => caught += 1,
            }
        }
    }
    let (good, bad) = (passed + wrongly_cut.len(), caught + leaked.len());
    let (pass, catch) = (passed as f32 / good as f32, caught as f32 / bad as f32);
    println!("verify {name}: {good} true, {:.1} % pass; {bad} altered, {:.1} % caught", pass * 100.0, catch * 100.0);
    println!("wrongly cut:\n{}\nleaked:\n{}", wrongly_cut.join("\n"), leaked.join("\n"));
    (pass, catch, good + bad)
}

#[test]
fn true_paraphrases_pass_and_altered_ones_fail() {
    let (pass, catch, all) = measure("tuned", include_str!("cases.toml"));
    assert!(all > 150 && pass >= 0.95 && catch >= 0.98);
}

#[test]
fn sentences_never_seen_before_are_told_apart() {
    let (pass, catch, all) = measure("held out", include_str!("held_out.toml"));
    assert!(all >= 60 && pass >= 0.8 && catch >= 0.85);
}

#[test]
fn a_citation_is_the_exact_span() {
    let passage = passage("Returns are free. Refunds take 5 days. Call us any time.");
    let grounds = [prepare(&passage)];
    let Verdict::Passes(supported) = verify("Refunds take 5 days [7].", &grounds, &read("")) else {
        panic!("supported, though it cites what is not there");
    };
    let citation = crate::dialogue::verify::citation(&supported, &grounds, 1);
    assert_eq!(citation.quote, "Refunds take 5 days.");
    assert_eq!((citation.start, citation.end), (118, 138));
}
