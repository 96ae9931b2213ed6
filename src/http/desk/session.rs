//! Signing in and out, and one's own account.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::House;
use crate::channel::limit::{Caller, Limiter, Rate};
use crate::clock;
use crate::desk::accounts::{self, Accounts, Who};
use crate::desk::shell::Desk;
use crate::http::ledger;
use crate::http::staff::{COOKIE, Staff};
use crate::model::id::WorkspaceId;
use crate::model::staff::Presence;
use crate::problem::{Body, Code, Document, Problem};
use crate::store::Store;

/// Longest name, in characters.
const LONGEST_NAME: usize = 80;
/// Longest address, in characters.
const LONGEST_ADDRESS: usize = 254;
/// Largest settings of a console, in bytes.
const LARGEST_SETTINGS: usize = 16 << 10;

/// Accounts behind one address that may be tried as often as one alone: an office calls from one address.
const COLLEAGUES: u32 = 5;

#[derive(Clone, Debug)]
pub(super) struct Doors {
    accounts: Accounts,
    desk: Desk,
    store: Store,
    max_age_s: u64,
    callers: Arc<Limiter<Caller>>,
    /// Of one account by one caller: nobody can lock out somebody who calls from elsewhere.
    guesses: Arc<Limiter<(String, Caller)>>,
}

impl Doors {
    /// One more try of a password.
    fn take(&self, email: &str, caller: Caller) -> Result<(), Problem> {
        let now = clock::now();
        self.callers.take(caller, now).map_err(Problem::too_many)?;
        self.guesses.take((address(email), caller), now).map_err(Problem::too_many)
    }

    pub(super) fn new(house: &House) -> Self {
        let tries = house.config.server.sign_in_tries;
        Self {
            accounts: house.accounts.clone(),
            desk: house.desk.clone(),
            store: house.store.clone(),
            max_age_s: u64::from(house.config.desk.session_days) * 86_400,
            callers: Arc::new(Limiter::new(Rate {
                burst: tries.burst.saturating_mul(COLLEAGUES),
                per_minute: tries.per_minute.saturating_mul(COLLEAGUES),
            })),
            guesses: Arc::new(Limiter::new(tries)),
        }
    }
}

pub(super) fn entrance(doors: Doors) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(sign_in)).with_state(doors)
}

pub(super) fn routes(doors: Doors) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(sign_out)).routes(routes!(me, change)).with_state(doors)
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Credentials {
    email: String,
    password: String,
}

/// Who is signed in.
#[derive(Debug, Serialize, ToSchema)]
struct Me {
    id: String,
    name: String,
    email: String,
    /// `owner`, `admin`, `agent` or `qa`.
    role: &'static str,
    /// `en` or `zh`.
    language: String,
    /// Goes into the header `X-CSRF-Token` of every request that is not GET.
    csrf: String,
    /// `online`, `busy`, `away` or `offline`.
    presence: &'static str,
    /// Conversations at the same time.
    capacity: u32,
    teams: Vec<String>,
    /// The password was not chosen by its owner.
    must_change_password: bool,
    /// The console's own: free JSON.
    settings: Value,
}

impl From<&Who> for Me {
    fn from(who: &Who) -> Self {
        let agent = &who.agent;
        Self {
            id: agent.id.to_string(),
            name: agent.name.clone(),
            email: agent.email.clone(),
            role: agent.role.name(),
            language: agent.language.clone(),
            csrf: who.csrf.clone(),
            presence: agent.presence.name(),
            capacity: agent.capacity,
            teams: agent.teams.iter().map(ToString::to_string).collect(),
            must_change_password: agent.must_change,
            settings: serde_json::from_str(&agent.settings).unwrap_or_default(),
        }
    }
}

/// Sign in. The answer sets the session's cookie.
#[utoipa::path(
    post, path = "/api/v1/desk/session", tag = "console", request_body = Credentials,
    responses(
        (status = 200, body = Me), (status = 401, description = "Wrong address or password", body = Document),
        (status = 429, body = Document),
    )
)]
async fn sign_in(
    State(doors): State<Doors>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    Body(credentials): Body<Credentials>,
) -> Result<Response, Problem> {
    doors.take(&credentials.email, caller)?;
    let now = clock::now();
    let signed = doors.accounts.sign_in(WorkspaceId::DEFAULT, &credentials.email, &credentials.password, now).await;
    let Some(token) = signed.map_err(Problem::internal)? else {
        // Whether there is such an account is not told here either.
        let tried = address(&credentials.email);
        ledger::record(&doors.store, None, caller, "session.refused", tried, (None, None)).await?;
        return Err(Code::WrongCredentials.into());
    };
    let who = doors.accounts.who(&token, now).await.map_err(Problem::internal)?.ok_or(Code::WrongCredentials)?;
    let email = &who.agent.email;
    ledger::record(&doors.store, Some(&who.agent), caller, "session.begun", email, (None, None)).await?;
    tracing::info!(agent = %who.agent.id, "agent {} signed in", who.agent.id);
    let mut response = (StatusCode::OK, Json(Me::from(&who))).into_response();
    keep(&mut response, cookie(&token, doors.max_age_s, &headers))?;
    Ok(response)
}

