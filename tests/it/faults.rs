//! What goes wrong in a turn, from the customer's side: models that fail, lie or hang, and people who step in.

use std::sync::Arc;
use std::time::{Duration, Instant};

use frontdesk::clock;
use frontdesk::llm::scripted::{Script, Scripted, Step};
use frontdesk::model::event::Event;
use frontdesk::model::id::{AgentId, ConversationId};
use serde_json::json;
use tokio::sync::Notify;

use crate::fake_model::{FakeModel, Part, Reply, end, say, text, whole};
use crate::house::{House, PATIENCE};

/// The sample's gift-cards.md says it in one sentence.
const QUESTION: &str = "How long are gift cards valid?";
/// What the provider may take in these tests; the turn is over this much and three seconds later.
const MODEL_MS: u64 = 600;
const TURN_MS: u64 = 1500;

/// A house whose model is a server that does as it is told.
async fn house(model: &FakeModel) -> House {
    let base_url = model.base_url.clone();
    let house = House::with(None, move |config| {
        config.llm.openai.base_url = base_url;
        config.llm.openai.model = "fake".to_owned();
        config.llm.openai.first_byte_ms = MODEL_MS;
        config.llm.openai.idle_ms = MODEL_MS;
        config.llm.openai.total_ms = MODEL_MS * 2;
        config.dialogue.deadline_ms = TURN_MS;
        config.switchboard.deadline_ms = 4000;
        config.switchboard.lease_ms = 5000;
    })
    .await;
    house.learn_sample().await;
    house
}

#[tokio::test]
async fn verified_sentences_are_seen_before_the_reply_that_they_become() {
    let answer = "A card is valid for 36 months from the day of purchase [1]. Once it has expired, you can have it extended by 30 days, one time only [1].";
    let model = FakeModel::always(say(answer)).await;
    let house = house(&model).await;
    let door = house.open().await;
    let mut stream = house.follow(&door, 0).await;
    house.say(&door, "1", QUESTION).await;
    let frames = stream.until("bot_said").await;
    let said = frames.last().unwrap();
    assert_eq!(said.data["mode"], "model", "{said:?}");
    let sentences: Vec<_> = frames.iter().filter(|frame| frame.name == "sentence").collect();
    assert!(!sentences.is_empty(), "{frames:?}");
    for (number, sentence) in (1..).zip(&sentences) {
        assert_eq!(sentence.id, None, "a sentence is no event: {sentence:?}");
        assert_eq!(sentence.data["number"], number);
        assert_eq!(sentence.data["turn"], said.data["turn"]);
        let words = sentence.data["text"].as_str().unwrap();
        assert!(said.data["text"].as_str().unwrap().contains(words), "{words} is not in {said:?}");
    }
    house.close().await;
}

#[tokio::test]
async fn what_no_passage_says_never_leaves() {
    for lie in [
        // Another number, a turned meaning, a source that is not there, a promise, no source at all.
        "A card is valid for 90 months from the day of purchase [1].",
        "The balance of a card that was not extended is never lost [1].",
        "A card is valid for 36 months from the day of purchase [9].",
        "I have already refunded your order [1].",
        "We were founded in 1954 by two sisters.",
    ] {
        let model = FakeModel::always(say(lie)).await;
        let house = house(&model).await;
        let door = house.open().await;
        let mut stream = house.follow(&door, 0).await;
        house.say(&door, "1", QUESTION).await;
        let frames = stream.until("bot_said").await;
        let everything = format!("{frames:?}");
        let core = lie.trim_end_matches(['.', ']', '9', '1', '[', ' ']);
        if !lie.contains("[9]") {
            assert!(!everything.contains(core), "{lie} was said: {everything}");
        }
        let said = &frames.last().unwrap().data;
        assert!(said["mode"] != "model" || said["citations"] != json!([]), "{said}");
        assert!(!everything.contains("\"number\":9"), "{everything}");
        house.close().await;
    }
}

