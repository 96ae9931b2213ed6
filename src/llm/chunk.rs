//! Reads the chunks of a streamed completion, leniently: every field is optional, every closed list is open.
//!
//! Pure. What vendors do that the published format does not say, and what is tolerated here: chunks without `id`, `index` or `choices`;
//! `choices: null`; `finish_reason: ""`; roles and reasons of their own; content as a list of parts (Mistral); usage on any chunk or on
//! none; reasoning in `reasoning_content` (DeepSeek) or between `<think>` tags (Qwen and others on plain servers), which is not shown.

use serde_json::Value;

use super::{Finish, Piece};
use crate::provider::failure::{Failure, Kind};

/// No honest answer of ours is longer, in bytes; a model that runs away is stopped here.
const LONGEST_ANSWER: usize = 256 * 1024;
const THINK: (&str, &str) = ("<think>", "</think>");

/// What was read of one completion so far.
#[derive(Debug, Default)]
pub struct Reader {
    thinking: Thinking,
    length: usize,
    finish: Option<Finish>,
    prompt_tokens: u32,
    completion_tokens: u32,
}

/// Where we are relative to a block of reasoning at the start of the text.
#[derive(Debug)]
enum Thinking {
    /// Nothing but a possible start of the tag has come.
    Undecided(String),
    /// Inside; the end of what came is kept, since a tag may be cut in two.
    Inside(String),
    Over,
}

impl Default for Thinking {
    fn default() -> Self {
        Self::Undecided(String::new())
    }
}

impl Reader {
    /// Reads one chunk; returns the text that it adds, if any.
    pub fn read(&mut self, chunk: &Value) -> Result<Option<String>, Failure> {
        if chunk.is_null() {
            return Ok(None);
        }
        if !chunk.is_object() {
            return Err(Failure::new(Kind::Garbled, "a part of the answer is no object"));
        }
        let has_error = !matches!(&chunk["error"], Value::Null | Value::Bool(false));
        if has_error || chunk["object"] == "error" {
            return Err(Failure::of_error_object(chunk));
        }
        self.count(&chunk["usage"]);
        let choice = &chunk["choices"][0];
        // Servers that do not really stream send a whole `message`; old ones send `text`.
        let delta = if choice["delta"].is_object() { &choice["delta"] } else { &choice["message"] };
        let mut text = content(&delta["content"]);
        if text.is_empty() {
            text = content(&choice["text"]);
        }
        if delta["refusal"].as_str().is_some_and(|refusal| !refusal.is_empty()) {
            self.finish = Some(Finish::Filtered);
        }
        if let Some(reason) = choice["finish_reason"].as_str().filter(|reason| !reason.is_empty()) {
            self.finish = Some(finish(reason)?);
        }
        self.length += text.len();
        if self.length > LONGEST_ANSWER {
            return Err(Failure::new(Kind::Garbled, "the answer does not end"));
        }
        let shown = self.without_thoughts(text);
        Ok((!shown.is_empty()).then_some(shown))
    }

    /// Whether the model has said that it is done. More chunks may follow (usage), or none.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.finish.is_some()
    }

    /// The last piece, after the last chunk: text that was still undecided, and the end. A stream that stops without having
    /// said why was cut.
    pub fn end(&mut self) -> Result<(Option<String>, Piece), Failure> {
        let finish = self.finish.ok_or_else(Failure::cut)?;
        let rest = match std::mem::replace(&mut self.thinking, Thinking::Over) {
            Thinking::Undecided(rest) if !rest.trim().is_empty() => Some(rest),
            _ => None,
        };
        let done = Piece::Done { finish, prompt_tokens: self.prompt_tokens, completion_tokens: self.completion_tokens };
        Ok((rest, done))
    }

    fn count(&mut self, usage: &Value) {
        let tokens = |name: &str| usage[name].as_f64().map(|tokens| tokens as u32);
        self.prompt_tokens = tokens("prompt_tokens").unwrap_or(self.prompt_tokens);
        self.completion_tokens = tokens("completion_tokens").unwrap_or(self.completion_tokens);
    }

    fn without_thoughts(&mut self, text: String) -> String {
        match &mut self.thinking {
            Thinking::Over => text,
            Thinking::Undecided(kept) => {
                kept.push_str(&text);
                let start = kept.trim_start();
                if let Some(inside) = start.strip_prefix(THINK.0) {
                    let inside = inside.to_owned();
                    self.thinking = Thinking::Inside(String::new());
                    return self.without_thoughts(inside);
                }
                if THINK.0.starts_with(start) {
                    return String::new();
                }
                let kept = std::mem::take(kept);
                self.thinking = Thinking::Over;
                kept
            }
            Thinking::Inside(kept) => {
                kept.push_str(&text);
                if let Some((_, after)) = kept.split_once(THINK.1) {
                    let after = after.trim_start().to_owned();
                    // White space between the tag and the answer may come in chunks of its own.
                    self.thinking = if after.is_empty() { Thinking::Undecided(String::new()) } else { Thinking::Over };
                    return after;
                }
                let tail = kept.char_indices().rev().nth(THINK.1.len()).map_or(0, |(place, _)| place);
                kept.drain(..tail);
                String::new()
            }
        }
    }
}

