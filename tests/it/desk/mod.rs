//! The console's side of the house, as a browser with a session calls it.

mod authz;
mod conversations;
mod hours;
mod live;
mod many;
mod recovery;
mod routing;
mod session;

use frontdesk::clock;
use frontdesk::desk::accounts::Newcomer;
use frontdesk::model::id::{AgentId, WorkspaceId};
use frontdesk::model::staff::Role;
use reqwest::{Method, RequestBuilder, Response};
use serde_json::Value;

use crate::house::House;

/// Somebody who is signed in.
#[derive(Clone, Debug)]
pub(crate) struct Seat {
    pub(crate) id: String,
    pub(crate) cookie: String,
    pub(crate) csrf: String,
}

/// Makes an account of a role and signs in.
pub(crate) async fn hire(house: &House, name: &str, role: Role) -> Seat {
    let email = format!("{name}@shop.example");
    let (_, password) = account(house, name, role).await;
    sign_in(house, &email, &password).await
}

pub(crate) async fn account(house: &House, name: &str, role: Role) -> (AgentId, String) {
    let newcomer = Newcomer {
        name: name.to_owned(),
        email: format!("{name}@shop.example"),
        role,
        capacity: 5,
        languages: Vec::new(),
        topics: Vec::new(),
    };
    house.app.accounts.create(WorkspaceId::DEFAULT, newcomer, clock::now()).await.unwrap()
}

pub(crate) async fn sign_in(house: &House, email: &str, password: &str) -> Seat {
    let response = try_sign_in(house, email, password).await;
    assert_eq!(response.status(), 200, "{}", response.text().await.unwrap());
    let set = response.headers()["set-cookie"].to_str().unwrap();
    let cookie = set.split(';').next().unwrap().to_owned();
    let me: Value = response.json().await.unwrap();
    let text = |key: &str| me[key].as_str().unwrap().to_owned();
    Seat { id: text("id"), cookie, csrf: text("csrf") }
}

pub(crate) async fn try_sign_in(house: &House, email: &str, password: &str) -> Response {
    let body = serde_json::json!({ "email": email, "password": password });
    house.request(Method::POST, "/api/v1/desk/session").json(&body).send().await.unwrap()
}

impl Seat {
    /// A request as the console makes it.
    pub(crate) fn request(&self, house: &House, method: Method, path: &str) -> RequestBuilder {
        house.request(method, path).header("cookie", &self.cookie).header("x-csrf-token", &self.csrf)
    }

    pub(crate) async fn get(&self, house: &House, path: &str) -> Value {
        let response = self.request(house, Method::GET, path).send().await.unwrap();
        let status = response.status();
        let body = response.text().await.unwrap();
        assert_eq!(status, 200, "{path}: {body}");
        serde_json::from_str(&body).unwrap()
    }

    /// Status and body of a call that changes something.
    pub(crate) async fn call(&self, house: &House, method: Method, path: &str, body: &Value) -> (u16, Value) {
        let response = self.request(house, method, path).json(body).send().await.unwrap();
        let status = response.status().as_u16();
        let text = response.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    pub(crate) async fn post(&self, house: &House, path: &str, body: &Value) -> (u16, Value) {
        self.call(house, Method::POST, path, body).await
    }
}
