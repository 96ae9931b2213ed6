//! What consoles hear while things happen: rows, counts, who is there, who types; and the bot's silence from the moment that
//! a person takes over.

use std::sync::Arc;

use async_trait::async_trait;
use frontdesk::desk::routing::Order;
use frontdesk::llm::{Error, Finish, Llm, Piece, PieceStream, Prompt};
use frontdesk::model::staff::Role;
use futures::StreamExt as _;
use futures::stream;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::{Seat, hire};
use crate::frames::{Frame, Frames};
use crate::house::{Door, House};

pub(super) async fn listen(house: &House, seat: &Seat, path: &str) -> Frames {
    let url = format!("http://{}{path}", house.address);
    // Streams are open for as long as the test reads them.
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let response = client.get(url).header("cookie", &seat.cookie).send().await.unwrap();
    assert_eq!(response.status(), 200);
    Frames::of(response)
}

/// The next event of a name for which something holds; others are passed over.
pub(super) async fn hear(frames: &mut Frames, name: &str, holds: impl Fn(&Value) -> bool) -> Value {
    loop {
        let frame = frames.next().await.unwrap_or_else(|| panic!("the stream ended before {name}"));
        if frame.name == name && holds(&frame.data) {
            return frame.data;
        }
    }
}

fn at(door: &Door, action: &str) -> String {
    format!("/api/v1/desk/conversations/{}/{action}", door.id)
}

async fn ask_for_a_person(house: &House) -> Door {
    let door = house.open().await;
    house.say(&door, "1", "I want to talk to a human").await;
    door
}

#[tokio::test]
async fn who_is_there_gets_what_waits_and_who_vanishes_gives_it_back() {
    let house = House::with(None, |config| config.desk.vanish_after_s = 1).await;
    let (li, anna) = (hire(&house, "li", Role::Agent).await, hire(&house, "anna", Role::Agent).await);
    let mut tab = listen(&house, &li, "/api/v1/desk/events").await;
    hear(&mut tab, "counts", |counts| counts["mine"] == 0).await;
    let door = ask_for_a_person(&house).await;
    assert_eq!(hear(&mut tab, "assigned", |_| true).await["conversation"], json!(door.id));
    let row = hear(&mut tab, "row", |row| row["owner"]["kind"] == "agent").await;
    assert_eq!((&row["id"], &row["owner"]["name"]), (&json!(door.id), &json!("li")));
    hear(&mut tab, "counts", |counts| counts["mine"] == 1).await;
    let agents = anna.get(&house, "/api/v1/desk/agents").await;
    let of = |name: &str| agents.as_array().unwrap().iter().find(|agent| agent["name"] == name).unwrap().clone();
    assert_eq!((&of("li")["presence"], &of("li")["load"]), (&json!("online"), &json!(1)));
    assert_eq!(of("anna")["presence"], "offline");
    let mut customer = house.follow(&door, 0).await;
    customer.until("claimed").await;
    drop(tab);
    let released = customer.until("released").await.pop().unwrap();
    assert_eq!(released.data["to_bot"], false);
    let events = house.app.journal.events(door.id.parse().unwrap(), 0, 100).await.unwrap();
    let last = serde_json::to_value(&events.last().unwrap().event).unwrap();
    assert_eq!((&last["type"], &last["vanished"], &last["agent"]), (&json!("released"), &json!(true), &json!(li.id)));
    // Whoever comes next gets it.
    let mut tab = listen(&house, &anna, "/api/v1/desk/events").await;
    assert_eq!(hear(&mut tab, "assigned", |_| true).await["conversation"], json!(door.id));
    house.close().await;
}

