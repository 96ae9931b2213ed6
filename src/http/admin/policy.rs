//! The rules that decide before anything is looked up: read with the results of their examples, tried, edited.

use std::path::PathBuf;
use std::sync::Arc;

use axum::Json;
use axum::extract::{DefaultBodyLimit, State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::House;
use crate::dialogue::Dialogue;
use crate::dialogue::policy::file::{self, Action};
use crate::dialogue::policy::{self, Error, Examined, Policy, Said, Verdict, kept};
use crate::http::ledger::Ledger;
use crate::model::event::{Priority, ReasonKind};
use crate::model::wording::Wording;
use crate::problem::{Body, Code, Document, Problem, Wrong};
use crate::prompts;
use crate::text::language;

/// Bytes of a policy; the shipped one has 40 kB.
const LONGEST: usize = 512 << 10;
/// Wrong examples that are told at once.
const TOLD: usize = 20;

#[derive(Clone, Debug)]
struct Rules {
    dialogue: Arc<Dialogue>,
    data: PathBuf,
    /// The settings name a file.
    from_file: bool,
}

pub(super) fn routes(house: &House) -> OpenApiRouter {
    let rules = Rules {
        dialogue: Arc::clone(&house.dialogue),
        data: house.config.data.clone(),
        from_file: house.config.dialogue.policy.is_some(),
    };
    OpenApiRouter::new()
        .routes(routes!(read, replace, restore))
        .routes(routes!(test))
        // Escaped in JSON a text may grow.
        .layer(DefaultBodyLimit::max(2 * LONGEST))
        .with_state(rules)
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Policy)]
struct Shown {
    toml: String,
    /// In the order in which they are tried.
    rules: Vec<Rule>,
    /// `built-in`, or `file` when they were edited or the settings name a file.
    source: &'static str,
    /// They were edited here; restoring goes back to those of the settings.
    edited: bool,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PolicyRule)]
struct Rule {
    name: String,
    /// `escalate`, `offer` or `reply`.
    action: &'static str,
    /// What people get it with, when they do.
    #[serde(skip_serializing_if = "Option::is_none")]
    priority: Option<&'static str>,
    description: Wording,
    examples: Vec<Example>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PolicyExample)]
struct Example {
    text: String,
    /// Whether this rule must decide it.
    expect: bool,
    /// The rule that decided it.
    got: Option<String>,
    ok: bool,
}

#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = PolicyWritten)]
#[serde(deny_unknown_fields)]
struct Written {
    toml: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = PolicyAsked)]
#[serde(deny_unknown_fields)]
struct Asked {
    text: String,
    /// The reply before offered a person.
    #[serde(default)]
    offered: bool,
    /// Rules that are not followed yet; without them, those that are.
    toml: Option<String>,
}

#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = PolicyDecided)]
struct Decided {
    /// Nothing: no rule decides, and the documents are searched.
    rule: Option<String>,
    action: Option<&'static str>,
    /// `asked`, `rule`, `no_evidence` or `fault`.
    reason: Option<&'static str>,
    priority: Option<&'static str>,
    /// What the customer is told.
    reply: Option<String>,
}

/// Read the rules, with what comes of their examples.
#[utoipa::path(
    get, path = "/api/v1/admin/policy", tag = "admin", security(("admin" = [])),
    responses((status = 200, body = Shown))
)]
async fn read(State(rules): State<Rules>) -> Result<Json<Shown>, Problem> {
    let policy = rules.dialogue.policy();
    let examined = examined(&policy).await?;
    Ok(Json(rules.shown(&policy, examined)))
}

/// Replace the rules. They must compile, and each must decide its own examples and no others; they hold for the next turn.
#[utoipa::path(
    put, path = "/api/v1/admin/policy", tag = "admin", security(("admin" = [])), request_body = Written,
    responses((status = 200, body = Shown), (status = 422, body = Document))
)]
async fn replace(
    State(rules): State<Rules>,
    ledger: Ledger,
    Body(written): Body<Written>,
) -> Result<Json<Shown>, Problem> {
    let policy = compiled(written.toml).await?;
    let examined = examined(&policy).await?;
    let wrong: Vec<Wrong> = unknown_replies(&policy)
        .into_iter()
        .chain(examined.iter().filter(|example| !example.holds()).map(|example| unkept(&policy, example)))
        .take(TOLD)
        .collect();
    if !wrong.is_empty() {
        return Err(Problem::from(Code::PolicyRefused).naming(wrong));
    }
    let before = rules.dialogue.policy();
    kept::keep(&rules.data, &policy).map_err(Problem::internal)?;
    let described = format!("version {}", policy.version);
    ledger.changed("policy.changed", described, Some(&before.text), Some(&policy.text));
    rules.follow(Some(Arc::into_inner(policy).ok_or_else(|| Problem::internal("the new rules are in use"))?));
    Ok(Json(rules.shown(&rules.dialogue.policy(), examined)))
}

/// Go back to the rules of the settings.
#[utoipa::path(
    delete, path = "/api/v1/admin/policy", tag = "admin", security(("admin" = [])),
    responses((status = 200, body = Shown))
)]
async fn restore(State(rules): State<Rules>, ledger: Ledger) -> Result<Json<Shown>, Problem> {
    let before = rules.dialogue.policy();
    kept::forget(&rules.data).map_err(Problem::internal)?;
    rules.follow(None);
    let policy = rules.dialogue.policy();
    let described = format!("version {}", policy.version);
    ledger.changed("policy.restored", described, Some(&before.text), None::<()>);
    let examined = examined(&policy).await?;
    Ok(Json(rules.shown(&policy, examined)))
}

