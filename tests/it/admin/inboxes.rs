//! Inboxes through the API.

use frontdesk::clock;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{call, done};
use crate::house::House;

const PATH: &str = "/api/v1/admin/inboxes";

#[tokio::test]
async fn a_fresh_house_has_one_inbox_in_the_words_of_its_page() {
    let house = House::with(None, |config| {
        config.page.name.en = "Larkmere".to_owned();
        config.page.suggestions.zh = vec!["怎么退货？".to_owned()];
    })
    .await;
    let inboxes = done(&house, Method::GET, PATH, None).await;
    assert_eq!(inboxes.as_array().unwrap().len(), 1);
    let settings = &inboxes[0]["settings"];
    assert_eq!((&inboxes[0]["key"], &inboxes[0]["name"]), (&json!("default"), &json!("Larkmere")));
    assert_eq!(settings["title"], json!({ "en": "Larkmere", "zh": "在线客服" }));
    assert_eq!(settings["suggestions"]["zh"], json!(["怎么退货？"]));
    let door = house.app.inboxes.by_key("default").await.unwrap().unwrap();
    assert!(door.standing(clock::now()).open_now);
    assert!(house.app.inboxes.by_key("nobody's").await.unwrap().is_none());
    house.close().await;
}

#[tokio::test]
async fn a_change_holds_for_the_next_visitor_and_is_written_down() {
    let house = House::start().await;
    let made = done(&house, Method::POST, PATH, Some(json!({ "name": " Shop " }))).await;
    let (key, id) = (made["key"].as_str().unwrap(), made["id"].as_str().unwrap());
    let door = house.app.inboxes.by_key(key).await.unwrap().unwrap();
    assert_eq!((door.inbox.name.as_str(), door.inbox.settings.reply_minutes), ("Shop", None));

    let mut wanted = made.clone();
    wanted["settings"]["hours"]["always"] = json!(false);
    wanted["settings"]["hours"]["week"] = json!([[], [], [], [], [], [], []]);
    wanted["settings"]["reply_minutes"] = json!(30);
    let path = format!("{PATH}/{id}");
    assert_eq!(done(&house, Method::PUT, &path, Some(wanted)).await["settings"]["reply_minutes"], 30);
    let door = house.app.inboxes.by_key(key).await.unwrap().unwrap();
    assert!(!door.standing(clock::now()).open_now, "the copy from before the change is gone");

    let secret = done(&house, Method::POST, &format!("{path}/secret"), None).await;
    assert!(secret["secret"].as_str().unwrap().len() >= 40);
    assert!(!house.app.inboxes.by_key(key).await.unwrap().unwrap().proves("user-42", "00"));
    assert_eq!(call(&house, Method::DELETE, &path, None).await.0, StatusCode::NO_CONTENT);
    assert!(house.app.inboxes.by_key(key).await.unwrap().is_none());
    assert_eq!(call(&house, Method::GET, &path, None).await.0, StatusCode::NOT_FOUND);

    let audit = done(&house, Method::GET, "/api/v1/admin/audit", None).await;
    let told: Vec<Value> = audit["items"].as_array().unwrap().iter().map(|item| item["action"].clone()).collect();
    assert_eq!(told, ["inbox.removed", "inbox.secret_made", "inbox.changed", "inbox.added"]);
    let changed = &audit["items"][2];
    assert_eq!((&changed["before"]["settings"]["reply_minutes"], &changed["what"]), (&Value::Null, &json!("Shop")));
    assert_eq!((&changed["after"]["settings"]["reply_minutes"], &changed["ip"]), (&json!(30), &json!("127.0.0.1")));
    assert!(!audit.to_string().contains(secret["secret"].as_str().unwrap()));
    house.close().await;
}

#[tokio::test]
async fn what_cannot_be_is_refused_with_the_place_and_nothing_is_kept() {
    let house = House::start().await;
    let body = json!({ "name": "Shop", "settings": { "colour": "blue", "hours": { "zone": "Mars/Olympus" } } });
    let request = house.as_admin(Method::POST, PATH).json(&body).header("accept-language", "zh-CN");
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let problem: Value = response.json().await.unwrap();
    assert_eq!((&problem["code"], &problem["errors"][0]["at"]), (&json!("invalid"), &json!("settings.colour")));
    assert_eq!(problem["errors"][1]["at"], "settings.hours.zone");
    assert!(problem["errors"][1]["detail"].as_str().unwrap().contains("时区"));
    let misspelt = json!({ "name": "Shop", "settings": { "color": "#000000" } });
    assert_eq!(call(&house, Method::POST, PATH, Some(misspelt)).await.0, StatusCode::BAD_REQUEST);

    let all = done(&house, Method::GET, PATH, None).await;
    assert_eq!(all.as_array().unwrap().len(), 1);
    let first = format!("{PATH}/{}", all[0]["id"].as_str().unwrap());
    assert_eq!(call(&house, Method::DELETE, &first, None).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(call(&house, Method::GET, &format!("{PATH}/nonsense"), None).await.0, StatusCode::NOT_FOUND);
    let audit = done(&house, Method::GET, "/api/v1/admin/audit", None).await;
    assert_eq!(audit, json!({ "items": [], "next": null }));
    let stranger = house.get(PATH).send().await.unwrap();
    assert_eq!(stranger.status(), StatusCode::UNAUTHORIZED);
    house.close().await;
}
