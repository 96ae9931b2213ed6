//! What a customer's browser does besides talking: who they are, files, receipts, a rating, the end, a transcript.

use frontdesk::model::event::{Event, Party};
use frontdesk::model::id::{CustomerId, WorkspaceId};
use reqwest::multipart::{Form, Part};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

use crate::house::{Door, House};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\nnot much of a picture";
const SVG: &[u8] = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
/// Vector ID-1: key `widget_hmac_secret`, id `user-42`.
const SECRET: &str = "widget_hmac_secret";
const PROOF: &str = "e8f84e2e69b7c6c74b3f0562be0f523be1ee952ed78d6447bf8051ab3df055fd";

fn at(house: &House, door: &Door, method: Method, what: &str) -> RequestBuilder {
    house.request(method, &format!("/api/v1/conversations/{}/{what}", door.id)).bearer_auth(&door.token)
}

async fn post(house: &House, door: &Door, what: &str, body: Value) -> u16 {
    at(house, door, Method::POST, what).json(&body).send().await.unwrap().status().as_u16()
}

async fn start(house: &House, body: Value) -> (Door, Value) {
    let response = house.request(Method::POST, "/api/v1/conversations").json(&body).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::CREATED);
    let started: Value = response.json().await.unwrap();
    let text = |key: &str| started[key].as_str().unwrap().to_owned();
    (Door { id: text("id"), token: text("token") }, started)
}

async fn upload(house: &House, door: &Door, name: &str, bytes: &[u8]) -> (u16, Value) {
    let form = Form::new().part("file", Part::bytes(bytes.to_vec()).file_name(name.to_owned()));
    let sent = at(house, door, Method::POST, "attachments").multipart(form).send().await.unwrap();
    (sent.status().as_u16(), sent.json().await.unwrap())
}

async fn events(house: &House, door: &Door) -> Vec<Event> {
    let recorded = house.app.journal.events(door.id.parse().unwrap(), 0, 1000).await.unwrap();
    recorded.into_iter().map(|recorded| recorded.event).collect()
}

#[tokio::test]
async fn a_page_learns_what_its_widget_looks_like() {
    let house = House::start().await;
    let shown: Value = house.get("/api/v1/widget/default").send().await.unwrap().json().await.unwrap();
    assert_eq!((&shown["key"], &shown["hours"]["open_now"]), (&json!("default"), &json!(true)), "{shown}");
    assert!(shown.get("reply_minutes").is_none(), "nothing is promised that nobody chose: {shown}");
    assert!(shown["limits"]["chars"].as_u64().unwrap() > 0 && shown.get("secret").is_none(), "{shown}");
    assert_eq!(house.get("/api/v1/widget/none").send().await.unwrap().status(), StatusCode::NOT_FOUND);
    let unknown = house.request(Method::POST, "/api/v1/conversations").json(&json!({ "inbox": "none" })).send().await;
    assert_eq!(unknown.unwrap().status(), StatusCode::NOT_FOUND);
    house.close().await;
}

#[tokio::test]
async fn an_inbox_is_only_for_the_websites_that_it_names() {
    let house = House::start().await;
    let mut inbox = house.app.inboxes.all().await.unwrap().remove(0);
    inbox.settings.origins = vec!["https://shop.example".to_owned()];
    house.app.inboxes.change(&inbox).await.unwrap();
    for (origin, expected) in [("https://shop.example", 201), ("https://evil.example", 403)] {
        let call = house.request(Method::POST, "/api/v1/conversations").header("origin", origin).send().await.unwrap();
        assert_eq!(call.status().as_u16(), expected, "{origin}");
        assert_eq!(call.headers().contains_key("access-control-allow-origin"), expected == 201, "{origin}");
        let shown = house.get("/api/v1/widget/default").header("origin", origin).send().await.unwrap();
        assert_eq!(shown.status().as_u16(), if expected == 201 { 200 } else { 403 }, "{origin}");
    }
    // The console and the documents are never for foreign pages.
    let admin = house.as_admin(Method::GET, "/api/v1/documents").header("origin", "https://shop.example").send().await;
    assert!(!admin.unwrap().headers().contains_key("access-control-allow-origin"));
    house.close().await;
}

