//! The rules, edited through the API.

use frontdesk::app::{self, Roles, Seams};
use frontdesk::config::Config;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{call, done};
use crate::house::House;

const PATH: &str = "/api/v1/admin/policy";

/// The shipped rules with one of the test before them.
fn with_rule(shown: &Value, examples: &str) -> Value {
    let rule = format!(
        "\n[[rule]]\nname = \"catalogue\"\naction = \"reply\"\nreply = \"thanks\"\nwhole = true\n\
         patterns = ['send me (?:a|the) catalogue']\nexamples = {{ {examples} }}\n\n[[rule]]"
    );
    json!({ "toml": shown["toml"].as_str().unwrap().replacen("\n[[rule]]", &rule, 1) })
}

#[tokio::test]
async fn the_shipped_rules_are_shown_with_their_examples() {
    let house = House::start().await;
    let shown = done(&house, Method::GET, PATH, None).await;
    assert_eq!((&shown["source"], &shown["edited"]), (&json!("built-in"), &json!(false)));
    let rules = shown["rules"].as_array().unwrap();
    assert!(rules.len() >= 14);
    for rule in rules {
        let examples = rule["examples"].as_array().unwrap();
        assert!(examples.len() >= 6 && examples.iter().all(|example| example["ok"] == true), "{rule}");
        let [en, zh] = ["en", "zh"].map(|language| rule["description"][language].as_str().unwrap());
        assert!(!en.is_empty() && !zh.is_empty(), "{rule}");
    }
    let tried = done(&house, Method::POST, &format!("{PATH}/test"), Some(json!({ "text": "我要找人工客服" }))).await;
    assert_eq!((&tried["rule"], &tried["action"]), (&json!("asks_for_person"), &json!("escalate")));
    assert!(tried["reply"].as_str().unwrap().contains("人工"));
    let none =
        done(&house, Method::POST, &format!("{PATH}/test"), Some(json!({ "text": "How much is shipping?" }))).await;
    assert_eq!(none["rule"], Value::Null);
    house.close().await;
}

#[tokio::test]
async fn an_edited_rule_answers_the_next_customer_and_survives_a_restart() {
    let house = House::start().await;
    let shown = done(&house, Method::GET, PATH, None).await;
    let wanted = with_rule(&shown, "yes = [\"Send me the catalogue\"], no = [\"Hello\"]");
    let edited = done(&house, Method::PUT, PATH, Some(wanted)).await;
    assert_eq!((&edited["source"], &edited["rules"][0]["name"]), (&json!("file"), &json!("catalogue")));
    let answer = house.ask("send me the catalogue").await;
    assert!(answer["text"].as_str().unwrap().starts_with("You're welcome"), "{answer}");

    let config = Config { data: house.data().to_owned(), ..house.app.config.as_ref().clone() };
    let second = app::House::open(config, Roles::NONE, Seams::default()).await.unwrap();
    assert!(second.dialogue.policy().text.contains("catalogue"));

    let restored = done(&house, Method::DELETE, PATH, None).await;
    assert_eq!((&restored["source"], &restored["toml"]), (&json!("built-in"), &shown["toml"]));
    house.close().await;
}

#[tokio::test]
async fn rules_that_break_their_own_examples_are_refused_with_the_line() {
    let house = House::start().await;
    let shown = done(&house, Method::GET, PATH, None).await;
    let mut refused = Vec::new();
    for wanted in [
        with_rule(&shown, "yes = [\"Where is my order?\"]"),
        with_rule(&shown, "no = [\"Send me a catalogue\"]"),
        json!({ "toml": "version = \"1\"\n\n[[rule]]\nname = \"x\"\naction = \"dance\"\nreply = \"thanks\"" }),
        json!({ "toml": "version = \"1\"\n[[rule]]\nname = \"x\"\naction = \"reply\"\nreply = \"thanks\"\npatterns = [\"(\"]" }),
        json!({ "toml": "version = \"1\"\n[[rule]]\nname = \"x\"\naction = \"reply\"\nreply = \"nothing\"\npatterns = [\"a\"]" }),
    ] {
        let (status, problem) = call(&house, Method::PUT, PATH, Some(wanted)).await;
        assert_eq!(
            (status, &problem["code"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &json!("policy_refused")),
            "{problem}"
        );
        refused.push(problem["errors"][0].clone());
    }
    assert!(refused[0]["detail"].as_str().unwrap().contains("Where is my order?"));
    assert!(refused[1]["detail"].as_str().unwrap().contains("should not decide"));
    assert!(refused[0]["at"].as_str().unwrap().starts_with("line "));
    assert_eq!((&refused[2]["at"], &refused[3]["at"]), (&json!("line 5"), &json!("line 3")));
    assert!(refused[4]["detail"].as_str().unwrap().contains("no fixed text"));
    let after = done(&house, Method::GET, PATH, None).await;
    assert_eq!((&after["toml"], &after["edited"]), (&shown["toml"], &json!(false)));
    house.close().await;
}
