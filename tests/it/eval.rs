//! `frontdesk eval`: the real program on small suites. What is broken on purpose must turn the gate red, and the report must name the
//! case.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::fake_model::{FakeModel, Reply, say, whole};
use crate::program::{frontdesk, run};

pub(crate) const CARDS: &str =
    "# Gift cards\n\n## Validity\n\nA card is valid for 36 months from the day of purchase.\n";
const RETURNS: &str =
    "# Returns\n\n## How long you have\n\nMost goods can be returned within 30 days after delivery.\n";
pub(crate) const SUITE: &str = r#"{"suite": {"name": "small", "version": "3", "knowledge": "documents", "gate": {"min_accuracy": 100, "max_wrong": 0}}}
{"id": "cards", "language": "en", "turns": ["How long is a gift card valid?"], "expect": {"decision": "answer", "facts": [{"quantity": "3 years"}], "cites": ["cards.md"]}, "tags": ["plain"]}
{"id": "returns", "language": "en", "turns": ["How long after delivery can most goods be returned?"], "expect": {"decision": "answer", "facts": ["30 days"], "cites": ["returns.md"]}, "tags": ["plain"]}
{"id": "person", "language": "en", "turns": ["I want to talk to a person."], "expect": {"decision": "escalate", "reason": "asked"}, "tags": ["human"], "zero_tolerance": true}
"#;

/// A folder with two documents and a suite about them.
pub(crate) struct Bench {
    folder: tempfile::TempDir,
}

