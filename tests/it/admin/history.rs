//! What documents are made of and were, through the API.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{call, done};
use crate::house::House;

async fn only_document(house: &House) -> String {
    let listed = done(house, Method::GET, "/api/v1/documents", None).await;
    format!("/api/v1/documents/{}", listed[0]["id"].as_str().unwrap())
}

#[tokio::test]
async fn revisions_are_listed_and_compared() {
    let house = House::start().await;
    let first = "# 退货\n\n七天内可以退货。\n\n运费由买家承担。\n";
    house.learn(&[("returns.md", first)]).await;
    let path = only_document(&house).await;
    house.learn(&[("returns.md", &first.replace("七天", "三十天"))]).await;

    let chunks = done(&house, Method::GET, &format!("{path}/chunks"), None).await;
    assert!(chunks[0]["text"].as_str().unwrap().contains("三十天"), "the revision that can be found: {chunks}");
    assert_eq!((&chunks[0]["ordinal"], &chunks[0]["language"]), (&json!(0), &json!("zh-CN")));
    assert!(chunks[0]["tokens"].as_i64().unwrap() > 0);
    let beyond = done(&house, Method::GET, &format!("{path}/chunks?from=99"), None).await;
    assert_eq!(beyond, json!([]));

    let revisions = done(&house, Method::GET, &format!("{path}/revisions"), None).await;
    let told: Vec<(u64, bool)> = revisions
        .as_array()
        .unwrap()
        .iter()
        .map(|revision| (revision["number"].as_u64().unwrap(), revision["current"].as_bool().unwrap()))
        .collect();
    assert_eq!(told, [(2, true), (1, false)]);
    assert_eq!(revisions[1]["last_version"], revisions[1]["first_version"]);

    let changed = done(&house, Method::GET, &format!("{path}/diff"), None).await;
    assert_eq!((&changed["from"], &changed["to"]), (&json!(1), &json!(2)));
    let of = |kind: &str| -> String {
        let hunks = changed["hunks"].as_array().unwrap().iter();
        hunks.filter(|hunk| hunk["kind"] == kind).map(|hunk| hunk["text"].as_str().unwrap()).collect()
    };
    assert_eq!((of("removed"), of("added")), ("七天内可以退货。\n".to_owned(), "三十天内可以退货。\n".to_owned()));
    let unknown = call(&house, Method::GET, &format!("{path}/diff?from=1&to=9"), None).await;
    assert_eq!(unknown.0, StatusCode::NOT_FOUND);
    house.close().await;
}

#[tokio::test]
async fn a_failed_document_gets_another_try_and_a_good_one_does_not() {
    let house = House::start().await;
    house.learn(&[("broken.pdf", "%PDF-1.7 nothing of the kind")]).await;
    let path = only_document(&house).await;
    assert_eq!(done(&house, Method::GET, &path, None).await["status"], "failed");
    assert_eq!(call(&house, Method::POST, &format!("{path}/retry"), None).await.0, StatusCode::ACCEPTED);
    house.settled().await;
    assert_eq!(done(&house, Method::GET, &path, None).await["status"], "failed", "it was read again");
    let audit = done(&house, Method::GET, "/api/v1/admin/audit", None).await;
    let told: Vec<&Value> = audit["items"].as_array().unwrap().iter().map(|item| &item["action"]).collect();
    assert_eq!(told, ["document.retried", "document.uploaded"]);
    assert_eq!(call(&house, Method::DELETE, &path, None).await.0, StatusCode::OK);

    house.learn(&[("good.md", "# Returns\n\nReturns are free within 30 days.\n")]).await;
    let good = only_document(&house).await;
    assert_eq!(call(&house, Method::POST, &format!("{good}/retry"), None).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    house.close().await;
}