/// See which rule decides a text. Changes nothing.
#[utoipa::path(
    post, path = "/api/v1/admin/policy/test", tag = "admin", security(("admin" = [])), request_body = Asked,
    responses((status = 200, body = Decided), (status = 422, body = Document))
)]
async fn test(State(rules): State<Rules>, ledger: Ledger, Body(asked): Body<Asked>) -> Result<Json<Decided>, Problem> {
    ledger.nothing();
    let policy = match asked.toml {
        Some(toml) => compiled(toml).await?,
        None => rules.dialogue.policy(),
    };
    let said = Said { question: &asked.text, before: &[], offered: asked.offered };
    let verdict = policy::before(&policy, said);
    Ok(Json(verdict.map(|verdict| decided(verdict, &asked.text)).unwrap_or_default()))
}

impl Rules {
    fn follow(&self, policy: Option<Policy>) {
        self.dialogue.follow(policy);
    }

    fn shown(&self, policy: &Policy, examined: Vec<Examined>) -> Shown {
        let edited = kept::exists(&self.data);
        let mut rules: Vec<Rule> = policy::written(policy).map(rule).collect();
        for example in examined {
            let ok = example.holds();
            if let Some(rule) = rules.iter_mut().find(|rule| rule.name == example.rule) {
                rule.examples.push(Example { text: example.text, expect: example.expected, got: example.decided, ok });
            }
        }
        let source = if edited || self.from_file { "file" } else { "built-in" };
        Shown { toml: policy.text.clone(), rules, source, edited }
    }
}

fn rule(said: &file::Rule) -> Rule {
    let hands_over = said.action == Action::Escalate || said.repeat.is_some();
    Rule {
        name: said.name.clone(),
        action: action(said.action),
        priority: hands_over.then(|| priority(said.priority)),
        description: said.description.clone(),
        examples: Vec::new(),
    }
}

/// Compiling takes a while, and a hostile pattern takes longer: not on a thread that serves others.
async fn compiled(toml: String) -> Result<Arc<Policy>, Problem> {
    if toml.len() > LONGEST {
        return Err(Code::TooLarge.into());
    }
    let compiled = tokio::task::spawn_blocking(move || policy::parse(&toml)).await.map_err(Problem::internal)?;
    compiled.map(Arc::new).map_err(|error| Problem::from(Code::PolicyRefused).naming(vec![refused(&error)]))
}

async fn examined(policy: &Arc<Policy>) -> Result<Vec<Examined>, Problem> {
    let policy = Arc::clone(policy);
    tokio::task::spawn_blocking(move || policy::examine(&policy)).await.map_err(Problem::internal)
}

fn refused(error: &Error) -> Wrong {
    let (line, rule, why) = match error {
        Error::Unreadable { line, why } => (line, None, why),
        Error::Rule { rule, line, why } => (line, Some(rule), why),
    };
    let (mut en, mut zh) = (why.clone(), format!("无法读取：{why}"));
    if let Some(rule) = rule {
        en = format!("Rule “{rule}”: {en}");
        zh = format!("规则“{rule}”：{zh}");
    }
    Wrong { at: line.map_or_else(|| "toml".to_owned(), |line| format!("line {line}")), en, zh }
}

fn unkept(policy: &Policy, example: &Examined) -> Wrong {
    let Examined { rule, text, expected, decided } = example;
    let (by_en, by_zh) = match decided {
        Some(decided) => (format!("rule “{decided}” decides it"), format!("实际由规则“{decided}”处理")),
        None => ("no rule decides it".to_owned(), "实际没有规则处理".to_owned()),
    };
    let (en, zh) = if *expected {
        (
            format!("Rule “{rule}” should decide “{text}”, but {by_en}."),
            format!("规则“{rule}”应处理“{text}”，但{by_zh}。"),
        )
    } else {
        (
            format!("Rule “{rule}” should not decide “{text}”, but does."),
            format!("规则“{rule}”不应处理“{text}”，但处理了。"),
        )
    };
    let line = policy.text.lines().position(|line| line.contains(text.as_str()));
    Wrong { at: line.map_or_else(|| "toml".to_owned(), |line| format!("line {}", line + 1)), en, zh }
}

/// A rule whose fixed text does not exist would say something else than its author thinks.
fn unknown_replies(policy: &Policy) -> Vec<Wrong> {
    policy::written(policy)
        .filter(|rule| !prompts::has_reply(&rule.reply))
        .map(|rule| Wrong {
            at: "toml".to_owned(),
            en: format!("Rule “{}”: there is no fixed text “{}”.", rule.name, rule.reply),
            zh: format!("规则“{}”：没有名为“{}”的固定回复。", rule.name, rule.reply),
        })
        .collect()
}

fn decided(verdict: Verdict, text: &str) -> Decided {
    let hands_over = verdict.action == Action::Escalate;
    let reason = match verdict.reason {
        ReasonKind::Asked => "asked",
        ReasonKind::Rule => "rule",
        ReasonKind::NoEvidence => "no_evidence",
        ReasonKind::Fault => "fault",
    };
    Decided {
        action: Some(action(verdict.action)),
        reason: hands_over.then_some(reason),
        priority: hands_over.then(|| priority(verdict.priority)),
        reply: Some(prompts::reply(&verdict.reply, language::detect(text)).to_owned()),
        rule: Some(verdict.rule),
    }
}

fn action(action: Action) -> &'static str {
    match action {
        Action::Escalate => "escalate",
        Action::Reply => "reply",
        Action::Offer => "offer",
    }
}

fn priority(priority: Priority) -> &'static str {
    match priority {
        Priority::Low => "low",
        Priority::Normal => "normal",
        Priority::High => "high",
        Priority::Urgent => "urgent",
    }
}
