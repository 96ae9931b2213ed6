//! `frontdesk eval run` at its edges: what a run may not do is look like a pass when it is none.

use serde_json::Value;

use crate::eval::{Bench, CARDS, SUITE, eval, json, truthful, with};
use crate::fake_model::{FakeModel, say, whole};
use crate::program::run;

const DRAFT: &str = r#"{"id": "draft", "language": "en", "turns": ["Do you sell cars?"], "expect": {"decision": "offer"}, "unreviewed": true}"#;

#[test]
fn a_draft_in_a_suite_leaves_its_gate_on() {
    let bench = Bench::new();
    bench.put("suite.jsonl", &format!("{SUITE}{DRAFT}\n"));
    bench.put("documents/cards.md", &CARDS.replace("36 months", "12 months"));
    let (code, out, talk) = bench.eval(&["run", "suite.jsonl", "--offline"]);
    assert!(code == 6 && out.contains("✗ small: as expected"), "{out}{talk}");
    let (code, out, talk) = bench.eval(&["run", "suite.jsonl", "--offline", "--filter", "cards"]);
    assert!(code == 0 && out.contains("small: gate not applied, since not all cases were chosen (1/3)"), "{out}{talk}");
}

#[test]
fn a_log_that_ends_early_is_no_pass() {
    let bench = Bench::new();
    assert_eq!(bench.eval(&["run", "suite.jsonl", "--offline", "--log", "run.jsonl"]).0, 0);
    let whole = bench.read("run.jsonl");
    let lines: Vec<&str> = whole.lines().collect();
    bench.put("cut.jsonl", &format!("{}\n{}\n{}", lines[0], lines[1], &lines[2][..40]));
    let files = ["--html", "cut.html", "--markdown", "cut.md", "--junit", "cut.xml"];
    let (code, out, talk) = bench.eval(&[&["rescore", "cut.jsonl"], &files[..]].concat());
    assert_eq!(code, 8, "{out}{talk}");
    assert!(out.contains("attempts that were not made: 2") && out.contains("Gate: undecided"), "{out}");
    assert!(bench.read("cut.html").contains("verdict incomplete") && !bench.read("cut.md").contains("Gate passed"));
    assert!(bench.read("cut.xml").contains("2 attempts were not made"));
    // A cut line in the middle is damage, and an attempt that stands twice is no second case.
    bench.put("hurt.jsonl", &format!("{}\n{}\n{}\n{}\n", lines[0], &lines[1][..40], lines[2], lines[3]));
    assert_eq!(bench.eval(&["rescore", "hurt.jsonl"]).0, 8);
    bench.put("twice.jsonl", &format!("{}\n{}\n{}\n{}\n", lines[0], lines[1], lines[1], lines[2]));
    let (code, _, talk) = bench.eval(&["rescore", "twice.jsonl"]);
    assert!(code == 8 && talk.contains("the case cards stands twice"), "{talk}");
}

#[test]
fn parts_become_a_whole_that_the_gate_is_about() {
    let bench = Bench::new();
    bench.put("documents/cards.md", &CARDS.replace("36 months", "12 months"));
    let mut logs = Vec::new();
    for part in 1..=5 {
        let (shard, log) = (format!("{part}/5"), format!("part-{part}.jsonl"));
        let (code, out, talk) = bench.eval(&["run", "suite.jsonl", "--offline", "--shard", &shard, "--log", &log]);
        assert_eq!(code, 0, "a part is not held to the gate of the whole: {out}{talk}");
        logs.push(log);
    }
    let all: Vec<&str> = logs.iter().map(String::as_str).collect();
    let (code, out, talk) = bench.eval(&[&["rescore", "--into", "whole.jsonl"], &all[..]].concat());
    assert!(code == 6 && out.contains("✗ cards") && out.contains("✗ small: as expected"), "{out}{talk}");
    assert_eq!(bench.read("whole.jsonl").lines().count(), 4);
    // All but one part are no whole, and a part that comes twice is none either.
    let filled = all.iter().find(|log| bench.read(log).lines().count() > 1).unwrap();
    let others: Vec<&str> = all.iter().copied().filter(|log| log != filled).collect();
    let (_, out, _) = bench.eval(&[&["rescore"], &others[..]].concat());
    assert!(out.contains("small: gate not applied"), "{out}");
    let (code, _, talk) = bench.eval(&["rescore", filled, filled]);
    assert!(code == 8 && talk.contains("stands twice"), "{talk}");
    // Parts of two runs are no run.
    bench.eval(&["run", "suite.jsonl", "--offline", "--set", "dialogue.answer_from=0.2", "--log", "other.jsonl"]);
    let (code, _, talk) = bench.eval(&["rescore", filled, "other.jsonl"]);
    assert!(code == 8 && talk.contains("part of another run: other settings"), "{talk}");
}

#[test]
fn a_run_goes_on_only_as_it_began() {
    let bench = Bench::new();
    assert_eq!(bench.eval(&["run", "suite.jsonl", "--offline", "--log", "run.jsonl"]).0, 0);
    for (change, what) in [
        (["--set", "dialogue.answer_from=0.3"], "settings"),
        (["--repeat", "2"], "repeat"),
        (["--filter", "cards"], "choice of cases"),
    ] {
        let (code, _, talk) =
            bench.eval(&[&["run", "suite.jsonl", "--offline", "--resume", "run.jsonl"], &change[..]].concat());
        assert!(code == 8 && talk.contains(&format!("cannot go on: other {what}")), "{talk}");
    }
    let (code, _, talk) = bench.eval(&["run", "suite.jsonl", "--offline", "--failing", "run.jsonl"]);
    assert!(code == 0 && talk.contains("No case has failed"), "{talk}");
}

