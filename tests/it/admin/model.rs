//! The language model, chosen and tried through the API.

use std::os::unix::fs::PermissionsExt as _;

use frontdesk::app::{self, Roles, Seams};
use frontdesk::config::Config;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{call, done};
use crate::fake_model::{FakeModel, say, whole};
use crate::house::House;

const PATH: &str = "/api/v1/admin/model";

fn openai(base_url: &str, key: Option<&str>) -> Value {
    let mut wanted = json!({ "kind": "openai", "base_url": base_url, "model": "fake" });
    if let Some(key) = key {
        wanted["api_key"] = json!(key);
    }
    wanted
}

#[tokio::test]
async fn a_model_writes_the_next_answer_and_the_key_stays_secret() {
    let house = House::start().await;
    house.learn_sample().await;
    let model = FakeModel::always(say("Gift cards are valid for three years from the day of purchase [1].")).await;
    let fresh = done(&house, Method::GET, PATH, None).await;
    assert_eq!((&fresh["kind"], &fresh["set"], &fresh["active"]), (&json!("none"), &json!(false), &Value::Null));

    let shown = done(&house, Method::PUT, PATH, Some(openai(&model.base_url, Some("sk-very-secret")))).await;
    assert_eq!((&shown["active"], &shown["set"], &shown["source"]), (&json!("fake"), &json!(true), &json!("console")));
    house.ask("How long is a gift card valid?").await;
    assert_eq!(model.calls(), 1, "the next question goes to the model");
    assert_eq!(model.asked()[0].authorization.as_deref(), Some("Bearer sk-very-secret"));

    let file = house.data().join("model.json");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let audit = done(&house, Method::GET, "/api/v1/admin/audit", None).await;
    assert_eq!(audit["items"][0]["action"], "model.changed");
    assert!(!format!("{shown}{audit}").contains("sk-very-secret"));

    let config = Config { data: house.data().to_owned(), ..house.app.config.as_ref().clone() };
    let second = app::House::open(config, Roles::NONE, Seams::default()).await.unwrap();
    assert_eq!(second.llm.current().unwrap().name(), "fake");

    // The same address keeps the key; another one must not get it.
    done(&house, Method::PUT, PATH, Some(openai(&model.base_url, None))).await;
    house.ask("How long is a gift card valid?").await;
    assert_eq!(model.asked()[1].authorization.as_deref(), Some("Bearer sk-very-secret"));
    let other = FakeModel::always(say("OK")).await;
    for path in [PATH.to_owned(), format!("{PATH}/test")] {
        let method = if path == PATH { Method::PUT } else { Method::POST };
        let (status, problem) = call(&house, method, &path, Some(openai(&other.base_url, None))).await;
        assert_eq!((status, &problem["errors"][0]["at"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("api_key")));
    }
    assert_eq!(other.calls(), 0);

    let off = done(&house, Method::PUT, PATH, Some(json!({ "kind": "none" }))).await;
    assert_eq!((&off["kind"], &off["active"]), (&json!("none"), &Value::Null));
    house.ask("How long is a gift card valid?").await;
    assert_eq!(model.calls(), 2, "quotes again");
    house.close().await;
}

#[tokio::test]
async fn a_model_is_tried_before_it_is_used() {
    let house = House::start().await;
    let good = FakeModel::always(say("OK")).await;
    let refusing = FakeModel::always(whole(401, r#"{"error":{"message":"Incorrect API key"}}"#)).await;
    let path = format!("{PATH}/test");
    let tried = done(&house, Method::POST, &path, Some(openai(&good.base_url, Some("k")))).await;
    assert_eq!(tried["ok"], true, "{tried}");
    let tried = done(&house, Method::POST, &path, Some(openai(&refusing.base_url, Some("k")))).await;
    assert_eq!(tried["ok"], false);
    assert!(tried["error"]["en"].as_str().unwrap().contains("Check key"), "{tried}");
    assert!(tried["error"]["zh"].as_str().unwrap().contains("密钥"));
    let nobody = done(&house, Method::POST, &path, Some(openai("http://127.0.0.1:9/v1", None))).await;
    assert!(nobody["error"]["en"].as_str().unwrap().contains("Check the address"), "{nobody}");
    for url in ["http://169.254.169.254/v1", "file:///etc/passwd", "127.0.0.1"] {
        let (status, problem) = call(&house, Method::POST, &path, Some(openai(url, None))).await;
        assert_eq!((status, &problem["errors"][0]["at"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("base_url")));
    }
    assert!(house.app.llm.current().is_none(), "trying is not using");
    let audit = done(&house, Method::GET, "/api/v1/admin/audit", None).await;
    assert_eq!(audit["items"], json!([]));
    house.close().await;
}
