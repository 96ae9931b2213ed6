//! The playground and a customer get the same answer for the same reason.

use reqwest::{Method, StatusCode};
use serde_json::json;

use super::{call, done};
use crate::house::House;

const PATH: &str = "/api/v1/admin/playground";

#[tokio::test]
async fn it_is_the_path_that_customers_take() {
    let house = House::start().await;
    house.learn_sample().await;
    for question in ["How long is a gift card valid?", "礼品卡有效期多久？", "Who won the world cup in 1998?", "thanks"]
    {
        let played = done(&house, Method::POST, PATH, Some(json!({ "question": question, "limit": 5 }))).await;
        let said = house.ask(question).await;
        assert_eq!(played["reply"], said["text"], "{question}");
        let quotes = said["citations"].as_array().unwrap().len();
        assert_eq!(played["answer"].is_null(), quotes == 0, "{played}");
    }
    let played = done(&house, Method::POST, PATH, Some(json!({ "question": "How long is a gift card valid?" }))).await;
    let decision = &played["decision"];
    assert_eq!((&decision["action"], &played["answer"]["mode"]), (&json!("answer"), &json!("quote")));
    assert!(decision["confidence"].as_f64().unwrap() >= decision["thresholds"]["answer"].as_f64().unwrap());
    let hit = &played["hits"][0];
    assert_eq!(hit["rank"], 1);
    assert!(hit["terms"].as_array().unwrap().contains(&json!("gift")), "{hit}");
    assert!(hit["tokens"].as_u64().unwrap() > 0 && hit["scores"]["bm25"].as_f64().unwrap() > 0.0);
    house.close().await;
}

#[tokio::test]
async fn hits_can_be_searched_one_way_only() {
    let house = House::with(None, |config| config.embed.kind = frontdesk::embed::config::Kind::Hashed).await;
    house.learn_sample().await;
    let hits = async |mode: &str| {
        let asked = json!({ "question": "How long is a gift card valid?", "mode": mode, "limit": 3 });
        let played = done(&house, Method::POST, PATH, Some(asked)).await;
        assert_eq!(played["by_meaning"], mode != "words");
        played["hits"].as_array().unwrap().clone()
    };
    assert_eq!(hits("hybrid").await.len(), 3);
    assert!(
        hits("words").await.iter().all(|hit| hit["scores"]["cosine"].is_null() && !hit["scores"]["bm25"].is_null())
    );
    assert!(hits("vectors").await.iter().all(|hit| !hit["scores"]["cosine"].is_null()));
    for wrong in [json!({ "question": " " }), json!({ "question": "x".repeat(5000) })] {
        assert_eq!(call(&house, Method::POST, PATH, Some(wrong)).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(house.app.journal.owed(0, 1).await.unwrap(), [], "nothing was kept");
    house.close().await;
}