#[test]
fn two_suites_in_one_run_keep_their_own_gates() {
    let bench = Bench::new();
    bench.put("suite.jsonl", &SUITE.replace("\"min_accuracy\": 100, \"max_wrong\": 0", "\"min_accuracy\": 50"));
    let strict = r#"{"suite": {"name": "strict", "knowledge": "documents", "gate": {"min_accuracy": 100}}}"#;
    let wrong =
        SUITE.lines().nth(2).unwrap().replace("\"returns\"", "\"strict-returns\"").replace("30 days", "60 days");
    bench.put("strict.jsonl", &format!("{strict}\n{wrong}\n"));
    let (code, out, talk) = bench.eval(&["run", "suite.jsonl", "strict.jsonl", "--offline"]);
    assert_eq!(code, 6, "{out}{talk}");
    assert!(out.contains("✓ small: as expected, % at least 50.00 (got 100.00)"), "{out}");
    assert!(out.contains("✗ strict: as expected, % at least 100.00 (got 0.00)"), "{out}");
    // What the command line demands is about all of them together.
    let (code, out, _) = bench.eval(&["run", "suite.jsonl", "strict.jsonl", "--offline", "--min-accuracy", "75"]);
    assert!(code == 0 && out.contains("✓ as expected, % at least 75.00 (got 75.00)"), "{out}");
}

#[test]
fn an_id_of_two_suites_is_named_with_both_places() {
    let bench = Bench::new();
    bench.put("again.jsonl", SUITE.lines().nth(2).unwrap());
    let (code, _, talk) = bench.eval(&["run", "suite.jsonl", "again.jsonl", "--offline"]);
    assert!(code == 7 && talk.contains("again.jsonl:1: case returns: id: also stands in suite.jsonl:3"), "{talk}");
}

#[test]
fn an_earlier_version_is_searched_as_it_was() {
    let bench = Bench::new();
    let ingest = |text: &str| {
        bench.put("documents/cards.md", text);
        let (code, _, talk) = run(bench.command().args(["ingest", "documents"]));
        assert_eq!(code, 0, "{talk}");
        let (_, out, _) = bench.eval(&["run", "suite.jsonl", "--offline", "--published", "--json"]);
        json(&out)["report"]["run"]["knowledge"]["version"].to_string()
    };
    let earlier = ingest(CARDS);
    let later = ingest(&CARDS.replace("36 months", "12 months"));
    let version = |number: &str| bench.eval(&["run", "suite.jsonl", "--offline", "--knowledge-version", number]);
    let (code, out, talk) = version(&earlier);
    assert_eq!(code, 0, "what was replaced is found in its version: {out}{talk}");
    let (code, out, _) = version(&later);
    assert!(code == 6 && out.contains("✗ cards"), "{out}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_broke_is_no_answer_in_a_trace_or_a_first_look_either() {
    let bench = Bench::new();
    let down = FakeModel::always(whole(503, "{}")).await;
    let (code, out, talk) = eval(&bench, with(&down, &["--explain", "cards"])).await;
    assert!(code == 8 && json(&out)["end"]["broke"].is_string(), "{out}{talk}");
    bench.put("tickets.csv", "question,answer\nHow long is a gift card valid?,36 months\n");
    let mut poc = with(&down, &[]);
    let asked = ["poc", "--knowledge", "documents", "--tickets", "tickets.csv", "--per-document", "1"];
    poc.splice(0..2, asked.map(ToOwned::to_owned));
    let (code, out, talk) = eval(&bench, poc).await;
    assert_eq!(code, 8, "{out}{talk}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_that_could_not_hold_is_refused_before_money_is_spent() {
    let bench = Bench::new();
    let priced = SUITE
        .replace("\"gate\"", "\"prices\": {\"models\": {\"other\": {\"prompt\": 1, \"completion\": 1}}}, \"gate\"");
    bench.put("suite.jsonl", &priced);
    let model = FakeModel::start(|_, body| truthful(body)).await;
    let (code, _, talk) = eval(&bench, with(&model, &["--max-cost", "1"])).await;
    assert!(code == 8 && talk.contains("does not know fake"), "{talk}");
    bench.put("suite.jsonl", &priced.replace("\"other\"", "\"fake\""));
    let fallback = "llm.openai.fallbacks=[{ model = \"dearer\" }]";
    let (code, _, talk) = eval(&bench, with(&model, &["--max-cost", "1", "--set", fallback])).await;
    assert!(code == 8 && talk.contains("does not know dearer"), "{talk}");
    assert_eq!(model.calls(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_judge_may_abstain_and_is_named() {
    let bench = Bench::new();
    let priced = SUITE
        .replace("\"gate\"", "\"prices\": {\"models\": {\"*\": {\"prompt\": 1000000, \"completion\": 0}}}, \"gate\"");
    bench.put("suite.jsonl", &priced);
    let model = FakeModel::start(|_, body| {
        let asked = body["messages"].to_string();
        match (asked.contains("RIGHT or WRONG"), asked.contains("gift card valid")) {
            (true, true) => say("Perhaps."),
            (true, false) => say("RIGHT"),
            (false, _) => truthful(body),
        }
    })
    .await;
    let (code, out, talk) = eval(&bench, with(&model, &["--judge", "3", "--json"])).await;
    assert_eq!(code, 0, "an abstention breaks nothing: {out}{talk}");
    let report = &json(&out)["report"];
    assert_eq!((&report["abstained"], &report["judge"]["pairs"]), (&Value::from(1), &Value::from(1)), "{out}");
    assert!(report["judges"][0].as_str().unwrap().starts_with("fake judge@"), "{out}");
    // Two answers and six votes, 11 tokens of prompt each.
    assert_eq!((&report["prompt_tokens"], &report["cost"]), (&Value::from(88), &Value::from(88.0)), "{out}");
}
