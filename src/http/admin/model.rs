//! The language model: which one writes answers, and whether it can be reached.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::State;
use futures::StreamExt as _;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::House;
use crate::channel::token::write_private;
use crate::config::Config;
use crate::http::ledger::Ledger;
use crate::llm::chosen::{self, Chosen};
use crate::llm::config::Kind;
use crate::llm::slot::Slot;
use crate::llm::{Error, Llm, Message, Piece, Prompt, Role};
use crate::model::wording::Wording;
use crate::problem::{Body, Document, Problem, Wrong};

/// How long a model has to say one word.
const PATIENCE: Duration = Duration::from_secs(15);
const LONGEST_KEY: usize = 1000;

#[derive(Clone, Debug)]
struct Models {
    config: Arc<Config>,
    slot: Slot,
    /// One change after the other, so that file and slot say the same.
    changing: Arc<tokio::sync::Mutex<()>>,
}

pub(super) fn routes(house: &House) -> OpenApiRouter {
    let models = Models { config: Arc::clone(&house.config), slot: house.llm.clone(), changing: Arc::default() };
    OpenApiRouter::new().routes(routes!(read, choose)).routes(routes!(test)).with_state(models)
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ModelSettings)]
struct Shown {
    /// `none` (answers are quotes), `openai` (any provider of that form) or `cassette`.
    kind: &'static str,
    base_url: String,
    model: String,
    /// Whether a key is kept. It is never shown.
    set: bool,
    /// `settings`, or `console` when it was chosen here.
    source: &'static str,
    /// The model that answers now.
    active: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ModelChoice)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// `none` or `openai`.
    #[schema(value_type = String)]
    kind: Kind,
    #[serde(default)]
    base_url: String,
    #[serde(default)]
    model: String,
    /// Left out: the one that is kept, as long as the address stays the same. Empty: none.
    #[schema(value_type = Option<String>)]
    api_key: Option<SecretString>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ModelTried)]
struct Tried {
    ok: bool,
    took_ms: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Wording>,
}

/// Read which model is used.
#[utoipa::path(
    get, path = "/api/v1/admin/model", tag = "admin", security(("admin" = [])),
    responses((status = 200, body = Shown))
)]
async fn read(State(models): State<Models>) -> Result<Json<Shown>, Problem> {
    Ok(Json(models.shown(models.chosen()?.as_ref())))
}

/// Choose a model. It writes the next answer.
#[utoipa::path(
    put, path = "/api/v1/admin/model", tag = "admin", security(("admin" = [])), request_body = Wanted,
    responses((status = 200, body = Shown), (status = 422, body = Document))
)]
async fn choose(
    State(models): State<Models>,
    ledger: Ledger,
    Body(wanted): Body<Wanted>,
) -> Result<Json<Shown>, Problem> {
    let _one_at_a_time = models.changing.lock().await;
    let before = models.chosen()?;
    let chosen = models.sound(wanted, before.as_ref()).await?;
    let llm = models.build(&chosen)?;
    let text = serde_json::to_string_pretty(&chosen).map_err(Problem::internal)?;
    models.write(&text).map_err(Problem::internal)?;
    let was = models.shown(before.as_ref());
    models.slot.put(llm);
    let is = models.shown(Some(&chosen));
    let what = is.active.clone().unwrap_or_else(|| "none".to_owned());
    ledger.changed("model.changed", what, Some(was), Some(&is));
    Ok(Json(is))
}

/// Ask a model for one word, without using it for anything. Changes nothing.
#[utoipa::path(
    post, path = "/api/v1/admin/model/test", tag = "admin", security(("admin" = [])), request_body = Wanted,
    responses((status = 200, body = Tried), (status = 422, body = Document))
)]
async fn test(
    State(models): State<Models>,
    ledger: Ledger,
    Body(wanted): Body<Wanted>,
) -> Result<Json<Tried>, Problem> {
    ledger.nothing();
    let chosen = models.sound(wanted, models.chosen()?.as_ref()).await?;
    let began = Instant::now();
    let error = match models.build(&chosen)? {
        None => None,
        Some(llm) => match tokio::time::timeout(PATIENCE, say_one_word(llm.as_ref())).await {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(explained(&error)),
            Err(_) => Some(explained(&Error::TimedOut)),
        },
    };
    let took_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(Json(Tried { ok: error.is_none(), took_ms, error }))
}

