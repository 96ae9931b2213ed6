//! `kill -9` in the middle of an answer: nothing that was acknowledged is lost or doubled, and every turn is finished.

use std::time::Duration;

use reqwest::Client;
use serde_json::{Value, json};

use crate::fake_model::{FakeModel, Part, Reply, end, text};
use crate::house::PATIENCE;
use crate::program::{Server, frontdesk, run};

/// Kills in one run; `FRONTDESK_TEST_KILLS` asks for more.
const KILLS: u64 = 12;

struct Acknowledged {
    id: String,
    token: String,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_acknowledged_question_gets_exactly_one_answer() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let kills =
        std::env::vars().find(|(key, _)| key == "FRONTDESK_TEST_KILLS").map_or(KILLS, |(_, n)| n.parse().unwrap());
    let data = tempfile::tempdir().unwrap();
    let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/knowledge/gift-cards.md");
    assert_eq!(run(frontdesk(data.path()).args(["ingest", sample])).0, 0);
    // The model takes its time in the middle of an answer, so that kills hit every part of a turn.
    let pause = || Part::Wait(Duration::from_millis(40));
    let model = FakeModel::start(move |_, _| {
        let words = [
            "A card is valid for 36 months ",
            "from the day of purchase [1]. ",
            "Several cards can be used ",
            "for one order [1].",
        ];
        Reply::Stream(words.iter().flat_map(|words| [pause(), text(words)]).chain(end()).collect())
    })
    .await;
    let base_url = model.base_url.clone();
    let start = || {
        let mut command = frontdesk(data.path());
        command
            .env("FRONTDESK_LLM__OPENAI__BASE_URL", &base_url)
            .env("FRONTDESK_LLM__OPENAI__MODEL", "fake")
            .env("FRONTDESK_DIALOGUE__DEADLINE_MS", "2000")
            .env("FRONTDESK_SWITCHBOARD__DEADLINE_MS", "2500")
            .env("FRONTDESK_SWITCHBOARD__LEASE_MS", "2600")
            .env("FRONTDESK_SWITCHBOARD__QUIET_MS", "20")
            .env("FRONTDESK_WEB__NEW_CONVERSATIONS", "{ burst = 1000, per_minute = 1000 }");
        tokio::task::block_in_place(|| Server::start(&mut command))
    };
    let client = Client::builder().no_proxy().timeout(PATIENCE).build().unwrap();
    let mut acknowledged = Vec::new();
    for number in 0..kills {
        let server = start();
        acknowledged.push(ask(&client, &server.url).await);
        // Spread over the turn by a step that shares no factor with its parts.
        tokio::time::sleep(Duration::from_millis(number * 37 % 260)).await;
        server.kill();
    }
    let server = start();
    for one in &acknowledged {
        let events = answered(&client, &server.url, one).await;
        let count = |kind: &str| events.iter().filter(|event| event["type"] == kind).count();
        assert_eq!((count("customer_said"), count("bot_said")), (1, 1), "{events:#?}");
    }
    tokio::task::block_in_place(|| server.terminate());
}

async fn ask(client: &Client, url: &str) -> Acknowledged {
    let started: Value = client.post(format!("{url}/api/v1/conversations")).send().await.unwrap().json().await.unwrap();
    let word = |key: &str| started[key].as_str().unwrap().to_owned();
    let one = Acknowledged { id: word("id"), token: word("token") };
    let path = format!("{url}/api/v1/conversations/{}/messages", one.id);
    let body = json!({ "client_id": "only", "text": "How long are gift cards valid?" });
    let sent = client.post(path).bearer_auth(&one.token).json(&body).send().await.unwrap();
    assert_eq!(sent.status(), 202);
    one
}

/// All events up to the answer.
async fn answered(client: &Client, url: &str, one: &Acknowledged) -> Vec<Value> {
    let path = format!("{url}/api/v1/conversations/{}/events", one.id);
    let response = client.get(path).bearer_auth(&one.token).send().await.unwrap();
    let mut frames = crate::frames::Frames::of(response);
    frames.until("bot_said").await;
    // What is in the journal after the answer is found by a second look from the beginning.
    let path = format!("{url}/api/v1/conversations/{}/events", one.id);
    let response = client.get(path).bearer_auth(&one.token).send().await.unwrap();
    let mut frames = crate::frames::Frames::of(response);
    let mut events = Vec::new();
    while let Ok(Some(frame)) = tokio::time::timeout(Duration::from_millis(300), frames.next()).await {
        events.extend(frame.id.map(|_| frame.data));
    }
    events
}