#[tokio::test]
async fn only_a_signature_makes_a_visitor_somebody() {
    let house = House::start().await;
    let inbox = house.app.inboxes.all().await.unwrap().remove(0);
    house.app.inboxes.set_secret(inbox.id, SECRET).await.unwrap();
    let customer = |events: &[Event]| match events[0] {
        Event::Opened { customer, .. } => customer,
        _ => unreachable!("a conversation begins by being opened"),
    };
    let identity = |proof: &str| json!({ "identity": { "id": "user-42", "name": "Ann", "proof": proof } });

    let (first, started) = start(&house, identity(PROOF)).await;
    assert_eq!(started["verified"], true);
    let (again, _) = start(&house, identity(PROOF)).await;
    let ann = customer(&events(&house, &first).await);
    assert_eq!(ann, customer(&events(&house, &again).await), "the same person, twice");
    let contact = house.app.store.contact(WorkspaceId::DEFAULT, ann).await.unwrap().unwrap();
    assert_eq!((contact.name.as_str(), contact.verified), ("Ann", true));

    for proof in ["", &PROOF.replace('e', "f")] {
        let (door, started) = start(&house, identity(proof)).await;
        assert_eq!(started["verified"], false, "{proof}");
        let claimed = customer(&events(&house, &door).await);
        assert_ne!(claimed, ann, "a claim never reaches what is known of somebody");
        let row = house.app.store.contact(WorkspaceId::DEFAULT, claimed).await.unwrap().unwrap();
        assert_eq!((row.external_id, row.verified), (None, false));
    }

    let (later, _) =
        start(&house, json!({ "contact": { "email": "ann@example.com", "attributes": { "plan": "pro" } } })).await;
    let body = json!({ "identity": { "id": "user-42", "proof": PROOF }, "phone": "123" });
    assert_eq!(post(&house, &later, "contact", body).await, 204);
    let anonymous = customer(&events(&house, &later).await);
    let row = house.app.store.contact(WorkspaceId::DEFAULT, ann).await.unwrap().unwrap();
    assert_eq!((row.name.as_str(), row.email.as_str(), row.phone.as_str()), ("Ann", "ann@example.com", "123"));
    assert_eq!(now(&house, &later).await, ann, "the conversation is hers now");
    assert_eq!(house.app.store.contact(WorkspaceId::DEFAULT, anonymous).await.unwrap(), None);
    let long = json!({ "name": "x".repeat(300) });
    assert_eq!(post(&house, &later, "contact", long).await, 422);
    house.close().await;
}

/// The customer of a conversation as it is now.
async fn now(house: &House, door: &Door) -> CustomerId {
    house.app.journal.load(door.id.parse().unwrap()).await.unwrap().unwrap().customer.unwrap()
}

#[tokio::test]
async fn whoever_has_not_written_is_answered_in_the_language_of_the_page() {
    let house = House::start().await;
    let (door, _) = start(&house, json!({ "language": "zh-CN" })).await;
    assert_eq!(post(&house, &door, "human", json!({})).await, 202);
    let notice = house.follow(&door, 0).await.until("escalated").await.pop().unwrap().data["notice"].clone();
    assert!(notice.as_str().is_some_and(|notice| notice.contains("客服")), "{notice}");
    let (door, _) = start(&house, json!({ "language": "zh-CN" })).await;
    assert_eq!(house.say(&door, "1", "I want to talk to a human").await.0, 202);
    let notice = house.follow(&door, 0).await.until("escalated").await.pop().unwrap().data["notice"].clone();
    assert!(notice.as_str().is_some_and(str::is_ascii), "what they write counts: {notice}");
    house.close().await;
}

