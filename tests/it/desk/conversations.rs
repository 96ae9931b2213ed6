//! Conversations as agents work on them: lists, one conversation, every action, and who was faster.

use reqwest::Method;
use serde_json::{Value, json};

use frontdesk::model::staff::Role;

use super::{Seat, hire};
use crate::house::{Door, House};

const QUESTION: &str = "I want to talk to a human";

/// A customer who asked for a person; returns when it is in the queue.
async fn escalated(house: &House, words: &str) -> Door {
    let door = house.open().await;
    house.say(&door, "1", words).await;
    house.follow(&door, 0).await.until("escalated").await;
    door
}

fn at(door: &Door, action: &str) -> String {
    format!("/api/v1/desk/conversations/{}/{action}", door.id)
}

async fn detail(house: &House, seat: &Seat, door: &Door) -> Value {
    seat.get(house, &format!("/api/v1/desk/conversations/{}", door.id)).await
}

async fn ids(house: &House, seat: &Seat, query: &str) -> Vec<String> {
    let list = seat.get(house, &format!("/api/v1/desk/conversations?{query}")).await;
    list["items"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

/// Nothing is given out by itself: the tests do it by hand.
async fn by_hand() -> House {
    House::with(None, |config| config.desk.order = frontdesk::desk::routing::Order::ByHand).await
}

#[tokio::test]
async fn a_conversation_goes_from_the_queue_to_an_agent_and_is_resolved() {
    let house = by_hand().await;
    let (li, anna) = (hire(&house, "li", Role::Agent).await, hire(&house, "anna", Role::Agent).await);
    let door = escalated(&house, QUESTION).await;
    let list = li.get(&house, "/api/v1/desk/conversations?view=unassigned").await;
    let row = &list["items"][0];
    assert_eq!(
        (&row["id"], &row["owner"]["kind"], &row["escalation"]["kind"]),
        (&json!(door.id), &json!("queue"), &json!("asked"))
    );
    assert!(row["waiting_since"].is_string() && row["contact"]["id"].is_string(), "{row}");
    assert_eq!(
        (&list["counts"]["unassigned"], &list["counts"]["waiting"], &list["counts"]["mine"]),
        (&json!(1), &json!(1), &json!(0))
    );

    let (status, done) = li.post(&house, &at(&door, "claim"), &json!({})).await;
    assert_eq!((status, &done["row"]["owner"]), (200, &json!({ "kind": "agent", "agent": li.id, "name": "li" })));
    assert_eq!(li.post(&house, &at(&door, "claim"), &json!({})).await.0, 200, "twice is once");
    let (status, problem) = anna.post(&house, &at(&door, "claim"), &json!({})).await;
    assert_eq!((status, &problem["code"]), (409, &json!("taken")));
    assert_eq!(ids(&house, &li, "view=mine").await, [door.id.as_str()]);
    assert!(ids(&house, &anna, "view=mine").await.is_empty());

    let reply = json!({ "client_id": "r1", "text": "Hello, I am Li." });
    let (status, sent) = li.post(&house, &at(&door, "messages"), &reply).await;
    assert_eq!((status, &sent["row"]["last"]["from"]), (201, &json!("agent")), "{sent}");
    let (_, again) = li.post(&house, &at(&door, "messages"), &reply).await;
    assert_eq!(again["seq"], sent["seq"], "a repeated send is the same message");
    assert_eq!(again["row"]["waiting_since"], Value::Null, "it is the customer's turn");
    let heard = house.follow(&door, 0).await.until("agent_said").await.pop().unwrap();
    assert_eq!(heard.data["text"], "Hello, I am Li.");
    assert_eq!(anna.post(&house, &at(&door, "messages"), &reply).await.1["code"], "taken");

    let note = json!({ "text": "Check the invoice", "mentions": [anna.id] });
    assert_eq!(anna.post(&house, &at(&door, "notes"), &note).await.0, 200, "everybody may write a note");
    let moved = json!({ "to": { "agent": anna.id }, "note": "yours" });
    assert_eq!(li.post(&house, &at(&door, "transfer"), &moved).await.1["row"]["owner"]["name"], "anna");
    assert_eq!(li.post(&house, &at(&door, "resolve"), &json!({})).await.1["code"], "taken");
    assert_eq!(anna.post(&house, &at(&door, "resolve"), &json!({})).await.1["row"]["status"], "resolved");
    assert_eq!(ids(&house, &li, "view=resolved").await, [door.id.as_str()]);
    let (_, reopened) = li.post(&house, &at(&door, "reopen"), &json!({})).await;
    assert_eq!((&reopened["row"]["status"], &reopened["row"]["owner"]["name"]), (&json!("open"), &json!("li")));

    let detail = detail(&house, &li, &door).await;
    let types: Vec<&str> =
        detail["events"].as_array().unwrap().iter().map(|frame| frame["type"].as_str().unwrap()).collect();
    for expected in ["opened", "customer_said", "decided", "bot_said", "escalated", "claimed", "agent_said", "noted"] {
        assert!(types.contains(&expected), "{expected} is missing in {types:?}");
    }
    let noted = detail["events"].as_array().unwrap().iter().find(|frame| frame["type"] == "noted").unwrap();
    assert_eq!((&noted["agent"]["name"], &noted["mentions"][0]["name"]), (&json!("anna"), &json!("anna")));
    let decided = detail["events"].as_array().unwrap().iter().find(|frame| frame["type"] == "decided").unwrap();
    assert!(decided["decision"]["because"].is_string(), "{decided}");
    house.close().await;
}

#[tokio::test]
async fn of_two_who_claim_at_once_one_has_it() {
    let house = by_hand().await;
    let seats = [hire(&house, "li", Role::Agent).await, hire(&house, "anna", Role::Agent).await];
    for _ in 0..10 {
        let door = escalated(&house, QUESTION).await;
        let body = json!({});
        let path = at(&door, "claim");
        let (one, other) = tokio::join!(seats[0].post(&house, &path, &body), seats[1].post(&house, &path, &body));
        let mut statuses = [one.0, other.0];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409], "{one:?} {other:?}");
        let events = house.app.journal.events(door.id.parse().unwrap(), 0, 100).await.unwrap();
        assert_eq!(events.iter().filter(|recorded| recorded.event.name() == "claimed").count(), 1);
    }
    house.close().await;
}

