//! Mentions, the same done to many, the labels in use, what closes by itself, and to whom a customer comes back.

use frontdesk::clock;
use frontdesk::desk::closing::Closer;
use frontdesk::desk::routing::Order;
use frontdesk::model::id::WorkspaceId;
use frontdesk::model::staff::Role;
use reqwest::Method;
use serde_json::{Value, json};

use super::live::{hear, listen};
use super::{Seat, hire};
use crate::house::{Door, House};

const LIST: &str = "/api/v1/desk/conversations";
const BULK: &str = "/api/v1/desk/conversations/bulk";

async fn by_hand() -> House {
    House::with(None, |config| config.desk.order = Order::ByHand).await
}

async fn waiting(house: &House) -> Door {
    let door = house.open().await;
    house.say(&door, "1", "I want to talk to a human").await;
    house.follow(&door, 0).await.until("escalated").await;
    door
}

fn at(door: &Door, action: &str) -> String {
    format!("{LIST}/{}/{action}", door.id)
}

async fn mentions(house: &House, seat: &Seat) -> (Vec<(String, i64)>, u64) {
    let list = seat.get(house, &format!("{LIST}?view=mentions&limit=1")).await;
    let mut rows = list["items"].as_array().unwrap().clone();
    if let Some(next) = list["next"].as_str() {
        let rest = seat.get(house, &format!("{LIST}?view=mentions&cursor={next}")).await;
        rows.extend(rest["items"].as_array().unwrap().iter().cloned());
    }
    let told = rows.iter().map(|row| (row["id"].as_str().unwrap().to_owned(), row["mentions"].as_i64().unwrap()));
    (told.collect(), list["counts"]["mentions"].as_u64().unwrap())
}

#[tokio::test]
async fn who_is_mentioned_finds_it_until_they_have_looked() {
    let house = by_hand().await;
    let (li, quinn) = (hire(&house, "li", Role::Agent).await, hire(&house, "quinn", Role::Qa).await);
    let (one, other) = (waiting(&house).await, waiting(&house).await);
    let note = json!({ "text": "please look", "mentions": [quinn.id] });
    for door in [&other, &one, &one] {
        assert_eq!(li.post(&house, &at(door, "notes"), &note).await.0, 200);
    }
    li.post(&house, &at(&other, "resolve"), &json!({})).await;
    assert_eq!(mentions(&house, &quinn).await, (vec![(one.id.clone(), 2), (other.id.clone(), 1)], 2));
    assert_eq!(mentions(&house, &li).await, (Vec::new(), 0), "they are another's");
    let row = &li.get(&house, &format!("{LIST}?view=all")).await["items"][0];
    assert!(row.get("mentions").is_none(), "{row}");

    let mut tab = listen(&house, &quinn, "/api/v1/desk/events").await;
    hear(&mut tab, "counts", |counts| counts["mentions"] == 2).await;
    let seen = json!({ "through": 1000 });
    assert_eq!(quinn.post(&house, &at(&one, "seen"), &seen).await.0, 200);
    hear(&mut tab, "counts", |counts| counts["mentions"] == 1).await;
    assert_eq!(mentions(&house, &quinn).await, (vec![(one.id.clone(), 0), (other.id.clone(), 1)], 1));
    house.app.journal.rebuild_projections().await.unwrap();
    assert_eq!(mentions(&house, &quinn).await.1, 1, "what was seen stays seen");
    assert_eq!(li.post(&house, &at(&one, "notes"), &note).await.0, 200);
    assert_eq!(mentions(&house, &quinn).await, (vec![(one.id.clone(), 1), (other.id.clone(), 1)], 2));
    house.close().await;
}

