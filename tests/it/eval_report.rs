//! A report of a large run, from made-up records: what it counts, that it stays small, and that nothing in it is mark-up of others.

use frontdesk::eval::case::Case;
use frontdesk::eval::record::{Asked, End, FORMAT, Knowledge, Outcome, Record, Run, Said};
use frontdesk::eval::report::gate::Verdict;
use frontdesk::eval::report::{Report, html, markdown, report};
use frontdesk::eval::score::score;
use frontdesk::eval::suite::{Gate, Prices};
use frontdesk::eval::tally::{SHOWN, Tally};
use frontdesk::model::decision::{Action, Decision, Evidence, Mode, Thresholds};
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
        settings: String::new(),
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
        action,
        mode: Mode::Quote,
        because: "quoted".to_owned(),
        evidence: Evidence { confidence, terms: 3, ..Evidence::default() },
        thresholds: Thresholds { answer: 0.5, offer: 0.1 },
        knowledge: 1,
        ..Decision::blank(TurnId(Uuid::nil()), Language::En)
    };
    let reply =
        Said { text: text.to_owned(), mode: Mode::Quote, citations: Vec::new(), offers_human: false, reason: None };
    let (found, earlier) = (Vec::new(), Vec::new());
    let outcome =
        Outcome { decision, reply, found, earlier, summary: None, latency_ms: 10.0, cost: Some(0.0), judged: None };
    let verdict = score(&case, &outcome);
    Record { suite: 0, case, attempt: 1, end: End::Answered(Box::new(outcome)), verdict }
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
    assert!(found.confidence.curve.len() <= 201 && found.confidence.curve.last().unwrap().coverage == 0.9);
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
    let found = concluded(
        [good("a"), second(bad("a")), good("b"), second(good("b")), good("c"), second(broke("c")), broke("d")],
        Gate::default(),
    );
    assert_eq!((found.cases, found.attempts, found.broke), (4, 7, 2));
    assert_eq!((found.accuracy.hits, found.accuracy.of), (2, 3));
    assert_eq!(found.flaky.iter().map(|flaky| flaky.id.as_str()).collect::<Vec<_>>(), ["a"]);
    assert_eq!(found.broken.iter().map(|broken| broken.id.as_str()).collect::<Vec<_>>(), ["c", "d"]);
    assert_eq!(found.verdict, Verdict::Incomplete, "without a gate and without zero tolerance nothing closes it");
}

fn broke(id: &str) -> Record {
    let answered = record(id, 0.5, Action::Answer, "You have 30 days.");
    Record { end: End::Broke("the model is unavailable".to_owned()), verdict: Default::default(), ..answered }
}

fn good(id: &str) -> Record {
    record(id, 0.9, Action::Answer, "You have 30 days.")
}

fn bad(id: &str) -> Record {
    record(id, 0.9, Action::Answer, "You have 45 days.")
}

#[test]
fn what_broke_decides_nothing_unless_no_outcome_of_it_could() {
    let gate = Gate { min_accuracy: Some(75.0), min_coverage: Some(50.0), max_p95_ms: Some(50.0), ..Gate::default() };
    let verdict = |records: Vec<Record>| concluded(records, gate).verdict;
    assert_eq!(
        verdict(vec![broke("a"), broke("b")]),
        Verdict::Incomplete,
        "nothing is known, and nothing is below the gate"
    );
    assert_eq!(verdict(vec![good("a"), bad("b"), broke("c"), broke("d")]), Verdict::Incomplete, "3 of 4 could be good");
    assert_eq!(verdict(vec![good("a"), bad("b"), bad("c"), broke("d")]), Verdict::NotPassed, "2 of 4 at best");
    let slow = |id: &str| {
        let mut record = good(id);
        if let End::Answered(outcome) = &mut record.end {
            outcome.latency_ms = 90.0;
        }
        record
    };
    assert_eq!(verdict(vec![slow("a"), slow("b"), broke("c")]), Verdict::NotPassed);
    let zero = |mut record: Record| {
        record.case.zero_tolerance = true;
        record
    };
    assert_eq!(concluded([zero(bad("a")), broke("b")], Gate::default()).verdict, Verdict::NotPassed);
    let open = concluded([good("a"), broke("b")], Gate::default());
    assert!(open.verdict == Verdict::Incomplete && !open.passed);
    for language in [Language::En, Language::Zh] {
        let (page, text) = (html::html(&open, language), markdown::markdown(&open, language));
        assert!(page.contains("verdict incomplete") && !page.contains("verdict open"), "{page}");
        assert!(!text.contains("Gate passed") && !text.contains("门槛 通过"), "{text}");
    }
}