impl Models {
    fn chosen(&self) -> Result<Option<Chosen>, Problem> {
        chosen::load(&self.config.data).map_err(|error| Problem::internal(format!("{error:#}")))
    }

    fn write(&self, text: &str) -> std::io::Result<()> {
        let draft = self.config.data.join(format!("model.{}.draft", std::process::id()));
        write_private(&draft, text.as_bytes())?;
        std::fs::rename(draft, chosen::path(&self.config.data))
    }

    fn shown(&self, chosen: Option<&Chosen>) -> Shown {
        let config = chosen.map_or_else(|| self.config.llm.clone(), |chosen| chosen.over(&self.config.llm));
        let openai = config.openai;
        Shown {
            kind: match config.kind {
                Kind::Auto if openai.model.is_empty() => "none",
                Kind::None => "none",
                Kind::Auto | Kind::Openai => "openai",
                Kind::Cassette => "cassette",
            },
            set: openai.api_key.is_some_and(|key| !key.expose_secret().is_empty()) || openai.api_key_file.is_some(),
            base_url: openai.base_url,
            model: openai.model,
            source: if chosen.is_some() { "console" } else { "settings" },
            active: self.slot.current().map(|llm| llm.name().to_owned()),
        }
    }

    /// The choice, when it is one that may be made.
    async fn sound(&self, wanted: Wanted, before: Option<&Chosen>) -> Result<Chosen, Problem> {
        let mut wrong = Vec::new();
        let mut expect = |holds: bool, at: &str, en: &str, zh: &str| {
            if !holds {
                wrong.push(Wrong { at: at.to_owned(), en: en.to_owned(), zh: zh.to_owned() });
            }
        };
        let known = matches!(wanted.kind, Kind::None | Kind::Openai);
        expect(known, "kind", "Choose none or openai.", "请选择 none 或 openai。");
        let url = wanted.base_url.trim().trim_end_matches('/').to_owned();
        let model = wanted.model.trim().to_owned();
        if wanted.kind == Kind::Openai {
            let named = (1..=200).contains(&model.chars().count()) && !model.chars().any(char::is_control);
            expect(named, "model", "Give the model's name.", "请填写模型名称。");
            let en = "Give the provider's address up to /v1, beginning with http:// or https://; link-local addresses are not allowed.";
            let zh = "请填写服务地址（到 /v1 为止），以 http:// 或 https:// 开头；不允许链路本地地址。";
            expect(allowed(&url).await, "base_url", en, zh);
        }
        let key = wanted.api_key.as_ref().map(|key| key.expose_secret().trim().to_owned());
        let fits = key.as_ref().is_none_or(|key| key.len() <= LONGEST_KEY && key.bytes().all(|b| b.is_ascii_graphic()));
        expect(fits, "api_key", "The key holds characters that no key has.", "密钥含有不允许的字符。");
        // Who may not read the key may not have it sent elsewhere either.
        let kept = self.shown(before);
        let moved = key.is_none() && kept.set && kept.base_url != url && wanted.kind == Kind::Openai;
        expect(
            !moved,
            "api_key",
            "The address changed: give the key for it, or an empty one.",
            "地址已更改：请重新填写该地址的密钥，或留空表示不使用。",
        );
        if !wrong.is_empty() {
            return Err(Problem::invalid(wrong));
        }
        let api_key = match key {
            Some(key) => Some(SecretString::from(key)),
            None => before.filter(|before| before.base_url == url).and_then(|before| before.api_key.clone()),
        };
        if wanted.kind == Kind::None {
            // What was set is kept for the day when it is switched on again.
            let (base_url, model) = (kept.base_url, kept.model);
            return Ok(Chosen { kind: Kind::None, base_url, model, api_key: before.and_then(|b| b.api_key.clone()) });
        }
        Ok(Chosen { kind: wanted.kind, base_url: url, model, api_key })
    }

