//! A report of a large run, from made-up records: what it counts, that it stays small, and that nothing in it is mark-up of others.

use frontdesk::eval::case::Case;
use frontdesk::eval::record::{End, FORMAT, Knowledge, Outcome, Record, Run, Said};
use frontdesk::eval::report::{Report, html, markdown, report};
use frontdesk::eval::score::score;
use frontdesk::eval::suite::{Gate, Prices};
use frontdesk::eval::tally::{SHOWN, Tally};
use frontdesk::model::decision::{Action, Decision, Evidence, Mode, Thresholds, Usage};
use frontdesk::model::id::TurnId;
use frontdesk::model::time::Timestamp;
use frontdesk::text::language::Language;
use uuid::Uuid;

fn run(gate: Gate) -> Run {
    Run {
        format: FORMAT,
        started_at: Timestamp(0),
        suites: Vec::new(),
        program: "0".to_owned(),
        knowledge: Knowledge { source: "made up".to_owned(), version: 1, documents: 1, sha256: String::new() },
        calibration: "none".to_owned(),
        policy: "built in".to_owned(),
        prompts: Vec::new(),
        model: None,
        embedder: None,
        repeat: 1,
        gate,
        prices: Prices::default(),
    }
}

/// An attempt at a case that wants `30 days`, sure to this degree.
fn record(id: &str, confidence: f32, action: Action, text: &str) -> Record {
    let case: Case = serde_json::from_value(serde_json::json!({
        "id": id, "language": "en", "turns": [format!("How long is <b>{id}</b>?")],
        "expect": { "decision": "answer", "facts": ["30 days"] }, "tags": ["plain", if confidence > 0.5 { "sure" } else { "unsure" }],
    }))
    .unwrap();
    let decision = Decision {
        turn: TurnId(Uuid::nil()),
        action,
        mode: Mode::Quote,
        language: Language::En,
        rule: None,
        because: "quoted".to_owned(),
        query: String::new(),
        evidence: Evidence { confidence, terms: 3, ..Evidence::default() },
        thresholds: Thresholds { answer: 0.5, offer: 0.1 },
        calibration: String::new(),
        promise: None,
        knowledge: 1,
        considered: Vec::new(),
        prompt: None,
        model: None,
        asked: None,
        wrote: None,
        cut: Vec::new(),
        faults: Vec::new(),
        usage: Usage::default(),
    };
    let reply =
        Said { text: text.to_owned(), mode: Mode::Quote, citations: Vec::new(), offers_human: false, reason: None };
    let (found, earlier) = (Vec::new(), Vec::new());
    let outcome =
        Outcome { decision, reply, found, earlier, summary: None, latency_ms: 10.0, cost: Some(0.0), judged: None };
    let verdict = score(&case, &outcome);
    Record { case, attempt: 1, end: End::Answered(Box::new(outcome)), verdict }
}

fn concluded(records: impl IntoIterator<Item = Record>, gate: Gate) -> Report {
    let mut tally = Tally::new();
    records.into_iter().for_each(|record| tally.add(&record));
    report(run(gate), &tally)
}

#[test]
fn ten_thousand_cases_make_a_small_report_with_the_worst_first() {
    let records = (0..10_000_u16).map(|at| {
        let confidence = f32::from(at) / 10_000.0;
        let text = if at % 4 == 3 { "You have <script>alert(1)</script> 45 days." } else { "You have 30 days." };
        let action = if at % 10 == 0 { Action::Offer } else { Action::Answer };
        record(&format!("case-{at:05}"), confidence, action, text)
    });
    let found = concluded(records, Gate { max_wrong: Some(20.0), ..Gate::default() });
    assert_eq!((found.accuracy.hits, found.wrong.hits, found.wrong.of), (6_500, 2_500, 9_000));
    assert!(!found.passed && found.gate[0].name == "max_wrong");
    assert_eq!((found.worst.len(), found.failed), (SHOWN, 3_500));
    // The surest of the wrong answers is the worst.
    assert_eq!(found.worst[0].id, "case-09999");
    assert!(found.confidence.curve.len() <= 201 && found.confidence.curve.last().unwrap().coverage == 1.0);
    let half = found.confidence.auroc.unwrap();
    assert!((half - 0.5).abs() < 0.02, "the confidence was made up: {half}");
    for language in [Language::En, Language::Zh] {
        let page = html::html(&found, language);
        assert!(page.len() < 400_000, "{} bytes", page.len());
        assert!(!page.contains("<script") && !page.contains("<b>case") && page.contains("&lt;script&gt;"));
        assert!(page.contains("case-09999") && !page.contains("NaN"));
        let text = markdown::markdown(&found, language);
        assert!(text.contains("case-09999") && !text.contains("<b>"), "{text}");
    }
}

#[test]
fn a_case_counts_as_its_worst_attempt_and_what_broke_counts_nowhere() {
    let second = |mut record: Record| {
        record.attempt = 2;
        record
    };
    let broke = |id: &str| Record {
        end: End::Broke("the model is unavailable".to_owned()),
        verdict: Default::default(),
        ..record(id, 0.5, Action::Answer, "You have 30 days.")
    };
    let good = |id: &str| record(id, 0.9, Action::Answer, "You have 30 days.");
    let bad = |id: &str| record(id, 0.9, Action::Answer, "You have 45 days.");
    let found = concluded(
        [good("a"), second(bad("a")), good("b"), second(good("b")), good("c"), second(broke("c")), broke("d")],
        Gate::default(),
    );
    assert_eq!((found.cases, found.attempts, found.broke), (4, 7, 2));
    assert_eq!((found.accuracy.hits, found.accuracy.of), (2, 3));
    assert_eq!(found.flaky.iter().map(|flaky| flaky.id.as_str()).collect::<Vec<_>>(), ["a"]);
    assert_eq!(found.broken.iter().map(|broken| broken.id.as_str()).collect::<Vec<_>>(), ["c", "d"]);
    assert!(found.passed, "without a gate and without zero tolerance nothing closes it");
}