#[tokio::test]
async fn a_reply_waits_when_the_customer_wrote_in_the_meantime() {
    let house = by_hand().await;
    let li = hire(&house, "li", Role::Agent).await;
    let door = escalated(&house, QUESTION).await;
    let (_, claimed) = li.post(&house, &at(&door, "claim"), &json!({})).await;
    let seen = claimed["row"]["seq"].as_u64().unwrap();
    // The summary of the handover may come in between.
    let heard = house.say(&door, "2", "It is about order 7.").await.1["seq"].as_u64().unwrap();
    let reply = |expected: u64| json!({ "client_id": "r1", "text": "What is it about?", "expected_seq": expected });
    let (status, problem) = li.post(&house, &at(&door, "messages"), &reply(seen)).await;
    assert_eq!((status, &problem["code"]), (409, &json!("moved_on")));
    assert_eq!(li.post(&house, &at(&door, "messages"), &reply(heard)).await.0, 201);
    let (_, done) = li.post(&house, &at(&door, "seen"), &json!({ "through": heard })).await;
    assert_eq!(done["row"]["unread"], 0);
    house.close().await;
}

#[tokio::test]
async fn a_conversation_is_set_aside_labelled_and_made_urgent() {
    let house = by_hand().await;
    let (li, quinn) = (hire(&house, "li", Role::Agent).await, hire(&house, "quinn", Role::Qa).await);
    let door = escalated(&house, QUESTION).await;
    for (until, status) in [("yesterday", 422), ("2001-01-01T00:00:00Z", 422), ("2400-01-01T00:00:00Z", 422)] {
        assert_eq!(li.post(&house, &at(&door, "snooze"), &json!({ "until": until })).await.0, status, "{until}");
    }
    let soon = frontdesk::clock::now().plus_ms(3_600_000).rfc3339();
    let (status, done) = li.post(&house, &at(&door, "snooze"), &json!({ "until": soon })).await;
    assert_eq!((status, &done["row"]["status"], &done["row"]["owner"]["name"]), (200, &json!("snoozed"), &json!("li")));
    assert_eq!(ids(&house, &li, "view=snoozed").await, [door.id.as_str()]);
    assert!(ids(&house, &li, "view=mine").await.is_empty());
    house.say(&door, "2", "Hello?").await;
    assert_eq!(ids(&house, &li, "view=mine").await, [door.id.as_str()], "the customer wrote: it is back");
    assert_eq!(li.post(&house, &at(&door, "wake"), &json!({})).await.0, 200);

    let (_, done) = li.post(&house, &at(&door, "priority"), &json!({ "priority": "urgent" })).await;
    assert_eq!(done["row"]["priority"], "urgent");
    let labels = json!({ "add": ["vip", "refund", "vip"] });
    let (status, done) = quinn.post(&house, &at(&door, "labels"), &labels).await;
    assert_eq!((status, &done["row"]["labels"]), (200, &json!(["refund", "vip"])), "labels are QA's, too");
    let (_, done) = quinn.post(&house, &at(&door, "labels"), &json!({ "remove": ["vip"] })).await;
    assert_eq!(done["row"]["labels"], json!(["refund"]));
    assert_eq!(li.post(&house, &at(&door, "labels"), &json!({ "add": ["a|b"] })).await.0, 422);
    assert_eq!(ids(&house, &li, "label=refund&priority=urgent&language=en").await, [door.id.as_str()]);
    assert!(ids(&house, &li, "label=vip").await.is_empty());

    let (_, done) = li.post(&house, &at(&door, "release"), &json!({ "to": "bot" })).await;
    assert_eq!(done["row"]["owner"]["kind"], "bot");
    // What the agent left unanswered the bot owes again.
    house.follow(&door, done["row"]["seq"].as_u64().unwrap()).await.until("bot_said").await;
    house.close().await;
}

