//! A customer: opens a conversation, follows it, asks, and waits for the reply.

use anyhow::Context as _;
use futures::StreamExt as _;
use futures::stream::BoxStream;
use reqwest::{Client, Response};
use serde_json::{Value, json};

use crate::PATIENCE;

pub(crate) struct Customer {
    client: Client,
    url: String,
    token: String,
    events: BoxStream<'static, reqwest::Result<bytes::Bytes>>,
    buffer: String,
    asked: usize,
}

/// How a turn ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// The bot replied, in this mode.
    Reply(String),
    Escalated,
}

impl Heard {
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Reply(mode) => mode.clone(),
            Self::Escalated => "escalated".to_owned(),
        }
    }
}

pub(crate) fn client() -> reqwest::Result<Client> {
    Client::builder().no_proxy().timeout(PATIENCE).build()
}

impl Customer {
    pub(crate) async fn open(base_url: &str) -> anyhow::Result<Self> {
        let client = client()?;
        let started: Value = json_of(client.post(format!("{base_url}/api/v1/conversations")).send().await?).await?;
        let id = started["id"].as_str().context("no id")?;
        let token = started["token"].as_str().context("no token")?.to_owned();
        let url = format!("{base_url}/api/v1/conversations/{id}");
        let events = client.get(format!("{url}/events")).bearer_auth(&token).send().await?.error_for_status()?;
        let events = events.bytes_stream().boxed();
        Ok(Self { client, url, token, events, buffer: String::new(), asked: 0 })
    }

    pub(crate) async fn ask(&mut self, question: &str) -> anyhow::Result<Heard> {
        self.asked += 1;
        let said = json!({ "client_id": format!("m{}", self.asked), "text": question });
        let sent = self.client.post(format!("{}/messages", self.url)).bearer_auth(&self.token).json(&said).send();
        json_of(sent.await?).await?;
        tokio::time::timeout(PATIENCE, self.reply()).await.context("no reply came")?
    }

    async fn reply(&mut self) -> anyhow::Result<Heard> {
        loop {
            while let Some((frame, rest)) = self.buffer.split_once("\n\n") {
                let heard = heard(frame);
                self.buffer = rest.to_owned();
                if let Some(heard) = heard {
                    return Ok(heard);
                }
            }
            let part = self.events.next().await.context("the events ended")??;
            self.buffer.push_str(&String::from_utf8_lossy(&part));
        }
    }
}

fn heard(frame: &str) -> Option<Heard> {
    let data = frame.lines().find_map(|line| line.strip_prefix("data:"))?;
    let data: Value = serde_json::from_str(data.trim()).ok()?;
    match data["type"].as_str()? {
        "bot_said" => Some(Heard::Reply(data["mode"].as_str().unwrap_or("?").to_owned())),
        "escalated" => Some(Heard::Escalated),
        _ => None,
    }
}

async fn json_of(answer: Response) -> anyhow::Result<Value> {
    let status = answer.status();
    let body = answer.text().await?;
    anyhow::ensure!(status.is_success(), "{status}: {body}");
    Ok(serde_json::from_str(&body)?)
}