/// A run over suites, each with its chosen cases, all of them and its gate.
fn over(suites: &[(&str, usize, usize, Gate)], records: Vec<(usize, Record)>) -> Report {
    let mut whole = run(Gate::default());
    whole.suites = suites
        .iter()
        .map(|(name, chosen, of, gate)| Asked {
            name: (*name).to_owned(),
            version: String::new(),
            sha256: String::new(),
            chosen: *chosen,
            of: *of,
            gate: *gate,
        })
        .collect();
    let mut tally = Tally::new();
    records.into_iter().for_each(|(suite, record)| tally.add(&Record { suite, ..record }));
    report(whole, &tally)
}

#[test]
fn each_suite_is_held_to_its_own_gate_and_only_as_a_whole() {
    let strict = Gate { min_accuracy: Some(100.0), ..Gate::default() };
    let mild = Gate { min_accuracy: Some(50.0), ..Gate::default() };
    let records = || vec![(0, good("a")), (0, good("b")), (1, good("c")), (1, bad("d"))];
    let found = over(&[("one", 2, 2, strict), ("two", 2, 2, mild)], records());
    assert_eq!(found.verdict, Verdict::Passed, "{:?}", found.gate);
    let found = over(&[("one", 2, 2, mild), ("two", 2, 2, strict)], records());
    assert_eq!(found.verdict, Verdict::NotPassed);
    let fails = found.gate.iter().find(|condition| !condition.holds).unwrap();
    assert_eq!((fails.suite.as_deref(), fails.got), (Some("two"), Some(50.0)));
    let found = over(&[("one", 2, 2, mild), ("two", 2, 3, strict)], records());
    assert_eq!((found.verdict, found.skipped.len()), (Verdict::Passed, 1));
    assert!(
        markdown::markdown(&found, Language::En)
            .contains("two: gate not applied, since not all cases were chosen (2/3)")
    );
    // A case that is missing is one that nobody knows.
    let found = over(&[("one", 3, 3, mild)], vec![(0, good("a")), (0, good("b"))]);
    assert_eq!((found.verdict, found.missing), (Verdict::Incomplete, 1));
}

#[test]
fn a_known_failure_closes_nothing_and_another_does() {
    let gate = Gate { max_new_failures: Some(0), ..Gate::default() };
    let known = |mut record: Record| {
        record.case.known_failure = true;
        record
    };
    let found = over(&[("one", 3, 3, gate)], vec![(0, known(bad("a"))), (0, known(good("b"))), (0, good("c"))]);
    assert_eq!((found.verdict, found.recovered.as_slice()), (Verdict::Passed, ["b".to_owned()].as_slice()));
    let found = over(&[("one", 2, 2, gate)], vec![(0, known(bad("a"))), (0, bad("c"))]);
    assert_eq!(found.verdict, Verdict::NotPassed);
    assert_eq!(found.gate.iter().find(|condition| !condition.holds).unwrap().cases, ["c"]);
}

#[test]
fn figures_have_intervals_and_say_what_they_are_of() {
    let records = (0..40_u8).map(|at| {
        let confidence = f32::from(at) / 40.0;
        let action = if at < 10 { Action::Offer } else { Action::Answer };
        let text = if at % 5 == 0 { "You have 45 days." } else { "You have 30 days." };
        record(&format!("case-{at}"), confidence, action, text)
    });
    let found = concluded(records, Gate::default());
    assert_eq!(found.confidence.cases, 30, "what was held back is not known to be right");
    assert_eq!(found.confidence.curve.last().unwrap().coverage, 0.75, "of all cases");
    for name in ["F1", "AUROC", "AURC", "ECE", "Brier"] {
        let interval = found.intervals[name];
        assert!(interval.low <= interval.high, "{name}");
    }
    let auroc = found.confidence.auroc.unwrap();
    assert!(found.intervals["AUROC"].low < auroc && auroc < found.intervals["AUROC"].high);
    let mean = found.means["fact_recall"];
    assert!(mean.interval.unwrap().low < mean.mean && mean.mean < mean.interval.unwrap().high);
}

#[test]
fn what_the_bot_is_taken_to_have_said_is_not_put_into_the_customers_mouth() {
    let mut scripted = bad("a");
    let turns = serde_json::json!(["Hello", { "bot": "Which order?" }, "The first"]);
    scripted.case.turns = serde_json::from_value(turns).unwrap();
    let page = html::html(&concluded([scripted], Gate::default()), Language::En);
    assert!(
        page.contains("<dt>bot</dt><dd>Which order?</dd>") && page.contains("<dt>customer</dt><dd>Hello</dd>"),
        "{page}"
    );
}
