//! Who asks for a person out of hours: the inbox's policy holds, by button and by word.

use frontdesk::model::inbox::OutOfHours;
use reqwest::Method;
use serde_json::Value;

use crate::house::{Door, House};

/// A house whose doors are closed all week.
async fn closed(policy: OutOfHours) -> House {
    let house = House::start().await;
    let mut inbox = house.app.inboxes.all().await.unwrap().remove(0);
    inbox.settings.hours.always = false;
    inbox.settings.hours.week.iter_mut().for_each(Vec::clear);
    inbox.settings.out_of_hours = policy;
    assert!(house.app.inboxes.change(&inbox).await.unwrap());
    house
}

async fn press(house: &House, door: &Door) -> Value {
    let path = format!("/api/v1/conversations/{}/human", door.id);
    let pressed = house.request(Method::POST, &path).bearer_auth(&door.token).send().await.unwrap();
    assert_eq!(pressed.status(), 202);
    pressed.json().await.unwrap()
}

#[tokio::test]
async fn the_bot_goes_on_alone_where_the_inbox_says_so() {
    let house = closed(OutOfHours::BotOnly).await;
    let door = house.open().await;
    let answer = press(&house, &door).await;
    assert_eq!((&answer["open_now"], &answer["position"]), (&Value::from(false), &Value::Null));
    assert!(answer["notice"].as_str().unwrap().contains("in our documents"), "{answer}");
    house.say(&door, "1", "转人工").await;
    let said = house.follow(&door, 0).await.until("bot_said").await.pop().unwrap().data;
    assert!(said["text"].as_str().unwrap().starts_with("现在没有人工客服"), "{said}");
    let conversation = house.app.journal.load(door.id.parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(conversation.escalation, None);
    house.close().await;
}

#[tokio::test]
async fn a_message_is_taken_and_the_customer_knows_it() {
    let house = closed(OutOfHours::TakeMessage).await;
    let door = house.open().await;
    house.say(&door, "1", "I want to talk to a human").await;
    house.follow(&door, 0).await.until("escalated").await;
    let answer = press(&house, &door).await;
    assert_eq!((&answer["open_now"], &answer["position"]), (&Value::from(false), &Value::from(1)));
    let events = house.app.journal.events(door.id.parse().unwrap(), 0, 100).await.unwrap();
    let escalated = events.iter().find(|recorded| recorded.event.name() == "escalated").unwrap();
    let escalated = serde_json::to_value(&escalated.event).unwrap();
    assert!(escalated["notice"].as_str().unwrap().starts_with("We are closed at the moment. Leave"), "{escalated}");
    house.close().await;
}

#[tokio::test]
async fn while_the_doors_are_open_the_customer_hears_where_they_stand() {
    let house = House::start().await;
    for place in 1..=3 {
        let answer = press(&house, &house.open().await).await;
        assert_eq!((&answer["open_now"], &answer["position"]), (&Value::from(true), &Value::from(place)));
        assert!(answer["notice"].as_str().unwrap().starts_with("Nobody is at the desk right now."), "{answer}");
    }
    house.close().await;
}