#[tokio::test]
async fn lists_are_read_page_by_page_in_every_order() {
    let house = House::with(None, |config| {
        config.desk.order = frontdesk::desk::routing::Order::ByHand;
        config.web.new_conversations.burst = 100;
    })
    .await;
    let li = hire(&house, "li", Role::Agent).await;
    let mut doors = Vec::new();
    for n in 0..7 {
        doors.push(escalated(&house, if n % 2 == 0 { "转人工" } else { QUESTION }).await);
    }
    li.post(&house, &at(&doors[3], "priority"), &json!({ "priority": "urgent" })).await;
    house.open().await;
    for (sort, first) in [("newest", 6), ("longest_waiting", 0), ("priority", 3)] {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("/api/v1/desk/conversations?view=unassigned&limit=3&sort={sort}{cursor}");
            let page = li.get(&house, &path).await;
            seen.extend(page["items"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()));
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(seen[0], doors[first].id, "{sort}");
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 7, "{sort}: each once, and none that was only opened");
    }
    assert_eq!(ids(&house, &li, "view=unassigned&language=zh").await.len(), 4);
    assert_eq!(ids(&house, &li, "view=all&q=%E8%BD%AC%E4%BA%BA%E5%B7%A5").await.len(), 4);
    assert_eq!(ids(&house, &li, "view=all&q=TALK%20to%20a%20HUMAN").await.len(), 3);
    for nowhere in ["100%25", "client_id", "%5C", "%22"] {
        assert!(ids(&house, &li, &format!("view=all&q={nowhere}")).await.is_empty(), "{nowhere} was never said");
    }
    for odd in ["view=none", "sort=odd", "cursor=x", "team=x", "priority=odd"] {
        let refused = li.request(&house, Method::GET, &format!("/api/v1/desk/conversations?{odd}"));
        assert_eq!(refused.send().await.unwrap().status(), 422, "{odd}");
    }
    house.close().await;
}