#[tokio::test]
async fn who_does_not_answer_loses_it_to_a_colleague() {
    let house = House::with(None, |config| {
        config.desk.answer_within_s = 1;
        config.desk.widen_after_s = 3600;
    })
    .await;
    let (li, anna) = (hire(&house, "li", Role::Agent).await, hire(&house, "anna", Role::Agent).await);
    let mut lis = listen(&house, &li, "/api/v1/desk/events").await;
    let door = ask_for_a_person(&house).await;
    hear(&mut lis, "assigned", |_| true).await;
    let mut customer = house.follow(&door, 0).await;
    customer.until("released").await;
    let mut annas = listen(&house, &anna, "/api/v1/desk/events").await;
    hear(&mut annas, "assigned", |one| one["conversation"] == json!(door.id)).await;
    let reply = json!({ "client_id": "r", "text": "Anna here." });
    assert_eq!(anna.post(&house, &at(&door, "messages"), &reply).await.0, 201);
    let events = house.app.journal.events(door.id.parse().unwrap(), 0, 100).await.unwrap();
    let released: Vec<Value> = events
        .iter()
        .filter(|recorded| recorded.event.name() == "released")
        .map(|recorded| serde_json::to_value(&recorded.event).unwrap())
        .collect();
    assert_eq!((&released[0]["agent"], &released[0]["unanswered"]), (&json!(li.id), &json!(true)));

    // Who goes away keeps whom they have answered, and gives back whom they have not.
    let away = json!({ "presence": "away" });
    house.say(&door, "2", "And another question.").await;
    assert_eq!(anna.call(&house, Method::PATCH, "/api/v1/desk/me", &away).await.0, 200);
    let again = ask_for_a_person(&house).await;
    hear(&mut lis, "assigned", |one| one["conversation"] == json!(again.id)).await;
    let row = li.get(&house, &format!("/api/v1/desk/conversations/{}", door.id)).await["row"].clone();
    assert_eq!(row["owner"]["name"], "anna", "{row}");
    house.close().await;
}

#[tokio::test]
async fn a_customer_hears_who_takes_over() {
    let house = House::with(None, |config| config.desk.order = Order::ByHand).await;
    let (li, anna) = (hire(&house, "li", Role::Agent).await, hire(&house, "anna", Role::Agent).await);
    let team: Value = {
        let made = house.as_admin(Method::POST, "/api/v1/admin/teams").json(&json!({ "name": "Tents" })).send().await;
        made.unwrap().json().await.unwrap()
    };
    let door = ask_for_a_person(&house).await;
    let mut customer = house.follow(&door, 0).await;
    customer.until("escalated").await;
    li.post(&house, &at(&door, "claim"), &json!({})).await;
    li.post(&house, &at(&door, "transfer"), &json!({ "to": { "agent": anna.id }, "note": "inner words" })).await;
    let told = customer.until("transferred").await.pop().unwrap().data;
    assert_eq!((&told["agent"], told.get("note")), (&json!({ "name": "anna" }), None));
    anna.post(&house, &at(&door, "transfer"), &json!({ "to": { "team": team["id"] } })).await;
    assert_eq!(customer.until("transferred").await.pop().unwrap().data["agent"], Value::Null);
    house.close().await;
}

#[tokio::test]
async fn what_is_learnt_of_a_customer_reaches_every_console() {
    let house = House::with(None, |config| config.desk.order = Order::ByHand).await;
    let (li, anna) = (hire(&house, "li", Role::Agent).await, hire(&house, "anna", Role::Agent).await);
    let door = ask_for_a_person(&house).await;
    house.follow(&door, 0).await.until("escalated").await;
    let mut tab = listen(&house, &anna, "/api/v1/desk/events").await;
    let said = json!({ "name": "Wang", "attributes": { "plan": "pro", "size": "L" } });
    let path = format!("/api/v1/conversations/{}/contact", door.id);
    let told = house.request(Method::POST, &path).bearer_auth(&door.token).json(&said).send().await.unwrap();
    assert_eq!(told.status(), 204);
    let contact = hear(&mut tab, "contact", |_| true).await["contact"].clone();
    hear(&mut tab, "row", |row| row["contact"]["name"] == "Wang").await;
    let path = format!("/api/v1/desk/contacts/{}", contact.as_str().unwrap());
    let change = json!({ "attributes": { "plan": "free", "size": null, "orders": 3 } });
    let (status, saved) = li.call(&house, Method::PATCH, &path, &change).await;
    assert_eq!((status, &saved["attributes"]), (200, &json!({ "plan": "free", "orders": 3 })), "key by key");
    assert_eq!(hear(&mut tab, "contact", |_| true).await["contact"], contact);
    let (_, saved) = li.call(&house, Method::PATCH, &path, &json!({ "attributes": { "x": 1 } })).await;
    assert_eq!(saved["attributes"], json!({ "plan": "free", "orders": 3, "x": 1 }));
    let kept = house.app.store.audit(frontdesk::model::id::WorkspaceId::DEFAULT, u64::MAX, 10).await.unwrap();
    let entry = &kept.iter().find(|kept| kept.entry.action == "contact.changed").unwrap().entry;
    assert_eq!((entry.what.as_str(), entry.who_name.as_str()), ("Wang", "li"));
    assert_eq!(entry.before, Some(json!({ "attributes": { "plan": "free", "orders": 3 } })));
    house.close().await;
}