#[tokio::test]
async fn the_same_is_done_to_many_and_each_is_told_apart() {
    let house = by_hand().await;
    let (li, anna, ada) = (
        hire(&house, "li", Role::Agent).await,
        hire(&house, "anna", Role::Agent).await,
        hire(&house, "ada", Role::Admin).await,
    );
    let (one, other, third) = (waiting(&house).await, waiting(&house).await, waiting(&house).await);
    assert_eq!(anna.post(&house, &at(&other, "claim"), &json!({})).await.0, 200);
    let ids = json!([one.id, other.id, "nonsense", third.id]);
    let fates = async |seat: &Seat, deed: Value| {
        let (status, fates) = seat.post(&house, BULK, &json!({ "ids": ids, "do": deed })).await;
        assert_eq!(status, 200, "{fates}");
        let told = fates.as_array().unwrap().iter().map(|fate| match fate["ok"] == true {
            true => "ok".to_owned(),
            false => fate["problem"]["code"].as_str().unwrap().to_owned(),
        });
        told.collect::<Vec<_>>()
    };
    assert_eq!(fates(&li, json!({ "action": "claim" })).await, ["ok", "taken", "not_found", "ok"]);
    assert_eq!(fates(&li, json!({ "action": "labels", "add": ["vip"] })).await, ["ok", "ok", "not_found", "ok"]);
    assert_eq!(fates(&li, json!({ "action": "priority", "priority": "high" })).await, ["ok", "ok", "not_found", "ok"]);
    let soon = clock::now().plus_ms(3_600_000).rfc3339();
    let snooze = json!({ "action": "snooze", "until": soon });
    assert_eq!(fates(&li, snooze).await, ["ok", "taken", "not_found", "ok"]);
    let moved = json!({ "action": "transfer", "to": { "agent": anna.id }, "note": "yours" });
    assert_eq!(fates(&li, moved).await, ["ok", "taken", "not_found", "ok"]);
    assert_eq!(fates(&li, json!({ "action": "resolve" })).await, ["taken", "taken", "not_found", "taken"]);
    assert_eq!(fates(&ada, json!({ "action": "release", "to": "queue" })).await, ["ok", "ok", "not_found", "ok"]);
    assert_eq!(fates(&li, json!({ "action": "resolve" })).await, ["ok", "ok", "not_found", "ok"]);
    let list = li.get(&house, &format!("{LIST}?view=resolved&label=vip&priority=high")).await;
    assert_eq!(list["items"].as_array().unwrap().len(), 3);
    assert_eq!(li.get(&house, "/api/v1/desk/labels").await, json!([{ "label": "vip", "count": 3 }]));
    let shops = li.get(&house, "/api/v1/desk/inboxes").await;
    assert_eq!(shops[0]["key"], "default");
    assert_eq!(shops[0].as_object().unwrap().keys().collect::<Vec<_>>(), ["key", "name"], "no more than the name");

    let claimed = &house.app.store.audit(WorkspaceId::DEFAULT, u64::MAX, 100).await.unwrap();
    let bulk: Vec<_> = claimed.iter().filter(|kept| kept.entry.action == "conversations.changed").collect();
    assert_eq!((bulk.len(), bulk[0].entry.what.as_str()), (7, "resolve (3)"), "what did nothing is not written down");
    let many: Vec<&str> = vec![one.id.as_str(); 101];
    for (odd, status) in [
        (json!({ "ids": many, "do": { "action": "claim" } }), 413),
        (json!({ "ids": [one.id], "do": { "action": "praise" } }), 400),
        (json!({ "ids": [one.id], "do": { "action": "release", "to": "nowhere" } }), 400),
        (json!({ "ids": [one.id], "do": { "action": "labels", "add": ["a|b"] } }), 422),
        (json!({ "ids": [one.id], "do": { "action": "labels", "colour": "red" } }), 400),
    ] {
        assert_eq!(li.post(&house, BULK, &odd).await.0, status, "{odd}");
    }
    house.close().await;
}

#[tokio::test]
async fn what_the_bot_answered_closes_by_itself_and_what_is_owed_does_not() {
    let house = by_hand().await;
    let (answered, owed) = (house.open().await, waiting(&house).await);
    house.say(&answered, "1", "Hello!").await;
    house.follow(&answered, 0).await.until("bot_said").await;
    let app = &house.app;
    let closer = Closer::new(app.journal.clone(), app.store.clone(), app.inboxes.clone());
    let in_hours = |hours: i64| clock::now().plus_ms(hours * 3_600_000);
    let sweep = async |hours| closer.sweep(WorkspaceId::DEFAULT, in_hours(hours)).await.unwrap();
    assert_eq!(sweep(71).await, 0);
    let mut inbox = app.inboxes.all().await.unwrap().remove(0);
    inbox.settings.resolve_idle_hours = 0;
    app.inboxes.change(&inbox).await.unwrap();
    assert_eq!(sweep(1000).await, 0, "0 is never");
    inbox.settings.resolve_idle_hours = 72;
    app.inboxes.change(&inbox).await.unwrap();
    assert_eq!((sweep(73).await, sweep(73).await), (1, 0));
    house.follow(&answered, 0).await.until("resolved").await;
    let still = app.journal.load(owed.id.parse().unwrap()).await.unwrap().unwrap();
    assert!(still.waiting_since().is_some(), "{:?}", still.status);
    house.close().await;
}

#[tokio::test]
async fn who_comes_back_comes_to_the_last_agent_while_they_are_there() {
    let house = by_hand().await;
    let li = hire(&house, "li", Role::Agent).await;
    let tab = listen(&house, &li, "/api/v1/desk/events").await;
    let door = waiting(&house).await;
    li.post(&house, &at(&door, "claim"), &json!({})).await;
    let (_, done) = li.post(&house, &at(&door, "resolve"), &json!({})).await;
    let over = done["row"]["seq"].as_u64().unwrap();
    assert_eq!(house.say(&door, "2", "One more thing.").await.0, 202);
    let frames = house.follow(&door, over).await.until("customer_said").await;
    let names: Vec<&str> = frames.iter().map(|frame| frame.name.as_str()).collect();
    assert_eq!(names, ["reopened", "claimed", "customer_said"]);
    assert_eq!(frames[1].data["agent"], "li");

    let away = json!({ "presence": "away" });
    assert_eq!(li.call(&house, Method::PATCH, "/api/v1/desk/me", &away).await.0, 200);
    let (_, done) = li.post(&house, &at(&door, "resolve"), &json!({})).await;
    let over = done["row"]["seq"].as_u64().unwrap();
    house.say(&door, "3", "Hello!").await;
    let frames = house.follow(&door, over).await.until("bot_said").await;
    assert!(frames.iter().all(|frame| frame.name != "claimed"), "{frames:?}");
    drop(tab);
    house.close().await;
}
