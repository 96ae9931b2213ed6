//! What stands in `policy.toml`, as it was written.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::model::event::{Priority, ReasonKind};
use crate::model::wording::Wording;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    pub version: String,
    /// Word lists that patterns name in braces.
    #[serde(default)]
    pub words: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    pub rule: Vec<Rule>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    pub name: String,
    /// What it is for, for those who read the list of rules.
    #[serde(default)]
    pub description: Wording,
    pub action: Action,
    /// Why people get the conversation, when the action (or a repetition) says so.
    #[serde(default = "by_rule")]
    pub reason: ReasonKind,
    #[serde(default)]
    pub priority: Priority,
    /// Key of the fixed text.
    pub reply: String,
    #[serde(default)]
    pub patterns: Vec<String>,
    #[serde(default)]
    pub unless: Vec<String>,
    /// The patterns must cover the whole message.
    #[serde(default)]
    pub whole: bool,
    /// Only directly after a reply that offered a person.
    #[serde(default)]
    pub after_offer: bool,
    #[serde(default)]
    pub cues: Vec<Cue>,
    /// Sum of weights from which cues decide.
    #[serde(default)]
    pub threshold: u32,
    /// Amounts by currency; the rule needs a larger one in the message.
    #[serde(default)]
    pub above: BTreeMap<Currency, f64>,
    /// From this many messages on the action is to escalate.
    #[serde(default)]
    pub repeat: Option<usize>,
    #[serde(default)]
    pub examples: Examples,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    Escalate,
    Reply,
    Offer,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Currency {
    Cny,
    Usd,
    Eur,
    Gbp,
    Hkd,
}

/// A weighted sign.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cue {
    pub weight: u32,
    /// Also looked for in passages.
    #[serde(default)]
    pub documents: bool,
    pub patterns: Vec<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Examples {
    #[serde(default)]
    pub yes: Vec<String>,
    #[serde(default)]
    pub no: Vec<String>,
}

fn by_rule() -> ReasonKind {
    ReasonKind::Rule
}