#[tokio::test]
async fn who_is_busy_keeps_what_they_have_and_gets_nothing_new() {
    let house = House::start().await;
    let li = hire(&house, "li", Role::Agent).await;
    let anna = hire(&house, "anna", Role::Agent).await;
    let busy = json!({ "presence": "busy" });
    assert_eq!(li.call(&house, Method::PATCH, "/api/v1/desk/me", &busy).await.0, 200);
    let _busy = listen(&house, &li, "/api/v1/desk/events").await;
    let mut tab = listen(&house, &anna, "/api/v1/desk/events").await;
    let door = ask_for_a_person(&house).await;
    assert_eq!(hear(&mut tab, "assigned", |_| true).await["conversation"], json!(door.id));
    li.call(&house, Method::PATCH, "/api/v1/desk/me", &json!({ "presence": "online" })).await;
    let changed = hear(&mut tab, "presence", |one| one["presence"] == "online" && one["name"] == "li").await;
    assert_eq!((&changed["agent"], &changed["load"]), (&json!(li.id), &json!(0)));
    house.close().await;
}

#[tokio::test]
async fn mentions_reach_those_who_are_named_and_screens_show_who_looks() {
    let house = House::with(None, |config| config.desk.order = Order::ByHand).await;
    let (li, anna) = (hire(&house, "li", Role::Agent).await, hire(&house, "anna", Role::Agent).await);
    let door = ask_for_a_person(&house).await;
    house.follow(&door, 0).await.until("escalated").await;
    let mut tab = listen(&house, &anna, "/api/v1/desk/events").await;
    let mut screen = listen(&house, &anna, &at(&door, "events?after=0")).await;
    let first = hear(&mut screen, "watching", |_| true).await;
    assert_eq!(first, json!([{ "agent": anna.id, "name": "anna", "state": "viewing" }]));
    let _other = listen(&house, &li, &at(&door, "events?after=0")).await;
    hear(&mut screen, "watching", |all| all.as_array().unwrap().len() == 2).await;
    let note = json!({ "text": "please look", "mentions": [anna.id] });
    assert_eq!(li.post(&house, &at(&door, "notes"), &note).await.0, 200);
    let mention = hear(&mut tab, "mention", |_| true).await;
    assert_eq!(mention, json!({ "conversation": door.id, "by": { "id": li.id, "name": "li" }, "text": "please look" }));
    assert_eq!(hear(&mut screen, "frame", |frame| frame["type"] == "noted").await["agent"]["name"], "li");

    assert_eq!(li.post(&house, &at(&door, "typing"), &json!({})).await.0, 204);
    let typing =
        |all: &Value| all.as_array().unwrap().iter().any(|one| one["name"] == "li" && one["state"] == "typing");
    hear(&mut screen, "watching", typing).await;
    li.post(&house, &at(&door, "claim"), &json!({})).await;
    li.post(&house, &at(&door, "typing"), &json!({})).await;
    assert_eq!(hear(&mut screen, "typing", |_| true).await, json!({ "who": { "id": li.id, "name": "li" } }));
    house.close().await;
}

