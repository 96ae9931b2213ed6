//! Reads server-sent events as a browser does.

use futures::StreamExt as _;
use futures::stream::BoxStream;
use reqwest::Response;
use serde_json::Value;

use crate::house::PATIENCE;

/// One event of a stream.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Frame {
    /// Its place in the conversation; live sentences have none.
    pub(crate) id: Option<u64>,
    pub(crate) name: String,
    pub(crate) data: Value,
}

pub(crate) struct Frames {
    bytes: BoxStream<'static, reqwest::Result<bytes::Bytes>>,
    text: String,
}

impl Frames {
    pub(crate) fn of(response: Response) -> Self {
        let kind = response.headers()["content-type"].to_str().unwrap().to_owned();
        assert_eq!(kind, "text/event-stream");
        Self { bytes: response.bytes_stream().boxed(), text: String::new() }
    }

    /// The next event, or `None` when the server has ended the stream.
    pub(crate) async fn next(&mut self) -> Option<Frame> {
        loop {
            while let Some(end) = self.text.find("\n\n") {
                let block: String = self.text.drain(..end + 2).collect();
                if let Some(frame) = parse(&block) {
                    return Some(frame);
                }
            }
            let piece = tokio::time::timeout(PATIENCE, self.bytes.next()).await.expect("an event in time")?;
            self.text.push_str(std::str::from_utf8(&piece.unwrap()).expect("frames are cut at characters"));
        }
    }

    /// All events up to and with the first of this name.
    pub(crate) async fn until(&mut self, name: &str) -> Vec<Frame> {
        let mut frames = Vec::new();
        loop {
            let frame = self.next().await.unwrap_or_else(|| panic!("the stream ended before {name}: {frames:?}"));
            let found = frame.name == name;
            frames.push(frame);
            if found {
                return frames;
            }
        }
    }
}

fn parse(block: &str) -> Option<Frame> {
    let (mut id, mut name, mut data) = (None, String::new(), String::new());
    for line in block.lines() {
        match line.split_once(": ") {
            Some(("id", value)) => id = Some(value.parse().unwrap()),
            Some(("event", value)) => value.clone_into(&mut name),
            Some(("data", value)) => data.push_str(value),
            // Comments are signs of life; the last line ends the event.
            _ => assert!(line.is_empty() || line.starts_with(':'), "{line}"),
        }
    }
    (!data.is_empty()).then(|| Frame { id, name, data: serde_json::from_str(&data).unwrap() })
}