fn content(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().filter_map(|part| part["text"].as_str()).collect(),
        _ => String::new(),
    }
}

fn finish(reason: &str) -> Result<Finish, Failure> {
    match reason {
        "length" | "max_tokens" | "model_length" => Ok(Finish::Length),
        "content_filter" | "sensitive" | "safety" | "SAFETY" => Ok(Finish::Filtered),
        // DeepSeek, OpenRouter and vLLM end a stream in good order even when they had to give up.
        "insufficient_system_resource" | "error" | "network_error" => {
            Err(Failure::new(Kind::Unavailable, format!("the model gave up: {reason}")))
        }
        "abort" => Err(Failure::cut()),
        _ => Ok(Finish::Stop),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The whole text and the end of a stream of chunks (one JSON document a line).
    fn check(chunks: &str) -> Result<(String, Piece), Kind> {
        let (mut reader, mut whole) = (Reader::default(), String::new());
        for line in chunks.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let chunk = serde_json::from_str(line).unwrap();
            whole.push_str(&reader.read(&chunk).map_err(|failure| failure.kind)?.unwrap_or_default());
        }
        let (rest, done) = reader.end().map_err(|failure| failure.kind)?;
        whole.push_str(&rest.unwrap_or_default());
        Ok((whole, done))
    }

    fn done(finish: Finish, prompt_tokens: u32, completion_tokens: u32) -> Piece {
        Piece::Done { finish, prompt_tokens, completion_tokens }
    }

    #[test]
    fn as_published() {
        let chunks = r#"
            {"id":"1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}
            {"id":"1","choices":[{"index":0,"delta":{"content":"Thirty "},"finish_reason":null}],"usage":null}
            {"id":"1","choices":[{"index":0,"delta":{"content":"days."},"finish_reason":null}]}
            {"id":"1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}
            {"id":"1","choices":[],"usage":{"prompt_tokens":12,"completion_tokens":3,"total_tokens":15}}"#;
        assert_eq!(check(chunks), Ok(("Thirty days.".to_owned(), done(Finish::Stop, 12, 3))));
    }

    #[test]
    fn as_deepseek_sends_it() {
        let chunks = r#"
            {"id":"a","created":1718345013000,"choices":[{"index":0,"delta":{"role":"assistant","content":null,"reasoning_content":"Let me think. 30?"}}]}
            {"id":"a","choices":[{"index":0,"delta":{"content":"三十天。","reasoning_content":null},"finish_reason":""}]}
            {"id":"a","choices":[{"index":0,"delta":{"content":""},"finish_reason":"stop","logprobs":null}],"usage":{"prompt_tokens":9,"completion_tokens":2,"prompt_cache_hit_tokens":0}}"#;
        assert_eq!(check(chunks), Ok(("三十天。".to_owned(), done(Finish::Stop, 9, 2))));
        let gave_up = r#"{"choices":[{"delta":{"content":"Thirty"},"finish_reason":"insufficient_system_resource"}]}"#;
        assert_eq!(check(gave_up), Err(Kind::Unavailable));
    }

    #[test]
    fn as_qwen_on_a_plain_server_sends_it() {
        let chunks = r#"
            {"choices":[{"delta":{"role":"","content":"<th"}}]}
            {"choices":[{"delta":{"content":"ink>\nA < b, so"}}]}
            {"choices":[{"delta":{"content":" 30 days.\n</thi"}}]}
            {"choices":[{"delta":{"content":"nk>\n\n"}}]}
            {"choices":[{"delta":{"content":"退货期"}}]}
            {"choices":[{"delta":{"content":"为三十天。"},"finish_reason":"stop"}],"usage":{"prompt_tokens":5}}"#;
        assert_eq!(check(chunks), Ok(("退货期为三十天。".to_owned(), done(Finish::Stop, 5, 0))));
        // A text that only begins like the tag is text.
        let almost = r#"{"choices":[{"delta":{"content":"<th"}}]}
            {"choices":[{"delta":{"content":"ree> weeks"},"finish_reason":"length"}]}"#;
        assert_eq!(check(almost), Ok(("<three> weeks".to_owned(), done(Finish::Length, 0, 0))));
        let short = r#"{"choices":[{"delta":{"content":"<"},"finish_reason":"stop"}]}"#;
        assert_eq!(check(short), Ok(("<".to_owned(), done(Finish::Stop, 0, 0))));
        let only_thoughts = r#"{"choices":[{"delta":{"content":"<think>hm"},"finish_reason":"length"}]}"#;
        assert_eq!(check(only_thoughts), Ok((String::new(), done(Finish::Length, 0, 0))));
    }

    #[test]
    fn as_ollama_vllm_and_others_send_it() {
        let ollama = r#"{"model":"m","created":1.5,"choices":[{"delta":{"role":"assistant","content":"Yes."},"finish_reason":null}]}
            {"choices":[{"delta":{"content":""},"finish_reason":"stop"}]}"#;
        assert_eq!(check(ollama), Ok(("Yes.".to_owned(), done(Finish::Stop, 0, 0))));
        let odd = r#"null
            {"choices":null,"service_tier":"standard"}
            {"choices":[]}
            {"choices":[{"delta":{"content":[{"type":"text","text":"In "},{"type":"text","text":"parts."}]}}]}
            {"choices":[{"delta":null,"finish_reason":"eos_token"}],"usage":{"prompt_tokens":7.0,"completion_tokens":null}}"#;
        assert_eq!(check(odd), Ok(("In parts.".to_owned(), done(Finish::Stop, 7, 0))));
        let whole = r#"{"choices":[{"message":{"content":"At once."},"finish_reason":"stop"}]}"#;
        assert_eq!(check(whole), Ok(("At once.".to_owned(), done(Finish::Stop, 0, 0))));
        let refused = r#"{"choices":[{"delta":{"refusal":"I cannot."},"finish_reason":"content_filter"}]}"#;
        assert_eq!(check(refused), Ok((String::new(), done(Finish::Filtered, 0, 0))));
    }

    #[test]
    fn what_is_no_answer_is_an_error() {
        assert_eq!(check(r#"{"choices":[{"delta":{"content":"Thirty "}}]}"#), Err(Kind::Cut));
        assert_eq!(check(r#"{"choices":[{"delta":{"content":"Thir"},"finish_reason":"abort"}]}"#), Err(Kind::Cut));
        assert_eq!(check(r#"{"error":{"message":"oops","type":"server_error","code":500}}"#), Err(Kind::Unavailable));
        assert_eq!(check(r#"{"error":"out of memory"}"#), Err(Kind::Unavailable));
        assert_eq!(check(r#"{"object":"error","message":"too long","code":400}"#), Err(Kind::Rejected));
        assert_eq!(check(r#"{"error":{"code":"rate_limit_exceeded"}}"#), Err(Kind::RateLimited { retry_after: None }));
        assert_eq!(check("[1,2]"), Err(Kind::Garbled));
        let endless = format!(r#"{{"choices":[{{"delta":{{"content":"{}"}}}}]}}"#, "a".repeat(LONGEST_ANSWER + 1));
        assert_eq!(check(&endless), Err(Kind::Garbled));
    }
}