#[tokio::test]
async fn a_screen_resumes_where_it_was() {
    let house = House::with(None, |config| config.desk.order = Order::ByHand).await;
    let li = hire(&house, "li", Role::Agent).await;
    let door = ask_for_a_person(&house).await;
    house.follow(&door, 0).await.until("escalated").await;
    let frames = async |after: u64, until: u64| {
        let mut screen = listen(&house, &li, &at(&door, &format!("events?after={after}"))).await;
        let mut seen: Vec<Frame> = Vec::new();
        while seen.last().is_none_or(|frame| frame.id != Some(until)) {
            seen.extend(screen.next().await.filter(|frame| frame.name == "frame"));
        }
        seen
    };
    let last = house.app.journal.load(door.id.parse().unwrap()).await.unwrap().unwrap().seq;
    let whole = frames(0, last).await;
    assert!(whole.iter().map(|frame| frame.id.unwrap()).eq(1..=last), "an agent sees everything");
    for after in 1..last {
        assert_eq!(frames(after, last).await, whole[usize::try_from(after).unwrap()..]);
    }
    house.close().await;
}

/// A model that says one sentence, and the next one when it is told to.
#[derive(Debug)]
struct Halting(Arc<Notify>);

const FIRST: &str = "A card is valid for 36 months from the day of purchase [1]. ";
const SECOND: &str = "Once it has expired, you can have it extended by 30 days, one time only [1].";

#[async_trait]
impl Llm for Halting {
    fn name(&self) -> &str {
        "halting"
    }

    async fn stream(&self, _: &Prompt) -> Result<PieceStream, Error> {
        let go_on = Arc::clone(&self.0);
        let words = |text: &'static str| text.split_inclusive(' ').map(|word| Ok(Piece::Text(word.to_owned())));
        let rest = async move {
            go_on.notified().await;
            let done = Piece::Done { finish: Finish::Stop, prompt_tokens: 1, completion_tokens: 1 };
            stream::iter(words(SECOND).skip(1).chain([Ok(done)]))
        };
        // The first word of the second sentence shows that the first one has ended.
        let first = stream::iter(words(FIRST).chain([Ok(Piece::Text("Once ".to_owned()))]));
        Ok(first.chain(stream::once(rest).flatten()).boxed())
    }
}

#[tokio::test]
async fn the_bot_falls_silent_in_the_middle_of_an_answer() {
    let go_on = Arc::new(Notify::new());
    let house = House::with(Some(Arc::new(Halting(Arc::clone(&go_on)))), |config| {
        config.dialogue.deadline_ms = 60_000;
        config.switchboard.deadline_ms = 90_000;
        config.switchboard.lease_ms = 100_000;
    })
    .await;
    house.learn_sample().await;
    let li = hire(&house, "li", Role::Agent).await;
    for _ in 0..5 {
        let door = house.open().await;
        let mut customer = house.follow(&door, 0).await;
        house.say(&door, "1", "How long are gift cards valid?").await;
        customer.until("sentence").await;
        assert_eq!(li.post(&house, &at(&door, "claim"), &json!({})).await.0, 200);
        // From here on every word of the bot would come after the claim.
        go_on.notify_waiters();
        let reply = json!({ "client_id": "r", "text": "Li here." });
        assert_eq!(li.post(&house, &at(&door, "messages"), &reply).await.0, 201);
        let frames = customer.until("agent_said").await;
        let after = frames.iter().skip_while(|frame| frame.name != "claimed");
        let spoken: Vec<_> = after.filter(|frame| ["sentence", "bot_said"].contains(&frame.name.as_str())).collect();
        assert!(spoken.is_empty(), "{frames:?}");
        let events = house.app.journal.events(door.id.parse().unwrap(), 0, 100).await.unwrap();
        assert!(events.iter().all(|recorded| recorded.event.name() != "bot_said"), "{events:?}");
    }
    house.close().await;
}
