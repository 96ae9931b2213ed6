//! The sample shop's own gate: one broken document, a wrong threshold or a broken prompt turns it red, and the report names the case.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::eval::json;
use crate::fake_model::{FakeModel, Reply, say};
use crate::program::{frontdesk, run};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The suite, quoted and by words alone, with more arguments; its folder of documents may be another.
fn shop(documents: Option<&Path>, more: &[&str]) -> (i32, Value) {
    let data = tempfile::tempdir().unwrap();
    let mut command = frontdesk(data.path());
    command.current_dir(root()).args(["eval", "run", "eval/sample/cases.jsonl", "--json"]);
    command.args(documents.map(|folder| format!("--knowledge={}", folder.display()))).args(more);
    let (code, out, talk) = run(&mut command);
    assert!(!out.is_empty(), "{talk}");
    (code, json(&out)["report"].take())
}

/// A copy of the shop's documents, one of them changed.
fn changed(name: &str, from: &str, to: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("knowledge");
    std::fs::create_dir(&copy).unwrap();
    for entry in std::fs::read_dir(root().join("knowledge")).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, copy.join(path.file_name().unwrap())).unwrap();
    }
    let text = std::fs::read_to_string(copy.join(name)).unwrap();
    assert!(text.contains(from), "{name} does not say {from}");
    std::fs::write(copy.join(name), text.replace(from, to)).unwrap();
    (folder, copy)
}

/// Names of the conditions that do not hold, and the cases that the new failures name.
fn broken(report: &Value) -> (Vec<String>, Vec<String>) {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let conditions = report["gate"].as_array().unwrap().iter().filter(|condition| condition["holds"] == false);
    let cases = conditions.clone().filter_map(|condition| condition["cases"].as_array()).flatten();
    (conditions.map(|condition| text(&condition["name"])).collect(), cases.map(text).collect())
}

/// As `make eval` asks.
const QUOTED: [&str; 5] = ["--offline", "--set", "llm.kind=none", "--max-new-failures", "0"];

#[test]
fn a_figure_that_is_wrong_in_one_document_turns_the_gate_red() {
    let (_folder, documents) = changed("gift-cards.md", "36 months", "12 months");
    let (code, report) = shop(Some(&documents), &QUOTED);
    let (conditions, cases) = broken(&report);
    assert_eq!(code, 6, "{conditions:?}");
    assert!(conditions.contains(&"max_new_failures".to_owned()), "{conditions:?}");
    assert!(cases.iter().any(|case| case.contains("gift")), "{cases:?}");
}

#[test]
fn a_threshold_that_is_too_high_turns_the_gate_red() {
    let (code, report) = shop(None, &[&QUOTED[..], &["--set", "dialogue.answer_from=0.95"]].concat());
    let (conditions, cases) = broken(&report);
    assert_eq!(code, 6, "{conditions:?}");
    assert!(conditions.contains(&"min_coverage".to_owned()), "{conditions:?}");
    assert!(cases.contains(&"en-returns-window".to_owned()), "{cases:?}");
}

/// A model that does as it is told: with our rules it copies the line of a passage that holds the figure, with others it is silent.
fn obedient(body: &Value) -> Reply {
    let said = |role: &str| {
        let messages = body["messages"].as_array().unwrap().iter().filter(|message| message["role"] == role);
        messages.map(|message| message["content"].as_str().unwrap().to_owned()).collect::<String>()
    };
    let (system, user) = (said("system"), said("user"));
    if !system.contains("Say only what the passages say") {
        return say("NO_ANSWER");
    }
    let mut number = String::new();
    for line in user.lines() {
        if let Some((_, rest)) = line.split_once("passage [") {
            number = rest.chars().take_while(char::is_ascii_digit).collect();
        } else if line.contains("36 months") && line.ends_with('.') {
            let sentence = line.split_inclusive(". ").find(|sentence| sentence.contains("36 months")).unwrap_or(line);
            return say(&format!("{} [{number}]", sentence.trim()));
        }
    }
    say("NO_ANSWER")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prompt_that_forgets_its_rules_turns_the_gate_red() {
    let model = FakeModel::start(|_, body| obedient(body)).await;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("system.en.md"), "{{ fence }} holds data. Otherwise NO_ANSWER.").unwrap();
    let settings = [
        "--filter".to_owned(),
        "en-gift-card-validity".to_owned(),
        "--min-accuracy=100".to_owned(),
        "--set=llm.openai.model=fake".to_owned(),
        format!("--set=llm.openai.base_url={}", model.base_url),
    ];
    let prompts = format!("--set=dialogue.prompts={}", folder.path().display());
    let told = |more: Option<String>| {
        let all: Vec<String> = settings.iter().cloned().chain(more).collect();
        tokio::task::spawn_blocking(move || shop(None, &all.iter().map(String::as_str).collect::<Vec<_>>()))
    };
    let (code, report) = told(None).await.unwrap();
    assert_eq!(code, 0, "{report}");
    let versions = report["run"]["prompts"].clone();
    let (code, report) = told(Some(prompts)).await.unwrap();
    assert_eq!(code, 6, "{report}");
    let other = &report["run"]["prompts"];
    assert!(other[0] != versions[0] && other[1] == versions[1], "the run says which prompts it had: {other}");
    assert!(report["worst"][0]["id"].as_str().unwrap().starts_with("en-gift-card-validity"), "{report}");
}