#[tokio::test]
async fn who_was_here_before_is_known_by_the_token_of_then() {
    let house = House::start().await;
    let inbox = house.app.inboxes.all().await.unwrap().remove(0);
    house.app.inboxes.set_secret(inbox.id, SECRET).await.unwrap();
    let identity = json!({ "id": "user-42", "name": "Ann", "proof": PROOF });
    let before = |door: &Door| json!({ "id": door.id, "token": door.token });
    let (first, _) = start(&house, json!({ "contact": { "name": "A" } })).await;
    let (second, _) = start(&house, json!({ "previous": before(&first) })).await;
    let stranger = now(&house, &first).await;
    assert_eq!(now(&house, &second).await, stranger);
    let forged = json!({ "id": first.id, "token": second.token });
    for odd in [forged, json!({ "id": "nonsense", "token": "" })] {
        let (door, _) = start(&house, json!({ "previous": odd })).await;
        assert_ne!(now(&house, &door).await, stranger, "a wrong token opens nothing, and stops nobody");
    }
    // Whom the shop proves takes the earlier conversations along, and nobody follows without a proof.
    let (third, _) = start(&house, json!({ "previous": before(&second), "identity": identity })).await;
    assert_eq!(now(&house, &third).await, stranger, "the stranger is Ann");
    let (fourth, _) = start(&house, json!({ "previous": before(&third) })).await;
    let later = now(&house, &fourth).await;
    assert_ne!(later, stranger, "without a proof it may be anybody at the same screen");
    let (fifth, _) = start(&house, json!({ "previous": before(&fourth), "identity": identity })).await;
    assert_eq!((now(&house, &fifth).await, now(&house, &fourth).await), (stranger, stranger), "she is one again");
    let contact = house.app.store.contact(WorkspaceId::DEFAULT, stranger).await.unwrap().unwrap();
    assert_eq!((contact.name.as_str(), contact.verified), ("Ann", true));
    house.close().await;
}

#[tokio::test]
async fn files_stay_in_their_conversation_and_never_run() {
    let house = House::start().await;
    let (mine, other) = (house.open().await, house.open().await);
    let (status, sent) = upload(&house, &mine, "../../crack.png", PNG).await;
    assert_eq!((status, &sent["name"], &sent["media_type"]), (201, &json!("crack.png"), &json!("image/png")), "{sent}");
    let hash = sent["hash"].as_str().unwrap();
    let file = |door: &Door| at(&house, door, Method::GET, &format!("attachments/{hash}"));
    let read = file(&mine).send().await.unwrap();
    assert_eq!(read.headers()["content-type"], "image/png");
    assert_eq!(read.headers()["x-content-type-options"], "nosniff");
    assert!(read.headers()["content-disposition"].to_str().unwrap().starts_with("attachment;"));
    assert!(read.headers()["content-security-policy"].to_str().unwrap().contains("sandbox"));
    assert_eq!(read.bytes().await.unwrap(), PNG);
    assert_eq!(file(&other).send().await.unwrap().status(), StatusCode::NOT_FOUND, "it was not uploaded there");
    let stolen = json!({ "client_id": "1", "text": "", "attachments": [{ "hash": hash }] });
    assert_eq!(post(&house, &other, "messages", stolen.clone()).await, 422, "nor can it be sent there");
    assert_eq!(post(&house, &mine, "messages", stolen).await, 202, "a file may come without words");
    let frames = house.follow(&mine, 0).await.until("customer_said").await;
    assert_eq!(frames.last().unwrap().data["attachments"][0]["name"], "crack.png");
    house.follow(&mine, 0).await.until("bot_said").await;

    for (name, bytes) in
        [("photo.png", SVG), ("page.txt", b"<html><script>".as_slice()), ("a.exe", b"MZ\x90"), ("empty.png", b"")]
    {
        let (status, problem) = upload(&house, &mine, name, bytes).await;
        assert_eq!((status, &problem["code"]), (422, &json!("upload_refused")), "{name} {problem}");
    }
    let mut inbox = house.app.inboxes.all().await.unwrap().remove(0);
    inbox.settings.uploads.max_mib = 1;
    house.app.inboxes.change(&inbox).await.unwrap();
    let big = [PNG, &vec![0; 1 << 20]].concat();
    assert_eq!(upload(&house, &mine, "big.png", &big).await.0, 413);
    inbox.settings.uploads.enabled = false;
    house.app.inboxes.change(&inbox).await.unwrap();
    assert_eq!(upload(&house, &mine, "crack.png", PNG).await.0, 422);
    house.close().await;
}