#[tokio::test]
async fn what_a_decision_considered_can_be_opened() {
    let house = by_hand().await;
    house.learn_sample().await;
    let li = hire(&house, "li", Role::Agent).await;
    let door = house.open().await;
    house.say(&door, "1", "How long are gift cards valid?").await;
    house.follow(&door, 0).await.until("bot_said").await;
    let detail = detail(&house, &li, &door).await;
    let decided = detail["events"].as_array().unwrap().iter().find(|frame| frame["type"] == "decided").unwrap();
    let considered = decided["decision"]["considered"].as_array().unwrap();
    assert!(considered.len() > 1, "{decided}");
    for one in considered {
        let chunk = one["chunk"].as_str().unwrap();
        assert!(li.get(&house, &at(&door, &format!("passages/{chunk}"))).await["text"].is_string());
    }
    let nowhere = li.request(&house, Method::GET, &at(&door, "passages/00000000000000000000000000000000"));
    assert_eq!(nowhere.send().await.unwrap().status(), 404);
    let found = li.get(&house, "/api/v1/desk/search?q=gift%20cards").await;
    assert_eq!(found["conversations"][0]["id"], json!(door.id));
    assert_eq!(found["passages"][0]["source"], "gift-cards.md");
    for nothing in ["%00", "%20%07%20", "gift%00nowhere"] {
        let found = li.get(&house, &format!("/api/v1/desk/search?q={nothing}")).await;
        assert_eq!(found["conversations"], json!([]), "{nothing}");
    }
    house.close().await;
}

#[tokio::test]
async fn files_go_out_that_were_uploaded_and_no_others() {
    use reqwest::multipart::{Form, Part};
    let house = by_hand().await;
    house.learn_sample().await;
    let li = hire(&house, "li", Role::Agent).await;
    let door = escalated(&house, QUESTION).await;
    let upload = async |bytes: &[u8]| {
        let form = Form::new().part("file", Part::bytes(bytes.to_vec()).file_name("../label.png"));
        li.request(&house, Method::POST, "/api/v1/desk/attachments").multipart(form).send().await.unwrap()
    };
    assert_eq!(upload(b"").await.status(), 422);
    let kept: Value = upload(b"\x89PNG\r\n\x1a\n and so on").await.json().await.unwrap();
    assert_eq!((&kept["media_type"], &kept["bytes"]), (&json!("image/png"), &json!(18)), "{kept}");
    let file = li.request(&house, Method::GET, kept["url"].as_str().unwrap()).send().await.unwrap();
    assert_eq!((file.status().as_u16(), &file.headers()["x-content-type-options"]), (200, &"nosniff".parse().unwrap()));

    let send = async |client_id: &str, hash: &Value| {
        let file = json!({ "hash": hash, "name": "x", "media_type": "text/html", "bytes": 1 });
        let message = json!({ "client_id": client_id, "text": "", "attachments": [file] });
        li.post(&house, &at(&door, "messages"), &message).await
    };
    assert_eq!(send("1", &kept["hash"]).await.0, 201);
    let sent = house.app.journal.load(door.id.parse().unwrap()).await.unwrap().unwrap();
    let file = &sent.messages.last().unwrap().attachments[0];
    assert_eq!(
        (file.media_type.as_str(), file.bytes),
        ("image/png", 18),
        "what is known here counts, not what was claimed"
    );
    // The hash of a document of the house is no file to send.
    let blobs = std::fs::read_dir(house.data().join("blobs")).unwrap();
    let mut names: Vec<String> = blobs
        .filter_map(|entry| entry.unwrap().file_name().into_string().ok())
        .filter(|name| name.len() == 64)
        .collect();
    names.retain(|name| kept["hash"].as_str() != Some(name.as_str()));
    names.push("0".repeat(64));
    for name in names.iter().rev().take(3) {
        assert_eq!(send("2", &json!(name)).await.0, 422);
        let read = li.request(&house, Method::GET, &format!("/api/v1/desk/attachments/{name}"));
        assert_eq!(read.send().await.unwrap().status(), 404);
    }
    house.close().await;
}

