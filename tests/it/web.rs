//! What a customer's browser sees: conversations over HTTP.

use frontdesk::channel::limit::Rate;
use frontdesk::model::event::Event;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::house::{Door, House};

/// The sample's gift-cards.md says it in one sentence.
const QUESTION: &str = "How long are gift cards valid?";
const ANSWER: &str = "36 months";

#[tokio::test]
async fn a_question_is_answered_with_a_quote_and_its_source() {
    let house = House::start().await;
    house.learn_sample().await;
    for (question, words, document) in
        [(QUESTION, ANSWER, "gift-cards.md"), ("退货运费由谁承担？", "运费由我们承担", "退换货政策.md")]
    {
        let said = house.ask(question).await;
        assert!(said["text"].as_str().unwrap().contains(words), "{said}");
        assert_eq!(said["mode"], "quote", "{said}");
        let citation = &said["citations"][0];
        assert_eq!(citation["source"], document);
        assert!(citation["quote"].as_str().unwrap().contains(words), "{said}");
    }
    house.close().await;
}

#[tokio::test]
async fn a_cited_passage_can_be_opened_by_those_who_were_shown_it() {
    let house = House::start().await;
    house.learn_sample().await;
    let door = house.open().await;
    house.say(&door, "1", QUESTION).await;
    let said = house.follow(&door, 0).await.until("bot_said").await.pop().unwrap().data;
    let chunk = said["citations"][0]["chunk"].as_str().unwrap();
    let path = |door: &Door| format!("/api/v1/conversations/{}/passages/{chunk}", door.id);
    let passage: Value = house.get(&path(&door)).bearer_auth(&door.token).send().await.unwrap().json().await.unwrap();
    assert!(passage["text"].as_str().unwrap().contains(said["citations"][0]["quote"].as_str().unwrap()));
    assert_eq!(passage["source"], "gift-cards.md");
    let other = house.open().await;
    let refused = house.get(&path(&other)).bearer_auth(&other.token).send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::NOT_FOUND, "it was not cited there");
    house.close().await;
}

#[tokio::test]
async fn what_the_documents_do_not_say_is_not_answered() {
    let house = House::start().await;
    house.learn_sample().await;
    for question in ["Who won the football world cup in 1998?", "公司创始人的生日是哪一天？"] {
        let said = house.ask(question).await;
        assert_eq!(said["mode"], "fixed", "{said}");
        assert_eq!(said["citations"], json!([]));
        assert_eq!(said["offers_human"], true, "{said}");
    }
    house.close().await;
}

#[tokio::test]
async fn a_follow_up_is_understood_from_what_was_said_before() {
    let house = House::start().await;
    house.learn_sample().await;
    let door = house.open().await;
    house.say(&door, "1", QUESTION).await;
    let first = house.follow(&door, 0).await.until("bot_said").await.pop().unwrap();
    house.say(&door, "2", "And can it be extended once it has expired?").await;
    let said = house.follow(&door, first.id.unwrap()).await.until("bot_said").await.pop().unwrap().data;
    assert!(said["text"].as_str().unwrap().contains("extended by 30 days"), "{said}");
    house.close().await;
}

#[tokio::test]
async fn who_wants_a_person_gets_one_by_word_and_by_button() {
    let house = House::start().await;
    house.learn_sample().await;
    for words in ["I want to talk to a human", "转人工"] {
        let door = house.open().await;
        house.say(&door, "1", words).await;
        let frames = house.follow(&door, 0).await.until("escalated").await;
        assert!(frames.iter().any(|frame| frame.name == "bot_said"), "the customer is told: {frames:?}");
    }
    let door = house.open().await;
    let path = format!("/api/v1/conversations/{}/human", door.id);
    for _ in 0..2 {
        let pressed = house.request(Method::POST, &path).bearer_auth(&door.token).send().await.unwrap();
        assert_eq!(pressed.status(), StatusCode::ACCEPTED);
    }
    house.follow(&door, 0).await.until("escalated").await;
    // The bot is silent from now on: the message is there, and nothing is owed for it.
    assert_eq!(house.say(&door, "1", QUESTION).await.0, 202);
    let events = house.app.journal.events(door.id.parse().unwrap(), 0, 100).await.unwrap();
    assert_eq!(events.iter().filter(|recorded| matches!(recorded.event, Event::Escalated { .. })).count(), 1);
    house.close().await;
}

#[tokio::test]
async fn a_stream_can_be_taken_up_at_every_place() {
    let house = House::start().await;
    house.learn_sample().await;
    let door = house.open().await;
    let mut last = 0;
    for (number, text) in ["Hello!", QUESTION, "Thank you!"].into_iter().enumerate() {
        house.say(&door, &number.to_string(), text).await;
        last = house.follow(&door, last).await.until("bot_said").await.pop().unwrap().id.unwrap();
    }
    let journalled = |frames: Vec<crate::frames::Frame>| -> Vec<_> {
        frames.into_iter().filter(|frame| frame.id.is_some()).collect()
    };
    let mut whole = Vec::new();
    let mut stream = house.follow(&door, 0).await;
    while whole.last().is_none_or(|frame: &crate::frames::Frame| frame.id != Some(last)) {
        whole.extend(journalled(vec![stream.next().await.unwrap()]));
    }
    assert!(whole.len() >= 9, "{whole:?}");
    assert!(whole.windows(2).all(|pair| pair[0].id < pair[1].id));
    for after in 0..last {
        let expected: Vec<_> = whole.iter().filter(|frame| frame.id.unwrap() > after).cloned().collect();
        let mut resumed = house.follow(&door, after).await;
        let mut seen = Vec::new();
        while seen.len() < expected.len() {
            seen.extend(journalled(vec![resumed.next().await.unwrap()]));
        }
        assert_eq!(seen, expected, "after {after}");
    }
    house.close().await;
}

