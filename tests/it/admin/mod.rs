//! What administrators set up, through the API: it holds at once, it is refused with reasons, and it is written down.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::house::House;

mod history;
mod inboxes;
mod ledger;
mod model;
mod people;
mod playground;
mod policy;

/// Calls the API as administrator and returns status and body.
pub(crate) async fn call(house: &House, method: Method, path: &str, body: Option<Value>) -> (StatusCode, Value) {
    let mut request = house.as_admin(method, path);
    if let Some(body) = body {
        request = request.json(&body);
    }
    let response = request.send().await.unwrap();
    let status = response.status();
    let bytes = response.bytes().await.unwrap();
    (status, serde_json::from_slice(&bytes).unwrap_or(json!(null)))
}

/// The same, and it must succeed.
pub(crate) async fn done(house: &House, method: Method, path: &str, body: Option<Value>) -> Value {
    let (status, body) = call(house, method, path, body).await;
    assert!(status.is_success(), "{path}: {status} {body}");
    body
}