#[tokio::test]
async fn what_is_known_of_a_customer_is_written_down() {
    let house = by_hand().await;
    let li = hire(&house, "li", Role::Agent).await;
    let door = escalated(&house, QUESTION).await;
    let contact = detail(&house, &li, &door).await["contact"].clone();
    let path = format!("/api/v1/desk/contacts/{}", contact["id"].as_str().unwrap());
    let change = json!({ "name": "Wang Fang", "email": "wang@example.com", "notes": "likes tents", "attributes": { "plan": "pro" } });
    let (status, saved) = li.call(&house, Method::PATCH, &path, &change).await;
    assert_eq!((status, &saved["attributes"]["plan"], &saved["verified"]), (200, &json!("pro"), &json!(false)));
    assert_eq!(li.get(&house, &path).await, saved);
    let row = detail(&house, &li, &door).await["row"].clone();
    assert_eq!((&row["contact"]["name"], &row["contact"]["email"]), (&json!("Wang Fang"), &json!("wang@example.com")));
    assert_eq!(li.get(&house, "/api/v1/desk/contacts?q=WANG").await["items"][0], saved);
    assert_eq!(li.get(&house, "/api/v1/desk/contacts?q=nobody").await["items"], json!([]));
    assert_eq!(li.get(&house, &format!("{path}/conversations")).await[0]["id"], json!(door.id));
    assert_eq!(ids(&house, &li, "q=wang%20fang").await, [door.id.as_str()]);
    house.close().await;
}

#[tokio::test]
async fn canned_replies_and_views_are_ones_own_or_shared() {
    let house = by_hand().await;
    let (li, anna, ada) = (
        hire(&house, "li", Role::Agent).await,
        hire(&house, "anna", Role::Agent).await,
        hire(&house, "ada", Role::Admin).await,
    );
    let canned =
        |shared: bool| json!({ "shortcut": "hi", "title": "Hello", "text": "Hi {{contact.name}}!", "shared": shared });
    let path = "/api/v1/desk/canned";
    let (status, own) = li.post(&house, path, &canned(false)).await;
    assert_eq!(status, 201, "{own}");
    let (_, common) = li.post(&house, path, &canned(true)).await;
    let count = async |seat: &Seat| seat.get(&house, path).await.as_array().unwrap().len();
    assert_eq!((count(&li).await, count(&anna).await), (2, 1));
    let at = |canned: &Value| format!("{path}/{}", canned["id"].as_str().unwrap());
    assert_eq!(anna.call(&house, Method::PUT, &at(&own), &canned(true)).await.0, 404);
    assert_eq!(anna.call(&house, Method::PUT, &at(&common), &canned(true)).await.0, 403);
    assert_eq!(ada.call(&house, Method::DELETE, &at(&common), &json!({})).await.0, 204);
    assert_eq!(li.call(&house, Method::DELETE, &at(&own), &json!({})).await.0, 204);
    assert_eq!(li.post(&house, path, &json!({ "shortcut": "a b", "title": "t", "text": "x" })).await.0, 422);

    let view = json!({ "name": "Urgent", "shared": true, "filter": { "priority": "urgent" } });
    let (status, kept) = li.post(&house, "/api/v1/desk/views", &view).await;
    assert_eq!((status, &kept["mine"]), (201, &json!(true)));
    assert_eq!(anna.get(&house, "/api/v1/desk/views").await[0]["filter"], json!({ "priority": "urgent" }));
    let at = format!("/api/v1/desk/views/{}", kept["id"].as_str().unwrap());
    assert_eq!(anna.call(&house, Method::DELETE, &at, &json!({})).await.0, 403);
    assert_eq!(li.call(&house, Method::DELETE, &at, &json!({})).await.0, 204);
    house.close().await;
}