#[tokio::test]
async fn files_of_visitors_cannot_fill_the_disk() {
    let house = House::with(None, |config| config.web.files_in_all_mib = 1).await;
    let stored = || {
        let entries = std::fs::read_dir(house.data().join("blobs")).unwrap().map(|entry| entry.unwrap().path());
        let names = entries.filter(|path| path.is_file()).map(|path| path.file_name().unwrap().to_owned());
        names.collect::<Vec<_>>()
    };
    let (mine, other) = (house.open().await, house.open().await);
    assert_eq!(upload(&house, &mine, "page.txt", b"<html><script>").await.0, 422);
    assert_eq!(stored(), [] as [&str; 0], "what is refused is not kept");
    let large = |filler: u8| [PNG, &vec![filler; 700 << 10]].concat();
    let (status, sent) = upload(&house, &mine, "a.png", &large(0)).await;
    assert_eq!(status, 201);
    assert_eq!(upload(&house, &other, "a.png", &large(0)).await.0, 422, "there is no room for it a second time");
    let (status, problem) = upload(&house, &other, "b.png", &large(1)).await;
    assert_eq!((status, &problem["code"]), (422, &json!("upload_refused")), "{problem}");
    assert!(problem.to_string().contains("in words"), "{problem}");
    assert_eq!(upload(&house, &other, "c.png", PNG).await.0, 201, "a small one still fits");
    let named = sent["hash"].as_str().unwrap();
    assert!(stored().len() == 2 && stored().iter().any(|name| name == named), "{:?}", stored());
    house.close().await;
}

#[tokio::test]
async fn what_was_read_is_written_down_once() {
    let house = House::start().await;
    let door = house.open().await;
    house.say(&door, "1", "Hello!").await;
    let said = house.follow(&door, 0).await.until("bot_said").await.pop().unwrap().id.unwrap();
    for _ in 0..3 {
        assert_eq!(post(&house, &door, "receipts", json!({ "read": said })).await, 204);
    }
    let seen = |event: &Event| matches!(event, Event::Seen { by: Party::Customer, through } if *through == said);
    assert_eq!(events(&house, &door).await.iter().filter(|event| seen(event)).count(), 1);
    assert_eq!(post(&house, &door, "typing", json!({})).await, 204);
    house.close().await;
}

#[tokio::test]
async fn a_conversation_is_ended_rated_and_kept() {
    let house = House::start().await;
    let door = house.open().await;
    house.say(&door, "1", "Hello <b>you</b>!").await;
    house.follow(&door, 0).await.until("bot_said").await;
    assert_eq!(post(&house, &door, "rating", json!({ "score": 5 })).await, 409, "it is not over");
    assert_eq!(post(&house, &door, "end", json!({})).await, 204);
    assert_eq!(post(&house, &door, "end", json!({})).await, 204, "twice is harmless");
    for wrong in [json!({ "score": 0 }), json!({ "score": 6 }), json!({ "score": 3, "comment": "x".repeat(1001) })] {
        assert_eq!(post(&house, &door, "rating", wrong).await, 422);
    }
    assert_eq!(post(&house, &door, "rating", json!({ "score": 4, "comment": "fine" })).await, 204);
    let frames = house.follow(&door, 0).await.until("rated").await;
    let over = frames.last().unwrap().id.unwrap();
    assert_eq!(frames.last().unwrap().data["score"], 4);
    assert!(frames.last().unwrap().data.get("comment").is_none());

    let text = at(&house, &door, Method::GET, "transcript").send().await.unwrap();
    assert!(text.headers()["content-disposition"].to_str().unwrap().starts_with("attachment;"));
    assert!(text.text().await.unwrap().contains("You\nHello <b>you</b>!"));
    let page =
        at(&house, &door, Method::GET, "transcript?format=html").header("accept-language", "zh").send().await.unwrap();
    let page = page.text().await.unwrap();
    assert!(page.contains("Hello &lt;b&gt;you&lt;/b&gt;!") && page.contains("智能助手"), "{page}");
    assert_eq!(house.say(&door, "2", "Hello again!").await.0, 202);
    let after = house.follow(&door, over).await.until("bot_said").await;
    assert!(after.iter().any(|frame| frame.name == "reopened"), "{after:?}");
    house.close().await;
}

#[tokio::test]
async fn nothing_of_this_is_for_others() {
    let house = House::start().await;
    let (mine, yours) = (house.open().await, house.open().await);
    let forged = Door { id: yours.id.clone(), token: mine.token.clone() };
    for what in ["contact", "typing", "receipts", "rating", "end", "attachments", "human"] {
        let body = if what == "rating" { json!({ "score": 5 }) } else { json!({}) };
        assert_eq!(post(&house, &forged, what, body).await, 401, "{what}");
    }
    for what in ["transcript", "attachments/0"] {
        let refused = at(&house, &forged, Method::GET, what).send().await.unwrap();
        assert_eq!(refused.status(), StatusCode::UNAUTHORIZED, "{what}");
    }
    assert_eq!(events(&house, &yours).await.len(), 1, "only its opening");
    house.close().await;
}
