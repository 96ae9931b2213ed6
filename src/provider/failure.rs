//! What went wrong between us and a provider, whatever words it found for it.

use std::fmt;
use std::time::Duration;

use async_openai::error::OpenAIError;
use reqwest::header::HeaderMap;
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

use crate::model::time::Timestamp;

const LONGEST_MESSAGE: usize = 200;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub kind: Kind,
    /// For operators.
    pub message: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    RateLimited {
        retry_after: Option<Duration>,
    },
    /// Every request will meet this until a person acts: key, quota, model name, address.
    Forbidden,
    /// This request is refused (too long, content); another one may pass.
    Rejected,
    Unavailable,
    TimedOut,
    /// The answer began and broke off.
    Cut,
    /// The answer is not what the protocol says.
    Garbled,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

impl Failure {
    #[must_use]
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    #[must_use]
    pub fn timed_out() -> Self {
        Self::new(Kind::TimedOut, "no answer in time")
    }

    #[must_use]
    pub fn cut() -> Self {
        Self::new(Kind::Cut, "the answer broke off")
    }

    #[must_use]
    pub fn web_page() -> Self {
        Self::new(Kind::Forbidden, "it answers with a web page; is base_url right?")
    }

    /// An HTTP answer that is no usable one. `key` is cut out of what is kept.
    #[must_use]
    pub fn of_answer(status: u16, retry_after: Option<Duration>, body: &[u8], key: Option<&str>) -> Self {
        let json: Value = serde_json::from_slice(body).unwrap_or_default();
        let said = Said::read(&json);
        let kind = match status {
            200..300 if said.is_error() => return Self::of_error_object(&json),
            200..300 => Kind::Garbled,
            429 if said.is_about_quota() => Kind::Forbidden,
            429 => Kind::RateLimited { retry_after },
            408 | 409 | 425 | 500.. => Kind::Unavailable,
            // 402 is an empty account, 300 to 399 an address that moved.
            300..=399 | 401..=405 | 410 => Kind::Forbidden,
            _ => Kind::Rejected,
        };
        // What a provider says about a request's content may quote it: only its class is kept then.
        let quotes_nothing = matches!(kind, Kind::Forbidden | Kind::RateLimited { .. });
        let mut message = format!("HTTP {status}");
        for part in [said.class(), said.message.filter(|_| quotes_nothing)].into_iter().flatten() {
            message.push_str(": ");
            message.push_str(&part);
        }
        Self::new(kind, shortened(&without(&message, key)))
    }

    /// An error object inside an answer that began well.
    #[must_use]
    pub fn of_error_object(json: &Value) -> Self {
        let said = Said::read(json);
        let code = said.code.as_deref().and_then(|code| code.parse::<u16>().ok());
        let class = said.class().unwrap_or_else(|| "no reason given".to_owned());
        let kind = match code {
            Some(429) => Kind::RateLimited { retry_after: None },
            Some(401..=404) => Kind::Forbidden,
            Some(400 | 413 | 422) => Kind::Rejected,
            _ if said.is_about_quota() => Kind::Forbidden,
            _ if class.contains("rate_limit") => Kind::RateLimited { retry_after: None },
            _ if class.contains("invalid_request") => Kind::Rejected,
            _ => Kind::Unavailable,
        };
        Self::new(kind, shortened(&format!("error in the answer: {class}")))
    }
}

impl From<OpenAIError> for Failure {
    fn from(error: OpenAIError) -> Self {
        match error {
            OpenAIError::Boxed(inner) => match inner.downcast::<Self>() {
                Ok(failure) => *failure,
                Err(_) => Self::new(Kind::Unavailable, "the request did not leave"),
            },
            OpenAIError::Reqwest(error) if error.is_timeout() => Self::timed_out(),
            OpenAIError::Reqwest(error) if error.is_connect() => {
                Self::new(Kind::Unavailable, shortened(&format!("cannot connect: {}", innermost(&error))))
            }
            OpenAIError::Reqwest(error) if error.is_body() || error.is_decode() => Self::cut(),
            OpenAIError::Reqwest(error) => Self::new(Kind::Unavailable, shortened(&innermost(&error))),
            OpenAIError::StreamError(_) => Self::cut(),
            // Its text quotes the answer: not kept.
            OpenAIError::JSONDeserialize(..) => Self::new(Kind::Garbled, "a part of the answer is not JSON"),
            OpenAIError::InvalidArgument(_) => Self::new(Kind::Rejected, "the request cannot be written"),
            _ => Self::new(Kind::Unavailable, "the provider failed"),
        }
    }
}

/// What a body says, in any of the forms seen: `{"error": {message, type, code}}` with a code that is text or number,
/// `{"error": "text"}` (Ollama), `{"object": "error", message, type, code}` (vLLM), `{"detail": …}`.
#[derive(Default)]
struct Said {
    message: Option<String>,
    kind: Option<String>,
    code: Option<String>,
}

impl Said {
    fn read(json: &Value) -> Self {
        let text = |value: &Value| match value {
            Value::String(text) if !text.is_empty() => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        let flat = |object: &Value| Self {
            message: text(&object["message"]),
            kind: text(&object["type"]),
            code: text(&object["code"]),
        };
        match &json["error"] {
            Value::String(message) => Self { message: Some(message.clone()), ..Self::default() },
            Value::Object(_) => flat(&json["error"]),
            _ if json["object"] == "error" => flat(json),
            _ => Self { message: text(&json["detail"]).or_else(|| text(&json["message"])), ..Self::default() },
        }
    }

    fn is_error(&self) -> bool {
        self.message.is_some() || self.kind.is_some() || self.code.is_some()
    }

    fn is_about_quota(&self) -> bool {
        let names = |text: &Option<String>| {
            text.as_deref().is_some_and(|text| text.contains("insufficient_quota") || text.contains("billing"))
        };
        names(&self.code) || names(&self.kind)
    }

    /// Type and code: words of the provider's, never the customer's.
    fn class(&self) -> Option<String> {
        let both = [&self.kind, &self.code].into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" ");
        (!both.is_empty()).then_some(both)
    }
}