#[tokio::test]
async fn every_fault_of_a_provider_ends_in_a_useful_reply_in_time() {
    let cut = || Reply::Stream(vec![text("A card is valid for 36 "), Part::Reset]);
    for (fault, reply) in [
        ("500", whole(500, r#"{"error":{"message":"boom"}}"#)),
        (
            "429",
            Reply::Whole { status: 429, headers: vec![("retry-after", "30".to_owned())], body: "slow down".to_owned() },
        ),
        ("cut stream", cut()),
        ("hang", Reply::Hang),
        ("hang in the middle", Reply::Stream(vec![text("A card"), Part::Stall])),
        ("nonsense", Reply::Stream([Part::Raw("data: {nonsense\n\n".to_owned())].into_iter().chain(end()).collect())),
        ("empty", Reply::Stream(end())),
    ] {
        let model = FakeModel::always(reply).await;
        let house = house(&model).await;
        let door = house.open().await;
        let mut stream = house.follow(&door, 0).await;
        let began = Instant::now();
        house.say(&door, "1", QUESTION).await;
        let frames = stream.until("bot_said").await;
        let limit = Duration::from_millis(TURN_MS) + Duration::from_secs(3);
        assert!(began.elapsed() < limit, "{fault}: {:?}", began.elapsed());
        let said = &frames.last().unwrap().data;
        assert_eq!(said["mode"], "quote", "{fault}: the document knows the answer: {said}");
        assert!(said["text"].as_str().unwrap().contains("valid for 36 months"), "{fault}: {said}");
        for sentence in frames.iter().filter(|frame| frame.name == "sentence") {
            let words = sentence.data["text"].as_str().unwrap();
            assert!(said["text"].as_str().unwrap().contains(words), "{fault}: {words} was shown and taken back");
        }
        house.close().await;
    }
}

#[tokio::test]
async fn an_outage_costs_hardly_more_than_a_call_a_turn() {
    for (fault, reply) in [("500", whole(500, r#"{"error":{"message":"boom"}}"#)), ("hang", Reply::Hang)] {
        let model = FakeModel::always(reply).await;
        let house = house(&model).await;
        let (mut turns, mut recorded) = (0, 0);
        for _ in 0..4 {
            let door = house.open().await;
            let mut stream = house.follow(&door, 0).await;
            for id in ["1", "2", "3"] {
                house.say(&door, id, QUESTION).await;
                let frames = stream.until("bot_said").await;
                assert_eq!(frames.last().unwrap().data["mode"], "quote", "{fault}: {frames:?}");
                turns += 1;
            }
            let events = house.app.journal.events(door.id.parse().unwrap(), 0, 100).await.unwrap();
            let decided = events.iter().filter_map(|recorded| match &recorded.event {
                Event::Decided { decision } => Some(decision.usage.model_calls as usize),
                _ => None,
            });
            recorded += decided.sum::<usize>();
        }
        assert_eq!(recorded, model.calls(), "{fault}: what is written down is what was asked");
        assert!(model.calls() * 10 <= turns * 11, "{fault}: {} calls in {turns} turns", model.calls());
        house.close().await;
    }
}

#[tokio::test]
async fn a_person_who_claims_in_the_middle_of_a_turn_is_not_talked_over() {
    let started = Arc::new(Notify::new());
    let notify = Arc::clone(&started);
    let slow = Scripted::by(move |_| {
        notify.notify_one();
        Script(vec![Step::Wait(Duration::from_secs(3600))])
    });
    let house = House::with_model(Arc::new(slow)).await;
    house.learn_sample().await;
    let door = house.open().await;
    house.say(&door, "1", QUESTION).await;
    tokio::time::timeout(PATIENCE, started.notified()).await.expect("the model is asked");
    let id: ConversationId = door.id.parse().unwrap();
    let conversation = house.app.journal.load(id).await.unwrap().unwrap();
    let claimed = Event::Claimed { agent: clock::id::<AgentId>(), routed: false };
    house.app.journal.append(&conversation, vec![claimed], clock::now()).await.unwrap();
    house.follow(&door, 0).await.until("claimed").await;
    let events = house.app.journal.events(id, 0, 100).await.unwrap();
    house.close().await;
    assert!(events.iter().all(|recorded| !matches!(recorded.event, Event::BotSaid { .. })), "{events:?}");
}

#[tokio::test]
async fn a_turn_that_begins_anew_keeps_its_lease() {
    // A start may take almost the whole lease, and there are four of them: without a longer lease the conversation would be
    // taken a second time in the middle, and both turns would end each other for ever.
    let asked = Arc::new(Notify::new());
    let notify = Arc::clone(&asked);
    let slow = Scripted::by(move |_| {
        notify.notify_one();
        Script(vec![Step::Wait(Duration::from_secs(3600))])
    });
    let house = House::with(Some(Arc::new(slow)), |config| {
        config.dialogue.deadline_ms = 1800;
        config.switchboard.deadline_ms = 2400;
        config.switchboard.lease_ms = 2600;
    })
    .await;
    house.learn_sample().await;
    let door = house.open().await;
    for number in 0..4 {
        house.say(&door, &number.to_string(), QUESTION).await;
        tokio::time::timeout(PATIENCE, asked.notified()).await.expect("the model is asked anew");
        if number < 3 {
            tokio::time::sleep(Duration::from_millis(1200)).await;
        }
    }
    let frames = house.follow(&door, 0).await.until("bot_said").await;
    let starts = frames.iter().filter(|frame| frame.name == "turn_started").count();
    assert_eq!(starts, 4, "one for each message: {frames:?}");
    house.close().await;
}

#[tokio::test]
async fn a_model_that_panics_ends_in_an_honest_reply_and_a_person() {
    let panics = Scripted::by(|_| panic!("a fault of ours"));
    let house = House::with_model(Arc::new(panics)).await;
    house.learn_sample().await;
    let door = house.open().await;
    house.say(&door, "1", QUESTION).await;
    let frames = house.follow(&door, 0).await.until("escalated").await;
    let said: Vec<_> = frames.iter().filter(|frame| frame.name == "bot_said").collect();
    assert_eq!(said.len(), 1);
    assert!(said[0].data["text"].as_str().unwrap().starts_with("Something went wrong on our side"), "{said:?}");
    house.close().await;
}