impl Bench {
    pub(crate) fn new() -> Self {
        let bench = Self { folder: tempfile::tempdir().unwrap() };
        std::fs::create_dir(bench.path("documents")).unwrap();
        bench.put("documents/cards.md", CARDS);
        bench.put("documents/returns.md", RETURNS);
        bench.put("suite.jsonl", SUITE);
        bench
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn put(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// `frontdesk eval ARGUMENTS`, in the folder.
    pub(crate) fn eval(&self, arguments: &[&str]) -> (i32, String, String) {
        run(self.command().arg("eval").args(arguments))
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = frontdesk(&self.path("data"));
        std::fs::create_dir_all(self.path("data")).unwrap();
        // In a library of two documents no word is rare, so evidence is weak.
        command.current_dir(self.folder.path()).env("FRONTDESK_DIALOGUE__ANSWER_FROM", "0.1");
        command
    }
}

#[track_caller]
pub(crate) fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn what_is_right_passes_and_every_report_says_so() {
    let bench = Bench::new();
    let (code, out, talk) = bench.eval(&[
        "run",
        "suite.jsonl",
        "--offline",
        "--log",
        "run.jsonl",
        "--html",
        "report.html",
        "--markdown",
        "report.md",
        "--junit",
        "junit.xml",
        "--json",
    ]);
    assert_eq!(code, 0, "{out}{talk}");
    let report = &json(&out)["report"];
    assert_eq!((&report["accuracy"]["hits"], &report["accuracy"]["of"]), (&Value::from(3), &Value::from(3)), "{out}");
    assert_eq!(report["run"]["suites"][0]["version"], "3");
    let sha256 = report["run"]["suites"][0]["sha256"].as_str().unwrap();
    assert_eq!(sha256.len(), 64);
    let page = bench.read("report.html");
    assert!(page.contains(&sha256[..12]) && page.contains("<svg") && !page.contains("<script"), "{page}");
    assert!(!page.contains("http://") && !page.contains("https://"), "it needs nothing else");
    assert!(bench.read("report.md").contains("| as expected | 100.0 % (3/3) |"));
    assert_eq!(bench.read("junit.xml").matches("<testcase").count(), 3);

    // A stored run gives the same figures again, and no difference to itself.
    let (code, again, _) = bench.eval(&["rescore", "run.jsonl", "--json"]);
    assert_eq!((code, &json(&again)["report"]), (0, report));
    let (code, compared, _) = bench.eval(&["compare", "run.jsonl", "run.jsonl", "--json"]);
    assert_eq!((code, &json(&compared)["passes"]["finding"]), (0, &Value::from("cannot_tell")));
    // Corrected labels are judged without asking again.
    bench.put("corrected.jsonl", &SUITE.replace("30 days", "60 days"));
    let (code, out, _) = bench.eval(&["rescore", "run.jsonl", "corrected.jsonl"]);
    assert!(code == 6 && out.contains("returns  fact: does not say 60 days"), "{out}");
}

#[test]
fn a_broken_document_turns_the_gate_red() {
    let bench = Bench::new();
    let (code, _, talk) = bench.eval(&["run", "suite.jsonl", "--offline", "--log", "before.jsonl"]);
    assert_eq!(code, 0, "{talk}");
    bench.put("documents/cards.md", &CARDS.replace("36 months", "12 months"));
    let (code, out, talk) = bench.eval(&[
        "run",
        "suite.jsonl",
        "--offline",
        "--html",
        "report.html",
        "--junit",
        "junit.xml",
        "--baseline",
        "before.jsonl",
    ]);
    assert_eq!(code, 6, "{out}{talk}");
    assert!(out.contains("✗ cards  fact: does not say 3 years"), "{out}");
    assert!(out.contains("no longer passes: cards"), "{out}");
    assert!(bench.read("report.html").contains("<h3>cards"));
    let junit = bench.read("junit.xml");
    assert!(junit.contains("name=\"cards\"") && junit.matches("<failure").count() == 1, "{junit}");
}

#[test]
fn a_wrong_threshold_turns_the_gate_red() {
    let bench = Bench::new();
    let (code, out, talk) = bench.eval(&["run", "suite.jsonl", "--offline", "--set", "dialogue.answer_from=0.9999"]);
    assert_eq!(code, 6, "{out}{talk}");
    for case in ["cards", "returns"] {
        assert!(out.contains(&format!("✗ {case}  decision: Offer instead of Answer")), "{out}");
    }
    // What has no tolerance closes the gate by itself, also where no rate is demanded.
    bench
        .put("zero.jsonl", SUITE.lines().last().unwrap().replace("escalate\", \"reason\": \"asked", "answer").as_str());
    let (code, out, _) = bench.eval(&["run", "zero.jsonl", "--knowledge", "documents", "--offline"]);
    assert!(code == 6 && out.contains("‼ person"), "{out}");
}

/// Arguments that make the program use a model server.
pub(crate) fn with(model: &FakeModel, more: &[&str]) -> Vec<String> {
    let settings = ["llm.openai.model=fake".to_owned(), format!("llm.openai.base_url={}", model.base_url)];
    let set = settings.into_iter().flat_map(|setting| ["--set".to_owned(), setting]);
    ["run", "suite.jsonl"].iter().chain(more).map(|part| (*part).to_owned()).chain(set).collect()
}

pub(crate) async fn eval(bench: &Bench, arguments: Vec<String>) -> (i32, String, String) {
    let mut command = bench.command();
    command.arg("eval").args(arguments);
    tokio::task::spawn_blocking(move || run(&mut command)).await.unwrap()
}

pub(crate) fn truthful(body: &Value) -> Reply {
    let cards = body["messages"].to_string().contains("gift card valid");
    say(if cards {
        "A card is valid for 36 months from the day of purchase. [1]"
    } else {
        "Most goods can be returned within 30 days after delivery. [1]"
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prompt_that_silences_the_model_turns_the_gate_red_and_recordings_notice_a_changed_one() {
    let bench = Bench::new();
    let record =
        ["--set", "llm.kind=cassette", "--set", "llm.cassette.record=true", "--set", "llm.cassette.folder=tapes"];
    let model = FakeModel::start(|_, body| truthful(body)).await;
    let (code, out, talk) = eval(&bench, with(&model, &record)).await;
    assert!(code == 0 && model.calls() == 2, "{} calls: {out}{talk}", model.calls());
    let offline = ["--offline", "--set", "llm.cassette.folder=tapes"];
    let (code, out, talk) = eval(&bench, with(&model, &offline)).await;
    assert!(code == 0 && model.calls() == 2, "recordings are enough: {out}{talk}");

    // Something else in the prompt: there is no recording, which is no bad answer and no pass either.
    let changed = [&offline[..], &["--set", "dialogue.max_tokens=77"]].concat();
    let (code, out, talk) = eval(&bench, with(&model, &changed)).await;
    assert_eq!(code, 8, "{out}{talk}");
    for case in ["cards", "returns"] {
        assert!(out.contains(&format!("{case}: the model is unavailable: there is no recording")), "{out}");
    }

    // What a model does that was told wrongly.
    let silenced = FakeModel::always(say("NO_ANSWER")).await;
    let (code, out, talk) = eval(&bench, with(&silenced, &[])).await;
    assert_eq!(code, 6, "{out}{talk}");
    assert!(out.contains("✗ cards  decision: Offer instead of Answer (model_found_nothing)"), "{out}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_down_is_no_bad_answer() {
    let bench = Bench::new();
    let down = FakeModel::always(whole(503, "{}")).await;
    let (code, out, talk) = eval(&bench, with(&down, &["--json"])).await;
    let report = &json(&out)["report"];
    assert_eq!((code, &report["broke"], &report["failed"]), (8, &Value::from(2), &Value::from(0)), "{out}{talk}");
    assert_eq!(report["accuracy"]["of"], 1, "only what could be asked is judged");
}

#[tokio::test(flavor = "multi_thread")]
async fn money_ends_a_run_that_can_go_on() {
    let bench = Bench::new();
    let priced = SUITE.replace(
        "\"gate\"",
        "\"prices\": {\"currency\": \"USD\", \"models\": {\"fake\": {\"prompt\": 1000, \"completion\": 1000}}}, \"gate\"",
    );
    bench.put("suite.jsonl", &priced);
    let model = FakeModel::start(|_, body| truthful(body)).await;
    let limited = ["-j", "1", "--max-cost", "0.001", "--log", "run.jsonl"];
    let (code, out, talk) = eval(&bench, with(&model, &limited)).await;
    assert!(code == 9 && talk.contains("2 attempts were not made"), "{out}{talk}");
    assert_eq!(model.calls(), 1);
    let (code, out, talk) = eval(&bench, with(&model, &["--resume", "run.jsonl"])).await;
    assert_eq!(code, 0, "{out}{talk}");
    assert_eq!((bench.read("run.jsonl").lines().count(), model.calls()), (4, 2), "nothing is asked twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_works_now_and_then_does_not_work() {
    let bench = Bench::new();
    let moody = FakeModel::start(|number, body| if number % 2 == 1 { say("NO_ANSWER") } else { truthful(body) }).await;
    let arguments = with(&moody, &["-j", "1", "--repeat", "2", "--filter", "cards", "--min-accuracy", "100", "--json"]);
    let (code, out, talk) = eval(&bench, arguments).await;
    let report = &json(&out)["report"];
    assert_eq!((code, &report["accuracy"]["hits"]), (6, &Value::from(0)), "{out}{talk}");
    let flaky = &report["flaky"][0];
    assert_eq!((&flaky["id"], &flaky["passed"], &flaky["attempts"]), (&"cards".into(), &1.into(), &2.into()));
}

#[test]
fn cases_are_chosen_and_explained() {
    let bench = Bench::new();
    let shard = |part: &str| {
        let (code, out, talk) = bench.eval(&["run", "suite.jsonl", "--offline", "--shard", part, "--json"]);
        assert_eq!(code, 0, "{talk}");
        json(&out)["report"]["cases"].as_u64().unwrap()
    };
    assert_eq!((1..=5).map(|part| shard(&format!("{part}/5"))).sum::<u64>(), 3);
    let (code, _, talk) = bench.eval(&["run", "suite.jsonl", "--filter", "nobody", "--shard", "1/2"]);
    assert!(code == 8 && talk.contains("no case is chosen"), "{talk}");
    let (code, out, _) = bench.eval(&["run", "suite.jsonl", "--offline", "--explain", "cards"]);
    let trace = json(&out);
    assert_eq!((code, &trace["case"]["id"], &trace["verdict"]["pass"]), (0, &"cards".into(), &true.into()));
    let decision = &trace["end"]["answered"]["decision"];
    assert!(
        decision["evidence"]["confidence"].as_f64().unwrap() > 0.0 && !decision["considered"][0].is_null(),
        "{out}"
    );

    bench.put("documents/cards.md", &CARDS.replace("36 months", "12 months"));
    let (code, _, _) = bench.eval(&["run", "suite.jsonl", "--offline", "--log", "run.jsonl"]);
    assert_eq!(code, 6);
    let (code, out, _) = bench.eval(&["run", "suite.jsonl", "--offline", "--failing", "run.jsonl", "--json"]);
    // The suite's rates are about the whole of it; single cases are not held against them.
    assert_eq!((code, &json(&out)["report"]["cases"]), (0, &Value::from(1)));
}

#[test]
fn a_bad_suite_is_named_with_file_line_and_field() {
    let bench = Bench::new();
    bench.put(
        "bad.jsonl",
        &SUITE
            .replace("\"decision\": \"escalate\"", "\"decision\": \"shrug\"")
            .replace("[\"How long after", "[\"\", \"How long after"),
    );
    bench.put(
        "bad.yaml",
        "suite: {name: bad}\ncases:\n  - id: one\n    language: en\n    turns: [Hello]\n    expect: {decision: offer, tools: [order]}\n",
    );
    bench.put("worse.yaml", "cases:\n  - id: one\n    language: en\n    turn: [Hello]\n");
    let (code, _, talk) = bench.eval(&["run", "bad.jsonl", "bad.yaml", "worse.yaml"]);
    assert_eq!(code, 7, "{talk}");
    for part in [
        "bad.jsonl:3: case returns: turns: holds an empty line",
        "bad.jsonl:4: expect.decision: unknown variant `shrug`",
        "bad.yaml:3: case one: expect.tools: is reserved: the product calls no tools yet",
        "worse.yaml:4: ",
        "turn",
    ] {
        assert!(talk.contains(part), "{part} is not in: {talk}");
    }
    let (code, _, talk) = bench.eval(&["run", "suite.jsonl", "--knowledge", "nowhere"]);
    assert!(code == 8 && talk.contains("nowhere"), "{talk}");
}

#[test]
fn what_others_have_becomes_a_suite() {
    let bench = Bench::new();
    bench.put(
        "squad.json",
        r#"{"data":[{"title":"Gift_cards","paragraphs":[{"context":"A card is valid for 36 months from the day of purchase.","qas":[
            {"id":"q1","question":"How long is a card valid?","answers":[{"text":"36 months"}]},
            {"id":"q2","question":"Who invented the telescope?","is_impossible":true,"answers":[]}]}]}]}"#,
    );
    let (code, _, talk) = bench.eval(&["import", "squad", "squad.json", "made/squad.jsonl"]);
    assert!(code == 0 && talk.contains("2 cases and 1 documents"), "{talk}");
    let (code, out, talk) = bench.eval(&["run", "made/squad.jsonl", "--offline", "--json"]);
    assert_eq!(code, 0, "{talk}");
    let report = &json(&out)["report"];
    assert_eq!(report["accuracy"]["hits"], 2, "{out}");
    assert!(report["means"]["token_f1"]["mean"].as_f64().unwrap() > 0.3, "{out}");
    let (code, _, talk) = bench.eval(&["import", "squad", "squad.json", "made/squad.jsonl"]);
    assert_eq!(code, 1, "nothing is overwritten: {talk}");
}

#[test]
fn the_shop_passes_its_own_suites() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let data = tempfile::tempdir().unwrap();
    for suite in ["eval/sample", "eval/hostile"] {
        let mut command = frontdesk(data.path());
        command.current_dir(root).args(["eval", "run", suite, "--offline", "--set", "llm.kind=none"]);
        // The failures that are known are marked in the suites: `scripts/known_failures.py` does it.
        command.args(["--max-new-failures", "0"]);
        let (code, out, talk) = run(&mut command);
        assert_eq!(code, 0, "{suite}: {out}{talk}");
    }
}