#[tokio::test]
async fn a_message_that_is_sent_twice_is_there_once() {
    let house = House::start().await;
    let door = house.open().await;
    let (status, first) = house.say(&door, "same", "Hello!").await;
    assert_eq!((status, &first["repeated"]), (202, &json!(false)));
    let (status, second) = house.say(&door, "same", "Hello!").await;
    assert_eq!((status, &second["repeated"], &second["seq"]), (202, &json!(true), &first["seq"]));
    let frames = house.follow(&door, 0).await.until("bot_said").await;
    assert_eq!(frames.iter().filter(|frame| frame.name == "customer_said").count(), 1);
    house.close().await;
}

#[tokio::test]
async fn nobody_reads_or_writes_a_conversation_of_others() {
    let house = House::start().await;
    let (mine, yours) = (house.open().await, house.open().await);
    let forged = Door { id: yours.id.clone(), token: mine.token.clone() };
    assert_eq!(house.say(&forged, "1", "x").await.0, 401);
    let path = format!("/api/v1/conversations/{}/events", yours.id);
    for request in [house.get(&path), house.get(&path).bearer_auth(&mine.token), house.get(&path).bearer_auth("")] {
        let refused = request.send().await.unwrap();
        assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(refused.headers()["content-type"], "application/problem+json");
    }
    house.say(&mine, "1", "Hello!").await;
    house.follow(&mine, 0).await.until("bot_said").await;
    let seen = house.app.journal.events(yours.id.parse().unwrap(), 0, 10).await.unwrap();
    assert_eq!(seen.len(), 1, "only its opening: {seen:?}");
    house.close().await;
}

#[tokio::test]
async fn what_cannot_be_taken_is_refused_with_a_reason_in_the_readers_language() {
    let house = House::with(None, |config| config.web.max_message_chars = 10).await;
    let door = house.open().await;
    for (client_id, text, status, code) in [
        ("1", "  \n", 422, "empty_message"),
        ("1", "12345678901", 422, "message_too_long"),
        ("", "hi", 422, "bad_client_id"),
        ("a b", "hi", 422, "bad_client_id"),
    ] {
        let (got, problem) = house.say(&door, client_id, text).await;
        assert_eq!((got, problem["code"].as_str().unwrap()), (status, code), "{problem}");
    }
    let path = format!("/api/v1/conversations/{}/messages", door.id);
    let post = || house.request(Method::POST, &path).bearer_auth(&door.token).header("accept-language", "zh-CN");
    for (body, kind, status, code) in [
        ("{".to_owned(), "application/json", 400, "bad_request"),
        (r#"{"client_id":"1"}"#.to_owned(), "application/json", 400, "bad_request"),
        (r#"{"client_id":"1","text":"hi","more":1}"#.to_owned(), "application/json", 400, "bad_request"),
        (r#"{"client_id":"1","text":"hi"}"#.to_owned(), "text/plain", 415, "unsupported_media_type"),
        (format!(r#"{{"client_id":"1","text":"{}"}}"#, "x".repeat(70_000)), "application/json", 413, "too_large"),
    ] {
        let refused = post().header("content-type", kind).body(body).send().await.unwrap();
        assert_eq!(refused.status().as_u16(), status);
        assert_eq!(refused.headers()["content-language"], "zh-CN");
        let problem: Value = refused.json().await.unwrap();
        assert_eq!(problem["code"], code, "{problem}");
        assert!(!problem["title"].as_str().unwrap().is_ascii(), "{problem}");
    }
    house.close().await;
}

#[tokio::test]
async fn who_knocks_too_often_waits() {
    let house = House::with(None, |config| {
        config.web.messages = Rate { burst: 2, per_minute: 1 };
        config.web.new_conversations = Rate { burst: 2, per_minute: 1 };
    })
    .await;
    let door = house.open().await;
    for number in 0..2 {
        assert_eq!(house.say(&door, &number.to_string(), "Hello!").await.0, 202);
    }
    let (status, problem) = house.say(&door, "3", "Hello!").await;
    assert_eq!((status, problem["code"].as_str().unwrap()), (429, "too_many_requests"));
    house.open().await;
    let third = house.request(Method::POST, "/api/v1/conversations").send().await.unwrap();
    assert_eq!(third.status(), StatusCode::TOO_MANY_REQUESTS);
    let wait: u64 = third.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    house.follow(&door, 0).await.until("bot_said").await;
    house.close().await;
}

#[tokio::test]
async fn a_burst_of_messages_is_one_turn() {
    let house = House::with(None, |config| config.switchboard.quiet_ms = 300).await;
    let door = house.open().await;
    for (number, text) in ["Hello!", "Good morning!", "Are you there?"].into_iter().enumerate() {
        house.say(&door, &number.to_string(), text).await;
    }
    let frames = house.follow(&door, 0).await.until("bot_said").await;
    assert_eq!(frames.iter().filter(|frame| frame.name == "turn_started").count(), 1, "{frames:?}");
    house.close().await;
}

#[tokio::test]
async fn connections_on_one_conversation_are_few() {
    let house = House::with(None, |config| config.web.max_streams_per_conversation = 2).await;
    let door = house.open().await;
    let (first, _second) = (house.follow(&door, 0).await, house.follow(&door, 0).await);
    let path = format!("/api/v1/conversations/{}/events", door.id);
    let ask = || house.get(&path).bearer_auth(&door.token).send();
    assert_eq!(ask().await.unwrap().status(), StatusCode::SERVICE_UNAVAILABLE);
    drop(first);
    // The server notices the closed connection a moment later.
    while ask().await.unwrap().status() != StatusCode::OK {
        tokio::task::yield_now().await;
    }
    house.close().await;
}