    fn build(&self, chosen: &Chosen) -> Result<Option<Arc<dyn Llm>>, Problem> {
        chosen.over(&self.config.llm).build().map_err(|error| {
            let told = format!("{error:#}");
            let zh = format!("无法使用该配置：{told}");
            Problem::invalid(vec![Wrong { at: "base_url".to_owned(), en: told, zh }])
        })
    }
}

/// Whether an address may be called: HTTP, and nothing that only answers to machines, such as the metadata of a cloud. Private
/// networks are allowed, because that is where a model of one's own stands.
async fn allowed(url: &str) -> bool {
    let Ok(url) = reqwest::Url::parse(url) else { return false };
    let Some(host) = url.host_str().filter(|_| matches!(url.scheme(), "http" | "https")) else { return false };
    if !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
        return false;
    }
    let host = host.trim_start_matches('[').trim_end_matches(']');
    if let Ok(address) = host.parse::<IpAddr>() {
        return reachable(address);
    }
    let port = url.port_or_known_default().unwrap_or(443);
    let found = tokio::time::timeout(Duration::from_secs(3), tokio::net::lookup_host((host, port))).await;
    match found {
        Ok(Ok(mut addresses)) => addresses.all(|address: SocketAddr| reachable(address.ip())),
        // A name that is not known (yet) leads nowhere; the test button says so.
        _ => true,
    }
}

fn reachable(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(four) => {
            !four.is_link_local() && !four.is_unspecified() && !four.is_multicast() && !four.is_broadcast()
        }
        IpAddr::V6(six) => {
            let aws = "fd00:ec2::254".parse() == Ok(six);
            !six.is_unicast_link_local() && !six.is_unspecified() && !six.is_multicast() && !aws
        }
    }
}

async fn say_one_word(llm: &dyn Llm) -> Result<(), Error> {
    let content = "Answer with the one word OK.".to_owned();
    let prompt = Prompt {
        version: "test".to_owned(),
        messages: vec![Message { role: Role::User, content }],
        max_tokens: 16,
        temperature: 0.0,
        deadline: Some(PATIENCE),
    };
    let mut stream = llm.stream(&prompt).await?;
    while let Some(piece) = stream.next().await {
        if matches!(piece?, Piece::Text(_) | Piece::Done { .. }) {
            return Ok(());
        }
    }
    Err(Error::Cut)
}

/// What went wrong, and what to do; what the provider says of a refusal is told, since it names the model or the quota.
fn explained(error: &Error) -> Wording {
    match error {
        Error::RateLimited { .. } => Wording::of(
            "The provider answers, but is over its limit. Check the quota, or wait.",
            "服务可以访问，但请求已超出限额。请检查配额或稍后再试。",
        ),
        Error::Refused(why) => Wording::of(
            format!("The provider refused: {why}. Check key and model name."),
            format!("服务拒绝了请求：{why}。请检查密钥和模型名称。"),
        ),
        Error::Unavailable(why) => Wording::of(
            format!("The provider cannot be reached: {why}. Check the address."),
            format!("无法访问服务：{why}。请检查地址。"),
        ),
        Error::TimedOut => Wording::of("The model did not answer in time.", "模型没有及时回应。"),
        Error::Cut => Wording::of("The answer was cut off.", "回答中途断开。"),
        Error::Garbled(why) => Wording::of(
            format!("What answers does not speak the OpenAI form: {why}."),
            format!("该地址返回的内容不是 OpenAI 格式：{why}。"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_addresses_that_may_hold_a_model_are_called() {
        for url in ["http://127.0.0.1:8000/v1", "https://10.1.2.3/v1", "http://[::1]:1/v1", "http://localhost:9/v1"] {
            assert!(allowed(url).await, "{url}");
        }
        for url in [
            "http://169.254.169.254/latest",
            "http://[fe80::1]/v1",
            "http://[::ffff:169.254.169.254]/v1",
            "http://[fd00:ec2::254]/v1",
            "http://2852039166/v1",
            "http://0.0.0.0/v1",
            "file:///etc/passwd",
            "ftp://x/v1",
            "http://user:secret@127.0.0.1/v1",
            "localhost:8000/v1",
            "",
        ] {
            assert!(!allowed(url).await, "{url}");
        }
    }
}