/// How long to wait, from `retry-after-ms` or `Retry-After` (seconds, whole or not, or an HTTP date). Capped at one day.
#[must_use]
pub fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    const DAY: f64 = 86_400.0;
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let number = |text: &str| text.parse::<f64>().ok().filter(|number| number.is_finite() && *number >= 0.0);
    if let Some(milliseconds) = text("retry-after-ms").and_then(number) {
        return Some(Duration::from_secs_f64((milliseconds / 1000.0).min(DAY)));
    }
    let after = text("retry-after")?;
    if let Some(seconds) = number(after) {
        return Some(Duration::from_secs_f64(seconds.min(DAY)));
    }
    let date = OffsetDateTime::parse(after, &Rfc2822).ok()?;
    let milliseconds = date.unix_timestamp().saturating_mul(1000).saturating_sub(now.0);
    Some(Duration::from_millis(u64::try_from(milliseconds).unwrap_or(0)).min(Duration::from_secs_f64(DAY)))
}

fn innermost(error: &dyn std::error::Error) -> String {
    let mut deepest = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    deepest.to_string()
}

fn without(message: &str, key: Option<&str>) -> String {
    match key {
        Some(key) if key.len() >= 4 => message.replace(key, "…"),
        _ => message.to_owned(),
    }
}

fn shortened(message: &str) -> String {
    message.chars().filter(|c| !c.is_control()).take(LONGEST_MESSAGE).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(status: u16, body: &str) -> (Kind, String) {
        let failure = Failure::of_answer(status, None, body.as_bytes(), Some("sk-secret"));
        (failure.kind, failure.message)
    }

    #[test]
    fn each_vendor_s_error_keeps_its_status() {
        let openai =
            r#"{"error":{"message":"Wrong key sk-secret","type":"invalid_request_error","code":"invalid_api_key"}}"#;
        let (kind, message) = check(401, openai);
        assert_eq!(
            (kind, message.as_str()),
            (Kind::Forbidden, "HTTP 401: invalid_request_error invalid_api_key: Wrong key …")
        );

        let vllm = r#"{"object":"error","message":"secret words of a customer","type":"BadRequestError","param":null,"code":400}"#;
        assert_eq!(check(400, vllm), (Kind::Rejected, "HTTP 400: BadRequestError 400".to_owned()));
        let nested = r#"{"error":{"message":"too long","type":"BadRequestError","code":400}}"#;
        assert_eq!(check(400, nested), (Kind::Rejected, "HTTP 400: BadRequestError 400".to_owned()));

        let ollama = r#"{"error":"model \"nope\" not found"}"#;
        assert_eq!(check(404, ollama), (Kind::Forbidden, "HTTP 404: model \"nope\" not found".to_owned()));
        assert_eq!(check(404, "<html>nothing here</html>"), (Kind::Forbidden, "HTTP 404".to_owned()));
        assert_eq!(check(429, "slow down"), (Kind::RateLimited { retry_after: None }, "HTTP 429".to_owned()));
        assert_eq!(check(402, r#"{"error":{"message":"Insufficient Balance"}}"#).0, Kind::Forbidden);
        assert_eq!(check(429, r#"{"error":{"code":"insufficient_quota","message":"pay"}}"#).0, Kind::Forbidden);
        assert_eq!(check(503, r#"{"error":{"message":"overloaded"}}"#), (Kind::Unavailable, "HTTP 503".to_owned()));
        assert_eq!(check(529, ""), (Kind::Unavailable, "HTTP 529".to_owned()));
        assert_eq!(check(200, r#"{"error":{"message":"busy","code":503}}"#).0, Kind::Unavailable);
        assert_eq!(check(200, r#"{"choices":[]}"#).0, Kind::Garbled);
    }

    #[test]
    fn retry_after_is_seconds_or_a_date_and_never_more_than_a_day() {
        let now = Timestamp(1_445_412_480_000); // Wed, 21 Oct 2015 07:28:00 GMT
        let check = |name: &'static str, value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(name, value.parse().unwrap());
            retry_after(&headers, now).map(|wait| wait.as_millis())
        };
        assert_eq!(check("retry-after", "7"), Some(7_000));
        assert_eq!(check("retry-after", "0.25"), Some(250));
        assert_eq!(check("retry-after", "Wed, 21 Oct 2015 07:28:30 GMT"), Some(30_000));
        assert_eq!(check("retry-after", "Wed, 21 Oct 2015 07:00:00 GMT"), Some(0));
        assert_eq!(check("retry-after", "Fri, 31 Dec 9999 23:59:59 GMT"), Some(86_400_000));
        assert_eq!(check("retry-after", "99999999999999999999999"), Some(86_400_000));
        assert_eq!(check("retry-after", "-3"), None);
        assert_eq!(check("retry-after", "soon"), None);
        assert_eq!(check("retry-after-ms", "120"), Some(120));
        assert_eq!(check("x-other", "1"), None);
    }
}
