//! Every administrative route that changes something writes down what; the list of routes comes from the description that the
//! house serves, so that a new route cannot be forgotten.

use std::collections::BTreeSet;

use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use super::done;
use crate::house::House;

/// Routes that look like a change and are none.
const HARMLESS: [&str; 3] =
    ["post /api/v1/admin/playground", "post /api/v1/admin/policy/test", "post /api/v1/admin/model/test"];

/// What one call wrote down.
async fn written(house: &House, known: &mut u64) -> Vec<String> {
    let audit = done(house, Method::GET, "/api/v1/admin/audit", None).await;
    let items = audit["items"].as_array().unwrap();
    let fresh = items.iter().filter(|item| item["id"].as_u64().unwrap() > *known);
    let actions = fresh.map(|item| item["action"].as_str().unwrap().to_owned()).collect();
    *known = items.iter().map(|item| item["id"].as_u64().unwrap()).max().unwrap_or(*known).max(*known);
    actions
}

#[tokio::test]
async fn every_change_is_written_down() {
    let house = House::start().await;
    let description: Value = house.get("/api/openapi.json").send().await.unwrap().json().await.unwrap();
    let mut left: BTreeSet<String> = BTreeSet::new();
    for (path, methods) in description["paths"].as_object().unwrap() {
        let ours =
            ["/api/v1/admin/", "/api/v1/documents", "/api/v1/versions"].iter().any(|start| path.starts_with(start));
        for method in methods.as_object().unwrap().keys().filter(|method| ours && *method != "get") {
            left.insert(format!("{method} {path}"));
        }
    }
    assert!(left.len() >= 20, "{left:?}");

    let mut known = 0;
    let id = |value: &Value| value["id"].as_str().unwrap().to_owned();
    let form = Form::new().part("file", Part::bytes(b"%PDF-1.7 broken".to_vec()).file_name("broken.pdf"));
    let uploaded = house.as_admin(Method::POST, "/api/v1/documents").multipart(form).send().await.unwrap();
    assert_eq!(uploaded.status(), 202);
    left.remove("post /api/v1/documents");
    assert_eq!(written(&house, &mut known).await, ["document.uploaded"]);
    house.settled().await;
    let listed = done(&house, Method::GET, "/api/v1/documents", None).await;
    let document = id(&listed[0]);
    let inbox = id(&done(&house, Method::POST, "/api/v1/admin/inboxes", Some(json!({ "name": "x" }))).await);
    let team = id(&done(&house, Method::POST, "/api/v1/admin/teams", Some(json!({ "name": "x" }))).await);
    let wanted = |name: &str| json!({ "name": name, "email": format!("{name}@x.example"), "role": "agent" });
    let agent = id(&done(&house, Method::POST, "/api/v1/admin/agents", Some(wanted("x"))).await["agent"]);
    written(&house, &mut known).await;
    let policy = done(&house, Method::GET, "/api/v1/admin/policy", None).await;
    let settings = done(&house, Method::GET, "/api/v1/admin/inboxes", None).await[0]["settings"].clone();

    for (route, name, body, action) in [
        ("post /api/v1/documents/{id}/retry", &document, Value::Null, "document.retried"),
        ("delete /api/v1/documents/{id}", &document, Value::Null, "document.deleted"),
        ("post /api/v1/versions/{version}/rollback", &"0".to_owned(), Value::Null, "knowledge.rolled_back"),
        ("post /api/v1/admin/inboxes", &inbox, json!({ "name": "y" }), "inbox.added"),
        ("post /api/v1/admin/inboxes/{id}/secret", &inbox, Value::Null, "inbox.secret_made"),
        ("put /api/v1/admin/inboxes/{id}", &inbox, json!({ "name": "z", "settings": settings }), "inbox.changed"),
        ("delete /api/v1/admin/inboxes/{id}", &inbox, Value::Null, "inbox.removed"),
        ("post /api/v1/admin/teams", &team, json!({ "name": "y" }), "team.added"),
        ("put /api/v1/admin/teams/{id}", &team, json!({ "name": "z" }), "team.changed"),
        ("delete /api/v1/admin/teams/{id}", &team, Value::Null, "team.removed"),
        ("post /api/v1/admin/agents", &agent, wanted("y"), "agent.added"),
        ("patch /api/v1/admin/agents/{id}", &agent, json!({ "name": "z" }), "agent.changed"),
        ("post /api/v1/admin/agents/{id}/password", &agent, Value::Null, "agent.password_reset"),
        ("delete /api/v1/admin/agents/{id}", &agent, Value::Null, "agent.removed"),
        ("put /api/v1/admin/policy", &String::new(), json!({ "toml": policy["toml"] }), "policy.changed"),
        ("delete /api/v1/admin/policy", &String::new(), Value::Null, "policy.restored"),
        ("put /api/v1/admin/model", &String::new(), json!({ "kind": "none" }), "model.changed"),
        ("post /api/v1/admin/policy/test", &String::new(), json!({ "text": "hello" }), ""),
        ("post /api/v1/admin/model/test", &String::new(), json!({ "kind": "none" }), ""),
        ("post /api/v1/admin/playground", &String::new(), json!({ "question": "hello" }), ""),
    ] {
        assert!(left.remove(route), "{route} is not described");
        let (method, path) = route.split_once(' ').unwrap();
        let path = path.replace("{id}", name).replace("{version}", name);
        let body = Some(body).filter(|body| !body.is_null());
        done(&house, method.to_uppercase().parse().unwrap(), &path, body).await;
        let expected: Vec<&str> = [action].into_iter().filter(|action| !action.is_empty()).collect();
        assert_eq!(written(&house, &mut known).await, expected, "{route}");
        assert_eq!(action.is_empty(), HARMLESS.contains(&route), "{route}");
        house.settled().await;
    }
    assert!(left.is_empty(), "these change something and are not tried here: {left:?}");
    house.close().await;
}