/// Sign out: the session ends at once.
#[utoipa::path(
    delete, path = "/api/v1/desk/session", tag = "console", security(("session" = [])),
    responses((status = 204), (status = 401, body = Document), (status = 403, body = Document))
)]
async fn sign_out(State(doors): State<Doors>, staff: Staff, headers: HeaderMap) -> Result<Response, Problem> {
    doors.accounts.sign_out(&staff).await.map_err(Problem::internal)?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    keep(&mut response, cookie("", 0, &headers))?;
    Ok(response)
}

/// Who am I?
#[utoipa::path(
    get, path = "/api/v1/desk/me", tag = "console", security(("session" = [])),
    responses((status = 200, body = Me), (status = 401, body = Document))
)]
async fn me(staff: Staff) -> impl IntoResponse {
    ([(header::CACHE_CONTROL, "no-store")], Json(Me::from(&*staff)))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MeChange)]
struct Change {
    name: Option<String>,
    /// `en` or `zh`.
    language: Option<String>,
    #[schema(value_type = Option<String>)]
    presence: Option<Presence>,
    /// Free JSON of 16 kB at most.
    settings: Option<Value>,
    password: Option<NewPassword>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPassword {
    old: String,
    new: String,
}

/// Change one's own account. A new password ends all other sessions.
#[utoipa::path(
    patch, path = "/api/v1/desk/me", tag = "console", request_body = Change, security(("session" = [])),
    responses((status = 200, body = Me), (status = 401, body = Document), (status = 422, body = Document))
)]
async fn change(
    State(doors): State<Doors>,
    Extension(caller): Extension<Caller>,
    staff: Staff,
    Body(change): Body<Change>,
) -> Result<Json<Me>, Problem> {
    let mut agent = staff.agent.clone();
    if let Some(name) = change.name {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
            let en = format!("A name has 1 to {LONGEST_NAME} characters.");
            return Err(Problem::saying(Code::Unacceptable, en, format!("姓名需为 1 到 {LONGEST_NAME} 个字符。")));
        }
        name.clone_into(&mut agent.name);
    }
    if let Some(language) = change.language {
        if !["en", "zh"].contains(&language.as_str()) {
            return Err(Problem::saying(Code::Unacceptable, "The language is en or zh.", "语言只能是 en 或 zh。"));
        }
        agent.language = language;
    }
    agent.presence = change.presence.unwrap_or(agent.presence);
    if let Some(settings) = change.settings {
        agent.settings = settings.to_string();
        if agent.settings.len() > LARGEST_SETTINGS {
            return Err(Code::TooLarge.into());
        }
    }
    // First, so that a wrong password changes nothing else.
    if let Some(password) = change.password {
        doors.take(&staff.agent.email, caller)?;
        doors.accounts.change_password(&staff, &password.old, &password.new).await.map_err(refused)?;
        let email = &staff.agent.email;
        ledger::record(&doors.store, Some(&staff.agent), caller, "account.password_changed", email, (None, None))
            .await?;
        agent.must_change = false;
    }
    doors.store.update_agent(&agent).await.map_err(Problem::internal)?;
    doors.desk.announce(agent.id);
    Ok(Json(Me::from(&Who { agent, ..(*staff.0).clone() })))
}

/// An address as it was typed, as one account has it.
fn address(email: &str) -> String {
    email.trim().to_lowercase().chars().filter(|c| !c.is_control()).take(LONGEST_ADDRESS).collect()
}

fn refused(error: accounts::Error) -> Problem {
    match error {
        accounts::Error::WrongPassword => {
            Problem::saying(Code::Unacceptable, "The old password is wrong.", "原密码不正确。")
        }
        accounts::Error::BadPassword => Code::WeakPassword.into(),
        other => Problem::internal(other),
    }
}

fn keep(response: &mut Response, cookie: String) -> Result<(), Problem> {
    let headers = response.headers_mut();
    headers.insert(header::SET_COOKIE, HeaderValue::try_from(cookie).map_err(Problem::internal)?);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(())
}

/// Scripts cannot read it, and other sites' pages do not send it along. Behind a proxy that speaks TLS it never leaves over
/// plain HTTP; who lies about that header hurts only themselves.
fn cookie(token: &str, max_age_s: u64, headers: &HeaderMap) -> String {
    let https = headers.get("x-forwarded-proto").is_some_and(|proto| proto.as_bytes().eq_ignore_ascii_case(b"https"));
    let secure = if https { "; Secure" } else { "" };
    format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age_s}{secure}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_locked_to_this_site_and_to_https_where_there_is_https() {
        let mut headers = HeaderMap::new();
        let plain = cookie("abc", 60, &headers);
        assert_eq!(plain, "frontdesk_session=abc; Path=/; HttpOnly; SameSite=Lax; Max-Age=60");
        headers.insert("x-forwarded-proto", "https".parse().unwrap());
        assert!(cookie("abc", 60, &headers).ends_with("; Secure"));
    }
}
